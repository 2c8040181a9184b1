// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "iova_sim/swiotlb.h"
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include "device/sim_device.h"
#include "iova_sim/layer.h"
#include "iova_sim/swiotlb_slots.h"
#include "kernel/inject.h"
#include "mm/cache.h"

/* Below it a kernel does not look for a smaller pool. */
#define MIN_SLOTS ((1ul << 20) >> IO_TLB_SHIFT)
#define LOW_LIMIT (1ull << 32)

static unsigned long round_up_slots(unsigned long slots, unsigned int areas)
{
	slots = ALIGN(slots, IO_TLB_SEGSIZE);
	if (slots < IO_TLB_SEGSIZE * areas)
		slots = IO_TLB_SEGSIZE * areas;
	return roundup_pow_of_two(slots);
}

/* No more areas than there are segments. */
static unsigned int limit_areas(unsigned int areas, unsigned long slots)
{
	return slots < areas * IO_TLB_SEGSIZE ? slots / IO_TLB_SEGSIZE : areas;
}

int sim_swiotlb_init(struct svmsim_world *world, const struct sim_swiotlb_params *params)
{
	unsigned int areas = params->area_count ? params->area_count : num_possible_cpus();
	u64 bytes = params->bytes ? params->bytes : IO_TLB_DEFAULT_SIZE;
	unsigned long slots;
	struct io_tlb_mem *mem;
	u64 pfn;

	SIM_ASSERT(!iova_sim_of(world)->swiotlb);
	areas = roundup_pow_of_two(areas);
	slots = round_up_slots(DIV_ROUND_UP(bytes, IO_TLB_SIZE), areas);
	for (;;) {
		pfn = sim_phys_alloc_top(world, slots >> (PAGE_SHIFT - IO_TLB_SHIFT), LOW_LIMIT);
		if (pfn)
			break;
		if (slots <= MIN_SLOTS)
			return -ENOMEM;
		slots = ALIGN(slots / 2, IO_TLB_SEGSIZE);
	}
	mem = sim_alloc(world, sizeof(*mem));
	mem->nslabs = slots;
	mem->force_bounce = params->force;
	sim_slots_init(world, &mem->defpool, PFN_PHYS(pfn), slots, limit_areas(areas, slots));
	iova_sim_of(world)->swiotlb = mem;
	return 0;
}

void sim_swiotlb_free(struct svmsim_world *world)
{
	struct io_tlb_mem *mem = iova_sim_of(world)->swiotlb;

	if (!mem)
		return;
	sim_slots_free(world, &mem->defpool);
	sim_free(world, mem, sizeof(*mem));
	iova_sim_of(world)->swiotlb = NULL;
}

const struct io_tlb_mem *sim_swiotlb_get(const struct svmsim_world *world)
{
	return iova_sim_of(world)->swiotlb;
}

void swiotlb_dev_init(struct device *dev)
{
	dev->dma_io_tlb_mem = iova_sim_state()->swiotlb;
}

bool is_swiotlb_active(struct device *dev)
{
	struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	return mem && mem->nslabs;
}

size_t swiotlb_max_mapping_size(struct device *dev)
{
	unsigned int mask = dma_get_min_align_mask(dev);

	/* Slots that lie wrong for the mask are passed over, so the whole segment can't be had. */
	return (size_t)IO_TLB_SIZE * IO_TLB_SEGSIZE - (mask ? roundup(mask, IO_TLB_SIZE) : 0);
}

/*
 * Copies between a place in the pool and the buffer behind it. The slot knows where its part of the
 * buffer is; in the first slot the buffer begins behind the offset that the alignment asks for, so
 * that a place before that in a later slot belongs to the slot before.
 */
static void swiotlb_bounce(struct device *dev, phys_addr_t tlb_addr, size_t size,
			   enum dma_data_direction dir, struct io_tlb_pool *pool)
{
	const struct io_tlb_slot *slot = sim_slot(pool, (tlb_addr - pool->start) >> IO_TLB_SHIFT);
	phys_addr_t orig_addr = slot->orig_addr;
	size_t alloc_size = slot->alloc_size;
	int tlb_offset;

	if (orig_addr == SIM_SLOT_UNUSED)
		return;
	tlb_offset = (tlb_addr & (IO_TLB_SIZE - 1)) - sim_slot_align_offset(dev, 0, orig_addr);
	orig_addr += tlb_offset;
	alloc_size -= tlb_offset;
	if (size > alloc_size) {
		dev_WARN_ONCE(dev, 1,
			      "Buffer overflow detected. Allocation size: %zu. "
			      "Mapping size: %zu.\n",
			      alloc_size, size);
		size = alloc_size;
	}
	/* A kernel would take a fault where there is no memory. */
	if (dir == DMA_TO_DEVICE)
		WARN_ON(sim_cpu_copy(sim_world, tlb_addr, orig_addr, size));
	else
		WARN_ON(sim_cpu_copy(sim_world, orig_addr, tlb_addr, size));
}

static void warn_full(struct device *dev, size_t size, unsigned long attrs)
{
	const struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	if (!(attrs & DMA_ATTR_NO_WARN))
		dev_warn_ratelimited(dev, "swiotlb buffer is full (sz: %zd bytes), total %lu "
					  "(slots), used %lu (slots)\n",
				     size, mem->nslabs, mem->total_used);
}

