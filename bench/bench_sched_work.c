/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Tasks that switch, pass points, lock and unlock. The lock checker is on, as always; a scheduler
 * is asked and every choice is recorded, as in a search.
 */
#include "bench_sched_work.h"
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "kernel/task.h"

/* struct fiber_bed - a fiber that switches back at once, for ever */
struct fiber_bed {
	struct host_fiber *fiber;
};

static void back_and_forth(void *arg)
{
	struct fiber_bed *bed = arg;

	for (;;)
		host_fiber_switch(bed->fiber, host_fiber_main(), false);
}

void *fiber_bed_make(unsigned long param, bool tiny)
{
	struct fiber_bed *bed = host_zalloc(sizeof(*bed));

	bed->fiber = host_fiber_create(back_and_forth, bed, 0);
	SIM_ASSERT(bed->fiber);
	return bed;
}

void fiber_bed_free(void *arg)
{
	struct fiber_bed *bed = arg;

	host_fiber_free(bed->fiber);
	host_free(bed);
}

void fiber_switch(void *arg, uint64_t times)
{
	struct fiber_bed *bed = arg;

	for (uint64_t i = 0; i < times; i += 2)
		host_fiber_switch(host_fiber_main(), bed->fiber, false);
}

/**
 * struct sched_bed - a world for tasks
 * @world: the world, reset before each sample
 * @task_count: tasks
 * @times: what each of them does so often
 * @quiet: what the scheduler answers: points without a question
 * @lock: taken by nobody else
 * @outer: around @lock
 * @spin: taken by nobody else
 * @scheduler: asked at each choice
 */
struct sched_bed {
	struct svmsim_world *world;
	unsigned long task_count;
	uint64_t times;
	uint64_t quiet;
	struct mutex lock;
	struct mutex outer;
	spinlock_t spin;
	struct svmsim_scheduler scheduler;
};

/* Always another task than the default, so that each choice is recorded. */
static unsigned int next_but_one(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	const struct sched_bed *bed = ctx;

	*quiet = bed->quiet;
	return point->can_go_on && bed->quiet ? point->default_index :
						(point->default_index + 1) % point->count;
}

void *sched_bed_make(unsigned long param, bool tiny)
{
	struct sched_bed *bed = host_zalloc(sizeof(*bed));
	struct svmsim_machine machine = { 0 };
	char message[256];

	SIM_ASSERT(!svmsim_world_create(&machine, NULL, &bed->world, message, sizeof(message)));
	bed->task_count = param;
	bed->scheduler = (struct svmsim_scheduler){ .name = "bench", .next = next_but_one,
						    .ctx = bed };
	return bed;
}

void sched_bed_free(void *arg)
{
	struct sched_bed *bed = arg;

	svmsim_world_destroy(bed->world);
	host_free(bed);
}

static void run(struct sched_bed *bed, void (*body)(void *ctx), uint64_t times, uint64_t quiet)
{
	svmsim_world_reset(bed->world);
	bed->times = times / bed->task_count;
	bed->quiet = quiet;
	mutex_init(&bed->lock);
	mutex_init(&bed->outer);
	spin_lock_init(&bed->spin);
	svmsim_world_bound(bed->world, ~0ull / SIM_POINT_NS / 2, ~0ull);
	svmsim_world_schedule(bed->world, &bed->scheduler);
	for (unsigned long i = 0; i < bed->task_count; i++)
		SIM_ASSERT(!svmsim_task_spawn(bed->world, "bench", -1, body, bed));
	SIM_ASSERT(svmsim_tasks_run(bed->world) == SVMSIM_TASKS_DONE);
}

static void body_steps(void *ctx)
{
	const struct sched_bed *bed = ctx;

	for (uint64_t i = 0; i < bed->times; i++)
		SIM_POINT(MODEL, "bench", "");
}

void sched_steps(void *bed, uint64_t times)
{
	run(bed, body_steps, times, 0);
}

void sched_points_beside(void *bed, uint64_t times)
{
	run(bed, body_steps, times, ~0ull);
}

void sched_points_alone(void *bed, uint64_t times)
{
	run(bed, body_steps, times, ~0ull);
}

static void body_mutex(void *ctx)
{
	struct sched_bed *bed = ctx;

	for (uint64_t i = 0; i < bed->times; i++) {
		mutex_lock(&bed->lock);
		mutex_unlock(&bed->lock);
	}
}

void sched_mutex(void *bed, uint64_t times)
{
	run(bed, body_mutex, times, ~0ull);
}

static void body_spinlock(void *ctx)
{
	struct sched_bed *bed = ctx;

	for (uint64_t i = 0; i < bed->times; i++) {
		spin_lock(&bed->spin);
		spin_unlock(&bed->spin);
	}
}

void sched_spinlock(void *bed, uint64_t times)
{
	run(bed, body_spinlock, times, ~0ull);
}

static void body_nested(void *ctx)
{
	struct sched_bed *bed = ctx;

	mutex_lock(&bed->outer);
	body_mutex(ctx);
	mutex_unlock(&bed->outer);
}

void sched_nested(void *bed, uint64_t times)
{
	run(bed, body_nested, times, ~0ull);
}
