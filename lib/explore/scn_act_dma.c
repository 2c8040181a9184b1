// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Actions about mappings and their syncs, scatterlists, coherent memory, peers and drivers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "explore/scn_runner.h"
#include "host/host.h"

static bool is_part(const struct scn_action *action)
{
	return action->has_offset || action->has_bytes;
}

/* The bytes of memory that a line is about. */
static void ram_part(const struct svmsim_ram *ram, const struct scn_range *range,
		     const struct scn_action *action, uint64_t *offset, uint64_t *bytes)
{
	uint64_t first, last;

	scn_ram_pages(ram, range, &first, &last);
	*offset = first * SCN_PAGE_BYTES + action->offset_bytes;
	*bytes = action->has_bytes ? action->part_bytes :
				     (last + 1) * SCN_PAGE_BYTES - *offset;
}

static void made(struct scn_runner *runner, const struct scn_step *step,
		 struct svmsim_mapping *mapping)
{
	uint64_t address, bytes, page = 0;
	unsigned int i;

	runner->handle[step->symbol] = mapping;
	for (i = 0; (bytes = svmsim_mapping_segment(mapping, i, &address)); i++) {
		scn_bind(runner, step, address, bytes, page);
		page += bytes / SCN_PAGE_BYTES;
	}
}

static void act_map(struct scn_runner *runner, const struct scn_step *step,
		    struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	struct svmsim_ram *ram = scn_ram_of(runner, step->ram, outcome);
	struct svmsim_map_call call = {
		.kind = action->verb->op == SCN_OP_MAP_RESOURCE ? SVMSIM_CALL_RESOURCE :
			action->single				? SVMSIM_CALL_SINGLE :
								  SVMSIM_CALL_PHYS,
		.ram = ram,
		.direction = action->direction,
		.unchecked = action->unchecked,
	};
	struct svmsim_mapping *mapping = NULL;
	uint64_t first, last;

	if (!ram)
		return;
	scn_ram_pages(ram, &action->ram_range, &first, &last);
	ram_part(ram, &action->ram_range, action, &call.offset_bytes, &call.bytes);
	if (call.kind != SVMSIM_CALL_PHYS || call.unchecked)
		outcome->err = svmsim_map_call(runner->world, step->device, &call, &mapping);
	else if (is_part(action))
		outcome->err = svmsim_map_bytes(runner->world, step->device, ram,
						call.offset_bytes, call.bytes, call.direction, 0,
						&mapping);
	else
		outcome->err = svmsim_map(runner->world, step->device, ram, first, last,
					  call.direction, &mapping);
	if (!outcome->err)
		made(runner, step, mapping);
}

static void act_map_sg(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	struct svmsim_ram *ram = scn_ram_of(runner, step->ram, outcome);
	struct svmsim_map_call call = {
		.kind = SVMSIM_CALL_SG,
		.ram = ram,
		.bytes = action->entry_bytes ? action->entry_bytes : SCN_PAGE_BYTES,
		.direction = action->direction,
	};
	struct svmsim_mapping *mapping = NULL;
	uint64_t bytes;

	if (!ram)
		return;
	ram_part(ram, &action->ram_range, action, &call.offset_bytes, &bytes);
	if (bytes % call.bytes || bytes / call.bytes > SVMSIM_SG_ENTRY_MAX) {
		outcome->err = -EINVAL;
		outcome->hint = "a list has whole entries, at most 512";
		return;
	}
	call.entries = (unsigned int)(bytes / call.bytes);
	outcome->err = svmsim_map_call(runner->world, step->device, &call, &mapping);
	if (!outcome->err)
		made(runner, step, mapping);
}

/* The call that is right for a mapping, and what the line departs from it by. */
static bool call_of(const struct scn_action *action, const struct svmsim_mapping *mapping,
		    struct svmsim_unmap_call *call)
{
	svmsim_unmap_call_of(mapping, call);
	if (action->has_call)
		call->kind = (enum svmsim_call_kind)action->call;
	if (action->has_direction)
		call->direction = action->direction;
	if (action->entry_count)
		call->entries = (unsigned int)action->entry_count;
	return action->has_call || action->has_direction || action->entry_count ||
	       is_part(action);
}

static void act_unmap(const struct scn_action *action, struct svmsim_mapping *mapping,
		      struct scn_outcome *outcome)
{
	struct svmsim_unmap_call call;
	bool departs = call_of(action, mapping, &call);

