/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The gather: what was unmapped is freed when no TLB knows it any more. */
#include "mm/move.h"
#include "mm/tlb.h"

static void forget_range(struct mmu_gather *tlb)
{
	tlb->start = ~0ul;
	tlb->end = 0;
}

static void gather_init(struct mmu_gather *tlb, struct mm_struct *mm, bool fullmm)
{
	tlb->mm = mm;
	tlb->fullmm = fullmm;
	tlb->count = 0;
	forget_range(tlb);
	tlb_change_begin(mm);
}

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm)
{
	gather_init(tlb, mm, false);
}

void tlb_gather_mmu_fullmm(struct mmu_gather *tlb, struct mm_struct *mm)
{
	gather_init(tlb, mm, true);
}

void tlb_remove_tlb_entry(struct mmu_gather *tlb, unsigned long addr, unsigned long bytes)
{
	if (addr < tlb->start)
		tlb->start = addr;
	if (addr + bytes > tlb->end)
		tlb->end = addr + bytes;
}

bool tlb_is_full(const struct mmu_gather *tlb)
{
	return tlb->count == TLB_GATHER_PAGES;
}

void tlb_remove_folio(struct mmu_gather *tlb, struct folio *folio, unsigned int refs)
{
	if (unlikely(tlb_is_full(tlb)))
		tlb_flush_mmu(tlb);
	/* Pages of a large folio come one after the other. */
	if (tlb->count && tlb->folio[tlb->count - 1] == folio) {
		tlb->refs[tlb->count - 1] += refs;
		return;
	}
	tlb->folio[tlb->count] = folio;
	tlb->refs[tlb->count++] = refs;
}

void tlb_flush_mmu(struct mmu_gather *tlb)
{
	if (tlb->end) {
		if (tlb->fullmm)
			flush_tlb_mm(tlb->mm);
		else
			flush_tlb_mm_range(tlb->mm, tlb->start, tlb->end);
		forget_range(tlb);
	}
	for (unsigned int i = 0; i < tlb->count; i++) {
		free_swap_cache(tlb->folio[i]);
		folio_put_refs(tlb->folio[i], tlb->refs[i]);
	}
	tlb->count = 0;
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	/*
	 * Another gather of the same mm may have made entries none that this one found so: it has
	 * not flushed them, but this one's caller relies on it. So all of the mm goes.
	 */
	if (tlb->mm->tlb_flush_pending.counter > 1) {
		tlb->fullmm = true;
		tlb->end = CPT_ADDRESS_END;
	}
	tlb_flush_mmu(tlb);
	tlb_change_end(tlb->mm);
}
