/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "ktest.h"

#include <string.h>
#include "host/host.h"

#define PAGE 4096ul

static void test_reservation_reads_as_zero(void **state)
{
	size_t bytes = 64 * PAGE;
	unsigned char *start = host_reserve(bytes);

	ktest_assert_non_null(start);
	ktest_assert_u64_equal((uintptr_t)start % PAGE, 0);
	for (size_t i = 0; i < bytes; i++)
		ktest_assert_int_equal(start[i], 0);
	host_release(start, bytes);
}

/* More than the host may have: only what is touched counts. */
static void test_reservation_is_lazy(void **state)
{
	size_t bytes = 32ul << 30;
	char *start = host_reserve(bytes);

	ktest_assert_non_null(start);
	start[0] = 1;
	start[bytes - 1] = 1;
	host_release(start, bytes);
}

static void test_discard_zeroes_its_pages_only(void **state)
{
	size_t bytes = 8 * PAGE;
	unsigned char *start = host_reserve(bytes);

	memset(start, 0xaa, bytes);
	host_discard(start + 2 * PAGE, 3 * PAGE);
	for (size_t i = 0; i < bytes; i++) {
		bool discarded = i >= 2 * PAGE && i < 5 * PAGE;

		ktest_assert_int_equal(start[i], discarded ? 0 : 0xaa);
	}
	start[2 * PAGE] = 1;
	ktest_assert_int_equal(start[2 * PAGE], 1);
	host_release(start, bytes);
}

static void test_release_of_nothing_is_allowed(void **state)
{
	host_release(NULL, PAGE);
}

/* On a host with one node nothing is bound, on one with several the memory stays usable. */
static void test_bind_takes_any_simulated_node(void **state)
{
	int count = host_numa_nodes();

	ktest_assert_true(count >= 1);
	for (int node = 0; node < 9; node++) {
		char *start = host_reserve(4 * PAGE);
		int bound = host_numa_bind(start, 4 * PAGE, node);

		ktest_context("node %d of %d", node, count);
		if (count == 1)
			ktest_assert_int_equal(bound, -1);
		else
			ktest_assert_true(bound >= 0);
		memset(start, 0x5a, 4 * PAGE);
		ktest_assert_int_equal(start[4 * PAGE - 1], 0x5a);
		host_release(start, 4 * PAGE);
	}
}

static void test_default_allocator_gives_aligned_memory(void **state)
{
	const struct host_allocator *allocator = host_default_allocator();
	void *ptr[32];

	for (int i = 0; i < 32; i++) {
		ptr[i] = allocator->alloc(allocator->ctx, i + 1);
		ktest_assert_non_null(ptr[i]);
		ktest_assert_u64_equal((uintptr_t)ptr[i] % 16, 0);
	}
	for (int i = 0; i < 32; i++)
		allocator->free(allocator->ctx, ptr[i], i + 1);
	ktest_assert_null(allocator->reset);
	ktest_assert_null(allocator->destroy);
}

static void test_zalloc_and_realloc(void **state)
{
	char *text = host_zalloc(8);

	for (int i = 0; i < 8; i++)
		ktest_assert_int_equal(text[i], 0);
	memcpy(text, "1234567", 8);
	text = host_realloc(text, 100000);
	ktest_assert_string_equal(text, "1234567");
	host_free(text);
	host_free(host_malloc(1));
	host_free(NULL);
}

static const struct ktest tests[] = {
	KTEST(test_reservation_reads_as_zero),
	KTEST(test_reservation_is_lazy),
	KTEST(test_discard_zeroes_its_pages_only),
	KTEST(test_release_of_nothing_is_allowed),
	KTEST(test_bind_takes_any_simulated_node),
	KTEST(test_default_allocator_gives_aligned_memory),
	KTEST(test_zalloc_and_realloc),
};
KTEST_MAIN(tests)
