/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whole-structure check of a map from index to entry.
 */
#ifndef KERNEL_XARRAY_CHECK_H
#define KERNEL_XARRAY_CHECK_H

#include <linux/xarray.h>

/**
 * sim_xa_is_valid - prove the shape of a map
 * @xa: map, may be empty; its lock held or nobody else at work
 *
 * Each node is linked to its parent, counts its slots, is not empty and marks a slot that holds a
 * node exactly if that node marks one of its own; the top is no higher than its entries need.
 *
 * Return: whether all of that holds.
 */
bool sim_xa_is_valid(const struct xarray *xa);

#endif
