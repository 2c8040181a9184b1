// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Processes while a plan is made: who acts for which, on which CPU, and pages in conditions. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_planner.h"
#include "explore/scn_resolver.h"

/* What `cpu:` and each `cpuN:` run threads of, unless the scenario says another. */
#define PROCESS_DEFAULT "cpu"

static struct scn_arena *arena_of(struct scn_planner *planner)
{
	return &planner->env->scenario->arena;
}

struct scn_thread *scn_thread_of(struct scn_plan *plan, struct scn_arena *arena,
				 const char *actor)
{
	int cpu = scn_cpu_number(actor);
	struct scn_thread *thread;
	unsigned int i;

	for (i = 0; i < plan->thread_count; i++) {
		if (plan->thread[i].cpu == cpu)
			return &plan->thread[i];
	}
	plan->thread = scn_grow(arena, plan->thread, plan->thread_count, sizeof(*thread));
	thread = &plan->thread[plan->thread_count++];
	*thread = (struct scn_thread){ .cpu = cpu, .process = -1 };
	return thread;
}

bool scn_process_name(struct scn_cursor *cursor, const struct scn_plan *plan,
		      const struct scn_token *token)
{
	const char *name = token->text;
	unsigned int i;

	if (!strcmp(name, PROCESS_DEFAULT))
		return true;
	if (!scn_task_name(cursor, token, name))
		return false;
	if (scn_find_device(&plan->machine, name, strlen(name)) >= 0)
		return scn_fail_token(cursor, token, "%s is a device: a process needs another name",
				      name);
	for (i = 0; i < plan->task_count; i++) {
		if (!strcmp(plan->task[i].name, name))
			return scn_fail_token(cursor, token, "%s is a task: a process needs "
					      "another name", name);
	}
	return true;
}

static int declare_process(struct scn_planner *planner, struct scn_cursor *cursor,
			   const struct scn_token *token)
{
	struct scn_step nothing = { .device = -1 };
	struct scn_resolver resolver = {
		.plan = planner->plan, .cursor = cursor, .arena = arena_of(planner),
		.step = &nothing,
	};
	int index;

	return scn_declare(&resolver, token, SCN_SYMBOL_PROCESS, &index) ? index : -1;
}

bool scn_plan_mm(struct scn_planner *planner, struct scn_cursor *cursor)
{
	const struct scn_token *token = scn_name(cursor, "a process");

	return token && scn_process_name(cursor, planner->plan, token) &&
	       declare_process(planner, cursor, token) >= 0 && scn_end(cursor);
}

static bool default_process(struct scn_planner *planner, struct scn_cursor *cursor,
			    const struct scn_token *where, int *process)
{
	struct scn_thread *thread = scn_thread_of(planner->plan, arena_of(planner),
						  PROCESS_DEFAULT);
	struct scn_token token = *where;

	token.text = PROCESS_DEFAULT;
	if (thread->process < 0)
		thread->process = declare_process(planner, cursor, &token);
	*process = thread->process;
	return *process >= 0;
}

bool scn_plan_process(struct scn_planner *planner, struct scn_cursor *cursor,
		      struct scn_step *step)
{
	const struct scn_action *action = step->action;
	struct scn_token actor = *action->actor;
	struct scn_plan *plan = planner->plan;
	struct scn_thread *thread;

	if (action->verb->actor == SCN_ACTOR_MIRROR && action->place_count) {
		if (!action->process)
			return default_process(planner, cursor, &actor, &step->process);
		step->process = scn_name_process(planner, cursor, action->process);
		return step->process >= 0;
	}
	if (action->verb->actor != SCN_ACTOR_CPU)
		return true;
	actor.text = scn_strndup(arena_of(planner), actor.text, strlen(actor.text) - 1);
	if (strcmp(actor.text, PROCESS_DEFAULT) && scn_cpu_number(actor.text) < 0) {
		step->process = scn_find_symbol(plan, actor.text);
		return true;
	}
	if (!strcmp(actor.text, PROCESS_DEFAULT))
		return default_process(planner, cursor, &actor, &step->process);
	thread = scn_thread_of(plan, arena_of(planner), actor.text);
	if (thread->process < 0) {
		actor.text = PROCESS_DEFAULT;
		thread->process = declare_process(planner, cursor, &actor);
	}
	step->process = thread->process;
	return step->process >= 0;
}

