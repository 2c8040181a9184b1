/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a run in a worker tells its parent, so that a crash can be reported. */
#ifndef EXPLORE_SCN_WORKER_H
#define EXPLORE_SCN_WORKER_H

#include "explore/scn_fault.h"
#include "host/host.h"

enum scn_record_tag {
	SCN_RECORD_PROGRESS = 'p',
	SCN_RECORD_INJECTED = 'i',
	SCN_RECORD_RUN = 'r',
	/* Of a sweep: a run with a failure is over, and it failed. */
	SCN_RECORD_DONE = 'd',
	SCN_RECORD_FAILED = 'f',
};

/* struct scn_progress - sent before each action: where a crash happened, if it does */
struct scn_progress {
	char tag;
	uint32_t step_index;
	uint64_t world_step;
	uint64_t time_ns;
};

/* struct scn_announced - sent at each injection, since what comes of it may be a crash */
struct scn_announced {
	char tag;
	uint64_t nth;
	char site[SVMSIM_FAULT_SITE_MAX_BYTES];
};

/**
 * struct scn_worker - the parent's side
 * @runner: what runs; in the worker it is used
 * @run: its record, once it came
 * @last: progress
 * @announced: failures of the run under way, at most SVMSIM_FAULT_MAX
 * @announced_count: number of @announced
 */
struct scn_worker {
	struct scn_runner runner;
	struct svmsim_run *run;
	struct scn_progress last;
	struct scn_announced announced[SVMSIM_FAULT_MAX];
	unsigned int announced_count;
};

/** scn_worker_watch - have a runner of this process send what a parent needs to know */
void scn_worker_watch(struct scn_runner *runner);
/** scn_worker_send - send a record of a run */
void scn_worker_send(enum scn_record_tag tag, const struct svmsim_run *run);
/** scn_worker_receive - take a record of progress or of an injection; false for any other */
bool scn_worker_receive(struct scn_worker *worker, const void *data, size_t bytes);
/** scn_worker_crash - the record of a run that crashed; the arena of its runner becomes its own */
struct svmsim_run *scn_worker_crash(struct scn_worker *worker, const struct host_crash *crash);
/** scn_worker_ended - the record of a run that was ended, with host_worker_run()'s status */
struct svmsim_run *scn_worker_ended(struct scn_worker *worker, int status);

/** scn_sweep - as svmsim_scenario_run_worker() with sweep_max */
struct svmsim_run *scn_sweep(struct svmsim_scenario *scenario, unsigned int index,
			     const struct svmsim_scenario_options *options);

#endif
