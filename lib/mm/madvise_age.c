/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* MADV_FREE and MADV_COLD: pages become old, and those that are free to go clean as well. */
#include <linux/bug.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include "mm/fault.h"
#include "mm/madvise_internal.h"
#include "mm/move.h"

/**
 * struct aging - one walk
 * @vma: area
 * @tlb: remembers what to flush
 * @is_free: MADV_FREE; else MADV_COLD
 * @rss: swap entries that went
 */
struct aging {
	struct vm_area_struct *vma;
	struct mmu_gather *tlb;
	bool is_free;
	long rss;
};

/* To the old end of its lists; a freed one to those of files, where clean pages just go. */
static void deactivate(const struct aging *aging, struct folio *folio)
{
	if (aging->is_free && (!folio_test_anon(folio) || !folio_test_swapbacked(folio) ||
			       folio_test_swapcache(folio)))
		return;
	if (folio_test_unevictable(folio) || !folio_isolate_lru(folio))
		return;
	folio_clear_active(folio);
	folio_clear_referenced(folio);
	if (aging->is_free)
		folio_clear_swapbacked(folio);
	folio_putback_lru(folio);
}

/* Without its place in swap and clean; false when it can't be. */
static bool make_clean(struct folio *folio)
{
	bool is_clean = true;

	if (!folio_test_swapcache(folio) && !folio_test_dirty(folio))
		return true;
	if (!folio_trylock(folio))
		return false;
	if (folio_mapcount(folio) != (int)folio_nr_pages(folio) ||
	    (folio_test_swapcache(folio) && !folio_free_swap(folio)))
		is_clean = false;
	else
		folio_clear_dirty(folio);
	folio_unlock(folio);
	return is_clean;
}

static void age_entries(const struct aging *aging, u64 *slot, unsigned long addr,
			unsigned int count, unsigned int level)
{
	u64 bits = CPT_ACCESSED | (aging->is_free ? CPT_DIRTY : 0);
	unsigned long bytes = PAGE_SIZE << (CPT_BITS * level);

	for (unsigned int i = 0; i < count; i++, addr += bytes) {
		if (!(slot[i] & bits))
			continue;
		cpt_set(aging->vma->vm_mm, addr, slot + i, level, slot[i] & ~bits);
		tlb_remove_tlb_entry(aging->tlb, addr, bytes);
	}
}

/* How many entries from @slot on map all of a folio, in order; 0 when not all. */
static unsigned int whole_folio(const u64 *slot, unsigned long addr, unsigned long end,
				const struct folio *folio)
{
	unsigned long pages = folio_nr_pages(folio);

	if (cpt_pfn(*slot) != folio_pfn(folio) || (end - addr) >> PAGE_SHIFT < pages)
		return 0;
	for (unsigned long i = 0; i < pages; i++) {
		if (!cpt_present(slot[i]) || cpt_pfn(slot[i]) != folio_pfn(folio) + i)
			return 0;
	}
	return (unsigned int)pages;
}

static void age_folio(const struct aging *aging, u64 *slot, unsigned long addr,
		      struct folio *folio, unsigned int count)
{
	if (aging->is_free) {
		if (!make_clean(folio))
			return;
	} else if (!folio_test_lru(folio) || folio_mapcount(folio) != (int)folio_nr_pages(folio)) {
		return;
	}
	age_entries(aging, slot, addr, count, 0);
	deactivate(aging, folio);
}

/* A folio of which only a part was named. With the lock held, which it gives up; true if split. */
static bool split_partial(const struct aging *aging, struct folio *folio, spinlock_t *ptl)
{
	bool is_split;

	if (folio_maybe_mapped_shared(folio) || !folio_trylock(folio)) {
		spin_unlock(ptl);
		return false;
	}
	folio_get(folio);
	spin_unlock(ptl);
	is_split = !split_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
	return is_split;
}

static void age_soft(struct aging *aging, u64 *slot, unsigned long addr)
{
	enum cpt_soft soft = cpt_soft(*slot);

	if (!aging->is_free)
		return;
	if (soft == CPT_SWAP) {
		swap_put(cpt_payload(*slot));
		aging->rss--;
	} else if (soft != CPT_HWPOISON && soft != CPT_MARKER_POISON) {
		return;
	}
	cpt_set(aging->vma->vm_mm, addr, slot, 0, 0);
}

