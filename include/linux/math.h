/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>

/* fidelity: same */
#define __round_mask(x, y) ((__typeof__(x))((y) - 1))
#define round_up(x, y) ((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y) ((x) & ~__round_mask(x, y))
#define __KERNEL_DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP(n, d) __KERNEL_DIV_ROUND_UP(n, d)
#define DIV_ROUND_UP_POW2(n, d) ((n) / (d) + !!((n) & ((d) - 1)))
#define DIV_ROUND_DOWN_ULL(ll, d) ((unsigned long long)(ll) / (d))
#define DIV_ROUND_UP_ULL(ll, d) DIV_ROUND_DOWN_ULL((unsigned long long)(ll) + (d) - 1, d)
#define DIV_ROUND_UP_SECTOR_T(ll, d) DIV_ROUND_UP_ULL(ll, d)
#define roundup(x, y) ({ \
	__typeof__(y) __roundup_y = (y); \
	(((x) + (__roundup_y - 1)) / __roundup_y) * __roundup_y; })
#define rounddown(x, y) ({ \
	__typeof__(x) __rounddown_x = (x); \
	__rounddown_x - (__rounddown_x % (y)); })
#define DIV_ROUND_CLOSEST(x, divisor) ({ \
	__typeof__(x) __drc_x = (x); \
	__typeof__(divisor) __drc_d = (divisor); \
	(((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 || \
	 ((__drc_x > 0) == (__drc_d > 0))) ? \
		((__drc_x + __drc_d / 2) / __drc_d) : ((__drc_x - __drc_d / 2) / __drc_d); })
#define mult_frac(x, n, d) ({ \
	__typeof__(x) __mf_x = (x); \
	__typeof__(n) __mf_n = (n); \
	__typeof__(d) __mf_d = (d); \
	__typeof__(x) __mf_q = __mf_x / __mf_d; \
	__typeof__(x) __mf_r = __mf_x % __mf_d; \
	__mf_q * __mf_n + __mf_r * __mf_n / __mf_d; })
#define abs(x) ({ \
	__typeof__(x) __abs_x = (x); \
	__abs_x < 0 ? -__abs_x : __abs_x; })
#define abs_diff(a, b) ({ \
	__typeof__(a) __ad_a = (a); \
	__typeof__(b) __ad_b = (b); \
	__ad_a > __ad_b ? __ad_a - __ad_b : __ad_b - __ad_a; })

static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}

/* Largest integer whose square does not exceed @x. */
static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;
	unsigned long bit = 1UL << 62;

	while (bit > x)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

#endif
