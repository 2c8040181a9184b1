/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the files of fault.h share. Each function is one step of handle_mm_fault(), called with
 * mmap_lock held and no page-table lock unless it says otherwise, and returns VM_FAULT_* bits. With
 * VM_FAULT_RETRY or VM_FAULT_COMPLETED mmap_lock is gone, but for FAULT_FLAG_RETRY_NOWAIT.
 */
#ifndef MM_FAULT_INTERNAL_H
#define MM_FAULT_INTERNAL_H

#include <linux/huge_mm.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/oom.h>
#include <linux/pagemap.h>
#include "kernel/version.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/folio.h"
#include "mm/mman.h"
#include "mm/move.h"
#include "mm/rmap.h"

/* What ends a step of a fault: the page was not mapped by it. */
#define FAULT_NOT_DONE (VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)

/* fault.c */
vm_fault_t handle_pte_fault(struct vm_fault *vmf);
/* The table that vmf->pte is in, locked; false when it is gone or the entry is not @entry. */
bool fault_lock_pte(struct vm_fault *vmf, u64 entry);
/* As folio_lock(), but may give up mmap_lock first and return VM_FAULT_RETRY. */
vm_fault_t folio_lock_or_retry(struct folio *folio, struct vm_fault *vmf);
/* fault_anon.c */
vm_fault_t do_anonymous_page(struct vm_fault *vmf);
/* fault_file.c */
vm_fault_t do_fault(struct vm_fault *vmf);
/* Puts vmf->page (or vmf->cow_page, for a write to a private area) where it belongs. */
vm_fault_t finish_fault(struct vm_fault *vmf);
/* Asks the file before its page, referenced and unlocked, is written to; locked on success. */
vm_fault_t do_page_mkwrite(struct vm_fault *vmf, struct folio *folio);
/* fault_swap.c: an entry that is neither none nor present */
vm_fault_t do_swap_page(struct vm_fault *vmf);
/* fault_numa.c */
vm_fault_t do_numa_page(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_numa_page(struct vm_fault *vmf);
/* cow.c: the lock of vmf->pte is held, and given back */
vm_fault_t do_wp_page(struct vm_fault *vmf);
/* Whether an entry could be writable: a write fault would only make it so. */
bool can_change_pte_writable(struct vm_area_struct *vma, unsigned long addr, u64 entry);
/* huge.c */
u32 thp_allowable_orders(const struct vm_area_struct *vma, u32 orders);
gfp_t vma_thp_gfp_mask(const struct vm_area_struct *vma);
vm_fault_t create_huge_pmd(struct vm_fault *vmf);
vm_fault_t wp_huge_pmd(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_device_private(struct vm_fault *vmf);
void huge_pmd_set_accessed(struct vm_fault *vmf);

/* Whether writes to the area are to copies of its own. */
static inline bool is_cow_mapping(unsigned long flags)
{
	return (flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
}

static inline pgoff_t fault_pgoff(const struct vm_area_struct *vma, unsigned long addr)
{
	return ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

/* What a new entry of the area starts with: private pages are not writable before COW is over. */
static inline u64 fault_entry_flags(const struct vm_area_struct *vma)
{
	u64 flags = vma_entry_flags(vma) | CPT_ACCESSED;

	return vma->vm_flags & VM_SHARED ? flags : flags & ~CPT_WRITE;
}

static inline u64 entry_mkdirty(u64 entry)
{
	return entry | CPT_DIRTY | CPT_SOFT_DIRTY;
}

static inline u64 entry_maybe_mkwrite(u64 entry, const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_WRITE ? entry | CPT_WRITE : entry;
}

/* An entry with the rights that the area gives now, everything else as it was: pte_modify(). */
static inline u64 entry_modify(u64 entry, const struct vm_area_struct *vma)
{
	u64 flags = vma_entry_flags(vma);

	if (!(vma->vm_flags & VM_SHARED))
		flags &= ~CPT_WRITE;
	return (entry & ~(CPT_PRESENT | CPT_PROTNONE | CPT_WRITE)) | flags;
}

/* A folio for a place in an area, near the running CPU. */
static inline struct folio *fault_alloc_folio(gfp_t gfp, unsigned int order)
{
	return folio_alloc(gfp, order);
}

static inline vm_fault_t vmf_anon_prepare(struct vm_fault *vmf)
{
	return anon_vma_prepare(vmf->vma) ? VM_FAULT_OOM : 0;
}

#endif
