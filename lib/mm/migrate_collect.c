/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Collecting what an area maps: the walk and its PTEs. */
#include "mm/fault.h"
#include "mm/migrate_internal.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include "mm/tlb.h"

SIM_FAULT_KIND(folio_lock, "folio-lock", false,
	       "a folio that a migration collects is locked by somebody", -EBUSY);

/* What a PTE means for its slot. */
enum verdict {
	VERDICT_SKIP,
	VERDICT_HOLE,
	VERDICT_SPLIT,
	VERDICT_TAKE,
};

void collect_skip(struct collect *collect, unsigned long start, unsigned long end)
{
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE)
		collect_slot(collect, 0);
}

void collect_hole(struct collect *collect, unsigned long start, unsigned long end)
{
	struct migrate_vma *migrate = collect->migrate;

	if (!vma_is_anonymous(collect->vma)) {
		collect_skip(collect, start, end);
		return;
	}
	/* However long the hole is, it is one: what lies behind its first 2 MiB gets nothing. */
	if (collect->has_thp && migrate->flags & MIGRATE_VMA_SELECT_COMPOUND &&
	    !((start | end) & ~CPT_PMD_MASK)) {
		collect_slot(collect, MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND);
		migrate->cpages++;
		collect_skip(collect, start + PAGE_SIZE, end);
		return;
	}
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE) {
		collect_slot(collect, MIGRATE_PFN_MIGRATE);
		migrate->cpages++;
	}
}

static enum verdict judge_soft(const struct collect *collect, u64 entry, struct page **page)
{
	const struct migrate_vma *migrate = collect->migrate;

	if (!cpt_is_device_private(entry))
		return VERDICT_SKIP;
	*page = phys_page(phys_state(), cpt_pfn(entry));
	if (!(migrate->flags & MIGRATE_VMA_SELECT_DEVICE_PRIVATE) ||
	    page_pgmap(*page)->owner != migrate->pgmap_owner)
		return VERDICT_SKIP;
	return VERDICT_TAKE;
}

static __always_inline enum verdict judge_present(const struct collect *collect, u64 entry,
						  struct page **page)
{
	const struct migrate_vma *migrate = collect->migrate;
	bool wants_system = migrate->flags & MIGRATE_VMA_SELECT_SYSTEM;

	if (unlikely(is_zero_pfn(cpt_pfn(entry))))
		return wants_system ? VERDICT_HOLE : VERDICT_SKIP;
	if (unlikely(entry & CPT_SPECIAL))
		return VERDICT_SKIP;
	*page = phys_page(phys_state(), cpt_pfn(entry));
	if (likely(!migrate_is_device(*page)))
		return wants_system ? VERDICT_TAKE : VERDICT_SKIP;
	/* Other kinds of device memory pass here, whatever is selected. */
	if (is_device_coherent_page(*page) &&
	    (!(migrate->flags & MIGRATE_VMA_SELECT_DEVICE_COHERENT) ||
	     page_pgmap(*page)->owner != migrate->pgmap_owner))
		return VERDICT_SKIP;
	return VERDICT_TAKE;
}

static __always_inline enum verdict judge(const struct collect *collect, u64 entry,
					  struct page **page)
{
	enum verdict verdict;

	if (cpt_none(entry))
		return vma_is_anonymous(collect->vma) ? VERDICT_HOLE : VERDICT_SKIP;
	if (likely(cpt_present(entry)))
		verdict = judge_present(collect, entry, page);
	else
		verdict = judge_soft(collect, entry, page);
	if (verdict == VERDICT_TAKE && unlikely(PageCompound(*page)))
		return collect->has_thp ? VERDICT_SPLIT : VERDICT_SKIP;
	return verdict;
}

/*
 * Clears an entry. One of a page that is this mm's alone is flushed at once, so that whether
 * somebody has pinned it can be told for certain.
 * Return: the old entry, 0 when the page may be pinned and the entry stays.
 */
static __always_inline u64 clear_entry(struct collect *collect, unsigned long addr, u64 *pte,
				       struct page *page, bool is_exclusive)
{
	struct folio *folio = (struct folio *)page;
	u64 entry = *pte;

	if (is_exclusive) {
		if (cpt_present(entry))
			entry = cpt_clear_flush(collect->vma, addr, pte, 0);
		if (folio_try_share_anon_rmap(folio, page, 1, RMAP_LEVEL_PTE)) {
			cpt_set(collect->mm, addr, pte, 0, entry);
			return 0;
		}
	} else if (!collect->is_open && cpt_present(entry)) {
		collect->is_open = true;
		tlb_change_begin(collect->mm);
	}
	return entry;
}

/*
 * Locks and unmaps a small folio; the entry's reference becomes the migration's. Return: its entry
 * of src, 0 if it stays.
 */
static __always_inline unsigned long take_page(struct collect *collect, unsigned long addr,
					       u64 *pte, struct page *page)
{
	struct folio *folio = (struct folio *)page;
	unsigned long pfn = migrate_page_to_pfn(page);
	unsigned long entry = migrate_pfn(pfn) | MIGRATE_PFN_MIGRATE;
	bool is_exclusive;
	u64 old = *pte;

	if (!page->mapping)
		return 0;
	if (cpt_write(old))
		entry |= MIGRATE_PFN_WRITE;
	if (folio != collect->fault_folio && !migrate_trylock(folio))
		return 0;
	is_exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	old = clear_entry(collect, addr, pte, page, is_exclusive);
	if (unlikely(!old)) {
		if (folio != collect->fault_folio)
			folio_unlock(folio);
		return 0;
	}
	collect->migrate->cpages++;
	if (cpt_present(old) ? old & CPT_DIRTY : collect->device_is_dirty)
		folio_set_dirty(folio);
	cpt_set(collect->mm, addr, pte, 0,
		rmap_migration_entry(old, pfn, is_exclusive));
	folio_remove_rmap(folio, page, 1, collect->vma, RMAP_LEVEL_PTE);
	if (cpt_present(old))
		collect->must_flush = true;
	return entry;
}

