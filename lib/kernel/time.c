/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/time.h"
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "kernel/actor.h"
#include "kernel/sched.h"
#include "kernel/workqueue.h"
#include "kernel/world.h"

/** struct time_state - what slot SIM_SLOT_TIME points to: pending timers, next due first */
struct time_state {
	struct list_head queue;
};

static struct time_state *time_state(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_TIME];
}

static struct sim_timer_node *first_node(const struct svmsim_world *world)
{
	struct time_state *state = time_state(world);

	if (list_empty(&state->queue))
		return NULL;
	return list_first_entry(&state->queue, struct sim_timer_node, entry);
}

void sim_timer_enqueue(struct sim_timer_node *node, u64 expires_ns)
{
	struct list_head *queue = &time_state(sim_world)->queue;
	struct list_head *before = queue->prev;

	/* Later timers are mostly armed later: the search goes backwards from the end. */
	while (before != queue &&
	       list_entry(before, struct sim_timer_node, entry)->expires_ns > expires_ns)
		before = before->prev;
	node->expires_ns = expires_ns;
	list_add(&node->entry, before);
	sim_points_changed(sim_world);
}

bool sim_timer_dequeue(struct sim_timer_node *node)
{
	if (!node->entry.next)
		return false;
	list_del(&node->entry);
	node->entry.next = NULL;
	node->entry.prev = NULL;
	sim_points_changed(sim_world);
	return true;
}

bool sim_time_next(const struct svmsim_world *world, u64 *expires_ns)
{
	const struct sim_timer_node *node = first_node(world);

	if (node)
		*expires_ns = node->expires_ns;
	return node != NULL;
}

void sim_time_elapse(struct svmsim_world *world, u64 ns)
{
	u64 target = world->now_ns + ns;

	/* The clock stops at its end instead of starting again. */
	world->now_ns = target < ns ? ~0ull : target;
}

/* All timers due at or before this instant, but none that they arm while running. */
static void run_due(struct svmsim_world *world, u64 instant_ns)
{
	struct list_head due;
	struct sim_actor outer;
	struct sim_timer_node *node;

	INIT_LIST_HEAD(&due);
	while ((node = first_node(world)) && node->expires_ns <= instant_ns)
		list_move_tail(&node->entry, &due);
	if (world->now_ns < instant_ns)
		world->now_ns = instant_ns;
	outer = sim_actor_enter(world, "timer");
	while (!list_empty(&due)) {
		node = list_first_entry(&due, struct sim_timer_node, entry);
		sim_timer_dequeue(node);
		sim_timer_expire(node);
	}
	sim_actor_leave(world, outer);
}

void sim_time_expire(struct svmsim_world *world)
{
	struct task_struct *waiting = &world->running->task;

	run_due(world, world->now_ns);
	/* Work that timers queued runs on the stack of whoever waits. */
	if (sim_work_pending(world))
		sim_try_to_wake(waiting, ~0u);
}

bool sim_time_deadline(const struct svmsim_world *world, u64 *deadline_ns)
{
	return false;
}

static void advance_to(struct svmsim_world *world, u64 target_ns)
{
	u64 next_ns;

	sim_work_run(world);
	while (sim_time_next(world, &next_ns) && next_ns <= target_ns) {
		run_due(world, next_ns);
		sim_work_run(world);
	}
	if (world->now_ns < target_ns)
		world->now_ns = target_ns;
}

void sim_time_advance(struct svmsim_world *world, u64 ns)
{
	u64 target_ns = world->now_ns + ns;

	if (target_ns < ns)
		target_ns = ~0ull;
	if (time_state(world)) {
		advance_to(world, target_ns);
		return;
	}
	world->now_ns = target_ns;
}

u64 sim_jiffies_to_ns(unsigned long j)
{
	u64 ticks = j - SIM_JIFFIES_START;

	/* What lies before the start of the world has passed; the clock's end is for ever. */
	if ((s64)ticks < 0)
		return 0;
	return ticks > ~0ull / TICK_NSEC ? ~0ull : ticks * TICK_NSEC;
}

u64 get_jiffies_64(void)
{
	return SIM_JIFFIES_START + sim_world->now_ns / TICK_NSEC;
}

ktime_t ktime_get(void)
{
	return (ktime_t)sim_world->now_ns;
}

void sim_wait_forever(const char *what)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_BUG);

	sim_report_field(report, "wait", "\"%s\"", what);
	sim_report_line(report, "the task would block forever on %s", what);
	sim_report_line(report, "no work item or timer is left that could wake it");
	sim_report_raise(report);
}

void sim_time_memory_freed(const void *start, size_t bytes)
{
	struct time_state *state = time_state(sim_world);
	struct sim_timer_node *node, *next;

	if (likely(!state || list_empty(&state->queue)))
		return;
	list_for_each_entry_safe(node, next, &state->queue, entry) {
		if ((uintptr_t)node - (uintptr_t)start >= bytes)
			continue;
		sim_timer_dequeue(node);
		WARN(1, "ODEBUG: free active (active state 0) object type: %s\n",
		     node->is_hrtimer ? "hrtimer" : "timer_list");
	}
}

static int time_make(struct svmsim_world *world)
{
	struct time_state *state = sim_alloc(world, sizeof(*state));

	INIT_LIST_HEAD(&state->queue);
	world->slot[SIM_SLOT_TIME] = state;
	return 0;
}

/* Static timers outlive a run, so they must not stay linked. */
static void time_reset(struct svmsim_world *world)
{
	struct sim_timer_node *node;

	while ((node = first_node(world)))
		sim_timer_dequeue(node);
}

static void time_unmake(struct svmsim_world *world)
{
	time_reset(world);
	sim_free(world, world->slot[SIM_SLOT_TIME], sizeof(struct time_state));
	world->slot[SIM_SLOT_TIME] = NULL;
}

const struct sim_layer sim_layer_time = {
	.name = "time",
	.slot = SIM_SLOT_TIME,
	.make = time_make,
	.reset = time_reset,
	.unmake = time_unmake,
};
