/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* iotlb-stale, iotlb-unsynced, dma-foreign, io-page-fault: caught, silent, exact in their text. */
#include "check_fixture.h"
#include "iova_sim/profile.h"

static int read_page(struct fixture *f, u64 at_page)
{
	u8 byte;

	return sim_dma_read(f->dev, f->state.addr + at_page * P, &byte, 1);
}

/* Clears an entry behind the driver's back: the invalidation that should follow is missing. */
static void clear_entry(struct fixture *f, u64 at_page)
{
	u64 iova = f->state.addr + at_page * P;
	const struct iopt_fmt *fmt = f->sdom->table.fmt;
	u64 *table = f->sdom->table.top;

	for (unsigned int level = f->sdom->table.top_level; level; level--)
		table = sim_phys_ptr(f->world, table[iopt_index(fmt, iova, level)] &
						       fmt->address_mask);
	table[iopt_index(fmt, iova, 0)] = 0;
}

static void test_stale_entry_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	phys_addr_t phys;
	char line[80];

	fixture_window(&f, 4);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	phys = iommu_iova_to_phys(f.dev->sim->domain, f.state.addr + P);
	host_snprintf(line, sizeof(line), "cached: 0x%llx, page table: nothing", phys);
	clear_entry(&f, 1);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	assert_report(&f, 0, "iotlb-stale dev=d0 at=+1p access=read");
	assert_line(&f, 0, 0, line);
	assert_line(&f, 0, 1, "none");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "iotlb-stale", 1);
	dma_iova_unlink(f.dev, &f.state, 0, P, DMA_BIDIRECTIONAL, 0);
	dma_iova_unlink(f.dev, &f.state, 2 * P, 2 * P, DMA_BIDIRECTIONAL, 0);
	dma_iova_free(f.dev, &f.state);
}

/* Takes a range out of the table without a word to the walk cache; @freed gets its tables. */
static void unmap_and_spare_tables(struct fixture *f, u64 pages, struct iommu_iotlb_gather *gather)
{
	iommu_iotlb_gather_init(gather);
	ktest_assert_u64_equal(iommu_unmap_fast(&f->sdom->domain, f->state.addr, pages * P, gather),
			       pages * P);
	sim_profile_flush_leaves(f->sdom, f->state.addr, f->state.addr + pages * P - 1);
}

/* The walk begins at a table that is none any more, and finds what was there before. */
static void test_stale_table_is_reported(void **state)
{
	struct fixture f = fixture_make("vtd-legacy", false);
	struct iommu_iotlb_gather gather;

	fixture_window(&f, 512);
	fixture_link(&f, 0, 511);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	unmap_and_spare_tables(&f, 512, &gather);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(read_page(&f, 2), 0);
	assert_report(&f, 0, "iotlb-stale dev=d0 at=+2p access=read");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "iotlb-stale", 1);
	iommu_iotlb_sync(&f.sdom->domain, &gather);
	ktest_assert_int_equal(read_page(&f, 2), 0);
	assert_report_count(&f, 1);
	fixture_destroy(&f, 4);
}

/* Or it finds nothing there, although the table by now has a translation. */
static void test_fault_of_a_stale_table_follows_from_it(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct iommu_iotlb_gather gather;

	fixture_window(&f, 512);
	fixture_link(&f, 0, 511);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	unmap_and_spare_tables(&f, 512, &gather);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(read_page(&f, 2), -EFAULT);
	assert_report(&f, 0, "iotlb-stale dev=d0 at=+2p access=read outcome=fault");
	assert_line(&f, 0, 0, "the page table translates this address");
	assert_report(&f, 1, "attached io-page-fault dev=d0 at=+2p access=read");
	/* What the page table does not translate either is a fault like any other. */
	ktest_assert_int_equal(read_page(&f, 4), -EFAULT);
	assert_report(&f, 2, "io-page-fault dev=d0 at=+4p access=read");
	assert_report_count(&f, 3);
	ktest_expect_report(f.world, "iotlb-stale", 1);
	ktest_expect_report(f.world, "io-page-fault", 1);
	iommu_iotlb_sync(&f.sdom->domain, &gather);
	ktest_assert_int_equal(read_page(&f, 2), 0);
	fixture_destroy(&f, 4);
}

