/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What a test of kernel-side code includes in place of cmocka.h, which needs the C library. Only
 * the compiler's own headers are used here; the other side (ktest.c) runs the tests under CMocka.
 * Host-side tests may use it too.
 *
 * A test that needs a world asks for one with ktest_world(). After the test (passed or not) each
 * world is finished, so that leaks are reported, judged, and freed: every finding must have been
 * announced with ktest_expect_report(), and every announced one must have come.
 *
 * DOC: Example
 *
 *	static void test_alloc_returns_lowest(void **state)
 *	{
 *		struct svmsim_world *world = ktest_world(layers, 2, NULL);
 *
 *		ktest_assert_int_equal(thing_alloc(), 0);
 *		ktest_expect_report(world, "mem-leak", 1);
 *	}
 *
 *	static const struct ktest tests[] = {
 *		KTEST(test_alloc_returns_lowest),
 *	};
 *	KTEST_MAIN(tests)
 */
#ifndef SUPPORT_KTEST_H
#define SUPPORT_KTEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_layer;
struct svmsim_machine;
struct svmsim_world;

/**
 * struct ktest - one test
 * @name: shown, and matched by the program's first argument (a CMocka pattern, * and ?)
 * @fn: the test; *state is what @setup left there
 * @setup: runs before; may make worlds and assert; NULL for none
 * @teardown: runs after, also when @fn failed; NULL for none. Worlds are finished after it.
 */
struct ktest {
	const char *name;
	void (*fn)(void **state);
	void (*setup)(void **state);
	void (*teardown)(void **state);
};

#define KTEST(function) { #function, function, NULL, NULL }
#define KTEST_FIXTURE(function, setup, teardown) { #function, function, setup, teardown }
/* One body, many rows, told apart by name: KTEST_ROW("map/amdv1", test_map, setup, teardown) */
#define KTEST_ROW(name, function, setup, teardown) { name, function, setup, teardown }

int ktest_run(const char *group, const struct ktest *tests, size_t count, int argc, char **argv);

#define KTEST_MAIN(tests)                                                                          \
	int main(int argc, char **argv);                                                           \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		return ktest_run(__FILE_NAME__, tests, sizeof(tests) / sizeof((tests)[0]), argc,   \
				 argv);                                                            \
	}

/**
 * ktest_world - make a world of the given layers, entered
 * @layers: lowest first; the array must live as long as the world
 * @count: number of @layers
 * @machine: description, fields left zero take small defaults (see ktest_machine_defaults());
 *	NULL for all defaults and no device
 *
 * Its memory comes from a jemalloc arena, in sanitizer builds from the C library.
 * Return: the world; the test fails when it can't be made.
 */
struct svmsim_world *ktest_world(const struct sim_layer *const *layers, unsigned int count,
				 const struct svmsim_machine *machine);
/** ktest_world_add - judge and free at the end a world that the test made by other means */
void ktest_world_add(struct svmsim_world *world);
/** ktest_world_drop - free a world of ktest_world() now; it is finished and judged first */
void ktest_world_drop(struct svmsim_world *world);
/** ktest_machine_defaults - one node of 256 MiB, one CPU, seed 1; what is not zero is left alone */
void ktest_machine_defaults(struct svmsim_machine *machine);
/**
 * ktest_expect_report - announce findings; without it any finding fails the test at its end
 * @world: where
 * @identifier: as in the table of reports, "mem-leak"
 * @count: how many more of them
 */
void ktest_expect_report(struct svmsim_world *world, const char *identifier, unsigned int count);
/** ktest_report_count - how many findings with this identifier @world has so far */
unsigned int ktest_report_count(const struct svmsim_world *world, const char *identifier);
/** ktest_scope_begin - sim_scope_begin(), for host-side tests */
void ktest_scope_begin(void);
/** ktest_scope_end - sim_scope_end(), for host-side tests */
void ktest_scope_end(void);

/** ktest_context - text shown with every later failure of this test: a seed, a table row, a step */
void ktest_context(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** ktest_seed - seed for property tests, shown on failure: $KTEST_SEED, or @otherwise */
uint64_t ktest_seed(uint64_t otherwise);
/** ktest_skip - end this test as skipped; the program ends with 77 when every test was */
_Noreturn void ktest_skip(const char *reason);

_Noreturn void ktest_fail_at(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void ktest_check_true(bool value, const char *text, const char *file, int line);
void ktest_check_int(long long a, long long b, const char *text, const char *file, int line);
void ktest_check_u64(uint64_t a, uint64_t b, bool equal, const char *text, const char *file,
		     int line);
void ktest_check_ptr(uintptr_t a, uintptr_t b, bool equal, const char *text, const char *file,
		     int line);
void ktest_check_string(const char *a, const char *b, const char *text, const char *file, int line);
void ktest_check_contains(const char *text, const char *part, const char *file, int line);
void ktest_check_memory(const void *a, const void *b, size_t bytes, const char *text,
			const char *file, int line);
void ktest_check_in_range(uint64_t value, uint64_t first, uint64_t last, const char *text,
			  const char *file, int line);

#define KTEST_AT __FILE_NAME__, __LINE__
#define ktest_fail(...) ktest_fail_at(KTEST_AT, __VA_ARGS__)
#define ktest_assert_true(x) ktest_check_true(!!(x), #x, KTEST_AT)
#define ktest_assert_false(x) ktest_check_true(!(x), "!(" #x ")", KTEST_AT)
#define ktest_assert_null(x) ktest_check_ptr((uintptr_t)(x), 0, true, #x, KTEST_AT)
#define ktest_assert_non_null(x) ktest_check_ptr((uintptr_t)(x), 0, false, #x, KTEST_AT)
/* Signed; use it for errnos and small counts. */
#define ktest_assert_int_equal(a, b) ktest_check_int((a), (b), #a " == " #b, KTEST_AT)
#define ktest_assert_u64_equal(a, b)                                                               \
	ktest_check_u64((uint64_t)(a), (uint64_t)(b), true, #a " == " #b, KTEST_AT)
#define ktest_assert_u64_not_equal(a, b)                                                           \
	ktest_check_u64((uint64_t)(a), (uint64_t)(b), false, #a " != " #b, KTEST_AT)
#define ktest_assert_ptr_equal(a, b)                                                               \
	ktest_check_ptr((uintptr_t)(a), (uintptr_t)(b), true, #a " == " #b, KTEST_AT)
#define ktest_assert_ptr_not_equal(a, b)                                                           \
	ktest_check_ptr((uintptr_t)(a), (uintptr_t)(b), false, #a " != " #b, KTEST_AT)
#define ktest_assert_string_equal(a, b) ktest_check_string((a), (b), #a " == " #b, KTEST_AT)
#define ktest_assert_string_contains(text, part) ktest_check_contains((text), (part), KTEST_AT)
#define ktest_assert_memory_equal(a, b, bytes)                                                     \
	ktest_check_memory((a), (b), (bytes), #a " == " #b, KTEST_AT)
#define ktest_assert_in_range(value, first, last)                                                  \
	ktest_check_in_range((value), (first), (last), #value, KTEST_AT)

/**
 * ktest_random - next value of a test's own generator (splitmix64), apart from the world's
 * @state: seeded by the test, usually with ktest_seed()
 */
static inline uint64_t ktest_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

#endif
