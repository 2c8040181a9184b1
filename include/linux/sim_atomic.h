/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Atomics of code that is modelled: each is a switch point, and orders what its name says. One
 * template per shape: the order is that of C's memory model. (atomic_add)(i, v) passes no point.
 */
#ifndef _LINUX_SIM_ATOMIC_H
#define _LINUX_SIM_ATOMIC_H

#include <linux/sim_fault.h>
#include <linux/sim_site.h>
#include <linux/types.h>

#define SIM_ATOMIC_READ(type, value, prefix, suffix, order) \
static __always_inline value prefix##_read##suffix(const type *v) \
{ \
	return __atomic_load_n(&v->counter, order); \
}
#define SIM_ATOMIC_SET(type, value, prefix, suffix, order) \
static __always_inline void prefix##_set##suffix(type *v, value i) \
{ \
	__atomic_store_n(&v->counter, i, order); \
}
#define SIM_ATOMIC_EXCHANGE(type, value, prefix, suffix, order) \
static __always_inline value prefix##_xchg##suffix(type *v, value new) \
{ \
	return __atomic_exchange_n(&v->counter, new, order); \
} \
static __always_inline bool prefix##_try_cmpxchg##suffix(type *v, value *old, value new) \
{ \
	return __atomic_compare_exchange_n(&v->counter, (__typeof__(v->counter) *)old, new, \
					   false, order, __ATOMIC_RELAXED); \
} \
static __always_inline value prefix##_cmpxchg##suffix(type *v, value old, value new) \
{ \
	(void)__atomic_compare_exchange_n(&v->counter, (__typeof__(v->counter) *)&old, new, \
					  false, order, __ATOMIC_RELAXED); \
	return old; \
}
#define SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, op, builtin, operand) \
static __always_inline value prefix##_fetch_##op##suffix(value i, type *v) \
{ \
	return builtin(&v->counter, operand, order); \
}
#define SIM_ATOMIC_ORDERED(type, value, prefix, suffix, order) \
SIM_ATOMIC_EXCHANGE(type, value, prefix, suffix, order) \
SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, add, __atomic_fetch_add, i) \
SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, sub, __atomic_fetch_sub, i) \
SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, and, __atomic_fetch_and, i) \
SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, or, __atomic_fetch_or, i) \
SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, xor, __atomic_fetch_xor, i) \
SIM_ATOMIC_FETCH(type, value, prefix, suffix, order, andnot, __atomic_fetch_and, ~i) \
static __always_inline value prefix##_fetch_inc##suffix(type *v) \
{ \
	return prefix##_fetch_add##suffix(1, v); \
} \
static __always_inline value prefix##_fetch_dec##suffix(type *v) \
{ \
	return prefix##_fetch_sub##suffix(1, v); \
} \
static __always_inline value prefix##_add_return##suffix(value i, type *v) \
{ \
	return (value)((u64)prefix##_fetch_add##suffix(i, v) + (u64)i); \
} \
static __always_inline value prefix##_sub_return##suffix(value i, type *v) \
{ \
	return (value)((u64)prefix##_fetch_sub##suffix(i, v) - (u64)i); \
} \
static __always_inline value prefix##_inc_return##suffix(type *v) \
{ \
	return prefix##_add_return##suffix(1, v); \
} \
static __always_inline value prefix##_dec_return##suffix(type *v) \
{ \
	return prefix##_sub_return##suffix(1, v); \
}

/* Without a result there is no order either. */
#define SIM_ATOMIC_VOID(type, value, prefix, op) \
static __always_inline void prefix##_##op(value i, type *v) \
{ \
	(void)prefix##_fetch_##op##_relaxed(i, v); \
}
#define SIM_ATOMIC_VOIDS(type, value, prefix) \
SIM_ATOMIC_VOID(type, value, prefix, add) \
SIM_ATOMIC_VOID(type, value, prefix, sub) \
SIM_ATOMIC_VOID(type, value, prefix, and) \
SIM_ATOMIC_VOID(type, value, prefix, or) \
SIM_ATOMIC_VOID(type, value, prefix, xor) \
SIM_ATOMIC_VOID(type, value, prefix, andnot) \
static __always_inline void prefix##_inc(type *v) \
{ \
	prefix##_add(1, v); \
} \
static __always_inline void prefix##_dec(type *v) \
{ \
	prefix##_sub(1, v); \
}

#define SIM_ATOMIC_TESTS(type, value, prefix) \
static __always_inline bool prefix##_sub_and_test(value i, type *v) \
{ \
	return prefix##_sub_return(i, v) == 0; \
} \
static __always_inline bool prefix##_dec_and_test(type *v) \
{ \
	return prefix##_sub_return(1, v) == 0; \
} \
static __always_inline bool prefix##_inc_and_test(type *v) \
{ \
	return prefix##_add_return(1, v) == 0; \
} \
static __always_inline bool prefix##_add_negative(value i, type *v) \
{ \
	return prefix##_add_return(i, v) < 0; \
}

/* Nothing comes between the look and the change: there is no switch point inside. */
#define SIM_ATOMIC_CONDITIONS(type, value, prefix) \
static __always_inline value prefix##_fetch_add_unless(type *v, value a, value u) \
{ \
	value old = prefix##_read(v); \
\
	return old == u ? old : prefix##_fetch_add(a, v); \
} \
static __always_inline bool prefix##_add_unless(type *v, value a, value u) \
{ \
	return prefix##_fetch_add_unless(v, a, u) != u; \
} \
static __always_inline bool prefix##_inc_not_zero(type *v) \
{ \
	return prefix##_add_unless(v, 1, 0); \
} \
static __always_inline bool prefix##_inc_unless_negative(type *v) \
{ \
	return prefix##_read(v) >= 0 && (prefix##_fetch_add(1, v), true); \
} \
static __always_inline bool prefix##_dec_unless_positive(type *v) \
{ \
	return prefix##_read(v) <= 0 && (prefix##_fetch_sub(1, v), true); \
} \
static __always_inline value prefix##_dec_if_positive(type *v) \
{ \
	value left = (value)((u64)prefix##_read(v) - 1); \
\
	if (left >= 0) \
		(void)prefix##_fetch_sub(1, v); \
	return left; \
}

#define SIM_ATOMIC_INSTANCE(type, value, prefix) \
SIM_ATOMIC_READ(type, value, prefix, , __ATOMIC_RELAXED) \
SIM_ATOMIC_READ(type, value, prefix, _acquire, __ATOMIC_ACQUIRE) \
SIM_ATOMIC_SET(type, value, prefix, , __ATOMIC_RELAXED) \
SIM_ATOMIC_SET(type, value, prefix, _release, __ATOMIC_RELEASE) \
SIM_ATOMIC_ORDERED(type, value, prefix, , __ATOMIC_SEQ_CST) \
SIM_ATOMIC_ORDERED(type, value, prefix, _relaxed, __ATOMIC_RELAXED) \
SIM_ATOMIC_ORDERED(type, value, prefix, _acquire, __ATOMIC_ACQUIRE) \
SIM_ATOMIC_ORDERED(type, value, prefix, _release, __ATOMIC_RELEASE) \
SIM_ATOMIC_VOIDS(type, value, prefix) \
SIM_ATOMIC_TESTS(type, value, prefix) \
SIM_ATOMIC_CONDITIONS(type, value, prefix)

/* declares: sim_atomic */
SIM_ATOMIC_INSTANCE(atomic_t, int, atomic)
SIM_ATOMIC_INSTANCE(atomic64_t, s64, atomic64)
SIM_ATOMIC_INSTANCE(atomic_long_t, long, atomic_long)

/* fidelity: same: each name of linux/atomic.h once more, with the site of its caller */
#define atomic_read(...) SIM_POINT_CALL(atomic_read, #__VA_ARGS__, __VA_ARGS__)
#define atomic_read_acquire(...) SIM_POINT_CALL(atomic_read_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_set(...) SIM_POINT_CALL(atomic_set, #__VA_ARGS__, __VA_ARGS__)
#define atomic_set_release(...) SIM_POINT_CALL(atomic_set_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add(...) SIM_POINT_CALL(atomic_add, #__VA_ARGS__, __VA_ARGS__)
#define atomic_sub(...) SIM_POINT_CALL(atomic_sub, #__VA_ARGS__, __VA_ARGS__)
#define atomic_and(...) SIM_POINT_CALL(atomic_and, #__VA_ARGS__, __VA_ARGS__)
#define atomic_or(...) SIM_POINT_CALL(atomic_or, #__VA_ARGS__, __VA_ARGS__)
#define atomic_xor(...) SIM_POINT_CALL(atomic_xor, #__VA_ARGS__, __VA_ARGS__)
#define atomic_andnot(...) SIM_POINT_CALL(atomic_andnot, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc(...) SIM_POINT_CALL(atomic_inc, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec(...) SIM_POINT_CALL(atomic_dec, #__VA_ARGS__, __VA_ARGS__)
#define atomic_xchg(...) SIM_POINT_CALL(atomic_xchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic_xchg_relaxed(...) SIM_POINT_CALL(atomic_xchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_xchg_acquire(...) SIM_POINT_CALL(atomic_xchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_xchg_release(...) SIM_POINT_CALL(atomic_xchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_cmpxchg(...) SIM_POINT_CALL(atomic_cmpxchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic_cmpxchg_relaxed(...) \
	SIM_POINT_CALL(atomic_cmpxchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_cmpxchg_acquire(...) \
	SIM_POINT_CALL(atomic_cmpxchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_cmpxchg_release(...) \
	SIM_POINT_CALL(atomic_cmpxchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_try_cmpxchg(...) SIM_POINT_CALL(atomic_try_cmpxchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic_try_cmpxchg_relaxed(...) \
	SIM_POINT_CALL(atomic_try_cmpxchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_try_cmpxchg_acquire(...) \
	SIM_POINT_CALL(atomic_try_cmpxchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_try_cmpxchg_release(...) \
	SIM_POINT_CALL(atomic_try_cmpxchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_add(...) SIM_POINT_CALL(atomic_fetch_add, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_add_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_add_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_add_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_add_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_add_release(...) \
	SIM_POINT_CALL(atomic_fetch_add_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_sub(...) SIM_POINT_CALL(atomic_fetch_sub, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_sub_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_sub_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_sub_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_sub_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_sub_release(...) \
	SIM_POINT_CALL(atomic_fetch_sub_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_and(...) SIM_POINT_CALL(atomic_fetch_and, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_and_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_and_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_and_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_and_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_and_release(...) \
	SIM_POINT_CALL(atomic_fetch_and_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_or(...) SIM_POINT_CALL(atomic_fetch_or, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_or_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_or_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_or_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_or_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_or_release(...) \
	SIM_POINT_CALL(atomic_fetch_or_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_xor(...) SIM_POINT_CALL(atomic_fetch_xor, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_xor_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_xor_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_xor_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_xor_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_xor_release(...) \
	SIM_POINT_CALL(atomic_fetch_xor_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_andnot(...) SIM_POINT_CALL(atomic_fetch_andnot, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_andnot_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_andnot_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_andnot_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_andnot_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_andnot_release(...) \
	SIM_POINT_CALL(atomic_fetch_andnot_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_inc(...) SIM_POINT_CALL(atomic_fetch_inc, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_inc_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_inc_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_inc_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_inc_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_inc_release(...) \
	SIM_POINT_CALL(atomic_fetch_inc_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_dec(...) SIM_POINT_CALL(atomic_fetch_dec, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_dec_relaxed(...) \
	SIM_POINT_CALL(atomic_fetch_dec_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_dec_acquire(...) \
	SIM_POINT_CALL(atomic_fetch_dec_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_dec_release(...) \
	SIM_POINT_CALL(atomic_fetch_dec_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add_return(...) SIM_POINT_CALL(atomic_add_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add_return_relaxed(...) \
	SIM_POINT_CALL(atomic_add_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add_return_acquire(...) \
	SIM_POINT_CALL(atomic_add_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add_return_release(...) \
	SIM_POINT_CALL(atomic_add_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_sub_return(...) SIM_POINT_CALL(atomic_sub_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_sub_return_relaxed(...) \
	SIM_POINT_CALL(atomic_sub_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_sub_return_acquire(...) \
	SIM_POINT_CALL(atomic_sub_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_sub_return_release(...) \
	SIM_POINT_CALL(atomic_sub_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_return(...) SIM_POINT_CALL(atomic_inc_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_return_relaxed(...) \
	SIM_POINT_CALL(atomic_inc_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_return_acquire(...) \
	SIM_POINT_CALL(atomic_inc_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_return_release(...) \
	SIM_POINT_CALL(atomic_inc_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_return(...) SIM_POINT_CALL(atomic_dec_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_return_relaxed(...) \
	SIM_POINT_CALL(atomic_dec_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_return_acquire(...) \
	SIM_POINT_CALL(atomic_dec_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_return_release(...) \
	SIM_POINT_CALL(atomic_dec_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_sub_and_test(...) SIM_POINT_CALL(atomic_sub_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_and_test(...) SIM_POINT_CALL(atomic_dec_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_and_test(...) SIM_POINT_CALL(atomic_inc_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add_negative(...) SIM_POINT_CALL(atomic_add_negative, #__VA_ARGS__, __VA_ARGS__)
#define atomic_fetch_add_unless(...) \
	SIM_POINT_CALL(atomic_fetch_add_unless, #__VA_ARGS__, __VA_ARGS__)
#define atomic_add_unless(...) SIM_POINT_CALL(atomic_add_unless, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_not_zero(...) SIM_UNLESS_ZERO(atomic_inc_not_zero, #__VA_ARGS__, __VA_ARGS__)
#define atomic_inc_unless_negative(...) \
	SIM_POINT_CALL(atomic_inc_unless_negative, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_unless_positive(...) \
	SIM_POINT_CALL(atomic_dec_unless_positive, #__VA_ARGS__, __VA_ARGS__)
#define atomic_dec_if_positive(...) \
	SIM_POINT_CALL(atomic_dec_if_positive, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_read(...) SIM_POINT_CALL(atomic64_read, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_read_acquire(...) SIM_POINT_CALL(atomic64_read_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_set(...) SIM_POINT_CALL(atomic64_set, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_set_release(...) SIM_POINT_CALL(atomic64_set_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add(...) SIM_POINT_CALL(atomic64_add, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_sub(...) SIM_POINT_CALL(atomic64_sub, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_and(...) SIM_POINT_CALL(atomic64_and, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_or(...) SIM_POINT_CALL(atomic64_or, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_xor(...) SIM_POINT_CALL(atomic64_xor, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_andnot(...) SIM_POINT_CALL(atomic64_andnot, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc(...) SIM_POINT_CALL(atomic64_inc, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec(...) SIM_POINT_CALL(atomic64_dec, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_xchg(...) SIM_POINT_CALL(atomic64_xchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_xchg_relaxed(...) SIM_POINT_CALL(atomic64_xchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_xchg_acquire(...) SIM_POINT_CALL(atomic64_xchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_xchg_release(...) SIM_POINT_CALL(atomic64_xchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_cmpxchg(...) SIM_POINT_CALL(atomic64_cmpxchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_cmpxchg_relaxed(...) \
	SIM_POINT_CALL(atomic64_cmpxchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_cmpxchg_acquire(...) \
	SIM_POINT_CALL(atomic64_cmpxchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_cmpxchg_release(...) \
	SIM_POINT_CALL(atomic64_cmpxchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_try_cmpxchg(...) SIM_POINT_CALL(atomic64_try_cmpxchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_try_cmpxchg_relaxed(...) \
	SIM_POINT_CALL(atomic64_try_cmpxchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_try_cmpxchg_acquire(...) \
	SIM_POINT_CALL(atomic64_try_cmpxchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_try_cmpxchg_release(...) \
	SIM_POINT_CALL(atomic64_try_cmpxchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_add(...) SIM_POINT_CALL(atomic64_fetch_add, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_add_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_add_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_add_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_add_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_add_release(...) \
	SIM_POINT_CALL(atomic64_fetch_add_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_sub(...) SIM_POINT_CALL(atomic64_fetch_sub, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_sub_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_sub_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_sub_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_sub_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_sub_release(...) \
	SIM_POINT_CALL(atomic64_fetch_sub_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_and(...) SIM_POINT_CALL(atomic64_fetch_and, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_and_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_and_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_and_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_and_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_and_release(...) \
	SIM_POINT_CALL(atomic64_fetch_and_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_or(...) SIM_POINT_CALL(atomic64_fetch_or, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_or_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_or_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_or_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_or_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_or_release(...) \
	SIM_POINT_CALL(atomic64_fetch_or_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_xor(...) SIM_POINT_CALL(atomic64_fetch_xor, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_xor_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_xor_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_xor_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_xor_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_xor_release(...) \
	SIM_POINT_CALL(atomic64_fetch_xor_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_andnot(...) SIM_POINT_CALL(atomic64_fetch_andnot, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_andnot_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_andnot_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_andnot_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_andnot_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_andnot_release(...) \
	SIM_POINT_CALL(atomic64_fetch_andnot_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_inc(...) SIM_POINT_CALL(atomic64_fetch_inc, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_inc_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_inc_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_inc_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_inc_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_inc_release(...) \
	SIM_POINT_CALL(atomic64_fetch_inc_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_dec(...) SIM_POINT_CALL(atomic64_fetch_dec, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_dec_relaxed(...) \
	SIM_POINT_CALL(atomic64_fetch_dec_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_dec_acquire(...) \
	SIM_POINT_CALL(atomic64_fetch_dec_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_dec_release(...) \
	SIM_POINT_CALL(atomic64_fetch_dec_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add_return(...) SIM_POINT_CALL(atomic64_add_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add_return_relaxed(...) \
	SIM_POINT_CALL(atomic64_add_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add_return_acquire(...) \
	SIM_POINT_CALL(atomic64_add_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add_return_release(...) \
	SIM_POINT_CALL(atomic64_add_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_sub_return(...) SIM_POINT_CALL(atomic64_sub_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_sub_return_relaxed(...) \
	SIM_POINT_CALL(atomic64_sub_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_sub_return_acquire(...) \
	SIM_POINT_CALL(atomic64_sub_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_sub_return_release(...) \
	SIM_POINT_CALL(atomic64_sub_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_return(...) SIM_POINT_CALL(atomic64_inc_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_return_relaxed(...) \
	SIM_POINT_CALL(atomic64_inc_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_return_acquire(...) \
	SIM_POINT_CALL(atomic64_inc_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_return_release(...) \
	SIM_POINT_CALL(atomic64_inc_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_return(...) SIM_POINT_CALL(atomic64_dec_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_return_relaxed(...) \
	SIM_POINT_CALL(atomic64_dec_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_return_acquire(...) \
	SIM_POINT_CALL(atomic64_dec_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_return_release(...) \
	SIM_POINT_CALL(atomic64_dec_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_sub_and_test(...) SIM_POINT_CALL(atomic64_sub_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_and_test(...) SIM_POINT_CALL(atomic64_dec_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_and_test(...) SIM_POINT_CALL(atomic64_inc_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add_negative(...) SIM_POINT_CALL(atomic64_add_negative, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_fetch_add_unless(...) \
	SIM_POINT_CALL(atomic64_fetch_add_unless, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_add_unless(...) SIM_POINT_CALL(atomic64_add_unless, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_not_zero(...) \
	SIM_UNLESS_ZERO(atomic64_inc_not_zero, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_inc_unless_negative(...) \
	SIM_POINT_CALL(atomic64_inc_unless_negative, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_unless_positive(...) \
	SIM_POINT_CALL(atomic64_dec_unless_positive, #__VA_ARGS__, __VA_ARGS__)
#define atomic64_dec_if_positive(...) \
	SIM_POINT_CALL(atomic64_dec_if_positive, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_read(...) SIM_POINT_CALL(atomic_long_read, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_read_acquire(...) \
	SIM_POINT_CALL(atomic_long_read_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_set(...) SIM_POINT_CALL(atomic_long_set, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_set_release(...) \
	SIM_POINT_CALL(atomic_long_set_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add(...) SIM_POINT_CALL(atomic_long_add, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_sub(...) SIM_POINT_CALL(atomic_long_sub, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_and(...) SIM_POINT_CALL(atomic_long_and, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_or(...) SIM_POINT_CALL(atomic_long_or, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_xor(...) SIM_POINT_CALL(atomic_long_xor, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_andnot(...) SIM_POINT_CALL(atomic_long_andnot, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc(...) SIM_POINT_CALL(atomic_long_inc, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec(...) SIM_POINT_CALL(atomic_long_dec, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_xchg(...) SIM_POINT_CALL(atomic_long_xchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_xchg_relaxed(...) \
	SIM_POINT_CALL(atomic_long_xchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_xchg_acquire(...) \
	SIM_POINT_CALL(atomic_long_xchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_xchg_release(...) \
	SIM_POINT_CALL(atomic_long_xchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_cmpxchg(...) SIM_POINT_CALL(atomic_long_cmpxchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_cmpxchg_relaxed(...) \
	SIM_POINT_CALL(atomic_long_cmpxchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_cmpxchg_acquire(...) \
	SIM_POINT_CALL(atomic_long_cmpxchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_cmpxchg_release(...) \
	SIM_POINT_CALL(atomic_long_cmpxchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_try_cmpxchg(...) \
	SIM_POINT_CALL(atomic_long_try_cmpxchg, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_try_cmpxchg_relaxed(...) \
	SIM_POINT_CALL(atomic_long_try_cmpxchg_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_try_cmpxchg_acquire(...) \
	SIM_POINT_CALL(atomic_long_try_cmpxchg_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_try_cmpxchg_release(...) \
	SIM_POINT_CALL(atomic_long_try_cmpxchg_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_add(...) SIM_POINT_CALL(atomic_long_fetch_add, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_add_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_add_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_add_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_add_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_add_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_add_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_sub(...) SIM_POINT_CALL(atomic_long_fetch_sub, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_sub_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_sub_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_sub_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_sub_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_sub_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_sub_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_and(...) SIM_POINT_CALL(atomic_long_fetch_and, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_and_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_and_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_and_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_and_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_and_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_and_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_or(...) SIM_POINT_CALL(atomic_long_fetch_or, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_or_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_or_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_or_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_or_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_or_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_or_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_xor(...) SIM_POINT_CALL(atomic_long_fetch_xor, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_xor_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_xor_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_xor_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_xor_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_xor_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_xor_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_andnot(...) \
	SIM_POINT_CALL(atomic_long_fetch_andnot, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_andnot_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_andnot_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_andnot_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_andnot_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_andnot_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_andnot_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_inc(...) SIM_POINT_CALL(atomic_long_fetch_inc, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_inc_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_inc_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_inc_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_inc_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_inc_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_inc_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_dec(...) SIM_POINT_CALL(atomic_long_fetch_dec, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_dec_relaxed(...) \
	SIM_POINT_CALL(atomic_long_fetch_dec_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_dec_acquire(...) \
	SIM_POINT_CALL(atomic_long_fetch_dec_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_dec_release(...) \
	SIM_POINT_CALL(atomic_long_fetch_dec_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add_return(...) \
	SIM_POINT_CALL(atomic_long_add_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add_return_relaxed(...) \
	SIM_POINT_CALL(atomic_long_add_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add_return_acquire(...) \
	SIM_POINT_CALL(atomic_long_add_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add_return_release(...) \
	SIM_POINT_CALL(atomic_long_add_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_sub_return(...) \
	SIM_POINT_CALL(atomic_long_sub_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_sub_return_relaxed(...) \
	SIM_POINT_CALL(atomic_long_sub_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_sub_return_acquire(...) \
	SIM_POINT_CALL(atomic_long_sub_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_sub_return_release(...) \
	SIM_POINT_CALL(atomic_long_sub_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_return(...) \
	SIM_POINT_CALL(atomic_long_inc_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_return_relaxed(...) \
	SIM_POINT_CALL(atomic_long_inc_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_return_acquire(...) \
	SIM_POINT_CALL(atomic_long_inc_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_return_release(...) \
	SIM_POINT_CALL(atomic_long_inc_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_return(...) \
	SIM_POINT_CALL(atomic_long_dec_return, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_return_relaxed(...) \
	SIM_POINT_CALL(atomic_long_dec_return_relaxed, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_return_acquire(...) \
	SIM_POINT_CALL(atomic_long_dec_return_acquire, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_return_release(...) \
	SIM_POINT_CALL(atomic_long_dec_return_release, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_sub_and_test(...) \
	SIM_POINT_CALL(atomic_long_sub_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_and_test(...) \
	SIM_POINT_CALL(atomic_long_dec_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_and_test(...) \
	SIM_POINT_CALL(atomic_long_inc_and_test, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add_negative(...) \
	SIM_POINT_CALL(atomic_long_add_negative, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_fetch_add_unless(...) \
	SIM_POINT_CALL(atomic_long_fetch_add_unless, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_add_unless(...) \
	SIM_POINT_CALL(atomic_long_add_unless, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_not_zero(...) \
	SIM_UNLESS_ZERO(atomic_long_inc_not_zero, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_inc_unless_negative(...) \
	SIM_POINT_CALL(atomic_long_inc_unless_negative, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_unless_positive(...) \
	SIM_POINT_CALL(atomic_long_dec_unless_positive, #__VA_ARGS__, __VA_ARGS__)
#define atomic_long_dec_if_positive(...) \
	SIM_POINT_CALL(atomic_long_dec_if_positive, #__VA_ARGS__, __VA_ARGS__)

#endif
