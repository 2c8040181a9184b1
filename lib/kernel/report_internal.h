/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Layout of a report, for report.c which fills it and report_public.c which shows it. */
#ifndef KERNEL_REPORT_INTERNAL_H
#define KERNEL_REPORT_INTERNAL_H

#include <svmsim/report.h>
#include "kernel/report.h"

/**
 * struct sim_report - one report
 * @id: which
 * @is_note: never fails a run
 * @is_raised: on record, or beyond the bound
 * @parent: raised report that it follows from, itself without a parent
 * @index: position in the list, once raised
 * @step: when begun
 * @action: step of the action that the task carried out, 0 for none
 * @time_ns: when begun
 * @task: actor
 * @field_count: fields
 * @key: their names, literals
 * @value: their values
 * @line_count: lines of the body
 * @line_capacity: of @line
 * @line: the body
 * @frame_count: frames of the backtrace
 * @frame: their addresses
 * @trace_count: further call chains
 * @trace_capacity: room in @trace
 * @trace: them
 */
struct sim_report {
	enum sim_report_id id;
	bool is_note;
	bool is_raised;
	struct sim_report *parent;
	unsigned int index;
	u64 step;
	u64 action;
	u64 time_ns;
	const char *task;
	unsigned int field_count;
	const char *key[SVMSIM_REPORT_FIELD_MAX];
	const char *value[SVMSIM_REPORT_FIELD_MAX];
	unsigned int line_count;
	unsigned int line_capacity;
	const char **line;
	unsigned int frame_count;
	uintptr_t frame[SIM_REPORT_FRAME_MAX];
	unsigned int trace_count;
	unsigned int trace_capacity;
	struct svmsim_report_trace *trace;
};

#endif
