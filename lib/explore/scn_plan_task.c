// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Tasks, labels, `par` blocks and pins while a plan is made. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_planner.h"

static struct scn_arena *arena_of(struct scn_planner *planner)
{
	return &planner->env->scenario->arena;
}

static int find_task(const struct scn_plan *plan, const char *name)
{
	unsigned int i;

	for (i = 0; i < plan->task_count; i++) {
		if (!strcmp(plan->task[i].name, name))
			return (int)i;
	}
	return -1;
}

static const char *task_known(const void *ctx, unsigned int index)
{
	const struct scn_plan *plan = ctx;

	return index < plan->task_count ? plan->task[index].name : NULL;
}

/* The task with a name, declared by its first use; -1 with an error. */
static int use_task(struct scn_planner *planner, struct scn_cursor *cursor,
		    const struct scn_token *token, const char *name, bool is_label)
{
	struct scn_plan *plan = planner->plan;
	int index = find_task(plan, name);

	if (index < 0) {
		if (!scn_task_name(cursor, token, name))
			return -1;
		if (scn_find_device(&plan->machine, name, strlen(name)) >= 0) {
			scn_fail_token(cursor, token, "%s is a device: a %s needs another name",
				       name, is_label ? "label" : "task");
			return -1;
		}
		if (plan->task_count == SCN_TASK_MAX) {
			scn_fail_token(cursor, token, "more than %d tasks", SCN_TASK_MAX);
			return -1;
		}
		plan->task = scn_grow(arena_of(planner), plan->task, plan->task_count,
				      sizeof(*plan->task));
		index = (int)plan->task_count++;
		plan->task[index] = (struct scn_task){
			.name = name, .cpu = -1, .is_label = is_label, .used = false,
		};
	}
	/* One that was only placed so far is whatever comes. */
	if (plan->task[index].used && plan->task[index].is_label != is_label) {
		scn_fail_token(cursor, token, is_label ? "%s is a task with lines of its own: a "
			       "label needs another name" : "%s is a label of a par block: a task "
			       "needs another name", name);
		return -1;
	}
	plan->task[index].is_label = is_label;
	return index;
}

bool scn_plan_task(struct scn_planner *planner, struct scn_cursor *cursor)
{
	struct scn_plan *plan = planner->plan;
	struct scn_place place;
	int index;

	if (!scn_parse_place(cursor, &place))
		return false;
	index = use_task(planner, cursor, place.task, place.task->text, false);
	if (index < 0)
		return false;
	if (plan->task[index].used)
		return scn_fail_token(cursor, place.task, "%s has acted already: its CPU is said "
				      "before", place.task->text);
	plan->task[index].cpu = (int)place.cpu;
	plan->task[index].place = &cursor->token[cursor->count - 1];
	plan->task[index].path = cursor->path;
	return true;
}

/* What a label stands for: the first line decides, the others have to agree. */
static bool join_lane(struct scn_planner *planner, struct scn_cursor *cursor,
		      const char *label, int task)
{
	const struct scn_token *token = &cursor->token[0];
	const struct scn_task *tasks = planner->plan->task;
	unsigned int i;

	for (i = 0; i < planner->lane_count; i++) {
		const struct scn_lane *lane = &planner->lane[i];

		if (strcmp(lane->label, label)) {
			if (lane->task == task)
				return scn_fail_token(cursor, token, "%s runs under the label %s "
						      "in this block: its lines go there",
						      tasks[task].name, lane->label);
			continue;
		}
		if (lane->task == task)
			return true;
		return scn_fail_token(cursor, token, "the lines of one label are one task's: %s "
				      "is %s here", label,
				      tasks[lane->task].is_label ? "a task of its own" :
								   tasks[lane->task].name);
	}
	if (planner->lane_count == SCN_LANE_MAX)
		return scn_fail_token(cursor, token, "more than %d labels in a par block",
				      SCN_LANE_MAX);
	planner->lane[planner->lane_count++] = (struct scn_lane){ label, task };
	return true;
}

