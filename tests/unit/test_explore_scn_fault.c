/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the lines of a scenario mean under failures, and sweeps of all of them. */
#include <signal.h>
#include <svmsim/fault.h>
#include "scn_fixture.h"

static struct svmsim_run *run_failing(const char *body, const char *site, uint64_t nth)
{
	struct svmsim_fault fault = { site, nth };
	struct svmsim_fault_plan plan = { .fault = &fault, .fault_count = 1 };
	struct svmsim_scenario_options options = { .faults = &plan };

	return run_body(body, &options);
}

/* @body passes although question @nth of @site fails; it has to come up. */
static void assert_survives(const char *body, const char *site, uint64_t nth)
{
	struct svmsim_run *run = run_failing(body, site, nth);

	if (run->verdict != SVMSIM_PASSED)
		fail_msg("%s:%llu: %s: expected %s, got %s", site, (unsigned long long)nth,
			 run->failure_count ? run->failure[0].what : "?",
			 run->failure_count ? run->failure[0].expected : "?",
			 run->failure_count ? run->failure[0].got : run->reason);
	assert_int_equal(run->injected_count, 1);
	assert_int_equal(run->fired, 1);
	svmsim_run_free(run);
}

static void assert_found(const char *body, const char *site, uint64_t nth, const char *what,
			 const char *got)
{
	struct svmsim_run *run = run_failing(body, site, nth);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_string_equal(run->failure[0].what, what);
	assert_string_equal(run->failure[0].got, got);
	svmsim_run_free(run);
}

static struct svmsim_run *sweep(const char *body, const struct svmsim_fault_plan *plan,
				unsigned int most)
{
	struct svmsim_scenario_options options = { .faults = plan, .sweep_max = most,
						   .timeout_seconds = 60 };
	struct svmsim_scenario *scenario = load_body(body, &options);
	struct svmsim_run *run = NULL;

	assert_int_equal(svmsim_scenario_run_worker(scenario, 0, &options, &run), 0);
	svmsim_scenario_free(scenario);
	return run;
}

static void assert_sweeps(const char *body, unsigned int least)
{
	struct svmsim_run *run = sweep(body, NULL, 400);

	if (run->verdict != SVMSIM_PASSED)
		fail_msg("%s", run->failed_count ? run->failed[0]->replay : run->reason);
	assert_true(run->sweep_count >= least);
	assert_int_equal(run->sweep_count, run->question_count);
	svmsim_run_free(run);
}

#define WINDOW "d0: iova_alloc w 8p\n"

static void test_action_may_fail_as_its_site_can(void **state)
{
	static const char body[] = "d0: map m ram a[0]\nd0: unmap m\n";

	assert_survives(body, "dma-map", 1);
	assert_survives(body, "iova", 1);
	assert_survives(body, "map", 1);
	assert_survives(body, "page/0", 2);
}

/* The page's failure is that of `alloc`, not that of the line after it. */
static void test_only_the_very_action_may_fail(void **state)
{
	assert_found(WINDOW "ram: alloc a 1p\nd0: link w[0] ram b[0] none\nd0: free w\n", "page/0",
		     1, "d0: link w[0] ram b[0] none",
		     "EINVAL (dma_iova_link() of page 0 failed)");
}

static void test_what_was_never_made_is_left_out(void **state)
{
	assert_survives("d0: map m ram a[0]\nd0: read m\nd0: sync_cpu m\nd0: unmap m\n"
			"d0: map m ram a[0]\nd0: read m\nd0: unmap m\n", "dma-map", 1);
	assert_survives("ram: alloc a 4p\nd0: map m ram a[0]\nd0: unmap m\nram: check a pattern=1\n"
			"ram: free a\n", "page/0", 1);
	assert_survives(WINDOW "d0: link w[0..7] ram a[0..7]\nd0: sync w\nd0: destroy w\n",
			"iova", 1);
}

static void test_unlink_and_destroy_are_clipped(void **state)
{
	static const char body[] = WINDOW "d0: link w[0..7] ram a[0..7] each\n"
				   "d0: unlink w[2..5]\nd0: unlink w[0..1]\nd0: unlink w[6..7]\n"
				   "d0: free w\n";
	static const char ended[] = WINDOW "d0: link w[0..3] ram a[0..3] each\n"
					"d0: link w[4..7] ram a[4..7] each\nd0: sync w\n"
					"d0: destroy w 8p\n";
	uint64_t nth;

	for (nth = 1; nth <= 8; nth++) {
		assert_survives(body, "map", nth);
		assert_survives(ended, "map", nth);
	}
}

