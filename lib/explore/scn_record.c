// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* From a run to its record; running twice, and with other memory fill. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/locks.h>
#include "explore/scn_fault.h"
#include "explore/scn_sched.h"
#include "host/host.h"

/* What fresh memory holds: the machine's default, and the other of two runs that differ in it. */
#define USUAL_FILL 0xa5
#define OTHER_FILL 0x5a

static const struct svmsim_scenario_options no_options;

void scn_run_init(struct scn_runner *runner, struct svmsim_scenario *scenario, unsigned int index,
		  const struct svmsim_scenario_options *options)
{
	memset(runner, 0, sizeof(*runner));
	runner->scenario = scenario;
	runner->plan = &scenario->plan[index];
	runner->options = options ? options : &no_options;
	runner->arena = host_zalloc(sizeof(*runner->arena));
	runner->handle = scn_alloc(runner->arena,
				   (runner->plan->symbol_count + 1) * sizeof(*runner->handle));
	runner->task = scn_alloc(runner->arena,
				 (runner->plan->task_count + 1) * sizeof(*runner->task));
	runner->seen = scn_alloc(runner->arena,
				 (runner->plan->judge_count + 1) * sizeof(*runner->seen));
}

static void write_buf(void *ctx, const char *text, size_t bytes)
{
	scn_buf_bytes(ctx, text, bytes);
}

static const char *render(struct scn_runner *runner, unsigned int index, bool json,
			  enum svmsim_standing standing)
{
	struct svmsim_report_style style = runner->options->style;
	struct scn_buf buf = { 0 };
	const char *text;

	if (standing == SVMSIM_EXPECTED || standing == SVMSIM_CONSUMED)
		style.mark = "expected";
	if (json)
		svmsim_report_print_json(runner->world, index, style.frames, write_buf, &buf);
	else
		svmsim_report_print(runner->world, index, &style, write_buf, &buf);
	text = scn_strndup(runner->arena, buf.bytes ? buf.data : "", buf.bytes);
	scn_buf_free(&buf);
	return text;
}

/* A copy that outlives the world. */
static void copy_report(struct scn_runner *runner, struct svmsim_judged *judged, unsigned int index,
			enum svmsim_standing standing)
{
	struct svmsim_report *report = &judged->report;
	const struct scn_step *step;
	unsigned int i;

	svmsim_report_get(runner->world, index, report);
	report->identifier = scn_strdup(runner->arena, report->identifier);
	report->title = scn_strdup(runner->arena, report->title);
	report->meaning = scn_strdup(runner->arena, report->meaning);
	report->task = scn_strdup(runner->arena, report->task);
	for (i = 0; i < report->field_count; i++) {
		report->key[i] = scn_strdup(runner->arena, report->key[i]);
		report->value[i] = scn_strdup(runner->arena, report->value[i]);
	}
	report->line_count = 0;
	report->line = NULL;
	report->frame_count = 0;
	report->frame = NULL;
	judged->standing = standing;
	step = scn_report_step(runner, report);
	judged->file = step ? step->stmt->program->source.path : "";
	judged->file = scn_strdup(runner->arena, judged->file);
	judged->line = step ? step->stmt->line : 0;
	judged->text = judged->json = "";
	if (standing == SVMSIM_UNEXPECTED ||
	    (runner->options->text_of_all && standing != SVMSIM_ATTACHED))
		judged->text = render(runner, index, false, standing);
	if (runner->options->json)
		judged->json = render(runner, index, true, standing);
}

static const char *replay_text(struct scn_runner *runner)
{
	const struct svmsim_scenario_options *options = runner->options;
	const struct scn_plan *plan = runner->plan;
	const char *path = runner->scenario->main->source.path;
	struct scn_buf text = { 0 };
	const char *copy;

	/* A file whose name begins with a dash is no option. */
	scn_buf_add(&text, "%s%s", scn_sched_replays(runner) ? "replay " : "run ",
		    path[0] == '-' && path[1] ? "./" : "");
	scn_shell_word(&text, path);
	scn_buf_add(&text, "%s", plan->replay);
	if (options->seed && (!plan->has_seed || options->sched))
		scn_buf_add(&text, " --seed %llu", (unsigned long long)options->seed);
	scn_sched_replay_text(runner, &text);
	scn_fault_replay(runner, &text);
	scn_buf_add(&text, "%s%s", options->allow_unsafe ? " --allow-unsafe" : "",
		    options->twice ? " --twice" : "");
	copy = scn_strdup(runner->arena, text.data);
	scn_buf_free(&text);
	return copy;
}

