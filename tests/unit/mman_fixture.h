/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Address spaces as text: "0-4 rw-p, 6-7 r--s" are areas in pages from BASE on. */
#ifndef UNIT_MMAN_FIXTURE_H
#define UNIT_MMAN_FIXTURE_H

#include <linux/sprintf.h>
#include "mm/mman.h"
#include "mm_fixture.h"

#define BASE 0x40000000ul
#define RW (VM_READ | VM_WRITE)

static inline const char *areas_text(struct mm_struct *mm)
{
	static char text[1024];
	int at = 0;

	text[0] = '\0';
	for (struct vm_area_struct *vma = vma_first(mm); vma; vma = vma_next(vma))
		at += scnprintf(text + at, sizeof(text) - at, "%s%ld-%ld %c%c%c%c",
				at ? ", " : "", (long)(vma->vm_start - BASE) >> PAGE_SHIFT,
				(long)(vma->vm_end - BASE) >> PAGE_SHIFT,
				vma->vm_flags & VM_READ ? 'r' : '-',
				vma->vm_flags & VM_WRITE ? 'w' : '-',
				vma->vm_flags & VM_EXEC ? 'x' : '-',
				vma->vm_flags & VM_SHARED ? 's' : 'p');
	return text;
}

#define assert_areas(mm, expected) ktest_assert_string_equal(areas_text(mm), expected)

/* Anonymous memory at a page from BASE on. */
static inline void map_at(struct mm_struct *mm, unsigned long page, unsigned long pages,
			  unsigned long prot)
{
	unsigned long addr = 0;

	ktest_assert_int_equal(sim_mmap(mm, BASE + page * PAGE_SIZE, pages * PAGE_SIZE, prot,
					SIM_MAP_FIXED, 0, NULL, 0, &addr), 0);
	ktest_assert_u64_equal(addr, BASE + page * PAGE_SIZE);
}

static inline void unmap_at(struct mm_struct *mm, unsigned long page, unsigned long pages)
{
	ktest_assert_int_equal(sim_munmap(mm, BASE + page * PAGE_SIZE, pages * PAGE_SIZE), 0);
}

#endif
