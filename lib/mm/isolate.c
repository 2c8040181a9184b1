/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Finds what the pages of a range of addresses are, and takes them off the LRU. */
#include <linux/minmax.h>
#include "mm/fault.h"
#include "mm/move_internal.h"

/* Adds a folio that is mapped here to the list, once. */
static void isolate_page(struct isolate *isolate, struct vm_area_struct *vma, unsigned long addr,
			 u64 entry)
{
	struct page *page = cpt_normal_page(vma, addr, entry);
	struct folio *folio;

	if (!page)
		return;
	folio = page_folio(page);
	/* Memory of devices is on no list. */
	if (folio_is_zone_device(folio) ||
	    (isolate->wants && !isolate->wants(folio, isolate->arg)))
		return;
	if (folio_isolate_lru(folio))
		list_add_tail(&folio->lru, &isolate->folios);
}

static void isolate_huge(struct isolate *isolate, struct vm_area_struct *vma, u64 *pmd,
			 unsigned long addr)
{
	spinlock_t *ptl = cpt_pmd_lock(vma->vm_mm, pmd);
	u64 entry = cpt_get(pmd);

	if (cpt_is_huge(entry))
		isolate_page(isolate, vma, addr & CPT_PMD_MASK, entry);
	spin_unlock(ptl);
}

static void isolate_table(struct isolate *isolate, struct vm_area_struct *vma, u64 *pmd,
			  unsigned long addr, unsigned long end)
{
	spinlock_t *ptl;
	u64 *pte = cpt_pte_lock(vma->vm_mm, pmd, addr, &ptl);

	if (!pte)
		return;
	for (; addr < end; addr += PAGE_SIZE, pte++) {
		u64 entry = cpt_get(pte);

		if (cpt_present(entry))
			isolate_page(isolate, vma, addr, entry);
	}
	spin_unlock(ptl);
}

void isolate_area(struct isolate *isolate, struct vm_area_struct *vma, unsigned long start,
		  unsigned long end)
{
	for (unsigned long addr = start, next; addr < end; addr = next) {
		u64 *pmd = cpt_pmd(vma->vm_mm, addr, &next);

		if (!pmd) {
			next = min(next, end);
			continue;
		}
		next = cpt_entry_end(addr, 1, end);
		if (cpt_is_huge(cpt_get(pmd)))
			isolate_huge(isolate, vma, pmd, addr);
		else
			isolate_table(isolate, vma, pmd, addr, next);
	}
}

void isolate_range(struct isolate *isolate, struct mm_struct *mm, unsigned long start,
		   unsigned long end)
{
	struct vm_area_struct *vma;

	/* What waits in a batch could not be taken. */
	lru_add_drain_all();
	mmap_read_lock(mm);
	for (vma = find_vma(mm, start); vma && vma->vm_start < end;
	     vma = find_vma(mm, vma->vm_end)) {
		if (!(vma->vm_flags & (VM_IO | VM_PFNMAP)))
			isolate_area(isolate, vma, max(start, vma->vm_start),
				     min(end, vma->vm_end));
	}
	mmap_read_unlock(mm);
}

void isolate_putback(struct list_head *folios)
{
	while (!list_empty(folios)) {
		struct folio *folio = list_first_entry(folios, struct folio, lru);

		list_del(&folio->lru);
		folio_putback_lru(folio);
	}
}
