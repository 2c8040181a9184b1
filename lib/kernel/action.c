/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Steps of a run, and the time that they take. */
#include <svmsim/world.h>
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/world.h"
#include "kernel/world_internal.h"

/* Behavioural time that one action takes. */
#define ACTION_NS 1000

void svmsim_world_action(struct svmsim_world *world, const char *actor, const char *verb)
{
	u32 actor_index, verb_index;

	sim_world_enter(world);
	actor_index = sim_name(actor);
	verb_index = sim_name(verb);
	world->step++;
	sim_task_current()->action_step = world->step;
	world->task_name = sim_name_text(world, actor_index);
	world->task_pid = sim_name_actor(world, actor_index);
	sim_time_advance(world, ACTION_NS);
	sim_event(ACTION, actor_index, verb_index);
}

void svmsim_world_advance(struct svmsim_world *world, uint64_t ns)
{
	sim_world_enter(world);
	sim_time_advance(world, ns);
}
