/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Pages of devices: which page frames they are, and their way from the driver's allocator into use
 * and back. Models mm/memremap.c, v7.0.
 */
#include "kernel/lock_internal.h"
#include "kernel/warn_internal.h"
#include "mm/folio.h"
#include "mm/phys_internal.h"
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/wait_bit.h>

struct sim_pgmap_range *phys_pgmap_range(const struct sim_phys *state, u64 pfn)
{
	for (unsigned int i = 0; i < state->pgmap_count; i++) {
		struct sim_pgmap_range *range = &state->pgmaps[i];

		if (pfn >= range->first_pfn && pfn < range->end_pfn)
			return range;
	}
	return NULL;
}

void phys_pgmap_range_add(struct svmsim_world *world, const struct range *range,
			  struct dev_pagemap *pgmap, int nid)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (state->pgmap_count == state->pgmap_capacity)
		state->pgmaps = sim_array_grow(world, state->pgmaps, state->pgmap_count,
					       &state->pgmap_capacity, sizeof(*state->pgmaps));
	state->pgmaps[state->pgmap_count++] = (struct sim_pgmap_range){
		.first_pfn = PHYS_PFN(range->start),
		.end_pfn = PHYS_PFN(range->end) + 1,
		.pgmap = pgmap,
		.nid = nid,
	};
}

bool sim_pfn_is_zone_device(const struct page *page)
{
	const struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, page);

	return unlikely(state->pgmap_count) && !phys_chunk(state, pfn) &&
	       phys_pgmap_range(state, pfn);
}
EXPORT_SYMBOL(sim_pfn_is_zone_device);

struct dev_pagemap *sim_pfn_pgmap(const struct page *page)
{
	const struct sim_phys *state = phys_state();
	const struct sim_pgmap_range *range = phys_pgmap_range(state, phys_pfn(state, page));

	return WARN_ON_ONCE(!range) ? NULL : range->pgmap;
}
EXPORT_SYMBOL(sim_pfn_pgmap);

static const struct range *range_of(const struct dev_pagemap *pgmap, int index)
{
	return &pgmap->ranges[index];
}

static int range_check(const struct sim_phys *state, const struct range *range)
{
	if (range->end < range->start || !PAGE_ALIGNED(range->start) ||
	    !PAGE_ALIGNED(range->end + 1) || PHYS_PFN(range->end) >= state->pfn_end)
		return -EINVAL;
	for (u64 i = 0; i < state->chunk_count; i++) {
		const struct sim_phys_chunk *chunk = &state->chunks[i];

		if (chunk->bytes && chunk->first <= range->end &&
		    chunk->first + chunk->bytes > range->start)
			return -ENXIO;
	}
	for (unsigned int i = 0; i < state->pgmap_count; i++)
		if (PHYS_PFN(range->start) < state->pgmaps[i].end_pfn &&
		    state->pgmaps[i].first_pfn <= PHYS_PFN(range->end))
			return -ENXIO;
	return 0;
}

int sim_phys_pgmap_add(struct svmsim_world *world, struct dev_pagemap *pgmap)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (pgmap->nr_range < 1)
		return -EINVAL;
	for (int r = 0; r < pgmap->nr_range; r++) {
		int err = range_check(state, range_of(pgmap, r));

		if (err)
			return err;
	}
	for (int r = 0; r < pgmap->nr_range; r++)
		phys_pgmap_range_add(world, range_of(pgmap, r), pgmap, 0);
	return 0;
}

void sim_phys_pgmap_remove(struct svmsim_world *world, struct dev_pagemap *pgmap)
{
	struct sim_phys *state = sim_phys_of_world(world);
	unsigned int kept = 0;

	for (unsigned int i = 0; i < state->pgmap_count; i++)
		if (state->pgmaps[i].pgmap != pgmap)
			state->pgmaps[kept++] = state->pgmaps[i];
	state->pgmap_count = kept;
}

/* A pagemap of sim_phys_pgmap_add() never had references. */
static bool is_counted(const struct dev_pagemap *pgmap)
{
	return likely(pgmap->ref.percpu_count_ptr);
}

