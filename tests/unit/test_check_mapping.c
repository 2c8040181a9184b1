/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* iommu-unmap-split and iommu-map-over: caught, silent on correct code, exact in their text. */
#include "check_fixture.h"

static struct page *huge_page(struct fixture *f)
{
	struct page *page = sim_phys_alloc_contig(f->world, 512, 512 * P);

	ktest_assert_non_null(page);
	return page;
}

static void link_huge(struct fixture *f)
{
	fixture_window(f, 512);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page_to_phys(huge_page(f)), 0,
					     512 * P, DMA_BIDIRECTIONAL, 0), 0);
}

static void test_split_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	link_huge(&f);
	dma_iova_unlink(f.dev, &f.state, 3 * P, P, DMA_BIDIRECTIONAL, 0);
	assert_report(&f, 0, "iommu-unmap-split dev=d0 at=+3p want=1p leaf=512p removed=0p");
	assert_line(&f, 0, 0, "one entry maps 512 pages; 1 of them were to be removed");
	assert_line(&f, 0, 1, "the driver refused and removed nothing of it");
	ktest_expect_report(f.world, "iommu-unmap-split", 1);
	fixture_destroy(&f, 512);
}

static void test_split_that_removes_more_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	link_huge(&f);
	dma_iova_unlink(f.dev, &f.state, 0, P, DMA_BIDIRECTIONAL, 0);
	assert_report(&f, 0, "iommu-unmap-split dev=d0 at=+0p want=1p leaf=512p removed=512p");
	assert_line(&f, 0, 1, "the driver removed the whole entry");
	ktest_expect_report(f.world, "iommu-unmap-split", 1);
	dma_iova_free(f.dev, &f.state);
}

static void test_split_names_the_page_a_kernel_would_corrupt(void **state)
{
	struct fixture f = fixture_make("vtd-legacy", false);

	link_huge(&f);
	dma_iova_unlink(f.dev, &f.state, 3 * P, P, DMA_BIDIRECTIONAL, 0);
	assert_report(&f, 0,
		      "iommu-unmap-split dev=d0 at=+3p want=1p leaf=512p removed=0p corrupts=+0p");
	ktest_expect_report(f.world, "iommu-unmap-split", 1);
	fixture_destroy(&f, 512);
}

static void test_whole_large_leaf_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	link_huge(&f);
	dma_iova_unlink(f.dev, &f.state, 0, 512 * P, DMA_BIDIRECTIONAL, 0);
	dma_iova_free(f.dev, &f.state);
	assert_report_count(&f, 0);
}

static void test_map_over_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(dma_iova_link(f.dev, &f.state, page_to_phys(fixture_page(&f)),
					     2 * P, P, DMA_BIDIRECTIONAL, 0), -EADDRINUSE);
	assert_report(&f, 0, "iommu-map-over dev=d0 at=+2p effect=refused");
	ktest_expect_report(f.world, "iommu-map-over", 1);
	fixture_destroy(&f, 4);
}

static void test_map_over_that_keeps_the_old_is_reported(void **state)
{
	struct fixture f = fixture_make("vtd-legacy", false);
	struct page *first, *second;

	fixture_window(&f, 1);
	first = fixture_page(&f);
	second = fixture_page(&f);
	fixture_link_page(&f, 0, first);
	sim_scope_begin();
	fixture_link_page(&f, 0, second);
	sim_scope_end();
	assert_report(&f, 0, "iommu-map-over dev=d0 at=+0p effect=kept");
	ktest_expect_report(f.world, "iommu-map-over", 1);
	/* The books follow the table: the first page is still reached, the second is not. */
	ktest_assert_int_equal(chk_reach_count(page_to_phys(first)), 1);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(second)), 0);
	fixture_destroy(&f, 1);
}

static void test_link_beside_a_live_one_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 0, 1);
	fixture_link(&f, 2, 3);
	fixture_destroy(&f, 4);
	assert_report_count(&f, 0);
}

static const struct ktest tests[] = {
	KTEST(test_split_is_reported),
	KTEST(test_split_that_removes_more_is_reported),
	KTEST(test_split_names_the_page_a_kernel_would_corrupt),
	KTEST(test_whole_large_leaf_is_silent),
	KTEST(test_map_over_is_reported),
	KTEST(test_map_over_that_keeps_the_old_is_reported),
	KTEST(test_link_beside_a_live_one_is_silent),
};
KTEST_MAIN(tests)
