/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/ktime.h>
#include <linux/types.h>

/*
 * One clock: the world's. It is nanoseconds since the world started; real time is that plus
 * SIM_REAL_START_SECONDS (the start of the year 2026).
 */
/* fidelity: simplified: read from the behavioural clock, which code never moves by running */
#define SIM_REAL_START_SECONDS 1767225600ll

ktime_t ktime_get(void);

static inline ktime_t ktime_get_raw(void)
{
	return ktime_get();
}

static inline ktime_t ktime_get_boottime(void)
{
	return ktime_get();
}

static inline u64 ktime_get_ns(void)
{
	return (u64)ktime_get();
}

static inline u64 ktime_get_raw_ns(void)
{
	return (u64)ktime_get();
}

static inline u64 ktime_get_boottime_ns(void)
{
	return (u64)ktime_get();
}

static inline u64 ktime_get_mono_fast_ns(void)
{
	return (u64)ktime_get();
}

static inline time64_t ktime_get_seconds(void)
{
	return ktime_get() / NSEC_PER_SEC;
}

static inline ktime_t ktime_get_real(void)
{
	return ktime_get() + SIM_REAL_START_SECONDS * NSEC_PER_SEC;
}

static inline u64 ktime_get_real_ns(void)
{
	return (u64)ktime_get_real();
}

static inline time64_t ktime_get_real_seconds(void)
{
	return ktime_get_real() / NSEC_PER_SEC;
}

static inline u64 local_clock(void)
{
	return (u64)ktime_get();
}

static inline u64 sched_clock(void)
{
	return (u64)ktime_get();
}

#endif
