/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The work that bench_dma measures: a machine with one device that maps and unmaps, strictly or
 * lazily. No oracle watches.
 */
#ifndef BENCH_BENCH_DMA_WORK_H
#define BENCH_BENCH_DMA_WORK_H

#include <stdbool.h>
#include <stdint.h>

#define DMA_WINDOW_PAGES 512

struct dma_bed;

/**
 * dma_bed_make - a machine with one device
 * @lazy: invalidation is lazy
 * @mapping_count: mappings and windows that it can have at a time
 *
 * Return: the bed; the program ends with status 3 when it can't be made.
 */
struct dma_bed *dma_bed_make(bool lazy, uint64_t mapping_count);
void dma_bed_free(struct dma_bed *bed);
/** dma_map_pages - dma_map_phys() one page, @count times */
void dma_map_pages(struct dma_bed *bed, uint64_t count);
/** dma_unmap_pages - dma_unmap_phys() what dma_map_pages() mapped */
void dma_unmap_pages(struct dma_bed *bed, uint64_t count);
/** dma_link_windows - dma_iova_try_alloc() and link 512 contiguous pages, @count times */
void dma_link_windows(struct dma_bed *bed, uint64_t count);
/** dma_destroy_windows - dma_iova_destroy() what dma_link_windows() linked */
void dma_destroy_windows(struct dma_bed *bed, uint64_t count);
/** dma_rest - move the clock by a second: everything that waits for a flush gets it */
void dma_rest(struct dma_bed *bed);
/** dma_flush_count - invalidations of the IOTLB so far */
uint64_t dma_flush_count(const struct dma_bed *bed);

#endif
