/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* References on pages and folios. */
#include "mm/move.h"
#include "mm/phys_internal.h"
#include <linux/errno.h>
#include <linux/export.h>

void phys_bad_ref(struct sim_phys *state, u64 pfn, const char *what)
{
	if (state->watch && state->watch->bad_ref)
		state->watch->bad_ref(state->watch->ctx, pfn, what);
}

bool PageReserved(const struct page *page)
{
	return is_zone_device_page(page) || (page->flags.f & (1UL << PG_reserved));
}
EXPORT_SYMBOL(PageReserved);

bool pfn_valid(unsigned long pfn)
{
	const struct sim_phys *state = phys_state();

	return phys_chunk(state, pfn) || phys_pgmap_range(state, pfn);
}
EXPORT_SYMBOL(pfn_valid);

int page_to_nid(const struct page *page)
{
	const struct sim_phys *state = phys_state();
	const struct sim_phys_chunk *chunk = phys_chunk(state, phys_pfn(state, page));
	const struct sim_pgmap_range *range;

	if (likely(chunk))
		return chunk->node;
	range = phys_pgmap_range(state, phys_pfn(state, page));
	return range ? range->nid : 0;
}
EXPORT_SYMBOL(page_to_nid);

static void free_folio(struct folio *folio)
{
	struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, &folio->page);

	if (unlikely(folio_is_zone_device(folio))) {
		free_zone_device_folio(folio);
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
