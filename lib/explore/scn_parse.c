// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Lines into a tree of statements; each statement is checked as far as its words are known. */
#include <string.h>
#include "explore/scn_program.h"

struct parser {
	struct svmsim_scenario *scenario;
	struct scn_program *program;
	struct scn_error *error;
	unsigned int at;
	bool *whole_file;
	bool in_par;
};

static bool fail_line(struct parser *parser, unsigned int line, const char *what)
{
	return scn_fail(parser->error, parser->program->source.path, line, 1, "%s", what);
}

void scn_cursor_init(struct scn_cursor *cursor, struct svmsim_scenario *scenario,
		     const struct scn_stmt *stmt, struct scn_error *error)
{
	memset(cursor, 0, sizeof(*cursor));
	cursor->token = stmt->token;
	cursor->count = stmt->token_count;
	cursor->path = stmt->program->source.path;
	cursor->arena = &scenario->arena;
	cursor->error = error;
	cursor->in_par = stmt->in_par;
	cursor->at = stmt->label ? 1 : 0;
}

static struct scn_line *peek_line(struct parser *parser)
{
	struct scn_source *source = &parser->program->source;

	while (parser->at < source->line_count && !source->line[parser->at].token_count &&
	       !source->line[parser->at].fence)
		parser->at++;
	return parser->at < source->line_count ? &source->line[parser->at] : NULL;
}

static bool first_is(const struct scn_line *line, const char *word)
{
	return line->token_count && scn_is(&line->token[0], word);
}

static bool is_actor(const struct scn_token *token)
{
	size_t bytes = strlen(token->text);

	return token->kind == SCN_TOKEN_WORD && bytes > 1 && token->text[bytes - 1] == ':';
}

/* `svm 1`, then the rule as a comment. Returns false with an error. */
static bool parse_header(struct parser *parser)
{
	struct scn_source *source = &parser->program->source;
	struct scn_line *line = source->line;

	if (!source->line_count)
		return fail_line(parser, 1, "an empty file: a scenario starts with \"svm 1\"");
	if (line->fence || line->token_count < 1 || !scn_is(&line->token[0], "svm"))
		return fail_line(parser, 1, "no scenario: the first line should be \"svm 1\"");
	if (line->token_count != 2 || !scn_is(&line->token[1], "1"))
		return scn_fail(parser->error, source->path, 1, 5,
				"this reads version 1 of the language: the first line should be "
				"\"svm 1\"");
	if (source->line_count < 2 || source->line[1].token_count || !source->line[1].comment)
		return fail_line(parser, 2, "the second line should be a comment that states the "
				 "rule under test");
	parser->at = 2;
	return true;
}

/*
 * Which `for` lines have no `end`: these repeat the whole file, and stand before the first action.
 * An `if` without one, and a `for` without one elsewhere, is a block that was cut short.
 */
static bool match_blocks(struct parser *parser)
{
	struct scn_source *source = &parser->program->source;
	unsigned int open[SCN_NEST_MAX + 8], depth = 0, i;
	unsigned int first_action = source->line_count;

	for (i = 2; i < source->line_count; i++) {
		struct scn_line *line = &source->line[i];

		if (first_is(line, "if") || first_is(line, "for") || first_is(line, "par")) {
			if (depth == SCN_ARRAY_SIZE(open))
				return scn_fail(parser->error, source->path, line->number, 1,
						"blocks nested deeper than %d", SCN_NEST_MAX);
			open[depth++] = i;
		} else if (first_is(line, "end")) {
			if (!depth)
				return fail_line(parser, line->number,
						 "\"end\" closes nothing here");
			depth--;
		} else if (line->token_count && is_actor(&line->token[0]) &&
			   first_action == source->line_count) {
			first_action = i;
		}
	}
	for (i = 0; i < depth; i++) {
		struct scn_line *line = &source->line[open[i]];

		if (!first_is(line, "for"))
			return scn_fail(parser->error, source->path, line->number, 1,
					"this \"%s\" is never closed by \"end\": is the file cut "
					"short?", line->token[0].text);
		if (open[i] > first_action)
			return fail_line(parser, line->number, "this \"for\" is never closed by "
					 "\"end\" (a \"for\" that repeats the whole file stands "
					 "before the first action)");
		if (parser->program != parser->scenario->main)
			return fail_line(parser, line->number, "a \"for\" that repeats the whole "
					 "file can't stand in a file that is used");
		parser->whole_file[open[i]] = true;
	}
	return true;
}

