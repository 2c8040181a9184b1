/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/rcupdate.h>
#include <linux/bug.h>
#include <linux/preempt.h>
#include "kernel/grace.h"
#include "kernel/race.h"
#include "kernel/report.h"
#include "kernel/softirq.h"
#include "kernel/task_internal.h"

static noinline __cold void report_unbalanced(const char *name)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_IMBALANCE);

	sim_report_field(report, "lock", "%s", name);
	sim_report_field(report, "what", "not-held");
	sim_report_line(report, "%s: ended though it has not begun", name);
	sim_report_raise(report);
}

void sim_rcu_read_lock(const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();
	struct sim_grace *grace = &sim_rcu_state()->grace;

	if (!task->rcu_count) {
		sim_point_here(site);
		task->rcu_entered = sim_grace_enter(grace);
		sim_order_acquire(&grace->completed);
	}
	task->rcu_count++;
}

void sim_rcu_read_unlock(const struct sim_site *site)
{
	struct sim_task *task = sim_task_current();

	if (unlikely(!task->rcu_count)) {
		report_unbalanced("rcu_read_lock");
		return;
	}
	if (--task->rcu_count)
		return;
	sim_grace_leave(&sim_rcu_state()->grace, task->rcu_entered);
	sim_point_here(site);
}

void (rcu_read_lock)(void)
{
	rcu_read_lock();
}

void (rcu_read_unlock)(void)
{
	rcu_read_unlock();
}

void rcu_read_lock_bh(void)
{
	local_bh_disable();
	sim_order_acquire(&sim_rcu_state()->grace.completed);
}

void rcu_read_unlock_bh(void)
{
	sim_order_release(&sim_rcu_state()->grace.readers);
	local_bh_enable();
}

void rcu_read_lock_sched(void)
{
	preempt_disable();
	sim_order_acquire(&sim_rcu_state()->grace.completed);
}

void rcu_read_unlock_sched(void)
{
	sim_order_release(&sim_rcu_state()->grace.readers);
	preempt_enable();
}

static bool is_atomic(const struct sim_task *task)
{
	/* An interrupt that does not run is none. */
	if (task->in_softirq || task->in_hardirq)
		return task->state != SIM_TASK_BLOCKED;
	return task->preempt_count || task->bh_count || task->irqs_disabled;
}

int rcu_read_lock_held(void)
{
	return sim_task_current()->rcu_count != 0;
}

int rcu_read_lock_bh_held(void)
{
	const struct sim_task *task = sim_task_current();

	return task->bh_count || task->in_softirq || task->irqs_disabled;
}

int rcu_read_lock_sched_held(void)
{
	return is_atomic(sim_task_current());
}

int rcu_read_lock_any_held(void)
{
	return rcu_read_lock_held() || rcu_read_lock_sched_held();
}

/* Whoever can't be preempted is a reader too, without having said so. */
static void watch_atomic(struct sim_grace *grace)
{
	struct sim_task *task;

	for (task = sim_world->tasks->first; task; task = task->world_next) {
		if (task->state == SIM_TASK_DEAD || !is_atomic(task))
			continue;
		task->rcu_watched = grace->started;
		grace->watched++;
	}
	sim_world->rcu_watching = grace->watched;
}

void sim_rcu_look(struct svmsim_world *world)
{
	struct sim_grace *grace = &sim_rcu_state()->grace;
	struct sim_task *task;

	for (task = world->tasks->first; task; task = task->world_next) {
		if (task->rcu_watched != grace->started ||
		    (is_atomic(task) && task->state != SIM_TASK_DEAD))
			continue;
		task->rcu_watched = 0;
		grace->watched--;
	}
	world->rcu_watching = grace->watched;
	if (!grace->watched)
		sim_grace_advance(grace);
}

/* The @index-th task that has to leave before this waiter can go on, in order of their numbers. */
static bool next_holder(const void *object, unsigned int index, struct sim_task **owner)
{
	const struct sim_grace_waiter *waiter = object;
	struct sim_task *task;

	for (task = sim_world->tasks->first; task; task = task->world_next) {
		bool is_reader = task->rcu_count && task->rcu_entered < waiter->cookie;
		bool is_watched = task->rcu_watched && task->rcu_watched == waiter->grace->started;

		if (!is_reader && !is_watched)
			continue;
		*owner = task;
		if (!index--)
			return true;
	}
	*owner = sim_grace_runner();
	return !index && waiter->finished && *owner;
}

static void look_now(void)
{
	if (unlikely(sim_world->rcu_watching))
		sim_rcu_look(sim_world);
}

