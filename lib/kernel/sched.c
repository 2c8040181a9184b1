/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/sched.h"
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/sched/task.h>
#include <linux/sim_lockdep.h>
#include <linux/string.h>
#include "kernel/inject.h"
#include "kernel/race.h"
#include "kernel/time.h"

void sim_state_set(unsigned int state)
{
	struct sim_task *task = sim_task_current();

	task->task.__state = state;
	/* Whoever looked at the state before, to wake the task, comes before what follows. */
	sim_order_acquire(&task->task.__state);
}

void sim_set_current_state(unsigned int state, const struct sim_site *site)
{
	sim_point_here(site);
	sim_state_set(state);
}

bool sim_try_to_wake(struct task_struct *task, unsigned int states)
{
	sim_order_release(&task->__state);
	if (!(task->__state & states))
		return false;
	task->__state = TASK_RUNNING;
	sim_task_wake(sim_to_task(task), 0);
	return true;
}

int sim_wake_up_state(struct task_struct *task, unsigned int state, const struct sim_site *site)
{
	bool woken = sim_try_to_wake(task, state);

	sim_point_here(site);
	return woken;
}

/* A kernel thread that sleeps interruptibly waits for work, not for somebody in particular. */
static bool may_idle(const struct sim_task *task, unsigned int state)
{
	return (task->task.flags & PF_KTHREAD) && (state & (TASK_INTERRUPTIBLE | TASK_NOLOAD));
}

int sim_sleep_waiting(const struct sim_waiting *waiting, u64 deadline_ns)
{
	struct sim_task *task = sim_task_current();
	struct sim_waiting full = *waiting;
	unsigned int state;
	int err = 0;

	if (task->task.__state == TASK_RUNNING) {
		sim_task_yield(waiting->site);
		sim_order_acquire(&task->task.__state);
		return 0;
	}
	sim_point_here(waiting->site);
	state = task->task.__state;
	if (state != TASK_RUNNING && !sim_task_signal_pending(task, state)) {
		__might_sleep(__FILE_NAME__, __LINE__);
		full.may_idle |= may_idle(task, state);
		err = sim_task_block(SIM_TASK_BLOCKED, &full, deadline_ns);
	}
	sim_state_set(TASK_RUNNING);
	return err;
}

int sim_sleep(const char *verb, const char *name, const void *object, const struct sim_site *site,
	      u64 deadline_ns)
{
	const struct sim_waiting waiting = {
		.verb = verb,
		.name = name,
		.object = object,
		.site = site,
	};

	return sim_sleep_waiting(&waiting, deadline_ns);
}

/* Whatever happens meanwhile comes too late: time is up before the task looks again. */
static void sleep_through(const struct sim_waiting *waiting, u64 deadline_ns)
{
	sim_state_set(TASK_RUNNING);
	if (sim_world->now_ns < deadline_ns)
		sim_time_elapse(sim_world, deadline_ns - sim_world->now_ns);
	sim_task_yield(waiting->site);
}

long sim_sleep_timeout(const struct sim_waiting *waiting, long timeout)
{
	unsigned long expires;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		sim_sleep_waiting(waiting, ~0ull);
		return timeout;
	}
	if (timeout < 0) {
		printk(KERN_ERR "schedule_timeout: wrong timeout value %lx\n", timeout);
		sim_state_set(TASK_RUNNING);
		return 0;
	}
	expires = jiffies + (unsigned long)timeout;
	if (current->__state != TASK_RUNNING && sim_inject(&sim_fault_deadline, waiting->site))
		sleep_through(waiting, sim_jiffies_to_ns(expires));
	else
		sim_sleep_waiting(waiting, sim_jiffies_to_ns(expires));
	return time_before(jiffies, expires) ? (long)(expires - jiffies) : 0;
}

void sim_schedule(const struct sim_site *site)
{
	sim_sleep("sleep", site->function, NULL, site, ~0ull);
}

long sim_schedule_timeout(long timeout, const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = "sleep",
		.name = site->function,
		.site = site,
	};

	return sim_sleep_timeout(&waiting, timeout);
}

long sim_schedule_timeout_state(long timeout, unsigned int state, const struct sim_site *site)
{
	sim_state_set(state);
	return sim_schedule_timeout(timeout, site);
}

void (schedule)(void)
{
	schedule();
}

long (schedule_timeout)(long timeout)
{
	return schedule_timeout(timeout);
}

long (schedule_timeout_interruptible)(long timeout)
{
	return schedule_timeout_interruptible(timeout);
}

long (schedule_timeout_killable)(long timeout)
{
	return schedule_timeout_killable(timeout);
}

long (schedule_timeout_uninterruptible)(long timeout)
{
	return schedule_timeout_uninterruptible(timeout);
}

long (schedule_timeout_idle)(long timeout)
{
	return schedule_timeout_idle(timeout);
}

int (wake_up_process)(struct task_struct *task)
{
	return wake_up_process(task);
}

int (wake_up_state)(struct task_struct *task, unsigned int state)
{
	return wake_up_state(task, state);
}

void (yield)(void)
{
	yield();
}

void sim_yield(const struct sim_site *site)
{
	sim_state_set(TASK_RUNNING);
	sim_task_yield(site);
}

int sim_cond_resched(const struct sim_site *site)
{
	u64 step = sim_world->step;

	sim_task_yield(site);
	return sim_world->step != step;
}

void sim_relax(const struct sim_site *site)
{
	sim_task_relax(site);
}

char *sim_task_comm(char *buf, size_t bytes, const struct task_struct *task)
{
	strscpy(buf, task->comm, bytes);
	return buf;
}

/* The memory stays until the end of the run, so that a late use can be told. */
void put_task_struct(struct task_struct *task)
{
	(void)!refcount_dec_and_test(&task->usage);
}
