/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Sleeping and waking as the kernel does it, over the tasks of kernel/task.h: the kernel's __state
 * of a task says what may wake it; a wake-up sets it to TASK_RUNNING, and a task in TASK_RUNNING
 * does not go to sleep.
 *
 * DOC: Source
 *
 * Behaviour of kernel/sched/core.c, wait.c, swait.c, completion.c of v7.0.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include <linux/sched.h>
#include "kernel/task.h"

/** sim_to_task - the task behind the kernel's view of it */
static inline struct sim_task *sim_to_task(struct task_struct *task)
{
	return (struct sim_task *)task;
}

/**
 * sim_sleep - sleep in the state that the running task has set; in TASK_RUNNING only yield
 * @verb: of struct sim_waiting
 * @name: of struct sim_waiting
 * @object: of struct sim_waiting
 * @site: a switch point; passed before the task sleeps
 * @deadline_ns: ~0 for none
 *
 * The task is in TASK_RUNNING afterwards.
 * Return: 0 when woken, or when there was no sleep; what sim_task_block() returns otherwise.
 */
int sim_sleep(const char *verb, const char *name, const void *object, const struct sim_site *site,
	      u64 deadline_ns);
/** sim_sleep_waiting - sim_sleep() that says all of what it waits for */
int sim_sleep_waiting(const struct sim_waiting *waiting, u64 deadline_ns);
/**
 * sim_sleep_timeout - sim_sleep() for a number of jiffies
 * @waiting: what it waits for
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT for no limit
 *
 * Return: jiffies left, 0 when time is up; @timeout without a limit.
 */
long sim_sleep_timeout(const struct sim_waiting *waiting, long timeout);
/**
 * sim_try_to_wake - wake a task if it is in one of some states; no switch point
 * @task: whom
 * @states: TASK_* it may be in
 *
 * Return: true when its state was set to TASK_RUNNING.
 */
bool sim_try_to_wake(struct task_struct *task, unsigned int states);
/** sim_state_set - __set_current_state() without a switch point */
void sim_state_set(unsigned int state);
/**
 * sim_signal_ends - may a wait in this state not begin, or not go on, because of a signal?
 * @state: kernel state
 * @site: where; NULL not to inject one
 *
 * Asks first for a pending signal, then for an injected one, which ends just this wait.
 */
bool sim_signal_ends(unsigned int state, const struct sim_site *site);

#endif
