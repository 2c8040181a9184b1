/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Folios put into the page tables of real areas by hand, as a fault or a migration would; and a
 * slow look at every table for what maps a folio.
 */
#ifndef UNIT_ENTRIES_FIXTURE_H
#define UNIT_ENTRIES_FIXTURE_H

#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "device_memory_fixture.h"
#include "mm/fault.h"
#include "mm/mman_internal.h"

#define BASE 0x40000000ul
#define AT(page) (BASE + (page) * PAGE_SIZE)
#define USED (CPT_ACCESSED | CPT_DIRTY)

/* A world with a device's memory; also one where nothing needs it. */
struct entries {
	struct svmsim_world *world;
	struct dev_pagemap *pgmap;
	unsigned long device_pfn;
	struct mm_watch watch;
	/* Where no layer of faults says which page frames are zero pages. */
	struct fault_state zero;
	/* CLEAR ranges announced, and the last one. */
	unsigned int starts, ends;
	struct mmu_notifier_range range;
	unsigned int bad_refs;
	const char *what;
};

static __maybe_unused void entries_start(void *ctx, const struct mmu_notifier_range *range)
{
	struct entries *e = ctx;

	e->starts++;
	e->range = *range;
}

static __maybe_unused void entries_end(void *ctx, const struct mmu_notifier_range *range)
{
	((struct entries *)ctx)->ends++;
}

static __maybe_unused void entries_bad_ref(void *ctx, unsigned long pfn, const char *what)
{
	struct entries *e = ctx;

	e->bad_refs++;
	e->what = what;
}

static __maybe_unused void entries_make(struct entries *e, uint32_t quirks)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 64 << 20, .cpu_count = 2 } },
		.preempt = SVMSIM_PREEMPT_FULL,
		.quirks = quirks,
		.swap_bytes = 1 << 20,
	};
	const u64 start = 0x200000000ull;

	*e = (struct entries){ .device_pfn = start >> PAGE_SHIFT };
	freed_count = 0;
	e->world = mm_world(&machine);
	if (!fault_state())
		e->world->slot[SIM_SLOT_FAULT] = &e->zero;
	e->pgmap = kmalloc(sizeof(*e->pgmap), GFP_KERNEL);
	*e->pgmap = private_map(start, 16 << 20);
	ktest_assert_false(IS_ERR(memremap_pages(e->pgmap, 0)));
	e->watch = (struct mm_watch){ .ctx = e,
				      .range_start = entries_start,
				      .range_end = entries_end,
				      .bad_ref = entries_bad_ref };
	sim_phys_set_watch(e->world, &e->watch);
}

/* All mms are gone: nothing of theirs may be left. */
static __maybe_unused void entries_done(struct entries *e)
{
	ktest_assert_int_equal(e->bad_refs, 0);
	ktest_assert_int_equal(e->starts, e->ends);
	sim_phys_set_watch(e->world, NULL);
	memunmap_pages(e->pgmap);
	kfree(e->pgmap);
	assert_all_free(e->world);
}

static __maybe_unused struct vm_area_struct *area_at(struct mm_struct *mm, unsigned long page,
						     unsigned long pages)
{
	struct vm_area_struct *vma;
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(mm, AT(page), pages * PAGE_SIZE, VM_READ | VM_WRITE,
					SIM_MAP_FIXED, 0, NULL, 0, &addr), 0);
	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	mmap_read_unlock(mm);
	return vma;
}

static __maybe_unused u64 *pte_at(struct mm_struct *mm, unsigned long addr)
{
	u64 *pmd = cpt_pmd_alloc(mm, addr);

	ktest_assert_non_null(pmd);
	ktest_assert_int_equal(cpt_pte_alloc(mm, addr, pmd), 0);
	return cpt_pte(pmd, addr);
}

static __maybe_unused u64 entry_at(struct mm_struct *mm, unsigned long addr)
{
	struct cpt_hit hit;

	return cpt_lookup(mm, addr, &hit) ? hit.entry : 0;
}

static __maybe_unused u64 present(const struct folio *folio, unsigned int index)
{
	return cpt_make_leaf(folio_pfn(folio) + index, CPT_PRESENT | CPT_WRITE | USED);
}

/* What an entry for a folio of either kind looks like when it is writable. */
static __maybe_unused u64 writable(const struct folio *folio, unsigned int index)
{
	if (folio_is_device_private(folio))
		return cpt_make_soft(CPT_DEVICE_PRIVATE_WRITE, folio_pfn(folio) + index, 0);
	return present(folio, index);
}

