// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Finding the pages behind user addresses: get_user_pages() and kin. */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "mm/gup_internal.h"

/* PROT_NONE and NUMA hinting look alike; the pages are there, and no CPU touches them for this. */
static bool can_follow_protnone(const struct vm_area_struct *vma, unsigned int flags)
{
	return !(flags & FOLL_HONOR_NUMA_FAULT) || !(vma->vm_flags & VM_ACCESS_FLAGS);
}

/* FOLL_FORCE writes to an exclusive page of a private area that is read-only. */
static bool can_follow_write(u64 entry, const struct page *page, const struct vm_area_struct *vma,
			     unsigned int flags)
{
	if (cpt_write(entry))
		return true;
	if (!(flags & FOLL_FORCE) || (vma->vm_flags & (VM_MAYSHARE | VM_SHARED | VM_WRITE)) ||
	    !(vma->vm_flags & VM_MAYWRITE) || (entry & CPT_UFFD_WP))
		return false;
	return page && PageAnon(page) && PageAnonExclusive(page);
}

/*
 * The page of a present entry, with what @flags want; its lock is held. NULL: a fault has to come
 * first; -EMLINK: an unsharing one; -EEXIST: there is no page.
 */
static struct page *follow_entry(struct vm_area_struct *vma, unsigned long addr, u64 entry,
				 unsigned int flags)
{
	struct page *page = cpt_normal_page(vma, addr, entry);
	int err;

	if (cpt_protnone(entry) && !can_follow_protnone(vma, flags))
		return NULL;
	if ((flags & FOLL_WRITE) && !can_follow_write(entry, page, vma, flags))
		return NULL;
	if (!page) {
		if (flags & FOLL_DUMP)
			return ERR_PTR(-EFAULT);
		if (!is_zero_pfn(cpt_pfn(entry)) && !is_huge_zero_pfn(cpt_pfn(entry)))
			return ERR_PTR(-EEXIST);
		page = pfn_to_page(cpt_pfn(entry));
	}
	if (!cpt_write(entry) && gup_must_unshare(vma, flags, page))
		return ERR_PTR(-EMLINK);
	err = gup_grab(page_folio(page), 1, flags);
	return err ? ERR_PTR(err) : page;
}

/* Of a hole: a dump leaves it out where a fault would only find zeros. */
static struct page *no_page(const struct vm_area_struct *vma, unsigned int flags)
{
	if ((flags & FOLL_DUMP) && (vma_is_anonymous(vma) || !vma->vm_ops->fault))
		return ERR_PTR(-EFAULT);
	return NULL;
}

static struct page *follow_pte(struct vm_area_struct *vma, unsigned long addr, u64 *pmd,
			       unsigned int flags)
{
	spinlock_t *ptl;
	u64 *pte = cpt_pte_lock(vma->vm_mm, pmd, addr, &ptl);
	struct page *page = NULL;
	u64 entry;

	if (!pte)
		return no_page(vma, flags);
	entry = *pte;
	if (cpt_present(entry))
		page = follow_entry(vma, addr, entry, flags);
	if ((flags & FOLL_TOUCH) && PTR_ERR(page) == -EEXIST) {
		entry |= CPT_ACCESSED;
		if (flags & FOLL_WRITE)
			entry = entry_mkdirty(entry);
		if (entry != *pte)
			cpt_set(vma->vm_mm, addr, pte, 0, entry);
	} else if ((flags & FOLL_TOUCH) && !IS_ERR_OR_NULL(page)) {
		if ((flags & FOLL_WRITE) && !(entry & CPT_DIRTY))
			folio_set_dirty(page_folio(page));
		folio_mark_accessed(page_folio(page));
	}
	spin_unlock(ptl);
	return cpt_none(entry) ? no_page(vma, flags) : page;
}

