/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/event.h"
#include "kernel/world.h"

const struct sim_event_type sim_event_types[SIM_EVENT_COUNT] = {
#define SIM_EVENT(symbol, system, name, arguments, text)                                           \
	[SIM_EVENT_##symbol] = { #symbol, system, name, arguments, text },
	SIM_EVENT_TABLE
#undef SIM_EVENT
};

void sim_event_attach(struct svmsim_world *world, struct sim_event_consumer *consumer)
{
	struct sim_event_consumer **link = &world->events.consumers;

	while (*link) {
		SIM_ASSERT(*link != consumer);
		link = &(*link)->next;
	}
	consumer->next = NULL;
	*link = consumer;
}

void sim_event_detach(struct svmsim_world *world, struct sim_event_consumer *consumer)
{
	struct sim_event_consumer **link = &world->events.consumers;

	while (*link != consumer) {
		SIM_ASSERT(*link);
		link = &(*link)->next;
	}
	*link = consumer->next;
}

void sim_event_deliver(struct svmsim_world *world, enum sim_event_id id, unsigned int arg_count,
		       const u64 *arg)
{
	struct sim_event event = {
		.id = id,
		.time_ns = world->now_ns,
		.step = world->step,
		.cpu = world->cpu,
		.task_name = world->task_name,
		.task_pid = world->task_pid,
		.arg_count = arg_count,
	};
	struct sim_event_consumer *consumer, *next;
	u64 digest = world->events.digest;

	SIM_ASSERT(arg_count <= SIM_EVENT_ARG_MAX);
	for (unsigned int i = 0; i < arg_count; i++)
		event.arg[i] = arg[i];
	for (consumer = world->events.consumers; consumer; consumer = next) {
		next = consumer->next;
		consumer->consume(consumer->ctx, &event);
	}
	/* Attaching a consumer must change nothing: it may not have raised events itself. */
	SIM_ASSERT(digest == world->events.digest);
}
