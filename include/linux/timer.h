/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/types.h>

/**
 * struct sim_timer_node - a place in the world's one queue of expiries
 * @entry: linked while pending, all zero otherwise
 * @expires_ns: behavioural time at which it is due
 * @is_hrtimer: what it is part of
 */
struct sim_timer_node {
	struct list_head entry;
	u64 expires_ns;
	bool is_hrtimer;
};

/* fidelity: simplified: due at its jiffy (the kernel's wheel can be up to 1/8 of the delay late) */
struct timer_list {
	struct sim_timer_node sim_node;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
};

#define TIMER_DEFERRABLE 0x00080000u
#define TIMER_PINNED 0x00100000u
#define TIMER_IRQSAFE 0x00200000u

#define __TIMER_INITIALIZER(_function, _flags) { .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(_name, _function) \
	struct timer_list _name = __TIMER_INITIALIZER(_function, 0)

void timer_init_key(struct timer_list *timer, void (*func)(struct timer_list *timer),
		    unsigned int flags);
#define timer_setup(timer, callback, flags) timer_init_key((timer), (callback), (flags))
#define timer_setup_on_stack(timer, callback, flags) timer_setup(timer, callback, flags)

static inline void timer_destroy_on_stack(struct timer_list *timer)
{
}

#define timer_container_of(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, __typeof__(*var), timer_fieldname)
#define from_timer(var, callback_timer, timer_fieldname) \
	timer_container_of(var, callback_timer, timer_fieldname)

static inline int timer_pending(const struct timer_list *timer)
{
	return timer->sim_node.entry.next != NULL;
}

void add_timer(struct timer_list *timer);
void add_timer_on(struct timer_list *timer, int cpu);
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_shutdown(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define try_to_del_timer_sync(timer) timer_delete_sync(timer)

/* Rounding to whole seconds saves wakeups; here it only keeps the kernel's values. */
unsigned long round_jiffies(unsigned long j);
unsigned long round_jiffies_relative(unsigned long j);

#endif
