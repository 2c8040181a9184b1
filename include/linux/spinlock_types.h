/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/lockdep_types.h>
#include <linux/rwlock_types.h>
#include <linux/sim_lock.h>

/* fidelity: simplified: other members; first come, first served, as the kernel's queued lock */
typedef struct raw_spinlock {
	struct sim_lock sim;
	struct lockdep_map dep_map;
} raw_spinlock_t;

typedef struct spinlock {
	union {
		struct raw_spinlock rlock;
		struct {
			struct sim_lock sim;
			struct lockdep_map dep_map;
		};
	};
} spinlock_t;

#define SIM_SPIN_MAP(lockname, type) \
	.dep_map = { .name = #lockname, .wait_type_inner = (type) }
#define __RAW_SPIN_LOCK_INITIALIZER(lockname) { SIM_SPIN_MAP(lockname, LD_WAIT_SPIN) }
#define __RAW_SPIN_LOCK_UNLOCKED(lockname) \
	((raw_spinlock_t)__RAW_SPIN_LOCK_INITIALIZER(lockname))
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = __RAW_SPIN_LOCK_INITIALIZER(x)
#define __SPIN_LOCK_INITIALIZER(lockname) { { { SIM_SPIN_MAP(lockname, LD_WAIT_CONFIG) } } }
#define __SPIN_LOCK_UNLOCKED(lockname) ((spinlock_t)__SPIN_LOCK_INITIALIZER(lockname))
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_INITIALIZER(x)

#endif
