// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Names of an action into symbols: declared before use, of the right kind, in bounds. */
#include <stdio.h>
#include <string.h>
#include <svmsim/task.h>
#include "explore/scn_resolver.h"

static const char *const kind_text[] = { "a window", "a mapping", "memory",
					"a scatterlist", "a map of HMM", "a lock", "an event",
					"an area", "a file", "a pin", "a process" };

const char *scn_kind_text(enum scn_symbol_kind kind)
{
	return kind_text[kind];
}

int scn_find_symbol(const struct scn_plan *plan, const char *name)
{
	unsigned int i;

	for (i = 0; i < plan->symbol_count; i++) {
		if (!strcmp(plan->symbol[i].name, name))
			return (int)i;
	}
	return -1;
}

const char *scn_symbol_known(const void *ctx, unsigned int index)
{
	const struct scn_plan *plan = ctx;

	return index < plan->symbol_count ? plan->symbol[index].name : NULL;
}

bool scn_fail_kind(struct scn_resolver *resolver, const struct scn_token *token,
		      const struct scn_symbol *symbol, const char *wanted)
{
	return scn_fail_token(resolver->cursor, token, "%s is %s, not %s", symbol->name,
			      kind_text[symbol->kind], wanted);
}

static int add_symbol(struct scn_resolver *resolver, const struct scn_token *token,
		      enum scn_symbol_kind kind)
{
	struct scn_plan *plan = resolver->plan;
	struct scn_symbol *symbol;

	if (plan->symbol_count == SCN_SYMBOL_MAX) {
		scn_fail_token(resolver->cursor, token, "more than %d symbols", SCN_SYMBOL_MAX);
		return -1;
	}
	plan->symbol = scn_grow(resolver->arena, plan->symbol, plan->symbol_count,
				sizeof(*symbol));
	symbol = &plan->symbol[plan->symbol_count];
	memset(symbol, 0, sizeof(*symbol));
	symbol->name = token->text;
	symbol->kind = kind;
	symbol->device = resolver->step->device;
	return (int)plan->symbol_count++;
}

bool scn_declare(struct scn_resolver *resolver, const struct scn_token *token,
		    enum scn_symbol_kind kind, int *index)
{
	struct scn_plan *plan = resolver->plan;

	*index = scn_find_symbol(plan, token->text);
	if (*index < 0) {
		*index = add_symbol(resolver, token, kind);
		return *index >= 0;
	}
	if (plan->symbol[*index].kind != kind)
		return scn_fail_kind(resolver, token, &plan->symbol[*index], kind_text[kind]);
	if (kind == SCN_SYMBOL_RAM)
		return scn_fail_token(resolver->cursor, token, "%s is there already: alloc comes "
				      "before the first use, under a name of its own",
				      token->text);
	plan->symbol[*index].device = resolver->step->device;
	return true;
}

/* Memory named by a range: declared here if need be; its size grows with what the file names. */
static bool resolve_ram(struct scn_resolver *resolver, const struct scn_token *token,
			const struct scn_range *range, int *index)
{
	struct scn_plan *plan = resolver->plan;
	struct scn_symbol *symbol;

	*index = scn_find_symbol(plan, token->text);
	if (*index < 0) {
		char suggestion[300];

		scn_suggest(suggestion, sizeof(suggestion), token->text, scn_symbol_known, plan);
		if (!range->is_set)
			return scn_fail_token(resolver->cursor, token, "nothing says how large %s "
					      "is: give a range, or say ram: alloc %s SIZE first%s",
					      token->text, token->text,
					      strstr(suggestion, "did you") ? suggestion : "");
		*index = add_symbol(resolver, token, SCN_SYMBOL_RAM);
		if (*index < 0)
			return false;
	}
	symbol = &plan->symbol[*index];
	if (symbol->kind != SCN_SYMBOL_RAM)
		return scn_fail_kind(resolver, token, symbol, "memory");
	if (!range->is_set)
		return true;
	if (symbol->by_alloc && range->last >= symbol->pages)
		return scn_fail_token(resolver->cursor, token, "%s has %llu pages: the last is "
				      "%s[%llu]", token->text, (unsigned long long)symbol->pages,
				      token->text, (unsigned long long)symbol->pages - 1);
	if (range->last >= SCN_RAM_MAX_PAGES)
		return scn_fail_token(resolver->cursor, token, "%s[%llu] makes %s larger than %llu "
				      "pages", token->text, (unsigned long long)range->last,
				      token->text, SCN_RAM_MAX_PAGES);
	if (range->last >= symbol->pages)
		symbol->pages = range->last + 1;
	return true;
}

