/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A task's memory, entries of all kinds made by hand, and a toy driver with device memory of its
 * own: what the tests of migration start from.
 */
#ifndef UNIT_MIGRATE_FIXTURE_H
#define UNIT_MIGRATE_FIXTURE_H

#include <linux/array_size.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include "mm/fault.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include "mman_fixture.h"

#define TOY_BYTES (128ul << 20)
#define TOY_PAGES (TOY_BYTES >> PAGE_SHIFT)
#define MIG_PAGES 1536
#define HUGE (BASE + CPT_PMD_SIZE)

#define SELECT_SYSTEM MIGRATE_VMA_SELECT_SYSTEM
#define SELECT_DEVICE MIGRATE_VMA_SELECT_DEVICE_PRIVATE
#define SELECT_COHERENT MIGRATE_VMA_SELECT_DEVICE_COHERENT
#define SELECT_COMPOUND MIGRATE_VMA_SELECT_COMPOUND
#define V MIGRATE_PFN_VALID
#define M MIGRATE_PFN_MIGRATE
#define W MIGRATE_PFN_WRITE
#define C MIGRATE_PFN_COMPOUND

/* Drivers embed a pagemap, whose ranges have no fixed number, as in the kernel. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wgnu-variable-sized-type-not-at-end"
#endif

/**
 * struct toy - a device with memory
 * @pgmap: of its memory
 * @used: by page
 * @byte: the first byte of each page, all that the device remembers
 * @freed: folios that came back
 */
struct toy {
	struct dev_pagemap pgmap;
	bool used[TOY_PAGES];
	u8 byte[TOY_PAGES];
	unsigned int freed;
};

/**
 * struct mig - what a test has
 * @world: world
 * @mm: address space with the areas of the test
 * @vma: anonymous memory of 3 x 2 MiB at BASE
 * @own: the device that migrates; its pagemap's owner is itself
 * @other: another one
 * @coherent: one with coherent memory, owned by @own
 * @args: request
 * @src: its array
 * @dst: its array
 */
struct mig {
	struct svmsim_world *world;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct toy own;
	struct toy other;
	struct toy coherent;
	struct migrate_vma args;
	unsigned long src[MIG_PAGES + 1];
	unsigned long dst[MIG_PAGES + 1];
};

static struct mig mig;

static inline struct toy *toy_of(const struct page *page)
{
	return container_of(page_pgmap(page), struct toy, pgmap);
}

static inline unsigned long toy_index(const struct toy *toy, const struct page *page)
{
	return page_to_pfn(page) - PHYS_PFN(toy->pgmap.range.start);
}

static inline void toy_free(struct folio *folio)
{
	struct toy *toy = toy_of(&folio->page);
	unsigned long first = toy_index(toy, &folio->page);

	for (unsigned long i = 0; i < folio_nr_pages(folio); i++) {
		ktest_assert_true(toy->used[first + i]);
		toy->used[first + i] = false;
	}
	toy->freed++;
}

/* What the device's copy engine does, to and from RAM. */
static inline void toy_copy(struct page *to, struct page *from)
{
	u8 byte = 0;

	if (is_device_private_page(from))
		byte = toy_of(from)->byte[toy_index(toy_of(from), from)];
	else
		sim_phys_read(sim_world, page_to_phys(from), &byte, 1);
	if (is_device_private_page(to))
		toy_of(to)->byte[toy_index(toy_of(to), to)] = byte;
	else
		sim_phys_write(sim_world, page_to_phys(to), &byte, 1);
}

/* The driver's side of a CPU fault: the one page goes home. */
static inline vm_fault_t toy_to_ram(struct vm_fault *vmf)
{
	unsigned long addr = vmf->address & PAGE_MASK, src, dst = 0;
	struct migrate_vma args = {
		.vma = vmf->vma,
		.start = addr,
		.end = addr + PAGE_SIZE,
		.src = &src,
		.dst = &dst,
		.pgmap_owner = page_pgmap(vmf->page)->owner,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
	};
	struct page *page;

	if (migrate_vma_setup(&args))
		return VM_FAULT_SIGBUS;
	page = src & MIGRATE_PFN_MIGRATE ? alloc_page(GFP_HIGHUSER_MOVABLE) : NULL;
	if (page) {
		lock_page(page);
		dst = migrate_pfn(page_to_pfn(page));
		toy_copy(page, migrate_pfn_to_page(src));
	}
	migrate_vma_pages(&args);
	migrate_vma_finalize(&args);
	return 0;
}

static const struct dev_pagemap_ops toy_ops = {
	.folio_free = toy_free,
	.migrate_to_ram = toy_to_ram,
};

