/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Taking a folio away from all that map it: for swap, for a page cache, or because it is unused. */
#include "mm/move.h"
#include "mm/mman.h"
#include "mm/rmap_internal.h"
#include <linux/bug.h>
#include <linux/mmu_notifier.h>

/*
 * Memory given back with MADV_FREE goes unless somebody wrote to it since. @unmapped is counted,
 * as the reference of who reclaims.
 */
static bool may_discard(struct folio *folio)
{
	if (folio_test_dirty(folio)) {
		folio_set_swapbacked(folio);
		return false;
	}
	return folio_ref_count(folio) == 1 + folio_mapcount(folio);
}

/* A whole PMD of such memory; false when it has to stay. */
static bool discard_pmd(struct rmap_entries *at)
{
	struct mm_struct *mm = at->vma->vm_mm;
	struct folio *folio = at->folio;
	u64 old = *at->pmd;

	if (old & CPT_DIRTY)
		folio_set_dirty(folio);
	if (folio_test_dirty(folio)) {
		folio_set_swapbacked(folio);
		return false;
	}
	cpt_clear_flush(at->vma, at->address, at->pmd, 1);
	if (!may_discard(folio)) {
		cpt_set(mm, at->address, at->pmd, 1, old);
		return false;
	}
	folio_remove_rmap(folio, &folio->page, CPT_PMD_PAGES, at->vma, RMAP_LEVEL_PMD);
	cpt_table_free(mm, cpt_withdraw(mm, at->pmd));
	mm->rss_stat[MM_ANONPAGES].counter -= CPT_PMD_PAGES;
	folio_put(folio);
	return true;
}

/* The swap entry that remembers an anonymous page, or 0 when the page has to stay mapped. */
static u64 swap_entry_for(struct folio *folio, struct page *page, u64 old)
{
	const unsigned long place = folio->swap.val + folio_page_idx(folio, page);
	const bool is_exclusive = PageAnonExclusive(page);

	swap_dup(place);
	if (is_exclusive && folio_try_share_anon_rmap(folio, page, 1, RMAP_LEVEL_PTE)) {
		swap_put(place);
		return 0;
	}
	return cpt_make_soft(CPT_SWAP, place,
			     (is_exclusive ? CPT_SOFT_EXCLUSIVE : 0) |
				     (old & (CPT_SOFT_DIRTY | CPT_UFFD_WP)));
}

/*
 * What stands in the PTE's place, and what the mm's counters say; false when the page has to stay.
 * The PTE is none already.
 */
static bool replace_pte(struct rmap_entries *at, struct page *page, u64 old, u64 *entry)
{
	atomic_long_t *rss = at->vma->vm_mm->rss_stat;
	struct folio *folio = at->folio;

	*entry = 0;
	if (!folio_test_anon(folio)) {
		/* The write protection of a file's page outlives its mapping. */
		if (!vma_is_anonymous(at->vma) && (old & CPT_UFFD_WP))
			*entry = cpt_make_soft(CPT_MARKER_UFFD_WP, 0, 0);
	} else if (WARN_ON_ONCE(folio_test_swapbacked(folio) != folio_test_swapcache(folio))) {
		return false;
	} else if (!folio_test_swapbacked(folio)) {
		if (!may_discard(folio))
			return false;
	} else {
		*entry = swap_entry_for(folio, page, old);
		if (!*entry)
			return false;
		rss[MM_SWAPENTS].counter++;
	}
	rss[rmap_rss(folio)].counter--;
	return true;
}

static bool unmap_pte(struct rmap_entries *at)
{
	struct mm_struct *mm = at->vma->vm_mm;
	struct folio *folio = at->folio;
	const u64 old = *at->pte;
	struct page *page = folio_page(folio, cpt_pfn(old) - folio_pfn(folio));
	u64 entry;

	if (cpt_present(old))
		cpt_clear_flush(at->vma, at->address, at->pte, 0);
	else
		cpt_set(mm, at->address, at->pte, 0, 0);
	if (cpt_present(old) && (old & CPT_DIRTY))
		folio_set_dirty(folio);
	if (!replace_pte(at, page, old, &entry)) {
		cpt_set(mm, at->address, at->pte, 0, old);
		return false;
	}
	if (entry)
		cpt_set(mm, at->address, at->pte, 0, entry);
	folio_remove_rmap(folio, page, 1, at->vma, RMAP_LEVEL_PTE);
	folio_put(folio);
	return true;
}

static bool unmap_entry(struct rmap_entries *at, unsigned int *flags)
{
	if (at->pte)
		return unmap_pte(at);
	if (folio_test_anon(at->folio) && !folio_test_swapbacked(at->folio))
		return discard_pmd(at);
	/* There is no swap entry for 2 MiB. */
	SIM_ASSERT(*flags & TTU_SPLIT_HUGE_PMD);
	split_huge_pmd_locked(at->vma, at->pmd, at->address, false);
	*flags &= ~TTU_SPLIT_HUGE_PMD;
	rmap_entries_restart(at);
	return true;
}

static bool unmap_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		      void *arg)
{
	unsigned int flags = *(const unsigned int *)arg;
	struct rmap_entries at = {
		.folio = folio,
		.vma = vma,
		.address = addr,
		.flags = flags & TTU_SYNC ? RMAP_ENTRIES_SYNC : 0,
	};
	struct mmu_notifier_range range;
	bool go_on = true;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, addr,
				rmap_vma_end(folio, vma));
	mmu_notifier_invalidate_range_start(&range);
	while (go_on && rmap_entries_next(&at))
		go_on = unmap_entry(&at, &flags);
	rmap_entries_stop(&at);
	mmu_notifier_invalidate_range_end(&range);
	return go_on;
}

static bool is_unmapped(struct folio *folio)
{
	return !folio_mapped(folio);
}

void try_to_unmap(struct folio *folio, unsigned int flags)
{
	struct rmap_walk_control control = {
		.arg = &flags,
		.rmap_one = unmap_one,
		.done = is_unmapped,
		.only_mapped = true,
		.locked = flags & TTU_RMAP_LOCKED,
	};

	rmap_walk(folio, &control);
}
