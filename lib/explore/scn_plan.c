// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One way through a file: variables, conditions and loops resolved into a flat list of steps. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_planner.h"

static struct scn_arena *arena_of(struct scn_planner *planner)
{
	return &planner->env->scenario->arena;
}

static bool fail_stmt(struct scn_planner *planner, const struct scn_stmt *stmt, const char *what)
{
	return scn_fail(planner->env->error, stmt->program->source.path, stmt->line, 1, "%s",
			what);
}

const char *scn_device_known(const void *ctx, unsigned int index)
{
	const struct svmsim_machine *machine = ctx;

	if (index == machine->device_count)
		return "ram";
	return index < machine->device_count ? machine->device[index].name : NULL;
}

int scn_find_device(const struct svmsim_machine *machine, const char *name, size_t bytes)
{
	unsigned int i;

	for (i = 0; i < machine->device_count; i++) {
		if (strlen(machine->device[i].name) == bytes &&
		    !strncmp(machine->device[i].name, name, bytes))
			return (int)i;
	}
	return -1;
}

/* The machine is complete with the first line that needs it. */
static bool finish_machine(struct scn_planner *planner)
{
	char message[SVMSIM_MESSAGE_MAX] = "";
	const struct scn_stmt *stmt = planner->machine_stmt;

	if (planner->machine_done)
		return true;
	planner->machine_done = true;
	planner->plan->has_seed = planner->plan->machine.seed != 0;
	if (!svmsim_machine_defaults(&planner->plan->machine, message, sizeof(message)))
		return true;
	if (!stmt)
		stmt = planner->env->scenario->main->first;
	return fail_stmt(planner, stmt, message[0] ? message : "this machine can't be built");
}

struct scn_step *scn_add_step(struct scn_planner *planner, const struct scn_stmt *stmt,
			      enum scn_step_kind kind)
{
	struct scn_plan *plan = planner->plan;
	struct scn_step *step;

	if (plan->step_count == SCN_STEP_MAX) {
		fail_stmt(planner, stmt, "with loops unrolled, this is more than 100000 steps");
		return NULL;
	}
	if (!finish_machine(planner))
		return NULL;
	plan->step = scn_grow(arena_of(planner), plan->step, plan->step_count, sizeof(*step));
	step = &plan->step[plan->step_count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->stmt = stmt;
	step->device = step->symbol = step->ram = step->other = step->to = -1;
	step->task = step->target = step->process = -1;
	return step;
}

static const char *join_text(struct scn_planner *planner, const struct scn_token *token,
			     unsigned int count)
{
	struct scn_buf buf = { 0 };
	const char *text;
	unsigned int i;

	for (i = 0; i < count && token[i].kind != SCN_TOKEN_ARROW; i++)
		;
	scn_join(&buf, token, i);
	text = scn_strndup(arena_of(planner), buf.bytes ? buf.data : "", buf.bytes);
	scn_buf_free(&buf);
	return text;
}

static bool plan_action(struct scn_planner *planner, const struct scn_stmt *stmt,
			struct scn_cursor *cursor)
{
	struct scn_step *step = scn_add_step(planner, stmt, SCN_STEP_ACTION);
	struct scn_action *action = scn_alloc(arena_of(planner), sizeof(*action));
	struct svmsim_machine *machine = &planner->plan->machine;
	struct scn_token actor;
	char hint[300];
	size_t bytes;

