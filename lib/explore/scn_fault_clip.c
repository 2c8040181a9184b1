// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Undoing what was made, where a failure left less of it than the scenario says; and what it made
 * although the scenario says that it fails. */
#include "explore/scn_fault.h"

static uint64_t clipped_bytes(const struct svmsim_window *window, uint64_t first, uint64_t last)
{
	uint64_t start = first * SCN_PAGE_BYTES, end = (last + 1) * SCN_PAGE_BYTES;

	return end > svmsim_window_bytes(window) && start < svmsim_window_bytes(window) ?
	       svmsim_window_bytes(window) - start : end - start;
}

static int unlink_runs(const struct scn_runner *runner, const struct scn_step *step,
		       uint64_t first, uint64_t last)
{
	const struct scn_fault_symbol *symbol = scn_fault_symbol(runner, step->symbol);
	struct svmsim_window *window = runner->handle[step->symbol];
	uint64_t run_last;
	int err = 0;

	for (; !err && scn_fault_next(symbol, &first, last, &run_last); first = run_last + 1)
		err = svmsim_window_unlink(window, first * SCN_PAGE_BYTES,
					   clipped_bytes(window, first, run_last),
					   step->action->direction);
	return err;
}

/* As a driver does that knows how far it came: all at once where that is a beginning. */
static int destroy_made(const struct scn_runner *runner, const struct scn_step *step, uint64_t last)
{
	const struct scn_fault_symbol *symbol = scn_fault_symbol(runner, step->symbol);
	struct svmsim_window *window = runner->handle[step->symbol];
	uint64_t first = 0, run_last, rest, other;
	int err;

	if (!scn_fault_next(symbol, &first, last, &run_last))
		return svmsim_window_destroy(window, 0, step->action->direction);
	rest = run_last + 1;
	if (!first && !scn_fault_next(symbol, &rest, last, &other))
		return svmsim_window_destroy(window, clipped_bytes(window, 0, run_last),
					     step->action->direction);
	err = unlink_runs(runner, step, 0, last);
	return err ? err : svmsim_window_free(window);
}

static int hmm_unmap_runs(const struct scn_runner *runner, const struct scn_step *step,
			  uint64_t first, uint64_t last)
{
	const struct scn_fault_symbol *symbol = scn_fault_symbol(runner, step->symbol);
	uint64_t run_last;
	int err = 0;

	for (; !err && scn_fault_next(symbol, &first, last, &run_last); first = run_last + 1)
		err = svmsim_hmm_unmap(runner->handle[step->symbol], first, run_last);
	return err;
}

/* A map of HMM that had to do without a window: there is no stroke, each page is unmapped. */
static int hmm_end(const struct scn_runner *runner, const struct scn_step *step, uint64_t last)
{
	int err = hmm_unmap_runs(runner, step, 0, last);

	return err ? err : svmsim_hmm_free(runner->handle[step->symbol], false);
}

bool scn_fault_clips(struct scn_runner *runner, const struct scn_step *step,
		     struct scn_outcome *outcome)
{
	const struct scn_fault_symbol *symbol;
	enum scn_op op = step->action->verb->op;
	bool ends_hmm = op == SCN_OP_HMM_FREE || op == SCN_OP_HMM_DESTROY;
	uint64_t first, last;

	if (!scn_fault_count(runner) ||
	    !(op == SCN_OP_UNLINK || op == SCN_OP_DESTROY || op == SCN_OP_HMM_UNMAP || ends_hmm) ||
	    !runner->handle[step->symbol])
		return false;
	symbol = scn_fault_symbol(runner, step->symbol);
	scn_fault_pages(runner, step, &first, &last);
	if (ends_hmm ? !symbol->altered : !scn_fault_any_lost(symbol, first, last))
		return false;
	if (op == SCN_OP_UNLINK)
		outcome->err = unlink_runs(runner, step, first, last);
	else if (op == SCN_OP_DESTROY)
		outcome->err = destroy_made(runner, step, last);
	else if (op == SCN_OP_HMM_UNMAP)
		outcome->err = hmm_unmap_runs(runner, step, first, last);
	else
		outcome->err = hmm_end(runner, step, last);
	return true;
}

void scn_fault_untaken(struct scn_runner *runner, int task, int symbol)
{
	struct scn_faults *faults = runner->faults;

	faults->untaken = scn_grow(runner->arena, faults->untaken, faults->untaken_count,
				   sizeof(*faults->untaken));
	faults->untaken[faults->untaken_count++] = (struct scn_fault_lock){ task, symbol };
}

bool scn_fault_taken(struct scn_runner *runner, int task, int symbol)
{
	struct scn_faults *faults = runner->faults;
	unsigned int i;

	for (i = 0; i < faults->untaken_count; i++) {
		if (faults->untaken[i].task == task && faults->untaken[i].symbol == symbol) {
			faults->untaken[i].task = -1;
			return false;
		}
	}
	return true;
}

static void undo_mapping(struct svmsim_mapping *mapping)
{
	struct svmsim_unmap_call call;

	svmsim_unmap_call_of(mapping, &call);
	if (call.kind == SVMSIM_CALL_PHYS)
		svmsim_unmap(mapping);
	else
		svmsim_unmap_call(mapping, &call);
}

void scn_fault_undo(struct scn_runner *runner, const struct scn_step *step)
{
	void *handle = step->symbol < 0 ? NULL : runner->handle[step->symbol];
	uint64_t first, last;

	if (!handle)
		return;
	switch (step->action->verb->op) {
	case SCN_OP_IOVA_ALLOC:
		svmsim_window_free(handle);
		break;
	case SCN_OP_LINK:
		scn_fault_pages(runner, step, &first, &last);
		svmsim_window_unlink(handle, first * SCN_PAGE_BYTES,
				     (last - first + 1) * SCN_PAGE_BYTES,
				     step->action->direction);
		break;
	case SCN_OP_MAP:
	case SCN_OP_MAP_RESOURCE:
	case SCN_OP_MAP_SG:
	case SCN_OP_ALLOC_COHERENT:
	case SCN_OP_FREE_COHERENT:
		undo_mapping(handle);
		break;
	case SCN_OP_HMM_ALLOC:
		svmsim_hmm_free(handle, false);
		break;
	case SCN_OP_HMM_MAP:
		scn_fault_pages(runner, step, &first, &last);
		svmsim_hmm_unmap(handle, first, last);
		break;
	case SCN_OP_LOCK:
		svmsim_lock_release(handle, step->action->read  ? SVMSIM_MODE_READ :
					    step->action->write ? SVMSIM_MODE_WRITE :
								  SVMSIM_MODE_HELD);
		break;
	case SCN_OP_PEER_ALLOC:
	case SCN_OP_RAM_ALLOC:
		svmsim_ram_free(handle, 0, svmsim_ram_pages(handle) - 1);
		break;
	default:
		break;
	}
}
