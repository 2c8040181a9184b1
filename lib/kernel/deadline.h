/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Deadlines of spinning code; see kernel/time.h. */
#ifndef KERNEL_DEADLINE_H
#define KERNEL_DEADLINE_H

#include <linux/types.h>

struct sim_task;
struct svmsim_world;

/**
 * struct sim_deadline - a time that a task has compared the clock with
 * @task: who
 * @ns: behavioural time from which the comparison comes out otherwise
 */
struct sim_deadline {
	const struct sim_task *task;
	u64 ns;
};

/**
 * struct sim_deadlines - those of a world
 * @entry: in order of registration
 * @count: number of @entry
 * @capacity: room in @entry
 */
struct sim_deadlines {
	struct sim_deadline *entry;
	unsigned int count;
	unsigned int capacity;
};

/** sim_deadlines - of the world; NULL in one without time */
struct sim_deadlines *sim_deadlines(const struct svmsim_world *world);
/** sim_deadlines_reset - forget them and give back their memory */
void sim_deadlines_reset(struct svmsim_world *world, struct sim_deadlines *deadlines);

#endif
