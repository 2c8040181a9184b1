/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * mremap(): growing and shrinking in place, and moving. What a move does to page tables is in
 * move_tables.c.
 */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/minmax.h>
#include "kernel/version.h"

#define MREMAP_FLAGS (SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED | SIM_MREMAP_DONTUNMAP)

/**
 * struct remap - one call, or its part for one area
 * @mm: write-locked
 * @vma: area that @addr lies in
 * @addr: old address
 * @old_bytes: old size
 * @new_bytes: new size
 * @new_addr: new address, once it is known
 * @flags: SIM_MREMAP_*
 * @is_locked: false when the lock was given up on the way
 */
struct remap {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long addr;
	size_t old_bytes;
	size_t new_bytes;
	unsigned long new_addr;
	unsigned long flags;
	bool is_locked;
};

static bool implies_address(const struct remap *remap)
{
	return remap->flags & (SIM_MREMAP_FIXED | SIM_MREMAP_DONTUNMAP);
}

static int find_address(struct remap *remap)
{
	unsigned long addr;

	/* The place was emptied. */
	if (remap->flags & SIM_MREMAP_FIXED)
		return 0;
	addr = vma_find_gap(remap->mm, implies_address(remap) ? remap->new_addr : 0,
			    remap->new_bytes, PAGE_SIZE);
	if (!addr)
		return -ENOMEM;
	remap->new_addr = addr;
	return 0;
}

/* Would the area agree to be cut as a move will have to? */
static int may_split(const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	int err = 0;

	if (!vma->vm_ops || !vma->vm_ops->may_split)
		return 0;
	if (vma->vm_start != start)
		err = vma->vm_ops->may_split((struct vm_area_struct *)vma, start);
	if (!err && vma->vm_end != end)
		err = vma->vm_ops->may_split((struct vm_area_struct *)vma, end);
	return err;
}

static int move_area(struct remap *remap)
{
	struct vm_area_struct *vma = remap->vma;
	unsigned long end = remap->addr + remap->old_bytes;
	struct table_move move = { .from = remap->addr, .to = remap->new_addr,
				   .bytes = remap->old_bytes };
	struct vm_area_struct *new;
	size_t moved;
	int err;

	err = may_split(vma, remap->addr, end);
	if (err)
		return err;
	new = copy_vma(&vma, remap->new_addr, remap->new_bytes, rmap_index(vma, remap->addr),
		       &move.need_rmap_locks);
	if (!new)
		return -ENOMEM;
	move.old = vma;
	move.new = new;
	move.keeps_old = remap->flags & SIM_MREMAP_DONTUNMAP;
	moved = move_page_tables(&move);
	if (moved < remap->old_bytes) {
		/* The tables that it needs are there: going back can't fail. Then the copy goes. */
		struct table_move back = { .old = new, .new = vma, .from = remap->new_addr,
					   .to = remap->addr, .bytes = moved,
					   .need_rmap_locks = true };

		move_page_tables(&back);
		do_munmap(remap->mm, remap->new_addr, remap->new_bytes, false);
		return -ENOMEM;
	}
	if (!move.keeps_old)
		/* Without memory to cut the area the old range stays, and is empty. */
		do_munmap(remap->mm, remap->addr, remap->old_bytes, false);
	else if (new != vma && remap->addr == vma->vm_start && end == vma->vm_end)
		unlink_anon_vmas(vma);
	return 0;
}

static int look_up(struct remap *remap)
{
	remap->vma = vma_lookup(remap->mm, remap->addr);
	return remap->vma ? 0 : -EFAULT;
}

static int remap_to(struct remap *remap)
{
	int err;

	if (remap->flags & SIM_MREMAP_FIXED) {
		err = do_munmap(remap->mm, remap->new_addr, remap->new_bytes, false);
		if (!err)
			err = look_up(remap);
		if (err)
			return err;
	}
	if (remap->old_bytes > remap->new_bytes) {
		err = do_munmap(remap->mm, remap->addr + remap->new_bytes,
				remap->old_bytes - remap->new_bytes, false);
		if (!err)
			err = look_up(remap);
		if (err)
			return err;
		remap->old_bytes = remap->new_bytes;
	}
	err = find_address(remap);
	return err ? err : move_area(remap);
}

static bool can_grow_in_place(const struct remap *remap)
{
	unsigned long end = remap->vma->vm_end;
	size_t more = remap->new_bytes - remap->old_bytes;

	return remap->addr + remap->old_bytes == end && more <= MM_AREA_END - end &&
	       !find_vma_intersection(remap->mm, end, end + more);
}

