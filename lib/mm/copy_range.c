/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tables of an area that fork() copies, where a fault could not fill them: where pages hang in
 * an anon_vma, and where a driver has put entries. Private pages are shared by both and writable
 * for neither; a page that is pinned for somebody is copied at once, since the pin means the
 * parent's memory.
 */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/highmem.h>
#include <linux/sched.h>
#include "mm/fault_internal.h"
#include "mm/move.h"

/* Entries that a fault would not find: a driver has put them there. */
#define COPY_ALWAYS (VM_PFNMAP | VM_MIXEDMAP)

/**
 * struct copy - one area
 * @dst: the child's, new
 * @src: the parent's
 * @rss: change of the child's counters since the locks were taken
 * @spare: for the copy of a pinned page; NULL
 */
struct copy {
	struct vm_area_struct *dst;
	struct vm_area_struct *src;
	long rss[NR_MM_COUNTERS];
	struct folio *spare;
};

static void flush_rss(struct copy *copy)
{
	for (unsigned int i = 0; i < NR_MM_COUNTERS; i++) {
		if (copy->rss[i])
			mm_rss_add(copy->dst->vm_mm, i, copy->rss[i]);
		copy->rss[i] = 0;
	}
}

/* What both get of a present entry. */
static u64 share_present(struct copy *copy, u64 *src, unsigned long addr, u64 entry,
			 unsigned int level)
{
	vm_flags_t flags = copy->src->vm_flags;

	if (is_cow_mapping(flags) && (entry & CPT_WRITE)) {
		entry &= ~(u64)CPT_WRITE;
		cpt_set(copy->src->vm_mm, addr, src, level, entry);
	}
	if (flags & VM_SHARED)
		entry &= ~(u64)CPT_DIRTY;
	return entry & ~(u64)CPT_ACCESSED;
}

/* The child's own page instead of a pinned one. -EAGAIN: allocate it first. */
static int copy_pinned(struct copy *copy, u64 *dst, unsigned long addr, struct page *page)
{
	struct folio *folio = copy->spare;
	u64 entry;

	if (!folio)
		return -EAGAIN;
	copy->spare = NULL;
	copy_highpage(&folio->page, page);
	folio_set_uptodate(folio);
	folio_add_new_anon_rmap(folio, copy->dst, addr, RMAP_EXCLUSIVE);
	folio_add_lru(folio);
	copy->rss[MM_ANONPAGES]++;
	entry = entry_mkdirty(cpt_make_leaf(folio_pfn(folio), fault_entry_flags(copy->dst)));
	cpt_set(copy->dst->vm_mm, addr, dst, 0, entry_maybe_mkwrite(entry, copy->dst));
	return 0;
}

static int copy_present(struct copy *copy, u64 *dst, u64 *src, unsigned long addr)
{
	u64 entry = *src;
	struct page *page = cpt_normal_page(copy->src, addr, entry);
	struct folio *folio;

	if (page) {
		folio = page_folio(page);
		folio_get(folio);
		if (!folio_test_anon(folio)) {
			folio_add_file_rmap(folio, page, 1, copy->dst, RMAP_LEVEL_PTE);
		} else if (folio_try_dup_anon_rmap(folio, page, 1, copy->dst, copy->src,
						   RMAP_LEVEL_PTE)) {
			folio_put(folio);
			return copy_pinned(copy, dst, addr, page);
		}
		copy->rss[mm_counter(folio)]++;
	}
	entry = share_present(copy, src, addr, entry, 0);
	cpt_set(copy->dst->vm_mm, addr, dst, 0, entry);
	return 0;
}

/* A migration entry, PTE or PMD, becomes readable in both. */
static u64 share_migration(struct copy *copy, u64 *src, unsigned long addr, unsigned int level)
{
	u64 entry = *src;

	if (cpt_soft(entry) == CPT_MIGRATION_READ || !is_cow_mapping(copy->dst->vm_flags))
		return entry;
	entry = cpt_make_soft(CPT_MIGRATION_READ, cpt_pfn(entry),
			      entry & ~(CPT_PFN_MASK | CPT_SOFT_MASK));
	cpt_set(copy->src->vm_mm, addr, src, level, entry);
	return entry;
}

/*
 * A device-private entry, PTE or PMD: one more reference and map count, which can't fail since
 * such a page is never pinned. Only the PMD keeps the soft-dirty bit.
 */
