/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The world as a program sees it: all layers, and the handles that it was given. */
#include <linux/errno.h>
#include <svmsim/world.h>
#include "check/check.h"
#include "iova_sim/layer.h"
#include "kernel/layers.h"
#include "kernel/module.h"
#include "machine/drive_mm.h"
#include "machine/machine_internal.h"
#include "mm/layers.h"

static struct machine_state *state_of(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_MACHINE];
}

void *machine_handle_new(struct svmsim_world *world, size_t bytes)
{
	struct machine_handle *handle = sim_alloc(world, bytes);

	handle->world = world;
	handle->bytes = bytes;
	list_add_tail(&handle->node, &state_of(world)->handles);
	return handle;
}

void machine_handle_drop(struct machine_handle *handle)
{
	list_del(&handle->node);
	sim_free(handle->world, handle, handle->bytes);
}

static int machine_make(struct svmsim_world *world)
{
	struct machine_state *state = sim_alloc(world, sizeof(*state));

	INIT_LIST_HEAD(&state->handles);
	INIT_LIST_HEAD(&state->processes);
	INIT_LIST_HEAD(&state->files);
	INIT_LIST_HEAD(&state->mirrors);
	world->slot[SIM_SLOT_MACHINE] = state;
	return 0;
}

static void machine_start(struct svmsim_world *world)
{
	machine_areas_build(world);
	machine_build(world);
	machine_mirrors_build(world);
	state_of(world)->modules_err = sim_modules_init();
}

/*
 * Processes exit first, which closes what they have open. Drivers go before anything is judged:
 * what they registered to be released is not left behind. A module whose init failed undid what it
 * had done.
 */
static void machine_finish(struct svmsim_world *world)
{
	machine_mm_finish(world);
	if (!state_of(world)->modules_err)
		sim_modules_exit();
	sim_device_unbind_all(world);
}

static void machine_reset(struct svmsim_world *world)
{
	struct machine_state *state = state_of(world);

	while (!list_empty(&state->handles))
		machine_handle_drop(
			list_first_entry(&state->handles, struct machine_handle, node));
	INIT_LIST_HEAD(&state->processes);
	INIT_LIST_HEAD(&state->files);
	INIT_LIST_HEAD(&state->mirrors);
}

static void machine_unmake(struct svmsim_world *world)
{
	machine_reset(world);
	sim_free(world, state_of(world), sizeof(struct machine_state));
	world->slot[SIM_SLOT_MACHINE] = NULL;
}

const struct sim_layer sim_layer_machine = {
	.name = "machine",
	.slot = SIM_SLOT_MACHINE,
	.make = machine_make,
	.start = machine_start,
	.finish = machine_finish,
	.reset = machine_reset,
	.unmake = machine_unmake,
};

static const struct sim_layer *const layers[] = {
	SIM_KERNEL_LAYERS,
	&sim_layer_device,
	SIM_MM_LAYERS,
	&sim_layer_iova_sim,
	&sim_layer_check,
	&sim_layer_machine,
};

static int world_create(const struct svmsim_machine *machine,
			const struct svmsim_allocator *allocator, struct svmsim_world **world,
			char *message, size_t message_bytes)
{
	struct svmsim_machine filled = *machine;
	int err;

	err = svmsim_machine_defaults(&filled, message, message_bytes);
	if (err)
		return err;
	err = sim_world_make(&filled, (const struct host_allocator *)allocator, layers,
			     sizeof(layers) / sizeof(layers[0]), world);
	if (err)
		host_snprintf(message, message_bytes,
			      "the host refuses the memory that a machine of %u bits width needs",
			      filled.width_bits);
	return err;
}

int svmsim_world_create(const struct svmsim_machine *machine,
			const struct svmsim_allocator *allocator, struct svmsim_world **world,
			char *message, size_t message_bytes)
{
	char unused[2];

	if (!message || !message_bytes) {
		message = unused;
		message_bytes = sizeof(unused);
	}
	message[0] = '\0';
	if (!machine || !world) {
		host_snprintf(message, message_bytes, "%s is missing",
			      machine ? "the place for the world" : "the machine description");
		return -EINVAL;
	}
	return world_create(machine, allocator, world, message, message_bytes);
}

void svmsim_world_destroy(struct svmsim_world *world)
{
	if (world)
		sim_world_unmake(world);
}

void svmsim_world_reset(struct svmsim_world *world)
{
	sim_world_reset(world);
}

void svmsim_world_finish(struct svmsim_world *world)
{
	sim_world_finish(world);
}