	cursor->machine = machine;
	cursor->plan = planner->plan;
	if (!step || !scn_parse_action(cursor, action))
		return false;
	step->action = action;
	step->text = join_text(planner, cursor->token, cursor->count);
	bytes = strlen(action->actor->text) - 1;
	if (action->verb->actor == SCN_ACTOR_DEVICE || action->verb->actor == SCN_ACTOR_MIRROR) {
		step->device = scn_find_device(machine, action->actor->text, bytes);
		if (step->device < 0) {
			actor = *action->actor;
			actor.text = scn_strndup(arena_of(planner), actor.text, bytes);
			scn_suggest(hint, sizeof(hint), actor.text, scn_device_known, machine);
			if (!strstr(hint, "did you") &&
			    scn_verb_find(SCN_ACTOR_CPU, action->verb->name))
				return scn_fail_no_process(cursor, action->actor,
							   action->actor + 1);
			return scn_fail_unknown(cursor, &actor, "actor", scn_device_known, machine);
		}
	}
	return scn_plan_process(planner, cursor, step) &&
	       scn_plan_who(planner, cursor, step) &&
	       scn_resolve_action(planner->env, planner->plan, cursor, step);
}

static bool plan_expect(struct scn_planner *planner, const struct scn_stmt *stmt,
			struct scn_cursor *cursor)
{
	struct scn_expect *expect = scn_alloc(arena_of(planner), sizeof(*expect));
	struct scn_plan *plan = planner->plan;
	const char *text = join_text(planner, cursor->token, cursor->count);
	struct scn_step *step;

	if (!scn_parse_expect(cursor, expect) || !finish_machine(planner))
		return false;
	if (expect->kind == SCN_EXPECT_PAGES)
		return scn_plan_pages(planner, stmt, cursor, expect, text);
	if (expect->kind != SCN_EXPECT_COUNTER) {
		struct scn_judge *judge;

		if (plan->judge_count == SCN_JUDGE_MAX)
			return fail_stmt(planner, stmt, "more than 1024 expected reports");
		plan->judge = scn_grow(arena_of(planner), plan->judge, plan->judge_count,
				       sizeof(*judge));
		judge = &plan->judge[plan->judge_count++];
		judge->stmt = stmt;
		judge->text = text;
		judge->expect = *expect;
		return true;
	}
	step = scn_add_step(planner, stmt, SCN_STEP_COUNTER);
	if (!step)
		return false;
	step->text = text;
	step->expect = expect;
	if (!expect->compare.device)
		return true;
	if (scn_derived_is_mm(expect->compare.derived))
		return scn_name_counter(planner, cursor, &expect->compare, &cursor->token[1],
					&step->process);
	step->device = scn_find_device(&plan->machine, expect->compare.device,
				       strlen(expect->compare.device));
	if (step->device < 0) {
		struct scn_token device = cursor->token[1];

		device.text = expect->compare.device;
		return scn_fail_unknown(cursor, &device, "device", scn_device_known,
					&plan->machine);
	}
	return true;
}

static bool plan_state(struct scn_planner *planner, const struct scn_stmt *stmt,
		       struct scn_cursor *cursor)
{
	struct scn_step *step = scn_add_step(planner, stmt, SCN_STEP_STATE);
	struct scn_state state;

	if (!step || !scn_parse_state(cursor, &state))
		return false;
	step->text = join_text(planner, cursor->token, cursor->count);
	step->state = state.what;
	if (scn_state_is_mm(state.what))
		return scn_plan_state_mm(planner, cursor, step, &state);
	if (!state.device)
		return true;
	step->device = scn_find_device(&planner->plan->machine, state.device->text,
				       strlen(state.device->text));
	return step->device >= 0 || scn_fail_unknown(cursor, state.device, "device",
						     scn_device_known, &planner->plan->machine);
}

static bool plan_advance(struct scn_planner *planner, const struct scn_stmt *stmt,
			 struct scn_cursor *cursor)
{
	struct scn_step *step = scn_add_step(planner, stmt, SCN_STEP_ADVANCE);
	const struct scn_token *token = scn_word(cursor, "a time (10ms)");

