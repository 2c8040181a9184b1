/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * From bytes to lines of tokens. Lines between `----` lines are golden text and stay as they are.
 *
 * DOC: Vocabulary
 *
 * glued     a token with no space before it: `w[0..1]` is four tokens, three of them glued.
 * open      a word that still holds a `${...}`.
 */
#ifndef EXPLORE_SCN_LEX_H
#define EXPLORE_SCN_LEX_H

#include "explore/scn_util.h"

#define SCN_FILE_MAX_BYTES (1u << 20)
#define SCN_LINE_MAX_BYTES 1024
#define SCN_LINE_MAX_COUNT 20000

enum scn_token_kind {
	SCN_TOKEN_WORD,
	SCN_TOKEN_STRING,
	SCN_TOKEN_PUNCT,
	SCN_TOKEN_ARROW,
};

/**
 * struct scn_token - one token
 * @kind: what it is
 * @text: its text; a string without its quotes
 * @line: line, from 1
 * @column: column in bytes, from 1
 * @glued: no white space before it
 * @open: a `${...}` is in it
 */
struct scn_token {
	enum scn_token_kind kind;
	const char *text;
	unsigned int line;
	unsigned int column;
	bool glued;
	bool open;
};

/**
 * struct scn_line - one line
 * @number: from 1
 * @raw: its text without the line feed and white space at the end
 * @token: tokens
 * @token_count: number of @token
 * @comment: from the `#` on, NULL if there is none
 * @comment_column: where it starts, from 1
 * @fence: a `----` line
 * @golden: between two of them
 */
struct scn_line {
	unsigned int number;
	const char *raw;
	struct scn_token *token;
	unsigned int token_count;
	const char *comment;
	unsigned int comment_column;
	bool fence;
	bool golden;
};

/* struct scn_source - one file */
struct scn_source {
	const char *path;
	const char *text;
	size_t bytes;
	struct scn_line *line;
	unsigned int line_count;
};

/**
 * scn_read_file - a file's bytes, bounded
 * @path: file; "-" is standard input
 * @arena: owner of the bytes
 * @text: set to the bytes, terminated
 * @bytes: set to their number
 * @error: filled with one line on failure
 *
 * Refuses anything that could have no end: devices, FIFOs, sockets, more than 1 MiB.
 * Return: 0 or a negative errno.
 */
int scn_read_file(const char *path, struct scn_arena *arena, const char **text, size_t *bytes,
		  struct scn_error *error);

/** scn_lex - split @source->text into lines and tokens; false with @error filled */
bool scn_lex(struct scn_source *source, struct scn_arena *arena, struct scn_error *error);

/** scn_is - a word or punctuation with exactly this text */
bool scn_is(const struct scn_token *token, const char *text);
/** scn_is_name - a letter or _ followed by letters, digits and _ */
bool scn_is_name(const char *text);

/**
 * scn_join - tokens as one line in canonical spacing
 * @buf: appended to
 * @token: tokens
 * @count: number of @token
 */
void scn_join(struct scn_buf *buf, const struct scn_token *token, unsigned int count);

#endif
