/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A map from index to entry as a tree of nodes with 64 slots. A node at shift s holds entries
 * (s is 0) or nodes that each cover 2^s indices. An entry at index 0 alone lies in the head,
 * without a node. Reserved indices hold XA_ZERO_ENTRY, which callers never see.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include "kernel/xarray_internal.h"

void xa_walk_find(struct xa_walk *walk)
{
	void *entry = walk->xa->xa_head;

	walk->node = NULL;
	walk->slot = NULL;
	if (!xa_is_node(entry)) {
		if (walk->index == 0)
			walk->slot = &walk->xa->xa_head;
		return;
	}
	if (walk->index > xa_max_index(xa_to_node(entry)->shift))
		return;
	for (;;) {
		struct xa_node *node = xa_to_node(entry);
		void **slot = &node->slots[xa_offset_at(walk->index, node->shift)];

		if (node->shift == 0) {
			walk->node = node;
			walk->slot = slot;
			return;
		}
		entry = *slot;
		if (!entry)
			return;
	}
}

static void *load(struct xarray *xa, unsigned long index)
{
	struct xa_walk walk = { .xa = xa, .index = index };

	xa_walk_find(&walk);
	return walk.slot ? *walk.slot : NULL;
}

/* Removes nodes that became empty, from @node up, then levels on top that hold only slot 0. */
static void prune(struct xarray *xa, struct xa_node *node)
{
	while (node && node->count == 0) {
		struct xa_node *parent = node->parent;

		if (parent) {
			parent->slots[node->offset] = NULL;
			parent->count--;
		} else {
			xa->xa_head = NULL;
		}
		kfree(node);
		node = parent;
	}
	while (xa_is_node(xa->xa_head)) {
		struct xa_node *top = xa_to_node(xa->xa_head);

		if (top->count != 1 || !top->slots[0])
			break;
		xa->xa_head = top->slots[0];
		if (xa_is_node(xa->xa_head))
			xa_to_node(xa->xa_head)->parent = NULL;
		kfree(top);
	}
}

/* Removes what a failed store left on the way to its index. */
static void prune_way(struct xa_walk *walk)
{
	void *entry = walk->xa->xa_head;
	struct xa_node *node = NULL;

	while (xa_is_node(entry)) {
		node = xa_to_node(entry);
		if (node->shift == 0 ||
		    walk->index > xa_max_index(xa_to_node(walk->xa->xa_head)->shift))
			break;
		entry = node->slots[xa_offset_at(walk->index, node->shift)];
	}
	prune(walk->xa, node);
}

static struct xa_node *make_node(struct xa_walk *walk, unsigned int shift)
{
	struct xa_node *node = walk->spare;

	walk->spare = NULL;
	if (!node && !gfpflags_allow_blocking(walk->gfp))
		node = kmalloc(sizeof(*node), walk->gfp);
	if (!node)
		return NULL;
	memset(node, 0, sizeof(*node));
	node->shift = shift;
	return node;
}

/* One more level on top: what the head held moves to slot 0. */
static bool grow(struct xa_walk *walk, unsigned int shift)
{
	struct xarray *xa = walk->xa;
	struct xa_node *node = make_node(walk, shift);
	unsigned int mark;

	if (!node)
		return false;
	if (xa->xa_head) {
		node->slots[0] = xa->xa_head;
		node->count = 1;
		for (mark = 0; mark < XA_MAX_MARKS; mark++)
			node->marks[mark] = xa_marked(xa, mark);
		if (xa_is_node(xa->xa_head))
			xa_to_node(xa->xa_head)->parent = node;
	}
	xa->xa_head = xa_mk_node(node);
	return true;
}

/* Makes the way to walk->index as far as memory allows; true if it is there. */
static bool make_slot(struct xa_walk *walk)
{
	struct xarray *xa = walk->xa;
	struct xa_node *node;
	unsigned int shift = 0;

	if (!xa->xa_head && walk->index > 0) {
		while (walk->index > xa_max_index(shift))
			shift += XA_CHUNK_SHIFT;
		if (!grow(walk, shift))
			return false;
	}
	if (walk->index > 0 && !xa_is_node(xa->xa_head) && !grow(walk, 0))
		return false;
	while (walk->index > 0 && walk->index > xa_max_index(xa_to_node(xa->xa_head)->shift))
		if (!grow(walk, xa_to_node(xa->xa_head)->shift + XA_CHUNK_SHIFT))
			return false;
	if (!xa_is_node(xa->xa_head)) {
		xa_walk_find(walk);
		return true;
	}
	for (node = xa_to_node(xa->xa_head); node->shift > 0;) {
		unsigned int offset = xa_offset_at(walk->index, node->shift);

		if (!node->slots[offset]) {
			struct xa_node *child = make_node(walk, node->shift - XA_CHUNK_SHIFT);

			if (!child)
				return false;
			child->parent = node;
			child->offset = offset;
			node->slots[offset] = xa_mk_node(child);
			node->count++;
		}
		node = xa_to_node(node->slots[offset]);
	}
	xa_walk_find(walk);
	return true;
}

static void drop_lock(struct xarray *xa)
{
	switch (xa->xa_flags & (XA_FLAGS_LOCK_IRQ | XA_FLAGS_LOCK_BH)) {
	case XA_FLAGS_LOCK_IRQ:
		xa_unlock_irq(xa);
		break;
	case XA_FLAGS_LOCK_BH:
		xa_unlock_bh(xa);
		break;
	default:
		xa_unlock(xa);
	}
}

static void retake_lock(struct xarray *xa)
{
	switch (xa->xa_flags & (XA_FLAGS_LOCK_IRQ | XA_FLAGS_LOCK_BH)) {
	case XA_FLAGS_LOCK_IRQ:
		xa_lock_irq(xa);
		break;
	case XA_FLAGS_LOCK_BH:
		xa_lock_bh(xa);
		break;
	default:
		xa_lock(xa);
	}
}

