// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Writes to pages that are mapped read-only: reuse or copy. */
#include <linux/highmem.h>
#include "mm/fault_internal.h"

bool can_change_pte_writable(struct vm_area_struct *vma, unsigned long addr, u64 entry)
{
	const struct page *page;

	if (WARN_ON_ONCE(!(vma->vm_flags & VM_WRITE)))
		return false;
	if (cpt_protnone(entry) || (entry & CPT_UFFD_WP))
		return false;
	if (vma->vm_flags & VM_SHARED)
		return entry & CPT_DIRTY;
	page = cpt_normal_page(vma, addr, entry);
	return page && PageAnon(page) && PageAnonExclusive(page);
}

/* The page stays, the entry becomes writable. */
static void wp_page_reuse(struct vm_fault *vmf)
{
	u64 entry = entry_mkdirty(vmf->orig_pte | CPT_ACCESSED);

	cpt_set(vmf->vma->vm_mm, vmf->address, vmf->pte, 0, entry_maybe_mkwrite(entry, vmf->vma));
	spin_unlock(vmf->ptl);
}

/* Puts the copy where the old page was; false when the entry is another by now. */
static bool install_copy(struct vm_fault *vmf, struct folio *old_folio, struct folio *copy)
{
	struct vm_area_struct *vma = vmf->vma;
	struct mm_struct *mm = vma->vm_mm;
	u64 entry = cpt_make_leaf(folio_pfn(copy), fault_entry_flags(vma));

	if (!fault_lock_pte(vmf, vmf->orig_pte))
		return false;
	if (!old_folio || !folio_test_anon(old_folio)) {
		if (old_folio)
			mm_rss_add(mm, mm_counter(old_folio), -1);
		mm_rss_add(mm, MM_ANONPAGES, 1);
	}
	if (vmf->flags & FAULT_FLAG_UNSHARE)
		entry |= vmf->orig_pte & (CPT_SOFT_DIRTY | CPT_UFFD_WP);
	else
		entry = entry_maybe_mkwrite(entry_mkdirty(entry), vma);
	/*
	 * No CPU may still use the old page when the new one shows: another CPU could write to the
	 * new one, and a third would go on to read the old.
	 */
	cpt_clear_flush(vma, vmf->address, vmf->pte, 0);
	folio_add_new_anon_rmap(copy, vma, vmf->address, RMAP_EXCLUSIVE);
	folio_add_lru(copy);
	cpt_set(mm, vmf->address, vmf->pte, 0, entry);
	/* Only now: who finds the count lowered may take the page for its own and write. */
	if (old_folio)
		folio_remove_rmap(old_folio, vmf->page, 1, vma, RMAP_LEVEL_PTE);
	spin_unlock(vmf->ptl);
	return true;
}

/* The source of a copy: memory of a driver has no struct page that could be copied. */
static void fill_copy(struct vm_fault *vmf, struct folio *copy)
{
	unsigned long pfn = cpt_pfn(vmf->orig_pte);

	if (vmf->page)
		copy_highpage(&copy->page, vmf->page);
	else if (!is_zero_pfn(pfn) &&
		 sim_phys_copy(sim_world, PFN_PHYS(folio_pfn(copy)), PFN_PHYS(pfn), PAGE_SIZE))
		clear_highpage(&copy->page);
}

/* A reference on vmf->page is the caller's and goes. */
static vm_fault_t wp_page_copy(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *old_folio = vmf->page ? page_folio(vmf->page) : NULL;
	gfp_t zero = is_zero_pfn(cpt_pfn(vmf->orig_pte)) ? __GFP_ZERO : 0;
	struct mmu_notifier_range range;
	struct folio *copy, *unused;
	vm_fault_t ret;

	ret = vmf_anon_prepare(vmf);
	if (ret)
		goto out;
	copy = fault_alloc_folio(GFP_HIGHUSER_MOVABLE | zero, 0);
	if (!copy) {
		ret = VM_FAULT_OOM;
		goto out;
	}
	fill_copy(vmf, copy);
	folio_set_uptodate(copy);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, vmf->address,
				vmf->address + PAGE_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	/* The copy belongs to its entry then, and what that held of the old page goes. */
	unused = install_copy(vmf, old_folio, copy) ? old_folio : copy;
	mmu_notifier_invalidate_range_end(&range);
	if (unused)
		folio_put(unused);
	if (unused != copy && old_folio)
		free_swap_cache(old_folio);
out:
	if (old_folio)
		folio_put(old_folio);
	return ret;
}

