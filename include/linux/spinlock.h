/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/rwlock.h>
#include <linux/spinlock_types.h>

/*
 * All forms come down to these. A contended lock makes the task spin: it keeps its CPU, and gets
 * the lock in the order of asking. _bh and _irq forms keep softirqs and interrupts of the CPU out.
 */
/* fidelity: simplified: no other difference than that spinning costs no time */
void sim_spin_init(struct raw_spinlock *lock, const char *name, struct lock_class_key *key,
		   unsigned int wait_type);
void sim_spin_lock(struct raw_spinlock *lock, unsigned int subclass, const struct sim_site *site);
void sim_spin_lock_nest(struct raw_spinlock *lock, struct lockdep_map *nest_lock,
			const struct sim_site *site);
void sim_spin_lock_bh(struct raw_spinlock *lock, const struct sim_site *site);
unsigned long sim_spin_lock_irqsave(struct raw_spinlock *lock, unsigned int subclass,
				    const struct sim_site *site);
int sim_spin_trylock(struct raw_spinlock *lock, const struct sim_site *site);
int sim_spin_trylock_bh(struct raw_spinlock *lock, const struct sim_site *site);
int sim_spin_trylock_irqsave(struct raw_spinlock *lock, unsigned long *flags,
			     const struct sim_site *site);
void sim_spin_unlock(struct raw_spinlock *lock, const struct sim_site *site);
void sim_spin_unlock_bh(struct raw_spinlock *lock, const struct sim_site *site);
void sim_spin_unlock_irqrestore(struct raw_spinlock *lock, unsigned long flags,
				const struct sim_site *site);

