// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/scn_sched.h"

#include <stdio.h>
#include <string.h>
#include <svmsim/events.h>
#include <svmsim/program.h>
#include "explore/sched.h"
#include "host/host.h"

#define LAST_EVENT_COUNT 12
#define LINE_MAX_BYTES 240
#define MESSAGE_MAX 512
#define FUNCTION_COUNT 61
/* A schedule that is longer is no longer something to paste. */
#define REPLAY_MAX_BYTES 8000

/* struct function - name of the function that an address lies in */
struct function {
	uintptr_t pc;
	char name[80];
};

/**
 * struct scn_sched - scheduling of one run
 * @base: asks @inner, and looks at each point; only where there is something to look for
 * @inner: who decides; NULL for fifo
 * @runner: run
 * @watcher: tells @inner about events, or looks for one; NULL where neither is needed
 * @until: what the run ends at, NULL for its own end
 * @sees_calls: a part of a pin is about the call or return of a function
 * @counting: count points, for pct
 * @quiet: points at which @inner need not be asked
 * @function: functions that were called lately, by address
 * @line: last events, the newest at (@line_count - 1) % LAST_EVENT_COUNT
 * @line_count: number of events so far
 */
struct scn_sched {
	struct svmsim_scheduler base;
	struct svmsim_scheduler *inner;
	struct scn_runner *runner;
	struct svmsim_watcher *watcher;
	const char *until;
	bool sees_calls;
	bool counting;
	uint64_t quiet;
	struct function function[FUNCTION_COUNT];
	char line[LAST_EVENT_COUNT][LINE_MAX_BYTES];
	uint64_t line_count;
};

/* A driver that waits for all others says so itself. */
static const char *what_for(const struct svmsim_task *task)
{
	return strncmp(task->what, "wait ", 5) ? task->what : task->what + 5;
}

/* @at: the switch point that the running task is about to pass, NULL if it is at none. */
static void add_task(struct scn_buf *buf, const struct svmsim_task *task, const char *at)
{
	switch (task->state) {
	case SVMSIM_TASK_RUNNING:
		scn_buf_add(buf, at ? "  %s is before %s\n" : "  %s runs\n", task->name, at);
		break;
	case SVMSIM_TASK_READY:
		scn_buf_add(buf, task->site[0] ? "  %s can run, from %s on\n" :
						 "  %s has not begun\n", task->name, task->site);
		break;
	case SVMSIM_TASK_ENDED:
		scn_buf_add(buf, "  %s has ended\n", task->name);
		break;
	default:
		scn_buf_add(buf, "  %s %s for %s, at %s\n", task->name,
			    task->state == SVMSIM_TASK_SPINNING ? "spins" : "waits",
			    what_for(task), task->site);
		break;
	}
}

/* Where everybody is, as the run stands now. */
static void describe(struct scn_sched *sched, const struct svmsim_point *point,
		     struct scn_buf *buf)
{
	uint64_t lines = sched->line_count < LAST_EVENT_COUNT ? sched->line_count :
								LAST_EVENT_COUNT;
	struct svmsim_task task;
	uint32_t index;
	uint64_t i;

	if (point)
		scn_buf_add(buf, "stopped before %s of %s\n", point->site, point->task);
	else
		scn_buf_add(buf, "stopped behind %s\n", sched->until);
	if (sched->line_count)
		scn_buf_add(buf, "last events:\n");
	for (i = sched->line_count - lines; i < sched->line_count; i++)
		scn_buf_add(buf, "  %s\n", sched->line[i % LAST_EVENT_COUNT]);
	if (svmsim_task_get(sched->runner->world, 0, &task))
		scn_buf_add(buf, "tasks:\n");
	for (index = 0; svmsim_task_get(sched->runner->world, index, &task); index++)
		add_task(buf, &task, point ? point->site : NULL);
}

static void note_schedule(struct scn_runner *runner)
{
	struct scn_scheduled *scheduled = &runner->scheduled;

	scheduled->schedule = runner->sched->inner ?
			      scn_strdup(runner->arena, svmsim_schedule_text(runner->world)) : "";
	scheduled->switch_count = svmsim_world_switches(runner->world);
	scheduled->point_count = svmsim_world_points(runner->world);
}

/*
 * What happens from here on is no part of the run any more. Nothing is unwound: the bound of the
 * world gets its driver out of the tasks.
 */
static void stop(struct scn_sched *sched)
{
	struct scn_runner *runner = sched->runner;
	struct scn_scheduled *scheduled = &runner->scheduled;

	if (scheduled->stopped)
		return;
	scheduled->stopped = true;
	scheduled->digest = svmsim_world_digest(runner->world);
	scheduled->report_count = svmsim_report_count(runner->world);
	note_schedule(runner);
	runner->broken = true;
	svmsim_world_bound(runner->world, 1, 1);
}

