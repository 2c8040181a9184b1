/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * rwlock_t: queued and fair. Whoever is first in the queue gets the lock as soon as it can be
 * given; only readers in an interrupt go before a writer that waits.
 */
#include <linux/rwlock.h>
#include <linux/errno.h>
#include "kernel/lock_internal.h"

void sim_rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key)
{
	sim_lock_init_at(lock, sizeof(*lock), name);
	lock->sim = (struct sim_lock){};
	lockdep_init_map_wait(&lock->dep_map, name, key, 0, LD_WAIT_CONFIG);
}

/* Readers release for the writers that come, writers for everybody: two objects. */
static __always_inline const void *order_of_readers(const rwlock_t *lock)
{
	return &lock->sim.readers;
}

static void grant(rwlock_t *lock)
{
	struct sim_lock *sim = &lock->sim;
	struct sim_lock_waiter *waiter;

	while ((waiter = sim->first) && !sim->owner) {
		if (!waiter->reads && sim->reader_count)
			return;
		sim_waiter_remove(sim, waiter);
		if (waiter->reads)
			sim_reader_add(sim, waiter->task);
		else
			sim->owner = waiter->task;
		waiter->granted = true;
		sim_waiter_wake(waiter);
	}
}

static noinline void spin(rwlock_t *lock, bool reads, bool in_front, const struct sim_site *site)
{
	struct sim_lock *sim = &lock->sim;
	struct sim_lock_waiter waiter = { .task = sim_task_current(), .reads = reads };

	sim_waiter_add(sim, &waiter, in_front ? sim->first : NULL);
	while (!waiter.granted) {
		int err = sim_lock_block(sim, &lock->dep_map, reads ? "read lock" : "lock",
					 TASK_RUNNING, site);

		if (err != -EDEADLK || waiter.granted)
			continue;
		sim_waiter_remove(sim, &waiter);
		if (reads)
			sim_reader_add(sim, waiter.task);
		else
			sim->forced++;
		return;
	}
}

static void read_take(rwlock_t *lock, const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();
	struct sim_lock *sim = &lock->sim;
	bool interrupt;

	task->preempt_count++;
	if (unlikely(sim->owner == task)) {
		sim_lock_report_twice(&lock->dep_map);
		sim_reader_add(sim, task);
		sim->readers->unchecked++;
		return;
	}
	interrupt = task->bh_count || task->in_softirq || task->in_hardirq;
	rwlock_acquire_read(&lock->dep_map, 0, 0, _RET_IP_);
	if (likely(!sim->owner && (!sim->first || interrupt)))
		sim_reader_add(sim, task);
	else
		spin(lock, true, interrupt, site);
	sim_order_acquire(lock);
}

static void read_give(rwlock_t *lock)
{
	switch (sim_reader_unlock(&lock->sim, &lock->dep_map)) {
	case SIM_UNLOCK_NOTHING:
		return;
	case SIM_UNLOCK_NESTED:
		lock->sim.owner = NULL;
		break;
	default:
		break;
	}
	sim_order_release(order_of_readers(lock));
	grant(lock);
	sim_preempt_down(sim_task_current());
}

static void write_take(rwlock_t *lock, unsigned int subclass, const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();
	struct sim_lock *sim = &lock->sim;

	task->preempt_count++;
	if (unlikely(sim->owner == task || (sim->reader_count && sim_reader_find(sim, task)))) {
		sim_lock_report_twice(&lock->dep_map);
		sim->depth++;
		return;
	}
	sim_acquire(task, &lock->dep_map, subclass, 0, NULL);
	if (likely(!sim->owner && !sim->reader_count && !sim->first))
		sim->owner = task;
	else
		spin(lock, false, false, site);
	sim_order_acquire(lock);
	sim_order_acquire(order_of_readers(lock));
}

