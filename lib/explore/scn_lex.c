// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "explore/scn_lex.h"

#include <ctype.h>
#include <string.h>

struct lexer {
	struct scn_source *source;
	struct scn_arena *arena;
	struct scn_error *error;
	struct scn_line *line;
	const char *start;
	const char *at;
	const char *end;
};

static unsigned int column_of(const struct lexer *lexer, const char *at)
{
	return (unsigned int)(at - lexer->start) + 1;
}

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_.:+-*/%@~?", c));
}

static struct scn_token *add_token(struct lexer *lexer, enum scn_token_kind kind, const char *from,
				   size_t bytes)
{
	struct scn_line *line = lexer->line;
	struct scn_token *token;

	line->token = scn_grow(lexer->arena, line->token, line->token_count, sizeof(*line->token));
	token = &line->token[line->token_count++];
	memset(token, 0, sizeof(*token));
	token->kind = kind;
	token->text = scn_strndup(lexer->arena, from, bytes);
	token->line = line->number;
	token->column = column_of(lexer, from);
	token->glued = from > lexer->start && from[-1] != ' ' && from[-1] != '\t';
	return token;
}

/* Moves past `${...}`; what is in it is checked when variables are read. */
static bool skip_variable(struct lexer *lexer)
{
	const char *from = lexer->at;
	const char *close = memchr(from, '}', (size_t)(lexer->end - from));
	const char *name = from + 2;
	unsigned int column = column_of(lexer, from);

	if (lexer->at + 1 >= lexer->end || lexer->at[1] != '{')
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number, column,
				"\"$\" starts a variable, which is written ${NAME}");
	if (!close)
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number, column,
				"\"${\" is never closed by \"}\"");
	while (name < close && (isalnum((unsigned char)*name) || *name == '_'))
		name++;
	if (name == from + 2 || isdigit((unsigned char)from[2]) || (*name != ':' && name != close))
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number, column + 2,
				"a variable is ${NAME} or ${NAME:value}, its name letters, digits "
				"and _");
	for (; name < close; name++) {
		if (!is_word_byte(*name))
			return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
					column_of(lexer, name),
					"the value in ${NAME:value} is one word");
	}
	lexer->at = close + 1;
	return true;
}

static bool lex_word(struct lexer *lexer)
{
	const char *from = lexer->at;
	bool open = false;

	while (lexer->at < lexer->end) {
		if (*lexer->at == '$') {
			if (!skip_variable(lexer))
				return false;
			open = true;
		} else if (lexer->at[0] == '-' && lexer->at + 1 < lexer->end &&
			   lexer->at[1] == '>') {
			break;
		} else if (is_word_byte(*lexer->at)) {
			lexer->at++;
		} else {
			break;
		}
	}
	add_token(lexer, SCN_TOKEN_WORD, from, (size_t)(lexer->at - from))->open = open;
	return true;
}

static bool lex_string(struct lexer *lexer)
{
	const char *from = lexer->at + 1;
	const char *close = memchr(from, '"', (size_t)(lexer->end - from));
	struct scn_token *token;

	if (!close)
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
				column_of(lexer, lexer->at), "a string that is never closed");
	token = add_token(lexer, SCN_TOKEN_STRING, from, (size_t)(close - from));
	token->column--;
	token->glued = lexer->at > lexer->start && !strchr(" \t", lexer->at[-1]);
	lexer->at = close + 1;
	return true;
}

static bool lex_punct(struct lexer *lexer)
{
	const char *from = lexer->at;
	size_t bytes = 1;

	if ((*from == '!' || *from == '<' || *from == '>') && from + 1 < lexer->end &&
	    from[1] == '=')
		bytes = 2;
	if (*from == '!' && bytes == 1)
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
				column_of(lexer, from), "\"!\" alone means nothing here: "
				"\"!=\" compares, \"not\" negates");
	add_token(lexer, SCN_TOKEN_PUNCT, from, bytes);
	lexer->at += bytes;
	return true;
}

static bool lex_token(struct lexer *lexer)
{
	char c = *lexer->at;

	if (c == '-' && lexer->at + 1 < lexer->end && lexer->at[1] == '>') {
		add_token(lexer, SCN_TOKEN_ARROW, lexer->at, 2);
		lexer->at += 2;
		return true;
	}
	if (c == '"')
		return lex_string(lexer);
	if (is_word_byte(c) || c == '$')
		return lex_word(lexer);
	if (strchr("{}[](),=<>!;", c))
		return lex_punct(lexer);
	if (lexer->end - lexer->at >= 3 && !memcmp(lexer->at, "\xef\xbb\xbf", 3))
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
				column_of(lexer, lexer->at),
				"a byte order mark: save the file without one");
	if ((unsigned char)c >= 0x80)
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
				column_of(lexer, lexer->at),
				"byte 0x%02x outside a comment or a string: words are plain ASCII",
				(unsigned char)c);
	return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
			column_of(lexer, lexer->at), "\"%c\" means nothing here", c);
}

