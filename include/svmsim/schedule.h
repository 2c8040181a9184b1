/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Tasks of the user's own, and who decides which one runs. Without a scheduler a world is `fifo`:
 * a task goes on until it blocks, then the one that has been runnable longest has its turn.
 *
 * DOC: Vocabulary
 *
 * choice      a place where another task than the default runs next.
 * schedule    the choices of a run as a string without spaces: svmsim_schedule_text(). A run with
 *             the same scenario, seed and schedule is the same run.
 * divergence  a choice of a schedule that never came up, or could not be made.
 */
#ifndef SVMSIM_SCHEDULE_H
#define SVMSIM_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>

struct svmsim_world;

/**
 * struct svmsim_candidate - a task that could run next
 * @name: unique in the run
 * @number: from 0, in order of creation
 * @cpu: its CPU
 * @agent: hardware
 */
struct svmsim_candidate {
	const char *name;
	uint32_t number;
	unsigned int cpu;
	bool agent;
};

/**
 * struct svmsim_point - a switch point where there is a choice
 * @task: name of the task that passes it
 * @task_number: its number
 * @site: "abba.c:abba_one:mutex_lock(&b)"; valid until the answer is given
 * @site_key: hash of @site
 * @primitive: "mutex_lock"
 * @occurrence: from 1: how often the task passed this site while others were runnable
 * @can_go_on: the task itself is among the candidates
 * @yields: it asked to let others run (cond_resched())
 * @default_index: candidate that runs if nobody chooses
 * @count: number of @candidate
 * @candidate: who could run next; the longest runnable first
 * @point: number of points with a choice so far in this run, from 1
 */
struct svmsim_point {
	const char *task;
	uint32_t task_number;
	const char *site;
	uint64_t site_key;
	const char *primitive;
	uint32_t occurrence;
	bool can_go_on;
	bool yields;
	unsigned int default_index;
	unsigned int count;
	const struct svmsim_candidate *candidate;
	uint64_t point;
};

/**
 * struct svmsim_scheduler - who decides
 * @name: "random"
 * @start: another run? true and the state is that of the start of run number @run (from 0); false
 *	when there is none. Called once by whoever repeats runs, never by the world.
 * @next: who runs next: an index into @candidate. Sets *@quiet to the number of points at which the
 *	task can go on that follow without a question (the default is taken); 0 to be asked
 *	each time.
 *	Asked in any case where the task can't go on and there is more than one candidate.
 * @random: next random value; a source of the scheduler's own, not the world's
 * @end: the run is over; false with a message when it did not come out as it had to (divergence);
 *	may be NULL
 * @ctx: passed to each
 */
struct svmsim_scheduler {
	const char *name;
	bool (*start)(void *ctx, uint64_t run);
	unsigned int (*next)(void *ctx, const struct svmsim_point *point, uint64_t *quiet);
	uint64_t (*random)(void *ctx);
	bool (*end)(void *ctx, char *message, size_t message_bytes);
	void *ctx;
};

/**
 * svmsim_world_schedule - set who decides; to be called before the first task is made
 * @world: world
 * @scheduler: used until the world is reset or destroyed, not copied; NULL for fifo
 */
SVMSIM_API void svmsim_world_schedule(struct svmsim_world *world,
				      const struct svmsim_scheduler *scheduler);
/**
 * svmsim_schedule_text - the choices of the run so far: "s1,t0:k3f9a2c1*2>t1,..."
 * @world: world
 *
 * Return: text, valid until the next call on this world; "s1" when no choice was made.
 */
SVMSIM_API const char *svmsim_schedule_text(struct svmsim_world *world);
/** svmsim_world_switches - switches from one task to another so far */
SVMSIM_API uint64_t svmsim_world_switches(const struct svmsim_world *world);

/** enum svmsim_tasks_end - why svmsim_tasks_run() came back */
enum svmsim_tasks_end {
	SVMSIM_TASKS_DONE,
	SVMSIM_TASKS_STUCK,
	SVMSIM_TASKS_BOUND,
	SVMSIM_TASKS_STOPPED,
};

/**
 * svmsim_task_spawn - make a task
 * @world: world
 * @name: shown in traces and reports, at most 15 characters
 * @cpu: CPU, -1 for any
 * @run: its body, on a stack of 256 KiB; must not leave by longjmp
 * @ctx: passed to @run
 *
 * It runs when svmsim_tasks_run() is called, or another task blocks.
 * Return: 0, -ENOMEM, -EINVAL (no such CPU).
 */
SVMSIM_API int svmsim_task_spawn(struct svmsim_world *world, const char *name, int cpu,
				 void (*run)(void *ctx), void *ctx);
