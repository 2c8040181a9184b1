// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Memory for a device without translation. Models kernel/dma/direct.c, v7.0; see dma_alloc.h. */
#include <linux/dma-map-ops.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include "iova_sim/dma_alloc.h"
#include "iova_sim/layer.h"

static u64 reach_of(struct device *dev)
{
	return min_not_zero(dev->coherent_dma_mask, dev->bus_dma_limit);
}

static bool is_in_reach(struct device *dev, struct page *page, size_t size)
{
	return page_to_phys(page) + size - 1 <= reach_of(dev);
}

/* The zone that lies wholly in reach of a device. */
static gfp_t zone_of(u64 reach)
{
	if (reach <= DMA_BIT_MASK(24))
		return GFP_DMA;
	return reach <= DMA_BIT_MASK(32) ? GFP_DMA32 : 0;
}

/* The next lower zone, 0 when there is none. */
static gfp_t lower_zone(gfp_t gfp)
{
	if (gfp & GFP_DMA)
		return 0;
	return gfp & GFP_DMA32 ? GFP_DMA : GFP_DMA32;
}

/* A block where the device reaches it: zone by zone downwards, since masks lie between zones. */
static struct page *block_alloc(struct device *dev, size_t size, gfp_t gfp)
{
	gfp_t zone = zone_of(reach_of(dev));
	int order = get_order(size);

	do {
		struct page *page = alloc_pages_node(dev_to_node(dev), gfp | zone, order);

		if (!page || is_in_reach(dev, page, size))
			return page;
		__free_pages(page, order);
		zone = lower_zone(zone);
	} while (zone);
	return NULL;
}

void *dma_direct_alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		       unsigned long attrs)
{
	struct page *page;

	size = PAGE_ALIGN(size);
	if (attrs & DMA_ATTR_NO_WARN)
		gfp |= __GFP_NOWARN;
	page = block_alloc(dev, size, gfp & ~__GFP_ZERO);
	if (!page)
		return NULL;
	if (!(attrs & DMA_ATTR_NO_KERNEL_MAPPING))
		sim_dma_zero(page, size);
	sim_dma_make_coherent(dev, page, size);
	*dma_handle = page_to_phys(page);
	iova_sim_watch(dma_map, dev, *dma_handle, *dma_handle, size, DMA_BIDIRECTIONAL);
	/* Without an address in the kernel, the struct page stands for the memory. */
	return attrs & DMA_ATTR_NO_KERNEL_MAPPING ? (void *)page : page_address(page);
}

void dma_direct_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr,
		     unsigned long attrs)
{
	struct page *page = attrs & DMA_ATTR_NO_KERNEL_MAPPING ? cpu_addr : phys_to_page(dma_addr);

	iova_sim_watch(dma_unmap, dev, dma_addr, PAGE_ALIGN(size), DMA_BIDIRECTIONAL);
	__free_pages(page, get_order(size));
}

struct page *dma_direct_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				    enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page = block_alloc(dev, size, gfp);

	if (!page)
		return NULL;
	sim_dma_zero(page, size);
	*dma_handle = page_to_phys(page);
	iova_sim_watch(dma_map, dev, *dma_handle, *dma_handle, size, dir);
	return page;
}

void dma_direct_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_addr, enum dma_data_direction dir)
{
	iova_sim_watch(dma_unmap, dev, dma_addr, size, dir);
	__free_pages(page, get_order(size));
}
