/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A report as a block of text:
 *
 *	identifier: title
 *	  fields
 *	  step, time, task
 *	  body
 *	  call chain:
 *	    frames
 *	  further call chains:
 *	    frames
 *	  followed by identifier: title
 *	    its fields and body
 *
 *	  what it means
 */
#include <svmsim/report.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "explore/scn_util.h"

#define DEFAULT_WIDTH 76
#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

struct printer {
	void (*write)(void *ctx, const char *text, size_t bytes);
	void *ctx;
	const struct svmsim_report_style *style;
};

static void put(const struct printer *printer, const char *text)
{
	if (text[0])
		printer->write(printer->ctx, text, strlen(text));
}

/* For short pieces; texts of any length go through put(). */
static __attribute__((format(printf, 2, 3))) void put_format(const struct printer *printer,
							     const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(printer, text);
}

static void put_color(const struct printer *printer, const char *color)
{
	if (printer->style->color)
		put(printer, color);
}

static void put_heading(const struct printer *printer, const struct svmsim_report *report)
{
	const char *mark = printer->style->mark;

	put_color(printer, report->is_note ? YELLOW : RED);
	put(printer, report->identifier);
	put_color(printer, PLAIN);
	if (report->is_note)
		put(printer, mark ? " [note, " : " [note]");
	else if (mark)
		put(printer, " [");
	if (mark) {
		put(printer, mark);
		put(printer, "]");
	}
	put(printer, ": ");
	put_color(printer, BOLD);
	put(printer, report->title);
	put_color(printer, PLAIN);
	put(printer, "\n");
}

static void put_fields(const struct printer *printer, const struct svmsim_report *report,
		       const char *indent)
{
	if (!report->field_count)
		return;
	put(printer, indent);
	for (unsigned int i = 0; i < report->field_count; i++) {
		put(printer, i ? " " : "");
		put(printer, report->key[i]);
		put(printer, "=");
		put(printer, report->value[i]);
	}
	put(printer, "\n");
}

static void put_moment(const struct printer *printer, const struct svmsim_report *report,
		       const char *indent)
{
	put(printer, indent);
	put_format(printer, "step %" PRIu64 ", %" PRIu64 ".%09" PRIu64 " s, task ", report->step,
		   report->time_ns / 1000000000, report->time_ns % 1000000000);
	put(printer, report->task);
	put(printer, "\n");
}

static void put_lines(const struct printer *printer, const struct svmsim_report *report,
		      const char *indent)
{
	for (unsigned int i = 0; i < report->line_count; i++) {
		if (report->line[i][0])
			put(printer, indent);
		put(printer, report->line[i]);
		put(printer, "\n");
	}
}

/* "function (file.c:34)": the offset says nothing that the line does not. */
static void put_frame(const struct printer *printer, uintptr_t frame, const char *function)
{
	char name[256];
	const char *place;

	svmsim_frame_name(frame, name, sizeof(name));
	place = strstr(name, " (");
	put(printer, "    ");
	put(printer, function);
	put(printer, place ? place : "");
	put(printer, "\n");
}

static void put_chain(const struct printer *printer, const char *label, const uintptr_t *frame,
		      unsigned int count)
{
	char function[256];

	if (!count)
		return;
	put_color(printer, DIM);
	put(printer, "  ");
	put(printer, label);
	put(printer, ":\n");
	for (unsigned int i = 0; i < count; i++) {
		svmsim_frame_function(frame[i], function, sizeof(function));
		if (scn_is_own_frame(function))
			break;
		put_frame(printer, frame[i], function);
		/* What called it is the C library's, the same for every program. */
		if (!strcmp(function, "main"))
			break;
	}
	put_color(printer, PLAIN);
}

static void put_frames(const struct printer *printer, const struct svmsim_report *report)
{
	put_chain(printer, "call chain", report->frame, report->frame_count);
	for (unsigned int i = 0; i < report->trace_count; i++)
		put_chain(printer, report->trace[i].label, report->trace[i].frame,
			  report->trace[i].frame_count);
}

static void put_attached(const struct printer *printer, const struct svmsim_world *world,
			 const struct svmsim_report *parent)
{
	struct svmsim_report report;

	for (unsigned int i = parent->index + 1; !svmsim_report_get(world, i, &report); i++) {
		if (report.attached_to != (int)parent->index)
			continue;
		put(printer, "  followed by ");
		put_color(printer, YELLOW);
		put(printer, report.identifier);
		put_color(printer, PLAIN);
		put(printer, ": ");
		put(printer, report.title);
		put(printer, "\n");
		put_fields(printer, &report, "    ");
		if (report.step != parent->step)
			put_moment(printer, &report, "    ");
		put_lines(printer, &report, "    ");
	}
}

static void put_wrapped(const struct printer *printer, const char *text, const char *indent)
{
	size_t width = printer->style->width ? printer->style->width : DEFAULT_WIDTH;
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column && column + 1 + word > width) {
			put(printer, "\n");
			column = 0;
		}
		put(printer, column ? " " : indent);
		column += column ? 1 : strlen(indent);
		printer->write(printer->ctx, text, word);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	put(printer, "\n");
}

int svmsim_report_print(const struct svmsim_world *world, unsigned int index,
			const struct svmsim_report_style *style,
			void (*write)(void *ctx, const char *text, size_t bytes), void *ctx)
{
	static const struct svmsim_report_style plain = { .frames = true, .meaning = true };
	const struct printer printer = { write, ctx, style ? style : &plain };
	struct svmsim_report report;

	if (svmsim_report_get(world, index, &report))
		return -ENOENT;
	put_heading(&printer, &report);
	put_fields(&printer, &report, "  ");
	put_moment(&printer, &report, "  ");
	put_lines(&printer, &report, "  ");
	if (printer.style->frames)
		put_frames(&printer, &report);
	put_attached(&printer, world, &report);
	if (printer.style->meaning) {
		put(&printer, "\n");
		put_wrapped(&printer, report.meaning, "  ");
	}
	return 0;
}
