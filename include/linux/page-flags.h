/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef PAGE_FLAGS_H
#define PAGE_FLAGS_H

#include <linux/bug.h>
#include <linux/container_of.h>
#include <linux/mm_types.h>
#include <linux/types.h>

/*
 * fidelity: simplified: the flags that simulated code of this kind looks at, at the kernel's bit
 * numbers where it fixes them (locked 0, head 6, waiters 7, the first byte cleared at init)
 */
enum pageflags {
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_head,
	PG_waiters,
	PG_active,
	PG_workingset,
	PG_owner_priv_1,
	PG_owner_2,
	PG_arch_1,
	PG_reserved,
	PG_private,
	PG_private_2,
	PG_reclaim,
	PG_swapbacked,
	PG_unevictable,
	PG_dropbehind,
	PG_mlocked,
	__NR_PAGEFLAGS,

	PG_swapcache = PG_owner_priv_1,
	PG_checked = PG_owner_priv_1,
	PG_anon_exclusive = PG_owner_2,
	PG_large_rmappable = PG_workingset,
	PG_partially_mapped = PG_reclaim,
};

#define PAGEFLAGS_MASK ((1UL << __NR_PAGEFLAGS) - 1)

/*
 * In the upper half of the word, where the kernel has zone and node: the page is one of a device
 * and was initialised by its driver at least once. See also SIM_FOLIO_OWNER_SHIFT (lib/mm/folio.h).
 */
#define SIM_PG_ZONE_DEVICE 39

/* Type of a page that is no part of a folio; free pages are the only such type here. */
#define PGTY_buddy 0xf0u
#define SIM_PAGE_TYPE_SHIFT 24

/* fidelity: same */
#define PAGE_MAPPING_ANON 0x1
#define FOLIO_MAPPING_ANON 0x1

static inline struct page *sim_compound_head(const struct page *page)
{
	unsigned long head = READ_ONCE(page->compound_head);

	if (unlikely(head & 1))
		return (struct page *)(head - 1);
	return (struct page *)page;
}

/* Keeps const: a folio of a const page is const. */
#define compound_head(page) ((__typeof__(page))sim_compound_head(page))
#define page_folio(p)                                                                              \
	(_Generic((p),                                                                             \
		 const struct page *: (const struct folio *)sim_compound_head(p),                  \
		 struct page *: (struct folio *)sim_compound_head(p)))
#define folio_page(folio, n) (&(folio)->page + (n))

static inline int PageTail(const struct page *page)
{
	return READ_ONCE(page->compound_head) & 1;
}

static inline bool folio_test_head(const struct folio *folio)
{
	return folio->flags.f & (1UL << PG_head);
}

static inline int PageHead(const struct page *page)
{
	return !!(page->flags.f & (1UL << PG_head));
}

static inline int PageCompound(const struct page *page)
{
	return PageHead(page) || PageTail(page);
}

static inline bool folio_test_large(const struct folio *folio)
{
	return folio_test_head(folio);
}

#define SIM_FOLIO_FLAG(lname, bit)                                                                 \
	static inline bool folio_test_##lname(const struct folio *folio)                           \
	{                                                                                          \
		return folio->flags.f & (1UL << (bit));                                            \
	}                                                                                          \
	static inline void folio_set_##lname(struct folio *folio)                                  \
	{                                                                                          \
		folio->flags.f |= 1UL << (bit);                                                    \
	}                                                                                          \
	static inline void folio_clear_##lname(struct folio *folio)                                \
	{                                                                                          \
		folio->flags.f &= ~(1UL << (bit));                                                 \
	}

#define SIM_PAGE_FLAG(uname, bit)                                                                  \
	static inline int Page##uname(const struct page *page)                                     \
	{                                                                                          \
		return !!(sim_compound_head(page)->flags.f & (1UL << (bit)));                      \
	}                                                                                          \
	static inline void SetPage##uname(struct page *page)                                       \
	{                                                                                          \
		sim_compound_head(page)->flags.f |= 1UL << (bit);                                  \
	}                                                                                          \
	static inline void ClearPage##uname(struct page *page)                                     \
	{                                                                                          \
		sim_compound_head(page)->flags.f &= ~(1UL << (bit));                               \
	}

