// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the lines of a scenario mean once a failure was injected. */
#include <errno.h>
#include <string.h>
#include "explore/scn_fault.h"

#define PAGES_MAX 1048576u

struct scn_fault_symbol *scn_fault_symbol(const struct scn_runner *runner, int symbol)
{
	return symbol < 0 ? NULL : &runner->faults->symbol[symbol];
}

unsigned int scn_fault_count(const struct scn_runner *runner)
{
	return runner->faults && runner->world ? svmsim_injection_count(runner->world) : 0;
}

static bool is_absent(const struct scn_runner *runner, int symbol)
{
	return symbol >= 0 && runner->faults->symbol[symbol].absent;
}

/* SCN_FAULT_* of pages; what was never set is neither. */
static void set_pages(struct scn_runner *runner, int index, uint64_t first, uint64_t last,
		      unsigned char value)
{
	struct scn_fault_symbol *symbol = &runner->faults->symbol[index];
	unsigned char *grown;

	if (last >= PAGES_MAX || first > last)
		return;
	if (last >= symbol->page_count) {
		grown = scn_alloc(runner->arena, 2 * (last + 1));
		if (symbol->page_count)
			memcpy(grown, symbol->page, symbol->page_count);
		symbol->page = grown;
		symbol->page_count = 2 * (last + 1);
	}
	memset(symbol->page + first, value, last - first + 1);
}

static bool is_made(const struct scn_fault_symbol *symbol, uint64_t page)
{
	return page < symbol->page_count && symbol->page[page] == SCN_FAULT_MADE;
}

bool scn_fault_any_lost(const struct scn_fault_symbol *symbol, uint64_t first, uint64_t last)
{
	uint64_t page;

	for (page = first; page <= last && page < symbol->page_count; page++) {
		if (symbol->page[page] == SCN_FAULT_LOST)
			return true;
	}
	return false;
}

bool scn_fault_next(const struct scn_fault_symbol *symbol, uint64_t *first, uint64_t last,
		    uint64_t *run_last)
{
	while (*first <= last && *first < symbol->page_count && !is_made(symbol, *first))
		++*first;
	if (*first > last || *first >= symbol->page_count)
		return false;
	for (*run_last = *first; *run_last < last; ++*run_last) {
		if (!is_made(symbol, *run_last + 1))
			break;
	}
	return true;
}

/* How many pages a line links, also where the memory itself could not be had. */
static uint64_t linked_pages(const struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_action *action = step->action;
	uint64_t pages = runner->plan->symbol[step->ram].pages;

	if (action->ram_range.is_set)
		pages = action->ram_range.last - action->ram_range.first + 1;
	else if (runner->handle[step->ram])
		pages = svmsim_ram_pages(runner->handle[step->ram]);
	if (action->has_bytes)
		pages = (action->offset_bytes + action->part_bytes + SCN_PAGE_BYTES - 1) /
			SCN_PAGE_BYTES;
	return pages ? pages : 1;
}

void scn_fault_pages(const struct scn_runner *runner, const struct scn_step *step, uint64_t *first,
		     uint64_t *last)
{
	const struct scn_action *action = step->action;
	void *handle = runner->handle[step->symbol];
	enum scn_op op = action->verb->op;
	uint64_t bytes;

	*first = action->range.is_set ? action->range.first : 0;
	if (op == SCN_OP_LINK || op == SCN_OP_HMM_MAP) {
		*last = *first + linked_pages(runner, step) - 1;
		return;
	}
	bytes = !handle ? 0 :
		runner->plan->symbol[step->symbol].kind == SCN_SYMBOL_WINDOW ?
		svmsim_window_bytes(handle) : svmsim_hmm_pages(handle) * SCN_PAGE_BYTES;
	if (op == SCN_OP_DESTROY && action->has_size)
		bytes = action->size_bytes;
	*last = action->range.is_set ? action->range.last :
		bytes ? (bytes - 1) / SCN_PAGE_BYTES : 0;
}

