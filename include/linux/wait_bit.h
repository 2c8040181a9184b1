/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_WAIT_BIT_H
#define _LINUX_WAIT_BIT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/* fidelity: same */
struct wait_bit_key {
	unsigned long *flags;
	int bit_nr;
	unsigned long timeout;
};

typedef int wait_bit_action_f(struct wait_bit_key *key, int mode);

/* Ways to sleep: 0; -EINTR after a signal that @mode lets in; -EAGAIN when the time is up. */
int bit_wait(struct wait_bit_key *key, int mode);
int bit_wait_io(struct wait_bit_key *key, int mode);
int bit_wait_timeout(struct wait_bit_key *key, int mode);

/**
 * struct sim_bit_waiter - one who waits for a bit or for a variable; on its stack
 * @key: what for; no bit but a variable where bit_nr is -1
 * @next: waits behind it
 * @prev: waits before it
 * @task: who
 * @exclusive: a wake-up wakes one of these
 * @queued: is in the list
 */
struct sim_bit_waiter {
	struct wait_bit_key key;
	struct sim_bit_waiter *next;
	struct sim_bit_waiter *prev;
	struct sim_task *task;
	bool exclusive;
	bool queued;
};

/*
 * fidelity: simplified: one queue for all words and variables; I/O waits are waits like others
 */
int sim_wait_on_bit(unsigned long *word, int bit, wait_bit_action_f *action, unsigned int mode,
		    unsigned long timeout, const struct sim_site *site);
int sim_wait_on_bit_lock(unsigned long *word, int bit, wait_bit_action_f *action,
			 unsigned int mode, const struct sim_site *site);
void sim_wake_up_bit(unsigned long *word, int bit, const struct sim_site *site);
void sim_wake_up_var(void *var, const struct sim_site *site);
void sim_var_wait_begin(struct sim_bit_waiter *waiter, void *var, const struct sim_site *site);
/* Queues the waiter and sets the state, so that no wake-up is missed. 0, or -ERESTARTSYS. */
long sim_var_wait_prepare(struct sim_bit_waiter *waiter, unsigned int mode,
			  const struct sim_site *site);
/* Return: jiffies left of @timeout. */
long sim_var_wait(struct sim_bit_waiter *waiter, long timeout, const struct sim_site *site);
void sim_var_wait_end(struct sim_bit_waiter *waiter);

#define SIM_BIT_AT(_primitive, _text) SIM_SITE(SIM_POINT_WAIT, _primitive, _text)

#define wait_on_bit(word, bit, mode) \
	sim_wait_on_bit(word, bit, bit_wait, mode, 0, SIM_BIT_AT("wait_on_bit", #word))
#define wait_on_bit_io(word, bit, mode) \
	sim_wait_on_bit(word, bit, bit_wait_io, mode, 0, SIM_BIT_AT("wait_on_bit_io", #word))
#define wait_on_bit_timeout(word, bit, mode, timeout) \
	sim_wait_on_bit(word, bit, bit_wait_timeout, mode, timeout, \
		SIM_BIT_AT("wait_on_bit_timeout", #word))
#define wait_on_bit_action(word, bit, action, mode) \
	sim_wait_on_bit(word, bit, action, mode, 0, SIM_BIT_AT("wait_on_bit_action", #word))
#define wait_on_bit_lock(word, bit, mode) \
	sim_wait_on_bit_lock(word, bit, bit_wait, mode, SIM_BIT_AT("wait_on_bit_lock", #word))
#define wait_on_bit_lock_io(word, bit, mode) \
	sim_wait_on_bit_lock(word, bit, bit_wait_io, mode, \
		SIM_BIT_AT("wait_on_bit_lock_io", #word))
#define wait_on_bit_lock_action(word, bit, action, mode) \
	sim_wait_on_bit_lock(word, bit, action, mode, \
		SIM_BIT_AT("wait_on_bit_lock_action", #word))

#define wake_up_bit(word, bit) \
	sim_wake_up_bit(word, bit, SIM_SITE(SIM_POINT_WAKE, "wake_up_bit", #word))
#define wake_up_var(var) \
	sim_wake_up_var(var, SIM_SITE(SIM_POINT_WAKE, "wake_up_var", #var))

/* @jiffies_left: or MAX_SCHEDULE_TIMEOUT. The rest of it, at least 1; 0; or -ERESTARTSYS. */
#define sim_wait_var_event(var, condition, mode, jiffies_left, primitive)                      \
	({                                                                                     \
		struct sim_bit_waiter __sim_waiter;                                            \
		const struct sim_site *__sim_at = SIM_BIT_AT(primitive, #condition);           \
		long __sim_left = (jiffies_left), __sim_err;                                   \
		sim_var_wait_begin(&__sim_waiter, var, __sim_at);                              \
		for (;;) {                                                                     \
			__sim_err = sim_var_wait_prepare(&__sim_waiter, mode, __sim_at);       \
			if (condition) {                                                       \
				__sim_left = __sim_left ? __sim_left : 1;                      \
				break;                                                         \
			}                                                                      \
			__sim_left = __sim_err ? __sim_err : __sim_left;                       \
			if (__sim_left <= 0)                                                   \
				break;                                                         \
			__sim_left = sim_var_wait(&__sim_waiter, __sim_left, __sim_at);        \
		}                                                                              \
		sim_var_wait_end(&__sim_waiter);                                               \
		__sim_left;                                                                    \
	})
#define sim_wait_var_forever(var, condition, mode, primitive)                                  \
	({                                                                                     \
		long __sim_ret = sim_wait_var_event(var, condition, mode, MAX_SCHEDULE_TIMEOUT, \
						    primitive);                                \
		__sim_ret < 0 ? (int)__sim_ret : 0;                                            \
	})
#define wait_var_event(var, condition) \
	((void)sim_wait_var_forever(var, condition, TASK_UNINTERRUPTIBLE, "wait_var_event"))
#define wait_var_event_io(var, condition) \
	((void)sim_wait_var_forever(var, condition, TASK_UNINTERRUPTIBLE, "wait_var_event_io"))
#define wait_var_event_killable(var, condition) \
	sim_wait_var_forever(var, condition, TASK_KILLABLE, "wait_var_event_killable")
#define wait_var_event_interruptible(var, condition) \
	sim_wait_var_forever(var, condition, TASK_INTERRUPTIBLE, "wait_var_event_interruptible")
#define wait_var_event_timeout(var, condition, timeout) \
	sim_wait_var_event(var, condition, TASK_UNINTERRUPTIBLE, timeout, "wait_var_event_timeout")

#define wake_up_var_protected(var, cond)  \
	do {                              \
		lockdep_assert(cond);     \
		wake_up_var(var);         \
	} while (0)
#define wake_up_var_locked(var, lock) wake_up_var_protected(var, lockdep_is_held(lock))

static inline void clear_and_wake_up_bit(int bit, unsigned long *word)
{
	clear_bit_unlock(bit, word);
	wake_up_bit(word, bit);
}

static inline bool test_and_clear_wake_up_bit(int bit, unsigned long *word)
{
	if (!test_and_clear_bit(bit, word))
		return false;
	wake_up_bit(word, bit);
	return true;
}

static inline bool atomic_dec_and_wake_up(atomic_t *var)
{
	if (!atomic_dec_and_test(var))
		return false;
	wake_up_var(var);
	return true;
}

#define store_release_wake_up(var, val)      \
	do {                                 \
		smp_store_release(var, val); \
		wake_up_var(var);            \
	} while (0)

#endif
