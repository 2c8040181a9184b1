/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A toy of what asks a scheduler: tasks are strings of operations, a switch point before each. A
 * letter is put into the log; `(` and `)` take and give lock 0, `[` and `]` lock 1; `!x` waits
 * until x is in the log, yielding; `?x` does so without yielding.
 */
#ifndef SCHED_TOY_H
#define SCHED_TOY_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <svmsim/scheduler.h>

#define TOY_TASK_MAX 8
#define TOY_OPS_MAX 32
#define TOY_STEP_MAX 100000

/**
 * struct toy_task - a task
 * @ops: its program
 * @name: "t0"
 * @at: next operation
 * @waits_for: lock it is blocked on, -1 for none
 * @passed: by operation, how often it passed its point while others could run
 */
struct toy_task {
	const char *ops;
	char name[12];
	unsigned int at;
	int waits_for;
	unsigned int passed[128];
};

/**
 * struct toy - a run
 * @task: tasks
 * @count: number of @task
 * @owner: who has each lock, -1 for nobody
 * @log: letters in order; `#` at the end of a deadlock, `...` of a run without an end
 * @text: its schedule
 * @points: points with a choice
 * @quiet: of them to come without a question
 * @asked: how often the scheduler was asked
 */
struct toy {
	struct toy_task task[TOY_TASK_MAX];
	unsigned int count;
	int owner[2];
	char log[256];
	char text[65536];
	uint64_t points;
	uint64_t quiet;
	unsigned int asked;
};

static inline uint64_t toy_key(const char *site)
{
	uint64_t key = 0xcbf29ce484222325ull;

	for (; *site; site++)
		key = (key ^ (unsigned char)*site) * 0x100000001b3ull;
	return key;
}

static inline bool toy_runnable(const struct toy *toy, unsigned int index)
{
	const struct toy_task *task = &toy->task[index];

	return task->ops[task->at] && (task->waits_for < 0 || toy->owner[task->waits_for] < 0);
}

static inline void toy_record(struct toy *toy, const struct svmsim_point *point,
			      unsigned int chosen)
{
	size_t used = strlen(toy->text);
	char occurrence[16] = "";

	if (chosen == point->default_index)
		return;
	if (point->occurrence > 1)
		snprintf(occurrence, sizeof(occurrence), "*%u", point->occurrence);
	snprintf(toy->text + used, sizeof(toy->text) - used, ",%s:k%08x%s>%s", point->task,
		 (uint32_t)point->site_key, occurrence, point->candidate[chosen].name);
}

static inline const char *toy_primitive(char op)
{
	return op == '!' ? "yield" : op == '(' || op == '[' ? "lock" : op == ')' || op == ']' ?
	       "unlock" : op == '?' ? "spin" : op ? "op" : "exit";
}

/* Who runs next when @index passes a point; -1 when nobody can. */
static inline int toy_pass(struct toy *toy, const struct svmsim_scheduler *scheduler,
			   unsigned int index)
{
	struct svmsim_candidate candidate[TOY_TASK_MAX] = { 0 };
	struct toy_task *task = &toy->task[index];
	char op = task->ops[task->at];
	struct svmsim_point point = {
		.task = task->name, .task_number = index, .primitive = toy_primitive(op),
		.candidate = candidate, .yields = op == '!',
	};
	char site[80];
	unsigned int i, k, chosen;

	/* The longest runnable first: here simply the next in turn. */
	for (k = 1; k <= toy->count; k++) {
		i = (index + k) % toy->count;
		if (!toy_runnable(toy, i))
			continue;
		if (i == index) {
			point.can_go_on = true;
			point.default_index = point.count;
		}
		candidate[point.count].name = toy->task[i].name;
		candidate[point.count++].number = i;
	}
	if (point.yields)
		point.default_index = 0;
	if (!point.count)
		return -1;
	if (point.count == 1 || !scheduler)
		return (int)candidate[point.default_index].number;
	point.occurrence = ++task->passed[op & 127];
	if (toy->quiet && point.can_go_on && !point.yields) {
		toy->quiet--;
		return (int)candidate[point.default_index].number;
	}
	point.point = ++toy->points;
	snprintf(site, sizeof(site), "toy.c:run:%s(%c)", point.primitive, op ? op : '.');
	point.site = site;
	point.site_key = toy_key(site);
	toy->asked++;
	chosen = scheduler->next(scheduler->ctx, &point, &toy->quiet);
	if (chosen >= point.count)
		fail_msg("a choice of %u among %u", chosen, point.count);
	toy_record(toy, &point, chosen);
	return (int)candidate[chosen].number;
}

static inline void toy_log(struct toy *toy, const char *text)
{
	size_t used = strlen(toy->log);

	snprintf(toy->log + used, sizeof(toy->log) - used, "%s", text);
}

/* Carries out an operation: false when it has to wait. */
static inline bool toy_do(struct toy *toy, unsigned int index)
{
	struct toy_task *task = &toy->task[index];
	char op = task->ops[task->at], log[2] = { op, 0 };
	int lock = op == '[' || op == ']';

	task->waits_for = -1;
	if (op == '(' || op == '[') {
		if (toy->owner[lock] >= 0) {
			task->waits_for = lock;
			return false;
		}
		toy->owner[lock] = (int)index;
	} else if (op == ')' || op == ']') {
		toy->owner[lock] = -1;
	} else if (op == '!' || op == '?') {
		if (!strchr(toy->log, task->ops[task->at + 1]))
			return true;
		task->at++;
	} else {
		toy_log(toy, log);
	}
	task->at++;
	return true;
}

/* Runs programs, separated by blanks, under a scheduler that was started. */
static inline void toy_run(struct toy *toy, const char *programs,
			   const struct svmsim_scheduler *scheduler)
{
	char words[512], *word, *rest = words;
	unsigned int steps = 0;
	unsigned int current = 0;
	int next;

	memset(toy, 0, sizeof(*toy));
	toy->owner[0] = toy->owner[1] = -1;
	snprintf(toy->text, sizeof(toy->text), "s1");
	snprintf(words, sizeof(words), "%s", programs);
	while ((word = strtok_r(rest, " ", &rest))) {
		struct toy_task *task = &toy->task[toy->count];

		task->ops = word;
		task->waits_for = -1;
		snprintf(task->name, sizeof(task->name), "t%u", toy->count++);
	}
	/* Whoever is chosen stands behind its own point already. */
	while ((next = toy_pass(toy, scheduler, current)) >= 0) {
		if (++steps > TOY_STEP_MAX) {
			toy_log(toy, "...");
			return;
		}
		current = (unsigned int)next;
		toy_do(toy, current);
	}
	for (next = 0; next < (int)toy->count; next++) {
		if (toy->task[next].ops[toy->task[next].at]) {
			toy_log(toy, "#");
			return;
		}
	}
}

#endif
