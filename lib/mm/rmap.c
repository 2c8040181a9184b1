/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How often a folio is mapped, and whose it is. Counting is plain: it is no switch point. */
#include "mm/rmap_internal.h"

#define IS_CPT_LARGE(folio) (folio_order(folio) >= CPT_PMD_ORDER)

void rmap_bad_ref(const struct folio *folio, const char *what)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (watch && watch->bad_ref)
		watch->bad_ref(watch->ctx, folio_pfn(folio), what);
}

static void count_up(struct folio *folio, struct page *page, int nr_pages, enum rmap_level level)
{
	if (likely(!folio_test_large(folio))) {
		folio->_mapcount.counter++;
		return;
	}
	if (level == RMAP_LEVEL_PMD) {
		folio->_entire_mapcount.counter++;
		folio->_large_mapcount.counter++;
		return;
	}
	for (int i = 0; i < nr_pages; i++)
		page[i]._mapcount.counter++;
	folio->_large_mapcount.counter += nr_pages;
}

/* Each page of a large folio counts its PTEs, so that it shows which one is unmapped too often. */
static bool may_count_down(const struct folio *folio, const struct page *page, int nr_pages,
			   enum rmap_level level)
{
	if (!folio_test_large(folio))
		return folio->_mapcount.counter > 0;
	if (level == RMAP_LEVEL_PMD)
		return folio->_entire_mapcount.counter > 0;
	for (int i = 0; i < nr_pages; i++)
		if (page[i]._mapcount.counter <= 0)
			return false;
	return true;
}

static void count_down(struct folio *folio, struct page *page, int nr_pages,
		       enum rmap_level level)
{
	if (likely(!folio_test_large(folio))) {
		folio->_mapcount.counter--;
		return;
	}
	if (level == RMAP_LEVEL_PMD) {
		folio->_entire_mapcount.counter--;
		folio->_large_mapcount.counter--;
		return;
	}
	for (int i = 0; i < nr_pages; i++)
		page[i]._mapcount.counter--;
	folio->_large_mapcount.counter -= nr_pages;
}

static void set_anon(struct folio *folio, struct anon_vma *anon_vma)
{
	folio->mapping = (struct address_space *)((uintptr_t)anon_vma | FOLIO_MAPPING_ANON);
}

void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma)
{
	SIM_ASSERT(folio_test_locked(folio) && vma->anon_vma);
	set_anon(folio, vma->anon_vma);
}

void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     unsigned int flags)
{
	const bool is_exclusive = flags & RMAP_EXCLUSIVE;
	const bool is_pmd = IS_CPT_LARGE(folio);
	const int nr_pages = is_pmd ? 1 : (int)folio_nr_pages(folio);

	SIM_ASSERT(vma->anon_vma && addr >= vma->vm_start &&
		   addr + folio_size(folio) <= vma->vm_end);
	folio_set_swapbacked(folio);
	/* What others may share belongs to the oldest that could: the root. */
	set_anon(folio, is_exclusive ? vma->anon_vma : vma->anon_vma->root);
	folio->index = rmap_index(vma, addr);
	count_up(folio, &folio->page, nr_pages, is_pmd ? RMAP_LEVEL_PMD : RMAP_LEVEL_PTE);
	for (int i = 0; is_exclusive && i < nr_pages; i++)
		SetPageAnonExclusive(folio_page(folio, i));
}

void folio_add_anon_rmap(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma, unsigned long addr, enum rmap_level level,
			 unsigned int flags)
{
	SIM_ASSERT(folio_test_anon(folio));
	SIM_DEBUG_ASSERT(folio->index + folio_page_idx(folio, page) ==
			 rmap_index(vma, addr));
	count_up(folio, page, nr_pages, level);
	if (!(flags & RMAP_EXCLUSIVE))
		return;
	SetPageAnonExclusive(page);
	for (int i = 1; level == RMAP_LEVEL_PTE && i < nr_pages; i++)
		SetPageAnonExclusive(page + i);
}

void folio_add_file_rmap(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma, enum rmap_level level)
{
	SIM_ASSERT(!folio_test_anon(folio));
	count_up(folio, page, nr_pages, level);
}

void folio_remove_rmap(struct folio *folio, struct page *page, int nr_pages,
		       struct vm_area_struct *vma, enum rmap_level level)
{
	if (unlikely(!may_count_down(folio, page, nr_pages, level))) {
		rmap_bad_ref(folio, "unmapped more often than mapped");
		return;
	}
	count_down(folio, page, nr_pages, level);
}

static bool any_exclusive(const struct page *page, int nr_pages)
{
	for (int i = 0; i < nr_pages; i++)
		if (PageAnonExclusive(page + i))
			return true;
	return false;
}

int folio_try_dup_anon_rmap(struct folio *folio, struct page *page, int nr_pages,
			    struct vm_area_struct *dst, struct vm_area_struct *src,
			    enum rmap_level level)
{
	const int flagged = level == RMAP_LEVEL_PMD ? 1 : nr_pages;

	SIM_ASSERT(folio_test_anon(folio));
	/* Nobody can pin what a CPU can't reach. */
	if (unlikely(folio_maybe_dma_pinned(folio)) && !folio_is_device_private(folio) &&
	    any_exclusive(page, flagged))
		return -EBUSY;
	for (int i = 0; i < flagged; i++)
		ClearPageAnonExclusive(page + i);
	count_up(folio, page, nr_pages, level);
	return 0;
}

int folio_try_share_anon_rmap(struct folio *folio, struct page *page, int nr_pages,
			      enum rmap_level level)
{
	SIM_ASSERT(folio_test_anon(folio) && PageAnonExclusive(page));
	if (unlikely(folio_maybe_dma_pinned(folio)) && !folio_is_device_private(folio))
		return -EBUSY;
	for (int i = 0; i < (level == RMAP_LEVEL_PMD ? 1 : nr_pages); i++)
		ClearPageAnonExclusive(page + i);
	return 0;
}
