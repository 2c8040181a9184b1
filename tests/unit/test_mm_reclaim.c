/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/inject.h"
#include "mm/filemap.h"
#include "move_fixture.h"

extern const struct sim_fault_kind sim_fault_swap;

static void test_anon_goes_to_swap_and_comes_back(void **state)
{
	struct move_setup setup = move_setup(8, 0);
	u64 free_pages;

	fill(setup.mm, 0, 8);
	free_pages = sim_phys_free_pages(setup.world);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(8)), 8);
	/* Oldest first: they were written in this order. */
	ktest_assert_string_contains(ranges.text, "CLEAR 3-4");
	ktest_assert_u64_equal(sim_phys_free_pages(setup.world), free_pages + 8);
	ktest_assert_u64_equal(cpt_soft(entry_at(setup.mm, 3)), CPT_SWAP);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), 0);
	ktest_assert_int_equal(rss_of(setup.mm, MM_SWAPENTS), 8);
	assert_filled(setup.mm, 0, 8);
	ktest_assert_int_equal(rss_of(setup.mm, MM_ANONPAGES), 8);
	/* Places are kept while the pages are clean. */
	ktest_assert_u64_equal(move_state()->swap.used, 8);
	write_at(setup.mm, 3, 9);
	move_end(&setup);
}

static void test_clean_page_is_dropped_without_writing(void **state)
{
	struct move_setup setup = move_setup(1, 0);
	unsigned long place;

	fill(setup.mm, 0, 1);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(1)), 1);
	place = cpt_payload(entry_at(setup.mm, 0));
	assert_filled(setup.mm, 0, 1);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(1)), 1);
	ktest_assert_u64_equal(cpt_payload(entry_at(setup.mm, 0)), place);
	assert_filled(setup.mm, 0, 1);
	move_end(&setup);
}

static void test_pinned_page_stays(void **state)
{
	struct move_setup setup = move_setup(2, 0);
	struct folio *folio;

	fill(setup.mm, 0, 2);
	folio = folio_at(setup.mm, 0);
	/* As pin_user_pages() counts. */
	folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(2)), 1);
	ktest_assert_ptr_equal(folio_at(setup.mm, 0), folio);
	ktest_assert_true(cpt_present(entry_at(setup.mm, 0)));
	folio_ref_sub(folio, GUP_PIN_COUNTING_BIAS);
	assert_filled(setup.mm, 0, 2);
	move_end(&setup);
}

static void test_other_reference_keeps_it_in_the_cache(void **state)
{
	struct move_setup setup = move_setup(1, 0);
	struct folio *folio;

	fill(setup.mm, 0, 1);
	folio = folio_at(setup.mm, 0);
	folio_get(folio);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(1)), 0);
	ktest_assert_u64_equal(cpt_soft(entry_at(setup.mm, 0)), CPT_SWAP);
	ktest_assert_true(folio_test_swapcache(folio));
	assert_filled(setup.mm, 0, 1);
	ktest_assert_ptr_equal(folio_at(setup.mm, 0), folio);
	folio_put(folio);
	move_end(&setup);
}

static void test_without_swap_it_stays(void **state)
{
	struct move_setup setup = move_setup(2, 0);

	fill(setup.mm, 0, 2);
	sim_inject_kind_nth(setup.world, &sim_fault_swap, 1);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(2)), 1);
	ktest_assert_true(sim_inject_kind_failed(setup.world));
	assert_filled(setup.mm, 0, 2);
	move_end(&setup);
}

static void test_huge_goes_as_one(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, BIT(CPT_PMD_ORDER));

	fill(setup.mm, 0, PMD_PAGES);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(PMD_PAGES)), PMD_PAGES);
	ktest_assert_string_contains(ranges.text, "CLEAR 0-512");
	ktest_assert_u64_equal(move_state()->swap.used, PMD_PAGES);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_huge_is_split_without_places_for_it(void **state)
{
	struct move_setup setup = move_setup(PMD_PAGES, BIT(CPT_PMD_ORDER));

	fill(setup.mm, 0, PMD_PAGES);
	sim_inject_kind_nth(setup.world, &sim_fault_swap, 1);
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(PMD_PAGES)), PMD_PAGES);
	ktest_assert_u64_equal(move_state()->swap.used, PMD_PAGES);
	assert_filled(setup.mm, 0, PMD_PAGES);
	move_end(&setup);
}

