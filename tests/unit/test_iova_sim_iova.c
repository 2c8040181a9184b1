/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The tree side of the IOVA allocator: edges of each call, search keys, walker, validator. */
#include <linux/types.h>
#include "iova_fixture.h"

struct fixture {
	struct svmsim_world *world;
	struct iova_domain iovad;
};

static void setup(void **state)
{
	static struct fixture fixture;

	fixture.world = make_iova_world(1);
	make_iova_domain(&fixture.iovad, 1);
	*state = &fixture;
}

static void teardown(void **state)
{
	struct fixture *fixture = *state;

	put_iova_domain(&fixture->iovad);
}

static struct iova *do_alloc(struct fixture *fixture, unsigned long size, unsigned long limit,
			     bool aligned, unsigned long pfn)
{
	struct iova *iova = alloc_iova(&fixture->iovad, size, limit, aligned);

	ktest_assert_non_null(iova);
	ktest_assert_u64_equal(iova->pfn_lo, pfn);
	ktest_assert_u64_equal(iova_size(iova), size);
	check_iova_domain(&fixture->iovad);
	return iova;
}

static void do_alloc_fails(struct fixture *fixture, unsigned long size, unsigned long limit,
			   bool aligned)
{
	ktest_assert_null(alloc_iova(&fixture->iovad, size, limit, aligned));
	check_iova_domain(&fixture->iovad);
}

static void do_reserve(struct fixture *fixture, unsigned long lo, unsigned long last,
		       unsigned long result_lo, unsigned long result_last)
{
	struct iova *iova = reserve_iova(&fixture->iovad, lo, last);

	ktest_assert_non_null(iova);
	ktest_assert_u64_equal(iova->pfn_lo, result_lo);
	ktest_assert_u64_equal(iova->pfn_hi, result_last);
	check_iova_domain(&fixture->iovad);
}

/* Every gap within three blocks of 64: does a request of each size fit, by trying all starts? */
static void test_gap_fit_is_what_trying_all_starts_finds(void **state)
{
	for (unsigned long lo = 0; lo < 192; lo++) {
		for (unsigned long end = lo; end <= 192; end++) {
			unsigned long fit = 0;

			for (unsigned long size = 1; size <= end - lo; size++) {
				unsigned long align = 1, start;

				while (align < size)
					align *= 2;
				start = (lo + align - 1) / align * align;
				if (start + size <= end) {
					/* One number is enough only if no smaller size fails. */
					ktest_assert_u64_equal(fit, size - 1);
					fit = size;
				}
			}
			ktest_assert_u64_equal(iova_gap_fit(lo, end), fit);
		}
	}
}

static void test_gap_fit_at_the_end_of_the_pfn_range(void **state)
{
	ktest_assert_u64_equal(iova_gap_fit(0, ~0ul), ~0ul);
	ktest_assert_u64_equal(iova_gap_fit(1, ~0ul), (1ul << 63) - 1);
	ktest_assert_u64_equal(iova_gap_fit(1ul << 63, ~0ul), (1ul << 63) - 1);
	ktest_assert_u64_equal(iova_gap_fit((1ul << 63) + 1, ~0ul), (1ul << 62) - 1);
	ktest_assert_u64_equal(iova_gap_fit(~0ul - 3, ~0ul), 3);
	ktest_assert_u64_equal(iova_gap_fit(~0ul - 2, ~0ul), 1);
	ktest_assert_u64_equal(iova_gap_fit(~0ul, ~0ul), 0);
}

static void test_alloc_top_down_below_the_last_one(void **state)
{
	struct fixture *fixture = *state;
	struct iova *first = do_alloc(fixture, 1, PFN_MAX_32BIT, true, 0xfffff);

	do_alloc(fixture, 2, PFN_MAX_32BIT, true, 0xffffc);
	/* The single page at 0xffffe was passed over, and stays so until the rest is full. */
	do_alloc(fixture, 1, PFN_MAX_32BIT, true, 0xffffb);
	/* A free above the last one moves the start of searches up, to the next range. */
	__free_iova(&fixture->iovad, first);
	do_alloc(fixture, 1, PFN_MAX_32BIT, true, 0xfffff);
}