static inline void toy_make(struct toy *toy, unsigned int number, enum memory_type type,
			    void *owner)
{
	u64 start = (1ull << 38) + number * TOY_BYTES;

	memset(toy, 0, sizeof(*toy));
	toy->pgmap.type = type;
	toy->pgmap.ops = &toy_ops;
	toy->pgmap.owner = owner;
	toy->pgmap.nr_range = 1;
	toy->pgmap.range = (struct range){ .start = start, .end = start + TOY_BYTES - 1 };
	if (type != MEMORY_DEVICE_PRIVATE)
		sim_phys_window_add(mig.world, start, TOY_BYTES);
	ktest_assert_false(IS_ERR(memremap_pages(&toy->pgmap, 0)));
}

/* A folio as a driver has it for dst: locked, one reference. */
static inline struct folio *toy_alloc(struct toy *toy, unsigned int order)
{
	unsigned long nr = 1ul << order;

	for (unsigned long first = 0; first < TOY_PAGES; first += nr) {
		unsigned long i = 0;

		while (i < nr && !toy->used[first + i])
			i++;
		if (i == nr) {
			unsigned long pfn = PHYS_PFN(toy->pgmap.range.start) + first;
			/* What folio the page was part of before is of no interest. */
			struct folio *folio = (struct folio *)pfn_to_page(pfn);

			memset(toy->used + first, true, nr);
			zone_device_folio_init(folio, &toy->pgmap, order);
			return folio;
		}
	}
	ktest_fail("the device is full");
}

static inline unsigned long toy_used(const struct toy *toy)
{
	unsigned long count = 0;

	for (unsigned long i = 0; i < TOY_PAGES; i++)
		count += toy->used[i];
	return count;
}

/* What a notifier heard: "MIGRATE:own[0,4) CLEAR[1,2)", in pages from BASE on. */
static char mig_heard[512];

static inline int mig_hear(struct mmu_notifier *subscription,
			   const struct mmu_notifier_range *range)
{
	static const char *const names[] = {
		[MMU_NOTIFY_CLEAR] = "CLEAR",
		[MMU_NOTIFY_MIGRATE] = "MIGRATE",
	};
	size_t at = strlen(mig_heard);
	const char *owner = "";

	if (range->event >= ARRAY_SIZE(names) || !names[range->event])
		return 0;
	if (range->event == MMU_NOTIFY_MIGRATE)
		owner = range->owner == &mig.own ? ":own" : ":?";
	snprintf(mig_heard + at, sizeof(mig_heard) - at, "%s%s%s[%ld,%ld)", at ? " " : "",
		 names[range->event], owner, (long)(range->start - BASE) >> PAGE_SHIFT,
		 (long)(range->end - BASE) >> PAGE_SHIFT);
	return 0;
}

static const struct mmu_notifier_ops mig_notifier_ops = { .invalidate_range_start = mig_hear };
static struct mmu_notifier mig_notifier = { .ops = &mig_notifier_ops };

/* Forgets what was heard so far. */
static inline void mig_listen(void)
{
	mig_heard[0] = '\0';
}

static inline void mig_make_as(const char *kernel, u32 quirks)
{
	struct svmsim_machine machine = { .node_count = 1,
					  .node = { { .ram_bytes = 64ull << 20, .cpu_count = 2 } },
					  .swap_bytes = 1 << 20,
					  .quirks = quirks };

	if (kernel)
		strscpy(machine.kernel, kernel);
	memset(&mig, 0, sizeof(mig));
	mig.world = mm_world(&machine);
	toy_make(&mig.own, 0, MEMORY_DEVICE_PRIVATE, &mig.own);
	toy_make(&mig.other, 1, MEMORY_DEVICE_PRIVATE, &mig.other);
	toy_make(&mig.coherent, 2, MEMORY_DEVICE_COHERENT, &mig.own);
	mig.mm = mm_create();
	map_at(mig.mm, 0, MIG_PAGES, RW);
	ktest_assert_int_equal(mmu_notifier_register(&mig_notifier, mig.mm), 0);
	mmap_read_lock(mig.mm);
	mig.vma = vma_lookup(mig.mm, BASE);
	ktest_assert_int_equal(anon_vma_prepare(mig.vma), 0);
}

static inline void mig_make(void)
{
	mig_make_as(NULL, 0);
}

/* Whatever was migrated, where it is now belongs to nobody in the end. */
static inline void mig_end(void)
{
	mmap_read_unlock(mig.mm);
	mmu_notifier_unregister(&mig_notifier, mig.mm);
	mmput(mig.mm);
	ktest_assert_u64_equal(toy_used(&mig.own), 0);
	ktest_assert_u64_equal(toy_used(&mig.other), 0);
	ktest_assert_u64_equal(toy_used(&mig.coherent), 0);
	memunmap_pages(&mig.own.pgmap);
	memunmap_pages(&mig.other.pgmap);
	memunmap_pages(&mig.coherent.pgmap);
	ktest_world_drop(mig.world);
}

