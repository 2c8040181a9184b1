/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Locks with owners, for one task: a lock is free or the task holds it. All state of a lock is in
 * its lockdep_map, so static initialisers work; the world keeps the list of locks held now, and
 * the counts of preempt_disable(), local_bh_disable(), local_irq_disable(), rcu_read_lock().
 *
 * Misuse is reported and the run goes on as if the caller had been right: a second lock nests, an
 * unlock of a free lock does nothing, an unlock in the wrong mode releases the other mode.
 *
 * DOC: Reports
 *
 * lock-imbalance lock=NAME what=WORD, where WORD is one of
 *	not-held	unlocked, or downgraded, though not held
 *	held-twice	locked by its holder: a self deadlock
 *	wrong-mode	held for reading and unlocked as written, or the other way round
 *	destroyed-held	destroyed or initialised again while held
 *	freed-held	its memory was freed while held
 *	never-released	still held at the end of the run
 *
 * Not modelled: order of classes, contexts, contention. Tasks come with a later version.
 */
#ifndef KERNEL_LOCK_H
#define KERNEL_LOCK_H

#include <linux/lockdep.h>
#include <linux/types.h>

struct svmsim_world;
struct sim_layer;

/** sim_layer_lock - the layer of slot SIM_SLOT_LOCK */
extern const struct sim_layer sim_layer_lock;

/** enum sim_lock_mode - how a lock is taken */
enum sim_lock_mode {
	SIM_LOCK_WRITE,
	SIM_LOCK_READ,
	SIM_LOCK_READ_RECURSIVE,
};

/**
 * sim_lock_init - make a lock free, whatever its memory held before
 * @map: the lock
 * @name: a literal, shown in reports
 */
void sim_lock_init(struct lockdep_map *map, const char *name);
/**
 * sim_lock_acquire - take a lock
 * @map: the lock
 * @mode: SIM_LOCK_READ_RECURSIVE may nest in itself, the others may not
 */
void sim_lock_acquire(struct lockdep_map *map, enum sim_lock_mode mode);
/**
 * sim_lock_try - take a lock if it is free
 * @map: the lock
 * @mode: as for sim_lock_acquire()
 *
 * Return: true if it was taken.
 */
bool sim_lock_try(struct lockdep_map *map, enum sim_lock_mode mode);
/**
 * sim_lock_release - give a lock back
 * @map: the lock
 * @mode: in which it is held
 */
void sim_lock_release(struct lockdep_map *map, enum sim_lock_mode mode);
/**
 * sim_lock_downgrade - turn a hold for writing into one for reading
 * @map: the lock
 */
void sim_lock_downgrade(struct lockdep_map *map);
/**
 * sim_lock_destroy - a lock is about to go away
 * @map: the lock
 */
void sim_lock_destroy(struct lockdep_map *map);
/**
 * sim_lock_memory_freed - memory was freed: no held lock may be in it
 * @start: its start
 * @bytes: its size
 */
void sim_lock_memory_freed(const void *start, size_t bytes);

#endif
