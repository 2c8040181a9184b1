/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A region of memory that a device reaches by on-demand paging: a long-lived user of HMM's DMA
 * helpers. Pages come in one by one when the device wants them, and leave one by one when their
 * owner does something else with them, while the region's IOVA window stays. Between host side and
 * kernel side: the compiler's own headers only.
 */
#ifndef HMM_USER_REGION_H
#define HMM_USER_REGION_H

#include <stdbool.h>
#include <stdint.h>

struct region;
struct svmsim_world;

/**
 * enum region_teardown - ways to end a region
 * @REGION_EACH_PAGE: hmm_dma_unmap_pfn() for each page, as users of the helpers do
 * @REGION_EACH_RUN: dma_iova_unlink() for each run of pages without a hole
 * @REGION_ONE_STROKE: dma_iova_with_holes_destroy() for the whole window
 * @REGION_DESTROY: dma_iova_destroy() for the whole window: wrong where there are holes
 * @REGION_FREE: hmm_dma_map_free() and nothing else: wrong where anything is linked
 */
enum region_teardown {
	REGION_EACH_PAGE,
	REGION_EACH_RUN,
	REGION_ONE_STROKE,
	REGION_DESTROY,
	REGION_FREE,
};

/**
 * region_make - an empty region of the first device
 * @world: world
 * @page_count: pages
 *
 * Return: the region, or NULL when the device can't have one.
 */
struct region *region_make(struct svmsim_world *world, uint64_t page_count);
/** region_holds - whether a page is there and mapped */
bool region_holds(const struct region *region, uint64_t page);
/**
 * region_fault - the device wants a page that is not there: have it and map it
 * @region: region
 * @page: which
 *
 * Return: 0, -ENOMEM, -EIO.
 */
int region_fault(struct region *region, uint64_t page);
/** region_invalidate - the owner wants a page back that is there: unmap it and let it go */
void region_invalidate(struct region *region, uint64_t page);
/**
 * region_use - the device reads and writes a page that is there
 * @region: region
 * @page: which
 *
 * Return: 0, -EFAULT.
 */
int region_use(struct region *region, uint64_t page);
/**
 * region_end - end a region: take its mappings away, let its pages go, free it
 * @region: region
 * @how: which way
 *
 * Return: calls of the DMA API that took mappings away.
 */
uint64_t region_end(struct region *region, enum region_teardown how);
/** region_walks - page-table walks of the IOMMU so far: translations that its IOTLB did not have */
uint64_t region_walks(const struct svmsim_world *world);

#endif
