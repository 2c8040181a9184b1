// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * ARM long-descriptor format, stage 1, 4 KiB granule, 48-bit addresses. Arm Architecture Reference
 * Manual, section "VMSAv8-64 translation table format descriptors". The two lowest bits tell blocks
 * (1) from tables and pages (3). Attribute indexes are those of the MAIR that the SMMU drivers
 * program: 0 non-cacheable, 1 write-back, 2 device.
 */
#include <linux/iommu.h>
#include "iova_sim/fmt/fmt.h"

#define ARM_TYPE_MASK 3ull
#define ARM_TYPE_BLOCK 1ull
#define ARM_TYPE_TABLE 3ull
#define ARM_TYPE_PAGE 3ull
#define ARM_ATTR_SHIFT 2
#define ARM_ATTR_WRITE_BACK (1ull << ARM_ATTR_SHIFT)
#define ARM_ATTR_DEVICE (2ull << ARM_ATTR_SHIFT)
#define ARM_ATTR_MASK (7ull << ARM_ATTR_SHIFT)
#define ARM_AP_UNPRIVILEGED (1ull << 6)
#define ARM_AP_READ_ONLY (1ull << 7)
#define ARM_SH_OUTER (2ull << 8)
#define ARM_SH_INNER (3ull << 8)
#define ARM_AF (1ull << 10)
#define ARM_NOT_GLOBAL (1ull << 11)
#define ARM_ADDRESS 0x0000fffffffff000ull
#define ARM_EXECUTE_NEVER (3ull << 53)
#define ARM_LEAF                                                                                   \
	(ARM_ADDRESS | ARM_TYPE_MASK | ARM_ATTR_MASK | ARM_AP_UNPRIVILEGED | ARM_AP_READ_ONLY |    \
	 ARM_SH_INNER | ARM_AF | ARM_NOT_GLOBAL | ARM_EXECUTE_NEVER)

static u64 arm_prot_bits(unsigned int prot)
{
	u64 bits = ARM_AF | ARM_NOT_GLOBAL;

	/* There is no write-only page: what may be written may be read. */
	if ((prot & IOMMU_READ) && !(prot & IOMMU_WRITE))
		bits |= ARM_AP_READ_ONLY;
	if (!(prot & IOMMU_PRIV))
		bits |= ARM_AP_UNPRIVILEGED;
	if (prot & IOMMU_MMIO)
		bits |= ARM_ATTR_DEVICE;
	else if (prot & IOMMU_CACHE)
		bits |= ARM_ATTR_WRITE_BACK;
	bits |= prot & IOMMU_CACHE ? ARM_SH_INNER : ARM_SH_OUTER;
	if (prot & IOMMU_NOEXEC)
		bits |= ARM_EXECUTE_NEVER;
	return bits;
}

const struct iopt_fmt iopt_fmt_arm_lpae = {
	.name = "arm-lpae",
	.granule_shift = 12,
	.level_count = 4,
	.level_count_min = 3,
	.level_count_max = 4,
	.leaf_level_count = 3,
	.oa_bits = 48,
	.address_mask = ARM_ADDRESS,
	.present_mask = ~0ull,
	.leaf_mask = ARM_TYPE_MASK,
	.leaf_value = ARM_TYPE_BLOCK,
	.leaf_bits = { ARM_TYPE_PAGE, ARM_TYPE_BLOCK, ARM_TYPE_BLOCK },
	.replica_value = IOPT_REPLICA_NONE,
	.table_bits = ARM_TYPE_TABLE,
	.read_mask = 1,
	.read_value = 1,
	.write_mask = ARM_AP_READ_ONLY,
	.write_value = 0,
	.leaf_zero = { ~ARM_LEAF, ~ARM_LEAF, ~ARM_LEAF },
	.table_zero = ~(ARM_ADDRESS | ARM_TYPE_MASK),
	.prot_bits = arm_prot_bits,
};
