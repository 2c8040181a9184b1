/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Tasks: fibers on one host thread, each with a stack of its own. Exactly one runs; it goes on
 * until it blocks, ends, or passes a switch point at which the scheduler decides for another. The
 * program's own stack is a task too, the root: code that was called without tasks in mind runs on
 * it, may block like any other, and is all there is until somebody creates a task.
 *
 * DOC: Vocabulary
 *
 * switch point  a place where a switch may happen (linux/sim_site.h); passing one takes 10 ns of
 *               the behavioural clock.
 * step          a switch taken, or an action of a scenario.
 * candidate     a task that could run next: it is runnable and its CPU can take it now.
 * default       the candidate that runs when nobody chooses: at a switch point the running task;
 *               where that can't go on, the one that has been runnable longest. That is `fifo`.
 * choice        where another than the default was chosen: (task, site, occurrence) and the task
 *               chosen. A schedule is the list of a run's choices.
 * occurrence    how often the task has passed the site while another task was runnable.
 * agent         hardware as a task: it owns no CPU and holds no lock.
 *
 * DOC: CPUs
 *
 * A task has a CPU; each CPU has at most one current task. A current task gives its CPU up when it
 * blocks, and at a switch point where it may be preempted: never with preemption or interrupts
 * disabled; anywhere else with preempt=full, at cond_resched() only with preempt=none, there and
 * at might_sleep() with preempt=voluntary. A task that spins for a lock keeps its CPU. Softirqs and
 * hardirqs of a CPU are tasks that take the CPU from its current task, when it has them enabled.
 *
 * DOC: Ends
 *
 * When no task can run, time jumps to the next timer. When there is none, whoever drives the world
 * goes on (svmsim_tasks_run() returns). If that is the root itself, blocked in modelled code called
 * directly, a report `deadlock` says so and the wait ends as if it had been woken.
 *
 * DOC: Locking
 *
 * None: one thread. What is kept per task (locks held, disabled contexts, open scope of reports) is
 * in struct sim_task; what is shared between tasks may change at every switch point.
 */
#ifndef KERNEL_TASK_H
#define KERNEL_TASK_H

#include <linux/sched.h>
#include <linux/sim_site.h>
#include <linux/types.h>
#include <svmsim/schedule.h>
#include "kernel/site.h"
#include "kernel/world.h"

struct host_fiber;
struct sim_held_lock;
struct sim_task;

#define SIM_POINT_NS 10
#define SIM_TASK_MAX 4096
/* More candidates than this at once are not offered to a scheduler; the longest runnable are. */
#define SIM_CANDIDATE_MAX 256

enum sim_task_class {
	SIM_TASK_ROOT,
	/* A line of a scenario, a task of the library's user: must come to its end. */
	SIM_TASK_DRIVER,
	SIM_TASK_KTHREAD,
	SIM_TASK_WORKER,
	SIM_TASK_SOFTIRQ,
	SIM_TASK_HARDIRQ,
	SIM_TASK_AGENT,
};

enum sim_task_state {
	SIM_TASK_RUNNABLE,
	SIM_TASK_BLOCKED,
	/* Waits for a spinning lock: not runnable, but keeps its CPU. */
	SIM_TASK_SPINNING,
	SIM_TASK_DEAD,
};

/**
 * struct sim_task_queue - tasks in order; a task is in one at a time
 * @first: oldest
 * @last: newest
 */
struct sim_task_queue {
	struct sim_task *first;
	struct sim_task *last;
};

/**
 * struct sim_waiting - what a blocked task waits for, for people and for the wait-for graph
 * @verb: "lock", "read lock", "completion", "wait queue", "work", "grace period", "fence", "sleep"
 * @name: which: the lock's class, the condition; not copied
 * @object: it, to compare; may be NULL
 * @owner: who has it: sets *@owner_task to the @index-th and returns true, false past the last;
 *	NULL where nobody in particular does
 * @site: where
 * @may_idle: nobody minds if this never ends: a worker without work, an interruptible sleep of a
 *	kernel thread
 */
struct sim_waiting {
	const char *verb;
	const char *name;
	const void *object;
	bool (*owner)(const void *object, unsigned int index, struct sim_task **owner_task);
	const struct sim_site *site;
	bool may_idle;
};

