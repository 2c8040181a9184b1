/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/mutex.h>
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include "kernel/lock_internal.h"

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	sim_lock_init_at(lock, sizeof(*lock), name);
	lock->sim = (struct sim_lock){};
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_SLEEP);
}

void mutex_destroy(struct mutex *lock)
{
	sim_lock_destroy(&lock->sim, &lock->dep_map);
}

bool mutex_is_locked(struct mutex *lock)
{
	return lock->sim.owner;
}

bool sim_mutex_take(struct sim_lock *lock, struct sim_task *task)
{
	if (!lock->owner) {
		lock->owner = task;
		return true;
	}
	if (lock->owner != task || !lock->pickup)
		return false;
	lock->pickup = false;
	return true;
}

void sim_mutex_free(struct sim_lock *lock)
{
	struct sim_lock_waiter *next = lock->first;

	lock->owner = NULL;
	if (likely(!next))
		return;
	if (lock->handoff) {
		lock->owner = next->task;
		lock->handoff = false;
		lock->pickup = true;
	}
	sim_waiter_wake(next);
}

int sim_mutex_wait(struct mutex *lock, unsigned int kernel_state, struct ww_mutex *ww,
		   struct ww_acquire_ctx *ctx, const struct sim_site *site)
{
	struct sim_lock *sim = &lock->sim;
	struct sim_task *task = sim_task_current();
	struct sim_lock_waiter waiter = { .task = task, .ctx = ctx };
	int err = 0;

	if (!ctx)
		sim_waiter_add(sim, &waiter, NULL);
	else if ((err = sim_ww_queue(ww, &waiter)))
		return err;
	while (!sim_mutex_take(sim, task)) {
		if (sim_task_signal_pending(task, kernel_state))
			err = -EINTR;
		else if (ctx)
			err = sim_ww_check(ww, &waiter);
		if (err)
			break;
		if (sim_lock_block(sim, &lock->dep_map, "lock", kernel_state, site) == -EDEADLK) {
			if (!sim_mutex_take(sim, task))
				sim->forced++;
			break;
		}
		/* Who has been woken in vain once is not to be passed again. */
		if (sim->owner && sim->owner != task && sim->first == &waiter)
			sim->handoff = true;
	}
	sim_waiter_remove(sim, &waiter);
	if (!sim->first)
		sim->handoff = false;
	return err;
}

/* @subclass and @nest_lock: of the checker. Return: 0, or -EINTR. */
static __always_inline int take(struct mutex *lock, unsigned int kernel_state,
				unsigned int subclass, struct lockdep_map *nest_lock,
				const struct sim_site *site)
{
	struct sim_lock *sim = &lock->sim;
	struct sim_task *task;
	int err;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	task = sim_task_current();
	if (unlikely(sim->owner == task && !sim->pickup)) {
		sim_lock_report_twice(&lock->dep_map);
		sim->depth++;
		return 0;
	}
	sim_acquire(task, &lock->dep_map, subclass, 0, nest_lock);
	if (sim_inject_signal(kernel_state, site))
		err = -EINTR;
	else if (likely(!sim->owner)) {
		sim->owner = task;
		err = 0;
	} else {
		err = sim_mutex_wait(lock, kernel_state, NULL, NULL, site);
	}
	if (unlikely(err))
		mutex_release(&lock->dep_map, _RET_IP_);
	else
		sim_order_acquire(lock);
	return err;
}

void sim_mutex_lock(struct mutex *lock, unsigned int subclass, struct lockdep_map *nest_lock,
		    const struct sim_site *site)
{
	(void)take(lock, TASK_UNINTERRUPTIBLE, subclass, nest_lock, site);
}

int sim_mutex_lock_interruptible(struct mutex *lock, unsigned int subclass,
				 const struct sim_site *site)
{
	return take(lock, TASK_INTERRUPTIBLE, subclass, NULL, site);
}

int sim_mutex_lock_killable(struct mutex *lock, unsigned int subclass,
			    struct lockdep_map *nest_lock, const struct sim_site *site)
{
	return take(lock, TASK_KILLABLE, subclass, nest_lock, site);
}

int sim_mutex_trylock(struct mutex *lock, struct lockdep_map *nest_lock,
		      const struct sim_site *site)
{
	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || lock->sim.owner)
		return 0;
	lock->sim.owner = sim_task_current();
	mutex_acquire_nest(&lock->dep_map, 0, 1, nest_lock, _RET_IP_);
	sim_order_acquire(lock);
	return 1;
}

void sim_mutex_unlock(struct mutex *lock, const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();
	struct sim_lock *sim = &lock->sim;

	if (likely(sim->owner == task && !sim->depth))
		sim_release(task, &lock->dep_map);
	else if (sim_unlock_odd(sim, &lock->dep_map) != SIM_UNLOCK_RELEASE)
		return;
	sim_order_release(lock);
	sim_mutex_free(sim);
	sim_point_here(site);
}

/* The same for who takes their addresses. */
void (mutex_lock)(struct mutex *lock)
{
	mutex_lock(lock);
}

int (mutex_lock_interruptible)(struct mutex *lock)
{
	return mutex_lock_interruptible(lock);
}

int (mutex_lock_killable)(struct mutex *lock)
{
	return mutex_lock_killable(lock);
}

int (mutex_trylock)(struct mutex *lock)
{
	return mutex_trylock(lock);
}

void (mutex_unlock)(struct mutex *lock)
{
	mutex_unlock(lock);
}

int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock)
{
	if (atomic_add_unless(cnt, -1, 1))
		return 0;
	mutex_lock(lock);
	if (atomic_dec_and_test(cnt))
		return 1;
	mutex_unlock(lock);
	return 0;
}
