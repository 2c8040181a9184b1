// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A run in a forked worker, so that a crash in kernel-side code becomes a report. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

enum record_tag {
	RECORD_PROGRESS = 'p',
	RECORD_RUN = 'r',
};

/* Sent before each action: what the parent needs to say where a crash happened. */
struct progress {
	char tag;
	uint32_t step_index;
	uint64_t world_step;
	uint64_t time_ns;
};

struct worker {
	struct scn_runner runner;
	struct svmsim_run *run;
	struct progress last;
};

static void send_progress(const struct scn_runner *runner, const struct scn_step *step)
{
	struct progress progress = {
		.tag = RECORD_PROGRESS,
		.step_index = (uint32_t)(step - runner->plan->step),
		.world_step = svmsim_world_step(runner->world),
		.time_ns = svmsim_world_time_ns(runner->world),
	};

	host_worker_write(&progress, sizeof(progress));
}

static int work(void *ctx)
{
	struct worker *worker = ctx;
	struct scn_buf buf = { 0 };
	struct svmsim_run *run;
	size_t bytes;
	void *data;

	worker->runner.progress = send_progress;
	run = scn_run_all(&worker->runner);
	data = svmsim_run_pack(run, &bytes);
	scn_buf_add(&buf, "%c", RECORD_RUN);
	scn_buf_bytes(&buf, data, bytes);
	host_worker_write(buf.data, buf.bytes);
	free(data);
	scn_buf_free(&buf);
	svmsim_run_free(run);
	return 0;
}

static void receive(void *ctx, const void *data, size_t bytes)
{
	struct worker *worker = ctx;
	const char *record = data;

	if (bytes == sizeof(worker->last) && record[0] == RECORD_PROGRESS)
		memcpy(&worker->last, data, bytes);
	else if (bytes && record[0] == RECORD_RUN && !worker->run)
		worker->run = svmsim_run_unpack(record + 1, bytes - 1);
}

/* The crash as a report, in a fresh world of the same machine in this process. */
static struct svmsim_run *record_crash(struct worker *worker, const struct host_crash *crash)
{
	struct scn_runner *runner = &worker->runner;
	const struct scn_step *step = NULL;
	const char *task = "run";
	struct svmsim_run *run;

	if (svmsim_world_create(&runner->plan->machine, NULL, &runner->world, NULL, 0)) {
		runner->world = NULL;
		runner->reason = crash->signal_name;
		return scn_run_record(runner, SVMSIM_DEFECT, 0);
	}
	if (worker->last.tag) {
		step = &runner->plan->step[worker->last.step_index];
		task = scn_actor_name(runner->plan, step);
		runner->mark = scn_alloc(runner->arena, sizeof(*runner->mark));
		runner->mark->world_step = worker->last.world_step;
		runner->mark->step = step;
		runner->mark_count = 1;
	}
	svmsim_report_oops(runner->world, crash->signal_name ? crash->signal_name : "?",
			   worker->last.world_step, worker->last.time_ns, task, crash->pc,
			   crash->pc_count);
	runner->run_count = svmsim_report_count(runner->world);
	/* What the file expects later on has not happened; only `oops` itself is judged. */
	runner->broken = true;
	run = scn_run_record(runner, SVMSIM_PASSED, 0);
	svmsim_world_destroy(runner->world);
	return run;
}

int svmsim_scenario_run_worker(struct svmsim_scenario *scenario, unsigned int index,
			       const struct svmsim_scenario_options *options,
			       struct svmsim_run **run)
{
	struct host_crash crash = { 0 };
	struct worker worker = { .run = NULL };
	int status;

	if (index >= scenario->plan_count)
		return -EINVAL;
	scn_run_init(&worker.runner, scenario, index, options);
	status = host_worker_run(work, &worker, receive, &worker,
				 options ? options->timeout_seconds : 0, &crash);
	if (worker.run) {
		scn_arena_free(worker.runner.arena);
		host_free(worker.runner.arena);
		*run = worker.run;
		return 0;
	}
	if (status == -1) {
		*run = record_crash(&worker, &crash);
		return 0;
	}
	worker.runner.reason = status == -2 ? "the worker was ended: it did not finish in time" :
					      "the simulator ended with a defect of its own";
	*run = scn_run_record(&worker.runner,
			      status == -2 ? SVMSIM_INCONCLUSIVE : SVMSIM_DEFECT, 0);
	return 0;
}
