/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the parts of a world that every world has (names, reports, watchers) offer to world.c.
 * Their life is that of a layer; see kernel/world.h for the words.
 */
#ifndef KERNEL_WORLD_INTERNAL_H
#define KERNEL_WORLD_INTERNAL_H

#include "kernel/world.h"

void sim_reports_make(struct svmsim_world *world);
void sim_reports_reset(struct svmsim_world *world);
void sim_reports_unmake(struct svmsim_world *world);

/* Frees what svmsim_watch() attached and was not detached. */
void sim_watchers_unmake(struct svmsim_world *world);

/* Number of an actor by the index of its name: 0 for the first that is asked for, and so on. */
int sim_name_actor(struct svmsim_world *world, u32 index);

#endif