phys_addr_t swiotlb_tbl_map_single(struct device *dev, phys_addr_t orig_addr, size_t mapping_size,
				   unsigned int alloc_align_mask, enum dma_data_direction dir,
				   unsigned long attrs)
{
	struct io_tlb_mem *mem = dev->dma_io_tlb_mem;
	unsigned int offset, pad_slots;
	phys_addr_t tlb_addr;
	size_t size;
	int index;

	if (!mem || !mem->nslabs) {
		dev_warn_ratelimited(dev, "Can not allocate SWIOTLB buffer earlier and can't now "
					  "provide you with the DMA bounce buffer\n");
		return DMA_MAPPING_ERROR;
	}
	dev_WARN_ONCE(dev, alloc_align_mask > ~PAGE_MASK,
		      "Alloc alignment may prevent fulfilling requests with max mapping_size\n");

	offset = sim_slot_align_offset(dev, alloc_align_mask, orig_addr);
	size = ALIGN(mapping_size + offset, alloc_align_mask + 1);
	index = sim_inject(&sim_fault_bounce, NULL) ? -1 :
		sim_slots_take(dev, orig_addr, size, alloc_align_mask);
	if (index < 0) {
		warn_full(dev, size, attrs);
		return DMA_MAPPING_ERROR;
	}
	/* From now on there is something to sync. */
	dma_reset_need_sync(dev);

	pad_slots = offset >> IO_TLB_SHIFT;
	offset &= IO_TLB_SIZE - 1;
	index += pad_slots;
	sim_slot(&mem->defpool, index)->pad_slots = pad_slots;
	for (unsigned int i = 0; i < sim_slot_count(size) - pad_slots; i++)
		sim_slot(&mem->defpool, index + i)->orig_addr =
			orig_addr + ((phys_addr_t)i << IO_TLB_SHIFT);
	tlb_addr = mem->defpool.start + ((phys_addr_t)index << IO_TLB_SHIFT) + offset;
	/* Whatever the direction: a device may leave bytes alone that later are copied back. */
	swiotlb_bounce(dev, tlb_addr, mapping_size, DMA_TO_DEVICE, &mem->defpool);
	iova_sim_watch(bounce, dev, tlb_addr, orig_addr, mapping_size);
	return tlb_addr;
}

void __swiotlb_tbl_unmap_single(struct device *dev, phys_addr_t tlb_addr, size_t mapping_size,
				enum dma_data_direction dir, unsigned long attrs,
				struct io_tlb_pool *pool)
{
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
	    (dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL))
		swiotlb_bounce(dev, tlb_addr, mapping_size, DMA_FROM_DEVICE, pool);
	iova_sim_watch(unbounce, tlb_addr,
		       sim_slot(pool, (tlb_addr - pool->start) >> IO_TLB_SHIFT)->alloc_size);
	sim_slots_release(dev, tlb_addr, pool);
}

void __swiotlb_sync_single_for_device(struct device *dev, phys_addr_t tlb_addr, size_t size,
				      enum dma_data_direction dir, struct io_tlb_pool *pool)
{
	if (dir == DMA_TO_DEVICE || dir == DMA_BIDIRECTIONAL)
		swiotlb_bounce(dev, tlb_addr, size, DMA_TO_DEVICE, pool);
	else
		BUG_ON(dir != DMA_FROM_DEVICE);
}

void __swiotlb_sync_single_for_cpu(struct device *dev, phys_addr_t tlb_addr, size_t size,
				   enum dma_data_direction dir, struct io_tlb_pool *pool)
{
	if (dir == DMA_FROM_DEVICE || dir == DMA_BIDIRECTIONAL)
		swiotlb_bounce(dev, tlb_addr, size, DMA_FROM_DEVICE, pool);
	else
		BUG_ON(dir != DMA_TO_DEVICE);
}

dma_addr_t swiotlb_map(struct device *dev, phys_addr_t paddr, size_t size,
		       enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t tlb_addr;

	sim_swiotlb_trace(dev, paddr, size);
	tlb_addr = swiotlb_tbl_map_single(dev, paddr, size, 0, dir, attrs);
	if (tlb_addr == DMA_MAPPING_ERROR)
		return DMA_MAPPING_ERROR;
	if (unlikely(!dma_capable(dev, tlb_addr, size, true))) {
		__swiotlb_tbl_unmap_single(dev, tlb_addr, size, dir,
					   attrs | DMA_ATTR_SKIP_CPU_SYNC,
					   swiotlb_find_pool(dev, tlb_addr));
		dev_WARN_ONCE(dev, 1,
			      "swiotlb addr %pad+%zu overflow (mask %llx, bus limit %llx).\n",
			      &tlb_addr, size, *dev->dma_mask, dev->bus_dma_limit);
		return DMA_MAPPING_ERROR;
	}
	if (!dev_is_dma_coherent(dev) && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		arch_sync_dma_for_device(tlb_addr, size, dir);
	return tlb_addr;
}

void sim_swiotlb_trace(struct device *dev, dma_addr_t addr, size_t size)
{
	sim_event(SWIOTLB_BOUNCED, dev->sim->name, dev->dma_mask ? *dev->dma_mask : 0, addr, size,
		  sim_name(is_swiotlb_force_bounce(dev) ? "FORCE" : "NORMAL"));
}