static bool resolve_known(struct scn_resolver *resolver, const struct scn_token *token, int *index)
{
	*index = scn_find_symbol(resolver->plan, token->text);
	return *index >= 0 || scn_fail_unknown(resolver->cursor, token, "symbol", scn_symbol_known,
					       resolver->plan);
}

static bool resolve_own(struct scn_resolver *resolver, const struct scn_token *token,
			enum scn_symbol_kind kind, int *index)
{
	const struct svmsim_machine *machine = &resolver->plan->machine;
	struct scn_symbol *symbol;

	if (!resolve_known(resolver, token, index))
		return false;
	symbol = &resolver->plan->symbol[*index];
	if (symbol->kind != kind)
		return scn_fail_kind(resolver, token, symbol, kind_text[kind]);
	if (symbol->device != resolver->step->device)
		return scn_fail_token(resolver->cursor, token, "%s is %s of %s, not of %s",
				      token->text, kind_text[kind],
				      machine->device[symbol->device].name,
				      machine->device[resolver->step->device].name);
	return true;
}

/* Whatever of this device is mapped, but for one kind. */
static bool resolve_mapped(struct scn_resolver *resolver, const struct scn_token *token,
			   enum scn_symbol_kind except, int *index)
{
	enum scn_symbol_kind kind;

	if (!resolve_known(resolver, token, index))
		return false;
	kind = resolver->plan->symbol[*index].kind;
	if (kind == SCN_SYMBOL_RAM || kind == SCN_SYMBOL_HMM || kind == except)
		kind = SCN_SYMBOL_MAPPING;
	return resolve_own(resolver, token, kind, index);
}

/* Memory that comes with this line. */
static bool declare_ram(struct scn_resolver *resolver, const struct scn_token *token,
			uint64_t pages, int *index)
{
	if (!scn_declare(resolver, token, SCN_SYMBOL_RAM, index))
		return false;
	resolver->plan->symbol[*index].pages = pages;
	resolver->plan->symbol[*index].by_alloc = true;
	return true;
}

static bool resolve_coherent(struct scn_resolver *resolver, const struct scn_action *action)
{
	uint64_t pages = action->size_bytes / SCN_PAGE_BYTES + !!(action->size_bytes %
								  SCN_PAGE_BYTES);

	if (!pages || pages > SCN_RAM_MAX_PAGES)
		return scn_fail_token(resolver->cursor, action->symbol, "1 byte to %llu pages can "
				      "be allocated", SCN_RAM_MAX_PAGES);
	return declare_ram(resolver, action->ram, pages, &resolver->step->ram);
}

static bool resolve_area(struct scn_resolver *resolver, const struct scn_action *action)
{
	const struct svmsim_machine *machine = &resolver->plan->machine;
	unsigned int i;

	for (i = 0; i < machine->area_count; i++) {
		if ((int)machine->area[i].kind == action->area)
			return declare_ram(resolver, action->symbol,
					   machine->area[i].bytes / SCN_PAGE_BYTES,
					   &resolver->step->symbol);
	}
	return scn_fail_token(resolver->cursor, action->symbol, "the machine declares no area of "
			      "this kind: machine { area %s 1p }", scn_area_known(NULL,
			      (unsigned int)action->area));
}

static const char *device_known(const void *ctx, unsigned int index)
{
	const struct svmsim_machine *machine = ctx;

	return index < machine->device_count ? machine->device[index].name : NULL;
}

