/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Simple wait queues: every sleeper is exclusive, the oldest first. */
#include <linux/swait.h>
#include <linux/sched/signal.h>
#include "kernel/sched.h"

void swake_up_locked(struct swait_queue_head *q, int wake_flags)
{
	struct swait_queue *wait;

	if (list_empty(&q->task_list))
		return;
	wait = list_first_entry(&q->task_list, struct swait_queue, task_list);
	sim_try_to_wake(wait->task, TASK_NORMAL);
	list_del_init(&wait->task_list);
}

void sim_swake_up(struct swait_queue_head *q, bool all, const struct sim_site *site)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	do {
		swake_up_locked(q, 0);
	} while (all && swait_active(q));
	raw_spin_unlock_irqrestore(&q->lock, flags);
	sim_point_here(site);
}

void (swake_up_one)(struct swait_queue_head *q)
{
	swake_up_one(q);
}

void (swake_up_all)(struct swait_queue_head *q)
{
	swake_up_all(q);
}

static void queue(struct swait_queue_head *q, struct swait_queue *wait)
{
	wait->task = current;
	if (list_empty(&wait->task_list))
		list_add_tail(&wait->task_list, &q->task_list);
}

void prepare_to_swait_exclusive(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	queue(q, wait);
	sim_state_set((unsigned int)state);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/* A waiter that a signal ends leaves the queue: no wake-up is for it any more. */
long prepare_to_swait_event(struct swait_queue_head *q, struct swait_queue *wait, int state)
{
	unsigned long flags;
	long err = 0;

	raw_spin_lock_irqsave(&q->lock, flags);
	if (signal_pending_state((unsigned int)state, current)) {
		list_del_init(&wait->task_list);
		err = -ERESTARTSYS;
	} else {
		queue(q, wait);
		sim_state_set((unsigned int)state);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return err;
}

void finish_swait(struct swait_queue_head *q, struct swait_queue *wait)
{
	unsigned long flags;

	sim_state_set(TASK_RUNNING);
	if (list_empty_careful(&wait->task_list))
		return;
	raw_spin_lock_irqsave(&q->lock, flags);
	list_del_init(&wait->task_list);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

long sim_swait_sleep(struct swait_queue_head *q, long timeout, const struct sim_site *site,
		     bool *lost)
{
	const struct sim_waiting waiting = {
		.verb = "condition",
		.name = site->argument,
		.object = q,
		.site = site,
	};

	if (timeout != MAX_SCHEDULE_TIMEOUT)
		return sim_sleep_timeout(&waiting, timeout);
	*lost = sim_sleep_waiting(&waiting, ~0ull) == -EDEADLK;
	return timeout;
}
