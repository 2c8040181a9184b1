/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Locks with owners. The state of a lock is in the lock (linux/sim_lock.h): who has it,
 * exclusively or shared, and who waits, in what order. Each kind has a file of its own with its
 * rules: mutex.c, ww_mutex.c, rwsem.c, spinlock.c, rwlock.c, seqlock.c, bit_lock.c, percpu_ref.c;
 * preempt.c keeps the counts of preempt_disable(), local_bh_disable() and local_irq_disable().
 *
 * A lock operation is one switch point: before an attempt to take, after a release. The checker
 * (kernel/lockdep.h) is told before a wait, after a trylock that succeeded, and at the start of
 * a release.
 *
 * Misuse is reported and the run goes on as if the caller had been right: a second lock nests, an
 * unlock of a free lock does nothing, an unlock in the wrong mode releases the other mode, an
 * unlock of another task's lock releases that.
 *
 * DOC: Who is next
 *
 * mutex     first come, first woken; but who is woken competes, and a newcomer may have been
 *	     faster. After one such defeat the first in the queue asks for a handoff: the next
 *	     unlock gives it the lock.
 * rwsem     as mutex for writers, who ask for a handoff only after 4 ms. A writer that waits keeps
 *	     out new readers. When a reader is first in the queue, all readers in it get the lock.
 * spinlock, rwlock_t   strictly first come, first served; but a reader in an interrupt passes
 *	     writers that only wait.
 * ww_mutex  in order of the stamps of the acquire contexts; see ww_mutex.c.
 *
 * DOC: Reports
 *
 * lock-imbalance lock=NAME what=WORD, where WORD is one of
 *	not-held	unlocked, or downgraded, though not held
 *	held-twice	locked by its holder: a self deadlock
 *	wrong-mode	held for reading and unlocked as written, or the other way round
 *	other-task	unlocked by another task than the one that holds it
 *	destroyed-held	destroyed or initialised again while held
 *	freed-held	its memory was freed while held
 *	never-released	still held at the end of the run
 *
 * DOC: Not modelled
 *
 * Spinning of a mutex or rwsem for a holder that runs; priorities.
 */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include <linux/lockdep.h>
#include <linux/sim_site.h>
#include <linux/types.h>

struct sim_layer;
struct sim_task;

/** sim_layer_lock - the layer of slot SIM_SLOT_LOCK */
extern const struct sim_layer sim_layer_lock;

/**
 * sim_lock_memory_freed - memory was freed: no held lock may be in it
 * @start: its start
 * @bytes: its size
 */
void sim_lock_memory_freed(const void *start, size_t bytes);

/*
 * A lock that is one bit of a word, with who holds it: what lock_page() is made of. All locks of
 * one class share a @map; a task that holds several is held to the order of the first. Any task
 * may unlock.
 */
/**
 * sim_bit_lock - take a bit lock, sleeping
 * @word: where
 * @bit: which, below 64
 * @map: class
 * @kernel_state: TASK_UNINTERRUPTIBLE, TASK_KILLABLE or TASK_INTERRUPTIBLE
 * @site: where in the source
 *
 * Return: 0, or -EINTR.
 */
int sim_bit_lock(unsigned long *word, unsigned int bit, struct lockdep_map *map,
		 unsigned int kernel_state, const struct sim_site *site);
/** sim_bit_trylock - take a bit lock if it is free; arguments of sim_bit_lock() */
bool sim_bit_trylock(unsigned long *word, unsigned int bit, struct lockdep_map *map,
		     const struct sim_site *site);
/** sim_bit_unlock - give a bit lock back, and wake who waits for it */
void sim_bit_unlock(unsigned long *word, unsigned int bit, const struct sim_site *site);
/** sim_bit_owner - who holds a bit lock; NULL if nobody does */
struct sim_task *sim_bit_owner(const unsigned long *word, unsigned int bit);

#endif
