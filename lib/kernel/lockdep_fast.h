/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lock_acquire() and lock_release() for the files of locks, inline, for what has been seen before:
 * a class that is known and was used in this way, a chain that was looked at. Everything else goes
 * to lockdep.c, which does the same and more.
 */
#ifndef KERNEL_LOCKDEP_FAST_H
#define KERNEL_LOCKDEP_FAST_H

#include "kernel/lockdep_internal.h"

/* Below MAX_LOCK_DEPTH, where too many locks are reported. */
#define LOCKDEP_FAST_DEPTH 32

static __always_inline u64 lockdep_chain_add(u64 key, u64 id)
{
	key = (key + id + 1) * 0x9e3779b97f4a7c15ull;
	return key ^ key >> 29;
}

static __always_inline u64 lockdep_chain_id(const struct sim_held_lock *lock)
{
	return (u64)lock->class << 8 | lock->read << 3 | lock->trylock << 2 | lock->check << 1 |
	       lock->nested;
}

/* With locks held already, so that there is a chain to look for. False: nothing was done. */
bool lockdep_acquire_behind(struct sim_task *task, struct lockdep_map *map, u32 index,
			    unsigned int read, unsigned long ip);

static __always_inline void lockdep_held_add(struct sim_task *task, struct lockdep_map *map,
					     u32 index, unsigned int read, unsigned long ip,
					     u64 key)
{
	task->held[task->held_count++] = (struct sim_held_lock){
		.map = map,
		.ip = ip,
		.chain_before = task->chain_key,
		.class = index,
		.read = (u8)read,
		.check = true,
	};
	task->chain_key = key;
}

/* False: nothing was done. @read is a constant, 0 or 1. */
static __always_inline bool lockdep_acquire_fast(struct sim_task *task, struct lockdep_map *map,
						 unsigned int read, unsigned long ip)
{
	const unsigned int enabled = 1u << LOCKDEP_USE(LOCKDEP_HARDIRQ, LOCKDEP_USE_ENABLED, read) |
				     1u << LOCKDEP_USE(LOCKDEP_SOFTIRQ, LOCKDEP_USE_ENABLED, read);
	const struct lockdep_state *state = lockdep_state();
	const u32 index = map->sim_class[0];
	const struct lockdep_class *class = &state->class[index];
	const struct sim_held_lock like = { .class = index, .read = (u8)read, .check = true };

	/* Keys that turn checks off leave no hint in a map. */
	if (unlikely(index >= state->class_count || class->key != lockdep_key(map) ||
		     class->subclass != map->sim_subclass))
		return false;
	if (unlikely(task->in_hardirq || task->in_softirq))
		return false;
	if (unlikely((class->uses & enabled) != enabled) && !task->irqs_disabled)
		return false;
	if (task->held_count)
		return lockdep_acquire_behind(task, map, index, read, ip);
	if (unlikely(!task->held_capacity))
		return false;
	lockdep_held_add(task, map, index, read, ip,
			 lockdep_chain_add(task->chain_key, lockdep_chain_id(&like)));
	return true;
}

static __always_inline bool lockdep_release_fast(struct sim_task *task,
						 const struct lockdep_map *map)
{
	const unsigned int count = task->held_count;
	const struct sim_held_lock *lock = &task->held[count - 1];

	if (unlikely(!count || lock->map != map))
		return false;
	task->held_count = count - 1;
	task->chain_key = lock->chain_before;
	return true;
}

#endif
