// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The IOMMU core: order of checks, messages, events, gather and sync, rollback. */
#include <svmsim/report.h>
#include "iommu_fixture.h"
#include "iova_sim/iotlb.h"

#define B 0x40000000ull
#define P 0x80000000ull

static void test_map_traces_once_whatever_it_takes(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	do_map(&f, B - PAGE, P - PAGE, MID + 2 * PAGE);
	do_unmap(&f, B - PAGE, MID + 2 * PAGE);
	ktest_assert_string_equal(f.log,
		"IOMMU: iova=0x000000003ffff000 - 0x0000000040201000 "
		"paddr=0x000000007ffff000 size=2105344\n"
		"IOMMU: iova=0x000000003ffff000 - 0x0000000040201000 size=2105344 "
		"unmapped_size=2105344\n"
		"domain=0 0x3ffff000 - 0x40200fff\n");
	fixture_drop(&f);
}

static void test_map_of_size_0_succeeds_and_traces(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };

	for (unsigned int i = 0; i < 3; i++) {
		struct iommu_fixture f;

		ktest_context("%s", profiles[i]);
		fixture_make(&f, profiles[i], NULL, false, 0, 0);
		ktest_assert_int_equal(iommu_map(f.domain, B, P, 0, RW, GFP_ATOMIC), 0);
		ktest_assert_u64_equal(iommu_unmap(f.domain, B, 0), 0);
		ktest_assert_string_equal(f.log,
			"IOMMU: iova=0x0000000040000000 - 0x0000000040000000 "
			"paddr=0x0000000080000000 size=0\n"
			"IOMMU: iova=0x0000000040000000 - 0x0000000040000000 size=0 "
			"unmapped_size=0\n");
		fixture_drop(&f);
	}
}

static void test_unaligned_is_refused_with_a_message(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	ktest_assert_int_equal(iommu_map(f.domain, B + 0x800, P, PAGE, RW, GFP_ATOMIC), -EINVAL);
	ktest_assert_int_equal(iommu_map(f.domain, B, P + 1, PAGE, RW, GFP_ATOMIC), -EINVAL);
	ktest_assert_int_equal(iommu_map(f.domain, B, P, 100, RW, GFP_ATOMIC), -EINVAL);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B + 8, PAGE), 0);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B, PAGE + 1), 0);
	ktest_assert_string_equal(f.log,
		"iommu: unaligned: iova 0x40000800 pa 0x0000000080000000 size 0x1000 "
		"min_pagesz 0x1000\n"
		"iommu: unaligned: iova 0x40000000 pa 0x0000000080000001 size 0x1000 "
		"min_pagesz 0x1000\n"
		"iommu: unaligned: iova 0x40000000 pa 0x0000000080000000 size 0x64 "
		"min_pagesz 0x1000\n"
		"iommu: unaligned: iova 0x40000008 size 0x1000 min_pagesz 0x1000\n"
		"iommu: unaligned: iova 0x40000000 size 0x1001 min_pagesz 0x1000\n");
	fixture_drop(&f);
}

