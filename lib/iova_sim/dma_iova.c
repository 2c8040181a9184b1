// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The IOVA-based DMA API. Models drivers/iommu/dma-iommu.c, v7.0, with its sharp edges kept:
 * nothing checks offsets against the window, nothing clears the state, destroying frees with the
 * length that was mapped.
 */
#include <linux/bug.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include "iova_sim/dma_bounce.h"
#include "iova_sim/dma_iommu.h"
#include "kernel/report.h"

/* CPU caches are kept by hand for this transfer. */
static inline bool needs_cpu_sync(struct device *dev, unsigned long attrs)
{
	return !dev_is_dma_coherent(dev) && !(attrs & (DMA_ATTR_SKIP_CPU_SYNC | DMA_ATTR_MMIO));
}

bool dma_iova_try_alloc(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
			size_t size)
{
	struct iova_domain *iovad;
	dma_addr_t addr;
	size_t pad;

	*state = (struct dma_iova_state){};
	if (!use_dma_iommu(dev))
		return false;

	iovad = &dev->sim->domain->iova_cookie->iovad;
	pad = iova_offset(iovad, phys);
	if (WARN_ON_ONCE(!size))
		return false;
	/* The flag shares a word with the size. */
	if (WARN_ON_ONCE((u64)size & DMA_IOVA_USE_SWIOTLB))
		return false;

	addr = sim_dma_iova_alloc(dev, iova_align(iovad, size + pad), dma_get_mask(dev));
	if (!addr)
		return false;
	state->addr = addr + pad;
	state->__size = size;
	return true;
}
EXPORT_SYMBOL_GPL(dma_iova_try_alloc);

static void window_free(struct device *dev, struct dma_iova_state *state)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	size_t pad = iova_offset(iovad, state->addr);

	sim_dma_iova_free(domain, state->addr - pad,
			  iova_align(iovad, dma_iova_size(state) + pad));
}

void dma_iova_free(struct device *dev, struct dma_iova_state *state)
{
	sim_scope_begin();
	window_free(dev, state);
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_iova_free);

/* A link that is not all in whole granules, has attributes, or whose device does not snoop. */
static noinline int link_special(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
				 size_t offset, size_t size, enum dma_data_direction dir,
				 unsigned long attrs)
{
	struct iova_domain *iovad = &dev->sim->domain->iova_cookie->iovad;
	const size_t iova_start_pad = iova_offset(iovad, phys);

	if (WARN_ON_ONCE(iova_start_pad && offset > 0))
		return -EIO;
	if (WARN_ON_ONCE((state->__size & DMA_IOVA_USE_SWIOTLB) &&
			 (attrs & DMA_ATTR_REQUIRE_COHERENT)))
		return -EOPNOTSUPP;
	if (!dev_is_dma_coherent(dev) && (attrs & DMA_ATTR_REQUIRE_COHERENT))
		return -EOPNOTSUPP;
	if (sim_dma_must_bounce(dev, iova_mask(iovad), phys, size, dir)) {
		if (attrs & (DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT))
			return -EPERM;
		return sim_dma_link_bounced(dev, state, phys, offset, size, dir, attrs);
	}
	return sim_dma_link_range(dev, state->addr + offset - iova_start_pad,
				  phys - iova_start_pad,
				  iova_align(iovad, size + iova_start_pad), dir, attrs);
}

int dma_iova_link(struct device *dev, struct dma_iova_state *state, phys_addr_t phys,
		  size_t offset, size_t size, enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = dev->sim->domain;
	const size_t mask = iova_mask(&domain->iova_cookie->iovad);

	/* Whole granules without attributes pass every check: the case that must be cheap. */
	if (likely(!((phys | size) & mask) && !attrs && dev_is_dma_coherent(dev)))
		return iommu_map_nosync(domain, state->addr + offset, phys, size,
					sim_dma_prot(dir, true, 0), GFP_ATOMIC);
	return link_special(dev, state, phys, offset, size, dir, attrs);
}
EXPORT_SYMBOL_GPL(dma_iova_link);

int dma_iova_sync(struct device *dev, struct dma_iova_state *state, size_t offset, size_t size)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	dma_addr_t addr = state->addr + offset;
	size_t pad = iova_offset(iovad, addr);

	return iommu_sync_map(domain, addr - pad, iova_align(iovad, size + pad));
}
EXPORT_SYMBOL_GPL(dma_iova_sync);

static inline bool needs_slow_unlink(struct device *dev, struct dma_iova_state *state,
				     unsigned long attrs)
{
	return unlikely(state->__size & DMA_IOVA_USE_SWIOTLB) ||
	       unlikely(needs_cpu_sync(dev, attrs));
}

