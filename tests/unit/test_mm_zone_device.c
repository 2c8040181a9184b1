/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The life of a device's folio, from its driver's allocator and back. */
#include "device_memory_fixture.h"

#define START (1ull << 39)

static struct dev_pagemap map;
static char heard[256];

static void hear(const char *what, unsigned long pfn, unsigned int order)
{
	unsigned int length = strlen(heard);

	host_snprintf(heard + length, sizeof(heard) - length, "%s%s %lu/%u", length ? ", " : "",
		      what, pfn - (unsigned long)PHYS_PFN(START), order);
}

static void hear_alloc(void *ctx, unsigned long pfn, unsigned int order)
{
	hear("alloc", pfn, order);
}

static void hear_free(void *ctx, unsigned long pfn, unsigned int order)
{
	hear("free", pfn, order);
}

static void hear_bad(void *ctx, unsigned long pfn, const char *what)
{
	hear(what, pfn, 0);
}

static const struct mm_watch watch = {
	.bad_ref = hear_bad,
	.bad_lock = hear_bad,
	.device_alloc = hear_alloc,
	.device_free = hear_free,
};

static struct svmsim_world *setup(uint32_t quirks)
{
	struct svmsim_world *world = device_memory_world(quirks);

	heard[0] = '\0';
	sim_phys_set_watch(world, &watch);
	map = private_map(START, MEMORY_BYTES);
	ktest_assert_false(IS_ERR(memremap_pages(&map, 0)));
	return world;
}

static void teardown(struct svmsim_world *world)
{
	memunmap_pages(&map);
	sim_phys_set_watch(world, NULL);
}

/* As its driver sees it, which knows what it is going to be. */
static struct folio *folio_at(unsigned long index)
{
	return (struct folio *)pfn_to_page(PHYS_PFN(START) + index);
}

static long references(void)
{
	/* The bias of the mode in which nobody asks. */
	return map.ref.data->count.counter - (1l << 62);
}

static void test_registered_page_is_free(void **state)
{
	struct svmsim_world *world = setup(0);
	struct page *page = pfn_to_page(PHYS_PFN(START) + 5);

	ktest_assert_true(is_zone_device_page(page));
	ktest_assert_true(is_device_private_page(page));
	ktest_assert_true(PageReserved(page));
	ktest_assert_int_equal(page_ref_count(page), 0);
	ktest_assert_ptr_equal(page_pgmap(page), &map);
	ktest_assert_null(page->zone_device_data);
	ktest_assert_null(folio_get_nontail_page(page));
	ktest_assert_null(page_address(page));
	ktest_assert_int_equal(references(), 1);
	teardown(world);
	ktest_assert_false(is_zone_device_page(page));
}

static void test_initialised_folio_is_locked_with_one_reference(void **state)
{
	struct svmsim_world *world = setup(0);
	struct folio *folio = folio_at(7);

	zone_device_folio_init(folio, &map, 0);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_true(folio_test_locked(folio));
	ktest_assert_ptr_equal(folio_lock_owner(folio), sim_task_current());
	ktest_assert_false(folio_test_large(folio));
	ktest_assert_ptr_equal(folio->pgmap, &map);
	ktest_assert_int_equal(references(), 2);
	folio_set_zone_device_data(folio, &owner);
	ktest_assert_ptr_equal(folio_zone_device_data(folio), &owner);
	folio->mapping = (void *)0x1001;
	SetPageAnonExclusive(&folio->page);
	folio_unlock(folio);
	folio_put(folio);
	ktest_assert_int_equal(freed_count, 1);
	ktest_assert_ptr_equal(freed[0], folio);
	ktest_assert_int_equal(folio_ref_count(folio), 0);
	ktest_assert_null(folio->mapping);
	ktest_assert_false(PageAnonExclusive(&folio->page));
	ktest_assert_int_equal(references(), 1);
	ktest_assert_string_equal(heard, "alloc 7/0, free 7/0");
	teardown(world);
}

