/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * madvise(). Device-private pages are on no list of pages by age and have no accessed bit: FREE,
 * COLD and PAGEOUT pass them by, also as a PMD.
 */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include "mm/fault.h"
#include "mm/madvise_internal.h"
#include "mm/move.h"

/* Needs mmap_lock for writing. */
static bool changes_flags(int behavior)
{
	switch (behavior) {
	case MADV_NORMAL:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
		return true;
	default:
		return false;
	}
}

static int new_flags(vm_flags_t *flags, int behavior)
{
	switch (behavior) {
	case MADV_DONTFORK:
		*flags |= VM_DONTCOPY;
		break;
	case MADV_DOFORK:
		if (*flags & VM_SPECIAL)
			return -EINVAL;
		*flags &= ~(vm_flags_t)VM_DONTCOPY;
		break;
	case MADV_HUGEPAGE:
		*flags = (*flags & ~(vm_flags_t)VM_NOHUGEPAGE) | VM_HUGEPAGE;
		break;
	case MADV_NOHUGEPAGE:
		*flags = (*flags & ~(vm_flags_t)VM_HUGEPAGE) | VM_NOHUGEPAGE;
		break;
	default:
		break;
	}
	return 0;
}

static int advise_flags(struct advice *advice)
{
	struct vm_area_struct *vma = advice->vma;
	vm_flags_t flags = vma->vm_flags;
	int err;

	err = new_flags(&flags, advice->behavior);
	if (err || flags == vma->vm_flags)
		return err;
	vma = vma_modify_flags(advice->prev, vma, advice->start, advice->end, flags);
	if (IS_ERR(vma))
		/* For want of memory of the kernel's own: try again. */
		return PTR_ERR(vma) == -ENOMEM ? -EAGAIN : (int)PTR_ERR(vma);
	vma->__vm_flags = flags;
	advice->vma = vma;
	return 0;
}

static int advise_dontneed(const struct advice *advice)
{
	if (advice->vma->vm_flags & (VM_PFNMAP | VM_LOCKED | VM_HUGETLB))
		return -EINVAL;
	zap_page_range_single(advice->vma, advice->start, advice->end - advice->start);
	return 0;
}

static int advise_lru(const struct advice *advice)
{
	if (advice->vma->vm_flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB))
		return -EINVAL;
	if (advice->behavior == MADV_COLD)
		madvise_cold(advice);
	return 0;
}

static int advise_area(struct advice *advice)
{
	if (changes_flags(advice->behavior))
		return advise_flags(advice);
	switch (advice->behavior) {
	case MADV_DONTNEED:
		return advise_dontneed(advice);
	case MADV_FREE:
		if ((advice->vma->vm_flags & (VM_PFNMAP | VM_LOCKED | VM_HUGETLB)) ||
		    !vma_is_anonymous(advice->vma))
			return -EINVAL;
		madvise_free(advice);
		return 0;
	default:
		return advise_lru(advice);
	}
}

/* Holes are an error, but only once what there is has been seen to. */
static int advise_areas(struct mm_struct *mm, unsigned long start, unsigned long end, int behavior)
{
	struct advice advice = { .behavior = behavior };
	int err, hole = 0;

	advice.vma = find_vma(mm, start);
	if (!advice.vma)
		return -ENOMEM;
	advice.prev = start > advice.vma->vm_start ? advice.vma : vma_prev(advice.vma);
	while (advice.vma) {
		if (start < advice.vma->vm_start) {
			hole = -ENOMEM;
			start = advice.vma->vm_start;
			if (start >= end)
				return hole;
		}
		advice.start = start;
		advice.end = min(advice.vma->vm_end, end);
		err = advise_area(&advice);
		if (err)
			return err;
		start = advice.vma->vm_end;
		if (start >= end)
			return hole;
		advice.prev = advice.vma;
		advice.vma = vma_next(advice.vma);
	}
	return -ENOMEM;
}

static int populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	int locked = 1;
	int err = 0;

	mmap_read_lock(mm);
	while (start < end) {
		long pages = faultin_page_range(mm, start, end, write, &locked);

		if (!locked)
			mmap_read_lock(mm);
		locked = 1;
		if (pages < 0) {
			err = (int)pages;
			break;
		}
		start += (unsigned long)pages * PAGE_SIZE;
	}
	mmap_read_unlock(mm);
	return err;
}

static int advise_locked(struct mm_struct *mm, unsigned long start, unsigned long end,
			 int behavior)
{
	int err;

	if (changes_flags(behavior)) {
		if (mmap_write_lock_killable(mm))
			return -EINTR;
		err = advise_areas(mm, start, end, behavior);
		mmap_write_unlock(mm);
		return err;
	}
	mmap_read_lock(mm);
	err = advise_areas(mm, start, end, behavior);
	mmap_read_unlock(mm);
	return err;
}

int sim_madvise(struct mm_struct *mm, unsigned long addr, size_t bytes, int behavior)
{
	unsigned long end = addr + PAGE_ALIGN(bytes);
	long moved;
	int err;

	if (offset_in_page(addr) || (bytes && !PAGE_ALIGN(bytes)) || end < addr)
		return -EINVAL;
	switch (behavior) {
	case MADV_NORMAL:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_COLD:
		return addr == end ? 0 : advise_locked(mm, addr, end, behavior);
	case MADV_PAGEOUT:
		err = addr == end ? 0 : advise_locked(mm, addr, end, behavior);
		if (err && err != -ENOMEM)
			return err;
		moved = sim_reclaim(mm, addr, end - addr);
		return moved < 0 ? (int)moved : err;
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return populate(mm, addr, end, behavior == MADV_POPULATE_WRITE);
	case MADV_COLLAPSE:
		moved = addr == end ? 0 : sim_collapse(mm, addr, end - addr, false);
		return moved < 0 ? (int)moved : 0;
	default:
		return -EINVAL;
	}
}
