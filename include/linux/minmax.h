/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* fidelity: same */

/* Each argument is evaluated once; the operators yield a constant if both arguments are one. */
#define SIM_MINMAX_PICK(op, x, y) ((x) op (y) ? (x) : (y))
#define SIM_MINMAX(op, x, y, ux, uy) ({ \
	__auto_type ux = (x); \
	__auto_type uy = (y); \
	SIM_MINMAX_PICK(op, ux, uy); })
#define SIM_MINMAX_TYPED(op, type, x, y, ux, uy) ({ \
	type ux = (x); \
	type uy = (y); \
	SIM_MINMAX_PICK(op, ux, uy); })

/*
 * fidelity: simplified: arguments of differing signedness are not refused at compile time, and
 * the results are no constant expressions (MIN and MAX are)
 */
#define min(x, y) SIM_MINMAX(<, x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define max(x, y) SIM_MINMAX(>, x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define umin(x, y) min((x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define umax(x, y) max((x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define min3(x, y, z) min(min(x, y), z)
#define max3(x, y, z) max(max(x, y), z)
#define clamp(val, lo, hi) min(max(val, lo), hi)

/* fidelity: same */
#define min_t(type, x, y) \
	SIM_MINMAX_TYPED(<, type, x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define max_t(type, x, y) \
	SIM_MINMAX_TYPED(>, type, x, y, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define clamp_val(val, lo, hi) clamp_t(__typeof__(val), val, lo, hi)
#define min_not_zero(x, y) ({ \
	__typeof__(x) __mnz_x = (x); \
	__typeof__(y) __mnz_y = (y); \
	__mnz_x == 0 ? __mnz_y : (__mnz_y == 0 ? __mnz_x : min(__mnz_x, __mnz_y)); })
#define MIN(a, b) SIM_MINMAX_PICK(<, a, b)
#define MAX(a, b) SIM_MINMAX_PICK(>, a, b)
#define MIN_T(type, a, b) SIM_MINMAX_PICK(<, (type)(a), (type)(b))
#define MAX_T(type, a, b) SIM_MINMAX_PICK(>, (type)(a), (type)(b))
#define swap(a, b) do { \
	__typeof__(a) __swap_tmp = (a); \
	(a) = (b); \
	(b) = __swap_tmp; \
} while (0)
#define in_range(val, start, len) ((u64)(val) - (u64)(start) < (u64)(len))

#endif