/* The order in which the core and the driver look at a call that is wrong in several ways. */
static void test_order_of_checks(void **state)
{
	struct iommu_fixture f;
	struct iommu_domain_ops none = {};
	u64 high = 1ull << 52;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	ktest_expect_report(f.world, "warn", 3);
	/* Not a paging domain: silent, before anything else. */
	f.domain->type = IOMMU_DOMAIN_BLOCKED;
	ktest_assert_int_equal(iommu_map(f.domain, 1, 1, 1, 0, __GFP_DMA), -EINVAL);
	ktest_assert_u64_equal(iommu_unmap(f.domain, 1, 1), 0);
	ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, B), 0);
	f.domain->type = IOMMU_DOMAIN_UNMANAGED;
	ktest_assert_int_equal(ktest_report_count(f.world, "warn"), 0);
	/* No operation: before flags and alignment. */
	f.domain->ops = &none;
	ktest_assert_int_equal(iommu_map(f.domain, 1, 1, 1, 0, __GFP_DMA), -ENODEV);
	f.domain->ops = f.sdom->profile->ops;
	ktest_assert_int_equal(ktest_report_count(f.world, "warn"), 1);
	/* Flags: once, before alignment. */
	ktest_assert_int_equal(iommu_map(f.domain, 1, 1, 1, 0, __GFP_DMA), -EINVAL);
	ktest_assert_int_equal(iommu_map(f.domain, 1, 1, 1, 0, __GFP_HIGHMEM), -EINVAL);
	ktest_assert_int_equal(ktest_report_count(f.world, "warn"), 2);
	ktest_assert_string_equal(f.log, "");
	/* Permission: the driver's first check, before the output address, before the input. */
	ktest_assert_int_equal(iommu_map(f.domain, high, high, PAGE, IOMMU_CACHE, GFP_ATOMIC),
			       -EINVAL);
	ktest_assert_int_equal(ktest_report_count(f.world, "warn"), 3);
	ktest_assert_int_equal(iommu_map(f.domain, B, high, PAGE, RW, GFP_ATOMIC), -ERANGE);
	/* A failure of the first part still unmaps nothing, with an event. */
	ktest_assert_string_equal(f.log,
		"IOMMU: iova=0x0010000000000000 - 0x0010000000000000 size=0 unmapped_size=0\n"
		"IOMMU: iova=0x0000000040000000 - 0x0000000040000000 size=0 unmapped_size=0\n");
	fixture_drop(&f);
}

static void test_overflowing_range_is_refused(void **state)
{
	static const struct {
		const char *profile;
		int err;
		unsigned int warn_count;
	} rows[] = { { "generic-pt", -EOVERFLOW, 0 }, { "vtd-legacy", -EFAULT, 0 },
		     { "arm-lpae", -ERANGE, 1 } };

	for (unsigned int i = 0; i < 3; i++) {
		struct iommu_fixture f;

		ktest_context("%s", rows[i].profile);
		fixture_make(&f, rows[i].profile, NULL, false, 0, 0);
		if (rows[i].warn_count)
			ktest_expect_report(f.world, "warn", rows[i].warn_count * 2);
		ktest_assert_int_equal(iommu_map(f.domain, ~0ull << 12, P, 2 * PAGE, RW,
						 GFP_ATOMIC), rows[i].err);
		ktest_assert_u64_equal(iommu_unmap(f.domain, ~0ull << 12, 2 * PAGE), 0);
		ktest_assert_string_equal(fixture_leaves(&f), "");
		fixture_drop(&f);
	}
}

/* Each driver's own message for a live leaf, and for an address beyond its tables. */
static void test_vtd_legacy_messages(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, "vtd-legacy", NULL, false, 0, 0);
	do_map(&f, B, P, PAGE);
	fixture_log_clear(&f);
	ktest_expect_report(f.world, "warn", 1);
	do_map(&f, B, 2 * P, PAGE);
	ktest_assert_int_equal(iommu_map(f.domain, (1ull << 48) - PAGE, P, 2 * PAGE, RW,
					 GFP_ATOMIC), -EFAULT);
	ktest_assert_string_contains(f.log,
		"DMAR: ERROR: DMA PTE for vPFN 0x40000 already set (to 80000003 not 100000003)\n");
	ktest_assert_string_contains(f.log,
		"DMAR: intel_iommu_map: iommu width (48) is not sufficient for the "
		"mapped address (1000000001000)\n");
	fixture_drop(&f);
}

static void test_arm_partial_unmap_warns_once(void **state)
{
	struct svmsim_report report;
	struct iommu_fixture f;

	fixture_make(&f, "arm-lpae", NULL, false, 0, 0);
	do_map(&f, B, P, MID);
	ktest_expect_report(f.world, "warn", 1);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B, PAGE), 0);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B + PAGE, PAGE), 0);
	ktest_assert_int_equal(svmsim_report_get(f.world, 0, &report), 0);
	ktest_assert_string_equal(report.line[1], "Unmap of a partial large IOPTE is not allowed");
	fixture_drop(&f);
}

