/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/sched/signal.h>
#include "kernel/inject.h"
#include "kernel/sched.h"

int signal_pending(struct task_struct *task)
{
	return sim_to_task(task)->signal != SIM_SIGNAL_NONE;
}

int fatal_signal_pending(struct task_struct *task)
{
	return sim_to_task(task)->signal == SIM_SIGNAL_FATAL;
}

int signal_pending_state(unsigned int state, struct task_struct *task)
{
	return sim_task_signal_pending(sim_to_task(task), state);
}

void flush_signals(struct task_struct *task)
{
	sim_to_task(task)->signal = SIM_SIGNAL_NONE;
}

static unsigned long signal_bit(int sig)
{
	return 1ul << ((unsigned int)sig % 64);
}

void allow_signal(int sig)
{
	current->sim_allowed_signals |= signal_bit(sig);
}

void disallow_signal(int sig)
{
	current->sim_allowed_signals &= ~signal_bit(sig);
}

int send_sig(int sig, struct task_struct *task, int priv)
{
	bool is_fatal = sig == SIGKILL || sig == SIGTERM || sig == SIGINT || sig == SIGQUIT;

	if ((task->flags & PF_KTHREAD)) {
		/* Nothing kills a kernel thread: it has to look at what it allowed. */
		if (!(task->sim_allowed_signals & signal_bit(sig)))
			return 0;
		is_fatal = sig == SIGKILL;
	}
	sim_task_signal(sim_to_task(task), is_fatal ? SIM_SIGNAL_FATAL : SIM_SIGNAL_PLAIN);
	return 0;
}

bool sim_signal_ends(unsigned int state, const struct sim_site *site)
{
	if (!(state & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)))
		return false;
	if (sim_task_signal_pending(sim_task_current(), state))
		return true;
	if (!site)
		return false;
	return ((state & TASK_INTERRUPTIBLE) && sim_inject(&sim_fault_signal, site)) ||
	       sim_inject(&sim_fault_kill, site);
}
