// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/scn_cursor.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct scn_token *scn_peek(const struct scn_cursor *cursor)
{
	return cursor->at < cursor->count ? &cursor->token[cursor->at] : NULL;
}

bool scn_accept(struct scn_cursor *cursor, const char *text)
{
	if (!scn_is(scn_peek(cursor), text))
		return false;
	cursor->at++;
	return true;
}

bool scn_fail_token(struct scn_cursor *cursor, const struct scn_token *token, const char *fmt, ...)
{
	char message[SVMSIM_MESSAGE_MAX];
	unsigned int line = 0, column = 1;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (token) {
		line = token->line;
		column = token->column;
	} else if (cursor->count) {
		const struct scn_token *last = &cursor->token[cursor->count - 1];

		line = last->line;
		column = last->column + (unsigned int)strlen(last->text) +
			 (last->kind == SCN_TOKEN_STRING ? 2 : 0);
	}
	return scn_fail(cursor->error, cursor->path, line, column, "%s", message);
}

bool scn_fail_unknown(struct scn_cursor *cursor, const struct scn_token *token, const char *what,
		      const char *(*known)(const void *ctx, unsigned int index), const void *ctx)
{
	char suggestion[300], word[80];

	scn_suggest(suggestion, sizeof(suggestion), token->text, known, ctx);
	return scn_fail_token(cursor, token, "unknown %s \"%s\"%s", what,
			      scn_quote(word, sizeof(word), token->text), suggestion);
}

static bool fail_expected(struct scn_cursor *cursor, const char *what)
{
	const struct scn_token *token = scn_peek(cursor);
	char word[80];

	if (!token)
		return scn_fail_token(cursor, NULL, "the line ends where %s is expected", what);
	return scn_fail_token(cursor, token, "expected %s, got \"%s\"", what,
			      scn_quote(word, sizeof(word), token->text));
}

bool scn_expect_punct(struct scn_cursor *cursor, const char *text)
{
	char what[16];

	if (scn_accept(cursor, text))
		return true;
	snprintf(what, sizeof(what), "\"%s\"", text);
	return fail_expected(cursor, what);
}

const struct scn_token *scn_word(struct scn_cursor *cursor, const char *what)
{
	const struct scn_token *token = scn_peek(cursor);

	if (!token || token->kind != SCN_TOKEN_WORD) {
		fail_expected(cursor, what);
		return NULL;
	}
	cursor->at++;
	return token;
}

const struct scn_token *scn_name(struct scn_cursor *cursor, const char *what)
{
	const struct scn_token *token = scn_word(cursor, what);
	char word[80];

	if (token && !token->open && !scn_is_name(token->text)) {
		scn_fail_token(cursor, token, "\"%s\" is no name for %s: a letter, then letters, "
			       "digits and _", scn_quote(word, sizeof(word), token->text), what);
		return NULL;
	}
	return token;
}

bool scn_end(struct scn_cursor *cursor)
{
	const struct scn_token *token = scn_peek(cursor);
	char word[80];

	if (!token)
		return true;
	return scn_fail_token(cursor, token, "\"%s\" is too much: the line should end before it",
			      scn_quote(word, sizeof(word), token->text));
}

/* Digits at *@at, decimal or 0x; false when there are none or they do not fit. */
static bool digits(const char **at, uint64_t *value, bool *overflow)
{
	unsigned int base = 10;
	const char *from;

	*value = 0;
	*overflow = false;
	if ((*at)[0] == '0' && (*at)[1] == 'x') {
		base = 16;
		*at += 2;
	}
	for (from = *at; isxdigit((unsigned char)**at); (*at)++) {
		unsigned int digit = isdigit((unsigned char)**at) ?
			(unsigned int)(**at - '0') :
			(unsigned int)(tolower((unsigned char)**at) - 'a') + 10;

		if (digit >= base)
			break;
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit, value))
			*overflow = true;
	}
	return *at != from;
}

bool scn_parse_number(struct scn_cursor *cursor, const struct scn_token *token, const char *what,
		      uint64_t least, uint64_t most, uint64_t *value)
{
	const char *at = token->text;
	char word[80];
	bool overflow;

	*value = 0;
	if (token->open)
		return true;
	if (!digits(&at, value, &overflow) || *at)
		return scn_fail_token(cursor, token, "expected %s as a number, got \"%s\"", what,
				      scn_quote(word, sizeof(word), token->text));
	if (overflow)
		return scn_fail_token(cursor, token, "%s does not fit into 64 bits",
				      scn_quote(word, sizeof(word), token->text));
	if (*value < least || *value > most)
		return scn_fail_token(cursor, token, "%s is out of range: %s is %llu to %llu",
				      token->text, what, (unsigned long long)least,
				      (unsigned long long)most);
	return true;
}