/* Since v7.0 an unmap that removed nothing sends no invalidation. */
static void test_unmap_of_nothing_flushes_nothing(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	do_map(&f, B + PAGE, P, PAGE);
	fixture_log_clear(&f);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B, 2 * PAGE), 0);
	ktest_assert_string_equal(f.log,
		"IOMMU: iova=0x0000000040000000 - 0x0000000040002000 size=8192 unmapped_size=0\n");
	fixture_drop(&f);
}

static void test_unmap_fast_leaves_the_flush_to_the_caller(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_fixture f;
	u64 free_pages;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	do_map(&f, B, P + PAGE, MID);
	do_map(&f, B + 4 * MID, P, PAGE);
	free_pages = sim_phys_free_pages(f.world);
	fixture_log_clear(&f);
	iommu_iotlb_gather_init(&gather);
	ktest_assert_u64_equal(iommu_unmap_fast(f.domain, B + 4 * MID, PAGE, &gather), PAGE);
	ktest_assert_u64_equal(iommu_unmap_fast(f.domain, B, MID, &gather), MID);
	ktest_assert_u64_equal(gather.start, B);
	ktest_assert_u64_equal(gather.end, B + 4 * MID + PAGE - 1);
	ktest_assert_true(!strstr(f.log, "domain="));
	/* The table that went stays a table until the invalidation. */
	ktest_assert_u64_equal(sim_phys_free_pages(f.world), free_pages);
	iommu_iotlb_sync(f.domain, &gather);
	ktest_assert_u64_equal(sim_phys_free_pages(f.world), free_pages + 1);
	ktest_assert_string_contains(f.log, "domain=0 0x40000000 - 0x40800fff\n");
	ktest_assert_u64_equal(gather.start, ~0ul);
	ktest_assert_u64_equal(gather.end, 0);
	fixture_drop(&f);
}

static void test_gather_add_page_syncs_when_it_must(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_fixture f;

	fixture_make(&f, "arm-lpae", NULL, false, 0, 0);
	iommu_iotlb_gather_init(&gather);
	iommu_iotlb_gather_add_page(f.domain, &gather, B, PAGE);
	iommu_iotlb_gather_add_page(f.domain, &gather, B + PAGE, PAGE);
	ktest_assert_string_equal(f.log, "");
	/* Another size. */
	iommu_iotlb_gather_add_page(f.domain, &gather, B + MID, MID);
	ktest_assert_string_equal(f.log, "domain=0 0x40000000 - 0x40001fff\n");
	/* Not adjacent: one page would be between them. */
	fixture_log_clear(&f);
	iommu_iotlb_gather_add_page(f.domain, &gather, B + 3 * MID, MID);
	ktest_assert_string_equal(f.log, "domain=0 0x40200000 - 0x403fffff\n");
	ktest_assert_false(iommu_iotlb_gather_is_disjoint(&gather, B + 4 * MID, PAGE));
	ktest_assert_false(iommu_iotlb_gather_is_disjoint(&gather, B + 3 * MID - PAGE, PAGE));
	ktest_assert_true(iommu_iotlb_gather_is_disjoint(&gather, B + 4 * MID + PAGE, PAGE));
	ktest_assert_true(iommu_iotlb_gather_is_disjoint(&gather, B + 3 * MID - 2 * PAGE, PAGE));
	fixture_drop(&f);
}

/* By page or by range: what a driver gathers for one page and for two. */
static void test_drivers_gather_in_their_own_way(void **state)
{
	static const struct {
		const char *profile;
		u64 pgsize;
	} rows[] = { { "generic-pt", 0 }, { "vtd-legacy", PAGE }, { "arm-lpae", PAGE } };

	for (unsigned int i = 0; i < 3; i++) {
		struct iommu_iotlb_gather gather;
		struct iommu_fixture f;

		ktest_context("%s", rows[i].profile);
		fixture_make(&f, rows[i].profile, NULL, false, 0, 0);
		do_map(&f, B, P, 4 * PAGE);
		fixture_log_clear(&f);
		iommu_iotlb_gather_init(&gather);
		ktest_assert_u64_equal(iommu_unmap_fast(f.domain, B, PAGE, &gather), PAGE);
		ktest_assert_u64_equal(gather.pgsize, rows[i].pgsize);
		ktest_assert_u64_equal(gather.start, B);
		ktest_assert_u64_equal(gather.end, B + PAGE - 1);
		/* Apart from the first page: by page that takes a sync in between. */
		ktest_assert_u64_equal(iommu_unmap_fast(f.domain, B + 3 * PAGE, PAGE, &gather),
				       PAGE);
		ktest_assert_u64_equal(gather.start, rows[i].pgsize ? B + 3 * PAGE : B);
		ktest_assert_u64_equal(gather.end, B + 4 * PAGE - 1);
		ktest_assert_int_equal(strstr(f.log, "domain=0 0x40000000 - 0x40000fff\n") != NULL,
				       rows[i].pgsize != 0);
		iommu_iotlb_sync(f.domain, &gather);
		do_unmap(&f, B + PAGE, 2 * PAGE);
		fixture_drop(&f);
	}
}