static void test_alloc_without_alignment_takes_every_page(void **state)
{
	struct fixture *fixture = *state;

	do_alloc(fixture, 3, PFN_MAX_32BIT, false, 0xffffd);
	do_alloc(fixture, 5, PFN_MAX_32BIT, false, 0xffff8);
	do_alloc(fixture, 3, PFN_MAX_32BIT, true, 0xffff4);
	do_alloc(fixture, 1, PFN_MAX_48BIT, false, PFN_MAX_48BIT);
}

static void test_alloc_retries_from_the_limit_once_the_part_below_is_full(void **state)
{
	struct fixture *fixture = *state;

	do_alloc(fixture, 4, 15, true, 12);
	do_alloc(fixture, 1, 15, true, 11);
	do_alloc(fixture, 8, 23, true, 16);
	do_alloc(fixture, 2, 15, true, 8);
	do_alloc(fixture, 7, 15, false, 1);
	/* Below the last one nothing is left; page 10 was passed over. */
	do_alloc(fixture, 1, 15, true, 10);
	do_alloc_fails(fixture, 1, 15, true);
}

static void test_alloc_limit_is_inclusive_and_wraps(void **state)
{
	struct fixture *fixture = *state;

	do_alloc(fixture, 1, 1, true, 1);
	do_alloc_fails(fixture, 1, 1, true);
	do_alloc_fails(fixture, 1, 0, true);
	/* One more than the limit is 0: no space at all. */
	do_alloc_fails(fixture, 1, ~0ul, true);
	do_alloc(fixture, 1, ~0ul - 1, true, ~0ul - 1);
}

static void test_alloc_larger_than_what_is_below_the_limit_fails(void **state)
{
	struct fixture *fixture = *state;

	do_alloc_fails(fixture, 0x100000, PFN_MAX_32BIT, true);
	do_alloc_fails(fixture, 0xfffff + 1, PFN_MAX_32BIT, false);
	do_alloc_fails(fixture, ~0ul, PFN_MAX_48BIT, false);
	do_alloc_fails(fixture, 1ul << 63, ~0ul - 1, true);
	do_alloc(fixture, 0xfffff, PFN_MAX_32BIT, false, 1);
}

/* A failure of any limit lowers the bar; only a free below 4 GiB raises it again. */
static void test_failed_size_fails_at_once_until_a_free_below_4g(void **state)
{
	struct fixture *fixture = *state;
	struct iova *low = do_alloc(fixture, 1, 15, true, 15);
	struct iova *high = do_alloc(fixture, 1, PFN_MAX_48BIT, true, PFN_MAX_48BIT);

	ktest_assert_u64_equal(fixture->iovad.max32_alloc_size, 0x100000);
	do_alloc_fails(fixture, 32, 20, true);
	ktest_assert_u64_equal(fixture->iovad.max32_alloc_size, 32);
	/* There would be space. */
	do_alloc_fails(fixture, 32, PFN_MAX_32BIT, true);
	__free_iova(&fixture->iovad, high);
	do_alloc_fails(fixture, 32, PFN_MAX_32BIT, true);
	__free_iova(&fixture->iovad, low);
	do_alloc(fixture, 32, PFN_MAX_32BIT, true, 0xfffe0);
}

static void test_alloc_of_no_page_warns(void **state)
{
	struct fixture *fixture = *state;

	ktest_expect_report(fixture->world, "warn", 1);
	do_alloc_fails(fixture, 0, PFN_MAX_32BIT, true);
}

