/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_HUGETLB_INLINE_H
#define _LINUX_HUGETLB_INLINE_H

#include <linux/mm.h>

/* fidelity: simplified: areas can be marked so, but have no pages of their own kind */
static inline bool is_vm_hugetlb_page(const struct vm_area_struct *vma)
{
	return !!(vma->vm_flags & VM_HUGETLB);
}

#endif
