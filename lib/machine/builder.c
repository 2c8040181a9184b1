/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From the description to devices that can do DMA. */
#include "machine/machine_internal.h"

static void build_device(struct svmsim_world *world, unsigned int index)
{
	const struct svmsim_device *desc = &world->machine->device[index];
	struct device *dev = sim_device_add(world, desc, index);
	const struct sim_dma_params params = {
		.start_pfn = desc->start_pfn,
		.forcedac = desc->forcedac,
	};
	struct sim_domain *sdom;

	if (!sim_iommu_profile_has_iommu(sim_iommu_profile_find(desc->iommu))) {
		sim_dma_setup_direct(dev);
		return;
	}
	/* The description was checked, and there is RAM for the top tables of all devices. */
	SIM_ASSERT(!sim_domain_create(world, desc->iommu, desc->fmt, desc->caching_mode, &sdom));
	SIM_ASSERT(!sim_dma_attach(dev, sdom, &params));
}

void machine_build(struct svmsim_world *world)
{
	for (unsigned int i = 0; i < world->machine->device_count; i++)
		build_device(world, i);
}
