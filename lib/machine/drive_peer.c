/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory of devices that other devices reach. */
#include <linux/errno.h>
#include <linux/pci-p2pdma.h>
#include "machine/machine_internal.h"

/* A PCI function, or NULL with the error set. */
static struct pci_dev *peer_function(struct svmsim_world *world, int device)
{
	struct device *dev = machine_device(world, device);

	if (dev && !dev_is_pci(dev)) {
		sim_set_error(world, -EINVAL, "%s is no PCI function", dev->sim->actor);
		return NULL;
	}
	return dev ? to_pci_dev(dev) : NULL;
}

int svmsim_peer_add(struct svmsim_world *world, int device)
{
	struct pci_dev *pdev = peer_function(world, device);
	int err;

	if (!pdev)
		return -EINVAL;
	machine_begin(world);
	err = pci_p2pdma_add_resource(pdev, SIM_PCI_MEMORY_BAR, 0, 0);
	if (err)
		sim_set_error(world, err, "%s: pci_p2pdma_add_resource() failed",
			      pdev->dev.sim->actor);
	return machine_end(pdev->dev.sim->actor_name, err);
}

int svmsim_peer_alloc(struct svmsim_world *world, int device, uint64_t pages,
		      struct svmsim_ram **ram)
{
	struct pci_dev *pdev = peer_function(world, device);
	struct svmsim_ram *made;
	void *addr;
	int err = 0;

	if (!pdev)
		return -EINVAL;
	if (!pages || pages > pci_resource_len(pdev, SIM_PCI_MEMORY_BAR) >> PAGE_SHIFT)
		return sim_set_error(world, -EINVAL, "%s has not %llu pages of memory",
				     pdev->dev.sim->actor, (u64)pages);
	machine_begin(world);
	addr = pci_alloc_p2pmem(pdev, pages << PAGE_SHIFT);
	if (addr) {
		made = machine_handle_new(world, sizeof(*made) + pages * sizeof(made->pfn[0]));
		made->page_count = pages;
		made->provider = pdev;
		for (u64 i = 0; i < pages; i++)
			made->pfn[i] = PHYS_PFN(virt_to_phys(addr)) + i;
		*ram = made;
	} else {
		err = sim_set_error(world, -ENOMEM, "%s: pci_alloc_p2pmem() has no %llu pages",
				    pdev->dev.sim->actor, (u64)pages);
	}
	return machine_end(pdev->dev.sim->actor_name, err);
}

int svmsim_peer_distance(struct svmsim_world *world, int provider, int client, int *distance)
{
	struct pci_dev *pdev = peer_function(world, provider);
	struct device *dev = machine_device(world, client);

	if (!pdev || !dev)
		return -EINVAL;
	machine_begin(world);
	*distance = pci_p2pdma_distance(pdev, dev, true);
	return machine_end(dev->sim->actor_name, 0);
}

static enum pci_p2pdma_map_type reach_type(struct device *dev, const struct svmsim_ram *ram,
					   u64 page, struct pci_p2pdma_map_state *state)
{
	return pci_p2pdma_state(state, dev, pfn_to_page(ram->pfn[page]));
}

int svmsim_peer_type(struct svmsim_world *world, int client, struct svmsim_ram *ram)
{
	struct device *dev = machine_device(world, client);
	struct pci_p2pdma_map_state state = {};

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	return machine_end(dev->sim->actor_name, reach_type(dev, ram, 0, &state));
}

int machine_reach(struct device *dev, const struct svmsim_ram *ram, u64 page, unsigned long *attrs,
		  dma_addr_t *bus, bool *is_bus)
{
	struct pci_p2pdma_map_state state = {};

	*attrs = 0;
	*is_bus = false;
	/* Nobody asks this of RAM, page by page. */
	if (!ram->provider)
		return 0;
	switch (reach_type(dev, ram, page, &state)) {
	case PCI_P2PDMA_MAP_NONE:
		return 0;
	case PCI_P2PDMA_MAP_BUS_ADDR:
		*bus = pci_p2pdma_bus_addr_map(state.mem, PFN_PHYS(ram->pfn[page]));
		*is_bus = true;
		return 0;
	case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
		*attrs = DMA_ATTR_MMIO;
		return 0;
	default:
		return sim_set_error(sim_world, -EREMOTEIO, "%s can't reach the memory of %s",
				     dev->sim->actor, ram->provider->dev.sim->actor);
	}
}
