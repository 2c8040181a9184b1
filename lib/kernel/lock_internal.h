/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shared by the kinds of locks: mutex.c, ww_mutex.c, rwsem.c, spinlock.c, rwlock.c, seqlock.c,
 * bit_lock.c. Fast paths are inline there: one switch point, one call of the checker, one test.
 */
#ifndef KERNEL_LOCK_INTERNAL_H
#define KERNEL_LOCK_INTERNAL_H

#include <linux/lockdep.h>
#include <linux/sim_lock.h>
#include "kernel/inject.h"
#include "kernel/lock.h"
#include "kernel/lockdep_fast.h"
#include "kernel/race.h"
#include "kernel/sched.h"
#include "kernel/task.h"

struct mutex;
struct ww_acquire_ctx;
struct ww_mutex;

#define SIM_NO_DEADLINE (~0ull)

/**
 * struct sim_lock_waiter - one who waits for a lock; on its stack
 * @next: who came later
 * @prev: who came before
 * @task: who
 * @ctx: acquire context of a ww_mutex, or NULL
 * @handoff_ns: of a rwsem: from then on it asks for a handoff
 * @reads: wants it shared
 * @granted: has it, and is in no queue any more
 * @asked: it is the one that asked for the handoff
 */
struct sim_lock_waiter {
	struct sim_lock_waiter *next;
	struct sim_lock_waiter *prev;
	struct sim_task *task;
	struct ww_acquire_ctx *ctx;
	u64 handoff_ns;
	bool reads;
	bool granted;
	bool asked;
};

/**
 * struct sim_lock_reader - shared holds of one task
 * @next: whose holds are older; or in the list of free ones
 * @task: who; NULL for holds that belong to no task
 * @count: holds
 * @unchecked: those of them that the checker does not know, each after a report
 */
struct sim_lock_reader {
	struct sim_lock_reader *next;
	struct sim_task *task;
	u32 count;
	u32 unchecked;
};

/* The checker's hooks. @read is a constant, 0 or 1. */
static __always_inline void sim_acquire(struct sim_task *task, struct lockdep_map *map,
					unsigned int subclass, unsigned int read,
					struct lockdep_map *nest_lock)
{
	if (unlikely(subclass || nest_lock) || !lockdep_acquire_fast(task, map, read, _RET_IP_))
		lock_acquire(map, subclass, 0, (int)read, 1, nest_lock, _RET_IP_);
}

static __always_inline void sim_release(struct sim_task *task, struct lockdep_map *map)
{
	if (unlikely(!lockdep_release_fast(task, map)))
		lock_release(map, _RET_IP_);
}

/* Adds @waiter before @before, or at the end. */
static inline void sim_waiter_add(struct sim_lock *lock, struct sim_lock_waiter *waiter,
				  struct sim_lock_waiter *before)
{
	/* Compilers can't see that whoever grants it takes it out. */
	OPTIMIZER_HIDE_VAR(waiter);
	waiter->next = before;
	waiter->prev = before ? before->prev : lock->last;
	*(waiter->prev ? &waiter->prev->next : &lock->first) = waiter;
	*(before ? &before->prev : &lock->last) = waiter;
}

static inline void sim_waiter_remove(struct sim_lock *lock, struct sim_lock_waiter *waiter)
{
	*(waiter->prev ? &waiter->prev->next : &lock->first) = waiter->next;
	*(waiter->next ? &waiter->next->prev : &lock->last) = waiter->prev;
}

/* Lets @waiter run; it looks again, or finds that it was @granted the lock. */
static inline void sim_waiter_wake(struct sim_lock_waiter *waiter)
{
	sim_task_wake(waiter->task, 0);
}

/**
 * sim_lock_block - the running task waits for a lock
 * @lock: which
 * @map: its name
 * @verb: "lock", "read lock"
 * @kernel_state: TASK_UNINTERRUPTIBLE, ...; TASK_RUNNING to spin
 * @site: where
 *
 * Return: as sim_task_block(). -EDEADLK means: go on, nothing will ever end this wait.
 */
int sim_lock_block(struct sim_lock *lock, const struct lockdep_map *map, const char *verb,
		   unsigned int kernel_state, const struct sim_site *site);

/** sim_lock_report - raise `lock-imbalance` */
void sim_lock_report(const char *name, const char *what, const char *text);
/** sim_lock_report_twice - the running task would wait for itself */
void sim_lock_report_twice(const struct lockdep_map *map);

/** enum sim_unlock - what is left to do for an unlock that is not the plain one */
enum sim_unlock {
	/* The lock stays as it is. */
	SIM_UNLOCK_NOTHING,
	/* One hold less; the lock stays held. */
	SIM_UNLOCK_NESTED,
	/* Free the lock; the checker knows already. */
	SIM_UNLOCK_RELEASE,
};