/* After make_slot() failed: true if it is worth another try, and the map may have changed. */
static bool refill(struct xa_walk *walk)
{
	if (!gfpflags_allow_blocking(walk->gfp))
		return false;
	drop_lock(walk->xa);
	walk->spare = kmalloc(sizeof(*walk->spare), walk->gfp);
	retake_lock(walk->xa);
	return walk->spare != NULL;
}

/* Replaces what an existing slot holds; nodes that this empties go. */
static void fill_slot(struct xa_walk *walk, void *entry)
{
	struct xa_node *node = walk->node;
	xa_mark_t mark;

	if (node)
		node->count += !!entry - !!*walk->slot;
	*walk->slot = entry;
	if (entry)
		return;
	for (mark = 0; mark < XA_MAX_MARKS; mark++)
		xa_walk_clear_mark(walk->xa, node, xa_offset_at(walk->index, 0), mark);
	prune(walk->xa, node);
}

/*
 * Stores @entry at walk->index if what is there is @expected, or in any case if @any.
 * Returns what was there, or an error entry.
 */
static void *exchange(struct xa_walk *walk, void *expected, bool any, void *entry)
{
	void *found;

	for (;;) {
		xa_walk_find(walk);
		found = walk->slot ? *walk->slot : NULL;
		if (!any && found != expected)
			break;
		if (walk->slot || !entry || make_slot(walk)) {
			if (walk->slot)
				fill_slot(walk, entry);
			break;
		}
		if (!refill(walk)) {
			prune_way(walk);
			return XA_ERROR(-ENOMEM);
		}
	}
	if (walk->spare)
		kfree(walk->spare);
	return found;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	return xa_zero_to_null(load(xa, index));
}
EXPORT_SYMBOL(xa_load);

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_walk walk = { .xa = xa, .index = index, .gfp = gfp };

	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return XA_ERROR(-EINVAL);
	/* An allocated index stays allocated until it is erased. */
	if ((xa->xa_flags & XA_FLAGS_TRACK_FREE) && !entry)
		entry = XA_ZERO_ENTRY;
	return xa_zero_to_null(exchange(&walk, NULL, true, entry));
}
EXPORT_SYMBOL(__xa_store);

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;

	xa_lock(xa);
	old = __xa_store(xa, index, entry, gfp);
	xa_unlock(xa);
	return old;
}
EXPORT_SYMBOL(xa_store);

void *__xa_erase(struct xarray *xa, unsigned long index)
{
	struct xa_walk walk = { .xa = xa, .index = index };

	return xa_zero_to_null(exchange(&walk, NULL, true, NULL));
}
EXPORT_SYMBOL(__xa_erase);

void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *old;

	xa_lock(xa);
	old = __xa_erase(xa, index);
	xa_unlock(xa);
	return old;
}
EXPORT_SYMBOL(xa_erase);

void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	struct xa_walk walk = { .xa = xa, .index = index, .gfp = gfp };

	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return XA_ERROR(-EINVAL);
	return xa_zero_to_null(exchange(&walk, old, false, entry));
}
EXPORT_SYMBOL(__xa_cmpxchg);

int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_walk walk = { .xa = xa, .index = index, .gfp = gfp };
	void *found;

	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return -EINVAL;
	found = exchange(&walk, NULL, false, entry ? entry : XA_ZERO_ENTRY);
	if (xa_is_err(found))
		return xa_err(found);
	return found ? -EBUSY : 0;
}
EXPORT_SYMBOL(__xa_insert);

/* First index in [min, max] that holds nothing; false if there is none. */
static bool find_free(struct xarray *xa, unsigned long min, unsigned long max,
		      unsigned long *index)
{
	unsigned long at = min;

	while (at <= max) {
		struct xa_walk walk = { .xa = xa, .index = at };
		unsigned int offset;

		xa_walk_find(&walk);
		if (!walk.slot || !*walk.slot) {
			*index = at;
			return true;
		}
		if (!walk.node) {
			at++;
			continue;
		}
		for (offset = xa_offset_at(at, 0); offset < XA_CHUNK_SIZE; offset++, at++)
			if (!walk.node->slots[offset])
				break;
		if (at == 0)
			return false;
	}
	return false;
}

int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	unsigned long min = limit.min;
	unsigned long index;

	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return -EINVAL;
	if (WARN_ON_ONCE(!(xa->xa_flags & XA_FLAGS_TRACK_FREE)))
		return -EINVAL;
	if (min == 0 && (xa->xa_flags & XA_FLAGS_ZERO_BUSY))
		min = 1;
	for (;;) {
		int err;

		if (!find_free(xa, min, limit.max, &index))
			return -EBUSY;
		/* Allocating may drop the lock, and then another may take this index. */
		err = __xa_insert(xa, index, entry, gfp);
		if (err == -EBUSY)
			continue;
		if (!err)
			*id = index;
		return err;
	}
}
EXPORT_SYMBOL(__xa_alloc);

int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp)
{
	u32 min = limit.min;
	bool wrapped = xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED;
	int err;

	if (limit.min < *next)
		limit.min = *next;
	err = __xa_alloc(xa, id, entry, limit, gfp);
	if (!err) {
		xa->xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED;
	} else if (limit.min > min) {
		limit.min = min;
		err = __xa_alloc(xa, id, entry, limit, gfp);
		wrapped = true;
	}
	if (err)
		return err;
	*next = *id + 1;
	if (*next == 0)
		xa->xa_flags |= XA_FLAGS_ALLOC_WRAPPED;
	return wrapped;
}
EXPORT_SYMBOL(__xa_alloc_cyclic);
