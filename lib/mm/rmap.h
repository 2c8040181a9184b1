/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * From a folio to the page-table entries that map it. An anonymous folio's mapping is an anon_vma
 * plus one bit, its index the page offset in the area that it was born in; areas that may hold the
 * folio hang in that anon_vma's interval tree. A file's folio finds its areas in the address
 * space's tree. Device-private folios are anonymous ones in all of this.
 *
 * DOC: Map counts
 *
 * A small folio counts its entries in _mapcount. A large one counts all of them in _large_mapcount,
 * and its PMD entries in _entire_mapcount too. Each entry holds a reference on the folio: one for a
 * PTE, one for a PMD. Counts are stored without the kernel's bias of -1.
 *
 * DOC: Locking
 *
 * anon_vma->rwsem (the root's) over mmu notifiers over page-table locks; the folio lock is outer to
 * both. Adding and removing needs the page-table lock. Walking needs the folio lock, except for
 * folio_mapped().
 *
 * DOC: Not modelled
 *
 * KSM, locked memory (no walk puts a folio aside because of it), hugetlbfs. TTU_BATCH_FLUSH flushes
 * at once. A large folio that is partly unmapped is not queued to be split. The walk of v7.0 takes
 * any device-private PMD for one of the folio; here its page frame is compared.
 *
 * DOC: Source
 *
 * mm/rmap.c, include/linux/rmap.h, mm/migrate.c (remove_migration_ptes()), v7.0.
 */
#ifndef MM_RMAP_H
#define MM_RMAP_H

#include <linux/mm.h>
#include <linux/rmap.h>
#include "kernel/world.h"
#include "mm/cpt.h"

/* anon_vmas of the world. */
extern const struct sim_layer sim_layer_rmap;

/**
 * struct anon_vma_chain - an area's membership in an anon_vma's tree
 * @vma: area
 * @anon_vma: whose tree
 * @same_vma: in vma->anon_vma_chain; mmap_lock and page_table_lock
 * @rb: in the tree; anon_vma's lock
 * @rb_subtree_last: of the tree
 */
struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct list_head same_vma;
	struct rb_node rb;
	unsigned long rb_subtree_last;
};

/* As in the kernel: 0, or -ENOMEM with nothing changed. */
int __anon_vma_prepare(struct vm_area_struct *vma);
/* Split, merge, mremap(): @dst has an empty chain, and gets @src's anon_vma as its own, too. */
int anon_vma_clone(struct vm_area_struct *dst, struct vm_area_struct *src);
int anon_vma_fork(struct vm_area_struct *vma, struct vm_area_struct *pvma);
void unlink_anon_vmas(struct vm_area_struct *vma);
void get_anon_vma(struct anon_vma *anon_vma);
void put_anon_vma(struct anon_vma *anon_vma);
/*
 * The anon_vma of a locked folio with a reference, NULL when it is not mapped any more. Who walks a
 * folio that is mapped by migration entries only, without mmap_lock, must hold one.
 */
struct anon_vma *folio_get_anon_vma(const struct folio *folio);

static inline int anon_vma_prepare(struct vm_area_struct *vma)
{
	return likely(vma->anon_vma) ? 0 : __anon_vma_prepare(vma);
}

/*
 * Around a change of an area's vm_start, vm_end or vm_pgoff: trees are keyed by these. Also for
 * file mappings (i_mmap). The locks of the trees are held from one to the other, so that no walk
 * misses the area: one area at a time, and neither in between nor while a lock of theirs is held.
 */
void rmap_vma_unlink(struct vm_area_struct *vma);
void rmap_vma_relink(struct vm_area_struct *vma);
/* A new area of a file enters the file's tree; one that goes leaves it. Others: nothing. */
void rmap_vma_link_file(struct vm_area_struct *vma);
void rmap_vma_unlink_file(struct vm_area_struct *vma);