/* Tokens of `machine { ... }`, over as many lines as its braces need. */
static bool gather_machine(struct parser *parser, struct scn_stmt *stmt)
{
	struct scn_source *source = &parser->program->source;
	struct scn_token *token = NULL;
	unsigned int i, depth = 0;

	stmt->token_count = 0;
	do {
		struct scn_line *line = &source->line[parser->at++];

		if (line->fence)
			break;
		for (i = 0; i < line->token_count; i++) {
			token = scn_grow(&parser->scenario->arena, token, stmt->token_count,
					 sizeof(*token));
			token[stmt->token_count++] = line->token[i];
			if (scn_is(&line->token[i], "{"))
				depth++;
			else if (scn_is(&line->token[i], "}") && depth)
				depth--;
		}
	} while (depth && parser->at < source->line_count);
	stmt->token = token;
	if (depth)
		return fail_line(parser, stmt->line, "the braces of this \"machine\" are never "
				 "closed: is the file cut short?");
	return true;
}

static bool gather_golden(struct parser *parser, struct scn_stmt *stmt)
{
	struct scn_source *source = &parser->program->source;
	struct scn_line *line = peek_line(parser);

	if (!line || !line->fence)
		return fail_line(parser, stmt->line, "a \"state\" is followed by its golden lines "
				 "between two \"----\" lines; \"svmsim bless\" fills them in");
	stmt->golden = line + 1;
	while (!source->line[++parser->at].fence)
		stmt->golden_count++;
	parser->at++;
	return true;
}

static bool check_for(struct scn_cursor *cursor)
{
	const struct scn_token *name = scn_name(cursor, "a variable");

	if (!name || !scn_expect_punct(cursor, "in"))
		return false;
	if (name->open)
		return scn_fail_token(cursor, name, "\"for\" sets a variable by its bare name: "
				      "for NAME in a, b");
	do {
		if (!scn_word(cursor, "a value"))
			return false;
	} while (scn_accept(cursor, ","));
	return scn_end(cursor);
}

static bool check_skip(struct scn_cursor *cursor)
{
	const struct scn_token *reason;
	bool value;

	if (!scn_expect_punct(cursor, "if") || !scn_parse_cond(cursor, &value))
		return false;
	reason = scn_peek(cursor);
	if (!reason || reason->kind != SCN_TOKEN_STRING)
		return scn_fail_token(cursor, reason, "\"skip if\" ends with its reason in quotes");
	cursor->at++;
	return scn_end(cursor);
}

static bool check_use(struct parser *parser, struct scn_cursor *cursor, struct scn_stmt *stmt)
{
	const struct scn_token *file = scn_peek(cursor);

	if (file && file->kind == SCN_TOKEN_STRING)
		cursor->at++;
	else
		file = scn_word(cursor, "a file");
	if (!file || !scn_end(cursor))
		return false;
	if (file->open)
		return true;
	stmt->used = scn_use(parser->scenario, parser->program, file, parser->error);
	return stmt->used != NULL;
}