static void stop_at(struct scn_sched *sched, const struct svmsim_point *point)
{
	struct scn_buf buf = { 0 };

	if (sched->runner->scheduled.stopped)
		return;
	describe(sched, point, &buf);
	sched->runner->scheduled.where = scn_strdup(sched->runner->arena, buf.data);
	scn_buf_free(&buf);
	stop(sched);
}

static void stop_diverged(void *ctx)
{
	stop(ctx);
}

static void come_up(struct scn_sched *sched, const char *system, const char *name)
{
	if (sched->runner->scheduled.stopped)
		return;
	if (sched->inner)
		svmsim_scheduler_event(sched->inner, system, name);
	if (sched->until && sched_is_event(sched->until, system, name))
		stop_at(sched, NULL);
}

static void consume(void *ctx, const struct svmsim_event *event)
{
	struct scn_sched *sched = ctx;

	if (sched->until && !sched->runner->scheduled.stopped)
		snprintf(sched->line[sched->line_count++ % LAST_EVENT_COUNT], LINE_MAX_BYTES, "%s",
			 event->line);
	come_up(sched, event->system, event->name);
}

/* Calls and returns are events whose system is the function. */
static void consume_call(void *ctx, uintptr_t pc, bool returns)
{
	struct scn_sched *sched = ctx;
	struct function *function = &sched->function[pc % FUNCTION_COUNT];

	if (function->pc != pc) {
		function->pc = pc;
		host_symbol_function(pc, function->name, sizeof(function->name));
		/* Copies that gcc makes of a function have its name with a suffix. */
		function->name[strcspn(function->name, ".")] = '\0';
	}
	come_up(sched, function->name, returns ? "return" : "call");
}

static unsigned int next(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	struct scn_sched *sched = ctx;

	*quiet = 0;
	if (sched->counting) {
		sched->runner->point_estimate = point->point;
		return point->default_index;
	}
	if (!sched->runner->scheduled.stopped && svmsim_point_matches(point, sched->until))
		stop_at(sched, point);
	if (sched->runner->scheduled.stopped) {
		*quiet = UINT64_MAX;
		return point->default_index;
	}
	if (!sched->inner || (sched->quiet && point->can_go_on && sched->quiet--))
		return point->default_index;
	return sched->inner->next(sched->inner->ctx, point, &sched->quiet);
}

static uint64_t random_value(void *ctx)
{
	struct scn_sched *sched = ctx;

	return sched->inner ? sched->inner->random(sched->inner->ctx) : 0;
}

bool scn_sched_wants_count(const struct scn_runner *runner)
{
	const struct svmsim_scenario_options *options = runner->options;

	return options->sched == SVMSIM_SCHED_PCT && !options->schedule && !options->pin &&
	       !runner->point_estimate;
}

static const struct scn_pin *find_pin(const struct scn_runner *runner)
{
	const struct scn_plan *plan = runner->plan;
	unsigned int i;

	for (i = 0; i < plan->pin_count; i++) {
		if (!strcmp(plan->pin[i].name, runner->options->pin))
			return &plan->pin[i];
	}
	return NULL;
}

/* What a pin waits for has to be something that can come up. */
static bool check_until(struct scn_runner *runner, const char *until)
{
	char message[MESSAGE_MAX];

	if (!until || svmsim_until_check(until, message, sizeof(message)))
		return true;
	runner->reason = scn_strdup(runner->arena, message);
	return false;
}

static bool make_pin(struct scn_runner *runner, struct scn_sched *sched)
{
	const struct scn_pin *pin = find_pin(runner);
	struct svmsim_pin_part *part;
	unsigned int i;

	if (!pin) {
		runner->reason = scn_printf(runner->arena, "there is no pin %s",
					    runner->options->pin);
		return false;
	}
	part = scn_alloc(runner->arena, (pin->step_count + 1) * sizeof(*part));
	for (i = 0; i < pin->step_count; i++) {
		part[i].task = pin->step[i].task;
		part[i].until = pin->step[i].until;
		if (!check_until(runner, part[i].until))
			return false;
		sched->sees_calls |= part[i].until && sched_is_of_function(part[i].until);
	}
	sched->inner = svmsim_scheduler_pin(part, pin->step_count, runner->world);
	return true;
}

static bool make_inner(struct scn_runner *runner, struct scn_sched *sched)
{
	const struct svmsim_scenario_options *options = runner->options;
	uint64_t seed = options->seed ? options->seed : 1;
	char message[MESSAGE_MAX];

	if (options->pin)
		return make_pin(runner, sched);
	if (options->schedule) {
		if (!svmsim_scheduler_replay(options->schedule, options->on_divergence,
					     &sched->inner, message, sizeof(message)))
			return true;
		runner->reason = scn_strdup(runner->arena, message);
		return false;
	}
	if (scn_sched_wants_count(runner))
		sched->counting = true;
	else if (options->sched == SVMSIM_SCHED_RANDOM)
		sched->inner = svmsim_scheduler_random(seed);
	else if (options->sched == SVMSIM_SCHED_PCT)
		sched->inner = svmsim_scheduler_pct(seed, options->sched_depth ?
						    options->sched_depth : SCN_DEPTH_DEFAULT,
						    runner->point_estimate);
	return true;
}

