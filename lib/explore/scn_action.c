// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Action lines: `actor: verb operands -> result`. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <svmsim/dma.h>
#include "explore/scn_cursor.h"

#define RESULT_LINE_MAX 256

static bool parse_number_option(struct scn_cursor *cursor, const char *name,
				uint64_t *number, bool *has)
{
	const struct scn_token *value = scn_option_value(cursor, name);

	if (!value)
		return false;
	*has = true;
	return scn_parse_number(cursor, value, name, 0, UINT64_MAX, number);
}

static bool parse_align(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *value = scn_option_value(cursor, "align");

	if (!value || !scn_parse_size(cursor, value, &action->align_bytes))
		return false;
	if (!value->open && (action->align_bytes < SCN_PAGE_BYTES ||
			     (action->align_bytes & (action->align_bytes - 1))))
		return scn_fail_token(cursor, value, "align=%s: an alignment is a power of two, "
				      "4K or more", value->text);
	return true;
}

/* Tries one option; true when it was there, whatever came of it. */
static bool parse_option(struct scn_cursor *cursor, enum scn_operand operand,
			 struct scn_action *action)
{
	const struct scn_token *token = scn_peek(cursor);
	int index;

	switch (operand) {
	case SCN_OPERAND_DIRECTION:
		index = scn_named_find(scn_directions, token->text);
		if (index < 0)
			return false;
		action->has_direction = true;
		action->direction = index;
		cursor->at++;
		return true;
	case SCN_OPERAND_EACH:
		return scn_accept(cursor, "each") && (action->each = true);
	case SCN_OPERAND_CONTIG:
		return scn_accept(cursor, "contig") && (action->contig = true);
	case SCN_OPERAND_ALIGN:
		return parse_align(cursor, action);
	case SCN_OPERAND_PATTERN_OR_VALUE:
		if (parse_number_option(cursor, "value", &action->number, &action->has_value))
			return true;
		/* fall through */
	case SCN_OPERAND_PATTERN:
		return parse_number_option(cursor, "pattern", &action->number,
					   &action->has_pattern);
	default:
		return scn_parse_dma_option(cursor, operand, action);
	}
}

struct option_words {
	const enum scn_operand *operand;
};

/* Words that an option may begin with here, for suggestions. */
static const char *option_word(const void *ctx, unsigned int index)
{
	const struct option_words *words = ctx;
	const enum scn_operand *operand;

	for (operand = words->operand; *operand; operand++) {
		unsigned int i;

		for (i = 0; scn_option_word(*operand, i); i++) {
			if (index-- == 0)
				return scn_option_word(*operand, i);
		}
	}
	return NULL;
}

static bool parse_options(struct scn_cursor *cursor, const enum scn_operand *operand,
			  struct scn_action *action)
{
	struct option_words words = { operand };
	const struct scn_token *token;

	while ((token = scn_peek(cursor)) && token->kind != SCN_TOKEN_ARROW) {
		const enum scn_operand *option = operand;

		if (token->kind == SCN_TOKEN_WORD && token->open) {
			cursor->at++;
			continue;
		}
		while (*option && !parse_option(cursor, *option, action)) {
			if (cursor->error->set)
				return false;
			option++;
		}
		if (cursor->error->set)
			return false;
		if (*option)
			continue;
		if (!*operand)
			return scn_end(cursor);
		return scn_fail_unknown(cursor, token, "option", option_word, &words);
	}
	return true;
}

/* What a symbol of an operand is, and where it goes. */
static const char *symbol_what(enum scn_operand operand)
{
	switch (operand) {
	case SCN_OPERAND_NEW_MAPPING:
	case SCN_OPERAND_MAPPING:
		return "a mapping";
	case SCN_OPERAND_NEW_LIST:
	case SCN_OPERAND_LIST:
		return "a scatterlist";
	case SCN_OPERAND_NEW_HMM:
	case SCN_OPERAND_HMM:
	case SCN_OPERAND_HMM_RANGE:
		return "a map of HMM";
	case SCN_OPERAND_MAPPED:
	case SCN_OPERAND_MAPPED_RANGE:
		return "a mapping or a scatterlist";
	case SCN_OPERAND_RAM_RANGE:
	case SCN_OPERAND_NEW_RAM:
	case SCN_OPERAND_RAM_SYMBOL:
	case SCN_OPERAND_NEW_RAM_SIDE:
	case SCN_OPERAND_RAM_SIDE:
		return "memory";
	case SCN_OPERAND_TARGET_RANGE:
		return "a window, a mapping or memory";
	case SCN_OPERAND_LOCK:
		return "a lock";
	case SCN_OPERAND_EVENT:
		return "an event";
	default:
		return "a window";
	}
}

