// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Conditions, expectations and state lines. */
#include <stdio.h>
#include <string.h>
#include "explore/scn_cursor.h"

#define COND_DEPTH_MAX 16

static bool cond_or(struct scn_cursor *cursor, bool *value, unsigned int depth);

static bool cond_compare(struct scn_cursor *cursor, bool *value)
{
	const struct scn_token *left = scn_peek(cursor), *right;
	bool negated;

	if (!left || (left->kind != SCN_TOKEN_WORD && left->kind != SCN_TOKEN_STRING))
		return scn_word(cursor, "a condition (${NAME} = word)") != NULL;
	cursor->at++;
	negated = scn_accept(cursor, "!=");
	if (!negated && !scn_expect_punct(cursor, "="))
		return false;
	right = scn_peek(cursor);
	if (!right || (right->kind != SCN_TOKEN_WORD && right->kind != SCN_TOKEN_STRING))
		return scn_word(cursor, "a word to compare with") != NULL;
	cursor->at++;
	*value = !strcmp(left->text, right->text) != negated;
	return true;
}

static bool cond_not(struct scn_cursor *cursor, bool *value, unsigned int depth)
{
	if (depth > COND_DEPTH_MAX)
		return scn_fail_token(cursor, scn_peek(cursor), "a condition nested deeper than %d",
				      COND_DEPTH_MAX);
	if (scn_accept(cursor, "not")) {
		if (!cond_not(cursor, value, depth + 1))
			return false;
		*value = !*value;
		return true;
	}
	if (scn_accept(cursor, "("))
		return cond_or(cursor, value, depth + 1) && scn_expect_punct(cursor, ")");
	return cond_compare(cursor, value);
}

static bool cond_and(struct scn_cursor *cursor, bool *value, unsigned int depth)
{
	bool right;

	if (!cond_not(cursor, value, depth))
		return false;
	while (scn_accept(cursor, "and")) {
		if (!cond_not(cursor, &right, depth))
			return false;
		*value = *value && right;
	}
	return true;
}

static bool cond_or(struct scn_cursor *cursor, bool *value, unsigned int depth)
{
	bool right;

	if (!cond_and(cursor, value, depth))
		return false;
	while (scn_accept(cursor, "or")) {
		if (!cond_and(cursor, &right, depth))
			return false;
		*value = *value || right;
	}
	return true;
}

bool scn_parse_cond(struct scn_cursor *cursor, bool *value)
{
	return cond_or(cursor, value, 0);
}

/* A word, a string, or a place: at=w[3] is one value. */
static bool parse_field_value(struct scn_cursor *cursor, const char **value)
{
	const struct scn_token *token = scn_peek(cursor), *index;

	if (!token || token->kind != SCN_TOKEN_STRING)
		token = scn_word(cursor, "a value");
	else
		cursor->at++;
	if (!token)
		return false;
	*value = token->text;
	if (token->kind == SCN_TOKEN_STRING || !scn_accept(cursor, "["))
		return true;
	index = scn_word(cursor, "a page number");
	if (!index || !scn_expect_punct(cursor, "]"))
		return false;
	*value = scn_printf(cursor->arena, "%s[%s]", token->text, index->text);
	return true;
}

static bool parse_field(struct scn_cursor *cursor, const struct scn_token *key,
			struct scn_expect *expect)
{
	unsigned int i;

	for (i = 0; i < expect->field_count; i++) {
		if (!strcmp(expect->key[i], key->text))
			return scn_fail_token(cursor, key, "field %s is given twice", key->text);
	}
	if (expect->field_count == SCN_MATCH_FIELD_MAX)
		return scn_fail_token(cursor, key, "more than %d fields", SCN_MATCH_FIELD_MAX);
	expect->key[i] = key->text;
	expect->field_count++;
	return scn_expect_punct(cursor, "=") && parse_field_value(cursor, &expect->value[i]);
}

