/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Reports as programs see them, and those that a program adds: what happened to a whole run. */
#include <linux/errno.h>
#include <svmsim/report.h>
#include "kernel/report_internal.h"
#include "kernel/world.h"

unsigned int svmsim_report_count(const struct svmsim_world *world)
{
	return world->reports.count;
}

unsigned int svmsim_finding_count(const struct svmsim_world *world)
{
	return world->reports.finding_count;
}

unsigned int svmsim_report_dropped(const struct svmsim_world *world)
{
	return world->reports.dropped_count;
}

int svmsim_report_get(const struct svmsim_world *world, unsigned int index,
		      struct svmsim_report *report)
{
	const struct sim_report *from;
	const struct sim_report_type *type;

	if (index >= world->reports.count)
		return -ENOENT;
	from = world->reports.list[index];
	type = &sim_report_types[from->id];
	*report = (struct svmsim_report){
		.identifier = type->identifier,
		.title = type->title,
		.meaning = type->meaning,
		.index = index,
		.step = from->step,
		.action = from->action,
		.time_ns = from->time_ns,
		.task = from->task,
		.is_note = from->is_note,
		.attached_to = from->parent ? (int)from->parent->index : -1,
		.field_count = from->field_count,
		.line_count = from->line_count,
		.line = from->line,
		.frame_count = from->frame_count,
		.frame = from->frame,
		.trace_count = from->trace_count,
		.trace = from->trace,
	};
	for (unsigned int i = 0; i < from->field_count; i++) {
		report->key[i] = from->key[i];
		report->value[i] = from->value[i];
	}
	return 0;
}

void svmsim_frame_name(uintptr_t frame, char *buf, size_t size)
{
	host_symbolize(frame, buf, size);
}

void svmsim_frame_function(uintptr_t frame, char *buf, size_t size)
{
	host_symbol_function(frame, buf, size);
}

/* What the kernel itself says where a report stands for one of its messages. */
static const struct {
	const char *wording;
	const char *since;
} kernel_texts[SIM_REPORT_ID_COUNT] = {
#define KERNEL_TEXT(symbol, slug, since, title, meaning)                                           \
	[SIM_REPORT_DMA_DEBUG_##symbol] = {                                                        \
		"DMA-API: <driver> <device>: " SIM_DMA_DEBUG_TEXT_##symbol, since                  \
	},
	SIM_DMA_DEBUG_TABLE(KERNEL_TEXT)
#undef KERNEL_TEXT
};

int svmsim_report_info(unsigned int index, struct svmsim_report_info *info)
{
	const struct sim_report_type *type;

	if (index >= SIM_REPORT_ID_COUNT)
		return -ENOENT;
	type = &sim_report_types[index];
	*info = (struct svmsim_report_info){
		.identifier = type->identifier,
		.title = type->title,
		.meaning = type->meaning,
		.example = type->example,
		.wording = kernel_texts[index].wording ? kernel_texts[index].wording : "",
		.since = kernel_texts[index].since ? kernel_texts[index].since : "",
	};
	return 0;
}

static int find_id(const char *identifier)
{
	for (int id = 0; id < SIM_REPORT_ID_COUNT; id++)
		if (!__builtin_strcmp(sim_report_types[id].identifier, identifier))
			return id;
	return -ENOENT;
}

int svmsim_report_add(struct svmsim_world *world, const struct svmsim_report *report)
{
	struct sim_report *added;
	int id = find_id(report->identifier);

	if (id < 0)
		return sim_set_error(world, id, "there is no report \"%s\"", report->identifier);
	if (report->field_count > SVMSIM_REPORT_FIELD_MAX)
		return sim_set_error(world, -EINVAL, "%u fields, at most %d", report->field_count,
				     SVMSIM_REPORT_FIELD_MAX);
	sim_world_enter(world);
	added = sim_report_begin(id);
	added->step = report->step;
	added->action = report->step;
	added->time_ns = report->time_ns;
	/* Interned for its life, which is that of the report. */
	if (report->task)
		added->task = sim_name_text(world, sim_name(report->task));
	for (unsigned int i = 0; i < report->field_count; i++)
		sim_report_field(added, sim_name_text(world, sim_name(report->key[i])), "%s",
				 report->value[i]);
	for (unsigned int i = 0; i < report->line_count; i++)
		sim_report_line(added, "%s", report->line[i]);
	sim_report_set_frames(added, report->frame, report->frame_count);
	for (unsigned int i = 0; i < report->trace_count; i++)
		sim_report_trace(added, report->trace[i].frame, report->trace[i].frame_count, "%s",
				 report->trace[i].label);
	if (report->is_note)
		sim_report_note(added);
	sim_report_raise(added);
	return 0;
}

void svmsim_report_oops(struct svmsim_world *world, const char *signal_name, uint64_t step,
			uint64_t time_ns, const char *task, const uintptr_t *frame,
			unsigned int frame_count)
{
	svmsim_report_add(world, &(struct svmsim_report){
					 .identifier = "oops",
					 .step = step,
					 .time_ns = time_ns,
					 .task = task,
					 .field_count = 1,
					 .key = { "signal" },
					 .value = { signal_name },
					 .frame_count = frame_count,
					 .frame = frame,
				 });
}
