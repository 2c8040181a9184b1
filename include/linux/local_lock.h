/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_LOCAL_LOCK_H
#define _LINUX_LOCAL_LOCK_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

/*
 * fidelity: simplified: as without PREEMPT_RT, a name for what it disables; the argument is an
 * address in a per-CPU area
 */
typedef struct {
	struct lockdep_map dep_map;
} local_lock_t;

#define INIT_LOCAL_LOCK(lockname)                                                             \
	{                                                                                     \
		.dep_map = {                                                                  \
			.name = #lockname,                                                    \
			.wait_type_inner = LD_WAIT_CONFIG,                                    \
			.lock_type = LD_LOCK_PERCPU,                                          \
		},                                                                            \
	}
#define local_lock_init(lock)                                                                 \
	do {                                                                                  \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY;                      \
		sim_local_lock_init(lock, #lock, &__key);                                     \
	} while (0)

void sim_local_lock_init(local_lock_t *lock, const char *name, struct lock_class_key *key);
/* After preemption or interrupts were disabled, and before they are enabled again. */
void sim_local_lock_taken(local_lock_t *lock);
void sim_local_lock_released(local_lock_t *lock);

#define local_lock(lock)                                         \
	do {                                                     \
		preempt_disable();                               \
		sim_local_lock_taken(this_cpu_ptr(lock));        \
	} while (0)
#define local_unlock(lock)                                       \
	do {                                                     \
		sim_local_lock_released(this_cpu_ptr(lock));     \
		preempt_enable();                                \
	} while (0)
#define local_lock_irq(lock)                                     \
	do {                                                     \
		local_irq_disable();                             \
		sim_local_lock_taken(this_cpu_ptr(lock));        \
	} while (0)
#define local_unlock_irq(lock)                                   \
	do {                                                     \
		sim_local_lock_released(this_cpu_ptr(lock));     \
		local_irq_enable();                              \
	} while (0)
#define local_lock_irqsave(lock, flags)                          \
	do {                                                     \
		local_irq_save(flags);                           \
		sim_local_lock_taken(this_cpu_ptr(lock));        \
	} while (0)
#define local_unlock_irqrestore(lock, flags)                     \
	do {                                                     \
		sim_local_lock_released(this_cpu_ptr(lock));     \
		local_irq_restore(flags);                        \
	} while (0)

#endif
