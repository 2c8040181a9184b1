// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Trace files in the form of ftrace. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"

void cli_trace_event(void *ctx, const struct svmsim_event *event)
{
	FILE *trace = ctx;

	fprintf(trace, "%s\n", event->line);
}

/* Line by line, because a worker that dies flushes nothing. */
FILE *cli_trace_open(const char *path)
{
	FILE *trace = fopen(path, "we");

	if (!trace) {
		cli_say("%s: can't be written: %s", path, strerror(errno));
		return NULL;
	}
	setvbuf(trace, NULL, _IOLBF, 0);
	/* The head by which tools know the format. */
	fprintf(trace, "# tracer: nop\n#\n"
		"#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n");
	return trace;
}
