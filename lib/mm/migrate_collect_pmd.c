/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Collecting what an area maps: PMDs that are no tables. */
#include "mm/fault.h"
#include "mm/migrate_internal.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include <asm/processor.h>

/* What the PMD's folio is, if it is one that may be collected. */
static struct folio *judge_huge(const struct collect *collect, u64 entry)
{
	const struct migrate_vma *migrate = collect->migrate;
	struct folio *folio = pfn_folio(cpt_pfn(entry));

	/* A coherent folio is one of these, too: its owner is not asked for. */
	if (cpt_is_huge(entry))
		return migrate->flags & MIGRATE_VMA_SELECT_SYSTEM ? folio : NULL;
	if (!cpt_is_device_private(entry) ||
	    !(migrate->flags & MIGRATE_VMA_SELECT_DEVICE_PRIVATE) ||
	    page_pgmap(&folio->page)->owner != migrate->pgmap_owner)
		return NULL;
	return folio;
}

/* Splits the folio of a PMD. Drops lock and reference of collecting. */
static enum collect_next split_huge(struct collect *collect, u64 *pmd, struct folio *folio,
				    unsigned long start, unsigned long end)
{
	int err = split_folio(folio);

	if (folio != collect->fault_folio)
		folio_unlock(folio);
	folio_put(folio);
	if (err) {
		collect_skip(collect, start, end);
		return COLLECT_DONE;
	}
	if (cpt_none(cpt_get(pmd))) {
		collect_hole(collect, start, end);
		return COLLECT_DONE;
	}
	return COLLECT_PTES;
}

/* The chunk's folio is locked and referenced. Return: whether the folio was taken as a whole. */
static bool take_huge(struct collect *collect, u64 *pmd, struct folio *folio, unsigned long start,
		      unsigned long end)
{
	struct migrate_vma *migrate = collect->migrate;
	unsigned long entry = migrate_pfn(folio_pfn(folio)) | MIGRATE_PFN_MIGRATE |
			      MIGRATE_PFN_COMPOUND | (cpt_write(*pmd) ? MIGRATE_PFN_WRITE : 0);

	if (!(migrate->flags & MIGRATE_VMA_SELECT_COMPOUND) || (start | end) & ~CPT_PMD_MASK)
		return false;
	if (set_pmd_migration_entry(collect->vma, start, pmd, folio))
		return false;
	collect_slot(collect, entry);
	migrate->cpages++;
	collect_skip(collect, start + PAGE_SIZE, end);
	return true;
}

static enum collect_next collect_huge_thp(struct collect *collect, u64 *pmd, unsigned long start,
					  unsigned long end)
{
	spinlock_t *ptl = cpt_pmd_lock(collect->mm, pmd);
	struct folio *folio;
	u64 entry = *pmd;
	bool is_hole;

	if (cpt_is_table(entry)) {
		spin_unlock(ptl);
		return COLLECT_RETRY;
	}
	folio = cpt_none(entry) ? NULL : judge_huge(collect, entry);
	is_hole = cpt_none(entry) ||
		  (folio && cpt_is_huge(entry) && is_huge_zero_pfn(cpt_pfn(entry)));
	if (is_hole || !folio) {
		spin_unlock(ptl);
		if (is_hole)
			collect_hole(collect, start, end);
		else
			collect_skip(collect, start, end);
		return COLLECT_DONE;
	}
	folio_get(folio);
	if (folio != collect->fault_folio && !migrate_trylock(folio)) {
		spin_unlock(ptl);
		folio_put(folio);
		collect_skip(collect, start, end);
		return COLLECT_DONE;
	}
	if (take_huge(collect, pmd, folio, start, end)) {
		spin_unlock(ptl);
		return COLLECT_DONE;
	}
	spin_unlock(ptl);
	return split_huge(collect, pmd, folio, start, end);
}

/* Up to v6.18: large folios are split, whatever is selected. */
static enum collect_next collect_huge_split(struct collect *collect, u64 *pmd, unsigned long start,
					    unsigned long end)
{
	spinlock_t *ptl = cpt_pmd_lock(collect->mm, pmd);
	struct folio *folio;
	u64 entry = *pmd;

	if (!cpt_is_huge(entry)) {
		spin_unlock(ptl);
		if (cpt_none(entry)) {
			collect_hole(collect, start, end);
			return COLLECT_DONE;
		}
		/* A migration entry: looked at until it is gone. */
		cpu_relax();
		return COLLECT_RETRY;
	}
	if (is_huge_zero_pfn(cpt_pfn(entry))) {
		spin_unlock(ptl);
		split_huge_pmd(collect->vma, pmd, start);
		return COLLECT_PTES;
	}
	folio = pfn_folio(cpt_pfn(entry));
	folio_get(folio);
	spin_unlock(ptl);
	if ((sim_kernel_since(SIM_KERNEL_V6_15) && WARN_ON_ONCE(folio == collect->fault_folio)) ||
	    !migrate_trylock(folio)) {
		folio_put(folio);
		collect_skip(collect, start, end);
		return COLLECT_DONE;
	}
	return split_huge(collect, pmd, folio, start, end);
}

enum collect_next collect_huge(struct collect *collect, u64 *pmd, unsigned long start,
			       unsigned long end)
{
	if (collect->has_thp)
		return collect_huge_thp(collect, pmd, start, end);
	return collect_huge_split(collect, pmd, start, end);
}
