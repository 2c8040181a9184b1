/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A large folio becomes smaller ones of the same pages. While that happens it is frozen: its
 * reference count is 0, and who looks it up waits. Only anonymous folios are ever large here.
 *
 * There is no list of folios to be split later: one that is mapped in part stays whole until
 * somebody asks.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/memremap.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include "mm/folio.h"
#include "mm/move_internal.h"
#include "mm/rmap.h"
#include "mm/rmap_internal.h"

/* What all pieces inherit; the lock is taken for each, and large or not is what changes. */
#define INHERITED_FLAGS                                                                            \
	(1UL << PG_referenced | 1UL << PG_swapbacked | 1UL << PG_swapcache | 1UL << PG_mlocked |   \
	 1UL << PG_uptodate | 1UL << PG_active | 1UL << PG_workingset | 1UL << PG_unevictable |    \
	 1UL << PG_dirty)

static int cache_refs(const struct folio *folio)
{
	return folio_test_swapcache(folio) ? (int)folio_nr_pages(folio) : 0;
}

static int check_splittable(const struct folio *folio, unsigned int new_order)
{
	/* Truncated under whoever asks; or the huge zero page. */
	if (!folio_test_anon(folio))
		return -EBUSY;
	/* A large anonymous folio needs a third page for what it keeps there. */
	if (new_order >= folio_order(folio) || new_order == 1)
		return -EINVAL;
	if (new_order && folio_test_swapcache(folio))
		return -EINVAL;
	return folio_test_writeback(folio) ? -EBUSY : 0;
}

static void make_piece(struct folio *folio, struct folio *piece, unsigned int new_order)
{
	unsigned long distance = &piece->page - &folio->page;

	/*
	 * Whether a page was exclusive is in its migration entries now; what is left in the flag
	 * belongs to nobody.
	 */
	piece->flags.f = folio->flags.f & INHERITED_FLAGS;
	piece->mapping = folio->mapping;
	piece->index = folio->index + distance;
	if (folio_test_swapcache(folio))
		piece->swap.val = folio->swap.val + distance;
	if (new_order) {
		prep_compound_page(&piece->page, new_order);
		folio_set_large_rmappable(piece);
	}
	__folio_set_locked(piece);
}

static void tell_driver(struct folio *folio, struct folio *piece)
{
	const struct dev_pagemap_ops *ops;

	if (!folio_is_device_private(folio))
		return;
	ops = page_pgmap(&folio->page)->ops;
	if (ops->folio_split) {
		ops->folio_split(folio, piece);
	} else if (piece) {
		piece->pgmap = folio->pgmap;
		piece->page.mapping = folio->page.mapping;
	}
}

/**
 * struct split - one split under way
 * @folio: what is split, its first piece afterwards
 * @old_order: before
 * @new_order: of the pieces
 * @was_on_lru: pieces get on the list, too
 * @list: pieces go there instead, with a further reference; or NULL
 */
struct split {
	struct folio *folio;
	unsigned int old_order;
	unsigned int new_order;
	bool was_on_lru;
	struct list_head *list;
};

static struct folio *split_next(const struct split *split, struct folio *piece)
{
	struct page *next = &piece->page + (1ul << split->new_order);

	return next == &split->folio->page + (1ul << split->old_order) ? NULL :
									  (struct folio *)next;
}

static void piece_release(const struct split *split, struct folio *piece)
{
	tell_driver(split->folio, piece);
	folio_ref_unfreeze(piece, cache_refs(piece) + 1);
	if (split->list) {
		folio_get(piece);
		list_add_tail(&piece->lru, split->list);
	} else if (split->was_on_lru) {
		lru_add_piece(split->folio, piece);
	}
	if (folio_test_swapcache(piece))
		swap_cache_set(piece);
}

/* Interrupts are off, nothing maps the folio. Changes nothing and fails if it has a stray user. */
static int freeze_and_split(struct split *split)
{
	struct folio *folio = split->folio;

	if (!folio_ref_freeze(folio, cache_refs(folio) + 1))
		return -EAGAIN;
	split->was_on_lru = folio_test_lru(folio);
	folio_unmake_compound(folio);
	for (struct folio *piece = split_next(split, folio); piece;
	     piece = split_next(split, piece))
		make_piece(folio, piece, split->new_order);
	if (split->new_order) {
		prep_compound_page(&folio->page, split->new_order);
		folio_set_large_rmappable(folio);
	}
	for (struct folio *piece = split_next(split, folio); piece;
	     piece = split_next(split, piece))
		piece_release(split, piece);
	tell_driver(folio, NULL);
	folio_ref_unfreeze(folio, cache_refs(folio) + 1);
	return 0;
}

static void unmap_folio(struct folio *folio)
{
	unsigned int flags = TTU_RMAP_LOCKED | TTU_SYNC;

	if (folio_order(folio) >= CPT_PMD_ORDER)
		flags |= TTU_SPLIT_HUGE_PMD;
	try_to_migrate(folio, flags);
}

