// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The profiles without page tables. Passthrough: a device's address is the physical address, and
 * the DMA API does not come here at all. No IOMMU: there is not even a domain, and nothing that
 * belongs to one; to the DMA API it is the same.
 */
#include "iova_sim/profile.h"

static const struct iommu_domain_ops identity_ops = {};

const struct sim_iommu_profile sim_profile_identity = {
	.name = "identity",
	.domain_type = IOMMU_DOMAIN_IDENTITY,
	.ops = &identity_ops,
	.hardware = SIM_HARDWARE_NONE,
};

const struct sim_iommu_profile sim_profile_none = {
	.name = "none",
	.domain_type = IOMMU_DOMAIN_BLOCKED,
	.hardware = SIM_HARDWARE_NONE,
};
