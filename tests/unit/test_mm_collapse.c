/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/inject.h"
#include "move_fixture.h"

static long collapse(struct mm_struct *mm, unsigned long pages)
{
	return sim_collapse(mm, BASE, BYTES(pages), false);
}

static void assert_huge(struct mm_struct *mm, unsigned long page)
{
	u64 entry = entry_at(mm, page);
	struct folio *folio = folio_at(mm, page);

	ktest_assert_true(cpt_is_huge(entry) && cpt_write(entry));
	ktest_assert_u64_equal(folio_order(folio), CPT_PMD_ORDER);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_true(PageAnonExclusive(&folio->page));
	ktest_assert_true(folio_test_uptodate(folio) && folio_test_swapbacked(folio));
	lru_add_drain_all();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
}

static void test_small_pages_become_one(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);
	u64 free_pages;

	fill(setup.mm, 0, PMD_PAGES);
	free_pages = sim_phys_free_pages(setup.world);
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), PMD_PAGES);
	assert_ranges("CLEAR 0-512");
	assert_huge(setup.mm, 0);
	/* The table is kept beside the entry. */
	ktest_assert_u64_equal(sim_phys_free_pages(setup.world), free_pages);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), PMD_PAGES);
	assert_filled(setup.mm, 0, PMD_PAGES);
	/* Once more: nothing to do. */
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), 0);
	assert_ranges("");
	move_end(&setup);
}

static void test_holes_and_zero_pages_read_as_zero(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	fill(setup.mm, 7, 1);
	ktest_assert_u64_equal(read_at(setup.mm, 9), 0);
	ktest_assert_true(is_zero_pfn(cpt_pfn(entry_at(setup.mm, 9))));
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), PMD_PAGES);
	assert_huge(setup.mm, 0);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), PMD_PAGES);
	assert_filled(setup.mm, 7, 1);
	ktest_assert_u64_equal(read_at(setup.mm, 8), 0);
	ktest_assert_u64_equal(read_at(setup.mm, 9), 0);
	move_end(&setup);
}

static void test_stray_reference_undoes_all(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);
	struct folio *folio;

	fill(setup.mm, 0, PMD_PAGES);
	folio = folio_at(setup.mm, 100);
	folio_get(folio);
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), -EAGAIN);
	/* Seen before anything is touched. */
	assert_ranges("");
	ktest_assert_ptr_equal(folio_at(setup.mm, 100), folio);
	folio_put(folio);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

/* The trylock of a page fails when the table is out of reach already: it comes back. */
static void test_failure_after_the_notifier_undoes_all(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	fill(setup.mm, 0, PMD_PAGES);
	sim_inject_kind_nth(setup.world, &sim_fault_trylock, 100);
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), -EAGAIN);
	ktest_assert_true(sim_inject_kind_failed(setup.world));
	assert_ranges("CLEAR 0-512");
	for (unsigned long page = 0; page < PMD_PAGES; page++) {
		ktest_assert_false(folio_test_locked(folio_at(setup.mm, page)));
		ktest_assert_true(cpt_present(entry_at(setup.mm, page)));
	}
	assert_filled(setup.mm, 0, PMD_PAGES);
	lru_add_drain_all();
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), PMD_PAGES);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_without_memory(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	fill(setup.mm, 0, PMD_PAGES);
	sim_inject_kind_nth(setup.world, &sim_fault_page, 1);
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), -ENOMEM);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_refused_ranges(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES - 1, 0);

	fill(setup.mm, 0, 1);
	/* No whole 2 MiB. */
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES - 1), -EINVAL);
	/* The area ends before. */
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), -EINVAL);
	move_end(&setup);
}

static void test_swapped_pages_come_back_first(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	fill(setup.mm, 0, PMD_PAGES);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(70)), 70);
	ranges_clear();
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), PMD_PAGES);
	assert_huge(setup.mm, 0);
	ktest_assert_int_equal(rss_of(setup.mm, MM_SWAPENTS), 0);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_device_private_counts_as_swapped(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	device_make();
	fill(setup.mm, 0, 20);
	for (unsigned long page = 20; page < 25; page++)
		device_map(setup.mm, page, page, true);
	ranges_clear();
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), PMD_PAGES);
	ktest_assert_u64_equal(move_device.to_ram, 5);
	ktest_assert_u64_equal(move_device.freed, 5);
	/* What the driver's migration raises, then the collapse. */
	assert_ranges("CLEAR 20-21, CLEAR 21-22, CLEAR 22-23, CLEAR 23-24, CLEAR 24-25, "
		      "CLEAR 0-512");
	assert_huge(setup.mm, 0);
	assert_filled(setup.mm, 0, 25);
	mm_end(setup.world, setup.mm);
	memunmap_pages(&move_device.pgmap);
}

static void test_device_private_pmd_is_not_collapsible(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, 0);

	device_make();
	device_map_huge(setup.mm, 0, 512);
	ranges_clear();
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), -EINVAL);
	ktest_assert_int_equal(sim_collapse(setup.mm, BASE, BYTES(PMD_PAGES), true), 0);
	assert_ranges("");
	ktest_assert_u64_equal(move_device.to_ram, 0);
	ktest_assert_true(cpt_is_device_private(entry_at(setup.mm, 0)));
	mm_end(setup.world, setup.mm);
	memunmap_pages(&move_device.pgmap);
}

static void test_khugepaged_limits(void **state)
{
	static const struct {
		unsigned long filled, device;
		u32 thp;
		long pages;
	} rows[] = {
		/* One page will do, and none will not. */
		{ 1, 0, BIT(9), PMD_PAGES },
		{ 0, 1, BIT(9), 0 },
		{ 256, 64, BIT(9), PMD_PAGES },
		{ 256, 65, BIT(9), 0 },
		/* What is swapped out needs enough that was used. */
		{ 255, 1, BIT(9), 0 },
		{ 256, 1, 0, 0 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct move_setup setup = move_setup(PMD_PAGES, 0);

		device_make();
		fill(setup.mm, 0, rows[i].filled);
		for (unsigned long n = 0; n < rows[i].device; n++)
			device_map(setup.mm, rows[i].filled + n, n, true);
		fault_state()->thp.anon_always = rows[i].thp;
		ktest_context("row %u", i);
		ktest_assert_int_equal(sim_collapse(setup.mm, BASE, BYTES(PMD_PAGES), true),
				       rows[i].pages);
		ktest_assert_u64_equal(move_device.to_ram, rows[i].pages ? rows[i].device : 0);
		mm_end(setup.world, setup.mm);
		memunmap_pages(&move_device.pgmap);
		ktest_world_drop(setup.world);
	}
}

static void test_large_folios_are_collapsed_too(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, BIT(4));

	fill(setup.mm, 0, PMD_PAGES);
	ktest_assert_u64_equal(folio_order(folio_at(setup.mm, 0)), 4);
	ktest_assert_int_equal(collapse(setup.mm, PMD_PAGES), PMD_PAGES);
	assert_huge(setup.mm, 0);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static const struct ktest tests[] = {
	KTEST(test_small_pages_become_one),
	KTEST(test_holes_and_zero_pages_read_as_zero),
	KTEST(test_stray_reference_undoes_all),
	KTEST(test_failure_after_the_notifier_undoes_all),
	KTEST(test_without_memory),
	KTEST(test_refused_ranges),
	KTEST(test_swapped_pages_come_back_first),
	KTEST(test_device_private_counts_as_swapped),
	KTEST(test_device_private_pmd_is_not_collapsible),
	KTEST(test_khugepaged_limits),
	KTEST(test_large_folios_are_collapsed_too),
};
KTEST_MAIN(tests)