/* *@after: how many pages behind this one the same entry has. */
static struct page *follow_page(struct vm_area_struct *vma, unsigned long addr,
				unsigned int flags, unsigned long *after)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 *pmd = cpt_pmd(mm, addr, NULL);
	struct page *page;
	spinlock_t *ptl;
	u64 entry;

	*after = 0;
	entry = pmd ? cpt_get(pmd) : 0;
	if (!cpt_present(entry))
		return no_page(vma, flags);
	if (cpt_is_table(entry))
		return follow_pte(vma, addr, pmd, flags);
	ptl = cpt_pmd_lock(mm, pmd);
	entry = *pmd;
	if (!cpt_is_huge(entry)) {
		spin_unlock(ptl);
		return cpt_is_table(entry) ? follow_pte(vma, addr, pmd, flags) :
					     no_page(vma, flags);
	}
	if (flags & FOLL_SPLIT_PMD) {
		spin_unlock(ptl);
		split_huge_pmd(vma, pmd, addr);
		return cpt_pte_alloc(mm, addr, pmd) ? ERR_PTR(-ENOMEM) :
						      follow_pte(vma, addr, pmd, flags);
	}
	page = follow_entry(vma, addr & CPT_PMD_MASK, entry, flags);
	if (!IS_ERR_OR_NULL(page)) {
		page += cpt_index(addr, 0);
		*after = CPT_PMD_PAGES - 1 - cpt_index(addr, 0);
		if (flags & FOLL_TOUCH) {
			entry |= CPT_ACCESSED;
			if (flags & FOLL_WRITE)
				entry = entry_mkdirty(entry);
			if (entry != *pmd)
				cpt_set(mm, addr & CPT_PMD_MASK, pmd, 1, entry);
		}
	}
	spin_unlock(ptl);
	return page;
}

static int fault_to_errno(vm_fault_t ret, unsigned int flags)
{
	if (ret & VM_FAULT_OOM)
		return -ENOMEM;
	if (ret & (VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE))
		return flags & FOLL_HWPOISON ? -EHWPOISON : -EFAULT;
	return -EFAULT;
}

/* 0: look again. -EAGAIN: with the lock taken anew, if *@locked is 0; nothing more now. */
static int fault_in(struct vm_area_struct *vma, unsigned long addr, unsigned int flags,
		    bool unshare, int *locked)
{
	unsigned int fault_flags = 0;
	vm_fault_t ret;

	if (flags & FOLL_NOFAULT)
		return -EFAULT;
	if (flags & FOLL_WRITE)
		fault_flags |= FAULT_FLAG_WRITE;
	if (flags & FOLL_REMOTE)
		fault_flags |= FAULT_FLAG_REMOTE;
	if (flags & FOLL_UNLOCKABLE) {
		fault_flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
		if (flags & FOLL_INTERRUPTIBLE)
			fault_flags |= FAULT_FLAG_INTERRUPTIBLE;
	}
	if (flags & FOLL_NOWAIT)
		fault_flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT;
	if (flags & FOLL_TRIED)
		fault_flags |= FAULT_FLAG_TRIED;
	if (unshare)
		fault_flags |= FAULT_FLAG_UNSHARE;
	ret = handle_mm_fault(vma, addr, fault_flags, NULL);
	if (ret & VM_FAULT_COMPLETED) {
		*locked = 0;
		return -EAGAIN;
	}
	if (ret & VM_FAULT_ERROR)
		return fault_to_errno(ret, flags);
	if (ret & VM_FAULT_RETRY) {
		if (!(fault_flags & FAULT_FLAG_RETRY_NOWAIT))
			*locked = 0;
		return -EAGAIN;
	}
	return 0;
}

static int check_area(const struct vm_area_struct *vma, unsigned int flags)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP))
		return -EFAULT;
	if ((flags & FOLL_ANON) && !vma_is_anonymous(vma))
		return -EFAULT;
	if ((flags & FOLL_SPLIT_PMD) && (vma->vm_flags & VM_HUGETLB))
		return -EOPNOTSUPP;
	if (flags & FOLL_WRITE) {
		if (vma->vm_flags & VM_WRITE)
			return 0;
		return (flags & FOLL_FORCE) && is_cow_mapping(vma->vm_flags) ? 0 : -EFAULT;
	}
	if (vma->vm_flags & VM_READ)
		return 0;
	return (flags & FOLL_FORCE) && (vma->vm_flags & VM_MAYREAD) ? 0 : -EFAULT;
}

