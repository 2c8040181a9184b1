/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: simplified: a flag of the task, 1 for off; enabling again is a switch point */
unsigned long sim_irq_save(void);
void sim_irq_restore(unsigned long flags, const struct sim_site *site);
bool irqs_disabled(void);
void local_irq_disable(void);
void local_irq_enable(void);

#define local_irq_enable() \
	sim_irq_restore(0, SIM_SITE(SIM_POINT_ENABLE, "local_irq_enable", ""))
#define local_irq_save(flags) ((flags) = sim_irq_save())
#define local_irq_restore(flags) \
	sim_irq_restore(flags, SIM_SITE(SIM_POINT_ENABLE, "local_irq_restore", #flags))
#define local_save_flags(flags) ((flags) = (unsigned long)irqs_disabled())
#define irqs_disabled_flags(flags) (!!(flags))
#define raw_local_irq_save(flags) local_irq_save(flags)
#define raw_local_irq_restore(flags) local_irq_restore(flags)
#define raw_local_irq_disable() local_irq_disable()
#define raw_local_irq_enable() local_irq_enable()
#define raw_irqs_disabled() irqs_disabled()

#endif
