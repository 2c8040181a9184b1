// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Conditions about every moment of a run, and texts in its log. A moment is where somebody else
 * could look: behind an action, and where a task gives way to another.
 */
#include <stdio.h>
#include <string.h>
#include "explore/scn_fault.h"
#include "explore/scn_runner.h"

#define TEXT_MAX 400

typedef bool (*cond_fn)(struct scn_runner *runner, const struct scn_term *term);

static bool cond_holds(struct scn_runner *runner, const struct scn_term *term)
{
	const struct svmsim_lock *lock = runner->handle[term->symbol];
	const struct svmsim_actor *actor = runner->task[term->task].actor;

	return lock && actor && svmsim_lock_holds(lock, actor);
}

static bool cond_waits(struct scn_runner *runner, const struct scn_term *term)
{
	struct svmsim_actor *actor = runner->task[term->task].actor;

	if (!actor || !svmsim_actor_blocked(actor, NULL, 0))
		return false;
	return term->symbol < 0 || (runner->handle[term->symbol] &&
				    svmsim_lock_awaited(runner->handle[term->symbol], actor));
}

static bool cond_done(struct scn_runner *runner, const struct scn_term *term)
{
	const struct scn_task_run *run = &runner->task[term->task];

	return run->actor && run->step && !svmsim_actor_busy(run->actor);
}

static bool cond_counter(struct scn_runner *runner, const struct scn_term *term)
{
	return scn_compares(&term->compare, scn_counter(runner, &term->compare, term->device));
}

static bool cond_pages(struct scn_runner *runner, const struct scn_term *term)
{
	return scn_pages_are(runner, term);
}

static const cond_fn cond_fns[SCN_COND_COUNT] = {
	[SCN_COND_HOLDS] = cond_holds,
	[SCN_COND_WAITS] = cond_waits,
	[SCN_COND_DONE] = cond_done,
	[SCN_COND_COUNTER] = cond_counter,
	[SCN_COND_PAGE] = cond_pages,
};

static bool all_hold(struct scn_runner *runner, const struct scn_expect *expect)
{
	unsigned int i;

	for (i = 0; i < expect->term_count; i++) {
		const struct scn_term *term = &expect->term[i];

		if (cond_fns[term->cond](runner, term) == term->negated)
			return false;
	}
	return true;
}

static void note_seen(struct scn_runner *runner, unsigned int index)
{
	struct scn_seen *seen = &runner->seen[index];

	seen->held = true;
	seen->world_step = svmsim_world_step(runner->world);
	seen->step = runner->mark_count ? runner->mark[runner->mark_count - 1].step : NULL;
}

void scn_cond_look(struct scn_runner *runner)
{
	const struct scn_plan *plan = runner->plan;
	unsigned int i;

	for (i = 0; i < plan->judge_count; i++) {
		const struct scn_expect *expect = &plan->judge[i].expect;

		if ((expect->kind == SCN_EXPECT_EVENTUALLY || expect->kind == SCN_EXPECT_NEVER) &&
		    !runner->seen[i].held && all_hold(runner, expect))
			note_seen(runner, i);
	}
}

static void look_at_log(struct scn_runner *runner, const char *text)
{
	const struct scn_plan *plan = runner->plan;
	unsigned int i;

	for (i = 0; i < plan->judge_count; i++) {
		const struct scn_expect *expect = &plan->judge[i].expect;

		if (expect->kind == SCN_EXPECT_LOG && !runner->seen[i].held &&
		    strstr(text, expect->log))
			note_seen(runner, i);
	}
}

/* The last action of a task is looked at by itself; here, what it left when it gave way. */
static void consume(void *ctx, const struct svmsim_event *event)
{
	struct scn_runner *runner = ctx;

	if (!strcmp(event->name, "sched_switch"))
		scn_cond_look(runner);
	else if (!strcmp(event->name, "console"))
		look_at_log(runner, event->text);
}

static bool is_about_moments(const struct scn_judge *judge)
{
	return judge->expect.kind == SCN_EXPECT_EVENTUALLY ||
	       judge->expect.kind == SCN_EXPECT_NEVER || judge->expect.kind == SCN_EXPECT_LOG;
}

void scn_cond_watch(struct scn_runner *runner)
{
	const struct scn_plan *plan = runner->plan;
	unsigned int i;

	for (i = 0; i < plan->judge_count; i++) {
		if (!is_about_moments(&plan->judge[i]))
			continue;
		runner->watcher = svmsim_watch(runner->world, consume, runner);
		return;
	}
}

static void judge_seen(struct scn_runner *runner, const struct scn_judge *judge,
		       const struct scn_seen *seen)
{
	char got[TEXT_MAX];

	if (judge->expect.kind == SCN_EXPECT_LOG) {
		scn_failed(runner, judge->stmt, judge->text, "a line with this text", "none", -1);
	} else if (judge->expect.kind == SCN_EXPECT_EVENTUALLY) {
		scn_failed(runner, judge->stmt, judge->text, "at some moment", "at none", -1);
	} else {
		if (seen->step)
			snprintf(got, sizeof(got), "in step %llu, begun by line %u: %s",
				 (unsigned long long)seen->world_step, seen->step->stmt->line,
				 seen->step->text);
		else
			snprintf(got, sizeof(got), "from the beginning");
		scn_failed(runner, judge->stmt, judge->text, "at no moment", got, -1);
	}
}

void scn_cond_judge(struct scn_runner *runner)
{
	const struct scn_plan *plan = runner->plan;
	unsigned int i;

	for (i = 0; i < plan->judge_count; i++) {
		const struct scn_judge *judge = &plan->judge[i];

		/* What a failure that was injected kept from happening is no news. */
		if (judge->expect.kind != SCN_EXPECT_NEVER && scn_fault_count(runner))
			continue;
		if (is_about_moments(judge) &&
		    runner->seen[i].held == (judge->expect.kind == SCN_EXPECT_NEVER))
			judge_seen(runner, judge, &runner->seen[i]);
	}
}
