// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One task after the other, as a scenario has it written down: this one until that event, ... */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "explore/sched.h"
#include "host/host.h"

/**
 * struct pin - the scheduler
 * @sched: first
 * @part: parts
 * @count: number of @part
 * @at: the part whose turn it is
 * @world: where it runs
 * @begun: its task could run since its turn came
 * @running: its task was chosen last
 * @reached: the event that it stops behind has come up
 * @diverged: @message says why; everything is by default now
 * @message: for end()
 */
struct pin {
	struct sched sched;
	struct svmsim_pin_part *part;
	unsigned int count;
	unsigned int at;
	const struct svmsim_world *world;
	bool begun;
	bool running;
	bool reached;
	bool diverged;
	char message[512];
};

static bool start(void *ctx, uint64_t run)
{
	struct pin *pin = ctx;

	pin->at = 0;
	pin->begun = pin->running = pin->reached = pin->diverged = false;
	pin->message[0] = '\0';
	return !run;
}

static void diverge(struct pin *pin, const char *fmt, ...)
{
	const struct svmsim_pin_part *part = &pin->part[pin->at];
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(pin->message, sizeof(pin->message), "the pin can't be followed: part %u of %u, "
		 "%s %s%s: %s", pin->at + 1, pin->count, part->task,
		 part->until ? "until " : "to end", part->until ? part->until : "", why);
	pin->diverged = true;
	sched_diverged(&pin->sched);
}

static void end_part(struct pin *pin)
{
	pin->at++;
	pin->begun = pin->running = pin->reached = false;
}

/* "iommu:map"; calls are events too: "abba_one:return". */
static void event(struct sched *sched, const char *system, const char *name)
{
	struct pin *pin = (struct pin *)sched;
	const char *until = pin->at < pin->count ? pin->part[pin->at].until : NULL;

	if (until && pin->running && sched_is_event(until, system, name))
		pin->reached = true;
}

static bool stops_here(const struct pin *pin, const struct svmsim_point *point)
{
	const struct svmsim_pin_part *part = &pin->part[pin->at];

	if (!part->until || strcmp(point->task, part->task))
		return false;
	return pin->reached || (point->can_go_on && svmsim_point_matches(point, part->until));
}

static bool is_named(const struct pin *pin, const char *task)
{
	unsigned int part;

	for (part = 0; part < pin->count; part++) {
		if (!strcmp(pin->part[part].task, task))
			return true;
	}
	return false;
}

/* One that no part names; -1 if there is none. The default is asked first. */
static int find_unnamed(const struct pin *pin, const struct svmsim_point *point)
{
	unsigned int i, k;

	for (k = 0; k < point->count; k++) {
		i = (point->default_index + k) % point->count;
		if (!is_named(pin, point->candidate[i].name))
			return (int)i;
	}
	return -1;
}

/* Where only one task can run nobody is asked; another's turn is found out behind it. */
static void check_turn(struct pin *pin, const struct svmsim_point *point)
{
	const char *name = pin->part[pin->at].task;
	struct svmsim_task task;

	if (pin->begun && strcmp(point->task, name) && is_named(pin, point->task) &&
	    svmsim_task_find(pin->world, name, &task) && !task.idle &&
	    task.state != SVMSIM_TASK_ENDED)
		diverge(pin, "%s has to wait, and %s runs", name, point->task);
}

/*
 * The task can't run. Sets *@index to who does meanwhile, -1 for the default, and returns false
 * when its part is over.
 */
static bool stand_in(struct pin *pin, const struct svmsim_point *point, int *index)
{
	const struct svmsim_pin_part *part = &pin->part[pin->at];
	struct svmsim_task task;

	*index = find_unnamed(pin, point);
	/* Its turn comes before it has anything to do: whoever is to give it that goes first. */
	if (!svmsim_task_find(pin->world, part->task, &task) || (task.idle && !pin->begun))
		return true;
	if ((task.state == SVMSIM_TASK_ENDED || task.idle) && (!part->until || pin->reached)) {
		end_part(pin);
		return false;
	}
	if (task.state == SVMSIM_TASK_ENDED)
		diverge(pin, pin->begun ? "%s ends without it" : "%s has ended before",
			part->task);
	else if (*index >= 0)
		return true;
	else if (task.what[0])
		diverge(pin, "%s waits for %s", part->task, task.what);
	else
		diverge(pin, "%s can't run there: CPU %u does not take it", part->task, task.cpu);
	return true;
}

static unsigned int next(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	struct pin *pin = ctx;
	int index;

	*quiet = 0;
	if (pin->at < pin->count && !pin->diverged && stops_here(pin, point))
		end_part(pin);
	else if (pin->at < pin->count && !pin->diverged)
		check_turn(pin, point);
	while (pin->at < pin->count && !pin->diverged) {
		index = sched_find(point, pin->part[pin->at].task);
		pin->running = index >= 0;
		if (index >= 0) {
			pin->begun = true;
			return (unsigned int)index;
		}
		if (stand_in(pin, point, &index) && !pin->diverged)
			return index >= 0 ? (unsigned int)index : point->default_index;
	}
	*quiet = UINT64_MAX;
	return point->default_index;
}

static bool end(void *ctx, char *message, size_t message_bytes)
{
	struct pin *pin = ctx;
	const struct svmsim_pin_part *part;
	struct svmsim_task task;

	/* The last switch has no choice, and so no question. */
	while (pin->at < pin->count && !pin->diverged) {
		part = &pin->part[pin->at];
		if (!svmsim_task_find(pin->world, part->task, &task))
			diverge(pin, "there is no task %s", part->task);
		else if (part->until && !pin->reached)
			diverge(pin, "%s never comes there while another task could run",
				part->task);
		else if (pin->reached || task.state == SVMSIM_TASK_ENDED || task.idle)
			end_part(pin);
		else
			diverge(pin, "%s waits for %s", part->task, task.what);
	}
	snprintf(message, message_bytes, "%s", pin->message);
	return !pin->diverged;
}

static void release(struct sched *sched)
{
	struct pin *pin = (struct pin *)sched;
	unsigned int i;

	for (i = 0; i < pin->count; i++) {
		host_free((char *)pin->part[i].task);
		host_free((char *)pin->part[i].until);
	}
	host_free(pin->part);
	host_free(pin);
}

static const char *copy(const char *text)
{
	size_t bytes = text ? strlen(text) + 1 : 0;

	return text ? memcpy(host_malloc(bytes), text, bytes) : NULL;
}

struct svmsim_scheduler *svmsim_scheduler_pin(const struct svmsim_pin_part *part,
					      unsigned int count, const struct svmsim_world *world)
{
	struct pin *pin = sched_make(sizeof(*pin), "pin", 0);
	unsigned int i;

	pin->sched.base.start = start;
	pin->sched.base.next = next;
	pin->sched.base.end = end;
	pin->sched.event = event;
	pin->sched.release = release;
	pin->part = host_zalloc((count + 1) * sizeof(*pin->part));
	for (i = 0; i < count; i++) {
		pin->part[i].task = copy(part[i].task);
		pin->part[i].until = copy(part[i].until);
	}
	pin->count = count;
	pin->world = world;
	return &pin->sched.base;
}
