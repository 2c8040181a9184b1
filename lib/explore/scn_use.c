// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* `use FILE`: where it is looked up, and what may not happen: a circle, no end, a way out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "explore/scn_program.h"

static bool climbs(const char *name)
{
	return name[0] == '/' || !strcmp(name, "..") || !strncmp(name, "../", 3) ||
	       strstr(name, "/../");
}

/* Path of @name beside the file that uses it, or else in the scenario root; NULL if in neither. */
static const char *look_up(struct svmsim_scenario *scenario, const struct scn_program *from,
			   const char *name)
{
	const char *slash = strrchr(from->source.path, '/');
	const char *beside = slash ? scn_printf(&scenario->arena, "%.*s/%s",
						(int)(slash - from->source.path),
						from->source.path, name) : name;
	const char *below;

	if (!access(beside, F_OK))
		return beside;
	if (!scenario->root)
		return NULL;
	below = scn_printf(&scenario->arena, "%s/%s", scenario->root, name);
	return access(below, F_OK) ? NULL : below;
}

static bool fail_circle(struct scn_program *from, const struct scn_program *again,
			const struct scn_token *token, struct scn_error *error)
{
	const char *chain[SCN_USE_MAX_DEPTH + 2];
	const struct scn_program *program;
	char text[300] = "";
	unsigned int count = 0;

	for (program = from; program && count < SCN_ARRAY_SIZE(chain); program = program->parent) {
		chain[count++] = program->source.path;
		if (program == again)
			break;
	}
	while (count--) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s -> ", chain[count]);
	}
	return scn_fail(error, from->source.path, token->line, token->column,
			"\"use\" makes a circle: %s%s", text, again->source.path);
}

static struct scn_program *load_used(struct svmsim_scenario *scenario, struct scn_program *from,
				     const char *path, const char *real,
				     const struct scn_token *token, struct scn_error *error)
{
	struct scn_program *program = scn_alloc(&scenario->arena, sizeof(*program));
	struct scn_error inner = { .set = false };

	program->source.path = path;
	program->real_path = scn_strdup(&scenario->arena, real);
	program->parent = from;
	program->next = scenario->programs;
	scenario->programs = program;
	if (scn_read_file(path, &scenario->arena, &program->source.text, &program->source.bytes,
			  &inner)) {
		scn_fail(error, from->source.path, token->line, token->column, "%s", inner.text);
		return NULL;
	}
	if (!scn_parse(scenario, program, error))
		return NULL;
	program->parent = NULL;
	return program;
}

struct scn_program *scn_use(struct svmsim_scenario *scenario, struct scn_program *from,
			    const struct scn_token *token, struct scn_error *error)
{
	const struct scn_program *above;
	struct scn_program *program;
	unsigned int depth = 0;
	const char *path;
	char *real;

	if (climbs(token->text)) {
		scn_fail(error, from->source.path, token->line, token->column,
			 "\"%s\" leaves the scenarios: a file that is used lies beside this one or "
			 "in the scenario root", token->text);
		return NULL;
	}
	path = look_up(scenario, from, token->text);
	real = path ? realpath(path, NULL) : NULL;
	if (!real) {
		scn_fail(error, from->source.path, token->line, token->column,
			 "there is no \"%s\" beside this file%s%s", token->text,
			 scenario->root ? ", nor in " : " and there is no scenario root",
			 scenario->root ? scenario->root : "");
		return NULL;
	}
	for (above = from; above; above = above->parent) {
		depth++;
		if (!strcmp(above->real_path, real)) {
			fail_circle(from, above, token, error);
			free(real);
			return NULL;
		}
	}
	for (program = scenario->programs; program; program = program->next) {
		if (!strcmp(program->real_path, real) && !program->parent)
			break;
	}
	if (!program && (depth > SCN_USE_MAX_DEPTH || ++scenario->use_count > SCN_USE_MAX_COUNT))
		scn_fail(error, from->source.path, token->line, token->column,
			 "\"use\" goes deeper than %d files, or takes in more than %d",
			 SCN_USE_MAX_DEPTH, SCN_USE_MAX_COUNT);
	else if (!program)
		program = load_used(scenario, from, path, real, token, error);
	free(real);
	return program;
}
