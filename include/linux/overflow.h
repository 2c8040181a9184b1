/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H

#include <linux/array_size.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* fidelity: same */
static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))
#define wrapping_add(type, a, b) ({ \
	type __wrap_val; \
	(void)__builtin_add_overflow(a, b, &__wrap_val); \
	__wrap_val; })
#define wrapping_sub(type, a, b) ({ \
	type __wrap_val; \
	(void)__builtin_sub_overflow(a, b, &__wrap_val); \
	__wrap_val; })
#define wrapping_mul(type, a, b) ({ \
	type __wrap_val; \
	(void)__builtin_mul_overflow(a, b, &__wrap_val); \
	__wrap_val; })
/* True if the shift lost a bit or changed the sign; *d is written in any case. */
#define check_shl_overflow(a, s, d) __must_check_overflow(({ \
	__typeof__(a) __so_a = (a); \
	__typeof__(s) __so_s = (s); \
	__typeof__(d) __so_d = (d); \
	u64 __so_wide = (u64)__so_a; \
	unsigned int __so_shift = \
		__so_s >= 0 && __so_s < (__typeof__(s))(8 * sizeof(*(d))) ? __so_s : 0; \
	*__so_d = (__typeof__(*__so_d))(__so_wide << __so_shift); \
	(__so_shift != __so_s || *__so_d < 0 || __so_a < 0 || \
	 (u64)(*__so_d >> __so_shift) != __so_wide); }))
#define overflows_type(n, T) __must_check_overflow(({ \
	__typeof__(T) __ot_val; \
	__builtin_add_overflow(n, 0, &__ot_val); }))

static inline size_t __must_check size_mul(size_t factor1, size_t factor2)
{
	size_t bytes;

	return check_mul_overflow(factor1, factor2, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_add(size_t addend1, size_t addend2)
{
	size_t bytes;

	return check_add_overflow(addend1, addend2, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_sub(size_t minuend, size_t subtrahend)
{
	size_t bytes;

	if (minuend == SIZE_MAX || subtrahend == SIZE_MAX ||
	    check_sub_overflow(minuend, subtrahend, &bytes))
		return SIZE_MAX;
	return bytes;
}

#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count) \
	size_mul(count, sizeof(*(p)->member) + __must_be_array((p)->member))
#define struct_size(p, member, count) \
	size_add(sizeof(*(p)), flex_array_size(p, member, count))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)

/* True if [start, start + size) does not lie below @max. */
#define range_overflows(start, size, max) ({ \
	__typeof__(start) __ro_start = (start); \
	__typeof__(size) __ro_size = (size); \
	__typeof__(max) __ro_max = (max); \
	__ro_start >= __ro_max || __ro_size > __ro_max - __ro_start; })
#define range_overflows_t(type, start, size, max) \
	range_overflows((type)(start), (type)(size), (type)(max))
/* The same, but an empty range may start at @max. */
#define range_end_overflows(start, size, max) ({ \
	__typeof__(start) __re_start = (start); \
	__typeof__(size) __re_size = (size); \
	__typeof__(max) __re_max = (max); \
	__re_start > __re_max || __re_size > __re_max - __re_start; })
#define range_end_overflows_t(type, start, size, max) \
	range_end_overflows((type)(start), (type)(size), (type)(max))

#endif
