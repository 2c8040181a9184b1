/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PERCPU_REFCOUNT_H
#define _LINUX_PERCPU_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sim_site.h>
#include <linux/types.h>

struct percpu_ref;
typedef void(percpu_ref_func_t)(struct percpu_ref *);

/* fidelity: same */
enum {
	PERCPU_REF_INIT_ATOMIC = 1 << 0,
	PERCPU_REF_INIT_DEAD = 1 << 1,
	PERCPU_REF_ALLOW_REINIT = 1 << 2,
};

/*
 * fidelity: simplified: one counter for all CPUs; a reference in per-CPU mode still never falls to
 * zero before a grace period has passed after percpu_ref_kill()
 */
struct percpu_ref_data {
	atomic_long_t count;
	percpu_ref_func_t *release;
	percpu_ref_func_t *confirm_switch;
	bool force_atomic : 1;
	bool allow_reinit : 1;
	struct rcu_head rcu;
	struct percpu_ref *ref;
};

struct percpu_ref {
	unsigned long percpu_count_ptr;
	struct percpu_ref_data *data;
};

int __must_check percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release,
				 unsigned int flags, gfp_t gfp);
void percpu_ref_exit(struct percpu_ref *ref);
void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm_switch);
void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref);
void percpu_ref_switch_to_percpu(struct percpu_ref *ref);
void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm_kill);
void percpu_ref_resurrect(struct percpu_ref *ref);
void percpu_ref_reinit(struct percpu_ref *ref);
bool percpu_ref_is_zero(struct percpu_ref *ref);
bool percpu_ref_is_dying(struct percpu_ref *ref);

void sim_percpu_ref_get(struct percpu_ref *ref, unsigned long nr, const struct sim_site *site);
bool sim_percpu_ref_tryget(struct percpu_ref *ref, unsigned long nr, const struct sim_site *site);
bool sim_percpu_ref_tryget_live(struct percpu_ref *ref, const struct sim_site *site);
void sim_percpu_ref_put(struct percpu_ref *ref, unsigned long nr, const struct sim_site *site);

#define SIM_REF_AT(_primitive, _text) SIM_SITE(SIM_POINT_ATOMIC, _primitive, _text)
#define percpu_ref_kill(ref) percpu_ref_kill_and_confirm(ref, NULL)
#define percpu_ref_get(ref) sim_percpu_ref_get(ref, 1, SIM_REF_AT("percpu_ref_get", #ref))
#define percpu_ref_get_many(ref, nr) \
	sim_percpu_ref_get(ref, nr, SIM_REF_AT("percpu_ref_get_many", #ref))
#define percpu_ref_tryget(ref) \
	sim_percpu_ref_tryget(ref, 1, SIM_REF_AT("percpu_ref_tryget", #ref))
#define percpu_ref_tryget_many(ref, nr) \
	sim_percpu_ref_tryget(ref, nr, SIM_REF_AT("percpu_ref_tryget_many", #ref))
#define percpu_ref_tryget_live(ref) \
	sim_percpu_ref_tryget_live(ref, SIM_REF_AT("percpu_ref_tryget_live", #ref))
#define percpu_ref_tryget_live_rcu(ref) percpu_ref_tryget_live(ref)
#define percpu_ref_put(ref) sim_percpu_ref_put(ref, 1, SIM_REF_AT("percpu_ref_put", #ref))
#define percpu_ref_put_many(ref, nr) \
	sim_percpu_ref_put(ref, nr, SIM_REF_AT("percpu_ref_put_many", #ref))

#endif
