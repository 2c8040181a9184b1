/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: same */
unsigned int sim_cpu(void);

#define smp_processor_id() sim_cpu()
#define raw_smp_processor_id() sim_cpu()
#define get_cpu() ({ preempt_disable(); sim_cpu(); })
#define put_cpu() preempt_enable()

typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);

/* fidelity: simplified: the interrupts of one call reach their CPUs in any order, none gets lost */
struct __call_single_data {
	struct list_head sim_entry;
	smp_call_func_t func;
	void *info;
	bool sim_is_irq_work;
	bool sim_is_owned;
	struct sim_call_group *sim_group;
};
typedef struct __call_single_data call_single_data_t;

#define CSD_INIT(_func, _info) ((struct __call_single_data){ .func = (_func), .info = (_info) })
#define INIT_CSD(_csd, _func, _info) \
	do { *(_csd) = CSD_INIT((_func), (_info)); } while (0)

int sim_smp_call_single(int cpu, smp_call_func_t func, void *info, int wait,
			const struct sim_site *site);
int sim_smp_call_async(int cpu, call_single_data_t *csd, const struct sim_site *site);
int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info, int wait);
void sim_smp_call_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait,
		       bool local, smp_cond_func_t cond, const struct sim_site *site);

#define smp_call_function_single(cpu, func, info, wait)      \
	sim_smp_call_single((cpu), (func), (info), (wait),   \
			    SIM_SITE(SIM_POINT_WAKE, "smp_call_function_single", #func))
#define smp_call_function_single_async(cpu, csd) \
	sim_smp_call_async((cpu), (csd),         \
			   SIM_SITE(SIM_POINT_WAKE, "smp_call_function_single_async", #csd))
/* The kernel asks for preemption to be disabled around this one; the others do it themselves. */
#define smp_call_function_many(mask, func, info, wait)                          \
	sim_smp_call_many((mask), (func), (info), (wait), false, NULL,          \
			  SIM_SITE(SIM_POINT_WAKE, "smp_call_function_many", #func))
#define smp_call_function(func, info, wait)                                     \
	sim_smp_call_many(cpu_online_mask, (func), (info), (wait), false, NULL, \
			  SIM_SITE(SIM_POINT_WAKE, "smp_call_function", #func))
#define on_each_cpu(func, info, wait)                                           \
	sim_smp_call_many(cpu_online_mask, (func), (info), (wait), true, NULL,  \
			  SIM_SITE(SIM_POINT_WAKE, "on_each_cpu", #func))
#define on_each_cpu_mask(mask, func, info, wait)                                \
	sim_smp_call_many((mask), (func), (info), (wait), true, NULL,           \
			  SIM_SITE(SIM_POINT_WAKE, "on_each_cpu_mask", #func))
#define on_each_cpu_cond_mask(cond, func, info, wait, mask)                     \
	sim_smp_call_many((mask), (func), (info), (wait), true, (cond),         \
			  SIM_SITE(SIM_POINT_WAKE, "on_each_cpu_cond_mask", #func))
#define on_each_cpu_cond(cond, func, info, wait)                                \
	sim_smp_call_many(cpu_online_mask, (func), (info), (wait), true, (cond), \
			  SIM_SITE(SIM_POINT_WAKE, "on_each_cpu_cond", #func))

#endif