/* Everything that can be said about one statement without running it. */
static bool check_stmt(struct parser *parser, struct scn_stmt *stmt)
{
	struct svmsim_machine machine = { 0 };
	struct scn_action action;
	struct scn_expect expect;
	struct scn_cursor cursor;
	struct scn_place place;
	struct scn_state state;
	const struct scn_token *token;
	struct scn_par par;
	struct scn_pin pin;
	uint64_t ns;
	bool value;

	scn_cursor_init(&cursor, parser->scenario, stmt, parser->error);
	if (stmt->is_action)
		return scn_parse_action(&cursor, &action);
	cursor.at = 1;
	switch (stmt->key) {
	case SCN_KEY_MACHINE:
		return scn_machine_block(&cursor, &machine);
	case SCN_KEY_SET:
		return scn_machine_set(&cursor, &machine);
	case SCN_KEY_USE:
		return check_use(parser, &cursor, stmt);
	case SCN_KEY_ALLOW:
		return scn_expect_punct(&cursor, "unsafe") && scn_end(&cursor);
	case SCN_KEY_SKIP:
		return check_skip(&cursor);
	case SCN_KEY_FOR:
		return check_for(&cursor);
	case SCN_KEY_IF:
		return scn_parse_cond(&cursor, &value) && scn_end(&cursor);
	case SCN_KEY_EXPECT:
		return scn_parse_expect(&cursor, &expect);
	case SCN_KEY_STATE:
		return scn_parse_state(&cursor, &state);
	case SCN_KEY_ADVANCE:
		token = scn_word(&cursor, "a time (10ms)");
		return token && scn_parse_time(&cursor, token, &ns) && scn_end(&cursor);
	case SCN_KEY_TASK:
		return scn_parse_place(&cursor, &place);
	case SCN_KEY_MM:
		return scn_name(&cursor, "a process") && scn_end(&cursor);
	case SCN_KEY_PAR:
		return scn_parse_par(&cursor, &par);
	case SCN_KEY_PIN:
		return scn_parse_pin(&cursor, &pin);
	default:
		return scn_end(&cursor);
	}
}

/* A label stands before the actor of a line of a `par` block, and nowhere else. */
static bool classify_action(struct parser *parser, struct scn_stmt *stmt)
{
	bool labelled = stmt->token_count > 1 && is_actor(&stmt->token[1]);
	const struct scn_token *label = &stmt->token[0];
	struct scn_cursor cursor;

	scn_cursor_init(&cursor, parser->scenario, stmt, parser->error);
	stmt->is_action = true;
	parser->program->has_action = true;
	if (labelled && !parser->in_par)
		return scn_fail_token(&cursor, label, "\"%s\" before \"%s\" is a label, which "
				      "stands in a par block only", label->text,
				      stmt->token[1].text);
	if (!labelled && parser->in_par)
		return scn_fail_token(&cursor, label, "a line of a par block begins with its "
				      "label: A: %s ...", label->text);
	if (!labelled)
		return true;
	stmt->label = label;
	return label->open ||
	       scn_task_name(&cursor, label,
			     scn_strndup(&parser->scenario->arena, label->text,
					 strlen(label->text) - 1));
}

/* Inside a `par` there is nothing but lines, choices between them and loops over them. */
static bool check_par(struct parser *parser, const struct scn_stmt *stmt)
{
	struct scn_cursor cursor;

	if (!parser->in_par || stmt->key == SCN_KEY_IF || stmt->key == SCN_KEY_FOR)
		return true;
	scn_cursor_init(&cursor, parser->scenario, stmt, parser->error);
	return scn_fail_token(&cursor, stmt->token, "\"%s\" can't stand in a par block: it holds "
			      "lines with labels, if and for", stmt->token->text);
}

static bool classify(struct parser *parser, struct scn_stmt *stmt)
{
	const struct scn_token *token = stmt->token;
	struct scn_cursor cursor;
	unsigned int key;

	if (is_actor(token))
		return classify_action(parser, stmt);
	for (key = 0; key < SCN_KEY_COUNT; key++) {
		if (scn_is(token, scn_statements[key].word))
			break;
	}
	stmt->key = key;
	if (key < SCN_KEY_COUNT)
		return check_par(parser, stmt);
	scn_cursor_init(&cursor, parser->scenario, stmt, parser->error);
	if (token->kind == SCN_TOKEN_WORD && strchr("dt", token->text[0]) &&
	    stmt->token_count > 1 && token->text[1] &&
	    strspn(token->text + 1, "0123456789") == strlen(token->text + 1))
		return scn_fail_token(&cursor, token, "\"%s\" begins no statement: did you mean "
				      "the actor \"%s:\"?", token->text, token->text);
	return scn_fail_unknown(&cursor, token, "statement", scn_keyword_name, NULL);
}

