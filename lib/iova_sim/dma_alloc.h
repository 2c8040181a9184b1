/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Memory that the DMA API allocates and maps. With an IOMMU it is mapped like any other buffer, for
 * both directions and up to the coherent mask; without one its pages must lie where the device
 * reaches them. A device that does not snoop gets coherent memory by having the CPU reach it past
 * the cache.
 *
 * DOC: Vocabulary
 *
 * block      a power of two of pages, allocated and freed as a whole.
 * area       pages that are freed one by one: what a kernel would map into vmalloc space. The first
 *	      one says how many there are, in its member private.
 *
 * DOC: Not modelled
 *
 * Mapping pages into vmalloc space. Where a kernel would do so, an area is physically contiguous,
 * so an allocation can fail for lack of contiguous memory, and DMA_ATTR_ALLOC_SINGLE_PAGES changes
 * nothing. Memory of a device's own, areas of contiguous memory (CMA), pools for callers that must
 * not sleep, encrypted memory.
 *
 * DOC: Source
 *
 * kernel/dma/mapping.c, kernel/dma/direct.c, kernel/dma/ops_helpers.c, drivers/iommu/dma-iommu.c,
 * v7.0.
 */
#ifndef IOVA_SIM_DMA_ALLOC_H
#define IOVA_SIM_DMA_ALLOC_H

#include <linux/dma-direction.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

struct device;

/**
 * sim_dma_zero - the CPU clears memory that was just allocated
 * @page: first page
 * @size: bytes
 */
void sim_dma_zero(struct page *page, size_t size);
/**
 * sim_dma_make_coherent - have the CPU reach memory past its cache if the device does not snoop
 * @dev: device
 * @page: first page; the memory is as in RAM from now on until it is freed
 * @size: bytes, a multiple of PAGE_SIZE
 */
void sim_dma_make_coherent(struct device *dev, struct page *page, size_t size);

/**
 * dma_direct_alloc - coherent memory without translation
 * @dev: device
 * @size: bytes
 * @dma_handle: set to the DMA address
 * @gfp: without zones
 * @attrs: DMA_ATTR_*; with DMA_ATTR_NO_KERNEL_MAPPING the result is the struct page
 *
 * Models: dma_direct_alloc(); kernel/dma/direct.c, v7.0.
 * Return: CPU address, or NULL.
 */
void *dma_direct_alloc(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t gfp,
		       unsigned long attrs);
/** dma_direct_free - the reverse of dma_direct_alloc(); what is freed follows from @dma_addr */
void dma_direct_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_addr,
		     unsigned long attrs);
/**
 * dma_direct_alloc_pages - cached memory without translation
 * @dev: device
 * @size: bytes, a multiple of PAGE_SIZE
 * @dma_handle: set to the DMA address
 * @dir: direction
 * @gfp: without zones
 *
 * Return: the first page, or NULL.
 */
struct page *dma_direct_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				    enum dma_data_direction dir, gfp_t gfp);
/** dma_direct_free_pages - the reverse of dma_direct_alloc_pages() */
void dma_direct_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_addr, enum dma_data_direction dir);

#endif
