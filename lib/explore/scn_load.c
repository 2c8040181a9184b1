// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Loading a scenario and asking about it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_program.h"
#include "host/host.h"

/* Without one given, the nearest directory above the file that is named `scenarios`. */
static const char *find_root(struct svmsim_scenario *scenario, const char *path)
{
	const char *at = path, *found = NULL;

	while ((at = strstr(at, "scenarios/"))) {
		if (at == path || at[-1] == '/')
			found = at;
		at++;
	}
	return found ? scn_strndup(&scenario->arena, path,
				   (size_t)(found - path) + strlen("scenarios")) : NULL;
}

static bool load(struct svmsim_scenario *scenario, const struct svmsim_scenario_options *options,
		 struct scn_error *error)
{
	struct scn_program *program = scenario->main;

	return scn_parse(scenario, program, error) && scn_make_plans(scenario, options, error);
}

static struct svmsim_scenario *make_scenario(const char *path,
					     const struct svmsim_scenario_options *options)
{
	struct svmsim_scenario *scenario = host_zalloc(sizeof(*scenario));
	struct scn_program *program = scn_alloc(&scenario->arena, sizeof(*program));
	char *real = strcmp(path, "-") ? realpath(path, NULL) : NULL;

	program->source.path = scn_strdup(&scenario->arena, path);
	program->real_path = scn_strdup(&scenario->arena, real ? real : path);
	free(real);
	scenario->main = program;
	scenario->programs = program;
	scenario->root = options && options->root ? scn_strdup(&scenario->arena, options->root) :
						     find_root(scenario, path);
	return scenario;
}

static int finish_load(struct svmsim_scenario *scenario, int err,
		       const struct svmsim_scenario_options *options, struct scn_error *error,
		       struct svmsim_scenario **out, char *message, size_t message_bytes)
{
	if (!err && !load(scenario, options, error))
		err = -EINVAL;
	if (!err) {
		*out = scenario;
		return 0;
	}
	if (message_bytes)
		snprintf(message, message_bytes, "%s", error->text);
	svmsim_scenario_free(scenario);
	return err;
}

int svmsim_scenario_load(const char *path, const struct svmsim_scenario_options *options,
			 struct svmsim_scenario **scenario, char *message, size_t message_bytes)
{
	struct scn_error error = { .set = false };
	struct svmsim_scenario *made = make_scenario(path, options);
	struct scn_source *source = &made->main->source;
	int err = scn_read_file(path, &made->arena, &source->text, &source->bytes, &error);

	return finish_load(made, err, options, &error, scenario, message, message_bytes);
}

int svmsim_scenario_parse(const char *name, const char *text, size_t bytes,
			  const struct svmsim_scenario_options *options,
			  struct svmsim_scenario **scenario, char *message, size_t message_bytes)
{
	struct scn_error error = { .set = false };
	struct svmsim_scenario *made = make_scenario(name, options);
	struct scn_source *source = &made->main->source;
	int err = 0;

	if (bytes > SCN_FILE_MAX_BYTES) {
		err = -EFBIG;
		scn_fail(&error, name, 1, 1, "more than 1 MiB; a scenario is about 40 lines");
	} else {
		source->text = scn_strndup(&made->arena, text, bytes);
		source->bytes = bytes;
	}
	return finish_load(made, err, options, &error, scenario, message, message_bytes);
}

void svmsim_scenario_free(struct svmsim_scenario *scenario)
{
	if (!scenario)
		return;
	scn_arena_free(&scenario->arena);
	host_free(scenario);
}

unsigned int svmsim_scenario_repetitions(const struct svmsim_scenario *scenario)
{
	return scenario->plan_count;
}

bool svmsim_scenario_has_action(const struct svmsim_scenario *scenario)
{
	const struct scn_program *program;

	for (program = scenario->programs; program; program = program->next) {
		if (program->has_action)
			return true;
	}
	return false;
}

bool svmsim_scenario_reads(const struct svmsim_scenario *scenario, const char *name)
{
	unsigned int i;

	for (i = 0; i < scenario->variable_count; i++) {
		if (!strcmp(scenario->variable[i], name))
			return true;
	}
	return false;
}

const char *svmsim_scenario_variable(const struct svmsim_scenario *scenario, unsigned int index)
{
	return index < scenario->variable_count ? scenario->variable[index] : NULL;
}

const char *svmsim_scenario_variant(const struct svmsim_scenario *scenario, unsigned int index)
{
	return index < scenario->plan_count ? scenario->plan[index].variant : "";
}

const char *svmsim_scenario_pin(const struct svmsim_scenario *scenario, unsigned int index,
				unsigned int pin)
{
	const struct scn_plan *plan;

	if (index >= scenario->plan_count)
		return NULL;
	plan = &scenario->plan[index];
	return pin < plan->pin_count ? plan->pin[pin].name : NULL;
}

const char *svmsim_scenario_text(const struct svmsim_scenario *scenario)
{
	return scenario->main->source.text;
}
