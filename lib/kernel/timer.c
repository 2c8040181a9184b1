/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* struct timer_list: runs in softirq, on the CPU that armed it. */
#include <linux/timer.h>
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include "kernel/race.h"
#include "kernel/softirq.h"
#include "kernel/task.h"
#include "kernel/time.h"
#include "kernel/world.h"

void timer_init_key(struct timer_list *timer, void (*func)(struct timer_list *timer),
		    unsigned int flags, const char *name, struct lock_class_key *key)
{
	*timer = (struct timer_list){ .function = func, .flags = flags };
	lockdep_init_map(&timer->lockdep_map, name, key, 0);
}

/* A static timer is a class of its own, also for the copy that is held while it runs. */
static struct lockdep_map *map_of(struct timer_list *timer)
{
	if (!timer->lockdep_map.key)
		timer->lockdep_map.key = &timer->sim_key;
	return &timer->lockdep_map;
}

void timer_destroy_on_stack(struct timer_list *timer)
{
	WARN(timer_pending(timer),
	     "ODEBUG: free active (active state 0) object type: timer_list\n");
	timer_delete(timer);
}

/* While it runs it stays where it runs: it never runs twice at a time. */
static unsigned int choose_cpu(const struct timer_list *timer, int cpu)
{
	int running = sim_timer_running_cpu(&timer->sim_node);

	if (running >= 0)
		return (unsigned int)running;
	return cpu >= 0 ? (unsigned int)cpu : sim_cpu();
}

static void enqueue(struct timer_list *timer, unsigned long expires, int cpu)
{
	unsigned long next = jiffies + 1;

	timer->expires = expires;
	timer->sim_node.cpu = choose_cpu(timer, cpu);
	timer->sim_node.kind = SIM_TIMER_WHEEL;
	sim_order_release(timer);
	sim_timer_enqueue(&timer->sim_node,
			  sim_jiffies_to_ns((long)(expires - next) < 0 ? next : expires));
}

void sim_timer_add(struct timer_list *timer, int cpu)
{
	if (timer->function)
		enqueue(timer, timer->expires, cpu);
}

void sim_add_timer(struct timer_list *timer, int cpu, const struct sim_site *site)
{
	if (WARN_ON_ONCE(timer_pending(timer)))
		return;
	if (cpu >= 0)
		timer->flags |= TIMER_PINNED;
	sim_timer_add(timer, cpu);
	sim_point_here(site);
}

/* A timer that was shut down has no function and can't be armed. */
static int modify(struct timer_list *timer, unsigned long expires)
{
	int was_pending = sim_timer_dequeue(&timer->sim_node);

	if (timer->function)
		enqueue(timer, expires, -1);
	return was_pending;
}

int sim_mod_timer(struct timer_list *timer, unsigned long expires, const struct sim_site *site)
{
	int was_pending = modify(timer, expires);

	sim_point_here(site);
	return was_pending;
}

int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return timer_pending(timer) ? modify(timer, expires) : 0;
}

int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	if (timer_pending(timer) && (long)(expires - timer->expires) >= 0)
		return 1;
	return modify(timer, expires);
}

int timer_delete(struct timer_list *timer)
{
	return sim_timer_dequeue(&timer->sim_node);
}

int timer_delete_sync_try(struct timer_list *timer)
{
	if (sim_timer_running_cpu(&timer->sim_node) >= 0)
		return -1;
	return timer_delete(timer);
}

/* As if the map were a lock that the function holds. */
int sim_timer_delete_sync(struct timer_list *timer, bool shutdown, const struct sim_site *site)
{
	unsigned long flags;
	int was_pending;

	local_irq_save(flags);
	lock_map_acquire(map_of(timer));
	lock_map_release(&timer->lockdep_map);
	local_irq_restore(flags);
	WARN_ON(in_hardirq() && !(timer->flags & TIMER_IRQSAFE));
	sim_point_here(site);
	sim_timer_wait(&timer->sim_node, "timer", site->argument, site);
	was_pending = timer_delete(timer);
	if (shutdown)
		timer->function = NULL;
	sim_order_acquire(&timer->expires);
	return was_pending;
}

int timer_shutdown(struct timer_list *timer)
{
	timer->function = NULL;
	return timer_delete(timer);
}

/* The timer may be freed by its own function: from there on it is only an address. */
void sim_timer_expire(struct timer_list *timer)
{
	struct sim_task *task = sim_task_current();
	void (*function)(struct timer_list *) = timer->function;
	bool irqsafe = timer->flags & TIMER_IRQSAFE;
	int preempt_count = task->preempt_count;
	struct lockdep_map map;
	unsigned long flags = 0;

	lockdep_copy_map(&map, map_of(timer));
	sim_event(TIMER_EXPIRE, get_jiffies_64());
	sim_order_acquire(timer);
	if (irqsafe)
		local_irq_save(flags);
	lock_map_acquire(&map);
	function(timer);
	lock_map_release(&map);
	if (irqsafe)
		local_irq_restore(flags);
	sim_order_release(&timer->expires);
	if (likely(task->preempt_count == preempt_count))
		return;
	WARN_ONCE(1, "timer: %s preempt leak: %08x -> %08x\n", map.name, preempt_count,
		  task->preempt_count);
	task->preempt_count = preempt_count;
}

/*
 * To a whole second: down when the remainder is less than a quarter, else up; not into the past.
 * (The kernel adds a small offset per CPU, which is zero on the first.)
 */
static unsigned long round_to_second(unsigned long j)
{
	unsigned long rest = j % HZ;
	unsigned long rounded = rest < HZ / 4 ? j - rest : j - rest + HZ;

	return (long)(rounded - jiffies) > 0 ? rounded : j;
}

unsigned long round_jiffies(unsigned long j)
{
	return round_to_second(j);
}

unsigned long round_jiffies_relative(unsigned long j)
{
	return round_to_second(j + jiffies) - jiffies;
}

void(add_timer)(struct timer_list *timer)
{
	add_timer(timer);
}

void(add_timer_on)(struct timer_list *timer, int cpu)
{
	add_timer_on(timer, cpu);
}

int(mod_timer)(struct timer_list *timer, unsigned long expires)
{
	return mod_timer(timer, expires);
}

int(timer_delete_sync)(struct timer_list *timer)
{
	return timer_delete_sync(timer);
}

int(timer_shutdown_sync)(struct timer_list *timer)
{
	return timer_shutdown_sync(timer);
}