/*
 * declares: ClearPageDirty() ClearPageLRU() ClearPagePrivate() ClearPageUptodate()
 * PageDirty() PageLRU() PagePrivate() PageUptodate() SetPageDirty() SetPageLRU()
 * SetPagePrivate() SetPageUptodate() folio_clear_active() folio_clear_dirty() folio_clear_lru()
 * folio_clear_mlocked() folio_clear_private() folio_clear_referenced() folio_clear_swapbacked()
 * folio_clear_swapcache() folio_clear_unevictable() folio_clear_uptodate() folio_clear_waiters()
 * folio_clear_workingset() folio_clear_writeback() folio_set_active() folio_set_dirty()
 * folio_set_lru() folio_set_mlocked() folio_set_private() folio_set_referenced()
 * folio_set_swapbacked() folio_set_swapcache() folio_set_unevictable() folio_set_uptodate()
 * folio_set_waiters() folio_set_workingset() folio_set_writeback() folio_test_active()
 * folio_test_dirty() folio_test_lru() folio_test_mlocked() folio_test_private()
 * folio_test_referenced() folio_test_swapbacked() folio_test_swapcache()
 * folio_test_unevictable() folio_test_uptodate() folio_test_waiters() folio_test_workingset()
 * folio_test_writeback()
 */
SIM_FOLIO_FLAG(uptodate, PG_uptodate)
SIM_PAGE_FLAG(Uptodate, PG_uptodate)
SIM_FOLIO_FLAG(dirty, PG_dirty)
SIM_PAGE_FLAG(Dirty, PG_dirty)
SIM_FOLIO_FLAG(referenced, PG_referenced)
SIM_FOLIO_FLAG(lru, PG_lru)
SIM_PAGE_FLAG(LRU, PG_lru)
SIM_FOLIO_FLAG(active, PG_active)
SIM_FOLIO_FLAG(workingset, PG_workingset)
SIM_FOLIO_FLAG(swapcache, PG_swapcache)
SIM_FOLIO_FLAG(swapbacked, PG_swapbacked)
SIM_FOLIO_FLAG(private, PG_private)
SIM_PAGE_FLAG(Private, PG_private)
SIM_FOLIO_FLAG(writeback, PG_writeback)
SIM_FOLIO_FLAG(unevictable, PG_unevictable)
SIM_FOLIO_FLAG(mlocked, PG_mlocked)
SIM_FOLIO_FLAG(waiters, PG_waiters)

static inline bool folio_test_locked(const struct folio *folio)
{
	return folio->flags.f & (1UL << PG_locked);
}

static inline int PageLocked(const struct page *page)
{
	return folio_test_locked((const struct folio *)sim_compound_head(page));
}

static inline bool folio_test_anon(const struct folio *folio)
{
	return (unsigned long)folio->mapping & FOLIO_MAPPING_ANON;
}

static inline int PageAnon(const struct page *page)
{
	return folio_test_anon((const struct folio *)sim_compound_head(page));
}

static inline int PageAnonExclusive(const struct page *page)
{
	return !!(page->flags.f & (1UL << PG_anon_exclusive));
}

static inline void SetPageAnonExclusive(struct page *page)
{
	page->flags.f |= 1UL << PG_anon_exclusive;
}

static inline void ClearPageAnonExclusive(struct page *page)
{
	page->flags.f &= ~(1UL << PG_anon_exclusive);
}

static inline bool PageBuddy(const struct page *page)
{
	return page->page_type >> SIM_PAGE_TYPE_SHIFT == PGTY_buddy;
}

static inline bool folio_test_large_rmappable(const struct folio *folio)
{
	return folio_test_large(folio) && (folio->_flags_1 & (1UL << PG_large_rmappable));
}

static inline void folio_set_large_rmappable(struct folio *folio)
{
	folio->_flags_1 |= 1UL << PG_large_rmappable;
}

/* fidelity: simplified: true for every page of a device's memory, by its page frame number */
bool PageReserved(const struct page *page);

#endif