/* On each driver, with what each of them tells the hardware: no table is stale. */
static void test_tables_that_come_and_go_are_silent(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae",
						"amd-legacy", "mock" };

	for (unsigned int i = 0; i < 5; i++) {
		struct fixture f = fixture_make(profiles[i], false);

		ktest_context("%s", profiles[i]);
		fixture_window(&f, 512);
		for (unsigned int round = 0; round < 3; round++) {
			fixture_link(&f, 0, 511);
			for (u64 page = 0; page < 512; page += 100)
				ktest_assert_int_equal(read_page(&f, page), 0);
			dma_iova_unlink(f.dev, &f.state, 0, 512 * P, DMA_BIDIRECTIONAL, 0);
		}
		dma_iova_free(f.dev, &f.state);
		assert_report_count(&f, 0);
		ktest_world_drop(f.world);
	}
}

static void test_cached_and_present_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	fixture_destroy(&f, 4);
	assert_report_count(&f, 0);
}

static void test_unlinked_after_use_faults_and_is_not_stale(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 4);
	fixture_link(&f, 0, 3);
	ktest_assert_int_equal(read_page(&f, 1), 0);
	dma_iova_unlink(f.dev, &f.state, 0, 4 * P, DMA_BIDIRECTIONAL, 0);
	ktest_assert_int_equal(read_page(&f, 1), -EFAULT);
	assert_report(&f, 0, "io-page-fault dev=d0 at=+1p access=read");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "io-page-fault", 1);
	dma_iova_free(f.dev, &f.state);
}

static void test_fault_text_is_the_drivers(void **state)
{
	struct fixture f = fixture_make("vtd-legacy", false);

	fixture_window(&f, 4);
	ktest_assert_int_equal(read_page(&f, 0), -EFAULT);
	ktest_assert_string_contains(fixture_line(&f, 0, 0), "PTE Read access is not set");
	ktest_expect_report(f.world, "io-page-fault", 1);
	dma_iova_free(f.dev, &f.state);
}

static void test_wrong_direction_faults(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	struct page *page = fixture_page(&f);
	u8 byte = 1;

	fixture_window(&f, 1);
	ktest_assert_int_equal(dma_iova_link(f.dev, &f.state, page_to_phys(page), 0, P,
					     DMA_TO_DEVICE, 0), 0);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	ktest_assert_int_equal(sim_dma_write(f.dev, f.state.addr, &byte, 1), -EFAULT);
	assert_report(&f, 0, "io-page-fault dev=d0 at=+0p access=write");
	ktest_expect_report(f.world, "io-page-fault", 1);
	dma_iova_destroy(f.dev, &f.state, P, DMA_TO_DEVICE, 0);
}

static void test_unsynced_use_is_reported(void **state)
{
	struct fixture f = fixture_make("generic-pt", true);

	fixture_window(&f, 2);
	fixture_link(&f, 0, 1);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	assert_report(&f, 0, "iotlb-unsynced dev=d0 at=+0p access=read outcome=luck");
	ktest_expect_report(f.world, "iotlb-unsynced", 1);
	ktest_assert_int_equal(dma_iova_sync(f.dev, &f.state, 0, 2 * P), 0);
	fixture_destroy(&f, 2);
}

static void test_unsynced_fault_follows_from_it(void **state)
{
	struct fixture f = fixture_make("generic-pt", true);

	fixture_window(&f, 1);
	ktest_assert_int_equal(read_page(&f, 0), -EFAULT);
	fixture_link(&f, 0, 0);
	ktest_assert_int_equal(read_page(&f, 0), -EFAULT);
	assert_report(&f, 0, "io-page-fault dev=d0 at=+0p access=read");
	assert_report(&f, 1, "iotlb-unsynced dev=d0 at=+0p access=read outcome=fault");
	assert_report(&f, 2, "attached io-page-fault dev=d0 at=+0p access=read");
	ktest_expect_report(f.world, "iotlb-unsynced", 1);
	ktest_expect_report(f.world, "io-page-fault", 1);
	ktest_assert_int_equal(dma_iova_sync(f.dev, &f.state, 0, P), 0);
	fixture_destroy(&f, 1);
}

