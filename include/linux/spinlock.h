/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

/*
 * All forms come down to five operations on the lock's map (kernel/lock.h), which report an unlock
 * of a lock that is not held and a second lock by the holder.
 */
/* fidelity: simplified: one task; bh and irq forms keep their own state but mask nothing */
void sim_spin_init(struct lockdep_map *map, const char *name);
void sim_spin_lock(struct lockdep_map *map);
int sim_spin_trylock(struct lockdep_map *map);
void sim_spin_unlock(struct lockdep_map *map);
void sim_read_lock(struct lockdep_map *map);
void sim_read_unlock(struct lockdep_map *map);

#define raw_spin_lock_init(lock) sim_spin_init(&(lock)->dep_map, #lock)
#define spin_lock_init(lock) sim_spin_init(&(lock)->dep_map, #lock)
#define rwlock_init(lock) sim_spin_init(&(lock)->dep_map, #lock)

static inline void spin_lock(spinlock_t *lock)
{
	sim_spin_lock(&lock->dep_map);
}

static inline void spin_unlock(spinlock_t *lock)
{
	sim_spin_unlock(&lock->dep_map);
}

static inline int spin_trylock(spinlock_t *lock)
{
	return sim_spin_trylock(&lock->dep_map);
}

static inline int spin_is_locked(spinlock_t *lock)
{
	return lock->dep_map.sim_writers != 0;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	local_bh_disable();
	sim_spin_lock(&lock->dep_map);
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	sim_spin_unlock(&lock->dep_map);
	local_bh_enable();
}

static inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	sim_spin_lock(&lock->dep_map);
}

static inline void spin_unlock_irq(spinlock_t *lock)
{
	sim_spin_unlock(&lock->dep_map);
	local_irq_enable();
}

static inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	sim_spin_unlock(&lock->dep_map);
	sim_irq_restore(flags);
}

static inline unsigned long sim_spin_lock_irqsave(struct lockdep_map *map)
{
	unsigned long flags = sim_irq_save();

	sim_spin_lock(map);
	return flags;
}

static inline int sim_spin_trylock_irqsave(struct lockdep_map *map, unsigned long *flags)
{
	*flags = sim_irq_save();
	if (sim_spin_trylock(map))
		return 1;
	sim_irq_restore(*flags);
	return 0;
}

#define spin_lock_irqsave(lock, flags) \
	do { (flags) = sim_spin_lock_irqsave(&(lock)->dep_map); } while (0)
#define spin_trylock_irqsave(lock, flags) sim_spin_trylock_irqsave(&(lock)->dep_map, &(flags))
#define spin_lock_nested(lock, subclass) ((void)(subclass), spin_lock(lock))
#define spin_lock_irqsave_nested(lock, flags, subclass) spin_lock_irqsave(lock, flags)
#define assert_spin_locked(lock) lockdep_assert(spin_is_locked(lock))

#define raw_spin_lock(lock) sim_spin_lock(&(lock)->dep_map)
#define raw_spin_unlock(lock) sim_spin_unlock(&(lock)->dep_map)
#define raw_spin_trylock(lock) sim_spin_trylock(&(lock)->dep_map)
#define raw_spin_is_locked(lock) ((lock)->dep_map.sim_writers != 0)
#define raw_spin_lock_irqsave(lock, flags) \
	do { (flags) = sim_spin_lock_irqsave(&(lock)->dep_map); } while (0)
#define raw_spin_unlock_irqrestore(lock, flags) \
	do { sim_spin_unlock(&(lock)->dep_map); sim_irq_restore(flags); } while (0)
#define raw_spin_lock_irq(lock) \
	do { local_irq_disable(); sim_spin_lock(&(lock)->dep_map); } while (0)
#define raw_spin_unlock_irq(lock) \
	do { sim_spin_unlock(&(lock)->dep_map); local_irq_enable(); } while (0)

static inline void read_lock(rwlock_t *lock)
{
	sim_read_lock(&lock->dep_map);
}

static inline void read_unlock(rwlock_t *lock)
{
	sim_read_unlock(&lock->dep_map);
}

static inline void write_lock(rwlock_t *lock)
{
	sim_spin_lock(&lock->dep_map);
}

static inline void write_unlock(rwlock_t *lock)
{
	sim_spin_unlock(&lock->dep_map);
}

#endif
