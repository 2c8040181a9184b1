/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>

/*
 * fidelity: simplified: one host thread runs all simulated code in the order of the program; in
 * code above the seam each is a switch point, and orders accesses for the race checker
 */
#ifdef SIM_MARKED_POINTS
#define mb() SIM_FENCE("mb", 3)
#define rmb() SIM_FENCE("rmb", 1)
#define wmb() SIM_FENCE("wmb", 2)
#define dma_rmb() SIM_FENCE("dma_rmb", 1)
#define dma_wmb() SIM_FENCE("dma_wmb", 2)
#define smp_mb() SIM_FENCE("smp_mb", 3)
#define smp_rmb() SIM_FENCE("smp_rmb", 1)
#define smp_wmb() SIM_FENCE("smp_wmb", 2)
#define smp_mb__before_atomic() SIM_FENCE("smp_mb__before_atomic", 3)
#define smp_mb__after_atomic() SIM_FENCE("smp_mb__after_atomic", 3)
#define smp_mb__after_spinlock() SIM_FENCE("smp_mb__after_spinlock", 3)
#define smp_acquire__after_ctrl_dep() SIM_FENCE("smp_acquire__after_ctrl_dep", 1)
#define smp_store_release(p, v) \
	do { \
		__typeof__(p) __ssr_ptr = (p); \
		__typeof__(*(p)) __ssr_val = (v); \
\
		SIM_POINT(MARKED, "smp_store_release", #p); \
		__atomic_store_n(__ssr_ptr, __ssr_val, __ATOMIC_RELEASE); \
	} while (0)
#define smp_load_acquire(p) ({ \
	__typeof__(p) __sla_ptr = (p); \
	SIM_POINT(MARKED, "smp_load_acquire", #p); \
	__atomic_load_n(__sla_ptr, __ATOMIC_ACQUIRE); })
#else
#define mb() barrier()
#define rmb() barrier()
#define wmb() barrier()
#define dma_rmb() barrier()
#define dma_wmb() barrier()
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()
#define smp_mb__after_spinlock() barrier()
#define smp_acquire__after_ctrl_dep() barrier()
#define smp_store_release(p, v) do { barrier(); WRITE_ONCE(*(p), v); } while (0)
#define smp_load_acquire(p) ({ \
	__typeof__(*(p)) __sla_val = READ_ONCE(*(p)); \
	barrier(); \
	__sla_val; })
#endif
#define smp_store_mb(var, value) do { WRITE_ONCE(var, value); smp_mb(); } while (0)

#endif
