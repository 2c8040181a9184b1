/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <asm/barrier.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/*
 * fidelity: simplified: a grace period ends at the moment when its last reader leaves; expedited
 * ones are no faster
 */
void rcu_read_lock(void);
void rcu_read_unlock(void);
void rcu_read_lock_bh(void);
void rcu_read_unlock_bh(void);
void rcu_read_lock_sched(void);
void rcu_read_unlock_sched(void);
int rcu_read_lock_held(void);
int rcu_read_lock_bh_held(void);
int rcu_read_lock_sched_held(void);
int rcu_read_lock_any_held(void);
void synchronize_rcu(void);
void synchronize_rcu_expedited(void);
void rcu_barrier(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
void call_rcu_hurry(struct rcu_head *head, rcu_callback_t func);
unsigned long get_state_synchronize_rcu(void);
unsigned long get_completed_synchronize_rcu(void);
unsigned long start_poll_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long oldstate);
void cond_synchronize_rcu(unsigned long oldstate);

void sim_rcu_read_lock(const struct sim_site *site);
void sim_rcu_read_unlock(const struct sim_site *site);
void sim_synchronize_rcu(const struct sim_site *site);
void sim_rcu_barrier(const struct sim_site *site);
void sim_kfree_rcu(struct rcu_head *head, unsigned long offset_bytes);
bool sim_poll_state_synchronize_rcu(unsigned long oldstate, const struct sim_site *site);
void sim_cond_synchronize_rcu(unsigned long oldstate, const struct sim_site *site);

#define rcu_read_lock() sim_rcu_read_lock(SIM_SITE(SIM_POINT_LOCK, "rcu_read_lock", ""))
#define rcu_read_unlock() sim_rcu_read_unlock(SIM_SITE(SIM_POINT_UNLOCK, "rcu_read_unlock", ""))
#define synchronize_rcu() sim_synchronize_rcu(SIM_SITE(SIM_POINT_WAIT, "synchronize_rcu", ""))
#define synchronize_rcu_expedited() \
	sim_synchronize_rcu(SIM_SITE(SIM_POINT_WAIT, "synchronize_rcu_expedited", ""))
#define rcu_barrier() sim_rcu_barrier(SIM_SITE(SIM_POINT_WAIT, "rcu_barrier", ""))
#define poll_state_synchronize_rcu(oldstate) \
	sim_poll_state_synchronize_rcu( \
		(oldstate), SIM_SITE(SIM_POINT_MARKED, "poll_state_synchronize_rcu", #oldstate))
#define cond_synchronize_rcu(oldstate) \
	sim_cond_synchronize_rcu((oldstate), \
				 SIM_SITE(SIM_POINT_WAIT, "cond_synchronize_rcu", #oldstate))
#define synchronize_net() synchronize_rcu()

/* The two-argument form: frees @ptr with kfree() or kvfree() after a grace period. */
#define kfree_rcu(ptr, rhf)                                                                 \
	do {                                                                                \
		__typeof__(ptr) ___p = (ptr);                                               \
		if (___p)                                                                   \
			sim_kfree_rcu(&___p->rhf, offsetof(__typeof__(*(ptr)), rhf));       \
	} while (0)
#define kvfree_rcu(ptr, rhf) kfree_rcu(ptr, rhf)
#define kfree_rcu_mightsleep(ptr) do { synchronize_rcu(); kvfree(ptr); } while (0)
#define kvfree_rcu_mightsleep(ptr) kfree_rcu_mightsleep(ptr)
#define kvfree_rcu_barrier() rcu_barrier()

#ifdef CONFIG_PROVE_LOCKING
/* fidelity: simplified: raises report `warn` once per place, with the kernel's headline */
#define RCU_LOCKDEP_WARN(c, s) \
	do { \
		WARN_ONCE(c, "suspicious RCU usage\n%s\n", s); \
	} while (0)
#else
/* fidelity: same */
#define RCU_LOCKDEP_WARN(c, s) do { } while (0 && (c))
#endif

/* fidelity: simplified: orders all that follows, where the kernel has an address dependency */
#define SIM_RCU_DEREFERENCE(p, c, text) \
	({ \
		RCU_LOCKDEP_WARN(!(c), text); \
		smp_load_acquire(&(p)); \
	})
#define rcu_dereference_check(p, c) \
	SIM_RCU_DEREFERENCE(p, (c) || rcu_read_lock_held(), \
			    "suspicious rcu_dereference_check() usage")
#define rcu_dereference_bh_check(p, c) \
	SIM_RCU_DEREFERENCE(p, (c) || rcu_read_lock_bh_held(), \
			    "suspicious rcu_dereference_bh_check() usage")
#define rcu_dereference_sched_check(p, c) \
	SIM_RCU_DEREFERENCE(p, (c) || rcu_read_lock_sched_held(), \
			    "suspicious rcu_dereference_sched_check() usage")
#define rcu_dereference_all_check(p, c) \
	SIM_RCU_DEREFERENCE(p, (c) || rcu_read_lock_any_held(), \
			    "suspicious rcu_dereference_all_check() usage")
#define rcu_dereference(p) rcu_dereference_check(p, 0)
#define rcu_dereference_bh(p) rcu_dereference_bh_check(p, 0)
#define rcu_dereference_sched(p) rcu_dereference_sched_check(p, 0)
#define rcu_dereference_all(p) rcu_dereference_all_check(p, 0)
#define rcu_dereference_raw(p) smp_load_acquire(&(p))
#define rcu_dereference_raw_check(p) rcu_dereference_raw(p)

/* fidelity: same */
#define RCU_INITIALIZER(v) (v)
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, v)
#define RCU_POINTER_INITIALIZER(p, v) .p = RCU_INITIALIZER(v)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (v))
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_pointer_handoff(p) (p)
#define rcu_dereference_protected(p, c) \
	({ \
		RCU_LOCKDEP_WARN(!(c), "suspicious rcu_dereference_protected() usage"); \
		(p); \
	})
#define rcu_replace_pointer(rcu_ptr, ptr, c)                                  \
	({                                                                    \
		__typeof__(ptr) ___old = rcu_dereference_protected(rcu_ptr, c); \
		rcu_assign_pointer(rcu_ptr, ptr);                             \
		___old;                                                       \
	})
#define rcu_sleep_check() \
	RCU_LOCKDEP_WARN(rcu_read_lock_any_held(), \
			 "Illegal context switch in RCU read-side critical section")

#endif
