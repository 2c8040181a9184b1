// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The choices of a schedule again, one after the other: the next one waits for its task to be at
 * its place for the right time, everything before is left to the default. So it does not matter
 * what else has changed since the schedule was written down.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "explore/sched.h"
#include "explore/schedule_text.h"
#include "host/host.h"

#define SITE_MAX 256
/* Choices behind the next that may show that it was missed. */
#define LOOK_AHEAD 64

/**
 * struct replay - the scheduler
 * @sched: first
 * @schedule: what is to be done again
 * @mode: what to do where that is not possible
 * @at: the next choice
 * @task: names of the tasks that were seen, by number
 * @task_count: room in @task
 * @passed: occurrence at which the task of the next choice was last at its place, 0 for never
 * @site: that place, "" until then
 * @diverged: @message says why; no further choice is made
 * @late_count: choices made at a later occurrence
 * @left_out_count: choices left out
 * @first_other: first of these, or of those made late
 * @message: for end()
 */
struct replay {
	struct sched sched;
	struct schedule schedule;
	enum svmsim_on_divergence mode;
	unsigned int at;
	char **task;
	uint32_t task_count;
	uint32_t passed;
	char site[SITE_MAX];
	bool diverged;
	unsigned int late_count;
	unsigned int left_out_count;
	unsigned int first_other;
	char message[512];
};

static void forget_tasks(struct replay *replay)
{
	uint32_t i;

	for (i = 0; i < replay->task_count; i++)
		host_free(replay->task[i]);
	host_free(replay->task);
	replay->task = NULL;
	replay->task_count = 0;
}

static bool start(void *ctx, uint64_t run)
{
	struct replay *replay = ctx;

	forget_tasks(replay);
	replay->at = replay->passed = 0;
	replay->site[0] = '\0';
	replay->diverged = false;
	replay->late_count = replay->left_out_count = replay->first_other = 0;
	replay->message[0] = '\0';
	return !run;
}

static void note_task(struct replay *replay, uint32_t number, const char *name)
{
	size_t bytes = strlen(name) + 1;

	if (number >= replay->task_count) {
		uint32_t count = number * 2 + 16;

		replay->task = host_realloc(replay->task, count * sizeof(*replay->task));
		memset(replay->task + replay->task_count, 0,
		       (count - replay->task_count) * sizeof(*replay->task));
		replay->task_count = count;
	}
	if (replay->task[number])
		return;
	replay->task[number] = host_malloc(bytes);
	memcpy(replay->task[number], name, bytes);
}

static bool was_seen(const struct replay *replay, const char *name)
{
	uint32_t i;

	for (i = 0; i < replay->task_count; i++) {
		if (replay->task[i] && !strcmp(replay->task[i], name))
			return true;
	}
	return false;
}

static void go_on(struct replay *replay, unsigned int at)
{
	replay->at = at;
	replay->passed = 0;
	replay->site[0] = '\0';
}

/* "choice 3 of 7, t0:k3f9a2c1*2>t1, at abba.c:abba_one:mutex_lock(&b)" */
static void describe(const struct replay *replay, unsigned int index, struct scn_buf *buf)
{
	scn_buf_add(buf, "choice %u of %u, ", index + 1, replay->schedule.count);
	schedule_choice_print(&replay->schedule.choice[index], buf);
	if (index == replay->at && replay->site[0])
		scn_buf_add(buf, ", at %s", replay->site);
}

static void diverge(struct replay *replay, const char *fmt, ...)
{
	struct scn_buf buf = { 0 };
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	scn_buf_add(&buf, "the schedule can't be followed: ");
	describe(replay, replay->at, &buf);
	snprintf(replay->message, sizeof(replay->message), "%s: %s", buf.data, why);
	replay->diverged = true;
	scn_buf_free(&buf);
	sched_diverged(&replay->sched);
}

static bool is_place(const struct schedule_choice *choice, const struct svmsim_point *point)
{
	return (uint32_t)point->site_key == choice->key && !strcmp(point->task, choice->task);
}

static unsigned int make_exactly(struct replay *replay, const struct svmsim_point *point)
{
	const struct schedule_choice *choice = &replay->schedule.choice[replay->at];
	int index;

	if (!is_place(choice, point))
		return point->default_index;
	replay->passed = point->occurrence;
	snprintf(replay->site, sizeof(replay->site), "%s", point->site);
	if (point->occurrence < choice->occurrence)
		return point->default_index;
	index = sched_find(point, choice->to);
	if (point->occurrence > choice->occurrence) {
		diverge(replay, "%s comes here for the %u. time when the choice before it is made",
			choice->task, point->occurrence);
	} else if (index >= 0) {
		go_on(replay, replay->at + 1);
		return (unsigned int)index;
	} else if (was_seen(replay, choice->to)) {
		diverge(replay, "%s can't run there", choice->to);
	} else {
		diverge(replay, "there is no task %s", choice->to);
	}
	return point->default_index;
}

