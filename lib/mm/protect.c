/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mprotect(), and what NUMA balancing does to make pages fault: entries get other rights. Rights go
 * at once; where they come back a private page is writable only if it is known to be exclusive.
 * Entries that are not present only ever lose: a writable device-private one becomes readable, also
 * when NUMA balancing passes by, and no mprotect() makes it writable again.
 */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "mm/fault_internal.h"

/* Entries of private or watched areas may become writable without a fault. */
#define CP_TRY_WRITABLE BIT(1)

#define PROT_MASK (CPT_PRESENT | CPT_PROTNONE | CPT_WRITE)

/**
 * struct protect - one walk
 * @tlb: remembers what to flush
 * @vma: area
 * @prot: rights, as of vma_entry_flags()
 * @flags: MM_CP_* and CP_*
 * @changed: entries so far
 */
struct protect {
	struct mmu_gather *tlb;
	struct vm_area_struct *vma;
	u64 prot;
	unsigned int flags;
	long changed;
};

/* Whether a hinting fault on the page could be of use; sees to it that it is worth its cost. */
static bool is_worth_hinting(const struct protect *protect, const struct page *page)
{
	const struct vm_area_struct *vma = protect->vma;
	const struct folio *folio;

	if (!page)
		return false;
	folio = page_folio(page);
	if (folio_is_zone_device(folio) || folio_maybe_dma_pinned(folio))
		return false;
	if (is_cow_mapping(vma->vm_flags) && folio_maybe_mapped_shared(folio))
		return false;
	/* Some dirty pages of files can't be migrated without waiting. */
	return folio_test_swapbacked(folio) || !folio_test_dirty(folio);
}

/* What a present entry becomes; itself when there is nothing to do. */
static u64 change_present(const struct protect *protect, unsigned long addr, u64 entry)
{
	const struct page *page = cpt_normal_page(protect->vma, addr, entry);
	u64 changed;

	if ((protect->flags & MM_CP_PROT_NUMA) &&
	    (cpt_protnone(entry) || !is_worth_hinting(protect, page)))
		return entry;
	changed = (entry & ~(u64)PROT_MASK) | protect->prot;
	if ((protect->flags & CP_TRY_WRITABLE) && !(changed & CPT_WRITE) &&
	    can_change_pte_writable(protect->vma, addr, changed))
		changed |= CPT_WRITE;
	return changed;
}

/* The same of an entry that is not present; these are the same for PTEs and PMDs. */
static u64 change_soft(u64 entry)
{
	unsigned long pfn = cpt_pfn(entry);
	enum cpt_soft soft;

	switch (cpt_soft(entry)) {
	case CPT_MIGRATION_WRITE:
		soft = folio_test_anon(pfn_folio(pfn)) ? CPT_MIGRATION_READ_EXCLUSIVE :
							 CPT_MIGRATION_READ;
		return cpt_make_soft(soft, pfn, entry & ~(CPT_PFN_MASK | CPT_SOFT_MASK));
	case CPT_DEVICE_PRIVATE_WRITE:
		/* Whether it was dirtied since a checkpoint nobody asks of such a page. */
		return cpt_make_soft(CPT_DEVICE_PRIVATE_READ, pfn, entry & CPT_UFFD_WP);
	default:
		return entry;
	}
}

static void change_entry(struct protect *protect, u64 *slot, unsigned long addr,
			 unsigned int level)
{
	u64 entry = *slot;
	unsigned long bytes = PAGE_SIZE << (CPT_BITS * level);
	u64 changed;

	if (cpt_present(entry))
		changed = change_present(protect, addr, entry);
	else
		changed = change_soft(entry);
	if (changed == entry)
		return;
	cpt_set(protect->vma->vm_mm, addr, slot, level, changed);
	/* No CPU has more rights cached than the entry gave. */
	if ((entry & CPT_PRESENT) && (entry & ~changed & PROT_MASK))
		tlb_remove_tlb_entry(protect->tlb, addr, bytes);
	protect->changed += (long)(bytes >> PAGE_SHIFT);
}

/* False when there is no table (any more). */
static bool change_table(struct protect *protect, u64 *pmd, unsigned long addr, unsigned long end)
{
	spinlock_t *ptl;
	u64 *slot = cpt_pte_lock(protect->vma->vm_mm, pmd, addr, &ptl);

	if (!slot)
		return false;
	for (; addr != end; addr += PAGE_SIZE, slot++) {
		if (!cpt_none(*slot))
			change_entry(protect, slot, addr, 0);
	}
	spin_unlock(ptl);
	return true;
}

/* False when the slot holds a table or nothing (any more). */
static bool change_huge(struct protect *protect, u64 *pmd, unsigned long addr)
{
	spinlock_t *ptl = cpt_pmd_lock(protect->vma->vm_mm, pmd);
	bool is_huge = !cpt_none(*pmd) && !cpt_is_table(*pmd);

	if (is_huge)
		change_entry(protect, pmd, addr, 1);
	spin_unlock(ptl);
	return is_huge;
}

