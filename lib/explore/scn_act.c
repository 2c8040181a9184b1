// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One action: from a row of the verb table to the call that drives the machine. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_fault.h"
#include "host/host.h"

#define CHUNK_PAGES 256

/* Memory that no `alloc` line makes is made by its first use, scattered. */
struct svmsim_ram *scn_ram_of(struct scn_runner *runner, int symbol, struct scn_outcome *outcome)
{
	const struct scn_symbol *info = &runner->plan->symbol[symbol];
	struct svmsim_ram *ram = runner->handle[symbol];

	if (ram)
		return ram;
	outcome->err = info->by_alloc ? -ENOENT :
		       svmsim_ram_alloc(runner->world, info->pages, false, 0, &ram);
	if (outcome->err) {
		outcome->hint = info->by_alloc ? "that memory was not allocated" :
						 "no memory for the symbol";
		return NULL;
	}
	runner->handle[symbol] = ram;
	return ram;
}

void scn_bind(struct scn_runner *runner, const struct scn_step *step, uint64_t iova,
	      uint64_t bytes, uint64_t page)
{
	struct scn_binding *binding;

	runner->binding = scn_grow(runner->arena, runner->binding, runner->binding_count,
				   sizeof(*binding));
	binding = &runner->binding[runner->binding_count++];
	binding->symbol = step->symbol;
	binding->device = step->device;
	/* Whole pages: leaves are looked up by where they begin. */
	binding->iova = iova & ~(SCN_PAGE_BYTES - 1);
	binding->bytes = bytes + (iova - binding->iova);
	binding->page = page;
}

void scn_ram_pages(const struct svmsim_ram *ram, const struct scn_range *range, uint64_t *first,
		   uint64_t *last)
{
	*first = range->is_set ? range->first : 0;
	*last = range->is_set ? range->last : svmsim_ram_pages(ram) - 1;
}

static void scn_act_alloc(struct scn_runner *runner, const struct scn_step *step,
		      struct scn_outcome *outcome)
{
	struct svmsim_window *window = NULL;

	outcome->err = svmsim_window_alloc_at(runner->world, step->device,
					      step->action->offset_bytes,
					      step->action->size_bytes, &window);
	runner->handle[step->symbol] = window;
	if (!outcome->err)
		scn_bind(runner, step, svmsim_window_iova(window), svmsim_window_bytes(window), 0);
}

static void scn_act_link(struct scn_runner *runner, const struct scn_step *step,
		     struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	struct svmsim_ram *ram = scn_ram_of(runner, step->ram, outcome);
	uint64_t first, last, offset = action->range.is_set ? action->range.first : 0;

	if (!ram)
		return;
	scn_ram_pages(ram, &action->ram_range, &first, &last);
	if (action->has_offset || action->has_bytes) {
		uint64_t start = first * SCN_PAGE_BYTES + action->offset_bytes;

		outcome->err = svmsim_window_link_bytes(runner->handle[step->symbol],
							offset * SCN_PAGE_BYTES, ram, start,
							action->has_bytes ? action->part_bytes :
							(last + 1) * SCN_PAGE_BYTES - start,
							action->direction, 0);
		return;
	}
	outcome->err = svmsim_window_link(runner->handle[step->symbol], offset * SCN_PAGE_BYTES,
					  ram, first, last, action->direction, action->each);
}

/* Offset and size of the part of a window that a line is about, all of it without a range. */
static void window_part(const struct svmsim_window *window, const struct scn_range *range,
			uint64_t *offset, uint64_t *bytes)
{
	*offset = range->is_set ? range->first * SCN_PAGE_BYTES : 0;
	*bytes = range->is_set ? (range->last - range->first + 1) * SCN_PAGE_BYTES :
				 svmsim_window_bytes(window);
}

