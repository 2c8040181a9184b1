/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * fidelity: simplified: one host thread runs all simulated code, so these are plain C; in code
 * above the seam each is a switch point, and orders what its name says
 */
#ifdef SIM_MARKED_POINTS

#define SIM_XCHG(name, text, ptr, new, order) ({ \
	__typeof__(ptr) __xchg_ptr = (ptr); \
	__typeof__(*(ptr)) __xchg_new = (new); \
	SIM_POINT(ATOMIC, name, text); \
	__atomic_exchange_n(__xchg_ptr, __xchg_new, order); })
#define SIM_CMPXCHG(name, text, ptr, old, new, order) ({ \
	__typeof__(ptr) __cx_ptr = (ptr); \
	__typeof__(*(ptr)) __cx_old = (old); \
	__typeof__(*(ptr)) __cx_new = (new); \
	SIM_POINT(ATOMIC, name, text); \
	(void)__atomic_compare_exchange_n(__cx_ptr, &__cx_old, __cx_new, false, order, \
					  __ATOMIC_RELAXED); \
	__cx_old; })
/* True if exchanged; otherwise *oldp becomes what was found. */
#define SIM_TRY_CMPXCHG(name, text, ptr, oldp, new, order) ({ \
	__typeof__(ptr) __tcx_ptr = (ptr); \
	__typeof__(oldp) __tcx_oldp = (oldp); \
	__typeof__(*(ptr)) __tcx_new = (new); \
	SIM_POINT(ATOMIC, name, text); \
	__atomic_compare_exchange_n(__tcx_ptr, __tcx_oldp, __tcx_new, false, order, \
				    __ATOMIC_RELAXED); })

#define xchg(ptr, new) SIM_XCHG("xchg", #ptr, ptr, new, __ATOMIC_SEQ_CST)
#define xchg_relaxed(ptr, new) SIM_XCHG("xchg_relaxed", #ptr, ptr, new, __ATOMIC_RELAXED)
#define xchg_acquire(ptr, new) SIM_XCHG("xchg_acquire", #ptr, ptr, new, __ATOMIC_ACQUIRE)
#define xchg_release(ptr, new) SIM_XCHG("xchg_release", #ptr, ptr, new, __ATOMIC_RELEASE)
#define cmpxchg(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg", #ptr, ptr, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg_relaxed(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg_relaxed", #ptr, ptr, old, new, __ATOMIC_RELAXED)
#define cmpxchg_acquire(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg_acquire", #ptr, ptr, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_release(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg_release", #ptr, ptr, old, new, __ATOMIC_RELEASE)
#define cmpxchg64(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg64", #ptr, ptr, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg64_relaxed(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg64_relaxed", #ptr, ptr, old, new, __ATOMIC_RELAXED)
#define cmpxchg64_acquire(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg64_acquire", #ptr, ptr, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg64_release(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg64_release", #ptr, ptr, old, new, __ATOMIC_RELEASE)
#define cmpxchg_local(ptr, old, new) \
	SIM_CMPXCHG("cmpxchg_local", #ptr, ptr, old, new, __ATOMIC_RELAXED)
#define try_cmpxchg(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg", #ptr, ptr, oldp, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg_relaxed(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg_relaxed", #ptr, ptr, oldp, new, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg_acquire", #ptr, ptr, oldp, new, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg_release", #ptr, ptr, oldp, new, __ATOMIC_RELEASE)
#define try_cmpxchg64(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg64", #ptr, ptr, oldp, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg64_relaxed(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg64_relaxed", #ptr, ptr, oldp, new, __ATOMIC_RELAXED)
#define try_cmpxchg64_acquire(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg64_acquire", #ptr, ptr, oldp, new, __ATOMIC_ACQUIRE)
#define try_cmpxchg64_release(ptr, oldp, new) \
	SIM_TRY_CMPXCHG("try_cmpxchg64_release", #ptr, ptr, oldp, new, __ATOMIC_RELEASE)

#else

#define xchg(ptr, new) ({ \
	__typeof__(ptr) __xchg_ptr = (ptr); \
	__typeof__(*(ptr)) __xchg_new = (new); \
	__typeof__(*(ptr)) __xchg_old = *__xchg_ptr; \
	*__xchg_ptr = __xchg_new; \
	__xchg_old; })
#define cmpxchg(ptr, old, new) ({ \
	__typeof__(ptr) __cx_ptr = (ptr); \
	__typeof__(*(ptr)) __cx_old = (old); \
	__typeof__(*(ptr)) __cx_new = (new); \
	__typeof__(*(ptr)) __cx_found = *__cx_ptr; \
	if (__cx_found == __cx_old) \
		*__cx_ptr = __cx_new; \
	__cx_found; })
/* True if exchanged; otherwise *oldp becomes what was found. */
#define try_cmpxchg(ptr, oldp, new) ({ \
	__typeof__(ptr) __tcx_ptr = (ptr); \
	__typeof__(oldp) __tcx_oldp = (oldp); \
	__typeof__(*(ptr)) __tcx_new = (new); \
	__typeof__(*(ptr)) __tcx_found = *__tcx_ptr; \
	bool __tcx_done = __tcx_found == *__tcx_oldp; \
	if (__tcx_done) \
		*__tcx_ptr = __tcx_new; \
	else \
		*__tcx_oldp = __tcx_found; \
	__tcx_done; })

#define xchg_relaxed xchg
#define xchg_acquire xchg
#define xchg_release xchg
#define cmpxchg_relaxed cmpxchg
#define cmpxchg_acquire cmpxchg
#define cmpxchg_release cmpxchg
#define try_cmpxchg_relaxed try_cmpxchg
#define try_cmpxchg_acquire try_cmpxchg
#define try_cmpxchg_release try_cmpxchg
#define cmpxchg64 cmpxchg
#define cmpxchg_local cmpxchg
#define cmpxchg64_relaxed cmpxchg
#define cmpxchg64_acquire cmpxchg
#define cmpxchg64_release cmpxchg
#define try_cmpxchg64 try_cmpxchg
#define try_cmpxchg64_relaxed try_cmpxchg
#define try_cmpxchg64_acquire try_cmpxchg
#define try_cmpxchg64_release try_cmpxchg

#endif

#endif
