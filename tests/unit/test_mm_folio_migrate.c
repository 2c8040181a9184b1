/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include "mm/move_internal.h"
#include "mm_fixture.h"

#define ANON ((struct address_space *)(0x1000 | FOLIO_MAPPING_ANON))

struct pair {
	struct svmsim_world *world;
	struct folio *from;
	struct folio *to;
};

static struct pair make_pair(unsigned int order)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = 64ull << 20,
							    .cpu_count = 1 } },
						.swap_bytes = 1 << 20 };
	struct pair pair = { .world = mm_world(&machine) };

	pair.from = folio_alloc(GFP_KERNEL, order);
	pair.to = folio_alloc(GFP_KERNEL, order);
	folio_lock(pair.from);
	folio_lock(pair.to);
	folio_set_swapbacked(pair.from);
	folio_set_uptodate(pair.from);
	pair.from->mapping = ANON;
	pair.from->index = 0x77;
	return pair;
}

static void drop_pair(struct pair *pair)
{
	folio_unlock(pair->from);
	folio_unlock(pair->to);
	folio_put(pair->from);
	folio_put(pair->to);
	assert_all_free(pair->world);
}

static void test_anon_takes_identity(void **state)
{
	struct pair pair = make_pair(0);

	ktest_assert_int_equal(folio_migrate_mapping(NULL, pair.to, pair.from, 0), 0);
	ktest_assert_ptr_equal(pair.to->mapping, ANON);
	ktest_assert_u64_equal(pair.to->index, 0x77);
	ktest_assert_true(folio_test_swapbacked(pair.to));
	/* An anonymous folio stays one until it is freed. */
	ktest_assert_ptr_equal(pair.from->mapping, ANON);
	drop_pair(&pair);
}

static void test_count_must_match_exactly(void **state)
{
	static const struct {
		int refs, mapcount, extra, err;
	} rows[] = {
		{ 1, 0, 0, 0 },	      { 2, 0, 0, -EAGAIN }, { 2, 0, 1, 0 },
		{ 1, 0, 1, -EAGAIN }, { 2, 1, 0, 0 },	    { 3, 1, 0, -EAGAIN },
		{ 3, 1, 1, 0 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair pair = make_pair(0);

		ktest_context("row %u", i);
		folio_set_count(pair.from, rows[i].refs);
		pair.from->_mapcount.counter = rows[i].mapcount;
		ktest_assert_int_equal(folio_migrate_mapping(NULL, pair.to, pair.from,
							     rows[i].extra),
				       rows[i].err);
		if (rows[i].err)
			ktest_assert_null(pair.to->mapping);
		folio_set_count(pair.from, 1);
		pair.from->_mapcount.counter = 0;
		drop_pair(&pair);
		ktest_world_drop(pair.world);
	}
}

static void test_swap_cache_moves_along(void **state)
{
	struct pair pair = make_pair(1);
	unsigned long place;

	ktest_assert_int_equal(folio_alloc_swap(pair.from), 0);
	place = pair.from->swap.val;
	folio_set_dirty(pair.from);
	folio_get(pair.from);
	ktest_assert_int_equal(folio_migrate_mapping(NULL, pair.to, pair.from, 0), -EAGAIN);
	folio_put(pair.from);
	ktest_assert_int_equal(folio_migrate_mapping(NULL, pair.to, pair.from, 0), 0);
	ktest_assert_int_equal(folio_ref_count(pair.from), 1);
	ktest_assert_int_equal(folio_ref_count(pair.to), 3);
	ktest_assert_true(folio_test_dirty(pair.to) && !folio_test_dirty(pair.from));
	folio_migrate_flags(pair.to, pair.from);
	ktest_assert_false(folio_test_swapcache(pair.from));
	ktest_assert_u64_equal(pair.to->swap.val, place);
	ktest_assert_ptr_equal(swap_cache_get(place + 1), pair.to);
	folio_put(pair.to);
	ktest_assert_true(folio_free_swap(pair.to));
	drop_pair(&pair);
}

static void test_page_cache_finds_the_new_folio(void **state)
{
	struct pair pair = make_pair(0);
	struct address_space mapping = { .flags = 0 };

	xa_init(&mapping.i_pages);
	folio_clear_swapbacked(pair.from);
	pair.from->mapping = &mapping;
	folio_get(pair.from);
	ktest_assert_null(xa_store(&mapping.i_pages, 0x77, pair.from, GFP_KERNEL));
	ktest_assert_int_equal(folio_expected_ref_count(pair.from), 1);
	ktest_assert_int_equal(folio_migrate_mapping(&mapping, pair.to, pair.from, 0), 0);
	ktest_assert_ptr_equal(xa_load(&mapping.i_pages, 0x77), pair.to);
	ktest_assert_int_equal(folio_ref_count(pair.from), 1);
	ktest_assert_int_equal(folio_ref_count(pair.to), 2);
	xa_destroy(&mapping.i_pages);
	folio_put(pair.to);
	drop_pair(&pair);
}

static void test_private_data_counts(void **state)
{
	struct pair pair = make_pair(0);
	struct address_space mapping = { .flags = 0 };

	pair.from->mapping = &mapping;
	folio_set_private(pair.from);
	ktest_assert_int_equal(folio_expected_ref_count(pair.from), 2);
	pair.from->mapping = NULL;
	ktest_assert_int_equal(folio_expected_ref_count(pair.from), 1);
	folio_clear_private(pair.from);
	drop_pair(&pair);
}

static void test_flags_and_contents(void **state)
{
	struct pair pair = make_pair(1);
	u8 byte;

	sim_phys_set(pair.world, PFN_PHYS(folio_pfn(pair.from)) + PAGE_SIZE, 0x5c, PAGE_SIZE);
	folio_set_active(pair.from);
	folio_set_referenced(pair.from);
	folio_set_dirty(pair.from);
	folio_migrate_copy(pair.to, pair.from);
	ktest_assert_true(folio_test_active(pair.to) && !folio_test_active(pair.from));
	ktest_assert_true(folio_test_referenced(pair.to) && folio_test_dirty(pair.to));
	ktest_assert_true(folio_test_uptodate(pair.to));
	ktest_assert_true(folio_test_large(pair.to) && folio_order(pair.to) == 1);
	sim_phys_read(pair.world, PFN_PHYS(folio_pfn(pair.to)) + PAGE_SIZE, &byte, 1);
	ktest_assert_u64_equal(byte, 0x5c);
	drop_pair(&pair);
}

static const struct ktest tests[] = {
	KTEST(test_anon_takes_identity),
	KTEST(test_count_must_match_exactly),
	KTEST(test_swap_cache_moves_along),
	KTEST(test_page_cache_finds_the_new_folio),
	KTEST(test_private_data_counts),
	KTEST(test_flags_and_contents),
};
KTEST_MAIN(tests)
