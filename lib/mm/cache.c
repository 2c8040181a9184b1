// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "mm/cache.h"
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/string.h>

#define BUCKET_COUNT 1024
#define LINES_IN_PAGE (PAGE_SIZE / SIM_CACHE_LINE_BYTES)

/* A page of RAM as the CPU sees it. */
struct cache_page {
	struct list_head node;
	struct cache_page *next;
	u64 pfn;
	u64 dirty;
	bool uncached;
	u8 bytes[PAGE_SIZE];
};

static_assert(LINES_IN_PAGE == 64);

/* Pages in order of their coming, and by page frame number. */
struct sim_cache {
	struct list_head pages;
	struct cache_page *bucket[BUCKET_COUNT];
};

static struct sim_cache *cache_of(const struct svmsim_world *world)
{
	return sim_phys_of_world(world)->cache;
}

void sim_cache_enable(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (state->cache)
		return;
	state->cache = sim_alloc(world, sizeof(*state->cache));
	INIT_LIST_HEAD(&state->cache->pages);
}

void sim_cache_free(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);
	struct cache_page *page, *next;

	if (!state->cache)
		return;
	list_for_each_entry_safe(page, next, &state->cache->pages, node)
		sim_free(world, page, sizeof(*page));
	sim_free(world, state->cache, sizeof(*state->cache));
	state->cache = NULL;
}

static struct cache_page *find(struct sim_cache *cache, u64 pfn)
{
	struct cache_page *page = cache->bucket[pfn % BUCKET_COUNT];

	while (page && page->pfn != pfn)
		page = page->next;
	return page;
}

/* The page at @pfn, which comes into the cache if it is not there; NULL where there is no RAM. */
static struct cache_page *hold(struct svmsim_world *world, u64 pfn)
{
	struct sim_cache *cache = cache_of(world);
	struct cache_page *page = find(cache, pfn);

	if (page)
		return page;
	if (!sim_phys_is_ram(world, PFN_PHYS(pfn)))
		return NULL;
	page = sim_alloc(world, sizeof(*page));
	page->pfn = pfn;
	sim_phys_read(world, PFN_PHYS(pfn), page->bytes, PAGE_SIZE);
	page->next = cache->bucket[pfn % BUCKET_COUNT];
	cache->bucket[pfn % BUCKET_COUNT] = page;
	list_add_tail(&page->node, &cache->pages);
	return page;
}

static u64 lines_of(size_t first, size_t last)
{
	u64 upto_last = ~0ull >> (LINES_IN_PAGE - 1 - last / SIM_CACHE_LINE_BYTES);

	return upto_last & ~0ull << first / SIM_CACHE_LINE_BYTES;
}

static void clean_lines(struct svmsim_world *world, struct cache_page *page, u64 lines)
{
	for (u64 dirty = page->dirty & lines; dirty; dirty &= dirty - 1) {
		size_t at = __builtin_ctzll(dirty) * SIM_CACHE_LINE_BYTES;

		sim_phys_write(world, PFN_PHYS(page->pfn) + at, page->bytes + at,
			       SIM_CACHE_LINE_BYTES);
	}
	page->dirty &= ~lines;
}

static void load_lines(struct svmsim_world *world, struct cache_page *page, u64 lines)
{
	for (u64 left = lines; left; left &= left - 1) {
		size_t at = __builtin_ctzll(left) * SIM_CACHE_LINE_BYTES;

		sim_phys_read(world, PFN_PHYS(page->pfn) + at, page->bytes + at,
			      SIM_CACHE_LINE_BYTES);
	}
	page->dirty &= ~lines;
}

void sim_cache_page_freed(struct svmsim_world *world, u64 pfn)
{
	struct cache_page **link = &cache_of(world)->bucket[pfn % BUCKET_COUNT];
	struct cache_page *page;

	while (*link && (*link)->pfn != pfn)
		link = &(*link)->next;
	page = *link;
	if (!page)
		return;
	clean_lines(world, page, ~0ull);
	*link = page->next;
	list_del(&page->node);
	sim_free(world, page, sizeof(*page));
}

static size_t part_of_page(phys_addr_t phys, size_t bytes)
{
	size_t part = PAGE_SIZE - offset_in_page(phys);

	return part < bytes ? part : bytes;
}

/* Calls @op for the lines that the range touches in each page. */
static void for_each_part(struct svmsim_world *world, phys_addr_t phys, size_t bytes,
			  void (*op)(struct svmsim_world *world, struct cache_page *page,
				     size_t first, size_t last))
{
	if (!sim_cache_is_on(world))
		return;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);
		struct cache_page *page = hold(world, PHYS_PFN(phys));

		if (page && !page->uncached)
			op(world, page, offset_in_page(phys), offset_in_page(phys) + part - 1);
		phys += part;
		bytes -= part;
	}
}

static void nothing(struct svmsim_world *world, struct cache_page *page, size_t first, size_t last)
{
}

static void clean(struct svmsim_world *world, struct cache_page *page, size_t first, size_t last)
{
	clean_lines(world, page, lines_of(first, last));
}

