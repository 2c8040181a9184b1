/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What madvise() does to entries. */
#ifndef MM_MADVISE_INTERNAL_H
#define MM_MADVISE_INTERNAL_H

#include "mm/mman_internal.h"

/**
 * struct advice - about a part of one area
 * @vma: area; who cuts or joins it sets this to the one that has the part then
 * @prev: area before, or @vma when the part does not begin with it
 * @start: part
 * @end: see @start
 * @behavior: MADV_*
 */
struct advice {
	struct vm_area_struct *vma;
	struct vm_area_struct *prev;
	unsigned long start;
	unsigned long end;
	int behavior;
};

/* madvise_age.c; mmap_lock is held. */
void madvise_free(const struct advice *advice);
void madvise_cold(const struct advice *advice);

#endif