/*
 * The next choice may come late. Those behind it have to be where they are written: if one of them
 * can be made, the ones before it were missed.
 */
static unsigned int make_nearest(struct replay *replay, const struct svmsim_point *point)
{
	unsigned int i;

	for (i = replay->at; i < replay->schedule.count && i - replay->at < LOOK_AHEAD; i++) {
		const struct schedule_choice *choice = &replay->schedule.choice[i];
		bool late = point->occurrence > choice->occurrence;
		int index;

		if (!is_place(choice, point) || point->occurrence < choice->occurrence ||
		    (late && i > replay->at))
			continue;
		index = sched_find(point, choice->to);
		if (index < 0)
			continue;
		if (!replay->late_count && !replay->left_out_count)
			replay->first_other = replay->at;
		replay->left_out_count += i - replay->at;
		replay->late_count += late;
		go_on(replay, i + 1);
		return (unsigned int)index;
	}
	return point->default_index;
}

static unsigned int next(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	struct replay *replay = ctx;
	unsigned int i, chosen = point->default_index;

	note_task(replay, point->task_number, point->task);
	for (i = 0; i < point->count; i++)
		note_task(replay, point->candidate[i].number, point->candidate[i].name);
	if (replay->at < replay->schedule.count && !replay->diverged)
		chosen = replay->mode == SVMSIM_DIVERGENCE_NEAREST ? make_nearest(replay, point) :
								     make_exactly(replay, point);
	*quiet = replay->at < replay->schedule.count && !replay->diverged ? 0 : UINT64_MAX;
	return chosen;
}

static void say_what_was_missed(struct replay *replay)
{
	struct scn_buf buf = { 0 };

	if (!replay->late_count && !replay->left_out_count && replay->at < replay->schedule.count)
		replay->first_other = replay->at;
	replay->left_out_count += replay->schedule.count - replay->at;
	replay->at = replay->schedule.count;
	if (!replay->late_count && !replay->left_out_count)
		return;
	scn_buf_add(&buf, "%u of %u choices made at a later time, %u left out; the first of them "
		    "is ", replay->late_count, replay->schedule.count, replay->left_out_count);
	describe(replay, replay->first_other, &buf);
	snprintf(replay->message, sizeof(replay->message), "%s", buf.data);
	scn_buf_free(&buf);
}

static void say_what_never_came(struct replay *replay)
{
	const struct schedule_choice *choice = &replay->schedule.choice[replay->at];

	if (replay->passed)
		diverge(replay, "%s comes here only %u time%s", choice->task, replay->passed,
			replay->passed > 1 ? "s" : "");
	else if (was_seen(replay, choice->task))
		diverge(replay, "%s never comes there while another task could run", choice->task);
	else
		diverge(replay, "there is no task %s", choice->task);
}

static bool end(void *ctx, char *message, size_t message_bytes)
{
	struct replay *replay = ctx;

	if (replay->mode == SVMSIM_DIVERGENCE_NEAREST)
		say_what_was_missed(replay);
	else if (!replay->diverged && replay->at < replay->schedule.count)
		say_what_never_came(replay);
	snprintf(message, message_bytes, "%s", replay->message);
	return !replay->diverged;
}

static void release(struct sched *sched)
{
	struct replay *replay = (struct replay *)sched;

	forget_tasks(replay);
	schedule_free(&replay->schedule);
	host_free(replay);
}

int svmsim_scheduler_replay(const char *text, enum svmsim_on_divergence mode,
			    struct svmsim_scheduler **scheduler, char *message,
			    size_t message_bytes)
{
	struct schedule schedule;
	struct replay *replay;

	if (!schedule_parse(text, &schedule, message, message_bytes))
		return -EINVAL;
	replay = sched_make(sizeof(*replay), "replay", 0);
	replay->sched.base.start = start;
	replay->sched.base.next = next;
	replay->sched.base.end = end;
	replay->sched.release = release;
	replay->schedule = schedule;
	replay->mode = mode;
	*scheduler = &replay->sched.base;
	return 0;
}
