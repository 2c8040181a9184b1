/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What moves pages of RAM without being asked by their owner: the LRU with its per-CPU batches,
 * reclaim with a swap device, compaction, NUMA balancing, splitting and collapsing of large folios.
 * Each is called as an action; none runs by itself, but an allocation may reclaim where its flags
 * allow.
 *
 * DOC: LRU
 *
 * folio_add_lru() puts a folio, with a reference, into a batch of the running CPU; it gets on the
 * list when the batch is full or drained. Isolating takes it off with a reference.
 *
 * DOC: Source
 *
 * mm/swap.c, vmscan.c, swap_state.c, swapfile.c, compaction.c, migrate.c, mprotect.c,
 * huge_memory.c, khugepaged.c, v7.0.
 */
#ifndef MM_MOVE_H
#define MM_MOVE_H

#include <linux/mm.h>
#include <linux/swap.h>
#include "mm/cpt.h"

extern const struct sim_layer sim_layer_move;

/*
 * Gives back what batches of the LRU hold, and what only the swap cache keeps because somebody had
 * its lock when the last entry went. No leaks, so whoever looks for leaks does this first.
 */
void move_settle(struct svmsim_world *world);

/* lru.c, besides what linux/swap.h has. Takes it off its list, with a reference. */
bool folio_isolate_lru(struct folio *folio);
/* Puts it back, and drops that reference. */
void folio_putback_lru(struct folio *folio);
/* A folio that is freed leaves its list. */
void lru_folio_freed(struct folio *folio);

/*
 * swap.c: places of the swap device count from 1. The cache holds a reference for each page of a
 * folio that is in it; folio->swap.val is the place of the first. Alloc: the folio is locked; 0 or
 * -ENOMEM.
 */
int folio_alloc_swap(struct folio *folio);
/*
 * Before a reference that may be the last besides the cache's is dropped: takes a folio that
 * nothing maps out of the cache, unless somebody has its lock.
 */
void free_swap_cache(struct folio *folio);
/* One more, one less entry refers to a place. */
void swap_dup(unsigned long place);
void swap_put(unsigned long place);
/* The folio of the swap cache at a place with a reference, NULL when it must be read. */
struct folio *swap_cache_get(unsigned long place);
/*
 * A folio of the cache at that place, locked and with a reference; read into a new one when there
 * is none. ERR_PTR(-ENOMEM), or ERR_PTR(-ENOENT): nothing refers to the place any more, look at
 * the entry again.
 */
struct folio *swap_read(unsigned long place, struct vm_area_struct *vma, unsigned long addr);

/*
 * migrate.c: both folios locked, the old one not mapped. 0, or -EAGAIN unless the caller has
 * exactly 1 + @extra_count references besides those of caches and page tables. Then flags, or
 * contents and flags.
 */
int folio_migrate_mapping(struct address_space *mapping, struct folio *newfolio,
			  struct folio *folio, int extra_count);
void folio_migrate_flags(struct folio *newfolio, struct folio *folio);
void folio_migrate_copy(struct folio *newfolio, struct folio *folio);
int folio_expected_ref_count(const struct folio *folio);
/* Moves one isolated folio elsewhere: 0, -EAGAIN, -ENOMEM, -EBUSY; it stays isolated on error. */
int migrate_folio_to(struct folio *folio, int nid);

/* folio_split.c; split_folio() as in the kernel: locked, one reference of the caller. */
int split_folio(struct folio *folio);
int folio_split_unmapped(struct folio *folio, unsigned int new_order);
int split_huge_page_to_order(struct page *page, unsigned int new_order);

/*
 * reclaim_node.c: for an allocation that found nothing on node @nid, nor on others if it may use
 * them. Pages freed.
 */
unsigned long reclaim_for_alloc(int nid, gfp_t gfp, unsigned int order);

/* Actions on the pages of a range of an mm; each returns how many pages it moved, or an errno. */
long sim_reclaim(struct mm_struct *mm, unsigned long addr, size_t bytes);
long sim_compact(struct mm_struct *mm, unsigned long addr, size_t bytes);
/* Marks the range for NUMA hinting (protnone); the next fault on another node migrates. */
long sim_numa_scan(struct mm_struct *mm, unsigned long addr, size_t bytes);
/* Migrates to a node at once: move_pages(). */
long sim_move_pages(struct mm_struct *mm, unsigned long addr, size_t bytes, int nid);
long sim_split(struct mm_struct *mm, unsigned long addr, size_t bytes, unsigned int new_order);
/* MADV_COLLAPSE; with @khugepaged its rules (max_ptes_none, max_ptes_swap) instead. */
long sim_collapse(struct mm_struct *mm, unsigned long addr, size_t bytes, bool khugepaged);
/* The OOM reaper takes what it can get of a whole mm, without blocking. */
int sim_oom_reap(struct mm_struct *mm);

#endif