static bool parse_block(struct parser *parser, struct scn_stmt **first, unsigned int depth,
			const struct scn_stmt *opener);

/* What stands behind `if` or `for`, up to and with its `end`. */
static bool parse_body(struct parser *parser, struct scn_stmt *stmt, unsigned int depth)
{
	bool outer = parser->in_par;
	struct scn_line *line;

	if (depth >= SCN_NEST_MAX)
		return scn_fail(parser->error, parser->program->source.path, stmt->line, 1,
				"blocks nested deeper than %d", SCN_NEST_MAX);
	parser->in_par = parser->in_par || stmt->key == SCN_KEY_PAR;
	if (!parse_block(parser, &stmt->body, depth + 1, stmt))
		return false;
	line = peek_line(parser);
	if (line && first_is(line, "else")) {
		if (line->token_count > 1)
			return fail_line(parser, line->number, "\"else\" stands alone on its line; "
					 "write a nested \"if\" below it");
		parser->at++;
		if (!parse_block(parser, &stmt->otherwise, depth + 1, NULL))
			return false;
		line = peek_line(parser);
	}
	if (!line || !first_is(line, "end"))
		return fail_line(parser, stmt->line, "this block is never closed by \"end\": is "
				 "the file cut short?");
	if (line->token_count > 1)
		return fail_line(parser, line->number, "\"end\" stands alone on its line");
	parser->at++;
	parser->in_par = outer;
	return true;
}

static bool parse_stmt(struct parser *parser, struct scn_line *line, struct scn_stmt **link,
		       unsigned int depth)
{
	struct scn_stmt *stmt = scn_alloc(&parser->scenario->arena, sizeof(*stmt));
	unsigned int index = parser->at;

	*link = stmt;
	stmt->program = parser->program;
	stmt->token = line->token;
	stmt->token_count = line->token_count;
	stmt->line = line->number;
	stmt->in_par = parser->in_par;
	if (!classify(parser, stmt))
		return false;
	if (!stmt->is_action && stmt->key == SCN_KEY_MACHINE) {
		if (!gather_machine(parser, stmt))
			return false;
	} else {
		parser->at++;
	}
	if (!check_stmt(parser, stmt))
		return false;
	if (stmt->is_action)
		return true;
	if (stmt->key == SCN_KEY_STATE)
		return gather_golden(parser, stmt);
	stmt->whole_file = stmt->key == SCN_KEY_FOR && parser->whole_file[index];
	if (stmt->key == SCN_KEY_IF || stmt->key == SCN_KEY_PAR ||
	    (stmt->key == SCN_KEY_FOR && !stmt->whole_file))
		return parse_body(parser, stmt, depth);
	return true;
}

/* Statements up to the `end` or `else` that belongs to @opener, or to the end of the file. */
static bool parse_block(struct parser *parser, struct scn_stmt **first, unsigned int depth,
			const struct scn_stmt *opener)
{
	struct scn_stmt **link = first;
	struct scn_line *line;

	while ((line = peek_line(parser))) {
		if (line->fence)
			return fail_line(parser, line->number, "golden lines without a \"state\" "
					 "before them");
		if (depth && first_is(line, "end"))
			return true;
		if (first_is(line, "else")) {
			if (opener && !opener->is_action && opener->key == SCN_KEY_IF)
				return true;
			return fail_line(parser, line->number, "\"else\" without an \"if\"");
		}
		if (!parse_stmt(parser, line, link, depth))
			return false;
		link = &(*link)->next;
	}
	return true;
}

bool scn_parse(struct svmsim_scenario *scenario, struct scn_program *program,
	       struct scn_error *error)
{
	struct parser parser = { .scenario = scenario, .program = program, .error = error };

	if (!scn_lex(&program->source, &scenario->arena, error))
		return false;
	parser.whole_file = scn_alloc(&scenario->arena, program->source.line_count + 1);
	return parse_header(&parser) && match_blocks(&parser) &&
	       parse_block(&parser, &program->first, 0, NULL);
}
