/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What every part of the scenario language needs: memory that is freed as one, growing text, one
 * error that says where, and the nearest known word.
 */
#ifndef EXPLORE_SCN_UTIL_H
#define EXPLORE_SCN_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/scenario.h>

#define SCN_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* struct scn_arena - memory freed as one */
struct scn_arena {
	struct scn_chunk *chunks;
};

/** scn_alloc - zeroed memory of an arena, never NULL */
void *scn_alloc(struct scn_arena *arena, size_t bytes);
/** scn_strndup - a copy of @bytes bytes with a terminator */
char *scn_strndup(struct scn_arena *arena, const char *text, size_t bytes);
/** scn_strdup - a copy; NULL becomes "" */
char *scn_strdup(struct scn_arena *arena, const char *text);
/** scn_printf - formatted text */
char *scn_printf(struct scn_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** scn_arena_free - free everything in an arena */
void scn_arena_free(struct scn_arena *arena);

/**
 * scn_grow - make room in an array of an arena for one more
 * @arena: owner of the array
 * @array: array, NULL when empty
 * @count: entries in use
 * @entry_bytes: size of one
 *
 * Grows at powers of two, so the caller needs no capacity.
 * Return: the array, maybe moved.
 */
void *scn_grow(struct scn_arena *arena, void *array, unsigned int count, size_t entry_bytes);

/* struct scn_buf - text that grows; @data is always terminated once anything was added */
struct scn_buf {
	char *data;
	size_t bytes;
	size_t capacity;
};
void scn_buf_add(struct scn_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void scn_buf_bytes(struct scn_buf *buf, const void *data, size_t bytes);
/** scn_buf_take - the text, which free() frees; never NULL */
char *scn_buf_take(struct scn_buf *buf);
void scn_buf_free(struct scn_buf *buf);

/**
 * scn_is_own_frame - is a function of a backtrace the scenario runner's own?
 * @function: its name
 *
 * What called the driven function is then the same for every scenario, and says nothing.
 */
bool scn_is_own_frame(const char *function);

/* struct scn_error - the first thing that was wrong */
struct scn_error {
	char text[SVMSIM_MESSAGE_MAX];
	bool set;
};
/** scn_fail - record an error unless there is one; always returns false */
bool scn_fail(struct scn_error *error, const char *file, unsigned int line, unsigned int column,
	      const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** scn_edit_distance - Damerau-Levenshtein distance of two words, adjacent swaps counted once */
unsigned int scn_edit_distance(const char *a, const char *b);
/**
 * scn_suggest - what to say behind an unknown word
 * @buf: filled with `: did you mean "link"?`, or the list of known words when it is short
 * @size: of @buf
 * @word: what was written
 * @known: known word with an index, NULL past the last
 * @ctx: passed to @known
 */
void scn_suggest(char *buf, size_t size, const char *word,
		 const char *(*known)(const void *ctx, unsigned int index), const void *ctx);

/** scn_quote - @word with unprintable bytes as \\xNN and cut to a length fit for a message */
const char *scn_quote(char *buf, size_t size, const char *word);

/** scn_shell_word - append @word so that a shell reads it back as one word */
void scn_shell_word(struct scn_buf *buf, const char *word);

#endif
