// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Scatterlists: chains, counting, and tables from pages. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include "kernel/slab.h"
#include "mm_fixture.h"

#define P PAGE_SIZE

static unsigned int chain_links(struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int links = 0, i;

	for_each_sgtable_sg(table, sg, i)
		links += !sg_is_last(sg) && sg_is_chain(sg + 1);
	return links;
}

static void test_set_page_keeps_the_end_mark(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *page = alloc_page(GFP_KERNEL);
	struct scatterlist sg[2];

	sg_init_table(sg, 2);
	sg_set_page(&sg[1], page, 100, 8);
	ktest_assert_true(sg_is_last(&sg[1]));
	ktest_assert_false(sg_is_last(&sg[0]));
	ktest_assert_ptr_equal(sg_page(&sg[1]), page);
	ktest_assert_u64_equal(sg_phys(&sg[1]), page_to_phys(page) + 8);
	ktest_assert_ptr_equal(sg_virt(&sg[1]), (char *)page_address(page) + 8);
	sg_unmark_end(&sg[1]);
	ktest_assert_false(sg_is_last(&sg[1]));
	__free_page(page);
	assert_all_free(world);
}

static void test_init_one_describes_a_buffer(void **state)
{
	mm_world(NULL);
	struct page *page = alloc_page(GFP_KERNEL);
	/* Room for two, so that a compiler sees nothing odd in asking for the next. */
	struct scatterlist list[2], *sg = &list[0];

	sg_init_one(sg, (char *)page_address(page) + 0x40, 0x80);
	ktest_assert_ptr_equal(sg_page(sg), page);
	ktest_assert_int_equal(sg->offset, 0x40);
	ktest_assert_int_equal(sg->length, 0x80);
	ktest_assert_null(sg_next(sg));
	__free_page(page);
}

static void test_chained_arrays_are_one_list(void **state)
{
	struct scatterlist first[3], second[2];

	mm_world(NULL);
	sg_init_table(first, 3);
	sg_init_table(second, 2);
	sg_chain(first, 3, second);
	ktest_assert_int_equal(sg_nents(first), 4);
	ktest_assert_ptr_equal(sg_next(&first[1]), &second[0]);
	ktest_assert_ptr_equal(sg_last(first, 4), &second[1]);
}

static void test_table_sizes_around_one_array(void **state)
{
	static const struct {
		unsigned int nents, links;
	} rows[] = { { 1, 0 },	 { 127, 0 }, { 128, 0 }, { 129, 1 },
		     { 255, 1 }, { 256, 2 }, { 512, 4 }, { 1000, 7 } };
	struct sg_table table;

	mm_world(NULL);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ktest_context("%u entries", rows[i].nents);
		ktest_assert_int_equal(sg_alloc_table(&table, rows[i].nents, GFP_KERNEL), 0);
		ktest_assert_int_equal(table.nents, rows[i].nents);
		ktest_assert_int_equal(table.orig_nents, rows[i].nents);
		ktest_assert_int_equal(sg_nents(table.sgl), rows[i].nents);
		ktest_assert_int_equal(chain_links(&table), rows[i].links);
		/* What is not freed is a finding at the end of the test. */
		sg_free_table(&table);
		ktest_assert_null(table.sgl);
		sg_free_table(&table);
	}
}

static void test_empty_table_is_einval(void **state)
{
	struct sg_table table;

	mm_world(NULL);
	ktest_assert_int_equal(sg_alloc_table(&table, 0, GFP_KERNEL), -EINVAL);
	ktest_assert_null(table.sgl);
}

static void test_table_frees_all_when_memory_runs_out(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct sg_table table;
	unsigned int nth = 1;

	for (;; nth++) {
		ktest_context("allocation %u fails", nth);
		sim_slab_fail_nth(world, nth);
		if (!sg_alloc_table(&table, 1000, GFP_KERNEL))
			break;
		ktest_assert_null(table.sgl);
	}
	/* 1000 entries are eight arrays. */
	ktest_assert_int_equal(nth, 9);
	sg_free_table(&table);
}

static void test_table_that_leaks_is_reported(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct sg_table table;

	ktest_assert_int_equal(sg_alloc_table(&table, SG_MAX_SINGLE_ALLOC, GFP_KERNEL), 0);
	ktest_expect_report(world, "mem-leak", 1);
}

static void test_counting_by_length(void **state)
{
	struct sg_table table;
	struct scatterlist *sg;
	unsigned int i;

	mm_world(NULL);
	ktest_assert_int_equal(sg_alloc_table(&table, 300, GFP_KERNEL), 0);
	for_each_sgtable_sg(&table, sg, i) {
		sg->length = 100;
		sg_dma_len(sg) = 250;
	}
	ktest_assert_int_equal(sg_nents_for_len(table.sgl, 0), 0);
	ktest_assert_int_equal(sg_nents_for_len(table.sgl, 1), 1);
	ktest_assert_int_equal(sg_nents_for_len(table.sgl, 100), 1);
	ktest_assert_int_equal(sg_nents_for_len(table.sgl, 29901), 300);
	ktest_assert_int_equal(sg_nents_for_len(table.sgl, 30000), 300);
	ktest_assert_int_equal(sg_nents_for_len(table.sgl, 30001), -EINVAL);
	ktest_assert_int_equal(sg_nents_for_dma(table.sgl, 10, 100), 30);
	sg_free_table(&table);
}