	if (!step || !token)
		return false;
	step->text = join_text(planner, cursor->token, cursor->count);
	return scn_parse_time(cursor, token, &step->ns) && scn_end(cursor);
}

static bool plan_machine(struct scn_planner *planner, const struct scn_stmt *stmt,
			 struct scn_cursor *cursor)
{
	if (planner->machine_done)
		return fail_stmt(planner, stmt, "the machine is built by the first action: this "
				 "line comes too late");
	planner->machine_stmt = stmt;
	if (stmt->key == SCN_KEY_MACHINE)
		return scn_machine_block(cursor, &planner->plan->machine);
	return scn_machine_set(cursor, &planner->plan->machine);
}

static bool plan_skip(struct scn_planner *planner, struct scn_cursor *cursor)
{
	const struct scn_token *reason;
	bool value = false;

	if (!scn_expect_punct(cursor, "if") || !scn_parse_cond(cursor, &value))
		return false;
	reason = scn_peek(cursor);
	if (value && !planner->plan->skip)
		planner->plan->skip = reason->text;
	return true;
}

static bool plan_for(struct scn_planner *planner, const struct scn_stmt *stmt,
		     const struct scn_token *token)
{
	struct scn_var *outer = planner->env->vars;
	unsigned int i;

	for (i = 3; i < stmt->token_count; i += 2) {
		scn_var_push(planner->env, token[1].text, token[i].text, SCN_FROM_BLOCK);
		if (!scn_plan_block(planner, stmt->body))
			return false;
		planner->env->vars = outer;
	}
	return true;
}

static bool plan_use(struct scn_planner *planner, const struct scn_stmt *stmt,
		     const struct scn_token *token)
{
	struct scn_program *used = stmt->used;
	bool fine;

	if (!used)
		used = scn_use(planner->env->scenario, stmt->program, &token[1],
			       planner->env->error);
	if (!used)
		return false;
	if (planner->use_depth == SCN_USE_MAX_DEPTH)
		return fail_stmt(planner, stmt, "\"use\" goes too deep");
	planner->use_depth++;
	fine = (stmt->used || scn_collect_variables(planner->env, used->first)) &&
	       scn_plan_block(planner, used->first);
	planner->use_depth--;
	return fine;
}

static bool plan_stmt(struct scn_planner *planner, const struct scn_stmt *stmt)
{
	struct scn_token *token = scn_fill(planner->env, stmt);
	struct scn_cursor cursor;
	bool value = false;

	if (!token)
		return false;
	scn_cursor_init(&cursor, planner->env->scenario, stmt, planner->env->error);
	cursor.token = token;
	if (stmt->is_action)
		return plan_action(planner, stmt, &cursor);
	cursor.at = 1;
	switch (stmt->key) {
	case SCN_KEY_MACHINE:
	case SCN_KEY_SET:
		return plan_machine(planner, stmt, &cursor);
	case SCN_KEY_USE:
		return plan_use(planner, stmt, token);
	case SCN_KEY_ALLOW:
		planner->plan->allow_unsafe = true;
		return true;
	case SCN_KEY_SKIP:
		return plan_skip(planner, &cursor);
	case SCN_KEY_FOR:
		return stmt->whole_file || plan_for(planner, stmt, token);
	case SCN_KEY_IF:
		return scn_parse_cond(&cursor, &value) &&
		       scn_plan_block(planner, value ? stmt->body : stmt->otherwise);
	case SCN_KEY_EXPECT:
		return plan_expect(planner, stmt, &cursor);
	case SCN_KEY_STATE:
		return plan_state(planner, stmt, &cursor);
	case SCN_KEY_ADVANCE:
		return plan_advance(planner, stmt, &cursor);
	case SCN_KEY_TASK:
		return scn_plan_task(planner, &cursor);
	case SCN_KEY_MM:
		return finish_machine(planner) && scn_plan_mm(planner, &cursor);
	case SCN_KEY_PAR:
		return scn_plan_par(planner, stmt, &cursor);
	case SCN_KEY_PIN:
		return scn_plan_pin(planner, stmt, &cursor);
	default:
		return true;
	}
}

bool scn_plan_block(struct scn_planner *planner, const struct scn_stmt *first)
{
	const struct scn_stmt *stmt;

	for (stmt = first; stmt && !planner->plan->skip; stmt = stmt->next) {
		if (!scn_visit(planner->env, stmt) || !plan_stmt(planner, stmt))
			return false;
	}
	return true;
}

bool scn_make_plan(struct scn_env *env, struct scn_plan *plan)
{
	struct scn_planner planner = { .env = env, .plan = plan, .par = -1 };

	if (!scn_plan_block(&planner, env->scenario->main->first))
		return false;
	return plan->skip || (finish_machine(&planner) && scn_plan_names(&planner));
}
