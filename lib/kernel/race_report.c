/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is said about a race: once for each pair of functions. */
#include "kernel/race_internal.h"
#include "kernel/slab.h"
#include "kernel/warn_internal.h"

#define NAME_BYTES 128
#define FRAMES_SHOWN 6

static u64 hash_name(const char *name)
{
	u64 hash = SIM_DIGEST_SEED;

	for (; *name; name++)
		hash = sim_digest_step(hash, (unsigned char)*name, 0);
	return hash;
}

static bool told_exactly(const struct race_state *state, const struct race_pair *pair)
{
	for (unsigned int i = 0; i < state->told_count; i++)
		if (state->told[i].earlier == pair->earlier->pc &&
		    state->told[i].later == pair->later->pc)
			return true;
	return false;
}

static bool told_alike(const struct race_state *state, u64 names)
{
	for (unsigned int i = 0; i < state->told_count; i++)
		if (state->told[i].names == names)
			return true;
	return false;
}

static void remember(struct race_state *state, const struct race_pair *pair, u64 names)
{
	state->told = sim_array_grow(sim_world, state->told, state->told_count,
				     &state->told_capacity, sizeof(*state->told));
	state->told[state->told_count++] = (struct race_told){
		.earlier = pair->earlier->pc,
		.later = pair->later->pc,
		.names = names,
	};
}

/* struct place - what was accessed, as far as it has a name */
struct place {
	char object[NAME_BYTES];
	char text[2 * NAME_BYTES];
	size_t offset;
};

static bool on_stack(const struct race_state *state, uintptr_t address, struct place *place)
{
	for (unsigned int i = 0; i < state->task_count; i++) {
		const struct sim_task *task = state->tasks[i]->task;
		uintptr_t start;
		size_t bytes;

		if (!task->fiber || !host_fiber_stack(task->fiber, &start, &bytes) ||
		    address - start >= bytes)
			continue;
		host_snprintf(place->object, sizeof(place->object), "stack");
		host_snprintf(place->text, sizeof(place->text), "the stack of %s", task->name);
		place->offset = 0;
		return true;
	}
	return false;
}

static void find_place(const struct race_state *state, uintptr_t address, struct place *place)
{
	struct sim_slab_place object;

	if (host_symbol_object(address, place->object, sizeof(place->object), &place->offset)) {
		host_snprintf(place->text, sizeof(place->text), "%s", place->object);
		return;
	}
	if (sim_slab_find_place((const void *)address, &object)) {
		host_snprintf(place->object, sizeof(place->object), "%s", object.function);
		host_snprintf(place->text, sizeof(place->text),
			      "an object of %zu bytes, allocated in %s() (%s)", object.bytes,
			      object.function, object.file);
		place->offset = object.offset;
		return;
	}
	if (on_stack(state, address, place))
		return;
	host_snprintf(place->object, sizeof(place->object), "memory");
	host_snprintf(place->text, sizeof(place->text), "memory");
	place->offset = 0;
}

static const char *verb(const struct race_access *access, bool past)
{
	if (access->flags & SIM_RACE_WRITE)
		return past ? "wrote" : "writes";
	return past ? "read" : "reads";
}

static const char *noun(const struct race_access *access)
{
	if (access->flags & SIM_RACE_FREE)
		return "free";
	return access->flags & SIM_RACE_WRITE ? "write" : "read";
}

static const char *kind(const struct race_access *access)
{
	if (access->flags & SIM_RACE_ATOMIC)
		return "atomic";
	return access->flags & SIM_RACE_MARKED ? "marked" : "plain";
}

/* "f() (file.c:12)" */
static void where(uintptr_t pc, char *buf, size_t size)
{
	char function[NAME_BYTES], line[NAME_BYTES];

	host_symbol_function(pc, function, sizeof(function));
	if (host_symbol_line(pc, line, sizeof(line)))
		host_snprintf(buf, size, "%s() (%s)", function, line);
	else
		host_snprintf(buf, size, "%s()", function);
}