/**
 * struct sim_task - one task
 * @task: the kernel's view; first
 * @number: from 0 (the root) in order of creation; never used again in a run
 * @class: kind
 * @state: whether it can run
 * @name: unique in the run: comm, with ".2" and so on for later tasks of one comm
 * @cpu: its CPU; of an agent the one it reports, without owning it
 * @pinned: never moves to another CPU
 * @fiber: its stack; NULL once dead
 * @entry: its body
 * @arg: for @entry
 * @queue_next: in a struct sim_task_queue of those who wait
 * @run_next: in the list of runnable tasks, oldest first
 * @run_prev: the same
 * @world_next: all tasks in order of number
 * @waiting: valid while blocked or spinning
 * @wake_reason: what sim_task_block() will return
 * @deadline_ns: of the wait; ~0 for none
 * @sleep_next: in the list of tasks with a deadline, next due first
 * @blocked_ns: when the wait began
 * @reported: a report said that it waits for ever
 * @queue: that it is in
 * @preempt_count: open preempt_disable(), spinlocks held included
 * @bh_count: open local_bh_disable()
 * @migrate_count: open migrate_disable()
 * @rcu_count: open rcu_read_lock()
 * @rcu_entered: number of RCU grace periods begun when the outermost of them was
 * @rcu_watched: number of the grace period that waits for it to be preemptible, or 0
 * @irqs_disabled: interrupts are off
 * @in_softirq: runs as a softirq; @in_hardirq: as an interrupt
 * @in_hardirq: see @in_softirq
 * @at: switch point at which another task took over; NULL before the first
 * @signal: 0, or a pending signal: SIM_SIGNAL_*
 * @held: locks held, in order of taking, of the lock checker
 * @held_count: their number
 * @held_capacity: room in @held
 * @chain_key: of the lock checker
 * @folio_locks: folios that it has locked; see mm/folio.h
 * @folio_lock_tried: the checker knows of them by one that was taken without waiting
 * @scope_depth: saved struct sim_reports.scope_depth while it does not run
 * @scope_busy: the same
 * @scope: report.c's own, of the open scope
 * @shown_name: how events and reports call it: the task, or the actor of the action it carries out
 * @shown_pid: the actor's number
 * @action_step: step of the action that it carries out
 * @passed: by site id, how often it passed while others were runnable
 * @passed_capacity: room in @passed
 * @join: who waits for its end
 * @clock: of the race checker; owned by it
 * @private: of whoever made the task
 */
struct sim_task {
	struct task_struct task;
	u32 number;
	enum sim_task_class class;
	enum sim_task_state state;
	const char *name;
	unsigned int cpu;
	bool pinned;
	struct host_fiber *fiber;
	void (*entry)(void *arg);
	void *arg;
	struct sim_task *queue_next;
	struct sim_task *run_next;
	struct sim_task *run_prev;
	struct sim_task *world_next;
	struct sim_waiting waiting;
	int wake_reason;
	u64 deadline_ns;
	struct sim_task *sleep_next;
	u64 blocked_ns;
	bool reported;
	struct sim_task_queue *queue;
	int preempt_count;
	int bh_count;
	int migrate_count;
	int rcu_count;
	u64 rcu_entered;
	u64 rcu_watched;
	bool irqs_disabled;
	bool in_softirq;
	bool in_hardirq;
	const struct sim_site *at;
	int signal;
	struct sim_held_lock *held;
	unsigned int held_count;
	unsigned int held_capacity;
	u64 chain_key;
	u32 folio_locks;
	bool folio_lock_tried;
	unsigned int scope_depth;
	bool scope_busy;
	void *scope;
	const char *shown_name;
	int shown_pid;
	u64 action_step;
	u32 *passed;
	u32 passed_capacity;
	struct sim_task_queue join;
	void *clock;
	void *private;
};

#define SIM_SIGNAL_NONE 0
#define SIM_SIGNAL_PLAIN 1
#define SIM_SIGNAL_FATAL 2

/** sim_task_current - the running task; the root where no other was made; never NULL in a world */
static __always_inline struct sim_task *sim_task_current(void)
{
	return sim_world->running;
}

/**
 * sim_task_create - make a task; it is runnable at once and runs when it is chosen
 * @class: kind
 * @name: comm, cut at TASK_COMM_LEN
 * @cpu: its CPU, or -1: the creator's choice is made in turn over all CPUs
 * @entry: its body; the task ends when it returns
 * @arg: for @entry
 *
 * Return: the task, NULL when SIM_TASK_MAX are alive or the host gives no stack.
 */
