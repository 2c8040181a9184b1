// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * VT-d second stage. Intel Virtualization Technology for Directed I/O, architecture specification,
 * section "Second-Stage Paging Entries". An entry has no present bit: it translates when it may be
 * read or written, and software keeps empty entries all zero.
 */
#include <linux/iommu.h>
#include "iova_sim/fmt/fmt.h"

#define VTDSS_READ (1ull << 0)
#define VTDSS_WRITE (1ull << 1)
#define VTDSS_PAGE_SIZE (1ull << 7)
#define VTDSS_ADDRESS 0x000ffffffffff000ull

static u64 vtdss_prot_bits(unsigned int prot)
{
	return (prot & IOMMU_READ ? VTDSS_READ : 0) | (prot & IOMMU_WRITE ? VTDSS_WRITE : 0);
}

const struct iopt_fmt iopt_fmt_vtdss = {
	.name = "vtdss",
	.granule_shift = 12,
	.level_count = 4,
	.level_count_min = 3,
	.level_count_max = 5,
	.leaf_level_count = 3,
	.oa_bits = 52,
	.address_mask = VTDSS_ADDRESS,
	.present_mask = ~0ull,
	.leaf_mask = VTDSS_PAGE_SIZE,
	.leaf_value = VTDSS_PAGE_SIZE,
	.leaf_bits = { 0, VTDSS_PAGE_SIZE, VTDSS_PAGE_SIZE },
	.replica_value = IOPT_REPLICA_NONE,
	.table_bits = VTDSS_READ | VTDSS_WRITE,
	.read_mask = VTDSS_READ,
	.read_value = VTDSS_READ,
	.write_mask = VTDSS_WRITE,
	.write_value = VTDSS_WRITE,
	.leaf_zero = {
		~(VTDSS_ADDRESS | VTDSS_READ | VTDSS_WRITE),
		~(VTDSS_ADDRESS | VTDSS_READ | VTDSS_WRITE | VTDSS_PAGE_SIZE),
		~(VTDSS_ADDRESS | VTDSS_READ | VTDSS_WRITE | VTDSS_PAGE_SIZE),
	},
	.table_zero = ~(VTDSS_ADDRESS | VTDSS_READ | VTDSS_WRITE),
	.caches_absent = true,
	.prot_bits = vtdss_prot_bits,
};
