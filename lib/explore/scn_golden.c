// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Golden blocks: comparing them with what the machine holds, and rewriting them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"

static const char *next_field(const char *at, size_t *bytes)
{
	at += strspn(at, " \t");
	*bytes = strcspn(at, " \t\n");
	return *bytes ? at : NULL;
}

bool scn_golden_line(const char *golden, const char *line)
{
	size_t golden_bytes, line_bytes;

	for (;;) {
		golden = next_field(golden, &golden_bytes);
		line = next_field(line, &line_bytes);
		if (!golden || !line)
			return !golden && !line;
		if (!(golden_bytes == 1 && golden[0] == '*') &&
		    (golden_bytes != line_bytes || strncmp(golden, line, line_bytes)))
			return false;
		golden += golden_bytes;
		line += line_bytes;
	}
}

/* Cuts the line at *@at off; NULL at the end of the text. */
static char *cut_line(struct scn_arena *arena, const char **at)
{
	size_t bytes = strcspn(*at, "\n");
	char *line;

	if (!**at)
		return NULL;
	line = scn_strndup(arena, *at, bytes);
	*at += bytes + ((*at)[bytes] == '\n');
	return line;
}

void scn_golden_check(struct scn_runner *runner, const struct scn_step *step, const char *text)
{
	const struct scn_stmt *stmt = step->stmt;
	const char *at = text, *expected = NULL, *got = NULL;
	struct svmsim_golden *golden;
	unsigned int i;

	runner->golden = scn_grow(runner->arena, runner->golden, runner->golden_count,
				  sizeof(*golden));
	golden = &runner->golden[runner->golden_count++];
	golden->file = stmt->program->source.path;
	golden->line = stmt->line;
	golden->text = scn_strdup(runner->arena, text);
	for (i = 0;; i++) {
		expected = i < stmt->golden_count ? stmt->golden[i].raw : NULL;
		got = cut_line(runner->arena, &at);
		if (!expected || !got || !scn_golden_line(expected, got))
			break;
	}
	golden->holds = !expected && !got;
	if (golden->holds)
		return;
	scn_failed(runner, stmt, step->text,
		   scn_printf(runner->arena, "line %u of the block: %s", i + 1,
			      expected ? expected + strspn(expected, " \t") : "nothing more"),
		   got ? got : "nothing more", -1);
}

struct blesser {
	const struct svmsim_scenario *scenario;
	struct svmsim_run *const *run;
	unsigned int run_count;
	struct scn_buf out;
	char *message;
	size_t message_bytes;
	int changed_count;
};

/* What the runs want in the block of the `state` at @line; NULL when no run came there. */
static const struct svmsim_golden *wanted(struct blesser *blesser, unsigned int line, bool *differ)
{
	const char *file = blesser->scenario->main->source.path;
	const struct svmsim_golden *first = NULL;
	const struct svmsim_run *first_run = NULL;
	unsigned int i, k;

	*differ = false;
	for (i = 0; i < blesser->run_count; i++) {
		const struct svmsim_run *run = blesser->run[i];

		for (k = 0; k < run->golden_count; k++) {
			const struct svmsim_golden *golden = &run->golden[k];

			if (golden->line != line || strcmp(golden->file, file))
				continue;
			if (!first) {
				first = golden;
				first_run = run;
			} else if (strcmp(first->text, golden->text)) {
				*differ = true;
				snprintf(blesser->message, blesser->message_bytes,
					 "%s:%u:1: this block differs between %s and %s: put one "
					 "for each behind an \"if\"", file, line,
					 first_run == run ? "passes of a loop" :
							    first_run->variant,
					 first_run == run ? "others" : run->variant);
				return NULL;
			}
		}
	}
	return first;
}

/* Lines whose `*` still fits keep it. */
static void write_block(struct blesser *blesser, const struct scn_source *source,
			unsigned int first, unsigned int count, const struct svmsim_golden *golden)
{
	struct scn_arena arena = { NULL };
	const char *at = golden->text;
	unsigned int old = 0, same_count = 0, new_count = 0;
	char *line;

	while ((line = cut_line(&arena, &at))) {
		unsigned int i;

		for (i = old; i < count; i++) {
			if (scn_golden_line(source->line[first + i].raw, line))
				break;
		}
		if (i < count) {
			same_count += i == new_count;
			old = i + 1;
			scn_buf_add(&blesser->out, "%s\n", source->line[first + i].raw);
		} else {
			scn_buf_add(&blesser->out, "%s\n", line);
		}
		new_count++;
	}
	if (same_count != count || new_count != count)
		blesser->changed_count++;
	scn_arena_free(&arena);
}

static bool bless_line(struct blesser *blesser, const struct scn_source *source, unsigned int *at,
		       unsigned int *state_line)
{
	const struct scn_line *line = &source->line[*at];
	const struct svmsim_golden *golden;
	unsigned int count = 0;
	bool differ;

	scn_buf_add(&blesser->out, "%s\n", line->raw);
	if (line->token_count && scn_is(&line->token[0], "state"))
		*state_line = line->number;
	if (!line->fence)
		return true;
	golden = wanted(blesser, *state_line, &differ);
	if (differ)
		return false;
	while (source->line[*at + 1 + count].golden)
		count++;
	if (golden) {
		write_block(blesser, source, *at + 1, count, golden);
		*at += count;
	} else {
		while (source->line[++*at].golden)
			scn_buf_add(&blesser->out, "%s\n", source->line[*at].raw);
		--*at;
	}
	++*at;
	scn_buf_add(&blesser->out, "%s\n", source->line[*at].raw);
	return true;
}

int svmsim_scenario_bless(const struct svmsim_scenario *scenario, struct svmsim_run *const *run,
			  unsigned int run_count, char **text, char *message, size_t message_bytes)
{
	struct blesser blesser = {
		.scenario = scenario, .run = run, .run_count = run_count,
		.message = message, .message_bytes = message_bytes,
	};
	const struct scn_source *source = &scenario->main->source;
	unsigned int i, state_line = 0;

	for (i = 0; i < source->line_count; i++) {
		if (!bless_line(&blesser, source, &i, &state_line)) {
			scn_buf_free(&blesser.out);
			return -EINVAL;
		}
	}
	*text = scn_buf_take(&blesser.out);
	return blesser.changed_count;
}
