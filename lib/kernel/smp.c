/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Functions called on other CPUs, and irq_work: both in the interrupt SIM_HARDIRQ_CALL. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "kernel/irq_internal.h"
#include "kernel/race.h"

const struct cpumask *sim_cpu_online_mask(void)
{
	return &sim_irq_state()->online;
}

static void wake_irq_work_waiters(void)
{
	struct sim_task *task;

	while ((task = sim_task_queue_pop(&sim_irq_state()->irq_work_waiters)))
		sim_task_wake(task, 0);
}

/* It may be freed by its own function. */
static void run_irq_work(struct irq_work *work, unsigned int cpu)
{
	struct sim_irq_state *state = sim_irq_state();

	work->sim_running = true;
	state->irq_work[cpu] = work;
	work->func(work);
	if (state->irq_work[cpu] == work)
		work->sim_running = false;
	state->irq_work[cpu] = NULL;
	sim_order_release(work);
	wake_irq_work_waiters();
}

static void free_group(struct svmsim_world *world, struct sim_call_group *group)
{
	list_del(&group->entry);
	sim_free(world, group, sizeof(*group));
}

/* The group is freed by who waits for it; by the last call when nobody does any more. */
static void run_call(struct __call_single_data *call, unsigned int cpu)
{
	struct sim_call_group *group = call->sim_group;

	sim_order_acquire(call);
	if (call->sim_is_irq_work) {
		run_irq_work(container_of(call, struct irq_work, sim_call), cpu);
		return;
	}
	call->func(call->info);
	if (call->sim_is_owned)
		sim_free(sim_world, call, sizeof(*call));
	if (!group)
		return;
	sim_order_release(group);
	if (--group->left)
		return;
	if (group->waiter)
		sim_task_wake(group->waiter, 0);
	else
		free_group(sim_world, group);
}

static void run_calls(unsigned int cpu)
{
	struct list_head *calls = &sim_irq_state()->calls[cpu];

	while (!list_empty(calls)) {
		struct __call_single_data *call =
			list_first_entry(calls, struct __call_single_data, sim_entry);

		list_del(&call->sim_entry);
		call->sim_entry.next = NULL;
		call->sim_entry.prev = NULL;
		run_call(call, cpu);
	}
}

static void send(unsigned int cpu, struct __call_single_data *call)
{
	sim_order_release(call);
	list_add_tail(&call->sim_entry, &sim_irq_state()->calls[cpu]);
	sim_hardirq_raise(cpu, SIM_HARDIRQ_CALL);
}

/* On its own CPU a function is called directly, with interrupts disabled. */
static void call_here(smp_call_func_t func, void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
}

static bool group_runner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	const struct sim_call_group *group = object;

	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++) {
		if (!(group->cpus >> cpu & 1) || index--)
			continue;
		*owner_task = sim_hardirq_task(cpu);
		return true;
	}
	return false;
}

/* A caller spins, as the kernel's does: it may hold spinlocks. */
static void wait_group(struct sim_call_group *group, const struct sim_site *site)
{
	struct sim_waiting waiting = {
		.verb = "call on another CPU",
		.name = site->argument,
		.object = group,
		.owner = group_runner,
		.site = site,
	};

	while (group->left && !sim_task_block(SIM_TASK_SPINNING, &waiting, ~0ull))
		;
	sim_order_acquire(group);
	if (group->left)
		group->waiter = NULL;
	else
		free_group(sim_world, group);
}

static void send_to(unsigned int cpu, smp_call_func_t func, void *info,
		    struct sim_call_group *group)
{
	struct __call_single_data *call = sim_alloc(sim_world, sizeof(*call));

	*call = CSD_INIT(func, info);
	call->sim_is_owned = true;
	if (group) {
		group->left++;
		group->cpus |= 1ull << cpu;
		call->sim_group = group;
	}
	send(cpu, call);
}

static void call_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait,
		      bool local, smp_cond_func_t cond, const struct sim_site *site)
{
	struct sim_call_group *group = NULL;
	unsigned int own = sim_cpu(), cpu;

	if (wait) {
		group = sim_alloc(sim_world, sizeof(*group));
		group->waiter = sim_task_current();
		list_add_tail(&group->entry, &sim_irq_state()->groups);
	}
	for_each_cpu(cpu, mask)
		if (cpu != own && (!cond || cond((int)cpu, info)))
			send_to(cpu, func, info, group);
	if (local && cpumask_test_cpu((int)own, mask) && (!cond || cond((int)own, info)))
		call_here(func, info);
	sim_point_here(site);
	if (wait)
		wait_group(group, site);
}

