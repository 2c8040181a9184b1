// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Scenarios under a scheduler, with a schedule, or up to some event. */
#include "scn_fixture.h"
#include <svmsim/program.h>

#define LINES "d0: iova_alloc w 2p\nd0: link w[0] ram a[0]\nd0: link w[1] ram a[1]\nd0: destroy w\n"

static struct svmsim_run *run_with(const struct svmsim_scenario_options *options)
{
	return run_body(LINES, options);
}

static void test_until_event(void **state)
{
	const struct svmsim_scenario_options until = { .until = "iommu:map" };
	struct svmsim_run *run = run_with(&until), *whole = run_with(NULL);

	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_int_equal(run->step_count, 2);
	assert_true(run->digest != whole->digest);
	assert_int_equal(strncmp(run->stopped, "stopped behind iommu:map\nlast events:\n", 38), 0);
	assert_non_null(strstr(run->stopped, " map: IOMMU: iova="));
	assert_string_equal(whole->stopped, "");
	assert_int_equal(whole->step_count, 4);
	svmsim_run_free(run);
	svmsim_run_free(whole);
}

/* What would come behind the end is neither a report nor a failure. */
static void test_until_hides_what_comes_later(void **state)
{
	const struct svmsim_scenario_options until = { .until = "iova:alloc" };
	struct svmsim_run *run = run_body("d0: iova_alloc w 2p\nd0: read w[0] -> fault\n"
					  "d0: iova_alloc v 1p -> ENOMEM\n", &until);

	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_int_equal(run->report_count, 0);
	assert_int_equal(run->failure_count, 0);
	svmsim_run_free(run);
}

static void test_until_that_never_comes(void **state)
{
	const struct svmsim_scenario_options until = { .until = "iommu:io_page_fault" };
	struct svmsim_run *run = run_with(&until);

	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, "iommu:io_page_fault never came up");
	svmsim_run_free(run);
}

static void assert_inconclusive(const struct svmsim_scenario_options *options, const char *reason)
{
	struct svmsim_run *run = run_with(options);

	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, reason);
	svmsim_run_free(run);
}

static void test_what_names_nothing(void **state)
{
	const struct svmsim_scenario_options until = { .until = "iommu:mpa" };
	const struct svmsim_scenario_options returns = { .until = "abba_three:return" };
	const struct svmsim_scenario_options schedule = { .schedule = "s1,t0" };
	const struct svmsim_scenario_options pin = { .pin = "p1" };

	assert_inconclusive(&until, "no event and no switch point is called \"iommu:mpa\": did "
			    "you mean \"iommu:map\"?");
	assert_inconclusive(&returns, "abba_three:return: no program, and no function with a "
			    "switch point, is called abba_three");
	assert_inconclusive(&schedule, "column 4: expected a choice as in t0:k3f9a2c1*2>t1, got "
			    "\"t0\"");
	assert_inconclusive(&pin, "there is no pin p1");
}

/* Without tasks there is nothing to choose: each scheduler gives the run of fifo. */
static void test_schedulers_without_tasks(void **state)
{
	struct svmsim_scenario_options options = { .seed = 5 };
	struct svmsim_run *fifo = run_with(&options), *run;
	unsigned int sched;

	assert_string_equal(fifo->schedule, "");
	assert_string_equal(fifo->replay, "run t.svm --seed 5");
	for (sched = SVMSIM_SCHED_RANDOM; sched <= SVMSIM_SCHED_PCT; sched++) {
		options.sched = sched;
		options.twice = true;
		run = run_with(&options);
		assert_int_equal(run->verdict, SVMSIM_PASSED);
		assert_true(run->digest == fifo->digest);
		assert_string_equal(run->schedule, "s1");
		assert_string_equal(run->replay, "replay t.svm --seed 5 --schedule s1 --twice");
		svmsim_run_free(run);
	}
	svmsim_run_free(fifo);
}

static void test_divergence_ends_it(void **state)
{
	struct svmsim_scenario_options options = { .schedule = "s1,t0:k1>t1" };
	struct svmsim_run *run;

	assert_inconclusive(&options, "the schedule can't be followed: choice 1 of 1, "
			    "t0:k00000001>t1: there is no task t0");
	options.on_divergence = SVMSIM_DIVERGENCE_NEAREST;
	run = run_with(&options);
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_string_equal(run->divergence, "0 of 1 choices made at a later time, 1 left out; the "
			    "first of them is choice 1 of 1, t0:k00000001>t1");
	svmsim_run_free(run);
}