static void assert_entry(struct sg_table *table, unsigned int index, struct page *page,
			 unsigned int offset, unsigned int length)
{
	struct scatterlist *sg = table->sgl;

	ktest_context("entry %u", index);
	while (index--)
		sg = sg_next(sg);
	ktest_assert_ptr_equal(sg_page(sg), page);
	ktest_assert_int_equal(sg->offset, offset);
	ktest_assert_int_equal(sg->length, length);
}

static void test_from_pages_joins_neighbours(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *block = sim_phys_alloc_contig(world, 8, 0);
	struct page *pages[] = { block, block + 1, block + 2, block + 5, block + 6, block + 4 };
	struct sg_table table;

	ktest_assert_int_equal(
		sg_alloc_table_from_pages(&table, pages, 6, 0x10, 5 * P + 0x20, GFP_KERNEL), 0);
	ktest_assert_int_equal(table.orig_nents, 3);
	assert_entry(&table, 0, block, 0x10, 3 * P - 0x10);
	assert_entry(&table, 1, block + 5, 0, 2 * P);
	assert_entry(&table, 2, block + 4, 0, 0x30);
	sg_free_table(&table);
}

static void test_from_pages_within_a_segment_size(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *block = sim_phys_alloc_contig(world, 5, 0);
	struct page *pages[5];
	struct sg_table table;

	for (unsigned int i = 0; i < 5; i++)
		pages[i] = block + i;
	/* Two pages and a bit: rounded down to pages. */
	ktest_assert_int_equal(sg_alloc_table_from_pages_segment(&table, pages, 5, 0, 5 * P,
								 2 * P + 1, GFP_KERNEL), 0);
	ktest_assert_int_equal(table.orig_nents, 3);
	assert_entry(&table, 0, block, 0, 2 * P);
	assert_entry(&table, 1, block + 2, 0, 2 * P);
	assert_entry(&table, 2, block + 4, 0, P);
	sg_free_table(&table);
	ktest_assert_int_equal(sg_alloc_table_from_pages_segment(&table, pages, 5, 0, 5 * P, P - 1,
								 GFP_KERNEL), -EINVAL);
	ktest_expect_report(world, "warn", 1);
}

static void test_from_pages_makes_a_chain(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct page *block = sim_phys_alloc_contig(world, 400, 0);
	struct page *pages[200];
	struct sg_table table;

	for (unsigned int i = 0; i < 200; i++)
		pages[i] = block + 2 * i;
	ktest_assert_int_equal(
		sg_alloc_table_from_pages(&table, pages, 200, 0, 200 * P, GFP_KERNEL), 0);
	ktest_assert_int_equal(sg_nents(table.sgl), 200);
	assert_entry(&table, 199, block + 398, 0, P);
	sg_free_table(&table);
}

static void test_from_pages_parts_memory_of_devices(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct dev_pagemap pgmap[2] = {
		{ .nr_range = 1, .range = { 0xd0000000, 0xd0001fff } },
		{ .nr_range = 1, .range = { 0xd0002000, 0xd0003fff } },
	};
	struct page *pages[4];
	struct sg_table table;

	ktest_assert_int_equal(sim_phys_pgmap_add(world, &pgmap[0]), 0);
	ktest_assert_int_equal(sim_phys_pgmap_add(world, &pgmap[1]), 0);
	for (unsigned int i = 0; i < 4; i++)
		pages[i] = phys_to_page(0xd0000000 + i * P);
	ktest_assert_int_equal(sg_alloc_table_from_pages(&table, pages, 4, 0, 4 * P, GFP_KERNEL),
			       0);
	ktest_assert_int_equal(table.orig_nents, 2);
	assert_entry(&table, 1, pages[2], 0, 2 * P);
	sg_free_table(&table);
	sim_phys_pgmap_remove(world, &pgmap[0]);
	sim_phys_pgmap_remove(world, &pgmap[1]);
}

static const struct ktest tests[] = {
	KTEST(test_set_page_keeps_the_end_mark),
	KTEST(test_init_one_describes_a_buffer),
	KTEST(test_chained_arrays_are_one_list),
	KTEST(test_table_sizes_around_one_array),
	KTEST(test_empty_table_is_einval),
	KTEST(test_table_frees_all_when_memory_runs_out),
	KTEST(test_table_that_leaks_is_reported),
	KTEST(test_counting_by_length),
	KTEST(test_from_pages_joins_neighbours),
	KTEST(test_from_pages_within_a_segment_size),
	KTEST(test_from_pages_makes_a_chain),
	KTEST(test_from_pages_parts_memory_of_devices),
};
KTEST_MAIN(tests)
