/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Emptying page tables. Pages of RAM are freed only after the TLBs have forgotten them, so their
 * references go through the gather. No CPU can have cached a device-private or device-exclusive
 * entry: their references are dropped at once, under the page-table lock, and a driver's
 * folio_free() may run there.
 */
#include "mm/mman_internal.h"
#include <linux/bug.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include "kernel/version.h"
#include "mm/fault.h"
#include "mm/move.h"

/**
 * struct zap - one walk
 * @tlb: where references go
 * @vma: area
 * @rss: change of the mm's counters since the lock was taken
 */
struct zap {
	struct mmu_gather *tlb;
	struct vm_area_struct *vma;
	long rss[NR_MM_COUNTERS];
};

static void zap_flush_rss(struct zap *zap)
{
	for (unsigned int i = 0; i < NR_MM_COUNTERS; i++) {
		if (zap->rss[i])
			mm_rss_add(zap->vma->vm_mm, i, zap->rss[i]);
		zap->rss[i] = 0;
	}
}

/* Whoever keeps a shadow of memory hears of it while no fault can put something there. */
static void tell_cleared(const struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (unlikely(watch) && watch->area_cleared && start != end)
		watch->area_cleared(watch->ctx, vma->vm_mm, start, end - start);
}

/* Present entries from @slot on that map further pages of one folio. */
static unsigned int count_batch(const u64 *slot, u64 entry, const struct folio *folio,
				const struct page *page, unsigned long max)
{
	unsigned long limit = min(folio_nr_pages(folio) - folio_page_idx(folio, page), max);
	unsigned int count = 1;

	while (count < limit && cpt_present(slot[count]) &&
	       cpt_pfn(slot[count]) == cpt_pfn(entry) + count)
		count++;
	return count;
}

static unsigned int zap_present(struct zap *zap, u64 *slot, unsigned long addr, unsigned long end)
{
	struct vm_area_struct *vma = zap->vma;
	struct page *page = cpt_normal_page(vma, addr, *slot);
	struct folio *folio;
	unsigned int count = 1;
	u64 bits = 0;

	if (page) {
		folio = page_folio(page);
		if (folio_test_large(folio))
			count = count_batch(slot, *slot, folio, page, (end - addr) >> PAGE_SHIFT);
	}
	for (unsigned int i = 0; i < count; i++) {
		bits |= slot[i];
		cpt_set(vma->vm_mm, addr + i * PAGE_SIZE, slot + i, 0, 0);
	}
	tlb_remove_tlb_entry(zap->tlb, addr, count * PAGE_SIZE);
	if (!page)
		return 1;
	if (!folio_test_anon(folio)) {
		if (bits & CPT_DIRTY)
			folio_set_dirty(folio);
		if (bits & CPT_ACCESSED)
			folio_mark_accessed(folio);
	}
	zap->rss[mm_counter(folio)] -= count;
	folio_remove_rmap(folio, page, (int)count, vma, RMAP_LEVEL_PTE);
	tlb_remove_folio(zap->tlb, folio, count);
	return count;
}

static void zap_soft(struct zap *zap, u64 *slot, unsigned long addr)
{
	u64 entry = *slot;
	struct folio *folio;

	switch (cpt_soft(entry)) {
	case CPT_DEVICE_PRIVATE_READ:
	case CPT_DEVICE_PRIVATE_WRITE:
	case CPT_DEVICE_EXCLUSIVE:
		folio = pfn_folio(cpt_pfn(entry));
		WARN_ON_ONCE(!vma_is_anonymous(zap->vma));
		zap->rss[mm_counter(folio)]--;
		folio_remove_rmap(folio, pfn_to_page(cpt_pfn(entry)), 1, zap->vma, RMAP_LEVEL_PTE);
		folio_put(folio);
		break;
	case CPT_SWAP:
		zap->rss[MM_SWAPENTS]--;
		swap_put(cpt_payload(entry));
		break;
	case CPT_MIGRATION_READ:
	case CPT_MIGRATION_READ_EXCLUSIVE:
	case CPT_MIGRATION_WRITE:
		/* Neither a reference nor a map count: who migrates finds the entry gone. */
		zap->rss[mm_counter(pfn_folio(cpt_pfn(entry)))]--;
		break;
	case CPT_HWPOISON:
	case CPT_MARKER_UFFD_WP:
	case CPT_MARKER_POISON:
	case CPT_MARKER_GUARD:
		break;
	case CPT_SOFT_NONE:
		WARN_ON_ONCE(1);
	}
	cpt_set(zap->vma->vm_mm, addr, slot, 0, 0);
}

