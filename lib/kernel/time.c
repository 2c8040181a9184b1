/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/time.h"
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "kernel/deadline.h"
#include "kernel/softirq.h"
#include "kernel/task_internal.h"
#include "kernel/workqueue.h"
#include "kernel/world.h"

/**
 * struct time_state - what slot SIM_SLOT_TIME points to
 * @queue: pending timers, next due first
 * @due: those that are due and wait for an interrupt of their CPU
 * @due_count: their number
 * @running: whose function each CPU runs
 * @waiters: who waits for a function to end
 * @deadlines: of kernel/deadline.c
 */
struct time_state {
	struct list_head queue;
	struct list_head due[NR_CPUS][SIM_TIMER_KIND_COUNT];
	unsigned int due_count;
	const struct sim_timer_node *running[NR_CPUS][SIM_TIMER_KIND_COUNT];
	struct sim_task_queue waiters;
	struct sim_deadlines deadlines;
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

static bool is_due(const struct time_state *state, const struct sim_timer_node *node)
{
	const struct list_head *due = &state->due[node->cpu][node->kind];
	const struct sim_timer_node *other;

	list_for_each_entry(other, due, entry)
		if (other == node)
			return true;
	return false;
}

bool sim_timer_dequeue(struct sim_timer_node *node)
{
	struct time_state *state = time_state(sim_world);

	if (!node->entry.next)
		return false;
	if (unlikely(state->due_count) && is_due(state, node))
		state->due_count--;
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

/* What is due goes to the interrupts of its CPU, which run it as soon as they can. */
void sim_time_expire(struct svmsim_world *world)
{
	struct time_state *state = time_state(world);
	struct sim_timer_node *node;

	while ((node = first_node(world)) && node->expires_ns <= world->now_ns) {
		list_move_tail(&node->entry, &state->due[node->cpu][node->kind]);
		state->due_count++;
		if (node->kind == SIM_TIMER_WHEEL)
			sim_softirq_raise(node->cpu, TIMER_SOFTIRQ);
		else if (node->kind == SIM_TIMER_SOFT)
			sim_softirq_raise(node->cpu, HRTIMER_SOFTIRQ);
		else
			sim_hardirq_raise(node->cpu, SIM_HARDIRQ_TIMER);
	}
	sim_points_changed(world);
}

static void run_due(unsigned int cpu, enum sim_timer_kind kind)
{
	struct time_state *state = time_state(sim_world);
	struct list_head *due = &state->due[cpu][kind];
	struct sim_timer_node *node;
	struct sim_task *waiter;

	while (!list_empty(due)) {
		node = list_first_entry(due, struct sim_timer_node, entry);
		sim_timer_dequeue(node);
		state->running[cpu][kind] = node;
		if (kind == SIM_TIMER_WHEEL)
			sim_timer_expire(container_of(node, struct timer_list, sim_node));
		else
			sim_hrtimer_expire(container_of(node, struct hrtimer, sim_node));
		state->running[cpu][kind] = NULL;
		while ((waiter = sim_task_queue_pop(&state->waiters)))
			sim_task_wake(waiter, 0);
	}
}

static void run_wheel(unsigned int cpu)
{
	run_due(cpu, SIM_TIMER_WHEEL);
}

static void run_soft(unsigned int cpu)
{
	run_due(cpu, SIM_TIMER_SOFT);
}

static void run_hard(unsigned int cpu)
{
	run_due(cpu, SIM_TIMER_HARD);
}

int sim_timer_running_cpu(const struct sim_timer_node *node)
{
	const struct time_state *state = time_state(sim_world);

	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++)
		if (state->running[cpu][node->kind] == node)
			return (int)cpu;
	return -1;
}

static bool timer_runner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	const struct sim_timer_node *node = object;
	int cpu = sim_timer_running_cpu(node);

	if (index || cpu < 0)
		return false;
	*owner_task = node->kind == SIM_TIMER_HARD ? sim_hardirq_task((unsigned int)cpu) :
						     sim_softirq_task((unsigned int)cpu);
	return true;
}

void sim_timer_wait(const struct sim_timer_node *node, const char *verb, const char *name,
		    const struct sim_site *site)
{
	struct sim_task_queue *queue = &time_state(sim_world)->waiters;
	struct sim_waiting waiting = {
		.verb = verb,
		.name = name,
		.object = node,
		.owner = timer_runner,
		.site = site,
	};

	while (sim_timer_running_cpu(node) >= 0) {
		sim_task_queue_add(queue, sim_task_current());
		if (!sim_task_block(SIM_TASK_SPINNING, &waiting, ~0ull))
			continue;
		sim_task_queue_remove(queue, sim_task_current());
		return;
	}
}

