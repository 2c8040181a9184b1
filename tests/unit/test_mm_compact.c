/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/inject.h"
#include "move_fixture.h"

static void pin(struct folio *folio, int refs)
{
	folio_ref_add(folio, refs);
}

static void unpin(struct folio *folio, int refs)
{
	folio_ref_sub(folio, refs);
}

static void assert_all_moved(struct mm_struct *mm, const unsigned long *pfns, unsigned long count,
			     int nid)
{
	for (unsigned long page = 0; page < count; page++) {
		ktest_context("page %lu", page);
		ktest_assert_u64_not_equal(cpt_pfn(entry_at(mm, page)), pfns[page]);
		ktest_assert_int_equal(folio_nid(folio_at(mm, page)), nid);
		ktest_assert_true(cpt_write(entry_at(mm, page)));
		ktest_assert_true(PageAnonExclusive(pfn_to_page(cpt_pfn(entry_at(mm, page)))));
	}
}

static void note_pfns(struct mm_struct *mm, unsigned long *pfns, unsigned long count)
{
	for (unsigned long page = 0; page < count; page++)
		pfns[page] = cpt_pfn(entry_at(mm, page));
}

static void test_compaction_moves_within_the_node(void **state)
{
	struct move_setup setup = move_setup(8, 0);
	unsigned long pfns[8];

	fill(setup.mm, 0, 8);
	note_pfns(setup.mm, pfns, 8);
	ktest_assert_int_equal(sim_compact(setup.mm, BASE, BYTES(8)), 8);
	assert_ranges("CLEAR 0-1, CLEAR 1-2, CLEAR 2-3, CLEAR 3-4, CLEAR 4-5, CLEAR 5-6, "
		      "CLEAR 6-7, CLEAR 7-8");
	assert_all_moved(setup.mm, pfns, 8, 0);
	assert_filled(setup.mm, 0, 8);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), 8);
	move_end(&setup);
}

static void test_compaction_passes_over_pinned_pages(void **state)
{
	struct move_setup setup = move_setup(4, 0);
	struct folio *pinned;

	fill(setup.mm, 0, 4);
	pinned = folio_at(setup.mm, 2);
	pin(pinned, 1);
	ktest_assert_int_equal(sim_compact(setup.mm, BASE, BYTES(4)), 3);
	/* Not even unmapped. */
	assert_ranges("CLEAR 0-1, CLEAR 1-2, CLEAR 3-4");
	ktest_assert_ptr_equal(folio_at(setup.mm, 2), pinned);
	ktest_assert_true(folio_test_lru(pinned));
	unpin(pinned, 1);
	assert_filled(setup.mm, 0, 4);
	move_end(&setup);
}

static void test_move_pages_to_a_node(void **state)
{
	struct move_setup setup = move_setup(8, 0);
	unsigned long pfns[8];

	fill(setup.mm, 0, 8);
	note_pfns(setup.mm, pfns, 8);
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, BYTES(8), 1), 8);
	assert_all_moved(setup.mm, pfns, 8, 1);
	assert_filled(setup.mm, 0, 8);
	/* Already there. */
	ranges_clear();
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, BYTES(8), 1), 0);
	assert_ranges("");
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, BYTES(8), 2), -ENODEV);
	move_end(&setup);
}

static void test_move_pages_gives_up_on_pinned_pages(void **state)
{
	struct move_setup setup = move_setup(2, 0);
	struct folio *pinned;

	fill(setup.mm, 0, 2);
	pinned = folio_at(setup.mm, 0);
	pin(pinned, 1);
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, BYTES(2), 1), 1);
	ktest_assert_ptr_equal(folio_at(setup.mm, 0), pinned);
	ktest_assert_true(cpt_write(entry_at(setup.mm, 0)));
	ktest_assert_false(folio_test_locked(pinned));
	lru_add_drain_all();
	ktest_assert_true(folio_test_lru(pinned));
	unpin(pinned, 1);
	assert_filled(setup.mm, 0, 2);
	move_end(&setup);
}

static void test_huge_moves_as_one(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, BIT(CPT_PMD_ORDER));

	fill(setup.mm, 0, PMD_PAGES);
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, PAGE_SIZE, 1), PMD_PAGES);
	assert_ranges("CLEAR 0-512");
	ktest_assert_u64_equal(folio_order(folio_at(setup.mm, 0)), CPT_PMD_ORDER);
	ktest_assert_int_equal(folio_nid(folio_at(setup.mm, 0)), 1);
	ktest_assert_true(cpt_is_huge(entry_at(setup.mm, 0)));
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

