// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names of areas, files, pins and processes. */
#include <string.h>
#include "explore/scn_resolver.h"

bool scn_is_process(const struct scn_plan *plan, const char *name, size_t bytes)
{
	unsigned int i;

	for (i = 0; i < plan->symbol_count; i++) {
		const struct scn_symbol *symbol = &plan->symbol[i];

		if (symbol->kind == SCN_SYMBOL_PROCESS && strlen(symbol->name) == bytes &&
		    !strncmp(symbol->name, name, bytes))
			return true;
	}
	return false;
}

static bool resolve_kind(struct scn_resolver *resolver, const struct scn_token *token,
			 enum scn_symbol_kind kind, int *index)
{
	struct scn_plan *plan = resolver->plan;

	*index = scn_find_symbol(plan, token->text);
	if (*index < 0)
		return scn_fail_unknown(resolver->cursor, token, "symbol", scn_symbol_known, plan);
	return plan->symbol[*index].kind == kind ||
	       scn_fail_kind(resolver, token, &plan->symbol[*index], scn_kind_text(kind));
}

static bool resolve_pages(struct scn_resolver *resolver, const struct scn_token *token,
			  uint64_t bytes, uint64_t *pages)
{
	*pages = bytes / SCN_PAGE_BYTES + !!(bytes % SCN_PAGE_BYTES);
	return (*pages && *pages <= SCN_RAM_MAX_PAGES) ||
	       scn_fail_token(resolver->cursor, token, "1 byte to %llu pages can be mapped",
			      SCN_RAM_MAX_PAGES);
}

/* Where one name has stood for areas of several sizes, pages are those of the largest. */
static void grow_symbol(struct scn_symbol *symbol, uint64_t pages)
{
	if (symbol->pages < pages)
		symbol->pages = pages;
}

/* A file is as large as the first area that maps it asks for. */
static bool resolve_file(struct scn_resolver *resolver, const struct scn_action *action,
			 uint64_t pages)
{
	struct scn_plan *plan = resolver->plan;
	int *index = &resolver->step->ram;

	*index = scn_find_symbol(plan, action->file->text);
	if (*index >= 0)
		return resolve_kind(resolver, action->file, SCN_SYMBOL_FILE, index);
	if (!scn_declare(resolver, action->file, SCN_SYMBOL_FILE, index))
		return false;
	plan->symbol[*index].pages = pages + action->offset_bytes / SCN_PAGE_BYTES;
	return true;
}

static bool resolve_vma(struct scn_resolver *resolver)
{
	const struct scn_action *action = resolver->step->action;
	uint64_t pages;

	if (!resolve_pages(resolver, action->symbol, action->size_bytes, &pages) ||
	    !scn_declare(resolver, action->symbol, SCN_SYMBOL_VMA, &resolver->step->symbol))
		return false;
	grow_symbol(&resolver->plan->symbol[resolver->step->symbol], pages);
	return !action->file || resolve_file(resolver, action, pages);
}

bool scn_check_place(struct scn_cursor *cursor, const struct scn_plan *plan,
		     const struct scn_place_text *place, int *index)
{
	const struct scn_token *token = place->symbol;
	const struct scn_symbol *symbol;

	*index = scn_find_symbol(plan, token->text);
	if (*index < 0)
		return scn_fail_unknown(cursor, token, "symbol", scn_symbol_known, plan);
	symbol = &plan->symbol[*index];
	if (symbol->kind != SCN_SYMBOL_VMA)
		return scn_fail_token(cursor, token, "%s is %s, not an area", token->text,
				      scn_kind_text(symbol->kind));
	if (!place->range.is_set || place->range.last < symbol->pages)
		return true;
	return scn_fail_token(cursor, token, "%s has %llu pages: the last is %s[%llu]", token->text,
			      (unsigned long long)symbol->pages, token->text,
			      (unsigned long long)symbol->pages - 1);
}

