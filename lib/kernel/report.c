/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reports lie, with their texts, in chunks that only a reset gives back: whoever raised one may
 * keep the pointer for the rest of the run, to attach what follows from it.
 */
#include "kernel/report.h"
#include "kernel/report_internal.h"
#include "kernel/report_scope.h"
#include "kernel/task.h"
#include "kernel/world.h"
#include "kernel/world_internal.h"

#define REPORT_MAX 1000
#define CHUNK_BYTES 8192
#define PAGE_BYTES 4096

const struct sim_report_type sim_report_types[SIM_REPORT_ID_COUNT] = {
#define SIM_REPORT(symbol, identifier, title, meaning, example)                                    \
	[SIM_REPORT_##symbol] = { identifier, title, meaning, example },
	SIM_REPORT_TABLE
#undef SIM_REPORT
};

struct chunk {
	struct chunk *next;
	size_t bytes;
	size_t used;
	_Alignas(16) char data[];
};

/**
 * struct report_state - what struct sim_reports calls private
 * @chunk: memory of this run's reports, newest first
 * @held: WARNs of the open scope, in order
 * @held_count: their number
 * @scope_finding: first finding of the open scope
 * @surplus: stands for each report beyond the bound; keeps nothing
 */
struct report_state {
	struct chunk *chunk;
	struct sim_report *held[REPORT_MAX];
	unsigned int held_count;
	struct sim_report *scope_finding;
	struct sim_report surplus;
};

static struct report_state *report_state(struct svmsim_world *world)
{
	return world->reports.private;
}

static void *chunk_alloc(struct svmsim_world *world, size_t bytes)
{
	struct report_state *state = report_state(world);
	struct chunk *chunk = state->chunk;

	bytes = (bytes + 15) & ~(size_t)15;
	if (!chunk || chunk->bytes - chunk->used < bytes) {
		size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

		chunk = sim_alloc(world, sizeof(*chunk) + size);
		chunk->bytes = size;
		chunk->next = state->chunk;
		state->chunk = chunk;
	}
	chunk->used += bytes;
	return chunk->data + chunk->used - bytes;
}

static __printf(2, 0) const char *keep_format(struct svmsim_world *world, const char *fmt,
					      va_list ap)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, ap);
	length = host_vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	SIM_ASSERT(length >= 0);
	text = chunk_alloc(world, length + 1);
	host_vsnprintf(text, length + 1, fmt, ap);
	return text;
}

static __printf(2, 3) const char *keep(struct svmsim_world *world, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = keep_format(world, fmt, ap);
	va_end(ap);
	return text;
}

static bool is_surplus(const struct sim_report *report)
{
	return report == &report_state(sim_world)->surplus;
}

static bool is_finding(const struct sim_report *report)
{
	return !report->is_note && !report->parent;
}

/* Frames of the oracle that found it say nothing to whoever reads the report. */
static void trim_frames(struct sim_report *report, uintptr_t origin)
{
	for (unsigned int i = 1; origin && i < report->frame_count; i++) {
		if (report->frame[i] != origin)
			continue;
		report->frame_count -= i;
		__builtin_memmove(report->frame, report->frame + i,
				  report->frame_count * sizeof(report->frame[0]));
		return;
	}
}

noinline struct sim_report *sim_report_begin(enum sim_report_id id)
{
	struct svmsim_world *world = sim_world;
	struct report_state *state = report_state(world);
	struct sim_report *report;

	SIM_ASSERT(id < SIM_REPORT_ID_COUNT);
	if (world->reports.count + state->held_count >= REPORT_MAX) {
		report = &state->surplus;
		__builtin_memset(report, 0, sizeof(*report));
		report->id = id;
		return report;
	}
	report = chunk_alloc(world, sizeof(*report));
	__builtin_memset(report, 0, sizeof(*report));
	report->id = id;
	report->step = world->step;
	report->action = world->running->action_step;
	report->time_ns = world->now_ns;
	report->task = keep(world, "%s", world->task_name);
	report->frame_count = host_backtrace(report->frame, SIM_REPORT_FRAME_MAX, 1);
	trim_frames(report, world->reports.origin);
	return report;
}