static const char *variant_text(struct scn_runner *runner)
{
	const char *variant = runner->plan->variant, *pin = runner->options->pin;

	if (!pin)
		return scn_strdup(runner->arena, variant);
	return scn_printf(runner->arena, "%s%spin=%s", variant, variant[0] ? " " : "", pin);
}

static int compare_failures(const struct svmsim_failure *a, const struct svmsim_failure *b)
{
	int files = strcmp(a->file, b->file);

	return files ? files : (a->line > b->line) - (a->line < b->line);
}

/* By line, keeping the order of those on one line: there are few. */
static void sort_failures(struct scn_runner *runner)
{
	unsigned int i, k;

	for (i = 1; i < runner->failure_count; i++) {
		struct svmsim_failure failure = runner->failure[i];

		for (k = i; k && compare_failures(&runner->failure[k - 1], &failure) > 0; k--)
			runner->failure[k] = runner->failure[k - 1];
		runner->failure[k] = failure;
	}
}

/* A run that reported an order has said what is wrong in it; the rest of its order is in doubt. */
static const char *locks_text(struct scn_runner *runner, const struct svmsim_run *run)
{
	const char *copy;
	char *text;
	unsigned int i;

	for (i = 0; i < run->report_count; i++) {
		if (!strcmp(run->report[i].report.identifier, "lock-order"))
			return "";
	}
	if (!runner->world)
		return "";
	text = svmsim_lock_order_text(runner->world);
	copy = scn_strdup(runner->arena, text);
	free(text);
	return copy;
}

struct svmsim_run *scn_run_record(struct scn_runner *runner, enum svmsim_verdict verdict,
				  uint64_t digest)
{
	struct svmsim_run *run = scn_alloc(runner->arena, sizeof(*run));
	struct svmsim_judged *judged;
	enum svmsim_standing *standing;
	unsigned int i;

	run->arena = runner->arena;
	scn_fault_record(runner, run);
	run->report_count = !runner->world ? 0 : runner->scheduled.stopped ?
			    runner->scheduled.report_count : svmsim_report_count(runner->world);
	judged = scn_alloc(runner->arena, (run->report_count + 1) * sizeof(*judged));
	standing = scn_alloc(runner->arena, (run->report_count + 1) * sizeof(*standing));
	if (runner->world)
		scn_judge(runner, standing, run->report_count, !runner->options->show);
	for (i = 0; i < run->report_count; i++)
		copy_report(runner, &judged[i], i, standing[i]);
	sort_failures(runner);
	if (runner->failure_count && verdict == SVMSIM_PASSED)
		verdict = SVMSIM_FAILED;
	if (verdict == SVMSIM_PASSED && runner->world && svmsim_report_dropped(runner->world)) {
		verdict = SVMSIM_INCONCLUSIVE;
		runner->reason = "more than 1,000 reports: the rest was not kept";
	}
	/* Findings weigh more, but not those of a schedule that somebody wanted to see again. */
	if (runner->scheduled.inconclusive && verdict != SVMSIM_DEFECT &&
	    (verdict == SVMSIM_PASSED || (runner->scheduled.stopped && !runner->options->pin)))
		verdict = SVMSIM_INCONCLUSIVE;
	if (verdict == SVMSIM_PASSED && runner->reason)
		verdict = SVMSIM_INCONCLUSIVE;
	run->file = scn_strdup(runner->arena, runner->scenario->main->source.path);
	run->variant = variant_text(runner);
	run->verdict = verdict;
	run->reason = scn_strdup(runner->arena, runner->reason);
	run->replay = replay_text(runner);
	run->digest = runner->scheduled.stopped ? runner->scheduled.digest : digest;
	run->step_count = runner->mark_count;
	run->report = judged;
	run->failure_count = runner->failure_count;
	run->failure = runner->failure;
	for (i = 0; i < runner->failure_count; i++)
		runner->failure[i].file = scn_strdup(runner->arena, runner->failure[i].file);
	for (i = 0; i < runner->golden_count; i++)
		runner->golden[i].file = scn_strdup(runner->arena, runner->golden[i].file);
	run->golden_count = runner->golden_count;
	run->golden = runner->golden;
	run->shown = scn_strdup(runner->arena, runner->shown);
	run->locks = locks_text(runner, run);
	run->schedule = scn_strdup(runner->arena, runner->scheduled.schedule);
	run->switch_count = runner->scheduled.switch_count;
	run->point_count = runner->scheduled.point_count;
	run->divergence = scn_strdup(runner->arena, runner->scheduled.divergence);
	run->stopped = scn_strdup(runner->arena, runner->scheduled.where);
	return run;
}

