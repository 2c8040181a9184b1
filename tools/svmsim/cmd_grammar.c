// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim grammar: the tables of docs/scenario.md, from the parser's own. Not listed. */
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"

static const struct cli_option options[] = { { NULL, NULL, NULL } };

static int run(const struct cli_args *args)
{
	char *text = svmsim_scenario_grammar();

	fputs(text, stdout);
	free(text);
	return CLI_HELD;
}

const struct cli_command cli_cmd_grammar = {
	.name = "grammar",
	.operands = "",
	.does = "print the tables of the scenario language",
	.detail = "Prints what the parser knows as Markdown: docs/scenario.md holds it.",
	.example = { "svmsim grammar", "svmsim grammar | grep iova_alloc" },
	.option = options,
	.run = run,
	.hidden = true,
};
