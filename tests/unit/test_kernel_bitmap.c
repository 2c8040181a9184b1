/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include "ktest.h"

#define BIT_MAX 320
#define STEPS 4000

/* The slow model: one byte a bit. */
struct model {
	bool bit[BIT_MAX];
};

static struct model model_a, model_b;
static DECLARE_BITMAP(map_a, BIT_MAX);
static DECLARE_BITMAP(map_b, BIT_MAX);
static DECLARE_BITMAP(map_r, BIT_MAX);

static void fill_random(unsigned long *map, struct model *model, uint64_t *random)
{
	/* From almost empty to almost full; also the bits past the size that a test uses. */
	unsigned int density = ktest_random(random) % 11;

	for (unsigned int i = 0; i < BIT_MAX; i++) {
		model->bit[i] = ktest_random(random) % 10 < density;
		__assign_bit(i, map, model->bit[i]);
	}
}

static unsigned int model_next(bool (*wanted)(unsigned int), unsigned int size, unsigned int at)
{
	while (at < size && !wanted(at))
		at++;
	return at < size ? at : size;
}

static bool in_a(unsigned int i)
{
	return model_a.bit[i];
}

static bool not_in_a(unsigned int i)
{
	return !model_a.bit[i];
}

static bool in_both(unsigned int i)
{
	return model_a.bit[i] && model_b.bit[i];
}

static bool only_in_a(unsigned int i)
{
	return model_a.bit[i] && !model_b.bit[i];
}

static bool in_any(unsigned int i)
{
	return model_a.bit[i] || model_b.bit[i];
}

static void check_searches(unsigned int size, unsigned int at)
{
	unsigned int last = size, nth = 0;

	ktest_assert_u64_equal(find_next_bit(map_a, size, at), model_next(in_a, size, at));
	ktest_assert_u64_equal(find_next_zero_bit(map_a, size, at),
			       model_next(not_in_a, size, at));
	ktest_assert_u64_equal(find_next_and_bit(map_a, map_b, size, at),
			       model_next(in_both, size, at));
	ktest_assert_u64_equal(find_next_andnot_bit(map_a, map_b, size, at),
			       model_next(only_in_a, size, at));
	ktest_assert_u64_equal(find_next_or_bit(map_a, map_b, size, at),
			       model_next(in_any, size, at));
	ktest_assert_u64_equal(find_first_bit(map_a, size), model_next(in_a, size, 0));
	ktest_assert_u64_equal(find_first_zero_bit(map_a, size), model_next(not_in_a, size, 0));
	for (unsigned int i = 0; i < size; i++) {
		if (!model_a.bit[i])
			continue;
		last = i;
		ktest_assert_u64_equal(find_nth_bit(map_a, size, nth++), i);
	}
	ktest_assert_u64_equal(find_last_bit(map_a, size), last);
	ktest_assert_u64_equal(bitmap_weight(map_a, size), nth);
	ktest_assert_int_equal(bitmap_empty(map_a, size), nth == 0);
	ktest_assert_int_equal(bitmap_full(map_a, size), nth == size);
}

static void test_random_searches_agree_with_bytes(void **state)
{
	uint64_t random = ktest_seed(4);

	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int size = ktest_random(&random) % (BIT_MAX + 1);

		ktest_context("step %u size %u", step, size);
		fill_random(map_a, &model_a, &random);
		fill_random(map_b, &model_b, &random);
		/* The offset may lie past the size. */
		check_searches(size, ktest_random(&random) % (BIT_MAX + 1));
	}
}

static void check_bits(bool (*expected)(unsigned int), unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		ktest_assert_int_equal(test_bit(i, map_r), expected(i));
}

static bool differs(unsigned int i)
{
	return model_a.bit[i] != model_b.bit[i];
}

static void check_set_operations(unsigned int size)
{
	unsigned int both = 0, only = 0, different = 0;

	for (unsigned int i = 0; i < size; i++) {
		both += in_both(i);
		only += only_in_a(i);
		different += differs(i);
	}
	ktest_assert_int_equal(bitmap_and(map_r, map_a, map_b, size), both > 0);
	check_bits(in_both, size);
	ktest_assert_int_equal(bitmap_andnot(map_r, map_a, map_b, size), only > 0);
	check_bits(only_in_a, size);
	bitmap_or(map_r, map_a, map_b, size);
	check_bits(in_any, size);
	bitmap_xor(map_r, map_a, map_b, size);
	check_bits(differs, size);
	bitmap_complement(map_r, map_a, size);
	check_bits(not_in_a, size);
	ktest_assert_int_equal(bitmap_equal(map_a, map_b, size), different == 0);
	ktest_assert_int_equal(bitmap_intersects(map_a, map_b, size), both > 0);
	ktest_assert_int_equal(bitmap_subset(map_a, map_b, size), only == 0);
	ktest_assert_u64_equal(bitmap_weight_and(map_a, map_b, size), both);
	bitmap_copy(map_r, map_a, size);
	ktest_assert_true(bitmap_equal(map_r, map_a, size));
	ktest_assert_true(bitmap_subset(map_r, map_a, size));
}

static void check_shifts(unsigned int size, unsigned int shift)
{
	bitmap_shift_right(map_r, map_a, shift, size);
	for (unsigned int i = 0; i < size; i++)
		ktest_assert_int_equal(test_bit(i, map_r),
				       i + shift < size && model_a.bit[i + shift]);
	bitmap_copy(map_r, map_a, size);
	bitmap_shift_left(map_r, map_r, shift, size);
	for (unsigned int i = 0; i < size; i++)
		ktest_assert_int_equal(test_bit(i, map_r), i >= shift && model_a.bit[i - shift]);
}

