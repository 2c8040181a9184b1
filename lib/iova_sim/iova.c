/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The IOVA allocator: hands out the same addresses as drivers/iommu/iova.c of v7.0 for the same
 * calls. That allocator's answers follow from a scan that starts at a remembered node (one for
 * searches below 4 GiB, one for the rest) and goes down range by range until a gap holds the
 * request; if none does, it scans once more from the limit down to the remembered node. Here
 * iova_tree_gap_below() jumps to the gap at which the scan would stop. What makes both the same:
 *
 * - The scan stops at the first gap that holds the request (found), or when the address that it
 *   would give falls below the lowest allowed pfn, or below zero (not found). That address only
 *   falls from gap to gap, so the highest gap that holds the request decides: if its address is
 *   too low then so are those of all gaps below it.
 * - Only the gap that the limit cuts holds less than its key says. It is the first one looked at,
 *   and looked at by itself.
 * - A failed scan leaves nothing behind but max32_alloc_size, wherever it stopped.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "iova_sim/iova_internal.h"
#include "iova_sim/iova_tree.h"
#include "iova_sim/layer.h"

static noinline struct kmem_cache *node_cache_make(void)
{
	struct iova_sim *state = iova_sim_state();

	state->iova_cache = kmem_cache_create("iommu_iova", sizeof(struct iova), 0,
					      SLAB_SIM_INTERNAL | SLAB_HWCACHE_ALIGN, NULL);
	return state->iova_cache;
}

static struct iova *node_alloc(void)
{
	struct kmem_cache *cache = iova_sim_state()->iova_cache;
	struct iova *iova;

	if (unlikely(!cache)) {
		cache = node_cache_make();
		if (!cache)
			return NULL;
	}
	iova = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (iova) {
		iova->sim_reserved = false;
		iova->sim_cached = false;
	}
	return iova;
}

static void node_free(struct iova *iova)
{
	kmem_cache_free(iova_sim_state()->iova_cache, iova);
}

int iova_cache_get(void)
{
	if (!iova_sim_state()->iova_cache && !node_cache_make())
		return -ENOMEM;
	return 0;
}
EXPORT_SYMBOL_GPL(iova_cache_get);

void iova_cache_put(void)
{
}
EXPORT_SYMBOL_GPL(iova_cache_put);

void init_iova_domain(struct iova_domain *iovad, unsigned long granule, unsigned long start_pfn)
{
	BUG_ON(granule > PAGE_SIZE || !is_power_of_2(granule));

	spin_lock_init(&iovad->iova_rbtree_lock);
	iovad->granule = granule;
	iovad->start_pfn = start_pfn;
	iovad->dma_32bit_pfn = 1UL << (32 - iova_shift(iovad));
	iovad->max32_alloc_size = iovad->dma_32bit_pfn;
	iovad->rcaches = NULL;
	iova_tree_init(iovad);
	iovad->cached_node = &iovad->anchor.node;
	iovad->cached32_node = &iovad->anchor.node;
}
EXPORT_SYMBOL_GPL(init_iova_domain);

/* What is asked for: @size pages, start at a multiple of ~@align_mask + 1. */
struct request {
	unsigned long size;
	unsigned long align_mask;
	bool size_aligned;
};

/*
 * One scan: down from @start, ending at or below @high_pfn (exclusive), starting at or above
 * @low_pfn. Returns the owner of the gap and sets *@new_pfn, or returns NULL.
 */
static __always_inline struct iova *scan_down(struct iova_domain *iovad, struct iova *start,
					      unsigned long high_pfn, unsigned long low_pfn,
					      const struct request *request,
					      unsigned long *new_pfn)
{
	struct iova *above = start;

	if (start->pfn_lo > high_pfn)
		above = iova_tree_starting(iovad, high_pfn);
	else
		high_pfn = start->pfn_lo;
	if (high_pfn < request->size)
		return NULL;
	*new_pfn = (high_pfn - request->size) & request->align_mask;
	if (*new_pfn < low_pfn)
		return NULL;
	if (*new_pfn >= above->sim_gap_lo)
		return above;

	above = iova_tree_gap_below(above, request->size, request->size_aligned);
	if (!above)
		return NULL;
	*new_pfn = (above->pfn_lo - request->size) & request->align_mask;
	return *new_pfn < low_pfn ? NULL : above;
}