static void scn_act_window(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	struct svmsim_window *window = runner->handle[step->symbol];
	uint64_t offset, bytes;

	if (!window) {
		outcome->err = -ENOENT;
		outcome->hint = "that window was not made";
		return;
	}
	window_part(window, &action->range, &offset, &bytes);
	switch (action->verb->op) {
	case SCN_OP_LINK:
		scn_act_link(runner, step, outcome);
		break;
	case SCN_OP_SYNC:
		outcome->err = svmsim_window_sync(window, offset, bytes);
		break;
	case SCN_OP_UNLINK:
		outcome->err = svmsim_window_unlink(window, offset, bytes, action->direction);
		break;
	case SCN_OP_FREE:
		outcome->err = svmsim_window_free(window);
		break;
	case SCN_OP_DESTROY:
		outcome->err = svmsim_window_destroy(window, action->has_size ?
						     action->size_bytes : bytes,
						     action->direction);
		break;
	default:
		outcome->err = svmsim_window_destroy_holes(window, action->direction);
		break;
	}
}

/* Where a device's access goes: DMA address and size of the target's pages. */
static bool target_pages(struct scn_runner *runner, const struct scn_step *step,
			 struct scn_outcome *outcome, uint64_t *address, uint64_t *bytes)
{
	const struct scn_range *range = &step->action->range;
	enum scn_symbol_kind kind = runner->plan->symbol[step->symbol].kind;
	void *handle = runner->handle[step->symbol];
	uint64_t offset = range->is_set ? range->first * SCN_PAGE_BYTES : 0;

	if (kind == SCN_SYMBOL_RAM)
		handle = scn_ram_of(runner, step->symbol, outcome);
	if (!handle) {
		outcome->err = -ENOENT;
		outcome->hint = "that symbol was not made";
		return false;
	}
	if (kind == SCN_SYMBOL_RAM) {
		uint64_t first, last;

		scn_ram_pages(handle, range, &first, &last);
		*address = svmsim_ram_phys(handle, first);
		*bytes = (last - first + 1) * SCN_PAGE_BYTES;
		return true;
	}
	if (kind == SCN_SYMBOL_LIST || kind == SCN_SYMBOL_HMM)
		return scn_list_target(runner, step, outcome, address, bytes);
	if (kind == SCN_SYMBOL_WINDOW) {
		*address = svmsim_window_iova(handle) + offset;
		*bytes = svmsim_window_bytes(handle);
	} else {
		*address = svmsim_mapping_address(handle) + offset;
		*bytes = svmsim_mapping_bytes(handle);
	}
	if (range->is_set)
		*bytes = (range->last - range->first + 1) * SCN_PAGE_BYTES;
	return true;
}

static bool target_of(struct scn_runner *runner, const struct scn_step *step,
		      struct scn_outcome *outcome, uint64_t *address, uint64_t *bytes)
{
	const struct scn_action *action = step->action;

	if (!target_pages(runner, step, outcome, address, bytes))
		return false;
	*address += action->offset_bytes;
	*bytes = action->has_bytes	       ? action->part_bytes :
		 *bytes > action->offset_bytes ? *bytes - action->offset_bytes :
						 0;
	return true;
}

static void fill_words(char *buffer, size_t bytes, uint64_t value)
{
	size_t i, k;

	for (i = 0; i + 8 <= bytes; i += 8) {
		for (k = 0; k < 8; k++)
			buffer[i + k] = (char)(value >> (8 * k));
	}
}

static uint64_t first_word(const char *buffer)
{
	uint64_t value = 0;
	unsigned int k;

	for (k = 0; k < 8; k++)
		value |= (uint64_t)(unsigned char)buffer[k] << (8 * k);
	return value;
}

static void scn_act_bytes(struct scn_runner *runner, const struct scn_step *step,
		      struct scn_outcome *outcome, uint64_t address, uint64_t bytes)
{
	bool reads = step->action->verb->op == SCN_OP_READ;
	size_t chunk = bytes < CHUNK_PAGES * SCN_PAGE_BYTES ? (size_t)bytes :
							       CHUNK_PAGES * SCN_PAGE_BYTES;
	char *buffer = scn_keep(runner, chunk ? chunk : 1);
	uint64_t done = 0;

