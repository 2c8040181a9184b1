/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A wake-up between the look at the condition and the sleep. */
#include <linux/compiler.h>
#include <linux/sched.h>
#include <linux/sim_program.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(ready_queue);
static bool ready;

SIM_PROGRAM(ready_wait, "looks for a flag, then gets into the queue and sleeps")
{
	DEFINE_WAIT(wait);

	if (READ_ONCE(ready))
		return 0;
	/* A wake-up that comes now finds nobody. */
	cond_resched();
	prepare_to_wait(&ready_queue, &wait, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&ready_queue, &wait);
	return 0;
}

SIM_PROGRAM(ready_wait_fixed, "gets into the queue, then looks for the flag before it sleeps")
{
	if (READ_ONCE(ready))
		return 0;
	cond_resched();
	wait_event(ready_queue, READ_ONCE(ready));
	return 0;
}

SIM_PROGRAM(ready_wake, "sets the flag and wakes who waits")
{
	WRITE_ONCE(ready, true);
	wake_up(&ready_queue);
	return 0;
}