/* What a hole does stays what it does: clipping ends at what was made. */
static void test_hole_of_the_scenario_is_no_longer_met(void **state)
{
	static const char body[] = WINDOW "d0: link w[0..1] ram a[0..1] each\n"
				   "d0: link w[4..7] ram a[4..7] each\nd0: destroy w 8p\n"
				   "expect leaves:d0 = 4\n"
				   "expect report iommu-unmap-hole at=+2p\n";
	uint64_t nth;

	for (nth = 1; nth <= 6; nth++)
		assert_survives(body, "map", nth);
}

static void test_access_to_what_was_not_linked_may_fault(void **state)
{
	static const char body[] = WINDOW "d0: link w[0..7] ram a[0..7] each\nd0: sync w\n"
				   "d0: fill w[0..7] pattern=3\nram: check a[0..7] pattern=3\n"
				   "d0: check w[0..7] pattern=3\nd0: destroy w 8p\n";

	assert_survives(body, "map", 1);
	assert_survives(body, "map", 5);
}

static void test_wrong_bytes_stay_a_finding(void **state)
{
	assert_found(WINDOW "d0: link w[0] ram a[0]\nd0: link w[1] ram b[0]\nd0: sync w\n"
		     "d0: fill w[0] pattern=3\nram: check a[0] pattern=4\n"
		     "d0: destroy w 2p\n", "map", 2, "ram: check a[0] pattern=4",
		     "EIO (page 0 does not hold pattern 4)");
}

static void test_new_report_is_a_finding(void **state)
{
	/* A leak that has nothing to do with the failure, in a file that expects another report. */
	struct svmsim_run *run = run_failing(WINDOW "d0: link w[0] ram a[0]\n"
					     "d0: map m ram b[0]\nexpect report iommu-leak\n",
					     "dma-map", 1);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_string_equal(run->failure[0].expected, "no report");
	svmsim_run_free(run);
}

static void test_expected_report_may_come_or_not(void **state)
{
	static const char freed[] = WINDOW "d0: link w[0] ram a[0]\nd0: free w\n"
				    "expect leaves:d0 = 1\nstate iova d0\n----\n----\n"
				    "expect report iommu-leak\n";

	assert_survives(freed, "map", 1);
	assert_survives(freed, "iova", 1);
}

/* A line that is there to fail: what it makes when it does not is taken back. */
static void test_line_that_should_have_failed_is_undone(void **state)
{
	static const char body[] = WINDOW "d0: link w[0] ram a[0]\n"
				   "d0: link w[0] ram b[0] -> EADDRINUSE\nd0: sync w\n"
				   "d0: destroy w 1p\n";

	assert_survives(body, "map", 1);
	assert_survives(body, "map", 2);
}

static void test_counters_and_states_say_nothing(void **state)
{
	assert_survives("d0: map m ram a[0]\nexpect leaves:d0 = 1\nd0: unmap m\n"
			"expect iommu:map = 1\nexpect no reports\n", "dma-map", 1);
	/* But they do while nothing has failed yet. */
	assert_found("d0: map m ram a[0]\nexpect leaves:d0 = 2\nd0: map n ram b[0]\nd0: unmap m\n",
		     "dma-map", 2, "expect leaves:d0 = 2", "1");
}

static void test_fallback_of_a_map_of_hmm(void **state)
{
	assert_sweeps("d0: hmm_alloc h 4p\nd0: hmm_map h[0..3] ram a[0..3]\nd0: read h[0]\n"
		      "d0: hmm_unmap h[1]\nd0: hmm_destroy h\nexpect no reports\n", 8);
}

static void test_programs_fail_in_their_error_paths(void **state)
{
	struct svmsim_run *run = sweep("t0: call fault_leak\n", NULL, 400);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_int_equal(run->sweep_count, 2);
	assert_int_equal(run->failed_count, 1);
	assert_string_equal(run->failed[0]->report[0].report.identifier, "mem-leak");
	assert_string_equal(run->failed[0]->replay,
			    "run t.svm --fail 'fault.c:pair_setup:kmalloc(256):1'");
	assert_string_equal(run->failed[0]->injected[0].file, "t.svm");
	assert_int_equal(run->failed[0]->injected[0].line, 4);
	svmsim_run_free(run);
	assert_sweeps("t0: call fault_leak_fixed\n", 2);
	assert_sweeps("t0: call fault_unlock_fixed\n", 1);
	assert_sweeps("t0: call fault_reference\n", 3);
	run = sweep("t0: call fault_unlock\n", NULL, 400);
	assert_int_equal(run->failed_count, 1);
	assert_string_equal(run->failed[0]->report[0].report.identifier, "lock-imbalance");
	svmsim_run_free(run);
	run = sweep("t0: call fault_nofail\n", NULL, 400);
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_int_equal(run->sweep_count, 0);
	svmsim_run_free(run);
}

