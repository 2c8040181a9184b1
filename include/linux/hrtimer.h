/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <linux/ktime.h>
#include <linux/timer.h>
#include <linux/types.h>

/* fidelity: simplified: monotonic clock only; no slack */
enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

enum hrtimer_mode {
	HRTIMER_MODE_ABS = 0x00,
	HRTIMER_MODE_REL = 0x01,
	HRTIMER_MODE_PINNED = 0x02,
	HRTIMER_MODE_SOFT = 0x04,
	HRTIMER_MODE_HARD = 0x08,
	HRTIMER_MODE_REL_PINNED = 0x03,
	HRTIMER_MODE_ABS_PINNED = 0x02,
	HRTIMER_MODE_ABS_SOFT = 0x04,
	HRTIMER_MODE_REL_SOFT = 0x05,
	HRTIMER_MODE_ABS_HARD = 0x08,
	HRTIMER_MODE_REL_HARD = 0x09,
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

struct hrtimer {
	struct sim_timer_node sim_node;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
		   int clock_id, enum hrtimer_mode mode);
#define hrtimer_setup_on_stack(timer, function, clock_id, mode) \
	hrtimer_setup(timer, function, clock_id, mode)
void destroy_hrtimer_on_stack(struct hrtimer *timer);
void sim_hrtimer_start(struct hrtimer *timer, ktime_t tim, enum hrtimer_mode mode,
		       const struct sim_site *site);
int sim_hrtimer_cancel(struct hrtimer *timer, const struct sim_site *site);
int hrtimer_try_to_cancel(struct hrtimer *timer);
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);
bool hrtimer_active(const struct hrtimer *timer);
bool hrtimer_callback_running(const struct hrtimer *timer);

#define hrtimer_start(timer, tim, mode) \
	sim_hrtimer_start((timer), (tim), (mode), SIM_TIMER_WAKE("hrtimer_start", #timer))
#define hrtimer_start_range_ns(timer, tim, range_ns, mode)        \
	sim_hrtimer_start((timer), (tim), (mode),                 \
			  SIM_TIMER_WAKE("hrtimer_start_range_ns", #timer))
#define hrtimer_cancel(timer) \
	sim_hrtimer_cancel((timer), SIM_TIMER_WAIT("hrtimer_cancel", #timer))

static inline bool hrtimer_is_queued(const struct hrtimer *timer)
{
	return timer->sim_node.entry.next != NULL;
}

static inline ktime_t hrtimer_get_expires(const struct hrtimer *timer)
{
	return (ktime_t)timer->sim_node.expires_ns;
}

static inline void hrtimer_set_expires(struct hrtimer *timer, ktime_t time)
{
	timer->sim_node.expires_ns = (u64)time;
}

/* No macro: the name is an enum's as well. */
static inline void hrtimer_restart(struct hrtimer *timer)
{
	hrtimer_start(timer, hrtimer_get_expires(timer), HRTIMER_MODE_ABS);
}

static inline ktime_t hrtimer_get_remaining(const struct hrtimer *timer)
{
	return hrtimer_get_expires(timer) - ktime_get();
}

#endif