static void test_find_and_free_take_any_pfn_of_a_range(void **state)
{
	struct fixture *fixture = *state;
	struct iova *iova = do_alloc(fixture, 8, PFN_MAX_32BIT, true, 0xffff8);

	ktest_assert_ptr_equal(find_iova(&fixture->iovad, 0xffff8), iova);
	ktest_assert_ptr_equal(find_iova(&fixture->iovad, 0xfffff), iova);
	ktest_assert_null(find_iova(&fixture->iovad, 0xffff7));
	ktest_assert_null(find_iova(&fixture->iovad, 0x100000));
	free_iova(&fixture->iovad, 0xffff7);
	ktest_assert_non_null(find_iova(&fixture->iovad, 0xffff8));
	free_iova(&fixture->iovad, 0xffffb);
	ktest_assert_null(find_iova(&fixture->iovad, 0xffff8));
	check_iova_domain(&fixture->iovad);
}

static void test_free_of_the_anchor_warns(void **state)
{
	struct fixture *fixture = *state;

	ktest_expect_report(fixture->world, "warn", 1);
	free_iova(&fixture->iovad, ~0ul);
	check_iova_domain(&fixture->iovad);
}

static void test_reserve_apart_makes_a_range(void **state)
{
	struct fixture *fixture = *state;

	do_reserve(fixture, 0x100, 0x1ff, 0x100, 0x1ff);
	/* Neighbours are not merged. */
	do_reserve(fixture, 0x200, 0x2ff, 0x200, 0x2ff);
	do_reserve(fixture, 0, 0, 0, 0);
	ktest_assert_u64_equal(iova_walk(&fixture->iovad, NULL, 0), 3);
}

static void test_reserve_inside_returns_the_range_there(void **state)
{
	struct fixture *fixture = *state;

	do_reserve(fixture, 0x100, 0x1ff, 0x100, 0x1ff);
	do_reserve(fixture, 0x100, 0x1ff, 0x100, 0x1ff);
	do_reserve(fixture, 0x110, 0x120, 0x100, 0x1ff);
	ktest_assert_u64_equal(iova_walk(&fixture->iovad, NULL, 0), 1);
}

/*
 *	     [100 1ff]           [300 3ff]
 *	[80 ............ 280]                  the first grows down, 200 to 280 is new
 *	  [90 ...................... 380]      300 to 3ff grows down to 281
 */
static void test_reserve_over_grows_ranges_down(void **state)
{
	struct fixture *fixture = *state;
	struct iova_record record[4];

	do_reserve(fixture, 0x100, 0x1ff, 0x100, 0x1ff);
	do_reserve(fixture, 0x300, 0x3ff, 0x300, 0x3ff);
	do_reserve(fixture, 0x80, 0x280, 0x200, 0x280);
	do_reserve(fixture, 0x90, 0x380, 0x281, 0x3ff);
	do_reserve(fixture, 0x70, 0x500, 0x400, 0x500);
	ktest_assert_u64_equal(iova_walk(&fixture->iovad, record, 4), 4);
	ktest_assert_u64_equal(record[0].pfn_lo, 0x70);
	ktest_assert_u64_equal(record[0].pfn_last, 0x1ff);
	ktest_assert_u64_equal(record[2].pfn_lo, 0x281);
	ktest_assert_u64_equal(record[3].pfn_last, 0x500);
}

static void test_reserve_leaves_the_start_of_searches_alone(void **state)
{
	struct fixture *fixture = *state;
	struct rb_node *cached32 = fixture->iovad.cached32_node;

	do_reserve(fixture, 0xff000, 0xfffff, 0xff000, 0xfffff);
	ktest_assert_ptr_equal(fixture->iovad.cached32_node, cached32);
	do_alloc(fixture, 1, PFN_MAX_32BIT, true, 0xfefff);
}

