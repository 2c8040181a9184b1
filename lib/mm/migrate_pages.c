/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The middle of a migration: a new page becomes what the old one is, and new pages fill holes. Page
 * tables change for holes only.
 */
#include "kernel/event.h"
#include "mm/migrate_internal.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include <linux/export.h>
#include <linux/minmax.h>

/**
 * struct work - one call
 * @src: entries
 * @dst: entries
 * @npages: slots
 * @migrate: the request, NULL when there is no area
 * @has_thp: large folios can be migrated as a whole (v6.19)
 * @range: open while @is_open, from the first hole on
 * @is_open: see @range
 * @moved: slots that got their new page
 */
struct work {
	unsigned long *src;
	unsigned long *dst;
	unsigned long npages;
	struct migrate_vma *migrate;
	bool has_thp;
	struct mmu_notifier_range range;
	bool is_open;
	unsigned long moved;
};

static unsigned long address_of(const struct work *work, unsigned long i)
{
	return work->migrate->start + (i << PAGE_SHIFT);
}

/* A kernel of before that fix reaches through a page that is not there. */
static void miss_destination(void)
{
	if (sim_has_quirk(SVMSIM_QUIRK_MIGRATE_MISSING_DST))
		BUG();
}

static void fill_slot(struct work *work, unsigned long i)
{
	if (!(work->dst[i] & MIGRATE_PFN_VALID)) {
		miss_destination();
		work->src[i] &= ~MIGRATE_PFN_MIGRATE;
		return;
	}
	migrate_insert_page(work->migrate, i);
	work->moved += !!(work->src[i] & MIGRATE_PFN_MIGRATE);
}

/* Return: slots dealt with. */
static unsigned long fill_hole(struct work *work, unsigned long i)
{
	struct migrate_vma *migrate = work->migrate;
	unsigned long nr = 1;

	if (!(work->src[i] & MIGRATE_PFN_MIGRATE))
		return 1;
	BUG_ON(!migrate);
	if (!work->is_open) {
		work->is_open = true;
		mmu_notifier_range_init_owner(&work->range, MMU_NOTIFY_MIGRATE, 0,
					      migrate->vma->vm_mm, address_of(work, i),
					      migrate->end, migrate->pgmap_owner);
		mmu_notifier_invalidate_range_start(&work->range);
	}
	if (work->src[i] & MIGRATE_PFN_COMPOUND && !(work->dst[i] & MIGRATE_PFN_COMPOUND)) {
		work->src[i] &= ~MIGRATE_PFN_COMPOUND;
		nr = min(CPT_PMD_PAGES + 0ul, work->npages - i);
	}
	for (unsigned long j = i; j < i + nr; j++) {
		work->src[j] |= MIGRATE_PFN_MIGRATE;
		fill_slot(work, j);
	}
	return nr;
}

/* Splits a PMD that is a migration entry of the folio, in any mm. */
static bool split_entry(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			void *arg)
{
	u64 *pmd = cpt_pmd(vma->vm_mm, addr, NULL);
	u64 entry = pmd ? cpt_get(pmd) : 0;

	if (cpt_is_migration(entry) && cpt_pfn(entry) == folio_pfn(folio))
		split_huge_pmd(vma, pmd, addr);
	return true;
}

/*
 * Makes a collected large folio small ones, each in a slot of its own. The kernel splits the
 * entries of the request's mm alone, and so maps a small folio by the PMDs of others.
 * Return: false when somebody has a reference on it.
 */
static bool split_source(struct work *work, unsigned long i, struct folio *folio)
{
	struct rmap_walk_control control = { .rmap_one = split_entry };
	unsigned long entry = work->src[i] & ~MIGRATE_PFN_COMPOUND;
	unsigned long nr = min(folio_nr_pages(folio), work->npages - i);

	split_entry(folio, work->migrate->vma, address_of(work, i), NULL);
	rmap_walk(folio, &control);
	if (folio_split_unmapped(folio, 0))
		return false;
	for (unsigned long j = 0; j < nr; j++) {
		work->src[i + j] = entry + (j << MIGRATE_PFN_SHIFT);
		if (!(work->dst[i + j] & MIGRATE_PFN_VALID))
			miss_destination();
	}
	return true;
}

