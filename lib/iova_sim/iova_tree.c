/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/rbtree_augmented.h>
#include "iova_sim/iova_tree.h"

unsigned long iova_gap_fit(unsigned long lo, unsigned long end)
{
	unsigned long pages = end - lo, block, skip, room;

	if (!pages)
		return 0;
	/*
	 * The largest whole aligned block is the largest power of two up to the length, or half of
	 * that. More than that block fits only from a start with twice its alignment.
	 */
	block = 1UL << (63 - __builtin_clzl(pages));
	skip = -lo & (block - 1);
	room = pages - skip;
	if (room >= block) {
		/* A block of 2^63 doubles to 0, whose mask is all ones: alignment to 2^64. */
		skip = -lo & (2 * block - 1);
		room = skip < pages ? pages - skip : 0;
	} else {
		block /= 2;
	}
	return room > block ? room : block;
}

static __always_inline unsigned long gap_pages(const struct iova *iova)
{
	return iova->pfn_lo - iova->sim_gap_lo;
}

/* Sets the maxima of @iova from its own gap and its children; false when they were right. */
static __always_inline bool update_max(struct iova *iova)
{
	unsigned long fit_pages = iova->sim_fit_pages, pages = gap_pages(iova);
	struct rb_node *left = iova->node.rb_left, *right = iova->node.rb_right;

	if (left) {
		if (to_iova(left)->sim_fit_max_pages > fit_pages)
			fit_pages = to_iova(left)->sim_fit_max_pages;
		if (to_iova(left)->sim_gap_max_pages > pages)
			pages = to_iova(left)->sim_gap_max_pages;
	}
	if (right) {
		if (to_iova(right)->sim_fit_max_pages > fit_pages)
			fit_pages = to_iova(right)->sim_fit_max_pages;
		if (to_iova(right)->sim_gap_max_pages > pages)
			pages = to_iova(right)->sim_gap_max_pages;
	}
	if (iova->sim_fit_max_pages == fit_pages && iova->sim_gap_max_pages == pages)
		return false;
	iova->sim_fit_max_pages = fit_pages;
	iova->sim_gap_max_pages = pages;
	return true;
}

static void propagate(struct rb_node *node, struct rb_node *stop)
{
	while (node != stop && update_max(to_iova(node)))
		node = rb_parent(node);
}

/* The gap of @iova has grown: maxima of ancestors can only grow too, whatever their other parts. */
static void raise_max(struct iova *iova)
{
	unsigned long fit_pages = iova->sim_fit_pages, pages = gap_pages(iova);
	struct rb_node *node = &iova->node;

	do {
		struct iova *ancestor = to_iova(node);
		bool stays = true;

		if (ancestor->sim_fit_max_pages < fit_pages) {
			ancestor->sim_fit_max_pages = fit_pages;
			stays = false;
		}
		if (ancestor->sim_gap_max_pages < pages) {
			ancestor->sim_gap_max_pages = pages;
			stays = false;
		}
		if (stays)
			break;
		node = rb_parent(node);
	} while (node);
}

static void copy_max(struct rb_node *from, struct rb_node *to)
{
	to_iova(to)->sim_fit_max_pages = to_iova(from)->sim_fit_max_pages;
	to_iova(to)->sim_gap_max_pages = to_iova(from)->sim_gap_max_pages;
}

static void rotate(struct rb_node *from, struct rb_node *to)
{
	copy_max(from, to);
	update_max(to_iova(from));
}

static const struct rb_augment_callbacks iova_augment = {
	.propagate = propagate,
	.copy = copy_max,
	.rotate = rotate,
};

/*
 * The anchor's gap is never searched by its key, since nothing lies above it. A constant spares
 * the nodes that have the anchor below them from ever changing.
 */
static __always_inline void update_fit(struct iova_domain *iovad, struct iova *iova)
{
	if (iova != &iovad->anchor)
		iova->sim_fit_pages = iova_gap_fit(iova->sim_gap_lo, iova->pfn_lo);
}

void iova_tree_init(struct iova_domain *iovad)
{
	struct iova *anchor = &iovad->anchor;

	iovad->rbroot = RB_ROOT;
	*anchor = (struct iova){
		.pfn_lo = IOVA_ANCHOR,
		.pfn_hi = IOVA_ANCHOR,
		.sim_fit_pages = ~0UL,
		.sim_fit_max_pages = ~0UL,
		.sim_gap_max_pages = IOVA_ANCHOR,
	};
	rb_link_node(&anchor->node, NULL, &iovad->rbroot.rb_node);
	rb_insert_augmented(&anchor->node, &iovad->rbroot, &iova_augment);
}

