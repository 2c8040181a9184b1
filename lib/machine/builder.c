/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From the description to devices that can do DMA. */
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

	/* The description was checked, and there is RAM for the top tables of all devices. */
	SIM_ASSERT(!sim_domain_create(world, desc->iommu, desc->fmt, desc->caching_mode, &sdom));
	SIM_ASSERT(!sim_dma_attach(dev, sdom, &params));
}

/* The whole of PCI first: what its bridges claim is kept out of each device's IOVA space. */
void machine_build(struct svmsim_world *world)
{
	const struct svmsim_machine *machine = world->machine;

	sim_pci_bridges_add(world);
	for (unsigned int i = 0; i < machine->device_count; i++)
		sim_device_add(world, &machine->device[i], i);
	sim_pci_assign_memory(world);
	for (unsigned int i = 0; i < machine->device_count; i++) {
		add_memory(world, i);
		attach_device(world, i);
	}
}
