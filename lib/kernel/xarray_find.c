/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Looking through a map (xarray.c stores): search, marks, giving all of it up, and its check.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "kernel/xarray_check.h"
#include "kernel/xarray_internal.h"

/* First slot at or after @offset that passes @filter, or XA_CHUNK_SIZE. */
static unsigned int next_slot(const struct xa_node *node, unsigned int offset, xa_mark_t filter)
{
	if (filter < XA_MAX_MARKS)
		return find_next_bit(&node->marks[filter], XA_CHUNK_SIZE, offset);
	while (offset < XA_CHUNK_SIZE && !node->slots[offset])
		offset++;
	return offset;
}

/* First entry in [*index, max] that passes @filter, reserved indices included. */
static void *next_entry(struct xarray *xa, unsigned long *index, unsigned long max,
			xa_mark_t filter)
{
	unsigned long at = *index;
	struct xa_node *node;

	if (filter < XA_MAX_MARKS && !xa_marked(xa, filter))
		return NULL;
	if (!xa_is_node(xa->xa_head))
		return at == 0 ? xa->xa_head : NULL;
	node = xa_to_node(xa->xa_head);
	if (at > xa_max_index(node->shift))
		return NULL;
	for (;;) {
		unsigned int offset = xa_offset_at(at, node->shift);
		unsigned int next = next_slot(node, offset, filter);

		if (next == XA_CHUNK_SIZE) {
			/* The first index behind this node; its slot is one further on above. */
			at = (at | xa_max_index(node->shift)) + 1;
			if (at == 0 || at > max)
				return NULL;
			do {
				if (!node->parent)
					return NULL;
				next = node->offset;
				node = node->parent;
			} while (next == XA_CHUNK_SIZE - 1);
			continue;
		}
		if (next != offset)
			at = (at & ~xa_max_index(node->shift)) |
			     ((unsigned long)next << node->shift);
		if (at > max)
			return NULL;
		if (node->shift == 0) {
			*index = at;
			return node->slots[next];
		}
		node = xa_to_node(node->slots[next]);
	}
}

void *xa_find(struct xarray *xa, unsigned long *indexp, unsigned long max, xa_mark_t filter)
{
	unsigned long index = *indexp;

	while (index <= max) {
		void *entry = next_entry(xa, &index, max, filter);

		if (!entry)
			return NULL;
		if (!xa_is_zero(entry)) {
			*indexp = index;
			return entry;
		}
		if (index++ == ULONG_MAX)
			return NULL;
	}
	return NULL;
}
EXPORT_SYMBOL(xa_find);

void *xa_find_after(struct xarray *xa, unsigned long *indexp, unsigned long max,
		    xa_mark_t filter)
{
	unsigned long index = *indexp + 1;
	void *entry;

	if (index == 0)
		return NULL;
	entry = xa_find(xa, &index, max, filter);
	if (entry)
		*indexp = index;
	return entry;
}
EXPORT_SYMBOL(xa_find_after);

unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter)
{
	unsigned long index = start;
	unsigned int count = 0;
	void *entry;

	if (n == 0)
		return 0;
	entry = xa_find(xa, &index, max, filter);
	while (entry) {
		dst[count++] = entry;
		if (count == n)
			break;
		entry = xa_find_after(xa, &index, max, filter);
	}
	return count;
}
EXPORT_SYMBOL(xa_extract);

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_walk walk = { .xa = xa, .index = index };

	xa_walk_find(&walk);
	if (!walk.slot || !*walk.slot)
		return false;
	if (!walk.node)
		return xa_marked(xa, mark);
	return walk.node->marks[mark] & BIT(xa_offset_at(index, 0));
}
EXPORT_SYMBOL(xa_get_mark);