int scn_plan_cpu_task(struct scn_planner *planner, struct scn_cursor *cursor,
		      const struct scn_token *actor)
{
	struct scn_plan *plan = planner->plan;
	int cpu = scn_cpu_number(actor->text);
	struct scn_task *task;
	unsigned int i;

	for (i = 0; i < plan->task_count; i++) {
		if (scn_cpu_number(plan->task[i].name) == cpu)
			return (int)i;
	}
	if (plan->task_count == SCN_TASK_MAX) {
		scn_fail_token(cursor, actor, "more than %d tasks", SCN_TASK_MAX);
		return -1;
	}
	plan->task = scn_grow(arena_of(planner), plan->task, plan->task_count, sizeof(*task));
	task = &plan->task[plan->task_count];
	*task = (struct scn_task){
		.name = scn_printf(arena_of(planner), "cpu%d", cpu), .cpu = cpu, .used = true,
		.place = actor, .path = cursor->path,
	};
	return (int)plan->task_count++;
}

static const char *process_known(const void *ctx, unsigned int index)
{
	const struct scn_plan *plan = ctx;
	unsigned int i;

	for (i = 0; i < plan->symbol_count; i++) {
		if (plan->symbol[i].kind == SCN_SYMBOL_PROCESS && index-- == 0)
			return plan->symbol[i].name;
	}
	return NULL;
}

int scn_name_process(struct scn_planner *planner, struct scn_cursor *cursor,
		     const struct scn_token *token)
{
	const struct scn_plan *plan = planner->plan;

	if (scn_is_process(plan, token->text, strlen(token->text)))
		return scn_find_symbol(plan, token->text);
	scn_fail_unknown(cursor, token, "process", process_known, plan);
	return -1;
}

bool scn_name_counter(struct scn_planner *planner, struct scn_cursor *cursor,
		      const struct scn_compare *compare, const struct scn_token *token, int *symbol)
{
	struct scn_token process = *token;

	process.text = compare->device;
	*symbol = scn_name_process(planner, cursor, &process);
	return *symbol >= 0;
}

bool scn_name_pages(struct scn_planner *planner, struct scn_cursor *cursor, struct scn_term *term)
{
	struct scn_plan *plan = planner->plan;

	if (!scn_check_place(cursor, plan, &term->place, &term->symbol))
		return false;
	if (term->node >= (int)plan->machine.node_count)
		return scn_fail_token(cursor, term->subject, "there is no node %d, the machine has "
				      "%u", term->node, plan->machine.node_count);
	if (term->object && scn_find_device(&plan->machine, term->object->text,
					    strlen(term->object->text)) < 0)
		return scn_fail_unknown(cursor, term->object, "device", scn_device_known,
					&plan->machine);
	if (!term->process)
		return default_process(planner, cursor, term->subject, &term->process_symbol);
	term->process_symbol = scn_name_process(planner, cursor, term->process);
	return term->process_symbol >= 0;
}

bool scn_plan_pages(struct scn_planner *planner, const struct scn_stmt *stmt,
		    struct scn_cursor *cursor, struct scn_expect *expect, const char *text)
{
	struct scn_step *step = scn_add_step(planner, stmt, SCN_STEP_PAGES);
	unsigned int i;

	if (!step)
		return false;
	step->text = text;
	step->expect = expect;
	for (i = 0; i < expect->term_count; i++) {
		if (!scn_name_pages(planner, cursor, &expect->term[i]))
			return false;
	}
	return true;
}

bool scn_plan_state_mm(struct scn_planner *planner, struct scn_cursor *cursor,
		       struct scn_step *step, const struct scn_state *state)
{
	if (state->place.symbol) {
		step->span = scn_alloc(arena_of(planner), sizeof(*step->span));
		step->span->range = state->place.range;
		step->span_count = 1;
		if (!scn_check_place(cursor, planner->plan, &state->place, &step->span->symbol))
			return false;
	}
	if (state->device) {
		step->device = scn_find_device(&planner->plan->machine, state->device->text,
					       strlen(state->device->text));
		if (step->device < 0)
			return scn_fail_unknown(cursor, state->device, "device", scn_device_known,
						&planner->plan->machine);
		if (planner->plan->machine.device[step->device].mirror == SVMSIM_MIRROR_NONE)
			return scn_fail_token(cursor, state->device, "%s does not mirror: machine "
					      "{ mirror %s { } }", state->device->text,
					      state->device->text);
	}
	if (!state->process)
		return !scn_state_needs_pages(state->what) ||
		       default_process(planner, cursor, state->place.symbol, &step->process);
	step->process = scn_name_process(planner, cursor, state->process);
	return step->process >= 0;
}
