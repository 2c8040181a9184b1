/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shared by the files that make up tasks: task.c (life), task_run.c (who runs next), task_wait.c
 * (blocking, time), task_stuck.c (deadlock and livelock), task_public.c.
 */
#ifndef KERNEL_TASK_INTERNAL_H
#define KERNEL_TASK_INTERNAL_H

#include "kernel/task.h"

#define SIM_CPU_MAX 64
#define SIM_POINT_BOUND 100000000ull
#define SIM_STEP_BOUND 1000000ull

/**
 * struct sim_choice - another task than the default was chosen
 * @task: name of the one that passed the point
 * @next: name of the one chosen
 * @site_key: where
 * @occurrence: how often it had passed there
 */
struct sim_choice {
	const char *task;
	const char *next;
	u64 site_key;
	u32 occurrence;
};

/** enum sim_rest - how a task waits for the others, rather than for something of its own */
enum sim_rest {
	SIM_REST_NONE,
	/* Until no other can run; time stands still. */
	SIM_REST_SETTLE,
	/* Until a function says so, or nothing is left. */
	SIM_REST_WAIT,
	/* The root in svmsim_tasks_run(). */
	SIM_REST_RUN,
};

/**
 * struct sim_rester - such a wait, innermost first
 * @task: who
 * @rest: how
 * @done: of SIM_REST_WAIT
 * @ctx: for @done
 * @result: how it ended
 * @outer: begun before
 */
struct sim_rester {
	struct sim_task *task;
	enum sim_rest rest;
	bool (*done)(void *ctx);
	void *ctx;
	bool result;
	struct sim_rester *outer;
};

/**
 * struct sim_cpu_state - one CPU
 * @curr: the task that has it, NULL when idle
 * @interrupted: whom the softirq or hardirq in @curr took it from, innermost last
 * @interrupted_count: their number: a softirq and a hardirq above it at most
 */
struct sim_cpu_state {
	struct sim_task *curr;
	struct sim_task *interrupted[2];
	unsigned int interrupted_count;
};

/**
 * struct sim_tasks - what world->tasks points to
 * @root: the program's own stack
 * @first: all tasks of the run in order of number
 * @last: the newest
 * @next_number: of the next task
 * @alive_count: not dead, the root included
 * @driver_count: alive tasks of class SIM_TASK_DRIVER
 * @run_first: runnable tasks, longest first
 * @run_last: the newest
 * @runnable_count: their number
 * @irq_count: those of them that are softirqs or hardirqs
 * @sleep_first: blocked tasks with a deadline, next due first
 * @cpu: CPUs
 * @next_cpu: for the next task without a CPU of its own
 * @zombie: fiber of a task that has ended, freed by the next that runs
 * @shown: last task that a switch event named
 * @rester: innermost wait for the others
 * @scheduler: who decides; NULL for fifo
 * @quiet: points to come at which it need not be asked
 * @choice_points: points with a choice so far
 * @choice: deviations from the default so far
 * @choice_count: their number
 * @choice_capacity: room in @choice
 * @text: of svmsim_schedule_text()
 * @text_bytes: room in @text
 * @alarm_ns: earliest of next timer, next deadline, next look for livelocks, bound
 * @look_ns: when to look for a livelock
 * @bound_ns: when the bound on points is reached; moves on when time jumps
 * @point_bound: as set; @step_bound: as set
 * @step_bound: see @point_bound
 * @switch_count: switches taken
 * @stopped: no task runs again but the root
 * @bounded: a bound was reached
 * @livelocked: a livelock was reported
 * @spin_count: passes since the last progress that look like spinning
 * @progress_key: what had happened by then
 * @progress_count: calls of sim_task_progress()
 * @still_since_ns: since when nothing has happened
 */
struct sim_tasks {
	struct sim_task root;
	struct sim_task *first;
	struct sim_task *last;
	u32 next_number;
	unsigned int alive_count;
	unsigned int driver_count;
	struct sim_task *run_first;
	struct sim_task *run_last;
	unsigned int runnable_count;
	unsigned int irq_count;
	struct sim_task *sleep_first;
	struct sim_cpu_state cpu[SIM_CPU_MAX];
	unsigned int next_cpu;
	struct host_fiber *zombie;
	struct sim_task *shown;
	struct sim_rester *rester;
	const struct svmsim_scheduler *scheduler;
	u64 quiet;
	u64 choice_points;
	struct sim_choice *choice;
	unsigned int choice_count;
	unsigned int choice_capacity;
	char *text;
	unsigned int text_bytes;
	u64 alarm_ns;
	u64 look_ns;
	u64 bound_ns;
	u64 point_bound;
	u64 step_bound;
	u64 switch_count;
	bool stopped;
	bool bounded;
	bool livelocked;
	u64 spin_count;
	u64 progress_key;
	u64 progress_count;
	u64 still_since_ns;
};

/** enum sim_pass - why somebody else may run now */
enum sim_pass {
	SIM_PASS_POINT,
	SIM_PASS_YIELD,
	/* As a yield, but the task keeps its CPU where it may not be preempted anyway. */
	SIM_PASS_RELAX,
	SIM_PASS_BLOCK,
	SIM_PASS_EXIT,
};

/* Run list and CPUs. */
void sim_run_add(struct sim_tasks *tasks, struct sim_task *task);
void sim_run_remove(struct sim_tasks *tasks, struct sim_task *task);
void sim_cpu_leave(struct sim_tasks *tasks, struct sim_task *task);
/* Lets somebody else run, or not; returns when the running task is chosen again. */
void sim_pass(struct svmsim_world *world, const struct sim_site *site, enum sim_pass why);
bool sim_preemptible_at(const struct svmsim_world *world, const struct sim_task *task,
			enum sim_pass why, unsigned int kind);

/*
 * No task can run: makes one able to, by ending a wait for the others, by moving time on, or by
 * finding that all is lost.
 */
void sim_idle(struct svmsim_world *world);
/* See svmsim_tasks_wait(), svmsim_tasks_run(). */
bool sim_rest_wait(struct svmsim_world *world, bool (*done)(void *ctx), void *ctx,
		   const char *what);
bool sim_rest_run(struct svmsim_world *world);
/* No task is to run any more but the root, whatever it waits for. */
void sim_rest_stop(struct svmsim_world *world);
/* The bound on points or steps is reached: no task runs again. */
void sim_bound_reached(struct svmsim_world *world);
/* Everything due at the present time happens. */
void sim_expire(struct svmsim_world *world);
/* Time moves on to @ns, with nobody running meanwhile. */
void sim_jump(struct svmsim_world *world, u64 ns);
/* How far time can go without anything to do. */
u64 sim_next_due_ns(const struct svmsim_world *world);

/* A task begins to wait: has it closed a cycle of waits? Reports it. */
void sim_stuck_check_cycle(struct svmsim_world *world, struct sim_task *task);
/* Tasks that can never go on and have to: report them; @task is the one that is waited for. */
void sim_stuck_report(struct svmsim_world *world);
/* Has a task that has to end been waiting for so long that only timers keep the world going? */
bool sim_stuck_too_long(const struct svmsim_world *world);
/* Called now and then: nothing happens but spinning? Returns true if the task should yield. */
bool sim_stuck_look(struct svmsim_world *world);
/* Text of what a task waits for: "lock &b, held by t1". */
void sim_waiting_text(const struct sim_task *task, char *buf, size_t size);

#endif
