/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The state behind what moves pages. */
#include "mm/move_internal.h"

static void move_unmake(struct svmsim_world *world)
{
	struct move_state *state = world->slot[SIM_SLOT_MOVE];

	swap_device_unmake(world);
	sim_free(world, state->cpu, world->cpu_count * sizeof(*state->cpu));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_MOVE] = NULL;
}

static int move_make(struct svmsim_world *world)
{
	struct move_state *state = sim_alloc(world, sizeof(*state));
	int err;

	world->slot[SIM_SLOT_MOVE] = state;
	state->cpu = sim_alloc(world, world->cpu_count * sizeof(*state->cpu));
	err = swap_device_make(world);
	if (err)
		move_unmake(world);
	return err;
}

void move_settle(struct svmsim_world *world)
{
	for (unsigned int cpu = 0; cpu < world->cpu_count; cpu++)
		lru_add_drain_cpu((int)cpu);
	swap_cache_finish(world);
}

const struct sim_layer sim_layer_move = {
	.name = "move",
	.slot = SIM_SLOT_MOVE,
	.make = move_make,
	.start = lru_start,
	.finish = move_settle,
	.reset = swap_device_reset,
	.unmake = move_unmake,
};
