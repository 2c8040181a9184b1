/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Interrupt contexts as tasks, and tasklets on top of them. */
#include "kernel/softirq.h"
#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "kernel/irq_internal.h"
#include "kernel/race.h"
#include "kernel/task.h"

static void run_vector(const struct sim_irq_line *line, unsigned int nr)
{
	struct sim_irq_state *state = sim_irq_state();

	for (unsigned int i = 0; i < SIM_IRQ_ACTION_MAX; i++) {
		sim_irq_action action =
			line->hard ? state->hard_action[nr][i] : state->soft_action[nr][i];

		if (action)
			action(line->cpu);
	}
}

static void irq_body(void *arg)
{
	struct sim_irq_line *line = arg;
	struct sim_waiting waiting = {
		.verb = "interrupt",
		.name = line->hard ? "hardirq" : "softirq",
		.site = SIM_SITE(SIM_POINT_WAIT, "interrupt", ""),
		.may_idle = true,
	};

	for (;;) {
		while (line->pending) {
			unsigned int nr = (unsigned int)__builtin_ctz(line->pending);

			line->pending &= line->pending - 1;
			run_vector(line, nr);
		}
		line->idle = true;
		while (line->idle)
			sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
	}
}

static void make_task(struct sim_irq_line *line)
{
	char name[TASK_COMM_LEN];

	host_snprintf(name, sizeof(name), "%s/%u", line->hard ? "hardirq" : "softirq", line->cpu);
	line->task = sim_task_create(line->hard ? SIM_TASK_HARDIRQ : SIM_TASK_SOFTIRQ, name,
				     (int)line->cpu, irq_body, line);
	if (!line->task)
		host_defect(__FILE_NAME__, __LINE__, "no room for a task of interrupts");
	line->task->irqs_disabled = line->hard;
}

static void raise(struct sim_irq_line *line, unsigned int nr)
{
	line->pending |= 1u << nr;
	if (!line->task) {
		make_task(line);
	} else if (line->idle) {
		line->idle = false;
		sim_task_wake(line->task, 0);
	}
}

static void open_vector(sim_irq_action *action, sim_irq_action added)
{
	unsigned int i = 0;

	while (i < SIM_IRQ_ACTION_MAX && action[i])
		i++;
	SIM_ASSERT(i < SIM_IRQ_ACTION_MAX);
	action[i] = added;
}

void sim_softirq_open(unsigned int nr, void (*action)(unsigned int cpu))
{
	SIM_ASSERT(nr < NR_SOFTIRQS);
	open_vector(sim_irq_state()->soft_action[nr], action);
}

void sim_hardirq_open(enum sim_hardirq nr, void (*action)(unsigned int cpu))
{
	open_vector(sim_irq_state()->hard_action[nr], action);
}

void sim_softirq_raise(unsigned int cpu, unsigned int nr)
{
	SIM_ASSERT(cpu < sim_world->cpu_count && nr < NR_SOFTIRQS);
	raise(&sim_irq_state()->soft[cpu], nr);
}

void sim_hardirq_raise(unsigned int cpu, enum sim_hardirq nr)
{
	SIM_ASSERT(cpu < sim_world->cpu_count);
	raise(&sim_irq_state()->hard[cpu], nr);
}

struct sim_task *sim_softirq_task(unsigned int cpu)
{
	return sim_irq_state()->soft[cpu].task;
}

struct sim_task *sim_hardirq_task(unsigned int cpu)
{
	return sim_irq_state()->hard[cpu].task;
}

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	*t = (struct tasklet_struct){ .callback = callback, .use_callback = true };
}

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data };
}

static unsigned int tasklet_vector(const struct tasklet_struct *t)
{
	return t->sim_high ? HI_SOFTIRQ : TASKLET_SOFTIRQ;
}

static bool tasklet_is_scheduled(const struct tasklet_struct *t)
{
	return t->state & 1ul << TASKLET_STATE_SCHED;
}

static bool tasklet_is_running(const struct tasklet_struct *t)
{
	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++)
		if (sim_irq_state()->tasklet_running[cpu] == t)
			return true;
	return false;
}

