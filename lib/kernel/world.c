/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/world.h"
#include <linux/errno.h>
#include "kernel/inject.h"
#include "kernel/task.h"
#include "kernel/world_internal.h"

struct svmsim_world *sim_world;

_Static_assert(sizeof(struct host_allocator) == sizeof(struct svmsim_allocator),
	       "the two names of the allocator table share one layout");

void *sim_alloc(struct svmsim_world *world, size_t bytes)
{
	void *ptr = world->allocator.alloc(world->allocator.ctx, bytes);

	if (!ptr)
		host_defect(__FILE_NAME__, __LINE__, "no host memory left");
	__builtin_memset(ptr, 0, bytes);
	return ptr;
}

void sim_free(struct svmsim_world *world, void *ptr, size_t bytes)
{
	if (ptr)
		world->allocator.free(world->allocator.ctx, ptr, bytes);
}

int sim_set_error(struct svmsim_world *world, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	host_vsnprintf(world->last_error, sizeof(world->last_error), fmt, ap);
	va_end(ap);
	return err;
}

/* The line behind a defect: what is needed to come back to it. */
static void print_context(char *buf, size_t size, void *ctx)
{
	if (sim_world)
		host_snprintf(buf, size, "seed %llu, step %llu, task %s",
			      (unsigned long long)sim_world->machine->seed, sim_world->step,
			      sim_world->task_name);
	else
		host_snprintf(buf, size, "outside of a world");
}

/* Names are part of every world, listed or not. */
static bool names_are_listed(const struct svmsim_world *world)
{
	return world->layer_count && world->layers[0] == &sim_layer_names;
}

static void start(struct svmsim_world *world)
{
	world->events.digest = SIM_DIGEST_SEED;
	__builtin_memset(world->events.count, 0, sizeof(world->events.count));
	world->now_ns = 0;
	world->step = 0;
	world->cpu = 0;
	world->task_name = "<machine>";
	world->task_pid = 0;
	world->finished = false;
	world->last_error[0] = '\0';
	sim_random_seed(world, world->machine->seed);
	sim_statics_restore(world);
	sim_tasks_start(world);
	for (unsigned int i = 0; i < world->layer_count; i++)
		if (world->layers[i]->start)
			world->layers[i]->start(world);
}

static void unmake_layers(struct svmsim_world *world, unsigned int made)
{
	while (made--)
		if (world->layers[made]->unmake)
			world->layers[made]->unmake(world);
}

/* What does not come from a listed layer, and the world itself. */
static void unmake_core(struct svmsim_world *world)
{
	sim_statics_forget(world);
	sim_tasks_unmake(world);
	sim_reports_unmake(world);
	sim_watchers_unmake(world);
	sim_inject_unmake(world);
	if (!names_are_listed(world))
		sim_layer_names.unmake(world);
	sim_free(world, world->machine, sizeof(*world->machine));
	if (sim_world == world)
		sim_world = NULL;
	sim_free(world, world, sizeof(*world));
}

static int make_layers(struct svmsim_world *world)
{
	for (unsigned int i = 0; i < world->layer_count; i++) {
		int err = world->layers[i]->make ? world->layers[i]->make(world) : 0;

		if (err) {
			unmake_layers(world, i);
			return err;
		}
	}
	return 0;
}

int sim_world_make(const struct svmsim_machine *machine, const struct host_allocator *allocator,
		   const struct sim_layer *const *layers, unsigned int layer_count,
		   struct svmsim_world **out)
{
	struct svmsim_world *world;
	int err;

	if (!allocator)
		allocator = host_default_allocator();
	world = allocator->alloc(allocator->ctx, sizeof(*world));
	if (!world)
		return -ENOMEM;
	__builtin_memset(world, 0, sizeof(*world));
	world->allocator = *allocator;
	world->layers = layers;
	world->layer_count = layer_count;
	world->machine = sim_alloc(world, sizeof(*machine));
	*world->machine = *machine;
	for (unsigned int i = 0; i < machine->node_count; i++)
		world->cpu_count += machine->node[i].cpu_count;
	if (!world->cpu_count)
		world->cpu_count = 1;

	host_set_defect_context(print_context, NULL);
	sim_world_enter(world);
	if (!names_are_listed(world))
		sim_layer_names.make(world);
	sim_reports_make(world);
	sim_tasks_make(world);
	err = make_layers(world);
	if (err) {
		unmake_core(world);
		return err;
	}
	start(world);
	*out = world;
	return 0;
}

void sim_world_finish(struct svmsim_world *world)
{
	sim_world_enter(world);
	if (world->finished)
		return;
	world->finished = true;
	sim_inject_finish(world);
	for (unsigned int i = world->layer_count; i--;)
		if (world->layers[i]->finish)
			world->layers[i]->finish(world);
}

void sim_world_reset(struct svmsim_world *world)
{
	sim_world_enter(world);
	sim_inject_reset(world);
	for (unsigned int i = world->layer_count; i--;)
		if (world->layers[i]->reset)
			world->layers[i]->reset(world);
	sim_tasks_reset(world);
	sim_reports_reset(world);
	if (!names_are_listed(world))
		sim_layer_names.reset(world);
	start(world);
}

void sim_world_unmake(struct svmsim_world *world)
{
	struct host_allocator allocator = world->allocator;

	sim_world_enter(world);
	unmake_layers(world, world->layer_count);
	unmake_core(world);
	if (allocator.reset)
		allocator.reset(allocator.ctx);
	if (allocator.destroy)
		allocator.destroy(allocator.ctx);
}
