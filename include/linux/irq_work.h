/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <linux/sim_site.h>
#include <linux/smp.h>
#include <linux/types.h>

/* fidelity: simplified: each item runs in the next interrupt; a lazy one waits for no tick */
struct irq_work {
	struct __call_single_data sim_call;
	void (*func)(struct irq_work *work);
	bool sim_running;
};

#define IRQ_WORK_INIT(_func) ((struct irq_work){ .func = (_func) })
#define IRQ_WORK_INIT_LAZY(_func) IRQ_WORK_INIT(_func)
#define IRQ_WORK_INIT_HARD(_func) IRQ_WORK_INIT(_func)
#define DEFINE_IRQ_WORK(name, _f) struct irq_work name = { .func = (_f) }

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *))
{
	*work = IRQ_WORK_INIT(func);
}

static inline bool irq_work_is_pending(struct irq_work *work)
{
	return work->sim_call.sim_entry.next != NULL;
}

static inline bool irq_work_is_busy(struct irq_work *work)
{
	return irq_work_is_pending(work) || work->sim_running;
}

bool sim_irq_work_queue_on(struct irq_work *work, int cpu, const struct sim_site *site);
void sim_irq_work_sync(struct irq_work *work, const struct sim_site *site);

#define irq_work_queue(work)                                    \
	sim_irq_work_queue_on((work), (int)raw_smp_processor_id(), \
			      SIM_SITE(SIM_POINT_WAKE, "irq_work_queue", #work))
#define irq_work_queue_on(work, cpu) \
	sim_irq_work_queue_on((work), (cpu), SIM_SITE(SIM_POINT_WAKE, "irq_work_queue_on", #work))
#define irq_work_sync(work) \
	sim_irq_work_sync((work), SIM_SITE(SIM_POINT_WAIT, "irq_work_sync", #work))

#endif
