/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Interned names. Texts lie in chunks, found through an open-addressing table of indices; an index
 * counts first uses, so it does not depend on the table.
 */
#include "kernel/world_internal.h"

#define TABLE_START 64
#define CHUNK_BYTES 4096

struct name {
	const char *text;
	u64 hash;
	int actor;
};

struct chunk {
	struct chunk *next;
	size_t bytes;
	size_t used;
	char data[];
};

/**
 * struct names - the slot's state
 * @name: by index
 * @count: names in use
 * @capacity: of @name
 * @table: index + 1 by hash, 0 where free; a power of two at least twice @capacity
 * @chunk: texts, newest first
 * @actor_count: actors numbered so far
 */
struct names {
	struct name *name;
	u32 count;
	u32 capacity;
	u32 *table;
	struct chunk *chunk;
	int actor_count;
};

static u64 hash_text(const char *text, size_t length)
{
	u64 hash = SIM_DIGEST_SEED ^ length;

	for (size_t i = 0; i < length; i++)
		hash = sim_digest_step(hash, (unsigned char)text[i], 0);
	return hash;
}

static u32 table_size(const struct names *names)
{
	return 2 * names->capacity;
}

static u32 *table_place(struct names *names, const char *text, u64 hash)
{
	u32 mask = table_size(names) - 1;

	for (u32 at = hash & mask;; at = (at + 1) & mask) {
		u32 *place = &names->table[at];

		if (!*place)
			return place;
		if (names->name[*place - 1].hash == hash &&
		    !__builtin_strcmp(names->name[*place - 1].text, text))
			return place;
	}
}

static void grow(struct svmsim_world *world, struct names *names)
{
	struct names old = *names;

	names->capacity *= 2;
	names->name = sim_alloc(world, names->capacity * sizeof(*names->name));
	names->table = sim_alloc(world, table_size(names) * sizeof(*names->table));
	for (u32 i = 0; i < old.count; i++) {
		names->name[i] = old.name[i];
		*table_place(names, old.name[i].text, old.name[i].hash) = i + 1;
	}
	sim_free(world, old.name, old.capacity * sizeof(*old.name));
	sim_free(world, old.table, table_size(&old) * sizeof(*old.table));
}

static const char *keep_text(struct svmsim_world *world, struct names *names, const char *text,
			     size_t length)
{
	struct chunk *chunk = names->chunk;
	char *kept;

	if (!chunk || chunk->bytes - chunk->used <= length) {
		size_t bytes = length >= CHUNK_BYTES ? length + 1 : CHUNK_BYTES;

		chunk = sim_alloc(world, sizeof(*chunk) + bytes);
		chunk->bytes = bytes;
		chunk->next = names->chunk;
		names->chunk = chunk;
	}
	kept = chunk->data + chunk->used;
	__builtin_memcpy(kept, text, length + 1);
	chunk->used += length + 1;
	return kept;
}

u32 sim_name(const char *text)
{
	struct svmsim_world *world = sim_world;
	struct names *names = world->slot[SIM_SLOT_NAMES];
	size_t length = __builtin_strlen(text);
	u64 hash = hash_text(text, length);
	u32 *place = table_place(names, text, hash);
	u32 index;

	if (*place)
		return *place - 1;
	if (names->count == names->capacity) {
		grow(world, names);
		place = table_place(names, text, hash);
	}
	index = names->count++;
	*place = index + 1;
	names->name[index] = (struct name){
		.text = keep_text(world, names, text, length),
		.hash = hash,
		.actor = -1,
	};
	sim_event(NAME, index, hash);
	return index;
}

const char *sim_name_text(const struct svmsim_world *world, u32 index)
{
	const struct names *names = world->slot[SIM_SLOT_NAMES];

	return index < names->count ? names->name[index].text : "?";
}

int sim_name_actor(struct svmsim_world *world, u32 index)
{
	struct names *names = world->slot[SIM_SLOT_NAMES];

	SIM_ASSERT(index < names->count);
	if (names->name[index].actor < 0)
		names->name[index].actor = names->actor_count++;
	return names->name[index].actor;
}

static int names_make(struct svmsim_world *world)
{
	struct names *names = sim_alloc(world, sizeof(*names));

	SIM_ASSERT(!world->slot[SIM_SLOT_NAMES]);
	names->capacity = TABLE_START;
	names->name = sim_alloc(world, names->capacity * sizeof(*names->name));
	names->table = sim_alloc(world, table_size(names) * sizeof(*names->table));
	world->slot[SIM_SLOT_NAMES] = names;
	return 0;
}

static void names_reset(struct svmsim_world *world)
{
	struct names *names = world->slot[SIM_SLOT_NAMES];

	/* One chunk stays: the next run will most likely use the same names. */
	while (names->chunk && names->chunk->next) {
		struct chunk *chunk = names->chunk;

		names->chunk = chunk->next;
		sim_free(world, chunk, sizeof(*chunk) + chunk->bytes);
	}
	if (names->chunk)
		names->chunk->used = 0;
	names->count = 0;
	names->actor_count = 0;
	__builtin_memset(names->table, 0, table_size(names) * sizeof(*names->table));
}

static void names_unmake(struct svmsim_world *world)
{
	struct names *names = world->slot[SIM_SLOT_NAMES];

	names_reset(world);
	if (names->chunk)
		sim_free(world, names->chunk, sizeof(*names->chunk) + names->chunk->bytes);
	sim_free(world, names->name, names->capacity * sizeof(*names->name));
	sim_free(world, names->table, table_size(names) * sizeof(*names->table));
	sim_free(world, names, sizeof(*names));
	world->slot[SIM_SLOT_NAMES] = NULL;
}

const struct sim_layer sim_layer_names = {
	.name = "names",
	.slot = SIM_SLOT_NAMES,
	.make = names_make,
	.reset = names_reset,
	.unmake = names_unmake,
};
