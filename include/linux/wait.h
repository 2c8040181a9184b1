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

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { .lock = __SPIN_LOCK_UNLOCKED(name.lock) }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = { .lock = { .dep_map = { .name = #name ".lock" } } }
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
 * sim_wait_step - let the rest of the world run while this task waits
 * @deadline: jiffies up to which time may jump, or NULL for no bound
 *
 * Runs pending work; when there is none, jumps to the next timer up to @deadline.
 * Return: false when nothing is left that could run (time is at @deadline then).
 */
bool sim_wait_step(const unsigned long *deadline);
/** sim_wait_forever - report that the task would block for ever on @what */
void sim_wait_forever(const char *what);

#define wait_event(wq_head, condition)                        \
	do {                                                  \
		(void)(wq_head);                              \
		while (!(condition)) {                        \
			if (!sim_wait_step(NULL)) {           \
				sim_wait_forever(#condition); \
				break;                        \
			}                                     \
		}                                             \
	} while (0)
#define wait_event_interruptible(wq_head, condition) ({ wait_event(wq_head, condition); 0; })
#define wait_event_killable(wq_head, condition) ({ wait_event(wq_head, condition); 0; })
#define wait_event_timeout(wq_head, condition, timeout)                             \
	({                                                                          \
		unsigned long __sim_deadline = jiffies + (timeout);                 \
		bool __sim_done;                                                    \
		(void)(wq_head);                                                    \
		while (!(__sim_done = !!(condition)) && sim_wait_step(&__sim_deadline)) \
			;                                                           \
		__sim_done = __sim_done || (condition);                             \
		!__sim_done ? 0l : (long)(time_before(jiffies, __sim_deadline)      \
						  ? __sim_deadline - jiffies : 1); \
	})
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	wait_event_timeout(wq_head, condition, timeout)

#endif