	fill_words(buffer, chunk, step->action->number);
	while (done < bytes && !outcome->err) {
		size_t now = bytes - done < chunk ? (size_t)(bytes - done) : chunk;

		if (reads)
			outcome->err = svmsim_device_read(runner->world, step->device,
							  address + done, buffer, now);
		else
			outcome->err = svmsim_device_write(runner->world, step->device,
							   address + done, buffer, now);
		if (reads && !done && !outcome->err && now >= 8) {
			outcome->has_value = true;
			outcome->value = first_word(buffer);
		}
		done += now;
	}
	scn_drop(runner, buffer);
}

static void scn_act_device(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	uint64_t address, bytes;

	if (!target_of(runner, step, outcome, &address, &bytes))
		return;
	if (action->verb->op == SCN_OP_CHECK)
		outcome->err = svmsim_device_check(runner->world, step->device, address, bytes,
						   action->number);
	else if (action->verb->op == SCN_OP_FILL || action->has_pattern)
		outcome->err = svmsim_device_fill(runner->world, step->device, address, bytes,
						  action->number);
	else
		scn_act_bytes(runner, step, outcome, address, bytes);
}

static void scn_act_ram(struct scn_runner *runner, const struct scn_step *step,
		    struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	struct svmsim_ram *ram = NULL;
	uint64_t first, last;

	if (action->verb->op == SCN_OP_RAM_ALLOC) {
		outcome->err = svmsim_ram_alloc(runner->world, action->size_bytes / SCN_PAGE_BYTES,
						action->contig, action->align_bytes, &ram);
		if (!outcome->err)
			runner->handle[step->symbol] = ram;
		return;
	}
	ram = scn_ram_of(runner, step->symbol, outcome);
	if (!ram)
		return;
	scn_ram_pages(ram, &action->range, &first, &last);
	if (action->verb->op == SCN_OP_RAM_FREE)
		outcome->err = svmsim_ram_free(ram, first, last);
	else if (action->verb->op == SCN_OP_RAM_POISON)
		outcome->err = svmsim_ram_poison(ram, first, last);
	else if (action->has_offset || action->has_bytes)
		scn_act_ram_bytes(runner, step, outcome);
	else if (action->verb->op == SCN_OP_RAM_FILL)
		outcome->err = svmsim_ram_fill(ram, first, last, action->number);
	else
		outcome->err = svmsim_ram_check(ram, first, last, action->number);
}

void scn_act(struct scn_runner *runner, const struct scn_step *step, struct scn_outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	if (scn_fault_clips(runner, step, outcome))
		return;
	if (step->action->verb->actor == SCN_ACTOR_CPU ||
	    step->action->verb->actor == SCN_ACTOR_MIRROR) {
		scn_act_mm(runner, step, outcome);
		return;
	}
	switch (step->action->verb->op) {
	case SCN_OP_IOVA_ALLOC:
		scn_act_alloc(runner, step, outcome);
		break;
	case SCN_OP_LINK:
	case SCN_OP_SYNC:
	case SCN_OP_UNLINK:
	case SCN_OP_FREE:
	case SCN_OP_DESTROY:
	case SCN_OP_DESTROY_HOLES:
		scn_act_window(runner, step, outcome);
		break;
	case SCN_OP_READ:
	case SCN_OP_WRITE:
	case SCN_OP_FILL:
	case SCN_OP_CHECK:
		scn_act_device(runner, step, outcome);
		break;
	case SCN_OP_RAM_ALLOC:
	case SCN_OP_RAM_FREE:
	case SCN_OP_RAM_POISON:
	case SCN_OP_RAM_FILL:
	case SCN_OP_RAM_CHECK:
		scn_act_ram(runner, step, outcome);
		break;
	case SCN_OP_CALL:
	case SCN_OP_LOCK:
	case SCN_OP_UNLOCK:
	case SCN_OP_WAKE:
	case SCN_OP_WAIT:
	case SCN_OP_SIGNAL:
	case SCN_OP_KILL:
	case SCN_OP_RESULT:
		scn_act_task(runner, step, outcome);
		break;
	default:
		scn_act_dma(runner, step, outcome);
		break;
	}
}
