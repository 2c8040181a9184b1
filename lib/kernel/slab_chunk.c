/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Chunks: records of objects, the live table, the quarantine.
 */
#include "kernel/inject.h"
#include "kernel/lock.h"
#include "kernel/race.h"
#include "kernel/lockdep.h"
#include "kernel/slab_internal.h"
#include "kernel/softirq.h"
#include "kernel/time.h"
#include "kernel/workqueue.h"

#define TABLE_SIZE_MIN 64

static void list_append(struct sim_chunk_list *list, struct sim_chunk *chunk)
{
	chunk->prev = list->last;
	chunk->next = NULL;
	if (list->last)
		list->last->next = chunk;
	else
		list->first = chunk;
	list->last = chunk;
	list->count++;
}

static void list_remove(struct sim_chunk_list *list, struct sim_chunk *chunk)
{
	if (chunk->prev)
		chunk->prev->next = chunk->next;
	else
		list->first = chunk->next;
	if (chunk->next)
		chunk->next->prev = chunk->prev;
	else
		list->last = chunk->prev;
	list->count--;
}

/* The table is only probed for single addresses, so the order of addresses reaches nothing. */
static size_t slot_of(const struct sim_slab_state *state, const void *object)
{
	return ((uintptr_t)object * 0x9e3779b97f4a7c15ull >> 20) & (state->table_size - 1);
}

static void table_put(struct sim_slab_state *state, struct sim_chunk *chunk)
{
	size_t slot = slot_of(state, sim_chunk_object(chunk));

	while (state->table[slot])
		slot = (slot + 1) & (state->table_size - 1);
	state->table[slot] = chunk;
}

static void table_grow(struct svmsim_world *world)
{
	struct sim_slab_state *state = sim_slab_state(world);
	struct sim_chunk **old = state->table;
	size_t old_size = state->table_size;

	if (2 * (state->live.count + state->quarantine.count + 1) <= old_size)
		return;
	state->table_size = old_size ? 2 * old_size : TABLE_SIZE_MIN;
	state->table = sim_alloc(world, state->table_size * sizeof(*state->table));
	for (size_t i = 0; i < old_size; i++)
		if (old[i])
			table_put(state, old[i]);
	sim_free(world, old, old_size * sizeof(*old));
}

static void table_remove(struct sim_slab_state *state, const struct sim_chunk *chunk)
{
	size_t mask = state->table_size - 1;
	size_t slot = slot_of(state, sim_chunk_object(chunk));

	while (state->table[slot] != chunk)
		slot = (slot + 1) & mask;
	/* What was displaced past this slot moves up, so that probing needs no tombstones. */
	for (size_t next = (slot + 1) & mask; state->table[next]; next = (next + 1) & mask) {
		size_t home = slot_of(state, sim_chunk_object(state->table[next]));

		if (((next - home) & mask) >= ((next - slot) & mask)) {
			state->table[slot] = state->table[next];
			slot = next;
		}
	}
	state->table[slot] = NULL;
}

struct sim_chunk *sim_chunk_find(const void *object)
{
	struct sim_slab_state *state = sim_slab_state(sim_world);
	size_t slot;

	if (!state->table)
		return NULL;
	slot = slot_of(state, object);
	for (; state->table[slot]; slot = (slot + 1) & (state->table_size - 1))
		if (sim_chunk_object(state->table[slot]) == object)
			return state->table[slot];
	return NULL;
}

static void set_red(struct sim_chunk *chunk)
{
	__builtin_memset((char *)sim_chunk_object(chunk) + chunk->size_bytes, SLAB_RED_ACTIVE,
			 sim_chunk_red_bytes(chunk));
}