static void test_random_set_operations_agree_with_bytes(void **state)
{
	uint64_t random = ktest_seed(5);

	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int size = ktest_random(&random) % (BIT_MAX + 1);

		ktest_context("step %u size %u", step, size);
		fill_random(map_a, &model_a, &random);
		fill_random(map_b, &model_b, &random);
		check_set_operations(size);
		check_shifts(size, ktest_random(&random) % (size + 1));
	}
}

static void test_random_ranges_agree_with_bytes(void **state)
{
	uint64_t random = ktest_seed(6);

	fill_random(map_a, &model_a, &random);
	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int start = ktest_random(&random) % BIT_MAX;
		unsigned int len = ktest_random(&random) % (BIT_MAX - start + 1);
		bool set = ktest_random(&random) % 2;
		unsigned int b, e, at = 0;

		ktest_context("step %u", step);
		if (set)
			bitmap_set(map_a, start, len);
		else
			bitmap_clear(map_a, start, len);
		for (unsigned int i = start; i < start + len; i++)
			model_a.bit[i] = set;
		for (unsigned int i = 0; i < BIT_MAX; i++)
			ktest_assert_int_equal(test_bit(i, map_a), model_a.bit[i]);
		for_each_set_bitrange(b, e, map_a, BIT_MAX) {
			ktest_assert_u64_equal(b, model_next(in_a, BIT_MAX, at));
			ktest_assert_u64_equal(e, model_next(not_in_a, BIT_MAX, b));
			at = e;
		}
		ktest_assert_u64_equal(model_next(in_a, BIT_MAX, at), BIT_MAX);
	}
}

/* The first place at which @nr bits fit, or something above the size. */
static unsigned long model_area(unsigned int size, unsigned int start, unsigned int nr,
				unsigned long mask, unsigned int offset)
{
	for (unsigned int at = start; at + nr <= size; at++) {
		unsigned int run = 0;

		if ((at + offset) & mask)
			continue;
		while (run < nr && !model_a.bit[at + run])
			run++;
		if (run == nr)
			return at;
	}
	return ULONG_MAX;
}

static void test_random_zero_areas_agree_with_bytes(void **state)
{
	uint64_t random = ktest_seed(7);

	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int start = ktest_random(&random) % BIT_MAX;
		unsigned int nr = 1 + ktest_random(&random) % 12;
		unsigned long mask = (1UL << ktest_random(&random) % 4) - 1;
		unsigned int offset = ktest_random(&random) % 8;
		unsigned long expected, found;

		ktest_context("step %u", step);
		fill_random(map_a, &model_a, &random);
		expected = model_area(BIT_MAX, start, nr, mask, offset);
		found = bitmap_find_next_zero_area_off(map_a, BIT_MAX, start, nr, mask, offset);
		if (expected == ULONG_MAX)
			ktest_assert_true(found > BIT_MAX);
		else
			ktest_assert_u64_equal(found, expected);
	}
}

static void test_regions_are_aligned_and_exclusive(void **state)
{
	bitmap_zero(map_a, BIT_MAX);
	ktest_assert_int_equal(bitmap_allocate_region(map_a, 1, 0), 0);
	ktest_assert_int_equal(bitmap_allocate_region(map_a, 0, 1), -EBUSY);
	ktest_assert_int_equal(bitmap_find_free_region(map_a, 8, 2), 4);
	ktest_assert_int_equal(bitmap_find_free_region(map_a, 8, 2), -ENOMEM);
	ktest_assert_int_equal(bitmap_find_free_region(map_a, 8, 0), 0);
	bitmap_release_region(map_a, 4, 2);
	ktest_assert_int_equal(bitmap_find_free_region(map_a, 8, 2), 4);
}

static void test_wrapping_search_ends_where_it_began(void **state)
{
	bitmap_zero(map_a, BIT_MAX);
	__set_bit(3, map_a);
	ktest_assert_u64_equal(find_next_bit_wrap(map_a, BIT_MAX, 4), 3);
	ktest_assert_u64_equal(find_next_bit_wrap(map_a, BIT_MAX, 3), 3);
	__clear_bit(3, map_a);
	ktest_assert_u64_equal(find_next_bit_wrap(map_a, BIT_MAX, 100), BIT_MAX);
}

static void test_bit_operations_return_the_old_value(void **state)
{
	bitmap_zero(map_a, BIT_MAX);
	ktest_assert_false(test_and_set_bit(70, map_a));
	ktest_assert_true(test_and_set_bit(70, map_a));
	ktest_assert_true(test_and_change_bit(70, map_a));
	ktest_assert_false(test_and_clear_bit(70, map_a));
	change_bit(69, map_a);
	ktest_assert_u64_equal(find_first_bit(map_a, BIT_MAX), 69);
	ktest_assert_u64_equal(bitmap_weight(map_a, BIT_MAX), 1);
}

static const struct ktest tests[] = {
	KTEST(test_bit_operations_return_the_old_value),
	KTEST(test_random_ranges_agree_with_bytes),
	KTEST(test_random_searches_agree_with_bytes),
	KTEST(test_random_set_operations_agree_with_bytes),
	KTEST(test_random_zero_areas_agree_with_bytes),
	KTEST(test_regions_are_aligned_and_exclusive),
	KTEST(test_wrapping_search_ends_where_it_began),
};
KTEST_MAIN(tests)