void sim_tasklet_schedule(struct tasklet_struct *t, bool high, const struct sim_site *site)
{
	struct tasklet_struct **link;

	if (!tasklet_is_scheduled(t)) {
		sim_order_release(t);
		t->state |= 1ul << TASKLET_STATE_SCHED;
		t->sim_high = high;
		t->sim_cpu = sim_cpu();
		t->next = NULL;
		link = &sim_irq_state()->tasklets[high][t->sim_cpu];
		while (*link)
			link = &(*link)->next;
		*link = t;
		sim_softirq_raise(t->sim_cpu, tasklet_vector(t));
	}
	sim_point_here(site);
}

static void unlink_tasklet(struct tasklet_struct *t)
{
	struct tasklet_struct **link = &sim_irq_state()->tasklets[t->sim_high][t->sim_cpu];

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	t->next = NULL;
}

static void wake_waiters(void)
{
	struct sim_task *task;

	while ((task = sim_task_queue_pop(&sim_irq_state()->tasklet_waiters)))
		sim_task_wake(task, 0);
}

/* The tasklet may be freed by its own function. */
static void run_tasklet(struct tasklet_struct *t, unsigned int cpu)
{
	struct sim_irq_state *state = sim_irq_state();

	unlink_tasklet(t);
	t->state &= ~(1ul << TASKLET_STATE_SCHED);
	t->state |= 1ul << TASKLET_STATE_RUN;
	state->tasklet_running[cpu] = t;
	wake_waiters();
	sim_order_acquire(t);
	if (t->use_callback)
		t->callback(t);
	else
		t->func(t->data);
	sim_order_release(&t->state);
	if (state->tasklet_running[cpu] == t)
		t->state &= ~(1ul << TASKLET_STATE_RUN);
	state->tasklet_running[cpu] = NULL;
	wake_waiters();
	/* One that was scheduled elsewhere meanwhile had to wait. */
	for (unsigned int other = 0; other < sim_world->cpu_count; other++)
		for (unsigned int high = 0; high < 2; high++)
			if (state->tasklets[high][other] == t)
				sim_softirq_raise(other, high ? HI_SOFTIRQ : TASKLET_SOFTIRQ);
}

/* Those that are scheduled now; what they schedule runs when the vector is raised again. */
static void run_tasklets(unsigned int cpu, bool high)
{
	struct tasklet_struct **list = &sim_irq_state()->tasklets[high][cpu];
	struct tasklet_struct *t = *list;
	unsigned int count = 0;

	for (; t; t = t->next)
		count++;
	while (count--) {
		for (t = *list; t && (t->sim_disabled || tasklet_is_running(t)); t = t->next)
			;
		if (!t)
			return;
		run_tasklet(t, cpu);
	}
}

static void run_normal_tasklets(unsigned int cpu)
{
	run_tasklets(cpu, false);
}

static void run_high_tasklets(unsigned int cpu)
{
	run_tasklets(cpu, true);
}

void tasklet_disable_nosync(struct tasklet_struct *t)
{
	t->sim_disabled++;
}

static bool tasklet_runner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	const struct sim_irq_state *state = sim_irq_state();

	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++) {
		if (state->tasklet_running[cpu] != object || index--)
			continue;
		*owner_task = state->soft[cpu].task;
		return true;
	}
	return false;
}

/* Returns what sim_task_block() did: the root gives up what will never come. */
static int wait_tasklet(struct tasklet_struct *t, enum sim_task_state how,
			const struct sim_site *site)
{
	struct sim_task *self = sim_task_current();
	struct sim_waiting waiting = {
		.verb = "tasklet",
		.name = "tasklet",
		.object = t,
		.owner = tasklet_runner,
		.site = site,
	};

	int err;

	sim_task_queue_add(&sim_irq_state()->tasklet_waiters, self);
	err = sim_task_block(how, &waiting, ~0ull);
	if (err)
		sim_task_queue_remove(&sim_irq_state()->tasklet_waiters, self);
	return err;
}