static bool lex_line(struct lexer *lexer)
{
	while (lexer->at < lexer->end) {
		if (*lexer->at == ' ' || *lexer->at == '\t') {
			lexer->at++;
			continue;
		}
		if (*lexer->at == '#') {
			lexer->line->comment = scn_strndup(lexer->arena, lexer->at,
							   (size_t)(lexer->end - lexer->at));
			lexer->line->comment_column = column_of(lexer, lexer->at);
			return true;
		}
		if (!lex_token(lexer))
			return false;
	}
	return true;
}

/* Bytes that no text has, and lines too long to be meant. */
static bool check_bytes(struct lexer *lexer, const char *line_end)
{
	const char *at;

	for (at = lexer->start; at < line_end; at++) {
		unsigned char byte = (unsigned char)*at;

		if ((byte < 0x20 && byte != '\t' && !(byte == '\r' && at + 1 == line_end)) ||
		    byte == 0x7f)
			return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
					column_of(lexer, at),
					"byte 0x%02x is not text: this is not a scenario file",
					byte);
	}
	if (line_end - lexer->start > SCN_LINE_MAX_BYTES)
		return scn_fail(lexer->error, lexer->source->path, lexer->line->number,
				SCN_LINE_MAX_BYTES + 1, "a line longer than %d bytes",
				SCN_LINE_MAX_BYTES);
	return true;
}

static bool add_line(struct lexer *lexer, const char *start, const char *line_end, bool *golden)
{
	struct scn_source *source = lexer->source;
	struct scn_line *line;

	source->line = scn_grow(lexer->arena, source->line, source->line_count, sizeof(*line));
	line = &source->line[source->line_count++];
	memset(line, 0, sizeof(*line));
	line->number = source->line_count;
	lexer->line = line;
	lexer->start = start;
	if (source->line_count > SCN_LINE_MAX_COUNT)
		return scn_fail(lexer->error, source->path, line->number, 1,
				"more than %d lines; a scenario is about 40", SCN_LINE_MAX_COUNT);
	if (!check_bytes(lexer, line_end))
		return false;
	while (line_end > start && strchr(" \t\r", line_end[-1]))
		line_end--;
	line->raw = scn_strndup(lexer->arena, start, (size_t)(line_end - start));
	if (!strcmp(line->raw + strspn(line->raw, " \t"), "----")) {
		line->fence = true;
		*golden = !*golden;
		return true;
	}
	line->golden = *golden;
	lexer->at = start;
	lexer->end = line_end;
	return line->golden || lex_line(lexer);
}

bool scn_lex(struct scn_source *source, struct scn_arena *arena, struct scn_error *error)
{
	struct lexer lexer = { .source = source, .arena = arena, .error = error };
	const char *at = source->text;
	const char *end = source->text + source->bytes;
	bool golden = false;

	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));

		if (!add_line(&lexer, at, feed ? feed : end, &golden))
			return false;
		if (!feed)
			return scn_fail(error, source->path, source->line_count,
					(unsigned int)(end - at) + 1,
					"the last line has no line feed: the file is cut short");
		at = feed + 1;
	}
	if (golden) {
		unsigned int i = source->line_count;

		while (!source->line[i - 1].fence)
			i--;
		return scn_fail(error, source->path, i, 1,
				"a block of golden text without a closing \"----\": the file is "
				"cut short");
	}
	return true;
}

bool scn_is(const struct scn_token *token, const char *text)
{
	return token && token->kind != SCN_TOKEN_STRING && !strcmp(token->text, text);
}

bool scn_is_name(const char *text)
{
	if (!isalpha((unsigned char)*text) && *text != '_')
		return false;
	while (isalnum((unsigned char)*text) || *text == '_')
		text++;
	return !*text;
}

static bool spaced_equals(const struct scn_token *token, unsigned int count)
{
	if (scn_is(token, "if") || scn_is(token, "skip"))
		return true;
	return count > 1 && scn_is(token, "expect") && !scn_is(&token[1], "report") &&
	       !scn_is(&token[1], "note");
}

void scn_join(struct scn_buf *buf, const struct scn_token *token, unsigned int count)
{
	bool spaced = count && spaced_equals(token, count);
	bool tight = count && scn_is(token, "par");
	bool space = false;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const char *text = token[i].text;
		bool punct = token[i].kind == SCN_TOKEN_PUNCT;

		if (punct && (strchr("[]),;", text[0]) || (!spaced && !strcmp(text, "=")) ||
			      (tight && !strcmp(text, "<="))))
			space = false;
		if (i && space)
			scn_buf_add(buf, " ");
		scn_buf_add(buf, token[i].kind == SCN_TOKEN_STRING ? "\"%s\"" : "%s", text);
		space = !(punct && (strchr("[(", text[0]) || (!spaced && !strcmp(text, "=")) ||
				    (tight && !strcmp(text, "<="))));
	}
}
