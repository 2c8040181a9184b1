// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "above_sched_tasks.h"
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sim_site.h>

static DEFINE_MUTEX(lock);
static DECLARE_COMPLETION(done);

void above_step(char op)
{
	if (op == 'a')
		SIM_POINT(MODEL, "step_a", "");
	else if (op == 'b')
		SIM_POINT(MODEL, "step_b", "&b");
	else
		SIM_POINT(MODEL, "step", "");
}

void above_yield(void)
{
	cond_resched();
}

void above_lock(void)
{
	mutex_lock(&lock);
}

void above_unlock(void)
{
	mutex_unlock(&lock);
}

void above_wait(void)
{
	wait_for_completion(&done);
}

void above_complete(void)
{
	complete(&done);
}