static bool resolve_places(struct scn_resolver *resolver)
{
	const struct scn_action *action = resolver->step->action;
	struct scn_step *step = resolver->step;
	unsigned int i;

	step->span = scn_alloc(resolver->arena, (action->place_count + 1) * sizeof(*step->span));
	step->span_count = action->place_count;
	for (i = 0; i < action->place_count; i++) {
		step->span[i].range = action->place[i].range;
		if (!scn_check_place(resolver->cursor, resolver->plan, &action->place[i],
				     &step->span[i].symbol))
			return false;
	}
	if (i && step->symbol < 0)
		step->symbol = step->span[0].symbol;
	return true;
}

/* Where an area goes: a name of its own, or its own name, for which it has to be whole. */
static bool resolve_to(struct scn_resolver *resolver)
{
	const struct scn_action *action = resolver->step->action;
	struct scn_plan *plan = resolver->plan;
	struct scn_symbol *from = &plan->symbol[resolver->step->symbol];
	const struct scn_range *range = &action->range;
	uint64_t pages = range->is_set ? range->last - range->first + 1 : from->pages;
	bool same = !strcmp(action->to->text, from->name);

	if (action->has_bytes &&
	    !resolve_pages(resolver, action->to, action->part_bytes, &pages))
		return false;
	if (same && (range->is_set || action->dontunmap))
		return scn_fail_token(resolver->cursor, action->to, "%s can keep its name when all "
				      "of it moves: give the new place another", from->name);
	if (!scn_declare(resolver, action->to, SCN_SYMBOL_VMA, &resolver->step->to))
		return false;
	grow_symbol(&plan->symbol[resolver->step->to], pages);
	return true;
}

static bool resolve_process(struct scn_resolver *resolver, bool is_new)
{
	const struct scn_token *token = resolver->step->action->symbol;
	struct scn_plan *plan = resolver->plan;
	int index;

	if (!scn_process_name(resolver->cursor, plan, token))
		return false;
	if (is_new && scn_find_symbol(plan, token->text) >= 0 &&
	    scn_is_process(plan, token->text, strlen(token->text)) &&
	    !plan->symbol[scn_find_symbol(plan, token->text)].sub)
		return scn_fail_token(resolver->cursor, token, "%s is a process already: a child "
				      "has a name of its own", token->text);
	if (!scn_declare(resolver, token, SCN_SYMBOL_PROCESS, &index))
		return false;
	resolver->step->symbol = index;
	if (is_new)
		plan->symbol[index].sub = 1;
	else
		scn_thread_of(plan, resolver->arena, resolver->step->action->actor->text)
			->process = index;
	return true;
}

static bool check_node(struct scn_resolver *resolver)
{
	const struct scn_action *action = resolver->step->action;
	const struct svmsim_machine *machine = &resolver->plan->machine;

	return action->node < machine->node_count ||
	       scn_fail_token(resolver->cursor, action->symbol, "there is no node %llu, the "
			      "machine has %u", (unsigned long long)action->node,
			      machine->node_count);
}

bool scn_resolve_mm(struct scn_resolver *resolver, enum scn_operand operand)
{
	const struct scn_action *action = resolver->step->action;
	struct scn_step *step = resolver->step;

	switch (operand) {
	case SCN_OPERAND_NEW_VMA:
		return resolve_vma(resolver);
	case SCN_OPERAND_VMA_RANGE:
	case SCN_OPERAND_VMA_RANGES:
	case SCN_OPERAND_OPTIONAL_RANGES:
		return resolve_places(resolver);
	case SCN_OPERAND_VMA_TO:
		return resolve_to(resolver);
	case SCN_OPERAND_NEW_PROCESS:
	case SCN_OPERAND_PROCESS:
		return resolve_process(resolver, operand == SCN_OPERAND_NEW_PROCESS);
	case SCN_OPERAND_NEW_PIN:
		return scn_declare(resolver, action->ram, SCN_SYMBOL_PIN, &step->ram);
	case SCN_OPERAND_PIN:
		return resolve_kind(resolver, action->ram, SCN_SYMBOL_PIN, &step->ram);
	case SCN_OPERAND_OPTIONAL_NODE:
		return check_node(resolver);
	case SCN_OPERAND_FILE:
		return resolve_kind(resolver, action->symbol, SCN_SYMBOL_FILE, &step->symbol);
	default:
		return true;
	}
}
