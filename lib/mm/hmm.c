/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What the CPU's page table says about a range, for a device that wants to use the same pages;
 * faults are taken where the caller asks for more than is there.
 *
 * DOC: Vocabulary
 *
 * need   what a page lacks of what was asked for it: NEED_FAULT, NEED_WRITE.
 * chunk  the part of a range within one entry above the PTEs: a PMD, or a larger hole. A fault that
 *        one page needs is taken for every page from there to the end of its chunk.
 *
 * DOC: Locking
 *
 * mmap_lock is held; entries are read without page-table locks. So what is read may be out of date
 * at once: mmu_interval_read_retry() tells.
 *
 * DOC: Source
 *
 * mm/hmm.c, mm/pagewalk.c, v7.0. In v7.3 faults are taken after the walk has come to an end; since
 * the lock is held until then this makes no difference but to what errors are called.
 */
#include <linux/bug.h>
#include <linux/hmm.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/signal.h>
#include <linux/sim_absent.h>
#include "kernel/version.h"
#include "mm/cpt.h"
#include "mm/fault.h"
#include "mm/folio.h"

#define NEED_FAULT BIT(0)
#define NEED_WRITE BIT(1)
#define NEED_ALL (NEED_FAULT | NEED_WRITE)

#define STICKY (HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS)
#define PMD_FLAGS ((unsigned long)CPT_PMD_ORDER << HMM_PFN_ORDER_SHIFT)

/* A walk ended with something to be faulted: positive, so no errno. */
#define WALK_FAULT 1

/* PTEs between two switch points. */
#define POINT_PAGES 16

/**
 * struct hmm_walk - one walk
 * @range: what is asked
 * @mm: whose
 * @vma: area of the addresses at hand, NULL in a gap
 * @last: with -EBUSY and WALK_FAULT: where to go on
 * @fault_end: with WALK_FAULT: up to where
 * @need: with WALK_FAULT: why
 */
struct hmm_walk {
	struct hmm_range *range;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long last;
	unsigned long fault_end;
	unsigned int need;
};

static unsigned long *slot_of(const struct hmm_range *range, unsigned long addr)
{
	return &range->hmm_pfns[(addr - range->start) >> PAGE_SHIFT];
}

static __always_inline unsigned int page_need(const struct hmm_range *range, unsigned long slot,
					      unsigned long flags)
{
	unsigned long asked = (slot & range->pfn_flags_mask) | range->default_flags;

	if (!(asked & HMM_PFN_REQ_FAULT))
		return 0;
	if ((asked & HMM_PFN_REQ_WRITE) && !(flags & HMM_PFN_WRITE))
		return NEED_ALL;
	return flags & HMM_PFN_VALID ? 0 : NEED_FAULT;
}

/* The most that any page of a stretch needs, all of them being mapped with @flags. */
static unsigned int stretch_need(const struct hmm_range *range, unsigned long addr,
				 unsigned long end, unsigned long flags)
{
	const unsigned long *slot = slot_of(range, addr);
	unsigned int need = 0;

	if (!((range->default_flags | range->pfn_flags_mask) & HMM_PFN_REQ_FAULT))
		return 0;
	for (; addr < end && need != NEED_ALL; addr += PAGE_SIZE)
		need |= page_need(range, *slot++, flags);
	return need;
}

static __always_inline void set_slot(unsigned long *slot, unsigned long value)
{
	*slot = (*slot & STICKY) | value;
}

/* Every page of a stretch is @value, or, if @value has a page frame, page by page behind it. */
static int fill(const struct hmm_range *range, unsigned long addr, unsigned long end,
		unsigned long value, unsigned long step)
{
	unsigned long *slot = slot_of(range, addr);

	for (; addr < end; addr += PAGE_SIZE, value += step)
		set_slot(slot++, value);
	return 0;
}

static int want_fault(struct hmm_walk *walk, unsigned long addr, unsigned long end,
		      unsigned int need)
{
	walk->last = addr;
	walk->fault_end = end;
	walk->need = need;
	return WALK_FAULT;
}

/* Nothing is mapped here, by PTE, PMD or table; or there is no area. */
static int walk_hole(struct hmm_walk *walk, unsigned long addr, unsigned long end)
{
	unsigned int need = stretch_need(walk->range, addr, end, 0);

	if (need)
		return walk->vma ? want_fault(walk, addr, end, need) : -EFAULT;
	return fill(walk->range, addr, end, walk->vma ? 0 : HMM_PFN_ERROR, 0);
}

static bool is_own(const struct hmm_range *range, u64 entry)
{
	return cpt_is_device_private(entry) &&
	       page_pgmap(pfn_to_page(cpt_pfn(entry)))->owner == range->dev_private_owner;
}

