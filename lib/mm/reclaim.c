/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Frees isolated folios: unmaps each, writes anonymous and shared memory to swap, and drops what
 * nobody else refers to. A folio that resists goes back to the LRU, some of them as active ones.
 *
 * The swap device is done when it is asked. Files have nothing behind them: a dirty page of one
 * stays.
 */
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include "mm/filemap.h"
#include "mm/move_internal.h"
#include "mm/rmap.h"

/* What happens to a folio after a try. */
enum verdict {
	FREED,
	KEEP,
	ACTIVATE,
};

/* One area's entries of a folio: counts those that were used, and makes them unused. */
static bool count_used(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		       void *arg)
{
	struct rmap_entries at = { .folio = folio, .vma = vma, .address = addr };
	int *used = arg;

	while (rmap_entries_next(&at)) {
		unsigned long size = at.pte ? PAGE_SIZE : CPT_PMD_SIZE;
		u64 *slot = at.pte ? at.pte : at.pmd;
		u64 entry = cpt_get(slot);
		bool young;

		if (!cpt_present(entry))
			continue;
		/* No flush: a CPU that has the entry cached may go on without telling of it. */
		young = entry & CPT_ACCESSED;
		if (young)
			cpt_set(vma->vm_mm, at.address, slot, at.pte ? 0 : 1,
				entry & ~CPT_ACCESSED);
		if (mmu_notifier_clear_flush_young(vma->vm_mm, at.address, at.address + size))
			young = true;
		*used += young;
	}
	return true;
}

static enum verdict check_references(struct folio *folio, bool *clean_only)
{
	int used = 0;
	struct rmap_walk_control control = {
		.arg = &used,
		.rmap_one = count_used,
		.try_lock = true,
	};
	bool was_referenced;

	if (folio_mapped(folio))
		rmap_walk(folio, &control);
	if (control.contended)
		return KEEP;
	was_referenced = folio_test_referenced(folio);
	folio_clear_referenced(folio);
	if (used) {
		folio_set_referenced(folio);
		return was_referenced || used > 1 ? ACTIVATE : KEEP;
	}
	*clean_only = was_referenced && !folio_test_swapbacked(folio);
	return FREED;
}

static bool is_lazily_freed(const struct folio *folio)
{
	return folio_test_anon(folio) && !folio_test_swapbacked(folio);
}

/* Places in swap for an anonymous folio; if it had to be split, its pieces come next. */
static enum verdict get_swap(struct folio *folio, struct list_head *folios, gfp_t gfp)
{
	if (!(gfp & __GFP_IO) || folio_maybe_dma_pinned(folio))
		return KEEP;
	if (folio_test_large(folio) &&
	    folio_expected_ref_count(folio) != folio_ref_count(folio) - 1)
		return ACTIVATE;
	if (folio_alloc_swap(folio)) {
		if (!folio_test_large(folio) || split_folio_to_list(&folio->page, 0, folios))
			return ACTIVATE;
		if (folio_alloc_swap(folio))
			return ACTIVATE;
	}
	/* Its entries say so, too, unless MADV_FREE cleared them. */
	folio_set_dirty(folio);
	return FREED;
}

/* Whether only caches and the caller refer to it. */
static bool is_freeable(const struct folio *folio)
{
	return folio_ref_count(folio) - folio_test_private(folio) ==
	       1 + (int)folio_nr_pages(folio);
}

/* Writing what has a place in swap is input and output, but enters no file system. */
static bool may_write(const struct folio *folio, gfp_t gfp)
{
	return gfp & __GFP_FS || (folio_test_swapcache(folio) && gfp & __GFP_IO);
}

static enum verdict write_out(struct folio *folio, struct reclaim *reclaim, bool clean_only)
{
	if (!folio_test_swapbacked(folio))
		return ACTIVATE;
	if (clean_only || !may_write(folio, reclaim->gfp) || !is_freeable(folio))
		return KEEP;
	/* Shared memory has found a place only now, and goes from its file's cache to swap's. */
	if (!folio_test_swapcache(folio)) {
		if (folio_alloc_swap(folio))
			return ACTIVATE;
		shmem_to_swap(folio);
	}
	swap_write(folio);
	sim_event(MM_WRITE_FOLIO, folio_pfn(folio), folio->swap.val);
	return FREED;
}

/* Takes an unmapped folio out of its cache, if nobody looked it up meanwhile. */
static bool remove_from_cache(struct folio *folio)
{
	int refs = 1 + (int)folio_nr_pages(folio);

	if (is_lazily_freed(folio))
		return folio_ref_count(folio) == 1;
	if (!folio_test_swapcache(folio) && (folio_test_anon(folio) || !folio->mapping))
		return false;
	if (folio_ref_count(folio) != refs || folio_test_dirty(folio))
		return false;
	if (folio_test_swapcache(folio)) {
		swap_cache_del(folio);
		return true;
	}
	filemap_remove_folio(folio);
	return true;
}

static bool unmap(struct folio *folio)
{
	unsigned int flags = 0;

	if (!folio_mapped(folio))
		return true;
	if (folio_test_large(folio))
		flags |= TTU_SYNC;
	if (folio_order(folio) >= CPT_PMD_ORDER)
		flags |= TTU_SPLIT_HUGE_PMD;
	try_to_unmap(folio, flags);
	return !folio_mapped(folio);
}

static enum verdict reclaim_locked(struct folio *folio, struct list_head *folios,
				   struct reclaim *reclaim)
{
	enum verdict verdict = FREED;
	bool clean_only = false;

	if (folio_test_writeback(folio))
		return ACTIVATE;
	if (!reclaim->ignores_references)
		verdict = check_references(folio, &clean_only);
	if (verdict == FREED && folio_test_anon(folio) && folio_test_swapbacked(folio) &&
	    !folio_test_swapcache(folio))
		verdict = get_swap(folio, folios, reclaim->gfp);
	if (verdict != FREED)
		return verdict;
	if (!unmap(folio) || folio_maybe_dma_pinned(folio))
		return ACTIVATE;
	if (folio_test_dirty(folio) && !is_lazily_freed(folio))
		verdict = write_out(folio, reclaim, clean_only);
	if (verdict == FREED && !remove_from_cache(folio))
		verdict = KEEP;
	return verdict;
}

void reclaim_folios(struct list_head *folios, struct reclaim *reclaim)
{
	LIST_HEAD(kept);

	while (!list_empty(folios)) {
		struct folio *folio = list_last_entry(folios, struct folio, lru);
		enum verdict verdict = KEEP;

		cond_resched();
		list_del(&folio->lru);
		reclaim->scanned += folio_nr_pages(folio);
		if (folio_trylock(folio)) {
			folio_clear_active(folio);
			verdict = reclaim_locked(folio, folios, reclaim);
			if (verdict == ACTIVATE)
				folio_set_active(folio);
			folio_unlock(folio);
		}
		if (verdict == FREED) {
			reclaim->reclaimed += folio_nr_pages(folio);
			folio_put(folio);
		} else {
			list_add(&folio->lru, &kept);
		}
	}
	list_splice(&kept, folios);
}

long sim_reclaim(struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	struct isolate isolate = { .folios = LIST_HEAD_INIT(isolate.folios) };
	struct reclaim reclaim = { .gfp = GFP_KERNEL, .ignores_references = true };

	isolate_range(&isolate, mm, addr, addr + bytes);
	reclaim_folios(&isolate.folios, &reclaim);
	isolate_putback(&isolate.folios);
	return (long)reclaim.reclaimed;
}
