// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "iova_sim/dma_direct.h"
#include <linux/dma-map-ops.h>
#include <linux/swiotlb.h>
#include "iova_sim/dma_bounce.h"
#include "iova_sim/swiotlb_slots.h"

dma_addr_t dma_direct_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			       enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t addr = phys;
	bool reaches = dma_capable(dev, addr, size, !(attrs & DMA_ATTR_MMIO));

	if (is_swiotlb_force_bounce(dev)) {
		if (attrs & (DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT))
			return DMA_MAPPING_ERROR;
		return swiotlb_map(dev, phys, size, dir, attrs);
	}
	if (!(attrs & DMA_ATTR_MMIO) && (!reaches || dma_kmalloc_needs_bounce(dev, size, dir))) {
		if (is_swiotlb_active(dev) && !(attrs & DMA_ATTR_REQUIRE_COHERENT))
			return swiotlb_map(dev, phys, size, dir, attrs);
		reaches = false;
	}
	if (unlikely(!reaches)) {
		dev_WARN_ONCE(dev, 1, "DMA addr %pad+%zu overflow (mask %llx, bus limit %llx).\n",
			      &addr, size, *dev->dma_mask, dev->bus_dma_limit);
		return DMA_MAPPING_ERROR;
	}
	sim_dma_to_device(dev, phys, size, dir, attrs);
	return addr;
}

void dma_direct_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs)
{
	/* Neither cached nor bounced. */
	if (attrs & (DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT))
		return;
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		dma_direct_sync_single_for_cpu(dev, addr, size, dir);
	swiotlb_tbl_unmap_single(dev, addr, size, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
}

void dma_direct_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
				    enum dma_data_direction dir)
{
	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_cpu(addr, size, dir);
	swiotlb_sync_single_for_cpu(dev, addr, size, dir);
}

void dma_direct_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				       enum dma_data_direction dir)
{
	swiotlb_sync_single_for_device(dev, addr, size, dir);
	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_device(addr, size, dir);
}

bool dma_direct_need_sync(struct device *dev, dma_addr_t addr)
{
	return !dev_is_dma_coherent(dev) || swiotlb_find_pool(dev, addr);
}

size_t dma_direct_max_mapping_size(struct device *dev)
{
	if (is_swiotlb_active(dev) && (dma_addressing_limited(dev) || is_swiotlb_force_bounce(dev)))
		return swiotlb_max_mapping_size(dev);
	return SIZE_MAX;
}