static bool parse_symbol(struct scn_cursor *cursor, enum scn_operand operand,
			 struct scn_action *action)
{
	bool is_ram = operand == SCN_OPERAND_RAM_RANGE || operand == SCN_OPERAND_NEW_RAM_SIDE ||
		      operand == SCN_OPERAND_RAM_SIDE;
	bool has_range = operand == SCN_OPERAND_RAM_RANGE || operand == SCN_OPERAND_WINDOW_RANGE ||
			 operand == SCN_OPERAND_TARGET_RANGE || operand == SCN_OPERAND_RAM_SYMBOL ||
			 operand == SCN_OPERAND_MAPPED_RANGE || operand == SCN_OPERAND_HMM_RANGE;
	const struct scn_token *token = scn_name(cursor, symbol_what(operand));

	if (!token)
		return false;
	if (is_ram)
		action->ram = token;
	else
		action->symbol = token;
	if (scn_is(scn_peek(cursor), "[") && !has_range)
		return scn_fail_token(cursor, scn_peek(cursor), "%s takes a whole symbol here: %s "
				      "without a range", action->verb->name, token->text);
	return !has_range ||
	       scn_parse_range(cursor, is_ram ? &action->ram_range : &action->range);
}

static bool parse_area_kind(struct scn_cursor *cursor, struct scn_action *action)
{
	action->area = scn_known_word(cursor, "kind of area", scn_area_known, NULL);
	return action->area >= 0;
}

static bool parse_operand(struct scn_cursor *cursor, enum scn_operand operand,
			  struct scn_action *action)
{
	const struct scn_token *token;

	switch (operand) {
	case SCN_OPERAND_RAM_KEYWORD:
		return scn_expect_punct(cursor, "ram");
	case SCN_OPERAND_OPTIONAL_SIZE:
		token = scn_peek(cursor);
		if (!token || token->kind != SCN_TOKEN_WORD ||
		    !(isdigit((unsigned char)token->text[0]) || token->open))
			return true;
		/* fall through */
	case SCN_OPERAND_SIZE:
		token = scn_word(cursor, "a size (8p, 64K, 2M)");
		action->has_size = true;
		return token && scn_parse_size(cursor, token, &action->size_bytes);
	case SCN_OPERAND_DEVICE:
		action->other = scn_name(cursor, "a device");
		return action->other != NULL;
	case SCN_OPERAND_AREA_KIND:
		return parse_area_kind(cursor, action);
	case SCN_OPERAND_PROGRAM:
		action->symbol = scn_peek(cursor);
		return scn_known_word(cursor, "program", scn_program_known, NULL) >= 0;
	default:
		return operand >= SCN_OPERAND_NEW_VMA ?
			       scn_parse_mm_operand(cursor, operand, action) :
			       parse_symbol(cursor, operand, action);
	}
}

static bool parse_result(struct scn_cursor *cursor, struct scn_result *result)
{
	const struct scn_token *token = scn_word(cursor, "a result (ok, an errno, fault)");

	if (!token)
		return false;
	memset(result, 0, sizeof(*result));
	if (token->open || !strcmp(token->text, "ok"))
		return true;
	if (!strcmp(token->text, "fault")) {
		result->kind = SCN_RESULT_FAULT;
	} else if (!strcmp(token->text, "unused")) {
		result->kind = SCN_RESULT_UNUSED;
	} else if (!strcmp(token->text, "blocks")) {
		result->kind = SCN_RESULT_BLOCKS;
	} else if (isdigit((unsigned char)token->text[0])) {
		result->kind = SCN_RESULT_VALUE;
		return scn_parse_number(cursor, token, "a value", 0, UINT64_MAX, &result->value);
	} else {
		result->kind = SCN_RESULT_ERRNO;
		result->err = scn_errno_find(token->text);
		if (!result->err)
			return scn_fail_unknown(cursor, token, "result", scn_result_name, NULL);
	}
	return true;
}

static bool gives_value(enum scn_op op)
{
	switch (op) {
	case SCN_OP_READ:
	case SCN_OP_DISTANCE:
	case SCN_OP_CPU_READ:
	case SCN_OP_RECLAIM:
	case SCN_OP_COMPACT:
	case SCN_OP_NUMA_MIGRATE:
	case SCN_OP_SPLIT:
	case SCN_OP_COLLAPSE:
	case SCN_OP_MIGRATE:
	case SCN_OP_MIGRATE_BACK:
		return true;
	default:
		return false;
	}
}

/* Is this a kind of result that the verb can have where it stands? */
static bool check_result(struct scn_cursor *cursor, const struct scn_action *action,
			 enum scn_result_kind kind)
{
	const struct scn_token *token = &cursor->token[cursor->at - 1];
	const struct scn_verb *verb = action->verb;

