// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A sweep: a run without a failure, then one for each question that came up in it, failing that
 * one. All of them share a worker and a world; when one crashes, another worker goes on behind it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_worker.h"

/* Enough to see that all crash. */
#define CRASH_MAX SVMSIM_SWEEP_FAILED_MAX

/**
 * struct sweep - a sweep
 * @scenario: what runs
 * @index: which repetition
 * @options: never NULL
 * @next: question that the next run fails, 0 for none
 * @questions: how many the run without a failure had
 * @worker: the parent's view of the run under way
 * @run: record of the run without a failure, then of the sweep
 * @failed: records of runs that failed
 */
struct sweep {
	struct svmsim_scenario *scenario;
	unsigned int index;
	const struct svmsim_scenario_options *options;
	uint64_t next;
	uint64_t questions;
	struct scn_worker worker;
	struct svmsim_run *run;
	struct svmsim_run *failed[SVMSIM_SWEEP_FAILED_MAX];
};

/* Options of the run that fails question @nth; @plan is filled. */
static void options_of(const struct sweep *sweep, uint64_t nth, struct svmsim_fault_plan *plan,
		       struct svmsim_scenario_options *options)
{
	static const struct svmsim_fault_plan nothing;

	*plan = sweep->options->faults ? *sweep->options->faults : nothing;
	plan->nth = nth;
	plan->count = true;
	*options = *sweep->options;
	options->faults = plan;
	options->sweep_max = 0;
	if (nth)
		options->watch = NULL;
}

static struct svmsim_run *run_one(const struct sweep *sweep, struct svmsim_world **world)
{
	struct svmsim_scenario_options options;
	struct svmsim_fault_plan plan;
	struct scn_runner runner;
	struct svmsim_run *run;

	options_of(sweep, sweep->next, &plan, &options);
	scn_run_init(&runner, sweep->scenario, sweep->index, &options);
	if (*world)
		svmsim_world_reset(*world);
	runner.world = *world;
	runner.keeps_world = true;
	scn_worker_watch(&runner);
	run = scn_run_all(&runner);
	*world = runner.world;
	/* Who watches the first run would be called in the others. */
	if (options.watch) {
		svmsim_world_destroy(*world);
		*world = NULL;
	}
	return run;
}

static bool is_over(const struct sweep *sweep)
{
	return sweep->next > sweep->questions || sweep->next > sweep->options->sweep_max;
}

static int work(void *ctx)
{
	struct sweep *sweep = ctx;
	struct svmsim_world *world = NULL;
	char done = SCN_RECORD_DONE;
	struct svmsim_run *run;

	do {
		run = run_one(sweep, &world);
		if (!sweep->next) {
			scn_worker_send(SCN_RECORD_RUN, run);
			sweep->questions = run->verdict == SVMSIM_PASSED ? run->question_count : 0;
		} else {
			if (run->verdict != SVMSIM_PASSED)
				scn_worker_send(SCN_RECORD_FAILED, run);
			host_worker_write(&done, 1);
		}
		svmsim_run_free(run);
		sweep->next++;
	} while (!is_over(sweep));
	svmsim_world_destroy(world);
	return 0;
}

/* By how bad it is: a sweep is what its worst run is. */
static enum svmsim_verdict worse(enum svmsim_verdict a, enum svmsim_verdict b)
{
	static const unsigned char rank[] = {
		[SVMSIM_PASSED] = 0, [SVMSIM_SKIPPED] = 0, [SVMSIM_INCONCLUSIVE] = 1,
		[SVMSIM_FAILED] = 2, [SVMSIM_DEFECT] = 3,
	};

	return rank[b] > rank[a] ? b : a;
}

static void add_failed(struct sweep *sweep, struct svmsim_run *failed)
{
	struct svmsim_run *run = sweep->run;

	if (!run || !failed) {
		svmsim_run_free(failed);
		return;
	}
	run->verdict = worse(run->verdict, failed->verdict);
	if (run->failed_count < SVMSIM_SWEEP_FAILED_MAX)
		sweep->failed[run->failed_count] = failed;
	else
		svmsim_run_free(failed);
	run->failed_count++;
}

