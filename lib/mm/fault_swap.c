// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults on entries that are neither none nor present: memory that is elsewhere. */
#include "mm/fault_internal.h"

/* Whoever moves the page has its lock until the entry is something else. */
static void migration_entry_wait(struct vm_fault *vmf)
{
	vmf->pte = cpt_pte_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return;
	if (cpt_is_migration(*vmf->pte))
		folio_wait_locked_ptl(pfn_folio(cpt_pfn(*vmf->pte)), vmf->ptl);
	else
		spin_unlock(vmf->ptl);
}

/* The driver brings the page back. */
static vm_fault_t migrate_to_ram(struct vm_fault *vmf)
{
	vm_fault_t ret = page_pgmap(vmf->page)->ops->migrate_to_ram(vmf);

	/* The driver may have split the folio: unlock and put the one that has the page now. */
	if (sim_kernel_at_least(sim_world, "v6.15"))
		unlock_page(vmf->page);
	put_page(vmf->page);
	return ret;
}

static vm_fault_t device_private_fault(struct vm_fault *vmf)
{
	vmf->page = pfn_to_page(cpt_pfn(vmf->orig_pte));
	if (!fault_lock_pte(vmf, vmf->orig_pte))
		return 0;
	/* Before v6.15 several threads could be at it at once, each with a reference. */
	if (!sim_kernel_at_least(sim_world, "v6.15") || trylock_page(vmf->page)) {
		get_page(vmf->page);
		spin_unlock(vmf->ptl);
		return migrate_to_ram(vmf);
	}
	if (sim_kernel_at_least(sim_world, "v7.0"))
		folio_wait_locked_ptl(page_folio(vmf->page), vmf->ptl);
	else
		spin_unlock(vmf->ptl);
	return 0;
}

void restore_exclusive_pte(struct vm_area_struct *vma, unsigned long addr, u64 *pte)
{
	struct folio *folio = pfn_folio(cpt_pfn(*pte));
	u64 entry = cpt_make_leaf(cpt_pfn(*pte), fault_entry_flags(vma) & ~CPT_ACCESSED);

	entry |= *pte & (CPT_SOFT_DIRTY | CPT_UFFD_WP);
	if ((vma->vm_flags & VM_WRITE) && can_change_pte_writable(vma, addr, entry)) {
		if (folio_test_dirty(folio))
			entry = entry_mkdirty(entry);
		entry |= CPT_WRITE;
	}
	cpt_set(vma->vm_mm, addr, pte, 0, entry);
}

/* The CPU wants what a device has to itself. */
static vm_fault_t device_exclusive_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct mmu_notifier_range range;
	struct folio *folio;
	vm_fault_t ret;

	/* Without the table's lock a free page is one whose entry has changed already. */
	vmf->page = pfn_to_page(cpt_pfn(vmf->orig_pte));
	folio = page_folio(vmf->page);
	if (!folio_try_get(folio))
		return 0;
	ret = folio_lock_or_retry(folio, vmf);
	if (ret) {
		folio_put(folio);
		return ret;
	}
	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, vmf->address,
				      vmf->address + PAGE_SIZE, NULL);
	mmu_notifier_invalidate_range_start(&range);
	if (fault_lock_pte(vmf, vmf->orig_pte)) {
		restore_exclusive_pte(vma, vmf->address, vmf->pte);
		spin_unlock(vmf->ptl);
	}
	folio_unlock(folio);
	folio_put(folio);
	mmu_notifier_invalidate_range_end(&range);
	return 0;
}

/* A marker of write protection that nobody asks for any more. */
static vm_fault_t clear_marker(struct vm_fault *vmf)
{
	if (fault_lock_pte(vmf, vmf->orig_pte)) {
		cpt_set(vmf->vma->vm_mm, vmf->address, vmf->pte, 0, 0);
		spin_unlock(vmf->ptl);
	}
	return 0;
}

/* The folio at a place in swap, locked and with a reference; NULL: *@ret is all there is to say. */
static struct folio *swapin(struct vm_fault *vmf, unsigned long place, vm_fault_t *ret)
{
	struct folio *folio = swap_cache_get(place);

	if (folio) {
		*ret = folio_lock_or_retry(folio, vmf);
		if (*ret) {
			folio_put(folio);
			return NULL;
		}
		return folio;
	}
	folio = swap_read(place, vmf->vma, vmf->address);
	if (!IS_ERR(folio)) {
		*ret = VM_FAULT_MAJOR;
		return folio;
	}
	/* Somebody else may have been faster. */
	*ret = 0;
	if (PTR_ERR(folio) != -ENOENT && fault_lock_pte(vmf, vmf->orig_pte)) {
		*ret = VM_FAULT_OOM;
		spin_unlock(vmf->ptl);
	}
	return NULL;
}

