/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/grace.h"
#include <linux/errno.h>
#include <linux/slab.h>
#include "kernel/race.h"
#include "kernel/softirq.h"

/* As in the kernel an offset in place of a function says: free the object around the head. */
#define KFREE_OFFSET_MAX 4096

static void callbacks_add(struct sim_callbacks *list, struct rcu_head *head)
{
	head->next = NULL;
	if (list->last)
		list->last->next = head;
	else
		list->first = head;
	list->last = head;
}

static struct rcu_head *callbacks_pop(struct sim_callbacks *list)
{
	struct rcu_head *head = list->first;

	if (!head)
		return NULL;
	list->first = head->next;
	if (!list->first)
		list->last = NULL;
	return head;
}

static void callbacks_move(struct sim_callbacks *to, struct sim_callbacks *from)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	*from = (struct sim_callbacks){ NULL, NULL };
}

static void make_ready(struct sim_grace *grace)
{
	struct sim_rcu_state *state = sim_rcu_state();

	if (!grace->done.first || grace->is_ready)
		return;
	grace->is_ready = true;
	grace->ready_next = NULL;
	if (state->ready_last)
		state->ready_last->ready_next = grace;
	else
		state->ready_first = grace;
	state->ready_last = grace;
	sim_softirq_raise(grace->cpu, RCU_SOFTIRQ);
}

static bool is_over(const struct sim_grace_waiter *waiter)
{
	return waiter->grace->completed >= waiter->cookie &&
	       waiter->grace->finished >= waiter->finished;
}

static void wake_waiters(struct sim_grace *grace)
{
	struct sim_grace_waiter **link = &grace->waiters, *waiter;

	while ((waiter = *link)) {
		if (!is_over(waiter)) {
			link = &waiter->next;
			continue;
		}
		*link = waiter->next;
		sim_task_wake(waiter->task, 0);
	}
}

static void begin(struct sim_grace *grace)
{
	grace->started++;
	callbacks_move(&grace->wait, &grace->next);
	if (grace->on_start)
		grace->on_start(grace);
}

static bool has_readers(const struct sim_grace *grace)
{
	return grace->readers[(grace->started - 1) & 1] || grace->watched;
}

void sim_grace_advance(struct sim_grace *grace)
{
	for (;;) {
		if (grace->started != grace->completed) {
			if (has_readers(grace))
				break;
			grace->completed = grace->started;
			callbacks_move(&grace->done, &grace->wait);
		}
		if (grace->requested <= grace->completed)
			break;
		begin(grace);
	}
	make_ready(grace);
	wake_waiters(grace);
}

void sim_grace_leave(struct sim_grace *grace, u64 entered)
{
	sim_order_release(&grace->readers);
	if (!--grace->readers[entered & 1] && grace->started != grace->completed)
		sim_grace_advance(grace);
}

void sim_grace_request(struct sim_grace *grace, u64 cookie)
{
	if (cookie <= grace->requested)
		return;
	grace->requested = cookie;
	sim_grace_advance(grace);
}

void sim_grace_call(struct sim_grace *grace, struct rcu_head *head, rcu_callback_t func)
{
	sim_order_release(head);
	grace->cpu = sim_world->cpu;
	head->func = func;
	callbacks_add(&grace->next, head);
	grace->called++;
	sim_grace_request(grace, sim_grace_cookie(grace));
}

static void run_callback(struct rcu_head *head)
{
	uintptr_t func = (uintptr_t)head->func;

	sim_order_acquire(head);
	if (func < KFREE_OFFSET_MAX)
		kvfree((char *)head - func);
	else
		head->func(head);
}

bool sim_grace_run_one(void)
{
	struct sim_rcu_state *state = sim_rcu_state();
	struct sim_grace *grace;
	struct rcu_head *head;

	if (!state || !state->ready_first)
		return false;
	grace = state->ready_first;
	head = callbacks_pop(&grace->done);
	if (!grace->done.first) {
		state->ready_first = grace->ready_next;
		if (!state->ready_first)
			state->ready_last = NULL;
		grace->is_ready = false;
	}
	sim_order_acquire(&grace->readers);
	run_callback(head);
	sim_order_release(&grace->finished);
	grace->finished++;
	wake_waiters(grace);
	return true;
}

/* One CPU at a time: callbacks run in one order, whatever CPUs they come from. */
void sim_grace_softirq(unsigned int cpu)
{
	struct sim_rcu_state *state = sim_rcu_state();

	if (state->runner)
		return;
	state->runner = sim_task_current();
	while (sim_grace_run_one())
		SIM_POINT(MODEL, "rcu_callback", "");
	state->runner = NULL;
}

struct sim_task *sim_grace_runner(void)
{
	const struct sim_rcu_state *state = sim_rcu_state();

	if (state->runner)
		return state->runner;
	return state->ready_first ? sim_softirq_task(state->ready_first->cpu) : NULL;
}

void sim_grace_wait(struct sim_grace *grace, u64 cookie, u64 finished,
		    const struct sim_waiting *waiting)
{
	struct sim_grace_waiter waiter = {
		.next = grace->waiters,
		.task = sim_task_current(),
		.grace = grace,
		.cookie = cookie,
		.finished = finished,
	};
	struct sim_waiting own = *waiting;
	struct sim_grace_waiter **link;

	own.object = &waiter;
	if (!is_over(&waiter)) {
		grace->waiters = &waiter;
		while (!is_over(&waiter))
			if (sim_task_block(SIM_TASK_BLOCKED, &own, ~0ull) == -EDEADLK)
				break;
		for (link = &grace->waiters; *link && *link != &waiter; link = &(*link)->next)
			;
		if (*link)
			*link = waiter.next;
	}
	if (cookie)
		sim_order_acquire(&grace->readers);
	if (finished)
		sim_order_acquire(&grace->finished);
}

void sim_grace_forget(struct sim_grace *grace)
{
	struct sim_rcu_state *state = sim_rcu_state();
	struct sim_grace **link = &state->ready_first;
	struct sim_srcu_reader **reader = &state->readers, *gone;

	state->ready_last = NULL;
	while (*link) {
		if (*link == grace) {
			*link = grace->ready_next;
			continue;
		}
		state->ready_last = *link;
		link = &(*link)->ready_next;
	}
	while ((gone = *reader)) {
		if (gone->grace != grace) {
			reader = &gone->next;
			continue;
		}
		*reader = gone->next;
		sim_free(sim_world, gone, sizeof(*gone));
	}
}
