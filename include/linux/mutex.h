/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/lockdep.h>
#include <linux/sim_lock.h>
#include <linux/types.h>

/*
 * fidelity: simplified: other members; a task never spins for a holder that runs, it sleeps. An
 * unlock wakes the first who waits, who competes with newcomers; after one defeat it is handed over
 */
struct mutex {
	struct sim_lock sim;
	struct lockdep_map dep_map;
};

#define __MUTEX_INITIALIZER(lockname) \
	{ .dep_map = { .name = #lockname, .wait_type_inner = LD_WAIT_SLEEP } }
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);
#define mutex_init(mutex)                                                \
	do {                                                             \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY; \
		__mutex_init((mutex), #mutex, &__key);                   \
	} while (0)
#define mutex_init_with_key(mutex, key) __mutex_init((mutex), #mutex, (key))
#define mutex_init_with_name(mutex, mutexname)                           \
	do {                                                             \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY; \
		__mutex_init((mutex), mutexname, &__key);                \
	} while (0)

void mutex_destroy(struct mutex *lock);
void mutex_lock(struct mutex *lock);
/* 0, or -EINTR when a signal, for the killable form a fatal one, ended the wait. */
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock);

void sim_mutex_lock(struct mutex *lock, unsigned int subclass, struct lockdep_map *nest_lock,
		    const struct sim_site *site);
int __must_check sim_mutex_lock_interruptible(struct mutex *lock, unsigned int subclass,
					      const struct sim_site *site);
int __must_check sim_mutex_lock_killable(struct mutex *lock, unsigned int subclass,
					 struct lockdep_map *nest_lock,
					 const struct sim_site *site);
int sim_mutex_trylock(struct mutex *lock, struct lockdep_map *nest_lock,
		      const struct sim_site *site);
void sim_mutex_unlock(struct mutex *lock, const struct sim_site *site);

#define mutex_lock(lock) sim_mutex_lock(lock, 0, NULL, SIM_LOCK_AT("mutex_lock", #lock))
#define mutex_lock_interruptible(lock) \
	sim_mutex_lock_interruptible(lock, 0, SIM_LOCK_AT("mutex_lock_interruptible", #lock))
#define mutex_lock_killable(lock) \
	sim_mutex_lock_killable(lock, 0, NULL, SIM_LOCK_AT("mutex_lock_killable", #lock))
#define mutex_lock_io(lock) sim_mutex_lock(lock, 0, NULL, SIM_LOCK_AT("mutex_lock_io", #lock))
#define mutex_trylock(lock) sim_mutex_trylock(lock, NULL, SIM_LOCK_AT("mutex_trylock", #lock))
#define mutex_unlock(lock) sim_mutex_unlock(lock, SIM_UNLOCK_AT("mutex_unlock", #lock))

#define mutex_lock_nested(lock, subclass) \
	sim_mutex_lock(lock, subclass, NULL, SIM_LOCK_AT("mutex_lock_nested", #lock))
#define mutex_lock_interruptible_nested(lock, subclass) \
	sim_mutex_lock_interruptible(lock, subclass, \
		SIM_LOCK_AT("mutex_lock_interruptible_nested", #lock))
#define mutex_lock_killable_nested(lock, subclass) \
	sim_mutex_lock_killable(lock, subclass, NULL, \
		SIM_LOCK_AT("mutex_lock_killable_nested", #lock))
#define mutex_lock_io_nested(lock, subclass) \
	sim_mutex_lock(lock, subclass, NULL, SIM_LOCK_AT("mutex_lock_io_nested", #lock))
#define mutex_lock_nest_lock(lock, nest_lock) \
	sim_mutex_lock(lock, 0, &(nest_lock)->dep_map, SIM_LOCK_AT("mutex_lock_nest_lock", #lock))
#define mutex_lock_killable_nest_lock(lock, nest_lock) \
	sim_mutex_lock_killable(lock, 0, &(nest_lock)->dep_map, \
		SIM_LOCK_AT("mutex_lock_killable_nest_lock", #lock))
#define mutex_trylock_nest_lock(lock, nest_lock) \
	sim_mutex_trylock(lock, &(nest_lock)->dep_map, \
		SIM_LOCK_AT("mutex_trylock_nest_lock", #lock))

#endif
