/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/lockdep.h>
#include <linux/sim_lock.h>
#include <linux/types.h>

/*
 * fidelity: simplified: other members; a task never spins for a holder that runs, it sleeps. A
 * writer that waits keeps out new readers; when a reader is first in line, all readers in it go
 */
struct rw_semaphore {
	struct sim_lock sim;
	struct lockdep_map dep_map;
};

#define __RWSEM_INITIALIZER(lockname) \
	{ .dep_map = { .name = #lockname, .wait_type_inner = LD_WAIT_SLEEP } }
#define DECLARE_RWSEM(lockname) struct rw_semaphore lockname = __RWSEM_INITIALIZER(lockname)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);
#define init_rwsem(sem)                                                  \
	do {                                                             \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY; \
		__init_rwsem((sem), #sem, &__key);                       \
	} while (0)

void down_read(struct rw_semaphore *sem);
/* 0, or -EINTR when a signal, for the killable form a fatal one, ended the wait. */
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);

void sim_down_read(struct rw_semaphore *sem, unsigned int subclass, const struct sim_site *site);
int __must_check sim_down_read_interruptible(struct rw_semaphore *sem,
					     const struct sim_site *site);
int __must_check sim_down_read_killable(struct rw_semaphore *sem, unsigned int subclass,
					const struct sim_site *site);
void sim_down_read_non_owner(struct rw_semaphore *sem, const struct sim_site *site);
int sim_down_read_trylock(struct rw_semaphore *sem, const struct sim_site *site);
void sim_up_read(struct rw_semaphore *sem, const struct sim_site *site);
void sim_up_read_non_owner(struct rw_semaphore *sem, const struct sim_site *site);
void sim_down_write(struct rw_semaphore *sem, unsigned int subclass, struct lockdep_map *nest_lock,
		    const struct sim_site *site);
int __must_check sim_down_write_killable(struct rw_semaphore *sem, unsigned int subclass,
					 const struct sim_site *site);
int sim_down_write_trylock(struct rw_semaphore *sem, const struct sim_site *site);
void sim_up_write(struct rw_semaphore *sem, const struct sim_site *site);
void sim_downgrade_write(struct rw_semaphore *sem, const struct sim_site *site);

#define down_read(sem) sim_down_read(sem, 0, SIM_LOCK_AT("down_read", #sem))
#define down_read_interruptible(sem) \
	sim_down_read_interruptible(sem, SIM_LOCK_AT("down_read_interruptible", #sem))
#define down_read_killable(sem) \
	sim_down_read_killable(sem, 0, SIM_LOCK_AT("down_read_killable", #sem))
#define down_read_nested(sem, subclass) \
	sim_down_read(sem, subclass, SIM_LOCK_AT("down_read_nested", #sem))
#define down_read_killable_nested(sem, subclass) \
	sim_down_read_killable(sem, subclass, SIM_LOCK_AT("down_read_killable_nested", #sem))
#define down_read_non_owner(sem) \
	sim_down_read_non_owner(sem, SIM_LOCK_AT("down_read_non_owner", #sem))
#define down_read_trylock(sem) \
	sim_down_read_trylock(sem, SIM_LOCK_AT("down_read_trylock", #sem))
#define up_read(sem) sim_up_read(sem, SIM_UNLOCK_AT("up_read", #sem))
#define up_read_non_owner(sem) \
	sim_up_read_non_owner(sem, SIM_UNLOCK_AT("up_read_non_owner", #sem))
#define down_write(sem) sim_down_write(sem, 0, NULL, SIM_LOCK_AT("down_write", #sem))
#define down_write_killable(sem) \
	sim_down_write_killable(sem, 0, SIM_LOCK_AT("down_write_killable", #sem))
#define down_write_nested(sem, subclass) \
	sim_down_write(sem, subclass, NULL, SIM_LOCK_AT("down_write_nested", #sem))
#define down_write_killable_nested(sem, subclass) \
	sim_down_write_killable(sem, subclass, SIM_LOCK_AT("down_write_killable_nested", #sem))
#define down_write_nest_lock(sem, nest_lock) \
	sim_down_write(sem, 0, &(nest_lock)->dep_map, SIM_LOCK_AT("down_write_nest_lock", #sem))
#define down_write_trylock(sem) \
	sim_down_write_trylock(sem, SIM_LOCK_AT("down_write_trylock", #sem))
#define up_write(sem) sim_up_write(sem, SIM_UNLOCK_AT("up_write", #sem))
#define downgrade_write(sem) sim_downgrade_write(sem, SIM_UNLOCK_AT("downgrade_write", #sem))

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return sem->sim.owner || sem->sim.reader_count;
}

static inline int rwsem_is_contended(struct rw_semaphore *sem)
{
	return sem->sim.first != NULL;
}

static inline void rwsem_assert_held(const struct rw_semaphore *sem)
{
	lockdep_assert_held(sem);
}

static inline void rwsem_assert_held_write(const struct rw_semaphore *sem)
{
	lockdep_assert_held_write(sem);
}

static inline void rwsem_assert_held_nolockdep(const struct rw_semaphore *sem)
{
	WARN_ON(!sem->sim.owner && !sem->sim.reader_count);
}

static inline void rwsem_assert_held_write_nolockdep(const struct rw_semaphore *sem)
{
	WARN_ON(!sem->sim.owner);
}

#endif
