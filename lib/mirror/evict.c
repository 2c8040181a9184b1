/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Everything out of the device's memory, whose ever it is: without areas, by page frame. */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "mirror.h"

/* Pages that others hold for a moment are skipped: so often is it tried again. */
#define EVICT_TRIES 100

static struct folio *alloc_target(struct sim_mirror_device *device, unsigned int order)
{
	gfp_t gfp = GFP_HIGHUSER_MOVABLE | (order ? __GFP_NOWARN : __GFP_NOFAIL);
	struct folio *folio;

	if (order && mirror_must_fail(device, order))
		return NULL;
	folio = folio_alloc(gfp, order);
	if (folio)
		folio_lock(folio);
	return folio;
}

static void fill_targets(struct sim_mirror_device *device, const unsigned long *src,
			 unsigned long *dst)
{
	for (unsigned int i = 0; i < BLOCK_PAGES; i++) {
		struct page *from = migrate_pfn_to_page(src[i]);
		unsigned int order = src[i] & MIGRATE_PFN_COMPOUND ? BLOCK_ORDER : 0;
		struct folio *folio;

		dst[i] = 0;
		if (!from || !(src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		folio = alloc_target(device, order);
		if (!folio)
			continue;
		for (unsigned int k = 0; k < 1u << order; k++)
			copy_highpage(folio_page(folio, k), mirror_data_page(device, from + k));
		dst[i] = migrate_pfn(folio_pfn(folio)) | (order ? MIGRATE_PFN_COMPOUND : 0);
		i += (1u << order) - 1;
	}
}

/* There is no room for it as a whole: then in parts. */
static void split_block(struct mirror_block *block)
{
	struct folio *folio = (struct folio *)block->first;

	if (!folio_try_get(folio))
		return;
	folio_lock(folio);
	if (folio_test_large(folio))
		split_folio(folio);
	folio_unlock(folio);
	folio_put(folio);
}

static bool is_in_use(struct mirror_block *block)
{
	struct sim_mirror_device *device = block->chunk->device;
	bool is_used;

	spin_lock(&device->lock);
	is_used = block->used;
	spin_unlock(&device->lock);
	return is_used;
}

static void evict_once(struct mirror_block *block, unsigned long *src, unsigned long *dst)
{
	struct sim_mirror_device *device = block->chunk->device;

	migrate_device_range(src, page_to_pfn(block->first), BLOCK_PAGES);
	fill_targets(device, src, dst);
	migrate_device_pages(src, dst, BLOCK_PAGES);
	migrate_device_finalize(src, dst, BLOCK_PAGES);
}

static int evict_block(struct mirror_block *block, unsigned long *src, unsigned long *dst)
{
	for (unsigned int i = 0; is_in_use(block); i++) {
		if (i == EVICT_TRIES)
			return -EBUSY;
		if (i) {
			split_block(block);
			cond_resched();
		}
		evict_once(block, src, dst);
	}
	return 0;
}

/* Pieces come and never go, so that the lock, which faults take, need not be held. */
static struct mirror_chunk *chunk_behind(struct sim_mirror_device *device,
					 struct mirror_chunk *chunk)
{
	struct list_head *next;

	mutex_lock(&device->chunk_lock);
	next = chunk ? chunk->node.next : device->chunks.next;
	chunk = next == &device->chunks ? NULL : list_entry(next, struct mirror_chunk, node);
	mutex_unlock(&device->chunk_lock);
	return chunk;
}

int sim_mirror_device_evict(struct sim_mirror_device *device)
{
	unsigned long *pages = kvcalloc(2 * BLOCK_PAGES, sizeof(*pages), GFP_KERNEL | __GFP_NOFAIL);
	struct mirror_chunk *chunk = NULL;
	int err = 0;

	if (!pages)
		return -ENOMEM;
	while (!err && (chunk = chunk_behind(device, chunk)))
		for (unsigned int i = 0; i < chunk->block_count && !err; i++)
			err = evict_block(&chunk->block[i], pages, pages + BLOCK_PAGES);
	kvfree(pages);
	return err;
}
