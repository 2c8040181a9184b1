/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Bytes outside of RAM. There are few windows, so that a search looks at each. */
#include "mm/phys_internal.h"

struct sim_phys_window *phys_device_window(struct sim_phys *state, u64 pfn)
{
	struct sim_phys_window *window = state->last_window;
	phys_addr_t phys = PFN_PHYS(pfn);

	if (likely(window && phys - window->first < window->bytes))
		return window;
	for (unsigned int i = 0; i < state->window_count; i++) {
		window = &state->windows[i];
		if (!window->is_there || phys - window->first >= window->bytes)
			continue;
		state->last_window = window;
		return window;
	}
	return NULL;
}

struct sim_phys_window *phys_window(struct sim_phys *state, u64 pfn)
{
	struct sim_phys_window *window = phys_device_window(state, pfn);

	return window && !window->is_private ? window : NULL;
}

/* Of an earlier run with the same range; or else a new entry, or any that is not in use. */
static struct sim_phys_window *entry_for(struct sim_phys *state, phys_addr_t first, u64 bytes)
{
	struct sim_phys_window *unused = NULL;

	for (unsigned int i = 0; i < state->window_count; i++) {
		struct sim_phys_window *window = &state->windows[i];

		if (window->is_there)
			continue;
		if (window->first == first && window->bytes == bytes)
			return window;
		unused = window;
	}
	if (state->window_count < SIM_PHYS_WINDOW_MAX)
		return &state->windows[state->window_count++];
	SIM_ASSERT(unused);
	host_release(unused->base, unused->bytes);
	unused->base = NULL;
	return unused;
}

static void add(struct svmsim_world *world, phys_addr_t first, u64 bytes, bool is_private)
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
	window->is_private = is_private;
}

void sim_phys_window_add(struct svmsim_world *world, phys_addr_t first, u64 bytes)
{
	add(world, first, bytes, false);
}

void sim_phys_device_memory_add(struct svmsim_world *world, phys_addr_t first, u64 bytes)
{
	add(world, first, bytes, true);
}

/* What a run wrote there is in groups that it touched. */
static void forget(struct sim_phys *state, const struct sim_phys_window *window)
{
	for (u32 i = 0; i < state->touched_count; i++) {
		u64 pfn = (u64)state->touched_groups[i] << GROUP_SHIFT;
		u64 end = pfn + GROUP_PAGES;

		if (pfn < PHYS_PFN(window->first))
			pfn = PHYS_PFN(window->first);
		if (end > PHYS_PFN(window->first + window->bytes))
			end = PHYS_PFN(window->first + window->bytes);
		if (pfn < end)
			phys_forget_bytes(state, pfn, end - pfn);
	}
}

void sim_phys_window_remove(struct svmsim_world *world, phys_addr_t first)
{
	struct sim_phys *state = sim_phys_of_world(world);
	struct sim_phys_window *window = phys_device_window(state, PHYS_PFN(first));

	SIM_ASSERT(window && window->first == first);
	forget(state, window);
	window->is_there = false;
	state->last_window = NULL;
}

void phys_windows_reset(struct sim_phys *state)
{
	for (unsigned int i = 0; i < state->window_count; i++)
		state->windows[i].is_there = false;
	state->last_window = NULL;
}

void phys_windows_release(struct sim_phys *state)
{
	for (unsigned int i = 0; i < state->window_count; i++)
		host_release(state->windows[i].base, state->windows[i].bytes);
}
