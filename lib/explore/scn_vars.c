// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Variables: `${NAME}`, `${NAME:value}`, and where their values come from. */
#include <stdio.h>
#include <string.h>
#include <svmsim/program.h>
#include "explore/scn_program.h"

const struct scn_var *scn_var_find(const struct scn_env *env, const char *name)
{
	const struct scn_var *var;

	for (var = env->vars; var; var = var->next) {
		if (!strcmp(var->name, name))
			return var;
	}
	return NULL;
}

void scn_var_push(struct scn_env *env, const char *name, const char *value,
		  enum scn_origin origin)
{
	struct scn_var *var = scn_alloc(&env->scenario->arena, sizeof(*var));

	var->name = name;
	var->value = value;
	var->origin = origin;
	var->next = env->vars;
	env->vars = var;
}

static const char *variable_known(const void *ctx, unsigned int index)
{
	const struct scn_env *env = ctx;
	const struct scn_var *var = env->vars;

	while (var && index--)
		var = var->next;
	return var ? var->name : NULL;
}

/* The name in the `${...}` at @at; @end is set behind its brace, @colon to its colon or NULL. */
static const char *variable_name(struct scn_env *env, const char *at, const char **end,
				 const char **colon)
{
	const char *close = strchr(at, '}');
	const char *name_end = close;

	*colon = memchr(at, ':', (size_t)(close - at));
	if (*colon)
		name_end = *colon;
	*end = close + 1;
	return scn_strndup(&env->scenario->arena, at + 2, (size_t)(name_end - at - 2));
}

static bool fill_token(struct scn_env *env, const struct scn_stmt *stmt, struct scn_token *token)
{
	const char *at = token->text, *end, *colon, *path = stmt->program->source.path;
	struct scn_buf buf = { 0 };
	char suggestion[300];

	while (*at) {
		const struct scn_var *var;
		const char *name;

		if (at[0] != '$') {
			scn_buf_bytes(&buf, at++, 1);
			continue;
		}
		name = variable_name(env, at, &end, &colon);
		var = scn_var_find(env, name);
		if (!var) {
			scn_buf_free(&buf);
			scn_suggest(suggestion, sizeof(suggestion), name, variable_known, env);
			return scn_fail(env->error, path, token->line, token->column,
					"variable %s has no value: give one with -D %s=..., or a "
					"default with ${%s:value}%s", name, name, name,
					strstr(suggestion, "did you") ? suggestion : "");
		}
		scn_buf_add(&buf, "%s", var->value);
		at = end;
		if (buf.bytes > SCN_VALUE_MAX_BYTES) {
			scn_buf_free(&buf);
			return scn_fail(env->error, path, token->line, token->column,
					"with variables filled in this word is longer than %d "
					"bytes", SCN_VALUE_MAX_BYTES);
		}
	}
	token->text = scn_strndup(&env->scenario->arena, buf.bytes ? buf.data : "", buf.bytes);
	token->open = false;
	scn_buf_free(&buf);
	return true;
}

struct scn_token *scn_fill(struct scn_env *env, const struct scn_stmt *stmt)
{
	struct scn_token *token = scn_alloc(&env->scenario->arena,
					    stmt->token_count * sizeof(*token));
	unsigned int i;

	memcpy(token, stmt->token, stmt->token_count * sizeof(*token));
	for (i = 0; i < stmt->token_count; i++) {
		if (token[i].open && token[i].kind == SCN_TOKEN_WORD &&
		    !fill_token(env, stmt, &token[i]))
			return NULL;
	}
	return token;
}

bool scn_visit(struct scn_env *env, const struct scn_stmt *stmt)
{
	if (++env->scenario->visited_count <= SCN_VISIT_MAX)
		return true;
	return scn_fail(env->error, stmt->program->source.path, stmt->line, 1,
			"with loops, \"use\" and repetitions unrolled, this is more than %d lines",
			SCN_VISIT_MAX);
}

static bool note_variable(struct scn_env *env, const struct scn_token *token, const char *path,
			  const char *name)
{
	struct svmsim_scenario *scenario = env->scenario;
	unsigned int i;

	for (i = 0; i < scenario->variable_count; i++) {
		if (!strcmp(scenario->variable[i], name))
			return true;
	}
	if (scenario->variable_count == SCN_VARIABLE_MAX)
		return scn_fail(env->error, path, token->line, token->column,
				"more than %d variables", SCN_VARIABLE_MAX);
	scenario->variable = scn_grow(&scenario->arena, scenario->variable,
				      scenario->variable_count, sizeof(*scenario->variable));
	scenario->variable[scenario->variable_count++] = name;
	return true;
}

/* What is known of itself, without anybody saying so; NULL for any other name. */
static const char *own_value(const char *name)
{
	if (!strcmp(name, "INSTRUMENTED"))
		return svmsim_instrumented() ? "yes" : "no";
	return NULL;
}

static bool collect_token(struct scn_env *env, const struct scn_token *token, const char *path)
{
	const char *at = token->text, *end, *colon;

	while ((at = strchr(at, '$'))) {
		const char *name = variable_name(env, at, &end, &colon);

		if (!note_variable(env, token, path, name))
			return false;
		if (!scn_var_find(env, name) && own_value(name))
			scn_var_push(env, name, own_value(name), SCN_FROM_DEFAULT);
		if (colon && !scn_var_find(env, name))
			scn_var_push(env, name,
				     scn_strndup(&env->scenario->arena, colon + 1,
						 (size_t)(end - colon - 2)),
				     SCN_FROM_DEFAULT);
		at = end;
	}
	return true;
}

bool scn_collect_variables(struct scn_env *env, const struct scn_stmt *first)
{
	const struct scn_stmt *stmt;
	unsigned int i;

	for (stmt = first; stmt; stmt = stmt->next) {
		const char *path = stmt->program->source.path;

		if (!scn_visit(env, stmt))
			return false;
		for (i = 0; i < stmt->token_count; i++) {
			if (stmt->token[i].open && !collect_token(env, &stmt->token[i], path))
				return false;
		}
		if (stmt->is_action)
			continue;
		if (stmt->key == SCN_KEY_FOR &&
		    !note_variable(env, &stmt->token[1], path, stmt->token[1].text))
			return false;
		if ((stmt->used && !scn_collect_variables(env, stmt->used->first)) ||
		    !scn_collect_variables(env, stmt->body) ||
		    !scn_collect_variables(env, stmt->otherwise))
			return false;
	}
	return true;
}
