/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A report says that something is wrong in the modelled code: what, when, in which task, on which
 * objects, by which call chain. Whoever finds something begins a report, adds fields (the words
 * that `expect report` compares) and lines (what a person reads), and raises it. The run goes on.
 *
 * DOC: Vocabulary
 *
 * finding   a report that fails a run unless it is expected.
 * note      worth showing, never fails a run (an unmap that went across a hole).
 * attached  follows from another report and is shown below it; never judged on its own.
 * scope     the outermost call into the modelled kernel. A WARN raised in a scope is held back
 *           until the scope ends; if a finding was raised in the same scope, the WARN is attached
 *           to the first such finding, otherwise it is raised as `warn`.
 */
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

#include <linux/types.h>
#include "kernel/report_table.h"

#define SIM_REPORT_FRAME_MAX 24

struct svmsim_world;
struct sim_report;

enum sim_report_id {
#define SIM_REPORT(symbol, identifier, title, meaning, example) SIM_REPORT_##symbol,
	SIM_REPORT_TABLE
#undef SIM_REPORT
	SIM_REPORT_ID_COUNT,
};

/* One row of the table. */
struct sim_report_type {
	const char *identifier;
	const char *title;
	const char *meaning;
	const char *example;
};
extern const struct sim_report_type sim_report_types[SIM_REPORT_ID_COUNT];

/**
 * struct sim_reports - a world's reports
 * @list: in order of raising; entries are struct sim_report, layout private to report.c
 * @count: number raised in this run
 * @finding_count: those that are neither notes nor attached
 * @dropped_count: raised after the bound of 1,000 reports a run
 * @scope_depth: nesting of sim_scope_begin()
 * @scope_busy: something was raised in the open scope, so that its end has work to do
 * @origin: return address into the model of the oracle callback that runs now, or of the last one
 * @private: report.c's own state
 */
struct sim_reports {
	struct sim_report **list;
	unsigned int count;
	unsigned int finding_count;
	unsigned int dropped_count;
	unsigned int scope_depth;
	bool scope_busy;
	uintptr_t origin;
	void *private;
};

/**
 * sim_report_begin - start a report in the current world
 * @id: which
 *
 * Captures step, time, actor and backtrace.
 * Return: the report, never NULL. It takes effect with sim_report_raise().
 */
struct sim_report *sim_report_begin(enum sim_report_id id);
/**
 * sim_report_from_caller - leave an oracle's own frames out of backtraces
 *
 * Called first in a callback that the model calls: a backtrace that passes through it begins with
 * its caller.
 */
#define sim_report_from_caller()                                                                   \
	((void)(sim_world->reports.origin = (uintptr_t)__builtin_return_address(0)))

/**
 * sim_report_field - a field; they are shown in order of adding: `dev=d0 at=+2p want=8p`
 * @report: begun, not raised yet
 * @key: a literal, one word
 * @fmt: the value without spaces, as for printf
 * @...: its arguments
 *
 * At most SVMSIM_REPORT_FIELD_MAX in a report.
 */
void sim_report_field(struct sim_report *report, const char *key, const char *fmt, ...)
	__printf(3, 4);
/**
 * sim_report_pages - a field in pages of 4 KiB ("8p"), or bytes ("100") when it is no multiple
 * @report: begun
 * @key: as for sim_report_field()
 * @bytes: value
 */
void sim_report_pages(struct sim_report *report, const char *key, u64 bytes);
/**
 * sim_report_offset - as sim_report_pages() with a plus sign: an offset into a window ("+2p")
 * @report: begun
 * @key: as for sim_report_field()
 * @bytes: value
 */
void sim_report_offset(struct sim_report *report, const char *key, u64 bytes);
/**
 * sim_report_line - one line of the body: drawings, objects, kernel text
 * @report: begun
 * @fmt: as for printf; a newline inside makes two lines, one at the end none
 * @...: its arguments
 */
void sim_report_line(struct sim_report *report, const char *fmt, ...) __printf(2, 3);
/**
 * sim_report_trace - a further call chain, shown under the report's own
 * @report: begun
 * @frame: addresses, innermost first; copied
 * @count: their number, at most SIM_REPORT_FRAME_MAX
 * @fmt: what it is of, as for printf: "a -> b, by t0"
 * @...: its arguments
 */
void sim_report_trace(struct sim_report *report, const uintptr_t *frame, unsigned int count,
		      const char *fmt, ...) __printf(4, 5);
/**
 * sim_report_note - make it a note instead of a finding
 * @report: begun
 */
void sim_report_note(struct sim_report *report);
/**
 * sim_report_attach - make it follow from another, instead of a finding
 * @report: begun
 * @parent: raised
 */
void sim_report_attach(struct sim_report *report, struct sim_report *parent);
/**
 * sim_report_raise - put a report on record
 * @report: begun; complete from now on
 *
 * A WARN inside a scope is held back until the scope ends. After 1,000 reports in a run more are
 * counted, not kept.
 */
void sim_report_raise(struct sim_report *report);
/**
 * sim_report_set_frames - replace the captured backtrace by that of another process
 * @report: begun
 * @pc: addresses, innermost first
 * @count: their number; what exceeds SIM_REPORT_FRAME_MAX is left out
 */
void sim_report_set_frames(struct sim_report *report, const uintptr_t *pc, unsigned int count);

/** sim_scope_settle - the rare part of sim_scope_end(), which is in kernel/world.h */
void sim_scope_settle(void);
/**
 * sim_scope_finding - what has been found in the open scope so far
 *
 * Return: the first finding, NULL if none or no scope is open.
 */
struct sim_report *sim_scope_finding(void);

#endif
