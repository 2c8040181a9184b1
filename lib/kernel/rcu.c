/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * RCU of one task: readers are counted (kernel/lock.h), callbacks wait in order.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "kernel/lock.h"
#include "kernel/time.h"
#include "kernel/workqueue_internal.h"

/* As in the kernel an offset in place of a function says: free the object around the head. */
#define KFREE_OFFSET_MAX 4096

static void run_callback(struct rcu_head *head)
{
	uintptr_t func = (uintptr_t)head->func;

	if (func < KFREE_OFFSET_MAX)
		kvfree((char *)head - func);
	else
		head->func(head);
}

bool sim_rcu_run(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);
	struct rcu_head *head, *next;

	if (likely(!state->rcu_first) || sim_rcu_reading())
		return false;
	head = state->rcu_first;
	state->rcu_first = NULL;
	state->rcu_last = NULL;
	for (; head; head = next) {
		next = head->next;
		run_callback(head);
	}
	return true;
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	struct sim_work_state *state = sim_work_state(sim_world);

	head->func = func;
	head->next = NULL;
	if (state->rcu_last)
		state->rcu_last->next = head;
	else
		state->rcu_first = head;
	state->rcu_last = head;
}

void sim_kfree_rcu(struct rcu_head *head, unsigned long offset_bytes)
{
	SIM_ASSERT(offset_bytes < KFREE_OFFSET_MAX);
	call_rcu(head, (rcu_callback_t)offset_bytes);
}

/* With one task there is nobody to wait for, except oneself. */
void synchronize_rcu(void)
{
	if (sim_rcu_reading())
		sim_wait_forever("synchronize_rcu");
}

void rcu_barrier(void)
{
	if (sim_rcu_reading()) {
		sim_wait_forever("rcu_barrier");
		return;
	}
	while (sim_rcu_run(sim_world))
		;
}
