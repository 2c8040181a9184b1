// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Tasks: a change of stacks as a ratio to swapcontext(), which calls the operating system; a step
 * of the scheduler with the choice asked for and recorded; a switch point passed; locks with the
 * checker on; a thousand tasks in one world.
 */
#include <stdlib.h>
#include <ucontext.h>
#include "bench.h"
#include "bench_sched_work.h"

#define STACK_BYTES 65536

/* struct context_bed - two contexts that switch to one another */
struct context_bed {
	ucontext_t here;
	ucontext_t there;
	char stack[STACK_BYTES];
};

static struct context_bed *the_bed;

static void context_body(void)
{
	for (;;)
		swapcontext(&the_bed->there, &the_bed->here);
}

static void *context_bed_make(unsigned long param, bool tiny)
{
	struct context_bed *bed = calloc(1, sizeof(*bed));

	(void)param, (void)tiny;
	getcontext(&bed->there);
	bed->there.uc_stack.ss_sp = bed->stack;
	bed->there.uc_stack.ss_size = sizeof(bed->stack);
	makecontext(&bed->there, context_body, 0);
	the_bed = bed;
	return bed;
}

static void context_switch(void *arg, uint64_t times)
{
	struct context_bed *bed = arg;

	for (uint64_t i = 0; i < times; i += 2)
		swapcontext(&bed->here, &bed->there);
}

static const struct bench_workload workloads[] = {
	{ "fiber-switch", fiber_bed_make, fiber_switch, fiber_bed_free, 0, 100000, 1 },
	{ "swapcontext", context_bed_make, context_switch, free, 0, 100000, 1 },
	{ "step", sched_bed_make, sched_steps, sched_bed_free, 2, 10000, 1 },
	{ "step-1000", sched_bed_make, sched_steps, sched_bed_free, 1000, 100000, 1 },
	{ "point", sched_bed_make, sched_points_beside, sched_bed_free, 2, 100000, 1 },
	{ "point-alone", sched_bed_make, sched_points_alone, sched_bed_free, 1, 100000, 1 },
	{ "mutex", sched_bed_make, sched_mutex, sched_bed_free, 1, 20000, 1 },
	{ "spinlock", sched_bed_make, sched_spinlock, sched_bed_free, 1, 20000, 1 },
	{ "nested", sched_bed_make, sched_nested, sched_bed_free, 1, 20000, 1 },
};

static void time_row(struct bench *bench, const char *name, const char *text, double bound)
{
	struct bench_stats stats = bench_measure(bench, name);

	bench_row(bench, text, &stats, "ns", bound);
}

int main(int argc, char **argv)
{
	struct bench_stats ratio, stats, floor_stats;
	struct bench bench;

	if (bench_start(&bench, argc, argv, workloads, sizeof(workloads) / sizeof(workloads[0])))
		return bench.status;
	bench_instructions_row(&bench, "step", 0);
	bench_instructions_row(&bench, "mutex", 0);
	bench_instructions_row(&bench, "spinlock", 0);
	if (!bench.instructions_only) {
		bench_measure_pair(&bench, "fiber-switch", "swapcontext", &ratio, &stats,
				   &floor_stats);
		bench_row(&bench, "a switch of stacks", &ratio, "x swapcontext", 0.05);
		bench_row(&bench, "  ours", &stats, "ns", 0);
		bench_row(&bench, "  swapcontext", &floor_stats, "ns", 0);
		time_row(&bench, "step", "a step, asked and recorded", 1000);
		time_row(&bench, "step-1000", "a step among 1,000 tasks", 0);
		time_row(&bench, "point", "a switch point passed", 5);
		time_row(&bench, "point-alone", "the same with one task", 5);
		time_row(&bench, "mutex", "mutex lock and unlock, checker on", 60);
		time_row(&bench, "spinlock", "spinlock lock and unlock, checker on", 60);
		time_row(&bench, "nested", "the same mutex inside another", 60);
	}
	return bench_finish(&bench);
}