/* A map that made tables go away flushes; any other does not. */
static void test_map_flushes_only_if_tables_went(void **state)
{
	struct iommu_fixture f;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	do_map(&f, B, P, PAGE);
	do_unmap(&f, B, PAGE);
	fixture_log_clear(&f);
	do_map(&f, B, P, MID);
	ktest_assert_string_equal(f.log,
		"domain=0 0x40000000 - 0x401fffff\n"
		"IOMMU: iova=0x0000000040000000 - 0x0000000040200000 "
		"paddr=0x0000000080000000 size=2097152\n");
	fixture_drop(&f);
}

/* Tables that legacy drivers take out without the gather are invalidated on the spot. */
static void test_tables_out_of_turn_are_flushed_at_once(void **state)
{
	struct iommu_iotlb_gather gather;
	struct iommu_fixture f;

	fixture_make(&f, "arm-lpae", NULL, false, 0, 0);
	do_map(&f, B, P + PAGE, MID);
	fixture_log_clear(&f);
	iommu_iotlb_gather_init(&gather);
	ktest_assert_u64_equal(iommu_unmap_fast(f.domain, B, MID, &gather), MID);
	ktest_assert_string_contains(f.log, "domain=0 0x40000000 - 0x401fffff\n");
	iommu_iotlb_sync(f.domain, &gather);
	fixture_drop(&f);

	fixture_make(&f, "vtd-legacy", NULL, false, 0, 0);
	do_map(&f, B, P, PAGE);
	do_unmap(&f, B, PAGE);
	fixture_log_clear(&f);
	do_map(&f, B, P, MID);
	ktest_assert_string_contains(f.log, "domain=0 0x40000000 - 0x401fffff\n");
	do_unmap(&f, B, MID);
	fixture_drop(&f);
}

static size_t unmap_without_gather(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
				   size_t pgcount, struct iommu_iotlb_gather *gather)
{
	return pgsize * pgcount;
}

static void test_driver_without_gather_gets_its_sync(void **state)
{
	struct iommu_domain_ops ops = {
		.map_pages = sim_profile_generic_pt.ops->map_pages,
		.unmap_pages = unmap_without_gather,
		.iotlb_sync = sim_profile_iotlb_sync,
	};
	struct iommu_fixture f;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	f.domain->ops = &ops;
	do_unmap(&f, B, 2 * PAGE);
	ktest_assert_string_contains(f.log, "domain=0 0x40000000 - 0x40001fff\n");
	fixture_drop(&f);
}

