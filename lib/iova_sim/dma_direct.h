/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DMA without translation: a device behind an identity domain or no IOMMU at all. A DMA address is
 * a physical one, there is no offset.
 *
 * Models: kernel/dma/direct.h, kernel/dma/direct.c, v7.0.
 */
#ifndef IOVA_SIM_DMA_DIRECT_H
#define IOVA_SIM_DMA_DIRECT_H

#include <linux/dma-direction.h>
#include <linux/types.h>

struct device;

/**
 * dma_direct_map_phys - map a buffer without translation
 * @dev: device
 * @phys: start
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*
 *
 * Return: @phys, the address of a bounce buffer, or DMA_MAPPING_ERROR.
 */
dma_addr_t dma_direct_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			       enum dma_data_direction dir, unsigned long attrs);
/**
 * dma_direct_unmap_phys - the reverse of dma_direct_map_phys()
 * @dev: device
 * @addr: what it returned
 * @size: bytes
 * @dir: direction
 * @attrs: DMA_ATTR_*
 */
void dma_direct_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
			   enum dma_data_direction dir, unsigned long attrs);
/** dma_direct_sync_single_for_cpu - what a device wrote becomes visible to the CPU */
void dma_direct_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
				    enum dma_data_direction dir);
/** dma_direct_sync_single_for_device - what the CPU wrote becomes visible to a device */
void dma_direct_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				       enum dma_data_direction dir);
/** dma_direct_need_sync - whether syncing moves anything for an address */
bool dma_direct_need_sync(struct device *dev, dma_addr_t addr);
/** dma_direct_max_mapping_size - largest buffer that can be mapped in any case, in bytes */
size_t dma_direct_max_mapping_size(struct device *dev);

#endif
