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

/* The books follow a driver that replaces, and hears nothing of it. */
static void test_map_over_that_replaces_is_reported(void **state)
{
	struct fixture f = fixture_make("amd-legacy", false);
	struct page *first, *second;

	fixture_window(&f, 1);
	first = fixture_page(&f);
	second = fixture_page(&f);
	fixture_link_page(&f, 0, first);
	fixture_link_page(&f, 0, second);
	assert_report(&f, 0, "iommu-map-over dev=d0 at=+0p effect=replaced");
	ktest_expect_report(f.world, "iommu-map-over", 1);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(first)), 0);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(second)), 1);
	fixture_destroy(&f, 1);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(second)), 0);
}

/* A small page takes a leaf of 512 away: nothing reaches the other pages any more. */
static void test_map_over_that_removes_a_large_leaf_is_reported(void **state)
{
	struct fixture f = fixture_make("amd-legacy", false);
	struct page *huge = huge_page(&f), *page = fixture_page(&f);
	u64 phys = page_to_phys(huge);

	fixture_window(&f, 512);
	ktest_assert_int_equal(dma_iova_link(f.dev, &f.state, phys, 0, 512 * P, DMA_BIDIRECTIONAL,
					     0), 0);
	ktest_assert_int_equal(chk_reach_count(phys + 9 * P), 1);
	fixture_link_page(&f, 3, page);
	assert_report(&f, 0, "iommu-map-over dev=d0 at=+3p effect=replaced");
	assert_line(&f, 0, 1, "the driver removed the whole entry, 512 pages of it");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "iommu-map-over", 1);
	ktest_assert_int_equal(chk_reach_count(phys), 0);
	ktest_assert_int_equal(chk_reach_count(phys + 9 * P), 0);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(page)), 1);
	/* What is left is one page among 511 that are gone: a hole that the driver goes across. */
	fixture_destroy(&f, 512);
	assert_report(&f, 1, "note iommu-unmap-hole dev=d0 at=+0p want=512p got=512p left=0p");
	ktest_assert_int_equal(chk_reach_count(page_to_phys(page)), 0);
}

/* The driver takes away what lies before the range as well. */
static void test_split_of_the_middle_removes_the_start_too(void **state)
{
	struct fixture f = fixture_make("amd-legacy", false);
	struct page *huge = huge_page(&f);
	u64 phys = page_to_phys(huge);

	fixture_window(&f, 512);
	ktest_assert_int_equal(dma_iova_link(f.dev, &f.state, phys, 0, 512 * P, DMA_BIDIRECTIONAL,
					     0), 0);
	dma_iova_unlink(f.dev, &f.state, 8 * P, P, DMA_BIDIRECTIONAL, 0);
	assert_report(&f, 0, "iommu-unmap-split dev=d0 at=+8p want=1p leaf=512p removed=512p");
	ktest_expect_report(f.world, "iommu-unmap-split", 1);
	ktest_assert_int_equal(chk_reach_count(phys), 0);
	ktest_assert_int_equal(chk_reach_count(phys + 511 * P), 0);
	dma_iova_free(f.dev, &f.state);
}

/* Of a replicated leaf that was torn each page is in the books by itself. */
static void test_books_of_a_torn_leaf(void **state)
{
	struct fixture f = fixture_make("amd-legacy", false);
	struct page *block = sim_phys_alloc_contig(f.world, 4, 4 * P), *page = fixture_page(&f);
	u64 phys = page_to_phys(block);

	fixture_window(&f, 4);
	ktest_assert_int_equal(dma_iova_link(f.dev, &f.state, phys, 0, 4 * P, DMA_BIDIRECTIONAL,
					     0), 0);
	fixture_link_page(&f, 2, page);
	assert_report(&f, 0, "iommu-map-over dev=d0 at=+2p effect=replaced");
	ktest_expect_report(f.world, "iommu-map-over", 1);
	ktest_assert_int_equal(chk_reach_count(phys + P), 1);
	ktest_assert_int_equal(chk_reach_count(phys + 2 * P), 0);
	ktest_assert_int_equal(chk_reach_count(phys + 3 * P), 1);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(page)), 1);
	fixture_destroy(&f, 4);
	assert_report_count(&f, 1);
	for (unsigned int i = 0; i < 4; i++)
		ktest_assert_int_equal(chk_reach_count(phys + i * P), 0);
	ktest_assert_int_equal(chk_reach_count(page_to_phys(page)), 0);
}

/* Halves of a page come and go on their own, in books that join what continues. */
static void test_books_of_half_pages(void **state)
{
	struct fixture f = fixture_make("mock", false);
	struct page *page = fixture_page(&f);
	u64 phys = page_to_phys(page);

	fixture_window(&f, 2);
	for (unsigned int half = 0; half < 2; half++)
		ktest_assert_int_equal(dma_iova_link(f.dev, &f.state, phys + half * P / 2,
						     half * P / 2, P / 2, DMA_BIDIRECTIONAL, 0),
				       0);
	ktest_assert_int_equal(chk_reach_count(phys), 1);
	dma_iova_unlink(f.dev, &f.state, 0, P / 2, DMA_BIDIRECTIONAL, 0);
	ktest_assert_int_equal(chk_reach_count(phys), 1);
	dma_iova_unlink(f.dev, &f.state, P / 2, P / 2, DMA_BIDIRECTIONAL, 0);
	ktest_assert_int_equal(chk_reach_count(phys), 0);
	dma_iova_free(f.dev, &f.state);
	assert_report_count(&f, 0);
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
	KTEST(test_map_over_that_replaces_is_reported),
	KTEST(test_map_over_that_removes_a_large_leaf_is_reported),
	KTEST(test_split_of_the_middle_removes_the_start_too),
	KTEST(test_books_of_a_torn_leaf),
	KTEST(test_books_of_half_pages),
	KTEST(test_link_beside_a_live_one_is_silent),
};
KTEST_MAIN(tests)
