/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/sim_grace.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: simplified: a grace period ends at the moment when its last reader leaves */
struct srcu_struct {
	struct sim_grace sim_grace;
	struct lockdep_map dep_map;
};

int sim_init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key,
			 const struct sim_site *site);
int sim_srcu_read_lock(struct srcu_struct *ssp, const struct sim_site *site);
void sim_srcu_read_unlock(struct srcu_struct *ssp, int idx, const struct sim_site *site);
void sim_synchronize_srcu(struct srcu_struct *ssp, const struct sim_site *site);
void sim_srcu_barrier(struct srcu_struct *ssp, const struct sim_site *site);

#define __SRCU_STRUCT_INIT(srcu) { .dep_map = { .name = #srcu } }
#define DEFINE_SRCU(name) struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name = __SRCU_STRUCT_INIT(name)
#define init_srcu_struct(ssp) \
	({ \
		static struct lock_class_key __srcu_key = SIM_LOCK_CLASS_KEY; \
		sim_init_srcu_struct((ssp), #ssp, &__srcu_key, \
				     SIM_SITE(SIM_POINT_FAIL, "init_srcu_struct", #ssp)); \
	})

void cleanup_srcu_struct(struct srcu_struct *ssp);
int srcu_read_lock(struct srcu_struct *ssp);
void srcu_read_unlock(struct srcu_struct *ssp, int idx);
int srcu_read_lock_held(const struct srcu_struct *ssp);
void synchronize_srcu(struct srcu_struct *ssp);
void synchronize_srcu_expedited(struct srcu_struct *ssp);
void srcu_barrier(struct srcu_struct *ssp);
void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, rcu_callback_t func);
/* For a section that another task ends than the one that began it. */
int srcu_down_read(struct srcu_struct *ssp);
void srcu_up_read(struct srcu_struct *ssp, int idx);
unsigned long get_state_synchronize_srcu(struct srcu_struct *ssp);
unsigned long start_poll_synchronize_srcu(struct srcu_struct *ssp);
bool poll_state_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie);

#define srcu_read_lock(ssp) \
	sim_srcu_read_lock((ssp), SIM_SITE(SIM_POINT_LOCK, "srcu_read_lock", #ssp))
#define srcu_read_unlock(ssp, idx) \
	sim_srcu_read_unlock((ssp), (idx), SIM_SITE(SIM_POINT_UNLOCK, "srcu_read_unlock", #ssp))
#define srcu_read_lock_nmisafe(ssp) srcu_read_lock(ssp)
#define srcu_read_unlock_nmisafe(ssp, idx) srcu_read_unlock(ssp, idx)
#define synchronize_srcu(ssp) \
	sim_synchronize_srcu((ssp), SIM_SITE(SIM_POINT_WAIT, "synchronize_srcu", #ssp))
#define synchronize_srcu_expedited(ssp) \
	sim_synchronize_srcu((ssp), SIM_SITE(SIM_POINT_WAIT, "synchronize_srcu_expedited", #ssp))
#define srcu_barrier(ssp) sim_srcu_barrier((ssp), SIM_SITE(SIM_POINT_WAIT, "srcu_barrier", #ssp))
#define srcu_dereference_check(p, ssp, c) \
	SIM_RCU_DEREFERENCE(p, (c) || srcu_read_lock_held(ssp), \
			    "suspicious srcu_dereference_check() usage")
#define srcu_dereference(p, ssp) srcu_dereference_check(p, ssp, 0)
#define smp_mb__after_srcu_read_unlock() smp_mb()
#define smp_mb__after_srcu_read_lock() smp_mb()

#endif