static void test_sync_map_works_in_caching_mode_only(void **state)
{
	static const struct {
		const char *profile;
		const char *fmt;
		bool caching_mode;
		bool works;
	} rows[] = {
		{ "generic-pt", "vtdss", true, true },
		{ "generic-pt", "vtdss", false, false },
		{ "generic-pt", "x86-64", true, false },
		{ "vtd-legacy", "vtdss", true, true },
		{ "arm-lpae", NULL, true, false },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iommu_fixture f;
		struct iotlb *iotlb;
		u64 phys, last;
		unsigned int flags;

		ktest_context("%s %s %d", rows[i].profile, rows[i].fmt ? rows[i].fmt : "",
			      rows[i].caching_mode);
		fixture_make(&f, rows[i].profile, rows[i].fmt, rows[i].caching_mode, 0, 0);
		iotlb = f.sdom->state->iotlb;
		iotlb_insert_absent(iotlb, f.sdom->index, B);
		ktest_assert_int_equal(iommu_map_nosync(f.domain, B, P, PAGE, RW, GFP_ATOMIC), 0);
		ktest_assert_true(iotlb_lookup(iotlb, f.sdom->index, B, &phys, &last, &flags));
		fixture_log_clear(&f);
		ktest_assert_int_equal(iommu_sync_map(f.domain, B, PAGE), 0);
		ktest_assert_string_equal(f.log, rows[i].works ?
					  "domain=0 iova=0x40000000 size=4096\n" : "");
		ktest_assert_int_equal(iotlb_lookup(iotlb, f.sdom->index, B, &phys, &last, &flags),
				       !rows[i].works);
		fixture_drop(&f);
	}
}

static void test_unmap_drops_cached_translations_of_its_domain(void **state)
{
	struct iommu_fixture f;
	struct iotlb *iotlb;
	u64 phys, last;
	unsigned int flags;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	iotlb = f.sdom->state->iotlb;
	do_map(&f, B, P, 2 * PAGE);
	iotlb_insert(iotlb, f.sdom->index, B, B, P, PAGE, IOTLB_READ);
	iotlb_insert(iotlb, f.sdom->index, B + PAGE, B + PAGE, P + PAGE, PAGE, IOTLB_READ);
	iotlb_insert(iotlb, 99, B, B, P, PAGE, IOTLB_READ);
	do_unmap(&f, B, PAGE);
	ktest_assert_false(iotlb_lookup(iotlb, f.sdom->index, B, &phys, &last, &flags));
	ktest_assert_true(iotlb_lookup(iotlb, f.sdom->index, B + PAGE, &phys, &last, &flags));
	ktest_assert_true(iotlb_lookup(iotlb, 99, B, &phys, &last, &flags));
	iommu_flush_iotlb_all(f.domain);
	ktest_assert_false(iotlb_lookup(iotlb, f.sdom->index, B + PAGE, &phys, &last, &flags));
	ktest_assert_true(iotlb_lookup(iotlb, 99, B, &phys, &last, &flags));
	fixture_drop(&f);
}

/* Leaves RAM for @pages more pages and takes the rest. */
static struct page *take_ram(struct iommu_fixture *f, u64 pages)
{
	struct page *first = NULL, *page;

	while (sim_phys_free_pages(f->world) > pages) {
		page = alloc_page(GFP_KERNEL);
		ktest_assert_non_null(page);
		page->private = (unsigned long)first;
		first = page;
	}
	return first;
}

static void give_ram_back(struct page *page)
{
	while (page) {
		struct page *next = (struct page *)page->private;

		page->private = 0;
		__free_page(page);
		page = next;
	}
}

/*
 * A map over three tables of 4 KiB leaves needs five table pages. With fewer it fails and takes
 * back what it did; the tables it made stay, empty, and serve the next try.
 */
static void test_map_without_ram_rolls_back(void **state)
{
	static const char *const profiles[] = { "generic-pt", "arm-lpae" };

	for (unsigned int i = 0; i < 2; i++) {
		for (u64 pages = 0; pages < 5; pages++) {
			struct iommu_fixture f;
			struct page *taken;

			ktest_context("%s with %llu pages", profiles[i], pages);
			fixture_make(&f, profiles[i], NULL, false, 0, 16 << 20);
			taken = take_ram(&f, pages);
			ktest_assert_int_equal(iommu_map(f.domain, B + MID - PAGE, P + PAGE,
							 MID + 2 * PAGE, RW, GFP_ATOMIC),
					       -ENOMEM);
			ktest_assert_string_equal(fixture_leaves(&f), "");
			/* A table that the first part filled goes with what it took back. */
			ktest_assert_u64_equal(f.sdom->table.table_count, min(1 + pages, 4ull));
			ktest_assert_true(iopt_is_valid(&f.sdom->table));
			give_ram_back(taken);
			do_map(&f, B + MID - PAGE, P + PAGE, MID + 2 * PAGE);
			ktest_assert_u64_equal(f.sdom->table.table_count, 6);
			do_unmap(&f, B + MID - PAGE, MID + 2 * PAGE);
			fixture_drop(&f);
		}
	}
}

