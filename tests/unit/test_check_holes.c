/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* iommu-unmap-hole: caught, silent on the nearest correct code, exact in its text. */
#include "check_fixture.h"

static void test_hole_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 1);
	fixture_link(&f, 4, 7);
	fixture_destroy(&f, 8);
	assert_report(&f, 0, "iommu-unmap-hole dev=d0 at=+2p want=8p got=2p left=4p");
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_hole_text_is_exact(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 1);
	fixture_link(&f, 4, 7);
	fixture_destroy(&f, 8);
	assert_line(&f, 0, 0, "the range, 1 page a cell (# linked, . not, + in part):");
	assert_line(&f, 0, 1, "  before |##..####|");
	assert_line(&f, 0, 2, "  after  |....####|");
	assert_line(&f, 0, 3, "            ^ stopped at +2p");
	assert_line(&f, 0, 4, "linked before: +0p..+1p, +4p..+7p");
	assert_line(&f, 0, 5, "still live:    +4p..+7p");
	assert_line(&f, 0, 6, "none");
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_hole_warn_and_leak_follow(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct svmsim_report report;
	unsigned int attached = 0;

	fixture_window(&f, 8);
	fixture_link(&f, 4, 7);
	fixture_destroy(&f, 8);
	for (unsigned int i = 1; svmsim_report_get(f.world, i, &report) == 0; i++) {
		ktest_assert_int_equal(report.attached_to, 0);
		attached++;
	}
	ktest_assert_int_equal(attached, 2);
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_no_hole_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 7);
	fixture_destroy(&f, 8);
	assert_report_count(&f, 0);
}

static void test_unlink_by_runs_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 1);
	fixture_link(&f, 4, 7);
	dma_iova_unlink(f.dev, &f.state, 0, 2 * P, DMA_BIDIRECTIONAL, 0);
	dma_iova_unlink(f.dev, &f.state, 4 * P, 4 * P, DMA_BIDIRECTIONAL, 0);
	dma_iova_free(f.dev, &f.state);
	assert_report_count(&f, 0);
}

static void test_with_holes_destroy_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 1);
	fixture_link(&f, 4, 6);
	dma_iova_with_holes_destroy(f.dev, &f.state, DMA_BIDIRECTIONAL, 0);
	assert_report_count(&f, 0);
}

/* The call chain begins where the model noticed, not in the oracle. */
static void test_hole_call_chain_begins_in_the_model(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct svmsim_report report;
	bool named = false;
	char name[64];

	fixture_window(&f, 8);
	fixture_link(&f, 4, 7);
	fixture_destroy(&f, 8);
	ktest_assert_int_equal(svmsim_report_get(f.world, 0, &report), 0);
	for (unsigned int i = 0; i < report.frame_count; i++) {
		svmsim_frame_function(report.frame[i], name, sizeof(name));
		ktest_assert_true(strncmp(name, "chk_", 4) != 0 && strncmp(name, "on_", 3) != 0);
		named |= strcmp(name, __func__) == 0;
	}
	ktest_assert_true(named);
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_legacy_goes_across_with_a_note(void **state)
{
	struct fixture f = fixture_make("vtd-legacy", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 1);
	fixture_link(&f, 4, 7);
	fixture_destroy(&f, 8);
	assert_report(&f, 0, "note iommu-unmap-hole dev=d0 at=+2p want=8p got=8p left=0p");
	assert_report_count(&f, 1);
}

static void test_hole_at_the_end_leaves_nothing(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 3);
	fixture_destroy(&f, 8);
	assert_report(&f, 0, "iommu-unmap-hole dev=d0 at=+4p want=8p got=4p left=0p");
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

static void test_large_window_is_drawn_in_cells(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 256);
	fixture_link(&f, 0, 99);
	fixture_link(&f, 101, 255);
	fixture_destroy(&f, 256);
	assert_report(&f, 0, "iommu-unmap-hole dev=d0 at=+100p want=256p got=100p left=155p");
	assert_line(&f, 0, 0, "the range, 4 pages a cell (# linked, . not, + in part):");
	assert_line(&f, 0, 3, "                                   ^ stopped at +100p");
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
}

/* The window is torn down twice: that is a double free, not a second hole. */
static void test_second_destroy_is_no_hole(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 8);
	fixture_link(&f, 0, 7);
	fixture_destroy(&f, 8);
	fixture_destroy(&f, 8);
	ktest_assert_int_equal(ktest_report_count(f.world, "iommu-unmap-hole"), 0);
	ktest_expect_report(f.world, "iova-double-free", 1);
}

static const struct ktest tests[] = {
	KTEST(test_hole_is_reported),
	KTEST(test_hole_text_is_exact),
	KTEST(test_hole_warn_and_leak_follow),
	KTEST(test_no_hole_is_silent),
	KTEST(test_unlink_by_runs_is_silent),
	KTEST(test_with_holes_destroy_is_silent),
	KTEST(test_hole_call_chain_begins_in_the_model),
	KTEST(test_legacy_goes_across_with_a_note),
	KTEST(test_hole_at_the_end_leaves_nothing),
	KTEST(test_large_window_is_drawn_in_cells),
	KTEST(test_second_destroy_is_no_hole),
};
KTEST_MAIN(tests)