static void test_reserve_beyond_the_address_width_warns(void **state)
{
	struct fixture *fixture = *state;

	ktest_expect_report(fixture->world, "warn", 2);
	ktest_assert_null(reserve_iova(&fixture->iovad, 0, 1ul << 52));
	ktest_assert_null(reserve_iova(&fixture->iovad, 2, 1));
	do_reserve(fixture, (1ul << 52) - 1, (1ul << 52) - 1, (1ul << 52) - 1, (1ul << 52) - 1);
}

static void test_granule_sets_the_unit(void **state)
{
	struct fixture *fixture = *state;
	struct iova_domain *iovad = &fixture->iovad;
	struct iova *iova;

	put_iova_domain(iovad);
	init_iova_domain(iovad, 512, 1);
	ktest_assert_int_equal(iova_domain_init_rcaches(iovad), 0);
	ktest_assert_u64_equal(iova_shift(iovad), 9);
	ktest_assert_u64_equal(iova_mask(iovad), 511);
	ktest_assert_u64_equal(iovad->dma_32bit_pfn, 0x800000);
	ktest_assert_u64_equal(iova_align(iovad, 513), 1024);
	ktest_assert_u64_equal(iova_offset(iovad, 0x1234), 0x34);
	iova = do_alloc(fixture, 1, 0x7fffff, true, 0x7fffff);
	ktest_assert_u64_equal(iova_dma_addr(iovad, iova), 0xfffffe00);
	ktest_assert_u64_equal(iova_pfn(iovad, 0xfffffe34), 0x7fffff);
}

static void test_walk_tells_cached_from_reserved(void **state)
{
	struct fixture *fixture = *state;
	struct iova_record record[3];
	unsigned long pfn;

	do_reserve(fixture, 0x100, 0x1ff, 0x100, 0x1ff);
	pfn = alloc_iova_fast(&fixture->iovad, 4, PFN_MAX_32BIT, true);
	do_alloc(fixture, 4, PFN_MAX_32BIT, true, pfn - 4);
	free_iova_fast(&fixture->iovad, pfn, 4);
	ktest_assert_u64_equal(iova_walk(&fixture->iovad, record, 3), 3);
	ktest_assert_true(record[0].reserved);
	ktest_assert_false(record[0].cached);
	ktest_assert_false(record[1].reserved);
	ktest_assert_false(record[1].cached);
	ktest_assert_true(record[2].cached);
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 4, PFN_MAX_32BIT, true), pfn);
	ktest_assert_u64_equal(iova_walk(&fixture->iovad, record, 3), 3);
	ktest_assert_false(record[2].cached);
}

static void test_walk_fills_no_more_than_it_may(void **state)
{
	struct fixture *fixture = *state;
	struct iova_record record[2] = { { 0, 0, false, false }, { 7, 7, false, false } };

	do_alloc(fixture, 1, PFN_MAX_32BIT, true, 0xfffff);
	do_alloc(fixture, 1, PFN_MAX_32BIT, true, 0xffffe);
	ktest_assert_u64_equal(iova_walk(&fixture->iovad, record, 1), 2);
	ktest_assert_u64_equal(record[0].pfn_lo, 0xffffe);
	ktest_assert_u64_equal(record[1].pfn_lo, 7);
}

/* The validator has to see each kind of damage; each is undone before the next. */
static void test_validator_sees_damage(void **state)
{
	struct fixture *fixture = *state;
	struct iova_domain *iovad = &fixture->iovad;
	struct iova *high = do_alloc(fixture, 8, PFN_MAX_32BIT, true, 0xffff8);
	struct iova *low = do_alloc(fixture, 3, PFN_MAX_32BIT, true, 0xffff4);
	struct rb_node *cached = iovad->cached_node;
	unsigned long *const damaged[] = {
		&low->pfn_hi,
		&low->pfn_lo,
		&low->sim_fit_max_pages,
		&high->sim_gap_lo,
		&high->sim_fit_pages,
		&high->sim_fit_max_pages,
		&high->sim_gap_max_pages,
		&iovad->anchor.pfn_hi,
	};
	struct iova stranger;

	for (unsigned int i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		unsigned long right = *damaged[i];

		ktest_context("damage %u", i);
		*damaged[i] = right + 1;
		ktest_assert_non_null(iova_domain_is_valid(iovad));
		*damaged[i] = right;
		ktest_assert_null(iova_domain_is_valid(iovad));
	}
	iovad->cached_node = &stranger.node;
	ktest_assert_non_null(iova_domain_is_valid(iovad));
	iovad->cached_node = cached;
	ktest_assert_null(iova_domain_is_valid(iovad));
}

