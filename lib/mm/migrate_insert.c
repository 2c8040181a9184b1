/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* New pages for holes: what a page fault would do, with a page that a driver brings. */
#include "mm/fault.h"
#include "mm/migrate_internal.h"
#include "mm/mman.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include "mm/tlb.h"
#include <linux/minmax.h>

/*
 * The entry that maps a new page, at either level: writable if the area is, whatever the arrays
 * say. Return: 0 for a page of a device that can't be mapped like this.
 */
static u64 new_entry(const struct vm_area_struct *vma, struct folio *folio, u64 level_flags)
{
	bool may_write = vma->vm_flags & VM_WRITE;
	u64 flags = vma_entry_flags(vma) & ~CPT_WRITE;

	if (folio_is_device_private(folio))
		return cpt_make_soft(may_write ? CPT_DEVICE_PRIVATE_WRITE : CPT_DEVICE_PRIVATE_READ,
				     folio_pfn(folio), 0);
	if (folio_is_zone_device(folio) && !folio_is_device_coherent(folio))
		return 0;
	flags |= CPT_ACCESSED | level_flags;
	if (may_write)
		flags |= CPT_WRITE | CPT_DIRTY | CPT_SOFT_DIRTY;
	return cpt_make_leaf(folio_pfn(folio), flags);
}

/* What both levels do to make the page one of the mm; the table's lock is held. */
static void account_new(struct vm_area_struct *vma, struct folio *folio, unsigned long addr,
			long nr)
{
	mm_rss_add(vma->vm_mm, MM_ANONPAGES, nr);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	if (!folio_is_zone_device(folio))
		folio_add_lru(folio);
	folio_get(folio);
}

static bool area_is_unstable(const struct vm_area_struct *vma)
{
	return mm_flags_test(MMF_UNSTABLE, vma->vm_mm);
}

static bool is_huge_zero(u64 entry)
{
	return cpt_is_huge(entry) && is_huge_zero_pfn(cpt_pfn(entry));
}

/*
 * The kernel takes the driver's word for it that the page is of this order.
 * Return: false when it is not even a large one; the kernel warns and goes on.
 */
static bool force_pmd_order(struct folio *folio)
{
	if (WARN_ON_ONCE(!folio_test_large(folio)))
		return false;
	folio->_flags_1 = (folio->_flags_1 & ~0xfful) | CPT_PMD_ORDER;
	folio->_nr_pages = CPT_PMD_PAGES;
	folio_set_large_rmappable(folio);
	return true;
}

/*
 * Puts @entry into an empty PMD, or over the huge zero page. @table becomes its deposit, except
 * where the zero page has left one.
 * Return: false when that can't be any more; @table is still the caller's.
 */
static bool set_pmd(struct vm_area_struct *vma, struct folio *folio, unsigned long addr, u64 *pmd,
		    u64 entry, struct page *table)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl = cpt_pmd_lock(mm, pmd);

	if (area_is_unstable(vma)) {
		if (!sim_has_quirk(SVMSIM_QUIRK_MIGRATE_PMD_LOCK_LEAK))
			spin_unlock(ptl);
		return false;
	}
	if (vma->vm_flags & VM_UFFD_MISSING || !(cpt_none(*pmd) || is_huge_zero(*pmd))) {
		spin_unlock(ptl);
		return false;
	}
	account_new(vma, folio, addr, CPT_PMD_PAGES);
	if (cpt_none(*pmd)) {
		cpt_deposit(mm, pmd, table);
	} else {
		cpt_table_free(mm, table);
		cpt_clear_flush(vma, addr, pmd, 1);
	}
	cpt_set(mm, addr, pmd, 1, entry);
	spin_unlock(ptl);
	return true;
}

/* Return: 0 when the outcome is in src; an error that refuses the one slot. */
static int insert_pmd(struct migrate_vma *migrate, unsigned long slot, unsigned long addr,
		      struct folio *folio, u64 *pmd)
{
	unsigned long rest = min(CPT_PMD_PAGES + 0ul, migrate->npages - slot);
	struct vm_area_struct *vma = migrate->vma;
	struct page *table = NULL;
	u64 entry;

	if (!thp_vma_suitable_order(vma, addr, CPT_PMD_ORDER))
		return -EINVAL;
	if (anon_vma_prepare(vma))
		return -ENOMEM;
	if (force_pmd_order(folio)) {
		folio_set_uptodate(folio);
		table = cpt_table_alloc(vma->vm_mm);
	}
	entry = new_entry(vma, folio, CPT_HUGE);
	if (table && entry && set_pmd(vma, folio, addr, pmd, entry, table))
		return 0;
	if (table && !sim_has_quirk(SVMSIM_QUIRK_MIGRATE_PMD_TABLE_LEAK))
		cpt_table_free(vma->vm_mm, table);
	for (unsigned long i = 0; i < rest; i++)
		migrate->src[slot + i] &= ~MIGRATE_PFN_MIGRATE;
	return 0;
}

/* Return: 0, -EBUSY when the place is not empty any more, or must not be filled. */
static int set_pte(struct vm_area_struct *vma, struct folio *folio, unsigned long addr, u64 *pmd,
		   u64 entry)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;
	u64 *pte = cpt_pte_lock(mm, pmd, addr, &ptl);
	u64 old = pte ? *pte : 0;
	bool is_zero = cpt_present(old) && is_zero_pfn(cpt_pfn(old));

	if (!pte)
		return -EBUSY;
	if (area_is_unstable(vma) || vma->vm_flags & VM_UFFD_MISSING ||
	    !(cpt_none(old) || is_zero)) {
		spin_unlock(ptl);
		return -EBUSY;
	}
	account_new(vma, folio, addr, 1);
	if (is_zero)
		cpt_clear_flush(vma, addr, pte, 0);
	cpt_set(mm, addr, pte, 0, entry);
	spin_unlock(ptl);
	return 0;
}

static int insert_pte(struct vm_area_struct *vma, struct folio *folio, unsigned long addr, u64 *pmd)
{
	u64 entry = cpt_get(pmd);

	if (is_huge_zero(entry))
		split_huge_pmd(vma, pmd, addr);
	else if (cpt_is_huge(entry))
		return -EBUSY;
	if (cpt_pte_alloc(vma->vm_mm, addr, pmd) || anon_vma_prepare(vma))
		return -ENOMEM;
	folio_set_uptodate(folio);
	entry = new_entry(vma, folio, 0);
	return entry ? set_pte(vma, folio, addr, pmd, entry) : -EINVAL;
}

void migrate_insert_page(struct migrate_vma *migrate, unsigned long slot)
{
	struct folio *folio = page_folio(migrate_pfn_to_page(migrate->dst[slot]));
	unsigned long addr = migrate->start + (slot << PAGE_SHIFT);
	struct vm_area_struct *vma = migrate->vma;
	bool is_large = migrate->dst[slot] & MIGRATE_PFN_COMPOUND &&
			sim_kernel_since(SIM_KERNEL_V6_19);
	u64 *pmd;
	int err;

	/* A hole of a file's area is none of the core's business. */
	pmd = vma_is_anonymous(vma) ? cpt_pmd_alloc(vma->vm_mm, addr) : NULL;
	if (!pmd)
		err = -ENOMEM;
	else if (is_large)
		err = insert_pmd(migrate, slot, addr, folio, pmd);
	else
		err = insert_pte(vma, folio, addr, pmd);
	if (err)
		migrate->src[slot] &= ~MIGRATE_PFN_MIGRATE;
	else if (!is_large)
		migrate->src[slot] = MIGRATE_PFN_MIGRATE;
}