/* The old driver does not say what it had installed when it ran out of tables. */
static void test_vtd_legacy_without_ram_leaves_leaves(void **state)
{
	struct iommu_fixture f;
	struct page *taken;

	fixture_make(&f, "vtd-legacy", NULL, false, 0, 16 << 20);
	taken = take_ram(&f, 3);
	ktest_assert_int_equal(iommu_map(f.domain, B + MID - PAGE, P + 2 * PAGE, 2 * PAGE, RW,
					 GFP_ATOMIC), -ENOMEM);
	ktest_assert_string_equal(fixture_leaves(&f), "401ff000:1000*1>80002000");
	ktest_assert_string_equal(f.log,
		"IOMMU: iova=0x00000000401ff000 - 0x00000000401ff000 size=0 unmapped_size=0\n");
	give_ram_back(taken);
	fixture_drop(&f);
}

static void test_domain_without_ram(void **state)
{
	struct iommu_fixture f;
	struct sim_domain *sdom;
	struct page *taken;

	fixture_make(&f, NULL, NULL, false, 0, 16 << 20);
	taken = take_ram(&f, 0);
	ktest_assert_int_equal(sim_domain_create(f.world, NULL, NULL, false, &sdom), -ENOMEM);
	give_ram_back(taken);
	fixture_drop(&f);
}


static void heard_map_begin(void *ctx, struct iommu_domain *domain, u64 iova, u64 paddr, u64 size)
{
	char line[128];

	scnprintf(line, sizeof(line), "map_begin %llx %llx %llx", iova, paddr, size);
	fixture_log(ctx, line);
}

static void heard_map_end(void *ctx, struct iommu_domain *domain, u64 iova, u64 paddr, u64 size,
			  int prot, u64 mapped, int err)
{
	char line[128];

	scnprintf(line, sizeof(line), "map_end %llx %llx %llx %d %llx %d", iova, paddr, size, prot,
		  mapped, err);
	fixture_log(ctx, line);
}

static void heard_unmap_begin(void *ctx, struct iommu_domain *domain, u64 iova, u64 size)
{
	char line[128];

	scnprintf(line, sizeof(line), "unmap_begin %llx %llx", iova, size);
	fixture_log(ctx, line);
}

static void heard_unmap_end(void *ctx, struct iommu_domain *domain, u64 iova, u64 size,
			    u64 unmapped)
{
	char line[128];

	scnprintf(line, sizeof(line), "unmap_end %llx %llx %llx", iova, size, unmapped);
	fixture_log(ctx, line);
}

static void heard_synced(void *ctx, struct iommu_domain *domain, u64 iova, u64 size)
{
	char line[128];

	scnprintf(line, sizeof(line), "synced %llx %llx", iova, size);
	fixture_log(ctx, line);
}

static void test_watcher_hears_each_call(void **state)
{
	struct iommu_fixture f;
	struct iova_watch watch = {
		.ctx = &f, .map_begin = heard_map_begin, .map_end = heard_map_end,
		.unmap_begin = heard_unmap_begin, .unmap_end = heard_unmap_end,
		.synced = heard_synced,
	};

	fixture_make(&f, NULL, NULL, false, 0, 0);
	sim_event_detach(f.world, &f.consumer);
	iova_sim_set_watch(f.world, &watch);
	do_map(&f, B + PAGE, P, PAGE);
	ktest_assert_int_equal(iommu_map(f.domain, B, P, 2 * PAGE, IOMMU_READ, GFP_ATOMIC),
			       -EADDRINUSE);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B + PAGE, 2 * PAGE), PAGE);
	iova_sim_set_watch(f.world, NULL);
	ktest_assert_string_equal(f.log,
		"map_begin 40001000 80000000 1000\n"
		"map_end 40001000 80000000 1000 3 1000 0\n"
		"synced 40001000 1000\n"
		"map_begin 40000000 80000000 2000\n"
		"map_end 40000000 80000000 2000 1 0 -98\n"
		"unmap_begin 40001000 2000\n"
		"unmap_end 40001000 2000 1000\n");
	sim_event_attach(f.world, &f.consumer);
	fixture_drop(&f);
}

