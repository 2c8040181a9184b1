// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Tasks in a scenario: options of their verbs, `task`, `par`, `pin`, and conditions on them. */
#include <stdio.h>
#include <string.h>
#include <svmsim/scheduler.h>
#include <svmsim/task.h>
#include "explore/scn_cursor.h"

#define PIN_STEP_MAX 64
#define PREEMPT_MAX 1000

/* One word of a set; true when it was there, whatever came of it. */
static bool parse_word_of(struct scn_cursor *cursor, const struct scn_named *set, int *index)
{
	const struct scn_token *token = scn_peek(cursor);
	int found = token->kind == SCN_TOKEN_WORD ? scn_named_find(set, token->text) : -1;

	if (found < 0)
		return false;
	cursor->at++;
	*index = found;
	return true;
}

bool scn_parse_task_option(struct scn_cursor *cursor, enum scn_operand operand,
			   struct scn_action *action)
{
	int index;

	switch (operand) {
	case SCN_OPERAND_LOCK_KIND:
		return parse_word_of(cursor, scn_lock_kinds, &action->lock_kind) &&
		       (action->has_lock_kind = true);
	case SCN_OPERAND_EVENT_KIND:
		return parse_word_of(cursor, scn_event_kinds, &action->event_kind) &&
		       (action->has_event_kind = true);
	case SCN_OPERAND_SIGNALS:
		return parse_word_of(cursor, scn_signals, &index) &&
		       (action->signals = index + 1);
	case SCN_OPERAND_READ:
		return scn_accept(cursor, "read") && (action->read = true);
	case SCN_OPERAND_WRITE:
		return scn_accept(cursor, "write") && (action->write = true);
	case SCN_OPERAND_TRYLOCK:
		return scn_accept(cursor, "trylock") && (action->trylock = true);
	case SCN_OPERAND_ALL:
		return scn_accept(cursor, "all") && (action->all = true);
	default:
		return scn_parse_mm_option(cursor, operand, action);
	}
}

bool scn_check_task_action(struct scn_cursor *cursor, const struct scn_action *action)
{
	const struct scn_token *token = &cursor->token[cursor->at - 1];

	if (action->read && action->write)
		return scn_fail_token(cursor, token, "read or write: one of them");
	if (action->trylock && action->signals)
		return scn_fail_token(cursor, token, "trylock does not wait: drop %s",
				      scn_signals[action->signals - 1].name);
	return true;
}

/* What modes and waits a kind of lock has; false with an error. */
bool scn_check_lock(struct scn_cursor *cursor, const struct scn_action *action, int kind)
{
	const struct scn_token *symbol = action->symbol;
	const char *name = scn_lock_kinds[kind].name;

	if ((action->read || action->write) && kind != SVMSIM_LOCK_RWSEM)
		return scn_fail_token(cursor, symbol, "%s is a %s, which has no modes: drop %s",
				      symbol->text, name, action->read ? "read" : "write");
	if (action->signals && kind == SVMSIM_LOCK_SPIN)
		return scn_fail_token(cursor, symbol, "%s is a %s, which no signal interrupts: "
				      "drop %s", symbol->text, name,
				      scn_signals[action->signals - 1].name);
	if (action->signals == SVMSIM_INTERRUPTIBLE && kind == SVMSIM_LOCK_RWSEM &&
	    !action->read)
		return scn_fail_token(cursor, symbol, "%s is a rwsem, which is taken killable for "
				      "writing, not interruptible", symbol->text);
	return true;
}

bool scn_task_name(struct scn_cursor *cursor, const struct scn_token *token, const char *name)
{
	static const char *const taken[] = { "ram", "cpu", "main" };
	char word[80];
	unsigned int i;

	if (!scn_is_name(name))
		return scn_fail_token(cursor, token, "\"%s\" is no name for a task: a letter, then "
				      "letters, digits and _", scn_quote(word, sizeof(word), name));
	if (strlen(name) > SCN_TASK_NAME_MAX)
		return scn_fail_token(cursor, token, "\"%.20s...\" is longer than %d characters",
				      name, SCN_TASK_NAME_MAX);
	for (i = 0; i < SCN_ARRAY_SIZE(taken); i++) {
		if (!strcmp(name, taken[i]))
			return scn_fail_token(cursor, token, "a task can't be named %s", name);
	}
	if (scn_cpu_number(name) >= 0)
		return scn_fail_token(cursor, token, "a task can't be named %s, which is a CPU",
				      name);
	return true;
}

bool scn_parse_place(struct scn_cursor *cursor, struct scn_place *place)
{
	const struct scn_token *cpu;

	memset(place, 0, sizeof(*place));
	place->task = scn_name(cursor, "a task");
	if (!place->task || !scn_expect_punct(cursor, "cpu"))
		return false;
	if (!place->task->open && !scn_task_name(cursor, place->task, place->task->text))
		return false;
	cpu = scn_word(cursor, "the number of a CPU");
	return cpu && scn_parse_number(cursor, cpu, "a CPU", 0, 4095, &place->cpu) &&
	       scn_end(cursor);
}

static const char *par_word(const void *ctx, unsigned int index)
{
	static const char *const words[] = { "preempt", "explore" };

	return index < SCN_ARRAY_SIZE(words) ? words[index] : NULL;
}

