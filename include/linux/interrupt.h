/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/bottom_half.h>
#include <linux/container_of.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: same */
enum {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	IRQ_POLL_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	HRTIMER_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS
};

enum {
	TASKLET_STATE_SCHED,
	TASKLET_STATE_RUN
};

/*
 * fidelity: simplified: a disabled tasklet that is scheduled waits for tasklet_enable() instead of
 * keeping its softirq busy
 */
struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	int sim_disabled;
	unsigned int sim_cpu;
	bool use_callback;
	bool sim_high;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};

#define DECLARE_TASKLET(name, _callback) \
	struct tasklet_struct name = { .callback = (_callback), .use_callback = true }
#define DECLARE_TASKLET_DISABLED(name, _callback) \
	struct tasklet_struct name = { .sim_disabled = 1, .callback = (_callback), \
				       .use_callback = true }
#define DECLARE_TASKLET_OLD(name, _func) struct tasklet_struct name = { .func = (_func) }
#define DECLARE_TASKLET_DISABLED_OLD(name, _func) \
	struct tasklet_struct name = { .sim_disabled = 1, .func = (_func) }
#define from_tasklet(var, callback_tasklet, tasklet_fieldname) \
	container_of(callback_tasklet, __typeof__(*var), tasklet_fieldname)

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void sim_tasklet_schedule(struct tasklet_struct *t, bool high, const struct sim_site *site);
void tasklet_disable_nosync(struct tasklet_struct *t);
void tasklet_disable_in_atomic(struct tasklet_struct *t);
void tasklet_disable(struct tasklet_struct *t);
void tasklet_enable(struct tasklet_struct *t);
void tasklet_kill(struct tasklet_struct *t);

#define tasklet_schedule(t) \
	sim_tasklet_schedule((t), false, SIM_SITE(SIM_POINT_WAKE, "tasklet_schedule", #t))
#define tasklet_hi_schedule(t) \
	sim_tasklet_schedule((t), true, SIM_SITE(SIM_POINT_WAKE, "tasklet_hi_schedule", #t))

#endif
