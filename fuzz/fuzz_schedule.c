// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Fuzz target: any bytes as a schedule. Reading ends with a schedule or with one line of text; what
 * reads has a canonical form, which reads too and is its own canonical form. A scheduler that
 * replays it gives some answer to a few questions, and says at its end whether it was followed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <svmsim/scheduler.h>
#include "fuzz.h"

#define QUESTION_COUNT 24

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "%s\n----\n%s\n----\n", what, text);
	abort();
}

/* Task and site by turns, so that some of what a fuzzer finds is met. */
static void ask(struct svmsim_scheduler *scheduler, unsigned int number, const char *text)
{
	static const struct svmsim_candidate candidate[] = {
		{ .name = "t0", .number = 1 }, { .name = "t1", .number = 2 },
	};
	const struct svmsim_point point = {
		.task = number & 1 ? "t1" : "t0", .task_number = 1 + (number & 1),
		.site = "a.c:f:lock(b)", .site_key = number / 2 % 3, .primitive = "lock",
		.occurrence = 1 + number / 6, .can_go_on = true, .default_index = number & 1,
		.count = 2, .candidate = candidate, .point = number + 1,
	};
	uint64_t quiet = 0;

	if (scheduler->next(scheduler->ctx, &point, &quiet) > 1)
		fail("a choice that there is not", text);
}

static void replay(const char *text, enum svmsim_on_divergence mode)
{
	struct svmsim_scheduler *scheduler = NULL;
	char message[512] = "";
	unsigned int i;

	if (svmsim_scheduler_replay(text, mode, &scheduler, message, sizeof(message)))
		fail("what has a canonical form can't be replayed", text);
	for (i = 0; i < QUESTION_COUNT; i++)
		ask(scheduler, i, text);
	if (!scheduler->end(scheduler->ctx, message, sizeof(message)) != !!message[0] &&
	    mode == SVMSIM_DIVERGENCE_STOP)
		fail("a divergence and a message, or neither", text);
	if (strchr(message, '\n'))
		fail("a message of more than one line", text);
	svmsim_scheduler_free(scheduler);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char message[512] = "", *text = malloc(size + 1), *canonical, *again;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	canonical = svmsim_schedule_canonical(text, message, sizeof(message));
	if (!canonical != !!message[0] || strchr(message, '\n'))
		fail("a schedule or a message of one line", text);
	if (canonical) {
		again = svmsim_schedule_canonical(canonical, message, sizeof(message));
		if (!again || strcmp(canonical, again))
			fail("the canonical form is not its own", canonical);
		free(again);
		replay(canonical, SVMSIM_DIVERGENCE_STOP);
		replay(text, SVMSIM_DIVERGENCE_NEAREST);
	}
	free(canonical);
	free(text);
	return 0;
}
