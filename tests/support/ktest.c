/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "cmocka_compat.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/world.h>
#include "arena.h"
#include "ktest.h"
#include "ktest_internal.h"

#define SKIPPED_STATUS 77

/* One test under way: what CMocka carries as its state. */
struct running {
	const struct ktest *test;
	void *state;
	bool passed;
};

static char context[512];
static char seed_text[64];
static unsigned int ran_count;
static unsigned int skipped_count;

const struct svmsim_allocator *ktest_allocator(void)
{
	return svmsim_arena_get();
}

void ktest_print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
}

void ktest_context(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
}

uint64_t ktest_seed(uint64_t otherwise)
{
	const char *text = getenv("KTEST_SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : otherwise;

	snprintf(seed_text, sizeof(seed_text), "KTEST_SEED=%" PRIu64, seed);
	return seed;
}

void ktest_skip(const char *reason)
{
	ktest_print("skipped: %s\n", reason);
	skipped_count++;
	skip();
	abort();
}

void ktest_fail_at(const char *file, int line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print_error("%s\n", text);
	if (context[0])
		print_error("in: %s\n", context);
	if (seed_text[0])
		print_error("replay with: %s\n", seed_text);
	_fail(file, line);
	abort();
}

void ktest_check_true(bool value, const char *text, const char *file, int line)
{
	if (!value)
		ktest_fail_at(file, line, "expected %s", text);
}

void ktest_check_int(long long a, long long b, const char *text, const char *file, int line)
{
	if (a != b)
		ktest_fail_at(file, line, "expected %s, got %lld and %lld", text, a, b);
}

void ktest_check_u64(uint64_t a, uint64_t b, bool equal, const char *text, const char *file,
		     int line)
{
	if ((a == b) != equal)
		ktest_fail_at(file, line, "expected %s, got 0x%" PRIx64 " and 0x%" PRIx64, text, a,
			      b);
}

void ktest_check_ptr(uintptr_t a, uintptr_t b, bool equal, const char *text, const char *file,
		     int line)
{
	if ((a == b) != equal)
		ktest_fail_at(file, line, "expected %s%s, got 0x%" PRIxPTR " and 0x%" PRIxPTR, text,
			      strstr(text, "=") ? "" : (equal ? " == NULL" : " != NULL"), a, b);
}

void ktest_check_string(const char *a, const char *b, const char *text, const char *file, int line)
{
	if (!a || !b || strcmp(a, b))
		ktest_fail_at(file, line, "expected %s, got\n\"%s\"\nand\n\"%s\"", text,
			      a ? a : "(null)", b ? b : "(null)");
}

void ktest_check_contains(const char *text, const char *part, const char *file, int line)
{
	if (!text || !strstr(text, part))
		ktest_fail_at(file, line, "expected \"%s\" in\n\"%s\"", part,
			      text ? text : "(null)");
}

void ktest_check_memory(const void *a, const void *b, size_t bytes, const char *text,
			const char *file, int line)
{
	const unsigned char *left = a, *right = b;

	for (size_t i = 0; i < bytes; i++)
		if (left[i] != right[i])
			ktest_fail_at(file, line, "expected %s, byte %zu is 0x%02x and 0x%02x",
				      text, i, left[i], right[i]);
}

void ktest_check_in_range(uint64_t value, uint64_t first, uint64_t last, const char *text,
			  const char *file, int line)
{
	if (value < first || value > last)
		ktest_fail_at(file, line,
			      "expected %s in 0x%" PRIx64 "..0x%" PRIx64 ", got 0x%" PRIx64, text,
			      first, last, value);
}

static int call_setup(void **state)
{
	struct running *running = *state;

	context[0] = '\0';
	seed_text[0] = '\0';
	if (running->test->setup)
		running->test->setup(&running->state);
	return 0;
}

static void call_test(void **state)
{
	struct running *running = *state;

	ran_count++;
	running->test->fn(&running->state);
	running->passed = true;
}

static int call_teardown(void **state)
{
	struct running *running = *state;

	if (running->test->teardown)
		running->test->teardown(&running->state);
	if (ktest_worlds_end(running->passed))
		return 0;
	if (context[0])
		print_error("in: %s\n", context);
	if (seed_text[0])
		print_error("replay with: %s\n", seed_text);
	return -1;
}

int ktest_run(const char *group, const struct ktest *tests, size_t count, int argc, char **argv)
{
	struct CMUnitTest *units = calloc(count, sizeof(*units));
	struct running *running = calloc(count, sizeof(*running));
	int failed;

	if (!units || !running || !count) {
		ktest_print("%s: no tests, or no memory for them\n", group);
		return 1;
	}
	/* A program within a program: a worker that tests the harness. */
	ran_count = 0;
	skipped_count = 0;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	for (size_t i = 0; i < count; i++) {
		running[i].test = &tests[i];
		units[i] = (struct CMUnitTest){
			.name = tests[i].name,
			.test_func = call_test,
			.setup_func = call_setup,
			.teardown_func = call_teardown,
			.initial_state = &running[i],
		};
	}
	failed = _cmocka_run_group_tests(group, units, count, NULL, NULL);
	free(units);
	free(running);
	if (failed)
		return 1;
	return ran_count && ran_count == skipped_count ? SKIPPED_STATUS : 0;
}
