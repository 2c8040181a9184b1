/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a system call does to entries and whom it tells. Pages of device memory are put into an
 * address space by hand; a notifier writes down what it hears, in pages from BASE on.
 */
#ifndef UNIT_MM_OPS_FIXTURE_H
#define UNIT_MM_OPS_FIXTURE_H

#include <linux/align.h>
#include <linux/mmu_notifier.h>
#include "device_memory_fixture.h"
#include "mm/fault.h"
#include "mm/mman_internal.h"
#include "mman_fixture.h"

#define DEVICE_START (1ull << 39)

static struct dev_pagemap device_map;
static char heard[512];
static int heard_length;
static unsigned long next_device_page;

static int hear_start(struct mmu_notifier *subscription, const struct mmu_notifier_range *range)
{
	static const char *const names[] = { "unmap", "clear", "protect-vma", "protect-page" };
	const char *name = range->event < 4 ? names[range->event] : "other";
	const char *comma = heard_length ? ", " : "";

	if (range->end == ~0ul)
		heard_length += scnprintf(heard + heard_length, sizeof(heard) - heard_length,
					  "%s%s %ld-", comma, name, (long)range->start);
	else
		heard_length += scnprintf(heard + heard_length, sizeof(heard) - heard_length,
					  "%s%s %ld-%ld", comma, name,
					  (long)(range->start - BASE) >> PAGE_SHIFT,
					  (long)(range->end - BASE) >> PAGE_SHIFT);
	return 0;
}

static void hear_release(struct mmu_notifier *subscription, struct mm_struct *mm)
{
	heard_length += scnprintf(heard + heard_length, sizeof(heard) - heard_length, "%srelease",
				  heard_length ? ", " : "");
}

static const struct mmu_notifier_ops hearing = { .invalidate_range_start = hear_start,
						 .release = hear_release };
static struct mmu_notifier listener;

static __maybe_unused void listen(struct mm_struct *mm)
{
	heard_length = 0;
	heard[0] = '\0';
	listener.ops = &hearing;
	ktest_assert_int_equal(mmu_notifier_register(&listener, mm), 0);
}

/* What was heard since the last time that this was asked. */
#define assert_heard(expected)                                 \
	do {                                                   \
		heard[heard_length] = '\0';                    \
		ktest_assert_string_equal(heard, expected);    \
		heard_length = 0;                              \
		heard[0] = '\0';                               \
	} while (0)

static __maybe_unused struct svmsim_world *ops_world(void)
{
	struct svmsim_world *world = device_memory_world(0);

	next_device_page = 0;
	device_map = private_map(DEVICE_START, MEMORY_BYTES);
	ktest_assert_false(IS_ERR(memremap_pages(&device_map, 0)));
	return world;
}

static __maybe_unused void ops_world_end(struct svmsim_world *world, struct mm_struct *mm)
{
	if (mm)
		mmput(mm);
	memunmap_pages(&device_map);
	lru_add_drain_all();
	assert_all_free(world);
}

static __maybe_unused unsigned long at_page(unsigned long page)
{
	return BASE + page * PAGE_SIZE;
}

static __maybe_unused u64 entry_at(struct mm_struct *mm, unsigned long page)
{
	struct cpt_hit hit;

	cpt_lookup(mm, at_page(page), &hit);
	return hit.entry;
}

/* A new folio of the device, as if a driver had migrated what was at a page to it. */
static __maybe_unused struct folio *put_private(struct mm_struct *mm, unsigned long page,
						unsigned int order, bool write)
{
	enum cpt_soft soft = write ? CPT_DEVICE_PRIVATE_WRITE : CPT_DEVICE_PRIVATE_READ;
	unsigned long pfn, addr = at_page(page);
	struct vm_area_struct *vma;
	struct folio *folio;
	u64 *pmd;

	next_device_page = ALIGN(next_device_page, 1ul << order);
	pfn = PHYS_PFN(DEVICE_START) + next_device_page;
	next_device_page += 1ul << order;
	mmap_write_lock(mm);
	vma = vma_lookup(mm, addr);
	ktest_assert_int_equal(anon_vma_prepare(vma), 0);
	folio = (struct folio *)pfn_to_page(pfn);
	zone_device_folio_init(folio, &device_map, order);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	folio_unlock(folio);
	pmd = cpt_pmd_alloc(mm, addr);
	if (order) {
		cpt_deposit(mm, pmd, cpt_table_alloc(mm));
		cpt_set(mm, addr, pmd, 1, cpt_make_soft(soft, pfn, 0));
	} else {
		ktest_assert_int_equal(cpt_pte_alloc(mm, addr, pmd), 0);
		cpt_set(mm, addr, cpt_pte(pmd, addr), 0, cpt_make_soft(soft, pfn, 0));
	}
	mm_rss_add(mm, MM_ANONPAGES, 1l << order);
	mmap_write_unlock(mm);
	return folio;
}

static __maybe_unused void write_byte(struct mm_struct *mm, unsigned long page, u8 value)
{
	ktest_assert_int_equal(sim_cpu_write(mm, at_page(page), &value, 1), 0);
}

static __maybe_unused u8 read_byte(struct mm_struct *mm, unsigned long page)
{
	u8 value = 0xee;

	ktest_assert_int_equal(sim_cpu_read(mm, at_page(page), &value, 1), 0);
	return value;
}

static __maybe_unused const char *soft_name(u64 entry)
{
	if (cpt_none(entry))
		return "none";
	if (cpt_present(entry))
		return cpt_protnone(entry) ? "protnone" : entry & CPT_WRITE ? "write" : "read";
	switch (cpt_soft(entry)) {
	case CPT_DEVICE_PRIVATE_READ:
		return "device-read";
	case CPT_DEVICE_PRIVATE_WRITE:
		return "device-write";
	case CPT_MIGRATION_READ:
		return "migration-read";
	case CPT_MIGRATION_READ_EXCLUSIVE:
		return "migration-exclusive";
	case CPT_MIGRATION_WRITE:
		return "migration-write";
	case CPT_SWAP:
		return "swap";
	default:
		return "other";
	}
}

#define assert_entry(mm, page, name) ktest_assert_string_equal(soft_name(entry_at(mm, page)), name)

static __maybe_unused long rss(struct mm_struct *mm)
{
	return atomic_long_read(&mm->rss_stat[MM_ANONPAGES]);
}

#endif
