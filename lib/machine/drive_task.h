/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by drive_task.c and drive_lock.c: what stands behind the handles of svmsim/task.h. */
#ifndef MACHINE_DRIVE_TASK_H
#define MACHINE_DRIVE_TASK_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <svmsim/task.h>
#include "machine/machine_internal.h"

struct sim_task;

/**
 * struct svmsim_actor - a task that is told what to do
 * @handle: in the world's list
 * @task: it
 * @run: what to do next, NULL for nothing
 * @ctx: for @run
 * @busy: has something to do, or is at it
 * @ends: goes when it is done
 * @awaits: what it waits for by svmsim_wakeup_wait(), NULL if it does not
 * @wants: lock that it is about to take, NULL if none
 */
struct svmsim_actor {
	struct machine_handle handle;
	struct sim_task *task;
	void (*run)(void *ctx);
	void *ctx;
	bool busy;
	bool ends;
	const struct svmsim_wakeup *awaits;
	const struct svmsim_lock *wants;
};

/* struct lock_hold - a task has a lock */
struct lock_hold {
	struct machine_handle handle;
	struct lock_hold *next;
	const struct sim_task *task;
	bool read;
};

/**
 * struct svmsim_lock - a lock of the modelled kernel
 * @handle: in the world's list
 * @name: of its class
 * @kind: which member of @u it is
 * @key: its class
 * @hold: who has it, as far as this library's callers took it
 * @u: the lock itself
 */
struct svmsim_lock {
	struct machine_handle handle;
	const char *name;
	enum svmsim_lock_kind kind;
	struct lock_class_key key;
	struct lock_hold *hold;
	union {
		struct mutex mutex;
		spinlock_t spin;
		struct rw_semaphore rwsem;
	} u;
};

/**
 * struct svmsim_wakeup - a completion or a wait queue
 * @handle: in the world's list
 * @name: name
 * @kind: which of the members it is
 * @completion: one kind
 * @queue: one kind
 * @wake_count: of a queue: how often it was woken
 */
struct svmsim_wakeup {
	struct machine_handle handle;
	const char *name;
	enum svmsim_wait_kind kind;
	struct completion completion;
	struct wait_queue_head queue;
	unsigned long wake_count;
};

#endif