static void test_cap_is_stated(void **state)
{
	struct svmsim_run *run = sweep("d0: map m ram a[0]\nd0: unmap m\n", NULL, 3);

	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_int_equal(run->sweep_count, 3);
	assert_non_null(strstr(run->reason, "the first 3 were failed: --fail-max raises that"));
	svmsim_run_free(run);
}

static void test_sweep_lists_sites_and_keeps_the_clean_digest(void **state)
{
	static const char body[] = "d0: map m ram a[0]\nd0: unmap m\n"
				   "expect eventually leaves:d0 = 1\n";
	struct svmsim_run *plain = run_body(body, NULL), *run = sweep(body, NULL, 400);
	unsigned int i;

	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_true(plain->digest == run->digest);
	assert_int_equal(plain->site_count, 0);
	assert_true(run->site_count >= 4);
	for (i = 0; i < run->site_count; i++)
		assert_int_equal(run->site[i].injection_count, run->site[i].question_count);
	svmsim_run_free(plain);
	svmsim_run_free(run);
}

static void test_clean_run_that_fails_is_not_swept(void **state)
{
	struct svmsim_run *run = sweep("d0: map m ram a[0]\nexpect no reports\n", NULL, 400);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_int_equal(run->sweep_count, 0);
	assert_string_equal(run->replay, "run t.svm");
	svmsim_run_free(run);
}

static void crash_at_map(void *ctx, const struct svmsim_injection *injection)
{
	if (!strcmp(injection->site, "map"))
		raise(SIGSEGV);
}

static void test_crash_costs_one_run_and_names_its_failure(void **state)
{
	struct svmsim_fault_plan plan = { .injected = crash_at_map };
	struct svmsim_run *run = sweep("d0: map m ram a[0]\nd0: map n ram b[0]\nd0: unmap m\n"
				       "d0: unmap n\n", &plan, 400);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_int_equal(run->sweep_count, run->question_count);
	assert_true(run->failed_count >= 2);
	assert_string_equal(run->failed[0]->report[0].report.identifier, "oops");
	assert_string_equal(run->failed[0]->failure[0].what, "d0: map m ram a[0]");
	assert_string_equal(run->failed[0]->replay, "run t.svm --fail map:1");
	assert_string_equal(run->failed[1]->replay, "run t.svm --fail map:2");
	svmsim_run_free(run);
}

static void test_crash_of_a_single_run_names_its_failure(void **state)
{
	struct svmsim_fault_plan plan = { .nth = 3, .injected = crash_at_map };
	struct svmsim_scenario_options options = { .faults = &plan };
	struct svmsim_scenario *scenario = load_body("d0: map m ram a[0]\n", &options);
	struct svmsim_run *run = NULL;

	assert_int_equal(svmsim_scenario_run_worker(scenario, 0, &options, &run), 0);
	if (run->injected_count && !strcmp(run->injected[0].site, "map"))
		assert_string_equal(run->replay, "run t.svm --fail map:1");
	svmsim_run_free(run);
	plan.nth = 0;
	plan.probability = 1;
	plan.injected = NULL;
	assert_int_equal(svmsim_scenario_run_worker(scenario, 0, &options, &run), 0);
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_int_equal(run->injected_count, 1);
	assert_string_equal(run->replay, "run t.svm --fail page/0:1");
	svmsim_run_free(run);
	svmsim_scenario_free(scenario);
}

