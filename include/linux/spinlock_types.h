/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/lockdep_types.h>

/* fidelity: simplified: one task, so a lock records its holder and never spins */
typedef struct raw_spinlock {
	struct lockdep_map dep_map;
} raw_spinlock_t;

typedef struct spinlock {
	struct lockdep_map dep_map;
} spinlock_t;

typedef struct {
	struct lockdep_map dep_map;
} rwlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(lockname) ((raw_spinlock_t){ .dep_map = { .name = #lockname } })
#define __SPIN_LOCK_UNLOCKED(lockname) ((spinlock_t){ .dep_map = { .name = #lockname } })
#define __RW_LOCK_UNLOCKED(lockname) ((rwlock_t){ .dep_map = { .name = #lockname } })
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = { .dep_map = { .name = #x } }
#define DEFINE_SPINLOCK(x) spinlock_t x = { .dep_map = { .name = #x } }
#define DEFINE_RWLOCK(x) rwlock_t x = { .dep_map = { .name = #x } }

#endif
