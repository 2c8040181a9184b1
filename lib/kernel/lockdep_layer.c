/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The life of the checker in a world, and who holds what. */
#include <linux/errno.h>
#include "kernel/lockdep_internal.h"
#include "kernel/task_internal.h"

struct lockdep_map *sim_held_map(const struct sim_task *task, unsigned int index)
{
	return index < task->held_count ? task->held[index].map : NULL;
}

struct lockdep_map *sim_held_find(const void *start, size_t bytes, struct sim_task **holder)
{
	for (struct sim_task *task = sim_world->tasks->first; task; task = task->world_next) {
		for (unsigned int i = 0; i < task->held_count; i++) {
			struct lockdep_map *map = task->held[i].map;

			if ((uintptr_t)map - (uintptr_t)start >= bytes)
				continue;
			*holder = task;
			return map;
		}
	}
	return NULL;
}

unsigned int sim_lock_held_count(void)
{
	return sim_task_current()->held_count;
}

static int lockdep_make(struct svmsim_world *world)
{
	struct lockdep_state *state = sim_alloc(world, sizeof(*state));

	world->slot[SIM_SLOT_LOCKDEP] = state;
	state->generation = 1;
	lockdep_train(state);
	state->trained_class_count = state->class_count;
	state->trained_class = sim_alloc(world, state->class_count * sizeof(*state->class));
	__builtin_memcpy(state->trained_class, state->class,
			 state->class_count * sizeof(*state->class));
	state->trained_edge_count = state->edge_count;
	state->trained_edge = sim_alloc(world, state->edge_count * sizeof(*state->edge));
	__builtin_memcpy(state->trained_edge, state->edge,
			 state->edge_count * sizeof(*state->edge));
	return 0;
}

static void lockdep_start(struct svmsim_world *world)
{
	struct lockdep_state *state = lockdep_state();
	struct sim_task *root = sim_task_current();

	lockdep_class_restore(state);
	state->mark = 0;
	state->told_count = 0;
	state->uses_in = 0;
	state->full = false;
	root->held = state->root_held;
	root->held_capacity = state->root_held_capacity;
	root->held_count = 0;
	root->chain_key = 0;
}

void sim_lockdep_forget_task(struct sim_task *task)
{
	if (task->class != SIM_TASK_ROOT)
		sim_free(sim_world, task->held, task->held_capacity * sizeof(*task->held));
	task->held = NULL;
	task->held_count = 0;
	task->held_capacity = 0;
}

static void lockdep_reset(struct svmsim_world *world)
{
	for (struct sim_task *task = world->tasks->first; task; task = task->world_next)
		sim_lockdep_forget_task(task);
}

static void lockdep_unmake(struct svmsim_world *world)
{
	struct lockdep_state *state = lockdep_state();

	lockdep_reset(world);
	sim_free(world, state->root_held, state->root_held_capacity * sizeof(*state->root_held));
	sim_free(world, state->class, state->class_capacity * sizeof(*state->class));
	sim_free(world, state->edge, state->edge_capacity * sizeof(*state->edge));
	sim_free(world, state->trace, state->trace_capacity * sizeof(*state->trace));
	sim_free(world, state->class_table, state->class_table_size * sizeof(*state->class_table));
	sim_free(world, state->chain, state->chain_size * sizeof(*state->chain));
	sim_free(world, state->node, state->node_capacity * sizeof(*state->node));
	sim_free(world, state->told, state->told_capacity * sizeof(*state->told));
	sim_free(world, state->trained_class,
		 state->trained_class_count * sizeof(*state->trained_class));
	sim_free(world, state->trained_edge,
		 state->trained_edge_count * sizeof(*state->trained_edge));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_LOCKDEP] = NULL;
}

const struct sim_layer sim_layer_lockdep = {
	.name = "lockdep",
	.slot = SIM_SLOT_LOCKDEP,
	.make = lockdep_make,
	.start = lockdep_start,
	.reset = lockdep_reset,
	.unmake = lockdep_unmake,
};