/* Takes the memory of a node but for some single pages. */
static void take_all_but(struct sim_phys_node *node, int nid, struct list_head *taken,
			 unsigned long pages)
{
	struct page *page;

	while ((page = alloc_pages_node(nid, GFP_NOWAIT | __GFP_THISNODE, CPT_PMD_ORDER))) {
		split_page(page, CPT_PMD_ORDER);
		for (unsigned long i = 0; i < PMD_PAGES; i++)
			list_add(&page[i].lru, taken);
	}
	while (node->free_pages < pages) {
		/* Every other page, so that they are no block again. */
		page = list_first_entry(taken, struct page, lru);
		list_move_tail(&page->lru, taken);
		page = list_first_entry(taken, struct page, lru);
		list_del(&page->lru);
		__free_page(page);
	}
}

static void test_huge_is_split_without_memory_for_it(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, BIT(CPT_PMD_ORDER));
	struct page *page, *next;
	LIST_HEAD(taken);

	fill(setup.mm, 0, PMD_PAGES);
	take_all_but(&sim_phys_of_world(setup.world)->node[1], 1, &taken, 300);
	ktest_assert_in_range(sim_move_pages(setup.mm, BASE, BYTES(PMD_PAGES), 1), 300, PMD_PAGES);
	ktest_assert_false(folio_test_large(folio_at(setup.mm, 0)));
	assert_filled(setup.mm, 0, PMD_PAGES);
	list_for_each_entry_safe(page, next, &taken, lru)
		__free_page(page);
	move_end(&setup);
}

static void test_without_memory_nothing_moves(void **state)
{
	struct move_setup setup = move_setup(4, 0);

	fill(setup.mm, 0, 4);
	sim_inject_kind_nth(setup.world, &sim_fault_page, 2);
	/* The batch ends there; what was unmapped before is moved. */
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, BYTES(4), 1), 1);
	ktest_assert_true(sim_inject_kind_failed(setup.world));
	assert_filled(setup.mm, 0, 4);
	move_end(&setup);
}

static void test_one_folio_stays_isolated_on_failure(void **state)
{
	struct move_setup setup = move_setup(1, 0);
	struct folio *folio;

	fill(setup.mm, 0, 1);
	folio = folio_at(setup.mm, 0);
	ktest_assert_true(folio_isolate_lru(folio));
	pin(folio, 1);
	ktest_assert_int_equal(migrate_folio_to(folio, 1), -EAGAIN);
	ktest_assert_int_equal(folio_ref_count(folio), 3);
	ktest_assert_ptr_equal(folio_at(setup.mm, 0), folio);
	unpin(folio, 1);
	ktest_assert_int_equal(migrate_folio_to(folio, 1), 0);
	ktest_assert_int_equal(folio_nid(folio_at(setup.mm, 0)), 1);
	assert_filled(setup.mm, 0, 1);
	move_end(&setup);
}

static void test_file_pages_move_in_their_cache(void **state)
{
	struct move_setup setup = move_setup(1, 0);
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(setup.mm, ADDR(16), BYTES(4), RW,
					SIM_MAP_SHARED | SIM_MAP_FIXED, 0, NULL, 0, &addr), 0);
	fill(setup.mm, 16, 4);
	ktest_assert_int_equal(sim_move_pages(setup.mm, ADDR(16), BYTES(4), 1), 4);
	ktest_assert_int_equal(folio_nid(folio_at(setup.mm, 17)), 1);
	assert_filled(setup.mm, 16, 4);
	move_end(&setup);
}

static void test_device_private_pages_stay(void **state)
{
	struct move_setup setup = move_setup(4, 0);
	struct folio *folio;

	device_make();
	folio = device_map(setup.mm, 1, 0, true);
	ranges_clear();
	ktest_assert_int_equal(sim_compact(setup.mm, BASE, BYTES(4)), 0);
	ktest_assert_int_equal(sim_move_pages(setup.mm, BASE, BYTES(4), 1), 0);
	assert_ranges("");
	ktest_assert_ptr_equal(folio_at(setup.mm, 1), folio);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	mm_end(setup.world, setup.mm);
	memunmap_pages(&move_device.pgmap);
}

static const struct ktest tests[] = {
	KTEST(test_compaction_moves_within_the_node),
	KTEST(test_compaction_passes_over_pinned_pages),
	KTEST(test_move_pages_to_a_node),
	KTEST(test_move_pages_gives_up_on_pinned_pages),
	KTEST(test_huge_moves_as_one),
	KTEST(test_huge_is_split_without_memory_for_it),
	KTEST(test_without_memory_nothing_moves),
	KTEST(test_one_folio_stays_isolated_on_failure),
	KTEST(test_file_pages_move_in_their_cache),
	KTEST(test_device_private_pages_stay),
};
KTEST_MAIN(tests)