/* 48-bit space with no 32-bit-first rule, and with it, and a device that has no flag. */
static void test_device_space_below_4g_first(void **state)
{
	struct fixture *fixture = *state;
	bool try_32bit = true, fell_back = false;

	ktest_assert_u64_equal(iova_sim_alloc_pfn(&fixture->iovad, 1, 0xffffffffffff, &try_32bit,
						  &fell_back),
			       0xfffff);
	ktest_assert_u64_equal(iova_sim_alloc_pfn(&fixture->iovad, 1, 0xffffffffffff, NULL, NULL),
			       PFN_MAX_48BIT);
	/* Not larger than 4 GiB: the flag is not asked, and stays. */
	ktest_assert_u64_equal(iova_sim_alloc_pfn(&fixture->iovad, 0x100000, 0xffffffff,
						  &try_32bit, &fell_back),
			       0);
	ktest_assert_true(try_32bit);
	ktest_assert_false(fell_back);
	ktest_assert_u64_not_equal(iova_sim_alloc_pfn(&fixture->iovad, 0x100000, 0xffffffffffff,
						      &try_32bit, &fell_back),
				   0);
	ktest_assert_false(try_32bit);
	ktest_assert_true(fell_back);
}

static const struct ktest tests[] = {
	KTEST_FIXTURE(test_alloc_larger_than_what_is_below_the_limit_fails, setup, teardown),
	KTEST_FIXTURE(test_alloc_limit_is_inclusive_and_wraps, setup, teardown),
	KTEST_FIXTURE(test_alloc_of_no_page_warns, setup, teardown),
	KTEST_FIXTURE(test_alloc_retries_from_the_limit_once_the_part_below_is_full, setup,
		      teardown),
	KTEST_FIXTURE(test_alloc_top_down_below_the_last_one, setup, teardown),
	KTEST_FIXTURE(test_alloc_without_alignment_takes_every_page, setup, teardown),
	KTEST_FIXTURE(test_device_space_below_4g_first, setup, teardown),
	KTEST_FIXTURE(test_failed_size_fails_at_once_until_a_free_below_4g, setup, teardown),
	KTEST_FIXTURE(test_find_and_free_take_any_pfn_of_a_range, setup, teardown),
	KTEST_FIXTURE(test_free_of_the_anchor_warns, setup, teardown),
	KTEST(test_gap_fit_at_the_end_of_the_pfn_range),
	KTEST(test_gap_fit_is_what_trying_all_starts_finds),
	KTEST_FIXTURE(test_granule_sets_the_unit, setup, teardown),
	KTEST_FIXTURE(test_reserve_apart_makes_a_range, setup, teardown),
	KTEST_FIXTURE(test_reserve_beyond_the_address_width_warns, setup, teardown),
	KTEST_FIXTURE(test_reserve_inside_returns_the_range_there, setup, teardown),
	KTEST_FIXTURE(test_reserve_leaves_the_start_of_searches_alone, setup, teardown),
	KTEST_FIXTURE(test_reserve_over_grows_ranges_down, setup, teardown),
	KTEST_FIXTURE(test_validator_sees_damage, setup, teardown),
	KTEST_FIXTURE(test_walk_fills_no_more_than_it_may, setup, teardown),
	KTEST_FIXTURE(test_walk_tells_cached_from_reserved, setup, teardown),
};
KTEST_MAIN(tests)
