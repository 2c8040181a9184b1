/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Real tasks for tests of schedulers: each is a string of operations. A letter up to `m` passes a
 * switch point named after it, then is an action that the log shows behind the number of its task;
 * `(` and `)` take and give a mutex, `w` and `x` wait for a completion and complete it, `y` yields,
 * `.` lets all others run.
 */
#ifndef SCHED_TASKS_H
#define SCHED_TASKS_H

#include "sched_toy.h"
#include <svmsim/events.h>
#include <svmsim/world.h>
#include "above_sched_tasks.h"

#define TASK_MAX 5
#define OPS_MAX 16
#define LOG_MAX 256

/* struct body - a task, and the log that it shares with others */
struct body {
	struct svmsim_world *world;
	char *log;
	char name[8];
	char ops[OPS_MAX + 1];
};

static inline void do_action(struct body *body, char op)
{
	const char verb[2] = { op, '\0' };
	size_t used;

	above_step(op);
	svmsim_world_action(body->world, body->name, verb);
	used = strlen(body->log);
	snprintf(body->log + used, LOG_MAX - used, "%c%c", body->name[1], op);
}

static inline void run_body(void *ctx)
{
	struct body *body = ctx;
	const char *op;

	for (op = body->ops; *op; op++) {
		if (*op == '.')
			svmsim_tasks_settle(body->world);
		else if (*op == '(')
			above_lock();
		else if (*op == ')')
			above_unlock();
		else if (*op == 'w')
			above_wait();
		else if (*op == 'x')
			above_complete();
		else if (*op == 'y')
			above_yield();
		else
			do_action(body, *op);
	}
}

/* struct result - what came of a run */
struct result {
	char *schedule;
	uint64_t digest;
	uint64_t switches;
	enum svmsim_tasks_end end;
	char log[LOG_MAX];
};

static inline void free_result(struct result *result)
{
	free(result->schedule);
}

static inline struct svmsim_world *make_world(void)
{
	struct svmsim_machine machine = { .node_count = 1, .node[0] = { .cpu_count = 2 } };
	struct svmsim_world *world = NULL;
	char message[256] = "";

	if (svmsim_machine_defaults(&machine, message, sizeof(message)) ||
	    svmsim_world_create(&machine, NULL, &world, message, sizeof(message)))
		fail_msg("no world: %s", message);
	return world;
}

/* Resets the world, runs programs separated by blanks under a scheduler, and keeps what came. */
static inline struct result run_tasks(struct svmsim_world *world, const char *programs,
			       const struct svmsim_scheduler *scheduler)
{
	struct body body[TASK_MAX];
	char words[256], *word, *rest = words;
	struct result result = { .log = "" };
	unsigned int count = 0;

	svmsim_world_reset(world);
	svmsim_world_schedule(world, scheduler);
	snprintf(words, sizeof(words), "%s", programs);
	while ((word = strtok_r(rest, " ", &rest))) {
		struct body *next = &body[count];

		next->world = world;
		next->log = result.log;
		snprintf(next->name, sizeof(next->name), "t%u", count++);
		snprintf(next->ops, sizeof(next->ops), "%s", word);
		assert_int_equal(svmsim_task_spawn(world, next->name, -1, run_body, next), 0);
	}
	result.end = svmsim_tasks_run(world);
	result.schedule = strdup(svmsim_schedule_text(world));
	result.digest = svmsim_world_digest(world);
	result.switches = svmsim_world_switches(world);
	svmsim_world_schedule(world, NULL);
	return result;
}

static inline void assert_same(const struct result *a, const struct result *b, const char *programs)
{
	if (a->digest != b->digest || strcmp(a->schedule, b->schedule) || a->end != b->end ||
	    strcmp(a->log, b->log))
		fail_msg("%s: %s and %s", programs, a->schedule, b->schedule);
}

static inline struct result replay(struct svmsim_world *world, const char *programs,
				   const char *text, enum svmsim_on_divergence mode)
{
	struct svmsim_scheduler *scheduler;
	char message[512] = "";
	struct result result;

	if (svmsim_scheduler_replay(text, mode, &scheduler, message, sizeof(message)))
		fail_msg("%s: %s", text, message);
	result = run_tasks(world, programs, scheduler);
	if (!scheduler->end(scheduler->ctx, message, sizeof(message)) || message[0])
		fail_msg("%s: %s: %s", programs, text, message);
	svmsim_scheduler_free(scheduler);
	return result;
}

static inline void assert_replays(struct svmsim_world *world, const char *programs,
			   const struct result *first)
{
	struct result again = replay(world, programs, first->schedule, SVMSIM_DIVERGENCE_STOP);
	struct result nearest = replay(world, programs, again.schedule,
				       SVMSIM_DIVERGENCE_NEAREST);
	char *canonical = svmsim_schedule_canonical(first->schedule, NULL, 0);

	assert_same(first, &again, programs);
	assert_same(first, &nearest, programs);
	assert_string_equal(canonical, first->schedule);
	free(canonical);
	free_result(&again);
	free_result(&nearest);
}

#endif
