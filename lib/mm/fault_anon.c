// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Anonymous memory that nothing has touched: the zero page, a small folio, or a larger one. */
#include "mm/fault_internal.h"

static bool range_is_none(const u64 *pte, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!cpt_none(cpt_get(pte + i)))
			return false;
	return true;
}

/* The largest order of @orders around the address whose entries are all none, or -1. */
static int order_around(const struct vm_fault *vmf, const u64 *table, u32 orders)
{
	for (int order = CPT_PMD_ORDER - 1; order > 0; order--) {
		unsigned int first = cpt_index(vmf->address, 0) & ~((1u << order) - 1);

		if ((orders & BIT(order)) && range_is_none(table + first, 1u << order))
			return order;
	}
	return -1;
}

/*
 * A zeroed folio of the largest order that fits and can be had, small at worst; NULL without
 * memory, ERR_PTR(-EAGAIN) when the table of PTEs is gone.
 */
static struct folio *alloc_anon_folio(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	u32 orders = thp_allowable_orders(vma, BIT(CPT_PMD_ORDER) - 1);
	gfp_t gfp = vma_thp_gfp_mask(vma) | __GFP_ZERO;
	u64 *table;

	for (int order = 1; order < CPT_PMD_ORDER; order++)
		if ((orders & BIT(order)) && !thp_vma_suitable_order(vma, vmf->address, order))
			orders &= ~BIT(order);
	if (likely(!orders))
		goto small;
	table = cpt_pte(vmf->pmd, vmf->address & CPT_PMD_MASK);
	if (!table)
		return ERR_PTR(-EAGAIN);
	for (int order = order_around(vmf, table, orders); order > 0; order--) {
		struct folio *folio;

		if (!(orders & BIT(order)))
			continue;
		folio = fault_alloc_folio(gfp, order);
		if (folio)
			return folio;
	}
small:
	return fault_alloc_folio(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 0);
}

/* Reads need no memory of their own. */
static vm_fault_t map_zero_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret;

	if (!fault_lock_pte(vmf, vmf->orig_pte))
		return 0;
	ret = check_stable_address_space(vma->vm_mm);
	if (!ret)
		cpt_set(vma->vm_mm, vmf->address, vmf->pte, 0,
			cpt_make_leaf(fault_state()->zero_pfn,
				      fault_entry_flags(vma) | CPT_SPECIAL));
	spin_unlock(vmf->ptl);
	return ret;
}

/* Maps all of a new folio with PTEs; drops it where they are not free any more. */
static vm_fault_t map_anon_folio(struct vm_fault *vmf, struct folio *folio)
{
	struct vm_area_struct *vma = vmf->vma;
	struct mm_struct *mm = vma->vm_mm;
	unsigned int count = folio_nr_pages(folio);
	unsigned long addr = vmf->address & ~(folio_size(folio) - 1);
	u64 flags = fault_entry_flags(vma);
	vm_fault_t ret = 0;

	if (vma->vm_flags & VM_WRITE)
		flags = entry_mkdirty(flags) | CPT_WRITE;
	vmf->pte = cpt_pte_lock(mm, vmf->pmd, addr, &vmf->ptl);
	if (!vmf->pte)
		goto put;
	if (count == 1 ? *vmf->pte != vmf->orig_pte : !range_is_none(vmf->pte, count))
		goto unlock;
	ret = check_stable_address_space(mm);
	if (ret)
		goto unlock;
	folio_ref_add(folio, count - 1);
	mm_rss_add(mm, MM_ANONPAGES, count);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	folio_add_lru(folio);
	for (unsigned int i = 0; i < count; i++)
		cpt_set(mm, addr + i * PAGE_SIZE, vmf->pte + i, 0,
			cpt_make_leaf(folio_pfn(folio) + i, flags));
	spin_unlock(vmf->ptl);
	return 0;
unlock:
	spin_unlock(vmf->ptl);
put:
	folio_put(folio);
	return ret;
}

vm_fault_t do_anonymous_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio;
	vm_fault_t ret;

	/* A shared mapping of a driver that brought no operations. */
	if (vma->vm_flags & VM_SHARED)
		return VM_FAULT_SIGBUS;
	if (cpt_pte_alloc(vma->vm_mm, vmf->address, vmf->pmd))
		return VM_FAULT_OOM;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return map_zero_page(vmf);
	ret = vmf_anon_prepare(vmf);
	if (ret)
		return ret;
	folio = alloc_anon_folio(vmf);
	if (IS_ERR(folio))
		return 0;
	if (!folio)
		return VM_FAULT_OOM;
	folio_set_uptodate(folio);
	return map_anon_folio(vmf, folio);
}

bool is_zero_page(const struct page *page)
{
	return is_zero_pfn(page_to_pfn(page));
}