/* A run with a failure is over. */
static void count_run(struct sweep *sweep)
{
	const struct scn_worker *worker = &sweep->worker;
	struct svmsim_fault_site *site;
	unsigned int i, k;

	if (!sweep->run)
		return;
	sweep->run->sweep_count++;
	sweep->next++;
	for (i = 0; i < worker->announced_count; i++) {
		for (k = 0; k < sweep->run->site_count; k++) {
			site = (struct svmsim_fault_site *)&sweep->run->site[k];
			site->injection_count += !strcmp(site->name, worker->announced[i].site);
		}
	}
	sweep->worker.announced_count = 0;
	sweep->worker.last.tag = 0;
}

static void receive(void *ctx, const void *data, size_t bytes)
{
	struct sweep *sweep = ctx;
	const char *record = data;

	if (!bytes || scn_worker_receive(&sweep->worker, data, bytes))
		return;
	switch (record[0]) {
	case SCN_RECORD_RUN:
		sweep->run = svmsim_run_unpack(record + 1, bytes - 1);
		sweep->next = 1;
		sweep->worker.announced_count = 0;
		sweep->worker.last.tag = 0;
		break;
	case SCN_RECORD_FAILED:
		add_failed(sweep, svmsim_run_unpack(record + 1, bytes - 1));
		break;
	case SCN_RECORD_DONE:
		count_run(sweep);
		break;
	}
}

/* The record of the run that took its worker along. */
static struct svmsim_run *record_lost(struct sweep *sweep, int status,
				      const struct host_crash *crash)
{
	struct svmsim_scenario_options options;
	struct svmsim_fault_plan plan;
	struct svmsim_run *run;

	options_of(sweep, sweep->next, &plan, &options);
	scn_run_init(&sweep->worker.runner, sweep->scenario, sweep->index, &options);
	run = status == -1 ? scn_worker_crash(&sweep->worker, crash) :
			     scn_worker_ended(&sweep->worker, status);
	return run;
}

static void keep_failed(struct sweep *sweep)
{
	struct svmsim_run *run = sweep->run;
	unsigned int i, count = run->failed_count < SVMSIM_SWEEP_FAILED_MAX ?
				run->failed_count : SVMSIM_SWEEP_FAILED_MAX;
	struct svmsim_run **failed = scn_alloc(run->arena, (count + 1) * sizeof(*failed));

	for (i = 0; i < count; i++)
		failed[i] = sweep->failed[i];
	run->failed = failed;
	if (run->verdict == SVMSIM_PASSED && run->sweep_count < run->question_count) {
		run->verdict = SVMSIM_INCONCLUSIVE;
		run->reason = scn_printf(run->arena, "%llu questions came up, the first %u were "
					 "failed: --fail-max raises that",
					 (unsigned long long)run->question_count,
					 run->sweep_count);
	}
}

struct svmsim_run *scn_sweep(struct svmsim_scenario *scenario, unsigned int index,
			     const struct svmsim_scenario_options *options)
{
	struct sweep sweep = { .scenario = scenario, .index = index, .options = options };
	unsigned int crashes = 0;
	int status;

	do {
		struct host_crash crash = { 0 };
		struct svmsim_run *lost;

		status = host_worker_run(work, &sweep, receive, &sweep, options->timeout_seconds,
					 &crash);
		if (!status)
			break;
		lost = record_lost(&sweep, status, &crash);
		if (!sweep.run)
			return lost;
		sweep.questions = sweep.run->question_count;
		add_failed(&sweep, lost);
		count_run(&sweep);
		/* What hangs once will most likely do so again. */
	} while (status == -1 && ++crashes < CRASH_MAX && !is_over(&sweep));
	if (!sweep.run)
		return record_lost(&sweep, status, NULL);
	keep_failed(&sweep);
	return sweep.run;
}
