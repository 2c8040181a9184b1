/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Mutexes of one class taken in any order, by contexts that have an age. Two that want each other's
 * locks can't both wait: the younger one gives up what it holds (-EDEADLK) and waits for the lock
 * it failed at with nothing in its hands.
 *
 * wait-die     a younger context dies when it finds an older one holding the lock or waiting for
 *		it.
 * wound-wait   an older context wounds a younger holder, which finds out when it has to wait for
 *		another lock, now or later.
 *
 * Waiters stand in order of their stamps, oldest first; those without a context wherever they came.
 */
#include <linux/ww_mutex.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include "kernel/lock_internal.h"

void ww_mutex_init(struct ww_mutex *lock, struct ww_class *ww_class)
{
	__mutex_init(&lock->base, ww_class->mutex_name, &ww_class->mutex_key);
	lock->ctx = NULL;
	lock->ww_class = ww_class;
}

void ww_mutex_destroy(struct ww_mutex *lock)
{
	mutex_destroy(&lock->base);
}

void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class)
{
	sim_lock_init_at(ctx, sizeof(*ctx), ww_class->acquire_name);
	*ctx = (struct ww_acquire_ctx){
		.task = current,
		.stamp = (unsigned long)++ww_class->stamp.counter,
		.is_wait_die = ww_class->is_wait_die,
		.ww_class = ww_class,
	};
	lockdep_init_map(&ctx->dep_map, ww_class->acquire_name, &ww_class->acquire_key, 0);
	lockdep_init_map_wait(&ctx->first_lock_dep_map, ww_class->mutex_name,
			      &ww_class->mutex_key, 0, LD_WAIT_SLEEP);
	mutex_acquire(&ctx->dep_map, 0, 0, _RET_IP_);
	/* Stands for the first lock, so that order is checked from here on. */
	mutex_acquire_nest(&ctx->first_lock_dep_map, 0, 0, &ctx->dep_map, _RET_IP_);
}

void ww_acquire_done(struct ww_acquire_ctx *ctx)
{
	lockdep_assert_held(ctx);
	DEBUG_LOCKS_WARN_ON(ctx->done_acquire);
	ctx->done_acquire = 1;
}

void ww_acquire_fini(struct ww_acquire_ctx *ctx)
{
	mutex_release(&ctx->first_lock_dep_map, _RET_IP_);
	mutex_release(&ctx->dep_map, _RET_IP_);
	DEBUG_LOCKS_WARN_ON(ctx->acquired);
}

static bool is_younger(const struct ww_acquire_ctx *ctx, const struct ww_acquire_ctx *than)
{
	return (long)(ctx->stamp - than->stamp) > 0;
}

/* Who holds nothing can't be part of a cycle and may wait. */
static int back_off(struct ww_mutex *ww, struct ww_acquire_ctx *ctx)
{
	if (!ctx->acquired)
		return 0;
	DEBUG_LOCKS_WARN_ON(ctx->contending_lock);
	ctx->contending_lock = ww;
	return -EDEADLK;
}

/* An older @ctx waits for @ww: its holder, if younger, is to give way. Return: whether it is. */
static bool wound_holder(struct ww_mutex *ww, const struct ww_acquire_ctx *ctx)
{
	struct sim_task *owner = ww->base.sim.owner;

	if (!ww->ctx || !owner || !ctx->acquired || !is_younger(ww->ctx, ctx))
		return false;
	ww->ctx->wounded = 1;
	/* In whatever it waits: if that is for another of these locks, it backs off. */
	if (owner != sim_task_current())
		sim_try_to_wake(&owner->task, TASK_NORMAL);
	return true;
}

/* Wait-die: @waiter, younger than @ctx and with locks in its hands, has to look and die. */
static void wake_to_die(const struct sim_lock_waiter *waiter, const struct ww_acquire_ctx *ctx)
{
	if (waiter->ctx->acquired && is_younger(waiter->ctx, ctx))
		sim_task_wake(waiter->task, 0);
}

int sim_ww_queue(struct ww_mutex *ww, struct sim_lock_waiter *waiter)
{
	struct sim_lock *sim = &ww->base.sim;
	struct ww_acquire_ctx *ctx = waiter->ctx;
	struct sim_lock_waiter *before = NULL;
	int err;

	for (struct sim_lock_waiter *other = sim->last; other; other = other->prev) {
		if (!other->ctx)
			continue;
		if (is_younger(ctx, other->ctx)) {
			err = ctx->is_wait_die ? back_off(ww, ctx) : 0;
			if (err)
				return err;
			break;
		}
		before = other;
		if (ctx->is_wait_die)
			wake_to_die(other, ctx);
	}
	sim_waiter_add(sim, waiter, before);
	if (!ctx->is_wait_die)
		wound_holder(ww, ctx);
	return 0;
}

int sim_ww_check(struct ww_mutex *ww, const struct sim_lock_waiter *waiter)
{
	struct ww_acquire_ctx *ctx = waiter->ctx;

	if (!ctx->acquired)
		return 0;
	if (!ctx->is_wait_die)
		return ctx->wounded ? back_off(ww, ctx) : 0;
	if (ww->ctx && is_younger(ctx, ww->ctx))
		return back_off(ww, ctx);
	/* Any that stands before it with a context is older. */
	for (const struct sim_lock_waiter *other = waiter->prev; other; other = other->prev)
		if (other->ctx)
			return back_off(ww, ctx);
	return 0;
}

