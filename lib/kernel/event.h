/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Typed events, declared in one table (kernel/event_table.h). The digest and the count per type
 * are always on; everything else that wants events is a consumer, and an event without one costs
 * a single predictable branch more. Names and fields follow the kernel's tracepoints where they
 * exist. Events are no switch points and attaching a consumer changes nothing that a run does.
 *
 * DOC: Vocabulary
 *
 * argument  a 64-bit value: an address of the simulated machine, a size, a count, an index, an
 *           errno, or a name interned with sim_name(). Never a host pointer, never a line number.
 */
#ifndef KERNEL_EVENT_H
#define KERNEL_EVENT_H

#include <linux/types.h>
#include "kernel/event_table.h"

#define SIM_EVENT_ARG_MAX 6

struct svmsim_world;

enum sim_event_id {
#define SIM_EVENT(symbol, system, name, arguments, text) SIM_EVENT_##symbol,
	SIM_EVENT_TABLE
#undef SIM_EVENT
	SIM_EVENT_COUNT,
};

/**
 * struct sim_event - one event as consumers see it
 * @id: type
 * @time_ns: behavioural clock
 * @step: step of the run
 * @cpu: CPU
 * @task_name: actor
 * @task_pid: its number, from 0 in order of first actions
 * @arg_count: arguments in use
 * @arg: their values
 */
struct sim_event {
	enum sim_event_id id;
	u64 time_ns;
	u64 step;
	unsigned int cpu;
	const char *task_name;
	int task_pid;
	unsigned int arg_count;
	u64 arg[SIM_EVENT_ARG_MAX];
};

/**
 * struct sim_event_consumer - someone who wants events
 * @consume: called for each event in order; must not raise events
 * @ctx: passed to @consume
 * @next: used by the event core
 */
struct sim_event_consumer {
	void (*consume)(void *ctx, const struct sim_event *event);
	void *ctx;
	struct sim_event_consumer *next;
};

/**
 * struct sim_events - a world's event state
 * @digest: hash over all events so far
 * @consumers: list, in order of attachment; NULL when nobody listens
 * @count: number of events of each type
 */
struct sim_events {
	u64 digest;
	struct sim_event_consumer *consumers;
	u64 count[SIM_EVENT_COUNT];
};

/* One row of the table. */
struct sim_event_type {
	const char *symbol;
	const char *system;
	const char *name;
	const char *arguments;
	const char *text;
};
extern const struct sim_event_type sim_event_types[SIM_EVENT_COUNT];

/**
 * sim_event_attach - have a consumer called from now on, after those attached before it
 * @world: whose events
 * @consumer: owned by the caller, in use until it is detached; survives resets of the world
 */
void sim_event_attach(struct svmsim_world *world, struct sim_event_consumer *consumer);
/**
 * sim_event_detach - stop it; allowed from within its own consume
 * @world: as attached
 * @consumer: attached
 */
void sim_event_detach(struct svmsim_world *world, struct sim_event_consumer *consumer);
/**
 * sim_event_format - the text of an event, as trace_pipe would show it after the colon
 * @world: its world
 * @event: event
 * @buf: filled, cut at its end
 * @size: of @buf, at least 1
 *
 * The table's template is expanded: {name} decimal, {name:x} hexadecimal, {name:x16} padded,
 * {name+other:x16} a sum, {name:s} an interned name, {name:d} signed, {name:dir} an enum
 * dma_data_direction, {name:attrs} DMA attributes joined by "|" (nothing for 0).
 */
void sim_event_format(const struct svmsim_world *world, const struct sim_event *event, char *buf,
		      size_t size);
/**
 * sim_event_line - the whole line of an event in ftrace's form
 * @event: event
 * @text: what sim_event_format() made of it
 * @buf: filled, cut at its end, without a newline
 * @size: of @buf, at least 1
 */
void sim_event_line(const struct sim_event *event, const char *text, char *buf, size_t size);

/* Folds a 64x64 multiplication: the mixing step of the digest. */
static __always_inline u64 sim_digest_mix(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

#define SIM_DIGEST_SEED 0x9e3779b97f4a7c15ull
#define SIM_DIGEST_KEY 0xd6e8feb86659fd93ull

/*
 * Takes two values into a digest. A product alone would forget all that came before when a factor
 * happens to be zero, and a value equal to the key makes it zero in every run: hence the sum, which
 * is one-to-one in what the product loses.
 */
static __always_inline u64 sim_digest_step(u64 digest, u64 x, u64 y)
{
	u64 mixed = digest ^ x;

	return sim_digest_mix(mixed, SIM_DIGEST_KEY ^ y) + (mixed << 29 | mixed >> 35) + y;
}

/**
 * sim_event_deliver - call the consumers; use sim_event()
 * @world: whose event
 * @id: type
 * @arg_count: arguments
 * @arg: their values
 */
void sim_event_deliver(struct svmsim_world *world, enum sim_event_id id, unsigned int arg_count,
		       const u64 *arg);

/**
 * sim_event_emit - record an event in a world
 * @world: the world
 * @events: its event state
 * @id: type
 * @arg_count: arguments in use, a constant where it is inlined
 * @arg: their values
 *
 * Use the sim_event() macro, which counts the arguments. Mixes two arguments per multiplication.
 */
static __always_inline void sim_event_emit(struct svmsim_world *world, struct sim_events *events,
					   enum sim_event_id id, unsigned int arg_count,
					   const u64 *arg)
{
	u64 digest = events->digest;

	digest = sim_digest_step(digest, id + 1, arg_count > 0 ? arg[0] : 0);
	if (arg_count > 1)
		digest = sim_digest_step(digest, arg[1], arg_count > 2 ? arg[2] : 0);
	if (arg_count > 3)
		digest = sim_digest_step(digest, arg[3], arg_count > 4 ? arg[4] : 0);
	if (arg_count > 5)
		digest = sim_digest_step(digest, arg[5], 0);
	events->digest = digest;
	events->count[id]++;
	if (unlikely(events->consumers))
		sim_event_deliver(world, id, arg_count, arg);
}

/**
 * sim_event - emit event @symbol of the table in the current world with up to six arguments
 *
 * Example: sim_event(IOMMU_MAP, domain_index, iova, paddr, size);
 * The includer needs kernel/world.h.
 */
#define sim_event(symbol, ...)                                                                     \
	do {                                                                                       \
		const u64 sim_event_arg_[] = { __VA_ARGS__ };                                      \
		sim_event_emit(sim_world, &sim_world->events, SIM_EVENT_##symbol,                  \
			       sizeof(sim_event_arg_) / sizeof(u64), sim_event_arg_);              \
	} while (0)

#endif
