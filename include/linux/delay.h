/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/types.h>

/* fidelity: simplified: sleeps for exactly the time asked for, or until the CPU is free after it */
void msleep(unsigned int msecs);
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range(unsigned long min, unsigned long max);
void usleep_range_idle(unsigned long min, unsigned long max);
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state);
void fsleep(unsigned long usecs);
void ssleep(unsigned int seconds);
/* Busy waits: time moves, and nothing else on this CPU gets to run. */
void ndelay(unsigned long nsecs);
void udelay(unsigned long usecs);
void mdelay(unsigned long msecs);

void sim_sleep_for(u64 ns, unsigned int state, const struct sim_site *site);
unsigned long sim_msleep_interruptible(unsigned int msecs, const struct sim_site *site);
void sim_delay(u64 ns, const struct sim_site *site);
#define SIM_SLEEP_FOR(ns, state, text, argument) \
	sim_sleep_for((ns), (state), SIM_SITE(SIM_POINT_WAIT, text, argument))
#define SIM_DELAY(ns, text, argument) \
	sim_delay((ns), SIM_SITE(SIM_POINT_RESCHED, text, argument))

#define msleep(msecs) \
	SIM_SLEEP_FOR((u64)(unsigned int)(msecs) * NSEC_PER_MSEC, TASK_UNINTERRUPTIBLE, "msleep", \
		      #msecs)
#define msleep_interruptible(msecs) \
	sim_msleep_interruptible((msecs), \
				 SIM_SITE(SIM_POINT_WAIT, "msleep_interruptible", #msecs))
#define usleep_range(min, max) usleep_range_state((min), (max), TASK_UNINTERRUPTIBLE)
#define usleep_range_idle(min, max) usleep_range_state((min), (max), TASK_IDLE)
#define usleep_range_state(min, max, state) \
	((void)(max), SIM_SLEEP_FOR((u64)(min) * NSEC_PER_USEC, (state), "usleep_range", #min))
#define fsleep(usecs) \
	SIM_SLEEP_FOR((u64)(usecs) * NSEC_PER_USEC, TASK_UNINTERRUPTIBLE, "fsleep", #usecs)
#define ssleep(seconds) \
	SIM_SLEEP_FOR((u64)(seconds) * NSEC_PER_SEC, TASK_UNINTERRUPTIBLE, "ssleep", #seconds)
#define ndelay(nsecs) SIM_DELAY((u64)(nsecs), "ndelay", #nsecs)
#define udelay(usecs) SIM_DELAY((u64)(usecs) * NSEC_PER_USEC, "udelay", #usecs)
#define mdelay(msecs) SIM_DELAY((u64)(msecs) * NSEC_PER_MSEC, "mdelay", #msecs)

#endif