static void change_pmd(struct protect *protect, u64 *pmd, unsigned long addr, unsigned long end)
{
	u64 entry = cpt_get(pmd);

	/* A slot that changes under the walk is looked at again. */
	while (!cpt_none(entry)) {
		if (cpt_is_table(entry)) {
			if (change_table(protect, pmd, addr, end))
				break;
		} else if (end - addr != CPT_PMD_SIZE) {
			split_huge_pmd(protect->vma, pmd, addr);
		} else if (change_huge(protect, pmd, addr)) {
			break;
		}
		entry = cpt_get(pmd);
	}
	cond_resched();
}

/*
 * What one entry of the topmost table covers. Subscribers hear of it once the first populated part
 * is found, and of all from there on.
 */
static void change_top(struct protect *protect, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = protect->vma->vm_mm;
	struct mmu_notifier_range range = {};
	bool is_open = false;

	while (addr < end) {
		unsigned long hole_end = 0;
		unsigned long next = cpt_entry_end(addr, 1, end);
		u64 *pmd = cpt_pmd(mm, addr, &hole_end);

		if (!pmd) {
			addr = hole_end;
			continue;
		}
		if (!is_open) {
			mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_VMA, 0, mm, addr,
						end);
			mmu_notifier_invalidate_range_start(&range);
			is_open = true;
		}
		change_pmd(protect, pmd, addr, next);
		addr = next;
	}
	if (is_open)
		mmu_notifier_invalidate_range_end(&range);
}

static long change_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
			 unsigned long end, unsigned int flags)
{
	struct protect protect = {
		.tlb = tlb,
		.vma = vma,
		.prot = flags & MM_CP_PROT_NUMA ? CPT_PROTNONE : vma_entry_flags(vma),
		.flags = flags,
	};

	for (unsigned long addr = start, next; addr != end; addr = next) {
		next = cpt_entry_end(addr, CPT_TOP_LEVEL, end);
		change_top(&protect, addr, next);
	}
	return protect.changed;
}

long change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       unsigned int cp_flags)
{
	struct mmu_gather tlb;
	long changed;

	tlb_gather_mmu(&tlb, vma->vm_mm);
	changed = change_range(&tlb, vma, start, end, cp_flags);
	tlb_finish_mmu(&tlb);
	return changed;
}

static bool wants_upgrade(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_SHARED)
		return (vma->vm_flags & VM_WRITE) && vma->vm_ops && vma->vm_ops->page_mkwrite;
	return vma->vm_flags & VM_WRITE;
}

/* One area, or part of it. *@vma becomes the area that has the range in the end. */
static int protect_area(struct mmu_gather *tlb, struct vm_area_struct **vma,
			struct vm_area_struct *prev, unsigned long start, unsigned long end,
			unsigned long prot)
{
	vm_flags_t flags = prot | ((*vma)->vm_flags & ~(vm_flags_t)VM_ACCESS_FLAGS);
	struct vm_area_struct *changed;

	/* The VM_MAY bits are four places higher. */
	if ((flags & ~(flags >> 4)) & VM_ACCESS_FLAGS)
		return -EACCES;
	if (flags == (*vma)->vm_flags)
		return 0;
	changed = vma_modify_flags(prev, *vma, start, end, flags);
	if (IS_ERR(changed))
		return (int)PTR_ERR(changed);
	changed->__vm_flags = flags;
	*vma = changed;
	change_range(tlb, changed, start, end, wants_upgrade(changed) ? CP_TRY_WRITABLE : 0);
	return 0;
}

static int protect_locked(struct mm_struct *mm, unsigned long start, unsigned long end,
			  unsigned long prot)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	struct vm_area_struct *prev;
	struct mmu_gather tlb;
	int err = 0;

	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	prev = start > vma->vm_start ? vma : vma_prev(vma);
	tlb_gather_mmu(&tlb, mm);
	for (;;) {
		err = protect_area(&tlb, &vma, prev, start, min(vma->vm_end, end), prot);
		if (err || vma->vm_end >= end)
			break;
		/* What was done up to a hole stays done. */
		start = vma->vm_end;
		prev = vma;
		vma = vma_next(vma);
		if (!vma || vma->vm_start != start) {
			err = -ENOMEM;
			break;
		}
	}
	tlb_finish_mmu(&tlb);
	return err;
}

int sim_mprotect(struct mm_struct *mm, unsigned long addr, size_t bytes, unsigned long prot)
{
	unsigned long end = addr + PAGE_ALIGN(bytes);
	int err;

	if (offset_in_page(addr) || (prot & ~VM_ACCESS_FLAGS))
		return -EINVAL;
	if (!bytes)
		return 0;
	if (end <= addr)
		return -ENOMEM;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = protect_locked(mm, addr, end, prot);
	mmap_write_unlock(mm);
	return err;
}