/* Sleeps until the folio that a migration entry leads to is unlocked; drops @ptl. */
static int wait_migration(struct hmm_walk *walk, unsigned long addr, const u64 *slot,
			  spinlock_t *ptl)
{
	u64 entry = *slot;

	walk->last = addr;
	if (cpt_is_migration(entry))
		folio_wait_locked_ptl(pfn_folio(cpt_pfn(entry)), ptl);
	else
		spin_unlock(ptl);
	return -EBUSY;
}

static int wait_migration_pte(struct hmm_walk *walk, unsigned long addr, u64 *pmd)
{
	spinlock_t *ptl;
	u64 *pte = cpt_pte_lock(walk->mm, pmd, addr, &ptl);

	if (pte)
		return wait_migration(walk, addr, pte, ptl);
	walk->last = addr;
	return -EBUSY;
}

/* An entry that is neither present nor none. */
static int walk_soft_pte(struct hmm_walk *walk, unsigned long addr, unsigned long end, u64 *pmd,
			 u64 entry, unsigned long *slot)
{
	unsigned int need;

	/* Never faulted: REQ_WRITE is not enforced. */
	if (is_own(walk->range, entry)) {
		set_slot(slot, cpt_pfn(entry) | HMM_PFN_VALID |
				       (cpt_write(entry) ? HMM_PFN_WRITE : 0));
		return 0;
	}
	need = page_need(walk->range, *slot, 0);
	if (!need) {
		set_slot(slot, 0);
		return 0;
	}
	switch (cpt_soft(entry)) {
	case CPT_SWAP:
	case CPT_DEVICE_PRIVATE_READ:
	case CPT_DEVICE_PRIVATE_WRITE:
	case CPT_DEVICE_EXCLUSIVE:
	case CPT_MARKER_UFFD_WP:
		return want_fault(walk, addr, end, need);
	case CPT_MIGRATION_READ:
	case CPT_MIGRATION_READ_EXCLUSIVE:
	case CPT_MIGRATION_WRITE:
		return wait_migration_pte(walk, addr, pmd);
	default:
		return -EFAULT;
	}
}

/* A present entry without a struct page, other than the zero page: nothing for a device. */
static int walk_special_pte(struct hmm_walk *walk, unsigned long *slot)
{
	if (page_need(walk->range, *slot, 0))
		return -EFAULT;
	set_slot(slot, HMM_PFN_ERROR);
	return 0;
}

static __always_inline unsigned long leaf_flags(u64 entry)
{
	if (!(entry & CPT_PRESENT))
		return 0;
	return entry & CPT_WRITE ? HMM_PFN_VALID | HMM_PFN_WRITE : HMM_PFN_VALID;
}

static __always_inline int walk_pte(struct hmm_walk *walk, unsigned long addr, unsigned long end,
				    u64 *pmd, u64 entry, unsigned long *slot)
{
	unsigned long flags = leaf_flags(entry);
	unsigned int need;

	if (unlikely(!cpt_present(entry) && !cpt_none(entry)))
		return walk_soft_pte(walk, addr, end, pmd, entry, slot);
	need = page_need(walk->range, *slot, flags);
	if (unlikely(need))
		return want_fault(walk, addr, end, need);
	if (unlikely(entry & CPT_SPECIAL) && !is_zero_pfn(cpt_pfn(entry)))
		return walk_special_pte(walk, slot);
	set_slot(slot, cpt_pfn(entry) | flags);
	return 0;
}

/* Some PTEs of a table, up to the next switch point; *@addr goes on with them. */
static int walk_ptes(struct hmm_walk *walk, u64 *pmd, u64 table, unsigned long *addr,
		     unsigned long end)
{
	unsigned long stop = min(end, *addr + POINT_PAGES * PAGE_SIZE);
	const u64 *pte = cpt_table(table) + cpt_index(*addr, 0);
	unsigned long *slot = slot_of(walk->range, *addr);

	for (; *addr < stop; *addr += PAGE_SIZE) {
		int err = walk_pte(walk, *addr, end, pmd, *pte++, slot++);

		if (err)
			return err;
	}
	return 0;
}

static int walk_huge(struct hmm_walk *walk, unsigned long addr, unsigned long end, u64 entry)
{
	unsigned long flags = leaf_flags(entry);
	unsigned int need;

	if (flags)
		flags |= PMD_FLAGS;
	need = stretch_need(walk->range, addr, end, flags);
	if (need)
		return want_fault(walk, addr, end, need);
	return fill(walk->range, addr, end,
		    (cpt_pfn(entry) + ((addr & ~CPT_PMD_MASK) >> PAGE_SHIFT)) | flags, 1);
}

