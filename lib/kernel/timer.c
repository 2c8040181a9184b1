/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/bug.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/timer.h>
#include "kernel/time.h"
#include "kernel/world.h"

void timer_init_key(struct timer_list *timer, void (*func)(struct timer_list *timer),
		    unsigned int flags)
{
	*timer = (struct timer_list){ .function = func, .flags = flags };
}

static void enqueue(struct timer_list *timer, unsigned long expires)
{
	unsigned long next = jiffies + 1;

	timer->expires = expires;
	sim_timer_enqueue(&timer->sim_node,
			  sim_jiffies_to_ns(time_before(expires, next) ? next : expires));
}

void add_timer(struct timer_list *timer)
{
	if (WARN_ON_ONCE(timer_pending(timer)))
		return;
	if (timer->function)
		enqueue(timer, timer->expires);
}

void add_timer_on(struct timer_list *timer, int cpu)
{
	add_timer(timer);
}

/* A timer that was shut down has no function and can't be armed. */
int mod_timer(struct timer_list *timer, unsigned long expires)
{
	int was_pending = sim_timer_dequeue(&timer->sim_node);

	if (timer->function)
		enqueue(timer, expires);
	return was_pending;
}

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return timer_pending(timer) ? mod_timer(timer, expires) : 0;
}

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	if (timer_pending(timer) && time_before_eq(timer->expires, expires))
		return 1;
	return mod_timer(timer, expires);
}

int timer_delete(struct timer_list *timer)
{
	return sim_timer_dequeue(&timer->sim_node);
}

int timer_delete_sync(struct timer_list *timer)
{
	return timer_delete(timer);
}

int timer_shutdown(struct timer_list *timer)
{
	timer->function = NULL;
	return timer_delete(timer);
}

int timer_shutdown_sync(struct timer_list *timer)
{
	return timer_shutdown(timer);
}

/*
 * To a whole second: down when the remainder is less than a quarter, else up; not into the past.
 * (The kernel adds a small offset per CPU, which is zero on the first.)
 */
static unsigned long round_to_second(unsigned long j)
{
	unsigned long rest = j % HZ;
	unsigned long rounded = rest < HZ / 4 ? j - rest : j - rest + HZ;

	return time_is_after_jiffies(rounded) ? rounded : j;
}

unsigned long round_jiffies(unsigned long j)
{
	return round_to_second(j);
}

unsigned long round_jiffies_relative(unsigned long j)
{
	return round_to_second(j + jiffies) - jiffies;
}

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
		   int clock_id, enum hrtimer_mode mode)
{
	*timer = (struct hrtimer){ .function = function, .sim_node = { .is_hrtimer = true } };
}

void hrtimer_start(struct hrtimer *timer, ktime_t tim, const enum hrtimer_mode mode)
{
	ktime_t expires = mode & HRTIMER_MODE_REL ? ktime_get() + tim : tim;

	sim_timer_dequeue(&timer->sim_node);
	if (expires <= ktime_get())
		expires = ktime_get() + 1;
	sim_timer_enqueue(&timer->sim_node, (u64)expires);
}

int hrtimer_cancel(struct hrtimer *timer)
{
	return sim_timer_dequeue(&timer->sim_node);
}

int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	return hrtimer_cancel(timer);
}

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	s64 late = now - (ktime_t)timer->sim_node.expires_ns;
	u64 overruns;

	if (late < 0)
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

static void expire_hrtimer(struct hrtimer *timer)
{
	u64 now_ns = (u64)ktime_get();

	if (timer->function(timer) != HRTIMER_RESTART || timer->sim_node.entry.next)
		return;
	/* One that restarts without moving its expiry on would stop the clock. */
	if (timer->sim_node.expires_ns <= now_ns)
		timer->sim_node.expires_ns = now_ns + 1;
	sim_timer_enqueue(&timer->sim_node, timer->sim_node.expires_ns);
}

void sim_timer_expire(struct sim_timer_node *node)
{
	sim_event(TIMER_EXPIRE, get_jiffies_64());
	if (node->is_hrtimer) {
		expire_hrtimer(container_of(node, struct hrtimer, sim_node));
	} else {
		struct timer_list *timer = container_of(node, struct timer_list, sim_node);

		timer->function(timer);
	}
}