static __always_inline void __iommu_dma_iova_unlink(struct device *dev,
						    struct dma_iova_state *state, size_t offset,
						    size_t size,
						    enum dma_data_direction dir,
						    unsigned long attrs, bool free_iova)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	struct iommu_iotlb_gather iotlb_gather;
	dma_addr_t addr = state->addr + offset;
	size_t pad = iova_offset(iovad, addr);
	size_t unmapped;

	if (needs_slow_unlink(dev, state, attrs))
		sim_dma_unlink_slow(dev, addr, size, dir, attrs);

	iommu_iotlb_gather_init(&iotlb_gather);
	iotlb_gather.queued = free_iova && sim_dma_is_lazy(domain);
	size = iova_align(iovad, size + pad);
	addr -= pad;
	unmapped = iommu_unmap_fast(domain, addr, size, &iotlb_gather);
	WARN_ON(unmapped != size);

	if (!iotlb_gather.queued)
		iommu_iotlb_sync(domain, &iotlb_gather);
	if (free_iova)
		sim_dma_iova_release(domain, addr, size, &iotlb_gather);
}

void dma_iova_unlink(struct device *dev, struct dma_iova_state *state, size_t offset, size_t size,
		     enum dma_data_direction dir, unsigned long attrs)
{
	sim_scope_begin();
	__iommu_dma_iova_unlink(dev, state, offset, size, dir, attrs, false);
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_iova_unlink);

void dma_iova_destroy(struct device *dev, struct dma_iova_state *state, size_t mapped_len,
		      enum dma_data_direction dir, unsigned long attrs)
{
	sim_scope_begin();
	/* Nothing was mapped when the first link failed; then the whole window is known. */
	if (mapped_len)
		__iommu_dma_iova_unlink(dev, state, 0, mapped_len, dir, attrs, true);
	else
		window_free(dev, state);
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_iova_destroy);

/**
 * next_run - the next gapless run of leaves in a range
 * @sdom: domain
 * @start: where to look; set to the start of the run
 * @last: end of the range, inclusive
 * @run_last: set to the end of the run, inclusive
 *
 * What leaves cover outside of the range is not part of the run.
 */
static bool next_run(struct sim_domain *sdom, u64 *start, u64 last, u64 *run_last)
{
	struct iopt_leaf leaf;

	if (!iopt_next_leaf(sdom, *start, last, &leaf))
		return false;
	if (leaf.iova > *start)
		*start = leaf.iova;
	for (;;) {
		*run_last = leaf.iova + (leaf.bytes - 1);
		if (*run_last >= last) {
			*run_last = last;
			return true;
		}
		if (!iopt_walk(sdom, *run_last + 1, &leaf))
			return true;
	}
}

/* What was bounced is copied back for as much of a run as is the caller's, not for its padding. */
static void unlink_run_slow(struct device *dev, struct dma_iova_state *state, u64 start, u64 end,
			    enum dma_data_direction dir, unsigned long attrs)
{
	u64 window_end = state->addr + dma_iova_size(state);

	if (start < state->addr)
		start = state->addr;
	if (end > window_end)
		end = window_end;
	if (start < end)
		sim_dma_unlink_slow(dev, start, end - start, dir, attrs);
}

/* Unlinks each run of [@start, @last] without a flush; the gather spans all of them. */
static void unlink_runs(struct device *dev, struct dma_iova_state *state, u64 start, u64 last,
			enum dma_data_direction dir, unsigned long attrs,
			struct iommu_iotlb_gather *gather)
{
	struct iommu_domain *domain = dev->sim->domain;
	bool cpu_sync = needs_slow_unlink(dev, state, attrs);
	u64 first = 0, end = 0, run_last;
	size_t unmapped;

	while (next_run(to_sim_domain(domain), &start, last, &run_last)) {
		u64 bytes = run_last - start + 1;

		if (cpu_sync)
			unlink_run_slow(dev, state, start, start + bytes, dir, attrs);
		unmapped = iommu_unmap_fast(domain, start, bytes, gather);
		WARN_ON(unmapped != bytes);
		if (!end)
			first = start;
		end = run_last + 1;
		if (run_last == last)
			break;
		start = end;
	}
	if (!end)
		return;
	gather->pgsize = iova_mask(&domain->iova_cookie->iovad) + 1;
	iommu_iotlb_gather_add_range(gather, first, end - first);
}

void dma_iova_with_holes_destroy(struct device *dev, struct dma_iova_state *state,
				 enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	size_t pad = iova_offset(iovad, state->addr);
	size_t size = iova_align(iovad, dma_iova_size(state) + pad);
	dma_addr_t addr = state->addr - pad;
	struct iommu_iotlb_gather iotlb_gather;

	sim_scope_begin();
	iommu_iotlb_gather_init(&iotlb_gather);
	/*
	 * Drivers flush between ranges that do not touch, unless the caller has taken the flush
	 * upon itself. It has: one flush over everything follows before the space is freed, here
	 * or, lazily, before the flush queue gives it back.
	 */
	iotlb_gather.queued = true;
	unlink_runs(dev, state, addr, addr + (size - 1), dir, attrs, &iotlb_gather);
	iotlb_gather.queued = sim_dma_is_lazy(domain);
	if (!iotlb_gather.queued)
		iommu_iotlb_sync(domain, &iotlb_gather);
	sim_dma_iova_release(domain, addr, size, &iotlb_gather);
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_iova_with_holes_destroy);
