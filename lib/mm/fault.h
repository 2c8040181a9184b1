/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What happens when something touches an address: page faults, and the accesses of the simulated
 * CPUs that cause them. A CPU looks into its TLB, else walks the table, sets accessed and dirty
 * bits, and where the entry does not allow the access it takes mmap_lock for reading and calls
 * handle_mm_fault(), as often as it takes.
 *
 * DOC: Not modelled
 *
 * Faults under a lock of the area alone (FAULT_FLAG_VMA_LOCK): every fault takes mmap_lock.
 *
 * DOC: Source
 *
 * mm/memory.c, huge_memory.c, gup.c, arch/x86/mm/fault.c, v7.0; facts in the order of operations.
 */
#ifndef MM_FAULT_H
#define MM_FAULT_H

#include <linux/mm.h>
#include "mm/cpt.h"
#include "mm/tlb.h"

/* Faults of one access after which it is given up as a livelock (-ELOOP). */
#define SIM_ACCESS_TRIES 1000

/**
 * sim_cpu_read - the running task's CPU reads memory of an mm
 * @mm: whose, with a user
 * @addr: any alignment
 * @buf: filled
 * @bytes: size; each page is reached in turn
 *
 * Context: no mmap_lock held, may sleep.
 * Return: 0; -EFAULT where a process would get SIGSEGV, -EIO for SIGBUS (a message tells where),
 * -ENOMEM when a fault could not get memory, -EHWPOISON, -ELOOP.
 */
int sim_cpu_read(struct mm_struct *mm, unsigned long addr, void *buf, size_t bytes);
/** sim_cpu_write - the CPU writes; see sim_cpu_read() */
int sim_cpu_write(struct mm_struct *mm, unsigned long addr, const void *buf, size_t bytes);

/* Orders of anonymous folios that a fault may use, as sysfs would say: bit n for order n. */
struct thp_settings {
	u32 anon_always;
	u32 anon_madvise;
	bool use_zero_page;
};

#define WALK_CACHE 64

/**
 * struct walk_cache - where a walk of the CPU ended, above PTEs
 * @addr: first address that the table covers
 * @changes: sim_phys.table_changes at that time
 * @table: of PTEs
 * @mm_number: whose; 0 for nothing
 */
struct walk_cache {
	unsigned long addr;
	u64 changes;
	const u64 *table;
	unsigned int mm_number;
};

/**
 * struct fault_state - of sim_layer_fault
 * @zero_pfn: page frame of the zero page; 0 before the first mm is made
 * @huge_zero_pfn: of the huge zero folio, 0 while there is none
 * @thp: settings of this run; PMD order by default "always" off: see svmsim/machine.h
 * @walks: by address
 */
struct fault_state {
	unsigned long zero_pfn;
	unsigned long huge_zero_pfn;
	struct thp_settings thp;
	struct walk_cache walks[WALK_CACHE];
};

extern const struct sim_layer sim_layer_fault;

/* Before the first mm: false without memory for the zero page. */
bool fault_make_zero_page(void);

static inline struct fault_state *fault_state(void)
{
	return sim_world->slot[SIM_SLOT_FAULT];
}

static inline bool is_zero_pfn(unsigned long pfn)
{
	return pfn == fault_state()->zero_pfn;
}

static inline bool is_huge_zero_pfn(unsigned long pfn)
{
	return pfn && pfn == fault_state()->huge_zero_pfn;
}

/* The page of a present PTE or PMD, NULL for special ones: vm_normal_page(). */
struct page *cpt_normal_page(const struct vm_area_struct *vma, unsigned long addr, u64 entry);

/* huge.c: whether a fault or migration may use a PMD here; thp_vma_suitable_order(). */
bool thp_vma_suitable_order(const struct vm_area_struct *vma, unsigned long addr, int order);
/* A reference on the huge zero folio, made on first use; NULL without memory. */
struct folio *mm_get_huge_zero_folio(struct mm_struct *mm);

/*
 * fault_swap.c: makes a device-exclusive entry present again. The locks of table and folio are
 * held, and notifiers were called.
 */
void restore_exclusive_pte(struct vm_area_struct *vma, unsigned long addr, u64 *pte);
/* gup.c: MADV_POPULATE_*; *@locked is 0 when a fault dropped mmap_lock. Pages, or an errno. */
long faultin_page_range(struct mm_struct *mm, unsigned long start, unsigned long end, bool write,
			int *locked);

#endif
