// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Scenarios under a scheduler, with a schedule, or up to some event. */
#include "scn_fixture.h"

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
	const struct svmsim_scenario_options returns = { .until = "dma_map:return" };
	const struct svmsim_scenario_options schedule = { .schedule = "s1,t0" };
	const struct svmsim_scenario_options pin = { .pin = "p1" };

	assert_inconclusive(&until, "no event and no switch point is called \"iommu:mpa\": did "
			    "you mean \"iommu:map\"?");
	assert_inconclusive(&returns, "dma_map:return: calls and returns of functions are no "
			    "switch points; name a primitive in it, or an event");
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
