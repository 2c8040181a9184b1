/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The slots of a pool of bounce buffers: who has which. See iova_sim/swiotlb.h for the words. */
#ifndef IOVA_SIM_SWIOTLB_SLOTS_H
#define IOVA_SIM_SWIOTLB_SLOTS_H

#include <linux/dma-mapping.h>
#include <linux/math.h>
#include <linux/swiotlb.h>
#include <linux/types.h>

/* Where a slot's part of a buffer is that it does not have. */
#define SIM_SLOT_UNUSED (~(phys_addr_t)0)

struct svmsim_world;

/**
 * struct io_tlb_slot - a slot
 * @orig_addr: the part of the buffer that it stands for, SIM_SLOT_UNUSED if none
 * @alloc_size: bytes from here to the end of the allocation
 * @list: free slots from here to the next that is in use, or to the end of the segment
 * @pad_slots: slots before this one that only align it; in the first slot behind them
 */
struct io_tlb_slot {
	phys_addr_t orig_addr;
	size_t alloc_size;
	unsigned short list;
	unsigned short pad_slots;
};

/**
 * struct sim_io_tlb_segment - a segment that has been used
 * @zeroed: bit n says that page n of its RAM is zero as at boot, or has been written since
 * @slot: its slots
 */
struct sim_io_tlb_segment {
	u64 zeroed;
	struct io_tlb_slot slot[IO_TLB_SEGSIZE];
};

/**
 * sim_slots_init - a pool with all slots free
 * @world: current world
 * @pool: filled
 * @start: its RAM, page aligned
 * @slots: a multiple of IO_TLB_SEGSIZE
 * @areas: power of two, at most one for each segment
 */
void sim_slots_init(struct svmsim_world *world, struct io_tlb_pool *pool, phys_addr_t start,
		    unsigned long slots, unsigned int areas);
/** sim_slots_free - free what describes a pool */
void sim_slots_free(struct svmsim_world *world, struct io_tlb_pool *pool);
/** sim_slot - slot by index; makes its segment */
struct io_tlb_slot *sim_slot(struct io_tlb_pool *pool, unsigned int index);

/** sim_slot_count - slots that @bytes need */
static inline unsigned long sim_slot_count(u64 bytes)
{
	return DIV_ROUND_UP(bytes, IO_TLB_SIZE);
}

/**
 * sim_slot_align_offset - how far behind the start of an allocation a buffer has to begin
 * @dev: device; the bits of its min_align_mask must be the same in both addresses
 * @align_mask: alignment of the allocation; bits above a slot's size are made by padding slots
 * @addr: the buffer's address
 *
 * Models: swiotlb_align_offset(); kernel/dma/swiotlb.c, v7.0.
 * Return: bytes.
 */
static inline unsigned int sim_slot_align_offset(struct device *dev, unsigned int align_mask,
						 u64 addr)
{
	return addr & dma_get_min_align_mask(dev) & (align_mask | (IO_TLB_SIZE - 1));
}

/**
 * sim_slots_take - find slots in all areas, beginning with that of the CPU, and take them
 * @dev: device, with a pool
 * @orig_addr: buffer, or 0 for memory that stands for none
 * @alloc_size: bytes with the offset at the beginning, larger than 0
 * @alloc_align_mask: alignment of the first slot
 *
 * Models: swiotlb_find_slots(), swiotlb_search_pool_area(); kernel/dma/swiotlb.c, v7.0.
 * Return: index of the first slot, or -1.
 */
int sim_slots_take(struct device *dev, phys_addr_t orig_addr, size_t alloc_size,
		   unsigned int alloc_align_mask);
/**
 * sim_slots_release - give the slots of a buffer back
 * @dev: device that it was taken for
 * @tlb_addr: the buffer in the pool
 * @pool: pool
 *
 * How many they are is what the slot at @tlb_addr says, right or wrong.
 * Models: swiotlb_release_slots(); kernel/dma/swiotlb.c, v7.0.
 */
void sim_slots_release(struct device *dev, phys_addr_t tlb_addr, struct io_tlb_pool *pool);

/** sim_swiotlb_trace - the tracepoint swiotlb_bounced */
void sim_swiotlb_trace(struct device *dev, dma_addr_t addr, size_t size);

/**
 * dma_capable - whether a device can reach an address
 * @dev: device
 * @addr: start
 * @size: bytes
 * @is_ram: it is RAM; makes no difference with addresses of 64 bits
 *
 * Models: dma_capable(); include/linux/dma-direct.h, v7.0.
 * Return: whether all of it is within the mask and the limit of the bus.
 */
static inline bool dma_capable(struct device *dev, dma_addr_t addr, size_t size, bool is_ram)
{
	u64 limit = *dev->dma_mask;

	if (addr == DMA_MAPPING_ERROR)
		return false;
	if (dev->bus_dma_limit && (dev->bus_dma_limit < limit || !limit))
		limit = dev->bus_dma_limit;
	return addr + size - 1 <= limit;
}

#endif
