/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The CPU's page tables: four levels of 512 entries in pages of simulated RAM, 48 bits of address.
 * Entries are u64 of our own encoding; leaves are at the lowest level (PTE) and one above it (PMD,
 * 2 MiB).
 *
 * DOC: Vocabulary
 *
 * slot     where an entry is: a pointer into a table page.
 * table    an entry that leads to the next lower table.
 * leaf     a present entry that maps memory.
 * soft     an entry that is neither none nor present: what the kernel calls a softleaf. Its payload
 *          is a page frame number or a place in swap.
 * deposit  a PTE table kept beside a PMD leaf, so that splitting it can't fail.
 *
 * DOC: Locking
 *
 * Each table of PTEs, and each table of PMDs, has a spinlock. Entries are written with it held and
 * only through cpt_set(). Upper levels are filled under mm->page_table_lock, and emptied when no
 * area is left around them, with mmap_lock held for writing (or nobody else using the mm). A PMD
 * slot goes from none to table and back (collapse, split) under the lock of its table.
 *
 * DOC: Not modelled
 *
 * Five levels, PUD leaves, hardware that walks tables while they are freed, memory-encryption bits.
 *
 * DOC: Source
 *
 * The kernel's generic page-table interface (include/linux/pgtable.h, leafops.h, mm/memory.c,
 * v7.0).
 */
#ifndef MM_CPT_H
#define MM_CPT_H

#include <linux/mm.h>
#include <linux/spinlock.h>
#include "mm/phys.h"
#include "mm/watch.h"

#define CPT_BITS 9
#define CPT_ENTRIES 512
#define CPT_TOP_LEVEL 3
#define CPT_PMD_SHIFT 21
#define CPT_PMD_SIZE (1ul << CPT_PMD_SHIFT)
#define CPT_PMD_MASK (~(CPT_PMD_SIZE - 1))
#define CPT_PMD_PAGES 512
#define CPT_PMD_ORDER 9
#define CPT_ADDRESS_END (1ul << 47)

/* Bits of any entry. Payload and page frame numbers start at bit 12. */
#define CPT_PRESENT BIT(0)
#define CPT_WRITE BIT(1)
#define CPT_ACCESSED BIT(5)
#define CPT_DIRTY BIT(6)
#define CPT_HUGE BIT(7)
/* Not accessible although it has a page: PROT_NONE, NUMA hinting. CPT_PRESENT is clear. */
#define CPT_PROTNONE BIT(8)
/* No struct page behind it for rmap: the zero page, memory of a driver. */
#define CPT_SPECIAL BIT(9)
#define CPT_SOFT_DIRTY BIT(10)
#define CPT_UFFD_WP BIT(11)
#define CPT_TABLE BIT(2)
#define CPT_PFN_MASK (((1ul << 52) - 1) & PAGE_MASK)

/* Soft entries: the kind in bits 1 to 4, then flags of some kinds. */
#define CPT_SOFT_SHIFT 1
#define CPT_SOFT_MASK 0x1eul
/* Of migration entries: what the present entry before had. */
#define CPT_SOFT_YOUNG BIT(5)
#define CPT_SOFT_WAS_DIRTY BIT(6)
/* Of a swap entry: the page was exclusive. */
#define CPT_SOFT_EXCLUSIVE BIT(7)

/**
 * enum cpt_soft - kinds of soft entries
 * @CPT_SOFT_NONE: not soft
 * @CPT_SWAP: payload is a place in the swap device
 * @CPT_MIGRATION_READ: payload is the page frame that is being moved
 * @CPT_MIGRATION_READ_EXCLUSIVE: the same, of a page that was exclusive to this mm
 * @CPT_MIGRATION_WRITE: the same, of a writable entry
 * @CPT_DEVICE_PRIVATE_READ: payload is a page frame of a device
 * @CPT_DEVICE_PRIVATE_WRITE: the same, writable
 * @CPT_DEVICE_EXCLUSIVE: payload is a page frame of RAM that a device alone may use
 * @CPT_HWPOISON: payload is a broken page frame
 * @CPT_MARKER_UFFD_WP: no page; write protection remembered
 * @CPT_MARKER_POISON: no page; an access is a SIGBUS
 * @CPT_MARKER_GUARD: no page; an access is a SIGSEGV
 */
enum cpt_soft {
	CPT_SOFT_NONE,
	CPT_SWAP,
	CPT_MIGRATION_READ,
	CPT_MIGRATION_READ_EXCLUSIVE,
	CPT_MIGRATION_WRITE,
	CPT_DEVICE_PRIVATE_READ,
	CPT_DEVICE_PRIVATE_WRITE,
	CPT_DEVICE_EXCLUSIVE,
	CPT_HWPOISON,
	CPT_MARKER_UFFD_WP,
	CPT_MARKER_POISON,
	CPT_MARKER_GUARD,
};

static inline bool cpt_none(u64 entry)
{
	return !entry;
}

