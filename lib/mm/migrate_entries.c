/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Migration entries: put in the place of what maps a folio, and replaced by what maps its heir. */
#include "kernel/version.h"
#include "mm/fault.h"
#include "mm/mman.h"
#include "mm/rmap_internal.h"
#include <linux/bug.h>
#include <linux/mmu_notifier.h>
#include <linux/string.h>

/*
 * What v7.0 makes of a device-private PMD: it reads the bits of a present one. What stands where
 * the right to write would be is whether the entry is soft-dirty.
 */
static u64 misread_device_pmd(u64 old)
{
	enum cpt_soft soft = old & CPT_SOFT_DIRTY ? CPT_DEVICE_PRIVATE_WRITE :
						    CPT_DEVICE_PRIVATE_READ;

	return cpt_make_soft(soft, cpt_pfn(old), old & (CPT_SOFT_DIRTY | CPT_UFFD_WP));
}

int set_pmd_migration_entry(struct vm_area_struct *vma, unsigned long addr, u64 *pmd,
			    struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = &folio->page;
	bool is_exclusive;
	u64 old = *pmd;

	if (cpt_present(old))
		rmap_pmd_invalidate(vma, addr, pmd);
	is_exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	/* With the entry gone no new pin can come from it: only now the count says the truth. */
	if (is_exclusive &&
	    folio_try_share_anon_rmap(folio, page, CPT_PMD_PAGES, RMAP_LEVEL_PMD)) {
		cpt_set(mm, addr, pmd, 1, old);
		return -EBUSY;
	}
	if (cpt_present(old) && (old & CPT_DIRTY))
		folio_set_dirty(folio);
	if (cpt_is_device_private(old) && sim_has_quirk(SVMSIM_QUIRK_DEVICE_PMD_READ_ONLY))
		old = misread_device_pmd(old);
	cpt_set(mm, addr, pmd, 1, rmap_migration_entry(old, page_to_pfn(page), is_exclusive));
	folio_remove_rmap(folio, page, CPT_PMD_PAGES, vma, RMAP_LEVEL_PMD);
	folio_put(folio);
	return 0;
}

/* One PTE; false when the folio may be pinned: the entry is back then. */
static bool migrate_pte(struct rmap_entries *at)
{
	struct vm_area_struct *vma = at->vma;
	struct folio *folio = at->folio;
	const unsigned long pfn = cpt_pfn(*at->pte);
	struct page *page = folio_page(folio, pfn - folio_pfn(folio));
	const bool is_exclusive = folio_test_anon(folio) && PageAnonExclusive(page);
	u64 old = *at->pte;

	/* A CPU that still has the translation could write after the copy was made. */
	if (cpt_present(old))
		cpt_clear_flush(vma, at->address, at->pte, 0);
	else
		cpt_set(vma->vm_mm, at->address, at->pte, 0, 0);
	if (cpt_present(old) && (old & CPT_DIRTY))
		folio_set_dirty(folio);
	if (is_exclusive && folio_try_share_anon_rmap(folio, page, 1, RMAP_LEVEL_PTE)) {
		cpt_set(vma->vm_mm, at->address, at->pte, 0, old);
		return false;
	}
	cpt_set(vma->vm_mm, at->address, at->pte, 0,
		rmap_migration_entry(old, pfn, is_exclusive));
	folio_remove_rmap(folio, page, 1, vma, RMAP_LEVEL_PTE);
	folio_put(folio);
	return true;
}

/* What shows at @at; false ends the walk of all areas. */
static bool migrate_entry(struct rmap_entries *at, unsigned int *flags)
{
	if (at->pte)
		return migrate_pte(at);
	if (*flags & TTU_SPLIT_HUGE_PMD) {
		split_huge_pmd_locked(at->vma, at->pmd, at->address, true);
		*flags &= ~TTU_SPLIT_HUGE_PMD;
		/* PTEs of a folio that may be pinned are no migration entries: they show next. */
		rmap_entries_restart(at);
		return true;
	}
	return !set_pmd_migration_entry(at->vma, at->address, at->pmd, at->folio);
}

static bool migrate_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			void *arg)
{
	unsigned int flags = *(const unsigned int *)arg;
	struct rmap_entries at = {
		.folio = folio,
		.vma = vma,
		.address = addr,
		.flags = flags & TTU_SYNC ? RMAP_ENTRIES_SYNC : 0,
	};
	struct mmu_notifier_range range;
	bool go_on = true;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, vma->vm_mm, addr,
				rmap_vma_end(folio, vma));
	mmu_notifier_invalidate_range_start(&range);
	while (go_on && rmap_entries_next(&at))
		go_on = migrate_entry(&at, &flags);
	rmap_entries_stop(&at);
	mmu_notifier_invalidate_range_end(&range);
	return go_on;
}

static bool is_unmapped(struct folio *folio)
{
	return !folio_mapped(folio);
}

void try_to_migrate(struct folio *folio, unsigned int flags)
{
	struct rmap_walk_control control = {
		.arg = &flags,
		.rmap_one = migrate_one,
		.done = is_unmapped,
		.only_mapped = true,
		.locked = flags & TTU_RMAP_LOCKED,
	};

	if (WARN_ON_ONCE(flags &
			 ~(TTU_RMAP_LOCKED | TTU_SPLIT_HUGE_PMD | TTU_SYNC | TTU_BATCH_FLUSH)))
		return;
	if (folio_is_zone_device(folio) && !folio_is_device_private(folio) &&
	    !folio_is_device_coherent(folio))
		return;
	rmap_walk(folio, &control);
}

