/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/types.h>

/* fidelity: same */
typedef void (*rcu_callback_t)(struct rcu_head *head);

/* fidelity: simplified: one task; a grace period ends when pending work runs outside any reader */
void rcu_read_lock(void);
void rcu_read_unlock(void);
int rcu_read_lock_held(void);
void synchronize_rcu(void);
void rcu_barrier(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
void sim_kfree_rcu(struct rcu_head *head, unsigned long offset_bytes);

#define synchronize_rcu_expedited() synchronize_rcu()
#define rcu_read_lock_bh() rcu_read_lock()
#define rcu_read_unlock_bh() rcu_read_unlock()
#define rcu_read_lock_sched() rcu_read_lock()
#define rcu_read_unlock_sched() rcu_read_unlock()
#define rcu_read_lock_any_held() rcu_read_lock_held()

/* The two-argument form: frees @ptr with kfree() or kvfree() after a grace period. */
#define kfree_rcu(ptr, rhf)                                                                 \
	do {                                                                                \
		__typeof__(ptr) ___p = (ptr);                                               \
		if (___p)                                                                   \
			sim_kfree_rcu(&___p->rhf, offsetof(__typeof__(*(ptr)), rhf));       \
	} while (0)
#define kvfree_rcu(ptr, rhf) kfree_rcu(ptr, rhf)
#define kfree_rcu_mightsleep(ptr) do { synchronize_rcu(); kvfree(ptr); } while (0)

#define RCU_INITIALIZER(v) (v)
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, v)
#define rcu_assign_pointer(p, v) WRITE_ONCE(p, v)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_check(p, c) READ_ONCE(p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_replace_pointer(rcu_ptr, ptr, c)                                  \
	({                                                                    \
		__typeof__(ptr) ___old = rcu_dereference_protected(rcu_ptr, c); \
		rcu_assign_pointer(rcu_ptr, ptr);                             \
		___old;                                                       \
	})

#endif
