/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What of all locks together is in the world. */
#ifndef KERNEL_LOCK_STATE_H
#define KERNEL_LOCK_STATE_H

#include "kernel/lock_internal.h"

#define SIM_LOCK_CHUNK_READERS 63

/**
 * struct sim_lock_chunk - records of shared holds
 * @next: allocated before
 * @reader: the records
 */
struct sim_lock_chunk {
	struct sim_lock_chunk *next;
	struct sim_lock_reader reader[SIM_LOCK_CHUNK_READERS];
};

/**
 * struct sim_bit_hold - a bit lock that is held
 * @word: where
 * @map: class for the checker; NULL for a bit spinlock
 * @name: for reports
 * @task: by whom
 * @bit: which
 * @depth: further holds, each after a report
 * @checked: the checker knows; of several of one class and task it knows one
 */
struct sim_bit_hold {
	const unsigned long *word;
	struct lockdep_map *map;
	const char *name;
	struct sim_task *task;
	unsigned int bit;
	u32 depth;
	bool checked;
};

/**
 * struct sim_lock_state - what slot SIM_SLOT_LOCK points to
 * @chunks: all records of shared holds
 * @reader_free: those not in use
 * @bit_holds: bit locks held, in order of taking, @bit_hold_count of @bit_hold_capacity
 * @bit_hold_count: see @bit_holds
 * @bit_hold_capacity: see @bit_holds
 * @bit_first: who waits for bits and variables, oldest first
 * @bit_last: the newest
 */
struct sim_lock_state {
	struct sim_lock_chunk *chunks;
	struct sim_lock_reader *reader_free;
	struct sim_bit_hold *bit_holds;
	unsigned int bit_hold_count;
	unsigned int bit_hold_capacity;
	struct sim_bit_waiter *bit_first;
	struct sim_bit_waiter *bit_last;
};

static __always_inline struct sim_lock_state *sim_lock_state(void)
{
	return sim_world->slot[SIM_SLOT_LOCK];
}

#endif