static bool has_pages(const struct scn_runner *runner, int symbol)
{
	enum scn_symbol_kind kind = symbol < 0 ? SCN_SYMBOL_RAM :
						 runner->plan->symbol[symbol].kind;

	return kind == SCN_SYMBOL_WINDOW || kind == SCN_SYMBOL_HMM;
}

static bool about_lost(const struct scn_runner *runner, const struct scn_step *step)
{
	uint64_t first, last;

	if (!has_pages(runner, step->symbol))
		return false;
	scn_fault_pages(runner, step, &first, &last);
	return scn_fault_any_lost(scn_fault_symbol(runner, step->symbol), first, last);
}

static void pair(struct scn_runner *runner, const struct scn_step *step)
{
	struct scn_faults *faults = runner->faults;
	unsigned int i;

	if (step->symbol < 0 || step->ram < 0)
		return;
	for (i = 0; i < faults->pair_count; i++) {
		if (faults->pair[i].symbol == step->symbol && faults->pair[i].ram == step->ram)
			return;
	}
	faults->pair = scn_grow(runner->arena, faults->pair, faults->pair_count,
				sizeof(*faults->pair));
	faults->pair[faults->pair_count++] = (struct scn_fault_pair){ step->symbol, step->ram };
}

/* What should have been written through a symbol was not, or not all of it. */
void scn_fault_unknown(struct scn_runner *runner, int symbol)
{
	struct scn_faults *faults = runner->faults;
	unsigned int i;

	if (symbol < 0)
		return;
	faults->symbol[symbol].unknown = true;
	for (i = 0; i < faults->pair_count; i++) {
		if (faults->pair[i].symbol == symbol)
			faults->symbol[faults->pair[i].ram].unknown = true;
	}
}

bool scn_fault_is_unknown(const struct scn_runner *runner, int symbol)
{
	const struct scn_faults *faults = runner->faults;
	unsigned int i;

	if (symbol < 0)
		return false;
	for (i = 0; i < faults->pair_count; i++) {
		if (faults->pair[i].symbol == symbol && faults->symbol[faults->pair[i].ram].unknown)
			return true;
	}
	return faults->symbol[symbol].unknown;
}

/* Lines whose symbol is there because of them. */
static bool makes(enum scn_op op)
{
	switch (op) {
	case SCN_OP_IOVA_ALLOC:
	case SCN_OP_MAP:
	case SCN_OP_MAP_RESOURCE:
	case SCN_OP_MAP_SG:
	case SCN_OP_ALLOC_COHERENT:
	case SCN_OP_PEER_ALLOC:
	case SCN_OP_HMM_ALLOC:
	case SCN_OP_RAM_ALLOC:
	case SCN_OP_RAM_AREA:
	case SCN_OP_FORK:
		return true;
	default:
		return false;
	}
}

/* A line without a result expects `ok`. */
static bool may_succeed(const struct scn_action *action)
{
	unsigned int i;

	for (i = 0; i < action->result_count; i++) {
		if (action->result[i].kind == SCN_RESULT_OK ||
		    action->result[i].kind == SCN_RESULT_VALUE)
			return true;
	}
	return !action->result_count;
}

/* Lines that change what memory holds, copies of a bounce buffer included. */
static bool writes(enum scn_op op)
{
	switch (op) {
	case SCN_OP_WRITE:
	case SCN_OP_FILL:
	case SCN_OP_RAM_FILL:
	case SCN_OP_RAM_POISON:
	case SCN_OP_SYNC_CPU:
	case SCN_OP_SYNC_DEVICE:
	case SCN_OP_UNMAP:
	case SCN_OP_UNMAP_SG:
		return true;
	default:
		return false;
	}
}

/* A link over a live one that failed leaves the live one. */
static void lose_pages(struct scn_runner *runner, int index, uint64_t first, uint64_t last)
{
	for (; first <= last; first++) {
		if (!is_made(&runner->faults->symbol[index], first))
			set_pages(runner, index, first, first, SCN_FAULT_LOST);
	}
}

