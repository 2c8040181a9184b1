// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Several runs at once. Lane k takes tasks k, k + jobs, ... and sends each record through a pipe of
 * its own; reading the pipes in turn gives the records in the order of the tasks, whatever the
 * speed of the lanes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cli.h"
#include "host/host.h"

#define JOBS_MAX 64

struct lane {
	pid_t pid;
	int fd;
};

static void name_in_trace(FILE *trace, const struct cli_task *task)
{
	const char *variant = svmsim_scenario_variant(task->file->scenario, task->repetition);

	fprintf(trace, "# run: %s%s%s", task->file->path, variant[0] ? " " : "", variant);
	if (task->pin)
		fprintf(trace, " pin=%s", task->pin);
	if (task->seed)
		fprintf(trace, " seed=%llu", (unsigned long long)task->seed);
	fputc('\n', trace);
}

static struct svmsim_run *run_task(const struct cli_task *task,
				   const struct svmsim_scenario_options *options, FILE *trace)
{
	struct svmsim_scenario_options task_options = *options;
	struct svmsim_run *run = NULL;

	if (trace)
		name_in_trace(trace, task);
	task_options.seed = task->seed;
	task_options.pin = task->pin;
	/* A pin is an order of its own. */
	if (task->pin)
		task_options.sched = SVMSIM_SCHED_FIFO;
	svmsim_scenario_run_worker(task->file->scenario, task->repetition, &task_options, &run);
	return run;
}

static bool write_all(int fd, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes) {
		ssize_t n = write(fd, at, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		bytes -= (size_t)n;
	}
	return true;
}

static bool read_all(int fd, void *data, size_t bytes)
{
	char *at = data;

	while (bytes) {
		ssize_t n = read(fd, at, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		bytes -= (size_t)n;
	}
	return true;
}

static _Noreturn void lane_main(int fd, const struct cli_task *task, unsigned int count,
				unsigned int first, unsigned int jobs,
				const struct svmsim_scenario_options *options)
{
	unsigned int i;

	for (i = first; i < count; i += jobs) {
		struct svmsim_run *run = run_task(&task[i], options, NULL);
		uint64_t size;
		size_t bytes;
		void *data = svmsim_run_pack(run, &bytes);
		bool sent;

		size = bytes;
		sent = write_all(fd, &size, sizeof(size)) && write_all(fd, data, bytes);
		free(data);
		svmsim_run_free(run);
		if (!sent)
			break;
	}
	_exit(0);
}

static struct svmsim_run *receive(int fd)
{
	struct svmsim_run *run = NULL;
	uint64_t size;
	void *data;

	if (!read_all(fd, &size, sizeof(size)) || size > SIZE_MAX / 2)
		return NULL;
	data = host_malloc(size ? size : 1);
	if (read_all(fd, data, size))
		run = svmsim_run_unpack(data, size);
	host_free(data);
	return run;
}

static unsigned int start_lanes(struct lane *lane, const struct cli_task *task, unsigned int count,
				unsigned int jobs, const struct svmsim_scenario_options *options)
{
	unsigned int i;
	int fd[2];

	fflush(stdout);
	for (i = 0; i < jobs; i++) {
		if (pipe(fd))
			break;
		lane[i].pid = fork();
		if (lane[i].pid < 0) {
			close(fd[0]);
			close(fd[1]);
			break;
		}
		if (!lane[i].pid) {
			close(fd[0]);
			lane_main(fd[1], task, count, i, jobs, options);
		}
		close(fd[1]);
		lane[i].fd = fd[0];
	}
	return i;
}

static void end_lanes(struct lane *lane, unsigned int count)
{
	unsigned int i;

	/* A lane that still writes ends at the closed pipe. */
	for (i = 0; i < count; i++)
		close(lane[i].fd);
	for (i = 0; i < count; i++)
		waitpid(lane[i].pid, NULL, 0);
}

void cli_lanes(const struct cli_task *task, unsigned int count, unsigned int jobs,
	       const struct svmsim_scenario_options *options, FILE *trace,
	       bool (*done)(void *ctx, const struct cli_task *task, const struct svmsim_run *run),
	       void *ctx)
{
	struct lane lane[JOBS_MAX];
	unsigned int i, started = 0;
	bool more = true;

	/* One trace file: one run at a time. */
	if (trace)
		jobs = 1;
	if (jobs > JOBS_MAX)
		jobs = JOBS_MAX;
	if (jobs > count)
		jobs = count;
	if (jobs > 1)
		started = start_lanes(lane, task, count, jobs, options);
	for (i = 0; i < count && more; i++) {
		struct svmsim_run *run = NULL;

		/* A lane that could not be started, or ended, leaves its tasks to this process. */
		if (jobs > 1 && i % jobs < started)
			run = receive(lane[i % jobs].fd);
		if (!run)
			run = run_task(&task[i], options, trace);
		more = done(ctx, &task[i], run);
		svmsim_run_free(run);
	}
	end_lanes(lane, started);
}
