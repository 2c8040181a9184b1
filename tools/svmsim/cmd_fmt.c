// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim fmt: the one canonical layout of scenario files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

static const struct cli_option options[] = {
	{ "check", NULL, "change nothing; exit status 1 if a file is laid out differently" },
	{ "D", "NAME=VAL", "set a variable that a file needs to be read" },
	{ NULL, NULL, NULL },
};

/* Returns an exit status. */
static int format_file(const struct cli_file *file,
		       const struct svmsim_scenario_options *load_options, bool check)
{
	const char *old = svmsim_scenario_text(file->scenario);
	char *text = svmsim_scenario_format(file->scenario);
	int status = CLI_HELD;

	if (!strcmp(file->path, "-") && !check) {
		fputs(text, stdout);
	} else if (strcmp(old, text)) {
		printf("%s%s\n", file->path, check ? ": not in canonical layout" : "");
		if (check)
			status = CLI_FINDING;
		else if (!cli_write_file(file->path, text))
			status = CLI_USAGE;
	}
	free(text);
	return status;
}

static int run(const struct cli_args *args)
{
	struct svmsim_scenario_options load_options = { 0 };

	return cli_each_file(args, &load_options, format_file);
}

const struct cli_command cli_cmd_fmt = {
	.name = "fmt",
	.operands = "FILE|DIRECTORY|-...",
	.does = "rewrite scenarios in the one canonical layout",
	.detail = "Rewrites files in the canonical layout and names those that changed; standard "
		  "input\ngoes to standard output.",
	.example = { "svmsim fmt scenarios/", "svmsim fmt --check scenarios/" },
	.option = options,
	.run = run,
};
