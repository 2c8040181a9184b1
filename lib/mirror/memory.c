/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The device's memory: pieces registered with core mm, cut into blocks of 2 MiB. Pages come back
 * wherever the last reference was dropped, under a page-table lock for one: nothing sleeps there.
 */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/ioport.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "mirror.h"

static struct mirror_chunk *chunk_of(const struct page *page)
{
	return container_of(page_pgmap(page), struct mirror_chunk, pagemap);
}

static unsigned long first_pfn(const struct mirror_chunk *chunk)
{
	return PHYS_PFN(chunk->pagemap.range.start);
}

static struct mirror_block *block_of(const struct page *page)
{
	struct mirror_chunk *chunk = chunk_of(page);

	return &chunk->block[(page_to_pfn(page) - first_pfn(chunk)) >> BLOCK_ORDER];
}

bool mirror_owns(const struct sim_mirror_device *device, const struct page *page)
{
	const struct folio *folio = page_folio(page);

	if (!folio_is_device_private(folio) && !folio_is_device_coherent(folio))
		return false;
	return page_pgmap(page)->owner == device;
}

struct page *mirror_data_page(const struct sim_mirror_device *device, struct page *page)
{
	struct page *head;

	if (mirror_is_coherent(device))
		return page;
	head = compound_head(page);
	return (struct page *)head->zone_device_data + (page - head);
}

bool mirror_must_fail(struct sim_mirror_device *device, unsigned int order)
{
	bool fails;

	/* Asked for each page, and hardly ever so. */
	if (likely(READ_ONCE(device->fail_order) != (int)order))
		return false;
	spin_lock(&device->lock);
	fails = device->fail_order == (int)order;
	if (fails)
		WRITE_ONCE(device->fail_order, -1);
	spin_unlock(&device->lock);
	return fails;
}

/* Takes a block off its list, for itself or for some of its pages. */
static struct mirror_block *take_free_block(struct sim_mirror_device *device)
{
	struct mirror_block *block;

	spin_lock(&device->lock);
	block = list_first_entry_or_null(&device->free_blocks, struct mirror_block, node);
	if (block)
		list_del_init(&block->node);
	spin_unlock(&device->lock);
	return block;
}

/* Side by side, so that a large folio's are found from its first; otherwise ordinary pages. */
static struct page *alloc_backing(void)
{
	struct page *pages = alloc_pages(GFP_HIGHUSER | __GFP_NOWARN, BLOCK_ORDER);

	if (pages)
		split_page(pages, BLOCK_ORDER);
	return pages;
}

static void free_backing(struct mirror_block *block)
{
	for (unsigned int i = 0; block->backing && i < BLOCK_PAGES; i++)
		__free_page(block->backing + i);
	block->backing = NULL;
}

/* A block of which no page is in use, on no list, with pages behind it. NULL without memory. */
static struct mirror_block *get_block(struct sim_mirror_device *device)
{
	struct mirror_block *block = take_free_block(device);

	if (!block) {
		if (mirror_add_chunk(device))
			return NULL;
		block = take_free_block(device);
	}
	if (!block || block->backing || mirror_is_coherent(device))
		return block;
	block->backing = alloc_backing();
	if (block->backing)
		return block;
	spin_lock(&device->lock);
	list_add(&block->node, &device->free_blocks);
	spin_unlock(&device->lock);
	return NULL;
}

/* The next page of a block with free ones, *@from; the device's lock is held. */
static struct page *take_page(struct sim_mirror_device *device, struct mirror_block **from)
{
	struct mirror_block *block = list_first_entry_or_null(&device->partial_blocks,
							      struct mirror_block, node);
	struct page *page;

	if (!block)
		return NULL;
	page = block->free;
	if (page)
		block->free = page->zone_device_data;
	else
		page = block->first + block->next++;
	device->used++;
	if (++block->used == BLOCK_PAGES)
		list_del_init(&block->node);
	*from = block;
	return page;
}

static struct page *take_page_locked(struct sim_mirror_device *device, struct mirror_block **from)
{
	struct page *page;

	spin_lock(&device->lock);
	page = take_page(device, from);
	spin_unlock(&device->lock);
	return page;
}

static void set_backing(const struct mirror_block *block, struct page *page)
{
	page->zone_device_data = block->backing ? block->backing + (page - block->first) : NULL;
}

struct page *mirror_alloc_page(struct sim_mirror_device *device)
{
	struct mirror_block *block;
	struct page *page;

	if (mirror_must_fail(device, 0))
		return NULL;
	while (!(page = take_page_locked(device, &block))) {
		block = get_block(device);
		if (!block)
			return NULL;
		spin_lock(&device->lock);
		list_add(&block->node, &device->partial_blocks);
		spin_unlock(&device->lock);
	}
	zone_device_page_init(page, &block->chunk->pagemap, 0);
	set_backing(block, page);
	return page;
}

struct folio *mirror_alloc_huge(struct sim_mirror_device *device)
{
	struct mirror_block *block;
	struct folio *folio;

	if (device->config.no_huge || mirror_must_fail(device, BLOCK_ORDER))
		return NULL;
	block = get_block(device);
	if (!block)
		return NULL;
	spin_lock(&device->lock);
	block->used = block->next = BLOCK_PAGES;
	device->used += BLOCK_PAGES;
	spin_unlock(&device->lock);
	folio = (struct folio *)block->first;
	zone_device_folio_init(folio, &block->chunk->pagemap, BLOCK_ORDER);
	set_backing(block, block->first);
	return folio;
}