/* The page at an address, faulted in; NULL: the lock was dropped, or NOWAIT could not wait. */
static struct page *get_page_at(struct vm_area_struct *vma, unsigned long addr,
				unsigned int flags, int *locked, unsigned long *after)
{
	for (;;) {
		struct page *page;
		int err;

		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
		cond_resched();
		page = follow_page(vma, addr, flags, after);
		if (page && PTR_ERR(page) != -EMLINK)
			return page;
		err = fault_in(vma, addr, flags, page, locked);
		if (err)
			return err == -EAGAIN ? NULL : ERR_PTR(err);
	}
}

/* Areas as populate sees them, and as everybody else does. */
static struct vm_area_struct *area_at(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	struct vm_area_struct *vma = vma_lookup(mm, addr);
	int err;

	if (!vma)
		return ERR_PTR(flags & FOLL_MADV_POPULATE ? -ENOMEM : -EFAULT);
	err = check_area(vma, flags);
	if (err)
		return ERR_PTR(flags & FOLL_MADV_POPULATE ? -EINVAL : err);
	return vma;
}

/* One run with the lock held: how many pages, or an errno when there was none. */
static long get_pages(struct mm_struct *mm, unsigned long addr, unsigned long count,
		      unsigned int flags, struct page **pages, int *locked)
{
	struct vm_area_struct *vma = NULL;
	unsigned long done = 0;

	while (done < count) {
		unsigned long after, part;
		struct page *page;

		if (!vma || addr >= vma->vm_end) {
			vma = area_at(mm, addr, flags);
			if (IS_ERR(vma))
				return done ?: PTR_ERR(vma);
		}
		page = get_page_at(vma, addr, flags, locked, &after);
		if (!page)
			return done;
		if (IS_ERR(page) && (pages || PTR_ERR(page) != -EEXIST))
			return done ?: PTR_ERR(page);
		part = min(after + 1, count - done);
		if (pages && part > 1)
			gup_grab(page_folio(page), part - 1, flags);
		for (unsigned long i = 0; pages && i < part; i++)
			pages[done + i] = page + i;
		done += part;
		addr += part * PAGE_SIZE;
	}
	return done;
}

static bool signal_ends(unsigned int flags)
{
	if (fatal_signal_pending(current))
		return true;
	return (flags & FOLL_INTERRUPTIBLE) && signal_pending(current);
}

/*
 * Goes on where a fault dropped the lock: *@locked is 1. Pages one by one, since what comes next
 * may be there; returns 1, or 0 or an errno when that is the end.
 */
static long get_page_again(struct mm_struct *mm, unsigned long addr, unsigned int flags,
			   struct page **pages, int *locked)
{
	long got;

	do {
		if (signal_ends(flags))
			return -EINTR;
		got = mmap_read_lock_killable(mm);
		if (got)
			return got;
		*locked = 1;
		got = get_pages(mm, addr, 1, flags | FOLL_TRIED, pages, locked);
	} while (!*locked);
	return got;
}

static long get_pages_locked(struct mm_struct *mm, unsigned long addr, unsigned long count,
			     struct page **pages, int *locked, unsigned int flags)
{
	bool must_unlock = !*locked;
	unsigned long done = 0;
	long got = 0;

	if (!count)
		return 0;
	if (must_unlock) {
		if (mmap_read_lock_killable(mm))
			return -EAGAIN;
		*locked = 1;
	}
	mmap_assert_locked(mm);
	if (flags & FOLL_PIN)
		mm_flags_set(MMF_HAS_PINNED, mm);
	else if (pages)
		flags |= FOLL_GET;
	while (done < count) {
		struct page **rest = pages ? pages + done : NULL;

		got = get_pages(mm, addr + done * PAGE_SIZE, count - done, flags, rest, locked);
		done += max(got, 0l);
		if (*locked || done == count)
			break;
		must_unlock = true;
		got = get_page_again(mm, addr + done * PAGE_SIZE, flags,
				     pages ? pages + done : NULL, locked);
		if (got != 1)
			break;
		done++;
	}
	if (must_unlock && *locked) {
		mmap_read_unlock(mm);
		*locked = 0;
	}
	if (WARN_ON_ONCE(!done && !got && !(flags & FOLL_NOWAIT)))
		return -EFAULT;
	return done ?: got;
}

