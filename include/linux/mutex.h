/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/lockdep.h>
#include <linux/types.h>

/* fidelity: simplified: one task, so a lock is free or held by the caller; never sleeps */
struct mutex {
	struct lockdep_map dep_map;
};

#define __MUTEX_INITIALIZER(lockname) { .dep_map = { .name = #lockname } }
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);
#define mutex_init(mutex) __mutex_init((mutex), #mutex, NULL)
#define mutex_init_with_key(mutex, key) __mutex_init((mutex), #mutex, (key))

void mutex_destroy(struct mutex *lock);
void mutex_lock(struct mutex *lock);
/* Always 0: no signal can arrive yet. */
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

#define mutex_lock_nested(lock, subclass) ((void)(subclass), mutex_lock(lock))
#define mutex_lock_interruptible_nested(lock, subclass) \
	((void)(subclass), mutex_lock_interruptible(lock))
#define mutex_lock_killable_nested(lock, subclass) ((void)(subclass), mutex_lock_killable(lock))
#define mutex_lock_nest_lock(lock, nest_lock) ((void)(nest_lock), mutex_lock(lock))
#define mutex_lock_io(lock) mutex_lock(lock)

static inline bool mutex_is_locked(struct mutex *lock)
{
	return lock->dep_map.sim_writers != 0;
}

#endif
