// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/scn_util.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "host/host.h"

#define CHUNK_BYTES 16384
#define WORD_MAX 64
#define ABBREVIATION_LEAST 4

struct scn_chunk {
	struct scn_chunk *next;
	size_t used;
	size_t size;
	_Alignas(16) char data[];
};

void *scn_alloc(struct scn_arena *arena, size_t bytes)
{
	struct scn_chunk *chunk = arena->chunks;
	void *ptr;

	bytes = (bytes + 15) & ~(size_t)15;
	if (!chunk || chunk->size - chunk->used < bytes) {
		size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

		chunk = host_malloc(sizeof(*chunk) + size);
		chunk->next = arena->chunks;
		chunk->used = 0;
		chunk->size = size;
		arena->chunks = chunk;
	}
	ptr = chunk->data + chunk->used;
	chunk->used += bytes;
	memset(ptr, 0, bytes);
	return ptr;
}

char *scn_strndup(struct scn_arena *arena, const char *text, size_t bytes)
{
	char *copy = scn_alloc(arena, bytes + 1);

	memcpy(copy, text, bytes);
	return copy;
}

char *scn_strdup(struct scn_arena *arena, const char *text)
{
	return scn_strndup(arena, text ? text : "", text ? strlen(text) : 0);
}

char *scn_printf(struct scn_arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int bytes;

	va_start(ap, fmt);
	bytes = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = scn_alloc(arena, (size_t)bytes + 1);
	va_start(ap, fmt);
	vsnprintf(text, (size_t)bytes + 1, fmt, ap);
	va_end(ap);
	return text;
}

void scn_arena_free(struct scn_arena *arena)
{
	while (arena->chunks) {
		struct scn_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		host_free(chunk);
	}
}

void *scn_grow(struct scn_arena *arena, void *array, unsigned int count, size_t entry_bytes)
{
	unsigned int capacity = count ? count * 2 : 4;
	void *larger;

	/* Room is made for 4, 8, 16, ... so it is full exactly when the count is one of these. */
	if (count && (count < 4 || (count & (count - 1))))
		return array;
	larger = scn_alloc(arena, capacity * entry_bytes);
	if (count)
		memcpy(larger, array, count * entry_bytes);
	return larger;
}

static void buf_reserve(struct scn_buf *buf, size_t bytes)
{
	if (buf->bytes + bytes + 1 <= buf->capacity)
		return;
	buf->capacity = (buf->bytes + bytes + 1) * 2;
	if (buf->capacity < 256)
		buf->capacity = 256;
	buf->data = host_realloc(buf->data, buf->capacity);
}

void scn_buf_bytes(struct scn_buf *buf, const void *data, size_t bytes)
{
	buf_reserve(buf, bytes);
	if (bytes)
		memcpy(buf->data + buf->bytes, data, bytes);
	buf->bytes += bytes;
	buf->data[buf->bytes] = '\0';
}

void scn_buf_add(struct scn_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int bytes;

	va_start(ap, fmt);
	bytes = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	buf_reserve(buf, (size_t)bytes);
	va_start(ap, fmt);
	vsnprintf(buf->data + buf->bytes, (size_t)bytes + 1, fmt, ap);
	va_end(ap);
	buf->bytes += (size_t)bytes;
}

char *scn_buf_take(struct scn_buf *buf)
{
	char *data;

	scn_buf_bytes(buf, "", 0);
	data = buf->data;
	memset(buf, 0, sizeof(*buf));
	return data;
}

void scn_buf_free(struct scn_buf *buf)
{
	host_free(buf->data);
	memset(buf, 0, sizeof(*buf));
}

bool scn_fail(struct scn_error *error, const char *file, unsigned int line, unsigned int column,
	      const char *fmt, ...)
{
	size_t used;
	va_list ap;

	if (error->set)
		return false;
	error->set = true;
	snprintf(error->text, sizeof(error->text), "%s:%u:%u: ", file, line, column);
	used = strlen(error->text);
	va_start(ap, fmt);
	vsnprintf(error->text + used, sizeof(error->text) - used, fmt, ap);
	va_end(ap);
	return false;
}

