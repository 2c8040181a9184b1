/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* fidelity: simplified: one task; a wait runs work and timers until its condition holds */
struct wait_queue_head {
	spinlock_t lock;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(wq_head) \
	{ .lock = { .dep_map = { .name = #wq_head ".lock" } } }
#define DECLARE_WAIT_QUEUE_HEAD(wq_head) \
	struct wait_queue_head wq_head = __WAIT_QUEUE_HEAD_INITIALIZER(wq_head)
#define init_waitqueue_head(wq_head) spin_lock_init(&(wq_head)->lock)

static inline void sim_wake_up(struct wait_queue_head *wq_head)
{
}

static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return 0;
}

#define wake_up(x) sim_wake_up(x)
#define wake_up_all(x) sim_wake_up(x)
#define wake_up_interruptible(x) sim_wake_up(x)
#define wake_up_interruptible_all(x) sim_wake_up(x)

/**
 * struct sim_wait - a wait in progress
 * @deadline: jiffies up to which time may jump
 * @has_deadline: false for a wait without a bound
 * @step_count: steps so far
 */
struct sim_wait {
	unsigned long deadline;
	bool has_deadline;
	unsigned int step_count;
};

/**
 * sim_wait_begin - begin to wait
 * @timeout: in jiffies; MAX_JIFFY_OFFSET and more is for ever
 *
 * Return: the wait.
 */
struct sim_wait sim_wait_begin(unsigned long timeout);
/**
 * sim_wait_step - let the rest of the world run while this task waits
 * @wait: the wait
 *
 * Runs pending work; when there is none, jumps to the next timer up to the deadline.
 * Return: false when nothing is left that could run (time is at the deadline then).
 */
bool sim_wait_step(struct sim_wait *wait);
/**
 * sim_wait_left - jiffies left at the end of a wait that was successful
 * @wait: the wait
 *
 * Return: at least 1.
 */
unsigned long sim_wait_left(const struct sim_wait *wait);
/**
 * sim_wait_forever - report `bug`: the task would block for ever
 * @what: what it waits for
 */
void sim_wait_forever(const char *what);

#define SIM_WAIT_FOREVER (~0ul)

#define wait_event(wq_head, condition)                                         \
	do {                                                                   \
		struct sim_wait __sim_wait = sim_wait_begin(SIM_WAIT_FOREVER); \
		(void)(wq_head);                                               \
		while (!(condition)) {                                         \
			if (!sim_wait_step(&__sim_wait)) {                     \
				sim_wait_forever(#condition);                  \
				break;                                         \
			}                                                      \
		}                                                              \
	} while (0)
#define wait_event_interruptible(wq_head, condition) ({ wait_event(wq_head, condition); 0; })
#define wait_event_killable(wq_head, condition) ({ wait_event(wq_head, condition); 0; })
#define wait_event_timeout(wq_head, condition, timeout)                                \
	({                                                                             \
		struct sim_wait __sim_wait = sim_wait_begin(timeout);                  \
		bool __sim_done;                                                       \
		(void)(wq_head);                                                       \
		while (!(__sim_done = !!(condition)) && sim_wait_step(&__sim_wait))    \
			;                                                              \
		__sim_done = __sim_done || (condition);                                \
		__sim_done ? (long)sim_wait_left(&__sim_wait) : 0l;                    \
	})
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	wait_event_timeout(wq_head, condition, timeout)

#endif
