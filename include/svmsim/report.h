/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Read the reports of a run: what was found, in which step, on which objects. Pointers stay valid
 * until the world is reset or destroyed.
 */
#ifndef SVMSIM_REPORT_H
#define SVMSIM_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/world.h>

#define SVMSIM_REPORT_FIELD_MAX 12

/**
 * struct svmsim_report_trace - a further call chain of a report
 * @label: what it is of
 * @frame_count: its frames
 * @frame: their addresses, innermost first
 */
struct svmsim_report_trace {
	const char *label;
	unsigned int frame_count;
	const uintptr_t *frame;
};

/**
 * struct svmsim_report - one report
 * @identifier: stable name, "iommu-unmap-hole"
 * @title: what it catches, a phrase
 * @meaning: one paragraph
 * @index: position in the run's reports, from 0
 * @step: step in which it was raised
 * @action: step in which the task's action began (svmsim_world_action()), 0 when it has none
 * @time_ns: behavioural clock
 * @task: actor
 * @is_note: never fails a run
 * @attached_to: index of the report that it follows from, -1 if none
 * @field_count: fields in use
 * @key: names of the fields
 * @value: their texts
 * @line_count: lines of the body
 * @line: the body
 * @frame_count: frames of the backtrace
 * @frame: their addresses in this process; svmsim_frame_name() names one
 * @trace_count: further call chains: of what led here
 * @trace: them
 */
struct svmsim_report {
	const char *identifier;
	const char *title;
	const char *meaning;
	unsigned int index;
	uint64_t step;
	uint64_t action;
	uint64_t time_ns;
	const char *task;
	bool is_note;
	int attached_to;
	unsigned int field_count;
	const char *key[SVMSIM_REPORT_FIELD_MAX];
	const char *value[SVMSIM_REPORT_FIELD_MAX];
	unsigned int line_count;
	const char *const *line;
	unsigned int frame_count;
	const uintptr_t *frame;
	unsigned int trace_count;
	const struct svmsim_report_trace *trace;
};

/** svmsim_report_count - reports of the run so far, notes and attached ones included */
SVMSIM_API unsigned int svmsim_report_count(const struct svmsim_world *world);
/** svmsim_finding_count - those that are neither notes nor attached */
SVMSIM_API unsigned int svmsim_finding_count(const struct svmsim_world *world);
/**
 * svmsim_report_dropped - number of reports beyond the bound of 1,000 a run: counted, not kept
 * @world: whose reports
 *
 * Return: their number; findings among them are part of svmsim_finding_count().
 */
SVMSIM_API unsigned int svmsim_report_dropped(const struct svmsim_world *world);
/**
 * svmsim_report_get - one report of the run
 * @index: position, from 0
 * @report: filled
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_report_get(const struct svmsim_world *world, unsigned int index,
				 struct svmsim_report *report);
/**
 * svmsim_frame_name - name of a frame of a backtrace, "function+0x12 (file.c:34)"
 * @frame: its address
 * @buf: filled
 * @size: of @buf
 */
SVMSIM_API void svmsim_frame_name(uintptr_t frame, char *buf, size_t size);
/**
 * svmsim_frame_function - as svmsim_frame_name(), the bare function name
 * @frame: address of a report
 * @buf: filled
 * @size: of @buf
 */
SVMSIM_API void svmsim_frame_function(uintptr_t frame, char *buf, size_t size);

/**
 * svmsim_report_add - put a report on record that the program itself found: about a whole run
 * @world: where
 * @report: identifier, step, time_ns, task (NULL for the current one), is_note, fields, lines,
 *	frames and traces are copied; the rest is ignored
 *
 * Return: 0, -ENOENT (no such identifier), -EINVAL (too many fields).
 */
SVMSIM_API int svmsim_report_add(struct svmsim_world *world, const struct svmsim_report *report);
/**
 * svmsim_report_oops - report a crash of the worker process that ran the simulation
 * @world: a world of the surviving process
 * @signal_name: "SIGSEGV"
 * @step: last step that the worker began
 * @time_ns: behavioural clock then
 * @task: last actor
 * @frame: addresses captured in the worker, which must be of the same binary
 * @frame_count: their number
 */
SVMSIM_API void svmsim_report_oops(struct svmsim_world *world, const char *signal_name,
				   uint64_t step, uint64_t time_ns, const char *task,
				   const uintptr_t *frame, unsigned int frame_count);

/**
 * struct svmsim_report_style - how a report is printed
 * @color: with ANSI colours
 * @frames: with the call chain
 * @meaning: with the paragraph on what it means
 * @width: column at which the paragraph is wrapped, 0 for 76
 * @mark: put behind the identifier in brackets, "expected"; NULL for none
 */
struct svmsim_report_style {
	bool color;
	bool frames;
	bool meaning;
	unsigned int width;
	const char *mark;
};

/**
 * svmsim_report_print - a report as a block of text, with those attached to it below
 * @world: whose report
 * @index: which; one that is attached is printed alone
 * @style: how; NULL for plain text with frames and meaning
 * @write: called with each piece of text
 * @ctx: passed to @write
 *
 * Return: 0, -ENOENT past the last.
 */
SVMSIM_API int svmsim_report_print(const struct svmsim_world *world, unsigned int index,
				   const struct svmsim_report_style *style,
				   void (*write)(void *ctx, const char *text, size_t bytes),
				   void *ctx);
/**
 * svmsim_report_print_json - a report as one JSON object on one line, without a newline
 * @world: whose report
 * @index: which
 * @frames: with the call chain, which differs between builds
 * @write: called with each piece of text
 * @ctx: passed to @write
 *
 * Members: identifier, kind ("finding", "note" or "attached"), index, attached_to (where attached),
 * step, time_ns, task, fields (an object in order of adding), lines, frames, and where it has
 * further call chains, traces (label, frames).
 * Return: 0, -ENOENT past the last, -ENOMEM.
 */
SVMSIM_API int svmsim_report_print_json(const struct svmsim_world *world, unsigned int index,
					bool frames,
					void (*write)(void *ctx, const char *text, size_t bytes),
					void *ctx);

/**
 * struct svmsim_report_info - a row of the table of reports
 * @identifier: stable name
 * @title: what it catches
 * @meaning: one paragraph
 * @example: a scenario that draws it, "" if none
 * @wording: the kernel's message, a format of printf, where the report stands for one; otherwise ""
 * @since: first kernel version of the model that has that message, "" if there is none
 */
struct svmsim_report_info {
	const char *identifier;
	const char *title;
	const char *meaning;
	const char *example;
	const char *wording;
	const char *since;
};
/**
 * svmsim_report_info - one row of the table of reports
 * @index: row, from 0
 * @info: filled
 *
 * Return: 0, or -ENOENT past the last.
 */
SVMSIM_API int svmsim_report_info(unsigned int index, struct svmsim_report_info *info);

#endif
