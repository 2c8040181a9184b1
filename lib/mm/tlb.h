/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The CPUs' TLBs, and the gather that frees what was unmapped only after they were flushed. Each
 * CPU has a small set-associative cache of (mm, page) to page frame and rights, for 4 KiB and
 * 2 MiB pages; it fills on an access and is never told of changes in a table but by a flush.
 *
 * DOC: Staleness
 *
 * Between a change of an entry and the flush that follows, other CPUs may use the old translation:
 * that is how hardware is. tlb_change_begin() and tlb_change_end() bracket what a caller does from
 * the first changed entry to its flush; an access through an entry that its page table no longer
 * justifies, while no such bracket of the mm is open, is what the `cpu-tlb-stale` oracle reports
 * (watch->tlb_hit). Bracket the change and the flush, not more.
 *
 * DOC: Source
 *
 * mm/mmu_gather.c, include/asm-generic/tlb.h, arch/x86/mm/tlb.c, v7.0, for order and effect.
 */
#ifndef MM_TLB_H
#define MM_TLB_H

#include <linux/mm.h>
#include "mm/cpt.h"

extern const struct sim_layer sim_layer_tlb;

/* Sets and ways of each CPU's TLB; tests use fewer of them (mm/tlb_internal.h). */
#define TLB_SETS 64
#define TLB_WAYS 4

/* A switch point, then every CPU that has used the mm forgets the range; end exclusive. */
void flush_tlb_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(struct mm_struct *mm);
static inline void flush_tlb_page(struct vm_area_struct *vma, unsigned long addr)
{
	flush_tlb_mm_range(vma->vm_mm, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

void tlb_change_begin(struct mm_struct *mm);
void tlb_change_end(struct mm_struct *mm);
/* Whether a change of the mm is under way whose flush is still to come. */
bool tlb_change_open(const struct mm_struct *mm);

/* Clear a leaf and flush it: ptep_clear_flush() and its PMD form. Returns the old entry. */
u64 cpt_clear_flush(struct vm_area_struct *vma, unsigned long addr, u64 *slot, unsigned int level);

#define TLB_GATHER_PAGES 512

/**
 * struct mmu_gather - pages that go once the TLBs have forgotten them
 * @mm: whose
 * @start: first address changed; @end behind the last
 * @end: see @start
 * @fullmm: the whole mm goes
 * @count: entries of @folio
 * @folio: one reference each is dropped @refs times after the flush
 * @refs: see @folio
 */
struct mmu_gather {
	struct mm_struct *mm;
	unsigned long start;
	unsigned long end;
	bool fullmm;
	unsigned int count;
	struct folio *folio[TLB_GATHER_PAGES];
	u16 refs[TLB_GATHER_PAGES];
};

/* On the caller's heap or stack; from gather to finish a change bracket is open. */
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm);
void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm);
/* An entry at @addr was cleared; remember to flush it. */
void tlb_remove_tlb_entry(struct mmu_gather *tlb, unsigned long addr, unsigned long bytes);
/* Drop a reference after the flush; may flush at once when full: no page-table lock held then. */
void tlb_remove_folio(struct mmu_gather *tlb, struct folio *folio, unsigned int refs);
/* Whether tlb_remove_folio() would have to flush: give up the lock, tlb_flush_mmu(), go on. */
bool tlb_is_full(const struct mmu_gather *tlb);
void tlb_flush_mmu(struct mmu_gather *tlb);
void tlb_finish_mmu(struct mmu_gather *tlb);

/**
 * struct tlb_entry - one cached translation
 * @mm_number: whose; 0 for none
 * @vpn: virtual page number, of the first page for a large one
 * @pfn: page frame
 * @order: 0 or CPT_PMD_ORDER
 * @writable: rights, as cached
 * @dirty: the entry's dirty bit was set when it was cached
 */
struct tlb_entry {
	u32 mm_number;
	u8 order;
	bool writable;
	bool dirty;
	u64 vpn;
	u64 pfn;
};

/* The running CPU's entry for an address that allows the access, NULL for none. */
const struct tlb_entry *tlb_find(const struct mm_struct *mm, unsigned long addr, bool write);
void tlb_fill(struct mm_struct *mm, unsigned long addr, u64 entry, unsigned int level);

#endif