static void invalidate(struct svmsim_world *world, struct cache_page *page, size_t first,
		       size_t last)
{
	u64 partial = 0;

	if (first % SIM_CACHE_LINE_BYTES)
		partial |= lines_of(first, first);
	if ((last + 1) % SIM_CACHE_LINE_BYTES)
		partial |= lines_of(last, last);
	clean_lines(world, page, partial);
	load_lines(world, page, lines_of(first, last));
}

void sim_cache_hold(struct svmsim_world *world, phys_addr_t phys, size_t bytes)
{
	for_each_part(world, phys, bytes, nothing);
}

void sim_cache_clean(struct svmsim_world *world, phys_addr_t phys, size_t bytes)
{
	for_each_part(world, phys, bytes, clean);
}

void sim_cache_invalidate(struct svmsim_world *world, phys_addr_t phys, size_t bytes)
{
	for_each_part(world, phys, bytes, invalidate);
}

void sim_cache_set_uncached(struct svmsim_world *world, phys_addr_t phys, size_t bytes,
			    bool uncached)
{
	if (!sim_cache_is_on(world))
		return;
	for (u64 pfn = PHYS_PFN(phys); pfn < PHYS_PFN(phys + bytes); pfn++) {
		struct cache_page *page = hold(world, pfn);

		if (!page)
			continue;
		if (uncached)
			clean_lines(world, page, ~0ull);
		else
			load_lines(world, page, ~0ull);
		page->uncached = uncached;
	}
}

int sim_cache_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes)
{
	/* Whether there is RAM everywhere is for the one to say who knows. */
	int err = sim_phys_read(world, phys, buf, bytes);

	if (err)
		return err;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);
		struct cache_page *page = find(cache_of(world), PHYS_PFN(phys));

		if (page && !page->uncached)
			memcpy(buf, page->bytes + offset_in_page(phys), part);
		buf += part;
		phys += part;
		bytes -= part;
	}
	return 0;
}

static int write_part(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes)
{
	struct cache_page *page = hold(world, PHYS_PFN(phys));
	size_t first = offset_in_page(phys);

	if (!page || page->uncached)
		return sim_phys_write(world, phys, buf, bytes);
	memcpy(page->bytes + first, buf, bytes);
	page->dirty |= lines_of(first, first + bytes - 1);
	return 0;
}

/* The bytes go to RAM and into the line; whether the rest of the line is dirty stays as it is. */
static int snoop_part(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes)
{
	struct cache_page *page = find(cache_of(world), PHYS_PFN(phys));

	if (page && !page->uncached)
		memcpy(page->bytes + offset_in_page(phys), buf, bytes);
	return sim_phys_write(world, phys, buf, bytes);
}

static int write_parts(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes,
		       int (*write)(struct svmsim_world *world, phys_addr_t phys, const void *buf,
				    size_t bytes))
{
	/* All or nothing, as where there is no cache. */
	for (size_t at = 0; at < bytes; at += part_of_page(phys + at, bytes - at))
		if (!sim_phys_ptr(world, phys + at))
			return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);
		int err = write(world, phys, buf, part);

		if (err)
			return err;
		buf += part;
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_cache_write(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes)
{
	return write_parts(world, phys, buf, bytes, write_part);
}

int sim_cache_snoop_write(struct svmsim_world *world, phys_addr_t phys, const void *buf,
			  size_t bytes)
{
	return write_parts(world, phys, buf, bytes, snoop_part);
}

int sim_cpu_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes)
{
	u8 buf[PAGE_SIZE];

	if (!sim_cache_is_on(world))
		return sim_phys_set(world, phys, value, bytes);
	memset(buf, value, bytes < PAGE_SIZE ? bytes : PAGE_SIZE);
	while (bytes) {
		size_t part = part_of_page(phys, bytes);
		int err = sim_cache_write(world, phys, buf, part);

		if (err)
			return err;
		phys += part;
		bytes -= part;
	}
	return 0;
}

static int copy_part(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes)
{
	u8 buf[PAGE_SIZE];
	int err;

	if (!sim_cache_is_on(world))
		return sim_phys_copy(world, to, from, bytes);
	err = sim_cache_read(world, from, buf, bytes);
	return err ? err : sim_cache_write(world, to, buf, bytes);
}

int sim_cpu_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes)
{
	while (bytes) {
		size_t part = part_of_page(to, part_of_page(from, bytes));
		int err = copy_part(world, to, from, part);

		if (err)
			return err;
		to += part;
		from += part;
		bytes -= part;
	}
	return 0;
}

void arch_sync_dma_for_device(phys_addr_t paddr, size_t size, enum dma_data_direction dir)
{
	sim_event(CACHE_CLEAN, paddr, size);
	sim_cache_clean(sim_world, paddr, size);
}
EXPORT_SYMBOL(arch_sync_dma_for_device);

void arch_sync_dma_for_cpu(phys_addr_t paddr, size_t size, enum dma_data_direction dir)
{
	/* The device only read: lines have nothing that RAM does not have, or will get. */
	if (dir == DMA_TO_DEVICE)
		return;
	sim_event(CACHE_INVALIDATE, paddr, size);
	sim_cache_invalidate(sim_world, paddr, size);
}
EXPORT_SYMBOL(arch_sync_dma_for_cpu);

int dma_get_cache_alignment(void)
{
	return sim_cache_is_on(sim_world) ? SIM_CACHE_LINE_BYTES : 1;
}
EXPORT_SYMBOL(dma_get_cache_alignment);
