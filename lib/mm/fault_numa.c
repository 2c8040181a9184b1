// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* NUMA hinting: a page whose entry was made inaccessible to see from where it is used. */
#include <linux/topology.h>
#include "mm/fault_internal.h"
#include <linux/topology.h>

/*
 * Where the folio is better off, or NUMA_NO_NODE; it is isolated then, with a reference. A file's
 * page stays where it is while it is dirty, or runs in several processes.
 */
static int misplaced(struct folio *folio, const struct vm_area_struct *vma)
{
	int nid = numa_node_id();

	if (folio_nid(folio) == nid)
		return NUMA_NO_NODE;
	if (!folio_test_swapbacked(folio) &&
	    (folio_test_dirty(folio) ||
	     ((vma->vm_flags & VM_EXEC) && folio_mapcount(folio) > 1)))
		return NUMA_NO_NODE;
	return folio_isolate_lru(folio) ? nid : NUMA_NO_NODE;
}

static bool migrate_misplaced(struct folio *folio, int nid)
{
	if (!migrate_folio_to(folio, nid))
		return true;
	folio_putback_lru(folio);
	return false;
}

static void restore_pte(struct vm_area_struct *vma, unsigned long addr, u64 *pte, bool may_write)
{
	u64 entry = entry_modify(*pte, vma) | CPT_ACCESSED;

	if (may_write && (vma->vm_flags & VM_WRITE) && can_change_pte_writable(vma, addr, entry))
		entry |= CPT_WRITE;
	cpt_set(vma->vm_mm, addr, pte, 0, entry);
}

/* All entries of the folio in this table and area that hint. */
static void restore_large(struct vm_fault *vmf, struct folio *folio, bool may_write)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long index = cpt_pfn(vmf->orig_pte) - folio_pfn(folio);
	unsigned long table = vmf->address & CPT_PMD_MASK;
	unsigned long start = max(max(vmf->address - index * PAGE_SIZE, table), vma->vm_start);
	unsigned long end = min(min(vmf->address + (folio_nr_pages(folio) - index) * PAGE_SIZE,
				    table + CPT_PMD_SIZE), vma->vm_end);

	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		u64 *pte = vmf->pte - cpt_index(vmf->address, 0) + cpt_index(addr, 0);

		if (cpt_protnone(*pte) && pfn_folio(cpt_pfn(*pte)) == folio)
			restore_pte(vma, addr, pte, may_write);
	}
}

vm_fault_t do_numa_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	bool may_write = true;
	struct folio *folio;
	struct page *page;
	int nid;

	if (!fault_lock_pte(vmf, vmf->orig_pte))
		return 0;
	page = cpt_normal_page(vma, vmf->address, vmf->orig_pte);
	folio = page ? page_folio(page) : NULL;
	nid = folio && !folio_is_zone_device(folio) ? misplaced(folio, vma) : NUMA_NO_NODE;
	if (nid != NUMA_NO_NODE) {
		spin_unlock(vmf->ptl);
		if (migrate_misplaced(folio, nid))
			return 0;
		if (!fault_lock_pte(vmf, vmf->orig_pte))
			return 0;
		/* What was known about writing is stale. */
		may_write = false;
	}
	if (folio && folio_test_large(folio))
		restore_large(vmf, folio, may_write);
	else
		restore_pte(vma, vmf->address, vmf->pte, may_write);
	spin_unlock(vmf->ptl);
	return 0;
}

vm_fault_t do_huge_pmd_numa_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	spinlock_t *ptl = cpt_pmd_lock(vma->vm_mm, vmf->pmd);
	bool may_write = true;
	struct folio *folio;
	struct page *page;
	u64 entry;
	int nid;

	if (*vmf->pmd != vmf->orig_pmd)
		goto out;
	page = cpt_normal_page(vma, vmf->address & CPT_PMD_MASK, vmf->orig_pmd);
	folio = page ? page_folio(page) : NULL;
	nid = folio ? misplaced(folio, vma) : NUMA_NO_NODE;
	if (nid != NUMA_NO_NODE) {
		spin_unlock(ptl);
		if (migrate_misplaced(folio, nid))
			return 0;
		ptl = cpt_pmd_lock(vma->vm_mm, vmf->pmd);
		if (*vmf->pmd != vmf->orig_pmd)
			goto out;
		may_write = false;
	}
	entry = entry_modify(*vmf->pmd, vma) | CPT_ACCESSED;
	if (may_write && (vma->vm_flags & VM_WRITE) &&
	    can_change_pte_writable(vma, vmf->address & CPT_PMD_MASK, entry))
		entry |= CPT_WRITE;
	cpt_set(vma->vm_mm, vmf->address & CPT_PMD_MASK, vmf->pmd, 1, entry);
out:
	spin_unlock(ptl);
	return 0;
}