static void test_large_folio(void **state)
{
	struct svmsim_world *world = setup(0);
	struct folio *folio = folio_at(512);

	zone_device_folio_init(folio, &map, 9);
	ktest_assert_int_equal(folio_order(folio), 9);
	ktest_assert_u64_equal(folio_nr_pages(folio), 512);
	ktest_assert_true(folio_test_large_rmappable(folio));
	ktest_assert_true(PageTail(folio_page(folio, 511)));
	ktest_assert_ptr_equal(page_folio(folio_page(folio, 511)), folio);
	ktest_assert_ptr_equal(page_pgmap(folio_page(folio, 511)), &map);
	ktest_assert_true(is_device_private_page(folio_page(folio, 3)));
	ktest_assert_int_equal(references(), 513);
	folio->mapping = (void *)0x1001;
	for (int i = 0; i < 512; i++)
		SetPageAnonExclusive(folio_page(folio, i));
	folio_unlock(folio);
	put_page(folio_page(folio, 100));
	ktest_assert_int_equal(references(), 1);
	ktest_assert_string_equal(heard, "alloc 512/9, free 512/9");
	for (int i = 0; i < 512; i++)
		ktest_assert_false(PageAnonExclusive(folio_page(folio, i)));
	/* Freed, it still looks large. */
	ktest_assert_true(folio_test_large(folio));
	/* Initialising any of its pages by itself makes it a small one. */
	for (int i = 511; i >= 0; i--) {
		zone_device_folio_init(folio_at(512 + i), &map, 0);
		ktest_assert_false(folio_test_large(folio_at(512 + i)));
		ktest_assert_u64_equal(folio_nr_pages(folio_at(512 + i)), 1);
		ktest_assert_ptr_equal(page_pgmap(&folio_at(512 + i)->page), &map);
	}
	for (int i = 0; i < 512; i++) {
		ktest_assert_ptr_equal(page_folio(&folio_at(512 + i)->page), folio_at(512 + i));
		folio_unlock(folio_at(512 + i));
		folio_put(folio_at(512 + i));
	}
	ktest_assert_int_equal(freed_count, 513);
	teardown(world);
}

/* Small pages become a large folio and that several smaller ones; nothing stale is left. */
static void test_orders_change(void **state)
{
	struct svmsim_world *world = setup(0);

	for (unsigned int order = 1; order <= 9; order++) {
		struct folio *folio = folio_at(0);

		zone_device_folio_init(folio, &map, order);
		folio_unlock(folio);
		ktest_assert_int_equal(folio_mapcount(folio), 0);
		folio_put(folio);
		for (unsigned int at = 0; at < 1u << order; at += 1u << (order - 1)) {
			zone_device_folio_init(folio_at(at), &map, order - 1);
			ktest_assert_int_equal(folio_order(folio_at(at)), order - 1);
		}
		for (unsigned int at = 0; at < 1u << order; at += 1u << (order - 1)) {
			folio_unlock(folio_at(at));
			folio_put(folio_at(at));
		}
		ktest_assert_int_equal(references(), 1);
	}
	teardown(world);
}

static void test_misuse(void **state)
{
	struct svmsim_world *world = setup(0);
	struct folio *folio = folio_at(1);

	zone_device_folio_init(folio, &map, 0);
	folio_put(folio);
	ktest_assert_string_equal(heard, "alloc 1/0, freed while locked 1/0, free 1/0");
	heard[0] = '\0';
	zone_device_folio_init(folio, &map, 0);
	folio_unlock(folio);
	folio->_mapcount.counter = 1;
	folio_put(folio);
	ktest_assert_string_equal(heard, "alloc 1/0, freed while mapped 1/0, free 1/0");
	heard[0] = '\0';
	zone_device_folio_init(folio, &map, 0);
	folio_unlock(folio);
	zone_device_folio_init(folio, &map, 0);
	ktest_assert_string_equal(heard, "alloc 1/0, initialised while in use 1/0, alloc 1/0");
	folio_unlock(folio);
	folio_put(folio);
	/* One reference on the pagemap is lost with the folio that was overwritten. */
	percpu_ref_put(&map.ref);
	folio_get(folio);
	ktest_assert_int_equal(folio_ref_count(folio), 0);
	teardown(world);
}