static int walk_own_pmd(struct hmm_walk *walk, unsigned long addr, unsigned long end, u64 entry)
{
	unsigned long pfn = cpt_pfn(entry);

	if (!sim_has_quirk(SVMSIM_QUIRK_HMM_DEVICE_PMD))
		pfn += (addr & ~CPT_PMD_MASK) >> PAGE_SHIFT;
	return fill(walk->range, addr, end,
		    pfn | HMM_PFN_VALID | (cpt_write(entry) ? HMM_PFN_WRITE : 0) | PMD_FLAGS, 1);
}

/* A PMD that is neither present nor none. */
static int walk_soft_pmd(struct hmm_walk *walk, unsigned long addr, unsigned long end, u64 *pmd,
			 u64 entry)
{
	unsigned int need;

	if (is_own(walk->range, entry))
		return walk_own_pmd(walk, addr, end, entry);
	need = stretch_need(walk->range, addr, end, 0);
	if (cpt_is_migration(entry)) {
		if (need)
			return wait_migration(walk, addr, pmd, cpt_pmd_lock(walk->mm, pmd));
		return fill(walk->range, addr, end, 0, 0);
	}
	if (need && cpt_is_device_private(entry))
		return want_fault(walk, addr, end, need);
	return need ? -EFAULT : fill(walk->range, addr, end, HMM_PFN_ERROR, 0);
}

/* Of each huge page only the first slot's request counts. */
static int walk_hugetlb(struct hmm_walk *walk, unsigned long addr, unsigned long end, u64 entry)
{
	unsigned long flags = leaf_flags(entry) | PMD_FLAGS;
	unsigned int need = page_need(walk->range, *slot_of(walk->range, addr), flags);

	if (need)
		return want_fault(walk, addr, end, need);
	return fill(walk->range, addr, end,
		    (cpt_pfn(entry) + ((addr & ~CPT_PMD_MASK) >> PAGE_SHIFT)) | flags, 1);
}

static int walk_pmd(struct hmm_walk *walk, u64 *pmd, unsigned long addr, unsigned long end)
{
	while (addr < end) {
		u64 entry;
		int err;

		/* Whoever changes entries announces it first; the walk just reads. */
		SIM_POINT(MODEL, "hmm_walk", "pmd");
		entry = cpt_get(pmd);
		if (cpt_none(entry))
			return walk_hole(walk, addr, end);
		if (walk->vma->vm_flags & VM_HUGETLB)
			return walk_hugetlb(walk, addr, end, entry);
		if (!cpt_present(entry))
			return walk_soft_pmd(walk, addr, end, pmd, entry);
		if (cpt_is_huge(entry))
			return walk_huge(walk, addr, end, entry);
		if (!cpt_is_table(entry))
			return stretch_need(walk->range, addr, end, 0) ?
				       -EFAULT :
				       fill(walk->range, addr, end, HMM_PFN_ERROR, 0);
		err = walk_ptes(walk, pmd, entry, &addr, end);
		if (err)
			return err;
	}
	return 0;
}

static int walk_area(struct hmm_walk *walk, unsigned long addr, unsigned long end)
{
	const vm_flags_t flags = walk->vma->vm_flags;
	int err = 0;

	if ((flags & (VM_IO | VM_PFNMAP)) || !(flags & VM_READ)) {
		if (stretch_need(walk->range, addr, end, 0))
			return -EFAULT;
		return fill(walk->range, addr, end, HMM_PFN_ERROR, 0);
	}
	while (addr < end && !err) {
		unsigned long hole_end, next = cpt_entry_end(addr, 1, end);
		u64 *pmd = cpt_pmd(walk->mm, addr, &hole_end);

		if (pmd) {
			err = walk_pmd(walk, pmd, addr, next);
		} else {
			next = hole_end - 1 < end - 1 ? hole_end : end;
			err = walk_hole(walk, addr, next);
		}
		addr = next;
	}
	return err;
}

/* All areas and gaps from walk->last on. */
static int walk_range(struct hmm_walk *walk)
{
	unsigned long addr = walk->last, end = walk->range->end;
	struct vm_area_struct *vma;
	int err = 0;

	if (addr >= end)
		return -EINVAL;
	for (vma = find_vma(walk->mm, addr); addr < end && !err;) {
		unsigned long next = end;

		walk->vma = vma && vma->vm_start <= addr ? vma : NULL;
		if (walk->vma) {
			next = min(end, vma->vm_end);
			err = walk_area(walk, addr, next);
			if (!err && next < end)
				vma = find_vma(walk->mm, next);
		} else {
			if (vma)
				next = min(end, vma->vm_start);
			err = walk_hole(walk, addr, next);
		}
		addr = next;
	}
	return err;
}

