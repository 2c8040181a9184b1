// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Oracles and scatterlists: what lies between two entries was given to nobody. */
#include <linux/scatterlist.h>
#include "check_fixture.h"

#define RW DMA_BIDIRECTIONAL

/* Three pages and two pages of a block, with a boundary every four pages: a gap of one page. */
static struct page *map_with_gap(struct fixture *f, struct sg_table *sgt)
{
	struct page *block = sim_phys_alloc_contig(f->world, 16, 0);

	dma_set_seg_boundary(f->dev, 4 * P - 1);
	ktest_assert_int_equal(sg_alloc_table(sgt, 2, GFP_KERNEL), 0);
	sg_set_page(sgt->sgl, block, 3 * P, 0);
	sg_set_page(sg_next(sgt->sgl), block + 8, 2 * P, 0);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, sgt, RW, 0), 0);
	return block;
}

static void unmap(struct fixture *f, struct sg_table *sgt)
{
	dma_unmap_sgtable(f->dev, sgt, RW, 0);
	sg_free_table(sgt);
}

static void test_access_to_a_gap_is_foreign(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct sg_table sgt;
	u8 byte;

	map_with_gap(&f, &sgt);
	ktest_assert_int_equal(sim_dma_read(f.dev, sg_dma_address(sgt.sgl) + 2 * P, &byte, 1), 0);
	ktest_assert_int_equal(sim_dma_read(f.dev, sg_dma_address(sgt.sgl) + 4 * P, &byte, 1), 0);
	assert_report_count(&f, 0);
	ktest_assert_int_equal(sim_dma_read(f.dev, sg_dma_address(sgt.sgl) + 3 * P, &byte, 1), 0);
	assert_report(&f, 0, "dma-foreign dev=d0 at=+3p access=read");
	ktest_expect_report(f.world, "dma-foreign", 1);
	unmap(&f, &sgt);
	assert_report_count(&f, 1);
}

/* Its owner does nothing wrong: it can't know that it is mapped. */
static void test_freeing_the_memory_behind_an_entry_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct sg_table sgt;
	struct page *block = map_with_gap(&f, &sgt);

	put_page(block + 3);
	unmap(&f, &sgt);
	assert_report_count(&f, 0);
}

static void test_freeing_an_entry_is_not(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct sg_table sgt;
	struct page *block = map_with_gap(&f, &sgt);

	put_page(block + 2);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+2p size=1p");
	ktest_expect_report(f.world, "dma-page-freed", 1);
	unmap(&f, &sgt);
}

/* Pages of both kinds, freed at once. */
static void test_freeing_both_names_the_entry(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *block = alloc_pages(GFP_KERNEL, 4);
	struct sg_table sgt;

	dma_set_seg_boundary(f.dev, 4 * P - 1);
	ktest_assert_int_equal(sg_alloc_table(&sgt, 3, GFP_KERNEL), 0);
	sg_set_page(sgt.sgl, fixture_page(&f), P, 0);
	sg_set_page(sg_next(sgt.sgl), block, 2 * P, 0);
	sg_set_page(sg_next(sg_next(sgt.sgl)), fixture_page(&f), P, 0);
	ktest_assert_int_equal(dma_map_sgtable(f.dev, &sgt, RW, 0), 0);
	__free_pages(block, 4);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+1p size=2p");
	ktest_expect_report(f.world, "dma-page-freed", 1);
	unmap(&f, &sgt);
	assert_report_count(&f, 1);
}

static void test_freeing_from_a_gap_into_an_entry_names_the_entry(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *block = sim_phys_alloc_contig(f.world, 16, 0);
	struct sg_table sgt;

	dma_set_seg_boundary(f.dev, 4 * P - 1);
	ktest_assert_int_equal(sg_alloc_table(&sgt, 2, GFP_KERNEL), 0);
	sg_set_page(sgt.sgl, block, 3 * P, 0);
	sg_set_page(sg_next(sgt.sgl), block + 4, 2 * P, 0);
	ktest_assert_int_equal(dma_map_sgtable(f.dev, &sgt, RW, 0), 0);
	chk_page_free(page_to_pfn(block + 3), 3);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+4p size=2p");
	ktest_expect_report(f.world, "dma-page-freed", 1);
	unmap(&f, &sgt);
}

