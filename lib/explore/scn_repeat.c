// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The repetitions of a file: every combination of what its top-level `for` lines list. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_program.h"

struct repeater {
	struct svmsim_scenario *scenario;
	const struct svmsim_scenario_options *options;
	struct scn_error *error;
	const struct scn_stmt *loop[SCN_NEST_MAX];
	const char *value[SCN_NEST_MAX];
	unsigned int loop_count;
};

static const char *outside_value(const struct repeater *repeater, const char *name)
{
	const struct svmsim_scenario_options *options = repeater->options;
	const char *value = NULL;
	unsigned int i;

	for (i = 0; options && i < options->define_count; i++) {
		if (!strcmp(options->define[i].name, name))
			value = options->define[i].value;
	}
	return value;
}

/* Everything from outside is known before the first line, `for` next, defaults last. */
static bool fill_env(struct repeater *repeater, struct scn_env *env)
{
	const struct svmsim_scenario_options *options = repeater->options;
	unsigned int i;

	memset(env, 0, sizeof(*env));
	env->scenario = repeater->scenario;
	env->error = repeater->error;
	for (i = 0; options && i < options->define_count; i++)
		scn_var_push(env, options->define[i].name, options->define[i].value,
			     SCN_FROM_OUTSIDE);
	for (i = 0; i < repeater->loop_count; i++)
		scn_var_push(env, repeater->loop[i]->token[1].text, repeater->value[i],
			     SCN_FROM_FOR);
	return scn_collect_variables(env, repeater->scenario->main->first);
}

/* "IOMMU=generic-pt", and the same as arguments: what is bound here and read by the file. */
static void name_plan(struct repeater *repeater, struct scn_env *env, struct scn_plan *plan)
{
	struct svmsim_scenario *scenario = repeater->scenario;
	struct scn_buf variant = { 0 }, replay = { 0 };
	unsigned int i;

	for (i = 0; i < scenario->variable_count; i++) {
		const struct scn_var *var = scn_var_find(env, scenario->variable[i]);

		if (!var || var->origin == SCN_FROM_DEFAULT)
			continue;
		scn_buf_add(&variant, "%s%s=%s", variant.bytes ? " " : "", var->name, var->value);
		scn_buf_add(&replay, " -D %s=", var->name);
		scn_shell_word(&replay, var->value);
	}
	plan->variant = scn_strndup(&scenario->arena, variant.bytes ? variant.data : "",
				    variant.bytes);
	plan->replay = scn_strndup(&scenario->arena, replay.bytes ? replay.data : "",
				   replay.bytes);
	scn_buf_free(&variant);
	scn_buf_free(&replay);
}

static struct scn_plan *new_plan(struct repeater *repeater)
{
	struct svmsim_scenario *scenario = repeater->scenario;

	if (scenario->plan_count == SCN_REPETITION_MAX) {
		scn_fail(repeater->error, scenario->main->source.path, 1, 1,
			 "the \"for\" lines multiply to more than %d repetitions",
			 SCN_REPETITION_MAX);
		return NULL;
	}
	scenario->plan = scn_grow(&scenario->arena, scenario->plan, scenario->plan_count,
				  sizeof(*scenario->plan));
	memset(&scenario->plan[scenario->plan_count], 0, sizeof(*scenario->plan));
	return &scenario->plan[scenario->plan_count++];
}

static bool plan_one(struct repeater *repeater, const char *skip)
{
	struct scn_plan *plan = new_plan(repeater);
	struct scn_env env;

	if (!plan || !fill_env(repeater, &env))
		return false;
	name_plan(repeater, &env, plan);
	plan->skip = skip;
	if (skip)
		return true;
	return scn_make_plan(&env, plan);
}

static bool repeat(struct repeater *repeater, unsigned int index)
{
	const struct scn_stmt *loop;
	const struct scn_token *token;
	const char *outside;
	struct scn_env env;
	bool found = false;
	unsigned int i, all = repeater->loop_count;

	if (index == all)
		return plan_one(repeater, NULL);
	loop = repeater->loop[index];
	/* The values may read variables that are known so far. */
	repeater->loop_count = index;
	token = fill_env(repeater, &env) ? scn_fill(&env, loop) : NULL;
	repeater->loop_count = all;
	if (!token)
		return false;
	outside = outside_value(repeater, token[1].text);
	for (i = 3; i < loop->token_count; i += 2) {
		if (outside && strcmp(outside, token[i].text))
			continue;
		found = true;
		repeater->value[index] = token[i].text;
		if (!repeat(repeater, index + 1))
			return false;
	}
	if (found)
		return true;
	/* Left out, not refused: a directory is run with one value for all of its files. */
	repeater->loop_count = index;
	found = plan_one(repeater, scn_printf(&repeater->scenario->arena,
					      "%s=%s is not among the values of its \"for\"",
					      token[1].text, outside));
	repeater->loop_count = all;
	return found;
}

bool scn_make_plans(struct svmsim_scenario *scenario,
		    const struct svmsim_scenario_options *options, struct scn_error *error)
{
	struct repeater repeater = {
		.scenario = scenario, .options = options, .error = error,
	};
	const struct scn_stmt *stmt;

	for (stmt = scenario->main->first; stmt; stmt = stmt->next) {
		if (stmt->is_action || stmt->key != SCN_KEY_FOR || !stmt->whole_file)
			continue;
		if (repeater.loop_count == SCN_NEST_MAX)
			return scn_fail(error, scenario->main->source.path, stmt->line, 1,
					"more than %d \"for\" lines repeat the whole file",
					SCN_NEST_MAX);
		repeater.loop[repeater.loop_count++] = stmt;
	}
	return repeat(&repeater, 0);
}
