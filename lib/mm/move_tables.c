/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Moving entries from one address to another for mremap(). Device-private entries move as they are:
 * a device has to fault at the new address. Subscribers are told of the old range only; at the new
 * one nothing was mapped.
 */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include "mm/rmap_internal.h"

/* So that a walk from a folio sees either the old entries or the new ones. */
static void take_rmap_locks(const struct vm_area_struct *vma)
{
	if (vma->vm_file)
		i_mmap_lock_write(vma->vm_file->f_mapping);
	if (vma->anon_vma)
		anon_vma_lock_write(vma->anon_vma);
}

static void drop_rmap_locks(const struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		anon_vma_unlock_write(vma->anon_vma);
	if (vma->vm_file)
		i_mmap_unlock_write(vma->vm_file->f_mapping);
}

static void tell_moved(const struct table_move *move, size_t bytes)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (unlikely(watch) && watch->area_moved)
		watch->area_moved(watch->ctx, move->old->vm_mm, move->from, move->to, bytes,
				  move->keeps_old);
}

static u64 mark_moved(u64 entry)
{
	return cpt_none(entry) ? entry : entry | CPT_SOFT_DIRTY;
}

/* False when one of the tables is not there (any more). */
static bool move_entries(const struct table_move *move, u64 *old_pmd, u64 *new_pmd, size_t bytes)
{
	struct vm_area_struct *vma = move->old;
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *old_ptl, *new_ptl;
	bool must_flush = false;
	u64 *old, *new;

	old = cpt_pte_lock(mm, old_pmd, move->from, &old_ptl);
	if (!old)
		return false;
	/* Nobody else can have put anything at the new address. */
	new = cpt_pte(new_pmd, move->to);
	new_ptl = cpt_pte_ptl(new_pmd);
	if (new_ptl != old_ptl)
		spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING);
	tlb_change_begin(mm);
	for (size_t at = 0; at != bytes; at += PAGE_SIZE, old++, new++) {
		u64 entry = *old;

		if (cpt_none(entry))
			continue;
		WARN_ON_ONCE(!cpt_none(*new));
		must_flush |= cpt_present(entry);
		cpt_set(mm, move->from + at, old, 0, 0);
		cpt_set(mm, move->to + at, new, 0, mark_moved(entry));
	}
	tell_moved(move, bytes);
	/* Before the lock goes: who finds the page through its new entry may free it. */
	if (must_flush)
		flush_tlb_range(vma, move->from, move->from + bytes);
	tlb_change_end(mm);
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	spin_unlock(old_ptl);
	return true;
}

/* A whole table, or a PMD leaf, at once. False when the slots do not allow it (any more). */
static bool move_pmd(const struct table_move *move, u64 *old_pmd, u64 *new_pmd, bool is_table)
{
	struct vm_area_struct *vma = move->old;
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *old_ptl, *new_ptl;
	u64 entry;

	old_ptl = cpt_pmd_lock(mm, old_pmd);
	new_ptl = cpt_pmd_ptl(mm, new_pmd);
	if (new_ptl != old_ptl)
		spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING);
	entry = *old_pmd;
	if (cpt_none(entry) || cpt_is_table(entry) != is_table) {
		entry = 0;
		goto unlock;
	}
	tlb_change_begin(mm);
	if (is_table) {
		cpt_populate(mm, move->to, new_pmd, cpt_detach(mm, move->from, old_pmd));
	} else {
		cpt_set(mm, move->from, old_pmd, 1, 0);
		if (new_ptl != old_ptl && vma_is_anonymous(vma))
			cpt_deposit(mm, new_pmd, cpt_withdraw(mm, old_pmd));
		cpt_set(mm, move->to, new_pmd, 1, mark_moved(entry));
	}
	tell_moved(move, CPT_PMD_SIZE);
	if (is_table || cpt_present(entry))
		flush_tlb_range(vma, move->from, move->from + CPT_PMD_SIZE);
	tlb_change_end(mm);
unlock:
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	spin_unlock(old_ptl);
	return entry;
}

/* What lies behind one PMD slot; 0 or -ENOMEM. */
static int move_slot(struct table_move *move, u64 *old_pmd, u64 *new_pmd, size_t bytes)
{
	bool done;

	for (;;) {
		u64 entry = cpt_get(old_pmd);
		bool is_table = cpt_is_table(entry);
		/* A table as a whole changes addresses for many folios at once. */
		bool lock = is_table || move->need_rmap_locks;

		if (cpt_none(entry))
			return 0;
		if (bytes == CPT_PMD_SIZE && cpt_none(cpt_get(new_pmd))) {
			if (lock)
				take_rmap_locks(move->old);
			done = move_pmd(move, old_pmd, new_pmd, is_table);
			if (lock)
				drop_rmap_locks(move->old);
			if (done)
				return 0;
			continue;
		}
		if (!is_table) {
			split_huge_pmd(move->old, old_pmd, move->from);
			continue;
		}
		if (cpt_pte_alloc(move->old->vm_mm, move->to, new_pmd))
			return -ENOMEM;
		if (move->need_rmap_locks)
			take_rmap_locks(move->old);
		done = move_entries(move, old_pmd, new_pmd, bytes);
		if (move->need_rmap_locks)
			drop_rmap_locks(move->old);
		if (done)
			return 0;
	}
}

/* Nothing but the area itself lies between the border below @addr and @addr. */
static bool can_align(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_start == addr &&
	       !find_vma_intersection(vma->vm_mm, addr & CPT_PMD_MASK, addr);
}

/* Where there is nothing below on either side, the table of the first part can move as a whole. */
static void try_align(struct table_move *move)
{
	unsigned long below = move->from & ~CPT_PMD_MASK;

	if (!below || below != (move->to & ~CPT_PMD_MASK) || move->bytes < CPT_PMD_SIZE - below ||
	    !can_align(move->old, move->from) || !can_align(move->new, move->to))
		return;
	move->from -= below;
	move->to -= below;
}

size_t move_page_tables(struct table_move *move)
{
	struct mm_struct *mm = move->old->vm_mm;
	unsigned long start = move->from;
	unsigned long end = start + move->bytes;
	struct mmu_notifier_range range;
	size_t step;

	if (!move->bytes)
		return 0;
	try_align(move);
	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, mm, move->from, end);
	mmu_notifier_invalidate_range_start(&range);
	for (; move->from < end; move->from += step, move->to += step) {
		u64 *old_pmd, *new_pmd;

		cond_resched();
		step = cpt_entry_end(move->from, 1, end) - move->from;
		step = min(step, (size_t)(cpt_entry_end(move->to, 1, 0) - move->to));
		old_pmd = cpt_pmd(mm, move->from, NULL);
		if (!old_pmd || cpt_none(cpt_get(old_pmd)))
			continue;
		new_pmd = cpt_pmd_alloc(mm, move->to);
		if (!new_pmd || move_slot(move, old_pmd, new_pmd, step))
			break;
	}
	mmu_notifier_invalidate_range_end(&range);
	return move->from < start ? 0 : move->from - start;
}
