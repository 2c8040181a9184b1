/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "mm_fixture.h"

/* What a watcher heard last, and how often it heard anything. */
struct heard {
	unsigned int allocs, frees, bad_refs;
	unsigned long pfn, count;
	const char *what;
};

static void hear_alloc(void *ctx, unsigned long pfn, unsigned long count)
{
	struct heard *heard = ctx;

	heard->allocs++;
	heard->pfn = pfn;
	heard->count = count;
}

static void hear_free(void *ctx, unsigned long pfn, unsigned long count)
{
	struct heard *heard = ctx;

	heard->frees++;
	heard->pfn = pfn;
	heard->count = count;
}

static void hear_bad_ref(void *ctx, unsigned long pfn, const char *what)
{
	struct heard *heard = ctx;

	heard->bad_refs++;
	heard->pfn = pfn;
	heard->what = what;
}

static struct svmsim_world *watched_world(struct heard *heard, struct mm_watch *watch)
{
	struct svmsim_world *world = mm_world(NULL);

	*heard = (struct heard){ .what = NULL };
	*watch = (struct mm_watch){ heard, hear_alloc, hear_free, hear_bad_ref, hear_bad_ref };
	sim_phys_set_watch(world, watch);
	return world;
}

static void test_last_reference_frees(void **state)
{
	struct mm_watch watch;
	struct heard heard;
	struct svmsim_world *world = watched_world(&heard, &watch);
	struct page *page = alloc_page(GFP_KERNEL);

	ktest_assert_int_equal(heard.allocs, 1);
	ktest_assert_u64_equal(heard.pfn, page_to_pfn(page));
	get_page(page);
	ktest_assert_int_equal(page_count(page), 2);
	put_page(page);
	ktest_assert_int_equal(heard.frees, 0);
	put_page(page);
	ktest_assert_int_equal(heard.frees, 1);
	ktest_assert_u64_equal(heard.count, 1);
	ktest_assert_int_equal(page_count(page), 0);
	ktest_assert_int_equal(heard.bad_refs, 0);
	sim_phys_set_watch(world, NULL);
	assert_all_free(world);
}

static void test_references_on_a_free_page_are_bad(void **state)
{
	struct mm_watch watch;
	struct heard heard;
	struct svmsim_world *world = watched_world(&heard, &watch);
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	put_page(page);
	ktest_assert_int_equal(heard.bad_refs, 1);
	ktest_assert_string_equal(heard.what, "reference dropped on a free page");
	ktest_assert_u64_equal(heard.pfn, page_to_pfn(page));
	get_page(page);
	ktest_assert_int_equal(heard.bad_refs, 2);
	ktest_assert_string_equal(heard.what, "reference taken on a free page");
	__free_page(page);
	ktest_assert_int_equal(heard.bad_refs, 3);
	folio_put_refs(page_folio(alloc_page(GFP_KERNEL)), 2);
	ktest_assert_int_equal(heard.bad_refs, 4);
	ktest_assert_string_equal(heard.what, "more references dropped than held");
	ktest_assert_false(get_page_unless_zero(page + 1));
	ktest_assert_int_equal(heard.frees, 1);
	sim_phys_set_watch(world, NULL);
	ktest_assert_true(sim_phys_is_valid(world));
}

static void test_freeing_a_page_in_use_is_bad(void **state)
{
	struct mm_watch watch;
	struct heard heard;
	struct svmsim_world *world = watched_world(&heard, &watch);
	struct page *page = alloc_page(GFP_KERNEL);

	page->flags.f |= 1UL << PG_locked;
	put_page(page);
	ktest_assert_string_equal(heard.what, "freed while locked");
	page = alloc_page(GFP_KERNEL);
	page->_mapcount.counter = 1;
	put_page(page);
	ktest_assert_string_equal(heard.what, "freed while mapped");
	ktest_assert_int_equal(heard.bad_refs, 2);
	/* They are free all the same, and clean. */
	sim_phys_set_watch(world, NULL);
	assert_all_free(world);
}

