// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * AMD host page tables ("v1"). AMD I/O Virtualization Technology (IOMMU) Specification, section
 * "I/O Page Tables for Host Translations". An entry says what it leads to in its Next Level field:
 * 0 is a page of the size that one entry covers, 7 a page whose size is in the address, anything
 * else the level of the next table, counted from 1. A page of more entries than one is stored in
 * each of them. Both permissions are always set on the way down, since the hardware ands them.
 *
 * The second format is what the kernel tests its own code with: pages of 2 KiB, so that whoever
 * takes the granule for a page of the CPU is found out. Addresses are counted in granules, so they
 * are stored one bit higher.
 */
#include <linux/iommu.h>
#include "iova_sim/fmt/fmt.h"

#define AMD_PRESENT (1ull << 0)
#define AMD_NEXT_LEVEL_SHIFT 9
#define AMD_NEXT_LEVEL (7ull << AMD_NEXT_LEVEL_SHIFT)
#define AMD_ADDRESS 0x000ffffffffff000ull
#define AMD_FORCE_COHERENT (1ull << 60)
#define AMD_READ (1ull << 61)
#define AMD_WRITE (1ull << 62)
#define AMD_LEAF_ZERO                                                                              \
	(~(AMD_PRESENT | AMD_NEXT_LEVEL | AMD_ADDRESS | AMD_FORCE_COHERENT | AMD_READ | AMD_WRITE))

/*
 * Next Level 0 and 7 are leaves: one more is 1 and 0, both zero without the lowest bit. What is
 * above the levels that have leaves is a table whatever it says.
 */
#define AMD_FIELDS                                                                                 \
	.amd = true,                                                                               \
	.level_count = 3,                                                                          \
	.level_count_min = 3,                                                                      \
	.address_mask = AMD_ADDRESS,                                                               \
	.present_mask = AMD_PRESENT,                                                               \
	.leaf_addend = 1ull << AMD_NEXT_LEVEL_SHIFT,                                               \
	.leaf_mask = 6ull << AMD_NEXT_LEVEL_SHIFT,                                                 \
	.leaf_value = 0,                                                                           \
	.leaf_bits = { AMD_PRESENT, AMD_PRESENT, AMD_PRESENT, AMD_PRESENT, AMD_PRESENT },          \
	.replica_mask = AMD_NEXT_LEVEL,                                                            \
	.replica_value = AMD_NEXT_LEVEL,                                                           \
	.table_bits = AMD_PRESENT | AMD_READ | AMD_WRITE,                                          \
	.table_level_mask = AMD_NEXT_LEVEL,                                                        \
	.read_mask = AMD_READ,                                                                     \
	.read_value = AMD_READ,                                                                    \
	.write_mask = AMD_WRITE,                                                                   \
	.write_value = AMD_WRITE,                                                                  \
	.leaf_zero = { AMD_LEAF_ZERO, AMD_LEAF_ZERO, AMD_LEAF_ZERO, AMD_LEAF_ZERO, AMD_LEAF_ZERO },\
	.table_zero =                                                                              \
		~(AMD_ADDRESS | AMD_NEXT_LEVEL | AMD_PRESENT | AMD_READ | AMD_WRITE)

static u64 amd_permissions(unsigned int prot)
{
	return (prot & IOMMU_READ ? AMD_READ : 0) | (prot & IOMMU_WRITE ? AMD_WRITE : 0);
}

/* The driver has every access snoop. */
static u64 amd_prot_bits(unsigned int prot)
{
	return AMD_FORCE_COHERENT | amd_permissions(prot);
}

const struct iopt_fmt iopt_fmt_amdv1 = {
	.name = "amdv1",
	.granule_shift = 12,
	.level_count_max = 6,
	.leaf_level_count = 5,
	.grows = true,
	.oa_bits = 52,
	/* Pages of 512 GiB do not work. */
	.sizes_lacking = 1ull << 39,
	.caches_absent = true,
	.prot_bits = amd_prot_bits,
	AMD_FIELDS,
};

const struct iopt_fmt iopt_fmt_amdv1_2k = {
	.name = "amdv1-2k",
	.granule_shift = 11,
	.level_count_max = 5,
	.leaf_level_count = 4,
	.oa_bits = 51,
	.address_shift = 1,
	.sizes_lacking = 1ull << 39,
	.prot_bits = amd_permissions,
	AMD_FIELDS,
};
