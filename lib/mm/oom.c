/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The OOM reaper: empties the address space of a process that is going to die, from outside and
 * without waiting for anybody. Private memory only; what it can't have at the moment it leaves.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include "kernel/version.h"
#include "mm/mman.h"
#include "mm/move.h"

/* Numbers of the kernel's. */
#define TRIES 10
#define PAUSE (HZ / 10)

static bool may_reap(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_HUGETLB | VM_PFNMAP))
		return false;
	return vma_is_anonymous(vma) || !(vma->vm_flags & VM_SHARED);
}

/* Whether the area was emptied: a driver that would have to sleep says no. */
static bool reap_area(struct vm_area_struct *vma)
{
	enum mmu_notifier_event event = sim_kernel_since(SIM_KERNEL_V7_2) ? MMU_NOTIFY_CLEAR :
									    MMU_NOTIFY_UNMAP;
	struct mmu_notifier_range range;
	struct mmu_gather tlb;

	mmu_notifier_range_init(&range, event, 0, vma->vm_mm, vma->vm_start, vma->vm_end);
	tlb_gather_mmu(&tlb, vma->vm_mm);
	if (mmu_notifier_invalidate_range_start_nonblock(&range)) {
		tlb_finish_mmu(&tlb);
		return false;
	}
	zap_range(&tlb, vma, range.start, range.end);
	mmu_notifier_invalidate_range_end(&range);
	tlb_finish_mmu(&tlb);
	return true;
}

/* Whether there is nothing left to try. */
static bool reap(struct mm_struct *mm)
{
	bool all = true;

	if (!mmap_read_trylock(mm)) {
		sim_event(OOM_SKIPPED, mm->sim_number);
		return false;
	}
	/* Freed by its own exit meanwhile. */
	if (mm_flags_test(MMF_OOM_SKIP, mm)) {
		sim_event(OOM_SKIPPED, mm->sim_number);
		goto out_unlock;
	}
	/* From now on what is missing may have been taken: no fault puts anything there. */
	mm_flags_set(MMF_UNSTABLE, mm);
	for (struct vm_area_struct *vma = vma_first(mm); vma; vma = vma_next(vma))
		if (may_reap(vma) && !reap_area(vma))
			all = false;
	if (all)
		sim_event(OOM_REAPED, mm->sim_number);
out_unlock:
	mmap_read_unlock(mm);
	return all;
}

int sim_oom_reap(struct mm_struct *mm)
{
	bool done = reap(mm);

	for (unsigned int i = 1; i < TRIES && !done; i++) {
		schedule_timeout_idle(PAUSE);
		done = reap(mm);
	}
	/* Whatever is left, the OOM killer need not wait for it. */
	mm_flags_set(MMF_OOM_SKIP, mm);
	return done ? 0 : -EAGAIN;
}
