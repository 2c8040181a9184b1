// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Running scenarios: results, expectations, golden text, and crashes. */
#include <signal.h>
#include "scn_fixture.h"

#define HOLE "d0: iova_alloc w 4p\nd0: link w[0] ram a[0]\nd0: link w[2..3] ram a[2..3]\n" \
	     "d0: destroy w 4p\n"
#define FAULT "d0: iova_alloc w 4p\nd0: read w[0]"

static void test_result_mismatch_ends_the_run(void **state)
{
	struct svmsim_run *run = run_body("d0: iova_alloc w 1p -> ENOMEM or unused\n"
					  "d0: iova_alloc v 1p\nexpect report warn\n", NULL);

	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_int_equal(run->failure_count, 1);
	assert_string_equal(run->failure[0].expected, "ENOMEM or unused");
	assert_string_equal(run->failure[0].got, "ok");
	assert_int_equal(run->step_count, 1);
	svmsim_run_free(run);
}

static void test_line_without_result_expects_ok(void **state)
{
	assert_fails(FAULT "\n", 5, "d0: read w[0]", "ok", "fault");
}

static void test_fault_consumes_its_report_only(void **state)
{
	assert_passes(FAULT " -> fault\nd0: free w\nexpect no reports\n");
	assert_fails(FAULT " -> fault\nd0: read w[1] -> ok or fault\nd0: free w\n"
		     "expect report io-page-fault\n", 8, "expect report io-page-fault",
		     "1 such report", "io-page-fault dev=d0 at=+0p access=read, which the result "
		     "of its own line consumed");
}

static void test_fault_does_not_consume_other_reports(void **state)
{
	/* The fault follows from the missing sync, which is a finding of that very line. */
	assert_fails("set d0 caching-mode\nd0: iova_alloc w 1p\nd0: read w[0] -> fault\n"
		     "d0: link w[0] ram a[0]\nd0: read w[0] -> fault\nd0: destroy w\n", 8,
		     "d0: read w[0]", "no report",
		     "iotlb-unsynced dev=d0 at=+0p access=read outcome=fault");
	/* The hole's report is not the fault's own. */
	assert_fails(HOLE "d0: read w[1] -> fault\n", 7, "d0: destroy w 4p", "no report",
		     "iommu-unmap-hole dev=d0 at=+1p want=4p got=1p left=2p");
}

static void test_map_over_is_consumed_by_its_errno(void **state)
{
	assert_passes("d0: iova_alloc w 2p\nd0: link w[0] ram a[0]\n"
		      "d0: link w[0] ram a[1] -> EADDRINUSE\nd0: destroy w 1p\n");
}

static void test_values(void **state)
{
	assert_passes("d0: iova_alloc w 1p\nd0: link w[0] ram a[0]\nd0: write w[0] value=0x1234\n"
		      "d0: read w[0] -> 1 or 0x1234\nd0: destroy w\n");
	assert_fails("d0: iova_alloc w 1p\nd0: link w[0] ram a[0]\nd0: write w[0] value=0x1234\n"
		     "d0: read w[0] -> 0x1235\nd0: destroy w\n", 7, "d0: read w[0]", "0x1235",
		     "0x1234");
}

static void test_expectations_claim_exactly_as_many(void **state)
{
	assert_passes(HOLE "expect report iommu-unmap-hole\n");
	assert_passes(HOLE "expect report iommu-unmap-hole at=+1p left=*\n");
	assert_fails(HOLE "expect report iommu-unmap-hole x2\n", 8,
		     "expect report iommu-unmap-hole x2", "2 such reports", "1");
	assert_fails(HOLE "expect report iommu-unmap-hole at=+2p\n", 8,
		     "expect report iommu-unmap-hole at=+2p", "1 such report",
		     "iommu-unmap-hole dev=d0 at=+1p want=4p got=1p left=2p");
	assert_fails(HOLE "expect report iommu-leak\nexpect report iommu-unmap-hole\n", 8,
		     "expect report iommu-leak", "1 such report",
		     "iommu-leak dev=d0 at=+2p size=2p when=free, which is attached to another "
		     "report");
	assert_fails(HOLE "expect report iommu-unmap-hole\nexpect no reports\n", 9,
		     "expect no reports", "no report",
		     "iommu-unmap-hole dev=d0 at=+1p want=4p got=1p left=2p");
}

