/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory that the DMA API allocates, and memory of devices that is mapped as registers are. */
#include <linux/errno.h>
#include <linux/mm.h>
#include "machine/machine_internal.h"

#define COHERENT_BYTES_MAX (1ull << 32)

/**
 * struct svmsim_coherent - coherent memory of a driver
 * @handle: in the world's list
 * @dev: device
 * @bytes: size
 * @attrs: attributes
 * @cpu_addr: what dma_alloc_attrs() returned
 * @address: DMA address
 * @ram: its pages
 */
struct svmsim_coherent {
	struct machine_handle handle;
	struct device *dev;
	size_t bytes;
	unsigned long attrs;
	void *cpu_addr;
	dma_addr_t address;
	struct svmsim_ram *ram;
};

/* Without an address in the kernel a device that is not translated gets the page instead. */
static unsigned long first_pfn(const struct svmsim_coherent *coherent)
{
	if ((coherent->attrs & DMA_ATTR_NO_KERNEL_MAPPING) && !coherent->dev->dma_iommu)
		return page_to_pfn(coherent->cpu_addr);
	return PHYS_PFN(virt_to_phys(coherent->cpu_addr));
}

static struct svmsim_ram *ram_of(struct svmsim_world *world, const struct svmsim_coherent *coherent)
{
	u64 pages = PAGE_ALIGN(coherent->bytes) >> PAGE_SHIFT;
	struct svmsim_ram *ram =
		machine_handle_new(world, sizeof(*ram) + pages * sizeof(ram->pfn[0]));

	ram->page_count = pages;
	for (u64 i = 0; i < pages; i++)
		ram->pfn[i] = first_pfn(coherent) + i;
	return ram;
}

int svmsim_alloc_coherent(struct svmsim_world *world, int device, uint64_t bytes,
			  unsigned int attributes, struct svmsim_coherent **coherent)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_coherent *made;
	int err = 0;

	if (!dev)
		return -EINVAL;
	if (!bytes || bytes > COHERENT_BYTES_MAX)
		return sim_set_error(world, -EINVAL, "%llu bytes asked for, 1 to %llu are possible",
				     (u64)bytes, COHERENT_BYTES_MAX);
	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made));
	made->dev = dev;
	made->bytes = bytes;
	made->attrs = attributes;
	made->cpu_addr = dma_alloc_attrs(dev, bytes, &made->address, GFP_KERNEL, attributes);
	if (made->cpu_addr) {
		made->ram = ram_of(world, made);
		*coherent = made;
	} else {
		err = sim_set_error(world, -ENOMEM, "%s: dma_alloc_attrs() failed",
				    dev->sim->actor);
		machine_handle_drop(&made->handle);
	}
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_free_coherent(struct svmsim_coherent *coherent)
{
	machine_begin(coherent->handle.world);
	dma_free_attrs(coherent->dev, coherent->bytes, coherent->cpu_addr, coherent->address,
		       coherent->attrs);
	return machine_end(coherent->dev->sim->actor_name, 0);
}

uint64_t svmsim_coherent_address(const struct svmsim_coherent *coherent)
{
	return coherent->address;
}

struct svmsim_ram *svmsim_coherent_ram(const struct svmsim_coherent *coherent)
{
	return coherent->ram;
}

/* Physical address in the memory of a device; 0 with the error set when it is not there. */
static phys_addr_t memory_at(struct svmsim_world *world, int owner, u64 offset, u64 bytes)
{
	struct device *dev = machine_device(world, owner);
	u64 size;

	if (!dev)
		return 0;
	size = dev_is_pci(dev) ? pci_resource_len(to_pci_dev(dev), SIM_PCI_MEMORY_BAR) : 0;
	if (bytes && offset < size && bytes <= size - offset)
		return pci_resource_start(to_pci_dev(dev), SIM_PCI_MEMORY_BAR) + offset;
	sim_set_error(world, -EINVAL, "%llu bytes at %llu are not within the %llu of %s", bytes,
		      offset, size, dev->sim->actor);
	return 0;
}

int svmsim_map_resource(struct svmsim_world *world, int device, int owner, uint64_t offset_bytes,
			uint64_t bytes, enum svmsim_direction direction,
			struct svmsim_mapping **mapping)
{
	struct device *dev = machine_device(world, device);
	phys_addr_t phys = memory_at(world, owner, offset_bytes, bytes);
	struct svmsim_mapping *made;
	int err;

	if (!dev || !phys)
		return -EINVAL;
	err = machine_check_real_direction(world, direction);
	if (err)
		return err;
	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made));
	made->dev = dev;
	made->bytes = bytes;
	made->direction = (enum dma_data_direction)direction;
	made->attrs = DMA_ATTR_MMIO;
	made->kind = SVMSIM_CALL_RESOURCE;
	made->address = dma_map_resource(dev, phys, bytes, made->direction, 0);
	err = dma_mapping_error(dev, made->address);
	if (err) {
		sim_set_error(world, err, "%s: dma_map_resource() failed", dev->sim->actor);
		machine_handle_drop(&made->handle);
	} else {
		*mapping = made;
	}
	return machine_end(dev->sim->actor_name, err);
}