bool scn_is_own_frame(const char *function)
{
	return !strncmp(function, "scn_", strlen("scn_"));
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

unsigned int scn_edit_distance(const char *a, const char *b)
{
	unsigned int row[3][WORD_MAX + 1];
	unsigned int a_len = (unsigned int)strnlen(a, WORD_MAX);
	unsigned int b_len = (unsigned int)strnlen(b, WORD_MAX);
	unsigned int i, j;

	for (j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		unsigned int *now = row[i % 3];
		unsigned int *above = row[(i + 2) % 3];
		unsigned int *before = row[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= b_len; j++) {
			now[j] = min3(above[j] + 1, now[j - 1] + 1,
				      above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return row[a_len % 3][b_len];
}

/* Whether the letters of @word appear in @text in this order, the first one at its beginning. */
static bool abbreviates(const char *word, const char *text)
{
	if (strnlen(word, WORD_MAX) < ABBREVIATION_LEAST || *word != *text)
		return false;
	for (; *word && *text; text++)
		word += *word == *text;
	return !*word;
}

const char *svmsim_nearest(const char *word,
			   const char *(*known)(const void *ctx, unsigned int index),
			   const void *ctx)
{
	const char *nearest = NULL, *candidate;
	/* One letter in three may differ; the dashes of an option are no letters. */
	unsigned int best = (unsigned int)strnlen(word + strspn(word, "-"), WORD_MAX) / 3;
	unsigned int i;

	if (!best)
		best = 1;
	for (i = 0; (candidate = known(ctx, i)); i++) {
		unsigned int distance = scn_edit_distance(word, candidate);

		/* A word that shares nothing but its length is no suggestion. */
		if (distance >= strlen(candidate))
			continue;
		if (distance < best || (distance == best && !nearest)) {
			best = distance;
			nearest = candidate;
		}
	}
	for (i = 0; !nearest && (candidate = known(ctx, i)); i++) {
		if (abbreviates(word, candidate))
			nearest = candidate;
	}
	return nearest;
}

void scn_suggest(char *buf, size_t size, const char *word,
		 const char *(*known)(const void *ctx, unsigned int index), const void *ctx)
{
	const char *nearest = svmsim_nearest(word, known, ctx);
	const char *candidate;
	size_t used = 0;
	unsigned int i;

	buf[0] = '\0';
	if (nearest) {
		snprintf(buf, size, ": did you mean \"%s\"?", nearest);
		return;
	}
	for (i = 0; (candidate = known(ctx, i)); i++) {
		int bytes = snprintf(buf + used, size - used, "%s%s", i ? ", " : "; known: ",
				     candidate);

		if (bytes < 0 || used + (size_t)bytes >= size || i >= 16) {
			buf[0] = '\0';
			return;
		}
		used += (size_t)bytes;
	}
}

void scn_shell_word(struct scn_buf *buf, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-.:+,/@%=";

	if (*word && strspn(word, plain) == strlen(word)) {
		scn_buf_add(buf, "%s", word);
		return;
	}
	scn_buf_add(buf, "'");
	for (; *word; word++)
		scn_buf_add(buf, *word == '\'' ? "'\\''" : "%c", *word);
	scn_buf_add(buf, "'");
}

const char *scn_quote(char *buf, size_t size, const char *word)
{
	size_t used = 0;

	for (; *word && used + 8 < size; word++) {
		unsigned char byte = (unsigned char)*word;

		if (byte < 0x20 || byte == 0x7f)
			used += (size_t)snprintf(buf + used, size - used, "\\x%02x", byte);
		else
			buf[used++] = *word;
	}
	if (*word)
		used += (size_t)snprintf(buf + used, size - used, "...");
	buf[used] = '\0';
	return buf;
}
