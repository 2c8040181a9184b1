/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/completion.h"
#include <linux/errno.h>
#include "kernel/race.h"
#include "kernel/sched.h"

/* What complete_all() leaves: done for every waiter until it is initialised again. */
#define DONE_FOR_ALL (~0u)

void sim_complete(struct completion *x, bool all, const struct sim_site *site)
{
	sim_order_release(x);
	if (all)
		x->done = DONE_FOR_ALL;
	else if (x->done != DONE_FOR_ALL)
		x->done++;
	do {
		swake_up_locked(&x->wait, 0);
	} while (all && swait_active(&x->wait));
	/* From here on @x may be gone: the waiter owns it. */
	sim_point_here(site);
}

bool try_wait_for_completion(struct completion *x)
{
	if (!x->done)
		return false;
	if (x->done != DONE_FOR_ALL)
		x->done--;
	sim_order_acquire(x);
	return true;
}

bool completion_done(struct completion *x)
{
	if (!x->done)
		return false;
	sim_order_acquire(x);
	return true;
}

/* Sleeps until it is done, the time is up, or a signal comes; returns what is left or -errno. */
static long sleep_until_done(struct completion *x, unsigned int state, long timeout,
			     const struct sim_waiting *waiting)
{
	struct swait_queue wait = { .task = current };
	const struct sim_site *inject = waiting->site;

	INIT_LIST_HEAD(&wait.task_list);
	do {
		if (sim_signal_ends(state, inject)) {
			timeout = -ERESTARTSYS;
			break;
		}
		inject = NULL;
		if (list_empty(&wait.task_list))
			list_add_tail(&wait.task_list, &x->wait.task_list);
		sim_state_set(state);
		if (timeout != MAX_SCHEDULE_TIMEOUT)
			timeout = sim_sleep_timeout(waiting, timeout);
		else if (sim_sleep_waiting(waiting, ~0ull) == -EDEADLK)
			break;
	} while (!x->done && timeout);
	if (!list_empty(&wait.task_list))
		list_del_init(&wait.task_list);
	return timeout;
}

long sim_completion_wait(struct completion *x, unsigned int state, long timeout,
			 const struct sim_waiting *waiting)
{
	might_sleep();
	sim_point_here(waiting->site);
	if (!x->done) {
		timeout = sleep_until_done(x, state, timeout, waiting);
		if (!x->done)
			return timeout;
	}
	try_wait_for_completion(x);
	return timeout ? timeout : 1;
}

long sim_wait_for_completion(struct completion *x, unsigned int state, unsigned long timeout,
			     const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = "completion",
		.name = site->argument,
		.object = x,
		.site = site,
	};

	if (timeout > (unsigned long)MAX_SCHEDULE_TIMEOUT)
		timeout = MAX_SCHEDULE_TIMEOUT;
	return sim_completion_wait(x, state, (long)timeout, &waiting);
}

void (complete)(struct completion *x)
{
	complete(x);
}

void (complete_all)(struct completion *x)
{
	complete_all(x);
}

void (wait_for_completion)(struct completion *x)
{
	wait_for_completion(x);
}

void (wait_for_completion_io)(struct completion *x)
{
	wait_for_completion_io(x);
}

int (wait_for_completion_interruptible)(struct completion *x)
{
	return wait_for_completion_interruptible(x);
}

int (wait_for_completion_killable)(struct completion *x)
{
	return wait_for_completion_killable(x);
}

int (wait_for_completion_state)(struct completion *x, unsigned int state)
{
	return wait_for_completion_state(x, state);
}

unsigned long (wait_for_completion_timeout)(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_timeout(x, timeout);
}

unsigned long (wait_for_completion_io_timeout)(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_io_timeout(x, timeout);
}

long (wait_for_completion_interruptible_timeout)(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_interruptible_timeout(x, timeout);
}

long (wait_for_completion_killable_timeout)(struct completion *x, unsigned long timeout)
{
	return wait_for_completion_killable_timeout(x, timeout);
}