/* As the kernel's pte_present(): protnone counts. */
static inline bool cpt_present(u64 entry)
{
	return entry & (CPT_PRESENT | CPT_PROTNONE);
}

static inline bool cpt_protnone(u64 entry)
{
	return (entry & (CPT_PRESENT | CPT_PROTNONE)) == CPT_PROTNONE;
}

static inline bool cpt_is_table(u64 entry)
{
	return (entry & (CPT_PRESENT | CPT_TABLE)) == (CPT_PRESENT | CPT_TABLE);
}

/* Of a PMD: a present leaf. */
static inline bool cpt_is_huge(u64 entry)
{
	return cpt_present(entry) && (entry & CPT_HUGE);
}

static inline enum cpt_soft cpt_soft(u64 entry)
{
	if (cpt_present(entry))
		return CPT_SOFT_NONE;
	return (enum cpt_soft)((entry & CPT_SOFT_MASK) >> CPT_SOFT_SHIFT);
}

static inline bool cpt_is_migration(u64 entry)
{
	enum cpt_soft soft = cpt_soft(entry);

	return soft >= CPT_MIGRATION_READ && soft <= CPT_MIGRATION_WRITE;
}

static inline bool cpt_is_device_private(u64 entry)
{
	enum cpt_soft soft = cpt_soft(entry);

	return soft == CPT_DEVICE_PRIVATE_READ || soft == CPT_DEVICE_PRIVATE_WRITE;
}

/* Whether a leaf, a device-private or a migration entry allows writing. */
static inline bool cpt_write(u64 entry)
{
	enum cpt_soft soft;

	if (cpt_present(entry))
		return entry & CPT_WRITE;
	soft = cpt_soft(entry);
	return soft == CPT_MIGRATION_WRITE || soft == CPT_DEVICE_PRIVATE_WRITE;
}

/* Page frame of a present entry, or of a soft one whose payload is one. */
static inline unsigned long cpt_pfn(u64 entry)
{
	return (entry & CPT_PFN_MASK) >> PAGE_SHIFT;
}

/* Place in swap of a CPT_SWAP entry. */
static inline unsigned long cpt_payload(u64 entry)
{
	return cpt_pfn(entry);
}

static inline u64 cpt_make_leaf(unsigned long pfn, u64 flags)
{
	return (u64)pfn << PAGE_SHIFT | flags;
}

static inline u64 cpt_make_soft(enum cpt_soft soft, unsigned long payload, u64 flags)
{
	return (u64)payload << PAGE_SHIFT | (u64)soft << CPT_SOFT_SHIFT | flags;
}

static inline unsigned int cpt_index(unsigned long addr, unsigned int level)
{
	return (addr >> (PAGE_SHIFT + CPT_BITS * level)) & (CPT_ENTRIES - 1);
}

/* End of the table entry of @level that covers @addr, but not beyond @end. */
static inline unsigned long cpt_entry_end(unsigned long addr, unsigned int level, unsigned long end)
{
	unsigned long size = 1ul << (PAGE_SHIFT + CPT_BITS * level);
	unsigned long next = (addr + size) & ~(size - 1);

	return next - 1 < end - 1 ? next : end;
}

/* What a walker reads without the lock may change under it: read once, then recheck. */
static inline u64 cpt_get(const u64 *slot)
{
	return *(const volatile u64 *)slot;
}

/* The table that a table entry leads to. */
static inline u64 *cpt_table(u64 entry)
{
	return sim_phys_ptr(sim_world, entry & CPT_PFN_MASK);
}

/**
 * cpt_set - write one entry
 * @mm: whose
 * @addr: first address that the entry covers
 * @slot: where
 * @level: 0 for a PTE, 1 for a PMD, ...
 * @entry: what
 *
 * The one way to change a page table. Watchers hear of it; nothing is flushed.
 * Context: the lock of the slot's table is held.
 */
static inline void cpt_set(struct mm_struct *mm, unsigned long addr, u64 *slot, unsigned int level,
			   u64 entry)
{
	struct sim_phys *state = sim_phys_of_world(sim_world);
	const struct mm_watch *watch = state->watch;
	u64 old = *slot;

	*slot = entry;
	if (level)
		state->table_changes++;
	if (unlikely(watch) && watch->cpt_change)
		watch->cpt_change(watch->ctx, mm, addr, level, old, entry);
}

/**
 * cpt_make - the topmost table of a new mm
 * @mm: sim_pgd_pfn is set
 *
 * Return: 0 or -ENOMEM.
 */
int cpt_make(struct mm_struct *mm);
/** cpt_unmake - free the topmost table; everything below is gone */
void cpt_unmake(struct mm_struct *mm);

/**
 * cpt_pmd - the PMD slot of an address
 * @mm: whose
 * @addr: address
 * @hole_end: may be NULL; without a slot set to the end of what has none
 *
 * Return: the slot, NULL when there is no table of PMDs.
 */