bool scn_plan_who(struct scn_planner *planner, struct scn_cursor *cursor, struct scn_step *step)
{
	const struct scn_token *actor = step->action->actor, *token = &cursor->token[0];
	const struct scn_verb *verb = step->action->verb;
	const char *name = scn_strndup(arena_of(planner), actor->text, strlen(actor->text) - 1);
	bool is_told = verb->op == SCN_OP_SIGNAL || verb->op == SCN_OP_KILL ||
		       verb->op == SCN_OP_RESULT;

	if (verb->actor == SCN_ACTOR_TASK) {
		step->target = use_task(planner, cursor, actor, name, false);
		if (step->target < 0)
			return false;
		planner->plan->task[step->target].used = true;
		step->task = is_told ? -1 : step->target;
	}
	if (verb->actor == SCN_ACTOR_CPU && scn_cpu_number(actor->text) >= 0) {
		step->task = scn_plan_cpu_task(planner, cursor, actor);
		if (step->task < 0)
			return false;
	}
	if (!step->stmt->label)
		return true;
	if (verb->op == SCN_OP_RESULT)
		return scn_fail_token(cursor, actor, "result can't stand in a par block, which "
				      "waits for all its lines");
	step->label = scn_strndup(arena_of(planner), token->text, strlen(token->text) - 1);
	if (step->task < 0) {
		step->task = use_task(planner, cursor, token, step->label, true);
		if (step->task < 0)
			return false;
		planner->plan->task[step->task].used = true;
	}
	planner->plan->step[planner->par].par_count++;
	return join_lane(planner, cursor, step->label, step->task);
}

/* Labels of the whole file, for pins, which take the first meaning of each. */
static void keep_lanes(struct scn_planner *planner)
{
	struct scn_plan *plan = planner->plan;
	unsigned int i;

	for (i = 0; i < planner->lane_count; i++) {
		plan->label = scn_grow(arena_of(planner), plan->label, plan->label_count,
				       sizeof(*plan->label));
		plan->label[plan->label_count++] = (struct scn_label){
			planner->lane[i].label, planner->lane[i].task,
		};
	}
}

bool scn_plan_par(struct scn_planner *planner, const struct scn_stmt *stmt,
		  struct scn_cursor *cursor)
{
	struct scn_par *par = scn_alloc(arena_of(planner), sizeof(*par));
	struct scn_step *step;
	bool fine;

	if (!scn_parse_par(cursor, par))
		return false;
	step = scn_add_step(planner, stmt, SCN_STEP_PAR);
	if (!step)
		return false;
	step->par = par;
	step->text = "par";
	planner->par = (int)(planner->plan->step_count - 1);
	planner->lane_count = 0;
	fine = scn_plan_block(planner, stmt->body);
	if (fine)
		keep_lanes(planner);
	planner->par = -1;
	return fine;
}

bool scn_plan_pin(struct scn_planner *planner, const struct scn_stmt *stmt,
		  struct scn_cursor *cursor)
{
	struct scn_plan *plan = planner->plan;
	struct scn_pin pin;
	unsigned int i;

	if (!scn_parse_pin(cursor, &pin))
		return false;
	pin.stmt = stmt;
	for (i = 0; i < plan->pin_count; i++) {
		if (!strcmp(plan->pin[i].name, pin.name))
			return scn_fail_token(cursor, &cursor->token[1], "there is a pin %s "
					      "already, in line %u", pin.name,
					      plan->pin[i].stmt->line);
	}
	if (plan->pin_count == SCN_PIN_MAX)
		return scn_fail_token(cursor, &cursor->token[1], "more than %d pins", SCN_PIN_MAX);
	plan->pin = scn_grow(arena_of(planner), plan->pin, plan->pin_count, sizeof(pin));
	plan->pin[plan->pin_count++] = pin;
	return true;
}

static const char *label_known(const void *ctx, unsigned int index)
{
	const struct scn_plan *plan = ctx;

	return index < plan->label_count ? plan->label[index].name : NULL;
}

