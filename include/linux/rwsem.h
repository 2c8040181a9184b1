/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/lockdep.h>
#include <linux/types.h>

/* fidelity: simplified: one task, so a second lock in any mode is a self deadlock; never sleeps */
struct rw_semaphore {
	struct lockdep_map dep_map;
};

#define __RWSEM_INITIALIZER(lockname) { .dep_map = { .name = #lockname } }
#define DECLARE_RWSEM(lockname) struct rw_semaphore lockname = __RWSEM_INITIALIZER(lockname)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);
#define init_rwsem(sem) __init_rwsem((sem), #sem, NULL)

void down_read(struct rw_semaphore *sem);
/* Always 0: no signal can arrive yet. */
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);

#define down_read_nested(sem, subclass) ((void)(subclass), down_read(sem))
#define down_read_killable_nested(sem, subclass) ((void)(subclass), down_read_killable(sem))
#define down_read_non_owner(sem) down_read(sem)
#define up_read_non_owner(sem) up_read(sem)
#define down_write_nested(sem, subclass) ((void)(subclass), down_write(sem))
#define down_write_killable_nested(sem, subclass) ((void)(subclass), down_write_killable(sem))
#define down_write_nest_lock(sem, nest_lock) ((void)(nest_lock), down_write(sem))

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return sem->dep_map.sim_writers != 0 || sem->dep_map.sim_readers != 0;
}

static inline int rwsem_is_contended(struct rw_semaphore *sem)
{
	return 0;
}

static inline void rwsem_assert_held(const struct rw_semaphore *sem)
{
	lockdep_assert_held(sem);
}

static inline void rwsem_assert_held_write(const struct rw_semaphore *sem)
{
	lockdep_assert_held_write(sem);
}

#endif
