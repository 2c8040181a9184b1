/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From a folio to the areas that may map it, and on to their entries. */
#include "mm/rmap_internal.h"
#include <linux/minmax.h>
#include <linux/sched.h>

bool rmap_vma_range(const struct folio *folio, const struct vm_area_struct *vma,
		    unsigned long *addr, unsigned long *nr_pages)
{
	const pgoff_t first = max(folio->index, vma->vm_pgoff);
	const pgoff_t end = min(folio->index + folio_nr_pages(folio),
				vma->vm_pgoff + vma_pages(vma));

	if (first >= end)
		return false;
	*addr = vma->vm_start + ((first - vma->vm_pgoff) << PAGE_SHIFT);
	*nr_pages = end - first;
	return true;
}

unsigned long rmap_vma_end(const struct folio *folio, const struct vm_area_struct *vma)
{
	const pgoff_t end = min(folio->index + folio_nr_pages(folio),
				vma->vm_pgoff + vma_pages(vma));

	return vma->vm_start + ((end - vma->vm_pgoff) << PAGE_SHIFT);
}

/*
 * The anon_vma with its lock held, or NULL. A mapping keeps its anon_vma; between the look at the
 * mapcount and the lock a reference does.
 */
static struct anon_vma *lock_anon_vma(struct folio *folio, struct rmap_walk_control *control)
{
	struct anon_vma *anon_vma = rmap_anon_vma(folio);

	if (!anon_vma || (control->only_mapped && !folio_mapped(folio)))
		return NULL;
	if (unlikely(!anon_vma->refcount.counter)) {
		if (!control->may_be_gone)
			rmap_bad_ref(folio, "looked for by an anon_vma that is gone");
		return NULL;
	}
	anon_vma->refcount.counter++;
	if (!control->try_lock) {
		anon_vma_lock_read(anon_vma);
	} else if (!down_read_trylock(&anon_vma->root->rwsem)) {
		control->contended = true;
		put_anon_vma(anon_vma);
		return NULL;
	}
	if (likely(anon_vma->refcount.counter > 1)) {
		anon_vma->refcount.counter--;
		return anon_vma;
	}
	/* The last area went while this task waited for the lock, which goes with it. */
	anon_vma_unlock_read(anon_vma);
	put_anon_vma(anon_vma);
	return NULL;
}

/* Calls for one area; true ends the walk. */
static bool walk_area(struct folio *folio, struct vm_area_struct *vma,
		      struct rmap_walk_control *control)
{
	unsigned long addr, nr_pages;

	cond_resched();
	if (!rmap_vma_range(folio, vma, &addr, &nr_pages))
		return false;
	if (!control->rmap_one(folio, vma, addr, control->arg))
		return true;
	return control->done && control->done(folio);
}

static void walk_anon(struct folio *folio, struct rmap_walk_control *control)
{
	struct anon_vma *anon_vma = control->locked ? rmap_anon_vma(folio) :
						      lock_anon_vma(folio, control);
	const pgoff_t first = folio->index;
	const pgoff_t last = first + folio_nr_pages(folio) - 1;
	struct anon_vma_chain *chain;

	if (!anon_vma)
		return;
	for (chain = anon_chain_iter_first(&anon_vma->rb_root, first, last); chain;
	     chain = anon_chain_iter_next(chain, first, last))
		if (walk_area(folio, chain->vma, control))
			break;
	if (!control->locked)
		anon_vma_unlock_read(anon_vma);
}

static bool lock_mapping(struct address_space *mapping, struct rmap_walk_control *control)
{
	if (control->locked)
		return true;
	if (!control->try_lock) {
		i_mmap_lock_read(mapping);
		return true;
	}
	control->contended = !i_mmap_trylock_read(mapping);
	return !control->contended;
}

static void walk_file(struct folio *folio, struct rmap_walk_control *control)
{
	struct address_space *mapping = folio->mapping;
	const pgoff_t first = folio->index;
	const pgoff_t last = first + folio_nr_pages(folio) - 1;
	struct vm_area_struct *vma;

	if (!mapping || !lock_mapping(mapping, control))
		return;
	for (vma = file_area_iter_first(&mapping->i_mmap, first, last); vma;
	     vma = file_area_iter_next(vma, first, last))
		if (walk_area(folio, vma, control))
			break;
	if (!control->locked)
		i_mmap_unlock_read(mapping);
}

void rmap_walk(struct folio *folio, struct rmap_walk_control *control)
{
	SIM_ASSERT(folio_test_locked(folio));
	if (folio_test_anon(folio))
		walk_anon(folio, control);
	else
		walk_file(folio, control);
}

static void drop_lock(struct rmap_entries *at)
{
	if (at->ptl)
		spin_unlock(at->ptl);
	at->ptl = NULL;
}

void rmap_entries_restart(struct rmap_entries *at)
{
	drop_lock(at);
	at->pmd = NULL;
	at->pte = NULL;
}