struct sim_deadlines *sim_deadlines(const struct svmsim_world *world)
{
	return time_state(world) ? &time_state(world)->deadlines : NULL;
}

static bool is_resting(const struct svmsim_world *world, const struct sim_task *task)
{
	const struct sim_rester *rester = world->tasks->rester;

	while (rester && rester->task != task)
		rester = rester->outer;
	return rester != NULL;
}

/* May it let all others run, or are they, or is it, in the middle of something? */
static bool may_settle(const struct svmsim_world *world)
{
	const struct sim_task *task = world->running;

	if (task->preempt_count || task->bh_count || task->irqs_disabled)
		return false;
	if (world->tasks->driver_count <= (task->class == SIM_TASK_DRIVER))
		return true;
	task = world->tasks->first;
	for (; task; task = task->world_next)
		if (task->class == SIM_TASK_DRIVER && task != world->running &&
		    task->state != SIM_TASK_DEAD && !is_resting(world, task) &&
		    (task->state == SIM_TASK_RUNNABLE || !task->waiting.may_idle))
			return false;
	return true;
}

void sim_time_advance(struct svmsim_world *world, u64 ns)
{
	u64 target_ns = world->now_ns + ns, next_ns;

	if (target_ns < ns)
		target_ns = ~0ull;
	if (!may_settle(world)) {
		sim_jump(world, target_ns);
		SIM_POINT(TASK, "advance", "");
		return;
	}
	sim_work_run(world);
	while ((next_ns = sim_next_due_ns(world)) <= target_ns && next_ns != ~0ull) {
		sim_jump(world, next_ns);
		sim_work_run(world);
	}
	sim_jump(world, target_ns);
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

static void free_check(struct list_head *list, const void *start, size_t bytes)
{
	struct sim_timer_node *node, *next;

	list_for_each_entry_safe(node, next, list, entry) {
		if ((uintptr_t)node - (uintptr_t)start >= bytes)
			continue;
		sim_timer_dequeue(node);
		WARN(1, "ODEBUG: free active (active state 0) object type: %s\n",
		     node->kind == SIM_TIMER_WHEEL ? "timer_list" : "hrtimer");
	}
}

void sim_time_memory_freed(const void *start, size_t bytes)
{
	struct time_state *state = time_state(sim_world);

	if (likely(!state))
		return;
	free_check(&state->queue, start, bytes);
	for (unsigned int cpu = 0; state->due_count && cpu < sim_world->cpu_count; cpu++)
		for (unsigned int kind = 0; kind < SIM_TIMER_KIND_COUNT; kind++)
			free_check(&state->due[cpu][kind], start, bytes);
}

static int time_make(struct svmsim_world *world)
{
	struct time_state *state = sim_alloc(world, sizeof(*state));

	INIT_LIST_HEAD(&state->queue);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int kind = 0; kind < SIM_TIMER_KIND_COUNT; kind++)
			INIT_LIST_HEAD(&state->due[cpu][kind]);
	world->slot[SIM_SLOT_TIME] = state;
	return 0;
}

static void time_start(struct svmsim_world *world)
{
	sim_softirq_open(TIMER_SOFTIRQ, run_wheel);
	sim_softirq_open(HRTIMER_SOFTIRQ, run_soft);
	sim_hardirq_open(SIM_HARDIRQ_TIMER, run_hard);
}

static void dequeue_all(struct list_head *list)
{
	while (!list_empty(list))
		sim_timer_dequeue(list_first_entry(list, struct sim_timer_node, entry));
}

/* Static timers outlive a run, so they must not stay linked. */
static void time_reset(struct svmsim_world *world)
{
	struct time_state *state = time_state(world);

	dequeue_all(&state->queue);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int kind = 0; kind < SIM_TIMER_KIND_COUNT; kind++)
			dequeue_all(&state->due[cpu][kind]);
	__builtin_memset(state->running, 0, sizeof(state->running));
	state->waiters = (struct sim_task_queue){ 0 };
	sim_deadlines_reset(world, &state->deadlines);
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
	.start = time_start,
	.reset = time_reset,
	.unmake = time_unmake,
};
