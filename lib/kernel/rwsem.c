/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/rwsem.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include "kernel/lock_internal.h"

/* As many readers are woken at once, and after so long a waiter asks for a handoff. */
#define READERS_AT_ONCE 256
#define PATIENCE_NS (4ull * 1000 * 1000)

/**
 * enum wake - whom a wake-up may let in
 * @WAKE_ANY: nobody has the lock
 * @WAKE_READERS: readers have it
 */
enum wake {
	WAKE_ANY,
	WAKE_READERS,
};

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	sim_lock_init_at(sem, sizeof(*sem), name);
	sem->sim = (struct sim_lock){};
	lockdep_init_map_wait(&sem->dep_map, name, key, 0, LD_WAIT_SLEEP);
}

/* Readers release for the writers that come, writers for everybody: two objects. */
static __always_inline const void *order_of_readers(const struct rw_semaphore *sem)
{
	return &sem->sim.readers;
}

static void wake_up_next(struct sim_lock *sim, enum wake wake)
{
	struct sim_lock_waiter *waiter = sim->first, *next;
	unsigned int woken = 0;

	if (!waiter->reads) {
		if (wake == WAKE_ANY)
			sim_waiter_wake(waiter);
		return;
	}
	if (sim->owner) {
		/* A writer was faster. */
		if (sim_world->now_ns > waiter->handoff_ns) {
			sim->handoff = true;
			waiter->asked = true;
		}
		return;
	}
	sim->handoff = false;
	for (; waiter && woken < READERS_AT_ONCE; waiter = next) {
		next = waiter->next;
		if (!waiter->reads)
			continue;
		sim_waiter_remove(sim, waiter);
		sim_reader_add(sim, waiter->task);
		waiter->granted = true;
		sim_waiter_wake(waiter);
		woken++;
	}
}

/* A new waiter has come: those before it may have been able to go on already. */
static void wake_up_others(struct sim_lock *sim)
{
	if (!sim->owner)
		wake_up_next(sim, sim->reader_count ? WAKE_READERS : WAKE_ANY);
}

static void leave_queue(struct sim_lock *sim, struct sim_lock_waiter *waiter)
{
	bool was_first = sim->first == waiter;

	sim_waiter_remove(sim, waiter);
	if (!sim->first)
		sim->handoff = false;
	else if (was_first)
		wake_up_next(sim, WAKE_ANY);
}

/* The lock is not free for readers, or somebody waits. @task: for whom, NULL for nobody. */
static noinline int read_wait(struct rw_semaphore *sem, struct sim_task *task,
			      unsigned int kernel_state, const struct sim_site *site)
{
	struct sim_lock *sim = &sem->sim;
	struct sim_lock_waiter waiter = {
		.task = sim_task_current(),
		.handoff_ns = sim_world->now_ns + PATIENCE_NS,
		.reads = true,
	};
	int err;

	if (!sim->owner && !sim->handoff && !sim->reader_count) {
		/* Just released; who was woken has not run yet. */
		sim_reader_add(sim, task);
		wake_up_next(sim, WAKE_READERS);
		return 0;
	}
	sim_waiter_add(sim, &waiter, NULL);
	wake_up_others(sim);
	while (!waiter.granted) {
		err = sim_task_signal_pending(waiter.task, kernel_state) ?
			      -EINTR :
			      sim_lock_block(sim, &sem->dep_map, "read lock", kernel_state, site);
		if (waiter.granted || (err != -EINTR && err != -EDEADLK))
			continue;
		leave_queue(sim, &waiter);
		if (err == -EINTR)
			return err;
		sim_reader_add(sim, waiter.task);
		break;
	}
	if (!task) {
		sim_reader_drop(sim, sim_reader_find(sim, waiter.task));
		sim_reader_add(sim, NULL);
	}
	return 0;
}

/* A queued writer tries: it must not pass the one that asked for a handoff. */
static bool write_try(struct sim_lock *sim, struct sim_lock_waiter *waiter)
{
	struct sim_lock_waiter *first = sim->first;

	if (sim->handoff && first->asked && first != waiter)
		return false;
	if (sim->owner || sim->reader_count) {
		if (!sim->handoff && sim_world->now_ns > waiter->handoff_ns) {
			sim->handoff = true;
			first->asked = true;
		}
		return false;
	}
	sim->handoff = false;
	sim->owner = waiter->task;
	sim_waiter_remove(sim, waiter);
	return true;
}