/* One page on its way into use: whatever folio it was part of before is forgotten. */
static void page_init(struct sim_phys *state, struct page *page, struct dev_pagemap *pgmap)
{
	struct folio *folio = (struct folio *)page;

	if (unlikely(page_ref_count(page)))
		phys_bad_ref(state, phys_pfn(state, page), "initialised while in use");
	folio_lock_freed(folio);
	/* The order of a folio that began one page before is in these bits, too. */
	page->flags.f &= ~0xfful;
	page->flags.f |= 1UL << SIM_PG_ZONE_DEVICE;
	page->_mapcount.counter = 0;
	/* Where that folio had the number of its pages. */
	page->memcg_data = 0;
	folio->mapping = NULL;
	folio->pgmap = pgmap;
	folio->share = 0;
}

void zone_device_page_init(struct page *page, struct dev_pagemap *pgmap, unsigned int order)
{
	struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, page);

	WARN_ON_ONCE(order > MAX_ORDER_NR_PAGES);
	phys_touch(sim_world, state, pfn, 1ull << order);
	for (u64 i = 0; i < 1ull << order; i++)
		page_init(state, page + i, pgmap);
	/* Only a driver that allocates after memunmap_pages() finds none left. */
	if (is_counted(pgmap) && !WARN_ON_ONCE(percpu_ref_is_zero(&pgmap->ref)))
		percpu_ref_get_many(&pgmap->ref, 1ul << order);
	set_page_count(page, 1);
	sim_lock_may_sleep(SIM_SITE(SIM_POINT_LOCK, "zone_device_page_init", "page"));
	__folio_set_locked((struct folio *)page);
	if (order)
		prep_compound_page(page, order);
	if (unlikely(state->watch) && state->watch->device_alloc)
		state->watch->device_alloc(state->watch->ctx, pfn, order);
}
EXPORT_SYMBOL_GPL(zone_device_page_init);

/* The driver's callback, by either of its names; false when there is none. */
static bool give_back(const struct dev_pagemap *pgmap, struct folio *folio)
{
	const struct dev_pagemap_ops *ops = pgmap->ops;

	if (WARN_ON_ONCE(!ops || (!ops->folio_free && !ops->page_free)))
		return false;
	if (ops->folio_free)
		ops->folio_free(folio);
	else
		ops->page_free(&folio->page);
	return true;
}

/* Its pages are the driver's again, and with them the references that they had on the pagemap. */
static void free_device_memory(struct dev_pagemap *pgmap, struct folio *folio, unsigned long nr)
{
	if (!give_back(pgmap, folio))
		return;
	if (unlikely(sim_world->machine->quirks >> SVMSIM_QUIRK_PGMAP_READ_AGAIN & 1))
		pgmap = folio->pgmap;
	if (is_counted(pgmap) && pgmap->ref.data)
		percpu_ref_put_many(&pgmap->ref, nr);
}

static void tell_freed(struct folio *folio)
{
	struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, &folio->page);

	if (unlikely(folio_mapcount(folio)))
		phys_bad_ref(state, pfn, "freed while mapped");
	folio_lock_freed(folio);
	if (unlikely(state->watch) && state->watch->device_free)
		state->watch->device_free(state->watch->ctx, pfn, folio_order(folio));
}

void free_zone_device_folio(struct folio *folio)
{
	struct dev_pagemap *pgmap = page_pgmap(&folio->page);
	unsigned long nr = folio_nr_pages(folio);

	if (WARN_ON_ONCE(!pgmap))
		return;
	tell_freed(folio);
	if (folio_test_anon(folio))
		for (unsigned long i = 0; i < nr; i++)
			ClearPageAnonExclusive(folio_page(folio, i));
	if (pgmap->type != MEMORY_DEVICE_FS_DAX && pgmap->type != MEMORY_DEVICE_GENERIC)
		folio->mapping = NULL;
	switch (pgmap->type) {
	case MEMORY_DEVICE_PRIVATE:
	case MEMORY_DEVICE_COHERENT:
		free_device_memory(pgmap, folio, nr);
		break;
	case MEMORY_DEVICE_GENERIC:
		folio_set_count(folio, 1);
		break;
	case MEMORY_DEVICE_FS_DAX:
		wake_up_var(&folio->page);
		break;
	case MEMORY_DEVICE_PCI_P2PDMA:
		give_back(pgmap, folio);
		break;
	}
}