static int fault_errno(vm_fault_t fault)
{
	const vm_fault_t bad = VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON |
			       VM_FAULT_HWPOISON_LARGE;

	if (!sim_kernel_since(SIM_KERNEL_V7_3) || (fault & bad))
		return -EFAULT;
	if (fault & VM_FAULT_OOM)
		return -ENOMEM;
	WARN_ON_ONCE(1);
	return -EINVAL;
}

/*
 * Takes the faults that a walk asked for. Afterwards the walk goes on: -EBUSY. *@locked becomes
 * false when a fault gave mmap_lock up.
 */
static int take_faults(struct hmm_walk *walk, unsigned int flags, bool *locked)
{
	if (walk->need & NEED_WRITE) {
		if (!(walk->vma->vm_flags & VM_WRITE))
			return -EPERM;
		flags |= FAULT_FLAG_WRITE;
	}
	for (unsigned long addr = walk->last; addr < walk->fault_end; addr += PAGE_SIZE) {
		vm_fault_t fault = handle_mm_fault(walk->vma, addr, flags, NULL);

		if ((flags & FAULT_FLAG_ALLOW_RETRY) &&
		    (fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED))) {
			*locked = false;
			return fatal_signal_pending(current) ? -EINTR : -EBUSY;
		}
		if (fault & VM_FAULT_ERROR)
			return fault_errno(fault);
	}
	return -EBUSY;
}

static int fault_range(struct hmm_range *range, unsigned int flags, bool *locked)
{
	struct hmm_walk walk = {
		.range = range,
		.mm = range->notifier->mm,
		.last = range->start,
	};
	int err;

	do {
		if (mmu_interval_check_retry(range->notifier, range->notifier_seq))
			return -EBUSY;
		err = walk_range(&walk);
		if (err == WALK_FAULT)
			err = take_faults(&walk, flags, locked);
	} while (err == -EBUSY && *locked);
	return err;
}

static int traced(const struct hmm_range *range, int err)
{
	sim_event(HMM_RANGE_FAULT, range->notifier->mm->sim_number, range->start, range->end,
		  (u64)err);
	return err;
}

/**
 * hmm_range_fault - read a range of the CPU's page table, faulting in what is asked for
 * @range: notifier with the sequence number read before; see struct hmm_range
 *
 * Context: mmap_lock is held; may sleep.
 * Return: 0; -EBUSY: invalidated since, begin anew; -EPERM: write asked for where the area does not
 * allow it; -EFAULT: something asked for can't be had; -EINVAL: no range; with v7.3 -ENOMEM, which
 * was -EFAULT.
 */
int hmm_range_fault(struct hmm_range *range)
{
	bool locked = true;

	mmap_assert_locked(range->notifier->mm);
	return traced(range, fault_range(range, FAULT_FLAG_REMOTE, &locked));
}

/* One attempt. *@dropped is set when a fault gave the lock up. */
static int fault_unlocked(struct hmm_range *range, unsigned long deadline, bool is_limited,
			  bool *dropped)
{
	const unsigned int flags = FAULT_FLAG_REMOTE | FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	struct mm_struct *mm = range->notifier->mm;
	bool locked = true;
	int err;

	if (mm_flags_test(MMF_UNSTABLE, mm))
		err = -EFAULT;
	else if (is_limited && time_after(jiffies, deadline))
		err = -ETIME;
	else
		err = fault_range(range, flags, &locked);
	if (locked)
		mmap_read_unlock(mm);
	*dropped = !locked;
	return err;
}

/**
 * hmm_range_fault_unlocked_timeout - the same, taking mmap_lock and retrying by itself
 * @range: notifier_seq is set here
 * @timeout: in jiffies, anew each time that a fault gave the lock up; 0 for none
 *
 * Context: mmap_lock is not held, the mm has a user; may sleep.
 * Return: see hmm_range_fault(); -EBUSY: timeout; -EINTR: a fatal signal.
 */
int hmm_range_fault_unlocked_timeout(struct hmm_range *range, unsigned long timeout)
{
	unsigned long deadline = jiffies + timeout;
	struct mm_struct *mm = range->notifier->mm;
	bool dropped;
	int err;

	if (!sim_kernel_since(SIM_KERNEL_V7_3)) {
		SIM_ABSENT("hmm_range_fault_unlocked_timeout");
		return -EOPNOTSUPP;
	}
	do {
		range->notifier_seq = mmu_interval_read_begin(range->notifier);
		err = mmap_read_lock_killable(mm);
		if (err)
			break;
		err = fault_unlocked(range, deadline, timeout, &dropped);
		if (dropped)
			deadline = jiffies + timeout;
	} while (err == -EBUSY);
	return traced(range, err == -ETIME ? -EBUSY : err);
}