#define raw_spin_lock_init(lock)                                            \
	do {                                                                \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY;    \
		sim_spin_init(lock, #lock, &__key, LD_WAIT_SPIN);           \
	} while (0)
#define spin_lock_init(lock)                                                \
	do {                                                                \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY;    \
		sim_spin_init(&(lock)->rlock, #lock, &__key, LD_WAIT_CONFIG); \
	} while (0)

static inline raw_spinlock_t *spinlock_check(spinlock_t *lock)
{
	return &lock->rlock;
}

#define raw_spin_lock(lock) sim_spin_lock(lock, 0, SIM_LOCK_AT("raw_spin_lock", #lock))
#define raw_spin_lock_nested(lock, subclass) \
	sim_spin_lock(lock, subclass, SIM_LOCK_AT("raw_spin_lock_nested", #lock))
#define raw_spin_lock_nest_lock(lock, nest_lock) \
	sim_spin_lock_nest(lock, &(nest_lock)->dep_map, \
		SIM_LOCK_AT("raw_spin_lock_nest_lock", #lock))
#define raw_spin_lock_bh(lock) sim_spin_lock_bh(lock, SIM_LOCK_AT("raw_spin_lock_bh", #lock))
#define raw_spin_lock_irq(lock) \
	((void)sim_spin_lock_irqsave(lock, 0, SIM_LOCK_AT("raw_spin_lock_irq", #lock)))
#define raw_spin_lock_irqsave(lock, flags) \
	((flags) = sim_spin_lock_irqsave(lock, 0, SIM_LOCK_AT("raw_spin_lock_irqsave", #lock)))
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) \
	((flags) = sim_spin_lock_irqsave(lock, subclass, \
		SIM_LOCK_AT("raw_spin_lock_irqsave_nested", #lock)))
#define raw_spin_trylock(lock) sim_spin_trylock(lock, SIM_LOCK_AT("raw_spin_trylock", #lock))
#define raw_spin_trylock_bh(lock) \
	sim_spin_trylock_bh(lock, SIM_LOCK_AT("raw_spin_trylock_bh", #lock))
#define raw_spin_trylock_irq(lock) \
	sim_spin_trylock_irqsave(lock, NULL, SIM_LOCK_AT("raw_spin_trylock_irq", #lock))
#define raw_spin_trylock_irqsave(lock, flags) \
	sim_spin_trylock_irqsave(lock, &(flags), SIM_LOCK_AT("raw_spin_trylock_irqsave", #lock))
#define raw_spin_unlock(lock) sim_spin_unlock(lock, SIM_UNLOCK_AT("raw_spin_unlock", #lock))
#define raw_spin_unlock_bh(lock) \
	sim_spin_unlock_bh(lock, SIM_UNLOCK_AT("raw_spin_unlock_bh", #lock))
#define raw_spin_unlock_irq(lock) \
	sim_spin_unlock_irqrestore(lock, 0, SIM_UNLOCK_AT("raw_spin_unlock_irq", #lock))
#define raw_spin_unlock_irqrestore(lock, flags) \
	sim_spin_unlock_irqrestore(lock, flags, \
		SIM_UNLOCK_AT("raw_spin_unlock_irqrestore", #lock))
#define raw_spin_is_locked(lock) ((lock)->sim.owner != NULL)
#define raw_spin_is_contended(lock) ((lock)->sim.first != NULL)
#define assert_raw_spin_locked(lock) lockdep_assert(raw_spin_is_locked(lock))

#define spin_lock(lock) sim_spin_lock(&(lock)->rlock, 0, SIM_LOCK_AT("spin_lock", #lock))
#define spin_lock_nested(lock, subclass) \
	sim_spin_lock(&(lock)->rlock, subclass, SIM_LOCK_AT("spin_lock_nested", #lock))
#define spin_lock_nest_lock(lock, nest_lock) \
	sim_spin_lock_nest(&(lock)->rlock, &(nest_lock)->dep_map, \
		SIM_LOCK_AT("spin_lock_nest_lock", #lock))
#define spin_lock_bh(lock) sim_spin_lock_bh(&(lock)->rlock, SIM_LOCK_AT("spin_lock_bh", #lock))
#define spin_lock_irq(lock) \
	((void)sim_spin_lock_irqsave(&(lock)->rlock, 0, SIM_LOCK_AT("spin_lock_irq", #lock)))
#define spin_lock_irqsave(lock, flags) \
	((flags) = sim_spin_lock_irqsave(&(lock)->rlock, 0, \
		SIM_LOCK_AT("spin_lock_irqsave", #lock)))
#define spin_lock_irqsave_nested(lock, flags, subclass) \
	((flags) = sim_spin_lock_irqsave(&(lock)->rlock, subclass, \
		SIM_LOCK_AT("spin_lock_irqsave_nested", #lock)))
#define spin_trylock(lock) sim_spin_trylock(&(lock)->rlock, SIM_LOCK_AT("spin_trylock", #lock))
#define spin_trylock_bh(lock) \
	sim_spin_trylock_bh(&(lock)->rlock, SIM_LOCK_AT("spin_trylock_bh", #lock))
#define spin_trylock_irq(lock) \
	sim_spin_trylock_irqsave(&(lock)->rlock, NULL, SIM_LOCK_AT("spin_trylock_irq", #lock))
#define spin_trylock_irqsave(lock, flags) \
	sim_spin_trylock_irqsave(&(lock)->rlock, &(flags), \
		SIM_LOCK_AT("spin_trylock_irqsave", #lock))
#define spin_unlock(lock) sim_spin_unlock(&(lock)->rlock, SIM_UNLOCK_AT("spin_unlock", #lock))
#define spin_unlock_bh(lock) \
	sim_spin_unlock_bh(&(lock)->rlock, SIM_UNLOCK_AT("spin_unlock_bh", #lock))
#define spin_unlock_irq(lock) \
	sim_spin_unlock_irqrestore(&(lock)->rlock, 0, SIM_UNLOCK_AT("spin_unlock_irq", #lock))
#define spin_unlock_irqrestore(lock, flags) \
	sim_spin_unlock_irqrestore(&(lock)->rlock, flags, \
		SIM_UNLOCK_AT("spin_unlock_irqrestore", #lock))
#define spin_is_locked(lock) ((lock)->sim.owner != NULL)
#define spin_is_contended(lock) ((lock)->sim.first != NULL)
#define assert_spin_locked(lock) lockdep_assert(spin_is_locked(lock))

#endif