/* The page offset that an address has in its area: linear_page_index(). */
static inline pgoff_t rmap_index(const struct vm_area_struct *vma, unsigned long addr)
{
	return ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

enum rmap_level {
	RMAP_LEVEL_PTE,
	RMAP_LEVEL_PMD,
};

#define RMAP_NONE 0
#define RMAP_EXCLUSIVE BIT(0)

/*
 * Counts, flags (PG_anon_exclusive), mapping and index of a folio that gets or loses entries; never
 * references, rss or the LRU. @nr_pages entries from @page on; PMD level: all of it.
 */
void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			     unsigned int flags);
/* A folio whose only mapping is left (copy on write found no other user) moves to its area. */
void folio_move_anon_rmap(struct folio *folio, struct vm_area_struct *vma);
void folio_add_anon_rmap(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma, unsigned long addr, enum rmap_level level,
			 unsigned int flags);
void folio_add_file_rmap(struct folio *folio, struct page *page, int nr_pages,
			 struct vm_area_struct *vma, enum rmap_level level);
void folio_remove_rmap(struct folio *folio, struct page *page, int nr_pages,
		       struct vm_area_struct *vma, enum rmap_level level);
/*
 * Fork: 0, or -EBUSY for an exclusive page that may be pinned (never for a device-private one); on
 * success the page is not exclusive any more and is counted once more.
 */
int folio_try_dup_anon_rmap(struct folio *folio, struct page *page, int nr_pages,
			    struct vm_area_struct *dst, struct vm_area_struct *src,
			    enum rmap_level level);
/* Migration, swap-out: 0 and not exclusive any more, or -EBUSY as above. */
int folio_try_share_anon_rmap(struct folio *folio, struct page *page, int nr_pages,
			      enum rmap_level level);

/**
 * struct rmap_walk_control - see rmap_walk()
 * @arg: passed to each
 * @rmap_one: for each area and address where the folio may be mapped; false ends the walk
 * @done: NULL, or asked after each: true ends the walk
 * @only_mapped: there is nothing to do for a folio that isn't mapped any more. Without it, who does
 *	not hold mmap_lock holds a reference from folio_get_anon_vma().
 * @locked: the caller holds the lock of the anon_vma or address space
 * @try_lock: do not wait for that lock; @contended is set if it was taken
 * @contended: see @try_lock
 * @may_be_gone: the anon_vma may be gone, with all areas: there is nothing to call for then
 */
struct rmap_walk_control {
	void *arg;
	bool (*rmap_one)(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
			 void *arg);
	bool (*done)(struct folio *folio);
	bool only_mapped;
	bool locked;
	bool try_lock;
	bool contended;
	bool may_be_gone;
};

/**
 * rmap_walk - call for each area that may map a folio, with the address it would have there
 * @folio: locked
 * @control: what to call
 *
 * Context: takes the anon_vma's or the address space's lock for reading.
 */
void rmap_walk(struct folio *folio, struct rmap_walk_control *control);
/* Address of the folio's first page that lies in @vma, and of how many; false when none does. */
bool rmap_vma_range(const struct folio *folio, const struct vm_area_struct *vma,
		    unsigned long *addr, unsigned long *nr_pages);

/**
 * struct rmap_entries - an iteration over the entries of one area that map a folio
 * @folio: of which; set by the caller, as @vma, @address and @flags; the rest is zero
 * @vma: where
 * @address: where to begin, as rmap_walk() says; then of the entry found
 * @pmd: its PMD slot
 * @pte: its PTE slot, NULL when the PMD itself is the entry
 * @ptl: the lock, held while an entry is shown
 * @flags: RMAP_ENTRIES_*
 * @end: where the folio ends in @vma; 0 before the first entry
 */
struct rmap_entries {
	struct folio *folio;
	struct vm_area_struct *vma;
	unsigned long address;
	u64 *pmd;
	u64 *pte;
	spinlock_t *ptl;
	unsigned int flags;
	unsigned long end;
};

/* Look for migration entries of the folio instead of what maps it. */
#define RMAP_ENTRIES_MIGRATION BIT(0)
/*
 * Look with the lock held only, so that an entry that is being cleared is waited for: whoever does
 * that has then counted the mapping down, too.
 */
#define RMAP_ENTRIES_SYNC BIT(1)

/*
 * rmap_entries_next(): the next entry (present, device-private or device-exclusive of the folio;
 * or migration entries), its lock held; false and no lock at the end. rmap_entries_stop() ends it
 * earlier. Models page_vma_mapped_walk().
 */
