// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Finding user pages without locks, as far as that goes. */
#include <linux/irqflags.h>
#include "mm/gup_internal.h"

/* One page without any lock: what is not simply there with all rights is for the slow path. */
static struct page *get_page_fast(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	struct cpt_hit hit;
	struct page *page;

	if (!cpt_lookup(mm, addr, &hit) || !(hit.entry & CPT_PRESENT) ||
	    (hit.entry & CPT_SPECIAL) || ((flags & FOLL_WRITE) && !cpt_write(hit.entry)))
		return NULL;
	page = pfn_to_page(cpt_pfn(hit.entry));
	if (!gup_grab_fast(page, flags))
		return NULL;
	if (!cpt_write(hit.entry) && gup_must_unshare(NULL, flags, page)) {
		gup_put(page_folio(page), 1, flags);
		return NULL;
	}
	return hit.level ? page + cpt_index(addr, 0) : page;
}

static unsigned long get_pages_fast(struct mm_struct *mm, unsigned long addr, unsigned long count,
				    unsigned int flags, struct page **pages)
{
	unsigned long irq_flags;
	unsigned long done = 0;

	/* A flush of the TLBs, which freeing a page waits for, can't get through to this CPU. */
	local_irq_save(irq_flags);
	while (done < count) {
		pages[done] = get_page_fast(mm, addr + done * PAGE_SIZE, flags);
		if (!pages[done])
			break;
		done++;
	}
	local_irq_restore(irq_flags);
	return done;
}

static int fast_then_slow(unsigned long addr, int count, unsigned int flags, struct page **pages)
{
	const unsigned int allowed = FOLL_WRITE | FOLL_LONGTERM | FOLL_FORCE | FOLL_PIN | FOLL_GET |
				     FOLL_FAST_ONLY | FOLL_NOFAULT | FOLL_PCI_P2PDMA |
				     FOLL_HONOR_NUMA_FAULT;
	struct mm_struct *mm = current->mm;
	unsigned long done;
	int locked = 0;
	long got;

	if (WARN_ON_ONCE((flags & ~allowed) || count < 0))
		return -EINVAL;
	if (flags & FOLL_PIN)
		mm_flags_set(MMF_HAS_PINNED, mm);
	addr &= PAGE_MASK;
	if (addr + (unsigned long)count * PAGE_SIZE > CPT_ADDRESS_END)
		return -EFAULT;
	done = get_pages_fast(mm, addr, count, flags, pages);
	if (done == count || (flags & FOLL_FAST_ONLY))
		return done;
	got = gup_longterm_locked(mm, addr + done * PAGE_SIZE, count - done, pages + done, &locked,
				 flags | FOLL_TOUCH | FOLL_UNLOCKABLE);
	return got < 0 ? (done ? (int)done : (int)got) : (int)(done + got);
}

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_GET))
		return -EINVAL;
	return fast_then_slow(start, nr_pages, gup_flags, pages);
}
EXPORT_SYMBOL_GPL(get_user_pages_fast);

int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages)
{
	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_GET | FOLL_FAST_ONLY))
		return -EINVAL;
	return fast_then_slow(start, nr_pages, gup_flags, pages);
}
EXPORT_SYMBOL_GPL(get_user_pages_fast_only);

int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_PIN))
		return -EINVAL;
	return fast_then_slow(start, nr_pages, gup_flags, pages);
}
EXPORT_SYMBOL_GPL(pin_user_pages_fast);
