// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim show: what the machine holds at the end of a scenario, or behind one of its steps. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "arena.h"
#include "cli.h"

static const struct cli_option options[] = {
	{ "at", "STEP", "look behind this action, counted from 1, instead of at the end" },
	{ "D", "NAME=VAL", "set a variable of the scenario" },
	{ "iommu", "P", "short for -D IOMMU=P, P an IOMMU profile" },
	{ "json", NULL, "as JSON, with addresses" },
	{ NULL, NULL, NULL },
};

static const char *const whats[] = {
	"pt", "iova", "iotlb", "counters", "locks", "vma", "pages", "strip", "cpu-pt", NULL,
};
#define WHATS "pt, iova, iotlb, counters, locks, vma, pages, strip, cpu-pt"

static const char *what_known(const void *ctx, unsigned int index)
{
	return whats[index];
}

static bool check_what(const char *what)
{
	unsigned int i;

	for (i = 0; whats[i]; i++) {
		if (!strcmp(whats[i], what))
			return true;
	}
	cli_say("svmsim show: unknown view \"%.60s\"%s; known: " WHATS,
		what, cli_suggest(what, what_known, NULL));
	return false;
}

static void print_failures(const struct svmsim_run *run)
{
	unsigned int i;

	for (i = 0; i < run->failure_count; i++)
		cli_say("%s:%u: %s: expected %s, got %s", run->failure[i].file,
			run->failure[i].line, run->failure[i].what, run->failure[i].expected,
			run->failure[i].got);
}

/* One repetition. Returns an exit status. */
static int show_one(struct svmsim_scenario *scenario, unsigned int index,
		    const struct svmsim_scenario_options *run_options, json_t *list)
{
	struct svmsim_run *run;
	int status = CLI_HELD;

	svmsim_scenario_run_worker(scenario, index, run_options, &run);
	if (run->verdict == SVMSIM_SKIPPED) {
		cli_say("%s %s: skipped: %s", run->file, run->variant, run->reason);
		status = CLI_SKIPPED;
	} else if (run->verdict == SVMSIM_DEFECT || run->verdict == SVMSIM_INCONCLUSIVE) {
		cli_say("%s %s: %s", run->file, run->variant, run->reason);
		status = run->verdict == SVMSIM_DEFECT ? CLI_DEFECT : CLI_INCONCLUSIVE;
	} else if (run_options->show_at > run->step_count) {
		cli_say("svmsim show: --at %llu: the scenario has %llu steps",
			(unsigned long long)run_options->show_at,
			(unsigned long long)run->step_count);
		status = CLI_USAGE;
	} else if (list) {
		json_t *shown = json_loads(run->shown, JSON_DECODE_ANY, NULL);

		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:o}", "file", run->file,
						      "variant", run->variant, "step",
						      (json_int_t)run->step_count, "shown",
						      shown ? shown : json_null()));
	} else {
		if (svmsim_scenario_repetitions(scenario) > 1)
			printf("# %s\n", run->variant);
		printf("%s", run->shown);
	}
	/* What holds at a step is not known from expectations that stand behind it. */
	if (!run_options->show_at && status == CLI_HELD)
		print_failures(run);
	svmsim_run_free(run);
	return status;
}

static int show_file(const struct cli_args *args, struct svmsim_scenario *scenario,
		     struct svmsim_scenario_options *run_options)
{
	json_t *list = run_options->show_json ? json_array() : NULL;
	int status = CLI_SKIPPED;
	unsigned int i;

	for (i = 0; i < svmsim_scenario_repetitions(scenario); i++) {
		int one = show_one(scenario, i, run_options, list);

		if (one == CLI_HELD)
			status = status == CLI_SKIPPED ? CLI_HELD : status;
		else if (one != CLI_SKIPPED)
			status = one;
	}
	if (list)
		cli_print_json(list);
	return status;
}

static int run(const struct cli_args *args)
{
	struct svmsim_define define[CLI_VALUE_MAX];
	struct svmsim_scenario_options run_options = {
		.define = define, .show_json = cli_has(args, "json"), .timeout_seconds = 300,
	};
	struct svmsim_scenario *scenario = NULL;
	char message[SVMSIM_MESSAGE_MAX];
	struct cli_files files = { NULL, 0 };
	int status = CLI_USAGE;

	if (args->operand_count != 2) {
		cli_say("svmsim show: expected a view (" WHATS ") and one file");
		return CLI_USAGE;
	}
	run_options.show = args->operand[0];
	if (!check_what(run_options.show) ||
	    !cli_number(args, "at", 1, UINT32_MAX, &run_options.show_at) ||
	    !cli_defines(args, define, &run_options.define_count))
		goto out;
	if (svmsim_scenario_load(args->operand[1], &run_options, &scenario, message,
				 sizeof(message))) {
		cli_say("%s", message);
		goto out;
	}
	files.file = &(struct cli_file){ .scenario = scenario };
	files.count = 1;
	run_options.allocator = svmsim_arena_get();
	if (cli_check_defines(&files, define, run_options.define_count))
		status = show_file(args, scenario, &run_options);
out:
	svmsim_scenario_free(scenario);
	cli_defines_free(define, run_options.define_count);
	return status;
}

const struct cli_command cli_cmd_show = {
	.name = "show",
	.operands = "pt|iova|iotlb|counters|locks|vma|pages|strip|cpu-pt FILE",
	.does = "print the world at the end or at a step",
	.detail = "Runs a scenario and prints what the machine holds: leaves of the IOMMU page "
		  "tables,\nallocated IOVA space, IOTLB entries, counters, or locks: their "
		  "classes, the order in which\nthey were taken, who has and who waits; or of "
		  "each process its areas, its pages, these as a\nstrip of letters, or the "
		  "entries of its CPU page table. At the end means behind the last\naction, "
		  "before anything is torn down.",
	.example = {
		"svmsim show pt scenarios/hole/unlink.svm --at 4",
		"svmsim show locks scenarios/locks/lines-abba.svm --json",
	},
	.option = options,
	.run = run,
};