static void test_shared_memory_goes_to_swap(void **state)
{
	struct move_setup setup = move_setup(1, 0);
	unsigned long addr;
	u64 free_pages;

	ktest_assert_int_equal(sim_mmap(setup.mm, ADDR(16), BYTES(4), RW,
					SIM_MAP_SHARED | SIM_MAP_FIXED, 0, NULL, 0, &addr), 0);
	fill(setup.mm, 16, 4);
	free_pages = sim_phys_free_pages(setup.world);
	ktest_assert_int_equal(sim_reclaim(setup.mm, ADDR(16), BYTES(4)), 4);
	ktest_assert_u64_equal(sim_phys_free_pages(setup.world), free_pages + 4);
	ktest_assert_u64_equal(entry_at(setup.mm, 17), 0);
	assert_filled(setup.mm, 16, 4);
	move_end(&setup);
}

static void test_file_pages_go_only_when_clean(void **state)
{
	struct move_setup setup = move_setup(1, 0);
	struct file *file = sim_file_create(BYTES(2), false);
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(setup.mm, ADDR(16), BYTES(2), RW,
					SIM_MAP_SHARED | SIM_MAP_FIXED, 0, file, 0, &addr), 0);
	fill(setup.mm, 16, 1);
	ktest_assert_u64_equal(read_at(setup.mm, 17), 0);
	lru_add_drain_all();
	ktest_assert_int_equal(sim_reclaim(setup.mm, ADDR(16), BYTES(2)), 1);
	ktest_assert_u64_equal(entry_at(setup.mm, 17), 0);
	assert_filled(setup.mm, 16, 1);
	ktest_assert_u64_equal(read_at(setup.mm, 17), 0);
	fput(file);
	move_end(&setup);
}

static void test_device_private_is_never_reclaimed(void **state)
{
	struct move_setup setup = move_setup(2, 0);
	struct folio *folio;

	device_make();
	folio = device_map(setup.mm, 1, 0, true);
	ranges_clear();
	ktest_assert_int_equal(sim_reclaim(setup.mm, BASE, BYTES(2)), 0);
	assert_ranges("");
	ktest_assert_ptr_equal(folio_at(setup.mm, 1), folio);
	mm_end(setup.world, setup.mm);
	memunmap_pages(&move_device.pgmap);
}

/* More memory than there is RAM; each page can still be read. */
static void test_allocation_reclaims(void **state)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 4ull << 20, .cpu_count = 1 } },
		.swap_bytes = 16ull << 20,
	};
	struct move_setup setup = { .world = fault_world(&machine) };
	unsigned long pages = (6ull << 20) >> PAGE_SHIFT;

	setup.mm = mm_create();
	map_at(setup.mm, 0, pages, RW);
	for (unsigned long page = 0; page < pages; page++)
		write_at(setup.mm, page, value_of(page));
	ktest_assert_in_range(move_state()->swap.used, pages / 4, pages);
	assert_filled(setup.mm, 0, pages);
	move_end(&setup);
}

/* The same without a place to go: the fault fails, and nothing is lost. */
static void test_allocation_fails_without_swap(void **state)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 4ull << 20, .cpu_count = 1 } },
	};
	struct move_setup setup = { .world = fault_world(&machine) };
	unsigned long page = 0;

	setup.mm = mm_create();
	map_at(setup.mm, 0, 2048, RW);
	while (page < 2048 && !write_err(setup.mm, page, value_of(page)))
		page++;
	ktest_assert_in_range(page, 800, 1023);
	assert_filled(setup.mm, 0, page);
	move_end(&setup);
}

static const struct ktest tests[] = {
	KTEST(test_anon_goes_to_swap_and_comes_back),
	KTEST(test_clean_page_is_dropped_without_writing),
	KTEST(test_pinned_page_stays),
	KTEST(test_other_reference_keeps_it_in_the_cache),
	KTEST(test_without_swap_it_stays),
	KTEST(test_huge_goes_as_one),
	KTEST(test_huge_is_split_without_places_for_it),
	KTEST(test_shared_memory_goes_to_swap),
	KTEST(test_file_pages_go_only_when_clean),
	KTEST(test_device_private_is_never_reclaimed),
	KTEST(test_allocation_reclaims),
	KTEST(test_allocation_fails_without_swap),
};
KTEST_MAIN(tests)