bool scn_parse_par(struct scn_cursor *cursor, struct scn_par *par)
{
	const struct scn_token *token;

	memset(par, 0, sizeof(*par));
	while (scn_peek(cursor)) {
		token = scn_word(cursor, "preempt<=N or explore");
		if (!token)
			return false;
		if (token->open)
			continue;
		if (!strcmp(token->text, "explore")) {
			par->explore = true;
			continue;
		}
		if (strcmp(token->text, "preempt"))
			return scn_fail_unknown(cursor, token, "word of par", par_word, NULL);
		if (!scn_expect_punct(cursor, "<="))
			return false;
		token = scn_word(cursor, "a number of preemptions");
		if (!token || !scn_parse_number(cursor, token, "preemptions", 0, PREEMPT_MAX,
						&par->preempt))
			return false;
		par->has_preempt = true;
	}
	return true;
}

/* An event, or a switch point of the program: "mutex_lock", or in quotes "mutex_lock(&b)". */
static bool check_event(struct scn_cursor *cursor, const struct scn_token *token)
{
	char message[SVMSIM_MESSAGE_MAX];

	return token->open || svmsim_until_check(token->text, message, sizeof(message)) ||
	       scn_fail_token(cursor, token, "%s", message);
}

static bool parse_pin_step(struct scn_cursor *cursor, struct scn_pin_step *step)
{
	const struct scn_token *token;

	step->label = scn_name(cursor, "a label of a par block");
	if (!step->label)
		return false;
	step->task = step->label->text;
	if (scn_accept(cursor, "to"))
		return scn_expect_punct(cursor, "end");
	if (!scn_accept(cursor, "until"))
		return scn_fail_token(cursor, scn_peek(cursor),
				      "expected \"until EVENT\" or \"to end\"");
	token = scn_peek(cursor);
	if (token && token->kind == SCN_TOKEN_STRING)
		cursor->at++;
	else
		token = scn_word(cursor, "an event (mutex_lock, iommu:unmap)");
	if (!token || !check_event(cursor, token))
		return false;
	step->until = token->text;
	return true;
}

bool scn_parse_pin(struct scn_cursor *cursor, struct scn_pin *pin)
{
	const struct scn_token *name = scn_word(cursor, "a name with a colon (window:)");
	size_t bytes = name ? strlen(name->text) : 0;

	memset(pin, 0, sizeof(*pin));
	if (!name)
		return false;
	if (name->text[bytes - 1] != ':')
		return scn_fail_token(cursor, name, "a colon stands behind the name of a pin: "
				      "%.60s:", name->text);
	pin->name = scn_strndup(cursor->arena, name->text, bytes - 1);
	if (!name->open && !scn_is_name(pin->name))
		return scn_fail_token(cursor, name, "\"%.60s\" is no name for a pin: a letter, "
				      "then letters, digits and _", pin->name);
	do {
		/* The last one may be followed by nothing. */
		if (pin->step_count && !scn_peek(cursor))
			return true;
		if (pin->step_count == PIN_STEP_MAX)
			return scn_fail_token(cursor, scn_peek(cursor), "more than %d steps",
					      PIN_STEP_MAX);
		pin->step = scn_grow(cursor->arena, pin->step, pin->step_count,
				     sizeof(*pin->step));
		memset(&pin->step[pin->step_count], 0, sizeof(*pin->step));
		if (!parse_pin_step(cursor, &pin->step[pin->step_count++]))
			return false;
	} while (scn_accept(cursor, ";"));
	return scn_end(cursor);
}

static bool is_comparison(const struct scn_cursor *cursor)
{
	const struct scn_token *token = cursor->at + 1 < cursor->count ?
					&cursor->token[cursor->at + 1] : NULL;

	return token && token->kind == SCN_TOKEN_PUNCT && strchr("=!<>", token->text[0]);
}

static bool parse_term(struct scn_cursor *cursor, struct scn_term *term)
{
	const struct scn_token *word, *object;
	unsigned int i;

	memset(term, 0, sizeof(*term));
	term->symbol = term->device = term->node = -1;
	term->negated = scn_accept(cursor, "not");
	if (scn_is_pages(cursor))
		return scn_parse_pages(cursor, term);
	if (is_comparison(cursor)) {
		term->cond = SCN_COND_COUNTER;
		term->subject = scn_peek(cursor);
		return scn_parse_compare(cursor, &term->compare);
	}
	term->subject = scn_name(cursor, "a condition (t0 holds a)");
	word = term->subject ? scn_word(cursor, "holds, waits, done or a comparison") : NULL;
	if (!word)
		return false;
	if (word->open)
		return scn_fail_token(cursor, word, "the word of a condition can't be a variable");
	for (i = 0; i < SCN_COND_COUNT; i++) {
		if (scn_conds[i].word && !strcmp(scn_conds[i].word, word->text))
			break;
	}
	if (i == SCN_COND_COUNT)
		return scn_fail_unknown(cursor, word, "condition", scn_cond_word, NULL);
	term->cond = i;
	object = scn_peek(cursor);
	if (scn_conds[i].object == SCN_OBJECT_NONE ||
	    (scn_conds[i].object == SCN_OBJECT_MAYBE_LOCK && (!object || scn_is(object, "and"))))
		return true;
	term->object = scn_name(cursor, "a lock");
	return term->object != NULL;
}

bool scn_parse_terms(struct scn_cursor *cursor, struct scn_expect *expect)
{
	expect->term = scn_alloc(cursor->arena, SCN_TERM_MAX * sizeof(*expect->term));
	do {
		if (expect->term_count == SCN_TERM_MAX)
			return scn_fail_token(cursor, scn_peek(cursor), "more than %d conditions",
					      SCN_TERM_MAX);
		if (!parse_term(cursor, &expect->term[expect->term_count++]))
			return false;
	} while (scn_accept(cursor, "and"));
	return scn_end(cursor);
}
