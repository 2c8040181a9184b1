// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Memory that a driver maps by itself, at mmap() time or in its fault operation. */
#include "mm/fault_internal.h"

/* The slot of an address, locked and none; ERR_PTR(-ENOMEM), ERR_PTR(-EBUSY). */
static u64 *lock_free_slot(struct vm_area_struct *vma, unsigned long addr, spinlock_t **ptl)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 *pmd = cpt_pmd_alloc(mm, addr);
	u64 *pte;

	if (!pmd || cpt_pte_alloc(mm, addr, pmd))
		return ERR_PTR(-ENOMEM);
	pte = cpt_pte_lock(mm, pmd, addr, ptl);
	if (!pte)
		return ERR_PTR(-EBUSY);
	if (!cpt_none(*pte)) {
		spin_unlock(*ptl);
		return ERR_PTR(-EBUSY);
	}
	return pte;
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	struct folio *folio = page_folio(page);
	spinlock_t *ptl;
	u64 *pte;

	if (addr < vma->vm_start || addr >= vma->vm_end)
		return -EFAULT;
	/* Anonymous pages belong to their areas, free ones to nobody. */
	if (!folio_ref_count(folio) || folio_test_anon(folio))
		return -EINVAL;
	if (!(vma->vm_flags & VM_MIXEDMAP)) {
		WARN_ON_ONCE(vma->vm_flags & VM_PFNMAP);
		vm_flags_set(vma, VM_MIXEDMAP);
	}
	pte = lock_free_slot(vma, addr, &ptl);
	if (IS_ERR(pte))
		return PTR_ERR(pte);
	folio_get(folio);
	mm_rss_add(vma->vm_mm, mm_counter(folio), 1);
	folio_add_file_rmap(folio, page, 1, vma, RMAP_LEVEL_PTE);
	cpt_set(vma->vm_mm, addr & PAGE_MASK, pte, 0,
		cpt_make_leaf(page_to_pfn(page), fault_entry_flags(vma)));
	spin_unlock(ptl);
	return 0;
}
EXPORT_SYMBOL(vm_insert_page);

static vm_fault_t fault_of_errno(int err)
{
	if (!err || err == -EBUSY)
		return VM_FAULT_NOPAGE;
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

vm_fault_t vmf_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	return fault_of_errno(vm_insert_page(vma, addr, page));
}

static vm_fault_t insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	spinlock_t *ptl;
	u64 *pte;

	if (addr < vma->vm_start || addr >= vma->vm_end)
		return VM_FAULT_SIGBUS;
	pte = lock_free_slot(vma, addr, &ptl);
	if (IS_ERR(pte))
		return fault_of_errno(PTR_ERR(pte));
	cpt_set(vma->vm_mm, addr & PAGE_MASK, pte, 0,
		cpt_make_leaf(pfn, fault_entry_flags(vma) | CPT_SPECIAL));
	spin_unlock(ptl);
	return VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	/* One of the two says how pages are found; a copy of what has none can't be made. */
	BUG_ON(!(vma->vm_flags & (VM_PFNMAP | VM_MIXEDMAP)));
	BUG_ON((vma->vm_flags & VM_PFNMAP) && (vma->vm_flags & VM_MIXEDMAP));
	BUG_ON((vma->vm_flags & VM_PFNMAP) && is_cow_mapping(vma->vm_flags));
	return insert_pfn(vma, addr, pfn);
}
EXPORT_SYMBOL(vmf_insert_pfn);

vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	BUG_ON(!(vma->vm_flags & VM_MIXEDMAP));
	return insert_pfn(vma, addr, pfn);
}
EXPORT_SYMBOL(vmf_insert_mixed);
