/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* References and pins on user pages, between gup.c, which finds pages, and pin.c, which counts. */
#ifndef MM_GUP_INTERNAL_H
#define MM_GUP_INTERNAL_H

#include "mm/fault_internal.h"

/* Not for callers from outside. */
#define FOLL_TOUCH (1 << 16)
#define FOLL_TRIED (1 << 17)
#define FOLL_REMOTE (1 << 18)
#define FOLL_PIN (1 << 19)
#define FOLL_FAST_ONLY (1 << 20)
#define FOLL_UNLOCKABLE (1 << 21)
#define FOLL_MADV_POPULATE (1 << 22)
#define FOLL_INTERNAL                                                                              \
	(FOLL_TOUCH | FOLL_TRIED | FOLL_REMOTE | FOLL_PIN | FOLL_FAST_ONLY | FOLL_UNLOCKABLE |     \
	 FOLL_MADV_POPULATE)

static inline bool is_zero_folio(const struct folio *folio)
{
	return is_zero_pfn(folio_pfn(folio)) || is_huge_zero_pfn(folio_pfn(folio));
}

/* A folio that is stable has @refs more users: 0, -EREMOTEIO for a peer's memory not asked for. */
int gup_grab(struct folio *folio, int refs, unsigned int flags);
/* The same without anything that keeps the page from going: NULL when it can't be had. */
struct folio *gup_grab_fast(struct page *page, unsigned int flags);
void gup_put(struct folio *folio, int refs, unsigned int flags);
/* Whether a pin would not see what the area shows later on: a copy has to be made before. */
bool gup_must_unshare(const struct vm_area_struct *vma, unsigned int flags,
		      const struct page *page);
/*
 * Pages that may not be pinned for long are migrated: 0 when there was none; -EAGAIN: none is
 * pinned any more, pin them anew; another errno, none is pinned.
 */
long gup_make_longterm(struct page **pages, unsigned long count);

/* gup.c: whether a caller may ask for this; *@flags get @add. */
bool gup_args_are_valid(struct page **pages, const int *locked, unsigned int *flags,
			unsigned int add);
/* All flags are there; *@locked is 0: mmap_lock is taken and dropped. */
long gup_longterm_locked(struct mm_struct *mm, unsigned long addr, unsigned long count,
			 struct page **pages, int *locked, unsigned int flags);

#endif
