/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* fork(): a second address space with the same areas and the same contents. */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/slab.h>

static int copy_area(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = vm_area_dup(vma);
	int err;

	if (!copy)
		return -ENOMEM;
	copy->vm_mm = mm;
	copy->__vm_flags &= ~(vm_flags_t)VM_LOCKED;
	err = anon_vma_fork(copy, vma);
	if (err) {
		vm_area_free(copy);
		return err;
	}
	vma_tree_insert(mm, copy);
	if (copy->vm_ops && copy->vm_ops->open)
		copy->vm_ops->open(copy);
	if (copy->vm_file) {
		get_file(copy->vm_file);
		rmap_vma_link_file(copy);
	}
	return copy_page_range(copy, vma);
}

static int copy_areas(struct mm_struct *mm, struct mm_struct *parent)
{
	struct vm_area_struct *vma;
	int err = 0;

	for (vma = vma_first(parent); vma && !err; vma = vma_next(vma)) {
		if (!(vma->vm_flags & VM_DONTCOPY))
			err = copy_area(mm, vma);
	}
	if (err) {
		/* Nobody may take what is going away for memory that can be had. */
		mm_flags_set(MMF_OOM_SKIP, mm);
		unmap_all(mm);
		mm_flags_set(MMF_UNSTABLE, mm);
	}
	return err;
}

/*
 * From here on the child is told apart from its parent. What it did not inherit reads as zero, or
 * will be mapped anew.
 */
static void tell_forked(struct mm_struct *mm, struct mm_struct *parent)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (likely(!watch))
		return;
	if (watch->mm_new)
		watch->mm_new(watch->ctx, mm, parent);
	for (struct vm_area_struct *vma = vma_first(parent); vma; vma = vma_next(vma)) {
		if ((vma->vm_flags & VM_DONTCOPY) && watch->area_cleared)
			watch->area_cleared(watch->ctx, mm, vma->vm_start,
					    vma->vm_end - vma->vm_start);
	}
}

int sim_fork(struct mm_struct *mm, struct mm_struct **out)
{
	struct mm_struct *child = mm_alloc();
	int err;

	if (!child)
		return -ENOMEM;
	if (mmap_write_lock_killable(mm)) {
		err = -EINTR;
		goto err_put;
	}
	/* Nobody knows the child yet. */
	mmap_write_lock_nested(child, SINGLE_DEPTH_NESTING);
	tlb_change_begin(mm);
	err = copy_areas(child, mm);
	mmap_write_unlock(child);
	flush_tlb_mm(mm);
	tlb_change_end(mm);
	if (!err)
		tell_forked(child, mm);
	mmap_write_unlock(mm);
	if (err)
		goto err_put;
	*out = child;
	return 0;

err_put:
	mm_tell_new(child);
	mmput(child);
	return err;
}
