/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "host/host.h"

#include <stdio.h>
#include <unistd.h>

#define DEFECT_STATUS 3

static void (*context_print)(char *buf, size_t size, void *ctx);
static void *context_ctx;

void host_set_defect_context(void (*print)(char *buf, size_t size, void *ctx), void *ctx)
{
	context_print = print;
	context_ctx = ctx;
}

void host_defect(const char *file, int line, const char *what)
{
	char context[256] = "";
	char frame[256];
	uintptr_t pc[16];
	unsigned int count;

	if (context_print)
		context_print(context, sizeof(context), context_ctx);
	fflush(stdout);
	fprintf(stderr, "svmsim: defect of the simulator: %s:%d: %s\n", file, line, what);
	if (context[0])
		fprintf(stderr, "  at %s\n", context);
	count = host_backtrace(pc, sizeof(pc) / sizeof(pc[0]), 1);
	for (unsigned int i = 0; i < count; i++) {
		host_symbolize(pc[i], frame, sizeof(frame));
		fprintf(stderr, "  %s\n", frame);
	}
	fflush(stderr);
	/* Nothing of the simulator is to be trusted now, what it does at its exit included. */
	_exit(DEFECT_STATUS);
}
