/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A PMD that maps 2 MiB becomes a table of PTEs that map the same. */
#include "mm/fault.h"
#include "mm/mman.h"
#include "mm/rmap_internal.h"
#include <linux/mmu_notifier.h>

u64 rmap_pmd_invalidate(struct vm_area_struct *vma, unsigned long addr, u64 *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 old = *pmd;

	tlb_change_begin(mm);
	cpt_set(mm, addr, pmd, 1, (old & ~CPT_PRESENT) | CPT_PROTNONE);
	flush_tlb_mm_range(mm, addr, addr + CPT_PMD_SIZE);
	tlb_change_end(mm);
	return old;
}

/* Writes the 512 entries, @entry with its page frame counted up, and shows them to the mm. */
static void fill_table(struct vm_area_struct *vma, unsigned long addr, u64 *pmd, u64 entry,
		       u64 step)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *table = cpt_withdraw(mm, pmd);
	u64 *slot = sim_phys_ptr(sim_world, PFN_PHYS(page_to_pfn(table)));

	for (unsigned int i = 0; i < CPT_ENTRIES; i++, entry += step)
		cpt_set(mm, addr + i * PAGE_SIZE, slot + i, 0, entry);
	cpt_populate(mm, addr, pmd, table);
}

static void split_zero_page(struct vm_area_struct *vma, unsigned long addr, u64 *pmd)
{
	u64 old = cpt_clear_flush(vma, addr, pmd, 1);
	u64 flags = (vma_entry_flags(vma) & ~CPT_WRITE) | CPT_ACCESSED | CPT_SPECIAL;

	fill_table(vma, addr, pmd,
		   cpt_make_leaf(fault_state()->zero_pfn, flags | (old & CPT_UFFD_WP)), 0);
}

/* A file's folio is in its cache: a fault will find it again. */
static void split_file(struct vm_area_struct *vma, unsigned long addr, u64 *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 old = cpt_clear_flush(vma, addr, pmd, 1);
	struct folio *folio;

	/* Memory of a driver is counted nowhere. */
	if (cpt_present(old) && (old & CPT_SPECIAL))
		return;
	folio = pfn_folio(cpt_pfn(old));
	mm->rss_stat[rmap_rss(folio)].counter -= CPT_PMD_PAGES;
	if (cpt_is_migration(old))
		return;
	if (old & CPT_DIRTY)
		folio_set_dirty(folio);
	if (old & CPT_ACCESSED)
		folio_set_referenced(folio);
	folio_remove_rmap(folio, &folio->page, CPT_PMD_PAGES, vma, RMAP_LEVEL_PMD);
	folio_put(folio);
}

/*
 * What is counted once becomes counted 512 times, unless migration entries that hold nothing take
 * its place, which they can't for a folio that may be pinned. Returns whether they do.
 */
static bool split_counts(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			 bool is_exclusive, bool freeze)
{
	struct page *page = &folio->page;

	if (freeze && is_exclusive &&
	    folio_try_share_anon_rmap(folio, page, CPT_PMD_PAGES, RMAP_LEVEL_PMD))
		freeze = false;
	if (!freeze) {
		folio_ref_add(folio, CPT_PMD_PAGES - 1);
		folio_add_anon_rmap(folio, page, CPT_PMD_PAGES, vma, addr, RMAP_LEVEL_PTE,
				    is_exclusive ? RMAP_EXCLUSIVE : RMAP_NONE);
	}
	folio_remove_rmap(folio, page, CPT_PMD_PAGES, vma, RMAP_LEVEL_PMD);
	if (freeze)
		folio_put(folio);
	return freeze;
}

/* Protection for NUMA hinting is not passed on: it could be that of another area by now. */
static u64 present_pte(const struct vm_area_struct *vma, u64 old)
{
	return cpt_make_leaf(cpt_pfn(old),
			     (vma_entry_flags(vma) & ~CPT_WRITE) |
				     (old & (CPT_WRITE | CPT_ACCESSED | CPT_DIRTY |
					     CPT_SOFT_DIRTY | CPT_UFFD_WP)));
}

static void split_anon(struct vm_area_struct *vma, unsigned long addr, u64 *pmd, bool freeze)
{
	u64 old = *pmd, entry = old;
	struct folio *folio;
	bool is_exclusive;

	if (!cpt_is_migration(old)) {
		/* No CPU may have the small and the large translation at the same time. */
		if (cpt_present(old))
			rmap_pmd_invalidate(vma, addr, pmd);
		folio = pfn_folio(cpt_pfn(old));
		if (cpt_present(old) && (old & CPT_DIRTY))
			folio_set_dirty(folio);
		is_exclusive = PageAnonExclusive(&folio->page);
		if (split_counts(folio, vma, addr, is_exclusive, freeze))
			entry = rmap_migration_entry(old, cpt_pfn(old), is_exclusive);
		else if (cpt_present(old))
			entry = present_pte(vma, old);
	}
	fill_table(vma, addr, pmd, entry, PAGE_SIZE);
}

static bool may_split(u64 entry)
{
	return cpt_is_huge(entry) || cpt_is_device_private(entry) || cpt_is_migration(entry);
}

void split_huge_pmd_locked(struct vm_area_struct *vma, u64 *pmd, unsigned long address,
			   bool freeze)
{
	const unsigned long addr = address & CPT_PMD_MASK;

	if (!may_split(*pmd))
		return;
	SIM_ASSERT(vma->vm_start <= addr && addr + CPT_PMD_SIZE <= vma->vm_end);
	if (!vma_is_anonymous(vma))
		split_file(vma, addr, pmd);
	else if (cpt_present(*pmd) && is_huge_zero_pfn(cpt_pfn(*pmd)))
		split_zero_page(vma, addr, pmd);
	else
		split_anon(vma, addr, pmd, freeze);
}

void split_huge_pmd(struct vm_area_struct *vma, u64 *pmd, unsigned long address)
{
	const unsigned long addr = address & CPT_PMD_MASK;
	struct mmu_notifier_range range;
	spinlock_t *ptl;

	if (!may_split(cpt_get(pmd)))
		return;
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, addr,
				addr + CPT_PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	ptl = cpt_pmd_lock(vma->vm_mm, pmd);
	split_huge_pmd_locked(vma, pmd, addr, false);
	spin_unlock(ptl);
	mmu_notifier_invalidate_range_end(&range);
}
