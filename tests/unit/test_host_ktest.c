/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The harness itself: what must fail a test does. Each case is a program, run in a worker. */
#include "ktest.h"

#include <stdio.h>
#include <svmsim/report.h>
#include "host/host.h"

static void add_finding(struct svmsim_world *world)
{
	svmsim_report_add(world, &(struct svmsim_report){ .identifier = "uninit" });
}

static void inner_good(void **state)
{
	ktest_world(NULL, 0, NULL);
	ktest_assert_int_equal(1, 1);
}

static void inner_bad_assert(void **state)
{
	ktest_world(NULL, 0, NULL);
	ktest_assert_u64_equal(1, 2);
}

static void inner_unexpected_finding(void **state)
{
	add_finding(ktest_world(NULL, 0, NULL));
}

static void inner_missing_finding(void **state)
{
	ktest_expect_report(ktest_world(NULL, 0, NULL), "uninit", 1);
}

static void inner_expected_finding(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	add_finding(world);
	add_finding(world);
	ktest_expect_report(world, "uninit", 1);
	ktest_expect_report(world, "uninit", 1);
	ktest_assert_int_equal(ktest_report_count(world, "uninit"), 2);
}

/* Two worlds: each is judged by its own list. */
static void inner_finding_in_the_other_world(void **state)
{
	struct svmsim_world *a = ktest_world(NULL, 0, NULL);
	struct svmsim_world *b = ktest_world(NULL, 0, NULL);

	add_finding(a);
	ktest_expect_report(b, "uninit", 1);
}

static void inner_dropped_world_with_finding(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	add_finding(world);
	ktest_world_drop(world);
}

static void inner_skip(void **state)
{
	ktest_skip("a stated reason");
}

struct outer_row {
	const char *name;
	void (*fn)(void **state);
	int status;
};

static int run_inner(void *ctx)
{
	const struct outer_row *row = ctx;
	const struct ktest tests[] = { { row->name, row->fn, NULL, NULL } };

	if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		return 2;
	return ktest_run("inner", tests, 1, 0, NULL);
}

static void test_status_of_a_program(void **state)
{
	static struct outer_row rows[] = {
		{ "good", inner_good, 0 },
		{ "bad_assert", inner_bad_assert, 1 },
		{ "unexpected_finding", inner_unexpected_finding, 1 },
		{ "missing_finding", inner_missing_finding, 1 },
		{ "expected_finding", inner_expected_finding, 0 },
		{ "finding_in_the_other_world", inner_finding_in_the_other_world, 1 },
		{ "dropped_world_with_finding", inner_dropped_world_with_finding, 1 },
		{ "skip", inner_skip, 77 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ktest_context("%s", rows[i].name);
		ktest_assert_int_equal(host_worker_run(run_inner, &rows[i], NULL, NULL, 60, NULL),
				       rows[i].status);
	}
}

static int inner_number;

static void inner_assert(void **state)
{
	static const char text[] = "text";
	int number = inner_number;

	switch (number) {
	case 0: ktest_assert_true(number == 1); break;
	case 1: ktest_assert_false(number == 1); break;
	case 2: ktest_assert_null(text); break;
	case 3: ktest_assert_non_null(NULL); break;
	case 4: ktest_assert_int_equal(-1, 1); break;
	case 5: ktest_assert_u64_equal(1ull << 32, 0); break;
	case 6: ktest_assert_u64_not_equal(5, 5); break;
	case 7: ktest_assert_ptr_equal(text, &number); break;
	case 8: ktest_assert_ptr_not_equal(text, text); break;
	case 9: ktest_assert_string_equal(text, "texts"); break;
	case 10: ktest_assert_string_contains(text, "exts"); break;
	case 11: ktest_assert_memory_equal(text, "texT", 4); break;
	case 12: ktest_assert_in_range(7, 8, 9); break;
	case 13: ktest_assert_in_range(10, 8, 9); break;
	case 14: ktest_fail("always"); break;
	}
}

static void test_each_assertion_can_fail(void **state)
{
	static struct outer_row row = { "assert", inner_assert, 0 };

	for (inner_number = 0; inner_number < 15; inner_number++) {
		ktest_context("number %d", inner_number);
		ktest_assert_int_equal(host_worker_run(run_inner, &row, NULL, NULL, 60, NULL),
				       1);
	}
}

static const struct ktest tests[] = {
	KTEST(test_status_of_a_program),
	KTEST(test_each_assertion_can_fail),
};
KTEST_MAIN(tests)
