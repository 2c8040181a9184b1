/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_KREF_H
#define _LINUX_KREF_H

#include <linux/container_of.h>
#include <linux/refcount.h>
#include <linux/sim_fault.h>

/* fidelity: same */
struct kref {
	refcount_t refcount;
};

#define KREF_INIT(n) { .refcount = REFCOUNT_INIT(n) }

static inline void kref_init(struct kref *kref)
{
	(refcount_set)(&kref->refcount, 1);
}

static inline unsigned int kref_read(const struct kref *kref)
{
	return (refcount_read)(&kref->refcount);
}

/* A count of 0 raises report `refcount`: the object was released. */
static inline void kref_get(struct kref *kref)
{
	(refcount_inc)(&kref->refcount);
}

static inline int kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (!(refcount_dec_and_test)(&kref->refcount))
		return 0;
	release(kref);
	return 1;
}

/* @release is called with @mutex held and has to unlock it. */
static inline int kref_put_mutex(struct kref *kref, void (*release)(struct kref *kref),
				 struct mutex *mutex)
{
	if (!refcount_dec_and_mutex_lock(&kref->refcount, mutex))
		return 0;
	release(kref);
	return 1;
}

static inline int __must_check kref_get_unless_zero(struct kref *kref)
{
	return (refcount_inc_not_zero)(&kref->refcount);
}

#ifdef SIM_MARKED_POINTS
#define kref_get_unless_zero(kref)                                                               \
	(!sim_fails_unless_zero(SIM_SITE(SIM_POINT_FAIL, "kref_get_unless_zero", #kref)) &&       \
	 SIM_POINT_CALL(kref_get_unless_zero, #kref, kref))
#define kref_init(...) SIM_POINT_CALL(kref_init, #__VA_ARGS__, __VA_ARGS__)
#define kref_read(...) SIM_POINT_CALL(kref_read, #__VA_ARGS__, __VA_ARGS__)
#define kref_get(...) SIM_POINT_CALL(kref_get, #__VA_ARGS__, __VA_ARGS__)
#define kref_put(...) SIM_POINT_CALL(kref_put, #__VA_ARGS__, __VA_ARGS__)
#define kref_put_mutex(...) SIM_POINT_CALL(kref_put_mutex, #__VA_ARGS__, __VA_ARGS__)
#endif

#endif
