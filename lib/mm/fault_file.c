// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults on areas with operations: their pages come from a file or a driver. */
#include <linux/highmem.h>
#include "mm/fault_internal.h"

/* Pages that a read fault maps along with its own when they are there, as debugfs would say. */
#define FAULT_AROUND_PAGES 16

/* Asks for the page. Without VM_FAULT_NOPAGE and errors vmf->page is locked and referenced. */
static vm_fault_t get_page_of_area(struct vm_fault *vmf)
{
	vm_fault_t ret;

	/* With the folio locked an allocation could wait for whoever wants the folio. */
	if (cpt_pte_alloc(vmf->vma->vm_mm, vmf->address, vmf->pmd))
		return VM_FAULT_OOM;
	ret = vmf->vma->vm_ops->fault(vmf);
	if (ret & (FAULT_NOT_DONE | VM_FAULT_DONE_COW))
		return ret;
	if (!(ret & VM_FAULT_LOCKED)) {
		lock_page(vmf->page);
		ret |= VM_FAULT_LOCKED;
	}
	return ret;
}

vm_fault_t finish_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	bool write = vmf->flags & FAULT_FLAG_WRITE;
	bool is_cow = write && !(vma->vm_flags & VM_SHARED);
	struct page *page = is_cow ? vmf->cow_page : vmf->page;
	struct folio *folio = page_folio(page);
	u64 entry = cpt_make_leaf(page_to_pfn(page), fault_entry_flags(vma));
	vm_fault_t ret;

	if (!(vma->vm_flags & VM_SHARED)) {
		ret = check_stable_address_space(vma->vm_mm);
		if (ret)
			return ret;
	}
	if (cpt_pte_alloc(vma->vm_mm, vmf->address, vmf->pmd))
		return VM_FAULT_OOM;
	if (!fault_lock_pte(vmf, vmf->orig_pte))
		return VM_FAULT_NOPAGE;
	if (write)
		entry = entry_maybe_mkwrite(entry_mkdirty(entry), vma);
	else if (cpt_write(entry) && folio_test_dirty(folio))
		entry = entry_mkdirty(entry);
	if (is_cow) {
		folio_add_new_anon_rmap(folio, vma, vmf->address, RMAP_EXCLUSIVE);
		folio_add_lru(folio);
	} else {
		folio_add_file_rmap(folio, page, 1, vma, RMAP_LEVEL_PTE);
	}
	cpt_set(vma->vm_mm, vmf->address, vmf->pte, 0, entry);
	mm_rss_add(vma->vm_mm, is_cow ? MM_ANONPAGES : mm_counter(folio), 1);
	spin_unlock(vmf->ptl);
	return 0;
}

/* What is in the cache around the address; stays within the area and its table of PTEs. */
static vm_fault_t fault_around(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long bytes = FAULT_AROUND_PAGES * PAGE_SIZE;
	unsigned long start = max(vmf->address & ~(bytes - 1), vma->vm_start);
	unsigned long table_end = (vmf->address & CPT_PMD_MASK) + CPT_PMD_SIZE;
	unsigned long end = min(min(start + bytes, vma->vm_end), table_end);

	if (cpt_pte_alloc(vma->vm_mm, vmf->address, vmf->pmd))
		return VM_FAULT_OOM;
	return vma->vm_ops->map_pages(vmf, fault_pgoff(vma, start), fault_pgoff(vma, end) - 1);
}

static vm_fault_t do_read_fault(struct vm_fault *vmf)
{
	struct folio *folio;
	vm_fault_t ret;

	if (vmf->vma->vm_ops->map_pages) {
		ret = fault_around(vmf);
		if (ret)
			return ret;
	}
	ret = get_page_of_area(vmf);
	if (ret & FAULT_NOT_DONE)
		return ret;
	ret |= finish_fault(vmf);
	folio = page_folio(vmf->page);
	folio_unlock(folio);
	if (ret & FAULT_NOT_DONE)
		folio_put(folio);
	return ret;
}

static vm_fault_t do_cow_fault(struct vm_fault *vmf)
{
	struct folio *copy;
	vm_fault_t ret;

	ret = vmf_anon_prepare(vmf);
	if (ret)
		return ret;
	copy = fault_alloc_folio(GFP_HIGHUSER_MOVABLE, 0);
	if (!copy)
		return VM_FAULT_OOM;
	vmf->cow_page = &copy->page;
	ret = get_page_of_area(vmf);
	if (ret & FAULT_NOT_DONE)
		goto put;
	/* The driver filled and mapped the copy by itself. */
	if (ret & VM_FAULT_DONE_COW)
		return ret;
	copy_highpage(vmf->cow_page, vmf->page);
	folio_set_uptodate(copy);
	ret |= finish_fault(vmf);
	unlock_page(vmf->page);
	put_page(vmf->page);
	if (!(ret & FAULT_NOT_DONE))
		return ret;
put:
	folio_put(copy);
	return ret;
}

vm_fault_t do_page_mkwrite(struct vm_fault *vmf, struct folio *folio)
{
	enum fault_flag flags = vmf->flags;
	vm_fault_t ret;

	vmf->flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
	ret = vmf->vma->vm_ops->page_mkwrite(vmf);
	vmf->flags = flags;
	if ((ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE)) || (ret & VM_FAULT_LOCKED))
		return ret;
	folio_lock(folio);
	if (!folio->mapping) {
		/* Truncated: the access faults again. */
		folio_unlock(folio);
		return 0;
	}
	return ret | VM_FAULT_LOCKED;
}

static vm_fault_t do_shared_fault(struct vm_fault *vmf)
{
	struct folio *folio;
	vm_fault_t ret;

	ret = get_page_of_area(vmf);
	if (ret & FAULT_NOT_DONE)
		return ret;
	folio = page_folio(vmf->page);
	if (vmf->vma->vm_ops->page_mkwrite) {
		vm_fault_t asked;

		folio_unlock(folio);
		asked = do_page_mkwrite(vmf, folio);
		if (!asked || (asked & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))) {
			folio_put(folio);
			return asked;
		}
	}
	ret |= finish_fault(vmf);
	if (!(ret & FAULT_NOT_DONE))
		folio_set_dirty(folio);
	folio_unlock(folio);
	if (ret & FAULT_NOT_DONE)
		folio_put(folio);
	return ret;
}

/* An area that its driver fills at mmap() time, and only then. */
static vm_fault_t no_fault_operation(struct vm_fault *vmf)
{
	bool is_none = true;

	vmf->pte = cpt_pte_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (vmf->pte) {
		is_none = cpt_none(*vmf->pte);
		spin_unlock(vmf->ptl);
	}
	return is_none ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}

vm_fault_t do_fault(struct vm_fault *vmf)
{
	if (!vmf->vma->vm_ops->fault)
		return no_fault_operation(vmf);
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_read_fault(vmf);
	if (!(vmf->vma->vm_flags & VM_SHARED))
		return do_cow_fault(vmf);
	return do_shared_fault(vmf);
}
