/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep_types.h>
#include <linux/sim_site.h>
#include <linux/types.h>

/**
 * enum sim_timer_kind - where a timer's function runs
 * @SIM_TIMER_WHEEL: struct timer_list, in softirq
 * @SIM_TIMER_HARD: struct hrtimer, in hardirq
 * @SIM_TIMER_SOFT: struct hrtimer, in softirq
 */
enum sim_timer_kind {
	SIM_TIMER_WHEEL,
	SIM_TIMER_HARD,
	SIM_TIMER_SOFT,
	SIM_TIMER_KIND_COUNT,
};

/**
 * struct sim_timer_node - a place in the world's one queue of expiries
 * @entry: linked while pending, all zero otherwise
 * @expires_ns: behavioural time at which it is due
 * @cpu: where it will run
 * @kind: enum sim_timer_kind
 */
struct sim_timer_node {
	struct list_head entry;
	u64 expires_ns;
	u32 cpu;
	u32 kind;
};

/* fidelity: simplified: due at its jiffy (the kernel's wheel can be up to 1/8 of the delay late) */
struct timer_list {
	struct sim_timer_node sim_node;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	struct lock_class_key sim_key;
	struct lockdep_map lockdep_map;
};

#define TIMER_DEFERRABLE 0x00080000u
#define TIMER_PINNED 0x00100000u
#define TIMER_IRQSAFE 0x00200000u

#define __TIMER_INITIALIZER(_function, _flags)                       \
	{                                                            \
		.function = (_function),                             \
		.flags = (_flags),                                   \
		.sim_key = SIM_LOCK_FILE_KEY,                        \
		.lockdep_map = { .name = #_function },               \
	}
#define DEFINE_TIMER(_name, _function) \
	struct timer_list _name = __TIMER_INITIALIZER(_function, 0)

void timer_init_key(struct timer_list *timer, void (*func)(struct timer_list *timer),
		    unsigned int flags, const char *name, struct lock_class_key *key);
#define timer_setup(timer, callback, flags)                                             \
	do {                                                                            \
		static struct lock_class_key __key = SIM_LOCK_CLASS_KEY;                \
		timer_init_key((timer), (callback), (flags), #timer, &__key);           \
	} while (0)
#define timer_setup_on_stack(timer, callback, flags) timer_setup(timer, callback, flags)
void timer_destroy_on_stack(struct timer_list *timer);

#define timer_container_of(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, __typeof__(*var), timer_fieldname)
#define from_timer(var, callback_timer, timer_fieldname) \
	timer_container_of(var, callback_timer, timer_fieldname)

static inline int timer_pending(const struct timer_list *timer)
{
	return timer->sim_node.entry.next != NULL;
}

/* Functions for whoever needs an address; the macros of these names say where they are used. */
void add_timer(struct timer_list *timer);
void add_timer_on(struct timer_list *timer, int cpu);
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_delete_sync_try(struct timer_list *timer);
int timer_shutdown(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
void sim_add_timer(struct timer_list *timer, int cpu, const struct sim_site *site);
int sim_mod_timer(struct timer_list *timer, unsigned long expires, const struct sim_site *site);
int sim_timer_delete_sync(struct timer_list *timer, bool shutdown, const struct sim_site *site);

#define SIM_TIMER_WAKE(name, argument) SIM_SITE(SIM_POINT_WAKE, name, argument)
#define SIM_TIMER_WAIT(name, argument) SIM_SITE(SIM_POINT_WAIT, name, argument)
#define add_timer(timer) sim_add_timer((timer), -1, SIM_TIMER_WAKE("add_timer", #timer))
#define add_timer_local(timer) add_timer(timer)
#define add_timer_global(timer) add_timer(timer)
#define add_timer_on(timer, cpu) \
	sim_add_timer((timer), (cpu), SIM_TIMER_WAKE("add_timer_on", #timer))
#define mod_timer(timer, expires) \
	sim_mod_timer((timer), (expires), SIM_TIMER_WAKE("mod_timer", #timer))
#define timer_delete_sync(timer) \
	sim_timer_delete_sync((timer), false, SIM_TIMER_WAIT("timer_delete_sync", #timer))
#define timer_shutdown_sync(timer) \
	sim_timer_delete_sync((timer), true, SIM_TIMER_WAIT("timer_shutdown_sync", #timer))
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define try_to_del_timer_sync(timer) timer_delete_sync_try(timer)

/* Rounding to whole seconds saves wakeups; here it only keeps the kernel's values. */
unsigned long round_jiffies(unsigned long j);
unsigned long round_jiffies_relative(unsigned long j);

#endif
