/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/delay.h>
#include <linux/errno.h>
#include "kernel/sched.h"
#include "kernel/time.h"

static u64 instant_after(u64 ns)
{
	u64 now_ns = sim_world->now_ns;

	/* The clock stops at its end; what lies beyond is for ever. */
	return now_ns + ns < now_ns ? ~0ull : now_ns + ns;
}

/* Only time ends this sleep, whoever may wake the task. */
void sim_sleep_for(u64 ns, unsigned int state, const struct sim_site *site)
{
	u64 end_ns = instant_after(ns);
	const struct sim_waiting waiting = {
		.verb = "sleep",
		.name = site->argument,
		.site = site,
	};

	might_sleep();
	do {
		sim_state_set(state);
		if (sim_sleep_waiting(&waiting, end_ns) == -EDEADLK)
			return;
	} while (sim_world->now_ns < end_ns);
}

unsigned long sim_msleep_interruptible(unsigned int msecs, const struct sim_site *site)
{
	u64 end_ns = instant_after((u64)msecs * NSEC_PER_MSEC);
	const struct sim_waiting waiting = {
		.verb = "sleep",
		.name = site->argument,
		.site = site,
	};
	const struct sim_site *inject = site;

	might_sleep();
	while (sim_world->now_ns < end_ns && !sim_signal_ends(TASK_INTERRUPTIBLE, inject)) {
		inject = NULL;
		sim_state_set(TASK_INTERRUPTIBLE);
		sim_sleep_waiting(&waiting, end_ns);
	}
	if (sim_world->now_ns >= end_ns)
		return 0;
	return (unsigned long)((end_ns - sim_world->now_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

/* What runs on other CPUs may run meanwhile, and interrupts that became due may come. */
void sim_delay(u64 ns, const struct sim_site *site)
{
	sim_time_elapse(sim_world, ns);
	sim_task_relax(site);
}

void (msleep)(unsigned int msecs)
{
	msleep(msecs);
}

unsigned long (msleep_interruptible)(unsigned int msecs)
{
	return msleep_interruptible(msecs);
}

void (usleep_range)(unsigned long min, unsigned long max)
{
	usleep_range(min, max);
}

void (usleep_range_idle)(unsigned long min, unsigned long max)
{
	usleep_range_idle(min, max);
}

void (usleep_range_state)(unsigned long min, unsigned long max, unsigned int state)
{
	usleep_range_state(min, max, state);
}

void (fsleep)(unsigned long usecs)
{
	fsleep(usecs);
}

void (ssleep)(unsigned int seconds)
{
	ssleep(seconds);
}

void (ndelay)(unsigned long nsecs)
{
	ndelay(nsecs);
}

void (udelay)(unsigned long usecs)
{
	udelay(usecs);
}

void (mdelay)(unsigned long msecs)
{
	mdelay(msecs);
}