static void test_compound_page_is_one_folio(void **state)
{
	struct mm_watch watch;
	struct heard heard;
	struct svmsim_world *world = watched_world(&heard, &watch);

	for (unsigned int order = 1; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL, order);
		unsigned long pages = 1ul << order;

		ktest_context("order %u", order);
		ktest_assert_true(folio_test_large(folio));
		ktest_assert_int_equal(folio_order(folio), order);
		ktest_assert_u64_equal(folio_nr_pages(folio), pages);
		ktest_assert_u64_equal(folio_size(folio), PAGE_SIZE << order);
		ktest_assert_u64_equal(page_size(&folio->page), PAGE_SIZE << order);
		ktest_assert_ptr_equal(page_folio(folio_page(folio, pages - 1)), folio);
		ktest_assert_true(PageTail(folio_page(folio, pages - 1)));
		ktest_assert_int_equal(page_ref_count(folio_page(folio, 1)), 0);
		/* A reference on any page is one on the head. */
		get_page(folio_page(folio, pages - 1));
		ktest_assert_int_equal(folio_ref_count(folio), 2);
		put_page(folio_page(folio, 1));
		ktest_assert_u64_equal(sim_phys_free_pages(world),
				       sim_phys_ram_pages(world) - pages);
		folio_put(folio);
		ktest_assert_u64_equal(heard.count, pages);
		assert_all_free(world);
	}
	ktest_assert_int_equal(heard.bad_refs, 0);
	sim_phys_set_watch(world, NULL);
}

static void test_block_held_by_others_frees_the_rest(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	get_page(page);
	__free_pages(page, 3);
	ktest_assert_u64_equal(sim_phys_free_pages(world), sim_phys_ram_pages(world) - 1);
	put_page(page);
	assert_all_free(world);
}

static void test_split_page_makes_pages_of_a_block(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	split_page(page, 3);
	for (int i = 7; i >= 0; i--)
		put_page(page + i);
	assert_all_free(world);
}

static void test_freeze_only_at_the_expected_count(void **state)
{
	struct folio *folio;

	mm_world(NULL);
	folio = folio_alloc(GFP_KERNEL, 0);
	folio_get(folio);
	ktest_assert_false(folio_ref_freeze(folio, 1));
	ktest_assert_true(folio_ref_freeze(folio, 2));
	ktest_assert_int_equal(folio_ref_count(folio), 0);
	ktest_assert_false(folio_try_get(folio));
	folio_ref_unfreeze(folio, 2);
	ktest_assert_true(folio_try_get(folio));
	folio_put_refs(folio, 3);
}

static void test_flags_live_on_the_head(void **state)
{
	struct folio *folio;

	mm_world(NULL);
	folio = folio_alloc(GFP_KERNEL, 1);
	ktest_assert_false(folio_test_dirty(folio));
	SetPageDirty(folio_page(folio, 1));
	ktest_assert_true(folio_test_dirty(folio));
	folio_clear_dirty(folio);
	ktest_assert_false(PageDirty(folio_page(folio, 1)));
	folio->mapping = (struct address_space *)(0x1000 | FOLIO_MAPPING_ANON);
	ktest_assert_true(PageAnon(folio_page(folio, 1)));
	folio->mapping = NULL;
	folio_put(folio);
}

static void count_free(struct folio *folio)
{
	(*(unsigned int *)folio->page.zone_device_data)++;
}

