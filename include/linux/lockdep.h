/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Held-lock checks. They are always on: locks know who holds them (see kernel/lock.h).
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/lockdep_types.h>
#include <linux/types.h>

/* fidelity: simplified: knows holders, not the order of classes or contexts */
#define LOCK_STATE_UNKNOWN -1
#define LOCK_STATE_NOT_HELD 0
#define LOCK_STATE_HELD 1

void lockdep_init_map(struct lockdep_map *lock, const char *name, struct lock_class_key *key,
		      int subclass);
int lock_is_held_type(const struct lockdep_map *lock, int read);
void lock_map_acquire(struct lockdep_map *lock);
void lock_map_acquire_read(struct lockdep_map *lock);
void lock_map_release(struct lockdep_map *lock);

static inline int lock_is_held(const struct lockdep_map *lock)
{
	return lock_is_held_type(lock, -1);
}

static inline void lockdep_register_key(struct lock_class_key *key)
{
}

static inline void lockdep_unregister_key(struct lock_class_key *key)
{
}

#define debug_locks 1
#define lockdep_is_held(lock) lock_is_held(&(lock)->dep_map)
#define lockdep_is_held_type(lock, r) lock_is_held_type(&(lock)->dep_map, (r))

#define lockdep_assert(cond) \
	do { WARN_ON(!(cond)); } while (0)
#define lockdep_assert_once(cond) \
	do { WARN_ON_ONCE(!(cond)); } while (0)
#define lockdep_assert_held(l) lockdep_assert(lockdep_is_held(l))
#define lockdep_assert_held_write(l) lockdep_assert(lockdep_is_held_type(l, 0))
#define lockdep_assert_held_read(l) lockdep_assert(lockdep_is_held_type(l, 1))
#define lockdep_assert_held_once(l) lockdep_assert_once(lockdep_is_held(l))
#define lockdep_assert_not_held(l) lockdep_assert(!lockdep_is_held(l))
#define lockdep_assert_none_held_once() lockdep_assert_once(!sim_lock_held_count())
unsigned int sim_lock_held_count(void);

#define lockdep_set_class(lock, key) ((void)(lock), (void)(key))
#define lockdep_set_class_and_name(lock, key, lock_name) \
	((void)(key), (void)((lock)->dep_map.name = (lock_name)))
#define lockdep_set_subclass(lock, sub) ((void)(lock), (void)(sub))
#define lockdep_set_novalidate_class(lock) ((void)(lock))
#define lockdep_match_class(lock, key) ((void)(lock), (void)(key), 0)

/* fidelity: simplified: evaluated; checks nothing until lock order is recorded */
#define might_lock(lock) ((void)(lock))
#define might_lock_read(lock) ((void)(lock))
#define might_lock_nested(lock, subclass) ((void)(lock), (void)(subclass))

#define SINGLE_DEPTH_NESTING 1

#endif