/* Returns how far it got; @addr itself when there is no table (any more). */
static unsigned long zap_table(struct zap *zap, u64 *pmd, unsigned long addr, unsigned long end)
{
	unsigned long start = addr;
	bool is_full = false;
	spinlock_t *ptl;
	u64 *slot;

	slot = cpt_pte_lock(zap->vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return addr;
	while (addr != end) {
		unsigned int count = 1;

		if (cpt_present(*slot)) {
			is_full = tlb_is_full(zap->tlb);
			if (is_full)
				break;
			count = zap_present(zap, slot, addr, end);
		} else if (!cpt_none(*slot)) {
			zap_soft(zap, slot, addr);
		}
		slot += count;
		addr += count * PAGE_SIZE;
	}
	zap_flush_rss(zap);
	tell_cleared(zap->vma, start, addr);
	spin_unlock(ptl);
	if (is_full)
		tlb_flush_mmu(zap->tlb);
	cond_resched();
	return addr;
}

/* The folio of a PMD leaf or soft PMD, which has been cleared. */
static void zap_huge_folio(struct zap *zap, u64 *pmd, u64 entry, struct folio *folio)
{
	struct mm_struct *mm = zap->vma->vm_mm;
	bool is_present = cpt_present(entry);

	if (is_present)
		folio_remove_rmap(folio, &folio->page, CPT_PMD_PAGES, zap->vma, RMAP_LEVEL_PMD);
	zap->rss[mm_counter(folio)] -= CPT_PMD_PAGES;
	if (folio_test_anon(folio))
		cpt_table_free(mm, cpt_withdraw(mm, pmd));
	else if (is_present && (entry & CPT_ACCESSED))
		folio_mark_accessed(folio);
	if (cpt_is_device_private(entry) || (folio_is_device_private(folio) &&
					     sim_has_quirk(SVMSIM_QUIRK_ZAP_DEVICE_MIGRATION))) {
		folio_remove_rmap(folio, &folio->page, CPT_PMD_PAGES, zap->vma, RMAP_LEVEL_PMD);
		folio_put(folio);
	}
}

/* False when the slot holds a table or nothing (any more). */
static bool zap_huge(struct zap *zap, u64 *pmd, unsigned long addr)
{
	struct vm_area_struct *vma = zap->vma;
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl = cpt_pmd_lock(mm, pmd);
	struct folio *folio = NULL;
	u64 entry = *pmd;

	if (cpt_none(entry) || cpt_is_table(entry)) {
		spin_unlock(ptl);
		return false;
	}
	cpt_set(mm, addr, pmd, 1, 0);
	tlb_remove_tlb_entry(zap->tlb, addr, CPT_PMD_SIZE);
	if (cpt_present(entry) && (entry & CPT_SPECIAL)) {
		/* Only the huge zero page has a table put aside; a driver's memory has nothing. */
		if (is_huge_zero_pfn(cpt_pfn(entry)))
			cpt_table_free(mm, cpt_withdraw(mm, pmd));
	} else {
		folio = pfn_folio(cpt_pfn(entry));
		zap_huge_folio(zap, pmd, entry, folio);
	}
	zap_flush_rss(zap);
	tell_cleared(vma, addr, addr + CPT_PMD_SIZE);
	spin_unlock(ptl);
	if (folio && cpt_present(entry))
		tlb_remove_folio(zap->tlb, folio, 1);
	return true;
}

void zap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
	       unsigned long end)
{
	struct zap zap = { .tlb = tlb, .vma = vma };
	unsigned long addr = start;

	while (addr < end) {
		unsigned long hole_end = 0;
		u64 *pmd = cpt_pmd(vma->vm_mm, addr, &hole_end);
		unsigned long next = cpt_entry_end(addr, 1, end);
		u64 entry;

		if (!pmd) {
			addr = hole_end;
			continue;
		}
		entry = cpt_get(pmd);
		if (!cpt_none(entry) && !cpt_is_table(entry)) {
			if (next - addr != CPT_PMD_SIZE)
				split_huge_pmd(vma, pmd, addr);
			else if (zap_huge(&zap, pmd, addr))
				entry = 0;
			else
				continue;
		}
		if (cpt_none(entry)) {
			addr = next;
			cond_resched();
			continue;
		}
		addr = zap_table(&zap, pmd, addr, next);
	}
}

void zap_page_range_single(struct vm_area_struct *vma, unsigned long start, unsigned long bytes)
{
	struct mmu_notifier_range range;
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, vma->vm_mm);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, start, start + bytes);
	mmu_notifier_invalidate_range_start(&range);
	zap_range(&tlb, vma, start, start + bytes);
	mmu_notifier_invalidate_range_end(&range);
	tlb_finish_mmu(&tlb);
}