/*
 * Whether all entries of a large folio are in this mm. Pages of an area that was not moved in part
 * lie side by side; an entry anywhere else counts as a stranger's, which costs a copy at most.
 */
static bool mapped_here_only(struct folio *folio, const struct vm_fault *vmf)
{
	unsigned long first = vmf->address - folio_page_idx(folio, vmf->page) * PAGE_SIZE;
	unsigned long here = 0;

	for (unsigned long i = 0; i < folio_nr_pages(folio); i++) {
		struct cpt_hit hit;

		here += cpt_lookup(vmf->vma->vm_mm, first + i * PAGE_SIZE, &hit) &&
			!hit.level && cpt_present(hit.entry) &&
			cpt_pfn(hit.entry) == folio_pfn(folio) + i;
	}
	return here == folio_mapcount(folio);
}

static bool can_reuse_large_folio(struct folio *folio, const struct vm_fault *vmf)
{
	/* A single page of it: copying that one frees the rest. Before v6.15 it was always so. */
	if (!sim_kernel_at_least(sim_world, "v6.15") || folio_mapcount(folio) <= 1)
		return false;
	if (folio_test_swapcache(folio)) {
		if (!folio_trylock(folio))
			return false;
		folio_free_swap(folio);
		folio_unlock(folio);
	}
	/* A reference beyond those of entries may be somebody's who reads. */
	return folio_mapcount(folio) == folio_ref_count(folio) && mapped_here_only(folio, vmf);
}

/* Whether nobody else can reach an anonymous page that is not known to be exclusive. */
static bool can_reuse_anon_folio(struct folio *folio, const struct vm_fault *vmf)
{
	if (folio_test_large(folio))
		return can_reuse_large_folio(folio, vmf);
	/* One for the entry, one for the swap cache, one for a batch of the LRU. */
	if (folio_ref_count(folio) > 3)
		return false;
	if (!folio_test_lru(folio))
		lru_add_drain();
	if (folio_ref_count(folio) > 1 + folio_test_swapcache(folio))
		return false;
	if (!folio_trylock(folio))
		return false;
	if (folio_test_swapcache(folio))
		folio_free_swap(folio);
	if (folio_ref_count(folio) != 1) {
		folio_unlock(folio);
		return false;
	}
	folio_move_anon_rmap(folio, vmf->vma);
	folio_unlock(folio);
	return true;
}

/* A page of a file that everybody shares: it is written to where it is. */
static vm_fault_t wp_page_shared(struct vm_fault *vmf, struct folio *folio)
{
	vm_fault_t ret;

	folio_get(folio);
	if (vmf->vma->vm_ops && vmf->vma->vm_ops->page_mkwrite) {
		spin_unlock(vmf->ptl);
		ret = do_page_mkwrite(vmf, folio);
		if (!ret || (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))) {
			folio_put(folio);
			return ret;
		}
		/* Locked. The entry may have changed while nobody held the table. */
		if (!fault_lock_pte(vmf, vmf->orig_pte)) {
			folio_unlock(folio);
			folio_put(folio);
			return VM_FAULT_NOPAGE;
		}
		wp_page_reuse(vmf);
	} else {
		wp_page_reuse(vmf);
		folio_lock(folio);
	}
	folio_set_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

vm_fault_t do_wp_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio;

	vmf->page = cpt_normal_page(vma, vmf->address, vmf->orig_pte);
	folio = vmf->page ? page_folio(vmf->page) : NULL;
	if (vma->vm_flags & (VM_SHARED | VM_MAYSHARE)) {
		if (folio)
			return wp_page_shared(vmf, folio);
		wp_page_reuse(vmf);
		return 0;
	}
	if (folio && folio_test_anon(folio) &&
	    (PageAnonExclusive(vmf->page) || can_reuse_anon_folio(folio, vmf))) {
		SetPageAnonExclusive(vmf->page);
		if (vmf->flags & FAULT_FLAG_UNSHARE)
			spin_unlock(vmf->ptl);
		else
			wp_page_reuse(vmf);
		return 0;
	}
	if (folio)
		folio_get(folio);
	spin_unlock(vmf->ptl);
	return wp_page_copy(vmf);
}
