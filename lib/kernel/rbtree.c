/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Red-black trees: the root is black, a red node has no red child, and every way from a node down
 * to a missing child meets equally many black nodes. What follows is written once for both sides:
 * @right says which side is meant.
 */
#include <linux/export.h>
#include <linux/rbtree_augmented.h>
#include "kernel/rbtree_check.h"

static __always_inline struct rb_node **child_link(struct rb_node *node, bool right)
{
	return right ? &node->rb_right : &node->rb_left;
}

static __always_inline struct rb_node *child_of(struct rb_node *node, bool right)
{
	return *child_link(node, right);
}

static __always_inline bool is_red(const struct rb_node *node)
{
	return node && rb_is_red(node);
}

static __always_inline void set_color(struct rb_node *node, unsigned long color)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~1UL) | color;
}

static __always_inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | rb_color(node);
}

/* Whatever pointed to @old, which is a child of @parent or the root, points to @new. */
static __always_inline void replace_child(struct rb_root *root, struct rb_node *parent,
					  struct rb_node *old, struct rb_node *new)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, new);
	else
		WRITE_ONCE(*child_link(parent, parent->rb_right == old), new);
}

/* The child on side @right takes the place of @down, which becomes its child on the other side. */
static __always_inline struct rb_node *lift(struct rb_root *root, struct rb_node *down, bool right,
					    const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = child_of(down, right);
	struct rb_node *between = child_of(up, !right);
	struct rb_node *parent = rb_parent(down);

	*child_link(down, right) = between;
	if (between)
		set_parent(between, down);
	*child_link(up, !right) = down;
	set_parent(up, parent);
	set_parent(down, up);
	replace_child(root, parent, down, up);
	augment->rotate(down, up);
	return up;
}

/* @node is red; its parent may be, too. */
static __always_inline void insert_node(struct rb_node *node, struct rb_root *root,
					const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent;

	while (is_red(parent = rb_parent(node))) {
		/* A red node is not the root. */
		struct rb_node *grandparent = rb_parent(parent);
		bool right = grandparent->rb_right == parent;
		struct rb_node *uncle = child_of(grandparent, !right);

		if (is_red(uncle)) {
			set_color(parent, RB_BLACK);
			set_color(uncle, RB_BLACK);
			set_color(grandparent, RB_RED);
			node = grandparent;
			continue;
		}
		if (node == child_of(parent, !right))
			parent = lift(root, parent, !right, augment);
		lift(root, grandparent, right, augment);
		set_color(parent, RB_BLACK);
		set_color(grandparent, RB_RED);
		return;
	}
	if (!parent)
		set_color(node, RB_BLACK);
}