	if (kind == SCN_RESULT_VALUE && !gives_value(verb->op))
		return scn_fail_token(cursor, token, "%s gives no value: only read, distance and "
				      "what moves pages do", verb->name);
	if (kind != SCN_RESULT_BLOCKS)
		return true;
	if (verb->op != SCN_OP_CALL && verb->op != SCN_OP_LOCK && verb->op != SCN_OP_WAIT &&
	    verb->op != SCN_OP_RESULT)
		return scn_fail_token(cursor, token, "%s can't be left blocked: only call, lock "
				      "and wait of a task can", verb->name);
	if (cursor->in_par)
		return scn_fail_token(cursor, token, "a par block waits for all its lines: what "
				      "blocks for ever there is the report deadlock");
	return true;
}

static bool parse_results(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *arrow = scn_peek(cursor);

	if (!arrow)
		return true;
	cursor->at++;
	do {
		struct scn_result *result = &action->result[action->result_count];

		if (action->result_count == SCN_RESULT_MAX)
			return scn_fail_token(cursor, arrow, "more than %d alternatives",
					      SCN_RESULT_MAX);
		if (!parse_result(cursor, result))
			return false;
		if (!check_result(cursor, action, result->kind))
			return false;
		action->result_count++;
	} while (scn_accept(cursor, "or"));
	return scn_end(cursor);
}

static bool needs_pattern(const struct scn_verb *verb)
{
	const enum scn_operand *operand;

	for (operand = verb->operand; *operand; operand++) {
		if (*operand == SCN_OPERAND_PATTERN)
			return true;
	}
	return false;
}

static bool is_device(const struct svmsim_machine *machine, const char *actor, bool mirrors)
{
	size_t bytes = strlen(actor) - 1;
	unsigned int i;

	for (i = 0; i < machine->device_count; i++) {
		if (strlen(machine->device[i].name) == bytes &&
		    !strncmp(machine->device[i].name, actor, bytes) &&
		    (!mirrors || machine->device[i].mirror != SVMSIM_MIRROR_NONE))
			return true;
	}
	return false;
}

/* Bits of what an actor can be. While no machine is known that is much. */
static unsigned int actors_of(const struct scn_cursor *cursor, const char *name)
{
	if (!strcmp(name, "ram:"))
		return 1 << SCN_ACTOR_RAM;
	if (!strcmp(name, "cpu:") || scn_cpu_number(name) >= 0)
		return 1 << SCN_ACTOR_CPU;
	if (!cursor->machine)
		return 1 << SCN_ACTOR_DEVICE | 1 << SCN_ACTOR_TASK | 1 << SCN_ACTOR_CPU |
		       1 << SCN_ACTOR_MIRROR;
	if (is_device(cursor->machine, name, true))
		return 1 << SCN_ACTOR_MIRROR | 1 << SCN_ACTOR_DEVICE;
	if (is_device(cursor->machine, name, false))
		return 1 << SCN_ACTOR_DEVICE;
	if (cursor->plan && scn_is_process(cursor->plan, name, strlen(name) - 1))
		return 1 << SCN_ACTOR_CPU;
	return 1 << SCN_ACTOR_DEVICE | 1 << SCN_ACTOR_TASK;
}

bool scn_fail_no_process(struct scn_cursor *cursor, const struct scn_token *actor,
			 const struct scn_token *verb)
{
	int bytes = (int)strlen(actor->text) - 1;

	return scn_fail_token(cursor, verb, "%s is for a process, and %.*s is none: \"mm %.*s\" "
			      "or \"cpu: fork %.*s\" comes before", verb->text, bytes,
			      actor->text, bytes, actor->text, bytes, actor->text);
}

/* Another kind of actor has that verb: true with an error that says so. */
static bool fail_other_actor(struct scn_cursor *cursor, const struct scn_token *token,
			     const struct scn_action *action, unsigned int actors)
{
	const char *name = action->actor->text;
	int bytes = (int)strlen(name) - 1;

	if (actors == 1 << SCN_ACTOR_DEVICE && scn_verb_find(SCN_ACTOR_TASK, token->text)) {
		scn_fail_token(cursor, token, "%s is for a task: %.*s is a device", token->text,
			       bytes, name);
		return true;
	}
	if (actors == (1 << SCN_ACTOR_DEVICE | 1 << SCN_ACTOR_TASK) &&
	    scn_verb_find(SCN_ACTOR_CPU, token->text)) {
		scn_fail_no_process(cursor, action->actor, token);
		return true;
	}
	return false;
}