/* A run by chance, and the run that its replay line asks for, are one run. */
static void test_chance_is_replayed_by_name(void **state)
{
	static const char body[] = WINDOW "d0: link w[0..7] ram a[0..7] each\nd0: sync w\n"
				   "d0: destroy w 8p\nd0: map m ram b[0]\nd0: unmap m\n";
	struct svmsim_fault_plan by_chance = { .probability = 0.15 }, by_name;
	struct svmsim_fault fault[SVMSIM_FAULT_MAX];
	struct svmsim_scenario_options options = { .faults = &by_chance };
	unsigned int seen = 0, i;

	for (options.seed = 1; options.seed <= 20; options.seed++) {
		struct svmsim_run *first = run_body(body, &options), *second;
		struct svmsim_scenario_options again = { .faults = &by_name, .seed = options.seed };

		assert_int_equal(first->verdict, SVMSIM_PASSED);
		by_name = (struct svmsim_fault_plan){ .fault = fault,
						      .fault_count = first->injected_count };
		for (i = 0; i < first->injected_count; i++) {
			fault[i].site = first->injected[i].site;
			fault[i].nth = first->injected[i].nth;
		}
		second = run_body(body, &again);
		assert_true(first->digest == second->digest);
		assert_int_equal(first->injected_count, second->injected_count);
		seen += first->injected_count;
		svmsim_run_free(first);
		svmsim_run_free(second);
	}
	assert_true(seen > 10);
}

static void test_twice_injects_twice(void **state)
{
	struct svmsim_fault fault = { "map", 2 };
	struct svmsim_fault_plan plan = { .fault = &fault, .fault_count = 1 };
	struct svmsim_scenario_options options = { .faults = &plan, .twice = true };
	struct svmsim_run *run = run_body(WINDOW "d0: link w[0..7] ram a[0..7] each\nd0: sync w\n"
					  "d0: destroy w 8p\n", &options);

	assert_int_equal(run->verdict, SVMSIM_PASSED);
	assert_string_equal(run->replay, "run t.svm --fail map:2 --twice");
	svmsim_run_free(run);
}

static void test_record_crosses_to_another_process(void **state)
{
	struct svmsim_run *run = sweep("t0: call fault_leak\n", NULL, 400), *copy, *cut;
	size_t bytes, less;
	void *data = svmsim_run_pack(run, &bytes), *part;

	copy = svmsim_run_unpack(data, bytes);
	assert_int_equal(copy->failed_count, 1);
	assert_int_equal(copy->sweep_count, 2);
	assert_string_equal(copy->failed[0]->replay, run->failed[0]->replay);
	assert_int_equal(copy->site_count, run->site_count);
	assert_string_equal(copy->site[0].name, run->site[0].name);
	svmsim_run_free(copy);
	for (less = 0; less < bytes; less += 7) {
		part = malloc(less + 1);
		memcpy(part, data, less);
		cut = svmsim_run_unpack(part, less);
		assert_null(cut);
		free(part);
	}
	free(data);
	svmsim_run_free(run);
}

static void test_refused_plan_is_said(void **state)
{
	struct svmsim_run *run = run_failing("d0: map m ram a[0]\nd0: unmap m\n", "kmaloc", 1);

	assert_int_equal(run->verdict, SVMSIM_INCONCLUSIVE);
	assert_string_equal(run->reason, "nothing that can fail is called kmaloc");
	svmsim_run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_action_may_fail_as_its_site_can),
		cmocka_unit_test(test_only_the_very_action_may_fail),
		cmocka_unit_test(test_what_was_never_made_is_left_out),
		cmocka_unit_test(test_unlink_and_destroy_are_clipped),
		cmocka_unit_test(test_hole_of_the_scenario_is_no_longer_met),
		cmocka_unit_test(test_access_to_what_was_not_linked_may_fault),
		cmocka_unit_test(test_wrong_bytes_stay_a_finding),
		cmocka_unit_test(test_new_report_is_a_finding),
		cmocka_unit_test(test_expected_report_may_come_or_not),
		cmocka_unit_test(test_line_that_should_have_failed_is_undone),
		cmocka_unit_test(test_counters_and_states_say_nothing),
		cmocka_unit_test(test_fallback_of_a_map_of_hmm),
		cmocka_unit_test(test_programs_fail_in_their_error_paths),
		cmocka_unit_test(test_cap_is_stated),
		cmocka_unit_test(test_sweep_lists_sites_and_keeps_the_clean_digest),
		cmocka_unit_test(test_clean_run_that_fails_is_not_swept),
		cmocka_unit_test(test_crash_costs_one_run_and_names_its_failure),
		cmocka_unit_test(test_crash_of_a_single_run_names_its_failure),
		cmocka_unit_test(test_chance_is_replayed_by_name),
		cmocka_unit_test(test_twice_injects_twice),
		cmocka_unit_test(test_record_crosses_to_another_process),
		cmocka_unit_test(test_refused_plan_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
