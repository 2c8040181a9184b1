/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/types.h>

/* fidelity: simplified: one task; it is on the CPU that the world says */
unsigned int sim_cpu(void);

#define smp_processor_id() sim_cpu()
#define raw_smp_processor_id() sim_cpu()
#define get_cpu() ({ preempt_disable(); sim_cpu(); })
#define put_cpu() preempt_enable()

typedef void (*smp_call_func_t)(void *info);
/* Runs @func as if on each CPU in turn, lowest first. */
void on_each_cpu(smp_call_func_t func, void *info, int wait);
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);

#endif
