/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One folio takes the place of another: its identity, its flags, its contents. */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/swap.h>
#include "mm/move_internal.h"

/*
 * References that everything known accounts for: the caches', one for each page; the private
 * data's; the page tables'.
 */
int folio_expected_ref_count(const struct folio *folio)
{
	int pages = (int)folio_nr_pages(folio);
	int count = 0;

	if (folio_test_swapbacked(folio) && folio_test_swapcache(folio))
		count += pages;
	if (!folio_test_anon(folio)) {
		if (folio->mapping)
			count += pages;
		count += folio_test_private(folio);
	}
	return count + folio_mapcount(folio);
}

/* The page cache finds the new folio from now on. */
static void page_cache_replace(struct address_space *mapping, struct folio *folio,
			       struct folio *newfolio)
{
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		__xa_store(&mapping->i_pages, folio->index + i, newfolio, 0);
}

static void take_identity(struct folio *newfolio, const struct folio *folio)
{
	newfolio->index = folio->index;
	newfolio->mapping = folio->mapping;
	if (folio_test_swapbacked(folio))
		folio_set_swapbacked(newfolio);
}

/* Nobody can look the folio up while it is frozen, so that nobody sees half of the change. */
static int migrate_cached(struct address_space *mapping, struct folio *newfolio,
			  struct folio *folio, int expected)
{
	bool in_swap = folio_test_swapcache(folio);
	int pages = (int)folio_nr_pages(folio);

	if (!in_swap)
		xa_lock(&mapping->i_pages);
	if (!folio_ref_freeze(folio, expected)) {
		if (!in_swap)
			xa_unlock(&mapping->i_pages);
		return -EAGAIN;
	}
	take_identity(newfolio, folio);
	folio_ref_add(newfolio, pages);
	if (folio_test_dirty(folio)) {
		folio_clear_dirty(folio);
		folio_set_dirty(newfolio);
	}
	if (in_swap)
		swap_cache_replace(folio, newfolio);
	else
		page_cache_replace(mapping, folio, newfolio);
	folio_ref_unfreeze(folio, expected - pages);
	if (!in_swap)
		xa_unlock(&mapping->i_pages);
	return 0;
}

int folio_migrate_mapping(struct address_space *mapping, struct folio *newfolio,
			  struct folio *folio, int extra_count)
{
	int expected = folio_expected_ref_count(folio) + extra_count + 1;

	if (folio_ref_count(folio) != expected)
		return -EAGAIN;
	/* The swap cache is none of the address spaces here, so @mapping does not say. */
	if (mapping || folio_test_swapcache(folio))
		return migrate_cached(mapping, newfolio, folio, expected);
	take_identity(newfolio, folio);
	return 0;
}
EXPORT_SYMBOL(folio_migrate_mapping);

void folio_migrate_flags(struct folio *newfolio, struct folio *folio)
{
	/* PG_anon_exclusive of the first page may be left behind without an entry that has it. */
	unsigned long copied = 1UL << PG_referenced | 1UL << PG_uptodate | 1UL << PG_active |
			       1UL << PG_unevictable | 1UL << PG_workingset | 1UL << PG_dirty |
			       1UL << PG_anon_exclusive;

	newfolio->flags.f |= folio->flags.f & copied;
	folio_clear_active(folio);
	folio_clear_unevictable(folio);
	folio_clear_swapcache(folio);
	folio_clear_private(folio);
	folio->private = NULL;
}
EXPORT_SYMBOL(folio_migrate_flags);

void folio_migrate_copy(struct folio *newfolio, struct folio *folio)
{
	folio_copy(newfolio, folio);
	folio_migrate_flags(newfolio, folio);
}
