/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is allowed under a spinlock, and in an interrupt. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sim_program.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static DEFINE_SPINLOCK(ring_lock);
static unsigned int ring_head;

SIM_PROGRAM(ring_sleep, "sleeps while it holds a spinlock")
{
	spin_lock(&ring_lock);
	ring_head++;
	msleep(1);
	spin_unlock(&ring_lock);
	return 0;
}

SIM_PROGRAM(ring_sleep_fixed, "sleeps when it has given the spinlock back")
{
	spin_lock(&ring_lock);
	ring_head++;
	spin_unlock(&ring_lock);
	msleep(1);
	return 0;
}

static DEFINE_SPINLOCK(stats_lock);
static unsigned int ticks;

static void stats_tick(struct timer_list *timer)
{
	spin_lock(&stats_lock);
	ticks++;
	spin_unlock(&stats_lock);
}

static DEFINE_TIMER(stats_timer, stats_tick);

SIM_PROGRAM(stats_start, "starts a timer that takes a lock when it comes due, and waits for it")
{
	mod_timer(&stats_timer, jiffies + 1);
	while (timer_pending(&stats_timer))
		msleep(1);
	return 0;
}

SIM_PROGRAM(stats_read, "takes the timer's lock with the timer let in; it may come on this CPU")
{
	spin_lock(&stats_lock);
	ticks = 0;
	spin_unlock(&stats_lock);
	return 0;
}

SIM_PROGRAM(stats_read_fixed, "takes the timer's lock with softirqs kept out")
{
	spin_lock_bh(&stats_lock);
	ticks = 0;
	spin_unlock_bh(&stats_lock);
	return 0;
}
