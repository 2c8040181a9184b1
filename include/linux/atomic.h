/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <linux/types.h>

#ifdef SIM_MARKED_POINTS
#include <linux/sim_atomic.h>
#else

/*
 * Ordered variants (_acquire, _release, _relaxed) exist as names of the full operation. Each body
 * is a template over the type: INSTANCE(type of the counter, type of the arguments, prefix).
 */

/*
 * fidelity: simplified: one host thread runs all simulated code, so each operation is plain C that
 * nothing can interrupt; arithmetic wraps as in the kernel
 */
#define SIM_ATOMIC_BASIC(atomic_type, value_type, prefix) \
static __always_inline value_type prefix##_read(const atomic_type *v) \
{ \
	return READ_ONCE(v->counter); \
} \
static __always_inline void prefix##_set(atomic_type *v, value_type i) \
{ \
	WRITE_ONCE(v->counter, i); \
} \
static __always_inline value_type prefix##_xchg(atomic_type *v, value_type new) \
{ \
	value_type old = v->counter; \
\
	v->counter = new; \
	return old; \
} \
static __always_inline value_type prefix##_cmpxchg(atomic_type *v, value_type old, \
						   value_type new) \
{ \
	value_type found = v->counter; \
\
	if (found == old) \
		v->counter = new; \
	return found; \
} \
static __always_inline bool prefix##_try_cmpxchg(atomic_type *v, value_type *old, \
						 value_type new) \
{ \
	value_type found = v->counter; \
\
	if (likely(found == *old)) { \
		v->counter = new; \
		return true; \
	} \
	*old = found; \
	return false; \
}

/* The unsigned detour makes overflow wrap. */
#define SIM_ATOMIC_OP(atomic_type, value_type, prefix, op, expression) \
static __always_inline value_type prefix##_fetch_##op(value_type i, atomic_type *v) \
{ \
	value_type old = v->counter; \
\
	v->counter = (value_type)(expression); \
	return old; \
} \
static __always_inline void prefix##_##op(value_type i, atomic_type *v) \
{ \
	(void)prefix##_fetch_##op(i, v); \
}

