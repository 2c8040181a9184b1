/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What oracles say, and don't say, under lazy invalidation. */
#include "check_fixture.h"
#include "iova_sim/iotlb.h"
#include "kernel/time.h"

#define MS 1000000ull

static struct fixture make(const char *profile)
{
	static const struct sim_dma_params lazy = { .lazy = true };
	struct fixture f = fixture_make(profile, false);

	sim_dma_detach(f.dev);
	ktest_assert_int_equal(sim_dma_attach(f.dev, f.sdom, &lazy), 0);
	ktest_assert_true(sim_dma_is_lazy(&f.sdom->domain));
	return f;
}

static int read_page(struct fixture *f, u64 at_page)
{
	u8 byte;

	return sim_dma_read(f->dev, f->state.addr + at_page * P, &byte, 1);
}

static void test_stale_until_the_flush_then_a_fault(void **state)
{
	struct fixture f = make("generic-pt");

	fixture_window(&f, 4);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	fixture_destroy(&f, 4);
	assert_report_count(&f, 0);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	assert_report(&f, 0, "iotlb-stale dev=d0 at=+1p access=read");
	ktest_assert_string_contains(fixture_line(&f, 0, 0), "page table: nothing");
	ktest_assert_string_contains(fixture_line(&f, 0, 1), "unmapped the address lazily");
	assert_line(&f, 0, 2, "none");
	sim_time_advance(f.world, 10 * MS);
	ktest_assert_int_equal(read_page(&f, 1), -EFAULT);
	assert_report(&f, 1, "io-page-fault dev=d0 at=+1p access=read");
	assert_report_count(&f, 2);
	ktest_expect_report(f.world, "iotlb-stale", 1);
	ktest_expect_report(f.world, "io-page-fault", 1);
}

/* Freeing between unmap and flush is what nearly every driver does. */
static void test_page_freed_before_the_flush_is_silent(void **state)
{
	struct fixture f = make("generic-pt");
	struct page *page = fixture_page(&f);

	fixture_window(&f, 1);
	fixture_link_page(&f, 0, page);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	fixture_destroy(&f, 1);
	__free_page(page);
	assert_report_count(&f, 0);
}

static void test_stale_access_says_that_the_page_is_free(void **state)
{
	struct fixture f = make("generic-pt");
	struct page *page = fixture_page(&f);

	fixture_window(&f, 1);
	fixture_link_page(&f, 0, page);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	fixture_destroy(&f, 1);
	__free_page(page);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	assert_report(&f, 0, "iotlb-stale dev=d0 at=+0p access=read");
	assert_line(&f, 0, 2, "the page has been freed");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "iotlb-stale", 1);
}

static void test_page_freed_while_mapped_is_reported(void **state)
{
	struct fixture f = make("generic-pt");
	struct page *page = fixture_page(&f);

	fixture_window(&f, 1);
	fixture_link_page(&f, 0, page);
	__free_page(page);
	assert_report(&f, 0, "dma-page-freed dev=d0 at=+0p size=1p");
	fixture_destroy(&f, 1);
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "dma-page-freed", 1);
}

/* A missing invalidation is told as ever, without a word of lazy. */
static void test_stale_without_unmap_is_not_called_lazy(void **state)
{
	struct fixture f = make("generic-pt");
	u64 page = page_to_phys(fixture_page(&f));

	fixture_window(&f, 1);
	fixture_link(&f, 0, 0);
	iotlb_insert(f.sdom->state->iotlb, f.sdom->index, f.state.addr, f.state.addr, page, P,
		     IOTLB_READ);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	assert_report(&f, 0, "iotlb-stale dev=d0 at=+0p access=read");
	assert_line(&f, 0, 1, "none");
	ktest_expect_report(f.world, "iotlb-stale", 1);
	fixture_destroy(&f, 1);
}

static void test_retirement_and_teardown_are_silent(void **state)
{
	struct fixture f = make("generic-pt");

	for (unsigned int i = 0; i < 600; i++) {
		fixture_window(&f, 1 + i % 3);
		fixture_link(&f, 0, i % 3);
		fixture_destroy(&f, 1 + i % 3);
		if (i % 100 == 99)
			sim_time_advance(f.world, 10 * MS);
	}
	/* Some wait when the machine is torn down. */
	fixture_window(&f, 2);
	fixture_link(&f, 0, 1);
	fixture_destroy(&f, 2);
	sim_world_finish(f.world);
	assert_report_count(&f, 0);
}

static void test_window_never_freed_is_still_a_leak(void **state)
{
	struct fixture f = make("generic-pt");

	fixture_window(&f, 2);
	fixture_destroy(&f, 0);
	fixture_window(&f, 4);
	sim_world_finish(f.world);
	assert_report(&f, 0, "iova-leak dev=d0 size=4p linked=0p");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "iova-leak", 1);
}

/* What a hole leaves behind is found when the driver gives the space up, not at the flush. */
static void test_hole_is_reported_as_in_strict_mode(void **state)
{
	struct fixture f = make("generic-pt");

	fixture_window(&f, 8);
	fixture_link(&f, 0, 2);
	fixture_link(&f, 4, 7);
	fixture_destroy(&f, 8);
	assert_report(&f, 0, "iommu-unmap-hole dev=d0 at=+3p want=8p got=3p left=4p");
	assert_report(&f, 1, "attached iommu-leak dev=d0 at=+4p size=4p when=free");
	assert_report(&f, 2,
		      "attached warn site=dma_iova.c:__iommu_dma_iova_unlink "
		      "expr=\"unmapped != size\"");
	sim_time_advance(f.world, 10 * MS);
	assert_report_count(&f, 3);
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_destroying_twice_before_the_flush_is_a_double_free(void **state)
{
	struct fixture f = make("generic-pt");

	fixture_window(&f, 2);
	fixture_link(&f, 0, 1);
	fixture_destroy(&f, 2);
	fixture_destroy(&f, 2);
	ktest_assert_int_equal(ktest_report_count(f.world, "iova-double-free"), 1);
	sim_time_advance(f.world, 10 * MS);
	ktest_assert_int_equal(ktest_report_count(f.world, "iova-double-free"), 1);
	ktest_expect_report(f.world, "iova-double-free", 1);
}

/* The next owner of the space has entries of its own, and no stale ones of the last. */
static void test_space_used_again_after_the_flush_is_silent(void **state)
{
	struct fixture f = make("generic-pt");
	dma_addr_t first;

	fixture_window(&f, 1);
	first = f.state.addr;
	fixture_link(&f, 0, 0);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	fixture_destroy(&f, 1);
	sim_time_advance(f.world, 10 * MS);
	fixture_window(&f, 1);
	ktest_assert_u64_equal(f.state.addr, first);
	fixture_link(&f, 0, 0);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	fixture_destroy(&f, 1);
	assert_report_count(&f, 0);
}

static const struct ktest tests[] = {
	KTEST(test_stale_until_the_flush_then_a_fault),
	KTEST(test_page_freed_before_the_flush_is_silent),
	KTEST(test_stale_access_says_that_the_page_is_free),
	KTEST(test_page_freed_while_mapped_is_reported),
	KTEST(test_stale_without_unmap_is_not_called_lazy),
	KTEST(test_retirement_and_teardown_are_silent),
	KTEST(test_window_never_freed_is_still_a_leak),
	KTEST(test_hole_is_reported_as_in_strict_mode),
	KTEST(test_destroying_twice_before_the_flush_is_a_double_free),
	KTEST(test_space_used_again_after_the_flush_is_silent),
};
KTEST_MAIN(tests)