/**
 * struct restore - how migration entries are replaced
 * @src: the folio that they name
 * @use_zeropage: the zero page may take the place of one that holds nothing but zeros
 */
struct restore {
	struct folio *src;
	bool use_zeropage;
};

/* What replaces a migration entry, but for the device's page: that has no present entry. */
static u64 restored_entry(const struct vm_area_struct *vma, const struct folio *folio,
			  unsigned long pfn, u64 old)
{
	u64 flags = vma_entry_flags(vma) | (old & CPT_SOFT_DIRTY);
	const bool is_write = cpt_soft(old) == CPT_MIGRATION_WRITE;

	if (unlikely(folio_is_device_private(folio)))
		return cpt_make_soft(is_write ? CPT_DEVICE_PRIVATE_WRITE : CPT_DEVICE_PRIVATE_READ,
				     pfn, old & (CPT_SOFT_DIRTY | CPT_UFFD_WP));
	if (is_write)
		flags |= CPT_WRITE;
	else
		flags |= old & CPT_UFFD_WP;
	if (old & CPT_SOFT_YOUNG)
		flags |= CPT_ACCESSED;
	/* A copy that was cleaned meanwhile stays clean. */
	if ((old & CPT_SOFT_WAS_DIRTY) && folio_test_dirty(folio))
		flags |= CPT_DIRTY;
	return cpt_make_leaf(pfn, flags);
}

static unsigned int restored_flags(u64 old)
{
	return cpt_soft(old) == CPT_MIGRATION_READ ? RMAP_NONE : RMAP_EXCLUSIVE;
}

static void restore_pmd(struct rmap_entries *at, struct folio *folio)
{
	const u64 old = *at->pmd;
	u64 entry = restored_entry(at->vma, folio, folio_pfn(folio), old);

	folio_get(folio);
	if (folio_test_anon(folio))
		folio_add_anon_rmap(folio, &folio->page, CPT_PMD_PAGES, at->vma, at->address,
				    RMAP_LEVEL_PMD, restored_flags(old));
	else
		folio_add_file_rmap(folio, &folio->page, CPT_PMD_PAGES, at->vma, RMAP_LEVEL_PMD);
	if (cpt_present(entry))
		entry |= CPT_HUGE;
	cpt_set(at->vma->vm_mm, at->address, at->pmd, 1, entry);
}

static bool is_zero_filled(const struct page *page)
{
	static const u8 zeros[256];
	phys_addr_t phys = page_to_phys(page);
	u8 part[sizeof(zeros)];

	for (unsigned int i = 0; i < PAGE_SIZE; i += sizeof(part)) {
		sim_phys_read(sim_world, phys + i, part, sizeof(part));
		if (memcmp(part, zeros, sizeof(part)))
			return false;
	}
	return true;
}

/* A page of a huge page that nobody ever wrote to: after the split it need not stay. */
static bool restore_as_zeropage(struct rmap_entries *at, const struct folio *folio)
{
	const u64 old = *at->pte;
	u64 flags;

	if (folio_test_large(folio) || (at->vma->vm_flags & VM_LOCKED) ||
	    !is_zero_filled(&folio->page))
		return false;
	flags = (vma_entry_flags(at->vma) & ~CPT_WRITE) | CPT_ACCESSED | CPT_SPECIAL |
		(old & (CPT_SOFT_DIRTY | CPT_UFFD_WP));
	cpt_set(at->vma->vm_mm, at->address, at->pte, 0,
		cpt_make_leaf(fault_state()->zero_pfn, flags));
	at->vma->vm_mm->rss_stat[rmap_rss(folio)].counter--;
	return true;
}

static void restore_pte(struct rmap_entries *at, struct folio *folio)
{
	const u64 old = *at->pte;
	struct page *page = &folio->page;

	if (folio_test_large(folio))
		page += rmap_index(at->vma, at->address) - at->folio->index;
	folio_get(folio);
	if (folio_test_anon(folio))
		folio_add_anon_rmap(folio, page, 1, at->vma, at->address, RMAP_LEVEL_PTE,
				    restored_flags(old));
	else
		folio_add_file_rmap(folio, page, 1, at->vma, RMAP_LEVEL_PTE);
	cpt_set(at->vma->vm_mm, at->address, at->pte, 0,
		restored_entry(at->vma, folio, page_to_pfn(page), old));
}

void rmap_restore_pte(struct vm_area_struct *vma, unsigned long addr, u64 *pte,
		      struct folio *folio)
{
	struct rmap_entries at = { .vma = vma, .address = addr, .pte = pte };

	restore_pte(&at, folio);
}

static bool restore_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			void *arg)
{
	const struct restore *restore = arg;
	struct rmap_entries at = {
		.folio = restore->src,
		.vma = vma,
		.address = addr,
		.flags = RMAP_ENTRIES_MIGRATION | RMAP_ENTRIES_SYNC,
	};

	while (rmap_entries_next(&at)) {
		if (!at.pte)
			restore_pmd(&at, folio);
		else if (!restore->use_zeropage || !restore_as_zeropage(&at, folio))
			restore_pte(&at, folio);
	}
	return true;
}

void remove_migration_ptes(struct folio *src, struct folio *dst, int flags)
{
	struct restore restore = {
		.src = src,
		.use_zeropage = flags & RMP_USE_SHARED_ZEROPAGE,
	};
	struct rmap_walk_control control = {
		.arg = &restore,
		.rmap_one = restore_one,
		.locked = flags & RMP_LOCKED,
		.may_be_gone = flags & RMP_MAY_BE_GONE,
	};

	SIM_ASSERT(src == dst || !restore.use_zeropage);
	rmap_walk(dst, &control);
}
