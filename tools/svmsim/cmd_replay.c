// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim replay: one run of a scenario with the choices of a schedule, as far as it is wanted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arena.h"
#include "cli.h"
#include "host/host.h"

#define WORKER_SECONDS 300
#define SCHEDULE_MAX_BYTES (64u << 20)

static const struct cli_option options[] = {
	{ "schedule", "TEXT|@FILE", "the choices, as a run prints them; none by default" },
	{ "on-divergence", "WORD", "at a choice that can't be made: stop (default) or nearest" },
	{ "until", "EVENT", "stop at an event (iommu:unmap) or a switch point (mutex_lock(&b))" },
	{ "D", "NAME=VAL", "set a variable of the scenario" },
	{ "iommu", "P", "short for -D IOMMU=P, P an IOMMU profile" },
	{ "seed", "N", "seed of the random source" },
	{ "fail", "SITE:N", "fail question N of a site, or of a kind such as kmalloc" },
	{ "fail-nth", "K", "fail question K of the run" },
	{ "fail-prob", "P", "fail each question with this probability, drawn from the seed" },
	{ "fail-swarm", NULL, "of --fail-prob: some kinds never, others more often" },
	{ "trace", "FILE", "write every event in the form of ftrace" },
	{ "steps", "N", "bound on switches, 1000000 by default" },
	{ "points", "N", "bound on switch points, 100000000 by default" },
	{ "twice", NULL, "run twice and with other memory fill, and compare the digests" },
	{ "allow-unsafe", NULL, "as \"allow unsafe\" in the file" },
	{ NULL, NULL, NULL },
};

static char *read_all(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t used = 0, bytes = 1;

	if (!file) {
		cli_say("%s: %s", path, strerror(errno));
		return NULL;
	}
	while (bytes && used < SCHEDULE_MAX_BYTES) {
		text = host_realloc(text, used + 65536 + 1);
		bytes = fread(text + used, 1, 65536, file);
		used += bytes;
	}
	if (ferror(file) || used >= SCHEDULE_MAX_BYTES || memchr(text, '\0', used)) {
		cli_say("%s: %s", path, ferror(file) ? strerror(errno) : "no schedule");
		host_free(text);
		text = NULL;
	} else {
		text[used] = '\0';
	}
	fclose(file);
	return text;
}

/* The schedule to follow, in memory that free() frees; "" in *@schedule for none. */
static bool parse_schedule(const struct cli_args *args, char **schedule)
{
	const char *value = cli_value(args, "schedule"), *text = value;
	char message[SVMSIM_MESSAGE_MAX];
	char *from_file = NULL;

	*schedule = NULL;
	if (!value)
		return true;
	if (*value == '@') {
		from_file = read_all(value + 1);
		if (!from_file)
			return false;
		text = from_file;
	}
	*schedule = svmsim_schedule_canonical(text, message, sizeof(message));
	host_free(from_file);
	if (*schedule)
		return true;
	if (*value == '@')
		cli_say("%s: %s", value + 1, message);
	else
		cli_say("svmsim replay: --schedule: %s", message);
	return false;
}

static bool parse_divergence(const struct cli_args *args,
			     struct svmsim_scenario_options *run_options)
{
	const char *word = cli_value(args, "on-divergence");

	if (!word || !strcmp(word, "stop"))
		run_options->on_divergence = SVMSIM_DIVERGENCE_STOP;
	else if (!strcmp(word, "nearest"))
		run_options->on_divergence = SVMSIM_DIVERGENCE_NEAREST;
	else
		cli_say("svmsim replay: --on-divergence %.60s: expected stop or nearest", word);
	return !word || !strcmp(word, "stop") || !strcmp(word, "nearest");
}

static bool parse_until(const struct cli_args *args, struct svmsim_scenario_options *run_options)
{
	char message[SVMSIM_MESSAGE_MAX];

	run_options->until = cli_value(args, "until");
	if (!run_options->until ||
	    svmsim_until_check(run_options->until, message, sizeof(message)))
		return true;
	cli_say("svmsim replay: --until: %s", message);
	return false;
}

static void say_variants(const struct cli_file *file, unsigned int count)
{
	char *copy = strdup(svmsim_scenario_variant(file->scenario, 0)), *rest = copy, *word;
	char text[300] = "";
	size_t used = 0;

	while ((word = strtok_r(rest, " ", &rest)) && used < sizeof(text))
		used += (size_t)snprintf(text + used, sizeof(text) - used, " -D %s", word);
	cli_say("%s: has %u variants; pick one, as in%s", file->path, count, text);
	free(copy);
}

