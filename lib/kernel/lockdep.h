/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The lock checker: what lockdep checks, as lockdep checks it. A deadlock needs luck to happen;
 * the checker needs each of its parts to be seen once, in any task, at any time of the run. Locks
 * tell it when they are about to be taken, before a wait, and when they are given back.
 *
 * DOC: Vocabulary
 *
 * class     locks that are alike: initialised at one place (struct lock_class_key), of one level of
 *           nesting (subclass). A statically initialised lock is a class of its own.
 * edge      a class was taken while another was held. A trylock makes no edge to its class, for it
 *           does not wait, but edges from it.
 * kind      of an edge: held exclusively (E) or shared (S), taken as a recursive reader (R) or not
 *           (N). A path with "R" meeting "S" at a class is weak: no deadlock can come from it.
 * chain     the classes that a task holds, in order. A chain that was looked at is remembered.
 * use       of a class: in a hardirq or softirq, or with these enabled; exclusive or shared.
 * training  what the kernel teaches its checker at boot, so that one run of one side is enough.
 *
 * DOC: Reports
 *
 * lock-order    first= second= cycle=N [via=MAP]: @second is taken with @first held, and @first was
 *               taken with @second held before, directly or by others. via= says that it passes
 *               fs_reclaim, mmu_notifier_invalidate_range_start or dma_fence_map.
 *               first= second= what=recursive: two of one class without an order between them;
 *               what=recursive-read: shared ones, which a waiting writer turns into a deadlock;
 *               what=ww-no-context: a ww_mutex taken without a context beside one with.
 *               second= what=nest-lock-not-held
 * lock-context  what=sleep in=REASON [lock=]: might_sleep() in a context that must not
 *               what=irq-unsafe irq= lock=: taken in an interrupt, and held where that can come
 *               what=irq-order irq= safe= unsafe=: an order from the one to the other
 *               what=task-exit, entry-exit left=FUNCTION: ended with something disabled
 * lock-held     lock= what=task-exit, entry-exit count=: ended with locks held
 *               lock= what=too-many: more than the kernel has room for in a task
 * lock-imbalance lock= what=not-held: a map released that is not held; for locks see kernel/lock.h
 *
 * Each is raised once in a run for the classes concerned. An edge that was reported is not added
 * to the order, so one mistake does not lead to others.
 *
 * DOC: Differs
 *
 * A report does not turn the checker off. All combinations of modes of two classes are edges of
 * their own. Softirqs and hardirqs are tasks, so chains never cross into an interrupt. Not
 * modelled: wait types of PREEMPT_RT, lock_pin_lock(), lock_set_cmp_fn(), statistics.
 *
 * DOC: Source
 *
 * Behaviour of kernel/locking/lockdep.c of v7.0 and Documentation/locking/lockdep-design.rst.
 */
#ifndef KERNEL_LOCKDEP_H
#define KERNEL_LOCKDEP_H

#include <linux/gfp.h>
#include <linux/lockdep.h>
#include <linux/sim_lockdep.h>
#include <linux/types.h>
#include "kernel/task.h"

struct sim_layer;

/** sim_layer_lockdep - the layer of slot SIM_SLOT_LOCKDEP */
extern const struct sim_layer sim_layer_lockdep;

/**
 * sim_held_map - the locks that a task holds
 * @task: task
 * @index: from 0, in order of taking
 *
 * Return: the map, NULL past the last.
 */
struct lockdep_map *sim_held_map(const struct sim_task *task, unsigned int index);
/**
 * sim_held_find - is a lock in this memory held?
 * @start: of the memory
 * @bytes: its size
 * @holder: set to who holds it
 *
 * Return: its map, NULL if none is.
 */
struct lockdep_map *sim_held_find(const void *start, size_t bytes, struct sim_task **holder);
/**
 * sim_held_drop - a task does not hold a lock any more, whoever released it
 * @task: task
 * @map: lock; nothing happens when it is not held
 */
void sim_held_drop(struct sim_task *task, const struct lockdep_map *map);
/**
 * sim_lockdep_irqs_enabled - the running task has enabled interrupts or softirqs
 *
 * Called after its count or flag has changed: locks that it holds are now held with them enabled.
 */
void sim_lockdep_irqs_enabled(void);
/**
 * sim_lockdep_task_exit - a task ends; called before it does
 * @task: the task
 */
void sim_lockdep_task_exit(struct sim_task *task);
/** sim_lockdep_entry_exit - the running task returns from the kernel to who called it */
void sim_lockdep_entry_exit(void);
/** sim_might_alloc_slow - the rest of sim_might_alloc(); @ip is who allocates */
void sim_might_alloc_slow(gfp_t gfp, unsigned long ip);
/**
 * sim_might_alloc - might_alloc() for the allocators of the model
 * @gfp: flags of the allocation
 *
 * Costs next to nothing where no lock is held and nothing disabled: all may wait there.
 */
static __always_inline void sim_might_alloc(gfp_t gfp)
{
	const struct sim_task *task = sim_task_current();

	if (gfp & __GFP_DIRECT_RECLAIM &&
	    unlikely(task->held_count || task->preempt_count || task->bh_count ||
		     task->rcu_count || task->irqs_disabled || task->in_softirq ||
		     task->in_hardirq))
		sim_might_alloc_slow(gfp, _RET_IP_);
}
/** sim_lockdep_forget_task - free what the checker keeps for a task */
void sim_lockdep_forget_task(struct sim_task *task);

#endif