static bool resolve_other(struct scn_resolver *resolver, const struct scn_token *token)
{
	const struct svmsim_machine *machine = &resolver->plan->machine;
	unsigned int i;

	for (i = 0; i < machine->device_count; i++) {
		if (strcmp(machine->device[i].name, token->text))
			continue;
		resolver->step->other = (int)i;
		return true;
	}
	return scn_fail_unknown(resolver->cursor, token, "device", device_known, machine);
}

static bool resolve_target(struct scn_resolver *resolver, const struct scn_action *action,
			   int *index)
{
	if (!resolve_known(resolver, action->symbol, index))
		return false;
	if (resolver->plan->symbol[*index].kind == SCN_SYMBOL_RAM)
		return resolve_ram(resolver, action->symbol, &action->range, index);
	if (action->range.is_set && action->range.last - action->range.first >= SCN_RAM_MAX_PAGES)
		return scn_fail_token(resolver->cursor, action->symbol, "a device accesses at "
				      "most %llu pages at once", SCN_RAM_MAX_PAGES);
	return true;
}

static bool resolve_ram_alloc(struct scn_resolver *resolver, const struct scn_action *action)
{
	struct scn_symbol *symbol;
	uint64_t pages = action->size_bytes / SCN_PAGE_BYTES;

	if (action->size_bytes % SCN_PAGE_BYTES || !pages || pages > SCN_RAM_MAX_PAGES)
		return scn_fail_token(resolver->cursor, action->symbol, "memory comes in whole "
				      "pages, 1p to %llup", SCN_RAM_MAX_PAGES);
	if (action->align_bytes && !action->contig)
		return scn_fail_token(resolver->cursor, action->symbol, "align= is for one block: "
				      "say contig too");
	if (!scn_declare(resolver, action->symbol, SCN_SYMBOL_RAM, &resolver->step->symbol))
		return false;
	symbol = &resolver->plan->symbol[resolver->step->symbol];
	symbol->pages = pages;
	symbol->by_alloc = true;
	return true;
}

/* `w[0..1] ram a[0..1]`: both sides name the same number of pages. */
static bool check_lengths(struct scn_resolver *resolver, const struct scn_action *action)
{
	const struct scn_range *left = &action->range, *right = &action->ram_range;

	if (!left->is_set || !right->is_set || left->last - left->first ==
	    right->last - right->first)
		return true;
	return scn_fail_token(resolver->cursor, action->ram, "%s[%llu..%llu] is %llu pages, "
			      "%s[%llu..%llu] is %llu", action->symbol->text,
			      (unsigned long long)left->first, (unsigned long long)left->last,
			      (unsigned long long)(left->last - left->first + 1),
			      action->ram->text, (unsigned long long)right->first,
			      (unsigned long long)right->last,
			      (unsigned long long)(right->last - right->first + 1));
}

/* A lock or an event: its kind is what the line says where it comes first. */
static bool resolve_plain(struct scn_resolver *resolver, const struct scn_action *action,
			  enum scn_symbol_kind kind, const struct scn_named *subs, int stated,
			  int otherwise)
{
	struct scn_plan *plan = resolver->plan;
	const struct scn_token *token = action->symbol;
	struct scn_symbol *symbol;
	int index = scn_find_symbol(plan, token->text);

	if (index < 0) {
		index = add_symbol(resolver, token, kind);
		if (index < 0)
			return false;
		plan->symbol[index].sub = stated >= 0 ? stated : otherwise;
		plan->symbol[index].line = token->line;
	}
	symbol = &plan->symbol[index];
	resolver->step->symbol = index;
	if (symbol->kind != kind)
		return scn_fail_kind(resolver, token, symbol, kind_text[kind]);
	if (stated >= 0 && symbol->sub != stated)
		return scn_fail_token(resolver->cursor, token, "%s is a %s since line %u, not a "
				      "%s", token->text, subs[symbol->sub].name, symbol->line,
				      subs[stated].name);
	return kind != SCN_SYMBOL_LOCK || scn_check_lock(resolver->cursor, action, symbol->sub);
}

