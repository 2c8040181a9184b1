/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_IOVA_H
#define _LINUX_IOVA_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct iova_rcache;

/*
 * fidelity: simplified: struct iova has more members than the kernel's, all named sim_; struct
 * iova_domain has no cpuhp_dead, since CPUs of the model do not go away
 */

/**
 * struct iova - an allocated or reserved range of IOVA space
 * @node: in the domain's tree, by @pfn_lo
 * @pfn_lo: first pfn
 * @sim_gap_lo: first pfn of the free gap just below; @pfn_lo when there is none
 * @sim_fit_pages: the largest size-aligned request that the gap can hold
 * @sim_fit_max_pages: maximum of @sim_fit_pages over the subtree
 * @sim_gap_max_pages: maximum of the gaps' lengths over the subtree
 * @pfn_hi: last pfn
 * @sim_reserved: made, or grown, by reserve_iova()
 * @sim_cached: scratch of the walker
 *
 * What walks along the tree touch comes first: 64 bytes, one cache line.
 */
struct iova {
	struct rb_node node;
	unsigned long pfn_lo;
	unsigned long sim_gap_lo;
	unsigned long sim_fit_pages;
	unsigned long sim_fit_max_pages;
	unsigned long sim_gap_max_pages;
	unsigned long pfn_hi;
	bool sim_reserved;
	bool sim_cached;
};

/**
 * struct iova_domain - one IOVA address space
 * @iova_rbtree_lock: protects all members but @rcaches
 * @rbroot: ranges, the anchor included
 * @cached_node: where a search with a limit above 4 GiB begins
 * @cached32_node: where a search with a limit of at most 4 GiB begins
 * @granule: bytes per pfn
 * @start_pfn: lowest pfn that is handed out
 * @dma_32bit_pfn: first pfn above 4 GiB
 * @max32_alloc_size: requests of at least this size below 4 GiB fail at once
 * @anchor: always in the tree, above everything
 * @rcaches: array of caches by order, NULL before iova_domain_init_rcaches()
 */
struct iova_domain {
	spinlock_t iova_rbtree_lock;
	struct rb_root rbroot;
	struct rb_node *cached_node;
	struct rb_node *cached32_node;
	unsigned long granule;
	unsigned long start_pfn;
	unsigned long dma_32bit_pfn;
	unsigned long max32_alloc_size;
	struct iova anchor;
	struct iova_rcache *rcaches;
};

/* fidelity: same */
static inline unsigned long iova_size(struct iova *iova)
{
	return iova->pfn_hi - iova->pfn_lo + 1;
}

static inline unsigned long iova_shift(struct iova_domain *iovad)
{
	return __ffs(iovad->granule);
}

static inline unsigned long iova_mask(struct iova_domain *iovad)
{
	return iovad->granule - 1;
}

static inline size_t iova_offset(struct iova_domain *iovad, dma_addr_t iova)
{
	return iova & iova_mask(iovad);
}

static inline size_t iova_align(struct iova_domain *iovad, size_t size)
{
	return ALIGN(size, iovad->granule);
}

static inline size_t iova_align_down(struct iova_domain *iovad, size_t size)
{
	return ALIGN_DOWN(size, iovad->granule);
}

static inline dma_addr_t iova_dma_addr(struct iova_domain *iovad, struct iova *iova)
{
	return (dma_addr_t)iova->pfn_lo << iova_shift(iovad);
}

static inline unsigned long iova_pfn(struct iova_domain *iovad, dma_addr_t iova)
{
	return iova >> iova_shift(iovad);
}

/* fidelity: simplified: the caches of nodes and magazines live as long as the world */
int iova_cache_get(void);
void iova_cache_put(void);

/*
 * fidelity: simplified: same addresses and same state as the kernel for the same calls, found
 * without a linear scan; what is undefined in the kernel (size 0, first above last, freeing the
 * anchor) warns and does nothing
 */
unsigned long iova_rcache_range(void);
void free_iova(struct iova_domain *iovad, unsigned long pfn);
void __free_iova(struct iova_domain *iovad, struct iova *iova);
struct iova *alloc_iova(struct iova_domain *iovad, unsigned long size, unsigned long limit_pfn,
			bool size_aligned);
void free_iova_fast(struct iova_domain *iovad, unsigned long pfn, unsigned long size);
unsigned long alloc_iova_fast(struct iova_domain *iovad, unsigned long size,
			      unsigned long limit_pfn, bool flush_rcache);
struct iova *reserve_iova(struct iova_domain *iovad, unsigned long pfn_lo, unsigned long pfn_hi);
void init_iova_domain(struct iova_domain *iovad, unsigned long granule, unsigned long start_pfn);
int iova_domain_init_rcaches(struct iova_domain *iovad);
struct iova *find_iova(struct iova_domain *iovad, unsigned long pfn);
void put_iova_domain(struct iova_domain *iovad);

#endif
