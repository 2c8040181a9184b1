/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: same */
#define PREEMPT_BITS 8
#define SOFTIRQ_BITS 8
#define HARDIRQ_BITS 4
#define PREEMPT_SHIFT 0
#define SOFTIRQ_SHIFT (PREEMPT_SHIFT + PREEMPT_BITS)
#define HARDIRQ_SHIFT (SOFTIRQ_SHIFT + SOFTIRQ_BITS)
#define PREEMPT_OFFSET (1ul << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET (1ul << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET (1ul << HARDIRQ_SHIFT)
#define PREEMPT_MASK (((1ul << PREEMPT_BITS) - 1) << PREEMPT_SHIFT)
#define SOFTIRQ_MASK (((1ul << SOFTIRQ_BITS) - 1) << SOFTIRQ_SHIFT)
#define HARDIRQ_MASK (((1ul << HARDIRQ_BITS) - 1) << HARDIRQ_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)
#define PREEMPT_DISABLE_OFFSET PREEMPT_OFFSET
#define PREEMPT_LOCK_OFFSET PREEMPT_DISABLE_OFFSET
#define SOFTIRQ_LOCK_OFFSET (SOFTIRQ_DISABLE_OFFSET + PREEMPT_LOCK_OFFSET)

/*
 * fidelity: simplified: counts of the task, checked for balance; the last enable is a switch point
 * at which a task, or a softirq, may take the CPU
 */
void preempt_disable(void);
void preempt_enable(void);
void preempt_enable_no_resched(void);
void sim_preempt_enable(const struct sim_site *site);
/* The kernel's number: preempt_disable() and spinlocks, softirqs, hardirqs in fields of bits. */
int preempt_count(void);
void local_bh_disable(void);
void local_bh_enable(void);
void sim_bh_enable(const struct sim_site *site);
void migrate_disable(void);
void migrate_enable(void);

#define preempt_enable() sim_preempt_enable(SIM_SITE(SIM_POINT_ENABLE, "preempt_enable", ""))
#define local_bh_enable() sim_bh_enable(SIM_SITE(SIM_POINT_ENABLE, "local_bh_enable", ""))
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()

bool sim_irqs_on(void);

#define hardirq_count() (preempt_count() & HARDIRQ_MASK)
#define softirq_count() (preempt_count() & SOFTIRQ_MASK)
#define irq_count() (preempt_count() & (HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_nmi() 0
#define in_hardirq() hardirq_count()
#define in_serving_softirq() (softirq_count() & SOFTIRQ_OFFSET)
#define in_softirq() softirq_count()
#define in_interrupt() irq_count()
#define in_task() (!(preempt_count() & (HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_irq() in_hardirq()
#define in_atomic() (preempt_count() != 0)
#define preemptible() (preempt_count() == 0 && sim_irqs_on())

#endif