struct sim_task *sim_task_create(enum sim_task_class class, const char *name, int cpu,
				 void (*entry)(void *arg), void *arg);
/** sim_task_exit - the running task ends here; not the root */
__noreturn void sim_task_exit(void);
/** sim_task_find - task with a name, NULL if there is none; dead ones are found too */
struct sim_task *sim_task_find(const struct svmsim_world *world, const char *name);

/** sim_task_numbered - task with a number, NULL if there is none; dead ones are found too */
struct sim_task *sim_task_numbered(const struct svmsim_world *world, u32 number);

/**
 * sim_task_block - the running task can't go on
 * @state: SIM_TASK_BLOCKED or SIM_TASK_SPINNING
 * @waiting: what it waits for; copied
 * @deadline_ns: behavioural time at which the wait ends anyway; ~0 for never
 *
 * Lost wake-ups are the caller's: it puts the task into a queue of its own first. May find that a
 * wait-for cycle is closed, and reports `deadlock`.
 * Return: 0 when woken, -ETIME at the deadline, -EINTR when a signal ended it (only if the kernel's
 * __state of the task says that it may), -EDEADLK for the root when nothing will ever wake it. The
 * caller looks at its condition in any case.
 */
int sim_task_block(enum sim_task_state state, const struct sim_waiting *waiting, u64 deadline_ns);
/**
 * sim_task_wake - let a blocked or spinning task go on
 * @task: any task; nothing happens when it does not wait
 * @reason: what its sim_task_block() returns
 *
 * Not a switch point in itself: the caller passes one when its own state is consistent.
 * Return: true if it was waiting.
 */
bool sim_task_wake(struct sim_task *task, int reason);
/**
 * sim_task_signal - send a signal
 * @task: to whom
 * @signal: SIM_SIGNAL_PLAIN or SIM_SIGNAL_FATAL
 */
void sim_task_signal(struct sim_task *task, int signal);
/** sim_task_signal_pending - would a wait in this kernel __state be ended by the task's signal? */
bool sim_task_signal_pending(const struct sim_task *task, unsigned int kernel_state);

void sim_task_queue_add(struct sim_task_queue *queue, struct sim_task *task);
/** sim_task_queue_remove - take a task out; false if it was not in */
bool sim_task_queue_remove(struct sim_task_queue *queue, struct sim_task *task);
/** sim_task_queue_pop - take the oldest out; NULL when empty */
struct sim_task *sim_task_queue_pop(struct sim_task_queue *queue);

/**
 * sim_task_settle - let the others run until none can, without moving time on
 *
 * For the root and for whoever carries out the lines of a scenario in order.
 */
void sim_task_settle(void);
/** sim_task_yield - a switch point at which the running task goes to the end of the line */
void sim_task_yield(const struct sim_site *site);
/**
 * sim_task_relax - a switch point at which tasks of other CPUs come first
 * @site: where
 *
 * The task keeps its CPU, unless it may be preempted anywhere: a busy wait.
 */
void sim_task_relax(const struct sim_site *site);
/** sim_task_progress - something happened that a loop could be waiting for: it is no livelock */
void sim_task_progress(void);
/** sim_task_spin - a try failed that is likely to be repeated: a trylock, a poll of a flag */
void sim_task_spin(void);
/** sim_task_preemptible - may another task of its CPU take the running task's place now? */
bool sim_task_preemptible(void);
/** sim_points_changed - what limits the fast path of sim_point() may have changed */
void sim_points_changed(struct svmsim_world *world);

/** sim_point_here - sim_point(), inline */
static __always_inline void sim_point_here(const struct sim_site *site);
void sim_point_slow(struct svmsim_world *world, const struct sim_site *site);
static __always_inline void sim_point_here(const struct sim_site *site)
{
	struct svmsim_world *world = sim_world;

	world->now_ns += SIM_POINT_NS;
	if (unlikely(world->now_ns >= world->point_limit_ns))
		sim_point_slow(world, site);
}

/* Every world has these; called by world.c. */
void sim_tasks_make(struct svmsim_world *world);
void sim_tasks_start(struct svmsim_world *world);
void sim_tasks_reset(struct svmsim_world *world);
void sim_tasks_unmake(struct svmsim_world *world);

#endif
