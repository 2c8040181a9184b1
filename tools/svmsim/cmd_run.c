// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim run: scenarios, each repetition once in a worker of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "arena.h"
#include "cli.h"
#include "host/host.h"

#define TASK_MAX 1000000u
#define WORKER_SECONDS 300
#define PROGRESS_AFTER_SECONDS 2

static const struct cli_option options[] = {
	{ "D", "NAME=VAL", "set a variable of the scenario" },
	{ "iommu", "P", "short for -D IOMMU=P, P an IOMMU profile" },
	{ "seed", "N|A..B", "seed of the random source, or one run for each of a range" },
	{ "sched", "NAME", "who decides which task runs next: fifo (default), random or pct" },
	{ "depth", "D", "of the bugs that pct looks for, 3 by default" },
	{ "pin", "NAME", "only this pin of the scenario" },
	{ "steps", "N", "bound on switches, 1000000 by default" },
	{ "points", "N", "bound on switch points, 100000000 by default" },
	{ "fail", "SITE:N", "fail question N of a site, or of a kind such as kmalloc" },
	{ "fail-nth", "all|K", "fail each question in turn, or only question K of a run" },
	{ "fail-max", "N", "of --fail-nth all: at most this many, 2000 by default" },
	{ "fail-prob", "P", "fail each question with this probability, drawn from the seed" },
	{ "fail-swarm", NULL, "of --fail-prob: some kinds never, others more often" },
	{ "trace", "FILE", "write every event in the form of ftrace" },
	{ "format", "FORMAT", "text (default), ktap or json" },
	{ "json", NULL, "short for --format json" },
	{ "fatal", NULL, "stop at the first report that is not expected" },
	{ "twice", NULL, "run twice and with other memory fill, and compare the digests" },
	{ "jobs", "N", "runs at once, 1 by default" },
	{ "allow-unsafe", NULL, "as \"allow unsafe\" in every file" },
	{ NULL, NULL, NULL },
};

/** struct format - how records are printed */
struct format {
	const char *name;
	void (*run)(struct cli_tally *tally, const struct cli_task *task,
		    const struct svmsim_run *run);
	void (*end)(struct cli_tally *tally);
};

static const struct format formats[] = {
	{ "text", cli_text_run, cli_text_end },
	{ "ktap", cli_ktap_run, cli_ktap_end },
	{ "json", cli_json_run, cli_json_end },
	{ NULL, NULL, NULL },
};

struct run_state {
	struct cli_tally tally;
	const struct format *format;
	bool fatal;
	bool progress;
	bool progress_shown;
	time_t start;
	unsigned int done_count;
};

static const char *format_known(const void *ctx, unsigned int index)
{
	return formats[index].name;
}

static const struct format *find_format(const struct cli_args *args)
{
	const char *name = cli_value(args, "format");
	const struct format *format;

	if (!name)
		name = cli_has(args, "json") ? "json" : "text";
	for (format = formats; format->name; format++) {
		if (!strcmp(format->name, name))
			return format;
	}
	cli_say("svmsim run: unknown format \"%.60s\"%s; known: text, ktap, json", name,
		cli_suggest(name, format_known, NULL));
	return NULL;
}

/* N or A..B; a file's own seed wins, so a range of more than one is for files without. */
static bool parse_seeds(const struct cli_args *args, uint64_t *first, uint64_t *last)
{
	const char *text = cli_value(args, "seed");
	char *end;

	*first = *last = 0;
	if (!text)
		return true;
	errno = 0;
	*first = *last = strtoull(text, &end, 0);
	if (*text >= '0' && *text <= '9' && end[0] == '.' && end[1] == '.' && end[2] >= '0' &&
	    end[2] <= '9')
		*last = strtoull(end + 2, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno || !*first || *last < *first ||
	    *last - *first >= TASK_MAX) {
		cli_say("svmsim run: --seed %.60s: expected a seed from 1, or a range as in 1..100",
			text);
		return false;
	}
	return true;
}

/* Files of directories that nothing acts in are for others to use; a named one is an empty run. */
static bool check_actions(const struct cli_args *args, struct cli_files *files)
{
	unsigned int i, active_count = 0;

	for (i = 0; i < files->count; i++) {
		if (svmsim_scenario_has_action(files->file[i].scenario)) {
			active_count++;
		} else if (files->file[i].named) {
			cli_say("%s: nothing acts in it: an empty run", files->file[i].path);
			return false;
		}
	}
	if (!active_count)
		cli_say("%s: no scenario in it has an action: an empty run", args->operand[0]);
	return active_count;
}

