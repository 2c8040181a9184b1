/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/sim_site.h>
#include <linux/time64.h>
#include <linux/types.h>

/* fidelity: simplified: read from the behavioural clock; a world starts at SIM_JIFFIES_START */
#define HZ 1000
#define MAX_JIFFY_OFFSET (((long)(~0ul >> 1) >> 1) - 1)
#define secs_to_jiffies(_secs) ((unsigned long)((_secs) * HZ))
#define INITIAL_JIFFIES SIM_JIFFIES_START
#define SIM_JIFFIES_START 1000000ul
#define TICK_NSEC (NSEC_PER_SEC / HZ)

u64 get_jiffies_64(void);
#define jiffies ((unsigned long)get_jiffies_64())
#define jiffies_64 get_jiffies_64()

/* fidelity: simplified: spinning code gets to a time to come that it compares the clock with */
bool sim_time_after(unsigned long a, unsigned long b, const struct sim_site *site);
bool sim_time_after_eq(unsigned long a, unsigned long b, const struct sim_site *site);
#define time_after(a, b) \
	sim_time_after((a), (b), SIM_SITE(SIM_POINT_FAIL, "time_after", #a ", " #b))
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) \
	sim_time_after_eq((a), (b), SIM_SITE(SIM_POINT_FAIL, "time_after_eq", #a ", " #b))
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c) (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b) time_after(a, b)
#define time_before64(a, b) time_after(b, a)
#define time_after_eq64(a, b) time_after_eq(a, b)
#define time_before_eq64(a, b) time_after_eq(b, a)
#define time_in_range64(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a) time_before_eq(jiffies, a)
#define time_is_before_jiffies64(a) time_after64(get_jiffies_64(), a)
#define time_is_after_jiffies64(a) time_before64(get_jiffies_64(), a)

/* fidelity: same */

/* With HZ 1000 a millisecond is a jiffy; a value that is negative as an int means for ever. */
static inline unsigned long msecs_to_jiffies(const unsigned int m)
{
	return (int)m < 0 ? (unsigned long)MAX_JIFFY_OFFSET : m;
}

/* Rounds up. */
static inline unsigned long usecs_to_jiffies(const unsigned int u)
{
	/* The kernel compares with a limit that was cut to 32 bits; kept. */
	if (u > (unsigned int)((unsigned long)MAX_JIFFY_OFFSET * 1000))
		return MAX_JIFFY_OFFSET;
	return ((unsigned long)u + 999) / 1000;
}

static inline unsigned int jiffies_to_msecs(const unsigned long j)
{
	return (unsigned int)j;
}

static inline unsigned int jiffies_to_usecs(const unsigned long j)
{
	return (unsigned int)(j * 1000);
}

static inline u64 jiffies_to_nsecs(const unsigned long j)
{
	return (u64)j * TICK_NSEC;
}

static inline u64 jiffies64_to_nsecs(u64 j)
{
	return j * TICK_NSEC;
}

static inline u64 jiffies64_to_msecs(u64 j)
{
	return j;
}

/* Rounds down. */
static inline u64 nsecs_to_jiffies64(u64 n)
{
	return n / TICK_NSEC;
}

static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return (unsigned long)nsecs_to_jiffies64(n);
}

#endif
