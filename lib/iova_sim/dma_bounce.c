// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "iova_sim/dma_bounce.h"
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/swiotlb.h>
#include <svmsim/machine.h>
#include "iova_sim/dma_iommu.h"
#include "iova_sim/swiotlb_slots.h"

static struct iova_domain *iovad_of(struct device *dev)
{
	return &dev->sim->domain->iova_cookie->iovad;
}

static void zero_padding(struct device *dev, phys_addr_t phys, size_t size)
{
	struct iova_domain *iovad = iovad_of(dev);
	size_t before = iova_offset(iovad, phys);
	phys_addr_t end = phys + size;

	sim_cpu_set(sim_world, phys - before, 0, before);
	sim_cpu_set(sim_world, end, 0, iova_align(iovad, end) - end);
}

phys_addr_t sim_dma_bounce(struct device *dev, phys_addr_t phys, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	if (!is_swiotlb_active(dev)) {
		dev_warn_once(dev, "DMA bounce buffers are inactive, "
				   "unable to map unaligned transaction.\n");
		return DMA_MAPPING_ERROR;
	}
	sim_swiotlb_trace(dev, phys, size);
	phys = swiotlb_tbl_map_single(dev, phys, size, iova_mask(iovad_of(dev)), dir, attrs);
	if (phys != DMA_MAPPING_ERROR && sim_dma_is_untrusted(dev))
		zero_padding(dev, phys, size);
	return phys;
}

int sim_dma_link_range(struct device *dev, dma_addr_t addr, phys_addr_t phys, size_t size,
		       enum dma_data_direction dir, unsigned long attrs)
{
	sim_dma_to_device(dev, phys, size, dir, attrs);
	return iommu_map_nosync(dev->sim->domain, addr, phys, size,
				sim_dma_prot(dir, dev_is_dma_coherent(dev), attrs), GFP_ATOMIC);
}

/* One granule of which the device gets to see @size bytes, @pad bytes behind its start. */
static int bounce_and_link(struct device *dev, dma_addr_t addr, phys_addr_t phys, size_t size,
			   size_t pad, enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t copy = sim_dma_bounce(dev, phys, size, dir, attrs);
	int err;

	if (copy == DMA_MAPPING_ERROR)
		return -ENOMEM;
	err = sim_dma_link_range(dev, addr - pad, copy - pad, iova_align(iovad_of(dev), size), dir,
				 attrs);
	if (err)
		swiotlb_tbl_unmap_single(dev, copy, size, dir, attrs);
	return err;
}

/* What this call has linked so far. Taking the start of the window for it is the defect. */
static void unwind(struct device *dev, struct dma_iova_state *state, size_t offset, size_t mapped,
		   enum dma_data_direction dir, unsigned long attrs)
{
	if (iova_sim_has_quirk(SVMSIM_QUIRK_LINK_UNWIND_AT_START))
		dma_iova_unlink(dev, state, 0, mapped, dir, attrs);
	else if (mapped)
		dma_iova_unlink(dev, state, offset, mapped, dir, attrs);
}

int sim_dma_link_bounced(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
			 size_t offset, size_t size, enum dma_data_direction dir,
			 unsigned long attrs)
{
	struct iova_domain *iovad = iovad_of(dev);
	size_t pad = iova_offset(iovad, phys);
	size_t tail = iova_offset(iovad, phys + size);
	dma_addr_t addr = state->addr + offset;
	size_t mapped = 0, middle;
	int err = 0;

	if (pad) {
		mapped = min(size, iovad->granule - pad);
		err = bounce_and_link(dev, addr, phys, mapped, pad, dir, attrs);
		if (err)
			return err;
		state->__size |= DMA_IOVA_USE_SWIOTLB;
		if (mapped == size)
			return 0;
	}
	middle = size - mapped - tail;
	if (middle || iova_sim_has_quirk(SVMSIM_QUIRK_LINK_EMPTY_MIDDLE))
		err = sim_dma_link_range(dev, addr + mapped, phys + mapped, middle, dir, attrs);
	if (!err) {
		mapped += middle;
		if (!tail)
			return 0;
		err = bounce_and_link(dev, addr + mapped, phys + mapped, tail, 0, dir, attrs);
	}
	if (err)
		unwind(dev, state, offset, mapped, dir, attrs);
	else
		state->__size |= DMA_IOVA_USE_SWIOTLB;
	return err;
}

void sim_dma_unlink_slow(struct device *dev, dma_addr_t addr, size_t size,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct iova_domain *iovad = iovad_of(dev);
	dma_addr_t end = addr + size;

	do {
		phys_addr_t phys = iommu_iova_to_phys(dev->sim->domain, addr);
		size_t part = min_t(size_t, end - addr, iovad->granule - iova_offset(iovad, addr));

		if (WARN_ON(!phys))
			return;
		if (!dev_is_dma_coherent(dev) &&
		    !(attrs & (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_MMIO)))
			arch_sync_dma_for_cpu(phys, part, dir);
		swiotlb_tbl_unmap_single(dev, phys, part, dir, attrs);
		addr += part;
	} while (addr < end);
}