/* What a line that failed, or was left out, should have made. */
static void note_missing(struct scn_runner *runner, const struct scn_step *step, uint64_t made)
{
	enum scn_op op = step->action->verb->op;
	uint64_t first, last;

	/* A line that is there to fail makes nothing. */
	if (!may_succeed(step->action))
		return;
	if (makes(op)) {
		scn_fault_symbol(runner, step->symbol)->absent = true;
		if (op == SCN_OP_ALLOC_COHERENT)
			scn_fault_symbol(runner, step->ram)->absent = true;
	} else if (op == SCN_OP_LINK || op == SCN_OP_HMM_MAP) {
		scn_fault_pages(runner, step, &first, &last);
		lose_pages(runner, step->symbol, first + made, last);
		if (made)
			set_pages(runner, step->symbol, first, first + made - 1, SCN_FAULT_MADE);
	} else if (op == SCN_OP_LOCK) {
		scn_fault_untaken(runner, step->task, step->symbol);
	} else if (op == SCN_OP_SYNC) {
		scn_fault_symbol(runner, step->symbol)->unsynced = true;
	} else if (step->process >= 0) {
		scn_fault_mm_missing(runner, step);
	} else if (writes(op)) {
		scn_fault_unknown(runner, step->symbol);
	}
}

static void forget_pages(struct scn_fault_symbol *symbol)
{
	if (symbol->page_count)
		memset(symbol->page, 0, symbol->page_count);
}

/* A line that made its symbol ends what was said of the one before. */
static void note_symbol(struct scn_runner *runner, const struct scn_step *step, bool altered)
{
	struct scn_fault_symbol *symbol = scn_fault_symbol(runner, step->symbol);

	symbol->absent = false;
	symbol->unsynced = false;
	symbol->gone = false;
	symbol->altered = altered;
	forget_pages(symbol);
	if (step->action->verb->op == SCN_OP_ALLOC_COHERENT)
		scn_fault_symbol(runner, step->ram)->absent = false;
}

/* What a line did that went well. */
static void note_done(struct scn_runner *runner, const struct scn_step *step, bool injected)
{
	struct scn_fault_symbol *symbol = scn_fault_symbol(runner, step->symbol);
	const struct scn_action *action = step->action;
	enum scn_op op = action->verb->op;
	uint64_t first, last;

	if (makes(op)) {
		note_symbol(runner, step, injected);
		return;
	}
	switch (op) {
	case SCN_OP_LINK:
	case SCN_OP_HMM_MAP:
	case SCN_OP_UNLINK:
	case SCN_OP_HMM_UNMAP:
		scn_fault_pages(runner, step, &first, &last);
		set_pages(runner, step->symbol, first, last,
			  op == SCN_OP_LINK || op == SCN_OP_HMM_MAP ? SCN_FAULT_MADE : 0);
		break;
	case SCN_OP_DESTROY:
	case SCN_OP_DESTROY_HOLES:
	case SCN_OP_HMM_FREE:
	case SCN_OP_HMM_DESTROY:
		forget_pages(symbol);
		break;
	case SCN_OP_UNMAP:
	case SCN_OP_UNMAP_SG:
	case SCN_OP_FREE_COHERENT:
		symbol->gone = true;
		break;
	case SCN_OP_SYNC:
		symbol->unsynced = false;
		break;
	case SCN_OP_RAM_FILL:
		if (!action->range.is_set && !action->has_bytes && !action->has_offset)
			symbol->unknown = false;
		break;
	default:
		scn_fault_mm_done(runner, step, injected);
		break;
	}
}

/* Pages of a map of HMM are where their maps put them, and nowhere before. */
static bool has_no_address(const struct scn_runner *runner, const struct scn_step *step)
{
	uint64_t first, last, address;

	if (step->symbol < 0 || runner->plan->symbol[step->symbol].kind != SCN_SYMBOL_HMM ||
	    !runner->handle[step->symbol])
		return false;
	scn_fault_pages(runner, step, &first, &last);
	for (; first <= last; first++) {
		address = svmsim_hmm_address(runner->handle[step->symbol], first);
		if (!address || address == ~0ull)
			return true;
	}
	return false;
}

