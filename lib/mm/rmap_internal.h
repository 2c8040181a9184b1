/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the files of rmap.h share. */
#ifndef MM_RMAP_INTERNAL_H
#define MM_RMAP_INTERNAL_H

#include <linux/fs.h>
#include <linux/interval_tree_generic.h>
#include "mm/rmap.h"

static inline unsigned long area_last(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

#define CHAIN_START(chain) ((chain)->vma->vm_pgoff)
#define CHAIN_LAST(chain) area_last((chain)->vma)
#define AREA_START(vma) ((vma)->vm_pgoff)

/* Memberships of areas, and the areas of a file, by the page offsets that they cover. */
INTERVAL_TREE_DEFINE(struct anon_vma_chain, rb, unsigned long, rb_subtree_last, CHAIN_START,
		     CHAIN_LAST, static inline, anon_chain)
INTERVAL_TREE_DEFINE(struct vm_area_struct, shared.rb, unsigned long, shared.rb_subtree_last,
		     AREA_START, area_last, static inline, file_area)

static inline struct anon_vma *rmap_anon_vma(const struct folio *folio)
{
	uintptr_t mapping = (uintptr_t)folio->mapping;

	return mapping & FOLIO_MAPPING_ANON ? (struct anon_vma *)(mapping - FOLIO_MAPPING_ANON) :
					      NULL;
}

/* folio_pfn() without a call. */
static inline unsigned long rmap_pfn(const struct folio *folio)
{
	return &folio->page - sim_phys_of_world(sim_world)->pages;
}

/* Which counter of its mms a folio is in. */
static inline int rmap_rss(const struct folio *folio)
{
	if (folio_test_anon(folio))
		return MM_ANONPAGES;
	return folio_test_swapbacked(folio) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

/* Tells the watcher of page references. */
void rmap_bad_ref(const struct folio *folio, const char *what);

/*
 * Makes a present PMD one that the CPU can't use, but that a walker still takes for present, and
 * flushes it: pmdp_invalidate(). Returns the old entry.
 */
u64 rmap_pmd_invalidate(struct vm_area_struct *vma, unsigned long addr, u64 *pmd);

/* The root's lock is that of all anon_vmas below it. */
static inline void anon_vma_lock_write(struct anon_vma *anon_vma)
{
	down_write(&anon_vma->root->rwsem);
}

static inline void anon_vma_unlock_write(struct anon_vma *anon_vma)
{
	up_write(&anon_vma->root->rwsem);
}

static inline void anon_vma_lock_read(struct anon_vma *anon_vma)
{
	down_read(&anon_vma->root->rwsem);
}

static inline void anon_vma_unlock_read(struct anon_vma *anon_vma)
{
	up_read(&anon_vma->root->rwsem);
}

#endif
