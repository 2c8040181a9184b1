/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Taking areas away: munmap(), and the end of an address space. Areas leave the tree first, so that
 * no fault finds them; then their entries go, then their tables, then they themselves.
 */
#include "mm/mman_internal.h"
#include <linux/limits.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* Hides the areas of a tree from rmap, then frees the tables that only they used. */
static void free_tables(struct mm_struct *mm, struct vm_area_struct *first, unsigned long floor,
			unsigned long ceiling)
{
	struct vm_area_struct *vma = first;

	while (vma) {
		unsigned long start = vma->vm_start;
		struct vm_area_struct *last = vma;

		/* Neighbours share tables: one call for each cluster. */
		for (;; last = vma) {
			unlink_anon_vmas(last);
			rmap_vma_unlink_file(last);
			vma = vma_next(last);
			if (!vma || vma->vm_start > last->vm_end + CPT_PMD_SIZE)
				break;
		}
		cpt_free_range(mm, start, last->vm_end, floor, vma ? vma->vm_start : ceiling);
	}
}

static void unmap_areas(struct mmu_gather *tlb, struct vm_area_struct *first, unsigned long start,
			unsigned long end)
{
	struct mmu_notifier_range range;

	mmu_notifier_range_init(&range, MMU_NOTIFY_UNMAP, 0, first->vm_mm, start, end);
	mmu_notifier_invalidate_range_start(&range);
	for (struct vm_area_struct *vma = first; vma; vma = vma_next(vma))
		zap_range(tlb, vma, vma->vm_start, vma->vm_end);
	mmu_notifier_invalidate_range_end(&range);
}

/* Cuts areas at the borders of a range. What was cut when memory ran out stays cut. */
static int split_at_borders(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
			    unsigned long end)
{
	int err;

	if (start > vma->vm_start) {
		err = split_vma(vma, start, true);
		if (err)
			return err;
	}
	vma = vma_lookup(mm, end - 1);
	if (vma && end < vma->vm_end)
		return split_vma(vma, end, false);
	return 0;
}

/* Moves the areas of a range from the mm's tree to one of their own. */
static void detach_areas(struct mm_struct *mm, struct rb_root *detached, unsigned long start,
			 unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	while (vma && vma->vm_start < end) {
		struct vm_area_struct *next = vma_next(vma);

		vma_tree_erase(mm, vma);
		vma_tree_add(detached, vma);
		vma = next;
	}
}

/* Also of what a CPU still wrote through its TLB while the entries went. */
static void tell_cleared(struct mm_struct *mm, unsigned long start, size_t bytes)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (unlikely(watch) && watch->area_cleared)
		watch->area_cleared(watch->ctx, mm, start, bytes);
}

int do_munmap(struct mm_struct *mm, unsigned long start, size_t bytes, bool unlock)
{
	unsigned long end = start + PAGE_ALIGN(bytes);
	struct rb_root detached = RB_ROOT;
	struct vm_area_struct *vma, *prev, *next;
	struct mmu_gather tlb;
	int err;

	if (offset_in_page(start) || start > MM_AREA_END || bytes > MM_AREA_END - start ||
	    end == start)
		return -EINVAL;
	mmap_assert_write_locked(mm);
	vma = find_vma_intersection(mm, start, end);
	if (!vma) {
		if (unlock)
			mmap_write_unlock(mm);
		return 0;
	}
	err = split_at_borders(mm, vma, start, end);
	if (err)
		return err;
	prev = vma_before(mm, start);
	next = find_vma(mm, end);
	detach_areas(mm, &detached, start, end);
	if (unlock)
		mmap_write_downgrade(mm);

	vma = vma_tree_first(&detached);
	tlb_gather_mmu(&tlb, mm);
	unmap_areas(&tlb, vma, start, end);
	free_tables(mm, vma, prev ? prev->vm_end : 0, next ? next->vm_start : 0);
	tlb_finish_mmu(&tlb);
	tell_cleared(mm, start, end - start);
	while ((vma = vma_tree_first(&detached))) {
		rb_erase(&vma->sim_rb, &detached);
		remove_vma(vma);
	}
	if (unlock)
		mmap_read_unlock(mm);
	return 0;
}

int sim_munmap(struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_munmap(mm, addr, bytes, true);
	if (err)
		mmap_write_unlock(mm);
	return err;
}

static void remove_all(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	while ((vma = vma_first(mm))) {
		vma_tree_erase(mm, vma);
		remove_vma(vma);
	}
}

void unmap_all(struct mm_struct *mm)
{
	struct vm_area_struct *vma = vma_first(mm);
	struct mmu_gather tlb;

	if (!vma)
		return;
	tlb_gather_mmu(&tlb, mm);
	unmap_areas(&tlb, vma, 0, ULONG_MAX);
	free_tables(mm, vma, 0, 0);
	tlb_finish_mmu(&tlb);
	remove_all(mm);
}

void exit_mmap(struct mm_struct *mm)
{
	struct mmu_gather tlb;
	struct vm_area_struct *vma;

	mmu_notifier_release(mm);
	mmap_read_lock(mm);
	vma = vma_first(mm);
	if (!vma) {
		/* A fork that ran out of memory got no further. */
		mmap_read_unlock(mm);
		return;
	}
	tlb_gather_mmu_fullmm(&tlb, mm);
	/* Not only what is mapped: a subscriber may have asked about any address. */
	unmap_areas(&tlb, vma, 0, ULONG_MAX);
	mmap_read_unlock(mm);

	mm_flags_set(MMF_OOM_SKIP, mm);
	mmap_write_lock(mm);
	free_tables(mm, vma, 0, 0);
	tlb_finish_mmu(&tlb);
	remove_all(mm);
	mmap_write_unlock(mm);
}
