// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Options of actions that do DMA: parts of mappings, and calls that do not fit. */
#include "explore/scn_cursor.h"

static bool is_option(struct scn_cursor *cursor, const char *name)
{
	return scn_is(scn_peek(cursor), name) && cursor->at + 1 < cursor->count &&
	       scn_is(&cursor->token[cursor->at + 1], "=");
}

const struct scn_token *scn_option_value(struct scn_cursor *cursor, const char *name)
{
	if (!is_option(cursor, name))
		return NULL;
	cursor->at += 2;
	return scn_word(cursor, "a value");
}

static bool parse_size_option(struct scn_cursor *cursor, const char *name, uint64_t *bytes,
			      bool *has)
{
	const struct scn_token *value = scn_option_value(cursor, name);

	if (!value)
		return false;
	*has = true;
	return scn_parse_size(cursor, value, bytes);
}

static bool parse_call(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *value = scn_option_value(cursor, "as");

	if (!value)
		return false;
	action->has_call = true;
	action->call = value->open ? 0 : scn_named_find(scn_calls, value->text);
	return action->call >= 0 ||
	       scn_fail_unknown(cursor, value, "call", scn_named_name, scn_calls);
}

static bool parse_entries(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *value = scn_option_value(cursor, "entries");

	return value && scn_parse_number(cursor, value, "entries", 1, SCN_RAM_MAX_PAGES,
					 &action->entry_count);
}

static bool parse_entry(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *value = scn_option_value(cursor, "entry");

	if (!value || !scn_parse_size(cursor, value, &action->entry_bytes))
		return false;
	if (!value->open && (!action->entry_bytes || action->entry_bytes % SCN_PAGE_BYTES))
		return scn_fail_token(cursor, value, "entry=%s: entries are whole pages, as in 2p",
				      value->text);
	return true;
}

static bool parse_boundary(struct scn_cursor *cursor, struct scn_action *action)
{
	const struct scn_token *value = scn_option_value(cursor, "boundary");

	if (!value || !scn_parse_size(cursor, value, &action->boundary_bytes))
		return false;
	if (!value->open && (action->boundary_bytes < SCN_PAGE_BYTES ||
			     (action->boundary_bytes & (action->boundary_bytes - 1))))
		return scn_fail_token(cursor, value, "boundary=%s: a boundary is a power of two, "
				      "4K or more", value->text);
	return true;
}

bool scn_parse_dma_option(struct scn_cursor *cursor, enum scn_operand operand,
			  struct scn_action *action)
{
	switch (operand) {
	case SCN_OPERAND_OFFSET:
		return parse_size_option(cursor, "offset", &action->offset_bytes,
					 &action->has_offset);
	case SCN_OPERAND_BYTES:
		return parse_size_option(cursor, "bytes", &action->part_bytes,
					 &action->has_bytes);
	case SCN_OPERAND_AS:
		return parse_call(cursor, action);
	case SCN_OPERAND_ENTRY:
		return parse_entry(cursor, action);
	case SCN_OPERAND_ENTRIES:
		return parse_entries(cursor, action);
	case SCN_OPERAND_BOUNDARY:
		return parse_boundary(cursor, action);
	case SCN_OPERAND_SINGLE:
		return scn_accept(cursor, "single") && (action->single = true);
	case SCN_OPERAND_UNCHECKED:
		return scn_accept(cursor, "unchecked") && (action->unchecked = true);
	default:
		return scn_parse_task_option(cursor, operand, action);
	}
}
