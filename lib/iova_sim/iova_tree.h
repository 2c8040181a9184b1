/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The tree of IOVA ranges, which answers in O(log n): which is the highest free gap below a given
 * range that can hold a request?
 *
 * DOC: Vocabulary
 *
 * gap       the free pfns between a range and the next lower one (or 0); it belongs to the range
 *           above it, so the anchor owns the highest one.
 * fit       of a gap: the largest request with size alignment that it can hold. Such a request of
 *           n pages starts at a multiple of 2^k, the smallest power of two that is at least n, and
 *           occupies n pages. If a gap holds n then it holds every smaller n': the same start is
 *           aligned enough. So one number per gap decides for *all* sizes, powers of two or not,
 *           and its maximum over a subtree says exactly whether the subtree holds such a gap.
 *
 *	2^(k+1)        2^k            2^(k+1)
 *	|---------------|---------------|
 *	          [####### gap #######)        the largest whole aligned block is 2^(k-1) pages;
 *	                [ n ...       )        a start at 2^k has room for more than that
 *
 * DOC: Worst case
 *
 * Insert, erase and both kinds of search are O(log n) in the number of ranges for every mix of
 * sizes and alignments: no search ever looks at a gap that proves too small or misaligned, except
 * for the one gap that the limit cuts, which is looked at by itself. Requests without alignment use
 * the maximum of the gap lengths in the same way. An allocation is at most two searches (the second
 * is the retry from the limit) and one insertion.
 */
#ifndef IOVA_SIM_IOVA_TREE_H
#define IOVA_SIM_IOVA_TREE_H

#include <linux/iova.h>
#include <linux/types.h>

#define IOVA_ANCHOR (~0UL)

static inline struct iova *to_iova(struct rb_node *node)
{
	return rb_entry(node, struct iova, node);
}

/**
 * iova_gap_fit - the largest size-aligned request that a gap can hold
 * @lo: first free pfn
 * @end: first pfn above the gap, at least @lo
 *
 * Return: pages, 0 for an empty gap.
 */
unsigned long iova_gap_fit(unsigned long lo, unsigned long end);
/** iova_tree_init - make the tree of @iovad hold the anchor and nothing else */
void iova_tree_init(struct iova_domain *iovad);
/**
 * iova_tree_insert - put a new range into the gap below another
 * @iovad: domain
 * @above: owner of the gap that holds the whole new range
 * @iova: new range, pfn_lo and pfn_hi set
 */
void iova_tree_insert(struct iova_domain *iovad, struct iova *above, struct iova *iova);
/**
 * iova_tree_erase - take a range out
 * @iovad: domain
 * @iova: range, not the anchor
 * @above: the next higher range
 */
void iova_tree_erase(struct iova_domain *iovad, struct iova *iova, struct iova *above);
/** iova_tree_grow_down - extend @iova to begin at @pfn_lo, which lies in the gap below it */
void iova_tree_grow_down(struct iova_domain *iovad, struct iova *iova, unsigned long pfn_lo);
/** iova_tree_find - the range that holds @pfn, or NULL */
struct iova *iova_tree_find(struct iova_domain *iovad, unsigned long pfn);
/** iova_tree_reaching - the lowest range with pfn_hi at or above @pfn; the anchor at the latest */
struct iova *iova_tree_reaching(struct iova_domain *iovad, unsigned long pfn);
/** iova_tree_starting - the lowest range with pfn_lo at or above @pfn; the anchor at the latest */
struct iova *iova_tree_starting(struct iova_domain *iovad, unsigned long pfn);
/**
 * iova_tree_gap_below - owner of the highest gap that can hold a request, below a given gap
 * @above: owner of the gap that is not looked at any more
 * @size: pages
 * @size_aligned: start at a multiple of @size rounded up to a power of two
 *
 * Return: the owner, or NULL when no gap can.
 */
struct iova *iova_tree_gap_below(struct iova *above, unsigned long size, bool size_aligned);

#endif
