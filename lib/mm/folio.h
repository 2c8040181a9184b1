/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The lock of a folio, and what a folio is made of and taken apart into.
 *
 * The lock is PG_locked of the folio's first page. Bits of the same word that the kernel has for
 * zone and node say which task holds it, so that a task may hold hundreds and give them back in any
 * order without a list of them. Who waits is in a queue of the world, hashed by page frame, with
 * PG_waiters set as in the kernel.
 *
 * DOC: Who is next
 *
 * An unlock wakes those who only wait, up to the first who wants the lock; that one competes with
 * newcomers. After five defeats it asks for a handoff: the next unlock locks the folio for it.
 *
 * DOC: The checker
 *
 * All folios are one class, "folio_lock": of those that a task holds the checker knows one. Waiting
 * for a further one moves it to where it was taken last, so that what was locked in between has its
 * place in the order.
 *
 * DOC: Reports
 *
 * struct mm_watch.bad_lock says "unlocked though it is not locked" and "freed while locked". A
 * task that waits for itself is a `deadlock`.
 *
 * DOC: Source
 *
 * Behaviour of folio_wait_bit_common(), softleaf_entry_wait_on_locked() (mm/filemap.c), v7.0.
 */
#ifndef MM_FOLIO_H
#define MM_FOLIO_H

#include <linux/mm.h>
#include <linux/pagemap.h>

struct sim_task;

/* Where the number of the task that holds the lock is, plus 1; 0: nobody, or nobody knows. */
#define SIM_FOLIO_OWNER_SHIFT 40
#define SIM_FOLIO_OWNER_MASK (~0ul << SIM_FOLIO_OWNER_SHIFT)

/**
 * folio_wait_locked_ptl - wait until a folio is unlocked, holding no reference on it
 * @folio: of a migration entry or device-private entry under @ptl
 * @ptl: held; released before the wait
 *
 * The entry keeps the folio from going away until the lock is dropped; afterwards the caller must
 * not touch it.
 *
 * Context: may sleep once @ptl is released.
 * Models: softleaf_entry_wait_on_locked(); mm/filemap.c, v7.0.
 */
void folio_wait_locked_ptl(struct folio *folio, spinlock_t *ptl);

/**
 * prep_compound_page - make a folio of a block of pages
 * @page: first of them; no page is part of a folio, all have a reference count of 0 but for @page
 * @order: 1 or more
 *
 * Flags, mapping and so on of the first page stay as they are.
 */
void prep_compound_page(struct page *page, unsigned int order);
/**
 * folio_unmake_compound - take a large folio apart into its pages
 * @folio: large; its map counts are 0
 *
 * Its first page keeps flags, mapping, private and reference count; the others are as empty as they
 * were before prep_compound_page(), but for flags that it has for each page (PG_anon_exclusive, the
 * zone). The order is gone: ask for it before. Follow with prep_compound_page() to split a folio
 * into smaller large ones. The word that tails have for their head is the one of the pagemap: what
 * is not RAM has none now, but for the first page.
 */
void folio_unmake_compound(struct folio *folio);

/** folio_lock_owner - the task that holds a folio's lock; NULL when nobody does */
struct sim_task *folio_lock_owner(const struct folio *folio);

/**
 * folio_lock_freed - a folio is about to be free: it is locked no more
 * @folio: locked or not
 *
 * Reports it if it is locked. The kernel clears the flag too, without a word.
 */
void folio_lock_freed(struct folio *folio);

#endif