static void add_field(struct sim_report *report, const char *key, const char *value)
{
	SIM_ASSERT(!report->is_raised && report->field_count < SVMSIM_REPORT_FIELD_MAX);
	report->key[report->field_count] = key;
	report->value[report->field_count] = value;
	report->field_count++;
}

void sim_report_field(struct sim_report *report, const char *key, const char *fmt, ...)
{
	va_list ap;

	if (is_surplus(report))
		return;
	va_start(ap, fmt);
	add_field(report, key, keep_format(sim_world, fmt, ap));
	va_end(ap);
}

static void add_bytes(struct sim_report *report, const char *key, const char *sign, u64 bytes)
{
	if (bytes % PAGE_BYTES)
		sim_report_field(report, key, "%s%llu", sign, bytes);
	else
		sim_report_field(report, key, "%s%llup", sign, bytes / PAGE_BYTES);
}

void sim_report_pages(struct sim_report *report, const char *key, u64 bytes)
{
	add_bytes(report, key, "", bytes);
}

void sim_report_offset(struct sim_report *report, const char *key, u64 bytes)
{
	add_bytes(report, key, "+", bytes);
}

static void add_line(struct sim_report *report, const char *text)
{
	if (report->line_count == report->line_capacity) {
		unsigned int capacity = report->line_capacity ? 2 * report->line_capacity : 8;
		const char **line = chunk_alloc(sim_world, capacity * sizeof(*line));

		for (unsigned int i = 0; i < report->line_count; i++)
			line[i] = report->line[i];
		report->line = line;
		report->line_capacity = capacity;
	}
	report->line[report->line_count++] = text;
}

void sim_report_line(struct sim_report *report, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (is_surplus(report))
		return;
	SIM_ASSERT(!report->is_raised);
	va_start(ap, fmt);
	text = (char *)keep_format(sim_world, fmt, ap);
	va_end(ap);
	for (;;) {
		char *end = text;

		while (*end && *end != '\n')
			end++;
		add_line(report, text);
		if (!*end)
			return;
		*end = '\0';
		text = end + 1;
		if (!*text)
			return;
	}
}

void sim_report_trace(struct sim_report *report, const uintptr_t *frame, unsigned int count,
		      const char *fmt, ...)
{
	struct svmsim_report_trace *trace;
	uintptr_t *copy;
	va_list ap;

	if (is_surplus(report) || !count)
		return;
	if (report->trace_count == report->trace_capacity) {
		unsigned int capacity = report->trace_capacity ? 2 * report->trace_capacity : 4;

		trace = chunk_alloc(sim_world, capacity * sizeof(*trace));
		for (unsigned int i = 0; i < report->trace_count; i++)
			trace[i] = report->trace[i];
		report->trace = trace;
		report->trace_capacity = capacity;
	}
	copy = chunk_alloc(sim_world, count * sizeof(*copy));
	for (unsigned int i = 0; i < count; i++)
		copy[i] = frame[i];
	trace = &report->trace[report->trace_count++];
	va_start(ap, fmt);
	trace->label = keep_format(sim_world, fmt, ap);
	va_end(ap);
	trace->frame_count = count;
	trace->frame = copy;
}

void sim_report_note(struct sim_report *report)
{
	report->is_note = true;
}

void sim_report_attach(struct sim_report *report, struct sim_report *parent)
{
	if (is_surplus(report)) {
		report->parent = report;
		return;
	}
	SIM_ASSERT(parent->is_raised && !report->is_raised);
	report->parent = parent->parent ? parent->parent : parent;
}

void sim_report_set_frames(struct sim_report *report, const uintptr_t *pc, unsigned int count)
{
	if (count > SIM_REPORT_FRAME_MAX)
		count = SIM_REPORT_FRAME_MAX;
	report->frame_count = count;
	for (unsigned int i = 0; i < count; i++)
		report->frame[i] = pc[i];
}

