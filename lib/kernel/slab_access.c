/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Objects by any address inside: a tree in order of addresses, kept once the world is watched. It
 * is only asked for single addresses, so their order reaches nothing.
 */
#include <linux/rbtree.h>
#include "kernel/slab_internal.h"

static struct sim_chunk *chunk_of(struct rb_node *node)
{
	return rb_entry_safe(node, struct sim_chunk, node);
}

static bool lies_before(struct rb_node *a, const struct rb_node *b)
{
	return (uintptr_t)a < (uintptr_t)b;
}

void sim_chunk_watch(struct sim_slab_state *state, struct sim_chunk *chunk)
{
	rb_add(&chunk->node, &state->tree, lies_before);
}

void sim_chunk_unwatch(struct sim_slab_state *state, struct sim_chunk *chunk)
{
	if (state->last_chunk == chunk)
		state->last_chunk = NULL;
	rb_erase(&chunk->node, &state->tree);
}

void sim_slab_watch(struct svmsim_world *world)
{
	struct sim_slab_state *state = sim_slab_state(world);

	if (!state || state->is_watched)
		return;
	state->is_watched = true;
	for (struct sim_chunk *chunk = state->live.first; chunk; chunk = chunk->next)
		sim_chunk_watch(state, chunk);
	for (struct sim_chunk *chunk = state->quarantine.first; chunk; chunk = chunk->next)
		sim_chunk_watch(state, chunk);
}

/* The chunk with the highest address up to this one, its record included. */
static struct sim_chunk *find_below(const struct sim_slab_state *state, uintptr_t address)
{
	struct rb_node *node = state->tree.rb_node;
	struct sim_chunk *found = NULL;

	while (node) {
		struct sim_chunk *chunk = chunk_of(node);

		if ((uintptr_t)chunk <= address) {
			found = chunk;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}
	return found;
}

static bool reaches(const struct sim_chunk *chunk, uintptr_t address)
{
	uintptr_t object = (uintptr_t)sim_chunk_object(chunk);

	return address < object + chunk->size_bytes + sim_chunk_red_bytes(chunk);
}

bool sim_slab_find_place(const void *address, struct sim_slab_place *place)
{
	const struct sim_slab_state *state = sim_slab_state(sim_world);
	const struct sim_chunk *chunk = state ? find_below(state, (uintptr_t)address) : NULL;

	if (!chunk || !reaches(chunk, (uintptr_t)address))
		return false;
	*place = (struct sim_slab_place){
		.file = chunk->site->file,
		.function = chunk->site->function,
		.bytes = chunk->size_bytes,
		.offset = (uintptr_t)address - (uintptr_t)sim_chunk_object(chunk),
		.number = chunk->number,
	};
	return true;
}

void sim_slab_access(const volatile void *address, size_t bytes, bool is_write, uintptr_t pc)
{
	struct sim_slab_state *state = sim_slab_state(sim_world);
	uintptr_t start = (uintptr_t)address, object;
	struct sim_chunk *chunk;

	if (!state)
		return;
	chunk = state->last_chunk;
	if (!chunk || start - (uintptr_t)sim_chunk_object(chunk) >= chunk->size_bytes) {
		chunk = find_below(state, start);
		if (!chunk || !reaches(chunk, start))
			return;
		state->last_chunk = chunk;
	}
	object = (uintptr_t)sim_chunk_object(chunk);
	if (likely(!chunk->is_free && start >= object && start - object < chunk->size_bytes &&
		   bytes <= chunk->size_bytes - (start - object)))
		return;
	sim_chunk_bad_access(chunk, (long)(start - object), bytes, is_write, pc);
}
