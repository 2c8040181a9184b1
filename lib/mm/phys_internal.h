/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared inside lib/mm. */
#ifndef MM_PHYS_INTERNAL_H
#define MM_PHYS_INTERNAL_H

#include "mm/phys.h"

#define GROUP_SHIFT 6
#define GROUP_PAGES (1ull << GROUP_SHIFT)

static inline struct sim_phys *phys_state(void)
{
	return sim_phys_of_world(sim_world);
}

static inline struct page *phys_page(const struct sim_phys *state, u64 pfn)
{
	return &state->pages[pfn];
}

static inline u64 phys_pfn(const struct sim_phys *state, const struct page *page)
{
	return page - state->pages;
}

/* sim_phys_touch(), inline for a group that the run has touched before. */
static __always_inline void phys_touch(struct svmsim_world *world, const struct sim_phys *state,
				       u64 pfn, u64 count)
{
	u64 group = pfn >> GROUP_SHIFT;

	if (unlikely((pfn + count - 1) >> GROUP_SHIFT != group ||
		     !(state->touched[group / 64] >> group % 64 & 1)))
		sim_phys_touch(world, pfn, count);
}

/* The chunk that holds a page frame of RAM, NULL when it is none. */
static inline struct sim_phys_chunk *phys_chunk(const struct sim_phys *state, u64 pfn)
{
	phys_addr_t phys = PFN_PHYS(pfn);
	struct sim_phys_chunk *chunk;

	if (phys >> SIM_PHYS_CHUNK_SHIFT >= state->chunk_count)
		return NULL;
	chunk = &state->chunks[phys >> SIM_PHYS_CHUNK_SHIFT];
	return phys - chunk->first < chunk->bytes ? chunk : NULL;
}

/* The window of this run that holds a page frame and that CPUs reach, NULL when there is none. */
struct sim_phys_window *phys_window(struct sim_phys *state, u64 pfn);
/* The same for its device. */
struct sim_phys_window *phys_device_window(struct sim_phys *state, u64 pfn);
/* Between runs, and for good. */
void phys_windows_reset(struct sim_phys *state);
void phys_windows_release(struct sim_phys *state);

static inline bool phys_is_stored(const struct sim_phys *state, u64 pfn)
{
	return state->stored[pfn >> GROUP_SHIFT] >> (pfn & (GROUP_PAGES - 1)) & 1;
}

/* Makes page frames read as the fill byte again. */
void phys_forget_bytes(struct sim_phys *state, u64 pfn, u64 count);
/* Gives each page of a range of RAM bytes of its own, to which the caller makes pointers. */
void phys_store(struct svmsim_world *world, u64 pfn, u64 count);
/* The bytes of a page of RAM whose contents do not matter. */
void *phys_fresh_bytes(struct svmsim_world *world, u64 pfn);

/* The order of nodes for each node. */
void phys_nodes_make(struct sim_phys *state, const struct svmsim_machine *machine);
/* All free lists as they are at the start of a run. */
void phys_alloc_start(struct svmsim_world *world);
/*
 * Free page frames of RAM with the order that they were allocated with. Their references are gone
 * and nobody has been told yet.
 */
void phys_free(struct svmsim_world *world, u64 pfn, unsigned int order);
/* The entry of a device's page frame; NULL when it is none. */
struct sim_pgmap_range *phys_pgmap_range(const struct sim_phys *state, u64 pfn);
/* One more range; it overlaps no other. */
void phys_pgmap_range_add(struct svmsim_world *world, const struct range *range,
			  struct dev_pagemap *pgmap, int nid);
/* The last reference of a device's folio is gone. */
void free_zone_device_folio(struct folio *folio);
/* The tree of resources as it is at the start of a run. */
void phys_iomem_start(struct svmsim_world *world);
/* Reports a reference that the page's count does not allow. */
void phys_bad_ref(struct sim_phys *state, u64 pfn, const char *what);

#endif