long gup_longterm_locked(struct mm_struct *mm, unsigned long addr, unsigned long count,
			 struct page **pages, int *locked, unsigned int flags)
{
	unsigned int saved;
	long got, err;

	if (!(flags & FOLL_LONGTERM))
		return get_pages_locked(mm, addr, count, pages, locked, flags);
	saved = memalloc_pin_save();
	do {
		got = get_pages_locked(mm, addr, count, pages, locked, flags);
		err = got > 0 ? gup_make_longterm(pages, got) : 0;
	} while (err == -EAGAIN);
	memalloc_pin_restore(saved);
	return err ?: got;
}

bool gup_args_are_valid(struct page **pages, const int *locked, unsigned int *flags,
			unsigned int add)
{
	if (WARN_ON_ONCE(*flags & FOLL_INTERNAL))
		return false;
	*flags |= add;
	if (locked) {
		if (WARN_ON_ONCE(*locked != 1))
			return false;
		*flags |= FOLL_UNLOCKABLE;
	}
	if (WARN_ON_ONCE((*flags & FOLL_PIN) && (*flags & FOLL_GET)) ||
	    WARN_ON_ONCE(!(*flags & FOLL_PIN) && (*flags & FOLL_LONGTERM)) ||
	    WARN_ON_ONCE((*flags & (FOLL_GET | FOLL_PIN)) && !pages) ||
	    WARN_ON_ONCE((*flags & FOLL_LONGTERM) && (*flags & FOLL_PCI_P2PDMA)))
		return false;
	return true;
}

long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked)
{
	int always = 1;

	if (!gup_args_are_valid(pages, locked, &gup_flags, FOLL_TOUCH | FOLL_REMOTE))
		return -EINVAL;
	return get_pages_locked(mm, start, nr_pages, pages, locked ?: &always, gup_flags);
}
EXPORT_SYMBOL(get_user_pages_remote);

long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	int locked = 1;

	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_TOUCH))
		return -EINVAL;
	return get_pages_locked(current->mm, start, nr_pages, pages, &locked, gup_flags);
}
EXPORT_SYMBOL(get_user_pages);

long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	int locked = 0;

	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_TOUCH | FOLL_UNLOCKABLE))
		return -EINVAL;
	return get_pages_locked(current->mm, start, nr_pages, pages, &locked, gup_flags);
}
EXPORT_SYMBOL(get_user_pages_unlocked);

long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked)
{
	int always = 1;

	if (!gup_args_are_valid(pages, locked, &gup_flags, FOLL_PIN | FOLL_TOUCH | FOLL_REMOTE))
		return 0;
	return gup_longterm_locked(mm, start, nr_pages, pages, locked ?: &always, gup_flags);
}
EXPORT_SYMBOL(pin_user_pages_remote);

long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages)
{
	int locked = 1;

	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_PIN))
		return 0;
	return gup_longterm_locked(current->mm, start, nr_pages, pages, &locked, gup_flags);
}
EXPORT_SYMBOL(pin_user_pages);

long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags)
{
	int locked = 0;

	if (!gup_args_are_valid(pages, NULL, &gup_flags, FOLL_PIN | FOLL_TOUCH | FOLL_UNLOCKABLE))
		return 0;
	return gup_longterm_locked(current->mm, start, nr_pages, pages, &locked, gup_flags);
}
EXPORT_SYMBOL(pin_user_pages_unlocked);

long faultin_page_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool write,
			int *locked)
{
	unsigned int flags = FOLL_TOUCH | FOLL_HWPOISON | FOLL_UNLOCKABLE | FOLL_MADV_POPULATE;

	if (write)
		flags |= FOLL_WRITE;
	return get_pages_locked(mm, start, (end - start) / PAGE_SIZE, NULL, locked, flags);
}
