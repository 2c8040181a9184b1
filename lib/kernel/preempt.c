/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a task has disabled: preemption, softirqs, migration, interrupts. */
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/local_lock.h>
#include "kernel/lock_internal.h"

void sim_count_down(int *count, const char *name)
{
	if (unlikely(*count <= 0)) {
		sim_lock_report(name, "not-held", "ended though it has not begun");
		return;
	}
	(*count)--;
}

void preempt_disable(void)
{
	sim_task_current()->preempt_count++;
}

void sim_preempt_enable(const struct sim_site *site)
{
	int *count = &sim_task_current()->preempt_count;

	sim_count_down(count, "preempt_disable");
	if (!*count)
		sim_point_here(site);
}

void (preempt_enable)(void)
{
	preempt_enable();
}

void preempt_enable_no_resched(void)
{
	sim_count_down(&sim_task_current()->preempt_count, "preempt_disable");
}

int preempt_count(void)
{
	const struct sim_task *task = sim_task_current();

	return task->preempt_count * (int)PREEMPT_OFFSET +
	       task->bh_count * (int)SOFTIRQ_DISABLE_OFFSET +
	       (task->in_softirq ? (int)SOFTIRQ_OFFSET : 0) +
	       (task->in_hardirq ? (int)HARDIRQ_OFFSET : 0);
}

void local_bh_disable(void)
{
	sim_task_current()->bh_count++;
}

void sim_bh_enable(const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();

	sim_count_down(&task->bh_count, "local_bh_disable");
	if (task->bh_count)
		return;
	if (unlikely(task->held_count))
		sim_lockdep_irqs_enabled();
	sim_point_here(site);
}

void (local_bh_enable)(void)
{
	local_bh_enable();
}

void migrate_disable(void)
{
	sim_task_current()->migrate_count++;
}

void migrate_enable(void)
{
	sim_count_down(&sim_task_current()->migrate_count, "migrate_disable");
}

unsigned long sim_irq_save(void)
{
	return sim_irq_off(sim_task_current());
}

void sim_irq_restore(unsigned long flags, const struct sim_site *site)
{
	sim_irq_set(sim_task_current(), flags);
	if (!flags)
		sim_point_here(site);
}

bool irqs_disabled(void)
{
	return sim_task_current()->irqs_disabled;
}

bool sim_irqs_on(void)
{
	return !sim_task_current()->irqs_disabled;
}

void local_irq_disable(void)
{
	(void)sim_irq_off(sim_task_current());
}

void (local_irq_enable)(void)
{
	local_irq_enable();
}

void sim_local_lock_init(local_lock_t *lock, const char *name, struct lock_class_key *key)
{
	sim_lock_init_at(lock, sizeof(*lock), name);
	lockdep_init_map_type(&lock->dep_map, name, key, 0, LD_WAIT_CONFIG, LD_WAIT_INV,
			      LD_LOCK_PERCPU);
}

void sim_local_lock_taken(local_lock_t *lock)
{
	lock_acquire_exclusive(&lock->dep_map, 0, 0, NULL, _RET_IP_);
}

void sim_local_lock_released(local_lock_t *lock)
{
	if (lock_is_held(&lock->dep_map))
		lock_release(&lock->dep_map, _RET_IP_);
	else
		sim_lock_report(lock->dep_map.name, "not-held", "released though it is not held");
}
