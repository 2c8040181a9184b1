/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/types.h>

/* fidelity: simplified: one host thread runs all simulated code, so these are plain C */
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
#define try_cmpxchg64 try_cmpxchg
#define try_cmpxchg64_relaxed try_cmpxchg
#define try_cmpxchg64_release try_cmpxchg

#endif
