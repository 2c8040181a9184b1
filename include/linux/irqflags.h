/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/types.h>

/* fidelity: simplified: a flag of the world; no interrupt ever comes in the middle of code */
unsigned long sim_irq_save(void);
void sim_irq_restore(unsigned long flags);
bool irqs_disabled(void);
void local_irq_disable(void);
void local_irq_enable(void);

#define local_irq_save(flags) ((flags) = sim_irq_save())
#define local_irq_restore(flags) sim_irq_restore(flags)
#define local_save_flags(flags) ((flags) = (unsigned long)irqs_disabled())
#define irqs_disabled_flags(flags) (!!(flags))

#endif