/* Whoever had the folio mapped has its pieces mapped, or, if it failed, the folio again. */
static void remap_pieces(const struct split *split, bool done)
{
	int flags = RMP_LOCKED;

	if (!done) {
		remove_migration_ptes(split->folio, split->folio, flags);
		return;
	}
	if (!folio_is_device_private(split->folio))
		flags |= RMP_USE_SHARED_ZEROPAGE;
	for (struct folio *piece = split->folio; piece; piece = split_next(split, piece))
		remove_migration_ptes(piece, piece, flags);
}

static void drop_pieces(const struct split *split, const struct folio *kept)
{
	struct folio *next;

	for (struct folio *piece = split->folio; piece; piece = next) {
		next = split_next(split, piece);
		if (piece == kept)
			continue;
		folio_unlock(piece);
		/* A piece that nothing maps any more needs no place in swap either. */
		free_swap_cache(piece);
		folio_put(piece);
	}
}

/* The piece with @kept stays locked and referenced. */
static int split_mapped(struct split *split, struct page *kept)
{
	struct folio *folio = split->folio;
	struct anon_vma *anon_vma;
	int err;

	anon_vma = folio_get_anon_vma(folio);
	if (!anon_vma)
		return -EBUSY;
	anon_vma_lock_write(anon_vma);
	/* Before anything is unmapped for nothing. */
	if (folio_expected_ref_count(folio) != folio_ref_count(folio) - 1) {
		err = -EAGAIN;
		goto out_unlock;
	}
	unmap_folio(folio);
	local_irq_disable();
	err = freeze_and_split(split);
	local_irq_enable();
	remap_pieces(split, !err);
	if (!err)
		drop_pieces(split, page_folio(kept));
out_unlock:
	anon_vma_unlock_write(anon_vma);
	put_anon_vma(anon_vma);
	return err;
}

int split_folio_to_list(struct page *page, unsigned int new_order, struct list_head *list)
{
	struct split split = {
		.folio = page_folio(page),
		.old_order = folio_order(page_folio(page)),
		.new_order = new_order,
		.list = list,
	};
	int err = check_splittable(split.folio, new_order);

	if (!err)
		err = split_mapped(&split, page);
	sim_event(FOLIO_SPLIT, folio_pfn(split.folio), split.old_order, new_order, (u64)err);
	return err;
}

int split_huge_page_to_order(struct page *page, unsigned int new_order)
{
	return split_folio_to_list(page, new_order, NULL);
}
EXPORT_SYMBOL_GPL(split_huge_page_to_order);

int split_folio(struct folio *folio)
{
	return split_folio_to_list(&folio->page, 0, NULL);
}
EXPORT_SYMBOL_GPL(split_folio);

int folio_split_unmapped(struct folio *folio, unsigned int new_order)
{
	struct split split = {
		.folio = folio,
		.old_order = folio_order(folio),
		.new_order = new_order,
	};
	int err;

	SIM_ASSERT(!folio_mapped(folio) && folio_test_locked(folio) && folio_test_anon(folio));
	if (folio_expected_ref_count(folio) != folio_ref_count(folio) - 1)
		return -EAGAIN;
	local_irq_disable();
	err = freeze_and_split(&split);
	local_irq_enable();
	sim_event(FOLIO_SPLIT, folio_pfn(folio), split.old_order, new_order, (u64)err);
	return err;
}

/* The folio that an address is mapped to, in RAM or on a device; NULL for none. */
static struct folio *mapped_folio(struct mm_struct *mm, unsigned long addr)
{
	struct cpt_hit hit;

	if (!cpt_lookup(mm, addr, &hit))
		return NULL;
	if (!(cpt_present(hit.entry) && !(hit.entry & CPT_SPECIAL)) &&
	    !cpt_is_device_private(hit.entry))
		return NULL;
	return pfn_folio(cpt_pfn(hit.entry));
}

/* As one who writes to the kernel's split_huge_pages file: what is busy stays whole. */
long sim_split(struct mm_struct *mm, unsigned long addr, size_t bytes, unsigned int new_order)
{
	unsigned long end = addr + bytes;
	long pages = 0;

	lru_add_drain_all();
	mmap_read_lock(mm);
	for (; addr < end; addr += PAGE_SIZE) {
		struct folio *folio = mapped_folio(mm, addr);
		long nr;

		if (!folio || !folio_test_large(folio) || folio_order(folio) <= new_order)
			continue;
		nr = (long)folio_nr_pages(folio);
		/* No switch point since the entry was read, so it still has its reference. */
		folio_get(folio);
		if (folio_trylock(folio)) {
			if (!split_folio_to_list(&folio->page, new_order, NULL))
				pages += nr;
			folio_unlock(folio);
		}
		folio_put(folio);
		cond_resched();
	}
	mmap_read_unlock(mm);
	return pages;
}
