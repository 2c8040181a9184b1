/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_WW_MUTEX_H
#define _LINUX_WW_MUTEX_H

#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct task_struct;

/* fidelity: same */
struct ww_class {
	atomic_long_t stamp;
	struct lock_class_key acquire_key;
	struct lock_class_key mutex_key;
	const char *acquire_name;
	const char *mutex_name;
	unsigned int is_wait_die;
};

struct ww_mutex {
	struct mutex base;
	struct ww_acquire_ctx *ctx;
	struct ww_class *ww_class;
};

struct ww_acquire_ctx {
	struct task_struct *task;
	unsigned long stamp;
	unsigned int acquired;
	unsigned short wounded;
	unsigned short is_wait_die;
	unsigned int done_acquire;
	struct ww_class *ww_class;
	void *contending_lock;
	struct lockdep_map dep_map;
	struct lockdep_map first_lock_dep_map;
};

#define __WW_CLASS_INITIALIZER(ww_class, _is_wait_die) \
	{                                              \
		.stamp = ATOMIC_LONG_INIT(0),          \
		.acquire_name = #ww_class "_acquire",  \
		.mutex_name = #ww_class "_mutex",      \
		.is_wait_die = _is_wait_die,           \
	}
#define DEFINE_WD_CLASS(classname) \
	struct ww_class classname = __WW_CLASS_INITIALIZER(classname, 1)
#define DEFINE_WW_CLASS(classname) \
	struct ww_class classname = __WW_CLASS_INITIALIZER(classname, 0)

/* fidelity: simplified: as struct mutex; priorities of tasks play no part */
void ww_mutex_init(struct ww_mutex *lock, struct ww_class *ww_class);
void ww_mutex_destroy(struct ww_mutex *lock);
void ww_acquire_init(struct ww_acquire_ctx *ctx, struct ww_class *ww_class);
void ww_acquire_done(struct ww_acquire_ctx *ctx);
void ww_acquire_fini(struct ww_acquire_ctx *ctx);

/*
 * 0; -EDEADLK: an older context wants it or one that is held, unlock all and begin with this one by
 * ww_mutex_lock_slow(); -EALREADY: held by this context; -EINTR.
 */
int sim_ww_mutex_lock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
		      const struct sim_site *site);
int __must_check sim_ww_mutex_lock_interruptible(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
						 const struct sim_site *site);
void sim_ww_mutex_lock_slow(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
			    const struct sim_site *site);
int __must_check sim_ww_mutex_lock_slow_interruptible(struct ww_mutex *lock,
						      struct ww_acquire_ctx *ctx,
						      const struct sim_site *site);
int __must_check sim_ww_mutex_trylock(struct ww_mutex *lock, struct ww_acquire_ctx *ctx,
				      const struct sim_site *site);
void sim_ww_mutex_unlock(struct ww_mutex *lock, const struct sim_site *site);

#define ww_mutex_lock(lock, ctx) \
	sim_ww_mutex_lock(lock, ctx, SIM_LOCK_AT("ww_mutex_lock", #lock))
#define ww_mutex_lock_interruptible(lock, ctx) \
	sim_ww_mutex_lock_interruptible(lock, ctx, \
		SIM_LOCK_AT("ww_mutex_lock_interruptible", #lock))
#define ww_mutex_lock_slow(lock, ctx) \
	sim_ww_mutex_lock_slow(lock, ctx, SIM_LOCK_AT("ww_mutex_lock_slow", #lock))
#define ww_mutex_lock_slow_interruptible(lock, ctx) \
	sim_ww_mutex_lock_slow_interruptible(lock, ctx, \
		SIM_LOCK_AT("ww_mutex_lock_slow_interruptible", #lock))
#define ww_mutex_trylock(lock, ctx) \
	sim_ww_mutex_trylock(lock, ctx, SIM_LOCK_AT("ww_mutex_trylock", #lock))
#define ww_mutex_unlock(lock) \
	sim_ww_mutex_unlock(lock, SIM_UNLOCK_AT("ww_mutex_unlock", #lock))

static inline bool ww_mutex_is_locked(struct ww_mutex *lock)
{
	return mutex_is_locked(&lock->base);
}

#endif