/* Each label becomes the name of the task that it stands for. */
static bool name_pin(struct scn_planner *planner, struct scn_pin *pin)
{
	struct scn_plan *plan = planner->plan;
	struct scn_cursor cursor;
	unsigned int i, k;

	scn_cursor_init(&cursor, planner->env->scenario, pin->stmt, planner->env->error);
	for (i = 0; i < pin->step_count; i++) {
		struct scn_pin_step *step = &pin->step[i];

		for (k = 0; k < plan->label_count; k++) {
			if (!strcmp(plan->label[k].name, step->label->text))
				break;
		}
		if (k == plan->label_count)
			return plan->label_count ?
				scn_fail_unknown(&cursor, step->label, "label", label_known, plan) :
				scn_fail_token(&cursor, step->label, "there is no par block for "
					       "this pin");
		step->task = plan->task[plan->label[k].task].name;
	}
	return true;
}

static const char *lock_known(const void *ctx, unsigned int index)
{
	const struct scn_plan *plan = ctx;
	unsigned int i;

	for (i = 0; i < plan->symbol_count; i++) {
		if (plan->symbol[i].kind == SCN_SYMBOL_LOCK && index-- == 0)
			return plan->symbol[i].name;
	}
	return NULL;
}

static bool name_term(struct scn_planner *planner, struct scn_cursor *cursor,
		      struct scn_term *term)
{
	const struct scn_plan *plan = planner->plan;
	const char *device = term->compare.device;
	unsigned int i;

	if (term->cond == SCN_COND_PAGE)
		return scn_name_pages(planner, cursor, term);
	if (term->cond == SCN_COND_COUNTER) {
		if (!device)
			return true;
		if (scn_derived_is_mm(term->compare.derived))
			return scn_name_counter(planner, cursor, &term->compare, term->subject,
						&term->device);
		term->device = scn_find_device(&plan->machine, device, strlen(device));
		return term->device >= 0 || scn_fail_token(cursor, term->subject, "there is no "
							   "device %s", device);
	}
	term->task = find_task(plan, term->subject->text);
	if (term->task < 0 || !plan->task[term->task].used)
		return scn_fail_unknown(cursor, term->subject, "task", task_known, plan);
	if (!term->object)
		return true;
	for (i = 0; i < plan->symbol_count; i++) {
		if (plan->symbol[i].kind != SCN_SYMBOL_LOCK ||
		    strcmp(plan->symbol[i].name, term->object->text))
			continue;
		term->symbol = (int)i;
		return true;
	}
	return scn_fail_unknown(cursor, term->object, "lock", lock_known, plan);
}

static bool name_judge(struct scn_planner *planner, struct scn_judge *judge)
{
	struct scn_cursor cursor;
	unsigned int i;

	scn_cursor_init(&cursor, planner->env->scenario, judge->stmt, planner->env->error);
	for (i = 0; i < judge->expect.term_count; i++) {
		if (!name_term(planner, &cursor, &judge->expect.term[i]))
			return false;
	}
	return true;
}

static bool check_place(struct scn_planner *planner, const struct scn_task *task)
{
	const struct svmsim_machine *machine = &planner->plan->machine;
	unsigned int i, cpu_count = 0;

	for (i = 0; i < machine->node_count; i++)
		cpu_count += machine->node[i].cpu_count;
	if (task->cpu < (int)cpu_count)
		return true;
	return scn_fail(planner->env->error, task->path, task->place->line, task->place->column,
			"there is no CPU %d, the machine has %u: machine { node 0 { cpus %d } }",
			task->cpu, cpu_count, task->cpu + 1);
}

bool scn_plan_names(struct scn_planner *planner)
{
	struct scn_plan *plan = planner->plan;
	unsigned int i;

	for (i = 0; i < plan->task_count; i++) {
		if (!check_place(planner, &plan->task[i]))
			return false;
	}
	for (i = 0; i < plan->pin_count; i++) {
		if (!name_pin(planner, &plan->pin[i]))
			return false;
	}
	for (i = 0; i < plan->judge_count; i++) {
		if (!name_judge(planner, &plan->judge[i]))
			return false;
	}
	return true;
}
