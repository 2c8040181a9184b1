/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* NUMA balancing looks for pages that are used from another node: it makes them fault. */
#include <linux/minmax.h>
#include "mm/mman.h"
#include "mm/move.h"

/* Areas that balancing passes over: nothing to move, or moving it would help nobody. */
static bool may_scan(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP | VM_HUGETLB))
		return false;
	/* What every process maps to read, as libraries. */
	if (vma->vm_file && (vma->vm_flags & (VM_READ | VM_WRITE)) == VM_READ)
		return false;
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

long sim_numa_scan(struct mm_struct *mm, unsigned long addr, size_t bytes)
{
	unsigned long end = addr + bytes;
	struct vm_area_struct *vma;
	long changed = 0;

	mmap_read_lock(mm);
	for (vma = find_vma(mm, addr); vma && vma->vm_start < end;
	     vma = find_vma(mm, vma->vm_end))
		if (may_scan(vma))
			changed += change_protection(vma, max(addr, vma->vm_start),
						     min(end, vma->vm_end), MM_CP_PROT_NUMA);
	mmap_read_unlock(mm);
	return changed;
}