void *sim_chunk_alloc(const struct sim_site *site, struct kmem_cache *cache, size_t size,
		      size_t align, gfp_t flags)
{
	struct svmsim_world *world = sim_world;
	struct sim_slab_state *state = sim_slab_state(world);
	size_t slack = align > 16 ? align : 0;
	size_t host_bytes = sizeof(struct sim_chunk) + slack + size + SLAB_RED_BYTES + 8;
	struct sim_chunk *chunk;
	char *base, *object;

	sim_might_alloc(flags);
	if (!(flags & __GFP_NOFAIL) && sim_inject(&sim_fault_kmalloc, site))
		return NULL;
	base = world->allocator.alloc(world->allocator.ctx, host_bytes);
	if (!base)
		return NULL;
	table_grow(world);
	object = base + sizeof(*chunk);
	if (slack)
		object = (char *)(((uintptr_t)object + align - 1) & ~(uintptr_t)(align - 1));
	chunk = (struct sim_chunk *)object - 1;
	*chunk = (struct sim_chunk){
		.site = site,
		.cache = cache,
		.base = base,
		.host_bytes = host_bytes,
		.size_bytes = size,
		.number = ++state->next_number,
	};
	__builtin_memset(object, flags & __GFP_ZERO ? 0 : world->machine->fill, size);
	set_red(chunk);
	list_append(&state->live, chunk);
	table_put(state, chunk);
	if (unlikely(state->is_watched))
		sim_chunk_watch(state, chunk);
	if (unlikely(world->race_armed))
		sim_race_memory_new(object, size);
	return object;
}

static void release(struct svmsim_world *world, struct sim_chunk *chunk)
{
	world->allocator.free(world->allocator.ctx, chunk->base, chunk->host_bytes);
}

static void quarantine_pop(struct svmsim_world *world)
{
	struct sim_slab_state *state = sim_slab_state(world);
	struct sim_chunk *chunk = state->quarantine.first;

	sim_chunk_check_poison(chunk);
	table_remove(state, chunk);
	if (unlikely(state->is_watched))
		sim_chunk_unwatch(state, chunk);
	list_remove(&state->quarantine, chunk);
	release(world, chunk);
}

void sim_chunk_free(const void *object, uintptr_t free_pc)
{
	struct svmsim_world *world = sim_world;
	struct sim_slab_state *state = sim_slab_state(world);
	struct sim_chunk *chunk = sim_chunk_find(object);
	char *bytes;

	if (!chunk || chunk->is_free) {
		sim_report_bad_free(object, chunk);
		return;
	}
	sim_chunk_check_red(chunk);
	bytes = sim_chunk_object(chunk);
	sim_lock_memory_freed(bytes, chunk->size_bytes);
	sim_time_memory_freed(bytes, chunk->size_bytes);
	sim_work_memory_freed(bytes, chunk->size_bytes);
	sim_tasklet_memory_freed(bytes, chunk->size_bytes);
	if (chunk->cache)
		sim_cache_object_gone(chunk->cache);
	list_remove(&state->live, chunk);
	if (unlikely(world->race_armed))
		sim_race_memory_freed(bytes, chunk->size_bytes, free_pc);
	chunk->is_free = true;
	chunk->free_pc = free_pc;
	__builtin_memset(bytes, SLAB_POISON_FREE, chunk->size_bytes);
	bytes[chunk->size_bytes - 1] = (char)SLAB_POISON_END;
	list_append(&state->quarantine, chunk);
	if (state->quarantine.count > SIM_QUARANTINE_MAX)
		quarantine_pop(world);
}

void sim_chunk_shrink(struct sim_chunk *chunk, size_t size)
{
	sim_chunk_check_red(chunk);
	chunk->size_bytes = size;
	set_red(chunk);
}

void sim_chunks_judge(struct svmsim_world *world)
{
	struct sim_slab_state *state = sim_slab_state(world);

	for (struct sim_chunk *chunk = state->live.first; chunk; chunk = chunk->next)
		sim_chunk_check_red(chunk);
	while (state->quarantine.first)
		quarantine_pop(world);
	sim_report_leaks(world);
}

static void list_forget(struct svmsim_world *world, struct sim_chunk_list *list)
{
	for (struct sim_chunk *chunk = list->first, *next; chunk; chunk = next) {
		next = chunk->next;
		release(world, chunk);
	}
	*list = (struct sim_chunk_list){ 0 };
}

void sim_chunks_forget(struct svmsim_world *world)
{
	struct sim_slab_state *state = sim_slab_state(world);

	list_forget(world, &state->live);
	list_forget(world, &state->quarantine);
	sim_free(world, state->table, state->table_size * sizeof(*state->table));
	state->table = NULL;
	state->tree = (struct rb_root){ 0 };
	state->last_chunk = NULL;
	state->is_watched = false;
	state->next_number = 0;
	state->table_size = 0;
}