	call.offset_bytes = action->offset_bytes;
	if (action->has_bytes)
		call.bytes = action->part_bytes;
	/* Of a plain mapping the library knows whether there is anything to unmap. */
	if (!departs && call.kind == SVMSIM_CALL_PHYS)
		outcome->err = svmsim_unmap(mapping);
	else
		outcome->err = svmsim_unmap_call(mapping, &call);
}

static void act_alloc_coherent(struct scn_runner *runner, const struct scn_step *step,
			       struct scn_outcome *outcome)
{
	const struct svmsim_map_call call = {
		.kind = SVMSIM_CALL_COHERENT, .bytes = step->action->size_bytes,
	};
	struct svmsim_mapping *mapping = NULL;
	struct svmsim_ram *ram = NULL;

	outcome->err = svmsim_map_call(runner->world, step->device, &call, &mapping);
	if (!outcome->err)
		outcome->err = svmsim_mapping_ram(mapping, &ram);
	if (outcome->err)
		return;
	made(runner, step, mapping);
	runner->handle[step->ram] = ram;
}

static void act_free_coherent(struct scn_runner *runner, const struct scn_step *step,
			      struct scn_outcome *outcome)
{
	struct svmsim_mapping *mapping = scn_handle_of(runner, step->symbol, outcome);
	struct svmsim_ram *own = NULL, *ram = scn_ram_of(runner, step->ram, outcome);
	struct svmsim_unmap_call call;

	if (!mapping || !ram)
		return;
	outcome->err = svmsim_mapping_ram(mapping, &own);
	if (outcome->err)
		return;
	svmsim_unmap_call_of(mapping, &call);
	call.cpu_offset_bytes = svmsim_ram_phys(ram, 0) - svmsim_ram_phys(own, 0);
	outcome->err = svmsim_unmap_call(mapping, &call);
}

/* The part of something mapped that a sync is about, all of it without a range. */
static void mapped_part(const struct scn_action *action, uint64_t size, uint64_t *offset,
			uint64_t *bytes)
{
	const struct scn_range *range = &action->range;

	*offset = (range->is_set ? range->first * SCN_PAGE_BYTES : 0) + action->offset_bytes;
	*bytes = action->has_bytes ? action->part_bytes :
		 range->is_set	   ? (range->last + 1) * SCN_PAGE_BYTES - *offset :
				     size - *offset;
}

static void sync_mapping(const struct scn_action *action, struct svmsim_mapping *mapping,
			 struct scn_outcome *outcome)
{
	bool for_device = action->verb->op == SCN_OP_SYNC_DEVICE;
	struct svmsim_unmap_call call;
	uint64_t offset, bytes;

	call_of(action, mapping, &call);
	mapped_part(action, call.bytes, &offset, &bytes);
	call.offset_bytes = offset;
	call.bytes = bytes;
	if (call.kind == SVMSIM_CALL_SG || action->has_direction)
		outcome->err = svmsim_sync_call(mapping, &call, !for_device);
	else if (for_device)
		outcome->err = svmsim_sync_device(mapping, offset, bytes);
	else
		outcome->err = svmsim_sync_cpu(mapping, offset, bytes);
}

static void sync_window(const struct scn_action *action, struct svmsim_window *window,
			struct scn_outcome *outcome)
{
	uint64_t offset, bytes;

	mapped_part(action, svmsim_window_bytes(window), &offset, &bytes);
	if (action->verb->op == SCN_OP_SYNC_DEVICE)
		outcome->err = svmsim_window_sync_device(window, offset, bytes, action->direction);
	else
		outcome->err = svmsim_window_sync_cpu(window, offset, bytes, action->direction);
}

void *scn_handle_of(struct scn_runner *runner, int symbol, struct scn_outcome *outcome)
{
	if (!runner->handle[symbol]) {
		outcome->err = -ENOENT;
		outcome->hint = "that symbol was not made";
	}
	return runner->handle[symbol];
}

static void act_mapped(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	void *handle = scn_handle_of(runner, step->symbol, outcome);

	if (!handle)
		return;
	if (step->action->verb->op == SCN_OP_UNMAP || step->action->verb->op == SCN_OP_UNMAP_SG)
		act_unmap(step->action, handle, outcome);
	else if (runner->plan->symbol[step->symbol].kind == SCN_SYMBOL_WINDOW)
		sync_window(step->action, handle, outcome);
	else
		sync_mapping(step->action, handle, outcome);
}

static void act_peer_alloc(struct scn_runner *runner, const struct scn_step *step,
			   struct scn_outcome *outcome)
{
	struct svmsim_ram *ram = NULL;