static noinline int write_wait(struct rw_semaphore *sem, unsigned int kernel_state,
			       const struct sim_site *site)
{
	struct sim_lock *sim = &sem->sim;
	struct sim_lock_waiter waiter = {
		.task = sim_task_current(),
		.handoff_ns = sim_world->now_ns + PATIENCE_NS,
	};
	int err;

	if (!sim->owner && !sim->reader_count && !sim->handoff) {
		/* Just released; who was woken has not run yet. */
		sim->owner = waiter.task;
		return 0;
	}
	sim_waiter_add(sim, &waiter, NULL);
	if (sim->first != &waiter)
		wake_up_others(sim);
	for (;;) {
		if (write_try(sim, &waiter))
			return 0;
		err = sim_task_signal_pending(waiter.task, kernel_state) ? -EINTR : 0;
		if (err)
			break;
		err = sim_lock_block(sim, &sem->dep_map, "lock", kernel_state, site);
		if (err != -EDEADLK)
			continue;
		if (write_try(sim, &waiter))
			return 0;
		break;
	}
	leave_queue(sim, &waiter);
	if (err == -EINTR)
		return err;
	sim->forced++;
	return 0;
}

static __always_inline int take_read(struct rw_semaphore *sem, unsigned int kernel_state,
				     unsigned int subclass, const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();
	struct sim_lock *sim = &sem->sim;
	int err = 0;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (unlikely(sim->owner == task || (sim->reader_count && sim_reader_find(sim, task)))) {
		sim_lock_report_twice(&sem->dep_map);
		sim_reader_add(sim, task);
		sim_reader_find(sim, task)->unchecked++;
		return 0;
	}
	sim_acquire(task, &sem->dep_map, subclass, 1, NULL);
	if (sim_inject_signal(kernel_state, site))
		err = -EINTR;
	else if (likely(!sim->owner && !sim->first))
		sim_reader_add(sim, task);
	else
		err = read_wait(sem, task, kernel_state, site);
	if (unlikely(err))
		rwsem_release(&sem->dep_map, _RET_IP_);
	else
		sim_order_acquire(sem);
	return err;
}

void sim_down_read(struct rw_semaphore *sem, unsigned int subclass, const struct sim_site *site)
{
	(void)take_read(sem, TASK_UNINTERRUPTIBLE, subclass, site);
}

int sim_down_read_interruptible(struct rw_semaphore *sem, const struct sim_site *site)
{
	return take_read(sem, TASK_INTERRUPTIBLE, 0, site);
}

int sim_down_read_killable(struct rw_semaphore *sem, unsigned int subclass,
			   const struct sim_site *site)
{
	return take_read(sem, TASK_KILLABLE, subclass, site);
}

void sim_down_read_non_owner(struct rw_semaphore *sem, const struct sim_site *site)
{
	struct sim_lock *sim = &sem->sim;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (likely(!sim->owner && !sim->first))
		sim_reader_add(sim, NULL);
	else
		(void)read_wait(sem, NULL, TASK_UNINTERRUPTIBLE, site);
	sim_order_acquire(sem);
}

int sim_down_read_trylock(struct rw_semaphore *sem, const struct sim_site *site)
{
	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || sem->sim.owner || sem->sim.first)
		return 0;
	sim_reader_add(&sem->sim, sim_task_current());
	rwsem_acquire_read(&sem->dep_map, 0, 1, _RET_IP_);
	sim_order_acquire(sem);
	return 1;
}

static void read_released(struct rw_semaphore *sem)
{
	struct sim_lock *sim = &sem->sim;

	sim_order_release(order_of_readers(sem));
	if (unlikely(sim->first) && !sim->reader_count)
		wake_up_next(sim, WAKE_ANY);
}

static void write_released(struct rw_semaphore *sem)
{
	sim_order_release(sem);
	sem->sim.owner = NULL;
	if (unlikely(sem->sim.first))
		wake_up_next(&sem->sim, WAKE_ANY);
}

void sim_up_read(struct rw_semaphore *sem, const struct sim_site *site)
{
	switch (sim_reader_unlock(&sem->sim, &sem->dep_map)) {
	case SIM_UNLOCK_NOTHING:
		return;
	case SIM_UNLOCK_NESTED:
		write_released(sem);
		break;
	default:
		read_released(sem);
	}
	sim_point_here(site);
}

