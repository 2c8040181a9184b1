// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Operands and options of verbs of processes: areas, protections, advice. */
#include <ctype.h>
#include <string.h>
#include <svmsim/machine.h>
#include "explore/scn_cursor.h"

#define PLACE_MAX 16
#define CPU_DIGITS_MAX 4

int scn_cpu_number(const char *name)
{
	const char *at = name + 3;
	int number = 0;

	if (strncmp(name, "cpu", 3) || !isdigit((unsigned char)*at))
		return -1;
	for (; isdigit((unsigned char)*at) && at - name < 3 + CPU_DIGITS_MAX; at++)
		number = 10 * number + (*at - '0');
	return *at && strcmp(at, ":") ? -1 : number;
}

bool scn_parse_place_text(struct scn_cursor *cursor, struct scn_place_text *place)
{
	place->symbol = scn_name(cursor, "an area");
	return place->symbol && scn_parse_range(cursor, &place->range);
}

static bool add_place(struct scn_cursor *cursor, struct scn_action *action)
{
	struct scn_place_text *place;

	if (action->place_count == PLACE_MAX)
		return scn_fail_token(cursor, scn_peek(cursor), "more than %d ranges in one line",
				      PLACE_MAX);
	action->place = scn_grow(cursor->arena, action->place, action->place_count,
				 sizeof(*place));
	place = &action->place[action->place_count++];
	memset(place, 0, sizeof(*place));
	if (!scn_parse_place_text(cursor, place))
		return false;
	if (action->place_count == 1) {
		action->symbol = place->symbol;
		action->range = place->range;
	}
	return true;
}

/* A further range is told from an option by its bracket. */
static bool is_range(const struct scn_cursor *cursor)
{
	return cursor->at + 1 < cursor->count && scn_is(&cursor->token[cursor->at + 1], "[");
}

static bool parse_places(struct scn_cursor *cursor, struct scn_action *action)
{
	do {
		if (!add_place(cursor, action))
			return false;
	} while (is_range(cursor));
	return true;
}

static bool parse_vma_kind(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *token = scn_peek(cursor);

	action->vma_kind = scn_known_word(cursor, "kind of area", scn_named_name, scn_vma_kinds);
	if (action->vma_kind < 0)
		return false;
	if (token->open || (action->vma_kind != SCN_VMA_FILE &&
			    action->vma_kind != SCN_VMA_FILE_PRIVATE))
		return true;
	action->file = scn_name(cursor, "a file");
	return action->file != NULL;
}

static bool parse_node(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *token = scn_peek(cursor);

	if (!token || token->kind != SCN_TOKEN_WORD || !isdigit((unsigned char)token->text[0]))
		return true;
	cursor->at++;
	action->has_node = true;
	return scn_parse_number(cursor, token, "a node", 0, SVMSIM_NODE_MAX - 1, &action->node);
}

bool scn_parse_mm_operand(struct scn_cursor *cursor, enum scn_operand operand,
			  struct scn_action *action)
{
	const struct scn_token *token = scn_peek(cursor);

	switch (operand) {
	case SCN_OPERAND_OPTIONAL_RANGES:
		if (!token || token->kind == SCN_TOKEN_ARROW)
			return true;
		/* fall through */
	case SCN_OPERAND_VMA_RANGES:
		return parse_places(cursor, action);
	case SCN_OPERAND_VMA_RANGE:
		return add_place(cursor, action);
	case SCN_OPERAND_VMA_KIND:
		return parse_vma_kind(cursor, action);
	case SCN_OPERAND_VMA_TO:
		action->to = scn_name(cursor, "a name for the new place");
		return action->to != NULL;
	case SCN_OPERAND_PROT:
		action->prot = scn_known_word(cursor, "protection", scn_named_name, scn_prots);
		return action->prot >= 0;
	case SCN_OPERAND_ADVICE:
		action->advice = scn_known_word(cursor, "advice", scn_named_name, scn_advices);
		return action->advice >= 0;
	case SCN_OPERAND_NEW_PROCESS:
	case SCN_OPERAND_PROCESS:
		action->symbol = scn_name(cursor, "a process");
		return action->symbol != NULL;
	case SCN_OPERAND_NEW_PIN:
	case SCN_OPERAND_PIN:
		action->ram = scn_name(cursor, "a pin");
		return action->ram != NULL;
	case SCN_OPERAND_OPTIONAL_NODE:
		return parse_node(cursor, action);
	case SCN_OPERAND_FILE:
		action->symbol = scn_name(cursor, "a file");
		return action->symbol != NULL;
	default:
		action->symbol = scn_name(cursor, "an area");
		return action->symbol != NULL;
	}
}

static bool parse_prot(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *token = scn_peek(cursor);
	int index = token->kind == SCN_TOKEN_WORD ? scn_named_find(scn_prots, token->text) : -1;

	if (index < 0)
		return false;
	cursor->at++;
	action->prot = index;
	return true;
}

static bool parse_order(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *value = scn_option_value(cursor, "order");

	return value && scn_parse_number(cursor, value, "order", 0,
					 action->verb->op == SCN_OP_FAIL_ALLOC ? 9 : 8,
					 &action->order);
}

