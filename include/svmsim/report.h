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
 * struct svmsim_report - one report
 * @identifier: stable name, "iommu-unmap-hole"
 * @title: what it catches, a phrase
 * @meaning: one paragraph
 * @index: position in the run's reports, from 0
 * @step: step in which it was raised
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
 */
struct svmsim_report {
	const char *identifier;
	const char *title;
	const char *meaning;
	unsigned int index;
	uint64_t step;
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
};

/** svmsim_report_count - reports of the run so far, notes and attached ones included */
SVMSIM_API unsigned int svmsim_report_count(const struct svmsim_world *world);
/** svmsim_finding_count - those that are neither notes nor attached */
SVMSIM_API unsigned int svmsim_finding_count(const struct svmsim_world *world);
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
 * struct svmsim_report_info - a row of the table of reports
 * @identifier: stable name
 * @title: what it catches
 * @meaning: one paragraph
 * @example: a scenario that draws it, "" if none
 */
struct svmsim_report_info {
	const char *identifier;
	const char *title;
	const char *meaning;
	const char *example;
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