void sim_up_read_non_owner(struct rw_semaphore *sem, const struct sim_site *site)
{
	struct sim_lock_reader *reader = sim_reader_find(&sem->sim, NULL);

	if (!reader) {
		sim_lock_report(sem->dep_map.name, "not-held", "released though it is not held");
		return;
	}
	sim_reader_drop(&sem->sim, reader);
	read_released(sem);
	sim_point_here(site);
}

static __always_inline int take_write(struct rw_semaphore *sem, unsigned int kernel_state,
				      unsigned int subclass, struct lockdep_map *nest_lock,
				      const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();
	struct sim_lock *sim = &sem->sim;
	int err = 0;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (unlikely(sim->owner == task || (sim->reader_count && sim_reader_find(sim, task)))) {
		sim_lock_report_twice(&sem->dep_map);
		sim->depth++;
		return 0;
	}
	sim_acquire(task, &sem->dep_map, subclass, 0, nest_lock);
	if (sim_inject_signal(kernel_state, site))
		err = -EINTR;
	else if (likely(!sim->owner && !sim->reader_count && !sim->first))
		sim->owner = task;
	else
		err = write_wait(sem, kernel_state, site);
	if (unlikely(err)) {
		rwsem_release(&sem->dep_map, _RET_IP_);
		return err;
	}
	sim_order_acquire(sem);
	sim_order_acquire(order_of_readers(sem));
	return 0;
}

void sim_down_write(struct rw_semaphore *sem, unsigned int subclass, struct lockdep_map *nest_lock,
		    const struct sim_site *site)
{
	(void)take_write(sem, TASK_UNINTERRUPTIBLE, subclass, nest_lock, site);
}

int sim_down_write_killable(struct rw_semaphore *sem, unsigned int subclass,
			    const struct sim_site *site)
{
	return take_write(sem, TASK_KILLABLE, subclass, NULL, site);
}

int sim_down_write_trylock(struct rw_semaphore *sem, const struct sim_site *site)
{
	struct sim_lock *sim = &sem->sim;

	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || sim->owner || sim->reader_count || sim->first)
		return 0;
	sim->owner = sim_task_current();
	rwsem_acquire(&sem->dep_map, 0, 1, _RET_IP_);
	sim_order_acquire(sem);
	sim_order_acquire(order_of_readers(sem));
	return 1;
}

void sim_up_write(struct rw_semaphore *sem, const struct sim_site *site)
{
	struct sim_lock *sim = &sem->sim;

	if (likely(sim->owner == sim_task_current() && !sim->depth)) {
		sim_release(sim->owner, &sem->dep_map);
		write_released(sem);
	} else {
		bool written = sim->owner;

		if (sim_unlock_odd(sim, &sem->dep_map) != SIM_UNLOCK_RELEASE)
			return;
		written ? write_released(sem) : read_released(sem);
	}
	sim_point_here(site);
}

void sim_downgrade_write(struct rw_semaphore *sem, const struct sim_site *site)
{
	struct sim_lock *sim = &sem->sim;

	if (unlikely(sim->owner != sim_task_current())) {
		bool reads = sim_reader_find(sim, sim_task_current());

		sim_lock_report(sem->dep_map.name, reads ? "wrong-mode" : "not-held",
				"downgraded though it is not held for writing");
		return;
	}
	lock_downgrade(&sem->dep_map, _RET_IP_);
	sim_order_release(sem);
	sim->owner = NULL;
	sim_reader_add(sim, sim_task_current());
	if (unlikely(sim->first))
		wake_up_next(sim, WAKE_READERS);
	sim_point_here(site);
}

/* The same for who takes their addresses. */
void (down_read)(struct rw_semaphore *sem)
{
	down_read(sem);
}

int (down_read_interruptible)(struct rw_semaphore *sem)
{
	return down_read_interruptible(sem);
}

int (down_read_killable)(struct rw_semaphore *sem)
{
	return down_read_killable(sem);
}

int (down_read_trylock)(struct rw_semaphore *sem)
{
	return down_read_trylock(sem);
}

void (up_read)(struct rw_semaphore *sem)
{
	up_read(sem);
}

void (down_write)(struct rw_semaphore *sem)
{
	down_write(sem);
}

int (down_write_killable)(struct rw_semaphore *sem)
{
	return down_write_killable(sem);
}

int (down_write_trylock)(struct rw_semaphore *sem)
{
	return down_write_trylock(sem);
}

void (up_write)(struct rw_semaphore *sem)
{
	up_write(sem);
}

void (downgrade_write)(struct rw_semaphore *sem)
{
	downgrade_write(sem);
}
