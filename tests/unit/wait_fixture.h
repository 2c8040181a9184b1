/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the tests of waiting share: a world with several CPUs, tasks that write down what they did
 * (assertions belong to the root), and a scheduler that chooses at random.
 */
#ifndef UNIT_WAIT_FIXTURE_H
#define UNIT_WAIT_FIXTURE_H

#include <svmsim/schedule.h>
#include "kernel/task.h"
#include "kernel_fixture.h"

#define MS 1000000ull

static char wait_record[512];
static unsigned int wait_record_length;

static inline void note(char c)
{
	if (wait_record_length < sizeof(wait_record) - 1)
		wait_record[wait_record_length++] = c;
	wait_record[wait_record_length] = '\0';
}

static inline struct svmsim_world *wait_world_of(unsigned int cpu_count,
						 enum svmsim_preempt preempt)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node[0] = { .cpu_count = cpu_count },
		.preempt = preempt,
	};

	wait_record_length = 0;
	wait_record[0] = '\0';
	return ktest_world(kernel_layers, sizeof(kernel_layers) / sizeof(kernel_layers[0]),
			   &machine);
}

static inline struct svmsim_world *wait_world(void)
{
	return wait_world_of(4, SVMSIM_PREEMPT_FULL);
}

static inline struct sim_task *spawn(const char *name, void (*entry)(void *arg), void *arg)
{
	return sim_task_create(SIM_TASK_DRIVER, name, -1, entry, arg);
}

/* Lets everything run, time included, until nothing is left to do. */
static inline void run_all(void)
{
	svmsim_tasks_run(sim_world);
}

/* A scheduler whose choices come from a seed. */
static uint64_t random_state;

static inline unsigned int random_next(void *ctx, const struct svmsim_point *point,
				       uint64_t *quiet)
{
	if (point->can_go_on && !point->yields && ktest_random(&random_state) % 4)
		return point->default_index;
	return (unsigned int)(ktest_random(&random_state) % point->count);
}

static inline void random_schedule(struct svmsim_world *world, uint64_t seed)
{
	static const struct svmsim_scheduler scheduler = { .name = "test", .next = random_next };

	random_state = seed;
	svmsim_world_schedule(world, &scheduler);
}

/*
 * A scheduler that switches once: where a task passes a primitive, to the task with a name. An
 * empty name stands for any other than the one that runs.
 */
static const char *switch_task, *switch_primitive, *switch_to_task;

static inline bool same(const char *a, const char *b)
{
	return !__builtin_strcmp(a, b);
}

static inline unsigned int switch_next(void *ctx, const struct svmsim_point *point,
				       uint64_t *quiet)
{
	if (!switch_task || !same(point->task, switch_task) ||
	    !same(point->primitive, switch_primitive))
		return point->default_index;
	for (unsigned int i = 0; i < point->count; i++) {
		if (!same(point->candidate[i].name, switch_to_task))
			continue;
		switch_task = NULL;
		return i;
	}
	return point->default_index;
}

static inline void switch_once(struct svmsim_world *world, const char *task, const char *primitive,
			       const char *to)
{
	static const struct svmsim_scheduler scheduler = { .name = "test", .next = switch_next };

	switch_task = task;
	switch_primitive = primitive;
	switch_to_task = to;
	svmsim_world_schedule(world, &scheduler);
}

#endif
