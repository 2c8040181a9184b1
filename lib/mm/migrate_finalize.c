/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The end of a migration: what was unmapped maps its new page, or the old one again. */
#include "kernel/event.h"
#include "mm/migrate_internal.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include <linux/export.h>
#include <linux/minmax.h>

/*
 * The kernel looks for the entries of each page by itself. In long ranges that is most of what a
 * migration costs here, so neighbours are mapped in groups, under one hold of their table's lock;
 * what others can see of a short range in between stays as it is.
 */
#define GROUP_FROM 64
#define GROUP_SLOTS 32

static void drop_target(struct folio *target, const struct folio *fault_folio)
{
	WARN_ON_ONCE(target == fault_folio);
	folio_unlock(target);
	folio_put(target);
}

/**
 * struct work - one call
 * @src: entries
 * @dst: entries
 * @migrate: the request, NULL when there is no area
 * @fault_folio: as in struct collect
 * @moved: slots whose page is another one now
 */
struct work {
	const unsigned long *src;
	const unsigned long *dst;
	const struct migrate_vma *migrate;
	const struct folio *fault_folio;
	unsigned long moved;
};

static bool is_moved(const struct work *work, unsigned long i)
{
	return work->src[i] & MIGRATE_PFN_MIGRATE && work->dst[i] & MIGRATE_PFN_VALID;
}

/*
 * Whether a slot's page had only one entry, and this is the migration entry that replaced it: that
 * it was exclusive says so.
 */
static bool is_only_entry(const struct page *page, u64 entry)
{
	enum cpt_soft soft = cpt_soft(entry);

	return (soft == CPT_MIGRATION_WRITE || soft == CPT_MIGRATION_READ_EXCLUSIVE) &&
	       cpt_pfn(entry) == migrate_page_to_pfn(page) && !PageCompound(page) &&
	       folio_test_anon((const struct folio *)page);
}

/*
 * Maps the pages of some neighbours as remove_migration_ptes() would one by one, where no other
 * area can have an entry of theirs. Return: a bit for each slot that is done.
 */
static u64 map_group(const struct work *work, unsigned long first, unsigned long end)
{
	struct vm_area_struct *vma = work->migrate->vma;
	unsigned long addr = work->migrate->start + (first << PAGE_SHIFT);
	u64 *pmd = cpt_pmd(vma->vm_mm, addr, NULL);
	spinlock_t *ptl;
	u64 done = 0;
	u64 *pte = pmd ? cpt_pte_lock(vma->vm_mm, pmd, addr, &ptl) : NULL;

	if (!pte)
		return 0;
	for (unsigned long i = first; i < end; i++, pte++, addr += PAGE_SIZE) {
		struct page *page = migrate_page(work->src[i]);
		struct page *to = is_moved(work, i) ? migrate_page(work->dst[i]) : page;

		if (!page || PageCompound(to) || !is_only_entry(page, *pte))
			continue;
		rmap_restore_pte(vma, addr, pte, (struct folio *)to);
		done |= 1ull << (i - first);
	}
	spin_unlock(ptl);
	return done;
}

static void finalize_page(struct work *work, unsigned long i, struct page *page,
			  struct folio *target, bool is_mapped)
{
	struct folio *folio = page_folio(page);
	bool moves = is_moved(work, i);

	if (!moves) {
		if (target)
			drop_target(target, work->fault_folio);
		target = folio;
	}
	migrate_unpin(folio);
	if (!migrate_is_device(&target->page))
		folio_add_lru(target);
	if (!is_mapped)
		remove_migration_ptes(folio, target, RMP_MAY_BE_GONE);
	if (folio != work->fault_folio)
		folio_unlock(folio);
	folio_put(folio);
	if (target != folio)
		drop_target(target, work->fault_folio);
	work->moved += moves;
}

static void finalize_slot(struct work *work, unsigned long i, bool is_mapped)
{
	struct page *new_page = migrate_page(work->dst[i]);
	struct folio *target = new_page ? page_folio(new_page) : NULL;
	struct page *page = migrate_page(work->src[i]);

	if (page)
		finalize_page(work, i, page, target, is_mapped);
	else if (target)
		drop_target(target, work->fault_folio);
}

/* Where the group ends that a slot is the first of: within its table. */
static unsigned long group_end(const struct work *work, unsigned long i, unsigned long npages)
{
	unsigned long addr = work->migrate->start + (i << PAGE_SHIFT);
	unsigned long rest = CPT_PMD_PAGES - cpt_index(addr, 0);

	return i + min3(GROUP_SLOTS + 0ul, rest, npages - i);
}

static void finalize(struct work *work, unsigned long npages)
{
	bool has_groups = work->migrate && npages >= GROUP_FROM;
	unsigned long end;

	for (unsigned long first = 0; first < npages; first = end) {
		u64 done = 0;

		end = first + 1;
		if (has_groups) {
			end = group_end(work, first, npages);
			done = map_group(work, first, end);
		}
		for (unsigned long i = first; i < end; i++)
			finalize_slot(work, i, done >> (i - first) & 1);
	}
	sim_event(MIGRATE_FINALIZE, npages, work->moved);
}

void migrate_device_finalize(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	struct work work = { .src = src_pfns, .dst = dst_pfns };

	finalize(&work, npages);
}
EXPORT_SYMBOL(migrate_device_finalize);

void migrate_vma_finalize(struct migrate_vma *migrate)
{
	struct work work = {
		.src = migrate->src,
		.dst = migrate->dst,
		.migrate = migrate,
		.fault_folio = migrate->fault_page ? page_folio(migrate->fault_page) : NULL,
	};

	finalize(&work, migrate->npages);
}
EXPORT_SYMBOL(migrate_vma_finalize);