/* @limit_pfn is exclusive here. */
static int alloc_and_insert(struct iova_domain *iovad, unsigned long size, unsigned long limit_pfn,
			    struct iova *new, bool size_aligned)
{
	bool below_4g = limit_pfn <= iovad->dma_32bit_pfn;
	struct request request = { size, ~0UL, size_aligned };
	unsigned int align_shift = size_aligned ? fls_long(size - 1) : 0;
	struct iova *start, *above;
	unsigned long new_pfn;

	if (below_4g && size >= iovad->max32_alloc_size)
		return -ENOMEM;
	/* Larger than any multiple that fits 64 bits: 0 is the only aligned start. */
	request.align_mask = align_shift < 64 ? ~0UL << align_shift : 0;

	start = to_iova(below_4g ? iovad->cached32_node : iovad->cached_node);
	above = scan_down(iovad, start, limit_pfn, iovad->start_pfn, &request, &new_pfn);
	if (!above && start->pfn_hi < limit_pfn)
		above = scan_down(iovad, &iovad->anchor, limit_pfn, start->pfn_hi + 1, &request,
				  &new_pfn);
	if (!above) {
		iovad->max32_alloc_size = size;
		return -ENOMEM;
	}

	new->pfn_lo = new_pfn;
	new->pfn_hi = new_pfn + size - 1;
	iova_tree_insert(iovad, above, new);
	if (new->pfn_hi < iovad->dma_32bit_pfn)
		iovad->cached32_node = &new->node;
	else
		iovad->cached_node = &new->node;
	return 0;
}

struct iova *alloc_iova(struct iova_domain *iovad, unsigned long size, unsigned long limit_pfn,
			bool size_aligned)
{
	unsigned long flags;
	struct iova *new;
	int err;

	if (WARN_ON(!size))
		return NULL;
	new = node_alloc();
	if (!new)
		return NULL;
	spin_lock_irqsave(&iovad->iova_rbtree_lock, flags);
	err = alloc_and_insert(iovad, size, limit_pfn + 1, new, size_aligned);
	spin_unlock_irqrestore(&iovad->iova_rbtree_lock, flags);
	if (err) {
		node_free(new);
		return NULL;
	}
	return new;
}
EXPORT_SYMBOL_GPL(alloc_iova);

/* Takes a range out of the tree, and moves the nodes where searches begin out of its way. */
static void remove_iova(struct iova_domain *iovad, struct iova *iova)
{
	struct iova *above = to_iova(rb_next(&iova->node));
	struct iova *cached32 = to_iova(iovad->cached32_node);
	bool below_4g = iova->pfn_hi < iovad->dma_32bit_pfn;

	if (iova == cached32 || (below_4g && iova->pfn_lo >= cached32->pfn_lo))
		iovad->cached32_node = &above->node;
	if (iova->pfn_lo < iovad->dma_32bit_pfn)
		iovad->max32_alloc_size = iovad->dma_32bit_pfn;
	if (iova->pfn_lo >= to_iova(iovad->cached_node)->pfn_lo)
		iovad->cached_node = &above->node;
	iova_tree_erase(iovad, iova, above);
}

struct iova *find_iova(struct iova_domain *iovad, unsigned long pfn)
{
	unsigned long flags;
	struct iova *iova;

	spin_lock_irqsave(&iovad->iova_rbtree_lock, flags);
	iova = iova_tree_find(iovad, pfn);
	spin_unlock_irqrestore(&iovad->iova_rbtree_lock, flags);
	return iova;
}
EXPORT_SYMBOL_GPL(find_iova);

void __free_iova(struct iova_domain *iovad, struct iova *iova)
{
	unsigned long flags;

	if (WARN_ON(iova == &iovad->anchor))
		return;
	spin_lock_irqsave(&iovad->iova_rbtree_lock, flags);
	remove_iova(iovad, iova);
	spin_unlock_irqrestore(&iovad->iova_rbtree_lock, flags);
	node_free(iova);
}
EXPORT_SYMBOL_GPL(__free_iova);