static void record(struct svmsim_world *world, struct sim_report *report)
{
	struct sim_reports *reports = &world->reports;
	struct report_state *state = report_state(world);

	reports->finding_count += is_finding(report);
	if (is_surplus(report) || reports->count == REPORT_MAX) {
		reports->dropped_count++;
		return;
	}
	report->is_raised = true;
	report->index = reports->count;
	reports->list[reports->count++] = report;
	if (is_finding(report) && reports->scope_depth && !state->scope_finding)
		state->scope_finding = report;
	sim_event(REPORT, sim_name(sim_report_types[report->id].identifier));
}

void sim_report_raise(struct sim_report *report)
{
	struct svmsim_world *world = sim_world;
	struct report_state *state = report_state(world);

	SIM_ASSERT(!report->is_raised);
	world->reports.scope_busy = world->reports.scope_depth > 0;
	if (report->id == SIM_REPORT_WARN && world->reports.scope_depth && is_finding(report) &&
	    !is_surplus(report) && state->held_count < REPORT_MAX)
		state->held[state->held_count++] = report;
	else
		record(world, report);
}

void sim_scope_settle(void)
{
	struct svmsim_world *world = sim_world;
	struct report_state *state = report_state(world);
	struct sim_report *cause = state->scope_finding;

	world->reports.scope_busy = false;
	for (unsigned int i = 0; i < state->held_count; i++) {
		state->held[i]->parent = cause;
		record(world, state->held[i]);
	}
	state->held_count = 0;
	state->scope_finding = NULL;
}

/* struct kept_scope - what is open in a task that does not run; most scopes have nothing to keep */
struct kept_scope {
	struct sim_report *finding;
	unsigned int held_count;
	struct sim_report *held[];
};

void sim_scope_save(struct svmsim_world *world, struct sim_task *task)
{
	struct report_state *state = report_state(world);
	struct kept_scope *kept;

	task->scope_depth = world->reports.scope_depth;
	task->scope_busy = world->reports.scope_busy;
	task->scope = NULL;
	world->reports.scope_depth = 0;
	world->reports.scope_busy = false;
	if (likely(!state->held_count && !state->scope_finding))
		return;
	kept = chunk_alloc(world, sizeof(*kept) + state->held_count * sizeof(kept->held[0]));
	kept->finding = state->scope_finding;
	kept->held_count = state->held_count;
	for (unsigned int i = 0; i < state->held_count; i++)
		kept->held[i] = state->held[i];
	state->held_count = 0;
	state->scope_finding = NULL;
	task->scope = kept;
}

void sim_scope_restore(struct svmsim_world *world, struct sim_task *task)
{
	struct report_state *state = report_state(world);
	const struct kept_scope *kept = task->scope;

	world->reports.scope_depth = task->scope_depth;
	world->reports.scope_busy = task->scope_busy;
	if (likely(!kept))
		return;
	state->scope_finding = kept->finding;
	state->held_count = kept->held_count;
	for (unsigned int i = 0; i < kept->held_count; i++)
		state->held[i] = kept->held[i];
	task->scope = NULL;
}

struct sim_report *sim_scope_finding(void)
{
	return report_state(sim_world)->scope_finding;
}

void sim_reports_make(struct svmsim_world *world)
{
	world->reports.private = sim_alloc(world, sizeof(struct report_state));
	world->reports.list = sim_alloc(world, REPORT_MAX * sizeof(*world->reports.list));
}

void sim_reports_reset(struct svmsim_world *world)
{
	struct report_state *state = report_state(world);
	struct sim_reports *reports = &world->reports;

	while (state->chunk) {
		struct chunk *chunk = state->chunk;

		state->chunk = chunk->next;
		sim_free(world, chunk, sizeof(*chunk) + chunk->bytes);
	}
	state->held_count = 0;
	state->scope_finding = NULL;
	reports->count = 0;
	reports->finding_count = 0;
	reports->dropped_count = 0;
	reports->scope_depth = 0;
	reports->scope_busy = false;
}

void sim_reports_unmake(struct svmsim_world *world)
{
	sim_reports_reset(world);
	sim_free(world, world->reports.list, REPORT_MAX * sizeof(*world->reports.list));
	sim_free(world, world->reports.private, sizeof(struct report_state));
}