bool scn_fault_skips(struct scn_runner *runner, const struct scn_step *step)
{
	enum scn_op op = step->action->verb->op;
	bool skips;

	if (!runner->faults)
		return false;
	pair(runner, step);
	if (!scn_fault_count(runner))
		return false;
	skips = !makes(op) && is_absent(runner, step->symbol);
	/* What is freed with the address of another is freed with its own then. */
	if (!skips && op == SCN_OP_FREE_COHERENT && is_absent(runner, step->ram))
		scn_fault_undo(runner, step);
	if (op != SCN_OP_ALLOC_COHERENT && op != SCN_OP_PIN && is_absent(runner, step->ram))
		skips = true;
	if ((step->process >= 0 || op == SCN_OP_FAIL_ALLOC) && scn_fault_mm_skips(runner, step))
		skips = true;
	/* Nobody syncs what was not linked. */
	if ((op == SCN_OP_SYNC_CPU || op == SCN_OP_SYNC_DEVICE) && about_lost(runner, step))
		skips = true;
	if (!skips && scn_is_access(op) && has_no_address(runner, step))
		skips = true;
	if (op == SCN_OP_UNLOCK && !scn_fault_taken(runner, step->task, step->symbol))
		skips = true;
	if (skips)
		note_missing(runner, step, 0);
	return skips;
}

/* What of a link was made before the call that failed. */
static uint64_t made_pages(const struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_action *action = step->action;
	uint64_t first, last, page;
	void *handle = runner->handle[step->symbol];

	if (!handle || step->ram < 0 || !runner->handle[step->ram])
		return 0;
	if (action->verb->op == SCN_OP_LINK)
		return action->has_offset || action->has_bytes ? 0 :
		       svmsim_window_linked_bytes(handle) / SCN_PAGE_BYTES;
	if (action->verb->op != SCN_OP_HMM_MAP)
		return 0;
	scn_fault_pages(runner, step, &first, &last);
	for (page = first; page <= last; page++) {
		if (svmsim_hmm_address(handle, page) == ~0ull)
			break;
	}
	return page - first;
}

static bool can_cause(const struct scn_runner *runner, unsigned int from, int err)
{
	struct svmsim_injection injection;
	unsigned int i, k;

	for (i = from; !svmsim_fault_injection(runner->world, i, &injection); i++) {
		for (k = 0; injection.err[k]; k++) {
			if (injection.err[k] == err)
				return true;
		}
	}
	return false;
}

/* Does a device go where, as far as the lines know, nothing is, or nothing was synced? */
static bool reaches_nothing(const struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_fault_symbol *symbol = scn_fault_symbol(runner, step->symbol);
	uint64_t first, last;

	if (!symbol || !scn_is_access(step->action->verb->op))
		return false;
	if (symbol->unsynced || symbol->gone)
		return true;
	if (!has_pages(runner, step->symbol))
		return false;
	scn_fault_pages(runner, step, &first, &last);
	for (; first <= last; first++) {
		if (!is_made(symbol, first))
			return true;
	}
	return false;
}

/* The reports of a fault where nothing is are no news. */
static void consume_fault(struct scn_runner *runner, unsigned int reports)
{
	struct svmsim_report report;
	unsigned int i;

	for (i = reports; !svmsim_report_get(runner->world, i, &report); i++) {
		if (!report.is_note && report.attached_to < 0 &&
		    (!strcmp(report.identifier, "io-page-fault") ||
		     !strcmp(report.identifier, "iotlb-unsynced")))
			scn_consume(runner, i);
	}
}

static bool is_check(enum scn_op op)
{
	return op == SCN_OP_CHECK || op == SCN_OP_RAM_CHECK || op == SCN_OP_READ;
}

