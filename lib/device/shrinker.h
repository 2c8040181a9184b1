/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What memory reclaim asks of shrinkers. */
#ifndef DEVICE_SHRINKER_H
#define DEVICE_SHRINKER_H

#include <linux/shrinker.h>

/**
 * sim_shrink_slab - let each registered shrinker free what it can
 * @gfp: what the allocation that needs memory may do
 * @nid: node that is short of memory
 * @objects: how many to ask of each
 *
 * In order of registration. A shrinker that is being freed waits for its calls to end.
 * Models: shrink_slab(); mm/shrinker.c, v7.0.
 * Context: as reclaim: may hold locks that reclaim allows, with fs_reclaim acquired.
 * Return: objects freed.
 */
unsigned long sim_shrink_slab(gfp_t gfp, int nid, unsigned long objects);

#endif