/*
 * Maps a page that was swapped; the table is locked, the caller's reference becomes the entry's.
 * Returns the entry.
 */
static u64 map_swapped(struct vm_fault *vmf, struct folio *folio, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	u64 flags = fault_entry_flags(vma) | (vmf->orig_pte & (CPT_SOFT_DIRTY | CPT_UFFD_WP));
	unsigned int rmap_flags = RMAP_NONE;
	u64 entry;

	/* The mark says so, or nobody else can have the page. */
	if ((vmf->orig_pte & CPT_SOFT_EXCLUSIVE) || folio_ref_count(folio) == 1) {
		rmap_flags = RMAP_EXCLUSIVE;
		if ((vma->vm_flags & VM_WRITE) && !(flags & CPT_UFFD_WP)) {
			flags |= CPT_WRITE;
			if (vmf->flags & FAULT_FLAG_WRITE) {
				flags = entry_mkdirty(flags);
				vmf->flags &= ~FAULT_FLAG_WRITE;
			}
		}
	}
	entry = cpt_make_leaf(page_to_pfn(page), flags);
	mm_rss_add(vma->vm_mm, MM_ANONPAGES, 1);
	mm_rss_add(vma->vm_mm, MM_SWAPENTS, -1);
	if (folio_test_anon(folio))
		folio_add_anon_rmap(folio, page, 1, vma, vmf->address, RMAP_LEVEL_PTE, rmap_flags);
	else
		folio_add_new_anon_rmap(folio, vma, vmf->address, rmap_flags);
	swap_put(cpt_payload(vmf->orig_pte));
	cpt_set(vma->vm_mm, vmf->address, vmf->pte, 0, entry);
	return entry;
}

/*
 * Keeping the place saves writing the page again, but makes it look shared: it goes when a write
 * fault is likely to find that nobody else has the page.
 */
static void try_free_place(const struct vm_fault *vmf, struct folio *folio)
{
	if (folio_test_swapcache(folio) &&
	    ((vmf->vma->vm_flags & VM_LOCKED) ||
	     ((vmf->flags & FAULT_FLAG_WRITE) &&
	      folio_ref_count(folio) == 1 + folio_nr_pages(folio))))
		folio_free_swap(folio);
}

static vm_fault_t swap_fault(struct vm_fault *vmf)
{
	unsigned long place = cpt_payload(vmf->orig_pte);
	vm_fault_t ret = 0;
	struct folio *folio = swapin(vmf, place, &ret);
	unsigned long index;

	if (!folio)
		return ret;
	/* Without its lock it can have left the cache, and be at another place by now. */
	index = place - folio->swap.val;
	if (!folio_test_swapcache(folio) || index >= folio_nr_pages(folio))
		goto out;
	if ((vmf->flags & FAULT_FLAG_WRITE) && !folio_test_lru(folio))
		lru_add_drain();
	if (!fault_lock_pte(vmf, vmf->orig_pte))
		goto out;
	if (!folio_test_uptodate(folio)) {
		spin_unlock(vmf->ptl);
		ret = VM_FAULT_SIGBUS;
		goto out;
	}
	vmf->orig_pte = map_swapped(vmf, folio, folio_page(folio, index));
	try_free_place(vmf, folio);
	folio_unlock(folio);
	if (vmf->flags & FAULT_FLAG_WRITE) {
		ret |= do_wp_page(vmf);
		return ret & VM_FAULT_ERROR ? ret & VM_FAULT_ERROR : ret;
	}
	spin_unlock(vmf->ptl);
	return ret;
out:
	if (folio_test_swapcache(folio))
		folio_free_swap(folio);
	folio_unlock(folio);
	folio_put(folio);
	return ret;
}

vm_fault_t do_swap_page(struct vm_fault *vmf)
{
	switch (cpt_soft(vmf->orig_pte)) {
	case CPT_SWAP:
		return swap_fault(vmf);
	case CPT_MIGRATION_READ:
	case CPT_MIGRATION_READ_EXCLUSIVE:
	case CPT_MIGRATION_WRITE:
		migration_entry_wait(vmf);
		return 0;
	case CPT_DEVICE_EXCLUSIVE:
		return device_exclusive_fault(vmf);
	case CPT_DEVICE_PRIVATE_READ:
	case CPT_DEVICE_PRIVATE_WRITE:
		return device_private_fault(vmf);
	case CPT_HWPOISON:
	case CPT_MARKER_POISON:
		return VM_FAULT_HWPOISON;
	case CPT_MARKER_GUARD:
		return VM_FAULT_SIGSEGV;
	case CPT_MARKER_UFFD_WP:
		return clear_marker(vmf);
	case CPT_SOFT_NONE:
		break;
	}
	return VM_FAULT_SIGBUS;
}
