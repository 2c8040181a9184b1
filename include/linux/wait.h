/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Wait queues. A wait_event() tests its condition, puts itself into the queue, sets its state,
 * tests the condition again, and only then sleeps. Code that queues itself after the last test can
 * miss its wake-up here as in the kernel.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/barrier.h>

/* fidelity: same */
typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
				 void *key);

#define WQ_FLAG_EXCLUSIVE 0x01
#define WQ_FLAG_WOKEN 0x02
#define WQ_FLAG_CUSTOM 0x04
#define WQ_FLAG_DONE 0x08
#define WQ_FLAG_PRIORITY 0x10

struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head entry;
};

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

int default_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
			  void *key);
int autoremove_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags,
			     void *key);
int woken_wake_function(struct wait_queue_entry *wq_entry, unsigned int mode, int flags, void *key);

#define __WAITQUEUE_INITIALIZER(name, tsk) \
	{ .private = (tsk), .func = default_wake_function }
#define DECLARE_WAITQUEUE(name, tsk) \
	struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, tsk)
#define __WAIT_QUEUE_HEAD_INITIALIZER(name) \
	{ .lock = __SPIN_LOCK_UNLOCKED(name.lock), .head = { &(name).head, &(name).head } }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define init_waitqueue_head(wq_head) \
	do { \
		spin_lock_init(&(wq_head)->lock); \
		INIT_LIST_HEAD(&(wq_head)->head); \
	} while (0)

static inline void init_waitqueue_entry(struct wait_queue_entry *wq_entry, struct task_struct *p)
{
	wq_entry->flags = 0;
	wq_entry->private = p;
	wq_entry->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *wq_entry,
					     wait_queue_func_t func)
{
	wq_entry->flags = 0;
	wq_entry->private = NULL;
	wq_entry->func = func;
}

#define DEFINE_WAIT_FUNC(name, function) \
	struct wait_queue_entry name = { \
		.private = current, \
		.func = (function), \
		.entry = { &(name).entry, &(name).entry }, \
	}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define init_wait_func(wait, function) \
	do { \
		(wait)->private = current; \
		(wait)->func = (function); \
		INIT_LIST_HEAD(&(wait)->entry); \
		(wait)->flags = 0; \
	} while (0)
#define init_wait(wait) init_wait_func(wait, autoremove_wake_function)

void init_wait_entry(struct wait_queue_entry *wq_entry, int flags);

/* Without a lock: a sleeper that is just about to queue itself is not seen. */
static inline int waitqueue_active(struct wait_queue_head *wq_head)
{
	return !list_empty(&wq_head->head);
}

static inline bool wq_has_single_sleeper(struct wait_queue_head *wq_head)
{
	return list_is_singular(&wq_head->head);
}

static inline bool wq_has_sleeper(struct wait_queue_head *wq_head)
{
	smp_mb();
	return waitqueue_active(wq_head);
}

void add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void add_wait_queue_priority(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
/* The double underscore: with the queue's lock held. */
void __add_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void __add_wait_queue_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
void __add_wait_queue_entry_tail(struct wait_queue_head *wq_head,
				 struct wait_queue_entry *wq_entry);
void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq_head,
					   struct wait_queue_entry *wq_entry);
void __remove_wait_queue(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

int __wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key);
void __wake_up_locked(struct wait_queue_head *wq_head, unsigned int mode, int nr);
void __wake_up_locked_key(struct wait_queue_head *wq_head, unsigned int mode, void *key);
void __wake_up_sync_key(struct wait_queue_head *wq_head, unsigned int mode, void *key);
void __wake_up_sync(struct wait_queue_head *wq_head, unsigned int mode);
/* The switch point after it is that of whoever wakes. */
int sim_wake_up(struct wait_queue_head *wq_head, unsigned int mode, int nr, void *key,
		const struct sim_site *site);
#define SIM_WAKE_UP(wq_head, mode, nr, key, text, argument) \
	sim_wake_up(wq_head, mode, nr, key, SIM_SITE(SIM_POINT_WAKE, text, argument))