/* Pages of a block, all of one folio that is free now; the device's lock is held. */
static void give_pages(struct sim_mirror_device *device, struct mirror_block *block,
		       struct page *page, unsigned int count)
{
	device->used -= count;
	block->used -= count;
	if (!block->used) {
		block->free = NULL;
		block->next = 0;
		list_move(&block->node, &device->free_blocks);
		return;
	}
	for (unsigned int i = 0; i < count; i++) {
		page[i].zone_device_data = block->free;
		block->free = &page[i];
	}
	list_move(&block->node, &device->partial_blocks);
}

static void folio_free(struct folio *folio)
{
	struct mirror_block *block = block_of(&folio->page);
	struct sim_mirror_device *device = block->chunk->device;

	spin_lock(&device->lock);
	give_pages(device, block, &folio->page, folio_nr_pages(folio));
	spin_unlock(&device->lock);
}

/* A large folio falls apart: each part finds its bytes by itself. */
static void folio_split(struct folio *head, struct folio *tail)
{
	if (!tail)
		return;
	tail->pgmap = head->pgmap;
	tail->page.zone_device_data = NULL;
	if (head->page.zone_device_data)
		tail->page.zone_device_data = (struct page *)head->page.zone_device_data +
					      (&tail->page - &head->page);
}

static const struct dev_pagemap_ops pagemap_ops = {
	.folio_free = folio_free,
	.migrate_to_ram = mirror_migrate_to_ram,
	.folio_split = folio_split,
};

/* Where the memory is: the caller's range, or one that nothing else has. */
static int find_range(struct sim_mirror_device *device, struct range *range)
{
	u64 bytes = device->config.chunk_bytes;
	struct resource *resource;

	if (mirror_is_coherent(device)) {
		range->start = device->config.coherent_first;
		range->end = range->start + bytes - 1;
		return 0;
	}
	resource = request_free_mem_region(&iomem_resource, bytes, "sim_mirror");
	if (IS_ERR(resource))
		return PTR_ERR(resource);
	range->start = resource->start;
	range->end = resource->end;
	return 0;
}

static void forget_range(struct sim_mirror_device *device, const struct range *range)
{
	if (!mirror_is_coherent(device))
		release_mem_region(range->start, range_len(range));
}

static int register_chunk(struct mirror_chunk *chunk)
{
	struct sim_mirror_device *device = chunk->device;
	struct dev_pagemap *pagemap = &chunk->pagemap;
	void *mapped;
	int err;

	err = find_range(device, &pagemap->range);
	if (err)
		return err;
	pagemap->type = mirror_is_coherent(device) ? MEMORY_DEVICE_COHERENT : MEMORY_DEVICE_PRIVATE;
	pagemap->nr_range = 1;
	pagemap->ops = &pagemap_ops;
	pagemap->owner = device;
	mapped = memremap_pages(pagemap, dev_to_node(device->dev));
	if (!IS_ERR(mapped))
		return 0;
	forget_range(device, &pagemap->range);
	return PTR_ERR(mapped);
}

static void link_chunk(struct mirror_chunk *chunk)
{
	struct sim_mirror_device *device = chunk->device;

	spin_lock(&device->lock);
	for (unsigned int i = 0; i < chunk->block_count; i++) {
		struct mirror_block *block = &chunk->block[i];

		block->chunk = chunk;
		block->first = pfn_to_page(first_pfn(chunk) + i * BLOCK_PAGES);
		list_add_tail(&block->node, &device->free_blocks);
	}
	spin_unlock(&device->lock);
	list_add_tail(&chunk->node, &device->chunks);
	device->chunk_count++;
}

static int add_chunk(struct sim_mirror_device *device)
{
	struct mirror_chunk *chunk;
	int err = -ENOMEM;

	if (device->chunk_count == device->config.chunk_max)
		return -ENOMEM;
	chunk = kzalloc_obj(*chunk);
	if (!chunk)
		return -ENOMEM;
	chunk->device = device;
	chunk->block_count = device->config.chunk_bytes / BLOCK_BYTES;
	chunk->block = kvcalloc(chunk->block_count, sizeof(*chunk->block), GFP_KERNEL);
	if (!chunk->block)
		goto err_free_chunk;
	err = register_chunk(chunk);
	if (err)
		goto err_free_blocks;
	link_chunk(chunk);
	return 0;

err_free_blocks:
	kvfree(chunk->block);
err_free_chunk:
	kfree(chunk);
	return err;
}

int mirror_add_chunk(struct sim_mirror_device *device)
{
	bool has_free;
	int err = 0;

	mutex_lock(&device->chunk_lock);
	/* Another task may have been faster. */
	spin_lock(&device->lock);
	has_free = !list_empty(&device->free_blocks);
	spin_unlock(&device->lock);
	if (!has_free)
		err = add_chunk(device);
	mutex_unlock(&device->chunk_lock);
	return err;
}

void mirror_remove_chunks(struct sim_mirror_device *device)
{
	struct mirror_chunk *chunk, *next;

	list_for_each_entry_safe(chunk, next, &device->chunks, node) {
		memunmap_pages(&chunk->pagemap);
		forget_range(device, &chunk->pagemap.range);
		for (unsigned int i = 0; i < chunk->block_count; i++)
			free_backing(&chunk->block[i]);
		list_del(&chunk->node);
		kvfree(chunk->block);
		kfree(chunk);
	}
}