static bool parse_times(struct scn_cursor *cursor, const struct scn_token *token, uint64_t *times)
{
	struct scn_token number = *token;

	number.text = token->text + 1;
	number.column++;
	return scn_parse_number(cursor, &number, "a count", 1, 1000, times);
}

static bool parse_expect_report(struct scn_cursor *cursor, struct scn_expect *expect)
{
	const struct scn_token *token = scn_word(cursor, "the identifier of a report");
	unsigned int i;

	if (!token)
		return false;
	expect->identifier = token->text;
	expect->times = 1;
	for (i = 0; !token->open; i++) {
		const char *known = scn_report_name(NULL, i);

		if (!known)
			return scn_fail_unknown(cursor, token, "report", scn_report_name, NULL);
		if (!strcmp(known, token->text))
			break;
	}
	while ((token = scn_peek(cursor))) {
		if (token->kind == SCN_TOKEN_WORD && token->text[0] == 'x' &&
		    strspn(token->text + 1, "0123456789") == strlen(token->text + 1) &&
		    token->text[1]) {
			cursor->at++;
			return parse_times(cursor, token, &expect->times) && scn_end(cursor);
		}
		token = scn_word(cursor, "a field (at=+2p) or a count (x2)");
		if (!token || !parse_field(cursor, token, expect))
			return false;
	}
	return true;
}

/* A counter is `system:event` of the library, or a derived one, maybe of a device. */
static bool parse_counter(struct scn_cursor *cursor, const struct scn_token *token,
			  struct scn_compare *compare)
{
	static const char *const words[] = { "no reports", "report",	   "note", "eventually",
					     "never",	   "log",	   NULL };
	unsigned int i;

	compare->counter = token->text;
	compare->derived = -1;
	for (i = 0; svmsim_counter_name(i); i++) {
		if (!strcmp(svmsim_counter_name(i), token->text))
			return true;
	}
	for (i = 0; scn_derived[i].name; i++) {
		const char *name = scn_derived[i].name;
		const char *colon = strchr(name, ':');
		size_t bytes = colon ? (size_t)(colon - name) + 1 : strlen(name) + 1;

		if (strncmp(name, token->text, bytes))
			continue;
		compare->derived = (int)i;
		compare->device = colon ? token->text + bytes : NULL;
		if (colon && !scn_is_name(compare->device))
			return scn_fail_token(cursor, token, "%s needs a %s: %.*s%s", name,
					      scn_derived_is_mm((int)i) ? "process" : "device",
					      (int)bytes, name,
					      scn_derived_is_mm((int)i) ? "cpu" : "d0");
		return true;
	}
	for (i = 0; words[i]; i++) {
		if (scn_edit_distance(token->text, words[i]) <= 2)
			return scn_fail_token(cursor, token,
					      "unknown expectation \"%s\": did you mean \"%s\"?",
					      token->text, words[i]);
	}
	return scn_fail_unknown(cursor, token, "counter", scn_counter_known, NULL);
}

bool scn_parse_compare(struct scn_cursor *cursor, struct scn_compare *compare)
{
	static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };
	const struct scn_token *token = scn_word(cursor, "no reports, report, note or a counter");
	unsigned int i;

	if (!token || (!token->open && !parse_counter(cursor, token, compare)))
		return false;
	for (i = 0; i < SCN_ARRAY_SIZE(ops); i++) {
		if (scn_accept(cursor, ops[i]))
			break;
	}
	if (i == SCN_ARRAY_SIZE(ops))
		return scn_fail_token(cursor, scn_peek(cursor),
				      "expected a comparison: = != < <= > >=");
	compare->op = ops[i];
	token = scn_word(cursor, "a number");
	return token && scn_parse_number(cursor, token, "a count", 0, UINT64_MAX,
					 &compare->number);
}

