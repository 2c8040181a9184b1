/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm_fixture.h"

#define MIB (1ull << 20)

/* Does something of everything that touches physical memory; nothing is given back. */
static u64 run(struct svmsim_world *world)
{
	struct page *scattered[40];
	struct folio *folio;
	u64 *table;

	for (int i = 0; i < 40; i++)
		scattered[i] = sim_phys_alloc_scattered(world);
	for (int i = 0; i < 40; i += 3)
		put_page(scattered[i]);
	table = sim_phys_table_alloc(world);
	table[0] = page_to_phys(scattered[1]);
	folio = folio_alloc(GFP_KERNEL, 9);
	SetPageDirty(&folio->page);
	folio->mapping = (struct address_space *)folio;
	*(u64 *)folio_address(folio) = 1;
	sim_phys_alloc_contig(world, 1000, 1 * MIB);
	sim_phys_set(world, page_to_phys(scattered[2]), 0xaa, PAGE_SIZE);
	sim_event(PAGE_ALLOC, page_to_pfn(scattered[39]), sim_phys_free_pages(world));
	return world->events.digest;
}

static void test_reset_leaves_all_zero(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	u64 digest = 0;

	for (int round = 0; round < 5; round++) {
		u64 now = run(world);
		u8 byte;

		ktest_assert_true(sim_phys_is_valid(world));
		if (round)
			ktest_assert_u64_equal(now, digest);
		digest = now;
		sim_world_reset(world);
		/* Validity includes that each struct page of free memory is zero. */
		assert_all_free(world);
		sim_phys_read(world, SIM_PHYS_RAM_START + 2 * PAGE_SIZE, &byte, 1);
		ktest_assert_int_equal(byte, 0xa5);
	}
}

static void test_reset_clears_memory_of_devices(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct dev_pagemap pgmap = { .type = MEMORY_DEVICE_PRIVATE,
				     .nr_range = 1,
				     .range = { 1ull << 39, (1ull << 39) + 1 * MIB - 1 } };
	struct page *page = phys_to_page(1ull << 39);

	ktest_assert_int_equal(sim_phys_pgmap_add(world, &pgmap), 0);
	sim_phys_touch(world, page_to_pfn(page), 256);
	for (int i = 0; i < 256; i++)
		page[i].zone_device_data = world;
	sim_world_reset(world);
	ktest_assert_false(is_zone_device_page(page));
	for (int i = 0; i < 256; i++)
		ktest_assert_null(page[i].zone_device_data);
}

static void test_access_to_free_memory_is_forgotten(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	phys_addr_t phys = SIM_PHYS_RAM_START + 100 * MIB;
	u8 byte = 1;

	ktest_assert_int_equal(sim_phys_write(world, phys, &byte, 1), 0);
	sim_world_reset(world);
	sim_phys_read(world, phys, &byte, 1);
	ktest_assert_int_equal(byte, 0xa5);
}

static void test_reset_forgets_the_last_scattered_page(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	unsigned long pfns[4];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++) {
			unsigned long pfn = page_to_pfn(sim_phys_alloc_scattered(world));

			if (round)
				ktest_assert_u64_equal(pfn, pfns[i]);
			pfns[i] = pfn;
		}
		/* The last one is a neighbour of the first, which may come first again. */
		ktest_assert_u64_equal(pfns[3], pfns[0] + 1);
		sim_world_reset(world);
	}
}

static void test_reset_touches_little(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	const struct sim_phys *phys = sim_phys_of_world(world);
	u32 at_start = phys->touched_count;

	/* The first page of each free block, each in its own group. */
	ktest_assert_in_range(at_start, 1, 16);
	for (int i = 0; i < 40; i++)
		sim_phys_alloc_scattered(world);
	for (int i = 0; i < 4; i++)
		sim_phys_table_alloc(world);
	ktest_assert_in_range(phys->touched_count, at_start, at_start + 16);
	sim_world_reset(world);
	ktest_assert_u64_equal(phys->touched_count, at_start);
}

static void test_worlds_do_not_see_each_other(void **state)
{
	struct svmsim_world *a = mm_world(NULL), *b = mm_world(NULL);
	struct page *page;
	u8 byte = 7;

	sim_world_enter(a);
	page = alloc_page(GFP_KERNEL);
	sim_phys_write(a, page_to_phys(page), &byte, 1);
	ktest_assert_u64_equal(sim_phys_free_pages(b), sim_phys_ram_pages(b));
	sim_phys_read(b, SIM_PHYS_RAM_START, &byte, 1);
	ktest_assert_int_equal(byte, 0xa5);
	sim_phys_read(a, SIM_PHYS_RAM_START, &byte, 1);
	ktest_assert_int_equal(byte, 7);
}

static const struct ktest tests[] = {
	KTEST(test_access_to_free_memory_is_forgotten),
	KTEST(test_reset_clears_memory_of_devices),
	KTEST(test_reset_forgets_the_last_scattered_page),
	KTEST(test_reset_leaves_all_zero),
	KTEST(test_reset_touches_little),
	KTEST(test_worlds_do_not_see_each_other),
};
KTEST_MAIN(tests)
