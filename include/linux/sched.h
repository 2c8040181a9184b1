/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>

/* fidelity: simplified: one task, which keeps its CPU; sleeping lets work and timers run */
#define TASK_RUNNING 0x00000000
#define TASK_INTERRUPTIBLE 0x00000001
#define TASK_UNINTERRUPTIBLE 0x00000002
#define MAX_SCHEDULE_TIMEOUT ((long)(~0ul >> 1))
#define TASK_COMM_LEN 16

struct task_struct;

#define cond_resched() 0
#define might_sleep() do { } while (0)
#define might_sleep_if(cond) ((void)(cond))
#define set_current_state(state) ((void)(state))
#define __set_current_state(state) ((void)(state))

void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_uninterruptible(long timeout);

static inline void yield(void)
{
}

#endif