static unsigned int count_pins(const struct cli_file *file, unsigned int repetition)
{
	unsigned int count = 0;

	while (svmsim_scenario_pin(file->scenario, repetition, count))
		count++;
	return count;
}

/* One schedule for each seed, plus each pin; or only one pin. */
static void add_tasks(const struct cli_file *file, unsigned int repetition, const char *only_pin,
		      uint64_t first, uint64_t last, struct cli_task *task, unsigned int *count)
{
	const char *pin;
	unsigned int i;
	uint64_t seed;

	for (seed = first; seed <= last && !only_pin; seed++)
		task[(*count)++] = (struct cli_task){ file, repetition, seed, NULL };
	for (i = 0; (pin = svmsim_scenario_pin(file->scenario, repetition, i)); i++) {
		if (!only_pin || !strcmp(only_pin, pin))
			task[(*count)++] = (struct cli_task){ file, repetition, first, pin };
	}
}

static struct cli_task *make_tasks(const struct cli_args *args, const struct cli_files *files,
				   uint64_t first, uint64_t last, unsigned int *count)
{
	const char *only_pin = cli_value(args, "pin");
	struct cli_task *task = NULL;
	uint64_t total = 0;
	unsigned int i, k;

	*count = 0;
	for (i = 0; i < files->count; i++) {
		for (k = 0; k < svmsim_scenario_repetitions(files->file[i].scenario); k++)
			total += last - first + 1 + count_pins(&files->file[i], k);
	}
	if (total > TASK_MAX) {
		cli_say("svmsim run: %llu runs are more than %u at once", (unsigned long long)total,
			TASK_MAX);
		return NULL;
	}
	task = host_zalloc((total + 1) * sizeof(*task));
	for (i = 0; i < files->count; i++) {
		const struct cli_file *file = &files->file[i];

		if (!svmsim_scenario_has_action(file->scenario))
			continue;
		for (k = 0; k < svmsim_scenario_repetitions(file->scenario); k++)
			add_tasks(file, k, only_pin, first, last, task, count);
	}
	if (only_pin && !*count) {
		cli_say("svmsim run: no file has a pin %.60s", only_pin);
		host_free(task);
		return NULL;
	}
	return task;
}

static const char *sched_known(const void *ctx, unsigned int index)
{
	return svmsim_sched_name(index);
}

/* --sched, --depth and the bounds. */
static bool parse_sched(const struct cli_args *args, struct svmsim_scenario_options *run_options)
{
	const char *name = cli_value(args, "sched");
	unsigned int i = SVMSIM_SCHED_FIFO;
	uint64_t depth = 0;

	while (name && svmsim_sched_name(i) && strcmp(svmsim_sched_name(i), name))
		i++;
	if (!svmsim_sched_name(i)) {
		cli_say("svmsim run: unknown scheduler \"%.60s\"%s; known: fifo, random, pct", name,
			cli_suggest(name, sched_known, NULL));
		return false;
	}
	run_options->sched = (enum svmsim_sched)i;
	if (cli_has(args, "depth") && i != SVMSIM_SCHED_PCT) {
		cli_say("svmsim run: --depth is for --sched pct");
		return false;
	}
	if (!cli_number(args, "depth", 1, 64, &depth) ||
	    !cli_number(args, "steps", 1, UINT32_MAX, &run_options->step_max) ||
	    !cli_number(args, "points", 1, UINT64_MAX / 1000, &run_options->point_max))
		return false;
	run_options->sched_depth = (unsigned int)depth;
	return true;
}

static void show_progress(struct run_state *state)
{
	if (!state->progress || time(NULL) - state->start < PROGRESS_AFTER_SECONDS)
		return;
	fprintf(stderr, "\r%u of %u runs", state->done_count, state->tally.task_count);
	fflush(stderr);
	state->progress_shown = true;
}

static void clear_progress(struct run_state *state)
{
	if (state->progress_shown)
		fprintf(stderr, "\r\033[K");
	state->progress_shown = false;
}

static bool run_done(void *ctx, const struct cli_task *task, const struct svmsim_run *run)
{
	struct run_state *state = ctx;

	cli_count(&state->tally, run);
	if (state->tally.faults)
		cli_faults_count(state->tally.faults, run);
	state->done_count++;
	clear_progress(state);
	state->format->run(&state->tally, task, run);
	fflush(stdout);
	show_progress(state);
	return !(state->fatal && (run->verdict == SVMSIM_FAILED || run->verdict == SVMSIM_DEFECT));
}

