/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/rwlock_types.h>

/*
 * A writer that waits holds back new readers, unless they run in an interrupt or with softirqs off.
 */
/* fidelity: simplified: no other difference than that spinning costs no time */
void sim_rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key);
void sim_read_lock(rwlock_t *lock, const struct sim_site *site);
void sim_read_lock_bh(rwlock_t *lock, const struct sim_site *site);
unsigned long sim_read_lock_irqsave(rwlock_t *lock, const struct sim_site *site);
int sim_read_trylock(rwlock_t *lock, const struct sim_site *site);
void sim_read_unlock(rwlock_t *lock, const struct sim_site *site);
void sim_read_unlock_bh(rwlock_t *lock, const struct sim_site *site);
void sim_read_unlock_irqrestore(rwlock_t *lock, unsigned long flags, const struct sim_site *site);
void sim_write_lock(rwlock_t *lock, unsigned int subclass, const struct sim_site *site);
void sim_write_lock_bh(rwlock_t *lock, const struct sim_site *site);
unsigned long sim_write_lock_irqsave(rwlock_t *lock, const struct sim_site *site);
int sim_write_trylock(rwlock_t *lock, const struct sim_site *site);
void sim_write_unlock(rwlock_t *lock, const struct sim_site *site);
void sim_write_unlock_bh(rwlock_t *lock, const struct sim_site *site);
void sim_write_unlock_irqrestore(rwlock_t *lock, unsigned long flags, const struct sim_site *site);

#define rwlock_init(lock)                                                \
	do {                                                             \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY; \
		sim_rwlock_init(lock, #lock, &__key);                    \
	} while (0)

#define read_lock(lock) sim_read_lock(lock, SIM_LOCK_AT("read_lock", #lock))
#define read_lock_bh(lock) sim_read_lock_bh(lock, SIM_LOCK_AT("read_lock_bh", #lock))
#define read_lock_irq(lock) \
	((void)sim_read_lock_irqsave(lock, SIM_LOCK_AT("read_lock_irq", #lock)))
#define read_lock_irqsave(lock, flags) \
	((flags) = sim_read_lock_irqsave(lock, SIM_LOCK_AT("read_lock_irqsave", #lock)))
#define read_trylock(lock) sim_read_trylock(lock, SIM_LOCK_AT("read_trylock", #lock))
#define read_unlock(lock) sim_read_unlock(lock, SIM_UNLOCK_AT("read_unlock", #lock))
#define read_unlock_bh(lock) sim_read_unlock_bh(lock, SIM_UNLOCK_AT("read_unlock_bh", #lock))
#define read_unlock_irq(lock) \
	sim_read_unlock_irqrestore(lock, 0, SIM_UNLOCK_AT("read_unlock_irq", #lock))
#define read_unlock_irqrestore(lock, flags) \
	sim_read_unlock_irqrestore(lock, flags, SIM_UNLOCK_AT("read_unlock_irqrestore", #lock))
#define write_lock(lock) sim_write_lock(lock, 0, SIM_LOCK_AT("write_lock", #lock))
#define write_lock_nested(lock, subclass) \
	sim_write_lock(lock, subclass, SIM_LOCK_AT("write_lock_nested", #lock))
#define write_lock_bh(lock) sim_write_lock_bh(lock, SIM_LOCK_AT("write_lock_bh", #lock))
#define write_lock_irq(lock) \
	((void)sim_write_lock_irqsave(lock, SIM_LOCK_AT("write_lock_irq", #lock)))
#define write_lock_irqsave(lock, flags) \
	((flags) = sim_write_lock_irqsave(lock, SIM_LOCK_AT("write_lock_irqsave", #lock)))
#define write_trylock(lock) sim_write_trylock(lock, SIM_LOCK_AT("write_trylock", #lock))
#define write_unlock(lock) sim_write_unlock(lock, SIM_UNLOCK_AT("write_unlock", #lock))
#define write_unlock_bh(lock) sim_write_unlock_bh(lock, SIM_UNLOCK_AT("write_unlock_bh", #lock))
#define write_unlock_irq(lock) \
	sim_write_unlock_irqrestore(lock, 0, SIM_UNLOCK_AT("write_unlock_irq", #lock))
#define write_unlock_irqrestore(lock, flags) \
	sim_write_unlock_irqrestore(lock, flags, SIM_UNLOCK_AT("write_unlock_irqrestore", #lock))
#define rwlock_is_contended(lock) ((lock)->sim.first != NULL)

#endif