void free_iova(struct iova_domain *iovad, unsigned long pfn)
{
	unsigned long flags;
	struct iova *iova;

	spin_lock_irqsave(&iovad->iova_rbtree_lock, flags);
	iova = iova_tree_find(iovad, pfn);
	if (WARN_ON(iova == &iovad->anchor))
		iova = NULL;
	if (iova)
		remove_iova(iovad, iova);
	spin_unlock_irqrestore(&iovad->iova_rbtree_lock, flags);
	if (iova)
		node_free(iova);
}
EXPORT_SYMBOL_GPL(free_iova);

void iova_free_pfns(struct iova_domain *iovad, const unsigned long *pfns, unsigned long count)
{
	unsigned long flags;

	spin_lock_irqsave(&iovad->iova_rbtree_lock, flags);
	for (unsigned long i = 0; i < count; i++) {
		struct iova *iova = iova_tree_find(iovad, pfns[i]);

		if (WARN_ON(!iova || iova == &iovad->anchor))
			continue;
		remove_iova(iovad, iova);
		node_free(iova);
	}
	spin_unlock_irqrestore(&iovad->iova_rbtree_lock, flags);
}

unsigned long alloc_iova_fast(struct iova_domain *iovad, unsigned long size,
			      unsigned long limit_pfn, bool flush_rcache)
{
	unsigned long pfn;
	struct iova *iova;

	/*
	 * What the magazines may get back later is rounded up, so that a range from the magazine
	 * of an order is always large enough.
	 */
	if (size <= IOVA_CACHED_PAGES_MAX) {
		size = roundup_pow_of_two(size);
		pfn = iova_rcache_get(iovad, size, limit_pfn + 1);
		if (pfn)
			return pfn;
	}
	iova = alloc_iova(iovad, size, limit_pfn, true);
	if (!iova && flush_rcache) {
		iova_rcache_flush(iovad);
		iova = alloc_iova(iovad, size, limit_pfn, true);
	}
	return iova ? iova->pfn_lo : 0;
}
EXPORT_SYMBOL_GPL(alloc_iova_fast);

void free_iova_fast(struct iova_domain *iovad, unsigned long pfn, unsigned long size)
{
	if (size > IOVA_CACHED_PAGES_MAX || !iova_rcache_insert(iovad, pfn, size))
		free_iova(iovad, pfn);
}
EXPORT_SYMBOL_GPL(free_iova_fast);

static struct iova *reserve_rest(struct iova_domain *iovad, struct iova *above,
				 unsigned long pfn_lo, unsigned long pfn_hi)
{
	struct iova *iova = node_alloc();

	if (!iova)
		return NULL;
	iova->pfn_lo = pfn_lo;
	iova->pfn_hi = pfn_hi;
	iova->sim_reserved = true;
	iova_tree_insert(iovad, above, iova);
	return iova;
}

struct iova *reserve_iova(struct iova_domain *iovad, unsigned long pfn_lo, unsigned long pfn_hi)
{
	struct iova *iova;
	unsigned long flags;

	if (WARN_ON((pfn_hi | pfn_lo) > (ULLONG_MAX >> iova_shift(iovad))))
		return NULL;
	if (WARN_ON(pfn_lo > pfn_hi))
		return NULL;

	spin_lock_irqsave(&iovad->iova_rbtree_lock, flags);
	/*
	 * Each overlapped range grows down to what is still to be reserved, and takes that part
	 * over; the rest goes on above it. What is left after the last one gets a range of its own.
	 */
	for (;;) {
		iova = iova_tree_reaching(iovad, pfn_lo);
		if (iova->pfn_lo > pfn_hi) {
			iova = reserve_rest(iovad, iova, pfn_lo, pfn_hi);
			break;
		}
		iova->sim_reserved = true;
		if (pfn_lo < iova->pfn_lo)
			iova_tree_grow_down(iovad, iova, pfn_lo);
		if (pfn_hi <= iova->pfn_hi)
			break;
		pfn_lo = iova->pfn_hi + 1;
	}
	spin_unlock_irqrestore(&iovad->iova_rbtree_lock, flags);
	return iova;
}
EXPORT_SYMBOL_GPL(reserve_iova);

void put_iova_domain(struct iova_domain *iovad)
{
	struct iova *iova, *next;

	if (iovad->rcaches)
		iova_rcache_destroy(iovad);
	rbtree_postorder_for_each_entry_safe(iova, next, &iovad->rbroot, node)
		if (iova != &iovad->anchor)
			node_free(iova);
}
EXPORT_SYMBOL_GPL(put_iova_domain);
