/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_XARRAY_INTERNAL_H
#define KERNEL_XARRAY_INTERNAL_H

#include <linux/bitops.h>
#include <linux/xarray.h>

/**
 * struct xa_node - 64 neighbouring slots of a map
 * @shift: each slot covers 2^shift indices; with 0 it holds an entry, otherwise a node
 * @offset: which slot of @parent holds this node
 * @count: slots that are not NULL
 * @parent: NULL for the one that the head points to
 * @slots: entries or nodes
 * @marks: per mark the slots that have it, or that hold a node with a slot that has it
 */
struct xa_node {
	unsigned char shift;
	unsigned char offset;
	unsigned char count;
	struct xa_node *parent;
	void *slots[XA_CHUNK_SIZE];
	unsigned long marks[XA_MAX_MARKS];
};

/**
 * struct xa_walk - the way to one slot, and memory to make it
 * @xa: map
 * @index: where
 * @gfp: how to allocate
 * @node: node that @slot is in, NULL for the head
 * @slot: NULL if there is none on the way
 * @spare: node allocated while the lock was dropped, not used yet
 */
struct xa_walk {
	struct xarray *xa;
	unsigned long index;
	gfp_t gfp;
	struct xa_node *node;
	void **slot;
	struct xa_node *spare;
};

static inline struct xa_node *xa_to_node(const void *entry)
{
	return (struct xa_node *)((unsigned long)entry - 2);
}

static inline void *xa_mk_node(const struct xa_node *node)
{
	return (void *)((unsigned long)node | 2);
}

static inline void *xa_zero_to_null(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

/* Largest index below a node at @shift that is the first of its level. */
static inline unsigned long xa_max_index(unsigned int shift)
{
	return shift + XA_CHUNK_SHIFT >= BITS_PER_LONG ? ULONG_MAX : (XA_CHUNK_SIZE << shift) - 1;
}

static inline unsigned int xa_offset_at(unsigned long index, unsigned int shift)
{
	return (index >> shift) & XA_CHUNK_MASK;
}

/**
 * xa_walk_find - look for the slot of walk->index
 * @walk: xa and index set; node and slot are written
 */
void xa_walk_find(struct xa_walk *walk);

/**
 * xa_walk_clear_mark - take a mark from one slot, and from those above that have it no more
 * @xa: map
 * @node: node of the slot, NULL for the head
 * @offset: which slot of @node
 * @mark: mark
 */
void xa_walk_clear_mark(struct xarray *xa, struct xa_node *node, unsigned int offset,
			xa_mark_t mark);

#endif
