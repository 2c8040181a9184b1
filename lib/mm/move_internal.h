/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by what moves pages. */
#ifndef MM_MOVE_INTERNAL_H
#define MM_MOVE_INTERNAL_H

#include "mm/move.h"

/* As many folios wait in a batch of a CPU before they get on their lists; the kernel's number. */
#define LRU_BATCH_MAX 31

enum lru_list {
	LRU_INACTIVE_ANON,
	LRU_ACTIVE_ANON,
	LRU_INACTIVE_FILE,
	LRU_ACTIVE_FILE,
	LRU_LIST_COUNT,
};

/**
 * struct lru_batch - folios on their way to a list, each with a reference
 * @count: entries of @folio
 * @folio: in order of arrival
 */
struct lru_batch {
	unsigned int count;
	struct folio *folio[LRU_BATCH_MAX];
};

/**
 * struct lru_cpu - of one CPU
 * @add: new ones
 * @activate: to be moved from an inactive list to the active one; off all lists until then
 */
struct lru_cpu {
	struct lru_batch add;
	struct lru_batch activate;
};

/**
 * struct lru_node - lists of one NUMA node
 * @list: newest first
 * @pages: number of pages on each
 */
struct lru_node {
	struct list_head list[LRU_LIST_COUNT];
	u64 pages[LRU_LIST_COUNT];
};

/**
 * struct swap_place - one page of the swap device
 * @folio: of the swap cache, the head; NULL for none
 * @count: entries of page tables (or of a shared-memory file) that refer to it
 * @is_used: neither may be free to be handed out
 * @has_data: something was written there since it was handed out
 * @has_tag: it is @tag that was written, not the bytes of the device
 * @tag: see mm/content.h
 */
struct swap_place {
	struct folio *folio;
	u32 count;
	bool is_used;
	bool has_data;
	bool has_tag;
	u64 tag;
};

/**
 * struct swap_device - the swap device
 * @place: by number; 0 is none
 * @data: contents, by number
 * @place_end: number of places and one
 * @first_free: no place below this is free
 * @touched_end: no place from here on was used in this run
 * @used: places that are not free
 */
struct swap_device {
	struct swap_place *place;
	char *data;
	u64 place_end;
	u64 first_free;
	u64 touched_end;
	u64 used;
};

/**
 * struct move_state - of sim_layer_move
 * @cpu: batches, by CPU
 * @node: lists, by node
 * @swap: the swap device
 */
struct move_state {
	struct lru_cpu *cpu;
	struct lru_node node[SVMSIM_NODE_MAX];
	struct swap_device swap;
};

static inline struct move_state *move_state(void)
{
	return sim_world->slot[SIM_SLOT_MOVE];
}

/* lru.c */
void lru_start(struct svmsim_world *world);
/* A piece of a folio that was split gets on the list where that one is, which counts it already. */
void lru_add_piece(struct folio *folio, struct folio *piece);
/* The list that a folio belongs on. */
static inline enum lru_list lru_list_of(const struct folio *folio)
{
	enum lru_list list = folio_test_swapbacked(folio) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;

	return folio_test_active(folio) ? list + 1 : list;
}

/* swap_device.c: reserved when a world is made; a reset forgets what the run touched. */
int swap_device_make(struct svmsim_world *world);
void swap_device_unmake(struct svmsim_world *world);
void swap_device_reset(struct svmsim_world *world);

/* Numbers of places that follow one another, aligned to their number: the first; 0 for none. */
unsigned long swap_places_alloc(unsigned int order);
void swap_place_free(unsigned long place);
void swap_place_write(unsigned long place, struct page *page);
void swap_place_read(unsigned long place, struct page *page);

/* swap.c */
/* The cache has a folio, or a piece of one, under its places from now on. */
void swap_cache_set(struct folio *folio);
/* Puts another folio of the same size in the place of one, which is locked and frozen. */
void swap_cache_replace(struct folio *folio, struct folio *newfolio);
/* Takes a locked folio out of the cache; unused places are free then. Drops the references. */
void swap_cache_del(struct folio *folio);
/* Whether an entry of a page table refers to a place of a folio in the cache. */
bool folio_is_swapped(const struct folio *folio);
/* Gives up what only the cache keeps. */
void swap_cache_finish(struct svmsim_world *world);
/* Writes a locked folio that is in the cache to its places. */
void swap_write(struct folio *folio);

/*
 * folio_split.c: the piece with @page stays locked, with the caller's reference. With @list the
 * others get on it, each with a reference of its own.
 */
int split_folio_to_list(struct page *page, unsigned int new_order, struct list_head *list);

/**
 * struct isolate - which folios of a range are wanted
 * @folios: filled; each has a reference. An empty list at first
 * @wants: NULL for all, or whether it is one of them
 * @arg: passed to @wants
 */
struct isolate {
	struct list_head folios;
	bool (*wants)(const struct folio *folio, const void *arg);
	const void *arg;
};

/* isolate.c: takes the folios that an area's range maps off the LRU; mmap_lock held. */
void isolate_area(struct isolate *isolate, struct vm_area_struct *vma, unsigned long start,
		  unsigned long end);
/* The same for all areas of a range; takes mmap_lock. */
void isolate_range(struct isolate *isolate, struct mm_struct *mm, unsigned long start,
		   unsigned long end);
/* Gives folios back to the LRU. */
void isolate_putback(struct list_head *folios);

/**
 * struct reclaim - how hard to try
 * @gfp: what the allocation that needs memory may do
 * @ignores_references: take also what was used lately
 * @scanned: pages looked at so far
 * @reclaimed: pages freed so far
 */
struct reclaim {
	gfp_t gfp;
	bool ignores_references;
	unsigned long scanned;
	unsigned long reclaimed;
};

/* reclaim.c: frees what it can of isolated folios; what is left is in the list afterwards. */
void reclaim_folios(struct list_head *folios, struct reclaim *reclaim);

#endif
