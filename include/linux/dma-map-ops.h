/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DMA_MAP_OPS_H
#define _LINUX_DMA_MAP_OPS_H

#include <linux/align.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/types.h>

/* fidelity: same */
static inline bool dev_is_dma_coherent(struct device *dev)
{
	return dev->dma_coherent;
}

static inline void dma_reset_need_sync(struct device *dev)
{
	if (unlikely(dev->dma_skip_sync))
		dev->dma_skip_sync = false;
}

/* fidelity: simplified: as on arm64, the architecture that has devices without snooping */
#define ARCH_DMA_MINALIGN 128

void arch_sync_dma_for_device(phys_addr_t paddr, size_t size, enum dma_data_direction dir);
void arch_sync_dma_for_cpu(phys_addr_t paddr, size_t size, enum dma_data_direction dir);

/* fidelity: same */
static inline bool dma_kmalloc_safe(struct device *dev, enum dma_data_direction dir)
{
	if (!IS_ENABLED(CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC))
		return true;
	/* Lines of a buffer that only the device reads may be written back at any time. */
	return dev_is_dma_coherent(dev) || dir == DMA_TO_DEVICE;
}

static inline bool dma_kmalloc_size_aligned(size_t size)
{
	return size >= 2 * ARCH_DMA_MINALIGN ||
	       IS_ALIGNED(kmalloc_size_roundup(size), dma_get_cache_alignment());
}

static inline bool dma_kmalloc_needs_bounce(struct device *dev, size_t size,
					    enum dma_data_direction dir)
{
	return !dma_kmalloc_safe(dev, dir) && !dma_kmalloc_size_aligned(size);
}

struct page *dma_common_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				    enum dma_data_direction dir, gfp_t gfp);
void dma_common_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_handle, enum dma_data_direction dir);

#endif
