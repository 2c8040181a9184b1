/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Classes of locks. A table finds them by address of the key; the order of its slots reaches
 * nothing, since classes are numbered as they are first used.
 */
#include "kernel/lockdep_internal.h"
#include "kernel/warn_internal.h"

#define TABLE_SIZE_MIN 256

static u32 hash_key(const void *key, unsigned int subclass)
{
	u64 hash = ((u64)(uintptr_t)key + subclass) * 0x9e3779b97f4a7c15ull;

	return (u32)(hash >> 32);
}

static void table_insert(struct lockdep_state *state, u32 index)
{
	const struct lockdep_class *class = &state->class[index];
	u32 slot = hash_key(class->key, class->subclass);

	for (;; slot++) {
		struct lockdep_class_slot *at =
			&state->class_table[slot & (state->class_table_size - 1)];

		if (at->generation == state->generation)
			continue;
		*at = (struct lockdep_class_slot){ state->generation, index };
		return;
	}
}

static void table_grow(struct lockdep_state *state)
{
	u32 old = state->class_table_size;
	u32 size = old ? 2 * old : TABLE_SIZE_MIN;

	sim_free(sim_world, state->class_table, old * sizeof(*state->class_table));
	state->class_table = sim_alloc(sim_world, size * sizeof(*state->class_table));
	state->class_table_size = size;
	for (u32 i = 1; i < state->class_count; i++)
		if (state->class[i].key)
			table_insert(state, i);
}

/* The same key with another name is another lock: its memory was used again. */
static u32 table_find(const struct lockdep_state *state, const void *key, const char *name,
		      unsigned int subclass)
{
	u32 slot = hash_key(key, subclass);

	for (; state->class_table_size; slot++) {
		const struct lockdep_class_slot *at =
			&state->class_table[slot & (state->class_table_size - 1)];
		const struct lockdep_class *class;

		if (at->generation != state->generation)
			return 0;
		class = &state->class[at->class];
		if (class->key == key && class->subclass == subclass &&
		    (class->name == name || !__builtin_strcmp(class->name, name)))
			return at->class;
	}
	return 0;
}

u32 lockdep_class_make(struct lockdep_state *state, const void *key, const char *name,
		       unsigned int subclass)
{
	u32 index = state->class_count;

	if (index == LOCKDEP_CLASS_MAX) {
		state->full = true;
		return 0;
	}
	if (unlikely(2 * (index + 1) > state->class_table_size))
		table_grow(state);
	if (unlikely(index == state->class_capacity))
		state->class = sim_array_grow(sim_world, state->class, index,
					      &state->class_capacity, sizeof(*state->class));
	state->class[index] = (struct lockdep_class){
		.key = key,
		.name = name,
		.subclass = subclass,
	};
	state->class_count++;
	table_insert(state, index);
	return index;
}

/* The key may be gone by the time that somebody asks. One that is the map itself is no key. */
static void set_site(struct lockdep_class *class, const struct lockdep_map *map)
{
	const struct lock_class_key *key = map->key;

	if (!key || (const void *)key == map || key->sim_magic != SIM_LOCK_KEY_MAGIC)
		return;
	class->file = key->sim_file;
	class->function = key->sim_function;
}

u32 lockdep_class_get(struct lockdep_state *state, struct lockdep_map *map, unsigned int subclass)
{
	const void *key = lockdep_key(map);
	const char *name = map->name ? map->name : "?";
	unsigned int level = subclass ? subclass : map->sim_subclass;
	u32 index = table_find(state, key, name, level);

	if (!index) {
		index = lockdep_class_make(state, key, name, level);
		if (!index)
			return 0;
		set_site(&state->class[index], map);
	}
	/* What was made for the boot training knows the rest only now. */
	state->class[index].wait_type = map->wait_type_inner;
	state->class[index].lock_type = map->lock_type;
	/* Without a hint lockdep_fast.h leaves the lock alone. */
	if (subclass < NR_LOCKDEP_CACHING_CLASSES && map->key != &__lockdep_no_validate__)
		map->sim_class[subclass] = (u16)index;
	return index;
}

void lockdep_class_forget(struct lockdep_state *state, const void *key)
{
	for (u32 i = 1; i < state->class_count; i++)
		if (state->class[i].key == key)
			state->class[i].key = NULL;
}

const char *lockdep_class_name(const struct lockdep_state *state, u32 index, char *buf)
{
	const struct lockdep_class *class = &state->class[index];
	unsigned int length = 0, copy = 1;

	if (!index)
		return "?";
	for (const char *c = class->name; *c && length < LOCKDEP_NAME_BYTES - 24; c++)
		if (*c != ' ' && *c != '\t' && *c != '\n')
			buf[length++] = *c;
	buf[length] = '\0';
	for (u32 i = 1; i < index; i++)
		copy += state->class[i].key && state->class[i].subclass == class->subclass &&
			state->class[i].key != class->key &&
			!__builtin_strcmp(state->class[i].name, class->name);
	if (copy > 1)
		length += host_snprintf(buf + length, LOCKDEP_NAME_BYTES - length, "#%u", copy);
	if (class->subclass)
		host_snprintf(buf + length, LOCKDEP_NAME_BYTES - length, "/%u", class->subclass);
	return buf;
}

void lockdep_class_restore(struct lockdep_state *state)
{
	if (unlikely(!++state->generation)) {
		__builtin_memset(state->class_table, 0,
				 state->class_table_size * sizeof(*state->class_table));
		__builtin_memset(state->chain, 0, state->chain_size * sizeof(*state->chain));
		state->generation = 1;
	}
	state->chain_count = 0;
	state->class_count = state->trained_class_count;
	__builtin_memcpy(state->class, state->trained_class,
			 state->class_count * sizeof(*state->class));
	for (u32 i = 1; i < state->class_count; i++)
		table_insert(state, i);
	state->edge_count = state->trained_edge_count;
	__builtin_memcpy(state->edge, state->trained_edge,
			 state->edge_count * sizeof(*state->edge));
	state->trace_count = 1;
}
