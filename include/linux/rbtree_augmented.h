/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RBTREE_AUGMENTED_H
#define _LINUX_RBTREE_AUGMENTED_H

#include <linux/compiler.h>
#include <linux/rbtree.h>

/*
 * A tree whose nodes carry a value computed from their subtree. Who inserts has to bring the values
 * of the ancestors up to date first; these callbacks keep them so through rotations and removal.
 */

/* fidelity: same */
#define RB_RED 0
#define RB_BLACK 1
#define __rb_parent(pc) ((struct rb_node *)((pc) & ~3UL))
#define __rb_color(pc) ((pc) & 1)
#define __rb_is_black(pc) __rb_color(pc)
#define __rb_is_red(pc) (!__rb_color(pc))
#define rb_color(rb) __rb_color((rb)->__rb_parent_color)
#define rb_is_red(rb) __rb_is_red((rb)->__rb_parent_color)
#define rb_is_black(rb) __rb_is_black((rb)->__rb_parent_color)

/**
 * struct rb_augment_callbacks - how the values follow a change of shape
 * @propagate: recompute @node and its ancestors below @stop, as far as values change
 * @copy: @new takes the place of @old and its value
 * @rotate: @new took the place of @old, which is now its child: copy, then recompute @old
 */
struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *new);
	void (*rotate)(struct rb_node *old, struct rb_node *new);
};

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment);
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment);

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					      bool newleft,
					      const struct rb_augment_callbacks *augment)
{
	if (newleft)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

/*
 * RBCOMPUTE(entry, exit) recomputes one entry's value from its children; with exit it returns true
 * if that changed nothing, so that the walk up can end.
 */
#define RB_DECLARE_CALLBACKS(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBAUGMENTED, RBCOMPUTE) \
static void RBNAME##_propagate(struct rb_node *rb, struct rb_node *stop) \
{ \
	for (; rb != stop; rb = rb_parent(rb)) \
		if (RBCOMPUTE(rb_entry(rb, RBSTRUCT, RBFIELD), true)) \
			break; \
} \
static void RBNAME##_copy(struct rb_node *rb_old, struct rb_node *rb_new) \
{ \
	rb_entry(rb_new, RBSTRUCT, RBFIELD)->RBAUGMENTED = \
		rb_entry(rb_old, RBSTRUCT, RBFIELD)->RBAUGMENTED; \
} \
static void RBNAME##_rotate(struct rb_node *rb_old, struct rb_node *rb_new) \
{ \
	RBNAME##_copy(rb_old, rb_new); \
	RBCOMPUTE(rb_entry(rb_old, RBSTRUCT, RBFIELD), false); \
} \
RBSTATIC const struct rb_augment_callbacks RBNAME = { \
	.propagate = RBNAME##_propagate, \
	.copy = RBNAME##_copy, \
	.rotate = RBNAME##_rotate, \
};

/* The value is the largest RBCOMPUTE(entry) in the subtree. */
#define RB_DECLARE_CALLBACKS_MAX(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBTYPE, RBAUGMENTED, \
				 RBCOMPUTE) \
static inline bool RBNAME##_compute_max(RBSTRUCT *entry, bool exit) \
{ \
	struct rb_node *left = entry->RBFIELD.rb_left; \
	struct rb_node *right = entry->RBFIELD.rb_right; \
	RBTYPE max = RBCOMPUTE(entry); \
\
	if (left && rb_entry(left, RBSTRUCT, RBFIELD)->RBAUGMENTED > max) \
		max = rb_entry(left, RBSTRUCT, RBFIELD)->RBAUGMENTED; \
	if (right && rb_entry(right, RBSTRUCT, RBFIELD)->RBAUGMENTED > max) \
		max = rb_entry(right, RBSTRUCT, RBFIELD)->RBAUGMENTED; \
	if (exit && entry->RBAUGMENTED == max) \
		return true; \
	entry->RBAUGMENTED = max; \
	return false; \
} \
RB_DECLARE_CALLBACKS(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBAUGMENTED, RBNAME##_compute_max)

#endif