void rmap_entries_stop(struct rmap_entries *at)
{
	rmap_entries_restart(at);
	at->address = at->end;
}

/* Whether an entry is of the kind looked for, whatever page it is of. */
static bool is_kind(const struct rmap_entries *at, u64 entry)
{
	if (at->flags & RMAP_ENTRIES_MIGRATION)
		return cpt_is_migration(entry);
	return cpt_present(entry) || cpt_is_device_private(entry) ||
	       cpt_soft(entry) == CPT_DEVICE_EXCLUSIVE;
}

static bool maps_folio(const struct rmap_entries *at, u64 entry)
{
	return is_kind(at, entry) &&
	       cpt_pfn(entry) - rmap_pfn(at->folio) < folio_nr_pages(at->folio);
}

/* To the next PTE of the table; without one there or in the area, no lock is held any more. */
static bool next_pte(struct rmap_entries *at)
{
	at->address += PAGE_SIZE;
	at->pte++;
	if (at->address < at->end && (at->address & ~CPT_PMD_MASK))
		return true;
	rmap_entries_restart(at);
	return false;
}

/* From @at->pte on: true for an entry found, false at the end of the table or when it is gone. */
static bool scan_ptes(struct rmap_entries *at)
{
	do {
		if (!is_kind(at, cpt_get(at->pte)))
			continue;
		if (!at->ptl) {
			at->pte = cpt_pte_lock(at->vma->vm_mm, at->pmd, at->address, &at->ptl);
			if (!at->pte) {
				rmap_entries_restart(at);
				return false;
			}
		}
		if (maps_folio(at, *at->pte))
			return true;
	} while (next_pte(at));
	return false;
}

/* The PMD is no table: true when it maps the folio, else steps over it or sees a table there. */
static bool check_pmd(struct rmap_entries *at, u64 entry)
{
	/* One that is none may be about to be counted down. */
	const bool must_wait = (at->flags & RMAP_ENTRIES_SYNC) &&
			       folio_order(at->folio) >= CPT_PMD_ORDER;

	if (is_kind(at, entry) || must_wait) {
		at->ptl = cpt_pmd_lock(at->vma->vm_mm, at->pmd);
		entry = *at->pmd;
		if (!cpt_is_table(entry) && maps_folio(at, entry))
			return true;
	}
	rmap_entries_restart(at);
	if (!cpt_is_table(entry))
		at->address = (at->address + CPT_PMD_SIZE) & CPT_PMD_MASK;
	return false;
}

/* Finds the entry at @at->address or the first behind it. */
static bool scan_tables(struct rmap_entries *at)
{
	while (at->address < at->end) {
		unsigned long hole_end;
		u64 entry;

		at->pmd = cpt_pmd(at->vma->vm_mm, at->address, &hole_end);
		if (!at->pmd) {
			at->address = hole_end;
			continue;
		}
		entry = cpt_get(at->pmd);
		if (!cpt_is_table(entry)) {
			if (check_pmd(at, entry))
				return true;
			continue;
		}
		at->pte = cpt_table(entry) + cpt_index(at->address, 0);
		if (at->flags & RMAP_ENTRIES_SYNC) {
			at->pte = cpt_pte_lock(at->vma->vm_mm, at->pmd, at->address, &at->ptl);
			if (!at->pte)
				continue;
		}
		if (scan_ptes(at))
			return true;
	}
	at->pmd = NULL;
	return false;
}

/* One page in a table that is there: what is asked for most. False: look in all generality. */
static bool find_small(struct rmap_entries *at, bool *found)
{
	struct mm_struct *mm = at->vma->vm_mm;
	u64 *pmd = cpt_pmd(mm, at->address, NULL);
	u64 *pte = pmd ? cpt_pte(pmd, at->address) : NULL;

	if (!pte)
		return false;
	*found = false;
	at->end = at->address + PAGE_SIZE;
	if (is_kind(at, cpt_get(pte)) || (at->flags & RMAP_ENTRIES_SYNC)) {
		pte = cpt_pte_lock(mm, pmd, at->address, &at->ptl);
		if (!pte)
			return false;
		if (likely(maps_folio(at, *pte))) {
			at->pmd = pmd;
			at->pte = pte;
			*found = true;
			return true;
		}
	}
	rmap_entries_stop(at);
	return true;
}

bool rmap_entries_next(struct rmap_entries *at)
{
	if (likely(!folio_test_large(at->folio))) {
		bool found;

		if (at->end) {
			rmap_entries_stop(at);
			return false;
		}
		if (find_small(at, &found))
			return found;
	}
	if (!at->end) {
		at->end = rmap_vma_end(at->folio, at->vma);
	} else if (at->pte) {
		if (next_pte(at) && scan_ptes(at))
			return true;
	} else if (at->pmd) {
		/* A folio has no second PMD in an area. */
		rmap_entries_stop(at);
		return false;
	}
	return scan_tables(at);
}
