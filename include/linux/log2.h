/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>

/* fidelity: same */
static inline __attribute_const__ int __ilog2_u32(u32 n)
{
	return n ? 31 - __builtin_clz(n) : -1;
}

static inline __attribute_const__ int __ilog2_u64(u64 n)
{
	return n ? 63 - __builtin_clzll(n) : -1;
}

static inline __attribute_const__ bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static inline __attribute_const__ unsigned long __roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << (64 - __builtin_clzl(n - 1));
}

static inline __attribute_const__ unsigned long __rounddown_pow_of_two(unsigned long n)
{
	return 1UL << (63 - __builtin_clzl(n));
}

static inline __attribute_const__ int __order_base_2(unsigned long n)
{
	return n > 1 ? __ilog2_u64(n - 1) + 1 : 0;
}

/* A constant argument yields a constant expression, so that ilog2() can size an array. */
#define ilog2(n) \
	(__builtin_constant_p(n) ? ((n) < 2 ? 0 : 63 - __builtin_clzll((n) | 1ULL)) : \
	 sizeof(n) <= 4 ? __ilog2_u32(n) : __ilog2_u64(n))
#define roundup_pow_of_two(n) \
	(__builtin_constant_p(n) ? \
	 ((n) < 2 ? 1UL : 1UL << (64 - __builtin_clzl(((n) - 1) | 1UL))) : \
	 __roundup_pow_of_two(n))
#define rounddown_pow_of_two(n) \
	(__builtin_constant_p(n) ? (1UL << (63 - __builtin_clzl((n) | 1UL))) : \
	 __rounddown_pow_of_two(n))
#define order_base_2(n) \
	(__builtin_constant_p(n) ? \
	 ((n) < 2 ? 0 : 64 - __builtin_clzl(((n) - 1) | 1UL)) : __order_base_2(n))
#define bits_per(n) ((n) < 2 ? 1 : order_base_2((unsigned long)(n) + 1))

#endif
