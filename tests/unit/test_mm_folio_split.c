/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "move_fixture.h"

#define PMD_ORDER_ONLY BIT(CPT_PMD_ORDER)

static struct folio *locked_at(struct mm_struct *mm, unsigned long page)
{
	struct folio *folio = folio_at(mm, page);

	folio_get(folio);
	folio_lock(folio);
	return folio;
}

static void give_back(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

static void assert_small_and_whole(struct mm_struct *mm, unsigned long page)
{
	struct folio *folio = folio_at(mm, page);

	ktest_context("page %lu", page);
	ktest_assert_true(cpt_present(entry_at(mm, page)) && cpt_write(entry_at(mm, page)));
	ktest_assert_false(folio_test_large(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_true(folio_test_lru(folio) && folio_test_swapbacked(folio));
	ktest_assert_true(folio_test_anon(folio) && PageAnonExclusive(&folio->page));
	ktest_assert_false(folio_test_locked(folio));
	ktest_assert_u64_equal(folio->index, ADDR(page) >> PAGE_SHIFT);
}

static void test_huge_becomes_small(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	struct folio *folio;
	unsigned long pfn;

	fill(setup.mm, 0, PMD_PAGES);
	pfn = cpt_pfn(entry_at(setup.mm, 0));
	folio = locked_at(setup.mm, 0);
	ktest_assert_u64_equal(folio_order(folio), CPT_PMD_ORDER);
	ktest_assert_int_equal(split_folio(folio), 0);
	/* The folio's own range, and that of the PMD within it. */
	assert_ranges("CLEAR 0-512");
	ktest_assert_true(folio_test_locked(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 2);
	give_back(folio);
	for (unsigned long page = 0; page < PMD_PAGES; page++) {
		ktest_assert_u64_equal(cpt_pfn(entry_at(setup.mm, page)), pfn + page);
		assert_small_and_whole(setup.mm, page);
	}
	ktest_assert_u64_equal(move_state()->node[0].pages[LRU_INACTIVE_ANON], PMD_PAGES);
	assert_filled(setup.mm, 0, PMD_PAGES);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), PMD_PAGES);
	move_end(&setup);
}

static void test_kept_piece_is_the_one_of_the_page(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	struct folio *folio, *piece;

	fill(setup.mm, 0, PMD_PAGES);
	folio = locked_at(setup.mm, 0);
	ktest_assert_int_equal(split_huge_page_to_order(folio_page(folio, 37), 4), 0);
	piece = page_folio(folio_page(folio, 37));
	ktest_assert_ptr_equal(piece, folio_page(folio, 32));
	ktest_assert_u64_equal(folio_order(piece), 4);
	ktest_assert_true(folio_test_locked(piece) && !folio_test_locked(folio));
	ktest_assert_true(folio_test_large_rmappable(piece));
	ktest_assert_int_equal(folio_ref_count(folio), 16);
	ktest_assert_int_equal(folio_mapcount(folio), 16);
	give_back(piece);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_refused(void **state)
{
	static const struct {
		unsigned int order;
		bool extra_ref, writeback;
		int err;
	} rows[] = {
		{ 0, true, false, -EAGAIN },	   { 1, false, false, -EINVAL },
		{ CPT_PMD_ORDER, false, false, -EINVAL }, { 0, false, true, -EBUSY },
	};
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	struct folio *folio;

	fill(setup.mm, 0, PMD_PAGES);
	folio = locked_at(setup.mm, 0);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ktest_context("row %u", i);
		if (rows[i].extra_ref)
			folio_get(folio);
		if (rows[i].writeback)
			folio_set_writeback(folio);
		ktest_assert_int_equal(split_huge_page_to_order(&folio->page, rows[i].order),
				       rows[i].err);
		/* Nothing was unmapped for it. */
		assert_ranges("");
		ktest_assert_u64_equal(folio_order(folio), CPT_PMD_ORDER);
		if (rows[i].extra_ref)
			folio_put(folio);
		folio_clear_writeback(folio);
	}
	give_back(folio);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_unmapped_part_is_freed(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	u64 free_pages;

	fill(setup.mm, 0, PMD_PAGES);
	unmap_at(setup.mm, 256, 256);
	free_pages = sim_phys_free_pages(setup.world);
	ktest_assert_int_equal(sim_split(setup.mm, BASE, BYTES(PMD_PAGES), 0), PMD_PAGES);
	ktest_assert_u64_equal(sim_phys_free_pages(setup.world), free_pages + 256);
	assert_filled(setup.mm, 0, 256);
	move_end(&setup);
}

static void test_shared_after_fork(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	struct mm_struct *child;

	fill(setup.mm, 0, PMD_PAGES);
	ktest_assert_int_equal(sim_fork(setup.mm, &child), 0);
	ranges_clear();
	ktest_assert_int_equal(sim_split(setup.mm, BASE, BYTES(PMD_PAGES), 0), PMD_PAGES);
	assert_ranges("CLEAR 0-512, CLEAR 0-512");
	ktest_assert_int_equal(folio_mapcount(folio_at(child, 3)), 2);
	ktest_assert_false(cpt_write(entry_at(child, 3)));
	ktest_assert_ptr_equal(folio_at(child, 3), folio_at(setup.mm, 3));
	assert_filled(child, 0, PMD_PAGES);
	mmput(child);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_zero_filled_pieces_become_the_zero_page(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	u64 free_pages;

	fill(setup.mm, 1, 1);
	free_pages = sim_phys_free_pages(setup.world);
	ktest_assert_int_equal(sim_split(setup.mm, BASE, BYTES(PMD_PAGES), 0), PMD_PAGES);
	ktest_assert_true(is_zero_pfn(cpt_pfn(entry_at(setup.mm, 0))));
	ktest_assert_u64_equal(sim_phys_free_pages(setup.world), free_pages + PMD_PAGES - 1);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), 1);
	assert_filled(setup.mm, 1, 1);
	ktest_assert_u64_equal(read_at(setup.mm, 0), 0);
	move_end(&setup);
}

static void test_swap_cache_goes_along(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	unsigned long place;
	struct folio *folio;

	fill(setup.mm, 0, PMD_PAGES);
	folio = locked_at(setup.mm, 0);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	place = folio->swap.val;
	ktest_assert_int_equal(split_huge_page_to_order(&folio->page, 2), -EINVAL);
	ktest_assert_int_equal(split_folio(folio), 0);
	ktest_assert_int_equal(folio_ref_count(folio), 3);
	give_back(folio);
	folio = swap_cache_get(place + 9);
	ktest_assert_ptr_equal(folio, folio_at(setup.mm, 9));
	ktest_assert_u64_equal(folio->swap.val, place + 9);
	folio_put(folio);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_unmapped_split_keeps_locks(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	struct folio *folio;

	fill(setup.mm, 0, PMD_PAGES);
	folio = locked_at(setup.mm, 0);
	ktest_assert_true(folio_isolate_lru(folio));
	/* The isolation's reference serves as the caller's. */
	folio_put(folio);
	try_to_migrate(folio, 0);
	mmap_read_lock(setup.mm);
	split_huge_pmd(vma_lookup(setup.mm, BASE), cpt_pmd(setup.mm, BASE, NULL), BASE);
	mmap_read_unlock(setup.mm);
	folio_get(folio);
	ktest_assert_int_equal(folio_split_unmapped(folio, 0), -EAGAIN);
	folio_put(folio);
	ktest_assert_int_equal(folio_split_unmapped(folio, 0), 0);
	for (unsigned long i = 0; i < PMD_PAGES; i++) {
		struct folio *piece = page_folio(folio_page(folio, i));

		ktest_assert_true(folio_test_locked(piece) && !folio_test_lru(piece));
		ktest_assert_false(folio_test_large(piece));
		ktest_assert_int_equal(folio_ref_count(piece), 1);
		ktest_assert_true(cpt_is_migration(entry_at(setup.mm, i)));
		remove_migration_ptes(piece, piece, 0);
		folio_unlock(piece);
		folio_putback_lru(piece);
	}
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_device_private_asks_the_driver(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, PMD_ORDER_ONLY);
	struct folio *folio;

	device_make();
	folio = device_map_huge(setup.mm, 0, 512);
	ranges_clear();
	ktest_assert_int_equal(sim_split(setup.mm, BASE, BYTES(PMD_PAGES), 0), PMD_PAGES);
	assert_ranges("CLEAR 0-512");
	ktest_assert_u64_equal(move_device.splits, PMD_PAGES - 1);
	ktest_assert_u64_equal(move_device.split_ends, 1);
	for (unsigned long page = 0; page < PMD_PAGES; page++) {
		ktest_assert_true(cpt_is_device_private(entry_at(setup.mm, page)));
		ktest_assert_int_equal(folio_ref_count(folio_at(setup.mm, page)), 1);
		ktest_assert_int_equal(folio_mapcount(folio_at(setup.mm, page)), 1);
		ktest_assert_false(folio_test_lru(folio_at(setup.mm, page)));
	}
	ktest_assert_ptr_equal(folio_at(setup.mm, 0), folio);
	mm_end(setup.world, setup.mm);
	ktest_assert_u64_equal(move_device.freed, PMD_PAGES);
	memunmap_pages(&move_device.pgmap);
}

static const struct ktest tests[] = {
	KTEST(test_huge_becomes_small),
	KTEST(test_kept_piece_is_the_one_of_the_page),
	KTEST(test_refused),
	KTEST(test_unmapped_part_is_freed),
	KTEST(test_shared_after_fork),
	KTEST(test_zero_filled_pieces_become_the_zero_page),
	KTEST(test_swap_cache_goes_along),
	KTEST(test_unmapped_split_keeps_locks),
	KTEST(test_device_private_asks_the_driver),
};
KTEST_MAIN(tests)
