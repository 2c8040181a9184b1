/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "ktest.h"

#include <search.h>
#include <string.h>
#include "host/host.h"

#define FRAME_MAX 16

struct trace {
	unsigned int count;
	uintptr_t pc[FRAME_MAX];
	int line;
};

/* The volatile store behind each call keeps it from becoming a jump, which would lose the frame. */
static volatile int after;

static __attribute__((noinline)) void innermost(struct trace *trace, unsigned int skip)
{
	trace->line = __LINE__ + 1;
	trace->count = host_backtrace(trace->pc, FRAME_MAX, skip);
	after = 1;
}

static __attribute__((noinline)) void middle(struct trace *trace, unsigned int skip)
{
	innermost(trace, skip);
	after = 2;
}

static __attribute__((noinline)) void outermost(struct trace *trace, unsigned int skip)
{
	middle(trace, skip);
	after = 3;
}

static void assert_function(uintptr_t pc, const char *expected)
{
	char name[64];

	host_symbol_function(pc, name, sizeof(name));
	ktest_assert_string_equal(name, expected);
}

static void test_static_functions_are_named(void **state)
{
	struct trace trace;

	outermost(&trace, 0);
	ktest_assert_true(trace.count >= 4);
	assert_function(trace.pc[0], "innermost");
	assert_function(trace.pc[1], "middle");
	assert_function(trace.pc[2], "outermost");
	assert_function(trace.pc[3], "test_static_functions_are_named");
}

static void test_skip_leaves_out_the_innermost(void **state)
{
	struct trace trace;

	outermost(&trace, 2);
	assert_function(trace.pc[0], "outermost");
	outermost(&trace, 1000);
	ktest_assert_int_equal(trace.count, 0);
}

static void test_file_and_line_are_given(void **state)
{
	struct trace trace;
	char text[128], expected[128];

	outermost(&trace, 0);
	host_symbolize(trace.pc[0], text, sizeof(text));
	ktest_assert_int_equal(strncmp(text, "innermost+0x", 12), 0);
	host_snprintf(expected, sizeof(expected), "(test_host_symbolize.c:%d)", trace.line);
	ktest_assert_string_contains(text, expected);
}

/* The second time it comes from the cache, and a collision there must not give another's name. */
static void test_cached_answers_are_the_same(void **state)
{
	struct trace trace;
	char first[FRAME_MAX][128], again[128];

	outermost(&trace, 0);
	for (unsigned int i = 0; i < trace.count; i++)
		host_symbolize(trace.pc[i], first[i], sizeof(first[i]));
	for (uintptr_t pc = trace.pc[0]; pc < trace.pc[0] + 3000; pc++)
		host_symbolize(pc, again, sizeof(again));
	for (unsigned int i = 0; i < trace.count; i++) {
		host_symbolize(trace.pc[i], again, sizeof(again));
		ktest_assert_string_equal(again, first[i]);
	}
}

static void test_shared_library_functions_are_named(void **state)
{
	assert_function((uintptr_t)&lfind + 1, "lfind");
}

static void test_unknown_address_is_a_question_mark(void **state)
{
	char text[16];

	host_symbolize(0x10, text, sizeof(text));
	ktest_assert_string_equal(text, "?");
	host_symbol_function(0, text, sizeof(text));
	ktest_assert_string_equal(text, "?");
}

static void test_names_are_cut_to_the_buffer(void **state)
{
	struct trace trace;
	char text[4];

	outermost(&trace, 0);
	host_symbol_function(trace.pc[0], text, sizeof(text));
	ktest_assert_string_equal(text, "inn");
}

static __attribute__((noinline)) void break_chain(uintptr_t value, struct trace *trace)
{
	uintptr_t *frame = __builtin_frame_address(0);
	uintptr_t saved = *frame;

	*(volatile uintptr_t *)frame = value;
	trace->count = host_backtrace(trace->pc, FRAME_MAX, 0);
	*(volatile uintptr_t *)frame = saved;
}

static void test_broken_chain_ends_the_walk(void **state)
{
	static const uintptr_t garbage[] = { 0, 1, 8, 0x1000, 0xdead0000dead0000, ~0ul, ~0ul - 7 };
	struct trace trace;

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		ktest_context("frame pointer 0x%lx", garbage[i]);
		break_chain(garbage[i], &trace);
		ktest_assert_int_equal(trace.count, 2);
		assert_function(trace.pc[0], "break_chain");
		assert_function(trace.pc[1], "test_broken_chain_ends_the_walk");
	}
}

static __attribute__((noinline)) void recurse(unsigned int depth, struct trace *trace)
{
	if (depth)
		recurse(depth - 1, trace);
	else
		trace->count = host_backtrace(trace->pc, FRAME_MAX, 0);
	after = depth;
}

static void test_deep_chain_fills_the_array(void **state)
{
	struct trace trace;

	recurse(100, &trace);
	ktest_assert_int_equal(trace.count, FRAME_MAX);
	assert_function(trace.pc[FRAME_MAX - 1], "recurse");
}

static const struct ktest tests[] = {
	KTEST(test_static_functions_are_named),
	KTEST(test_skip_leaves_out_the_innermost),
	KTEST(test_file_and_line_are_given),
	KTEST(test_cached_answers_are_the_same),
	KTEST(test_shared_library_functions_are_named),
	KTEST(test_unknown_address_is_a_question_mark),
	KTEST(test_names_are_cut_to_the_buffer),
	KTEST(test_broken_chain_ends_the_walk),
	KTEST(test_deep_chain_fills_the_array),
};
KTEST_MAIN(tests)