#define SIM_ATOMIC_ARITHMETIC(atomic_type, value_type, prefix) \
SIM_ATOMIC_OP(atomic_type, value_type, prefix, add, (u64)old + (u64)i) \
SIM_ATOMIC_OP(atomic_type, value_type, prefix, sub, (u64)old - (u64)i) \
SIM_ATOMIC_OP(atomic_type, value_type, prefix, and, old & i) \
SIM_ATOMIC_OP(atomic_type, value_type, prefix, andnot, old & ~i) \
SIM_ATOMIC_OP(atomic_type, value_type, prefix, or, old | i) \
SIM_ATOMIC_OP(atomic_type, value_type, prefix, xor, old ^ i) \
static __always_inline value_type prefix##_add_return(value_type i, atomic_type *v) \
{ \
	return (value_type)((u64)prefix##_fetch_add(i, v) + (u64)i); \
} \
static __always_inline value_type prefix##_sub_return(value_type i, atomic_type *v) \
{ \
	return (value_type)((u64)prefix##_fetch_sub(i, v) - (u64)i); \
} \
static __always_inline void prefix##_inc(atomic_type *v) \
{ \
	prefix##_add(1, v); \
} \
static __always_inline void prefix##_dec(atomic_type *v) \
{ \
	prefix##_sub(1, v); \
} \
static __always_inline value_type prefix##_inc_return(atomic_type *v) \
{ \
	return prefix##_add_return(1, v); \
} \
static __always_inline value_type prefix##_dec_return(atomic_type *v) \
{ \
	return prefix##_sub_return(1, v); \
} \
static __always_inline value_type prefix##_fetch_inc(atomic_type *v) \
{ \
	return prefix##_fetch_add(1, v); \
} \
static __always_inline value_type prefix##_fetch_dec(atomic_type *v) \
{ \
	return prefix##_fetch_sub(1, v); \
}

#define SIM_ATOMIC_TESTS(atomic_type, value_type, prefix) \
static __always_inline bool prefix##_sub_and_test(value_type i, atomic_type *v) \
{ \
	return prefix##_sub_return(i, v) == 0; \
} \
static __always_inline bool prefix##_dec_and_test(atomic_type *v) \
{ \
	return prefix##_sub_return(1, v) == 0; \
} \
static __always_inline bool prefix##_inc_and_test(atomic_type *v) \
{ \
	return prefix##_add_return(1, v) == 0; \
} \
static __always_inline bool prefix##_add_negative(value_type i, atomic_type *v) \
{ \
	return prefix##_add_return(i, v) < 0; \
} \
static __always_inline value_type prefix##_fetch_add_unless(atomic_type *v, value_type a, \
							    value_type u) \
{ \
	value_type old = v->counter; \
\
	if (old != u) \
		prefix##_add(a, v); \
	return old; \
} \
static __always_inline bool prefix##_add_unless(atomic_type *v, value_type a, value_type u) \
{ \
	return prefix##_fetch_add_unless(v, a, u) != u; \
} \
static __always_inline bool prefix##_inc_not_zero(atomic_type *v) \
{ \
	return prefix##_add_unless(v, 1, 0); \
} \
static __always_inline bool prefix##_inc_unless_negative(atomic_type *v) \
{ \
	if (v->counter < 0) \
		return false; \
	prefix##_inc(v); \
	return true; \
} \
static __always_inline bool prefix##_dec_unless_positive(atomic_type *v) \
{ \
	if (v->counter > 0) \
		return false; \
	prefix##_dec(v); \
	return true; \
} \
static __always_inline value_type prefix##_dec_if_positive(atomic_type *v) \
{ \
	value_type left = (value_type)((u64)v->counter - 1); \
\
	if (left >= 0) \
		v->counter = left; \
	return left; \
}

#define SIM_ATOMIC_INSTANCE(atomic_type, value_type, prefix) \
SIM_ATOMIC_BASIC(atomic_type, value_type, prefix) \
SIM_ATOMIC_ARITHMETIC(atomic_type, value_type, prefix) \
SIM_ATOMIC_TESTS(atomic_type, value_type, prefix)

/*
 * declares: atomic_read() atomic_set() atomic_xchg() atomic_cmpxchg() atomic_try_cmpxchg()
 * atomic_add() atomic_sub() atomic_and() atomic_or() atomic_xor() atomic_andnot()
 * atomic_fetch_add() atomic_fetch_sub() atomic_fetch_and() atomic_fetch_or() atomic_fetch_xor()
 * atomic_fetch_andnot() atomic_add_return() atomic_sub_return() atomic_inc() atomic_dec()
 * atomic_inc_return() atomic_dec_return() atomic_fetch_inc() atomic_fetch_dec()
 * atomic_sub_and_test() atomic_dec_and_test() atomic_inc_and_test() atomic_add_negative()
 * atomic_fetch_add_unless() atomic_add_unless() atomic_inc_not_zero()
 * atomic_inc_unless_negative() atomic_dec_unless_positive() atomic_dec_if_positive()
 * atomic64_read() atomic64_set() atomic64_xchg() atomic64_cmpxchg() atomic64_try_cmpxchg()
 * atomic64_add() atomic64_sub() atomic64_and() atomic64_or() atomic64_xor() atomic64_andnot()
 * atomic64_fetch_add() atomic64_fetch_sub() atomic64_fetch_and() atomic64_fetch_or()
 * atomic64_fetch_xor() atomic64_fetch_andnot() atomic64_add_return() atomic64_sub_return()
 * atomic64_inc() atomic64_dec() atomic64_inc_return() atomic64_dec_return() atomic64_fetch_inc()
 * atomic64_fetch_dec() atomic64_sub_and_test() atomic64_dec_and_test() atomic64_inc_and_test()
 * atomic64_add_negative() atomic64_fetch_add_unless() atomic64_add_unless()
 * atomic64_inc_not_zero() atomic64_inc_unless_negative() atomic64_dec_unless_positive()
 * atomic64_dec_if_positive() atomic_long_read() atomic_long_set() atomic_long_xchg()
 * atomic_long_cmpxchg() atomic_long_try_cmpxchg() atomic_long_add() atomic_long_sub()
 * atomic_long_and() atomic_long_or() atomic_long_xor() atomic_long_andnot()
 * atomic_long_fetch_add() atomic_long_fetch_sub() atomic_long_fetch_and() atomic_long_fetch_or()
 * atomic_long_fetch_xor() atomic_long_fetch_andnot() atomic_long_add_return()
 * atomic_long_sub_return() atomic_long_inc() atomic_long_dec() atomic_long_inc_return()
 * atomic_long_dec_return() atomic_long_fetch_inc() atomic_long_fetch_dec()
 * atomic_long_sub_and_test() atomic_long_dec_and_test() atomic_long_inc_and_test()
 * atomic_long_add_negative() atomic_long_fetch_add_unless() atomic_long_add_unless()
 * atomic_long_inc_not_zero() atomic_long_inc_unless_negative() atomic_long_dec_unless_positive()
 * atomic_long_dec_if_positive()
 */
SIM_ATOMIC_INSTANCE(atomic_t, int, atomic)
SIM_ATOMIC_INSTANCE(atomic64_t, s64, atomic64)
SIM_ATOMIC_INSTANCE(atomic_long_t, long, atomic_long)

#define atomic_read_acquire atomic_read
#define atomic_set_release atomic_set
#define atomic_xchg_relaxed atomic_xchg
#define atomic_xchg_acquire atomic_xchg
#define atomic_xchg_release atomic_xchg
#define atomic_cmpxchg_relaxed atomic_cmpxchg
#define atomic_cmpxchg_acquire atomic_cmpxchg
#define atomic_cmpxchg_release atomic_cmpxchg
#define atomic_try_cmpxchg_relaxed atomic_try_cmpxchg
#define atomic_try_cmpxchg_acquire atomic_try_cmpxchg
#define atomic_try_cmpxchg_release atomic_try_cmpxchg
#define atomic_add_return_relaxed atomic_add_return
#define atomic_add_return_acquire atomic_add_return
#define atomic_add_return_release atomic_add_return
#define atomic_sub_return_relaxed atomic_sub_return
#define atomic_sub_return_acquire atomic_sub_return
#define atomic_sub_return_release atomic_sub_return
#define atomic_inc_return_relaxed atomic_inc_return
#define atomic_inc_return_acquire atomic_inc_return
#define atomic_inc_return_release atomic_inc_return
#define atomic_dec_return_relaxed atomic_dec_return
#define atomic_dec_return_acquire atomic_dec_return
#define atomic_dec_return_release atomic_dec_return
#define atomic_fetch_add_relaxed atomic_fetch_add
#define atomic_fetch_add_acquire atomic_fetch_add
#define atomic_fetch_add_release atomic_fetch_add
#define atomic_fetch_sub_relaxed atomic_fetch_sub
#define atomic_fetch_sub_acquire atomic_fetch_sub
#define atomic_fetch_sub_release atomic_fetch_sub
#define atomic_fetch_inc_relaxed atomic_fetch_inc
#define atomic_fetch_inc_acquire atomic_fetch_inc
#define atomic_fetch_inc_release atomic_fetch_inc
#define atomic_fetch_dec_relaxed atomic_fetch_dec
#define atomic_fetch_dec_acquire atomic_fetch_dec
#define atomic_fetch_dec_release atomic_fetch_dec
#define atomic_fetch_and_relaxed atomic_fetch_and
#define atomic_fetch_and_acquire atomic_fetch_and
#define atomic_fetch_and_release atomic_fetch_and
#define atomic_fetch_or_relaxed atomic_fetch_or
#define atomic_fetch_or_acquire atomic_fetch_or
#define atomic_fetch_or_release atomic_fetch_or
#define atomic_fetch_xor_relaxed atomic_fetch_xor
#define atomic_fetch_xor_acquire atomic_fetch_xor
#define atomic_fetch_xor_release atomic_fetch_xor
#define atomic_fetch_andnot_relaxed atomic_fetch_andnot
#define atomic_fetch_andnot_acquire atomic_fetch_andnot
#define atomic_fetch_andnot_release atomic_fetch_andnot
#define atomic64_read_acquire atomic64_read
#define atomic64_set_release atomic64_set
#define atomic64_xchg_relaxed atomic64_xchg
#define atomic64_xchg_acquire atomic64_xchg
#define atomic64_xchg_release atomic64_xchg
#define atomic64_cmpxchg_relaxed atomic64_cmpxchg
#define atomic64_cmpxchg_acquire atomic64_cmpxchg
#define atomic64_cmpxchg_release atomic64_cmpxchg
#define atomic64_try_cmpxchg_relaxed atomic64_try_cmpxchg
#define atomic64_try_cmpxchg_acquire atomic64_try_cmpxchg
#define atomic64_try_cmpxchg_release atomic64_try_cmpxchg
#define atomic64_add_return_relaxed atomic64_add_return
#define atomic64_add_return_acquire atomic64_add_return
#define atomic64_add_return_release atomic64_add_return
#define atomic64_sub_return_relaxed atomic64_sub_return
#define atomic64_sub_return_acquire atomic64_sub_return
#define atomic64_sub_return_release atomic64_sub_return
#define atomic64_inc_return_relaxed atomic64_inc_return
#define atomic64_inc_return_acquire atomic64_inc_return
#define atomic64_inc_return_release atomic64_inc_return
#define atomic64_dec_return_relaxed atomic64_dec_return
#define atomic64_dec_return_acquire atomic64_dec_return
#define atomic64_dec_return_release atomic64_dec_return
#define atomic64_fetch_add_relaxed atomic64_fetch_add
#define atomic64_fetch_add_acquire atomic64_fetch_add
#define atomic64_fetch_add_release atomic64_fetch_add
#define atomic64_fetch_sub_relaxed atomic64_fetch_sub
#define atomic64_fetch_sub_acquire atomic64_fetch_sub
#define atomic64_fetch_sub_release atomic64_fetch_sub
#define atomic64_fetch_inc_relaxed atomic64_fetch_inc
#define atomic64_fetch_inc_acquire atomic64_fetch_inc
#define atomic64_fetch_inc_release atomic64_fetch_inc
#define atomic64_fetch_dec_relaxed atomic64_fetch_dec
#define atomic64_fetch_dec_acquire atomic64_fetch_dec
#define atomic64_fetch_dec_release atomic64_fetch_dec
#define atomic64_fetch_and_relaxed atomic64_fetch_and
#define atomic64_fetch_and_acquire atomic64_fetch_and
#define atomic64_fetch_and_release atomic64_fetch_and
#define atomic64_fetch_or_relaxed atomic64_fetch_or
#define atomic64_fetch_or_acquire atomic64_fetch_or
#define atomic64_fetch_or_release atomic64_fetch_or
#define atomic64_fetch_xor_relaxed atomic64_fetch_xor
#define atomic64_fetch_xor_acquire atomic64_fetch_xor
#define atomic64_fetch_xor_release atomic64_fetch_xor
#define atomic64_fetch_andnot_relaxed atomic64_fetch_andnot
#define atomic64_fetch_andnot_acquire atomic64_fetch_andnot
#define atomic64_fetch_andnot_release atomic64_fetch_andnot
#define atomic_long_read_acquire atomic_long_read
#define atomic_long_set_release atomic_long_set
#define atomic_long_xchg_relaxed atomic_long_xchg
#define atomic_long_xchg_acquire atomic_long_xchg
#define atomic_long_xchg_release atomic_long_xchg
#define atomic_long_cmpxchg_relaxed atomic_long_cmpxchg
#define atomic_long_cmpxchg_acquire atomic_long_cmpxchg
#define atomic_long_cmpxchg_release atomic_long_cmpxchg
#define atomic_long_try_cmpxchg_relaxed atomic_long_try_cmpxchg
#define atomic_long_try_cmpxchg_acquire atomic_long_try_cmpxchg
#define atomic_long_try_cmpxchg_release atomic_long_try_cmpxchg
#define atomic_long_add_return_relaxed atomic_long_add_return
#define atomic_long_add_return_acquire atomic_long_add_return
#define atomic_long_add_return_release atomic_long_add_return
#define atomic_long_sub_return_relaxed atomic_long_sub_return
#define atomic_long_sub_return_acquire atomic_long_sub_return
#define atomic_long_sub_return_release atomic_long_sub_return
#define atomic_long_inc_return_relaxed atomic_long_inc_return
#define atomic_long_inc_return_acquire atomic_long_inc_return
#define atomic_long_inc_return_release atomic_long_inc_return
#define atomic_long_dec_return_relaxed atomic_long_dec_return
#define atomic_long_dec_return_acquire atomic_long_dec_return
#define atomic_long_dec_return_release atomic_long_dec_return
#define atomic_long_fetch_add_relaxed atomic_long_fetch_add
#define atomic_long_fetch_add_acquire atomic_long_fetch_add
#define atomic_long_fetch_add_release atomic_long_fetch_add
#define atomic_long_fetch_sub_relaxed atomic_long_fetch_sub
#define atomic_long_fetch_sub_acquire atomic_long_fetch_sub
#define atomic_long_fetch_sub_release atomic_long_fetch_sub
#define atomic_long_fetch_inc_relaxed atomic_long_fetch_inc
#define atomic_long_fetch_inc_acquire atomic_long_fetch_inc
#define atomic_long_fetch_inc_release atomic_long_fetch_inc
#define atomic_long_fetch_dec_relaxed atomic_long_fetch_dec
#define atomic_long_fetch_dec_acquire atomic_long_fetch_dec
#define atomic_long_fetch_dec_release atomic_long_fetch_dec
#define atomic_long_fetch_and_relaxed atomic_long_fetch_and
#define atomic_long_fetch_and_acquire atomic_long_fetch_and
#define atomic_long_fetch_and_release atomic_long_fetch_and
#define atomic_long_fetch_or_relaxed atomic_long_fetch_or
#define atomic_long_fetch_or_acquire atomic_long_fetch_or
#define atomic_long_fetch_or_release atomic_long_fetch_or
#define atomic_long_fetch_xor_relaxed atomic_long_fetch_xor
#define atomic_long_fetch_xor_acquire atomic_long_fetch_xor
#define atomic_long_fetch_xor_release atomic_long_fetch_xor
#define atomic_long_fetch_andnot_relaxed atomic_long_fetch_andnot
#define atomic_long_fetch_andnot_acquire atomic_long_fetch_andnot
#define atomic_long_fetch_andnot_release atomic_long_fetch_andnot

#endif
#endif