static unsigned char fill_of(const struct scn_runner *runner, bool other_fill)
{
	unsigned char fill = runner->plan->machine.fill ? runner->plan->machine.fill : USUAL_FILL;

	if (!other_fill)
		return fill;
	return fill == OTHER_FILL ? USUAL_FILL : OTHER_FILL;
}

static bool make_world(struct scn_runner *runner, bool other_fill)
{
	struct svmsim_machine machine = runner->plan->machine;
	char message[SVMSIM_MESSAGE_MAX] = "";
	int err;

	if (!runner->plan->has_seed && runner->options->seed)
		machine.seed = runner->options->seed;
	machine.fill = fill_of(runner, other_fill);
	err = svmsim_world_create(&machine, other_fill ? NULL : runner->options->allocator,
				  &runner->world, message, sizeof(message));
	if (!err)
		return true;
	runner->world = NULL;
	runner->reason = scn_printf(runner->arena, "no machine: %s",
				    message[0] ? message : scn_errno_text(-err));
	return false;
}

/* From the first step to the end; the world is as it was left then. */
static bool run_world(struct scn_runner *runner)
{
	if (!scn_fault_begin(runner) || !scn_sched_begin(runner)) {
		runner->broken = true;
		return false;
	}
	scn_run_steps(runner);
	runner->run_count = svmsim_report_count(runner->world);
	/* What a run that was cut short left behind says nothing. */
	if (!runner->options->show && !runner->broken && !runner->stuck &&
	    !svmsim_world_bounded(runner->world)) {
		if (runner->stack_fill)
			host_stack_paint(runner->stack_fill);
		svmsim_world_finish(runner->world);
	}
	scn_sched_end(runner);
	return true;
}

/* One more run of the same plan whose only use is its digests. */
static bool run_shadow(struct scn_runner *shadow, struct scn_runner *runner, bool other_fill)
{
	const struct svmsim_scenario_options *from = runner->options;
	struct svmsim_scenario_options *options;

	scn_run_init(shadow, runner->scenario,
		     (unsigned int)(runner->plan - runner->scenario->plan), NULL);
	options = scn_alloc(shadow->arena, sizeof(*options));
	options->seed = from->seed;
	options->sched = from->sched;
	options->sched_depth = from->sched_depth;
	options->schedule = from->schedule;
	options->on_divergence = from->on_divergence;
	options->pin = from->pin;
	options->step_max = from->step_max;
	options->point_max = from->point_max;
	options->faults = from->faults;
	shadow->options = options;
	shadow->point_estimate = runner->point_estimate;
	shadow->stack_fill = fill_of(runner, other_fill);
	shadow->world = other_fill ? NULL : runner->world;
	if (other_fill && !make_world(shadow, true))
		return false;
	run_world(shadow);
	return true;
}

static void free_shadow(struct scn_runner *shadow)
{
	scn_drop_all(shadow);
	scn_arena_free(shadow->arena);
	host_free(shadow->arena);
}

/* The first step behind which two runs differ; NULL when none does. */
static const struct scn_mark *first_difference(const struct scn_runner *a,
					       const struct scn_runner *b)
{
	unsigned int i;

	for (i = 0; i < a->mark_count && i < b->mark_count; i++) {
		if (a->mark[i].digest != b->mark[i].digest)
			return &a->mark[i];
	}
	return NULL;
}

