/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What RCU and each SRCU domain are made of; see kernel/grace.h. All zero is ready for use. */
#ifndef _LINUX_SIM_GRACE_H
#define _LINUX_SIM_GRACE_H

#include <linux/types.h>

struct sim_grace_waiter;

/**
 * struct sim_callbacks - callbacks in order of call_rcu()
 * @first: oldest
 * @last: newest
 */
struct sim_callbacks {
	struct rcu_head *first;
	struct rcu_head *last;
};

/**
 * struct sim_grace - readers, grace periods and who waits for them
 * @started: number of grace periods begun
 * @completed: number of those that are over; at most one less
 * @requested: the last that somebody needs
 * @readers: readers that are in, by the lowest bit of the @started that they found
 * @watched: other tasks that the present grace period waits for
 * @on_start: called when a grace period begins; may be NULL
 * @next: callbacks that wait for the next grace period
 * @wait: callbacks that wait for the present one
 * @done: callbacks that can run
 * @called: number of callbacks ever
 * @finished: number of those that have run
 * @cpu: that the last call_rcu() was on: its softirqs run the callbacks
 * @waiters: blocked tasks
 * @ready_next: in the list of those with callbacks in @done
 * @is_ready: in that list
 */
struct sim_grace {
	u64 started;
	u64 completed;
	u64 requested;
	unsigned int readers[2];
	unsigned int watched;
	void (*on_start)(struct sim_grace *grace);
	struct sim_callbacks next;
	struct sim_callbacks wait;
	struct sim_callbacks done;
	u64 called;
	u64 finished;
	unsigned int cpu;
	struct sim_grace_waiter *waiters;
	struct sim_grace *ready_next;
	bool is_ready;
};

#endif