#define wake_up(x) SIM_WAKE_UP(x, TASK_NORMAL, 1, NULL, "wake_up", #x)
#define wake_up_nr(x, nr) SIM_WAKE_UP(x, TASK_NORMAL, nr, NULL, "wake_up_nr", #x)
#define wake_up_all(x) SIM_WAKE_UP(x, TASK_NORMAL, 0, NULL, "wake_up_all", #x)
#define wake_up_sync(x) SIM_WAKE_UP(x, TASK_NORMAL, 1, NULL, "wake_up_sync", #x)
#define wake_up_locked(x) __wake_up_locked((x), TASK_NORMAL, 1)
#define wake_up_all_locked(x) __wake_up_locked((x), TASK_NORMAL, 0)
#define wake_up_interruptible(x) \
	SIM_WAKE_UP(x, TASK_INTERRUPTIBLE, 1, NULL, "wake_up_interruptible", #x)
#define wake_up_interruptible_nr(x, nr) \
	SIM_WAKE_UP(x, TASK_INTERRUPTIBLE, nr, NULL, "wake_up_interruptible_nr", #x)
#define wake_up_interruptible_all(x) \
	SIM_WAKE_UP(x, TASK_INTERRUPTIBLE, 0, NULL, "wake_up_interruptible_all", #x)
#define wake_up_interruptible_sync(x) \
	SIM_WAKE_UP(x, TASK_INTERRUPTIBLE, 1, NULL, "wake_up_interruptible_sync", #x)

#define poll_to_key(m) ((void *)(uintptr_t)(m))
#define key_to_poll(m) ((unsigned int)(uintptr_t)(m))
#define wake_up_poll(x, m) SIM_WAKE_UP(x, TASK_NORMAL, 1, poll_to_key(m), "wake_up_poll", #x)
#define wake_up_locked_poll(x, m) __wake_up_locked_key((x), TASK_NORMAL, poll_to_key(m))
#define wake_up_interruptible_poll(x, m) \
	SIM_WAKE_UP(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m), "wake_up_interruptible_poll", #x)
#define wake_up_interruptible_sync_poll(x, m) \
	SIM_WAKE_UP(x, TASK_INTERRUPTIBLE, 1, poll_to_key(m), "wake_up_interruptible_sync_poll", \
		    #x)

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			       int state);
long prepare_to_wait_event(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry,
			   int state);
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
long wait_woken(struct wait_queue_entry *wq_entry, unsigned int mode, long timeout);
int do_wait_intr(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);
int do_wait_intr_irq(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

/*
 * sim_wait_sleep - the sleep of a wait_event()
 * @timeout: jiffies; MAX_SCHEDULE_TIMEOUT for no limit
 *
 * Returns what is left of it; *@lost is set when nothing will ever wake the task (reported).
 */
long sim_wait_sleep(struct wait_queue_head *wq_head, long timeout, const struct sim_site *site,
		    bool *lost);
/* Is this wait ended by an injected signal? Asked once in a wait, when it would sleep. */
bool sim_wait_injected(int state, const struct sim_site *site, bool *asked);

#define ___wait_is_interruptible(state) (((state) & (TASK_INTERRUPTIBLE | TASK_WAKEKILL)) != 0)
/* True also when the time is up; a condition that is true then leaves one jiffy. */
#define ___wait_cond_timeout(condition) \
	({ \
		bool __cond = (condition); \
		if (__cond && !__ret) \
			__ret = 1; \
		__cond || !__ret; \
	})
/*
 * One wait. @sleep is a statement that sleeps; it can drop a lock around that. __ret is the result:
 * @ret at first, a signal's -ERESTARTSYS, or what @sleep makes of it.
 */
#define SIM_WAIT_EVENT(wq_head, condition, state, exclusive, ret, sleep, text, argument) \
	({ \
		const struct sim_site *__site = SIM_SITE(SIM_POINT_WAIT, text, argument); \
		struct wait_queue_head *__wq_head = &(wq_head); \
		struct wait_queue_entry __wq_entry; \
		bool __asked = false, __lost = false; \
		long __ret = (ret); \
		init_wait_entry(&__wq_entry, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0); \
		while (!__lost) { \
			long __intr = prepare_to_wait_event(__wq_head, &__wq_entry, (state)); \
			if (condition) \
				break; \
			if (___wait_is_interruptible(state) && \
			    (__intr || sim_wait_injected((state), __site, &__asked))) { \
				__ret = -ERESTARTSYS; \
				break; \
			} \
			sleep; \
		} \
		finish_wait(__wq_head, &__wq_entry); \
		__ret; \
	})
#define ___wait_event(wq_head, condition, state, exclusive, ret, cmd) \
	SIM_WAIT_EVENT(wq_head, condition, state, exclusive, ret, cmd, "___wait_event", #condition)
#define SIM_WAIT_SLEEP sim_wait_sleep(__wq_head, MAX_SCHEDULE_TIMEOUT, __site, &__lost)
#define SIM_WAIT_SLEEP_TIMEOUT __ret = sim_wait_sleep(__wq_head, __ret, __site, &__lost)

/* The forms without a result, with one of a signal, and with a limit in jiffies. */
#define SIM_WAIT_PLAIN(wq_head, condition, state, exclusive, sleep, text, argument) \
	do { \
		might_sleep(); \
		if (condition) \
			break; \
		(void)SIM_WAIT_EVENT(wq_head, condition, state, exclusive, 0, sleep, text, \
				     argument); \
	} while (0)
#define SIM_WAIT_SIGNAL(wq_head, condition, state, exclusive, sleep, text, argument) \
	({ \
		int __result = 0; \
		might_sleep(); \
		if (!(condition)) \
			__result = (int)SIM_WAIT_EVENT(wq_head, condition, state, exclusive, 0, \
						       sleep, text, argument); \
		__result; \
	})
#define SIM_WAIT_LIMIT(wq_head, condition, state, exclusive, timeout, sleep, text, argument) \
	({ \
		long __limit = (timeout); \
		long __ret = __limit; \
		might_sleep(); \
		if (!___wait_cond_timeout(condition)) \
			__ret = SIM_WAIT_EVENT(wq_head, ___wait_cond_timeout(condition), state, \
					       exclusive, __limit, sleep, text, argument); \
		__ret; \
	})
/* As the first two, for a caller that holds the lock, which is dropped only for the sleep. */
#define SIM_WAIT_LOCKED(wq_head, condition, state, sleep, text, argument) \
	({ \
		long __result = 0; \
		if (!(condition)) \
			__result = SIM_WAIT_EVENT(wq_head, condition, state, 0, 0, sleep, text, \
						  argument); \
		__result; \
	})
#define SIM_WAIT_UNLOCKED(lock, cmd, sleep) \
	do { \
		spin_unlock_irq(&(lock)); \
		cmd; \
		sleep; \
		spin_lock_irq(&(lock)); \
	} while (0)

#define wait_event(wq_head, condition) \
	SIM_WAIT_PLAIN(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, SIM_WAIT_SLEEP, "wait_event", \
		       #condition)
#define io_wait_event(wq_head, condition) \
	SIM_WAIT_PLAIN(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, SIM_WAIT_SLEEP, \
		       "io_wait_event", #condition)
#define wait_event_idle(wq_head, condition) \
	SIM_WAIT_PLAIN(wq_head, condition, TASK_IDLE, 0, SIM_WAIT_SLEEP, "wait_event_idle", \
		       #condition)
#define wait_event_idle_exclusive(wq_head, condition) \
	SIM_WAIT_PLAIN(wq_head, condition, TASK_IDLE, 1, SIM_WAIT_SLEEP, \
		       "wait_event_idle_exclusive", #condition)
#define wait_event_cmd(wq_head, condition, cmd1, cmd2) \
	SIM_WAIT_PLAIN(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, cmd1; SIM_WAIT_SLEEP; cmd2, \
		       "wait_event_cmd", #condition)
#define wait_event_exclusive_cmd(wq_head, condition, cmd1, cmd2) \
	SIM_WAIT_PLAIN(wq_head, condition, TASK_UNINTERRUPTIBLE, 1, cmd1; SIM_WAIT_SLEEP; cmd2, \
		       "wait_event_exclusive_cmd", #condition)

#define wait_event_interruptible(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, TASK_INTERRUPTIBLE, 0, SIM_WAIT_SLEEP, \
			"wait_event_interruptible", #condition)
#define wait_event_interruptible_exclusive(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, TASK_INTERRUPTIBLE, 1, SIM_WAIT_SLEEP, \
			"wait_event_interruptible_exclusive", #condition)
#define wait_event_killable(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, TASK_KILLABLE, 0, SIM_WAIT_SLEEP, \
			"wait_event_killable", #condition)
#define wait_event_killable_exclusive(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, TASK_KILLABLE, 1, SIM_WAIT_SLEEP, \
			"wait_event_killable_exclusive", #condition)
#define io_wait_event_killable(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, TASK_KILLABLE, 0, SIM_WAIT_SLEEP, \
			"io_wait_event_killable", #condition)
#define wait_event_freezable(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, (TASK_INTERRUPTIBLE | TASK_FREEZABLE), 0, \
			SIM_WAIT_SLEEP, "wait_event_freezable", #condition)
#define wait_event_freezable_exclusive(wq_head, condition) \
	SIM_WAIT_SIGNAL(wq_head, condition, (TASK_INTERRUPTIBLE | TASK_FREEZABLE), 1, \
			SIM_WAIT_SLEEP, "wait_event_freezable_exclusive", #condition)
#define wait_event_state(wq_head, condition, state) \
	SIM_WAIT_SIGNAL(wq_head, condition, state, 0, SIM_WAIT_SLEEP, "wait_event_state", \
			#condition)
#define wait_event_state_exclusive(wq_head, condition, state) \
	SIM_WAIT_SIGNAL(wq_head, condition, state, 1, SIM_WAIT_SLEEP, \
			"wait_event_state_exclusive", #condition)

#define wait_event_timeout(wq_head, condition, timeout) \
	SIM_WAIT_LIMIT(wq_head, condition, TASK_UNINTERRUPTIBLE, 0, timeout, \
		       SIM_WAIT_SLEEP_TIMEOUT, "wait_event_timeout", #condition)
#define wait_event_interruptible_timeout(wq_head, condition, timeout) \
	SIM_WAIT_LIMIT(wq_head, condition, TASK_INTERRUPTIBLE, 0, timeout, \
		       SIM_WAIT_SLEEP_TIMEOUT, "wait_event_interruptible_timeout", #condition)
#define wait_event_killable_timeout(wq_head, condition, timeout) \
	SIM_WAIT_LIMIT(wq_head, condition, TASK_KILLABLE, 0, timeout, SIM_WAIT_SLEEP_TIMEOUT, \
		       "wait_event_killable_timeout", #condition)
#define wait_event_freezable_timeout(wq_head, condition, timeout) \
	SIM_WAIT_LIMIT(wq_head, condition, (TASK_INTERRUPTIBLE | TASK_FREEZABLE), 0, timeout, \
		       SIM_WAIT_SLEEP_TIMEOUT, "wait_event_freezable_timeout", #condition)
#define wait_event_idle_timeout(wq_head, condition, timeout) \
	SIM_WAIT_LIMIT(wq_head, condition, TASK_IDLE, 0, timeout, SIM_WAIT_SLEEP_TIMEOUT, \
		       "wait_event_idle_timeout", #condition)
#define wait_event_idle_exclusive_timeout(wq_head, condition, timeout) \
	SIM_WAIT_LIMIT(wq_head, condition, TASK_IDLE, 1, timeout, SIM_WAIT_SLEEP_TIMEOUT, \
		       "wait_event_idle_exclusive_timeout", #condition)

/* The condition is tested with @lock held; it is dropped while the task sleeps. */
#define wait_event_lock_irq_cmd(wq_head, condition, lock, cmd) \
	(void)SIM_WAIT_LOCKED(wq_head, condition, TASK_UNINTERRUPTIBLE, \
			      SIM_WAIT_UNLOCKED(lock, cmd, SIM_WAIT_SLEEP), \
			      "wait_event_lock_irq_cmd", #condition)
#define wait_event_lock_irq(wq_head, condition, lock) \
	(void)SIM_WAIT_LOCKED(wq_head, condition, TASK_UNINTERRUPTIBLE, \
			      SIM_WAIT_UNLOCKED(lock, , SIM_WAIT_SLEEP), \
			      "wait_event_lock_irq", #condition)
#define wait_event_interruptible_lock_irq_cmd(wq_head, condition, lock, cmd) \
	(int)SIM_WAIT_LOCKED(wq_head, condition, TASK_INTERRUPTIBLE, \
			      SIM_WAIT_UNLOCKED(lock, cmd, SIM_WAIT_SLEEP), \
			      "wait_event_interruptible_lock_irq_cmd", #condition)
#define wait_event_interruptible_lock_irq(wq_head, condition, lock) \
	(int)SIM_WAIT_LOCKED(wq_head, condition, TASK_INTERRUPTIBLE, \
			      SIM_WAIT_UNLOCKED(lock, , SIM_WAIT_SLEEP), \
			      "wait_event_interruptible_lock_irq", #condition)
#define wait_event_lock_irq_timeout(wq_head, condition, lock, timeout) \
	({ \
		long __limit = (timeout); \
		long __ret = __limit; \
		if (!___wait_cond_timeout(condition)) \
			__ret = SIM_WAIT_EVENT( \
				wq_head, ___wait_cond_timeout(condition), TASK_UNINTERRUPTIBLE, 0, \
				__limit, SIM_WAIT_UNLOCKED(lock, , SIM_WAIT_SLEEP_TIMEOUT), \
				"wait_event_lock_irq_timeout", #condition); \
		__ret; \
	})
#define wait_event_interruptible_lock_irq_timeout(wq_head, condition, lock, timeout) \
	({ \
		long __limit = (timeout); \
		long __ret = __limit; \
		if (!___wait_cond_timeout(condition)) \
			__ret = SIM_WAIT_EVENT( \
				wq_head, ___wait_cond_timeout(condition), TASK_INTERRUPTIBLE, 0, \
				__limit, SIM_WAIT_UNLOCKED(lock, , SIM_WAIT_SLEEP_TIMEOUT), \
				"wait_event_interruptible_lock_irq_timeout", #condition); \
		__ret; \
	})

/* The caller holds the queue's own lock. */
#define SIM_WAIT_INTR(wq, condition, exclusive, wait) \
	({ \
		int __result = 0; \
		DEFINE_WAIT(__wait); \
		if (exclusive) \
			__wait.flags |= WQ_FLAG_EXCLUSIVE; \
		while (!(condition) && !(__result = wait(&(wq), &__wait))) \
			; \
		__remove_wait_queue(&(wq), &__wait); \
		__set_current_state(TASK_RUNNING); \
		__result; \
	})
#define wait_event_interruptible_locked(wq, condition) \
	((condition) ? 0 : SIM_WAIT_INTR(wq, condition, 0, do_wait_intr))
#define wait_event_interruptible_locked_irq(wq, condition) \
	((condition) ? 0 : SIM_WAIT_INTR(wq, condition, 0, do_wait_intr_irq))
#define wait_event_interruptible_exclusive_locked(wq, condition) \
	((condition) ? 0 : SIM_WAIT_INTR(wq, condition, 1, do_wait_intr))
#define wait_event_interruptible_exclusive_locked_irq(wq, condition) \
	((condition) ? 0 : SIM_WAIT_INTR(wq, condition, 1, do_wait_intr_irq))

#endif
