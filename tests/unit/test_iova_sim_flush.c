// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the drivers of AMD's hardware, and the one without any, invalidate and when. */
#include "iommu_fixture.h"

#define B 0x40000000ull
#define P 0x80000000ull

/*
 * AMD gathers ranges as they come, unless the hardware caches absent entries: then ranges that do
 * not touch are invalidated one by one.
 */
static void test_amd_leaves_no_gaps_with_caching_mode(void **state)
{
	static const struct {
		const char *profile;
		const char *fmt;
		bool caching_mode;
	} rows[] = {
		{ "generic-pt", "amdv1", false },
		{ "generic-pt", "amdv1", true },
		{ "amd-legacy", "amdv1", false },
		{ "amd-legacy", "amdv1", true },
		{ "generic-pt", "vtdss", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool gapless = rows[i].caching_mode && !strcmp(rows[i].fmt, "amdv1");
		struct iommu_iotlb_gather gather;
		struct iommu_fixture f;

		ktest_context("%s %s %d", rows[i].profile, rows[i].fmt, rows[i].caching_mode);
		fixture_make(&f, rows[i].profile, rows[i].fmt, rows[i].caching_mode, 0, 0);
		ktest_assert_int_equal(f.sdom->caching_mode, rows[i].caching_mode);
		do_map(&f, B, P + PAGE, 8 * PAGE);
		fixture_log_clear(&f);
		iommu_iotlb_gather_init(&gather);
		/* One page and several take different ways in the core. */
		iommu_unmap_fast(f.domain, B, 2 * PAGE, &gather);
		iommu_unmap_fast(f.domain, B + 2 * PAGE, PAGE, &gather);
		ktest_assert_null(strstr(f.log, "domain=0 0x"));
		ktest_assert_u64_equal(gather.end, B + 3 * PAGE - 1);
		iommu_unmap_fast(f.domain, B + 4 * PAGE, PAGE, &gather);
		ktest_assert_int_equal(strstr(f.log, "domain=0 0x40000000 - 0x40002fff\n") != NULL,
				       gapless);
		ktest_assert_u64_equal(gather.start, gapless ? B + 4 * PAGE : B);
		iommu_unmap_fast(f.domain, B + 6 * PAGE, 2 * PAGE, &gather);
		ktest_assert_int_equal(strstr(f.log, "domain=0 0x40004000 - 0x40004fff\n") != NULL,
				       gapless);
		iommu_iotlb_sync(f.domain, &gather);
		do_unmap(&f, B + 3 * PAGE, PAGE);
		do_unmap(&f, B + 5 * PAGE, PAGE);
		fixture_drop(&f);
	}
}

/* What the legacy driver put over a live leaf of the same size is not invalidated. */
static void test_amd_legacy_flushes_maps_only_if_something_gave_way(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "amd-legacy", NULL, false, 0, 0);
	do_map(&f, B, P, PAGE);
	do_map(&f, B, 2 * P, PAGE);
	ktest_assert_null(strstr(f.log, "domain=0 0x"));
	/* A table gives way, then a large leaf. */
	do_map(&f, B, P, MID);
	ktest_assert_string_contains(f.log, "domain=0 0x40000000 - 0x401fffff\n");
	fixture_log_clear(&f);
	do_map(&f, B + PAGE, P, 2 * PAGE);
	ktest_assert_string_contains(f.log, "domain=0 0x40001000 - 0x40002fff\n");
	do_unmap(&f, B + PAGE, 2 * PAGE);
	fixture_drop(&f);
}

/* The mock has nothing to invalidate; tables are freed by its sync all the same. */
static void test_mock_flushes_nothing_and_frees_tables(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_fixture f;

	fixture_make(&f, "mock", NULL, true, 0, 0);
	ktest_assert_false(f.sdom->caching_mode);
	ktest_assert_u64_equal(f.domain->geometry.aperture_start, 0x1000000);
	ktest_assert_u64_equal(f.domain->geometry.aperture_end, 0x7fffffff);
	ktest_assert_u64_equal(f.domain->pgsize_bitmap & -f.domain->pgsize_bitmap, 2048);
	do_map(&f, B, P + 2048, MID);
	iommu_iotlb_gather_init(&gather);
	ktest_assert_u64_equal(iommu_unmap_fast(f.domain, B, MID, &gather), MID);
	ktest_assert_false(list_empty(&gather.freelist.pages));
	fixture_log_clear(&f);
	iommu_iotlb_sync(f.domain, &gather);
	ktest_assert_string_equal(f.log, "");
	fixture_drop(&f);

	fixture_make(&f, "mock-huge", NULL, false, 0, 0);
	ktest_assert_u64_equal(f.domain->pgsize_bitmap, 0x101000);
	ktest_assert_u64_equal(f.domain->geometry.aperture_start, 0);
	ktest_assert_u64_equal(f.domain->geometry.aperture_end, (1ull << 38) - 1);
	do_map(&f, B, 2 * BIG, MID + PAGE);
	ktest_assert_string_equal(fixture_leaves(&f),
				  "40000000:100000*2>80000000 40200000:1000*1>80200000");
	ktest_assert_int_equal(iommu_map(f.domain, B + BIG, P, 2048, RW, GFP_ATOMIC), -EINVAL);
	fixture_drop(&f);

	fixture_make(&f, "mock", "amdv1", false, 0, 0);
	ktest_assert_u64_equal(f.domain->geometry.aperture_start, 0);
	ktest_assert_u64_equal(f.domain->geometry.aperture_end, ~0ull);
	fixture_drop(&f);
}

static const struct ktest tests[] = {
	KTEST(test_amd_leaves_no_gaps_with_caching_mode),
	KTEST(test_amd_legacy_flushes_maps_only_if_something_gave_way),
	KTEST(test_mock_flushes_nothing_and_frees_tables),
};
KTEST_MAIN(tests)
