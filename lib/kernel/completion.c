/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/completion.h>
#include <linux/wait.h>

/* What complete_all() leaves: done for every waiter until it is initialised again. */
#define DONE_FOR_ALL (~0u)

void complete(struct completion *x)
{
	if (x->done != DONE_FOR_ALL)
		x->done++;
}

void complete_all(struct completion *x)
{
	x->done = DONE_FOR_ALL;
}

bool try_wait_for_completion(struct completion *x)
{
	if (!x->done)
		return false;
	if (x->done != DONE_FOR_ALL)
		x->done--;
	return true;
}

bool completion_done(struct completion *x)
{
	return x->done != 0;
}

static unsigned long wait_for(struct completion *x, unsigned long timeout)
{
	struct sim_wait wait = sim_wait_begin(timeout);

	while (!x->done && sim_wait_step(&wait))
		;
	if (try_wait_for_completion(x))
		return sim_wait_left(&wait);
	if (!wait.has_deadline)
		sim_wait_forever("completion");
	return 0;
}

void wait_for_completion(struct completion *x)
{
	wait_for(x, SIM_WAIT_FOREVER);
}

int wait_for_completion_interruptible(struct completion *x)
{
	wait_for(x, SIM_WAIT_FOREVER);
	return 0;
}

int wait_for_completion_killable(struct completion *x)
{
	wait_for(x, SIM_WAIT_FOREVER);
	return 0;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	return wait_for(x, timeout);
}

long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout)
{
	return (long)wait_for(x, timeout);
}

long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout)
{
	return (long)wait_for(x, timeout);
}