/* Nobody asks dma_mapping_error(): the line went well, and there is no mapping all the same. */
static bool failed_unchecked(const struct scn_runner *runner, const struct scn_step *step)
{
	enum scn_op op = step->action->verb->op;

	return (op == SCN_OP_MAP || op == SCN_OP_MAP_RESOURCE) && runner->handle[step->symbol] &&
	       svmsim_mapping_address(runner->handle[step->symbol]) == ~0ull;
}

/* Went well, but not as the line says: another value, or none of the failures that it is about. */
static bool accepts_success(struct scn_runner *runner, const struct scn_step *step,
			    const struct scn_outcome *outcome)
{
	if (step->process >= 0)
		return scn_fault_mm_accepts(runner, step, outcome);
	if (scn_is_access(step->action->verb->op))
		return reaches_nothing(runner, step) || scn_fault_is_unknown(runner, step->symbol);
	if (outcome->has_value)
		return false;
	scn_fault_undo(runner, step);
	return true;
}

/* A lock that a line was left waiting for, and that its task did not get after all. */
static void note_left(struct scn_runner *runner, const struct scn_step *step)
{
	const struct scn_step *line = step->action->verb->op == SCN_OP_RESULT ?
				      runner->task[step->target].step : NULL;

	if (line && line->action->verb->op == SCN_OP_LOCK)
		scn_fault_untaken(runner, step->target, line->symbol);
}

static bool accepts_failure(struct scn_runner *runner, const struct scn_step *step,
			    const struct scn_outcome *outcome, unsigned int injected,
			    unsigned int reports)
{
	enum scn_op op = step->action->verb->op;

	if (can_cause(runner, op == SCN_OP_RESULT ? 0 : injected, outcome->err)) {
		note_left(runner, step);
		return true;
	}
	if (step->process >= 0)
		return scn_fault_mm_accepts(runner, step, outcome) ||
		       (scn_fault_count(runner) > injected &&
			scn_fault_mirror_may_fail(step, outcome->err));
	if (outcome->err == -EFAULT && reaches_nothing(runner, step)) {
		consume_fault(runner, reports);
		return true;
	}
	return outcome->err == -EIO && is_check(op) && scn_fault_is_unknown(runner, step->symbol);
}

bool scn_fault_accepts(struct scn_runner *runner, const struct scn_step *step,
		       const struct scn_outcome *outcome, bool matches, unsigned int injected,
		       unsigned int reports)
{
	bool failed_now = scn_fault_count(runner) > injected;

	if (!runner->faults)
		return false;
	if (failed_now && !outcome->err && failed_unchecked(runner, step)) {
		note_missing(runner, step, 0);
		return !matches;
	}
	if (matches) {
		if (!outcome->err)
			note_done(runner, step, failed_now);
		return false;
	}
	if (!scn_fault_count(runner))
		return false;
	if (!outcome->err)
		return accepts_success(runner, step, outcome);
	if (!accepts_failure(runner, step, outcome, injected, reports))
		return false;
	note_missing(runner, step, made_pages(runner, step));
	return true;
}

/* A driver that does not look whether a map went well is told so, when it did. */
static bool looks_away(const struct scn_plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->step_count; i++) {
		if (plan->step[i].kind == SCN_STEP_ACTION && plan->step[i].action->unchecked)
			return true;
	}
	return false;
}

bool scn_fault_allows(const struct scn_runner *runner, const struct svmsim_report *report)
{
	const struct scn_plan *plan = runner->plan;
	unsigned int i;

	if (!scn_fault_count(runner))
		return false;
	for (i = 0; i < plan->judge_count; i++) {
		const struct scn_expect *expect = &plan->judge[i].expect;

		if ((expect->kind == SCN_EXPECT_REPORT || expect->kind == SCN_EXPECT_NOTE) &&
		    !strcmp(expect->identifier, report->identifier))
			return true;
	}
	return !strcmp(report->identifier, "dma-debug:map-unchecked") && looks_away(plan);
}