/* The ways through @node, a child of @parent or a missing one, are one black node short. */
static __always_inline void restore_black(struct rb_node *node, struct rb_node *parent,
					  struct rb_root *root,
					  const struct rb_augment_callbacks *augment)
{
	while (parent && !is_red(node)) {
		bool right = parent->rb_left == node;
		struct rb_node *sibling = child_of(parent, right);

		if (is_red(sibling)) {
			lift(root, parent, right, augment);
			set_color(sibling, RB_BLACK);
			set_color(parent, RB_RED);
			sibling = child_of(parent, right);
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			set_color(sibling, RB_RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (!is_red(child_of(sibling, right))) {
			struct rb_node *near = lift(root, sibling, !right, augment);

			set_color(near, RB_BLACK);
			set_color(sibling, RB_RED);
			sibling = near;
		}
		lift(root, parent, right, augment);
		set_color(sibling, rb_color(parent));
		set_color(parent, RB_BLACK);
		set_color(child_of(sibling, right), RB_BLACK);
		return;
	}
	if (node)
		set_color(node, RB_BLACK);
}

/* Takes the successor of @node, which has two children, out of its place and puts it in @node's. */
static __always_inline struct rb_node *put_successor(struct rb_node *node, struct rb_root *root,
						     const struct rb_augment_callbacks *augment,
						     struct rb_node **hole_parent)
{
	struct rb_node *successor = node->rb_right;
	struct rb_node *hole = successor;

	while (successor->rb_left)
		successor = successor->rb_left;
	if (successor != node->rb_right) {
		hole = rb_parent(successor);
		WRITE_ONCE(hole->rb_left, successor->rb_right);
		if (successor->rb_right)
			set_parent(successor->rb_right, hole);
		WRITE_ONCE(successor->rb_right, node->rb_right);
		set_parent(node->rb_right, successor);
	}
	augment->copy(node, successor);
	if (hole != successor)
		augment->propagate(hole, successor);
	WRITE_ONCE(successor->rb_left, node->rb_left);
	set_parent(node->rb_left, successor);
	replace_child(root, rb_parent(node), node, successor);
	*hole_parent = hole;
	return successor;
}

static __always_inline void erase_node(struct rb_node *node, struct rb_root *root,
				       const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent = rb_parent(node);
	struct rb_node *child;
	unsigned long lost_color;

	if (node->rb_left && node->rb_right) {
		struct rb_node *successor;

		child = node->rb_right;
		while (child->rb_left)
			child = child->rb_left;
		lost_color = rb_color(child);
		child = child->rb_right;
		successor = put_successor(node, root, augment, &parent);
		successor->__rb_parent_color = node->__rb_parent_color;
		augment->propagate(successor, NULL);
	} else {
		child = node->rb_left ? node->rb_left : node->rb_right;
		lost_color = rb_color(node);
		replace_child(root, parent, node, child);
		if (child)
			set_parent(child, parent);
		augment->propagate(parent, NULL);
	}
	if (lost_color == RB_BLACK)
		restore_black(child, parent, root, augment);
}

static void no_propagate(struct rb_node *node, struct rb_node *stop)
{
}

static void no_copy(struct rb_node *old, struct rb_node *new)
{
}

static void no_rotate(struct rb_node *old, struct rb_node *new)
{
}

/* Inlined into the plain functions, these calls vanish. */
static const struct rb_augment_callbacks no_augment = {
	.propagate = no_propagate,
	.copy = no_copy,
	.rotate = no_rotate,
};

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	insert_node(node, root, &no_augment);
}
EXPORT_SYMBOL(rb_insert_color);

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	erase_node(node, root, &no_augment);
}
EXPORT_SYMBOL(rb_erase);

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	insert_node(node, root, augment);
}
EXPORT_SYMBOL(rb_insert_augmented);

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	erase_node(node, root, augment);
}
EXPORT_SYMBOL(rb_erase_augmented);

static __always_inline struct rb_node *outermost(struct rb_node *node, bool right)
{
	while (node && child_of(node, right))
		node = child_of(node, right);
	return node;
}

static __always_inline struct rb_node *neighbour(const struct rb_node *node, bool right)
{
	struct rb_node *at = (struct rb_node *)node;
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (child_of(at, right))
		return outermost(child_of(at, right), !right);
	while ((parent = rb_parent(at)) && at == child_of(parent, right))
		at = parent;
	return parent;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}
EXPORT_SYMBOL(rb_first);

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}
EXPORT_SYMBOL(rb_last);

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, true);
}
EXPORT_SYMBOL(rb_next);

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, false);
}
EXPORT_SYMBOL(rb_prev);

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (victim->rb_left)
		set_parent(victim->rb_left, new);
	if (victim->rb_right)
		set_parent(victim->rb_right, new);
	replace_child(root, rb_parent(victim), victim, new);
}
EXPORT_SYMBOL(rb_replace_node);

/* Of a subtree the node that has no children and comes first. */
static struct rb_node *deepest_left(struct rb_node *node)
{
	for (;;) {
		if (node->rb_left)
			node = node->rb_left;
		else if (node->rb_right)
			node = node->rb_right;
		else
			return node;
	}
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return root->rb_node ? deepest_left(root->rb_node) : NULL;
}
EXPORT_SYMBOL(rb_first_postorder);

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent;

	if (!node)
		return NULL;
	parent = rb_parent(node);
	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest_left(parent->rb_right);
	return parent;
}
EXPORT_SYMBOL(rb_next_postorder);

/* Black nodes on every way down from @node, or -1 if the rules do not hold below it. */
static int black_height(const struct rb_node *node, const struct rb_node *parent)
{
	int left, right;

	if (!node)
		return 0;
	if (rb_parent(node) != parent || (is_red(node) && (!parent || is_red(parent))))
		return -1;
	left = black_height(node->rb_left, node);
	right = black_height(node->rb_right, node);
	if (left < 0 || left != right)
		return -1;
	return left + rb_color(node);
}

bool sim_rb_is_valid(const struct rb_root *root)
{
	return black_height(root->rb_node, NULL) >= 0;
}

bool sim_rb_cached_is_valid(const struct rb_root_cached *root)
{
	return sim_rb_is_valid(&root->rb_root) && root->rb_leftmost == rb_first(&root->rb_root);
}
