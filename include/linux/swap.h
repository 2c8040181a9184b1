/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The LRU as code above the page cache sees it. */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/types.h>

/* fidelity: same */
#define SWAP_CLUSTER_MAX 32UL

/*
 * fidelity: simplified: one inactive and one active list for each node and for anonymous and file
 * pages; no generations, no control groups, no pages that are locked into memory
 */
void folio_add_lru(struct folio *folio);
void folio_mark_accessed(struct folio *folio);
void mark_page_accessed(struct page *page);
void lru_add_drain(void);
void lru_add_drain_cpu(int cpu);
void lru_add_drain_all(void);

/* fidelity: simplified: one small device without clusters; places are the kernel's offsets */
bool folio_free_swap(struct folio *folio);

#endif