static void test_record_crosses_a_worker(void **state)
{
	const struct svmsim_scenario_options options = {
		.schedule = "s1,t0:k1>t1", .on_divergence = SVMSIM_DIVERGENCE_NEAREST,
		.until = "iommu:map",
	};
	struct svmsim_scenario *scenario = load_body(LINES, &options);
	struct svmsim_run *here, *there;

	assert_int_equal(svmsim_scenario_run(scenario, 0, &options, &here), 0);
	assert_int_equal(svmsim_scenario_run_worker(scenario, 0, &options, &there), 0);
	assert_string_equal(here->schedule, "s1");
	assert_string_equal(there->schedule, here->schedule);
	assert_string_equal(there->stopped, here->stopped);
	assert_string_equal(there->divergence, here->divergence);
	assert_true(there->digest == here->digest);
	assert_int_equal(there->switch_count, here->switch_count);
	assert_int_equal(there->point_count, here->point_count);
	svmsim_run_free(here);
	svmsim_run_free(there);
	svmsim_scenario_free(scenario);
}

#define ABBA "par\n  a: t0: call abba_one\n  b: t1: call abba_two\nend\n"
/* The lock checker sees the order in each run; only some get stuck. */
#define ABBA_ORDER ABBA "expect report lock-order\n"
#define MIXED "par\n  a: t0: call abba_one_fixed\n  a: t0: wake e\n" \
	      "  b: t1: call abba_two_fixed\n  b: t1: wait e\n" \
	      "  c: t2: call count_one_fixed\n  c: t2: call abba_one_fixed\nend\n"

static bool has_report(const struct svmsim_run *run, const char *identifier)
{
	unsigned int i;

	for (i = 0; i < run->report_count; i++) {
		if (!strcmp(run->report[i].report.identifier, identifier))
			return true;
	}
	return false;
}

static void assert_replays(const char *body, const struct svmsim_run *first, uint64_t seed)
{
	const struct svmsim_scenario_options options = {
		.seed = seed, .schedule = first->schedule,
	};
	struct svmsim_run *again = run_body(body, &options);

	assert_string_equal(again->reason, "");
	assert_string_equal(again->schedule, first->schedule);
	assert_string_equal(again->divergence, "");
	assert_true(again->digest == first->digest);
	assert_int_equal(again->verdict, first->verdict);
	assert_int_equal(again->report_count, first->report_count);
	assert_int_equal(again->switch_count, first->switch_count);
	svmsim_run_free(again);
}

static void test_chosen_runs_replay(void **state)
{
	static const char *const body[] = { ABBA, MIXED };
	struct svmsim_scenario_options options = { .sched_depth = 3, .twice = true };
	unsigned int sched, i, stuck = 0, chosen = 0;

	for (sched = SVMSIM_SCHED_RANDOM; sched <= SVMSIM_SCHED_PCT; sched++) {
		for (i = 0; i < 60; i++) {
			struct svmsim_run *run;

			options.sched = sched;
			options.seed = i / 2 + 1;
			run = run_body(body[i % 2], &options);
			if (run->verdict == SVMSIM_DEFECT)
				fail_msg("seed %u: %s", i / 2 + 1, run->reason);
			assert_int_equal(i % 2, run->verdict == SVMSIM_PASSED);
			stuck += has_report(run, "deadlock");
			chosen += strchr(run->schedule, ',') != NULL;
			assert_replays(body[i % 2], run, options.seed);
			svmsim_run_free(run);
		}
	}
	assert_in_range(stuck, 5, 55);
	assert_true(chosen > 80);
}

static char *deadlock_schedule(char *text, size_t size)
{
	struct svmsim_scenario_options options = { .sched = SVMSIM_SCHED_RANDOM };
	struct svmsim_run *run = NULL;

	for (options.seed = 1; options.seed < 100; options.seed++) {
		run = run_body(ABBA_ORDER, &options);
		if (has_report(run, "deadlock"))
			break;
		svmsim_run_free(run);
	}
	assert_true(options.seed < 100);
	assert_non_null(strstr(run->replay, "replay t.svm --seed "));
	assert_non_null(strstr(run->replay, " --schedule 's1,"));
	snprintf(text, size, "%s", run->schedule);
	svmsim_run_free(run);
	return text;
}

static void test_schedule_outlives_edits(void **state)
{
	char text[2048];
	const struct svmsim_scenario_options options = {
		.schedule = deadlock_schedule(text, sizeof(text)),
	};
	struct svmsim_run *run = run_body("ram: alloc m 4p\nd0: iova_alloc w 1p\n"
					  ABBA_ORDER "ram: free m\n", &options);

	assert_true(has_report(run, "deadlock"));
	assert_string_equal(run->divergence, "");
	svmsim_run_free(run);
}

static struct svmsim_run *run_pin(const char *pin, const char *name)
{
	const struct svmsim_scenario_options options = { .pin = name };
	char body[1024];

