/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From the description to devices that can do DMA. */
#include <linux/log2.h>
#include <linux/minmax.h>
#include "iova_sim/swiotlb.h"
#include "machine/machine_internal.h"

/* Bytes behind the memory of devices. */
static void add_memory(struct svmsim_world *world, unsigned int index)
{
	struct pci_dev *pdev;

	if (!world->machine->device[index].bar_bytes)
		return;
	pdev = to_pci_dev(sim_device_get(world, index));
	sim_phys_window_add(world, pci_resource_start(pdev, SIM_PCI_MEMORY_BAR),
			    pci_resource_len(pdev, SIM_PCI_MEMORY_BAR));
}

/* Where a real kernel would keep the pool that others give back after they found an IOMMU. */
static bool device_needs_swiotlb(struct svmsim_world *world, const struct svmsim_device *desc)
{
	u64 ram_last = ((u64)sim_phys_of_world(world)->ram_pfn_end << PAGE_SHIFT) - 1;
	const struct sim_iommu_profile *profile = sim_iommu_profile_find(desc->iommu);
	bool direct = !sim_iommu_profile_has_iommu(profile) ||
		      profile->domain_type == IOMMU_DOMAIN_IDENTITY;

	return desc->untrusted || desc->noncoherent ||
	       (direct && desc->mask_bits < 64 && ram_last >> desc->mask_bits);
}

static void build_swiotlb(struct svmsim_world *world)
{
	const struct svmsim_machine *machine = world->machine;
	u64 quarter = sim_phys_ram_pages(world) << PAGE_SHIFT >> 2;
	struct sim_swiotlb_params params = {
		.bytes = machine->swiotlb_bytes,
		.area_count = machine->swiotlb_areas,
		.force = machine->swiotlb_force,
	};
	bool wanted = params.bytes || params.force;

	for (unsigned int i = 0; i < machine->device_count; i++)
		wanted |= device_needs_swiotlb(world, &machine->device[i]);
	if (!wanted || machine->swiotlb_off)
		return;
	if (!params.bytes)
		params.bytes = min_t(u64, IO_TLB_DEFAULT_SIZE, rounddown_pow_of_two(quarter));
	/* Without RAM for it there is none, and what would bounce fails. */
	sim_swiotlb_init(world, &params);
}

static void attach_device(struct svmsim_world *world, unsigned int index)
{
	const struct svmsim_device *desc = &world->machine->device[index];
	struct device *dev = sim_device_get(world, index);
	const struct sim_dma_params params = {
		.start_pfn = desc->start_pfn,
		.forcedac = desc->forcedac,
		.lazy = desc->lazy,
	};
	struct sim_domain *sdom;

	if (sim_iommu_profile_has_iommu(sim_iommu_profile_find(desc->iommu))) {
		/* It was checked, and there is RAM for the top tables of all devices. */
		SIM_ASSERT(!sim_domain_create(world, desc->iommu, desc->fmt, desc->caching_mode,
					      &sdom));
		SIM_ASSERT(!sim_dma_attach(dev, sdom, &params));
	} else {
		sim_dma_setup_direct(dev);
	}
	if (desc->min_align_bytes)
		dma_set_min_align_mask(dev, desc->min_align_bytes - 1);
}

/* The whole of PCI first: what its bridges claim is kept out of each device's IOVA space. */
void machine_build(struct svmsim_world *world)
{
	const struct svmsim_machine *machine = world->machine;

	build_swiotlb(world);
	sim_pci_bridges_add(world);
	for (unsigned int i = 0; i < machine->device_count; i++)
		sim_device_add(world, &machine->device[i], i);
	sim_pci_assign_memory(world);
	for (unsigned int i = 0; i < machine->device_count; i++) {
		add_memory(world, i);
		attach_device(world, i);
	}
}
