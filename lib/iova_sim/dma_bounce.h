/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Bounce buffers and CPU caches on the way through an IOMMU: which buffers bounce, what their
 * padding holds, and links of which only head and tail bounce.
 *
 * Models: drivers/iommu/dma-iommu.c, v7.0, but for two defects of that version that later ones do
 * not have; see enum svmsim_quirk.
 */
#ifndef IOVA_SIM_DMA_BOUNCE_H
#define IOVA_SIM_DMA_BOUNCE_H

#include <linux/dma-map-ops.h>
#include <linux/pci.h>
#include "mm/cache.h"

/**
 * sim_dma_to_device - make what the CPU wrote to a buffer that is being mapped visible to a device
 * @dev: device
 * @phys: start
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*; with DMA_ATTR_SKIP_CPU_SYNC nothing becomes visible
 */
static __always_inline void sim_dma_to_device(struct device *dev, phys_addr_t phys, size_t size,
					      enum dma_data_direction dir, unsigned long attrs)
{
	if (likely(dev_is_dma_coherent(dev)) || (attrs & DMA_ATTR_MMIO))
		return;
	if (attrs & DMA_ATTR_SKIP_CPU_SYNC)
		sim_cache_hold(sim_world, phys, size);
	else
		arch_sync_dma_for_device(phys, size, dir);
}

/** sim_dma_is_untrusted - whether a device must not see what it was not given, down to bytes */
static __always_inline bool sim_dma_is_untrusted(struct device *dev)
{
	return dev_is_pci(dev) && to_pci_dev(dev)->untrusted;
}

/**
 * sim_dma_uses_swiotlb - whether buffers of a device that are not in whole granules bounce
 * @dev: device
 * @size: of the buffer
 * @dir: direction
 *
 * Models: dev_use_swiotlb(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: true for an untrusted device, and for small buffers that a device writes without
 * snooping.
 */
static __always_inline bool sim_dma_uses_swiotlb(struct device *dev, size_t size,
						 enum dma_data_direction dir)
{
	return sim_dma_is_untrusted(dev) || dma_kmalloc_needs_bounce(dev, size, dir);
}

/**
 * sim_dma_must_bounce - whether a buffer has to go through a bounce buffer
 * @dev: device
 * @granule_mask: granule - 1
 * @phys: start of the buffer
 * @size: its size
 * @dir: direction
 *
 * Models: dev_use_swiotlb() and iova_unaligned(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: whether it has to.
 */
static __always_inline bool sim_dma_must_bounce(struct device *dev, size_t granule_mask,
						phys_addr_t phys, size_t size,
						enum dma_data_direction dir)
{
	return unlikely((phys | size) & granule_mask) && sim_dma_uses_swiotlb(dev, size, dir);
}

/**
 * sim_dma_bounce - copy a buffer to slots that fill whole granules
 * @dev: device with a cookie
 * @phys: buffer
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*
 *
 * The padding is zeroed for an untrusted device; another one sees what was there before.
 * Models: iommu_dma_map_swiotlb(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: where the copy is, or DMA_MAPPING_ERROR.
 */
phys_addr_t sim_dma_bounce(struct device *dev, phys_addr_t phys, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
/**
 * sim_dma_link_range - link whole granules, after what CPU caches need
 * @dev: device with a cookie
 * @addr: IOVA
 * @phys: physical address
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*
 *
 * Models: __dma_iova_link(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: as iommu_map_nosync().
 */
int sim_dma_link_range(struct device *dev, dma_addr_t addr, phys_addr_t phys, size_t size,
		       enum dma_data_direction dir, unsigned long attrs);
/**
 * sim_dma_link_bounced - link a buffer whose head and tail bounce
 * @dev: device with a cookie
 * @state: window; its bounce flag is set
 * @phys: buffer
 * @offset: place in the window
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*
 *
 * The head needs a min_align_mask that covers the granule: without it the copy lies at the start of
 * a granule, and the page table can't lead to it from where the head is.
 *
 * Models: iommu_dma_iova_link_swiotlb(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: 0; -ENOMEM when there are no slots; as iommu_map_nosync().
 */
int sim_dma_link_bounced(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
			 size_t offset, size_t size, enum dma_data_direction dir,
			 unsigned long attrs);
/**
 * sim_dma_unlink_slow - what the CPU does granule by granule before translations go away
 * @dev: device with a cookie
 * @addr: IOVA
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*
 *
 * Stops with a WARN at the first granule without translation: what lies behind is neither synced
 * nor copied back, and its slots stay taken.
 *
 * Models: iommu_dma_iova_unlink_range_slow(); drivers/iommu/dma-iommu.c, v7.0.
 */
void sim_dma_unlink_slow(struct device *dev, dma_addr_t addr, size_t size,
			 enum dma_data_direction dir, unsigned long attrs);

#endif
