/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel's kinds of locks in terms of kernel/lock.h.
 */
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include "kernel/lock.h"

void sim_spin_init(struct lockdep_map *map, const char *name)
{
	sim_lock_init(map, name);
}

void sim_spin_lock(struct lockdep_map *map)
{
	sim_lock_acquire(map, SIM_LOCK_WRITE);
}

int sim_spin_trylock(struct lockdep_map *map)
{
	return sim_lock_try(map, SIM_LOCK_WRITE);
}

void sim_spin_unlock(struct lockdep_map *map)
{
	sim_lock_release(map, SIM_LOCK_WRITE);
}

void sim_read_lock(struct lockdep_map *map)
{
	sim_lock_acquire(map, SIM_LOCK_READ_RECURSIVE);
}

void sim_read_unlock(struct lockdep_map *map)
{
	sim_lock_release(map, SIM_LOCK_READ_RECURSIVE);
}

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	sim_lock_init(&lock->dep_map, name);
}

void mutex_destroy(struct mutex *lock)
{
	sim_lock_destroy(&lock->dep_map);
}

void mutex_lock(struct mutex *lock)
{
	sim_lock_acquire(&lock->dep_map, SIM_LOCK_WRITE);
}

int mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

int mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

int mutex_trylock(struct mutex *lock)
{
	return sim_lock_try(&lock->dep_map, SIM_LOCK_WRITE);
}

void mutex_unlock(struct mutex *lock)
{
	sim_lock_release(&lock->dep_map, SIM_LOCK_WRITE);
}

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	sim_lock_init(&sem->dep_map, name);
}

void down_read(struct rw_semaphore *sem)
{
	sim_lock_acquire(&sem->dep_map, SIM_LOCK_READ);
}

int down_read_interruptible(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}

int down_read_killable(struct rw_semaphore *sem)
{
	down_read(sem);
	return 0;
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return sim_lock_try(&sem->dep_map, SIM_LOCK_READ);
}

void up_read(struct rw_semaphore *sem)
{
	sim_lock_release(&sem->dep_map, SIM_LOCK_READ);
}

void down_write(struct rw_semaphore *sem)
{
	sim_lock_acquire(&sem->dep_map, SIM_LOCK_WRITE);
}

int down_write_killable(struct rw_semaphore *sem)
{
	down_write(sem);
	return 0;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return sim_lock_try(&sem->dep_map, SIM_LOCK_WRITE);
}

void up_write(struct rw_semaphore *sem)
{
	sim_lock_release(&sem->dep_map, SIM_LOCK_WRITE);
}

void downgrade_write(struct rw_semaphore *sem)
{
	sim_lock_downgrade(&sem->dep_map);
}
