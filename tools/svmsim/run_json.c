// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records of runs as one JSON document. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli.h"

static const char *const verdict_name[] = {
	[SVMSIM_PASSED] = "passed",
	[SVMSIM_FAILED] = "failed",
	[SVMSIM_SKIPPED] = "skipped",
	[SVMSIM_INCONCLUSIVE] = "inconclusive",
	[SVMSIM_DEFECT] = "defect",
};

static const char *const standing_name[] = {
	[SVMSIM_UNEXPECTED] = "unexpected",
	[SVMSIM_EXPECTED] = "expected",
	[SVMSIM_CONSUMED] = "consumed",
	[SVMSIM_NOTED] = "note",
	[SVMSIM_ATTACHED] = "attached",
};

static json_t *failures(const struct svmsim_run *run)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < run->failure_count; i++) {
		const struct svmsim_failure *failure = &run->failure[i];

		json_array_append_new(list, json_pack("{s:o, s:i, s:s, s:s, s:s}",
						      "file", cli_json_text(failure->file),
						      "line", (int)failure->line,
						      "what", failure->what,
						      "expected", failure->expected,
						      "got", failure->got));
	}
	return list;
}

static json_t *reports(const struct svmsim_run *run)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < run->report_count; i++) {
		const struct svmsim_judged *judged = &run->report[i];
		json_t *object = json_loads(judged->json, 0, NULL);

		if (!object)
			object = json_pack("{s:s}", "identifier", judged->report.identifier);
		json_object_set_new(object, "standing",
				    json_string(standing_name[judged->standing]));
		if (judged->line) {
			json_object_set_new(object, "file", cli_json_text(judged->file));
			json_object_set_new(object, "line", json_integer(judged->line));
		}
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *injected(const struct svmsim_run *run)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < run->injected_count; i++) {
		const struct svmsim_injected *one = &run->injected[i];
		json_t *object = json_pack("{s:o, s:I}", "site", cli_json_text(one->site), "nth",
					   (json_int_t)one->nth);

		if (one->line) {
			json_object_set_new(object, "file", cli_json_text(one->file));
			json_object_set_new(object, "line", json_integer(one->line));
		}
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *run_object(const struct cli_task *task, const struct svmsim_run *run);

/* What was injected; of a sweep, the runs that failed. */
static void add_faults(json_t *object, const struct cli_task *task, const struct svmsim_run *run)
{
	json_t *list = json_array(), *inner;
	unsigned int i;

	json_object_set_new(object, "injected", injected(run));
	json_object_set_new(object, "questions", json_integer((json_int_t)run->question_count));
	if (run->sweep_count) {
		json_object_set_new(object, "swept", json_integer(run->sweep_count));
		json_object_set_new(object, "failed", json_integer(run->failed_count));
	}
	for (i = 0; i < run->failed_count && i < SVMSIM_SWEEP_FAILED_MAX; i++) {
		inner = run_object(task, run->failed[i]);
		json_object_set_new(inner, "injected", injected(run->failed[i]));
		json_array_append_new(list, inner);
	}
	if (i)
		json_object_set(object, "failed_runs", list);
	json_decref(list);
}

static json_t *run_object(const struct cli_task *task, const struct svmsim_run *run)
{
	json_t *object = json_object();
	char digest[24], *replay;

	snprintf(digest, sizeof(digest), "%016llx", (unsigned long long)run->digest);
	json_object_set_new(object, "file", cli_json_text(run->file));
	json_object_set_new(object, "variant", json_string(run->variant));
	if (task->seed)
		json_object_set_new(object, "seed", json_integer((json_int_t)task->seed));
	json_object_set_new(object, "verdict", json_string(verdict_name[run->verdict]));
	if (run->reason[0])
		json_object_set_new(object, "reason", json_string(run->reason));
	json_object_set_new(object, "digest", json_string(digest));
	json_object_set_new(object, "steps", json_integer((json_int_t)run->step_count));
	if (run->schedule[0]) {
		json_object_set_new(object, "schedule", json_string(run->schedule));
		json_object_set_new(object, "points", json_integer((json_int_t)run->point_count));
	}
	if (run->switch_count)
		json_object_set_new(object, "switches",
				    json_integer((json_int_t)run->switch_count));
	if (run->divergence[0])
		json_object_set_new(object, "divergence", json_string(run->divergence));
	if (run->stopped[0])
		json_object_set_new(object, "stopped", json_string(run->stopped));
	json_object_set_new(object, "failures", failures(run));
	json_object_set_new(object, "reports", reports(run));
	if (asprintf(&replay, "%s %s", cli_program, run->replay) >= 0) {
		json_object_set_new(object, "replay", cli_json_text(replay));
		free(replay);
	}
	return object;
}

void cli_json_run(struct cli_tally *tally, const struct cli_task *task,
		  const struct svmsim_run *run)
{
	json_t *object = run_object(task, run);

	if (tally->faults)
		add_faults(object, task, run);
	if (!tally->json)
		tally->json = json_array();
	json_array_append_new(tally->json, object);
}

/* What no run had by itself. */
static json_t *lock_findings(const struct cli_tally *tally)
{
	struct svmsim_lock_finding finding;
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; tally->locks && !svmsim_lock_union_finding(tally->locks, i, &finding); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}",
						      "identifier", "lock-order", "first",
						      finding.first, "second", finding.second,
						      "cycle", (int)finding.cycle, "file",
						      finding.file, "other_file",
						      finding.other_file, "text", finding.text));
	return list;
}

void cli_json_end(struct cli_tally *tally)
{
	json_t *list = tally->json ? tally->json : json_array();
	json_t *object = json_pack("{s:o, s:o, s:i, s:i, s:i, s:i}", "runs", list,
				   "together", lock_findings(tally),
				   "passed", (int)tally->passed, "failed", (int)tally->failed,
				   "skipped", (int)tally->skipped,
				   "inconclusive", (int)tally->inconclusive);

	if (tally->faults)
		json_object_set_new(object, "faults", cli_faults_json(tally->faults));
	cli_print_json(object);
	tally->json = NULL;
	cli_say("%u passed, %u failed, %u skipped", tally->passed, tally->failed, tally->skipped);
}
