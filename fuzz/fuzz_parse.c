// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Fuzz target: any bytes as a scenario file. Loading ends with a scenario or with one line of text;
 * what loads has a canonical layout, which loads too and is its own layout.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/scenario.h>
#include "fuzz.h"

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "%s\n----\n%s----\n", what, text);
	abort();
}

static struct svmsim_scenario *parse(const char *text, size_t bytes, char *message)
{
	const struct svmsim_define define = { "IOMMU", "generic-pt" };
	const struct svmsim_scenario_options options = {
		.define = &define, .define_count = 1,
	};
	struct svmsim_scenario *scenario = NULL;
	int err;

	message[0] = '\0';
	err = svmsim_scenario_parse("fuzz.svm", text, bytes, &options, &scenario, message,
				    SVMSIM_MESSAGE_MAX);
	if (!err != !!scenario || !err != !message[0] || strchr(message, '\n'))
		fail("a scenario and a message, or neither", text);
	return scenario;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[SVMSIM_MESSAGE_MAX];
	struct svmsim_scenario *scenario, *again;
	char *layout, *second;

	scenario = parse((const char *)data, size, message);
	if (!scenario)
		return 0;
	layout = svmsim_scenario_format(scenario);
	again = parse(layout, strlen(layout), message);
	if (!again)
		fail(message, layout);
	second = svmsim_scenario_format(again);
	if (strcmp(layout, second))
		fail("the canonical layout is not its own layout", layout);
	if (svmsim_scenario_repetitions(scenario) != svmsim_scenario_repetitions(again))
		fail("the canonical layout means something else", layout);
	free(second);
	free(layout);
	svmsim_scenario_free(again);
	svmsim_scenario_free(scenario);
	return 0;
}
