/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* iommu-leak, iova-leak, iova-double-free: caught, silent on correct code, exact in their text. */
#include "check_fixture.h"

static void test_free_of_linked_window_is_a_leak(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 1, 2);
	dma_iova_free(f.dev, &f.state);
	assert_report(&f, 0, "iommu-leak dev=d0 at=+1p size=2p when=free");
	ktest_expect_report(f.world, "iommu-leak", 1);
}

static void test_free_of_unlinked_window_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 1, 2);
	dma_iova_unlink(f.dev, &f.state, P, 2 * P, DMA_BIDIRECTIONAL, 0);
	dma_iova_free(f.dev, &f.state);
	assert_report_count(&f, 0);
}

static void test_mapping_without_window_leaks_at_teardown(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	ktest_assert_int_equal(iommu_map(&f.sdom->domain, 0x40000000,
					 page_to_phys(fixture_page(&f)), P, IOMMU_READ,
					 GFP_KERNEL), 0);
	sim_world_finish(f.world);
	assert_report(&f, 0, "iommu-leak dev=d0 size=1p when=teardown");
	ktest_expect_report(f.world, "iommu-leak", 1);
}

static void test_window_never_freed_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 0, 0);
	sim_world_finish(f.world);
	assert_report(&f, 0, "iova-leak dev=d0 size=4p linked=1p");
	assert_line(&f, 0, 0, "allocated in step 0");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "iova-leak", 1);
}

static void test_window_freed_at_the_end_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 0, 3);
	fixture_destroy(&f, 4);
	sim_world_finish(f.world);
	assert_report_count(&f, 0);
}

static void test_double_free_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	dma_iova_free(f.dev, &f.state);
	dma_iova_free(f.dev, &f.state);
	assert_report(&f, 0, "iova-double-free dev=d0 size=4p");
	assert_line(&f, 0, 0, "this space was freed in step 0");
	ktest_expect_report(f.world, "iova-double-free", 1);
}

static void test_free_alloc_free_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	dma_iova_free(f.dev, &f.state);
	fixture_window(&f, 4);
	dma_iova_free(f.dev, &f.state);
	assert_report_count(&f, 0);
}

/* What an old hole left is gone, the space has a new owner: its leak is a finding of its own. */
static void test_leak_in_reused_space_is_not_the_old_holes(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	dma_addr_t old;
	unsigned int last;

	fixture_window(&f, 4);
	fixture_link(&f, 0, 0);
	fixture_link(&f, 2, 3);
	fixture_destroy(&f, 4);
	dma_iova_unlink(f.dev, &f.state, 2 * P, 2 * P, DMA_BIDIRECTIONAL, 0);
	old = f.state.addr;
	fixture_window(&f, 4);
	ktest_assert_u64_equal(f.state.addr, old);
	fixture_link(&f, 2, 2);
	dma_iova_free(f.dev, &f.state);
	last = svmsim_report_count(f.world) - 1;
	assert_report(&f, last, "iommu-leak dev=d0 at=+2p size=1p when=free");
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
	ktest_expect_report(f.world, "iommu-leak", 1);
}

/* A short mapped_len frees the whole window: odd, but the caller did nothing wrong. */
static void test_short_destroy_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 512);
	fixture_link(&f, 0, 0);
	fixture_destroy(&f, 1);
	sim_world_finish(f.world);
	assert_report_count(&f, 0);
}

static const struct ktest tests[] = {
	KTEST(test_free_of_linked_window_is_a_leak),
	KTEST(test_free_of_unlinked_window_is_silent),
	KTEST(test_mapping_without_window_leaks_at_teardown),
	KTEST(test_window_never_freed_is_reported),
	KTEST(test_window_freed_at_the_end_is_silent),
	KTEST(test_double_free_is_reported),
	KTEST(test_free_alloc_free_is_silent),
	KTEST(test_leak_in_reused_space_is_not_the_old_holes),
	KTEST(test_short_destroy_is_silent),
};
KTEST_MAIN(tests)
