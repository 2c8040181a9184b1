/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Address spaces: making and dropping them, their areas, and what system calls do with both. Every
 * function of this header that ends in a system call's name takes and drops mmap_lock by itself,
 * acts on @mm as if one of its threads had called, and returns 0 or a negative errno as the call
 * does.
 *
 * DOC: Vocabulary
 *
 * area  a struct vm_area_struct.
 *
 * DOC: Not modelled
 *
 * Limits of a process, executable mappings, guard pages, locked memory, stack growth, userfaultfd,
 * huge pages of hugetlbfs (an area may be marked VM_HUGETLB, and is refused where it matters). A
 * lock of one area alone: where v7.0 takes that for MADV_DONTNEED and MADV_FREE, it is mmap_lock
 * for reading. mremap() moves tables of PTEs whole, not tables of PMDs. Dirty pages of files lose
 * their map count before the flush, not after it: nobody writes them back in between.
 *
 * DOC: Source
 *
 * mm/mmap.c, vma.c, mremap.c, mprotect.c, madvise.c, memory.c, kernel/fork.c, v7.0.
 */
#ifndef MM_MMAN_H
#define MM_MMAN_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/sched/mm.h>
#include "mm/cpt.h"
#include "mm/tlb.h"

/* mms of the world. */
extern const struct sim_layer sim_layer_mm;

/**
 * struct mm_state - of sim_layer_mm
 * @mms: alive, by mm_struct.sim_node
 * @mm_count: mms made in this run
 */
struct mm_state {
	struct list_head mms;
	unsigned int mm_count;
};

static inline struct mm_state *mm_state(void)
{
	return sim_world->slot[SIM_SLOT_MM];
}

/** mm_create - an empty address space with one user; NULL without memory */
struct mm_struct *mm_create(void);

#define SIM_MAP_SHARED BIT(0)
/* Where exactly; what was there goes. Without: a hint, else the lowest gap from 1 GiB on. */
#define SIM_MAP_FIXED BIT(1)

/**
 * sim_mmap - map memory
 * @mm: where
 * @addr: page aligned, 0 for anywhere
 * @bytes: not 0; rounded up to pages
 * @prot: VM_READ, VM_WRITE, VM_EXEC
 * @flags: SIM_MAP_*, and VM_* bits that a driver's mmap would set: VM_IO, VM_PFNMAP, VM_MIXEDMAP,
 *	VM_HUGETLB, VM_DONTCOPY, VM_DONTEXPAND; they do not overlap
 * @align_bytes: alignment of the address found, a power of two, 0 for a page
 * @file: NULL for anonymous memory (with SIM_MAP_SHARED: a new shmem file of its own)
 * @pgoff: in pages
 * @out: set to the address
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int sim_mmap(struct mm_struct *mm, unsigned long addr, size_t bytes, unsigned long prot,
	     unsigned long flags, size_t align_bytes, struct file *file, unsigned long pgoff,
	     unsigned long *out);
int sim_munmap(struct mm_struct *mm, unsigned long addr, size_t bytes);
int sim_mprotect(struct mm_struct *mm, unsigned long addr, size_t bytes, unsigned long prot);

#define SIM_MREMAP_MAYMOVE 1
#define SIM_MREMAP_FIXED 2
#define SIM_MREMAP_DONTUNMAP 4
int sim_mremap(struct mm_struct *mm, unsigned long addr, size_t old_bytes, size_t new_bytes,
	       unsigned long flags, unsigned long new_addr, unsigned long *out);

/* The kernel's numbers. */
#define MADV_NORMAL 0
#define MADV_DONTNEED 4
#define MADV_FREE 8
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
#define MADV_HUGEPAGE 14
#define MADV_NOHUGEPAGE 15
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#define MADV_COLLAPSE 25
int sim_madvise(struct mm_struct *mm, unsigned long addr, size_t bytes, int behavior);
/* A copy of @mm with copy-on-write; *@out has one user. 0, -ENOMEM. */
int sim_fork(struct mm_struct *mm, struct mm_struct **out);

/* Inside lib/mm. mmap_lock as said. */

/* vma.c: tree of areas. */
struct vm_area_struct *vma_first(const struct mm_struct *mm);
struct vm_area_struct *vma_next(const struct vm_area_struct *vma);
struct vm_area_struct *vma_prev(const struct vm_area_struct *vma);
/* Cuts an area in two at @addr; write-locked. 0 or -ENOMEM. */
int vma_split_at(struct vm_area_struct *vma, unsigned long addr);

/*
 * zap.c: makes every entry of a range of one area none, dropping what it held: rss, rmap,
 * references (device-private at once under the page-table lock, others through @tlb). The notifier
 * range is the caller's.
 */
void zap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start,
	       unsigned long end);
/* Raises MMU_NOTIFY_CLEAR, gathers and zaps: what truncation and MADV_DONTNEED do. */
void zap_page_range_single(struct vm_area_struct *vma, unsigned long start, unsigned long bytes);

/* protect.c: also NUMA hinting. */
#define MM_CP_PROT_NUMA BIT(0)
/* Returns the number of entries changed; raises MMU_NOTIFY_PROTECTION_VMA as the kernel does. */
long change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       unsigned int cp_flags);

static inline void mm_rss_add(struct mm_struct *mm, int member, long value)
{
	atomic_long_add(value, &mm->rss_stat[member]);
}

/* Which counter a folio is in. */
int mm_counter(const struct folio *folio);

/* The protection that entries of an area get: CPT_PRESENT, CPT_PROTNONE, CPT_WRITE. */
u64 vma_entry_flags(const struct vm_area_struct *vma);

#endif