static u64 share_device_private(struct copy *copy, u64 *src, unsigned long addr,
				unsigned int level)
{
	struct page *page = pfn_to_page(cpt_pfn(*src));
	struct folio *folio = page_folio(page);
	u64 keep = CPT_UFFD_WP | (level ? CPT_SOFT_DIRTY : 0);
	u64 entry = *src;

	folio_get(folio);
	if (level)
		folio_try_dup_anon_rmap(folio, page, CPT_PMD_PAGES, copy->dst, copy->src,
					RMAP_LEVEL_PMD);
	else
		folio_try_dup_anon_rmap(folio, page, 1, copy->dst, copy->src, RMAP_LEVEL_PTE);
	if (cpt_soft(entry) == CPT_DEVICE_PRIVATE_WRITE && is_cow_mapping(copy->dst->vm_flags)) {
		entry = cpt_make_soft(CPT_DEVICE_PRIVATE_READ, cpt_pfn(entry), entry & keep);
		cpt_set(copy->src->vm_mm, addr, src, level, entry);
	}
	return entry;
}

/* Present again, so that it can be copied; -EBUSY while the device holds the folio's lock. */
static int restore_exclusive(struct copy *copy, u64 *src, unsigned long addr)
{
	struct folio *folio = pfn_folio(cpt_pfn(*src));

	if (!folio_trylock(folio))
		return -EBUSY;
	restore_exclusive_pte(copy->src, addr, src);
	folio_unlock(folio);
	return 0;
}

/* 0, or as copy_present(), or -EBUSY. */
static int copy_soft(struct copy *copy, u64 *dst, u64 *src, unsigned long addr)
{
	u64 entry = *src;
	int err;

	switch (cpt_soft(entry)) {
	case CPT_SWAP:
		swap_dup(cpt_payload(entry));
		if (entry & CPT_SOFT_EXCLUSIVE) {
			entry &= ~(u64)CPT_SOFT_EXCLUSIVE;
			cpt_set(copy->src->vm_mm, addr, src, 0, entry);
		}
		copy->rss[MM_SWAPENTS]++;
		break;
	case CPT_MIGRATION_READ:
	case CPT_MIGRATION_READ_EXCLUSIVE:
	case CPT_MIGRATION_WRITE:
		entry = share_migration(copy, src, addr, 0);
		copy->rss[mm_counter(pfn_folio(cpt_pfn(entry)))]++;
		break;
	case CPT_DEVICE_PRIVATE_READ:
	case CPT_DEVICE_PRIVATE_WRITE:
		entry = share_device_private(copy, src, addr, 0);
		copy->rss[mm_counter(pfn_folio(cpt_pfn(entry)))]++;
		break;
	case CPT_DEVICE_EXCLUSIVE:
		err = restore_exclusive(copy, src, addr);
		return err ? err : copy_present(copy, dst, src, addr);
	case CPT_MARKER_UFFD_WP:
		/* The child's area is not registered. */
		return 0;
	default:
		break;
	}
	cpt_set(copy->dst->vm_mm, addr, dst, 0, entry);
	return 0;
}

/* As far as it gets with the locks held: *@addr goes on. */
static int copy_table_locked(struct copy *copy, u64 *dst, u64 *src, unsigned long *addr,
			     unsigned long end)
{
	int err = 0;

	for (; *addr != end; *addr += PAGE_SIZE, dst++, src++) {
		if (cpt_present(*src))
			err = copy_present(copy, dst, src, *addr);
		else if (!cpt_none(*src))
			err = copy_soft(copy, dst, src, *addr);
		if (err)
			break;
		/* It was meant for a page that turned out not to need it. */
		if (unlikely(copy->spare)) {
			folio_put(copy->spare);
			copy->spare = NULL;
		}
	}
	flush_rss(copy);
	return err;
}

/* 0 too when the parent's table went away. */
static int copy_table(struct copy *copy, u64 *dst_pmd, u64 *src_pmd, unsigned long addr,
		      unsigned long end)
{
	struct mm_struct *mm = copy->dst->vm_mm;
	spinlock_t *dst_ptl, *src_ptl;
	int err = 0;

	while (addr != end) {
		u64 *dst;

		if (cpt_pte_alloc(mm, addr, dst_pmd))
			return -ENOMEM;
		dst = cpt_pte_lock(mm, dst_pmd, addr, &dst_ptl);
		src_ptl = cpt_pte_ptl(src_pmd);
		if (!src_ptl) {
			spin_unlock(dst_ptl);
			return 0;
		}
		spin_lock_nested(src_ptl, SINGLE_DEPTH_NESTING);
		err = copy_table_locked(copy, dst, cpt_pte(src_pmd, addr), &addr, end);
		spin_unlock(src_ptl);
		spin_unlock(dst_ptl);
		cond_resched();
		if (err != -EAGAIN)
			break;
		copy->spare = fault_alloc_folio(GFP_HIGHUSER_MOVABLE, 0);
		if (!copy->spare)
			return -ENOMEM;
	}
	/* A folio that is locked ends the fork, too. */
	return err ? -ENOMEM : 0;
}

