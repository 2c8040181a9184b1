/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The swap cache, and who refers to places in swap. A folio of the cache holds a place for each of
 * its pages, and the cache a reference for each; it is taken out of the cache with its lock held.
 * A place is free when no entry refers to it and no folio of the cache has it.
 */
#include <linux/export.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include "mm/move_internal.h"

static struct swap_place *place_of(unsigned long place)
{
	struct swap_device *swap = &move_state()->swap;

	SIM_ASSERT(place && place < swap->place_end);
	return &swap->place[place];
}

void swap_cache_set(struct folio *folio)
{
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		place_of(folio->swap.val + i)->folio = folio;
}

static void cache_add(struct folio *folio, unsigned long place)
{
	folio_ref_add(folio, (int)folio_nr_pages(folio));
	folio_set_swapcache(folio);
	folio->swap.val = place;
	swap_cache_set(folio);
}

int folio_alloc_swap(struct folio *folio)
{
	unsigned long place = swap_places_alloc(folio_order(folio));

	if (!place)
		return -ENOMEM;
	cache_add(folio, place);
	return 0;
}

void swap_cache_replace(struct folio *folio, struct folio *newfolio)
{
	folio_set_swapcache(newfolio);
	newfolio->swap = folio->swap;
	swap_cache_set(newfolio);
}

void swap_cache_del(struct folio *folio)
{
	unsigned long first = folio->swap.val;
	unsigned long count = folio_nr_pages(folio);

	folio_clear_swapcache(folio);
	folio->private = NULL;
	for (unsigned long i = 0; i < count; i++) {
		struct swap_place *place = place_of(first + i);

		place->folio = NULL;
		if (!place->count)
			swap_place_free(first + i);
	}
	folio_put_refs(folio, (int)count);
}

bool folio_is_swapped(const struct folio *folio)
{
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		if (place_of(folio->swap.val + i)->count)
			return true;
	return false;
}

bool folio_free_swap(struct folio *folio)
{
	if (!folio_test_swapcache(folio) || folio_test_writeback(folio) ||
	    folio_is_swapped(folio))
		return false;
	swap_cache_del(folio);
	folio_set_dirty(folio);
	return true;
}
EXPORT_SYMBOL_GPL(folio_free_swap);

void free_swap_cache(struct folio *folio)
{
	if (!folio_test_swapcache(folio) || folio_mapped(folio) || !folio_trylock(folio))
		return;
	folio_free_swap(folio);
	folio_unlock(folio);
}

void swap_dup(unsigned long place)
{
	SIM_ASSERT(place_of(place)->is_used);
	place_of(place)->count++;
}

/* Nobody can come back for what only the cache keeps. */
static void cache_try_free(struct folio *folio)
{
	if (!folio_try_get(folio))
		return;
	free_swap_cache(folio);
	folio_put(folio);
}

void swap_put(unsigned long number)
{
	struct swap_place *place = place_of(number);

	SIM_ASSERT(place->count);
	if (--place->count)
		return;
	if (place->folio)
		cache_try_free(place->folio);
	else
		swap_place_free(number);
}

struct folio *swap_cache_get(unsigned long place)
{
	struct folio *folio = place_of(place)->folio;

	/* Frozen: somebody migrates or splits it, and it is found again afterwards. */
	while (folio && !folio_try_get(folio)) {
		cond_resched();
		folio = place_of(place)->folio;
	}
	return folio;
}

void swap_write(struct folio *folio)
{
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		swap_place_write(folio->swap.val + i, folio_page(folio, i));
	folio_clear_dirty(folio);
}

/* Somebody else was faster: his folio, if it still is the one of that place once it is locked. */
static struct folio *cache_get_locked(unsigned long place)
{
	struct folio *folio = swap_cache_get(place);

	if (!folio)
		return NULL;
	folio_lock(folio);
	if (place_of(place)->folio == folio)
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return NULL;
}

struct folio *swap_read(unsigned long place, struct vm_area_struct *vma, unsigned long addr)
{
	struct folio *folio, *other;

	for (;;) {
		other = cache_get_locked(place);
		if (other)
			return other;
		folio = folio_alloc(GFP_HIGHUSER_MOVABLE, 0);
		if (!folio)
			return ERR_PTR(-ENOMEM);
		/* Allocating may have slept. */
		if (!place_of(place)->count) {
			folio_put(folio);
			return ERR_PTR(-ENOENT);
		}
		if (!place_of(place)->folio)
			break;
		folio_put(folio);
	}
	__folio_set_locked(folio);
	folio_set_swapbacked(folio);
	cache_add(folio, place);
	folio_add_lru(folio);
	swap_place_read(place, &folio->page);
	folio_set_uptodate(folio);
	return folio;
}

void swap_cache_finish(struct svmsim_world *world)
{
	struct swap_device *swap = &((struct move_state *)world->slot[SIM_SLOT_MOVE])->swap;

	for (u64 i = 1; i < swap->touched_end; i++)
		if (swap->place[i].folio && !swap->place[i].count)
			cache_try_free(swap->place[i].folio);
}
