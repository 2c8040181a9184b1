/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/sim_site.h>
#include <linux/time64.h>
#include <linux/types.h>

/* fidelity: same */
typedef s64 ktime_t;

#define KTIME_MAX ((s64)~(1ull << 63))
#define KTIME_MIN (-KTIME_MAX - 1)
#define KTIME_SEC_MAX (KTIME_MAX / NSEC_PER_SEC)

static inline ktime_t ktime_set(const s64 secs, const unsigned long nsecs)
{
	return secs >= KTIME_SEC_MAX ? KTIME_MAX : secs * NSEC_PER_SEC + (s64)nsecs;
}

#define ktime_sub(lhs, rhs) ((lhs) - (rhs))
#define ktime_add(lhs, rhs) ((lhs) + (rhs))
#define ktime_add_ns(kt, nsval) ((kt) + (nsval))
#define ktime_sub_ns(kt, nsval) ((kt) - (nsval))
#define ktime_to_ns(kt) (kt)

/* fidelity: simplified: as time_after() */
int sim_ktime_compare(ktime_t cmp1, ktime_t cmp2, const struct sim_site *site);
#define ktime_compare(cmp1, cmp2)        \
	sim_ktime_compare((cmp1), (cmp2), \
			  SIM_SITE(SIM_POINT_FAIL, "ktime_compare", #cmp1 ", " #cmp2))
#define ktime_after(cmp1, cmp2) (ktime_compare(cmp1, cmp2) > 0)
#define ktime_before(cmp1, cmp2) (ktime_compare(cmp1, cmp2) < 0)

/* fidelity: same */
static inline s64 ktime_to_us(const ktime_t kt)
{
	return kt / NSEC_PER_USEC;
}

static inline s64 ktime_to_ms(const ktime_t kt)
{
	return kt / NSEC_PER_MSEC;
}

static inline s64 ktime_us_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_us(later - earlier);
}

static inline s64 ktime_ms_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_ms(later - earlier);
}

static inline ktime_t ktime_add_us(const ktime_t kt, const u64 usec)
{
	return kt + (s64)usec * NSEC_PER_USEC;
}

static inline ktime_t ktime_add_ms(const ktime_t kt, const u64 msec)
{
	return kt + (s64)msec * NSEC_PER_MSEC;
}

static inline ktime_t ktime_sub_us(const ktime_t kt, const u64 usec)
{
	return kt - (s64)usec * NSEC_PER_USEC;
}

static inline ktime_t ns_to_ktime(u64 ns)
{
	return (ktime_t)ns;
}

static inline ktime_t us_to_ktime(u64 us)
{
	return (ktime_t)us * NSEC_PER_USEC;
}

static inline ktime_t ms_to_ktime(u64 ms)
{
	return (ktime_t)ms * NSEC_PER_MSEC;
}

#include <linux/timekeeping.h>

#endif