static void test_identity_has_no_table(void **state)
{
	struct iommu_fixture f;
	struct iopt_leaf leaf;

	fixture_make(&f, "identity", NULL, false, 0, 0);
	ktest_assert_u64_equal(iommu_iova_to_phys(f.domain, 0x12345), 0x12345);
	ktest_assert_int_equal(iommu_map(f.domain, B, P, PAGE, RW, GFP_ATOMIC), -EINVAL);
	ktest_assert_u64_equal(iommu_unmap(f.domain, B, PAGE), 0);
	ktest_assert_false(iopt_next_leaf(f.sdom, 0, ~0ull, &leaf));
	ktest_assert_false(iommu_is_dma_domain(f.domain));
	fixture_drop(&f);
}

static void test_names(void **state)
{
	static const struct {
		const char *profile;
		const char *fmt;
		const char *message;
	} bad[] = {
		{ "vtd", NULL, "unknown IOMMU profile vtd" },
		{ "generic-pt", "amdv2", "unknown page-table format amdv2" },
		{ "amd-legacy", "amdv1-2k",
		  "IOMMU profile amd-legacy can't use page-table format amdv1-2k" },
		{ "none", NULL, "IOMMU profile none has no domains" },
		{ "arm-lpae", "vtdss", "IOMMU profile arm-lpae can't use page-table format vtdss" },
		{ "vtd-legacy", "arm-lpae",
		  "IOMMU profile vtd-legacy can't use page-table format arm-lpae" },
		{ "identity", "vtdss",
		  "IOMMU profile identity has no page tables, so no fmt vtdss" },
	};
	struct iommu_fixture f;
	struct sim_domain *sdom;

	fixture_make(&f, "", "", false, 0, 0);
	ktest_assert_string_equal(f.sdom->profile->name, "generic-pt");
	ktest_assert_string_equal(f.sdom->table.fmt->name, "vtdss");
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ktest_assert_int_equal(sim_domain_create(f.world, bad[i].profile, bad[i].fmt, false,
							 &sdom), -EINVAL);
		ktest_assert_string_equal(f.world->last_error, bad[i].message);
	}
	ktest_assert_string_equal(sim_iommu_profile_name(0), "generic-pt");
	ktest_assert_string_equal(sim_iommu_profile_name(1), "vtd-legacy");
	ktest_assert_string_equal(sim_iommu_profile_name(2), "arm-lpae");
	ktest_assert_string_equal(sim_iommu_profile_name(3), "identity");
	ktest_assert_string_equal(sim_iommu_profile_name(4), "amd-legacy");
	ktest_assert_string_equal(sim_iommu_profile_name(5), "mock");
	ktest_assert_string_equal(sim_iommu_profile_name(6), "mock-huge");
	ktest_assert_string_equal(sim_iommu_profile_name(7), "none");
	ktest_assert_null(sim_iommu_profile_name(8));
	ktest_assert_string_equal(iopt_fmt_name(0), "vtdss");
	ktest_assert_string_equal(iopt_fmt_name(3), "amdv1");
	ktest_assert_string_equal(iopt_fmt_name(4), "amdv1-2k");
	ktest_assert_null(iopt_fmt_name(5));
	fixture_drop(&f);
}

static int fault_handler(struct iommu_domain *domain, struct device *dev, unsigned long iova,
			 int flags, void *token)
{
	*(unsigned long *)token = iova + flags;
	return 0;
}

