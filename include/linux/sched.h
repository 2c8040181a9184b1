/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The running task, its state, and sleeping. A task that wants to sleep says so first, with
 * set_current_state(), looks once more at what it waits for, and calls schedule(): a wake-up in
 * between sets the state back, so that schedule() returns at once.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/sim_lockdep.h>
#include <linux/sim_site.h>
#include <linux/smp.h>
#include <linux/types.h>

/* fidelity: same */
#define TASK_RUNNING 0x00000000
#define TASK_INTERRUPTIBLE 0x00000001
#define TASK_UNINTERRUPTIBLE 0x00000002
#define __TASK_STOPPED 0x00000004
#define __TASK_TRACED 0x00000008
#define EXIT_DEAD 0x00000010
#define EXIT_ZOMBIE 0x00000020
#define TASK_PARKED 0x00000040
#define TASK_DEAD 0x00000080
#define TASK_WAKEKILL 0x00000100
#define TASK_WAKING 0x00000200
#define TASK_NOLOAD 0x00000400
#define TASK_NEW 0x00000800
#define TASK_FREEZABLE 0x00002000
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_EXITING 0x00000004
#define PF_WQ_WORKER 0x00000020
#define PF_MEMALLOC 0x00000800
#define PF_NOFREEZE 0x00008000
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000
#define PF_KTHREAD 0x00200000
#define PF_NO_SETAFFINITY 0x04000000
#define PF_MEMALLOC_PIN 0x10000000

#define MAX_SCHEDULE_TIMEOUT ((long)(~0ul >> 1))
#define TASK_COMM_LEN 16

struct cpumask;
struct mm_struct;

/* fidelity: simplified: what drivers look at; the rest of a task is in kernel/task.h */
struct task_struct {
	unsigned int __state;
	unsigned int flags;
	int pid;
	int tgid;
	int exit_code;
	refcount_t usage;
	/* Of a kernel thread: its struct kthread. */
	void *worker_private;
	/* Signals that a kernel thread takes, by number. */
	unsigned long sim_allowed_signals;
	char comm[TASK_COMM_LEN];
	struct mm_struct *mm;
};

struct task_struct *sim_current(void);
#define current sim_current()

void sim_set_current_state(unsigned int state, const struct sim_site *site);
/* The barrier in it is where another task may come between. */
/* fidelity: same */
#define set_current_state(state_value) \
	sim_set_current_state((state_value), \
			      SIM_SITE(SIM_POINT_FENCE, "set_current_state", #state_value))
#define __set_current_state(state_value) \
	sim_set_current_state((state_value), \
			      SIM_SITE(SIM_POINT_MARKED, "__set_current_state", #state_value))
#define set_special_state(state_value) \
	sim_set_current_state((state_value), \
			      SIM_SITE(SIM_POINT_FENCE, "set_special_state", #state_value))
#define get_current_state() (current->__state)
#define task_is_running(task) ((task)->__state == TASK_RUNNING)

static inline pid_t task_pid_nr(struct task_struct *task)
{
	return task->pid;
}

/* fidelity: simplified: no cost of switching; who runs next is a recorded choice */
void sim_schedule(const struct sim_site *site);
long sim_schedule_timeout(long timeout, const struct sim_site *site);
long sim_schedule_timeout_state(long timeout, unsigned int state, const struct sim_site *site);
int sim_wake_up_state(struct task_struct *task, unsigned int state, const struct sim_site *site);
int sim_cond_resched(const struct sim_site *site);
void sim_yield(const struct sim_site *site);
void sim_relax(const struct sim_site *site);

void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_idle(long timeout);
int wake_up_process(struct task_struct *task);
int wake_up_state(struct task_struct *task, unsigned int state);
void yield(void);

#define schedule() sim_schedule(SIM_SITE(SIM_POINT_WAIT, "schedule", ""))
#define schedule_preempt_disabled() \
	do { \
		preempt_enable_no_resched(); \
		sim_schedule(SIM_SITE(SIM_POINT_WAIT, "schedule_preempt_disabled", "")); \
		preempt_disable(); \
	} while (0)
#define schedule_timeout(timeout) \
	sim_schedule_timeout((timeout), SIM_SITE(SIM_POINT_WAIT, "schedule_timeout", #timeout))
#define schedule_timeout_interruptible(timeout) \
	sim_schedule_timeout_state((timeout), TASK_INTERRUPTIBLE, \
				   SIM_SITE(SIM_POINT_WAIT, "schedule_timeout_interruptible", \
					    #timeout))
#define schedule_timeout_killable(timeout) \
	sim_schedule_timeout_state((timeout), TASK_KILLABLE, \
				   SIM_SITE(SIM_POINT_WAIT, "schedule_timeout_killable", #timeout))
#define schedule_timeout_uninterruptible(timeout) \
	sim_schedule_timeout_state((timeout), TASK_UNINTERRUPTIBLE, \
				   SIM_SITE(SIM_POINT_WAIT, "schedule_timeout_uninterruptible", \
					    #timeout))
#define schedule_timeout_idle(timeout) \
	sim_schedule_timeout_state((timeout), TASK_IDLE, \
				   SIM_SITE(SIM_POINT_WAIT, "schedule_timeout_idle", #timeout))
#define io_schedule() sim_schedule(SIM_SITE(SIM_POINT_WAIT, "io_schedule", ""))
#define io_schedule_timeout(timeout) \
	sim_schedule_timeout((timeout), SIM_SITE(SIM_POINT_WAIT, "io_schedule_timeout", #timeout))
#define wake_up_process(task) \
	sim_wake_up_state((task), TASK_NORMAL, SIM_SITE(SIM_POINT_WAKE, "wake_up_process", #task))
#define wake_up_state(task, state) \
	sim_wake_up_state((task), (state), SIM_SITE(SIM_POINT_WAKE, "wake_up_state", #task))
#define yield() sim_yield(SIM_SITE(SIM_POINT_RESCHED, "yield", ""))
/* Returns whether another task has run. */
#define cond_resched() sim_cond_resched(SIM_SITE(SIM_POINT_RESCHED, "cond_resched", ""))
/* Gives up the lock only where somebody else could run in between; returns whether it did. */
#define cond_resched_lock(lock) \
	({ \
		spin_unlock(lock); \
		int __resched = sim_cond_resched( \
			SIM_SITE(SIM_POINT_RESCHED, "cond_resched_lock", #lock)); \
		spin_lock(lock); \
		__resched; \
	})

#define might_sleep() sim_might_sleep(SIM_SITE(SIM_POINT_RESCHED, "might_sleep", ""))
#define might_sleep_if(cond) do { if (cond) might_sleep(); } while (0)

/* fidelity: same */
char *sim_task_comm(char *buf, size_t bytes, const struct task_struct *task);
#define get_task_comm(buf, task) sim_task_comm((buf), sizeof(buf), (task))

#endif