	snprintf(body, sizeof(body), "%s%s", ABBA_ORDER, pin);
	return run_body(body, &options);
}

static void test_pin(void **state)
{
	static const char pins[] = "pin cross: a until \"mutex_lock(&b)\"; b until "
				   "\"mutex_lock(&a)\"\npin fine: b to end; a to end\n";
	struct svmsim_run *run = run_pin(pins, "cross");

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_true(has_report(run, "deadlock"));
	assert_string_equal(run->variant, "pin=cross");
	assert_string_equal(run->divergence, "");
	assert_replays(ABBA_ORDER, run, 0);
	svmsim_run_free(run);
	run = run_pin(pins, "fine");
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_replays(ABBA_ORDER, run, 0);
	svmsim_run_free(run);
}

static void test_pin_that_does_not_work(void **state)
{
	const struct svmsim_scenario_options options = { .pin = "p" };
	struct svmsim_run *run = run_body("par\n  a: t0: call abba_one_fixed\n"
					  "  b: t1: call abba_two_fixed\nend\n"
					  "pin p: a until \"mutex_lock(&b)\"; b to end\n",
					  &options);

	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, "the pin can't be followed: part 2 of 2, t1 to end: t1 "
			    "has to wait, and t0 runs");
	svmsim_run_free(run);
	/* That it can't go on is what it found. */
	run = run_pin("pin p: a until \"mutex_lock(&b)\"; b to end\n", "p");
	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_true(has_report(run, "deadlock"));
	svmsim_run_free(run);
	run = run_pin("pin p: a until \"mutex_lock(&c)\"; b to end\n", "p");
	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, "the pin can't be followed: part 1 of 2, t0 until "
			    "mutex_lock(&c): t0 never comes there while another task could run");
	svmsim_run_free(run);
}

static void test_until_switch_point(void **state)
{
	const struct svmsim_scenario_options options = { .until = "mutex_lock(&b)" };
	struct svmsim_run *run = run_body(ABBA_ORDER, &options);

	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_non_null(strstr(run->stopped, "stopped before abba.c:abba_one:mutex_lock(&b) of t0\n"
			       "last events:\n"));
	assert_non_null(strstr(run->stopped, "\ntasks:\n  main waits for par block, at "));
	assert_non_null(strstr(run->stopped, "\n  t0 is before abba.c:abba_one:mutex_lock(&b)\n"
			       "  t1 has not begun\n"));
	svmsim_run_free(run);
}

/* A task stops at the first switch point behind the call or return of a function. */
static void test_calls_and_returns(void **state)
{
	static const char pins[] = "pin called: a until abba_one:call; b to end; a to end\n"
				   "pin returned: a until abba_one:return; b to end\n";
	const struct svmsim_scenario_options until = { .until = "abba_two:return" };
	struct svmsim_run *run;

	if (!svmsim_instrumented())
		skip();
	run = run_pin(pins, "called");
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_non_null(strstr(run->schedule, ",t0:k"));
	assert_replays(ABBA_ORDER, run, 0);
	svmsim_run_free(run);
	run = run_pin(pins, "returned");
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	svmsim_run_free(run);
	run = run_body(ABBA_ORDER, &until);
	assert_non_null(strstr(run->stopped, "stopped behind abba_two:return\n"));
	assert_non_null(strstr(run->stopped, "\n  t1 runs\n"));
	svmsim_run_free(run);
}

static void test_bounds(void **state)
{
	const struct svmsim_scenario_options steps = { .step_max = 2 };
	const struct svmsim_scenario_options points = { .point_max = 3 };
	struct svmsim_run *run = run_body(MIXED, &steps);

	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, "the bound on switches, 2, was reached: usually tasks "
			    "that wait in loops for what never comes; --steps N moves it");
	assert_string_equal(run->replay, "run t.svm --steps 2");
	svmsim_run_free(run);
	run = run_body(MIXED, &points);
	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, "the bound on switch points was reached: usually a loop "
			    "that waits for another task and never lets it run; --points N moves "
			    "it");
	svmsim_run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_until_event),
		cmocka_unit_test(test_until_hides_what_comes_later),
		cmocka_unit_test(test_until_that_never_comes),
		cmocka_unit_test(test_what_names_nothing),
		cmocka_unit_test(test_schedulers_without_tasks),
		cmocka_unit_test(test_divergence_ends_it),
		cmocka_unit_test(test_record_crosses_a_worker),
		cmocka_unit_test(test_chosen_runs_replay),
		cmocka_unit_test(test_schedule_outlives_edits),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_pin_that_does_not_work),
		cmocka_unit_test(test_until_switch_point),
		cmocka_unit_test(test_calls_and_returns),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