static void write_give(rwlock_t *lock)
{
	struct sim_lock *sim = &lock->sim;

	if (likely(sim->owner == sim_task_current() && !sim->depth)) {
		sim_release(sim->owner, &lock->dep_map);
	} else {
		switch (sim_unlock_odd(sim, &lock->dep_map)) {
		case SIM_UNLOCK_NOTHING:
			return;
		case SIM_UNLOCK_NESTED:
			sim_preempt_down(sim_task_current());
			return;
		default:
			break;
		}
	}
	sim_order_release(lock);
	sim->owner = NULL;
	grant(lock);
	sim_preempt_down(sim_task_current());
}

void sim_read_lock(rwlock_t *lock, const struct sim_site *site)
{
	sim_point_here(site);
	read_take(lock, site);
}

void sim_read_lock_bh(rwlock_t *lock, const struct sim_site *site)
{
	sim_point_here(site);
	sim_task_current()->bh_count++;
	read_take(lock, site);
}

unsigned long sim_read_lock_irqsave(rwlock_t *lock, const struct sim_site *site)
{
	unsigned long flags;

	sim_point_here(site);
	flags = sim_irq_off(sim_task_current());
	read_take(lock, site);
	return flags;
}

int sim_read_trylock(rwlock_t *lock, const struct sim_site *site)
{
	struct sim_task *task;

	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || lock->sim.owner || lock->sim.first)
		return 0;
	task = sim_task_current();
	task->preempt_count++;
	sim_reader_add(&lock->sim, task);
	lock_acquire_shared_recursive(&lock->dep_map, 0, 1, NULL, _RET_IP_);
	sim_order_acquire(lock);
	return 1;
}

void sim_read_unlock(rwlock_t *lock, const struct sim_site *site)
{
	read_give(lock);
	sim_point_here(site);
}

void sim_read_unlock_bh(rwlock_t *lock, const struct sim_site *site)
{
	read_give(lock);
	sim_bh_down(sim_task_current());
	sim_point_here(site);
}

void sim_read_unlock_irqrestore(rwlock_t *lock, unsigned long flags, const struct sim_site *site)
{
	read_give(lock);
	sim_irq_set(sim_task_current(), flags);
	sim_point_here(site);
}

void sim_write_lock(rwlock_t *lock, unsigned int subclass, const struct sim_site *site)
{
	sim_point_here(site);
	write_take(lock, subclass, site);
}

void sim_write_lock_bh(rwlock_t *lock, const struct sim_site *site)
{
	sim_point_here(site);
	sim_task_current()->bh_count++;
	write_take(lock, 0, site);
}

unsigned long sim_write_lock_irqsave(rwlock_t *lock, const struct sim_site *site)
{
	unsigned long flags;

	sim_point_here(site);
	flags = sim_irq_off(sim_task_current());
	write_take(lock, 0, site);
	return flags;
}

int sim_write_trylock(rwlock_t *lock, const struct sim_site *site)
{
	struct sim_lock *sim = &lock->sim;
	struct sim_task *task;

	sim_point_here(site);
	if (sim_inject(&sim_fault_trylock, site) || sim->owner || sim->reader_count || sim->first)
		return 0;
	task = sim_task_current();
	task->preempt_count++;
	sim->owner = task;
	rwlock_acquire(&lock->dep_map, 0, 1, _RET_IP_);
	sim_order_acquire(lock);
	sim_order_acquire(order_of_readers(lock));
	return 1;
}

void sim_write_unlock(rwlock_t *lock, const struct sim_site *site)
{
	write_give(lock);
	sim_point_here(site);
}

void sim_write_unlock_bh(rwlock_t *lock, const struct sim_site *site)
{
	write_give(lock);
	sim_bh_down(sim_task_current());
	sim_point_here(site);
}

void sim_write_unlock_irqrestore(rwlock_t *lock, unsigned long flags, const struct sim_site *site)
{
	write_give(lock);
	sim_irq_set(sim_task_current(), flags);
	sim_point_here(site);
}
