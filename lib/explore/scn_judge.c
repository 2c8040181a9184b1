// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reports against `expect` lines: which are expected, which are too many, which are missing. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_fault.h"

#define TEXT_MAX 400

struct judging {
	struct scn_runner *runner;
	enum svmsim_standing *standing;
	unsigned int count;
	bool final;
	bool *named; /* reports that a failed expectation already names */
};

const struct scn_step *scn_report_step(const struct scn_runner *runner,
				       const struct svmsim_report *report)
{
	unsigned int i;

	/* Leaks are found behind the last line; `uninit`, found later still, is about its step. */
	if (report->index >= runner->run_count && strcmp(report->identifier, "uninit"))
		return NULL;
	for (i = runner->mark_count; i--;) {
		if (runner->mark[i].world_step == report->action)
			return runner->mark[i].step;
	}
	/* A task that carries out no line: a worker, a timer. It follows from the newest line. */
	for (i = runner->mark_count; i--;) {
		if (runner->mark[i].world_step <= report->step)
			return runner->mark[i].step;
	}
	return NULL;
}

static bool is_consumed(const struct scn_runner *runner, unsigned int index)
{
	unsigned int i;

	for (i = 0; i < runner->consumed_count; i++) {
		if (runner->consumed[i] == index)
			return true;
	}
	return false;
}

static const char *field_of(const struct svmsim_report *report, const char *key)
{
	unsigned int i;

	for (i = 0; i < report->field_count; i++) {
		if (!strcmp(report->key[i], key))
			return report->value[i];
	}
	return NULL;
}

static bool matches(const struct scn_expect *expect, const struct svmsim_report *report)
{
	unsigned int i;

	if (strcmp(expect->identifier, report->identifier))
		return false;
	for (i = 0; i < expect->field_count; i++) {
		const char *value = field_of(report, expect->key[i]);

		if (!value || (strcmp(expect->value[i], "*") && strcmp(expect->value[i], value)))
			return false;
	}
	return true;
}

static void report_text(const struct svmsim_report *report, char *text, size_t size)
{
	unsigned int i;

	snprintf(text, size, "%s", report->identifier);
	for (i = 0; i < report->field_count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, size - used, " %s=%s", report->key[i], report->value[i]);
	}
}

static const char *key_known(const void *ctx, unsigned int index)
{
	const struct svmsim_report *report = ctx;

	return index < report->field_count ? report->key[index] : NULL;
}

/* The report that an unmet expectation was probably about: same identifier, best standing. */
static int candidate(struct judging *judging, const struct scn_expect *expect)
{
	static const enum svmsim_standing order[] = {
		SVMSIM_UNEXPECTED, SVMSIM_NOTED, SVMSIM_ATTACHED, SVMSIM_CONSUMED,
		SVMSIM_EXPECTED,
	};
	struct svmsim_report report;
	unsigned int i, k;

	for (k = 0; k < SCN_ARRAY_SIZE(order); k++) {
		for (i = 0; i < judging->count; i++) {
			if (judging->standing[i] == order[k] && !judging->named[i] &&
			    !svmsim_report_get(judging->runner->world, i, &report) &&
			    !strcmp(report.identifier, expect->identifier))
				return (int)i;
		}
	}
	return -1;
}

static void describe_candidate(struct judging *judging, const struct scn_expect *expect, int index,
			       char *text, size_t size)
{
	static const char *const but[] = {
		[SVMSIM_UNEXPECTED] = "",
		[SVMSIM_EXPECTED] = ", which another line expects",
		[SVMSIM_CONSUMED] = ", which the result of its own line consumed",
		[SVMSIM_NOTED] = ", which is a note: expect note",
		[SVMSIM_ATTACHED] = ", which is attached to another report",
	};
	struct svmsim_report report;
	char suggestion[200];
	unsigned int i;
	size_t used;

	svmsim_report_get(judging->runner->world, (unsigned int)index, &report);
	report_text(&report, text, size);
	used = strlen(text);
	if (expect->kind == SCN_EXPECT_REPORT)
		snprintf(text + used, size - used, "%s", but[judging->standing[index]]);
	for (i = 0; i < expect->field_count; i++) {
		if (field_of(&report, expect->key[i]))
			continue;
		scn_suggest(suggestion, sizeof(suggestion), expect->key[i], key_known, &report);
		used = strlen(text);
		snprintf(text + used, size - used, "; it has no field \"%s\"%s", expect->key[i],
			 suggestion);
		return;
	}
}