/* A new folio by PTEs from @addr on; the references are those of the entries. */
static __maybe_unused struct folio *map_folio(struct vm_area_struct *vma, unsigned long addr,
					      struct folio *folio)
{
	const unsigned int nr_pages = folio_nr_pages(folio);

	for (unsigned int i = 0; i < nr_pages; i++)
		cpt_set(vma->vm_mm, addr + i * PAGE_SIZE, pte_at(vma->vm_mm, addr + i * PAGE_SIZE),
			0, writable(folio, i));
	folio_ref_add(folio, nr_pages - 1);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	mm_rss_add(vma->vm_mm, MM_ANONPAGES, nr_pages);
	return folio;
}

static __maybe_unused struct folio *map_ram(struct vm_area_struct *vma, unsigned long addr,
					    unsigned int order)
{
	return map_folio(vma, addr, folio_alloc(GFP_KERNEL, order));
}

/* The folio is as a driver has it before it maps it: unlocked here. */
static __maybe_unused struct folio *device_folio(struct entries *e, unsigned int index,
						 unsigned int order)
{
	struct folio *folio = pfn_folio(e->device_pfn + index);

	zone_device_folio_init(folio, e->pgmap, order);
	folio_unlock(folio);
	return folio;
}

/* A PMD-sized folio by its PMD, with the table that has to lie beside it. */
static __maybe_unused struct folio *map_huge(struct vm_area_struct *vma, unsigned long addr,
					     struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 *pmd = cpt_pmd_alloc(mm, addr);
	u64 entry = writable(folio, 0);

	ktest_assert_non_null(pmd);
	cpt_deposit(mm, pmd, cpt_table_alloc(mm));
	cpt_set(mm, addr, pmd, 1, cpt_present(entry) ? entry | CPT_HUGE : entry);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	mm_rss_add(mm, MM_ANONPAGES, CPT_PMD_PAGES);
	return folio;
}

/* What fork() does to one area, here for areas whose folios are all in PTEs or PMD leaves. */
static __maybe_unused struct vm_area_struct *fork_area(struct mm_struct *child,
						       struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = vm_area_dup(vma);

	ktest_assert_non_null(copy);
	copy->vm_mm = child;
	mmap_write_lock(vma->vm_mm);
	ktest_assert_int_equal(anon_vma_fork(copy, vma), 0);
	mmap_write_lock_nested(child, 1);
	vma_tree_insert(child, copy);
	mmap_write_unlock(child);
	mmap_write_unlock(vma->vm_mm);
	return copy;
}

static __maybe_unused u64 without_write(u64 entry)
{
	if (cpt_is_device_private(entry))
		return cpt_make_soft(CPT_DEVICE_PRIVATE_READ, cpt_pfn(entry), 0);
	return entry & ~CPT_WRITE;
}

/* The entry of @from at @addr is also @to's, both read-only. */
static __maybe_unused int share_entry(struct vm_area_struct *to, struct vm_area_struct *from,
				      unsigned long addr)
{
	struct page *page;
	struct cpt_hit hit;
	struct folio *folio;
	int err;

	ktest_assert_true(cpt_lookup(from->vm_mm, addr, &hit));
	page = pfn_to_page(cpt_pfn(hit.entry));
	folio = page_folio(page);
	err = folio_try_dup_anon_rmap(folio, page, hit.level ? CPT_PMD_PAGES : 1, to, from,
				      hit.level ? RMAP_LEVEL_PMD : RMAP_LEVEL_PTE);
	if (err)
		return err;
	folio_get(folio);
	cpt_set(from->vm_mm, addr, hit.slot, hit.level, without_write(hit.entry));
	if (hit.level) {
		u64 *pmd = cpt_pmd_alloc(to->vm_mm, addr);

		cpt_deposit(to->vm_mm, pmd, cpt_table_alloc(to->vm_mm));
		cpt_set(to->vm_mm, addr, pmd, 1, without_write(hit.entry));
	} else {
		cpt_set(to->vm_mm, addr, pte_at(to->vm_mm, addr), 0, without_write(hit.entry));
	}
	mm_rss_add(to->vm_mm, MM_ANONPAGES, hit.level ? CPT_PMD_PAGES : 1);
	return 0;
}

/* Migration without anything in between, to @dst which has one reference. */
static __maybe_unused void move_mappings(struct folio *src, struct folio *dst)
{
	dst->mapping = src->mapping;
	dst->index = src->index;
	folio_set_swapbacked(dst);
	if (folio_test_dirty(src))
		folio_set_dirty(dst);
	remove_migration_ptes(src, dst, 0);
}

#endif