static bool parse_expect_log(struct scn_cursor *cursor, struct scn_expect *expect)
{
	const struct scn_token *token = scn_peek(cursor);

	expect->kind = SCN_EXPECT_LOG;
	if (!token || token->kind != SCN_TOKEN_STRING || !token->text[0])
		return scn_fail_token(cursor, token, "\"expect log\" is followed by a text in "
				      "quotes");
	expect->log = token->text;
	cursor->at++;
	return scn_end(cursor);
}

/* Judged where the line stands, as counters are: tasks are for every moment. */
static bool parse_expect_pages(struct scn_cursor *cursor, struct scn_expect *expect)
{
	unsigned int i;

	expect->kind = SCN_EXPECT_PAGES;
	if (!scn_parse_terms(cursor, expect))
		return false;
	for (i = 0; i < expect->term_count; i++) {
		if (expect->term[i].cond != SCN_COND_PAGE)
			return scn_fail_token(cursor, expect->term[i].subject, "only pages are "
					      "judged where the line stands: expect eventually");
	}
	return true;
}

bool scn_parse_expect(struct scn_cursor *cursor, struct scn_expect *expect)
{
	memset(expect, 0, sizeof(*expect));
	if (scn_accept(cursor, "no")) {
		expect->kind = SCN_EXPECT_NO_REPORTS;
		return scn_expect_punct(cursor, "reports") && scn_end(cursor);
	}
	if (scn_accept(cursor, "report")) {
		expect->kind = SCN_EXPECT_REPORT;
		return parse_expect_report(cursor, expect);
	}
	if (scn_accept(cursor, "note")) {
		expect->kind = SCN_EXPECT_NOTE;
		return parse_expect_report(cursor, expect);
	}
	if (scn_accept(cursor, "eventually")) {
		expect->kind = SCN_EXPECT_EVENTUALLY;
		return scn_parse_terms(cursor, expect);
	}
	if (scn_accept(cursor, "never")) {
		expect->kind = SCN_EXPECT_NEVER;
		return scn_parse_terms(cursor, expect);
	}
	if (scn_accept(cursor, "log"))
		return parse_expect_log(cursor, expect);
	if (scn_is_pages(cursor))
		return parse_expect_pages(cursor, expect);
	expect->kind = SCN_EXPECT_COUNTER;
	return scn_parse_compare(cursor, &expect->compare) && scn_end(cursor);
}

/* `A[a..b]` for pages, `of P` or nothing for all of them. */
static bool parse_state_mm(struct scn_cursor *cursor, struct scn_state *state)
{
	if (!strcmp(scn_states[state->what].name, "snapshot") &&
	    !(state->device = scn_name(cursor, "a device that mirrors")))
		return false;
	if (scn_state_needs_pages(state->what)) {
		if (!scn_parse_place_text(cursor, &state->place))
			return false;
		if (!strcmp(scn_states[state->what].name, "collect") &&
		    scn_accept(cursor, "from") &&
		    !(state->device = scn_name(cursor, "a device that mirrors")))
			return false;
	} else if (scn_state_has_pages(state->what) && scn_peek(cursor) &&
	    !scn_is(scn_peek(cursor), "of") && !scn_parse_place_text(cursor, &state->place))
		return false;
	if (!scn_accept(cursor, "of"))
		return true;
	state->process = scn_name(cursor, "a process");
	return state->process != NULL;
}

bool scn_parse_state(struct scn_cursor *cursor, struct scn_state *state)
{
	const struct scn_token *token = scn_word(cursor, "pt, counters, pages or another view");

	memset(state, 0, sizeof(*state));
	if (!token)
		return false;
	if (token->open)
		return true;
	state->what = scn_named_find(scn_states, token->text);
	if (state->what < 0)
		return scn_fail_unknown(cursor, token, "state", scn_named_name, scn_states);
	if (scn_state_is_mm(state->what))
		return parse_state_mm(cursor, state) && scn_end(cursor);
	if (!scn_state_is_whole(state->what)) {
		state->device = scn_name(cursor, "a device");
		if (!state->device)
			return false;
	}
	return scn_end(cursor);
}
