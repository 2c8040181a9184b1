/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Bytes outside of RAM. There are few windows, so that a search looks at each. */
#include "mm/phys_internal.h"

struct sim_phys_window *phys_window(const struct sim_phys *state, u64 pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);

	for (unsigned int i = 0; i < state->window_count; i++) {
		const struct sim_phys_window *window = &state->windows[i];

		if (window->is_there && phys - window->first < window->bytes)
			return (struct sim_phys_window *)window;
	}
	return NULL;
}

/* A window of an earlier run with the same range, or else a new entry. */
static struct sim_phys_window *entry_for(struct sim_phys *state, phys_addr_t first, u64 bytes)
{
	struct sim_phys_window *window = state->windows;

	for (unsigned int i = 0; i < state->window_count; i++, window++)
		if (!window->is_there && window->first == first && window->bytes == bytes)
			return window;
	SIM_ASSERT(state->window_count < SVMSIM_DEVICE_MAX);
	state->window_count++;
	return window;
}

void sim_phys_window_add(struct svmsim_world *world, phys_addr_t first, u64 bytes)
{
	struct sim_phys *state = sim_phys_of_world(world);
	struct sim_phys_window *window;

	SIM_ASSERT(bytes && PAGE_ALIGNED(first | bytes) &&
		   PHYS_PFN(first + bytes - 1) < state->pfn_end &&
		   first >= PFN_PHYS(state->ram_pfn_end));
	for (unsigned int i = 0; i < state->window_count; i++)
		SIM_ASSERT(!state->windows[i].is_there ||
			   first >= state->windows[i].first + state->windows[i].bytes ||
			   first + bytes <= state->windows[i].first);
	window = entry_for(state, first, bytes);
	if (!window->base)
		window->base = host_reserve(bytes);
	if (!window->base)
		host_defect(__FILE_NAME__, __LINE__, "the host refuses memory for a device");
	window->first = first;
	window->bytes = bytes;
	window->is_there = true;
}

void phys_windows_reset(struct sim_phys *state)
{
	for (unsigned int i = 0; i < state->window_count; i++)
		state->windows[i].is_there = false;
}

void phys_windows_release(struct sim_phys *state)
{
	for (unsigned int i = 0; i < state->window_count; i++)
		host_release(state->windows[i].base, state->windows[i].bytes);
}