u64 *cpt_pmd(struct mm_struct *mm, unsigned long addr, unsigned long *hole_end);
/**
 * cpt_pmd_alloc - the same, making tables
 * @mm: whose
 * @addr: address
 *
 * Context: mmap_lock held; may sleep.
 * Return: the slot, NULL without memory.
 */
u64 *cpt_pmd_alloc(struct mm_struct *mm, unsigned long addr);
/**
 * cpt_pte_alloc - put a table of PTEs behind a PMD slot
 * @mm: whose
 * @addr: any address that the slot covers
 * @pmd: slot
 *
 * Does nothing when the slot is not none (any more): a table, a leaf or a soft entry.
 * Context: mmap_lock held; may sleep.
 * Return: 0 or -ENOMEM.
 */
int cpt_pte_alloc(struct mm_struct *mm, unsigned long addr, u64 *pmd);
/**
 * cpt_pte - the PTE slot of an address, without a lock
 * @pmd: slot of its PMD
 * @addr: address
 *
 * Return: the slot, NULL when @pmd is no table.
 */
static inline u64 *cpt_pte(const u64 *pmd, unsigned long addr)
{
	u64 entry = cpt_get(pmd);

	return cpt_is_table(entry) ? cpt_table(entry) + cpt_index(addr, 0) : NULL;
}
/**
 * cpt_pte_lock - the same, with the lock of its table held
 * @mm: whose
 * @pmd: slot of its PMD
 * @addr: address
 * @ptl: set to the lock
 *
 * Return: the slot, NULL (and no lock) when @pmd is no table, also after taking the lock.
 */
u64 *cpt_pte_lock(struct mm_struct *mm, u64 *pmd, unsigned long addr, spinlock_t **ptl);
/** cpt_pte_ptl - the lock of the table that a PMD slot leads to, NULL when it is no table */
spinlock_t *cpt_pte_ptl(const u64 *pmd);
/** cpt_pmd_ptl - the lock of the table of PMDs that a slot lies in */
spinlock_t *cpt_pmd_ptl(struct mm_struct *mm, u64 *pmd);
/** cpt_pmd_lock - take it */
static inline spinlock_t *cpt_pmd_lock(struct mm_struct *mm, u64 *pmd)
{
	spinlock_t *ptl = cpt_pmd_ptl(mm, pmd);

	spin_lock(ptl);
	return ptl;
}

/**
 * cpt_table_alloc - a table of PTEs that is in no mm yet
 * @mm: for whom
 *
 * Context: may sleep.
 * Return: its page, NULL without memory.
 */
struct page *cpt_table_alloc(struct mm_struct *mm);
/** cpt_table_free - give it back; none of its entries is anything but none */
void cpt_table_free(struct mm_struct *mm, struct page *table);
/** cpt_table_ptl - the lock of a table's entries, also while the table is in no mm */
spinlock_t *cpt_table_ptl(struct page *table);
/**
 * cpt_deposit - keep a table beside a PMD leaf
 * @mm: whose
 * @pmd: slot
 * @table: from cpt_table_alloc()
 *
 * Context: the PMD's lock is held.
 */
void cpt_deposit(struct mm_struct *mm, u64 *pmd, struct page *table);
/** cpt_withdraw - take one out again, the one last put in; there is one */
struct page *cpt_withdraw(struct mm_struct *mm, u64 *pmd);
/**
 * cpt_populate - make a withdrawn or new table what a PMD slot leads to
 * @mm: whose
 * @addr: any address that the slot covers
 * @pmd: slot
 * @table: table
 *
 * Context: the PMD's lock is held.
 */
void cpt_populate(struct mm_struct *mm, unsigned long addr, u64 *pmd, struct page *table);
/**
 * cpt_detach - the reverse: make a PMD slot that is a table none
 * @mm: whose
 * @addr: any address that the slot covers
 * @pmd: slot
 *
 * Context: the PMD's lock is held.
 * Return: the table, to be filled in later, deposited or freed.
 */
struct page *cpt_detach(struct mm_struct *mm, unsigned long addr, u64 *pmd);
/**
 * cpt_free_range - free tables that only covered a range
 * @mm: whose
 * @start: first address whose entries are all none
 * @end: end of the range
 * @floor: end of the area before, 0 for none: tables that reach below stay
 * @ceiling: start of the area behind, 0 for none
 *
 * Context: mmap_lock held for writing, or nobody else uses the mm.
 */
void cpt_free_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		    unsigned long floor, unsigned long ceiling);

/**
 * struct cpt_hit - what an address is mapped by; see cpt_lookup()
 * @slot: where the entry is
 * @entry: as read
 * @level: 0 for a PTE, 1 for a PMD
 */
struct cpt_hit {
	u64 *slot;
	u64 entry;
	unsigned int level;
};

/**
 * cpt_lookup - find the entry that decides about an address, without locks
 * @mm: whose
 * @addr: address
 * @hit: filled
 *
 * Return: false when a table is missing on the way (the entry is none then, @hit->slot NULL).
 */
bool cpt_lookup(struct mm_struct *mm, unsigned long addr, struct cpt_hit *hit);

#endif