static bool any_named(const struct cli_files *files)
{
	unsigned int i;

	for (i = 0; i < files->count; i++) {
		if (files->file[i].named)
			return true;
	}
	return false;
}

/* Everything is loaded and right: run it. */
static int run_files(const struct cli_args *args, const struct cli_files *files,
		     struct svmsim_scenario_options *run_options, const struct format *format,
		     struct cli_faults *faults, uint64_t first_seed, uint64_t last_seed)
{
	struct run_state state = { .format = format, .start = time(NULL) };
	const char *trace_path = cli_value(args, "trace");
	int status = CLI_USAGE;
	struct cli_task *task;
	FILE *trace = NULL;
	uint64_t jobs = 1;

	if (!cli_number(args, "jobs", 1, 64, &jobs))
		return CLI_USAGE;
	if (trace_path && !(trace = cli_trace_open(trace_path)))
		return CLI_USAGE;
	task = make_tasks(args, files, first_seed, last_seed, &state.tally.task_count);
	if (task) {
		run_options->watch = trace ? cli_trace_event : NULL;
		run_options->watch_ctx = trace;
		run_options->text_of_all = any_named(files);
		run_options->json = !strcmp(format->name, "json");
		run_options->style.color = state.tally.color = cli_color() &&
							       !strcmp(format->name, "text");
		state.tally.twice = run_options->twice;
		state.tally.faults = run_options->faults ? faults : NULL;
		state.tally.locks = svmsim_lock_union_make();
		state.fatal = cli_has(args, "fatal");
		state.progress = isatty(STDERR_FILENO) && state.tally.task_count > 1;
		cli_lanes(task, state.tally.task_count, (unsigned int)jobs, run_options, trace,
			  run_done, &state);
		clear_progress(&state);
		format->end(&state.tally);
		status = cli_status(&state.tally);
		if (state.tally.faults && !cli_faults_fired(args, state.tally.faults) &&
		    status == CLI_HELD)
			status = CLI_INCONCLUSIVE;
	}
	svmsim_lock_union_free(state.tally.locks);
	host_free(task);
	if (trace)
		fclose(trace);
	return status;
}

static int run(const struct cli_args *args)
{
	struct svmsim_define define[CLI_VALUE_MAX];
	struct svmsim_scenario_options run_options = {
		.define = define,
		.style = { .frames = true, .meaning = true },
		.allow_unsafe = cli_has(args, "allow-unsafe"),
		.fatal = cli_has(args, "fatal"),
		.twice = cli_has(args, "twice"),
		.timeout_seconds = WORKER_SECONDS,
	};
	const struct format *format = find_format(args);
	struct cli_files files = { NULL, 0 };
	struct cli_faults faults;
	uint64_t first_seed, last_seed;
	int status = CLI_USAGE;

	memset(&faults, 0, sizeof(faults));
	if (format && cli_faults_parse(args, &faults) &&
	    parse_seeds(args, &first_seed, &last_seed) &&
	    parse_sched(args, &run_options) &&
	    cli_defines(args, define, &run_options.define_count) && cli_gather(args, &files) &&
	    cli_load(&files, &run_options) &&
	    cli_check_defines(&files, define, run_options.define_count) &&
	    check_actions(args, &files)) {
		run_options.allocator = svmsim_arena_get();
		cli_faults_apply(&faults, &run_options);
		status = run_files(args, &files, &run_options, format, &faults, first_seed,
				   last_seed);
	}
	cli_faults_free(&faults);
	cli_files_free(&files);
	cli_defines_free(define, run_options.define_count);
	return status;
}

const struct cli_command cli_cmd_run = {
	.name = "run",
	.operands = "FILE|DIRECTORY|-...",
	.does = "execute scenarios once",
	.detail = "Executes scenarios, every repetition of each once. A file named here also "
		  "prints the\nreports that it expects; a directory prints only what is wrong. "
		  "With --sched random or\npct each seed is a schedule; each pin of a scenario is "
		  "one more run. At the end the\norders in which all of them took locks are "
		  "put together: what is wrong only so is a finding.",
	.example = {
		"svmsim run scenarios/hole/unlink.svm -D IOMMU=arm-lpae",
		"svmsim run --jobs 4 --format ktap scenarios/",
	},
	.option = options,
	.run = run,
};
