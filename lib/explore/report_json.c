/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A report as a JSON object. */
#include <svmsim/report.h>

#include <errno.h>
#include <jansson.h>
#include "explore/scn_util.h"

/* Text that is no UTF-8 could not be written; nothing of ours is, but scenarios name actors. */
static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);

	return value ? value : json_string("?");
}

static const char *kind(const struct svmsim_report *report)
{
	if (report->attached_to >= 0)
		return "attached";
	return report->is_note ? "note" : "finding";
}

static json_t *fields(const struct svmsim_report *report)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < report->field_count; i++)
		json_object_set_new(object, report->key[i], text_value(report->value[i]));
	return object;
}

static json_t *lines(const struct svmsim_report *report)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < report->line_count; i++)
		json_array_append_new(array, text_value(report->line[i]));
	return array;
}

static json_t *frame_names(const uintptr_t *frame, unsigned int count)
{
	json_t *array = json_array();
	char name[256];

	for (unsigned int i = 0; i < count; i++) {
		svmsim_frame_function(frame[i], name, sizeof(name));
		if (scn_is_own_frame(name))
			break;
		svmsim_frame_name(frame[i], name, sizeof(name));
		json_array_append_new(array, text_value(name));
	}
	return array;
}

static json_t *traces(const struct svmsim_report *report)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < report->trace_count; i++) {
		const struct svmsim_report_trace *trace = &report->trace[i];
		json_t *object = json_object();

		json_object_set_new(object, "label", text_value(trace->label));
		json_object_set_new(object, "frames",
				    frame_names(trace->frame, trace->frame_count));
		json_array_append_new(array, object);
	}
	return array;
}

struct sink {
	void (*write)(void *ctx, const char *text, size_t bytes);
	void *ctx;
};

static int sink_write(const char *text, size_t bytes, void *data)
{
	const struct sink *sink = data;

	sink->write(sink->ctx, text, bytes);
	return 0;
}

int svmsim_report_print_json(const struct svmsim_world *world, unsigned int index, bool frames,
			     void (*write)(void *ctx, const char *text, size_t bytes), void *ctx)
{
	struct sink sink = { write, ctx };
	struct svmsim_report report;
	json_t *object;
	int err;

	if (svmsim_report_get(world, index, &report))
		return -ENOENT;
	object = json_object();
	json_object_set_new(object, "identifier", text_value(report.identifier));
	json_object_set_new(object, "kind", json_string(kind(&report)));
	json_object_set_new(object, "index", json_integer(index));
	if (report.attached_to >= 0)
		json_object_set_new(object, "attached_to", json_integer(report.attached_to));
	json_object_set_new(object, "step", json_integer((json_int_t)report.step));
	json_object_set_new(object, "time_ns", json_integer((json_int_t)report.time_ns));
	json_object_set_new(object, "task", text_value(report.task));
	json_object_set_new(object, "fields", fields(&report));
	json_object_set_new(object, "lines", lines(&report));
	if (frames)
		json_object_set_new(object, "frames",
				    frame_names(report.frame, report.frame_count));
	if (frames && report.trace_count)
		json_object_set_new(object, "traces", traces(&report));
	err = json_dump_callback(object, sink_write, &sink, JSON_COMPACT);
	json_decref(object);
	return err ? -ENOMEM : 0;
}
