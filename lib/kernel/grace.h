/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Grace periods, for RCU and SRCU. One is over when all readers have left that were in when it
 * began. A reader notes how many have begun; since only one goes on at a time, two counts of
 * readers are enough: those that were in when the present one began, and those that came later.
 *
 * Nothing here takes time: a grace period is over at the very moment when its last reader leaves,
 * and begins when somebody needs it and none goes on. That is the earliest that the kernel's could
 * end; later ends are schedules in which the waiter, or the task that runs callbacks, is slow.
 *
 * DOC: Callbacks
 *
 * RCU_SOFTIRQ runs them, on the CPU of the last call_rcu(), in the order in which their grace
 * periods end and, within one domain, of call_rcu(). Only one CPU at a time does: the others'
 * callbacks run there, too.
 *
 * DOC: Source
 *
 * Guarantees of Documentation/RCU of v7.0, kernel/rcu/tree.c, srcutree.c.
 */
#ifndef KERNEL_GRACE_H
#define KERNEL_GRACE_H

#include <linux/rcupdate.h>
#include <linux/sim_grace.h>
#include "kernel/task.h"

struct sim_layer;

/** sim_layer_rcu - the layer of slot SIM_SLOT_RCU */
extern const struct sim_layer sim_layer_rcu;

/**
 * struct sim_grace_waiter - a task that waits; on its stack
 * @next: another
 * @task: who
 * @grace: for what
 * @cookie: number of the grace period that must be over
 * @finished: number of callbacks that must have run
 */
struct sim_grace_waiter {
	struct sim_grace_waiter *next;
	struct sim_task *task;
	struct sim_grace *grace;
	u64 cookie;
	u64 finished;
};

/**
 * struct sim_srcu_reader - a reader of a SRCU domain, for the wait-for graph
 * @next: another
 * @task: who entered
 * @grace: which domain
 * @started: how many grace periods had begun
 */
struct sim_srcu_reader {
	struct sim_srcu_reader *next;
	struct sim_task *task;
	struct sim_grace *grace;
	u64 started;
};

/**
 * struct sim_rcu_state - what slot SIM_SLOT_RCU points to
 * @grace: RCU
 * @ready_first: domains with callbacks to run, in the order in which they got them
 * @ready_last: the last of them
 * @runner: the task that runs them now, or NULL
 * @readers: of all SRCU domains, newest first
 */
struct sim_rcu_state {
	struct sim_grace grace;
	struct sim_grace *ready_first;
	struct sim_grace *ready_last;
	struct sim_task *runner;
	struct sim_srcu_reader *readers;
};

static inline struct sim_rcu_state *sim_rcu_state(void)
{
	return sim_world->slot[SIM_SLOT_RCU];
}

/** sim_grace_enter - a reader comes in; returns what sim_grace_leave() needs */
static inline u64 sim_grace_enter(struct sim_grace *grace)
{
	grace->readers[grace->started & 1]++;
	return grace->started;
}

/** sim_grace_leave - a reader leaves; may end a grace period; no switch point */
void sim_grace_leave(struct sim_grace *grace, u64 entered);
/** sim_grace_advance - end and begin grace periods, as far as readers allow */
void sim_grace_advance(struct sim_grace *grace);

/** sim_grace_cookie - number of the first grace period that begins after now */
static inline u64 sim_grace_cookie(const struct sim_grace *grace)
{
	return grace->started + 1;
}

/** sim_grace_request - see to it that a grace period comes */
void sim_grace_request(struct sim_grace *grace, u64 cookie);
/**
 * sim_grace_call - run a callback after a grace period
 * @grace: which domain
 * @head: not in use
 * @func: function, or offset of @head in what is to be freed
 */
void sim_grace_call(struct sim_grace *grace, struct rcu_head *head, rcu_callback_t func);
/**
 * sim_grace_wait - block until a grace period is over and callbacks have run
 * @grace: which domain
 * @cookie: number of the grace period; 0 for none
 * @finished: number of callbacks; 0 for none
 * @waiting: for people; its object is set here to a struct sim_grace_waiter, for its owner()
 */
void sim_grace_wait(struct sim_grace *grace, u64 cookie, u64 finished,
		    const struct sim_waiting *waiting);
/** sim_grace_run_one - run the next callback that can run; false if there is none */
bool sim_grace_run_one(void);
/** sim_grace_softirq - run all callbacks that can run; what RCU_SOFTIRQ does */
void sim_grace_softirq(unsigned int cpu);
/** sim_grace_runner - the task that runs callbacks, or will; NULL if there is nothing to run */
struct sim_task *sim_grace_runner(void);
/** sim_grace_forget - a domain goes away: nothing refers to it any more */
void sim_grace_forget(struct sim_grace *grace);
/**
 * sim_rcu_look - have tasks that a grace period waits for enabled preemption since?
 * @world: the world; its rcu_watching is set
 */
void sim_rcu_look(struct svmsim_world *world);

#endif
