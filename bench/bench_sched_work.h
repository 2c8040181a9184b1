/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Workloads of bench_sched, kernel-side. */
#ifndef BENCH_SCHED_WORK_H
#define BENCH_SCHED_WORK_H

#include <stdbool.h>
#include <stdint.h>

/* One fiber besides the program's own stack. */
void *fiber_bed_make(unsigned long param, bool tiny);
void fiber_bed_free(void *bed);
/* There and back counts as two. */
void fiber_switch(void *bed, uint64_t times);

/* A world with @param tasks that all do what the workload says, @times of it in all. */
void *sched_bed_make(unsigned long param, bool tiny);
void sched_bed_free(void *bed);
void sched_steps(void *bed, uint64_t times);
void sched_points_alone(void *bed, uint64_t times);
void sched_points_beside(void *bed, uint64_t times);
void sched_mutex(void *bed, uint64_t times);
void sched_spinlock(void *bed, uint64_t times);
void sched_nested(void *bed, uint64_t times);

#endif