static void old_page_free(struct page *page)
{
	folio_freed((struct folio *)page);
}

/* Up to v6.18 the callback had another name. */
static void test_page_free_is_called_too(void **state)
{
	static const struct dev_pagemap_ops ops = {
		.page_free = old_page_free,
		.migrate_to_ram = to_ram,
	};
	struct svmsim_world *world = setup(0);

	map.ops = &ops;
	zone_device_folio_init(folio_at(3), &map, 0);
	folio_unlock(folio_at(3));
	folio_put(folio_at(3));
	ktest_assert_ptr_equal(freed[0], folio_at(3));
	teardown(world);
}

static struct dev_pagemap other_map;

static void frees_and_uses_again(struct folio *folio)
{
	folio_freed(folio);
	if (freed_count > 1)
		return;
	zone_device_folio_init(folio, &other_map, 0);
	folio_unlock(folio);
}

/* The folio is in use again before its pagemap's reference is dropped. */
static void run_used_again(uint32_t quirks, long map_references, long other_references)
{
	static const struct dev_pagemap_ops ops = {
		.folio_free = frees_and_uses_again,
		.migrate_to_ram = to_ram,
	};
	struct svmsim_world *world = setup(quirks);
	struct folio *folio = folio_at(0);

	other_map = private_map(2 * START - MEMORY_BYTES, MEMORY_BYTES);
	ktest_assert_false(IS_ERR(memremap_pages(&other_map, 0)));
	map.ops = &ops;
	zone_device_folio_init(folio, &map, 0);
	folio_unlock(folio);
	folio_put(folio);
	ktest_assert_int_equal(references(), map_references);
	ktest_assert_int_equal(other_map.ref.data->count.counter - (1l << 62), other_references);
	folio_put(folio);
	if (map_references > 1)
		percpu_ref_put(&map.ref);
	if (other_references < 2)
		percpu_ref_get(&other_map.ref);
	memunmap_pages(&other_map);
	teardown(world);
}

static void test_used_again_in_the_callback(void **state)
{
	run_used_again(0, 1, 2);
}

static void test_used_again_quirk(void **state)
{
	run_used_again(1u << SVMSIM_QUIRK_PGMAP_READ_AGAIN, 2, 1);
}

static void test_unmake_compound(void **state)
{
	struct svmsim_world *world = setup(0);
	struct folio *folio = folio_alloc(GFP_KERNEL, 4);

	folio_set_large_rmappable(folio);
	folio_set_dirty(folio);
	SetPageAnonExclusive(folio_page(folio, 3));
	folio_unmake_compound(folio);
	ktest_assert_false(folio_test_large(folio));
	ktest_assert_true(folio_test_dirty(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	for (int i = 1; i < 16; i++) {
		const struct page empty = { .flags = { i == 3 ? 1UL << PG_anon_exclusive : 0 } };

		ktest_assert_memory_equal(folio_page(folio, i), &empty, sizeof(empty));
	}
	ClearPageAnonExclusive(folio_page(folio, 3));
	for (int i = 0; i < 16; i += 4) {
		prep_compound_page(folio_page(folio, i), 2);
		set_page_count(folio_page(folio, i), 1);
		ktest_assert_int_equal(folio_order((struct folio *)folio_page(folio, i)), 2);
	}
	for (int i = 0; i < 16; i += 4)
		put_page(folio_page(folio, i));
	assert_all_free(world);
	teardown(world);
}

static const struct ktest tests[] = {
	KTEST(test_registered_page_is_free),
	KTEST(test_initialised_folio_is_locked_with_one_reference),
	KTEST(test_large_folio),
	KTEST(test_orders_change),
	KTEST(test_misuse),
	KTEST(test_page_free_is_called_too),
	KTEST(test_used_again_in_the_callback),
	KTEST(test_used_again_quirk),
	KTEST(test_unmake_compound),
};
KTEST_MAIN(tests)
