/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef __LINUX_SWIOTLB_H
#define __LINUX_SWIOTLB_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/limits.h>
#include <linux/types.h>

struct io_tlb_area;
struct sim_io_tlb_segment;

/* fidelity: same */
#define IO_TLB_SEGSIZE 128
#define IO_TLB_SHIFT 11
#define IO_TLB_SIZE (1 << IO_TLB_SHIFT)
#define IO_TLB_DEFAULT_SIZE (64UL << 20)

/*
 * fidelity: simplified: one pool, which never grows (CONFIG_SWIOTLB_DYNAMIC is off), and no
 * restricted pools. Slots are kept by segments that are made when first used.
 */
struct io_tlb_pool {
	phys_addr_t start;
	phys_addr_t end;
	unsigned long nslabs;
	unsigned int nareas;
	unsigned int area_nslabs;
	struct io_tlb_area *areas;
	struct sim_io_tlb_segment **segments;
};

struct io_tlb_mem {
	struct io_tlb_pool defpool;
	unsigned long nslabs;
	bool force_bounce;
	unsigned long total_used;
	unsigned long used_hiwater;
};

/* fidelity: same */
static inline struct io_tlb_pool *swiotlb_find_pool(struct device *dev, phys_addr_t paddr)
{
	struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	if (!mem || paddr < mem->defpool.start || paddr >= mem->defpool.end)
		return NULL;
	return &mem->defpool;
}

static inline bool is_swiotlb_force_bounce(struct device *dev)
{
	struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	return mem && mem->force_bounce;
}

bool is_swiotlb_active(struct device *dev);
void swiotlb_dev_init(struct device *dev);
size_t swiotlb_max_mapping_size(struct device *dev);

phys_addr_t swiotlb_tbl_map_single(struct device *hwdev, phys_addr_t phys, size_t mapping_size,
				   unsigned int alloc_aligned_mask, enum dma_data_direction dir,
				   unsigned long attrs);
dma_addr_t swiotlb_map(struct device *dev, phys_addr_t phys, size_t size,
		       enum dma_data_direction dir, unsigned long attrs);
void __swiotlb_tbl_unmap_single(struct device *hwdev, phys_addr_t tlb_addr, size_t mapping_size,
				enum dma_data_direction dir, unsigned long attrs,
				struct io_tlb_pool *pool);
void __swiotlb_sync_single_for_device(struct device *dev, phys_addr_t tlb_addr, size_t size,
				      enum dma_data_direction dir, struct io_tlb_pool *pool);
void __swiotlb_sync_single_for_cpu(struct device *dev, phys_addr_t tlb_addr, size_t size,
				   enum dma_data_direction dir, struct io_tlb_pool *pool);

static inline void swiotlb_tbl_unmap_single(struct device *dev, phys_addr_t addr, size_t size,
					    enum dma_data_direction dir, unsigned long attrs)
{
	struct io_tlb_pool *pool = swiotlb_find_pool(dev, addr);

	if (unlikely(pool))
		__swiotlb_tbl_unmap_single(dev, addr, size, dir, attrs, pool);
}

static inline void swiotlb_sync_single_for_device(struct device *dev, phys_addr_t addr,
						  size_t size, enum dma_data_direction dir)
{
	struct io_tlb_pool *pool = swiotlb_find_pool(dev, addr);

	if (unlikely(pool))
		__swiotlb_sync_single_for_device(dev, addr, size, dir, pool);
}

static inline void swiotlb_sync_single_for_cpu(struct device *dev, phys_addr_t addr, size_t size,
					       enum dma_data_direction dir)
{
	struct io_tlb_pool *pool = swiotlb_find_pool(dev, addr);

	if (unlikely(pool))
		__swiotlb_sync_single_for_cpu(dev, addr, size, dir, pool);
}

#endif
