/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a task's chain of held locks means for the order of classes. A chain that was looked at once
 * is remembered by its hash, and a task that takes the same locks again pays for a look-up only.
 */
#include "kernel/lockdep_internal.h"

#define CHAIN_SIZE_MIN 512

static void chain_insert(struct lockdep_state *state, u64 key)
{
	u64 slot = key;

	for (;; slot++) {
		struct lockdep_chain_slot *at = &state->chain[slot & (state->chain_size - 1)];

		if (at->generation == state->generation)
			continue;
		*at = (struct lockdep_chain_slot){ key, state->generation };
		return;
	}
}

bool lockdep_chain_known(const struct lockdep_state *state, u64 key)
{
	u64 slot = key;

	for (;; slot++) {
		const struct lockdep_chain_slot *at =
			&state->chain[slot & (state->chain_size - 1)];

		if (at->generation != state->generation)
			return false;
		if (at->key == key)
			return true;
	}
}

static void chain_grow(struct lockdep_state *state)
{
	struct lockdep_chain_slot *old = state->chain;
	u32 size = state->chain_size;

	state->chain_size = size ? 2 * size : CHAIN_SIZE_MIN;
	state->chain = sim_alloc(sim_world, state->chain_size * sizeof(*old));
	for (u32 i = 0; i < size; i++)
		if (old[i].generation == state->generation)
			chain_insert(state, old[i].key);
	sim_free(sim_world, old, size * sizeof(*old));
}

void lockdep_chain_remember(struct lockdep_state *state, u64 key)
{
	if (2 * (state->chain_count + 1) > state->chain_size)
		chain_grow(state);
	chain_insert(state, key);
	state->chain_count++;
}

/* Another lock of the class is held. Return: true if that settles all that is to be said. */
static bool check_same_class(struct lockdep_state *state, const struct sim_task *task,
			     const struct sim_held_lock *next)
{
	for (unsigned int i = 0; i < task->held_count; i++) {
		const struct sim_held_lock *prev = &task->held[i];

		if (prev->class != next->class || (next->read == 2 && prev->read))
			continue;
		if (!next->nested)
			lockdep_report_recursion(state, prev, next);
		return true;
	}
	return false;
}

static void check_pair(struct lockdep_state *state, const struct sim_held_lock *prev,
		       const struct sim_held_lock *next, u32 *trace)
{
	u8 kind = lockdep_kind(prev->read, next->read);
	const struct lockdep_node *end;

	if (prev->class == next->class ||
	    lockdep_edge_known(state, prev->class, next->class, kind))
		return;
	end = lockdep_find_cycle(state, prev->class, prev->read, next->class, next->read);
	if (end) {
		lockdep_report_cycle(state, prev, next, end);
		return;
	}
	if (lockdep_uses_clash(state, prev, next))
		return;
	if (!*trace)
		*trace = lockdep_trace_take(state, next->ip);
	lockdep_edge_add(state, &(struct lockdep_edge){
					.from = prev->class,
					.to = next->class,
					.kind = kind,
					.from_read = prev->read,
					.to_read = next->read,
					.trace = *trace,
				});
}

void lockdep_validate(struct lockdep_state *state, const struct sim_task *task,
		      const struct sim_held_lock *next, u64 chain_key)
{
	u32 trace = 0;

	if (!check_same_class(state, task, next)) {
		for (unsigned int i = task->held_count; i--;) {
			const struct sim_held_lock *prev = &task->held[i];

			if (!prev->check || !prev->class)
				continue;
			check_pair(state, prev, next, &trace);
			/* It came after all that were taken before it, as edges say already. */
			if (!prev->trylock)
				break;
		}
	}
	lockdep_chain_remember(state, chain_key);
}
