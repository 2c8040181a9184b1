/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/types.h>

/* fidelity: simplified: moves the behavioural clock by exactly the time asked for */
void msleep(unsigned int msecs);
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range(unsigned long min, unsigned long max);
void fsleep(unsigned long usecs);
void ssleep(unsigned int seconds);
/* Busy waits: time moves, but nothing else gets to run. */
void ndelay(unsigned long nsecs);
void udelay(unsigned long usecs);
void mdelay(unsigned long msecs);

#endif
