/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Dynamic per-CPU memory. Every CPU has an area of the same layout at a fixed distance, so a
 * per-CPU pointer is the address in CPU 0's area. Static per-CPU variables would be state outside
 * of a world and are not offered.
 */
#ifndef _LINUX_PERCPU_H
#define _LINUX_PERCPU_H

#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/types.h>

/* fidelity: simplified: dynamic areas only; atomicity against interrupts is trivial */
#define SIM_PERCPU_STRIDE_BYTES (4ul << 20)

void *sim_alloc_percpu(const struct sim_site *site, size_t size, size_t align, gfp_t gfp);
void free_percpu(void *pdata);

#define __alloc_percpu_gfp(size, align, gfp) \
	SIM_ALLOC(sim_alloc_percpu, "__alloc_percpu_gfp", #size, size, align, gfp)
#define __alloc_percpu(size, align) \
	SIM_ALLOC(sim_alloc_percpu, "__alloc_percpu", #size, size, align, GFP_KERNEL)
#define alloc_percpu_gfp(type, gfp)                                                             \
	((__typeof__(type) *)SIM_ALLOC(sim_alloc_percpu, "alloc_percpu_gfp", #type, sizeof(type), \
				       __alignof__(type), gfp))
#define alloc_percpu(type)                                                                      \
	((__typeof__(type) *)SIM_ALLOC(sim_alloc_percpu, "alloc_percpu", #type, sizeof(type),     \
				       __alignof__(type), GFP_KERNEL))

#define per_cpu_ptr(ptr, cpu) \
	((__typeof__(ptr))((char *)(ptr) + (unsigned long)(cpu) * SIM_PERCPU_STRIDE_BYTES))
#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, sim_cpu())
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define get_cpu_ptr(ptr) ({ preempt_disable(); this_cpu_ptr(ptr); })
#define put_cpu_ptr(ptr) ((void)(ptr), preempt_enable())

/* Marked: one instruction, which an interrupt can't divide. */
#define SIM_THIS_CPU(pcp) (*(volatile __typeof__(pcp) *)this_cpu_ptr(&(pcp)))
#define this_cpu_read(pcp) SIM_THIS_CPU(pcp)
#define this_cpu_write(pcp, val) (SIM_THIS_CPU(pcp) = (val))
#define this_cpu_add(pcp, val) (SIM_THIS_CPU(pcp) += (val))
#define this_cpu_sub(pcp, val) (SIM_THIS_CPU(pcp) -= (val))
#define this_cpu_inc(pcp) this_cpu_add(pcp, 1)
#define this_cpu_dec(pcp) this_cpu_sub(pcp, 1)
#define this_cpu_add_return(pcp, val) (SIM_THIS_CPU(pcp) += (val))
#define this_cpu_inc_return(pcp) this_cpu_add_return(pcp, 1)
#define this_cpu_xchg(pcp, nval)                                  \
	({                                                        \
		__typeof__(pcp) *__sim_pcp = this_cpu_ptr(&(pcp)); \
		__typeof__(pcp) __sim_old = *__sim_pcp;           \
		*__sim_pcp = (nval);                              \
		__sim_old;                                        \
	})
#define raw_cpu_read(pcp) this_cpu_read(pcp)
#define raw_cpu_write(pcp, val) this_cpu_write(pcp, val)
#define __this_cpu_read(pcp) this_cpu_read(pcp)
#define __this_cpu_write(pcp, val) this_cpu_write(pcp, val)
#define __this_cpu_add(pcp, val) this_cpu_add(pcp, val)
#define __this_cpu_inc(pcp) this_cpu_inc(pcp)
#define __this_cpu_dec(pcp) this_cpu_dec(pcp)

#endif