static void judge_shortfall(struct judging *judging, const struct scn_judge *judge, uint64_t found)
{
	const struct scn_expect *expect = &judge->expect;
	char got[TEXT_MAX], expected[60];
	int index;

	if (!judging->final)
		return;
	snprintf(expected, sizeof(expected), "%llu such %s%s", (unsigned long long)expect->times,
		 expect->kind == SCN_EXPECT_NOTE ? "note" : "report", expect->times > 1 ? "s" : "");
	index = candidate(judging, expect);
	/* What this very line has claimed already is no news, their number is. */
	if (found && index >= 0 && judging->standing[index] == SVMSIM_EXPECTED)
		index = -1;
	if (index >= 0) {
		describe_candidate(judging, expect, index, got, sizeof(got));
		judging->named[index] = true;
	} else if (found) {
		snprintf(got, sizeof(got), "%llu", (unsigned long long)found);
	} else {
		snprintf(got, sizeof(got), "none");
	}
	scn_failed(judging->runner, judge->stmt, judge->text, expected, got, index);
}

static void judge_expect(struct judging *judging, const struct scn_judge *judge)
{
	enum svmsim_standing from = judge->expect.kind == SCN_EXPECT_NOTE ? SVMSIM_NOTED :
									     SVMSIM_UNEXPECTED;
	struct svmsim_report report;
	uint64_t found = 0;
	unsigned int i;

	for (i = 0; i < judging->count && found < judge->expect.times; i++) {
		if (judging->standing[i] != from || judging->named[i] ||
		    svmsim_report_get(judging->runner->world, i, &report) ||
		    !matches(&judge->expect, &report))
			continue;
		found++;
		/* A note stays a note, but serves one expectation only. */
		if (from == SVMSIM_NOTED)
			judging->named[i] = true;
		else
			judging->standing[i] = SVMSIM_EXPECTED;
	}
	if (found < judge->expect.times)
		judge_shortfall(judging, judge, found);
}

/* Lines with more fields choose first, so that a general one does not take what they need. */
static void judge_all(struct judging *judging)
{
	const struct scn_plan *plan = judging->runner->plan;
	unsigned int fields, i;

	for (fields = SCN_MATCH_FIELD_MAX + 1; fields--;) {
		for (i = 0; i < plan->judge_count; i++) {
			const struct scn_judge *judge = &plan->judge[i];

			if ((judge->expect.kind == SCN_EXPECT_REPORT ||
			     judge->expect.kind == SCN_EXPECT_NOTE) &&
			    judge->expect.field_count == fields)
				judge_expect(judging, judge);
		}
	}
}

static void judge_none(struct judging *judging, const struct scn_judge *judge)
{
	struct svmsim_report report;
	char got[TEXT_MAX];
	unsigned int i;

	for (i = 0; i < judging->count; i++) {
		if (judging->standing[i] != SVMSIM_EXPECTED)
			continue;
		svmsim_report_get(judging->runner->world, i, &report);
		report_text(&report, got, sizeof(got));
		scn_failed(judging->runner, judge->stmt, judge->text, "no report", got, (int)i);
		return;
	}
}

static void fail_unexpected(struct judging *judging, unsigned int index)
{
	const struct scn_runner *runner = judging->runner;
	struct svmsim_report report;
	const struct scn_step *step;
	char got[TEXT_MAX];

	svmsim_report_get(runner->world, index, &report);
	report_text(&report, got, sizeof(got));
	step = scn_report_step(runner, &report);
	scn_failed(judging->runner, step ? step->stmt : NULL, step ? step->text : "end of the run",
		   "no report", got, (int)index);
}

static bool allows(const struct scn_runner *runner, unsigned int index)
{
	struct svmsim_report report;

	return !svmsim_report_get(runner->world, index, &report) &&
	       scn_fault_allows(runner, &report);
}

unsigned int scn_judge(struct scn_runner *runner, enum svmsim_standing *standing,
		       unsigned int count, bool final)
{
	struct judging judging = {
		.runner = runner, .standing = standing, .count = count,
		.final = final && !runner->broken && !scn_fault_count(runner),
		.named = scn_alloc(runner->arena, count + 1),
	};
	const struct scn_plan *plan = runner->plan;
	unsigned int i, unexpected_count = 0;

	for (i = 0; i < count; i++) {
		struct svmsim_report report;

		svmsim_report_get(runner->world, i, &report);
		standing[i] = report.attached_to >= 0	? SVMSIM_ATTACHED :
			      report.is_note		? SVMSIM_NOTED :
			      is_consumed(runner, i)	? SVMSIM_CONSUMED :
							  SVMSIM_UNEXPECTED;
	}
	judge_all(&judging);
	for (i = 0; i < plan->judge_count && judging.final; i++) {
		if (plan->judge[i].expect.kind == SCN_EXPECT_NO_REPORTS)
			judge_none(&judging, &plan->judge[i]);
	}
	if (judging.final)
		scn_cond_judge(runner);
	for (i = 0; i < count; i++) {
		if (standing[i] == SVMSIM_UNEXPECTED && allows(runner, i))
			standing[i] = SVMSIM_EXPECTED;
		if (standing[i] != SVMSIM_UNEXPECTED)
			continue;
		unexpected_count++;
		if (final && !judging.named[i])
			fail_unexpected(&judging, i);
	}
	return unexpected_count;
}