/**
 * sim_unlock_odd - an exclusive unlock that is not by the holder, or of a nested hold
 * @lock: its @owner is not the running task, or its @depth is not 0
 * @map: its map
 *
 * Reports what is wrong, and keeps the checker's books.
 */
enum sim_unlock sim_unlock_odd(struct sim_lock *lock, struct lockdep_map *map);

/* Shared holds; the list is as long as there are holders. */
struct sim_lock_reader *sim_reader_find(const struct sim_lock *lock, const struct sim_task *task);
void sim_reader_add(struct sim_lock *lock, struct sim_task *task);
void sim_reader_drop(struct sim_lock *lock, struct sim_lock_reader *reader);
/*
 * A shared unlock: takes one hold of the running task away, or says what is wrong. Return:
 * SIM_UNLOCK_RELEASE if a hold is gone, SIM_UNLOCK_NOTHING if not, SIM_UNLOCK_NESTED if the lock
 * is held for writing and the caller has to release that.
 */
enum sim_unlock sim_reader_unlock(struct sim_lock *lock, struct lockdep_map *map);

/* Initialises @bytes of a lock that begins at @start; garbage before. */
void sim_lock_init_at(void *start, size_t bytes, const char *name);

/* A lock is about to go away. */
void sim_lock_destroy(struct sim_lock *lock, struct lockdep_map *map);
/* Bit locks in memory that was freed are held no more. */
void sim_bit_memory_freed(const void *start, size_t bytes);
/* At the end of a run: reports the bit spinlocks that a task holds. Return: their number. */
int sim_bit_spinning(const struct sim_task *task);
/* A count of the task goes down, or a report says that it is 0 already. */
void sim_count_down(int *count, const char *name);

/* Would an interruptible or killable wait be ended by an injected signal? */
static __always_inline bool sim_inject_signal(unsigned int kernel_state,
					      const struct sim_site *site)
{
	if (kernel_state == TASK_UNINTERRUPTIBLE || likely(!sim_world->inject_armed))
		return false;
	if (kernel_state == TASK_INTERRUPTIBLE && sim_inject(&sim_fault_signal, site))
		return true;
	return sim_inject(&sim_fault_kill, site);
}

/* A lock that sleeps is about to be taken. */
static __always_inline void sim_lock_may_sleep(const struct sim_site *site)
{
	const struct sim_task *task = sim_task_current();

	if (unlikely(task->preempt_count || task->bh_count || task->rcu_count ||
		     task->irqs_disabled || task->in_softirq || task->in_hardirq))
		__might_sleep(site->file, (int)site->line);
}

/* Is it of a kind that others spin for, and that counts as preempt_disable()? */
static inline bool sim_map_spins(const struct lockdep_map *map)
{
	return map->wait_type_inner == LD_WAIT_SPIN && !map->lock_type;
}

/* The lock of a spinning kind counts as preempt_disable(). */
static __always_inline void sim_preempt_down(struct sim_task *task)
{
	if (likely(task->preempt_count > 0))
		task->preempt_count--;
}

static __always_inline unsigned long sim_irq_off(struct sim_task *task)
{
	unsigned long flags = task->irqs_disabled;

	task->irqs_disabled = true;
	return flags;
}

/* Interrupts as they were; what is still held may then be interrupted. */
static __always_inline void sim_irq_set(struct sim_task *task, unsigned long flags)
{
	task->irqs_disabled = flags;
	if (unlikely(task->held_count) && !flags)
		sim_lockdep_irqs_enabled();
}

static __always_inline void sim_bh_down(struct sim_task *task)
{
	if (likely(task->bh_count > 0) && !--task->bh_count && unlikely(task->held_count))
		sim_lockdep_irqs_enabled();
}

/* The wait of a mutex or ww_mutex that is not free; 0 when the running task has it. */
int sim_mutex_wait(struct mutex *lock, unsigned int kernel_state, struct ww_mutex *ww,
		   struct ww_acquire_ctx *ctx, const struct sim_site *site);
/* Takes a free mutex, or one that was handed to the running task. */
bool sim_mutex_take(struct sim_lock *lock, struct sim_task *task);
/* Releases without a word to the checker, and wakes who is next. */
void sim_mutex_free(struct sim_lock *lock);

/* The ww rules inside the wait of a mutex: queue in order of stamps, who has to back off. */
int sim_ww_queue(struct ww_mutex *ww, struct sim_lock_waiter *waiter);
int sim_ww_check(struct ww_mutex *ww, const struct sim_lock_waiter *waiter);
void sim_ww_taken(struct ww_mutex *ww, struct ww_acquire_ctx *ctx);

#endif