static bool resolve_operand(struct scn_resolver *resolver, enum scn_operand operand)
{
	const struct scn_action *action = resolver->step->action;
	struct scn_step *step = resolver->step;

	switch (operand) {
	case SCN_OPERAND_NEW_WINDOW:
		return scn_declare(resolver, action->symbol, SCN_SYMBOL_WINDOW, &step->symbol);
	case SCN_OPERAND_NEW_MAPPING:
		return scn_declare(resolver, action->symbol, SCN_SYMBOL_MAPPING, &step->symbol);
	case SCN_OPERAND_NEW_RAM:
		return action->verb->op == SCN_OP_RAM_AREA ? resolve_area(resolver, action) :
							      resolve_ram_alloc(resolver, action);
	case SCN_OPERAND_NEW_LIST:
		return scn_declare(resolver, action->symbol, SCN_SYMBOL_LIST, &step->symbol);
	case SCN_OPERAND_LIST:
		return resolve_own(resolver, action->symbol, SCN_SYMBOL_LIST, &step->symbol);
	case SCN_OPERAND_MAPPED:
		return resolve_mapped(resolver, action->symbol, SCN_SYMBOL_WINDOW, &step->symbol);
	case SCN_OPERAND_MAPPED_RANGE:
		return resolve_mapped(resolver, action->symbol, SCN_SYMBOL_HMM, &step->symbol);
	case SCN_OPERAND_NEW_HMM:
		return scn_declare(resolver, action->symbol, SCN_SYMBOL_HMM, &step->symbol);
	case SCN_OPERAND_HMM:
	case SCN_OPERAND_HMM_RANGE:
		return resolve_own(resolver, action->symbol, SCN_SYMBOL_HMM, &step->symbol);
	case SCN_OPERAND_NEW_RAM_SIDE:
		return resolve_coherent(resolver, action);
	case SCN_OPERAND_RAM_SIDE:
		return resolve_ram(resolver, action->ram, &action->ram_range, &step->ram);
	case SCN_OPERAND_DEVICE:
		return resolve_other(resolver, action->other);
	case SCN_OPERAND_WINDOW:
	case SCN_OPERAND_WINDOW_RANGE:
		return resolve_own(resolver, action->symbol, SCN_SYMBOL_WINDOW, &step->symbol);
	case SCN_OPERAND_MAPPING:
		return resolve_own(resolver, action->symbol, SCN_SYMBOL_MAPPING, &step->symbol);
	case SCN_OPERAND_TARGET_RANGE:
		return resolve_target(resolver, action, &step->symbol);
	case SCN_OPERAND_RAM_RANGE:
		return resolve_ram(resolver, action->ram, &action->ram_range, &step->ram) &&
		       check_lengths(resolver, action);
	case SCN_OPERAND_LOCK:
		return resolve_plain(resolver, action, SCN_SYMBOL_LOCK, scn_lock_kinds,
				     action->has_lock_kind ? action->lock_kind : -1,
				     action->read || action->write ? SVMSIM_LOCK_RWSEM :
								     SVMSIM_LOCK_MUTEX);
	case SCN_OPERAND_EVENT:
		return resolve_plain(resolver, action, SCN_SYMBOL_EVENT, scn_event_kinds,
				     action->has_event_kind ? action->event_kind : -1,
				     SVMSIM_WAIT_COMPLETION);
	case SCN_OPERAND_RAM_SYMBOL:
		return resolve_ram(resolver, action->symbol, &action->range, &step->symbol);
	default:
		return scn_resolve_mm(resolver, operand);
	}
}

bool scn_resolve_action(struct scn_env *env, struct scn_plan *plan, struct scn_cursor *cursor,
			struct scn_step *step)
{
	struct scn_resolver resolver = {
		.plan = plan, .cursor = cursor, .arena = &env->scenario->arena, .step = step,
	};
	const enum scn_operand *operand;

	for (operand = step->action->verb->operand; *operand; operand++) {
		if (!resolve_operand(&resolver, *operand))
			return false;
	}
	return true;
}
