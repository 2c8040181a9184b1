/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* struct hrtimer: runs in hardirq, or in softirq if its mode says so, on the CPU that armed it. */
#include <linux/hrtimer.h>
#include <linux/bug.h>
#include <linux/smp.h>
#include "kernel/race.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/world.h"

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
		   int clock_id, enum hrtimer_mode mode)
{
	*timer = (struct hrtimer){
		.function = function,
		.sim_node.kind = mode & HRTIMER_MODE_SOFT ? SIM_TIMER_SOFT : SIM_TIMER_HARD,
	};
}

void destroy_hrtimer_on_stack(struct hrtimer *timer)
{
	WARN(hrtimer_is_queued(timer),
	     "ODEBUG: free active (active state 0) object type: hrtimer\n");
	sim_timer_dequeue(&timer->sim_node);
}

/* Never due at once: what is armed for the past is due a nanosecond from now. */
static void enqueue(struct hrtimer *timer, u64 expires_ns)
{
	int running = sim_timer_running_cpu(&timer->sim_node);
	u64 now_ns = sim_world->now_ns;

	timer->sim_node.cpu = running >= 0 ? (u32)running : sim_cpu();
	sim_timer_enqueue(&timer->sim_node, expires_ns <= now_ns ? now_ns + 1 : expires_ns);
}

void sim_hrtimer_start(struct hrtimer *timer, ktime_t tim, enum hrtimer_mode mode,
		       const struct sim_site *site)
{
	ktime_t expires = mode & HRTIMER_MODE_REL ? ktime_get() + tim : tim;

	sim_timer_dequeue(&timer->sim_node);
	sim_order_release(timer);
	enqueue(timer, expires < 0 ? 0 : (u64)expires);
	sim_point_here(site);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	if (sim_timer_dequeue(&timer->sim_node))
		return 1;
	return hrtimer_callback_running(timer) ? -1 : 0;
}

int sim_hrtimer_cancel(struct hrtimer *timer, const struct sim_site *site)
{
	int was_pending;

	sim_point_here(site);
	sim_timer_wait(&timer->sim_node, "hrtimer", site->argument, site);
	was_pending = sim_timer_dequeue(&timer->sim_node);
	sim_order_acquire(&timer->function);
	return was_pending;
}

bool hrtimer_callback_running(const struct hrtimer *timer)
{
	return sim_timer_running_cpu(&timer->sim_node) >= 0;
}

bool hrtimer_active(const struct hrtimer *timer)
{
	return hrtimer_is_queued(timer) || hrtimer_callback_running(timer);
}

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	s64 late = now - (ktime_t)timer->sim_node.expires_ns;
	u64 overruns;

	if (WARN_ON(hrtimer_is_queued(timer)) || late < 0)
		return 0;
	if (interval < 1)
		interval = 1;
	overruns = (u64)late / (u64)interval + 1;
	timer->sim_node.expires_ns += overruns * (u64)interval;
	return overruns;
}

u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval)
{
	return hrtimer_forward(timer, ktime_get(), interval);
}

/* One that does not restart may be freed by its own function. */
void sim_hrtimer_expire(struct hrtimer *timer)
{
	sim_event(TIMER_EXPIRE, get_jiffies_64());
	sim_order_acquire(timer);
	if (timer->function(timer) == HRTIMER_RESTART && !hrtimer_is_queued(timer))
		enqueue(timer, timer->sim_node.expires_ns);
	sim_order_release(&timer->function);
}
