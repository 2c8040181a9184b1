/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Spinlocks: queued, so an unlock gives the lock to who has spun longest.
 */
#include <linux/spinlock.h>
#include <linux/errno.h>
#include "kernel/lock_internal.h"

void sim_spin_init(struct raw_spinlock *lock, const char *name, struct lock_class_key *key,
		   unsigned int wait_type)
{
	sim_lock_init_at(lock, sizeof(*lock), name);
	lock->sim = (struct sim_lock){};
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, wait_type);
}

static noinline void spin_wait(struct raw_spinlock *lock, const struct sim_site *site)
{
	struct sim_lock_waiter waiter = { .task = sim_task_current() };

	sim_waiter_add(&lock->sim, &waiter, NULL);
	while (!waiter.granted) {
		int err = sim_lock_block(&lock->sim, &lock->dep_map, "lock", TASK_RUNNING, site);

		if (err == -EDEADLK && !waiter.granted) {
			sim_waiter_remove(&lock->sim, &waiter);
			lock->sim.forced++;
			return;
		}
	}
}

static __always_inline void spin_take(struct raw_spinlock *lock, struct sim_task *task,
				      unsigned int subclass, struct lockdep_map *nest_lock,
				      const struct sim_site *site)
{
	task->preempt_count++;
	if (unlikely(lock->sim.owner == task)) {
		sim_lock_report_twice(&lock->dep_map);
		lock->sim.depth++;
		return;
	}
	sim_acquire(task, &lock->dep_map, subclass, 0, nest_lock);
	if (likely(!lock->sim.owner))
		lock->sim.owner = task;
	else
		spin_wait(lock, site);
	sim_order_acquire(lock);
}

static noinline void spin_grant(struct sim_lock *lock)
{
	struct sim_lock_waiter *waiter = lock->first;

	sim_waiter_remove(lock, waiter);
	lock->owner = waiter->task;
	waiter->granted = true;
	sim_waiter_wake(waiter);
}

static __always_inline void spin_free(struct raw_spinlock *lock, struct sim_task *task)
{
	sim_order_release(lock);
	if (likely(!lock->sim.first))
		lock->sim.owner = NULL;
	else
		spin_grant(&lock->sim);
	sim_preempt_down(task);
}

static noinline void spin_give_odd(struct raw_spinlock *lock, struct sim_task *task)
{
	enum sim_unlock unlock = sim_unlock_odd(&lock->sim, &lock->dep_map);

	if (unlock == SIM_UNLOCK_NESTED)
		sim_preempt_down(task);
	else if (unlock == SIM_UNLOCK_RELEASE)
		spin_free(lock, task);
}

static __always_inline void spin_give(struct raw_spinlock *lock, struct sim_task *task)
{
	if (likely(lock->sim.owner == task && !lock->sim.depth)) {
		sim_release(task, &lock->dep_map);
		spin_free(lock, task);
	} else {
		spin_give_odd(lock, task);
	}
}

void sim_spin_lock(struct raw_spinlock *lock, unsigned int subclass, const struct sim_site *site)
{
	sim_point_here(site);
	spin_take(lock, sim_task_current(), subclass, NULL, site);
}

void sim_spin_lock_nest(struct raw_spinlock *lock, struct lockdep_map *nest_lock,
			const struct sim_site *site)
{
	sim_point_here(site);
	spin_take(lock, sim_task_current(), 0, nest_lock, site);
}

void sim_spin_lock_bh(struct raw_spinlock *lock, const struct sim_site *site)
{
	struct sim_task *task;

	sim_point_here(site);
	task = sim_task_current();
	task->bh_count++;
	spin_take(lock, task, 0, NULL, site);
}

unsigned long sim_spin_lock_irqsave(struct raw_spinlock *lock, unsigned int subclass,
				    const struct sim_site *site)
{
	struct sim_task *task;
	unsigned long flags;

	sim_point_here(site);
	task = sim_task_current();
	flags = sim_irq_off(task);
	spin_take(lock, task, subclass, NULL, site);
	return flags;
}

static __always_inline int spin_try(struct raw_spinlock *lock, struct sim_task *task,
				    const struct sim_site *site)
{
	if (sim_inject(&sim_fault_trylock, site) || lock->sim.owner)
		return 0;
	task->preempt_count++;
	lock->sim.owner = task;
	spin_acquire(&lock->dep_map, 0, 1, _RET_IP_);
	sim_order_acquire(lock);
	return 1;
}

int sim_spin_trylock(struct raw_spinlock *lock, const struct sim_site *site)
{
	sim_point_here(site);
	return spin_try(lock, sim_task_current(), site);
}

int sim_spin_trylock_bh(struct raw_spinlock *lock, const struct sim_site *site)
{
	struct sim_task *task;

	sim_point_here(site);
	task = sim_task_current();
	task->bh_count++;
	if (spin_try(lock, task, site))
		return 1;
	sim_bh_down(task);
	return 0;
}

int sim_spin_trylock_irqsave(struct raw_spinlock *lock, unsigned long *flags,
			     const struct sim_site *site)
{
	struct sim_task *task;
	unsigned long saved;

	sim_point_here(site);
	task = sim_task_current();
	saved = sim_irq_off(task);
	if (flags)
		*flags = saved;
	if (spin_try(lock, task, site))
		return 1;
	sim_irq_set(task, flags && saved);
	return 0;
}

void sim_spin_unlock(struct raw_spinlock *lock, const struct sim_site *site)
{
	spin_give(lock, sim_task_current());
	sim_point_here(site);
}

void sim_spin_unlock_bh(struct raw_spinlock *lock, const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();

	spin_give(lock, task);
	sim_bh_down(task);
	sim_point_here(site);
}

void sim_spin_unlock_irqrestore(struct raw_spinlock *lock, unsigned long flags,
				const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();

	spin_give(lock, task);
	sim_irq_set(task, flags);
	sim_point_here(site);
}
