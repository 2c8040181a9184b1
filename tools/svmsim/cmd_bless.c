// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim bless: golden blocks rewritten to what the machine holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arena.h"
#include "cli.h"
#include "host/host.h"

static const struct cli_option options[] = {
	{ "check", NULL, "change nothing; exit status 1 if a block would change" },
	{ "D", "NAME=VAL", "set a variable of the scenario" },
	{ NULL, NULL, NULL },
};

static bool is_golden_failure(const struct svmsim_run *run, const struct svmsim_failure *failure)
{
	unsigned int i;

	for (i = 0; i < run->golden_count; i++) {
		if (!run->golden[i].holds && run->golden[i].line == failure->line &&
		    !strcmp(run->golden[i].file, failure->file))
			return true;
	}
	return false;
}

/* A run that fails for another reason says nothing about what its blocks should hold. */
static bool check_run(const struct svmsim_run *run)
{
	unsigned int i;

	for (i = 0; i < run->failure_count; i++) {
		const struct svmsim_failure *failure = &run->failure[i];

		if (is_golden_failure(run, failure))
			continue;
		cli_say("%s:%u: %s: expected %s, got %s: not blessed", failure->file,
			failure->line, failure->what, failure->expected, failure->got);
		return false;
	}
	if (run->verdict == SVMSIM_DEFECT || run->verdict == SVMSIM_INCONCLUSIVE) {
		cli_say("%s %s: %s: not blessed", run->file, run->variant, run->reason);
		return false;
	}
	return true;
}

static int write_blessed(const struct cli_file *file, struct svmsim_run *const *runs,
			 unsigned int count, bool check)
{
	char message[SVMSIM_MESSAGE_MAX], *text = NULL;
	int changed_count = svmsim_scenario_bless(file->scenario, runs, count, &text, message,
						  sizeof(message));
	int status = CLI_HELD;

	if (changed_count < 0) {
		cli_say("%s", message);
		return CLI_FINDING;
	}
	if (!strcmp(file->path, "-") && !check) {
		fputs(text, stdout);
	} else if (changed_count) {
		printf("%s: %d block%s %s\n", file->path, changed_count,
		       changed_count > 1 ? "s" : "", check ? "would change" : "rewritten");
		if (check)
			status = CLI_FINDING;
		else if (!cli_write_file(file->path, text))
			status = CLI_USAGE;
	}
	free(text);
	return status;
}

static int bless_file(const struct cli_file *file,
		      const struct svmsim_scenario_options *run_options, bool check)
{
	unsigned int count = svmsim_scenario_repetitions(file->scenario), i;
	struct svmsim_run **runs = host_zalloc((count + 1) * sizeof(struct svmsim_run *));
	int status = CLI_HELD;

	for (i = 0; i < count; i++) {
		svmsim_scenario_run_worker(file->scenario, i, run_options, &runs[i]);
		if (!check_run(runs[i]))
			status = CLI_FINDING;
	}
	if (status == CLI_HELD)
		status = write_blessed(file, runs, count, check);
	for (i = 0; i < count; i++)
		svmsim_run_free(runs[i]);
	host_free(runs);
	return status;
}

static int run(const struct cli_args *args)
{
	struct svmsim_scenario_options run_options = {
		.allocator = svmsim_arena_get(),
		.timeout_seconds = 300,
	};

	return cli_each_file(args, &run_options, bless_file);
}

const struct cli_command cli_cmd_bless = {
	.name = "bless",
	.operands = "FILE|DIRECTORY|-...",
	.does = "rewrite the golden blocks of scenarios",
	.detail = "Runs scenarios and rewrites their \"state\" blocks to what the machine held. A "
		  "\"*\" that\nstill fits stays. A run that fails otherwise is not blessed. "
		  "Standard input goes to\nstandard output.",
	.example = {
		"svmsim bless scenarios/hole/by-runs.svm",
		"svmsim bless --check scenarios/",
	},
	.option = options,
	.run = run,
};
