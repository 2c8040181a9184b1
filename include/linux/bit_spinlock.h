/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <linux/bitops.h>
#include <linux/preempt.h>
#include <linux/sim_lock.h>
#include <linux/types.h>

/* fidelity: simplified: knows its holder; no part of the lock checker, as in the kernel */
void sim_bit_spin_lock(int bitnum, unsigned long *addr, const struct sim_site *site);
int sim_bit_spin_trylock(int bitnum, unsigned long *addr, const struct sim_site *site);
void sim_bit_spin_unlock(int bitnum, unsigned long *addr, const struct sim_site *site);

#define bit_spin_lock(bitnum, addr) \
	sim_bit_spin_lock(bitnum, addr, SIM_LOCK_AT("bit_spin_lock", #addr))
#define bit_spin_trylock(bitnum, addr) \
	sim_bit_spin_trylock(bitnum, addr, SIM_LOCK_AT("bit_spin_trylock", #addr))
#define bit_spin_unlock(bitnum, addr) \
	sim_bit_spin_unlock(bitnum, addr, SIM_UNLOCK_AT("bit_spin_unlock", #addr))
#define __bit_spin_unlock(bitnum, addr) \
	sim_bit_spin_unlock(bitnum, addr, SIM_UNLOCK_AT("__bit_spin_unlock", #addr))

static inline int bit_spin_is_locked(int bitnum, unsigned long *addr)
{
	return test_bit(bitnum, addr);
}

#endif