bool scn_parse_mm_option(struct scn_cursor *cursor, enum scn_operand operand,
			 struct scn_action *action)
{
	switch (operand) {
	case SCN_OPERAND_THP:
		return scn_accept(cursor, "thp") && (action->thp = true);
	case SCN_OPERAND_VMA_PROT:
		return parse_prot(cursor, action);
	case SCN_OPERAND_PFNMAP:
		return scn_accept(cursor, "pfnmap") && (action->pfnmap = true);
	case SCN_OPERAND_MIXEDMAP:
		return scn_accept(cursor, "mixedmap") && (action->mixedmap = true);
	case SCN_OPERAND_DONTUNMAP:
		return scn_accept(cursor, "dontunmap") && (action->dontunmap = true);
	case SCN_OPERAND_LONGTERM:
		return scn_accept(cursor, "longterm") && (action->longterm = true);
	case SCN_OPERAND_ORDER:
		return parse_order(cursor, action);
	case SCN_OPERAND_OF:
		return scn_accept(cursor, "of") &&
		       (action->process = scn_name(cursor, "a process")) != NULL;
	case SCN_OPERAND_KHUGEPAGED:
		return scn_accept(cursor, "khugepaged") && (action->khugepaged = true);
	default:
		return false;
	}
}

static bool check_vma(struct scn_cursor *cursor, const struct scn_action *action)
{
	const struct scn_token *token = action->symbol;

	if (token->open || cursor->token[cursor->at - 1].open)
		return true;
	if (!action->file && (action->has_offset || action->has_bytes))
		return scn_fail_token(cursor, token, "offset= is where in a file: this area has "
				      "none");
	if (action->offset_bytes % SCN_PAGE_BYTES)
		return scn_fail_token(cursor, token, "offset= counts whole pages of the file");
	if (action->pfnmap && action->mixedmap)
		return scn_fail_token(cursor, token, "pfnmap or mixedmap: one of them");
	if (action->thp && action->file)
		return scn_fail_token(cursor, token, "thp is for anonymous memory");
	return true;
}

bool scn_check_mm_action(struct scn_cursor *cursor, const struct scn_action *action)
{
	const struct scn_token *token = &cursor->token[cursor->at - 1];
	enum scn_op op = action->verb->op;

	if (action->place_count > 1 && (action->has_offset || action->has_bytes))
		return scn_fail_token(cursor, token, "offset= and bytes= are for one range, not "
				      "for %u", action->place_count);
	if (op == SCN_OP_CPU_CHECK && !action->has_pattern && !action->has_value)
		return scn_fail_token(cursor, scn_peek(cursor), "check needs a pattern or a value: "
				      "pattern=7");
	if (op == SCN_OP_MM && cursor->in_par)
		return scn_fail_token(cursor, token, "mm can't stand in a par block: say before it "
				      "whose threads an actor runs");
	if (op == SCN_OP_MM && scn_cpu_number(action->actor->text) < 0 &&
	    strcmp(action->actor->text, "cpu:"))
		return scn_fail_token(cursor, action->actor, "%.*s is a process: only cpu and cpuN "
				      "run threads of another",
				      (int)strlen(action->actor->text) - 1, action->actor->text);
	if (op == SCN_OP_MREMAP && action->dontunmap && action->has_bytes)
		return scn_fail_token(cursor, token, "dontunmap keeps the size: drop bytes=");
	return op != SCN_OP_VMA || check_vma(cursor, action);
}

bool scn_is_pages(const struct scn_cursor *cursor)
{
	unsigned int at = cursor->at + scn_is(scn_peek(cursor), "not") + 1;
	const struct scn_token *token = at < cursor->count ? &cursor->token[at] : NULL;

	return token && token->kind != SCN_TOKEN_STRING &&
	       (scn_is(token, "[") || scn_is(token, "of") ||
		scn_named_find(scn_page_words, token->text) >= 0);
}

/* Behind `on`: `node N`, `device`, or the name of one. */
static bool parse_on(struct scn_cursor *cursor, struct scn_term *term)
{
	const struct scn_token *token;
	uint64_t node;

	if (scn_accept(cursor, "device"))
		return true;
	if (!scn_accept(cursor, "node")) {
		term->object = scn_name(cursor, "node N, device or the name of a device");
		return term->object != NULL;
	}
	token = scn_word(cursor, "the number of a node");
	if (!token || !scn_parse_number(cursor, token, "a node", 0, SVMSIM_NODE_MAX - 1, &node))
		return false;
	term->node = (int)node;
	return true;
}

bool scn_parse_pages(struct scn_cursor *cursor, struct scn_term *term)
{
	term->cond = SCN_COND_PAGE;
	if (!scn_parse_place_text(cursor, &term->place))
		return false;
	term->subject = term->place.symbol;
	if (scn_accept(cursor, "of")) {
		term->process = scn_name(cursor, "a process");
		if (!term->process)
			return false;
	}
	term->page_word = scn_known_word(cursor, "word for pages", scn_named_name, scn_page_words);
	if (term->page_word < 0)
		return false;
	return term->page_word != SCN_PAGE_ON || parse_on(cursor, term);
}