/* Makes the sizes of both sides the same. Return: whether the page is to be looked at further. */
static bool match_sizes(struct work *work, unsigned long i, struct folio *folio)
{
	unsigned long src = work->src[i];
	bool wants_large = work->dst[i] & MIGRATE_PFN_COMPOUND;

	if (!(src & MIGRATE_PFN_MIGRATE) || !(src & MIGRATE_PFN_COMPOUND) == !wants_large)
		return true;
	if (wants_large) {
		/* Refused, but what the folio is gets copied all the same. */
		work->src[i] &= ~MIGRATE_PFN_MIGRATE;
		return true;
	}
	if (work->migrate && split_source(work, i, folio))
		return true;
	work->src[i] &= ~(MIGRATE_PFN_MIGRATE | MIGRATE_PFN_COMPOUND);
	return false;
}

/* Whether a page can become one of the destination's kind; takes it out of the swap cache. */
static bool is_fit_for(struct folio *folio, const struct folio *target)
{
	if (!migrate_is_device(&target->page))
		return true;
	if (!folio_is_device_private(target) && !folio_is_device_coherent(target))
		return false;
	return !migrate_has_mapping(folio) ||
	       (folio_test_anon(folio) && folio_free_swap(folio));
}

/*
 * What goes wrong when a folio that has just left the swap cache is moved as if it were in there:
 * it loses a reference for it, the new one gets one.
 */
static void move_stale_reference(struct folio *target, struct folio *folio)
{
	folio_ref_add(target, folio_nr_pages(folio));
	folio_ref_sub(folio, folio_nr_pages(folio));
}

static void move_page(struct work *work, unsigned long i, struct page *page, struct page *new_page)
{
	struct folio *folio = page_folio(page), *target = page_folio(new_page);
	bool was_in_swap = folio_test_swapcache(folio);
	struct address_space *mapping;
	int extra;

	if (work->has_thp && !match_sizes(work, i, folio))
		return;
	if (!is_fit_for(folio, target)) {
		work->src[i] &= ~MIGRATE_PFN_MIGRATE;
		return;
	}
	BUG_ON(folio_test_writeback(folio));
	mapping = folio_test_anon(folio) ? NULL : folio->mapping;
	extra = work->migrate && work->migrate->fault_page == page;
	migrate_maybe_pin(folio);
	if (folio_migrate_mapping(mapping, target, folio, extra)) {
		work->src[i] &= ~MIGRATE_PFN_MIGRATE;
		return;
	}
	if (unlikely(was_in_swap) && !folio_test_swapcache(folio) &&
	    !folio_test_swapcache(target) && sim_has_quirk(SVMSIM_QUIRK_MIGRATE_STALE_SWAP))
		move_stale_reference(target, folio);
	folio_migrate_flags(target, folio);
	work->moved += !!(work->src[i] & MIGRATE_PFN_MIGRATE);
}

static void do_pages(struct work *work)
{
	unsigned long nr;

	work->has_thp = sim_kernel_since(SIM_KERNEL_V6_19);
	for (unsigned long i = 0; i < work->npages; i += nr) {
		struct page *new_page = migrate_page(work->dst[i]);
		struct page *page = migrate_page(work->src[i]);

		nr = 1;
		if (!new_page)
			work->src[i] &= ~MIGRATE_PFN_MIGRATE;
		else if (!page)
			nr = fill_hole(work, i);
		else
			move_page(work, i, page, new_page);
	}
	if (work->is_open)
		mmu_notifier_invalidate_range_end(&work->range);
	sim_event(MIGRATE_PAGES, work->npages, work->moved);
}

void migrate_device_pages(unsigned long *src_pfns, unsigned long *dst_pfns, unsigned long npages)
{
	struct work work = { .src = src_pfns, .dst = dst_pfns, .npages = npages };

	do_pages(&work);
}
EXPORT_SYMBOL(migrate_device_pages);

void migrate_vma_pages(struct migrate_vma *migrate)
{
	struct work work = {
		.src = migrate->src,
		.dst = migrate->dst,
		.npages = migrate->npages,
		.migrate = migrate,
	};

	do_pages(&work);
}
EXPORT_SYMBOL(migrate_vma_pages);