/* Up to the end or to a folio that must be split, which is returned with the lock held. */
static struct folio *age_until_partial(struct aging *aging, u64 *slot, unsigned long *addr,
				       unsigned long end)
{
	unsigned int count;

	for (; *addr != end; slot += count, *addr += count * PAGE_SIZE) {
		struct page *page;
		struct folio *folio;

		count = 1;
		if (!cpt_present(*slot)) {
			age_soft(aging, slot, *addr);
			continue;
		}
		page = cpt_normal_page(aging->vma, *addr, *slot);
		if (!page)
			continue;
		folio = page_folio(page);
		if (folio_is_zone_device(folio))
			continue;
		if (folio_test_large(folio)) {
			count = whole_folio(slot, *addr, end, folio);
			if (!count)
				return folio;
		}
		age_folio(aging, slot, *addr, folio, count);
	}
	return NULL;
}

static void age_table(struct aging *aging, u64 *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = aging->vma->vm_mm;

	while (addr != end) {
		struct folio *folio;
		spinlock_t *ptl;
		u64 *slot = cpt_pte_lock(mm, pmd, addr, &ptl);

		if (!slot)
			return;
		folio = age_until_partial(aging, slot, &addr, end);
		if (!folio)
			spin_unlock(ptl);
		else if (!split_partial(aging, folio, ptl))
			addr += PAGE_SIZE;
	}
	mm_rss_add(mm, MM_SWAPENTS, aging->rss);
	aging->rss = 0;
	cond_resched();
}

/* Part of a PMD leaf: its folio is split, the PMD with it. Gives up the lock. */
static bool split_huge_partial(const struct aging *aging, struct folio *folio, spinlock_t *ptl)
{
	bool is_split;

	if (aging->is_free)
		return split_partial(aging, folio, ptl);
	folio_get(folio);
	spin_unlock(ptl);
	folio_lock(folio);
	is_split = !split_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
	return is_split;
}

/* False when the slot leads to a table now. */
static bool age_huge(const struct aging *aging, u64 *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = aging->vma->vm_mm;
	spinlock_t *ptl = cpt_pmd_lock(mm, pmd);
	struct folio *folio;
	u64 entry = *pmd;

	if (cpt_is_table(entry)) {
		spin_unlock(ptl);
		return false;
	}
	if (!cpt_present(entry) || (entry & CPT_SPECIAL))
		goto unlock;
	folio = pfn_folio(cpt_pfn(entry));
	if (folio_maybe_mapped_shared(folio))
		goto unlock;
	if (end - addr != CPT_PMD_SIZE)
		return !split_huge_partial(aging, folio, ptl);
	if (aging->is_free) {
		if (!folio_trylock(folio))
			goto unlock;
		folio_clear_dirty(folio);
		folio_unlock(folio);
	}
	age_entries(aging, pmd, addr, 1, 1);
	deactivate(aging, folio);
unlock:
	spin_unlock(ptl);
	return true;
}

static void age_range(struct aging *aging, unsigned long start, unsigned long end)
{
	unsigned long addr = start;

	while (addr < end) {
		unsigned long hole_end = 0;
		unsigned long next = cpt_entry_end(addr, 1, end);
		u64 *pmd = cpt_pmd(aging->vma->vm_mm, addr, &hole_end);

		if (!pmd) {
			addr = hole_end;
			continue;
		}
		if (cpt_is_table(cpt_get(pmd)) || !age_huge(aging, pmd, addr, next))
			age_table(aging, pmd, addr, next);
		addr = next;
	}
}

/* Until it is written again, each page may read as before or as zero. */
static void tell_clearing(const struct advice *advice)
{
	const struct mm_watch *watch = sim_phys_of_world(sim_world)->watch;

	if (unlikely(watch) && watch->area_clearing)
		watch->area_clearing(watch->ctx, advice->vma->vm_mm, advice->start,
				     advice->end - advice->start);
}

void madvise_free(const struct advice *advice)
{
	struct mm_struct *mm = advice->vma->vm_mm;
	struct mmu_notifier_range range;
	struct mmu_gather tlb;
	struct aging aging = { .vma = advice->vma, .tlb = &tlb, .is_free = true };

	lru_add_drain();
	tlb_gather_mmu(&tlb, mm);
	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, mm, advice->start, advice->end);
	mmu_notifier_invalidate_range_start(&range);
	tell_clearing(advice);
	age_range(&aging, advice->start, advice->end);
	mmu_notifier_invalidate_range_end(&range);
	tlb_finish_mmu(&tlb);
}

void madvise_cold(const struct advice *advice)
{
	struct mmu_gather tlb;
	struct aging aging = { .vma = advice->vma, .tlb = &tlb };

	lru_add_drain();
	tlb_gather_mmu(&tlb, advice->vma->vm_mm);
	age_range(&aging, advice->start, advice->end);
	tlb_finish_mmu(&tlb);
}
