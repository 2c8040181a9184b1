// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "iova_sim/swiotlb_slots.h"
#include <linux/bug.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include "iova_sim/swiotlb.h"
#include "kernel/world.h"
#include "mm/phys.h"

#define PAGE_SLOTS (PAGE_SIZE >> IO_TLB_SHIFT)

static_assert(IO_TLB_SEGSIZE / PAGE_SLOTS == 64);

/* A request, with what follows from it and its device. */
struct request {
	phys_addr_t orig_addr;
	size_t alloc_size;
	unsigned int slot_count;
	unsigned int offset;
	unsigned int alloc_align_mask;
	unsigned int min_align_mask;
	unsigned int stride;
	u64 boundary_mask;
};

void sim_slots_init(struct svmsim_world *world, struct io_tlb_pool *pool, phys_addr_t start,
		    unsigned long slots, unsigned int areas)
{
	pool->start = start;
	pool->end = start + (slots << IO_TLB_SHIFT);
	pool->nslabs = slots;
	pool->nareas = areas;
	pool->area_nslabs = slots / areas;
	pool->areas = sim_alloc(world, areas * sizeof(*pool->areas));
	pool->segments = sim_alloc(world, slots / IO_TLB_SEGSIZE * sizeof(*pool->segments));
}

void sim_slots_free(struct svmsim_world *world, struct io_tlb_pool *pool)
{
	unsigned long count = pool->nslabs / IO_TLB_SEGSIZE;

	for (unsigned long i = 0; i < count; i++)
		if (pool->segments[i])
			sim_free(world, pool->segments[i], sizeof(*pool->segments[i]));
	sim_free(world, pool->segments, count * sizeof(*pool->segments));
	sim_free(world, pool->areas, pool->nareas * sizeof(*pool->areas));
}

static unsigned int in_segment(unsigned int index)
{
	return index & (IO_TLB_SEGSIZE - 1);
}

static struct sim_io_tlb_segment *segment_of(struct io_tlb_pool *pool, unsigned int index)
{
	struct sim_io_tlb_segment **segment = &pool->segments[index / IO_TLB_SEGSIZE];

	if (likely(*segment))
		return *segment;
	*segment = sim_alloc(sim_world, sizeof(**segment));
	for (unsigned int i = 0; i < IO_TLB_SEGSIZE; i++) {
		(*segment)->slot[i].list = IO_TLB_SEGSIZE - i;
		(*segment)->slot[i].orig_addr = SIM_SLOT_UNUSED;
	}
	return *segment;
}

struct io_tlb_slot *sim_slot(struct io_tlb_pool *pool, unsigned int index)
{
	return &segment_of(pool, index)->slot[in_segment(index)];
}

/* Free slots from @index on; looking makes no segment. */
static unsigned int free_slots_at(const struct io_tlb_pool *pool, unsigned int index)
{
	const struct sim_io_tlb_segment *segment = pool->segments[index / IO_TLB_SEGSIZE];

	return segment ? segment->slot[in_segment(index)].list : IO_TLB_SEGSIZE - in_segment(index);
}

/* The pool is zero at boot, all of it; here each page is when it is first used. */
static void zero_slots(struct io_tlb_pool *pool, unsigned int index, unsigned int count)
{
	struct sim_io_tlb_segment *segment = segment_of(pool, index);
	unsigned int last = (in_segment(index) + count - 1) / PAGE_SLOTS;

	for (unsigned int page = in_segment(index) / PAGE_SLOTS; page <= last; page++) {
		u64 first_slot = index - in_segment(index) + page * PAGE_SLOTS;

		if (segment->zeroed >> page & 1)
			continue;
		sim_phys_set(sim_world, pool->start + (first_slot << IO_TLB_SHIFT), 0, PAGE_SIZE);
		segment->zeroed |= 1ull << page;
	}
}

static unsigned int wrap_index(const struct io_tlb_pool *pool, unsigned int index)
{
	return index >= pool->area_nslabs ? 0 : index;
}

static u64 slots_of_mask(u64 mask)
{
	/* The mask of all ones must not become 0. */
	return (mask >> IO_TLB_SHIFT) + 1;
}

static struct request make_request(struct device *dev, phys_addr_t orig_addr, size_t alloc_size,
				   unsigned int alloc_align_mask)
{
	struct request req = {
		.orig_addr = orig_addr,
		.alloc_size = alloc_size,
		.slot_count = sim_slot_count(alloc_size),
		.offset = sim_slot_align_offset(dev, 0, orig_addr),
		.min_align_mask = dma_get_min_align_mask(dev),
		.boundary_mask = dma_get_seg_boundary(dev),
	};

	/* Drivers rely on it that large buffers are page aligned when nobody asks for more. */
	if (!alloc_align_mask && !req.min_align_mask && alloc_size >= PAGE_SIZE)
		alloc_align_mask = PAGE_SIZE - 1;
	req.alloc_align_mask = alloc_align_mask | (IO_TLB_SIZE - 1);
	req.min_align_mask &= ~req.alloc_align_mask;
	req.stride = slots_of_mask(max(req.alloc_align_mask, req.min_align_mask));
	return req;
}

