/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between the tree side (iova.c) and the magazines (iova_rcache.c) of the IOVA allocator. */
#ifndef IOVA_SIM_IOVA_INTERNAL_H
#define IOVA_SIM_IOVA_INTERNAL_H

#include <linux/iova.h>

/* Magazines take sizes of these orders: 1 to 32 pages. */
#define IOVA_RANGE_CACHE_MAX_SIZE 6
#define IOVA_CACHED_PAGES_MAX (1UL << (IOVA_RANGE_CACHE_MAX_SIZE - 1))

/**
 * iova_rcache_insert - put a freed range into this CPU's magazine
 * @iovad: domain
 * @pfn: start
 * @size: pages, at most IOVA_CACHED_PAGES_MAX, which pick the magazine
 *
 * Models: iova_rcache_insert(), drivers/iommu/iova.c, v7.0
 * Return: false when no memory for a magazine was left; the range then has to go back to the tree.
 */
bool iova_rcache_insert(struct iova_domain *iovad, unsigned long pfn, unsigned long size);
/**
 * iova_rcache_get - take a range out of this CPU's magazine
 * @iovad: domain
 * @size: pages, at most IOVA_CACHED_PAGES_MAX
 * @limit_pfn: first pfn that is too high, for the end of the range
 *
 * Models: iova_rcache_get(), drivers/iommu/iova.c, v7.0
 * Return: its pfn, or 0.
 */
unsigned long iova_rcache_get(struct iova_domain *iovad, unsigned long size,
			      unsigned long limit_pfn);
/**
 * iova_rcache_flush - give all that magazines hold back to the tree: all CPUs, then the depots
 * @iovad: domain
 */
void iova_rcache_flush(struct iova_domain *iovad);
/** iova_rcache_destroy - free the magazines, not what they hold; @iovad has rcaches */
void iova_rcache_destroy(struct iova_domain *iovad);
/**
 * iova_rcache_for_each - call @fn for each pfn in a magazine or a depot of @iovad
 * @iovad: domain, with or without rcaches
 * @fn: called in order of size, CPU, magazine
 * @ctx: passed to @fn
 */
void iova_rcache_for_each(struct iova_domain *iovad, void (*fn)(void *ctx, unsigned long pfn),
			  void *ctx);

/**
 * iova_free_pfns - give ranges back to the tree
 * @iovad: domain
 * @pfns: pfns, each inside of an allocated range (else it warns)
 * @count: number of @pfns
 */
void iova_free_pfns(struct iova_domain *iovad, const unsigned long *pfns, unsigned long count);

#endif