bool scn_sched_begin(struct scn_runner *runner)
{
	const struct svmsim_scenario_options *options = runner->options;
	struct scn_sched *sched = host_zalloc(sizeof(*sched));
	struct sched *inner;

	runner->sched = sched;
	sched->runner = runner;
	sched->until = options->until;
	memset(&runner->scheduled, 0, sizeof(runner->scheduled));
	if (!check_until(runner, sched->until) || !make_inner(runner, sched)) {
		host_free(sched);
		runner->sched = NULL;
		return false;
	}
	inner = sched->inner ? sched->inner->ctx : NULL;
	if (inner && options->on_divergence == SVMSIM_DIVERGENCE_STOP) {
		inner->diverged = stop_diverged;
		inner->diverged_ctx = sched;
	}
	sched->base = (struct svmsim_scheduler){
		.name = "until", .next = next, .random = random_value, .ctx = sched,
	};
	if (sched->until || options->pin)
		sched->watcher = svmsim_watch(runner->world, consume, sched);
	if (sched->sees_calls || (sched->until && sched_is_of_function(sched->until)))
		svmsim_watch_calls(runner->world, consume_call, sched);
	svmsim_world_bound(runner->world, options->point_max, options->step_max);
	svmsim_world_schedule(runner->world, sched->until || sched->counting ? &sched->base :
					     sched->inner);
	return true;
}

static const char *bound_text(struct scn_runner *runner)
{
	uint64_t steps = runner->options->step_max ? runner->options->step_max :
						     SCN_STEP_BOUND_DEFAULT;

	if (runner->scheduled.switch_count < steps)
		return "the bound on switch points was reached: usually a loop that waits for "
		       "another task and never lets it run; --points N moves it";
	return scn_printf(runner->arena, "the bound on switches, %llu, was reached: usually tasks "
			  "that wait in loops for what never comes; --steps N moves it",
			  (unsigned long long)steps);
}

/* Why nothing can be said about the run, NULL when something can. */
static const char *find_reason(struct scn_runner *runner)
{
	struct scn_sched *sched = runner->sched;
	char message[MESSAGE_MAX] = "";
	bool followed = true;

	/* A bound is also how a run is stopped that can't be followed. */
	if (!runner->scheduled.stopped && svmsim_world_bounded(runner->world))
		return bound_text(runner);
	if (sched->inner && sched->inner->end)
		followed = sched->inner->end(sched->inner->ctx, message, sizeof(message));
	runner->scheduled.divergence = scn_strdup(runner->arena, message);
	if (!followed)
		return runner->scheduled.divergence;
	return sched->until ? scn_printf(runner->arena, "%s never came up", sched->until) : NULL;
}

void scn_sched_end(struct scn_runner *runner)
{
	struct scn_scheduled *scheduled = &runner->scheduled;
	struct scn_sched *sched = runner->sched;
	const char *reason;

	if (!scheduled->stopped)
		note_schedule(runner);
	/* One that ends where it was asked to need not have made all choices. */
	reason = scheduled->where ? NULL : find_reason(runner);
	scheduled->inconclusive = reason;
	runner->reason = reason ? reason : runner->reason;
	svmsim_world_schedule(runner->world, NULL);
	svmsim_watch_calls(runner->world, NULL, NULL);
	svmsim_unwatch(sched->watcher);
	svmsim_scheduler_free(sched->inner);
	host_free(sched);
	runner->sched = NULL;
}

bool scn_sched_replays(const struct scn_runner *runner)
{
	const char *schedule = runner->scheduled.schedule;

	return schedule && schedule[0] &&
	       (strlen(schedule) <= REPLAY_MAX_BYTES || runner->options->schedule);
}

void scn_sched_replay_text(const struct scn_runner *runner, struct scn_buf *text)
{
	const struct svmsim_scenario_options *options = runner->options;

	if (scn_sched_replays(runner)) {
		scn_buf_add(text, " --schedule ");
		scn_shell_word(text, runner->scheduled.schedule);
	} else if (options->pin) {
		scn_buf_add(text, " --pin ");
		scn_shell_word(text, options->pin);
	} else if (!options->schedule && options->sched) {
		/* It left no schedule, or too long a one: the scheduler will choose alike. */
		scn_buf_add(text, " --sched %s", svmsim_sched_name(options->sched));
		if (options->sched_depth)
			scn_buf_add(text, " --depth %u", options->sched_depth);
	}
	if (options->step_max)
		scn_buf_add(text, " --steps %llu", (unsigned long long)options->step_max);
	if (options->point_max)
		scn_buf_add(text, " --points %llu", (unsigned long long)options->point_max);
}
