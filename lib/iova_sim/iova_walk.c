/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "iova_sim/iova_internal.h"
#include "iova_sim/iova_tree.h"
#include "iova_sim/iova_walk.h"

static void mark_cached(void *ctx, unsigned long pfn)
{
	struct iova *iova = iova_tree_find(ctx, pfn);

	/* A pfn that was freed twice can be in a magazine without being in the tree. */
	if (iova)
		iova->sim_cached = true;
}

unsigned long iova_walk(struct iova_domain *iovad, struct iova_record *records, unsigned long max)
{
	unsigned long count = 0;
	struct rb_node *node;

	for (node = rb_first(&iovad->rbroot); node; node = rb_next(node))
		to_iova(node)->sim_cached = false;
	iova_rcache_for_each(iovad, mark_cached, iovad);
	for (node = rb_first(&iovad->rbroot); node; node = rb_next(node)) {
		const struct iova *iova = to_iova(node);

		if (iova == &iovad->anchor)
			continue;
		if (count < max)
			records[count] = (struct iova_record){
				.pfn_lo = iova->pfn_lo,
				.pfn_last = iova->pfn_hi,
				.cached = iova->sim_cached,
				.reserved = iova->sim_reserved,
			};
		count++;
	}
	return count;
}

/* By definition: the largest over all alignments of what the first aligned start has room for. */
static unsigned long slow_gap_fit(unsigned long lo, unsigned long end)
{
	unsigned long best = 0;

	for (unsigned int shift = 0; shift < 64; shift++) {
		unsigned long block = 1UL << shift;
		unsigned long start = (lo + block - 1) & ~(block - 1);
		unsigned long room;

		if (start < lo || start >= end)
			break;
		room = end - start < block ? end - start : block;
		if (room > best)
			best = room;
	}
	return best;
}

static unsigned long max3_of(unsigned long own, const struct iova *left, unsigned long left_max,
			     const struct iova *right, unsigned long right_max)
{
	if (left && left_max > own)
		own = left_max;
	return right && right_max > own ? right_max : own;
}

static const char *node_is_valid(struct iova_domain *iovad, struct iova *iova)
{
	struct iova *left = rb_entry_safe(iova->node.rb_left, struct iova, node);
	struct iova *right = rb_entry_safe(iova->node.rb_right, struct iova, node);
	unsigned long fit_pages;

	if (left && rb_parent(&left->node) != &iova->node)
		return "a left child has another parent";
	if (right && rb_parent(&right->node) != &iova->node)
		return "a right child has another parent";
	fit_pages = iova == &iovad->anchor ? ~0UL : slow_gap_fit(iova->sim_gap_lo, iova->pfn_lo);
	if (iova->sim_fit_pages != fit_pages)
		return "a gap's fit is wrong";
	if (iova->sim_fit_max_pages != max3_of(fit_pages, left, left ? left->sim_fit_max_pages : 0,
					       right, right ? right->sim_fit_max_pages : 0))
		return "a subtree's largest fit is wrong";
	if (iova->sim_gap_max_pages != max3_of(iova->pfn_lo - iova->sim_gap_lo, left,
					       left ? left->sim_gap_max_pages : 0, right,
					       right ? right->sim_gap_max_pages : 0))
		return "a subtree's longest gap is wrong";
	return NULL;
}

const char *iova_domain_is_valid(struct iova_domain *iovad)
{
	bool found_cached = false, found_cached32 = false;
	struct iova *last = NULL;
	struct rb_node *node;

	for (node = rb_first(&iovad->rbroot); node; node = rb_next(node)) {
		struct iova *iova = to_iova(node);
		const char *wrong;

		if (iova->pfn_hi < iova->pfn_lo)
			return "a range is empty";
		if (last && iova->pfn_lo <= last->pfn_hi)
			return "ranges overlap or are out of order";
		if (iova->sim_gap_lo != (last ? last->pfn_hi + 1 : 0))
			return "a gap does not begin where the range below ends";
		wrong = node_is_valid(iovad, iova);
		if (wrong)
			return wrong;
		found_cached |= node == iovad->cached_node;
		found_cached32 |= node == iovad->cached32_node;
		last = iova;
	}
	if (last != &iovad->anchor || last->pfn_hi != IOVA_ANCHOR)
		return "the anchor is not the last range";
	if (!found_cached || !found_cached32)
		return "a cached node is not in the tree";
	return NULL;
}