static bool is_aligned(const struct request *req, u64 addr)
{
	if (addr & req->alloc_align_mask)
		return false;
	return !req->orig_addr ||
	       (addr & req->min_align_mask) == (req->orig_addr & req->min_align_mask);
}

static bool crosses_boundary(const struct request *req, u64 pool_addr, unsigned int index)
{
	u64 boundary_slots = slots_of_mask(req->boundary_mask);
	u64 in_boundary;

	BUG_ON(!is_power_of_2(boundary_slots));
	in_boundary = (sim_slot_count(pool_addr) + index) & (boundary_slots - 1);
	return in_boundary + req->slot_count > boundary_slots;
}

/* Counts the free slots before @index anew, of which the nearest has @count free ones behind it. */
static void count_before(struct io_tlb_pool *pool, unsigned int index, unsigned int count)
{
	struct io_tlb_slot *first = segment_of(pool, index)->slot;

	for (struct io_tlb_slot *slot = first + in_segment(index); slot > first && slot[-1].list;)
		(--slot)->list = ++count;
}

static void take(struct io_tlb_pool *pool, unsigned int first, const struct request *req)
{
	struct io_tlb_slot *slot = sim_slot(pool, first);

	zero_slots(pool, first, req->slot_count);
	/* All in one segment. */
	for (unsigned int i = 0; i < req->slot_count; i++) {
		slot[i].list = 0;
		slot[i].alloc_size = req->alloc_size - (req->offset + ((size_t)i << IO_TLB_SHIFT));
	}
	count_before(pool, first, 0);
}

static int search_area(struct io_tlb_mem *mem, unsigned int area_index, const struct request *req)
{
	struct io_tlb_pool *pool = &mem->defpool;
	struct io_tlb_area *area = &pool->areas[area_index];
	u64 pool_addr = pool->start & req->boundary_mask;
	unsigned int base = area_index * pool->area_nslabs;
	unsigned int index = area->index, step;

	if (req->slot_count > pool->area_nslabs - area->used)
		return -1;
	for (unsigned int checked = 0; checked < pool->area_nslabs; checked += step) {
		unsigned int slot = base + index;

		if (!is_aligned(req, pool_addr + ((u64)slot << IO_TLB_SHIFT))) {
			step = 1;
		} else {
			if (!crosses_boundary(req, pool_addr, slot) &&
			    free_slots_at(pool, slot) >= req->slot_count) {
				take(pool, slot, req);
				area->index = wrap_index(pool, index + req->slot_count);
				area->used += req->slot_count;
				mem->total_used += req->slot_count;
				mem->used_hiwater = max(mem->used_hiwater, mem->total_used);
				return slot;
			}
			/* Once at an aligned slot, those between need not be looked at. */
			step = req->stride;
		}
		index = wrap_index(pool, index + step);
	}
	return -1;
}

int sim_slots_take(struct device *dev, phys_addr_t orig_addr, size_t alloc_size,
		   unsigned int alloc_align_mask)
{
	struct io_tlb_mem *mem = dev->dma_io_tlb_mem;
	struct request req = make_request(dev, orig_addr, alloc_size, alloc_align_mask);
	unsigned int area_mask = mem->defpool.nareas - 1;
	unsigned int start = smp_processor_id() & area_mask;

	BUG_ON(!req.slot_count);
	for (unsigned int i = 0; i <= area_mask; i++) {
		int index = search_area(mem, (start + i) & area_mask, &req);

		if (index >= 0)
			return index;
	}
	return -1;
}

void sim_slots_release(struct device *dev, phys_addr_t tlb_addr, struct io_tlb_pool *pool)
{
	unsigned int offset = sim_slot_align_offset(dev, 0, tlb_addr);
	int index = (tlb_addr - offset - pool->start) >> IO_TLB_SHIFT;
	unsigned int area_index, count = 0;
	int slot_count;

	index -= sim_slot(pool, index)->pad_slots;
	slot_count = sim_slot_count(sim_slot(pool, index)->alloc_size + offset);
	area_index = index / pool->area_nslabs;
	BUG_ON(area_index >= pool->nareas);

	if (in_segment(index) + slot_count < IO_TLB_SEGSIZE)
		count = sim_slot(pool, index + slot_count)->list;
	for (int i = index + slot_count - 1; i >= index; i--)
		*sim_slot(pool, i) = (struct io_tlb_slot){
			.list = ++count,
			.orig_addr = SIM_SLOT_UNUSED,
		};
	count_before(pool, index, count);
	pool->areas[area_index].used -= slot_count;
	dev->dma_io_tlb_mem->total_used -= slot_count;
}
