/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/printk.h>
#include <linux/sprintf.h>
#include "kernel/printk.h"
#include "kernel_fixture.h"

static void test_lines_and_levels(void **state)
{
	struct svmsim_world *world = kernel_world();
	int level;

	pr_err("first %d\n", 1);
	pr_info("two\nlines\n");
	printk("no level\n");
	ktest_assert_u64_equal(sim_log_count(world), 4);
	ktest_assert_string_equal(sim_log_line(world, 0, &level), "first 1");
	ktest_assert_int_equal(level, LOGLEVEL_ERR);
	ktest_assert_string_equal(sim_log_line(world, 2, &level), "lines");
	ktest_assert_int_equal(level, LOGLEVEL_INFO);
	ktest_assert_string_equal(sim_log_line(world, 3, &level), "no level");
	ktest_assert_int_equal(level, LOGLEVEL_WARNING);
	ktest_assert_null(sim_log_line(world, 4, NULL));
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_CONSOLE], 4);
}

static void test_continuation(void **state)
{
	struct svmsim_world *world = kernel_world();

	pr_info("a");
	pr_cont("b");
	pr_cont("c\n");
	pr_info("open");
	ktest_assert_u64_equal(sim_log_count(world), 1);
	sim_printk(LOGLEVEL_ERR, "next\n");
	pr_info("last");
	sim_world_finish(world);
	ktest_assert_string_equal(sim_log_line(world, 0, NULL), "abc");
	ktest_assert_string_equal(sim_log_line(world, 1, NULL), "open");
	ktest_assert_string_equal(sim_log_line(world, 2, NULL), "next");
	ktest_assert_string_equal(sim_log_line(world, 3, NULL), "last");
}

static void test_debug_is_silent(void **state)
{
	struct svmsim_world *world = kernel_world();

	pr_debug("x %d\n", 1);
	pr_devel("y\n");
	ktest_assert_u64_equal(sim_log_count(world), 0);
}

static void say_once(void)
{
	pr_warn_once("once\n");
}

static void test_once_is_per_world(void **state)
{
	struct svmsim_world *first = kernel_world();
	struct svmsim_world *second;

	say_once();
	say_once();
	ktest_assert_u64_equal(sim_log_count(first), 1);
	second = kernel_world();
	say_once();
	ktest_assert_u64_equal(sim_log_count(second), 1);
	sim_world_enter(first);
	say_once();
	ktest_assert_u64_equal(sim_log_count(first), 1);
	sim_world_reset(first);
	say_once();
	ktest_assert_u64_equal(sim_log_count(first), 1);
}

static void say_limited(int number)
{
	pr_err_ratelimited("message %d\n", number);
}

static void test_ratelimit(void **state)
{
	struct svmsim_world *world = kernel_world();

	for (int i = 0; i < 25; i++)
		say_limited(i);
	ktest_assert_u64_equal(sim_log_count(world), 10);
	world->now_ns += 5000000000ull;
	say_limited(25);
	ktest_assert_u64_equal(sim_log_count(world), 10);
	world->now_ns += 1;
	say_limited(26);
	ktest_assert_string_equal(sim_log_line(world, 10, NULL),
				  "say_limited: 16 callbacks suppressed");
	ktest_assert_string_equal(sim_log_line(world, 11, NULL), "message 26");
}

static void test_ring(void **state)
{
	struct svmsim_world *world = kernel_world();

	for (int i = 0; i < SIM_LOG_LINE_MAX + 3; i++)
		pr_info("line %d\n", i);
	ktest_assert_null(sim_log_line(world, 2, NULL));
	ktest_assert_string_equal(sim_log_line(world, 3, NULL), "line 3");
	ktest_assert_string_equal(sim_log_line(world, SIM_LOG_LINE_MAX + 2, NULL), "line 1026");
}

static void check_format(const char *expected, const char *fmt, ...) __printf(2, 3);
static void check_format(const char *expected, const char *fmt, ...)
{
	char text[256];
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ktest_assert_string_equal(text, expected);
	ktest_assert_int_equal(length, __builtin_strlen(expected));
}

static void test_formats(void **state)
{
	phys_addr_t phys = 0x123456789000;
	dma_addr_t dma = 0xfff;
	int on_stack;

	check_format("1 -2 3", "%d %i %u", 1, -2, 3u);
	check_format("[   7] [7   ] [0007] [+7]", "[%4d] [%-4d] [%04d] [%+d]", 7, 7, 7, 7);
	check_format("ff FF 0xff 377 18446744073709551615 0xffffffffffffffff",
		     "%x %X %#x %o %lu %#llx", 255, 255, 255, 255, ~0ul, ~0ull);
	check_format("9 -9 c %", "%zu %zd %c %%", (size_t)9, (ssize_t)-9, 'c');
	check_format("[  ab] [ab  ] [a] [ab]", "[%4s] [%-*s] [%.1s] [%.*s]", "ab", 4, "ab", "ab", 2,
		     "abc");
	check_format("0x0000123456789000 0x0000000000000fff!", "%pa %pad!", &phys, &dma);
	check_format("(____ptrval____) (____ptrval____)", "%p %ps", (void *)&on_stack,
		     (void *)&on_stack);
	check_format("(null) (null)", "%p %s", (void *)NULL, (char *)NULL);
	check_format("-12", "%pe", (void *)-12l);
}

static void format_nested(char *text, size_t size, const char *fmt, ...)
{
	struct va_format nested;
	va_list args;

	va_start(args, fmt);
	nested = (struct va_format){ .fmt = fmt, .va = &args };
	snprintf(text, size, "<%pV>", &nested);
	va_end(args);
}

static void test_cut_and_nested(void **state)
{
	char text[8];

	ktest_assert_int_equal(snprintf(text, sizeof(text), "%s", "0123456789"), 10);
	ktest_assert_string_equal(text, "0123456");
	ktest_assert_int_equal(scnprintf(text, sizeof(text), "%s", "0123456789"), 7);
	ktest_assert_int_equal(scnprintf(text, 0, "x"), 0);
	ktest_assert_int_equal(snprintf(NULL, 0, "%d-%s", 12, "abc"), 6);
	format_nested(text, sizeof(text), "%d %s", 1, "ab");
	ktest_assert_string_equal(text, "<1 ab>");
}

static const struct ktest tests[] = {
	KTEST(test_lines_and_levels),
	KTEST(test_continuation),
	KTEST(test_debug_is_silent),
	KTEST(test_once_is_per_world),
	KTEST(test_ratelimit),
	KTEST(test_ring),
	KTEST(test_formats),
	KTEST(test_cut_and_nested),
};
KTEST_MAIN(tests)