/* The verb of this actor. */
static bool find_verb(struct scn_cursor *cursor, const struct scn_token *token,
		      struct scn_action *action)
{
	static const char *const whats[] = {
		[1 << SCN_ACTOR_DEVICE] = "verb of a device",
		[1 << SCN_ACTOR_RAM] = "verb of ram",
		[1 << SCN_ACTOR_TASK] = "verb of a task",
		[1 << SCN_ACTOR_CPU] = "verb of a process",
		[1 << SCN_ACTOR_DEVICE | 1 << SCN_ACTOR_TASK] = "verb of a device or a task",
		[1 << SCN_ACTOR_DEVICE | 1 << SCN_ACTOR_TASK | 1 << SCN_ACTOR_CPU |
		 1 << SCN_ACTOR_MIRROR] = "verb of a device, a task or a process",
		[1 << SCN_ACTOR_MIRROR | 1 << SCN_ACTOR_DEVICE] =
			"verb of a device that mirrors",
	};
	const char *name = action->actor->text;
	unsigned int actors = actors_of(cursor, name), i;

	/* What a device that mirrors does to processes comes before what each device does. */
	if (cursor->machine && actors >> SCN_ACTOR_MIRROR & 1)
		action->verb = scn_verb_find(SCN_ACTOR_MIRROR, token->text);
	for (i = 0; i < SCN_ACTOR_COUNT && !action->verb; i++) {
		if (actors >> i & 1)
			action->verb = scn_verb_find(i, token->text);
	}
	if (action->verb)
		return true;
	if (fail_other_actor(cursor, token, action, actors))
		return false;
	return scn_fail_unknown(cursor, token, whats[actors], scn_verb_name, &actors);
}

static bool parse_operands(struct scn_cursor *cursor, struct scn_action *action)
{
	const enum scn_operand *operand;

	for (operand = action->verb->operand; *operand && *operand < SCN_OPERAND_DIRECTION;
	     operand++) {
		if (!parse_operand(cursor, *operand, action))
			return false;
	}
	if (!parse_options(cursor, operand, action))
		return false;
	if (needs_pattern(action->verb) && !action->has_pattern)
		return scn_fail_token(cursor, scn_peek(cursor), "%s needs a pattern: pattern=7",
				      action->verb->name);
	return scn_check_task_action(cursor, action) && scn_check_mm_action(cursor, action) &&
	       parse_results(cursor, action);
}

/*
 * While no machine is known, an actor may be a device, or a process, or a device that mirrors one,
 * which share some verbs with other operands: what does not fit the one may fit the other. Those of
 * the last have all that a process's have. The first one's complaint counts.
 */
static bool parse_as_other(struct scn_cursor *cursor, struct scn_action *action, unsigned int at,
			   enum scn_actor other)
{
	const struct scn_verb *verb = cursor->machine || action->verb->actor == other ? NULL :
				      scn_verb_find(other, action->verb->name);
	const struct scn_token *actor = action->actor;
	struct scn_error first = *cursor->error;

	if (!verb)
		return false;
	memset(action, 0, sizeof(*action));
	action->actor = actor;
	action->verb = verb;
	cursor->error->set = false;
	cursor->at = at;
	if (parse_operands(cursor, action))
		return true;
	*cursor->error = first;
	return false;
}

bool scn_parse_action(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *token;
	unsigned int at;

	memset(action, 0, sizeof(*action));
	action->actor = scn_word(cursor, "an actor (d0:)");
	token = action->actor ? scn_word(cursor, "a verb") : NULL;
	if (!token)
		return false;
	if (token->open)
		return true;
	if (!find_verb(cursor, token, action))
		return false;
	at = cursor->at;
	if (parse_operands(cursor, action))
		return true;
	/* An actor that says what it is: there is no other. */
	if (action->verb->actor != SCN_ACTOR_DEVICE)
		return false;
	return parse_as_other(cursor, action, at, SCN_ACTOR_MIRROR);
}

const char *scn_result_text(struct scn_arena *arena, const struct scn_action *action)
{
	char line[RESULT_LINE_MAX] = "";
	unsigned int i;

	if (!action->result_count)
		return "ok";
	for (i = 0; i < action->result_count; i++) {
		const struct scn_result *result = &action->result[i];
		size_t used = strlen(line);
		const char *or = i ? " or " : "";

		if (result->kind == SCN_RESULT_VALUE)
			snprintf(line + used, sizeof(line) - used, "%s0x%llx", or,
				 (unsigned long long)result->value);
		else
			snprintf(line + used, sizeof(line) - used, "%s%s", or,
				 result->kind == SCN_RESULT_OK	  ? "ok" :
				 result->kind == SCN_RESULT_FAULT ? "fault" :
				 result->kind == SCN_RESULT_UNUSED ? "unused" :
				 result->kind == SCN_RESULT_BLOCKS ? "blocks" :
				 scn_errno_text(result->err));
	}
	return scn_strdup(arena, line);
}
