/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory that is moved: machines with swap and nodes, pages with contents, and on a device. */
#ifndef UNIT_MOVE_FIXTURE_H
#define UNIT_MOVE_FIXTURE_H

#include <linux/errno.h>
#include <linux/memremap.h>
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "mm/move_internal.h"
#include "mm/rmap.h"

#define PMD_PAGES 512ul
#define ADDR(page) (BASE + (page) * PAGE_SIZE)
#define BYTES(pages) ((pages) * PAGE_SIZE)

struct move_setup {
	struct svmsim_world *world;
	struct mm_struct *mm;
};

/* Two nodes, 16 MiB of swap; an area of @pages that may be written. */
static inline struct move_setup move_setup(unsigned long pages, u32 thp_orders)
{
	const struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 64ull << 20, .cpu_count = 1 },
			  { .ram_bytes = 64ull << 20, .cpu_count = 1 } },
		.swap_bytes = 16ull << 20,
		.thp_always = thp_orders,
	};
	struct move_setup setup = { .world = fault_world(&machine) };

	setup.mm = mm_create();
	ktest_assert_non_null(setup.mm);
	map_at(setup.mm, 0, pages, RW);
	return setup;
}

static inline void move_end(struct move_setup *setup)
{
	mm_end(setup->world, setup->mm);
	ktest_assert_u64_equal(move_state()->swap.used, 0);
}

/* What fill() writes to a page: never zero. */
static inline u8 value_of(unsigned long page)
{
	return (u8)(page * 6 + 1);
}

static inline void fill(struct mm_struct *mm, unsigned long first, unsigned long count)
{
	for (unsigned long page = first; page < first + count; page++)
		write_at(mm, page, value_of(page));
	lru_add_drain_all();
	ranges_clear();
}

static inline void assert_filled(struct mm_struct *mm, unsigned long first, unsigned long count)
{
	for (unsigned long page = first; page < first + count; page++) {
		ktest_context("page %lu", page);
		ktest_assert_u64_equal(read_at(mm, page), value_of(page));
	}
}

/* A device whose pages are mapped by hand, and that only notes what it is asked. */
struct move_device {
	unsigned int freed;
	unsigned int to_ram;
	unsigned int splits;
	unsigned int split_ends;
	struct dev_pagemap pgmap;
};

static struct move_device move_device;

static inline void device_folio_free(struct folio *folio)
{
	move_device.freed++;
}

/* Gives back a page of RAM that is zero but for what a test looks at. */
static inline vm_fault_t device_to_ram(struct vm_fault *vmf)
{
	struct folio *dst = folio_alloc(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, 0);
	struct folio *src = page_folio(vmf->page);
	u64 value = vmf->page->private;

	if (!dst)
		return VM_FAULT_OOM;
	move_device.to_ram++;
	folio_lock(dst);
	try_to_migrate(src, 0);
	/* The fault has a reference, too. */
	if (folio_migrate_mapping(NULL, dst, src, 0)) {
		remove_migration_ptes(src, src, 0);
		folio_unlock(dst);
		folio_put(dst);
		return VM_FAULT_SIGBUS;
	}
	folio_set_uptodate(dst);
	sim_phys_set(sim_world, PFN_PHYS(folio_pfn(dst)) + 5, (u8)value, 1);
	folio_add_lru(dst);
	remove_migration_ptes(src, dst, 0);
	folio_unlock(dst);
	folio_put(dst);
	return 0;
}

static inline void device_folio_split(struct folio *head, struct folio *tail)
{
	ktest_assert_int_equal(folio_ref_count(head), 0);
	if (!tail) {
		move_device.split_ends++;
		return;
	}
	ktest_assert_int_equal(folio_ref_count(tail), 0);
	tail->pgmap = head->pgmap;
	folio_set_zone_device_data(tail, NULL);
	move_device.splits++;
}

static const struct dev_pagemap_ops move_device_ops = {
	.folio_free = device_folio_free,
	.migrate_to_ram = device_to_ram,
	.folio_split = device_folio_split,
};

#define DEVICE_START (1ull << 38)

static inline void device_make(void)
{
	move_device = (struct move_device){
		.pgmap = {
			.type = MEMORY_DEVICE_PRIVATE,
			.ops = &move_device_ops,
			.owner = &move_device,
			.nr_range = 1,
			.range = { DEVICE_START, DEVICE_START + (128ull << 20) - 1 },
		},
	};
	ktest_assert_false(IS_ERR(memremap_pages(&move_device.pgmap, 0)));
}

/* A locked folio of the device with one reference. */
static inline struct folio *device_folio(unsigned long index, unsigned int order)
{
	struct folio *folio = (struct folio *)pfn_to_page(PHYS_PFN(DEVICE_START) + index);

	zone_device_folio_init(folio, &move_device.pgmap, order);
	return folio;
}

/* Maps a page of the device where nothing is mapped; write-protected on demand. */
static inline struct folio *device_map(struct mm_struct *mm, unsigned long page,
				       unsigned long index, bool write)
{
	struct vm_area_struct *vma;
	struct folio *folio;

	mmap_read_lock(mm);
	folio = device_folio(index, 0);
	vma = vma_lookup(mm, ADDR(page));
	ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	folio_add_new_anon_rmap(folio, vma, ADDR(page), RMAP_EXCLUSIVE);
	folio_set_swapbacked(folio);
	folio->page.private = value_of(page);
	mm_rss_add(mm, MM_ANONPAGES, 1);
	set_entry_at(mm, page,
		     cpt_make_soft(write ? CPT_DEVICE_PRIVATE_WRITE : CPT_DEVICE_PRIVATE_READ,
				   folio_pfn(folio), 0));
	folio_unlock(folio);
	mmap_read_unlock(mm);
	return folio;
}

/* The same for 2 MiB. */
static inline struct folio *device_map_huge(struct mm_struct *mm, unsigned long page,
					    unsigned long index)
{
	struct vm_area_struct *vma;
	struct folio *folio;
	struct page *table;
	u64 *pmd;

	mmap_read_lock(mm);
	folio = device_folio(index, CPT_PMD_ORDER);
	vma = vma_lookup(mm, ADDR(page));
	ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	folio_add_new_anon_rmap(folio, vma, ADDR(page), RMAP_EXCLUSIVE);
	folio_set_swapbacked(folio);
	mm_rss_add(mm, MM_ANONPAGES, PMD_PAGES);
	pmd = cpt_pmd_alloc(mm, ADDR(page));
	table = cpt_table_alloc(mm);
	cpt_deposit(mm, pmd, table);
	cpt_set(mm, ADDR(page), pmd, 1,
		cpt_make_soft(CPT_DEVICE_PRIVATE_WRITE, folio_pfn(folio), 0));
	folio_unlock(folio);
	mmap_read_unlock(mm);
	return folio;
}

#endif
