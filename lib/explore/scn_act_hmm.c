// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Actions about maps of HMM, and where pages of such maps and of scatterlists lie. */
#include <errno.h>
#include "explore/scn_runner.h"

static void hmm_alloc(struct scn_runner *runner, const struct scn_step *step,
		      struct scn_outcome *outcome)
{
	struct svmsim_hmm *hmm = NULL;

	outcome->err = svmsim_hmm_alloc(runner->world, step->device,
					step->action->size_bytes / SCN_PAGE_BYTES, &hmm);
	if (!outcome->err)
		runner->handle[step->symbol] = hmm;
}

/* Pages of a map that a line is about, all of it without a range. */
static void hmm_pages(const struct svmsim_hmm *hmm, const struct scn_range *range, uint64_t *first,
		      uint64_t *last)
{
	*first = range->is_set ? range->first : 0;
	*last = range->is_set ? range->last : svmsim_hmm_pages(hmm) - 1;
}

static void hmm_map(struct scn_runner *runner, const struct scn_step *step, struct svmsim_hmm *hmm,
		    struct scn_outcome *outcome)
{
	struct svmsim_ram *ram = scn_ram_of(runner, step->ram, outcome);
	uint64_t first, last, ram_first, ram_last, page;

	if (!ram)
		return;
	hmm_pages(hmm, &step->action->range, &first, &last);
	scn_ram_pages(ram, &step->action->ram_range, &ram_first, &ram_last);
	if (last - first != ram_last - ram_first) {
		outcome->err = -EINVAL;
		outcome->hint = "the map and the memory differ in size";
		return;
	}
	outcome->err = svmsim_hmm_map(hmm, first, ram, ram_first, last - first + 1);
	for (page = first; page <= last && !outcome->err; page++)
		scn_bind(runner, step, svmsim_hmm_address(hmm, page), SCN_PAGE_BYTES, page);
}

void scn_act_hmm(struct scn_runner *runner, const struct scn_step *step,
		 struct scn_outcome *outcome)
{
	enum scn_op op = step->action->verb->op;
	struct svmsim_hmm *hmm;
	uint64_t first, last;

	if (op == SCN_OP_HMM_ALLOC) {
		hmm_alloc(runner, step, outcome);
		return;
	}
	hmm = scn_handle_of(runner, step->symbol, outcome);
	if (!hmm)
		return;
	if (op == SCN_OP_HMM_MAP) {
		hmm_map(runner, step, hmm, outcome);
	} else if (op == SCN_OP_HMM_UNMAP) {
		hmm_pages(hmm, &step->action->range, &first, &last);
		outcome->err = svmsim_hmm_unmap(hmm, first, last);
	} else {
		outcome->err = svmsim_hmm_free(hmm, op == SCN_OP_HMM_DESTROY);
	}
}

/* DMA address of a page of a list, which lies in one segment; false past the end. */
static bool list_address(const struct svmsim_mapping *list, uint64_t page, uint64_t *address)
{
	uint64_t at = page * SCN_PAGE_BYTES, bytes;
	unsigned int i;

	for (i = 0; (bytes = svmsim_mapping_segment(list, i, address)); i++) {
		if (at < bytes) {
			*address += at;
			return true;
		}
		at -= bytes;
	}
	return false;
}

static uint64_t list_bytes(const struct svmsim_mapping *list)
{
	uint64_t total = 0, bytes, address;
	unsigned int i;

	for (i = 0; (bytes = svmsim_mapping_segment(list, i, &address)); i++)
		total += bytes;
	return total;
}

bool scn_list_target(struct scn_runner *runner, const struct scn_step *step,
		     struct scn_outcome *outcome, uint64_t *address, uint64_t *bytes)
{
	bool is_list = runner->plan->symbol[step->symbol].kind == SCN_SYMBOL_LIST;
	const struct scn_range *range = &step->action->range;
	void *handle = runner->handle[step->symbol];
	uint64_t first = 0, last, page, next;

	last = (is_list ? list_bytes(handle) / SCN_PAGE_BYTES : svmsim_hmm_pages(handle)) - 1;
	if (range->is_set) {
		first = range->first;
		last = range->last;
	}
	for (page = first; page <= last; page++) {
		next = 0;
		if (is_list ? !list_address(handle, page, &next) :
			      !(next = svmsim_hmm_address(handle, page)))
			break;
		if (page == first)
			*address = next;
		if (next != *address + (page - first) * SCN_PAGE_BYTES)
			break;
	}
	*bytes = (last - first + 1) * SCN_PAGE_BYTES;
	if (page > last)
		return true;
	outcome->err = -EINVAL;
	outcome->hint = "these pages are not next to one another for the device";
	return false;
}
