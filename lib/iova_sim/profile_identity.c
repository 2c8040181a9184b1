// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Passthrough: a device's address is the physical address. There is no page table, and the DMA API
 * does not come here at all.
 */
#include "iova_sim/profile.h"

static const struct iommu_domain_ops identity_ops = {};

const struct sim_iommu_profile sim_profile_identity = {
	.name = "identity",
	.domain_type = IOMMU_DOMAIN_IDENTITY,
	.ops = &identity_ops,
	.fault_style = SIM_FAULT_NONE,
};
