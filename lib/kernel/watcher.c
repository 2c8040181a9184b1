/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The public way to watch events: a consumer that makes text of each, and the counters.
 */
#include <linux/errno.h>
#include <svmsim/events.h>
#include "kernel/world.h"
#include "kernel/world_internal.h"

#define TEXT_BYTES 1024

struct svmsim_watcher {
	struct sim_event_consumer consumer;
	struct svmsim_world *world;
	void (*consume)(void *ctx, const struct svmsim_event *event);
	void *ctx;
	char text[TEXT_BYTES];
	char line[TEXT_BYTES + 128];
};

static void watcher_consume(void *ctx, const struct sim_event *event)
{
	struct svmsim_watcher *watcher = ctx;
	const struct sim_event_type *type = &sim_event_types[event->id];
	struct svmsim_event out = {
		.system = type->system,
		.name = type->name,
		.text = watcher->text,
		.line = watcher->line,
		.time_ns = event->time_ns,
		.step = event->step,
		.cpu = event->cpu,
		.task = event->task_name,
	};

	/* Book-keeping of the digest: the name shows in the event that uses it. */
	if (event->id == SIM_EVENT_NAME)
		return;
	sim_event_format(watcher->world, event, watcher->text, sizeof(watcher->text));
	sim_event_line(event, watcher->text, watcher->line, sizeof(watcher->line));
	watcher->consume(watcher->ctx, &out);
}

struct svmsim_watcher *
svmsim_watch(struct svmsim_world *world,
	     void (*consume)(void *ctx, const struct svmsim_event *event), void *ctx)
{
	struct svmsim_watcher *watcher = sim_alloc(world, sizeof(*watcher));

	watcher->world = world;
	watcher->consume = consume;
	watcher->ctx = ctx;
	watcher->consumer.consume = watcher_consume;
	watcher->consumer.ctx = watcher;
	sim_event_attach(world, &watcher->consumer);
	return watcher;
}

void svmsim_unwatch(struct svmsim_watcher *watcher)
{
	if (!watcher)
		return;
	sim_event_detach(watcher->world, &watcher->consumer);
	sim_free(watcher->world, watcher, sizeof(*watcher));
}

void sim_watchers_unmake(struct svmsim_world *world)
{
	struct sim_event_consumer *consumer = world->events.consumers;

	while (consumer) {
		struct sim_event_consumer *next = consumer->next;

		if (consumer->consume == watcher_consume)
			svmsim_unwatch(consumer->ctx);
		consumer = next;
	}
}

static const char *const counter_names[SIM_EVENT_COUNT] = {
#define SIM_EVENT(symbol, system, name, arguments, text) [SIM_EVENT_##symbol] = system ":" name,
	SIM_EVENT_TABLE
#undef SIM_EVENT
};

const char *svmsim_counter_name(unsigned int index)
{
	return index < SIM_EVENT_COUNT ? counter_names[index] : NULL;
}

int svmsim_counter(const struct svmsim_world *world, const char *name, uint64_t *value)
{
	for (unsigned int i = 0; i < SIM_EVENT_COUNT; i++) {
		if (__builtin_strcmp(counter_names[i], name))
			continue;
		*value = world->events.count[i];
		return 0;
	}
	return -ENOENT;
}
