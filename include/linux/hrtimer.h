/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_HRTIMER_H
#define _LINUX_HRTIMER_H

#include <linux/ktime.h>
#include <linux/timer.h>
#include <linux/types.h>

/* fidelity: simplified: monotonic clock only; no slack; callbacks run between actions */
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
	HRTIMER_MODE_REL_SOFT = 0x05,
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1

struct hrtimer {
	struct sim_timer_node sim_node;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
		   int clock_id, enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *timer, ktime_t tim, const enum hrtimer_mode mode);
int hrtimer_cancel(struct hrtimer *timer);
int hrtimer_try_to_cancel(struct hrtimer *timer);
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval);
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);

static inline bool hrtimer_active(const struct hrtimer *timer)
{
	return timer->sim_node.entry.next != NULL;
}

static inline ktime_t hrtimer_get_expires(const struct hrtimer *timer)
{
	return (ktime_t)timer->sim_node.expires_ns;
}

#endif