void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_walk walk = { .xa = xa, .index = index };
	unsigned int offset = xa_offset_at(index, 0);
	struct xa_node *node;

	xa_walk_find(&walk);
	if (!walk.slot || !*walk.slot)
		return;
	for (node = walk.node; node; node = node->parent) {
		node->marks[mark] |= BIT(offset);
		offset = node->offset;
	}
	xa->xa_flags |= XA_FLAGS_MARK(mark);
}
EXPORT_SYMBOL(__xa_set_mark);

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_set_mark(xa, index, mark);
	xa_unlock(xa);
}
EXPORT_SYMBOL(xa_set_mark);

void xa_walk_clear_mark(struct xarray *xa, struct xa_node *node, unsigned int offset,
			xa_mark_t mark)
{
	while (node) {
		node->marks[mark] &= ~BIT(offset);
		if (node->marks[mark])
			return;
		offset = node->offset;
		node = node->parent;
	}
	xa->xa_flags &= ~XA_FLAGS_MARK(mark);
}

void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct xa_walk walk = { .xa = xa, .index = index };

	xa_walk_find(&walk);
	if (walk.slot && *walk.slot)
		xa_walk_clear_mark(xa, walk.node, xa_offset_at(index, 0), mark);
}
EXPORT_SYMBOL(__xa_clear_mark);

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_clear_mark(xa, index, mark);
	xa_unlock(xa);
}
EXPORT_SYMBOL(xa_clear_mark);

void xa_destroy(struct xarray *xa)
{
	struct xa_node *node = NULL;
	unsigned int offset = 0;
	unsigned long flags;

	xa_lock_irqsave(xa, flags);
	if (xa_is_node(xa->xa_head))
		node = xa_to_node(xa->xa_head);
	xa->xa_head = NULL;
	xa->xa_flags &= ~(XA_FLAGS_MARK(0) | XA_FLAGS_MARK(1) | XA_FLAGS_MARK(2));
	while (node) {
		struct xa_node *parent = node->parent;

		while (node->shift && offset < XA_CHUNK_SIZE && !node->slots[offset])
			offset++;
		if (node->shift && offset < XA_CHUNK_SIZE) {
			node = xa_to_node(node->slots[offset]);
			offset = 0;
			continue;
		}
		offset = node->offset + 1;
		kfree(node);
		node = parent;
	}
	xa_unlock_irqrestore(xa, flags);
}
EXPORT_SYMBOL(xa_destroy);

static bool node_is_valid(const struct xa_node *node, const struct xa_node *parent)
{
	unsigned int count = 0;
	unsigned int offset;
	xa_mark_t mark;

	if (node->parent != parent || node->shift % XA_CHUNK_SHIFT)
		return false;
	for (offset = 0; offset < XA_CHUNK_SIZE; offset++) {
		void *entry = node->slots[offset];
		const struct xa_node *child = NULL;

		if (entry && xa_is_node(entry) != (node->shift > 0))
			return false;
		if (entry && node->shift) {
			child = xa_to_node(entry);
			if (child->offset != offset ||
			    child->shift + XA_CHUNK_SHIFT != node->shift ||
			    !node_is_valid(child, node))
				return false;
		}
		count += !!entry;
		for (mark = 0; mark < XA_MAX_MARKS; mark++) {
			bool marked = node->marks[mark] & BIT(offset);

			if (marked && !entry)
				return false;
			if (child && marked != !!child->marks[mark])
				return false;
		}
	}
	return count > 0 && count == node->count;
}

bool sim_xa_is_valid(const struct xarray *xa)
{
	const struct xa_node *top;
	xa_mark_t mark;

	if (!xa_is_node(xa->xa_head)) {
		for (mark = 0; mark < XA_MAX_MARKS; mark++)
			if (xa_marked(xa, mark) && !xa->xa_head)
				return false;
		return true;
	}
	top = xa_to_node(xa->xa_head);
	for (mark = 0; mark < XA_MAX_MARKS; mark++)
		if (xa_marked(xa, mark) != !!top->marks[mark])
			return false;
	return node_is_valid(top, NULL) && !(top->count == 1 && top->slots[0]);
}