void iova_tree_insert(struct iova_domain *iovad, struct iova *above, struct iova *iova)
{
	struct rb_node **link = &above->node.rb_left, *parent = &above->node, *node;

	iova->sim_gap_lo = above->sim_gap_lo;
	above->sim_gap_lo = iova->pfn_hi + 1;
	update_fit(iovad, iova);
	update_fit(iovad, above);
	iova->sim_fit_max_pages = iova->sim_fit_pages;
	iova->sim_gap_max_pages = gap_pages(iova);

	/* Just before @above: its left child, or the last one of its left subtree. */
	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	rb_link_node(&iova->node, parent, link);

	/* Two gaps have changed: the new one below @above, and that of @above itself. */
	for (node = parent; node != &above->node; node = rb_parent(node))
		update_max(to_iova(node));
	propagate(node, NULL);
	rb_insert_augmented(&iova->node, &iovad->rbroot, &iova_augment);
}

void iova_tree_erase(struct iova_domain *iovad, struct iova *iova, struct iova *above)
{
	/*
	 * First the one, then the other: a rotation around @above would otherwise bring its own
	 * maximum up to date and leave that of its new parent behind, where no walk up corrects it.
	 */
	rb_erase_augmented(&iova->node, &iovad->rbroot, &iova_augment);
	above->sim_gap_lo = iova->sim_gap_lo;
	update_fit(iovad, above);
	raise_max(above);
}

void iova_tree_grow_down(struct iova_domain *iovad, struct iova *iova, unsigned long pfn_lo)
{
	iova->pfn_lo = pfn_lo;
	update_fit(iovad, iova);
	propagate(&iova->node, NULL);
}

struct iova *iova_tree_find(struct iova_domain *iovad, unsigned long pfn)
{
	struct rb_node *node = iovad->rbroot.rb_node;
	struct iova *found = NULL;

	/* The last range that starts at or below; its end, in another cache line, is read once. */
	while (node) {
		struct iova *iova = to_iova(node);

		if (pfn < iova->pfn_lo) {
			node = node->rb_left;
			continue;
		}
		found = iova;
		if (pfn == iova->pfn_lo)
			break;
		node = node->rb_right;
	}
	return found && pfn <= found->pfn_hi ? found : NULL;
}

struct iova *iova_tree_reaching(struct iova_domain *iovad, unsigned long pfn)
{
	struct rb_node *node = iovad->rbroot.rb_node;
	struct iova *found = &iovad->anchor;

	while (node) {
		if (to_iova(node)->pfn_hi >= pfn) {
			found = to_iova(node);
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

struct iova *iova_tree_starting(struct iova_domain *iovad, unsigned long pfn)
{
	struct rb_node *node = iovad->rbroot.rb_node;
	struct iova *found = &iovad->anchor;

	/* The usual limit lies in the anchor's gap, above all ranges. */
	if (found->sim_gap_lo <= pfn)
		return found;
	while (node) {
		if (to_iova(node)->pfn_lo >= pfn) {
			found = to_iova(node);
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static __always_inline bool gap_holds(const struct iova *iova, unsigned long size,
				      bool size_aligned)
{
	return size_aligned ? iova->sim_fit_pages >= size : gap_pages(iova) >= size;
}

static __always_inline bool subtree_holds(struct rb_node *node, unsigned long size,
					  bool size_aligned)
{
	if (!node)
		return false;
	return size_aligned ? to_iova(node)->sim_fit_max_pages >= size :
			      to_iova(node)->sim_gap_max_pages >= size;
}

/* The highest gap of a subtree that is known to have one. */
static __always_inline struct iova *last_in_subtree(struct rb_node *node, unsigned long size,
						    bool size_aligned)
{
	for (;;) {
		if (subtree_holds(node->rb_right, size, size_aligned))
			node = node->rb_right;
		else if (gap_holds(to_iova(node), size, size_aligned))
			return to_iova(node);
		else
			node = node->rb_left;
	}
}

static __always_inline struct iova *gap_below(struct rb_node *node, unsigned long size,
					      bool size_aligned)
{
	struct rb_node *parent;

	if (subtree_holds(node->rb_left, size, size_aligned))
		return last_in_subtree(node->rb_left, size, size_aligned);
	for (; (parent = rb_parent(node)); node = parent) {
		if (parent->rb_left == node)
			continue;
		if (gap_holds(to_iova(parent), size, size_aligned))
			return to_iova(parent);
		if (subtree_holds(parent->rb_left, size, size_aligned))
			return last_in_subtree(parent->rb_left, size, size_aligned);
	}
	return NULL;
}

struct iova *iova_tree_gap_below(struct iova *above, unsigned long size, bool size_aligned)
{
	/* Two copies, so that neither asks for the kind of request at each step. */
	if (size_aligned)
		return gap_below(&above->node, size, true);
	return gap_below(&above->node, size, false);
}
