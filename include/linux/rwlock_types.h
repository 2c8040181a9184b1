/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RWLOCK_TYPES_H
#define _LINUX_RWLOCK_TYPES_H

#include <linux/lockdep_types.h>
#include <linux/sim_lock.h>

/* fidelity: simplified: other members; first come, first served, as the kernel's queued lock */
typedef struct {
	struct sim_lock sim;
	struct lockdep_map dep_map;
} rwlock_t;

#define __RW_LOCK_UNLOCKED(lockname) \
	((rwlock_t){ .dep_map = { .name = #lockname, .wait_type_inner = LD_WAIT_CONFIG } })
#define DEFINE_RWLOCK(x) \
	rwlock_t x = { .dep_map = { .name = #x, .wait_type_inner = LD_WAIT_CONFIG } }

#endif
