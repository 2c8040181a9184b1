// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Lines of tasks and `par` blocks, posted to their tasks by the task of all other lines. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

#define TEXT_MAX 400

/* struct scn_kept - in front of memory that an action may leave behind when it never ends */
struct scn_kept {
	_Alignas(16) struct scn_kept *next;
	struct scn_kept *prev;
};

void *scn_keep(struct scn_runner *runner, size_t bytes)
{
	struct scn_kept *kept = host_zalloc(sizeof(*kept) + bytes);

	kept->next = runner->kept;
	if (kept->next)
		kept->next->prev = kept;
	runner->kept = kept;
	return kept + 1;
}

void scn_drop(struct scn_runner *runner, void *memory)
{
	struct scn_kept *kept = (struct scn_kept *)memory - 1;

	if (kept->next)
		kept->next->prev = kept->prev;
	if (kept->prev)
		kept->prev->next = kept->next;
	else
		runner->kept = kept->next;
	host_free(kept);
}

void scn_drop_all(struct scn_runner *runner)
{
	while (runner->kept)
		scn_drop(runner, runner->kept + 1);
}

struct svmsim_actor *scn_actor_of(struct scn_runner *runner, int task)
{
	const struct scn_task *info = &runner->plan->task[task];
	struct scn_task_run *run = &runner->task[task];

	run->runner = runner;
	if (!run->actor && svmsim_actor_create(runner->world, info->name, info->cpu, &run->actor)) {
		runner->reason = scn_strdup(runner->arena, svmsim_last_error(runner->world));
		runner->broken = true;
	}
	return run->actor;
}

static bool is_rested(void *ctx)
{
	const struct scn_task_run *run = ctx;

	return !svmsim_actor_busy(run->actor);
}

static void fail_line(struct scn_runner *runner, const struct scn_step *step, const char *got)
{
	scn_failed(runner, step->stmt, step->text, scn_result_text(runner->arena, step->action),
		   got, -1);
	runner->broken = true;
}

static void blocked_on(struct scn_runner *runner, int task, char *what, size_t size)
{
	if (!svmsim_actor_blocked(runner->task[task].actor, what, size))
		snprintf(what, size, "it gets no CPU");
}

/* Can its task begin with this line? Notes why not. */
static bool is_free(struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_task_run *run = &runner->task[step->task];
	const char *name = runner->plan->task[step->task].name;
	char got[TEXT_MAX], what[TEXT_MAX / 2];

	if (!scn_actor_of(runner, step->task))
		return false;
	if (svmsim_actor_gone(run->actor)) {
		snprintf(got, sizeof(got), "%s came to its end in line %u", name,
			 run->step ? run->step->stmt->line : 0);
		fail_line(runner, step, got);
		return false;
	}
	if (!svmsim_actor_busy(run->actor))
		return true;
	blocked_on(runner, step->task, what, sizeof(what));
	snprintf(got, sizeof(got), "%s is still in line %u (%s)", name, run->step->stmt->line,
		 what);
	fail_line(runner, step, got);
	return false;
}

static void line_body(void *ctx)
{
	struct scn_task_run *run = ctx;

	scn_carry_out(run->runner, run->step);
}

void scn_run_line(struct scn_runner *runner, const struct scn_step *step)
{
	struct scn_task_run *run = &runner->task[step->task];
	char got[TEXT_MAX], what[TEXT_MAX / 2];

	if (!is_free(runner, step))
		return;
	run->step = step;
	run->left = false;
	svmsim_actor_post(run->actor, line_body, run);
	if (svmsim_tasks_wait(runner->world, is_rested, run, "line"))
		return;
	run->left = true;
	if (!scn_expects_blocks(step) && !runner->broken) {
		blocked_on(runner, step->task, what, sizeof(what));
		snprintf(got, sizeof(got), "blocks (%s)", what);
		fail_line(runner, step, got);
	}
	scn_cond_look(runner);
}

static void lane_body(void *ctx)
{
	struct scn_task_run *run = ctx;
	struct scn_runner *runner = run->runner;
	int self = (int)(run - runner->task);
	unsigned int i;

	for (i = run->first; i < run->first + run->count && !runner->broken; i++) {
		if (runner->plan->step[i].task == self)
			scn_carry_out(runner, &runner->plan->step[i]);
	}
}

/* struct block - a `par` block that is waited for */
struct block {
	struct scn_runner *runner;
	const struct scn_step *step;
};

static bool is_block_done(void *ctx)
{
	const struct block *block = ctx;
	const struct scn_runner *runner = block->runner;
	unsigned int i;

	for (i = 1; i <= block->step->par_count; i++) {
		if (svmsim_actor_busy(runner->task[block->step[i].task].actor))
			return false;
	}
	return true;
}

void scn_run_par(struct scn_runner *runner, const struct scn_step *step)
{
	struct block block = { runner, step };
	unsigned int i, first = (unsigned int)(step - runner->plan->step) + 1;

	for (i = 1; i <= step->par_count; i++) {
		struct scn_outcome outcome = { 0 };

		/* Two lines at the same time must not both make a process. */
		if (step[i].process >= 0)
			scn_process_of(runner, step[i].process, &outcome);
	}
	for (i = 1; i <= step->par_count; i++) {
		struct scn_task_run *run = &runner->task[step[i].task];

		/* Its own first line posts them all. */
		if (run->first == first)
			continue;
		if (!is_free(runner, &step[i]))
			return;
		run->first = first;
		run->count = step->par_count;
		run->left = false;
		svmsim_actor_post(run->actor, lane_body, run);
	}
	if (!svmsim_tasks_wait(runner->world, is_block_done, &block, "par block"))
		runner->stuck = true;
}

void scn_run_settle(struct scn_runner *runner)
{
	unsigned int i;

	for (i = 0; i < runner->plan->task_count; i++) {
		if (runner->task[i].actor && svmsim_actor_busy(runner->task[i].actor)) {
			svmsim_tasks_settle(runner->world);
			return;
		}
	}
}

void scn_run_end_tasks(struct scn_runner *runner)
{
	unsigned int i;

	for (i = 0; i < runner->plan->task_count; i++) {
		if (runner->task[i].actor)
			svmsim_actor_end(runner->task[i].actor);
	}
}
