/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_ACTOR_H
#define KERNEL_ACTOR_H

#include "kernel/world.h"
#include "kernel/world_internal.h"

/**
 * struct sim_actor - who runs, as traces and reports show it
 * @name: of the task
 * @pid: its number
 */
struct sim_actor {
	const char *name;
	int pid;
};

/**
 * sim_actor_enter - let another actor run: a timer, a worker
 * @world: the world
 * @name: of the actor
 *
 * Return: who ran so far, for sim_actor_leave().
 */
static inline struct sim_actor sim_actor_enter(struct svmsim_world *world, const char *name)
{
	struct sim_actor outer = { world->task_name, world->task_pid };
	u32 index = sim_name(name);

	world->task_name = sim_name_text(world, index);
	world->task_pid = sim_name_actor(world, index);
	return outer;
}

/**
 * sim_actor_leave - go back
 * @world: the world
 * @outer: what sim_actor_enter() returned
 */
static inline void sim_actor_leave(struct svmsim_world *world, struct sim_actor outer)
{
	world->task_name = outer.name;
	world->task_pid = outer.pid;
}

#endif
