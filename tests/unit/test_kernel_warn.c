/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/bug.h>
#include <linux/sim_absent.h>
#include "kernel/warn.h"
#include "kernel_fixture.h"

static int evaluated;

static int evaluate(int value)
{
	evaluated++;
	return value;
}

static int warn_on(int value)
{
	return WARN_ON(evaluate(value) > 1);
}

static int warn_once(int value)
{
	return WARN_ON_ONCE(evaluate(value) > 1);
}

static void test_value_is_kept(void **state)
{
	struct svmsim_world *world = kernel_world();

	evaluated = 0;
	ktest_assert_int_equal(warn_on(1), 0);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_int_equal(warn_on(2), 1);
	ktest_assert_int_equal(warn_on(3), 1);
	ktest_assert_int_equal(evaluated, 3);
	assert_report(world, 0,
		      "warn site=test_kernel_warn.c:warn_on expr=\"evaluate(value) > 1\"\n"
		      "WARNING: test_kernel_warn.c at warn_on");
	ktest_expect_report(world, "warn", 2);
}

static void test_once_is_per_world(void **state)
{
	struct svmsim_world *first = kernel_world(), *second;

	evaluated = 0;
	ktest_assert_int_equal(warn_once(2), 1);
	ktest_assert_int_equal(warn_once(2), 1);
	ktest_assert_int_equal(evaluated, 2);
	ktest_expect_report(first, "warn", 1);
	second = kernel_world();
	ktest_assert_int_equal(warn_once(2), 1);
	ktest_expect_report(second, "warn", 1);
	sim_world_reset(second);
	ktest_assert_int_equal(warn_once(2), 1);
	ktest_assert_int_equal(svmsim_report_count(second), 1);
}

static void test_text(void **state)
{
	struct svmsim_world *world = kernel_world();

	for (int i = 0; i < 2; i++) {
		WARN(1, "number %d\n", i);
		WARN_ONCE(i >= 0, "only number %d", i);
	}
	assert_report(world, 0, "warn site=test_kernel_warn.c:test_text expr=\"1\"\n"
		      "WARNING: test_kernel_warn.c at test_text\n"
		      "number 0");
	assert_report(world, 1, "warn site=test_kernel_warn.c:test_text expr=\"i >= 0\"\n"
		      "WARNING: test_kernel_warn.c at test_text\n"
		      "only number 0");
	ktest_expect_report(world, "warn", 3);
}

/* Two sites on one line, or of equal text, are two sites. */
static void test_sites_differ(void **state)
{
	struct svmsim_world *world = kernel_world();

	if (WARN_ON_ONCE(evaluate(1)) && WARN_ON_ONCE(evaluate(1)))
		evaluated = 0;
	ktest_expect_report(world, "warn", 2);
}

struct bug_run {
	struct svmsim_world *world;
	int value;
};

static void tell_and_return(struct svmsim_world *world, void *ctx)
{
	const char *text = report_text(world, svmsim_report_count(world) - 1);

	host_worker_write(text, __builtin_strlen(text) + 1);
}

static int run_bug(void *ctx)
{
	struct bug_run *run = ctx;

	sim_set_bug_handler(run->world, tell_and_return, NULL);
	BUG_ON(run->value > 1);
	if (run->value == 1)
		BUG();
	return 7;
}

static void keep_text(void *ctx, const void *data, size_t bytes)
{
	ktest_assert_true(bytes < 512);
	__builtin_memcpy(ctx, data, bytes);
}

static void check_bug(int value, int result, const char *expected)
{
	struct bug_run run = { kernel_world(), value };
	struct host_crash crash = { 0 };
	char text[512] = "";

	ktest_assert_int_equal(host_worker_run(run_bug, &run, keep_text, text, 60, &crash), result);
	ktest_assert_string_equal(text, expected);
	if (result < 0)
		ktest_assert_string_equal(crash.signal_name, "SIGILL");
}

/* A handler that returns is followed by a trap, which the worker's parent sees as a crash. */
static void test_bug(void **state)
{
	check_bug(0, 7, "");
	check_bug(1, -1, "bug site=test_kernel_warn.c:run_bug expr=\"BUG\"\n"
			 "kernel BUG at test_kernel_warn.c in run_bug!");
	check_bug(2, -1, "bug site=test_kernel_warn.c:run_bug expr=\"run->value > 1\"\n"
			 "kernel BUG at test_kernel_warn.c in run_bug!");
}

static void test_absent(void **state)
{
	struct svmsim_world *world = kernel_world();

	SIM_ABSENT("dma_alloc_pages");
	assert_report(world, 0, "absent name=dma_alloc_pages\n"
		      "dma_alloc_pages() is declared so that code compiles, but not modelled");
	ktest_expect_report(world, "absent", 1);
}

static const struct ktest tests[] = {
	KTEST(test_value_is_kept),
	KTEST(test_once_is_per_world),
	KTEST(test_text),
	KTEST(test_sites_differ),
	KTEST(test_bug),
	KTEST(test_absent),
};
KTEST_MAIN(tests)