bool rmap_entries_next(struct rmap_entries *at);
void rmap_entries_stop(struct rmap_entries *at);
/* The entry shown was changed to a table: drop the lock and look again from there. */
void rmap_entries_restart(struct rmap_entries *at);
/* Where a folio ends in an area, seen from rmap_walk()'s address in it. */
unsigned long rmap_vma_end(const struct folio *folio, const struct vm_area_struct *vma);

/**
 * split_huge_pmd - turn a PMD leaf, device-private or migration PMD into PTEs
 * @vma: area
 * @pmd: slot
 * @address: any that it covers
 *
 * Raises MMU_NOTIFY_CLEAR for the 2 MiB. Does nothing for another entry.
 * Models: __split_huge_pmd(); mm/huge_memory.c, v7.0.
 */
void split_huge_pmd(struct vm_area_struct *vma, u64 *pmd, unsigned long address);
/**
 * split_huge_pmd_locked - the same with the PMD's lock held and the notifier's range open
 * @vma: area
 * @pmd: slot
 * @address: any that it covers
 * @freeze: make migration entries of them, unless the folio may be pinned; the caller has a
 *	reference
 */
void split_huge_pmd_locked(struct vm_area_struct *vma, u64 *pmd, unsigned long address,
			   bool freeze);

#define TTU_SPLIT_HUGE_PMD BIT(0)
#define TTU_SYNC BIT(1)
#define TTU_BATCH_FLUSH BIT(2)
#define TTU_RMAP_LOCKED BIT(3)

/*
 * try_to_migrate(): every entry of the folio becomes a migration entry, for each area within a
 * MMU_NOTIFY_CLEAR range. try_to_unmap(): swap entries instead (the folio is in the swap cache), or
 * nothing for a file's folio. Entries that can't (pinned) stay: ask folio_mapped() afterwards.
 * The folio is locked.
 */
void try_to_migrate(struct folio *folio, unsigned int flags);
void try_to_unmap(struct folio *folio, unsigned int flags);

/* The migration entry that takes the place of an entry of a page: rights and bits are kept. */
static inline u64 rmap_migration_entry(u64 old, unsigned long pfn, bool is_exclusive)
{
	enum cpt_soft soft = is_exclusive ? CPT_MIGRATION_READ_EXCLUSIVE : CPT_MIGRATION_READ;
	u64 flags = old & (CPT_SOFT_DIRTY | CPT_UFFD_WP);

	if (cpt_write(old))
		soft = CPT_MIGRATION_WRITE;
	if (cpt_present(old)) {
		flags |= old & CPT_ACCESSED ? CPT_SOFT_YOUNG : 0;
		flags |= old & CPT_DIRTY ? CPT_SOFT_WAS_DIRTY : 0;
	}
	return cpt_make_soft(soft, pfn, flags);
}

/**
 * set_pmd_migration_entry - make a migration entry of a PMD leaf or device-private PMD
 * @vma: area
 * @addr: first address
 * @pmd: slot, its lock held, the notifier's range open
 * @folio: what it maps
 *
 * The mapping's count and reference are dropped.
 * Models: set_pmd_migration_entry(); mm/huge_memory.c, v7.0.
 * Return: 0, -EBUSY for an exclusive folio that may be pinned.
 */
int set_pmd_migration_entry(struct vm_area_struct *vma, unsigned long addr, u64 *pmd,
			    struct folio *folio);

#define RMP_LOCKED BIT(0)
#define RMP_USE_SHARED_ZEROPAGE BIT(1)
/* For who holds neither mmap_lock nor the anon_vma. */
#define RMP_MAY_BE_GONE BIT(2)

/**
 * rmap_restore_pte - one migration entry maps a small folio now
 * @vma: area
 * @addr: address
 * @pte: slot with a migration entry, its lock held
 * @folio: locked; the heir of what the entry names, or that itself
 */
void rmap_restore_pte(struct vm_area_struct *vma, unsigned long addr, u64 *pte,
		      struct folio *folio);
/* Every migration entry of @src maps @dst now (which may be @src). Both are locked. */
void remove_migration_ptes(struct folio *src, struct folio *dst, int flags);

#endif
