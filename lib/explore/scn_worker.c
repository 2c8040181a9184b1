// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A run in a forked worker, so that a crash in kernel-side code becomes a report. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_worker.h"

static void send_progress(const struct scn_runner *runner, const struct scn_step *step)
{
	struct scn_progress progress = {
		.tag = SCN_RECORD_PROGRESS,
		.step_index = (uint32_t)(step - runner->plan->step),
		.world_step = svmsim_world_step(runner->world),
		.time_ns = svmsim_world_time_ns(runner->world),
	};

	host_worker_write(&progress, sizeof(progress));
}

static void send_injected(void *ctx, const struct svmsim_injection *injection)
{
	struct scn_announced announced = {
		.tag = SCN_RECORD_INJECTED,
		.nth = injection->nth,
	};

	memcpy(announced.site, injection->site, strlen(injection->site));
	host_worker_write(&announced, sizeof(announced));
}

void scn_worker_watch(struct scn_runner *runner)
{
	runner->progress = send_progress;
	runner->injected = send_injected;
}

void scn_worker_send(enum scn_record_tag tag, const struct svmsim_run *run)
{
	struct scn_buf buf = { 0 };
	size_t bytes;
	void *data = svmsim_run_pack(run, &bytes);

	scn_buf_add(&buf, "%c", tag);
	scn_buf_bytes(&buf, data, bytes);
	host_worker_write(buf.data, buf.bytes);
	free(data);
	scn_buf_free(&buf);
}

static int work(void *ctx)
{
	struct scn_worker *worker = ctx;
	struct svmsim_run *run;

	scn_worker_watch(&worker->runner);
	run = scn_run_all(&worker->runner);
	scn_worker_send(SCN_RECORD_RUN, run);
	svmsim_run_free(run);
	return 0;
}

bool scn_worker_receive(struct scn_worker *worker, const void *data, size_t bytes)
{
	const char *tag = data;

	if (bytes == sizeof(worker->last) && *tag == SCN_RECORD_PROGRESS) {
		memcpy(&worker->last, data, bytes);
		return true;
	}
	if (bytes == sizeof(worker->announced[0]) && *tag == SCN_RECORD_INJECTED) {
		if (worker->announced_count < SVMSIM_FAULT_MAX)
			memcpy(&worker->announced[worker->announced_count++], data, bytes);
		return true;
	}
	return false;
}

static void receive(void *ctx, const void *data, size_t bytes)
{
	struct scn_worker *worker = ctx;
	const char *record = data;

	if (!scn_worker_receive(worker, data, bytes) && bytes && record[0] == SCN_RECORD_RUN &&
	    !worker->run)
		worker->run = svmsim_run_unpack(record + 1, bytes - 1);
}

/* So that the line that runs it again names what was injected. */
static void keep_announced(struct scn_worker *worker)
{
	struct scn_arena *arena = worker->runner.arena;
	struct scn_faults *faults;
	unsigned int i;

	if (!worker->runner.options->faults)
		return;
	faults = scn_alloc(arena, sizeof(*faults));
	faults->injected = scn_alloc(arena, (worker->announced_count + 1) *
					    sizeof(*faults->injected));
	faults->injected_count = worker->announced_count;
	for (i = 0; i < worker->announced_count; i++) {
		faults->injected[i].site = scn_strdup(arena, worker->announced[i].site);
		faults->injected[i].nth = worker->announced[i].nth;
		faults->injected[i].file = "";
	}
	worker->runner.faults = faults;
}

/* The crash as a report, in a fresh world of the same machine in this process. */
struct svmsim_run *scn_worker_crash(struct scn_worker *worker, const struct host_crash *crash)
{
	struct scn_runner *runner = &worker->runner;
	const struct scn_step *step = NULL;
	const char *task = "run";
	struct svmsim_run *run;

	keep_announced(worker);
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

struct svmsim_run *scn_worker_ended(struct scn_worker *worker, int status)
{
	keep_announced(worker);
	worker->runner.reason = status == -2 ?
				"the worker was ended: it did not finish in time" :
				"the simulator ended with a defect of its own";
	return scn_run_record(&worker->runner,
			      status == -2 ? SVMSIM_INCONCLUSIVE : SVMSIM_DEFECT, 0);
}

int svmsim_scenario_run_worker(struct svmsim_scenario *scenario, unsigned int index,
			       const struct svmsim_scenario_options *options,
			       struct svmsim_run **run)
{
	struct host_crash crash = { 0 };
	struct scn_worker worker = { .run = NULL };
	int status;

	if (index >= scenario->plan_count)
		return -EINVAL;
	if (options && options->sweep_max) {
		*run = scn_sweep(scenario, index, options);
		return 0;
	}
	scn_run_init(&worker.runner, scenario, index, options);
	status = host_worker_run(work, &worker, receive, &worker,
				 options ? options->timeout_seconds : 0, &crash);
	if (worker.run) {
		scn_arena_free(worker.runner.arena);
		host_free(worker.runner.arena);
		*run = worker.run;
	} else if (status == -1) {
		*run = scn_worker_crash(&worker, &crash);
	} else {
		*run = scn_worker_ended(&worker, status);
	}
	return 0;
}
