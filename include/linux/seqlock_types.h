/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SEQLOCK_TYPES_H
#define _LINUX_SEQLOCK_TYPES_H

#include <linux/lockdep_types.h>
#include <linux/mutex.h>
#include <linux/sim_lock.h>
#include <linux/spinlock_types.h>

/* fidelity: simplified: knows its writer, and who spins until that one is done */
typedef struct seqcount {
	unsigned int sequence;
	struct sim_lock sim;
	struct lockdep_map dep_map;
} seqcount_t;

/* fidelity: same */
typedef struct seqcount_raw_spinlock {
	seqcount_t seqcount;
	raw_spinlock_t *lock;
} seqcount_raw_spinlock_t;

typedef struct seqcount_spinlock {
	seqcount_t seqcount;
	spinlock_t *lock;
} seqcount_spinlock_t;

typedef struct seqcount_rwlock {
	seqcount_t seqcount;
	rwlock_t *lock;
} seqcount_rwlock_t;

typedef struct seqcount_mutex {
	seqcount_t seqcount;
	struct mutex *lock;
} seqcount_mutex_t;

typedef struct {
	seqcount_spinlock_t seqcount;
	spinlock_t lock;
} seqlock_t;

#endif