/* The request for pages from BASE on. */
static inline struct migrate_vma *mig_args(unsigned long start, unsigned long npages,
					   unsigned long flags)
{
	memset(mig.src, 0x5a, sizeof(mig.src));
	memset(mig.dst, 0x5a, sizeof(mig.dst));
	mig.args = (struct migrate_vma){
		.vma = mig.vma,
		.start = start,
		.end = start + npages * PAGE_SIZE,
		.src = mig.src,
		.dst = mig.dst,
		.pgmap_owner = &mig.own,
		.flags = flags,
	};
	return &mig.args;
}

static inline void mig_setup(unsigned long start, unsigned long npages, unsigned long flags)
{
	ktest_assert_int_equal(migrate_vma_setup(mig_args(start, npages, flags)), 0);
}

/* Ends a request that migrates nothing. */
static inline void mig_undo(void)
{
	migrate_vma_pages(&mig.args);
	migrate_vma_finalize(&mig.args);
}

static inline u64 mig_entry(unsigned long addr)
{
	struct cpt_hit hit;

	return cpt_lookup(mig.mm, addr, &hit) ? hit.entry : 0;
}

/* Entries by hand. */

static inline u64 *mig_pmd(unsigned long addr)
{
	u64 *pmd = cpt_pmd_alloc(mig.mm, addr);

	ktest_assert_non_null(pmd);
	return pmd;
}

static inline void mig_set(unsigned long addr, u64 entry)
{
	u64 *pmd = mig_pmd(addr);
	spinlock_t *ptl;
	u64 *pte;

	ktest_assert_int_equal(cpt_pte_alloc(mig.mm, addr, pmd), 0);
	pte = cpt_pte_lock(mig.mm, pmd, addr, &ptl);
	ktest_assert_non_null(pte);
	cpt_set(mig.mm, addr, pte, 0, entry);
	spin_unlock(ptl);
}

static inline void mig_set_huge(unsigned long addr, u64 entry)
{
	struct page *table = cpt_table_alloc(mig.mm);
	u64 *pmd = mig_pmd(addr);
	spinlock_t *ptl;

	ktest_assert_true(table && cpt_none(*pmd));
	ptl = cpt_pmd_lock(mig.mm, pmd);
	cpt_deposit(mig.mm, pmd, table);
	cpt_set(mig.mm, addr, pmd, 1, entry);
	spin_unlock(ptl);
}

/* Maps a new folio as a fault would; small entries unless it is of PMD order. */
static inline void mig_map(struct folio *folio, unsigned long addr, u64 leaf, enum cpt_soft soft)
{
	unsigned long nr = folio_nr_pages(folio);

	folio_set_uptodate(folio);
	folio_add_new_anon_rmap(folio, mig.vma, addr, RMAP_EXCLUSIVE);
	mm_rss_add(mig.mm, MM_ANONPAGES, nr);
	if (nr < CPT_PMD_PAGES)
		folio_ref_add(folio, nr - 1);
	for (unsigned long i = 0; i < nr; i++) {
		unsigned long pfn = folio_pfn(folio) + i;
		u64 entry = soft ? cpt_make_soft(soft, pfn, leaf) : cpt_make_leaf(pfn, leaf);

		if (nr == CPT_PMD_PAGES) {
			mig_set_huge(addr, soft ? entry : entry | CPT_HUGE);
			break;
		}
		mig_set(addr + i * PAGE_SIZE, entry);
	}
}

#define LEAF_RW (CPT_PRESENT | CPT_WRITE | CPT_ACCESSED | CPT_DIRTY)
#define LEAF_RO (CPT_PRESENT | CPT_ACCESSED)

static inline struct folio *mig_ram(unsigned long addr, unsigned int order, u64 leaf)
{
	struct folio *folio = folio_alloc(GFP_HIGHUSER_MOVABLE, order);
	u8 mark = addr >> PAGE_SHIFT;

	ktest_assert_non_null(folio);
	if (order)
		folio_set_large_rmappable(folio);
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++, mark++)
		sim_phys_write(mig.world, PFN_PHYS(folio_pfn(folio) + i), &mark, 1);
	mig_map(folio, addr, leaf, CPT_SOFT_NONE);
	folio_add_lru(folio);
	return folio;
}

static inline struct folio *mig_device(struct toy *toy, unsigned long addr, unsigned int order,
				       bool may_write)
{
	struct folio *folio = toy_alloc(toy, order);

	mig_map(folio, addr, 0, may_write ? CPT_DEVICE_PRIVATE_WRITE : CPT_DEVICE_PRIVATE_READ);
	folio_unlock(folio);
	return folio;
}

/* A small page of the device for each slot that migrates. */
static inline void mig_dst_small(void)
{
	for (unsigned long i = 0; i < mig.args.npages; i++)
		if (mig.src[i] & M)
			mig.dst[i] = migrate_pfn(folio_pfn(toy_alloc(&mig.own, 0)));
}

#endif
