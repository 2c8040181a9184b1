/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include "kernel/inject.h"
#include "mm/move_internal.h"
#include "mm_fixture.h"

extern const struct sim_fault_kind sim_fault_swap;

static struct svmsim_world *swap_world(u64 swap_bytes)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = 64ull << 20,
							    .cpu_count = 1 } },
						.swap_bytes = swap_bytes };

	return mm_world(&machine);
}

static struct folio *anon_folio(unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, order);

	ktest_assert_non_null(folio);
	folio_set_swapbacked(folio);
	folio_set_uptodate(folio);
	folio->mapping = (struct address_space *)FOLIO_MAPPING_ANON;
	folio_lock(folio);
	return folio;
}

static void write_pages(const struct folio *folio, u8 value)
{
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		sim_phys_set(sim_world, PFN_PHYS(folio_pfn(folio) + i), value + i, PAGE_SIZE);
}

static u8 first_byte(const struct folio *folio)
{
	u8 value;

	sim_phys_read(sim_world, PFN_PHYS(folio_pfn(folio)), &value, 1);
	return value;
}

static void drop(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

static void test_cache_holds_a_reference_for_each_page(void **state)
{
	struct svmsim_world *world = swap_world(1 << 20);
	struct folio *folio = anon_folio(2);

	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	ktest_assert_true(folio_test_swapcache(folio));
	ktest_assert_u64_equal(folio->swap.val % 4, 0);
	ktest_assert_int_equal(folio_ref_count(folio), 5);
	ktest_assert_int_equal(folio_expected_ref_count(folio), 4);
	ktest_assert_u64_equal(move_state()->swap.used, 4);
	ktest_assert_true(folio_free_swap(folio));
	ktest_assert_true(folio_test_dirty(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	ktest_assert_false(folio_free_swap(folio));
	drop(folio);
	assert_all_free(world);
}

static void test_contents_survive(void **state)
{
	struct svmsim_world *world = swap_world(1 << 20);
	struct folio *folio = anon_folio(1);
	unsigned long place;

	write_pages(folio, 0x40);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	place = folio->swap.val;
	swap_dup(place);
	swap_dup(place + 1);
	swap_write(folio);
	ktest_assert_false(folio_free_swap(folio));
	swap_cache_del(folio);
	drop(folio);
	assert_all_free(world);
	ktest_assert_null(swap_cache_get(place + 1));
	folio = swap_read(place + 1, NULL, 0);
	ktest_assert_true(folio_test_locked(folio) && folio_test_uptodate(folio));
	ktest_assert_u64_equal(first_byte(folio), 0x41);
	swap_put(place + 1);
	ktest_assert_true(folio_free_swap(folio));
	drop(folio);
	swap_put(place);
	lru_add_drain();
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	assert_all_free(world);
}

static void test_second_reader_gets_the_same_folio(void **state)
{
	struct svmsim_world *world = swap_world(1 << 20);
	struct folio *folio = anon_folio(0), *again;
	unsigned long place;

	write_pages(folio, 1);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	place = folio->swap.val;
	swap_dup(place);
	swap_dup(place);
	swap_write(folio);
	folio_unlock(folio);
	again = swap_cache_get(place);
	ktest_assert_ptr_equal(again, folio);
	folio_put(again);
	again = swap_read(place, NULL, 0);
	ktest_assert_ptr_equal(again, folio);
	drop(again);
	folio_put(folio);
	/* Only the cache keeps it now; it goes with the last entry. */
	swap_put(place);
	ktest_assert_u64_equal(move_state()->swap.used, 1);
	swap_put(place);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	assert_all_free(world);
}

static void test_place_that_nobody_wants_is_not_read(void **state)
{
	struct svmsim_world *world = swap_world(1 << 20);
	struct folio *folio = anon_folio(0);
	unsigned long place;

	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	place = folio->swap.val;
	swap_cache_del(folio);
	drop(folio);
	ktest_assert_int_equal(PTR_ERR(swap_read(place, NULL, 0)), -ENOENT);
	assert_all_free(world);
}

static void test_full_device_refuses(void **state)
{
	struct svmsim_world *world = swap_world(4 * PAGE_SIZE);
	struct folio *large = anon_folio(2), *small = anon_folio(0);

	/* Four places, 1 to 4: there is no aligned run of four. */
	ktest_assert_int_equal(folio_alloc_swap(large), -ENOMEM);
	ktest_assert_false(folio_test_swapcache(large));
	ktest_assert_int_equal(folio_alloc_swap(small), 0);
	ktest_assert_u64_equal(small->swap.val, 1);
	ktest_assert_true(folio_free_swap(small));
	drop(large);
	drop(small);
	assert_all_free(world);
}

static void test_no_device_refuses(void **state)
{
	struct svmsim_world *world = swap_world(0);
	struct folio *folio = anon_folio(0);

	ktest_assert_int_equal(folio_alloc_swap(folio), -ENOMEM);
	drop(folio);
	assert_all_free(world);
}

static void test_injected_failure(void **state)
{
	struct svmsim_world *world = swap_world(1 << 20);
	struct folio *folio = anon_folio(0);

	sim_inject_kind_nth(world, &sim_fault_swap, 1);
	ktest_assert_int_equal(folio_alloc_swap(folio), -ENOMEM);
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	ktest_assert_true(folio_free_swap(folio));
	drop(folio);
	assert_all_free(world);
}

/* Allocate and free at random; a map of who has what says where they may be. */
static void test_places_random(void **state)
{
	struct svmsim_world *world = swap_world(64 * PAGE_SIZE);
	uint64_t seed = ktest_seed(5);
	u8 owner[65] = { 0 };
	struct folio *folio[16] = { NULL };

	for (int step = 0; step < 2000; step++) {
		unsigned int slot = ktest_random(&seed) % 16;
		unsigned int order = ktest_random(&seed) % 4;

		if (!folio[slot]) {
			folio[slot] = anon_folio(order);
			if (folio_alloc_swap(folio[slot])) {
				drop(folio[slot]);
				folio[slot] = NULL;
				continue;
			}
			for (unsigned long i = 0; i < 1ul << order; i++) {
				ktest_assert_int_equal(owner[folio[slot]->swap.val + i], 0);
				owner[folio[slot]->swap.val + i] = slot + 1;
			}
			continue;
		}
		for (int i = 0; i < 65; i++)
			if (owner[i] == slot + 1)
				owner[i] = 0;
		ktest_assert_true(folio_free_swap(folio[slot]));
		drop(folio[slot]);
		folio[slot] = NULL;
	}
	for (int slot = 0; slot < 16; slot++) {
		if (!folio[slot])
			continue;
		folio_free_swap(folio[slot]);
		drop(folio[slot]);
	}
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	assert_all_free(world);
}

static void test_reset_forgets_places(void **state)
{
	struct svmsim_world *world = swap_world(1 << 20);
	struct folio *folio = anon_folio(0);

	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	swap_dup(folio->swap.val);
	folio_unlock(folio);
	sim_world_reset(world);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
	folio = anon_folio(0);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	ktest_assert_u64_equal(folio->swap.val, 1);
	folio_free_swap(folio);
	drop(folio);
	assert_all_free(world);
}

static const struct ktest tests[] = {
	KTEST(test_cache_holds_a_reference_for_each_page),
	KTEST(test_contents_survive),
	KTEST(test_second_reader_gets_the_same_folio),
	KTEST(test_place_that_nobody_wants_is_not_read),
	KTEST(test_full_device_refuses),
	KTEST(test_no_device_refuses),
	KTEST(test_injected_failure),
	KTEST(test_places_random),
	KTEST(test_reset_forgets_places),
};
KTEST_MAIN(tests)
