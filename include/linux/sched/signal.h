/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/signal.h>

/*
 * fidelity: simplified: a task has at most one pending signal, plain or fatal; it stays pending
 * until it is flushed, since no task returns to user space
 */
int signal_pending(struct task_struct *task);
int fatal_signal_pending(struct task_struct *task);
int signal_pending_state(unsigned int state, struct task_struct *task);
void flush_signals(struct task_struct *task);
int send_sig(int sig, struct task_struct *task, int priv);

#define __fatal_signal_pending(task) fatal_signal_pending(task)
#define task_sigpending(task) signal_pending(task)

#endif