/* A schedule is that of one run: there must be no choice of repetitions. */
static bool check_file(const struct cli_args *args, const struct cli_files *files)
{
	const struct cli_file *file = &files->file[0];
	unsigned int count;

	if (files->count != 1 || !file->named) {
		cli_say("svmsim replay: expected one file, the one that the schedule is of");
		return false;
	}
	count = svmsim_scenario_repetitions(file->scenario);
	if (count > 1) {
		say_variants(file, count);
		return false;
	}
	if (!svmsim_scenario_has_action(file->scenario)) {
		cli_say("%s: nothing acts in it: an empty run", file->path);
		return false;
	}
	return true;
}

static int replay(const struct cli_args *args, const struct cli_file *file,
		  struct svmsim_scenario_options *run_options, struct cli_faults *faults)
{
	struct cli_task task = { .file = file, .seed = run_options->seed };
	struct cli_tally tally = { .task_count = 1, .twice = run_options->twice };
	const char *trace_path = cli_value(args, "trace");
	struct svmsim_run *run;
	FILE *trace = NULL;
	int status;

	if (trace_path && !(trace = cli_trace_open(trace_path)))
		return CLI_USAGE;
	run_options->watch = trace ? cli_trace_event : NULL;
	run_options->watch_ctx = trace;
	run_options->style.color = tally.color = cli_color();
	run_options->allocator = svmsim_arena_get();
	svmsim_scenario_run_worker(file->scenario, 0, run_options, &run);
	cli_count(&tally, run);
	cli_text_run(&tally, &task, run);
	cli_faults_count(faults, run);
	svmsim_run_free(run);
	if (trace)
		fclose(trace);
	status = cli_status(&tally);
	return !cli_faults_fired(args, faults) && status == CLI_HELD ? CLI_INCONCLUSIVE : status;
}

static int run(const struct cli_args *args)
{
	struct svmsim_define define[CLI_VALUE_MAX];
	struct svmsim_scenario_options run_options = {
		.define = define,
		.style = { .frames = true, .meaning = true },
		.text_of_all = true,
		.allow_unsafe = cli_has(args, "allow-unsafe"),
		.twice = cli_has(args, "twice"),
		.timeout_seconds = WORKER_SECONDS,
	};
	struct cli_files files = { NULL, 0 };
	struct cli_faults faults;
	char *schedule = NULL;
	int status = CLI_USAGE;

	memset(&faults, 0, sizeof(faults));
	if (cli_faults_parse(args, &faults) && parse_schedule(args, &schedule) &&
	    parse_divergence(args, &run_options) &&
	    parse_until(args, &run_options) &&
	    cli_number(args, "seed", 1, UINT64_MAX, &run_options.seed) &&
	    cli_number(args, "steps", 1, UINT32_MAX, &run_options.step_max) &&
	    cli_number(args, "points", 1, UINT64_MAX / 1000, &run_options.point_max) &&
	    cli_defines(args, define, &run_options.define_count) && cli_gather(args, &files) &&
	    cli_load(&files, &run_options) &&
	    cli_check_defines(&files, define, run_options.define_count) &&
	    check_file(args, &files)) {
		run_options.schedule = schedule;
		cli_faults_apply(&faults, &run_options);
		status = replay(args, &files.file[0], &run_options, &faults);
	}
	free(schedule);
	cli_faults_free(&faults);
	cli_files_free(&files);
	cli_defines_free(define, run_options.define_count);
	return status;
}

const struct cli_command cli_cmd_replay = {
	.name = "replay",
	.operands = "FILE",
	.does = "run a scenario with a given schedule",
	.detail = "Runs a scenario with the choices of a schedule, as another run printed them "
		  "behind\n\"replay:\". It finds its places by name, so it also does after "
		  "unrelated edits. With\n--until it ends there, and prints the last events and "
		  "what every task is doing.",
	.example = {
		"svmsim replay scenarios/locks/abba.svm --schedule 's1,t0:k3f9a2c1>t1'",
		"svmsim replay scenarios/hole/unlink.svm --iommu arm-lpae --until iommu:unmap",
	},
	.option = options,
	.run = run,
};