	if (!(runner->peers & 1u << step->device))
		outcome->err = svmsim_peer_add(runner->world, step->device);
	if (outcome->err)
		return;
	runner->peers |= 1u << step->device;
	outcome->err = svmsim_peer_alloc(runner->world, step->device,
					 step->action->size_bytes / SCN_PAGE_BYTES, &ram);
	if (!outcome->err)
		runner->handle[step->symbol] = ram;
}

static void act_distance(struct scn_runner *runner, const struct scn_step *step,
			 struct scn_outcome *outcome)
{
	int distance = 0;

	outcome->err = svmsim_peer_distance(runner->world, step->other, step->device, &distance);
	if (outcome->err)
		return;
	if (distance < 0) {
		outcome->err = -EREMOTEIO;
		return;
	}
	outcome->has_value = true;
	outcome->value = (uint64_t)distance;
}

static void act_area(struct scn_runner *runner, const struct scn_step *step,
		     struct scn_outcome *outcome)
{
	const struct svmsim_machine *machine = &runner->plan->machine;
	struct svmsim_ram *ram = NULL;
	unsigned int i = 0;

	/* The plan was refused without one. */
	while ((int)machine->area[i].kind != step->action->area)
		i++;
	outcome->err = svmsim_area_ram(runner->world, i, &ram);
	if (!outcome->err)
		runner->handle[step->symbol] = ram;
}

static void pattern_bytes(unsigned char *buffer, uint64_t bytes, uint64_t pattern)
{
	uint64_t i;

	for (i = 0; i < bytes; i++)
		buffer[i] = svmsim_pattern_byte(pattern, i / SCN_PAGE_BYTES,
						(unsigned int)(i % SCN_PAGE_BYTES));
}

void scn_act_ram_bytes(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;
	struct svmsim_ram *ram = scn_ram_of(runner, step->symbol, outcome);
	unsigned char *wanted, *got;
	uint64_t offset, bytes;

	if (!ram)
		return;
	ram_part(ram, &action->range, action, &offset, &bytes);
	if (bytes > svmsim_ram_pages(ram) * SCN_PAGE_BYTES) {
		outcome->err = -EINVAL;
		outcome->hint = "more bytes than that memory has";
		return;
	}
	wanted = scn_keep(runner, 2 * (size_t)bytes + 1);
	got = wanted + bytes;
	pattern_bytes(wanted, bytes, action->number);
	if (action->verb->op == SCN_OP_RAM_FILL) {
		outcome->err = svmsim_ram_write(ram, offset, wanted, bytes);
	} else {
		outcome->err = svmsim_ram_read(ram, offset, got, bytes);
		if (!outcome->err && memcmp(got, wanted, (size_t)bytes))
			outcome->err = -EIO;
	}
	scn_drop(runner, wanted);
}

void scn_act_dma(struct scn_runner *runner, const struct scn_step *step,
		 struct scn_outcome *outcome)
{
	const struct scn_action *action = step->action;

	switch (action->verb->op) {
	case SCN_OP_MAP:
	case SCN_OP_MAP_RESOURCE:
		act_map(runner, step, outcome);
		break;
	case SCN_OP_MAP_SG:
		act_map_sg(runner, step, outcome);
		break;
	case SCN_OP_UNMAP:
	case SCN_OP_UNMAP_SG:
	case SCN_OP_SYNC_CPU:
	case SCN_OP_SYNC_DEVICE:
		act_mapped(runner, step, outcome);
		break;
	case SCN_OP_ALLOC_COHERENT:
		act_alloc_coherent(runner, step, outcome);
		break;
	case SCN_OP_FREE_COHERENT:
		act_free_coherent(runner, step, outcome);
		break;
	case SCN_OP_PEER_ALLOC:
		act_peer_alloc(runner, step, outcome);
		break;
	case SCN_OP_DISTANCE:
		act_distance(runner, step, outcome);
		break;
	case SCN_OP_SEG_LIMITS:
		outcome->err = svmsim_set_segment_limits(runner->world, step->device,
							 (unsigned int)action->part_bytes,
							 action->boundary_bytes ?
							 action->boundary_bytes - 1 : 0);
		break;
	case SCN_OP_UNBIND:
		outcome->err = svmsim_driver_unbind(runner->world, step->device);
		break;
	case SCN_OP_RAM_AREA:
		act_area(runner, step, outcome);
		break;
	default:
		scn_act_hmm(runner, step, outcome);
		break;
	}
}