int sim_smp_call_single(int cpu, smp_call_func_t func, void *info, int wait,
			const struct sim_site *site)
{
	struct cpumask mask = { 0 };
	int err = 0;

	preempt_disable();
	WARN_ON_ONCE(irqs_disabled());
	WARN_ON_ONCE(!in_task());
	if (!cpu_online(cpu)) {
		err = -ENXIO;
	} else if ((unsigned int)cpu == sim_cpu()) {
		call_here(func, info);
	} else {
		cpumask_set_cpu((unsigned int)cpu, &mask);
		call_many(&mask, func, info, wait, false, NULL, site);
	}
	preempt_enable();
	return err;
}

int sim_smp_call_async(int cpu, call_single_data_t *csd, const struct sim_site *site)
{
	if (csd->sim_entry.next)
		return -EBUSY;
	if (!cpu_online(cpu))
		return -ENXIO;
	csd->sim_is_irq_work = false;
	csd->sim_is_owned = false;
	csd->sim_group = NULL;
	if ((unsigned int)cpu == sim_cpu())
		call_here(csd->func, csd->info);
	else
		send((unsigned int)cpu, csd);
	sim_point_here(site);
	return 0;
}

int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info, int wait)
{
	unsigned int cpu;
	int err;

	preempt_disable();
	cpu = sim_cpu();
	if (!cpumask_test_cpu((int)cpu, mask))
		cpu = cpumask_first(mask);
	err = smp_call_function_single((int)cpu, func, info, wait);
	preempt_enable();
	return err;
}

void sim_smp_call_many(const struct cpumask *mask, smp_call_func_t func, void *info, bool wait,
		       bool local, smp_cond_func_t cond, const struct sim_site *site)
{
	preempt_disable();
	WARN_ON_ONCE(irqs_disabled());
	WARN_ON_ONCE(!in_task());
	call_many(mask, func, info, wait, local, cond, site);
	preempt_enable();
}

bool sim_irq_work_queue_on(struct irq_work *work, int cpu, const struct sim_site *site)
{
	bool queued = !irq_work_is_pending(work);

	WARN_ON_ONCE(!cpu_online(cpu));
	if (queued) {
		work->sim_call.sim_is_irq_work = true;
		send((unsigned int)cpu, &work->sim_call);
	}
	sim_point_here(site);
	return queued;
}

static bool irq_work_runner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	struct sim_irq_state *state = sim_irq_state();
	const struct irq_work *work = object;

	for (unsigned int cpu = 0; cpu < sim_world->cpu_count; cpu++) {
		const struct __call_single_data *call;
		bool found = state->irq_work[cpu] == work;

		list_for_each_entry(call, &state->calls[cpu], sim_entry)
			found = found || call == &work->sim_call;
		if (!found || index--)
			continue;
		*owner_task = sim_hardirq_task(cpu);
		return true;
	}
	return false;
}

void sim_irq_work_sync(struct irq_work *work, const struct sim_site *site)
{
	struct sim_waiting waiting = {
		.verb = "irq_work",
		.name = site->argument,
		.object = work,
		.owner = irq_work_runner,
		.site = site,
	};
	struct sim_task_queue *queue = &sim_irq_state()->irq_work_waiters;

	WARN_ON_ONCE(irqs_disabled());
	might_sleep();
	sim_point_here(site);
	while (irq_work_is_busy(work)) {
		sim_task_queue_add(queue, sim_task_current());
		if (!sim_task_block(SIM_TASK_SPINNING, &waiting, ~0ull))
			continue;
		sim_task_queue_remove(queue, sim_task_current());
		break;
	}
	sim_order_acquire(work);
}

void sim_smp_start(struct svmsim_world *world)
{
	struct sim_irq_state *state = sim_irq_state();

	INIT_LIST_HEAD(&state->groups);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		INIT_LIST_HEAD(&state->calls[cpu]);
	for (unsigned int cpu = 0; cpu < world->cpu_count; cpu++)
		cpumask_set_cpu(cpu, &state->online);
	sim_hardirq_open(SIM_HARDIRQ_CALL, run_calls);
}

/* Static items of irq_work outlive a run; calls without a waiter are the world's. */
void sim_smp_reset(struct svmsim_world *world)
{
	struct sim_irq_state *state = sim_irq_state();

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		struct list_head *calls = &state->calls[cpu];

		while (calls->next && !list_empty(calls)) {
			struct __call_single_data *call =
				list_first_entry(calls, struct __call_single_data, sim_entry);

			list_del(&call->sim_entry);
			call->sim_entry.next = NULL;
			if (call->sim_is_owned)
				sim_free(world, call, sizeof(*call));
		}
		if (state->irq_work[cpu])
			state->irq_work[cpu]->sim_running = false;
	}
	while (state->groups.next && !list_empty(&state->groups))
		free_group(world, list_first_entry(&state->groups, struct sim_call_group, entry));
}
