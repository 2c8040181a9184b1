/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Ordering between tasks, for the race checker of instrumented code: who releases something and who
 * then acquires it are ordered. Primitives call these; without instrumented code in the program
 * both cost one predictable branch.
 */
#ifndef KERNEL_RACE_H
#define KERNEL_RACE_H

#include "kernel/world.h"

void __weak sim_race_acquire(const void *object);
void __weak sim_race_release(const void *object);

/** sim_order_acquire - what was released on @object before happened before what follows here */
static __always_inline void sim_order_acquire(const void *object)
{
	if (unlikely(sim_world->race_armed))
		sim_race_acquire(object);
}

/** sim_order_release - what came before here happens before the next acquire on @object */
static __always_inline void sim_order_release(const void *object)
{
	if (unlikely(sim_world->race_armed))
		sim_race_release(object);
}

#endif