static void test_specific_expectations_choose_first(void **state)
{
	assert_passes("d0: iova_alloc w 2p\nd0: iova_alloc v 4p\n"
		      "expect report iova-leak\nexpect report iova-leak size=4p\n");
}

static void test_teardown_reports_can_be_expected(void **state)
{
	assert_passes("d0: iova_alloc w 2p\nexpect report iova-leak dev=d0 size=2p\n");
	assert_fails("d0: iova_alloc w 2p\n", 4, "end of the run", "no report",
		     "iova-leak dev=d0 size=2p linked=0p");
}

static void test_counters(void **state)
{
	assert_passes("d0: iova_alloc w 4p\nd0: link w[0..3] ram a[0..3] each\n"
		      "expect iommu:map = 4\nexpect iommu:map != 3\nexpect leaves:d0 >= 4\n"
		      "expect mapped-pages:d0 <= 4\nexpect iova-ranges:d0 > 0\n"
		      "expect iotlb-entries:d0 < 1\nd0: destroy w\nexpect leaves:d0 = 0\n");
	assert_fails("d0: iova_alloc w 4p\nexpect iova:alloc > 1\nd0: free w\n", 5,
		     "expect iova:alloc > 1", "> 1", "1");
}

static void test_golden_text_does_not_depend_on_addresses(void **state)
{
	const char *body = "state iova d0\n----\nw[0..3]\n----\nstate pt d0\n----\n"
			   "w[0..2] -> a[4..6] 4K rw\nw[3] -> a[0] * rw\n----\nd0: destroy w\n";
	char text[1000];

	snprintf(text, sizeof(text), "ram: alloc a 7p\nd0: iova_alloc w 4p\n"
		 "d0: link w[0..2] ram a[4..6]\nd0: link w[3] ram a[0]\n%s", body);
	assert_passes(text);
	snprintf(text, sizeof(text), "ram: alloc x 9p\nram: alloc a 7p contig\n"
		 "d0: iova_alloc v 64p\nd0: free v\nd0: iova_alloc u 1p\nd0: iova_alloc w 4p\n"
		 "d0: link w[0..2] ram a[4..6]\nd0: link w[3] ram a[0]\nd0: free u\n%s", body);
	/* Another place, one cached range more. */
	assert_fails(text, 13, "state iova d0", "line 2 of the block: nothing more", "u[0] cached");
}

static void test_twice_finds_uninitialised_memory(void **state)
{
	const struct svmsim_scenario_options options = { .twice = true };
	const char *body = "d0: iova_alloc w 1p\nd0: link w[0] ram a[0]\n%sd0: read w[0]\n"
			   "d0: destroy w\n";
	struct svmsim_run *run;
	char text[300];

	snprintf(text, sizeof(text), body, "");
	run = run_body(text, &options);
	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_string_equal(run->failure[0].what, "d0: read w[0]");
	assert_string_equal(run->report[0].report.identifier, "uninit");
	assert_int_equal(run->report[0].report.time_ns / 1000, run->report[0].report.step);
	svmsim_run_free(run);
	snprintf(text, sizeof(text), body, "ram: fill a pattern=1\n");
	run = run_body(text, &options);
	assert_int_equal(run->verdict, SVMSIM_PASSED);
	svmsim_run_free(run);
}

static void count_event(void *ctx, const struct svmsim_event *event)
{
	++*(unsigned int *)ctx;
}

static void test_watching_leaves_the_digest_alone(void **state)
{
	unsigned int count = 0;
	const struct svmsim_scenario_options options = {
		.watch = count_event, .watch_ctx = &count,
	};
	struct svmsim_run *plain = run_body(HOLE, NULL);
	struct svmsim_run *watched = run_body(HOLE, &options);

	assert_true(count > 10);
	assert_int_equal(plain->digest, watched->digest);
	svmsim_run_free(plain);
	svmsim_run_free(watched);
}

