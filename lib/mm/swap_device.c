/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The swap device: places of one page, and what is written there. */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "kernel/inject.h"
#include "mm/move_internal.h"

SIM_FAULT_KIND(swap, "swap", true, "places in swap; the page stays in memory", -ENOMEM);

static size_t place_bytes(const struct swap_device *swap)
{
	return PAGE_ALIGN(swap->place_end * sizeof(*swap->place));
}

int swap_device_make(struct svmsim_world *world)
{
	struct move_state *state = world->slot[SIM_SLOT_MOVE];
	struct swap_device *swap = &state->swap;

	swap->place_end = PHYS_PFN(world->machine->swap_bytes) + 1;
	swap->place = host_reserve(place_bytes(swap));
	swap->data = host_reserve(swap->place_end << PAGE_SHIFT);
	swap->first_free = 1;
	return swap->place && swap->data ? 0 : -ENOMEM;
}

void swap_device_unmake(struct svmsim_world *world)
{
	struct move_state *state = world->slot[SIM_SLOT_MOVE];
	struct swap_device *swap = &state->swap;

	host_release(swap->place, place_bytes(swap));
	host_release(swap->data, swap->place_end << PAGE_SHIFT);
}

void swap_device_reset(struct svmsim_world *world)
{
	struct move_state *state = world->slot[SIM_SLOT_MOVE];
	struct swap_device *swap = &state->swap;

	memset(swap->place, 0, swap->touched_end * sizeof(*swap->place));
	swap->first_free = 1;
	swap->touched_end = 0;
	swap->used = 0;
}

static bool run_is_free(const struct swap_device *swap, u64 first, u64 count)
{
	for (u64 i = 0; i < count; i++)
		if (swap->place[first + i].is_used)
			return false;
	return true;
}

unsigned long swap_places_alloc(unsigned int order)
{
	struct swap_device *swap = &move_state()->swap;
	u64 count = 1ull << order;

	if (sim_inject(&sim_fault_swap, NULL))
		return 0;
	while (swap->first_free < swap->place_end && swap->place[swap->first_free].is_used)
		swap->first_free++;
	/* Aligned, so that a place tells which page of a large folio it is. */
	for (u64 first = ALIGN(swap->first_free, count); first + count <= swap->place_end;
	     first += count) {
		if (!run_is_free(swap, first, count))
			continue;
		for (u64 i = 0; i < count; i++)
			swap->place[first + i] = (struct swap_place){ .is_used = true };
		swap->touched_end = max(swap->touched_end, first + count);
		swap->used += count;
		return first;
	}
	return 0;
}

void swap_place_free(unsigned long place)
{
	struct swap_device *swap = &move_state()->swap;

	SIM_ASSERT(swap->place[place].is_used);
	swap->place[place] = (struct swap_place){};
	swap->first_free = min(swap->first_free, (u64)place);
	swap->used--;
}

static char *bytes_of(unsigned long place)
{
	return move_state()->swap.data + (place << PAGE_SHIFT);
}

void swap_place_write(unsigned long number, struct page *page)
{
	struct swap_place *place = &move_state()->swap.place[number];

	place->has_tag = sim_phys_is_tag(sim_world, page_to_phys(page), &place->tag);
	if (!place->has_tag)
		sim_phys_read(sim_world, page_to_phys(page), bytes_of(number), PAGE_SIZE);
	place->has_data = true;
}

void swap_place_read(unsigned long number, struct page *page)
{
	const struct swap_place *place = &move_state()->swap.place[number];

	SIM_ASSERT(place->has_data);
	if (place->has_tag)
		sim_phys_write_tag(sim_world, page_to_phys(page), place->tag);
	else
		sim_phys_write(sim_world, page_to_phys(page), bytes_of(number), PAGE_SIZE);
}