static void compare_fill(struct scn_runner *runner, uint64_t digest)
{
	const char *line = "the digests of the two runs are the same before this step, and differ "
			   "after it";
	struct svmsim_report report = {
		.identifier = "uninit", .task = "run", .line_count = 1, .line = &line,
	};
	const struct scn_mark *mark;
	struct scn_runner shadow;

	if (!run_shadow(&shadow, runner, true)) {
		runner->reason = "no memory for the run with other memory fill";
		free_shadow(&shadow);
		return;
	}
	if (svmsim_world_digest(shadow.world) != digest) {
		mark = first_difference(runner, &shadow);
		if (mark) {
			report.step = mark->world_step;
			report.time_ns = mark->time_ns;
			report.field_count = 1;
			report.key[0] = "action";
			report.value[0] = mark->step->text;
		} else {
			line = "the digests differ after the last step";
		}
		svmsim_report_add(runner->world, &report);
	}
	svmsim_world_destroy(shadow.world);
	free_shadow(&shadow);
}

/* A first run in the same world, reset afterwards: the second has to come out the same. */
static uint64_t run_before(struct scn_runner *runner)
{
	struct scn_runner shadow;
	uint64_t digest;

	run_shadow(&shadow, runner, false);
	digest = svmsim_world_digest(runner->world);
	free_shadow(&shadow);
	svmsim_world_reset(runner->world);
	return digest;
}

/* How many switch points a run has, for a scheduler that spreads something over them. */
static void count_points(struct scn_runner *runner)
{
	struct scn_runner shadow;

	run_shadow(&shadow, runner, false);
	runner->point_estimate = shadow.point_estimate ? shadow.point_estimate : 1;
	free_shadow(&shadow);
	svmsim_world_reset(runner->world);
}

struct svmsim_run *scn_run_all(struct scn_runner *runner)
{
	const struct svmsim_scenario_options *options = runner->options;
	enum svmsim_verdict verdict = SVMSIM_PASSED;
	struct svmsim_run *run;
	uint64_t digest, before = 0;

	if (runner->plan->skip) {
		runner->reason = runner->plan->skip;
		return scn_run_record(runner, SVMSIM_SKIPPED, 0);
	}
	if (!runner->world && !make_world(runner, false))
		return scn_run_record(runner, SVMSIM_INCONCLUSIVE, 0);
	if (scn_sched_wants_count(runner))
		count_points(runner);
	if (options->twice) {
		before = run_before(runner);
		runner->stack_fill = fill_of(runner, false);
	}
	if (options->watch)
		svmsim_watch(runner->world, options->watch, options->watch_ctx);
	scn_cond_watch(runner);
	if (!run_world(runner))
		verdict = SVMSIM_INCONCLUSIVE;
	digest = svmsim_world_digest(runner->world);
	if (options->twice && before != digest) {
		verdict = SVMSIM_DEFECT;
		runner->reason = "two runs of the same scenario gave different digests";
	} else if (options->twice) {
		compare_fill(runner, digest);
	}
	run = scn_run_record(runner, verdict, digest);
	if (!runner->keeps_world)
		svmsim_world_destroy(runner->world);
	else if (runner->watcher)
		svmsim_unwatch(runner->watcher);
	scn_drop_all(runner);
	return run;
}

int svmsim_scenario_run(struct svmsim_scenario *scenario, unsigned int index,
			const struct svmsim_scenario_options *options, struct svmsim_run **run)
{
	struct scn_runner runner;

	if (index >= scenario->plan_count)
		return -EINVAL;
	scn_run_init(&runner, scenario, index, options);
	*run = scn_run_all(&runner);
	return 0;
}

void svmsim_run_free(struct svmsim_run *run)
{
	struct scn_arena *arena = run ? run->arena : NULL;
	unsigned int i;

	if (!arena)
		return;
	for (i = 0; i < run->failed_count && i < SVMSIM_SWEEP_FAILED_MAX; i++)
		svmsim_run_free(run->failed[i]);
	scn_arena_free(arena);
	host_free(arena);
}
