/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* References on pages and folios, and the pages of devices. */
#include "mm/move.h"
#include "mm/phys_internal.h"
#include <linux/errno.h>
#include <linux/export.h>

#define PGMAP_MAX (sizeof(((struct sim_phys *)0)->pgmaps) / sizeof(struct dev_pagemap *))

void phys_bad_ref(struct sim_phys *state, u64 pfn, const char *what)
{
	if (state->watch && state->watch->bad_ref)
		state->watch->bad_ref(state->watch->ctx, pfn, what);
}

static const struct range *pgmap_range(const struct dev_pagemap *pgmap, int index)
{
	return pgmap->nr_range > 1 ? &pgmap->ranges[index] : &pgmap->range;
}

static struct dev_pagemap *pgmap_of_pfn(const struct sim_phys *state, u64 pfn)
{
	for (unsigned int i = 0; i < state->pgmap_count; i++)
		for (int r = 0; r < state->pgmaps[i]->nr_range; r++) {
			const struct range *range = pgmap_range(state->pgmaps[i], r);

			if (PFN_PHYS(pfn) - range->start < range_len(range))
				return state->pgmaps[i];
		}
	return NULL;
}

bool is_zone_device_page(const struct page *page)
{
	const struct sim_phys *state = phys_state();

	return unlikely(state->pgmap_count) && pgmap_of_pfn(state, phys_pfn(state, page));
}
EXPORT_SYMBOL(is_zone_device_page);

struct dev_pagemap *page_pgmap(const struct page *page)
{
	const struct sim_phys *state = phys_state();
	const struct folio *folio = page_folio(page);

	if (WARN_ON_ONCE(!is_zone_device_page(page)))
		return NULL;
	/* In use, the folio says; before its first use, the page frame number does. */
	return folio->pgmap ? folio->pgmap : pgmap_of_pfn(state, phys_pfn(state, page));
}
EXPORT_SYMBOL(page_pgmap);

bool PageReserved(const struct page *page)
{
	return is_zone_device_page(page) || (page->flags.f & (1UL << PG_reserved));
}
EXPORT_SYMBOL(PageReserved);

bool pfn_valid(unsigned long pfn)
{
	const struct sim_phys *state = phys_state();

	return phys_chunk(state, pfn) || pgmap_of_pfn(state, pfn);
}
EXPORT_SYMBOL(pfn_valid);

int page_to_nid(const struct page *page)
{
	const struct sim_phys *state = phys_state();
	const struct sim_phys_chunk *chunk = phys_chunk(state, phys_pfn(state, page));

	return chunk ? chunk->node : 0;
}
EXPORT_SYMBOL(page_to_nid);

static int pgmap_check(const struct sim_phys *state, const struct range *range)
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
		for (int r = 0; r < state->pgmaps[i]->nr_range; r++)
			if (range_overlaps(pgmap_range(state->pgmaps[i], r), range))
				return -ENXIO;
	return 0;
}

int sim_phys_pgmap_add(struct svmsim_world *world, struct dev_pagemap *pgmap)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (pgmap->nr_range < 1)
		return -EINVAL;
	if (state->pgmap_count == PGMAP_MAX)
		return -ENOMEM;
	for (int r = 0; r < pgmap->nr_range; r++) {
		int err = pgmap_check(state, pgmap_range(pgmap, r));

		if (err)
			return err;
	}
	state->pgmaps[state->pgmap_count++] = pgmap;
	return 0;
}

void sim_phys_pgmap_remove(struct svmsim_world *world, struct dev_pagemap *pgmap)
{
	struct sim_phys *state = sim_phys_of_world(world);

	for (unsigned int i = 0; i < state->pgmap_count; i++)
		if (state->pgmaps[i] == pgmap) {
			state->pgmap_count--;
			for (; i < state->pgmap_count; i++)
				state->pgmaps[i] = state->pgmaps[i + 1];
		}
}

/* The last reference of a device's page gives it back to its driver. */
static void free_device_folio(struct folio *folio)
{
	struct dev_pagemap *pgmap = page_pgmap(&folio->page);

	folio->mapping = NULL;
	if (pgmap->ops && pgmap->ops->folio_free)
		pgmap->ops->folio_free(folio);
}

static void free_folio(struct folio *folio)
{
	struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, &folio->page);

	if (unlikely(folio_is_zone_device(folio))) {
		free_device_folio(folio);
		return;
	}
	if (folio_mapcount(folio))
		phys_bad_ref(state, pfn, "freed while mapped");
	lru_folio_freed(folio);
	phys_free(sim_world, pfn, folio_order(folio));
}

void folio_get(struct folio *folio)
{
	if (unlikely(folio_ref_count(folio) <= 0)) {
		phys_bad_ref(phys_state(), folio_pfn(folio), "reference taken on a free page");
		return;
	}
	folio_ref_inc(folio);
}
EXPORT_SYMBOL(folio_get);

static bool ref_sub_and_test(struct folio *folio, int refs)
{
	if (unlikely(folio_ref_count(folio) < refs)) {
		phys_bad_ref(phys_state(), folio_pfn(folio),
			     folio_ref_count(folio) ? "more references dropped than held" :
						      "reference dropped on a free page");
		return false;
	}
	folio_ref_sub(folio, refs);
	return !folio_ref_count(folio);
}

bool put_page_testzero(struct page *page)
{
	return ref_sub_and_test((struct folio *)page, 1);
}
EXPORT_SYMBOL(put_page_testzero);

void folio_put(struct folio *folio)
{
	if (ref_sub_and_test(folio, 1))
		free_folio(folio);
}
EXPORT_SYMBOL(folio_put);

void folio_put_refs(struct folio *folio, int refs)
{
	if (ref_sub_and_test(folio, refs))
		free_folio(folio);
}
EXPORT_SYMBOL(folio_put_refs);

void __free_pages(struct page *page, unsigned int order)
{
	struct sim_phys *state = phys_state();
	bool is_compound = PageHead(page);
	bool was_held = page_ref_count(page) > 0;
	u64 pfn = phys_pfn(state, page);

	if (put_page_testzero(page)) {
		phys_free(sim_world, pfn, order);
	} else if (was_held && !is_compound) {
		/* Someone else still holds the first page: what is behind it goes now. */
		while (order-- > 0)
			phys_free(sim_world, pfn + (1ull << order), order);
	}
}
EXPORT_SYMBOL(__free_pages);

void split_page(struct page *page, unsigned int order)
{
	for (u64 i = 1; i < 1ull << order; i++)
		set_page_count(page + i, 1);
}
EXPORT_SYMBOL_GPL(split_page);

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)page_address(page) : 0;
}
EXPORT_SYMBOL(__get_free_pages);

void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}
EXPORT_SYMBOL(free_pages);
