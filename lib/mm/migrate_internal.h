/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Migration with a driver's help, split as its users see it: collecting what an area maps
 * (migrate_collect.c, migrate_collect_pmd.c), unmapping it and looking for pins, and the same for
 * page frames without an area (migrate_device.c), moving what a page is (migrate_pages.c), filling
 * holes (migrate_insert.c), and mapping the outcome (migrate_finalize.c).
 *
 * DOC: Vocabulary
 *
 * slot   an index of the arrays; each stands for a page of 4 KiB.
 * entry  what a slot of src or dst holds.
 * hole   an entry without a page that may be migrated all the same: the driver brings a new page.
 * chunk  the part of the range that one PMD covers.
 * pin    a reference that nobody accounts for.
 *
 * DOC: Locking
 *
 * The caller holds mmap_lock from migrate_vma_setup() to migrate_vma_finalize(). Inside: the mmu
 * notifier's range, a page table's lock, and then folio locks by trylock only. To split a folio the
 * page table's lock is dropped and the folio's is waited for.
 *
 * DOC: Not modelled
 *
 * Charges to memory control groups, DAX, hugetlb, PTE tables that are freed while an area is
 * walked.
 *
 * DOC: Source
 *
 * mm/migrate_device.c, v6.12 to v7.3.
 */
#ifndef MM_MIGRATE_INTERNAL_H
#define MM_MIGRATE_INTERNAL_H

#include <linux/migrate.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include "kernel/inject.h"
#include "kernel/version.h"
#include "mm/cpt.h"
#include "mm/phys_internal.h"

/* migrate_pfn_to_page() and the like without a call: one for each slot adds up. */
static inline struct page *migrate_page(unsigned long entry)
{
	return entry & MIGRATE_PFN_VALID ? phys_page(phys_state(), entry >> MIGRATE_PFN_SHIFT) :
					   NULL;
}

static inline unsigned long migrate_page_to_pfn(const struct page *page)
{
	return phys_pfn(phys_state(), page);
}

static inline bool migrate_is_device(const struct page *page)
{
	if (page->flags.f & (1UL << SIM_PG_ZONE_DEVICE))
		return true;
	return !phys_chunk(phys_state(), migrate_page_to_pfn(page)) && is_zone_device_page(page);
}

extern const struct sim_fault_kind sim_fault_folio_lock, sim_fault_page_pin;

/**
 * struct collect - the state of collecting what an area maps
 * @migrate: the request; its npages is the next slot
 * @vma: area
 * @mm: whose
 * @fault_folio: of the page that a CPU fault is about, locked by that fault; NULL for none
 * @has_thp: large folios can be migrated as a whole (v6.19)
 * @device_is_dirty: entries of device memory pass for dirty ones (up to v7.0)
 * @must_flush: present entries were changed and are not flushed as a range yet
 * @is_open: a bracket of tlb_change_begin() is open
 */
struct collect {
	struct migrate_vma *migrate;
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	struct folio *fault_folio;
	bool has_thp;
	bool device_is_dirty;
	bool must_flush;
	bool is_open;
};

enum collect_next {
	COLLECT_DONE,
	COLLECT_RETRY,
	COLLECT_PTES,
};

/* Fills the next slot. */
static __always_inline void collect_slot(struct collect *collect, unsigned long entry)
{
	struct migrate_vma *migrate = collect->migrate;

	migrate->dst[migrate->npages] = 0;
	migrate->src[migrate->npages++] = entry;
}

/** collect_skip - nothing of a part of the range migrates */
void collect_skip(struct collect *collect, unsigned long start, unsigned long end);
/**
 * collect_hole - a part of the range for which there is no table, or an empty one
 * @collect: state
 * @start: first address
 * @end: end
 */
void collect_hole(struct collect *collect, unsigned long start, unsigned long end);
/**
 * collect_huge - a chunk whose PMD is no table
 * @collect: state
 * @pmd: its slot
 * @start: first address of the range in the chunk
 * @end: end of the range in the chunk
 *
 * Context: no page-table lock held.
 * Return: what to do with the chunk: nothing any more, look again, or go through its PTEs.
 */
enum collect_next collect_huge(struct collect *collect, u64 *pmd, unsigned long start,
			       unsigned long end);
/**
 * migrate_collect - fill src of a request from what its area maps
 * @migrate: checked request; npages and cpages are 0
 *
 * Within a range of MMU_NOTIFY_MIGRATE. Afterwards the pages found are locked and referenced, and
 * this area maps them no more.
 */
void migrate_collect(struct migrate_vma *migrate);
/**
 * migrate_unmap - take collected folios off the LRU, unmap them everywhere, refuse pinned ones
 * @src: entries
 * @npages: slots
 * @fault_page: as in struct migrate_vma
 *
 * Models: migrate_device_unmap().
 * Return: entries that still migrate: holes too, a large folio once.
 */
unsigned long migrate_unmap(unsigned long *src, unsigned long npages, struct page *fault_page);
/**
 * migrate_insert_page - map a new page into a hole
 * @migrate: request
 * @slot: the hole's
 *
 * Failure clears the entry's MIGRATE. The mmu notifier's range is open.
 */
void migrate_insert_page(struct migrate_vma *migrate, unsigned long slot);
/**
 * migrate_device_coherent_folio - bring a small folio of coherent device memory to RAM
 * @folio: the caller's reference is consumed
 *
 * Return: 0, -EBUSY.
 */
int migrate_device_coherent_folio(struct folio *folio);

/*
 * An injected pin is a reference that this bit of a folio's flags stands for, so that whoever ends
 * the migration of the folio, on whatever path, can take it away again. The bit is one of those
 * that the kernel has for zone and node.
 */
#define MIGRATE_PIN (1ul << 38)

static inline void migrate_pin(struct folio *folio)
{
	if (folio->flags.f & MIGRATE_PIN)
		return;
	folio_get(folio);
	folio->flags.f |= MIGRATE_PIN;
}

static inline void migrate_unpin(struct folio *folio)
{
	if (likely(!(folio->flags.f & MIGRATE_PIN)))
		return;
	folio->flags.f &= ~MIGRATE_PIN;
	folio_put(folio);
}

/* Lets a pin arrive where the plan of the run says so. */
#define migrate_maybe_pin(folio)                                                                   \
	do {                                                                                       \
		if (sim_inject(&sim_fault_page_pin,                                                \
			       SIM_SITE(SIM_POINT_FAIL, "page_pin", #folio)))                      \
			migrate_pin(folio);                                                        \
	} while (0)
/* A trylock of a folio that may be contended, where the plan of the run says so. */
#define migrate_trylock(folio)                                                                     \
	(!sim_inject(&sim_fault_folio_lock, SIM_SITE(SIM_POINT_FAIL, "folio_lock", #folio)) &&     \
	 folio_trylock(folio))

/* Whether a folio is in the page cache or the swap cache: folio_mapping() != NULL. */
static inline bool migrate_has_mapping(const struct folio *folio)
{
	return folio_test_swapcache(folio) || (folio->mapping && !folio_test_anon(folio));
}

#endif