/* What was unlinked again is not waiting for a sync any more: its fault is a plain one. */
static void test_unlinked_before_its_sync_is_not_unsynced(void **state)
{
	struct fixture f = fixture_make("generic-pt", true);

	fixture_window(&f, 1);
	fixture_link(&f, 0, 0);
	dma_iova_unlink(f.dev, &f.state, 0, P, DMA_BIDIRECTIONAL, 0);
	ktest_assert_int_equal(read_page(&f, 0), -EFAULT);
	assert_report(&f, 0, "io-page-fault dev=d0 at=+0p access=read");
	assert_report_count(&f, 1);
	ktest_expect_report(f.world, "io-page-fault", 1);
	dma_iova_free(f.dev, &f.state);
}

static void test_synced_use_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", true);

	fixture_window(&f, 1);
	fixture_link(&f, 0, 0);
	ktest_assert_int_equal(dma_iova_sync(f.dev, &f.state, 0, P), 0);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	fixture_destroy(&f, 1);
	assert_report_count(&f, 0);
}

/* Without caching mode a map needs no sync, and using it at once is right. */
static void test_no_sync_needed_is_silent(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);

	fixture_window(&f, 1);
	fixture_link(&f, 0, 0);
	ktest_assert_int_equal(read_page(&f, 0), 0);
	fixture_destroy(&f, 1);
	assert_report_count(&f, 0);
}

static void test_page_left_by_a_hole_is_foreign(void **state)
{
	struct fixture f = fixture_make("generic-pt", false);
	unsigned int last;

	fixture_window(&f, 4);
	fixture_link(&f, 0, 0);
	fixture_link(&f, 2, 3);
	fixture_destroy(&f, 4);
	ktest_assert_int_equal(read_page(&f, 2), 0);
	last = svmsim_report_count(f.world) - 1;
	assert_report(&f, last, "dma-foreign dev=d0 at=+2p access=read");
	ktest_assert_string_contains(fixture_line(&f, last, 0), "which no mapping of d0 gives it");
	ktest_expect_report(f.world, "iommu-unmap-hole", 1);
	ktest_expect_report(f.world, "dma-foreign", 1);
}

static void test_passthrough_foreign_is_reported(void **state)
{
	struct fixture f = fixture_make("identity", false);
	struct page *mapped = fixture_page(&f), *other = fixture_page(&f);
	dma_addr_t addr = dma_map_page(f.dev, mapped, 0, P, DMA_BIDIRECTIONAL);
	u8 byte;

	ktest_assert_int_equal(dma_mapping_error(f.dev, addr), 0);
	ktest_assert_int_equal(sim_dma_read(f.dev, addr, &byte, 1), 0);
	assert_report_count(&f, 0);
	ktest_assert_int_equal(sim_dma_read(f.dev, page_to_phys(other), &byte, 1), 0);
	assert_report(&f, 0, "dma-foreign dev=d0 access=read");
	ktest_expect_report(f.world, "dma-foreign", 1);
	dma_unmap_page(f.dev, addr, P, DMA_BIDIRECTIONAL);
}

static const struct ktest tests[] = {
	KTEST(test_stale_entry_is_reported),
	KTEST(test_stale_table_is_reported),
	KTEST(test_fault_of_a_stale_table_follows_from_it),
	KTEST(test_tables_that_come_and_go_are_silent),
	KTEST(test_cached_and_present_is_silent),
	KTEST(test_unlinked_after_use_faults_and_is_not_stale),
	KTEST(test_fault_text_is_the_drivers),
	KTEST(test_wrong_direction_faults),
	KTEST(test_unsynced_use_is_reported),
	KTEST(test_unsynced_fault_follows_from_it),
	KTEST(test_unlinked_before_its_sync_is_not_unsynced),
	KTEST(test_synced_use_is_silent),
	KTEST(test_no_sync_needed_is_silent),
	KTEST(test_page_left_by_a_hole_is_foreign),
	KTEST(test_passthrough_foreign_is_reported),
};
KTEST_MAIN(tests)
