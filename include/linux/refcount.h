/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_REFCOUNT_H
#define _LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/limits.h>
#include <linux/sim_fault.h>
#include <linux/types.h>

struct mutex;

/* fidelity: same */
#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }
#define REFCOUNT_MAX INT_MAX
#define REFCOUNT_SATURATED (INT_MIN / 2)

enum refcount_saturation_type {
	REFCOUNT_ADD_NOT_ZERO_OVF,
	REFCOUNT_ADD_OVF,
	REFCOUNT_ADD_UAF,
	REFCOUNT_SUB_UAF,
	REFCOUNT_DEC_LEAK,
};

/* fidelity: simplified: raises report `refcount` each time; the kernel warns once per place */
void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type t);

/* fidelity: same */
bool __must_check refcount_dec_if_one(refcount_t *r);
bool __must_check refcount_dec_not_one(refcount_t *r);

static inline void refcount_set(refcount_t *r, int n)
{
	(atomic_set)(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (atomic_read)(&r->refs);
}

static inline bool __must_check __refcount_add_not_zero(int i, refcount_t *r, int *oldp)
{
	int old = (atomic_fetch_add_unless)(&r->refs, i, 0);

	if (oldp)
		*oldp = old;
	if (unlikely(old < 0 || (int)((unsigned int)old + i) < 0))
		refcount_warn_saturate(r, REFCOUNT_ADD_NOT_ZERO_OVF);
	return old != 0;
}

static inline bool __must_check refcount_add_not_zero(int i, refcount_t *r)
{
	return __refcount_add_not_zero(i, r, NULL);
}

static inline void __refcount_add(int i, refcount_t *r, int *oldp)
{
	int old = (atomic_fetch_add_relaxed)(i, &r->refs);

	if (oldp)
		*oldp = old;
	if (unlikely(!old))
		refcount_warn_saturate(r, REFCOUNT_ADD_UAF);
	else if (unlikely(old < 0 || (int)((unsigned int)old + i) < 0))
		refcount_warn_saturate(r, REFCOUNT_ADD_OVF);
}

static inline void refcount_add(int i, refcount_t *r)
{
	__refcount_add(i, r, NULL);
}

static inline bool __must_check __refcount_inc_not_zero(refcount_t *r, int *oldp)
{
	return __refcount_add_not_zero(1, r, oldp);
}

static inline bool __must_check refcount_inc_not_zero(refcount_t *r)
{
	return __refcount_add_not_zero(1, r, NULL);
}

#ifdef SIM_MARKED_POINTS
#define refcount_inc_not_zero(r)                                                                 \
	(!sim_fails_unless_zero(SIM_SITE(SIM_POINT_FAIL, "refcount_inc_not_zero", #r)) &&         \
	 SIM_POINT_CALL(refcount_inc_not_zero, #r, r))
#endif

static inline void __refcount_inc(refcount_t *r, int *oldp)
{
	__refcount_add(1, r, oldp);
}

static inline void refcount_inc(refcount_t *r)
{
	__refcount_add(1, r, NULL);
}

static inline bool __must_check __refcount_sub_and_test(int i, refcount_t *r, int *oldp)
{
	int old = (atomic_fetch_sub)(i, &r->refs);

	if (oldp)
		*oldp = old;
	if (old > 0 && old == i)
		return true;
	if (unlikely(old <= 0 || old - i < 0))
		refcount_warn_saturate(r, REFCOUNT_SUB_UAF);
	return false;
}

static inline bool __must_check refcount_sub_and_test(int i, refcount_t *r)
{
	return __refcount_sub_and_test(i, r, NULL);
}

static inline bool __must_check __refcount_dec_and_test(refcount_t *r, int *oldp)
{
	return __refcount_sub_and_test(1, r, oldp);
}

static inline bool __must_check refcount_dec_and_test(refcount_t *r)
{
	return __refcount_sub_and_test(1, r, NULL);
}

static inline void __refcount_dec(refcount_t *r, int *oldp)
{
	int old = (atomic_fetch_sub)(1, &r->refs);

	if (oldp)
		*oldp = old;
	if (unlikely(old <= 1))
		refcount_warn_saturate(r, REFCOUNT_DEC_LEAK);
}

static inline void refcount_dec(refcount_t *r)
{
	__refcount_dec(r, NULL);
}

#define refcount_set_release refcount_set
#define refcount_inc_not_zero_acquire refcount_inc_not_zero

/* On true the lock is held and the count is 0; on false the lock is not held. */
bool __must_check refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);

#ifdef SIM_MARKED_POINTS
/* Each is a switch point, at the site of its caller; inside there is none. */
#define refcount_set(...) SIM_POINT_CALL(refcount_set, #__VA_ARGS__, __VA_ARGS__)
#define refcount_read(...) SIM_POINT_CALL(refcount_read, #__VA_ARGS__, __VA_ARGS__)
#define refcount_add_not_zero(...) SIM_POINT_CALL(refcount_add_not_zero, #__VA_ARGS__, __VA_ARGS__)
#define refcount_add(...) SIM_POINT_CALL(refcount_add, #__VA_ARGS__, __VA_ARGS__)
#define refcount_inc(...) SIM_POINT_CALL(refcount_inc, #__VA_ARGS__, __VA_ARGS__)
#define refcount_sub_and_test(...) SIM_POINT_CALL(refcount_sub_and_test, #__VA_ARGS__, __VA_ARGS__)
#define refcount_dec_and_test(...) SIM_POINT_CALL(refcount_dec_and_test, #__VA_ARGS__, __VA_ARGS__)
#define refcount_dec(...) SIM_POINT_CALL(refcount_dec, #__VA_ARGS__, __VA_ARGS__)
#endif

#endif
