// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The four hole scenarios, call by call: what the core asks the driver and what it gets. "WARN" in
 * the record is the driver's; DMA mapping adds its own when the size is not what it asked for.
 */
#include "iommu_fixture.h"

#define P 0x80001000ull

/* Stands between the core and the driver, and writes down what passes. */
static struct iommu_fixture *spied(struct iommu_domain *domain)
{
	return domain->handler_token;
}

static int spy_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		   size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	return to_sim_domain(domain)->profile->ops->map_pages(domain, iova, paddr, pgsize, pgcount,
							      prot, gfp, mapped);
}

static size_t spy_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct iommu_fixture *f = spied(domain);
	unsigned int warns = ktest_report_count(f->world, "warn");
	char line[128];
	size_t size = to_sim_domain(domain)->profile->ops->unmap_pages(domain, iova, pgsize,
									pgcount, gather);

	scnprintf(line, sizeof(line), "%lx: %zx*%zu -> %zx%s", iova, pgsize, pgcount, size,
		  ktest_report_count(f->world, "warn") > warns ? " WARN" : "");
	fixture_log(f, line);
	return size;
}

static const struct iommu_domain_ops spy_ops = {
	.map_pages = spy_map,
	.unmap_pages = spy_unmap,
	.iotlb_sync = sim_profile_iotlb_sync,
};

struct hole_row {
	const char *name;
	const char *profile;
	u64 iova;
	u64 linked_pages;
	u64 hole;
	u64 size;
	u64 unmapped;
	unsigned int warn_count;
	const char *calls;
	const char *leaves;
	const char *fmt;
};

static const struct hole_row hole_rows[] = {
	{ "H1", "arm-lpae", 0xffe00000, 512, 5, MID, MID, 0, "ffe00000: 200000*1 -> 200000\n", "" },
	{ "H1", "vtd-legacy", 0xffe00000, 512, 5, MID, MID, 0, "ffe00000: 200000*1 -> 200000\n",
	  "" },
	{ "H1", "generic-pt", 0xffe00000, 512, 5, MID, 5 * PAGE, 0,
	  "ffe00000: 200000*1 -> 5000\nffe05000: 1000*507 -> 0\n",
	  "ffe06000:1000*1fa>80007000" },
	{ "H1", "amd-legacy", 0xffe00000, 512, 5, MID, MID, 0, "ffe00000: 200000*1 -> 200000\n",
	  "" },
	{ "H1", "generic-pt", 0xffe00000, 512, 5, MID, 5 * PAGE, 0,
	  "ffe00000: 200000*1 -> 5000\nffe05000: 1000*1 -> 0\n", "ffe06000:1000*1fa>80007000",
	  "amdv1" },

	{ "H2", "arm-lpae", 0xfff00000, 256, 5, MID / 2, 5 * PAGE, 2,
	  "fff00000: 1000*256 -> 5000 WARN\nfff05000: 1000*251 -> 0 WARN\n",
	  "fff06000:1000*fa>80007000" },
	{ "H2", "vtd-legacy", 0xfff00000, 256, 5, MID / 2, MID / 2, 0,
	  "fff00000: 1000*256 -> 100000\n", "" },
	{ "H2", "generic-pt", 0xfff00000, 256, 5, MID / 2, 5 * PAGE, 0,
	  "fff00000: 1000*256 -> 5000\nfff05000: 1000*251 -> 0\n", "fff06000:1000*fa>80007000" },

	{ "H2", "amd-legacy", 0xfff00000, 256, 5, MID / 2, MID / 2, 0,
	  "fff00000: 100000*1 -> 100000\n", "" },

	{ "H3", "generic-pt", 0xffe00000, 512, 0, MID, 0, 0, "ffe00000: 200000*1 -> 0\n",
	  "ffe01000:1000*1ff>80002000" },
	{ "H3", "generic-pt", 0xfff00000, 256, 0, MID / 2, 0, 0, "fff00000: 1000*256 -> 0\n",
	  "fff01000:1000*ff>80002000" },
	{ "H3", "arm-lpae", 0xfff00000, 256, 0, MID / 2, 0, 1, "fff00000: 1000*256 -> 0 WARN\n",
	  "fff01000:1000*ff>80002000" },
	{ "H3", "vtd-legacy", 0xfff00000, 256, 0, MID / 2, MID / 2, 0,
	  "fff00000: 1000*256 -> 100000\n", "" },

	{ "H3", "amd-legacy", 0xffe00000, 512, 0, MID, MID, 0, "ffe00000: 200000*1 -> 200000\n",
	  "" },

	{ "H4", "generic-pt", 0xffc00000, 512, ~0ull, 2 * MID, MID, 0,
	  "ffc00000: 200000*2 -> 200000\nffe00000: 200000*1 -> 0\n", "" },
	{ "H4", "arm-lpae", 0xffc00000, 512, ~0ull, 2 * MID, MID, 2,
	  "ffc00000: 200000*2 -> 200000 WARN\nffe00000: 200000*1 -> 0 WARN\n", "" },
	{ "H4", "vtd-legacy", 0xffc00000, 512, ~0ull, 2 * MID, 2 * MID, 0,
	  "ffc00000: 200000*2 -> 400000\n", "" },
	{ "H4", "amd-legacy", 0xffc00000, 512, ~0ull, 2 * MID, MID, 0,
	  "ffc00000: 400000*1 -> 200000\nffe00000: 200000*1 -> 0\n", "" },
};

static void test_hole_scenarios(void **state)
{
	for (size_t i = 0; i < sizeof(hole_rows) / sizeof(hole_rows[0]); i++) {
		const struct hole_row *row = &hole_rows[i];
		struct iommu_iotlb_gather gather;
		struct iommu_fixture f;

		ktest_context("%s %s", row->name, row->profile);
		fixture_make(&f, row->profile, row->fmt, false, 0, 0);
		for (u64 page = 0; page < row->linked_pages; page++)
			if (page != row->hole)
				do_map(&f, row->iova + page * PAGE, P + page * PAGE, PAGE);
		if (row->warn_count)
			ktest_expect_report(f.world, "warn", row->warn_count);
		sim_event_detach(f.world, &f.consumer);
		fixture_log_clear(&f);
		f.domain->handler_token = &f;
		f.domain->ops = &spy_ops;

		iommu_iotlb_gather_init(&gather);
		ktest_assert_u64_equal(iommu_unmap_fast(f.domain, row->iova, row->size, &gather),
				       row->unmapped);
		iommu_iotlb_sync(f.domain, &gather);

		ktest_assert_string_equal(f.log, row->calls);
		ktest_assert_string_equal(fixture_leaves(&f), row->leaves);
		f.domain->ops = f.sdom->profile->ops;
		sim_event_attach(f.world, &f.consumer);
		fixture_drop(&f);
	}
}

static const struct ktest tests[] = {
	KTEST(test_hole_scenarios),
};
KTEST_MAIN(tests)