static void test_record_survives_packing(void **state)
{
	const struct svmsim_scenario_options options = { .text_of_all = true, .json = true };
	struct svmsim_run *run = run_body(HOLE "expect report iommu-unmap-hole\n", &options);
	struct svmsim_run *copy;
	size_t bytes, again_bytes, cut;
	char *data = svmsim_run_pack(run, &bytes), *again;

	copy = svmsim_run_unpack(data, bytes);
	assert_non_null(copy);
	again = svmsim_run_pack(copy, &again_bytes);
	assert_int_equal(bytes, again_bytes);
	assert_memory_equal(data, again, bytes);
	/* Whatever is cut off, nothing is read past its end and nothing is made of it. */
	for (cut = 0; cut < bytes; cut++) {
		char *part = malloc(cut + 1);

		memcpy(part, data, cut);
		assert_null(svmsim_run_unpack(part, cut));
		free(part);
	}
	free(again);
	free(data);
	svmsim_run_free(copy);
	svmsim_run_free(run);
}

static void crash_at_link(void *ctx, const struct svmsim_event *event)
{
	if (!strcmp(event->name, "map"))
		raise(SIGSEGV);
}

static void test_crash_becomes_an_oops_of_its_line(void **state)
{
	const struct svmsim_scenario_options options = { .watch = crash_at_link };
	struct svmsim_scenario *scenario = load_body(HOLE "expect report warn\n", &options);
	struct svmsim_run *run = NULL;

	assert_int_equal(svmsim_scenario_run_worker(scenario, 0, &options, &run), 0);
	assert_int_equal(run->verdict, SVMSIM_FAILED);
	assert_int_equal(run->report_count, 1);
	assert_string_equal(run->report[0].report.identifier, "oops");
	assert_int_equal(run->report[0].report.step, 2);
	assert_int_equal(run->report[0].report.time_ns / 1000, 2);
	assert_int_equal(run->failure_count, 1);
	assert_int_equal(run->failure[0].line, 5);
	assert_string_equal(run->failure[0].what, "d0: link w[0] ram a[0]");
	assert_string_equal(run->replay, "run t.svm");
	svmsim_run_free(run);
	svmsim_scenario_free(scenario);
}

static void test_worker_and_process_agree(void **state)
{
	struct svmsim_scenario *scenario = load_body(HOLE, NULL);
	struct svmsim_run *here = NULL, *there = NULL;

	svmsim_scenario_run(scenario, 0, NULL, &here);
	svmsim_scenario_run_worker(scenario, 0, NULL, &there);
	assert_int_equal(here->digest, there->digest);
	assert_int_equal(here->failure_count, there->failure_count);
	assert_string_equal(here->failure[0].got, there->failure[0].got);
	assert_int_equal(svmsim_scenario_run(scenario, 1, NULL, &here), -EINVAL);
	svmsim_run_free(here);
	svmsim_run_free(there);
	svmsim_scenario_free(scenario);
}

static void test_seed_of_the_file_wins(void **state)
{
	const struct svmsim_scenario_options options = { .seed = 7 };
	struct svmsim_run *run;

	run = run_body("set seed 3\nd0: iova_alloc w 1p\nd0: free w\n", &options);

	assert_string_equal(run->replay, "run t.svm");
	svmsim_run_free(run);
	run = run_body("d0: iova_alloc w 1p\nd0: free w\n", &options);
	assert_string_equal(run->replay, "run t.svm --seed 7");
	svmsim_run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_crash_becomes_an_oops_of_its_line),
		cmocka_unit_test(test_expectations_claim_exactly_as_many),
		cmocka_unit_test(test_fault_consumes_its_report_only),
		cmocka_unit_test(test_fault_does_not_consume_other_reports),
		cmocka_unit_test(test_golden_text_does_not_depend_on_addresses),
		cmocka_unit_test(test_line_without_result_expects_ok),
		cmocka_unit_test(test_map_over_is_consumed_by_its_errno),
		cmocka_unit_test(test_record_survives_packing),
		cmocka_unit_test(test_result_mismatch_ends_the_run),
		cmocka_unit_test(test_seed_of_the_file_wins),
		cmocka_unit_test(test_specific_expectations_choose_first),
		cmocka_unit_test(test_teardown_reports_can_be_expected),
		cmocka_unit_test(test_twice_finds_uninitialised_memory),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_watching_leaves_the_digest_alone),
		cmocka_unit_test(test_worker_and_process_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
