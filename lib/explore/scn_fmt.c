// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The one canonical layout: two spaces for each block, verbs below one another, results below one
 * another, one space between words. Where a comment stands behind a line is the author's choice.
 */
#include <stdlib.h>
#include <string.h>
#include "explore/scn_program.h"

/* Results stand here unless a line is longer. */
#define RESULT_COLUMN 33

struct formatter {
	const struct scn_source *source;
	struct scn_buf out;
	unsigned int actor_width;
	unsigned int result_column;
	unsigned int indent;
	unsigned int braces;
	bool *whole_file;
	bool blank;
};

static bool is_actor_line(const struct scn_line *line)
{
	const char *text = line->token_count ? line->token[0].text : "";
	size_t bytes = strlen(text);

	return line->token_count && line->token[0].kind == SCN_TOKEN_WORD && bytes > 1 &&
	       text[bytes - 1] == ':';
}

/* A line of a `par` block: nothing is padded in it but its result. */
static bool is_labelled(const struct scn_line *line)
{
	const char *text = line->token_count > 1 ? line->token[1].text : "";
	size_t bytes = strlen(text);

	return is_actor_line(line) && line->token_count > 1 &&
	       line->token[1].kind == SCN_TOKEN_WORD && bytes > 1 && text[bytes - 1] == ':';
}

static bool line_is(const struct scn_line *line, const char *word)
{
	return line->token_count && scn_is(&line->token[0], word);
}

static unsigned int arrow_index(const struct scn_line *line)
{
	unsigned int i;

	for (i = 0; i < line->token_count; i++) {
		if (line->token[i].kind == SCN_TOKEN_ARROW)
			break;
	}
	return i;
}

/* An action without its result: actor, padded, then the rest. */
static void join_action(const struct formatter *formatter, const struct scn_line *line,
			struct scn_buf *buf)
{
	int width = is_labelled(line) ? 0 : (int)formatter->actor_width;

	scn_buf_add(buf, "%-*s ", width, line->token[0].text);
	scn_join(buf, line->token + 1, arrow_index(line) - 1);
}

static unsigned int depth_step(struct formatter *formatter, unsigned int index, bool *outdent)
{
	const struct scn_line *line = &formatter->source->line[index];

	*outdent = line_is(line, "end") || line_is(line, "else");
	if (line_is(line, "if") || line_is(line, "else") || line_is(line, "par"))
		return 1;
	return line_is(line, "for") && !formatter->whole_file[index];
}

/* Which `for` lines have an `end`, as the parser sees it. */
static void find_whole_file(struct formatter *formatter)
{
	const struct scn_source *source = formatter->source;
	unsigned int open[64], depth = 0, i;

	for (i = 0; i < source->line_count; i++) {
		const struct scn_line *line = &source->line[i];

		if ((line_is(line, "if") || line_is(line, "for") || line_is(line, "par")) &&
		    depth < SCN_ARRAY_SIZE(open)) {
			open[depth++] = i;
		} else if (line_is(line, "end") && depth) {
			depth--;
		}
	}
	while (depth)
		formatter->whole_file[open[--depth]] = true;
}

static void measure(struct formatter *formatter)
{
	const struct scn_source *source = formatter->source;
	unsigned int i, depth = 0;

	formatter->actor_width = 1;
	formatter->result_column = RESULT_COLUMN;
	for (i = 0; i < source->line_count; i++) {
		const struct scn_line *line = &source->line[i];
		size_t bytes = is_actor_line(line) && !is_labelled(line) ?
				       strlen(line->token[0].text) : 0;

		if (bytes > formatter->actor_width)
			formatter->actor_width = (unsigned int)bytes;
	}
	for (i = 0; i < source->line_count; i++) {
		const struct scn_line *line = &source->line[i];
		struct scn_buf buf = { 0 };
		bool outdent;
		unsigned int deeper = depth_step(formatter, i, &outdent);

		if (outdent && depth)
			depth--;
		if (is_actor_line(line) && arrow_index(line) < line->token_count) {
			join_action(formatter, line, &buf);
			if (2 * depth + buf.bytes + 1 > formatter->result_column)
				formatter->result_column =
					(unsigned int)(2 * depth + buf.bytes + 1);
			scn_buf_free(&buf);
		}
		depth += deeper;
	}
}

static void write_spaces(struct scn_buf *buf, size_t column)
{
	while (buf->bytes < column)
		scn_buf_add(buf, " ");
}

static void write_code(struct formatter *formatter, const struct scn_line *line,
		       struct scn_buf *buf)
{
	unsigned int arrow = arrow_index(line);
	unsigned int i, indent = 2 * formatter->indent;

	if (formatter->braces) {
		unsigned int closing = scn_is(&line->token[0], "}");

		indent += 2 * (formatter->braces - closing);
	}
	scn_buf_add(buf, "%*s", (int)indent, "");
	if (is_actor_line(line) && !formatter->braces) {
		join_action(formatter, line, buf);
		if (arrow < line->token_count) {
			write_spaces(buf, formatter->result_column);
			scn_join(buf, line->token + arrow, line->token_count - arrow);
		}
	} else {
		scn_join(buf, line->token, line->token_count);
	}
	if (line_is(line, "machine") || formatter->braces) {
		for (i = 0; i < line->token_count; i++) {
			if (scn_is(&line->token[i], "{"))
				formatter->braces++;
			else if (scn_is(&line->token[i], "}") && formatter->braces)
				formatter->braces--;
		}
	}
}

static void format_line(struct formatter *formatter, unsigned int index)
{
	const struct scn_line *line = &formatter->source->line[index];
	struct scn_buf buf = { 0 };
	bool outdent;
	unsigned int deeper = depth_step(formatter, index, &outdent);

	if (line->fence || line->golden) {
		scn_buf_add(&formatter->out, "%s\n", line->fence ? "----" : line->raw);
		formatter->blank = false;
		return;
	}
	if (!line->token_count && !line->comment) {
		/* One empty line at most, and none at either end of the file. */
		formatter->blank = formatter->out.bytes != 0;
		return;
	}
	if (formatter->blank)
		scn_buf_add(&formatter->out, "\n");
	formatter->blank = false;
	if (outdent && formatter->indent)
		formatter->indent--;
	if (line->token_count)
		write_code(formatter, line, &buf);
	else
		scn_buf_add(&buf, "%*s", (int)(2 * (formatter->indent + formatter->braces)), "");
	if (line->comment && line->token_count) {
		scn_buf_add(&buf, "  ");
		write_spaces(&buf, line->comment_column - 1);
	}
	scn_buf_add(&formatter->out, "%s%s\n", buf.data, line->comment ? line->comment : "");
	scn_buf_free(&buf);
	formatter->indent += deeper;
}

char *svmsim_scenario_format(const struct svmsim_scenario *scenario)
{
	struct formatter formatter = { .source = &scenario->main->source };
	unsigned int i;

	formatter.whole_file = calloc(formatter.source->line_count + 1, sizeof(bool));
	if (formatter.whole_file) {
		find_whole_file(&formatter);
		measure(&formatter);
		for (i = 0; i < formatter.source->line_count; i++)
			format_line(&formatter, i);
	}
	free(formatter.whole_file);
	return scn_buf_take(&formatter.out);
}
