/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whole-structure checks of red-black trees, for tests and for the layers' own validators.
 */
#ifndef KERNEL_RBTREE_CHECK_H
#define KERNEL_RBTREE_CHECK_H

#include <linux/rbtree.h>

/**
 * sim_rb_is_valid - prove the rules of a red-black tree
 * @root: tree, may be empty
 *
 * Parent links agree with child links, the root is black, no red node has a red child, and all
 * ways down have the same number of black nodes. The order is the owner's to check.
 *
 * Return: whether all of that holds.
 */
bool sim_rb_is_valid(const struct rb_root *root);

/**
 * sim_rb_cached_is_valid - as sim_rb_is_valid(), and the cached first node is the first one
 * @root: tree, may be empty
 *
 * Return: whether all of that holds.
 */
bool sim_rb_cached_is_valid(const struct rb_root_cached *root);

#endif
