/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The allocator that the tool and the tests give their worlds. */
#include "ktest.h"

#include <string.h>
#include <svmsim/world.h>
#include "arena.h"

static void test_blocks_are_aligned_and_separate(void **state)
{
	const struct svmsim_allocator *allocator = svmsim_arena_get();
	unsigned char *ptr[200];

	for (int i = 0; i < 200; i++) {
		ptr[i] = allocator->alloc(allocator->ctx, i * 37 + 1);
		ktest_assert_non_null(ptr[i]);
		ktest_assert_u64_equal((uintptr_t)ptr[i] % 16, 0);
		memset(ptr[i], i, i * 37 + 1);
	}
	for (int i = 0; i < 200; i++) {
		for (int k = 0; k < i * 37 + 1; k++)
			ktest_assert_int_equal(ptr[i][k], (unsigned char)i);
		allocator->free(allocator->ctx, ptr[i], i * 37 + 1);
	}
	if (allocator->reset)
		allocator->reset(allocator->ctx);
	if (allocator->destroy)
		allocator->destroy(allocator->ctx);
}

static void test_arenas_are_reused(void **state)
{
	unsigned int count;

	if (!svmsim_arena_count() && !strcmp(svmsim_arena_provider(), "C library"))
		ktest_skip("sanitizer builds have no arenas");
	for (int round = 0; round < 10; round++) {
		const struct svmsim_allocator *a = svmsim_arena_get();
		const struct svmsim_allocator *b = svmsim_arena_get();

		ktest_assert_ptr_not_equal(a, b);
		if (round == 0)
			count = svmsim_arena_count();
		ktest_assert_int_equal(svmsim_arena_count(), count);
		/* Left for the reset to give back. */
		for (int i = 0; i < 1000; i++)
			memset(a->alloc(a->ctx, 5000), 1, 5000);
		a->reset(a->ctx);
		a->destroy(a->ctx);
		b->reset(b->ctx);
		b->destroy(b->ctx);
	}
}

/* A reset empties one arena; the neighbour's blocks stay as they are. */
static void test_reset_leaves_other_arenas_alone(void **state)
{
	const struct svmsim_allocator *a = svmsim_arena_get();
	const struct svmsim_allocator *b;
	unsigned char *kept;

	if (!a->reset)
		ktest_skip("sanitizer builds have no arenas");
	b = svmsim_arena_get();
	kept = b->alloc(b->ctx, 10000);
	memset(kept, 0x77, 10000);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 100; i++)
			memset(a->alloc(a->ctx, 10000), round, 10000);
		a->reset(a->ctx);
	}
	for (int i = 0; i < 10000; i++)
		ktest_assert_int_equal(kept[i], 0x77);
	b->free(b->ctx, kept, 10000);
	a->destroy(a->ctx);
	b->reset(b->ctx);
	b->destroy(b->ctx);
}

static const struct ktest tests[] = {
	KTEST(test_blocks_are_aligned_and_separate),
	KTEST(test_arenas_are_reused),
	KTEST(test_reset_leaves_other_arenas_alone),
};
KTEST_MAIN(tests)
