// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Transparent huge pages: which sizes an area gets, and faults that a whole PMD answers. */
#include "mm/fault_internal.h"

bool thp_vma_suitable_order(const struct vm_area_struct *vma, unsigned long addr, int order)
{
	unsigned long bytes = PAGE_SIZE << order;
	unsigned long first = addr & ~(bytes - 1);

	/* Of a file's pages address and offset have to be aligned alike. */
	if (!vma_is_anonymous(vma) &&
	    (((vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff) & ((1ul << order) - 1)))
		return false;
	return first >= vma->vm_start && first + bytes <= vma->vm_end;
}

u32 thp_allowable_orders(const struct vm_area_struct *vma, u32 orders)
{
	const struct thp_settings *thp = &fault_state()->thp;
	u32 allowed = thp->anon_always;

	if (!vma_is_anonymous(vma) || (vma->vm_flags & VM_NOHUGEPAGE))
		return 0;
	if (vma->vm_flags & VM_HUGEPAGE)
		allowed |= thp->anon_madvise;
	return orders & allowed;
}

/* What "madvise", the default of the setting "defrag", says. */
gfp_t vma_thp_gfp_mask(const struct vm_area_struct *vma)
{
	return GFP_TRANSHUGE_LIGHT | (vma->vm_flags & VM_HUGEPAGE ? __GFP_DIRECT_RECLAIM : 0);
}

struct folio *mm_get_huge_zero_folio(struct mm_struct *mm)
{
	struct fault_state *state = fault_state();
	struct folio *folio;

	if (state->huge_zero_pfn)
		return pfn_folio(state->huge_zero_pfn);
	folio = folio_alloc((GFP_TRANSHUGE | __GFP_ZERO) & ~__GFP_MOVABLE, CPT_PMD_ORDER);
	if (!folio)
		return NULL;
	/* Another task may have made one while the allocation waited. */
	if (state->huge_zero_pfn) {
		folio_put(folio);
		return pfn_folio(state->huge_zero_pfn);
	}
	state->huge_zero_pfn = folio_pfn(folio);
	return folio;
}

static struct folio *alloc_pmd_folio(struct vm_fault *vmf)
{
	gfp_t gfp = vma_thp_gfp_mask(vmf->vma) | __GFP_ZERO;
	struct folio *folio = fault_alloc_folio(gfp, CPT_PMD_ORDER);

	if (folio)
		folio_set_uptodate(folio);
	return folio;
}

/* The PMD's lock is held. */
static void map_anon_pmd(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & CPT_PMD_MASK;
	u64 flags = entry_maybe_mkwrite(entry_mkdirty(fault_entry_flags(vma)), vma);

	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	folio_add_lru(folio);
	cpt_set(vma->vm_mm, addr, vmf->pmd, 1,
		cpt_make_leaf(folio_pfn(folio), flags | CPT_HUGE));
	mm_rss_add(vma->vm_mm, MM_ANONPAGES, CPT_PMD_PAGES);
}

static vm_fault_t map_huge_zero(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	struct page *table = cpt_table_alloc(mm);
	u64 flags = fault_entry_flags(vmf->vma) | CPT_HUGE | CPT_SPECIAL;
	struct folio *zero;
	vm_fault_t ret = 0;

	if (!table)
		return VM_FAULT_OOM;
	zero = mm_get_huge_zero_folio(mm);
	if (!zero) {
		cpt_table_free(mm, table);
		return VM_FAULT_FALLBACK;
	}
	vmf->ptl = cpt_pmd_lock(mm, vmf->pmd);
	if (cpt_none(*vmf->pmd)) {
		ret = check_stable_address_space(mm);
		if (!ret) {
			cpt_deposit(mm, vmf->pmd, table);
			cpt_set(mm, vmf->address & CPT_PMD_MASK, vmf->pmd, 1,
				cpt_make_leaf(folio_pfn(zero), flags));
			table = NULL;
		}
	}
	spin_unlock(vmf->ptl);
	if (table)
		cpt_table_free(mm, table);
	return ret;
}

static vm_fault_t map_new_pmd(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	struct folio *folio = alloc_pmd_folio(vmf);
	struct page *table;
	vm_fault_t ret = 0;

	if (!folio)
		return VM_FAULT_FALLBACK;
	table = cpt_table_alloc(mm);
	if (!table) {
		folio_put(folio);
		return VM_FAULT_OOM;
	}
	vmf->ptl = cpt_pmd_lock(mm, vmf->pmd);
	if (cpt_none(*vmf->pmd)) {
		ret = check_stable_address_space(mm);
		if (!ret) {
			cpt_deposit(mm, vmf->pmd, table);
			map_anon_pmd(vmf, folio);
			spin_unlock(vmf->ptl);
			return 0;
		}
	}
	spin_unlock(vmf->ptl);
	cpt_table_free(mm, table);
	folio_put(folio);
	return ret;
}

vm_fault_t create_huge_pmd(struct vm_fault *vmf)
{
	vm_fault_t ret;

	if (!thp_vma_suitable_order(vmf->vma, vmf->address, CPT_PMD_ORDER))
		return VM_FAULT_FALLBACK;
	ret = vmf_anon_prepare(vmf);
	if (ret)
		return ret;
	if (!(vmf->flags & FAULT_FLAG_WRITE) && fault_state()->thp.use_zero_page)
		return map_huge_zero(vmf);
	return map_new_pmd(vmf);
}

/* A page of its own in place of the huge zero folio. */
static vm_fault_t wp_huge_zero(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long addr = vmf->address & CPT_PMD_MASK;
	struct folio *folio = alloc_pmd_folio(vmf);
	struct mmu_notifier_range range;
	vm_fault_t ret = 0;

	if (!folio)
		return VM_FAULT_FALLBACK;
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, addr,
				addr + CPT_PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	vmf->ptl = cpt_pmd_lock(vma->vm_mm, vmf->pmd);
	if (*vmf->pmd == vmf->orig_pmd) {
		ret = check_stable_address_space(vma->vm_mm);
		if (!ret) {
			cpt_clear_flush(vma, addr, vmf->pmd, 1);
			map_anon_pmd(vmf, folio);
			folio = NULL;
		}
	}
	if (folio)
		folio_put(folio);
	spin_unlock(vmf->ptl);
	mmu_notifier_invalidate_range_end(&range);
	return ret;
}

/* The folio's lock without giving up the PMD's for long; false when the entry changed meanwhile. */
static bool lock_folio_of_pmd(struct vm_fault *vmf, struct folio *folio)
{
	if (folio_trylock(folio))
		return true;
	folio_get(folio);
	spin_unlock(vmf->ptl);
	folio_lock(folio);
	spin_lock(vmf->ptl);
	if (*vmf->pmd != vmf->orig_pmd) {
		spin_unlock(vmf->ptl);
		folio_unlock(folio);
		folio_put(folio);
		return false;
	}
	folio_put(folio);
	return true;
}

/* Whether nobody else can reach a folio whose lock is held. */
static bool can_reuse_pmd_folio(struct vm_fault *vmf, struct folio *folio)
{
	unsigned long cache_refs = folio_test_swapcache(folio) ? folio_nr_pages(folio) : 0;

	if (PageAnonExclusive(&folio->page))
		return true;
	if (folio_ref_count(folio) > 1 + cache_refs)
		return false;
	if (folio_test_swapcache(folio))
		folio_free_swap(folio);
	if (folio_ref_count(folio) != 1)
		return false;
	folio_move_anon_rmap(folio, vmf->vma);
	SetPageAnonExclusive(&folio->page);
	return true;
}

/* VM_FAULT_FALLBACK: it can't be reused. */
static vm_fault_t wp_reuse_pmd(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio = pfn_folio(cpt_pfn(vmf->orig_pmd));
	bool can_reuse = true;
	u64 entry;

	vmf->ptl = cpt_pmd_lock(vma->vm_mm, vmf->pmd);
	if (*vmf->pmd != vmf->orig_pmd) {
		spin_unlock(vmf->ptl);
		return 0;
	}
	if (!PageAnonExclusive(&folio->page)) {
		if (!lock_folio_of_pmd(vmf, folio))
			return 0;
		can_reuse = can_reuse_pmd_folio(vmf, folio);
		folio_unlock(folio);
	}
	if (can_reuse && !(vmf->flags & FAULT_FLAG_UNSHARE)) {
		entry = entry_mkdirty(vmf->orig_pmd | CPT_ACCESSED);
		cpt_set(vma->vm_mm, vmf->address & CPT_PMD_MASK, vmf->pmd, 1,
			entry_maybe_mkwrite(entry, vma));
	}
	spin_unlock(vmf->ptl);
	return can_reuse ? 0 : VM_FAULT_FALLBACK;
}

vm_fault_t wp_huge_pmd(struct vm_fault *vmf)
{
	vm_fault_t ret = VM_FAULT_FALLBACK;

	if (vma_is_anonymous(vmf->vma)) {
		if (is_huge_zero_pfn(cpt_pfn(vmf->orig_pmd)))
			ret = wp_huge_zero(vmf);
		else
			ret = wp_reuse_pmd(vmf);
	}
	/* One page of it is copied, with 511 others staying shared. */
	if (ret & VM_FAULT_FALLBACK)
		split_huge_pmd(vmf->vma, vmf->pmd, vmf->address);
	return ret;
}

void huge_pmd_set_accessed(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	spinlock_t *ptl = cpt_pmd_lock(mm, vmf->pmd);
	u64 entry = vmf->orig_pmd | CPT_ACCESSED;

	if (vmf->flags & FAULT_FLAG_WRITE)
		entry = entry_mkdirty(entry);
	if (*vmf->pmd == vmf->orig_pmd && entry != vmf->orig_pmd)
		cpt_set(mm, vmf->address & CPT_PMD_MASK, vmf->pmd, 1, entry);
	spin_unlock(ptl);
}

vm_fault_t do_huge_pmd_device_private(struct vm_fault *vmf)
{
	spinlock_t *ptl = cpt_pmd_lock(vmf->vma->vm_mm, vmf->pmd);
	struct folio *folio;
	vm_fault_t ret;

	if (*vmf->pmd != vmf->orig_pmd) {
		spin_unlock(ptl);
		return 0;
	}
	/* That there is no PTE tells the driver that the fault is of the whole folio. */
	vmf->page = pfn_to_page(cpt_pfn(vmf->orig_pmd));
	vmf->pte = NULL;
	folio = page_folio(vmf->page);
	/* Who holds the lock is at work on the folio; unlike for a PTE nobody waits for that. */
	if (!folio_trylock(folio)) {
		spin_unlock(ptl);
		return 0;
	}
	folio_get(folio);
	spin_unlock(ptl);
	ret = page_pgmap(vmf->page)->ops->migrate_to_ram(vmf);
	/* The head stays the head if the driver splits it. */
	folio_unlock(folio);
	folio_put(folio);
	return ret;
}