static void wait_for_grace(u64 cookie, const struct sim_site *site)
{
	struct sim_waiting waiting = {
		.verb = "grace period",
		.name = "RCU",
		.owner = next_holder,
		.site = site,
	};
	struct sim_grace *grace = &sim_rcu_state()->grace;

	sim_grace_wait(grace, cookie, 0, &waiting);
	sim_order_release(&grace->completed);
}

void sim_synchronize_rcu(const struct sim_site *site)
{
	struct sim_grace *grace = &sim_rcu_state()->grace;
	u64 cookie;

	might_sleep();
	sim_point_here(site);
	look_now();
	cookie = sim_grace_cookie(grace);
	sim_grace_request(grace, cookie);
	wait_for_grace(cookie, site);
}

void (synchronize_rcu)(void)
{
	synchronize_rcu();
}

void (synchronize_rcu_expedited)(void)
{
	synchronize_rcu_expedited();
}

void sim_rcu_barrier(const struct sim_site *site)
{
	struct sim_waiting waiting = {
		.verb = "callbacks",
		.name = "RCU",
		.owner = next_holder,
		.site = site,
	};
	struct sim_grace *grace = &sim_rcu_state()->grace;

	might_sleep();
	sim_point_here(site);
	look_now();
	sim_grace_wait(grace, grace->called == grace->finished ? 0 : grace->requested,
		       grace->called, &waiting);
}

void (rcu_barrier)(void)
{
	rcu_barrier();
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	sim_grace_call(&sim_rcu_state()->grace, head, func);
}

void call_rcu_hurry(struct rcu_head *head, rcu_callback_t func)
{
	call_rcu(head, func);
}

void sim_kfree_rcu(struct rcu_head *head, unsigned long offset_bytes)
{
	call_rcu(head, (rcu_callback_t)offset_bytes);
}

unsigned long get_state_synchronize_rcu(void)
{
	return sim_grace_cookie(&sim_rcu_state()->grace);
}

unsigned long get_completed_synchronize_rcu(void)
{
	return 0;
}

unsigned long start_poll_synchronize_rcu(void)
{
	struct sim_grace *grace = &sim_rcu_state()->grace;
	u64 cookie = sim_grace_cookie(grace);

	sim_grace_request(grace, cookie);
	return cookie;
}

bool sim_poll_state_synchronize_rcu(unsigned long oldstate, const struct sim_site *site)
{
	struct sim_grace *grace = &sim_rcu_state()->grace;

	sim_point_here(site);
	look_now();
	if (grace->completed < oldstate)
		return false;
	sim_order_acquire(&grace->readers);
	return true;
}

bool (poll_state_synchronize_rcu)(unsigned long oldstate)
{
	return poll_state_synchronize_rcu(oldstate);
}

void sim_cond_synchronize_rcu(unsigned long oldstate, const struct sim_site *site)
{
	if (!sim_poll_state_synchronize_rcu(oldstate, site))
		sim_synchronize_rcu(site);
}

void (cond_synchronize_rcu)(unsigned long oldstate)
{
	cond_synchronize_rcu(oldstate);
}

static int rcu_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_RCU] = sim_alloc(world, sizeof(struct sim_rcu_state));
	return 0;
}

static void rcu_start(struct svmsim_world *world)
{
	sim_rcu_state()->grace.on_start = watch_atomic;
	sim_softirq_open(RCU_SOFTIRQ, sim_grace_softirq);
}

/* Callbacks in flight are not leaks: the kernel would run them soon. No reader goes on any more. */
static void rcu_finish(struct svmsim_world *world)
{
	struct sim_grace *grace = &sim_rcu_state()->grace;

	do {
		grace->watched = 0;
		grace->readers[0] = 0;
		grace->readers[1] = 0;
		sim_grace_advance(grace);
	} while (sim_grace_run_one());
}

static void rcu_reset(struct svmsim_world *world)
{
	struct sim_rcu_state *state = world->slot[SIM_SLOT_RCU];
	struct sim_srcu_reader *reader;

	while ((reader = state->readers)) {
		state->readers = reader->next;
		sim_free(world, reader, sizeof(*reader));
	}
	*state = (struct sim_rcu_state){ 0 };
	world->rcu_watching = false;
}

static void rcu_unmake(struct svmsim_world *world)
{
	rcu_reset(world);
	sim_free(world, world->slot[SIM_SLOT_RCU], sizeof(struct sim_rcu_state));
	world->slot[SIM_SLOT_RCU] = NULL;
}

const struct sim_layer sim_layer_rcu = {
	.name = "rcu",
	.slot = SIM_SLOT_RCU,
	.make = rcu_make,
	.start = rcu_start,
	.finish = rcu_finish,
	.reset = rcu_reset,
	.unmake = rcu_unmake,
};