/*
 * Splits the large folio that a PTE maps a page of; it has a reference, of the fault if it is the
 * fault's. When the fault's page is in it, that page's folio ends up locked and with the reference
 * that the fault had on the large one.
 * Return: 0, or why it can't be split.
 */
static int split_mapped(struct collect *collect, struct folio *folio)
{
	struct page *fault_page = collect->migrate->fault_page;
	struct folio *before = collect->fault_folio;
	struct folio *after;
	int err;

	if (folio != before)
		folio_lock(folio);
	/* Somebody may have split it while this task waited for its lock. */
	err = folio_test_large(folio) ? split_folio(folio) : -EINVAL;
	after = fault_page ? page_folio(fault_page) : NULL;
	if (!err && folio == before && folio != after) {
		folio_get(after);
		folio_lock(after);
	}
	if (folio != before || folio != after) {
		folio_unlock(folio);
		folio_put(folio);
	}
	/* v7.0 goes on with the one of before, and takes that for locked. */
	collect->fault_folio = after;
	return err;
}

/* Flushes what was changed in a chunk. */
static void flush_chunk(struct collect *collect, unsigned long start, unsigned long end)
{
	if (collect->must_flush)
		flush_tlb_range(collect->vma, start, end);
	if (collect->is_open)
		tlb_change_end(collect->mm);
	collect->must_flush = false;
	collect->is_open = false;
}

/*
 * Goes through the PTEs of [*addr, end) as far as the table's lock can be kept.
 * Return: the large folio that has to be split first, whose page *addr maps, referenced unless it
 * is the fault's; NULL at the end, or when there is no table any more.
 */
static struct folio *collect_ptes(struct collect *collect, u64 *pmd, unsigned long start,
				  unsigned long *addr, unsigned long end)
{
	struct migrate_vma *migrate = collect->migrate;
	struct page *page = NULL;
	struct folio *folio;
	spinlock_t *ptl;
	u64 *pte = cpt_pte_lock(collect->mm, pmd, *addr, &ptl);

	if (!pte)
		return NULL;
	for (; *addr < end; *addr += PAGE_SIZE, pte++) {
		unsigned long entry = 0;

		switch (judge(collect, *pte, &page)) {
		case VERDICT_SKIP:
			break;
		case VERDICT_HOLE:
			entry = MIGRATE_PFN_MIGRATE;
			migrate->cpages++;
			break;
		case VERDICT_SPLIT:
			folio = page_folio(page);
			if (folio != collect->fault_folio)
				folio_get(folio);
			spin_unlock(ptl);
			return folio;
		case VERDICT_TAKE:
			entry = take_page(collect, *addr, pte, page);
			break;
		}
		collect_slot(collect, entry);
	}
	flush_chunk(collect, start, end);
	spin_unlock(ptl);
	return NULL;
}

static void collect_chunk(struct collect *collect, u64 *pmd, unsigned long start, unsigned long end)
{
	unsigned long addr = start;

	while (addr < end) {
		struct folio *folio;

		if (!cpt_is_table(cpt_get(pmd))) {
			enum collect_next next = collect_huge(collect, pmd, addr, end);

			if (next == COLLECT_DONE)
				break;
			if (next == COLLECT_RETRY)
				continue;
		}
		folio = collect_ptes(collect, pmd, start, &addr, end);
		if (folio && split_mapped(collect, folio)) {
			flush_chunk(collect, start, end);
			collect_skip(collect, addr, end);
			return;
		}
	}
	flush_chunk(collect, start, end);
}

static void walk(struct collect *collect)
{
	unsigned long end = collect->migrate->end;

	mmap_assert_locked(collect->mm);
	for (unsigned long addr = collect->migrate->start, next; addr < end; addr = next) {
		u64 *pmd = cpt_pmd(collect->mm, addr, &next);

		if (pmd)
			next = cpt_entry_end(addr, 1, end);
		else if (next > end)
			next = end;
		if (!pmd || cpt_none(cpt_get(pmd)))
			collect_hole(collect, addr, next);
		else
			collect_chunk(collect, pmd, addr, next);
	}
}

void migrate_collect(struct migrate_vma *migrate)
{
	struct collect collect = {
		.migrate = migrate,
		.vma = migrate->vma,
		.mm = migrate->vma->vm_mm,
		.fault_folio = migrate->fault_page ? page_folio(migrate->fault_page) : NULL,
		.has_thp = sim_kernel_since(SIM_KERNEL_V6_19),
		.device_is_dirty = !sim_kernel_since(SIM_KERNEL_V7_2),
	};
	struct mmu_notifier_range range;

	mmu_notifier_range_init_owner(&range, MMU_NOTIFY_MIGRATE, 0, collect.mm, migrate->start,
				      migrate->end, migrate->pgmap_owner);
	mmu_notifier_invalidate_range_start(&range);
	walk(&collect);
	mmu_notifier_invalidate_range_end(&range);
	migrate->end = migrate->start + (migrate->npages << PAGE_SHIFT);
}