/* With both locks held: 0, or -EBUSY for a folio that may be pinned, -EAGAIN for a table. */
static int copy_huge_locked(struct copy *copy, u64 *dst, u64 *src, unsigned long addr)
{
	struct folio *folio;
	u64 entry = *src;

	if (cpt_none(entry) || cpt_is_table(entry))
		return -EAGAIN;
	if (cpt_is_migration(entry)) {
		entry = share_migration(copy, src, addr, 1);
	} else if (cpt_is_device_private(entry)) {
		entry = share_device_private(copy, src, addr, 1);
	} else if (!(entry & CPT_SPECIAL)) {
		folio = pfn_folio(cpt_pfn(entry));
		folio_get(folio);
		if (folio_try_dup_anon_rmap(folio, &folio->page, CPT_PMD_PAGES, copy->dst,
					    copy->src, RMAP_LEVEL_PMD)) {
			folio_put(folio);
			return -EBUSY;
		}
	}
	if (!cpt_present(entry) || !(entry & CPT_SPECIAL))
		copy->rss[MM_ANONPAGES] += CPT_PMD_PAGES;
	if (cpt_present(entry))
		entry = share_present(copy, src, addr, entry, 1);
	cpt_set(copy->dst->vm_mm, addr, dst, 1, entry);
	flush_rss(copy);
	return 0;
}

/* -EAGAIN: look at the slot again, it leads to a table now. */
static int copy_huge(struct copy *copy, u64 *dst, u64 *src, unsigned long addr)
{
	struct mm_struct *mm = copy->dst->vm_mm;
	struct page *table = NULL;
	spinlock_t *dst_ptl, *src_ptl;
	u64 entry = cpt_get(src);
	int err;

	/* A driver's memory has no table put aside. */
	if (!cpt_present(entry) || !(entry & CPT_SPECIAL) || is_huge_zero_pfn(cpt_pfn(entry))) {
		/* A fault finds the pages of a file again. */
		if (!vma_is_anonymous(copy->dst))
			return 0;
		table = cpt_table_alloc(mm);
		if (!table)
			return -ENOMEM;
	}
	dst_ptl = cpt_pmd_lock(mm, dst);
	src_ptl = cpt_pmd_ptl(copy->src->vm_mm, src);
	spin_lock_nested(src_ptl, SINGLE_DEPTH_NESTING);
	err = copy_huge_locked(copy, dst, src, addr);
	if (!err && table)
		cpt_deposit(mm, dst, table);
	spin_unlock(src_ptl);
	spin_unlock(dst_ptl);
	if (err && table)
		cpt_table_free(mm, table);
	/* Page by page, so that only those that are pinned are copied. */
	if (err == -EBUSY) {
		split_huge_pmd(copy->src, src, addr);
		err = -EAGAIN;
	}
	return err;
}

static int copy_slot(struct copy *copy, u64 *dst, u64 *src, unsigned long addr, unsigned long end)
{
	u64 entry = cpt_get(src);

	while (!cpt_none(entry)) {
		int err;

		if (cpt_is_table(entry))
			return copy_table(copy, dst, src, addr, end);
		err = copy_huge(copy, dst, src, addr);
		if (err != -EAGAIN)
			return err;
		entry = cpt_get(src);
	}
	return 0;
}

int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	struct copy copy = { .dst = dst, .src = src };
	unsigned long addr = src->vm_start;
	struct mmu_notifier_range range;
	int err = 0;

	if (!src->anon_vma && !(dst->vm_flags & COPY_ALWAYS))
		return 0;
	/* The parent's entries lose rights only if pages are to be copied on write. */
	if (is_cow_mapping(src->vm_flags)) {
		mmu_notifier_range_init(&range, MMU_NOTIFY_PROTECTION_PAGE, 0, src->vm_mm, addr,
					src->vm_end);
		mmu_notifier_invalidate_range_start(&range);
	}
	while (addr < src->vm_end && !err) {
		unsigned long hole_end = 0;
		unsigned long next = cpt_entry_end(addr, 1, src->vm_end);
		u64 *src_pmd = cpt_pmd(src->vm_mm, addr, &hole_end);
		u64 *dst_pmd;

		if (!src_pmd) {
			addr = hole_end;
			continue;
		}
		dst_pmd = cpt_pmd_alloc(dst->vm_mm, addr);
		err = dst_pmd ? copy_slot(&copy, dst_pmd, src_pmd, addr, next) : -ENOMEM;
		addr = next;
	}
	if (copy.spare)
		folio_put(copy.spare);
	if (is_cow_mapping(src->vm_flags))
		mmu_notifier_invalidate_range_end(&range);
	return err;
}
