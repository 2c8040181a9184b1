// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pins: one task after the other, until some event, and what is said when that does not work. */
#include "sched_tasks.h"



static void consume(void *ctx, const struct svmsim_event *event)
{
	svmsim_scheduler_event(ctx, event->system, event->name);
}

/* Runs @programs with the parts of a pin; its log and its message have to be these. */
static void pin(const char *programs, const struct svmsim_pin_part *part, unsigned int count,
		const char *log, const char *message)
{
	struct svmsim_world *world = make_world();
	struct svmsim_scheduler *scheduler = svmsim_scheduler_pin(part, count, world);
	struct svmsim_watcher *watcher = svmsim_watch(world, consume, scheduler);
	struct result result = run_tasks(world, programs, scheduler), again;
	char got[512] = "?";
	bool held = scheduler->end(scheduler->ctx, got, sizeof(got));

	assert_string_equal(got, message);
	assert_string_equal(result.log, log);
	assert_int_equal(held, !message[0]);
	svmsim_unwatch(watcher);
	/* What a pin chose replays without it. */
	again = replay(world, programs, result.schedule, SVMSIM_DIVERGENCE_STOP);
	assert_same(&result, &again, programs);
	free_result(&again);
	free_result(&result);
	svmsim_scheduler_free(scheduler);
	svmsim_world_destroy(world);
}

#define PIN(programs, log, message, ...)                                                           \
	do {                                                                                       \
		const struct svmsim_pin_part part[] = { __VA_ARGS__ };                             \
		pin(programs, part, sizeof(part) / sizeof(part[0]), log, message);                 \
	} while (0)

static void test_to_end(void **state)
{
	PIN("cc cc cc", "2c2c1c1c0c0c", "", { "t2", NULL }, { "t1", NULL }, { "t0", NULL });
	PIN("cc cc cc", "1c1c0c0c2c2c", "", { "t1", NULL });
	/* The last switch has no choice. */
	PIN("cc cc", "0c0c1c1c", "", { "t0", NULL }, { "t1", NULL });
}

static void test_until_stops_before_the_point(void **state)
{
	PIN("cac cc", "0c1c1c0a0c", "", { "t0", "step_a" }, { "t1", NULL });
	PIN("cbc cc", "0c1c1c0b0c", "", { "t0", "step_b(&b)" }, { "t1", NULL });
	PIN("cbc cc", "0c1c1c0b0c", "",
	    { "t0", "above_sched_tasks.c:above_step:step_b(&b)" }, { "t1", NULL });
}

static void test_until_is_the_next_time(void **state)
{
	PIN("cacac cc", "0c0a0c1c1c0a0c", "", { "t0", "step_a" }, { "t0", "step_a" },
	    { "t1", NULL });
	PIN("cac cac", "0c1c0a0c1a1c", "", { "t0", "step_a" }, { "t1", "step_a" }, { "t0", NULL },
	    { "t1", NULL });
}

static void test_until_event_stops_behind_it(void **state)
{
	PIN("cdc eee", "0c1e1e1e0d0c", "", { "t0", "svmsim:action" }, { "t1", NULL });
	PIN("cdc eee", "0c1e0d1e0c1e", "", { "t0", "svmsim:action" }, { "t1", "svmsim:action" },
	    { "t0", "svmsim:action" }, { "t1", "svmsim:action" }, { "t0", NULL });
}

/* Tasks that the pin does not name run when the one whose turn it is has to wait. */
static void test_others_help_out(void **state)
{
	PIN("wc cc exe", "1c1c2e0c2e", "", { "t0", NULL });
	PIN("wc cc exe", "2e0c1c1c2e", "", { "t0", NULL }, { "t1", NULL });
}

static void test_blocked_task(void **state)
{
	PIN("cwc cxc", "0c1c1c0c", "the pin can't be followed: part 1 of 2, t0 to end: t0 has to "
	    "wait, and t1 runs", { "t0", NULL }, { "t1", NULL });
	PIN("cwc cxc c", "0c1c1c2c0c", "the pin can't be followed: part 1 of 3, t0 to end: t0 "
	    "waits for completion &done", { "t0", NULL }, { "t1", NULL }, { "t2", NULL });
	PIN("(ca) (c)c c", "0c0a2c1c1c", "the pin can't be followed: part 2 of 3, t1 to end: t1 "
	    "waits for lock lock, held by t0", { "t0", "step_a" }, { "t1", NULL }, { "t2", NULL });
	PIN("(ca) (c)c", "0c0a1c1c", "the pin can't be followed: part 2 of 2, t1 to end: t1 has "
	    "to wait, and t0 runs", { "t0", "step_a" }, { "t1", NULL });
}

static void test_task_or_place_that_is_not(void **state)
{
	PIN("cc cc", "0c0c1c1c", "the pin can't be followed: part 1 of 1, t7 to end: there is no "
	    "task t7", { "t7", NULL });
	PIN("cc cc cc", "0c0c1c1c2c2c", "the pin can't be followed: part 1 of 2, t0 until step_a: "
	    "t0 ends without it", { "t0", "step_a" }, { "t1", NULL });
	PIN("ca cc", "1c1c0c0a", "the pin can't be followed: part 2 of 2, t0 until step_a: t0 "
	    "never comes there while another task could run", { "t1", NULL },
	    { "t0", "step_a" });
	PIN("c c c", "0c1c2c", "the pin can't be followed: part 2 of 2, t0 until step_a: t0 has "
	    "ended before", { "t0", NULL }, { "t0", "step_a" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_to_end),
		cmocka_unit_test(test_until_stops_before_the_point),
		cmocka_unit_test(test_until_is_the_next_time),
		cmocka_unit_test(test_until_event_stops_behind_it),
		cmocka_unit_test(test_others_help_out),
		cmocka_unit_test(test_blocked_task),
		cmocka_unit_test(test_task_or_place_that_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
