/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/types.h>

/* fidelity: simplified: at most 64 CPUs, all of them possible, present and online */
#define NR_CPUS 64

typedef struct cpumask {
	u64 bits;
} cpumask_t;

unsigned int sim_cpu_count(void);
const struct cpumask *sim_cpu_online_mask(void);

#define cpu_online_mask sim_cpu_online_mask()
#define cpu_possible_mask sim_cpu_online_mask()
#define cpu_present_mask sim_cpu_online_mask()

#define nr_cpu_ids sim_cpu_count()
#define num_possible_cpus() sim_cpu_count()
#define num_present_cpus() sim_cpu_count()
#define num_online_cpus() sim_cpu_count()
#define cpu_possible(cpu) ((unsigned int)(cpu) < sim_cpu_count())
#define cpu_online(cpu) ((unsigned int)(cpu) < sim_cpu_count())
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (unsigned int)(cpu) < sim_cpu_count(); (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_cpu(cpu, mask)                                     \
	for ((cpu) = 0; (unsigned int)(cpu) < sim_cpu_count(); (cpu)++) \
		if (!cpumask_test_cpu((int)(cpu), (mask))) {        \
		} else

static inline void cpumask_clear(struct cpumask *mask)
{
	mask->bits = 0;
}

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	mask->bits |= 1ull << cpu;
}

static inline void cpumask_clear_cpu(int cpu, struct cpumask *mask)
{
	mask->bits &= ~(1ull << cpu);
}

static inline bool cpumask_test_cpu(int cpu, const struct cpumask *mask)
{
	return mask->bits >> cpu & 1;
}

static inline bool cpumask_empty(const struct cpumask *mask)
{
	return mask->bits == 0;
}

static inline unsigned int cpumask_weight(const struct cpumask *mask)
{
	return (unsigned int)__builtin_popcountll(mask->bits);
}

static inline unsigned int cpumask_first(const struct cpumask *mask)
{
	return mask->bits ? (unsigned int)__builtin_ctzll(mask->bits) : nr_cpu_ids;
}

#endif
