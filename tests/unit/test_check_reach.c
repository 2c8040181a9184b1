/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* dma-page-freed and page-ref: caught, silent on correct code, exact in their text. */
#include "check_fixture.h"

static void test_page_freed_while_linked_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page;

	fixture_window(&f, 4);
	fixture_link(&f, 0, 1);
	page = fixture_page(&f);
	fixture_link_page(&f, 2, page);
	put_page(page);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+2p size=1p");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "dma-page-freed", 1);
	dma_iova_unlink(f.dev, &f.state, 0, 3 * P, DMA_BIDIRECTIONAL, 0);
	dma_iova_free(f.dev, &f.state);
}

static void test_page_freed_after_unlink_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page = fixture_page(&f);

	fixture_window(&f, 4);
	fixture_link_page(&f, 2, page);
	dma_iova_unlink(f.dev, &f.state, 2 * P, P, DMA_BIDIRECTIONAL, 0);
	put_page(page);
	dma_iova_free(f.dev, &f.state);
	assert_report_count(&f, 0);
}

/* Someone else still holds the page: it is not free. */
static void test_page_put_but_not_freed_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page = fixture_page(&f);

	fixture_window(&f, 1);
	fixture_link_page(&f, 0, page);
	get_page(page);
	put_page(page);
	assert_report_count(&f, 0);
	fixture_destroy(&f, 1);
	put_page(page);
	assert_report_count(&f, 0);
}

static void test_page_mapped_twice_counts_twice(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page = fixture_page(&f);

	fixture_window(&f, 2);
	fixture_link_page(&f, 0, page);
	fixture_link_page(&f, 1, page);
	dma_iova_unlink(f.dev, &f.state, 0, P, DMA_BIDIRECTIONAL, 0);
	put_page(page);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+1p size=1p");
	ktest_expect_report(f.world, "dma-page-freed", 1);
	dma_iova_unlink(f.dev, &f.state, P, P, DMA_BIDIRECTIONAL, 0);
	dma_iova_free(f.dev, &f.state);
}

/* What a hole left behind was named by its report: the freed page follows from it. */
static void test_page_left_by_a_hole_is_attached(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page = fixture_page(&f);
	struct svmsim_report report;
	unsigned int last;

	fixture_window(&f, 4);
	fixture_link(&f, 0, 0);
	fixture_link_page(&f, 2, page);
	fixture_destroy(&f, 4);
	put_page(page);
	last = svmsim_report_count(f.world) - 1;
	assert_report(&f, last, "attached dma-page-freed dev=d0 at=+2p size=1p");
	ktest_assert_int_equal(svmsim_report_get(f.world, last, &report), 0);
	ktest_assert_int_equal(report.attached_to, 0);
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_passthrough_page_freed_is_reported(void **state)
{
	struct fixture f = fixture_make("identity", false);
	struct page *page = fixture_page(&f);
	dma_addr_t addr = dma_map_page(f.dev, page, 0, P, DMA_BIDIRECTIONAL);

	ktest_assert_int_equal(dma_mapping_error(f.dev, addr), 0);
	put_page(page);
	assert_report(&f, 0, "dma-page-freed dev=d0 size=1p");
	ktest_expect_report(f.world, "dma-page-freed", 1);
	dma_unmap_page(f.dev, addr, P, DMA_BIDIRECTIONAL);
}

static void test_passthrough_unmapped_page_is_silent(void **state)
{
	struct fixture f = fixture_make("identity", false);
	struct page *page = fixture_page(&f);
	dma_addr_t addr = dma_map_page(f.dev, page, 0, P, DMA_BIDIRECTIONAL);

	ktest_assert_int_equal(dma_mapping_error(f.dev, addr), 0);
	dma_unmap_page(f.dev, addr, P, DMA_BIDIRECTIONAL);
	put_page(page);
	assert_report_count(&f, 0);
}

static void test_reference_below_zero_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page = fixture_page(&f);

	put_page(page);
	assert_report_count(&f, 0);
	put_page(page);
	ktest_assert_string_contains(fixture_report(&f, 0), "page-ref what=");
	ktest_expect_report(f.world, "page-ref", 1);
}

static const struct ktest tests[] = {
	KTEST(test_page_freed_while_linked_is_reported),
	KTEST(test_page_freed_after_unlink_is_silent),
	KTEST(test_page_put_but_not_freed_is_silent),
	KTEST(test_page_mapped_twice_counts_twice),
	KTEST(test_page_left_by_a_hole_is_attached),
	KTEST(test_passthrough_page_freed_is_reported),
	KTEST(test_passthrough_unmapped_page_is_silent),
	KTEST(test_reference_below_zero_is_reported),
};
KTEST_MAIN(tests)
