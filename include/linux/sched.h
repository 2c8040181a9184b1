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
#define TASK_WAKEKILL 0x00000100
#define TASK_DEAD 0x00000080
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define PF_KTHREAD 0x00200000
#define PF_WQ_WORKER 0x00000020
#define MAX_SCHEDULE_TIMEOUT ((long)(~0ul >> 1))
#define TASK_COMM_LEN 16

struct mm_struct;

/* fidelity: simplified: what drivers look at; the rest of a task is in kernel/task.h */
struct task_struct {
	unsigned int __state;
	unsigned int flags;
	int pid;
	int tgid;
	int exit_code;
	char comm[TASK_COMM_LEN];
	struct mm_struct *mm;
};

struct task_struct *sim_current(void);
#define current sim_current()

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
