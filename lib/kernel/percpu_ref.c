/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * References that are cheap while nobody asks whether any are left. In that mode a bias keeps the
 * count from zero; switching it off takes a grace period, so the release never comes out of
 * percpu_ref_kill() itself.
 */
#include <linux/percpu-refcount.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include "kernel/lock_internal.h"

#define REF_ATOMIC 1ul
#define REF_DEAD 2ul
#define REF_LIVES 4ul
#define REF_BIAS (1l << 62)

static void no_confirm(struct percpu_ref *ref)
{
}

int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release, unsigned int flags,
		    gfp_t gfp)
{
	struct percpu_ref_data *data = kzalloc(sizeof(*data), gfp);
	long count = 0;

	ref->data = data;
	ref->percpu_count_ptr = 0;
	if (!data)
		return -ENOMEM;
	ref->percpu_count_ptr = REF_LIVES;
	data->force_atomic = flags & PERCPU_REF_INIT_ATOMIC;
	data->allow_reinit = flags & PERCPU_REF_ALLOW_REINIT;
	if (flags & (PERCPU_REF_INIT_ATOMIC | PERCPU_REF_INIT_DEAD)) {
		ref->percpu_count_ptr |= REF_ATOMIC;
		data->allow_reinit = true;
	} else {
		count += REF_BIAS;
	}
	if (flags & PERCPU_REF_INIT_DEAD)
		ref->percpu_count_ptr |= REF_DEAD;
	else
		count++;
	data->count.counter = count;
	data->release = release;
	data->ref = ref;
	return 0;
}

void percpu_ref_exit(struct percpu_ref *ref)
{
	struct percpu_ref_data *data = ref->data;

	if (!data)
		return;
	WARN_ON_ONCE(data->confirm_switch);
	ref->percpu_count_ptr = REF_ATOMIC | REF_DEAD;
	ref->data = NULL;
	kfree(data);
}

bool percpu_ref_is_dying(struct percpu_ref *ref)
{
	return ref->percpu_count_ptr & REF_DEAD;
}

bool percpu_ref_is_zero(struct percpu_ref *ref)
{
	return (ref->percpu_count_ptr & REF_ATOMIC) && (!ref->data || !ref->data->count.counter);
}

static void count_down(struct percpu_ref *ref, unsigned long nr)
{
	struct percpu_ref_data *data = ref->data;

	data->count.counter -= (long)nr;
	WARN_ONCE(data->count.counter < 0, "percpu ref < 0 (%lld)", data->count.counter);
	if (!data->count.counter)
		data->release(ref);
}

void sim_percpu_ref_get(struct percpu_ref *ref, unsigned long nr, const struct sim_site *site)
{
	sim_point_here(site);
	ref->data->count.counter += (long)nr;
}

bool sim_percpu_ref_tryget(struct percpu_ref *ref, unsigned long nr, const struct sim_site *site)
{
	sim_point_here(site);
	if (sim_inject(&sim_fault_unless_zero, site) || !ref->data || !ref->data->count.counter)
		return false;
	ref->data->count.counter += (long)nr;
	return true;
}

bool sim_percpu_ref_tryget_live(struct percpu_ref *ref, const struct sim_site *site)
{
	sim_point_here(site);
	if (sim_inject(&sim_fault_unless_zero, site) || percpu_ref_is_dying(ref) ||
	    !ref->data->count.counter)
		return false;
	ref->data->count.counter++;
	return true;
}

void sim_percpu_ref_put(struct percpu_ref *ref, unsigned long nr, const struct sim_site *site)
{
	sim_point_here(site);
	sim_order_release(ref->data);
	sim_order_acquire(ref->data);
	count_down(ref, nr);
}

static void switched(struct rcu_head *rcu)
{
	struct percpu_ref_data *data = container_of(rcu, struct percpu_ref_data, rcu);
	struct percpu_ref *ref = data->ref;

	data->count.counter -= REF_BIAS;
	WARN_ONCE(data->count.counter <= 0, "percpu ref <= 0 (%lld) after switching to atomic",
		  data->count.counter);
	data->confirm_switch(ref);
	data->confirm_switch = NULL;
	wake_up_var(&data->confirm_switch);
	/* Taken when the switch began. */
	count_down(ref, 1);
}

static void to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	if (ref->percpu_count_ptr & REF_ATOMIC) {
		if (confirm)
			confirm(ref);
		return;
	}
	ref->percpu_count_ptr |= REF_ATOMIC;
	ref->data->confirm_switch = confirm ? confirm : no_confirm;
	ref->data->count.counter++;
	call_rcu_hurry(&ref->data->rcu, switched);
}

static void to_percpu(struct percpu_ref *ref)
{
	if (!(ref->percpu_count_ptr & REF_ATOMIC))
		return;
	if (WARN_ON_ONCE(!ref->data->allow_reinit))
		return;
	ref->data->count.counter += REF_BIAS;
	ref->percpu_count_ptr &= ~REF_ATOMIC;
}

static void switch_mode(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	struct percpu_ref_data *data = ref->data;

	if (data->confirm_switch)
		wait_var_event(&data->confirm_switch, !data->confirm_switch);
	if (data->force_atomic || percpu_ref_is_dying(ref))
		to_atomic(ref, confirm);
	else
		to_percpu(ref);
}

void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm_switch)
{
	ref->data->force_atomic = true;
	switch_mode(ref, confirm_switch);
}

void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	percpu_ref_switch_to_atomic(ref, NULL);
	wait_var_event(&ref->data->confirm_switch, !ref->data->confirm_switch);
}

void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	ref->data->force_atomic = false;
	switch_mode(ref, NULL);
}

void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm_kill)
{
	WARN_ONCE(percpu_ref_is_dying(ref), "%s called more than once!", __func__);
	ref->percpu_count_ptr |= REF_DEAD;
	switch_mode(ref, confirm_kill);
	count_down(ref, 1);
}

void percpu_ref_reinit(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_zero(ref));
	percpu_ref_resurrect(ref);
}

void percpu_ref_resurrect(struct percpu_ref *ref)
{
	WARN_ON_ONCE(!percpu_ref_is_dying(ref));
	WARN_ON_ONCE(!(ref->percpu_count_ptr & REF_ATOMIC));
	ref->percpu_count_ptr &= ~REF_DEAD;
	ref->data->count.counter++;
	switch_mode(ref, NULL);
}
