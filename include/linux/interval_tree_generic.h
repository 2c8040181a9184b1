/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_INTERVAL_TREE_GENERIC_H
#define _LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree_augmented.h>

/*
 * A tree of closed intervals [start, last], ordered by start; each node knows the largest last of
 * its subtree, so that a search can leave out what ends too early.
 *
 * ITSTRUCT, ITRB:        the entry and its struct rb_node member
 * ITTYPE, ITSUBTREE:     type of the ends, and the member that holds the largest last
 * ITSTART(n), ITLAST(n): the ends of an entry
 * ITSTATIC:              static or nothing
 * ITPREFIX:              of the functions: _insert, _remove, _iter_first, _iter_next
 */

/* fidelity: same */
#define INTERVAL_TREE_DEFINE(ITSTRUCT, ITRB, ITTYPE, ITSUBTREE, ITSTART, ITLAST, ITSTATIC, \
			     ITPREFIX) \
RB_DECLARE_CALLBACKS_MAX(static, ITPREFIX##_augment, ITSTRUCT, ITRB, ITTYPE, ITSUBTREE, ITLAST) \
\
ITSTATIC void ITPREFIX##_insert(ITSTRUCT *node, struct rb_root_cached *root) \
{ \
	struct rb_node **link = &root->rb_root.rb_node; \
	struct rb_node *rb_parent_node = NULL; \
	ITTYPE start = ITSTART(node); \
	ITTYPE last = ITLAST(node); \
	bool leftmost = true; \
\
	while (*link) { \
		ITSTRUCT *parent = rb_entry(*link, ITSTRUCT, ITRB); \
\
		rb_parent_node = *link; \
		if (parent->ITSUBTREE < last) \
			parent->ITSUBTREE = last; \
		if (start < ITSTART(parent)) { \
			link = &rb_parent_node->rb_left; \
		} else { \
			link = &rb_parent_node->rb_right; \
			leftmost = false; \
		} \
	} \
	node->ITSUBTREE = last; \
	rb_link_node(&node->ITRB, rb_parent_node, link); \
	rb_insert_augmented_cached(&node->ITRB, root, leftmost, &ITPREFIX##_augment); \
} \
\
ITSTATIC void ITPREFIX##_remove(ITSTRUCT *node, struct rb_root_cached *root) \
{ \
	rb_erase_augmented_cached(&node->ITRB, root, &ITPREFIX##_augment); \
} \
\
/* Lowest overlap in the subtree of @node, some of whose entries end at or after @start. */ \
ITSTATIC ITSTRUCT *ITPREFIX##_subtree_search(ITSTRUCT *node, ITTYPE start, ITTYPE last) \
{ \
	for (;;) { \
		ITSTRUCT *left = rb_entry_safe(node->ITRB.rb_left, ITSTRUCT, ITRB); \
		ITSTRUCT *right = rb_entry_safe(node->ITRB.rb_right, ITSTRUCT, ITRB); \
\
		/* If what ends late enough there starts too late, all further right does. */ \
		if (left && left->ITSUBTREE >= start) { \
			node = left; \
			continue; \
		} \
		if (ITSTART(node) > last) \
			return NULL; \
		if (ITLAST(node) >= start) \
			return node; \
		if (!right || right->ITSUBTREE < start) \
			return NULL; \
		node = right; \
	} \
} \
\
ITSTATIC ITSTRUCT *ITPREFIX##_iter_first(struct rb_root_cached *root, ITTYPE start, ITTYPE last) \
{ \
	ITSTRUCT *top = rb_entry_safe(root->rb_root.rb_node, ITSTRUCT, ITRB); \
\
	if (!top || top->ITSUBTREE < start || \
	    ITSTART(rb_entry(root->rb_leftmost, ITSTRUCT, ITRB)) > last) \
		return NULL; \
	return ITPREFIX##_subtree_search(top, start, last); \
} \
\
ITSTATIC ITSTRUCT *ITPREFIX##_iter_next(ITSTRUCT *node, ITTYPE start, ITTYPE last) \
{ \
	ITSTRUCT *right = rb_entry_safe(node->ITRB.rb_right, ITSTRUCT, ITRB); \
	struct rb_node *rb = &node->ITRB; \
	struct rb_node *up; \
\
	if (right && right->ITSUBTREE >= start) \
		return ITPREFIX##_subtree_search(right, start, last); \
	for (up = rb_parent(rb); up; rb = up, up = rb_parent(rb)) { \
		if (rb == up->rb_right) \
			continue; \
		/* Coming up from the left, this entry is the next one in order. */ \
		node = rb_entry(up, ITSTRUCT, ITRB); \
		if (ITSTART(node) > last) \
			return NULL; \
		if (ITLAST(node) >= start) \
			return node; \
		right = rb_entry_safe(up->rb_right, ITSTRUCT, ITRB); \
		if (right && right->ITSUBTREE >= start) \
			return ITPREFIX##_subtree_search(right, start, last); \
	} \
	return NULL; \
}

#endif