/* The same space, mapped otherwise: nothing of the gap is left in the books. */
static void test_gap_ends_with_the_mapping(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct sg_table sgt;
	struct page *page;
	u64 iova;
	u8 byte;

	map_with_gap(&f, &sgt);
	iova = sg_dma_address(sgt.sgl);
	unmap(&f, &sgt);
	fixture_window(&f, 8);
	ktest_assert_u64_equal(f.state.addr, iova);
	page = fixture_page(&f);
	fixture_link_page(&f, 3, page);
	ktest_assert_int_equal(sim_dma_read(f.dev, iova + 3 * P, &byte, 1), 0);
	assert_report_count(&f, 0);
	put_page(page);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+3p size=1p");
	ktest_expect_report(f.world, "dma-page-freed", 1);
	dma_iova_unlink(f.dev, &f.state, 3 * P, P, RW, 0);
	dma_iova_free(f.dev, &f.state);
}

static void test_list_that_is_never_unmapped_leaks(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct sg_table sgt;

	map_with_gap(&f, &sgt);
	sg_free_table(&sgt);
	ktest_expect_report(f.world, "iova-leak", 1);
	ktest_expect_report(f.world, "dma-debug:leak", 1);
}

static void test_coherent_memory_is_granted_until_it_is_freed(void **state)
{
	static const char *const profiles[] = { "generic-pt", "identity" };

	for (unsigned int i = 0; i < 2; i++) {
		struct fixture f = fixture_make(profiles[i], false);
		dma_addr_t addr;
		void *cpu = dma_alloc_coherent(f.dev, 2 * P, &addr, GFP_KERNEL);
		u8 byte;

		ktest_context("%s", profiles[i]);
		ktest_assert_int_equal(sim_dma_read(f.dev, addr + P, &byte, 1), 0);
		assert_report_count(&f, 0);
		dma_free_coherent(f.dev, 2 * P, cpu, addr);
		sim_dma_read(f.dev, addr, &byte, 1);
		assert_report_count(&f, 1);
		ktest_expect_report(f.world, i ? "dma-foreign" : "io-page-fault", 1);
	}
}

static void test_direct_list_is_granted_entry_by_entry(void **state)
{
	struct fixture f = fixture_make("identity", false);
	struct page *block = sim_phys_alloc_contig(f.world, 4, 0);
	struct sg_table sgt;
	u8 byte;

	ktest_assert_int_equal(sg_alloc_table(&sgt, 2, GFP_KERNEL), 0);
	sg_set_page(sgt.sgl, block, P, 0);
	sg_set_page(sg_next(sgt.sgl), block + 2, P, 0);
	ktest_assert_int_equal(dma_map_sgtable(f.dev, &sgt, RW, 0), 0);
	ktest_assert_int_equal(sim_dma_read(f.dev, page_to_phys(block + 2), &byte, 1), 0);
	assert_report_count(&f, 0);
	ktest_assert_int_equal(sim_dma_read(f.dev, page_to_phys(block + 1), &byte, 1), 0);
	assert_report_count(&f, 1);
	unmap(&f, &sgt);
	ktest_assert_int_equal(sim_dma_read(f.dev, page_to_phys(block + 2), &byte, 1), 0);
	assert_report_count(&f, 2);
	ktest_expect_report(f.world, "dma-foreign", 2);
}

static const struct ktest tests[] = {
	KTEST(test_access_to_a_gap_is_foreign),
	KTEST(test_freeing_the_memory_behind_an_entry_is_silent),
	KTEST(test_freeing_an_entry_is_not),
	KTEST(test_freeing_both_names_the_entry),
	KTEST(test_freeing_from_a_gap_into_an_entry_names_the_entry),
	KTEST(test_gap_ends_with_the_mapping),
	KTEST(test_list_that_is_never_unmapped_leaks),
	KTEST(test_coherent_memory_is_granted_until_it_is_freed),
	KTEST(test_direct_list_is_granted_entry_by_entry),
};
KTEST_MAIN(tests)