void sim_ww_taken(struct ww_mutex *ww, struct ww_acquire_ctx *ctx)
{
	DEBUG_LOCKS_WARN_ON(ww->ctx);
	DEBUG_LOCKS_WARN_ON(ctx->done_acquire);
	if (ctx->contending_lock) {
		/* After -EDEADLK: all else is to be unlocked first, and this one comes next. */
		DEBUG_LOCKS_WARN_ON(ctx->contending_lock != ww);
		DEBUG_LOCKS_WARN_ON(ctx->acquired > 0);
		ctx->contending_lock = NULL;
	}
	DEBUG_LOCKS_WARN_ON(ctx->ww_class != ww->ww_class);
	ctx->acquired++;
	ww->ctx = ctx;
	/* Whoever waits behind the new holder may have to die, or to wound it. */
	for (struct sim_lock_waiter *waiter = ww->base.sim.first; waiter; waiter = waiter->next) {
		if (!waiter->ctx)
			continue;
		if (ctx->is_wait_die) {
			wake_to_die(waiter, ctx);
			break;
		}
		if (wound_holder(ww, waiter->ctx))
			break;
	}
}

/* What is left to do after the checks of the context. */
static int lock_with(struct ww_mutex *ww, struct ww_acquire_ctx *ctx, unsigned int kernel_state,
		     const struct sim_site *site)
{
	struct sim_lock *sim = &ww->base.sim;
	struct sim_task *task = sim_task_current();
	int err;

	if (ctx && ctx->acquired && sim_inject(&sim_fault_ww, site))
		return back_off(ww, ctx);
	if (sim_inject_signal(kernel_state, site))
		return -EINTR;
	if (likely(!sim->owner)) {
		sim->owner = task;
		err = 0;
	} else {
		err = sim_mutex_wait(&ww->base, kernel_state, ww, ctx, site);
	}
	if (!err && ctx && sim->owner == task)
		sim_ww_taken(ww, ctx);
	return err;
}

static int take(struct ww_mutex *ww, struct ww_acquire_ctx *ctx, unsigned int kernel_state,
		const struct sim_site *site)
{
	struct mutex *base = &ww->base;
	int err;

	sim_point_here(site);
	sim_lock_may_sleep(site);
	if (ctx) {
		if (unlikely(ctx == ww->ctx))
			return -EALREADY;
		if (!ctx->acquired)
			ctx->wounded = 0;
	}
	if (unlikely(base->sim.owner == sim_task_current() && !base->sim.pickup)) {
		sim_lock_report_twice(&base->dep_map);
		base->sim.depth++;
		return 0;
	}
	mutex_acquire_nest(&base->dep_map, 0, 0, ctx ? &ctx->dep_map : NULL, _RET_IP_);
	err = lock_with(ww, ctx, kernel_state, site);
	if (err)
		mutex_release(&base->dep_map, _RET_IP_);
	else
		sim_order_acquire(base);
	return err;
}

int sim_ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
		      const struct sim_site *site)
{
	return take(lock, ctx, TASK_UNINTERRUPTIBLE, site);
}

int sim_ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
				    const struct sim_site *site)
{
	return take(lock, ctx, TASK_INTERRUPTIBLE, site);
}

void sim_ww_mutex_lock_slow(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
			    const struct sim_site *site)
{
	DEBUG_LOCKS_WARN_ON(!ctx->contending_lock);
	(void)take(lock, ctx, TASK_UNINTERRUPTIBLE, site);
}

int sim_ww_mutex_lock_slow_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
					 const struct sim_site *site)
{
	DEBUG_LOCKS_WARN_ON(!ctx->contending_lock);
	return take(lock, ctx, TASK_INTERRUPTIBLE, site);
}

int sim_ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
			 const struct sim_site *site)
{
	struct mutex *base = &lock->base;

	if (!ctx)
		return sim_mutex_trylock(base, NULL, site);
	sim_point_here(site);
	if (!ctx->acquired)
		ctx->wounded = 0;
	if (sim_inject(&sim_fault_trylock, site) || base->sim.owner)
		return 0;
	base->sim.owner = sim_task_current();
	sim_ww_taken(lock, ctx);
	mutex_acquire_nest(&base->dep_map, 0, 1, &ctx->dep_map, _RET_IP_);
	sim_order_acquire(base);
	return 1;
}

void sim_ww_mutex_unlock(struct ww_mutex *lock, const struct sim_site *site)
{
	struct ww_acquire_ctx *ctx = lock->ctx;
	const struct sim_lock *sim = &lock->base.sim;

	if (ctx && sim->owner && !sim->depth) {
		DEBUG_LOCKS_WARN_ON(!ctx->acquired);
		if (ctx->acquired)
			ctx->acquired--;
		lock->ctx = NULL;
	}
	sim_mutex_unlock(&lock->base, site);
}