static void test_report_iommu_fault(void **state)
{
	struct svmsim_device desc = { .name = "d0", .non_pci = true, .mask_bits = 48 };
	unsigned long seen = 0;
	struct iommu_fixture f;
	struct device *dev;

	fixture_make(&f, NULL, NULL, false, 0, 0);
	dev = sim_device_add(f.world, &desc, 0);
	ktest_assert_int_equal(report_iommu_fault(f.domain, dev, B, IOMMU_FAULT_READ), -ENOSYS);
	iommu_set_fault_handler(f.domain, fault_handler, &seen);
	ktest_assert_int_equal(report_iommu_fault(f.domain, dev, B, IOMMU_FAULT_WRITE), 0);
	ktest_assert_u64_equal(seen, B + 1);
	ktest_assert_string_equal(f.log,
		"IOMMU:svmsim d0 iova=0x0000000040000000 flags=0x0000\n"
		"IOMMU:svmsim d0 iova=0x0000000040000000 flags=0x0001\n");
	fixture_drop(&f);
}

static void test_reserved_regions(void **state)
{
	static const struct {
		const char *profile;
		u64 start;
		enum iommu_resv_type type;
	} rows[] = {
		{ "generic-pt", 0xfee00000, IOMMU_RESV_MSI },
		{ "vtd-legacy", 0xfee00000, IOMMU_RESV_MSI },
		{ "arm-lpae", 0x8000000, IOMMU_RESV_SW_MSI },
		{ "amd-legacy", 0xfee00000, IOMMU_RESV_MSI },
	};

	for (unsigned int i = 0; i < 4; i++) {
		struct svmsim_device desc = { .name = "d0", .non_pci = true, .mask_bits = 48 };
		struct iommu_resv_region *region;
		struct iommu_fixture f;
		struct list_head list;
		struct device *dev;

		ktest_context("%s", rows[i].profile);
		fixture_make(&f, rows[i].profile, NULL, false, 0, 0);
		dev = sim_device_add(f.world, &desc, 0);
		INIT_LIST_HEAD(&list);
		iommu_get_resv_regions(dev, &list);
		ktest_assert_true(list_empty(&list));
		dev->sim->domain = f.domain;
		ktest_assert_ptr_equal(iommu_get_domain_for_dev(dev), f.domain);
		iommu_get_resv_regions(dev, &list);
		ktest_assert_false(list_empty(&list));
		region = list_first_entry(&list, struct iommu_resv_region, list);
		ktest_assert_u64_equal(region->start, rows[i].start);
		ktest_assert_u64_equal(region->length, 0x100000);
		ktest_assert_int_equal(region->type, rows[i].type);
		ktest_assert_int_equal(list_is_singular(&list), i < 3);
		/* The last 12 GiB below 1 TiB. */
		region = list_last_entry(&list, struct iommu_resv_region, list);
		if (i == 3)
			ktest_assert_u64_equal(region->start + region->length, 1ull << 40);
		iommu_put_resv_regions(dev, &list);
		dev->sim->domain = NULL;
		fixture_drop(&f);
	}
}

static const struct ktest tests[] = {
	KTEST(test_map_traces_once_whatever_it_takes),
	KTEST(test_map_of_size_0_succeeds_and_traces),
	KTEST(test_unaligned_is_refused_with_a_message),
	KTEST(test_order_of_checks),
	KTEST(test_overflowing_range_is_refused),
	KTEST(test_vtd_legacy_messages),
	KTEST(test_arm_partial_unmap_warns_once),
	KTEST(test_unmap_of_nothing_flushes_nothing),
	KTEST(test_unmap_fast_leaves_the_flush_to_the_caller),
	KTEST(test_gather_add_page_syncs_when_it_must),
	KTEST(test_drivers_gather_in_their_own_way),
	KTEST(test_map_flushes_only_if_tables_went),
	KTEST(test_tables_out_of_turn_are_flushed_at_once),
	KTEST(test_driver_without_gather_gets_its_sync),
	KTEST(test_sync_map_works_in_caching_mode_only),
	KTEST(test_unmap_drops_cached_translations_of_its_domain),
	KTEST(test_map_without_ram_rolls_back),
	KTEST(test_vtd_legacy_without_ram_leaves_leaves),
	KTEST(test_domain_without_ram),
	KTEST(test_watcher_hears_each_call),
	KTEST(test_identity_has_no_table),
	KTEST(test_names),
	KTEST(test_report_iommu_fault),
	KTEST(test_reserved_regions),
};
KTEST_MAIN(tests)
