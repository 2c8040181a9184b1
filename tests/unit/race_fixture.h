/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Two tasks of instrumented code, and what was found. */
#ifndef UNIT_RACE_FIXTURE_H
#define UNIT_RACE_FIXTURE_H

#include <svmsim/program.h>
#include <svmsim/schedule.h>
#include "above_race.h"
#include "kernel/race.h"
#include "kernel/task.h"
#include "kernel_fixture.h"

extern const char *const sim_above_race[];

#ifdef SIM_INSTRUMENTED
#define RACE_IS_SEEN 1
#else
#define RACE_IS_SEEN 0
#endif

/* struct side - what one task does: @before, @access, @after; each may be NULL */
struct side {
	void (*before)(void);
	void (*access)(void);
	void (*after)(void);
};

static inline void side_run(void *arg)
{
	const struct side *side = arg;

	if (side->before)
		side->before();
	if (side->access)
		side->access();
	if (side->after)
		side->after();
}

static inline void race_spawn(struct svmsim_world *world, const char *name,
			      void (*run)(void *arg), void *arg)
{
	ktest_assert_int_equal(svmsim_task_spawn(world, name, -1, run, arg), 0);
}

/* Both sides as tasks t0 and t1, t0 first. */
static inline void race_run(struct svmsim_world *world, struct side *one, struct side *two)
{
	race_spawn(world, "t0", side_run, one);
	race_spawn(world, "t1", side_run, two);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
}

static inline void race_skip_unless_instrumented(void)
{
	ktest_assert_non_null(sim_above_race[0]);
	if (!RACE_IS_SEEN)
		ktest_skip("objects are not instrumented in this build");
}

#endif