static int remap_at(struct remap *remap)
{
	int err;

	if (remap->old_bytes == remap->new_bytes)
		return 0;
	if (remap->old_bytes > remap->new_bytes) {
		err = do_munmap(remap->mm, remap->addr + remap->new_bytes,
				remap->old_bytes - remap->new_bytes, true);
		remap->is_locked = err;
		return err;
	}
	if (can_grow_in_place(remap)) {
		if (vma_merge_extend(remap->vma, remap->new_bytes - remap->old_bytes))
			return 0;
		return -ENOMEM;
	}
	if (!(remap->flags & SIM_MREMAP_MAYMOVE))
		return -ENOMEM;
	err = find_address(remap);
	return err ? err : move_area(remap);
}

/* Whether the area allows what is asked for. */
static int check_area(struct remap *remap)
{
	const struct vm_area_struct *vma = remap->vma;
	size_t old_bytes = min(remap->old_bytes, remap->new_bytes);
	pgoff_t pgoff;

	if (!vma)
		return -EFAULT;
	if (vma->vm_flags & VM_HUGETLB)
		return -EINVAL;
	if (!implies_address(remap))
		remap->new_addr = remap->addr;
	if (remap->old_bytes >= remap->new_bytes && !implies_address(remap))
		return 0;
	/* A second mapping of the same memory: there is no such thing for private memory. */
	if (!remap->old_bytes && !(vma->vm_flags & (VM_SHARED | VM_MAYSHARE)))
		return -EINVAL;
	if ((remap->flags & SIM_MREMAP_DONTUNMAP) &&
	    (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP)))
		return -EINVAL;
	if (old_bytes > vma->vm_end - remap->addr)
		return -EFAULT;
	if (remap->new_bytes == old_bytes)
		return 0;
	pgoff = rmap_index(vma, remap->addr);
	if (pgoff + (remap->new_bytes >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	return vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP) ? -EFAULT : 0;
}

/*
 * A move that changes no size takes along all areas of the range; gaps between them stay. Before
 * v6.17 there could be only one.
 */
static int move_only(struct remap *remap)
{
	unsigned long start = remap->addr;
	unsigned long end = start + remap->old_bytes;
	unsigned long to = remap->new_addr;
	struct vm_area_struct *vma = find_vma(remap->mm, start);
	unsigned long next;
	int err;

	if (!vma || vma->vm_start > start ||
	    (vma->vm_end < end && !sim_kernel_since(SIM_KERNEL_V6_19)))
		return -EFAULT;
	for (; vma && vma->vm_start < end; vma = find_vma(remap->mm, next)) {
		next = vma->vm_end;
		remap->vma = vma;
		remap->addr = max(vma->vm_start, start);
		remap->old_bytes = remap->new_bytes = min(end, vma->vm_end) - remap->addr;
		remap->new_addr = to + (remap->addr - start);
		err = check_area(remap);
		if (!err)
			err = remap_to(remap);
		if (err)
			return err;
	}
	remap->new_addr = to;
	return 0;
}

static int check_arguments(const struct remap *remap)
{
	if ((remap->flags & ~(unsigned long)MREMAP_FLAGS) || offset_in_page(remap->addr) ||
	    !remap->new_bytes || remap->new_bytes > MM_AREA_END)
		return -EINVAL;
	if (!implies_address(remap))
		return 0;
	if (remap->new_addr > MM_AREA_END - remap->new_bytes || offset_in_page(remap->new_addr) ||
	    !(remap->flags & SIM_MREMAP_MAYMOVE))
		return -EINVAL;
	if ((remap->flags & SIM_MREMAP_DONTUNMAP) && remap->old_bytes != remap->new_bytes)
		return -EINVAL;
	if (remap->addr + remap->old_bytes > remap->new_addr &&
	    remap->new_addr + remap->new_bytes > remap->addr)
		return -EINVAL;
	return 0;
}

int sim_mremap(struct mm_struct *mm, unsigned long addr, size_t old_bytes, size_t new_bytes,
	       unsigned long flags, unsigned long new_addr, unsigned long *out)
{
	struct remap remap = {
		.mm = mm,
		.addr = addr,
		.old_bytes = PAGE_ALIGN(old_bytes),
		.new_bytes = PAGE_ALIGN(new_bytes),
		.new_addr = new_addr,
		.flags = flags,
		.is_locked = true,
	};
	int err;

	err = check_arguments(&remap);
	if (err)
		return err;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	if ((flags & SIM_MREMAP_FIXED) && remap.old_bytes == remap.new_bytes) {
		err = move_only(&remap);
	} else {
		remap.vma = vma_lookup(mm, addr);
		err = check_area(&remap);
		if (!err)
			err = implies_address(&remap) ? remap_to(&remap) : remap_at(&remap);
	}
	if (remap.is_locked)
		mmap_write_unlock(mm);
	if (!err)
		*out = remap.new_addr;
	return err;
}