static void wait_running(struct tasklet_struct *t, enum sim_task_state how,
			 const struct sim_site *site)
{
	while (tasklet_is_running(t) && !wait_tasklet(t, how, site))
		;
	sim_order_acquire(&t->state);
}

void tasklet_disable_in_atomic(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	wait_running(t, SIM_TASK_SPINNING, SIM_SITE(SIM_POINT_WAIT, "tasklet_disable", ""));
}

void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	wait_running(t, SIM_TASK_BLOCKED, SIM_SITE(SIM_POINT_WAIT, "tasklet_disable", ""));
}

void tasklet_enable(struct tasklet_struct *t)
{
	t->sim_disabled--;
	if (!t->sim_disabled && tasklet_is_scheduled(t))
		sim_softirq_raise(t->sim_cpu, tasklet_vector(t));
	SIM_POINT(WAKE, "tasklet_enable", "");
}

/* Waits until it is scheduled no more, keeps it from being, waits until it runs no more. */
void tasklet_kill(struct tasklet_struct *t)
{
	const struct sim_site *site = SIM_SITE(SIM_POINT_WAIT, "tasklet_kill", "");

	if (in_interrupt())
		printk(KERN_NOTICE "Attempt to kill tasklet from interrupt\n");
	might_sleep();
	while (tasklet_is_scheduled(t) && !wait_tasklet(t, SIM_TASK_BLOCKED, site))
		;
	t->state |= 1ul << TASKLET_STATE_SCHED;
	wait_running(t, SIM_TASK_BLOCKED, site);
	t->state &= ~(1ul << TASKLET_STATE_SCHED);
}

void sim_tasklet_memory_freed(const void *start, size_t bytes)
{
	struct sim_irq_state *state = sim_irq_state();
	struct tasklet_struct *t, *next;

	if (!state)
		return;
	for (unsigned int i = 0; i < 2 * sim_world->cpu_count; i++) {
		for (t = state->tasklets[i & 1][i / 2]; t; t = next) {
			next = t->next;
			if ((uintptr_t)t - (uintptr_t)start >= bytes)
				continue;
			unlink_tasklet(t);
			WARN(1, "a tasklet was freed while scheduled\n");
		}
		if (state->tasklet_running[i / 2] &&
		    (uintptr_t)state->tasklet_running[i / 2] - (uintptr_t)start < bytes)
			state->tasklet_running[i / 2] = NULL;
	}
}

static int irq_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_IRQ] = sim_alloc(world, sizeof(struct sim_irq_state));
	return 0;
}

static void irq_start(struct svmsim_world *world)
{
	struct sim_irq_state *state = sim_irq_state();

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		state->soft[cpu].cpu = cpu;
		state->hard[cpu].cpu = cpu;
		state->hard[cpu].hard = true;
	}
	sim_softirq_open(HI_SOFTIRQ, run_high_tasklets);
	sim_softirq_open(TASKLET_SOFTIRQ, run_normal_tasklets);
	sim_smp_start(world);
}

/* Static tasklets outlive a run, so they must not stay scheduled. */
static void irq_reset(struct svmsim_world *world)
{
	struct sim_irq_state *state = sim_irq_state();

	for (unsigned int i = 0; i < 2 * NR_CPUS; i++) {
		while (state->tasklets[i & 1][i / 2]) {
			state->tasklets[i & 1][i / 2]->state = 0;
			unlink_tasklet(state->tasklets[i & 1][i / 2]);
		}
	}
	sim_smp_reset(world);
	__builtin_memset(state, 0, sizeof(*state));
}

static void irq_unmake(struct svmsim_world *world)
{
	irq_reset(world);
	sim_free(world, world->slot[SIM_SLOT_IRQ], sizeof(struct sim_irq_state));
	world->slot[SIM_SLOT_IRQ] = NULL;
}

const struct sim_layer sim_layer_irq = {
	.name = "irq",
	.slot = SIM_SLOT_IRQ,
	.make = irq_make,
	.start = irq_start,
	.reset = irq_reset,
	.unmake = irq_unmake,
};