bool scn_parse_size(struct scn_cursor *cursor, const struct scn_token *token, uint64_t *bytes)
{
	static const struct {
		char unit;
		unsigned int shift;
	} units[] = { { 'B', 0 }, { 'p', 12 }, { 'K', 10 }, { 'M', 20 }, { 'G', 30 } };
	const char *at = token->text;
	char word[80];
	bool overflow;
	unsigned int i;

	*bytes = 0;
	if (token->open)
		return true;
	scn_quote(word, sizeof(word), token->text);
	if (!isdigit((unsigned char)*at) || !digits(&at, bytes, &overflow))
		return scn_fail_token(cursor, token, "expected a size (8p, 64K, 2M), got \"%s\"",
				      word);
	if (!*at)
		return scn_fail_token(cursor, token, "the size %s has no unit: %sp pages, %sK, "
				      "%sM, %sG, or %sB bytes", word, word, word, word, word,
				      word);
	for (i = 0; i < SCN_ARRAY_SIZE(units); i++) {
		if (*at == units[i].unit && !at[1])
			break;
	}
	if (i == SCN_ARRAY_SIZE(units))
		return scn_fail_token(cursor, token, "\"%s\" is no size: units are p (pages of "
				      "4 KiB), K, M, G and B", word);
	if (overflow || *bytes > UINT64_MAX >> units[i].shift)
		return scn_fail_token(cursor, token, "%s does not fit into 64 bits", word);
	*bytes <<= units[i].shift;
	return true;
}

bool scn_parse_time(struct scn_cursor *cursor, const struct scn_token *token, uint64_t *ns)
{
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 } };
	const char *at = token->text;
	char word[80];
	bool overflow;
	unsigned int i;

	*ns = 0;
	if (token->open)
		return true;
	scn_quote(word, sizeof(word), token->text);
	if (!isdigit((unsigned char)*at) || !digits(&at, ns, &overflow))
		return scn_fail_token(cursor, token, "expected a time (10ms), got \"%s\"", word);
	for (i = 0; i < SCN_ARRAY_SIZE(units); i++) {
		if (!strcmp(at, units[i].unit))
			break;
	}
	if (i == SCN_ARRAY_SIZE(units))
		return scn_fail_token(cursor, token, "\"%s\" is no time: units are ns, us, ms and "
				      "s", word);
	if (overflow || *ns > 86400ull * 1000000000 / units[i].ns)
		return scn_fail_token(cursor, token, "%s is more than a day", word);
	*ns *= units[i].ns;
	return true;
}

bool scn_parse_range(struct scn_cursor *cursor, struct scn_range *range)
{
	const struct scn_token *token = scn_peek(cursor);
	char word[80];
	bool overflow[2] = { false, false };
	const char *at;

	memset(range, 0, sizeof(*range));
	if (!scn_is(token, "["))
		return true;
	cursor->at++;
	token = scn_word(cursor, "a page number or range (3 or 4..7)");
	if (!token || !scn_expect_punct(cursor, "]"))
		return false;
	range->is_set = true;
	range->open = token->open;
	if (token->open)
		return true;
	at = token->text;
	scn_quote(word, sizeof(word), token->text);
	if (!digits(&at, &range->first, &overflow[0]))
		return scn_fail_token(cursor, token, "expected a page number or range (3 or "
				      "4..7), got \"%s\"", word);
	range->last = range->first;
	if (at[0] == '.' && at[1] == '.') {
		at += 2;
		if (!digits(&at, &range->last, &overflow[1]))
			return scn_fail_token(cursor, token, "the range \"%s\" has no end", word);
	}
	if (*at)
		return scn_fail_token(cursor, token, "\"%s\" is no page number or range (3 or "
				      "4..7)", word);
	if (overflow[0] || overflow[1] || range->last >= UINT64_MAX / SCN_PAGE_BYTES)
		return scn_fail_token(cursor, token, "page numbers in \"%s\" do not fit into 64 "
				      "bits of bytes", word);
	if (range->last < range->first)
		return scn_fail_token(cursor, token, "the range \"%s\" runs backwards", word);
	return true;
}
