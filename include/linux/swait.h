/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SWAIT_H
#define _LINUX_SWAIT_H

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

/* fidelity: same */
struct swait_queue_head {
	raw_spinlock_t lock;
	struct list_head task_list;
};

struct swait_queue {
	struct task_struct *task;
	struct list_head task_list;
};

#define __SWAITQUEUE_INITIALIZER(name) \
	{ .task = current, .task_list = { &(name).task_list, &(name).task_list } }
#define DECLARE_SWAITQUEUE(name) struct swait_queue name = __SWAITQUEUE_INITIALIZER(name)
#define __SWAIT_QUEUE_HEAD_INITIALIZER(name) \
	{ .lock = __RAW_SPIN_LOCK_UNLOCKED(name.lock), \
	  .task_list = { &(name).task_list, &(name).task_list } }
#define DECLARE_SWAIT_QUEUE_HEAD(name) \
	struct swait_queue_head name = __SWAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_SWAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_SWAIT_QUEUE_HEAD(name)
#define init_swait_queue_head(q) \
	do { \
		raw_spin_lock_init(&(q)->lock); \
		INIT_LIST_HEAD(&(q)->task_list); \
	} while (0)

static inline int swait_active(struct swait_queue_head *wq)
{
	return !list_empty(&wq->task_list);
}

static inline bool swq_has_sleeper(struct swait_queue_head *wq)
{
	smp_mb();
	return swait_active(wq);
}

void swake_up_one(struct swait_queue_head *q);
void swake_up_all(struct swait_queue_head *q);
void swake_up_locked(struct swait_queue_head *q, int wake_flags);
void prepare_to_swait_exclusive(struct swait_queue_head *q, struct swait_queue *wait, int state);
long prepare_to_swait_event(struct swait_queue_head *q, struct swait_queue *wait, int state);
void finish_swait(struct swait_queue_head *q, struct swait_queue *wait);
void sim_swake_up(struct swait_queue_head *q, bool all, const struct sim_site *site);
long sim_swait_sleep(struct swait_queue_head *q, long timeout, const struct sim_site *site,
		     bool *lost);

#define swake_up_one(q) \
	sim_swake_up((q), false, SIM_SITE(SIM_POINT_WAKE, "swake_up_one", #q))
#define swake_up_all(q) sim_swake_up((q), true, SIM_SITE(SIM_POINT_WAKE, "swake_up_all", #q))

#define SIM_SWAIT_EVENT(wq, condition, state, ret, sleep, text, argument) \
	({ \
		const struct sim_site *__site = SIM_SITE(SIM_POINT_WAIT, text, argument); \
		struct swait_queue_head *__wq_head = &(wq); \
		struct swait_queue __wait = { \
			.task_list = { &__wait.task_list, &__wait.task_list }, \
		}; \
		bool __asked = false, __lost = false; \
		long __ret = (ret); \
		while (!__lost) { \
			long __intr = prepare_to_swait_event(__wq_head, &__wait, (state)); \
			if (condition) \
				break; \
			if (___wait_is_interruptible(state) && \
			    (__intr || sim_wait_injected((state), __site, &__asked))) { \
				__ret = -ERESTARTSYS; \
				break; \
			} \
			sleep; \
		} \
		finish_swait(__wq_head, &__wait); \
		__ret; \
	})
#define SIM_SWAIT_SLEEP sim_swait_sleep(__wq_head, MAX_SCHEDULE_TIMEOUT, __site, &__lost)
#define SIM_SWAIT_SLEEP_TIMEOUT __ret = sim_swait_sleep(__wq_head, __ret, __site, &__lost)

#define swait_event_exclusive(wq, condition) \
	do { \
		if (condition) \
			break; \
		(void)SIM_SWAIT_EVENT(wq, condition, TASK_UNINTERRUPTIBLE, 0, SIM_SWAIT_SLEEP, \
				      "swait_event_exclusive", #condition); \
	} while (0)
#define swait_event_idle_exclusive(wq, condition) \
	do { \
		if (condition) \
			break; \
		(void)SIM_SWAIT_EVENT(wq, condition, TASK_IDLE, 0, SIM_SWAIT_SLEEP, \
				      "swait_event_idle_exclusive", #condition); \
	} while (0)
#define swait_event_interruptible_exclusive(wq, condition) \
	({ \
		int __result = 0; \
		if (!(condition)) \
			__result = (int)SIM_SWAIT_EVENT(wq, condition, TASK_INTERRUPTIBLE, 0, \
							SIM_SWAIT_SLEEP, \
							"swait_event_interruptible_exclusive", \
							#condition); \
		__result; \
	})
#define SIM_SWAIT_LIMIT(wq, condition, state, timeout, text, argument) \
	({ \
		long __limit = (timeout); \
		long __ret = __limit; \
		if (!___wait_cond_timeout(condition)) \
			__ret = SIM_SWAIT_EVENT(wq, ___wait_cond_timeout(condition), state, \
						__limit, SIM_SWAIT_SLEEP_TIMEOUT, text, argument); \
		__ret; \
	})
#define swait_event_timeout_exclusive(wq, condition, timeout) \
	SIM_SWAIT_LIMIT(wq, condition, TASK_UNINTERRUPTIBLE, timeout, \
			"swait_event_timeout_exclusive", #condition)
#define swait_event_interruptible_timeout_exclusive(wq, condition, timeout) \
	SIM_SWAIT_LIMIT(wq, condition, TASK_INTERRUPTIBLE, timeout, \
			"swait_event_interruptible_timeout_exclusive", #condition)
#define swait_event_idle_timeout_exclusive(wq, condition, timeout) \
	SIM_SWAIT_LIMIT(wq, condition, TASK_IDLE, timeout, "swait_event_idle_timeout_exclusive", \
			#condition)

#endif