static void test_device_pages_by_class(void **state)
{
	static const struct dev_pagemap_ops ops = { .folio_free = count_free };
	struct svmsim_world *world = mm_world(NULL);
	u64 base = 1ull << 39;
	struct page *ram = alloc_page(GFP_KERNEL);

	for (int type = MEMORY_DEVICE_PRIVATE; type <= MEMORY_DEVICE_PCI_P2PDMA; type++) {
		struct dev_pagemap pgmap = {
			.type = type,
			.ops = &ops,
			.nr_range = 1,
			.range = { base, base + (1 << 20) - 1 },
		};
		struct page *page = phys_to_page(base + PAGE_SIZE);
		unsigned int freed = 0;

		ktest_context("type %d", type);
		ktest_assert_false(is_zone_device_page(page));
		ktest_assert_int_equal(sim_phys_pgmap_add(world, &pgmap), 0);
		ktest_assert_true(is_zone_device_page(page));
		ktest_assert_true(PageReserved(page));
		ktest_assert_false(is_zone_device_page(ram));
		ktest_assert_false(PageReserved(ram));
		ktest_assert_true(pfn_valid(page_to_pfn(page)));
		ktest_assert_false(is_zone_device_page(phys_to_page(base + (1 << 20))));
		ktest_assert_int_equal(is_device_private_page(page), type == MEMORY_DEVICE_PRIVATE);
		ktest_assert_int_equal(is_device_coherent_page(page),
				       type == MEMORY_DEVICE_COHERENT);
		ktest_assert_int_equal(is_fsdax_page(page), type == MEMORY_DEVICE_FS_DAX);
		ktest_assert_int_equal(is_pci_p2pdma_page(page),
				       type == MEMORY_DEVICE_PCI_P2PDMA);
		ktest_assert_false(is_device_private_page(ram));
		ktest_assert_ptr_equal(page_pgmap(page), &pgmap);
		ktest_assert_null(page_address(page));
		/* In use, its last reference gives it back to the driver. */
		sim_phys_touch(world, page_to_pfn(page), 1);
		set_page_count(page, 1);
		page->zone_device_data = &freed;
		put_page(page);
		ktest_assert_int_equal(freed, type != MEMORY_DEVICE_FS_DAX &&
						      type != MEMORY_DEVICE_GENERIC);
		ktest_assert_int_equal(page_ref_count(page), type == MEMORY_DEVICE_GENERIC);
		sim_phys_pgmap_remove(world, &pgmap);
		ktest_assert_false(is_zone_device_page(page));
	}
}

static void test_pagemaps_may_not_overlap(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	u64 base = 1ull << 39;
	struct dev_pagemap a = { .type = MEMORY_DEVICE_PRIVATE,
				 .nr_range = 1,
				 .range = { base, base + 0xffff } };
	struct dev_pagemap b = a;

	ktest_assert_int_equal(sim_phys_pgmap_add(world, &a), 0);
	b.range = (struct range){ base + 0xf000, base + 0x1ffff };
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &b), -ENXIO);
	b.range = (struct range){ SIM_PHYS_RAM_START - 0x1000, SIM_PHYS_RAM_START + 0xfff };
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &b), -ENXIO);
	b.range = (struct range){ base + 0x10000, base + 0x1fff0 };
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &b), -EINVAL);
	b.range = (struct range){ 1ull << 40, (1ull << 40) + 0xfff };
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &b), -EINVAL);
	b.nr_range = 0;
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &b), -EINVAL);
	b.nr_range = 1;
	b.range = (struct range){ base + 0x10000, base + 0x1ffff };
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &b), 0);
}

static const struct ktest tests[] = {
	KTEST(test_block_held_by_others_frees_the_rest),
	KTEST(test_compound_page_is_one_folio),
	KTEST(test_device_pages_by_class),
	KTEST(test_flags_live_on_the_head),
	KTEST(test_freeing_a_page_in_use_is_bad),
	KTEST(test_freeze_only_at_the_expected_count),
	KTEST(test_last_reference_frees),
	KTEST(test_pagemaps_may_not_overlap),
	KTEST(test_references_on_a_free_page_are_bad),
	KTEST(test_split_page_makes_pages_of_a_block),
};
KTEST_MAIN(tests)