/**
 * svmsim_tasks_run - let tasks run
 * @world: world
 *
 * Called from the program's own stack. Time moves to the next timer whenever no task can run.
 * Return: SVMSIM_TASKS_DONE when all tasks of svmsim_task_spawn() have ended and no other can run;
 * _STUCK when some can never go on (a report `deadlock` says why), _BOUND when the bound on switch
 * points was reached, _STOPPED after svmsim_tasks_stop().
 */
SVMSIM_API enum svmsim_tasks_end svmsim_tasks_run(struct svmsim_world *world);
/** svmsim_tasks_stop - called from a task: svmsim_tasks_run() returns and no task runs again */
SVMSIM_API void svmsim_tasks_stop(struct svmsim_world *world);
/** svmsim_tasks_settle - from a task: let the others run until none can; time does not jump */
SVMSIM_API void svmsim_tasks_settle(struct svmsim_world *world);
/**
 * svmsim_tasks_wait - from a task: block until one of several things has happened
 * @world: world
 * @done: asked whenever another task has run; must only look
 * @ctx: passed to @done
 * @what: for reports: "par block"
 *
 * Return: true when @done said so, false when nothing is left that could make it true (not
 * reported; the caller says what it means).
 */
SVMSIM_API bool svmsim_tasks_wait(struct svmsim_world *world, bool (*done)(void *ctx), void *ctx,
				  const char *what);
/**
 * svmsim_task_blocked - is the task with this name blocked, and on what?
 * @world: world
 * @name: task
 * @what: filled with "lock b, held by t1" when it is; may be NULL
 * @what_bytes: size of @what
 */
SVMSIM_API bool svmsim_task_blocked(struct svmsim_world *world, const char *name, char *what,
				    size_t what_bytes);
/**
 * svmsim_world_bound - bound the run
 * @world: world
 * @points: switch points passed, switches or not; 0 for the default of 100,000,000
 * @steps: switches taken; 0 for the default of 1,000,000
 */
SVMSIM_API void svmsim_world_bound(struct svmsim_world *world, uint64_t points, uint64_t steps);

/** enum svmsim_task_state - what a task does */
enum svmsim_task_state {
	SVMSIM_TASK_RUNNING,
	/* Could run, were it chosen; or has not begun. */
	SVMSIM_TASK_READY,
	SVMSIM_TASK_BLOCKED,
	/* Waits for a spinning lock: keeps its CPU. */
	SVMSIM_TASK_SPINNING,
	SVMSIM_TASK_ENDED,
};

/**
 * struct svmsim_task - a task as it stands
 * @name: unique in the run; valid until the world is reset
 * @number: from 1, in order of creation
 * @state: what it does
 * @cpu: its CPU
 * @agent: hardware
 * @driver: of svmsim_task_spawn()
 * @idle: blocked because there is nothing for it to do
 * @what: "lock b, held by t1" where it waits, else ""
 * @site: where it waits, or where another task took over; "" before it has begun
 */
struct svmsim_task {
	const char *name;
	uint32_t number;
	enum svmsim_task_state state;
	unsigned int cpu;
	bool agent;
	bool driver;
	bool idle;
	char what[200];
	char site[256];
};

/**
 * svmsim_task_get - look at a task; the program's own stack is none
 * @world: world
 * @index: from 0, in order of creation
 * @task: filled
 *
 * Return: false past the last.
 */
SVMSIM_API bool svmsim_task_get(const struct svmsim_world *world, uint32_t index,
				struct svmsim_task *task);
/**
 * svmsim_task_find - look at a task by name, one that has ended too
 * @world: world
 * @name: its name
 * @task: filled when there is one
 */
SVMSIM_API bool svmsim_task_find(const struct svmsim_world *world, const char *name,
				 struct svmsim_task *task);

/**
 * struct svmsim_site - a place in the program that has a name
 * @name: "abba.c:abba_one:mutex_lock(&b)"
 * @primitive: "mutex_lock"
 * @key: hash of @name; schedules have its low 32 bits
 * @is_point: a switch point; otherwise a failure can be injected there
 */
struct svmsim_site {
	char name[256];
	const char *primitive;
	uint64_t key;
	bool is_point;
};

/**
 * svmsim_site_get - sites of the program
 * @index: from 0, in no particular order
 * @site: filled
 *
 * Return: false past the last.
 */
SVMSIM_API bool svmsim_site_get(uint32_t index, struct svmsim_site *site);
/** svmsim_world_points - how often a scheduler was asked so far */
SVMSIM_API uint64_t svmsim_world_points(const struct svmsim_world *world);
/** svmsim_world_bounded - was a bound of svmsim_world_bound() reached? */
SVMSIM_API bool svmsim_world_bounded(const struct svmsim_world *world);

#endif