static void add_accesses(struct sim_report *report, const struct race_pair *pair,
			 const struct place *place)
{
	const struct race_access *later = pair->later, *earlier = pair->earlier;
	char text[2 * NAME_BYTES], at[32] = "";

	if (place->offset)
		host_snprintf(at, sizeof(at), " at +%zu", place->offset);
	where(later->pc, text, sizeof(text));
	if (later->flags & SIM_RACE_FREE)
		sim_report_line(report, "%s frees %s in %s", pair->later_task->task->name,
				place->text, text);
	else
		sim_report_line(report, "%s %s %u byte%s of %s%s in %s, %s",
				pair->later_task->task->name, verb(later, false), later->bytes,
				later->bytes == 1 ? "" : "s", place->text, at, text, kind(later));
	where(earlier->pc, text, sizeof(text));
	sim_report_line(report, "%s %s %u byte%s there in %s, %s; nothing orders the two",
			pair->earlier_task->task->name, verb(earlier, true), earlier->bytes,
			earlier->bytes == 1 ? "" : "s", text, kind(earlier));
}

static void add_calls(struct sim_report *report, const struct race_state *state,
		      const struct race_access *access)
{
	char text[2 * NAME_BYTES];
	u32 call = access->call;

	for (int i = 0; call && i < FRAMES_SHOWN; i++) {
		where(state->calls[call].pc, text, sizeof(text));
		sim_report_line(report, "  called by %s", text);
		call = state->calls[call].outer;
	}
}

/* What the bytes that both touched held. */
static u64 held(u64 granule, u8 mask)
{
	unsigned int first = __builtin_ctz(mask), count = __builtin_popcount(mask);

	granule >>= 8 * first;
	return count == 8 ? granule : granule & ((1ull << 8 * count) - 1);
}

static void add_values(struct sim_report *report, const struct race_pair *pair)
{
	u8 mask = pair->earlier->mask & pair->later->mask;
	u64 now = held(pair->later->before, mask), then = held(pair->earlier->before, mask);
	const char *who = pair->earlier_task->task->name;

	if (pair->earlier->flags & SIM_RACE_WRITE)
		sim_report_line(report, "value: 0x%llx before %s wrote, 0x%llx now", then, who,
				now);
	else
		sim_report_line(report, "value: 0x%llx, about to change", now);
}

static void report(const struct race_state *state, const struct race_pair *pair,
		   const char *earlier, const char *later)
{
	u8 mask = pair->earlier->mask & pair->later->mask;
	struct sim_report *report;
	struct place place;

	find_place(state, pair->granule + __builtin_ctz(mask), &place);
	sim_world->reports.origin = pair->later->pc;
	report = sim_report_begin(SIM_REPORT_DATA_RACE);
	sim_report_field(report, "what", "%s-%s", noun(pair->earlier), noun(pair->later));
	sim_report_field(report, "in", "%s", later);
	sim_report_field(report, "with", "%s", earlier);
	sim_report_field(report, "object", "%s", place.object);
	if (place.offset)
		sim_report_field(report, "at", "+%zu", place.offset);
	sim_report_field(report, "bytes", "%u", (unsigned int)__builtin_popcount(mask));
	add_accesses(report, pair, &place);
	add_calls(report, state, pair->earlier);
	add_values(report, pair);
	sim_report_raise(report);
}

void race_tell(struct race_state *state, const struct race_pair *pair)
{
	char earlier[NAME_BYTES], later[NAME_BYTES];
	u64 a, b, names;

	if (told_exactly(state, pair))
		return;
	host_symbol_function(pair->earlier->pc, earlier, sizeof(earlier));
	host_symbol_function(pair->later->pc, later, sizeof(later));
	a = hash_name(earlier);
	b = hash_name(later);
	names = sim_digest_step(a < b ? a : b, a < b ? b : a, 0);
	if (!told_alike(state, names))
		report(state, pair, earlier, later);
	remember(state, pair, names);
}
