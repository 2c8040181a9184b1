/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SCHED_TASK_H
#define _LINUX_SCHED_TASK_H

#include <linux/refcount.h>
#include <linux/sched.h>

/*
 * A task holds one reference to itself until it has ended. Whoever still wants to look at it then
 * needs a reference of its own; using one that is gone is report `refcount`.
 */
/* fidelity: simplified: memory of a task without references is kept until the end of the run */
static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	refcount_inc(&task->usage);
	return task;
}

void put_task_struct(struct task_struct *task);

#endif
