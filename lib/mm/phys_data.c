/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The bytes of physical memory, and the ways between page frame, physical address, struct page and
 * host pointer.
 */
#include "mm/phys_internal.h"
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/sim_absent.h>
#include <linux/string.h>

static char *chunk_base(struct sim_phys_chunk *chunk)
{
	if (unlikely(!chunk->base)) {
		chunk->base = host_reserve(chunk->bytes);
		if (!chunk->base)
			host_defect(__FILE_NAME__, __LINE__, "the host refuses memory for RAM");
		host_numa_bind(chunk->base, chunk->bytes, chunk->node);
	}
	return chunk->base;
}

void *sim_phys_ptr_slow(struct svmsim_world *world, phys_addr_t phys)
{
	struct sim_phys *state = sim_phys_of_world(world);
	struct sim_phys_chunk *chunk = phys_chunk(state, PHYS_PFN(phys));
	struct sim_phys_window *window;

	if (chunk)
		return chunk_base(chunk) + (phys - chunk->first);
	window = phys_window(state, PHYS_PFN(phys));
	return window ? window->base + (phys - window->first) : NULL;
}

bool sim_phys_is_ram(const struct svmsim_world *world, phys_addr_t phys)
{
	return phys_chunk(sim_phys_of_world(world), PHYS_PFN(phys));
}

static bool has_bytes(const struct sim_phys *state, u64 pfn)
{
	return phys_chunk(state, pfn) || phys_window(state, pfn);
}

bool sim_phys_has_bytes(const struct svmsim_world *world, phys_addr_t phys)
{
	return has_bytes(sim_phys_of_world(world), PHYS_PFN(phys));
}

static bool range_has_bytes(const struct sim_phys *state, phys_addr_t phys, size_t bytes)
{
	if (!bytes)
		return true;
	if (phys + bytes - 1 < phys)
		return false;
	for (phys_addr_t last = phys + bytes - 1;;) {
		const struct sim_phys_chunk *chunk = phys_chunk(state, PHYS_PFN(phys));
		const struct sim_phys_window *window;

		if (chunk) {
			phys = chunk->first + chunk->bytes;
		} else {
			window = phys_window(state, PHYS_PFN(phys));
			if (!window)
				return false;
			phys = window->first + window->bytes;
		}
		if (phys > last)
			return true;
	}
}

void phys_forget_bytes(struct sim_phys *state, u64 pfn, u64 count)
{
	for (u64 end = pfn + count; pfn < end;) {
		u64 in_group = pfn & (GROUP_PAGES - 1);
		u64 pages = GROUP_PAGES - in_group < end - pfn ? GROUP_PAGES - in_group : end - pfn;
		u64 mask = pages == GROUP_PAGES ? ~0ull : (1ull << pages) - 1;

		state->stored[pfn >> GROUP_SHIFT] &= ~(mask << in_group);
		pfn += pages;
	}
}

/* @fills: whether what is there before the caller's own write matters. */
static char *store_page(struct svmsim_world *world, struct sim_phys *state, u64 pfn, bool fills)
{
	char *bytes = sim_phys_ptr(world, PFN_PHYS(pfn));

	if (likely(phys_is_stored(state, pfn)))
		return bytes;
	sim_phys_touch(world, pfn, 1);
	state->stored[pfn >> GROUP_SHIFT] |= 1ull << (pfn & (GROUP_PAGES - 1));
	if (fills)
		memset(bytes, state->fill, PAGE_SIZE);
	return bytes;
}

void phys_store(struct svmsim_world *world, u64 pfn, u64 count)
{
	struct sim_phys *state = sim_phys_of_world(world);

	for (u64 i = 0; i < count; i++)
		store_page(world, state, pfn + i, true);
}

void *sim_phys_data(struct svmsim_world *world, phys_addr_t phys)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!has_bytes(state, PHYS_PFN(phys)))
		return NULL;
	return store_page(world, state, PHYS_PFN(phys), true) + offset_in_page(phys);
}

phys_addr_t sim_phys_of(struct svmsim_world *world, const void *ptr)
{
	struct sim_phys *state = sim_phys_of_world(world);
	struct sim_phys_chunk *chunk = state->last_chunk;

	if (chunk && (u64)((const char *)ptr - chunk->base) < chunk->bytes)
		return chunk->first + ((const char *)ptr - chunk->base);
	for (u64 i = 0; i < state->chunk_count; i++) {
		chunk = &state->chunks[i];
		if (!chunk->base || (u64)((const char *)ptr - chunk->base) >= chunk->bytes)
			continue;
		state->last_chunk = chunk;
		return chunk->first + ((const char *)ptr - chunk->base);
	}
	for (unsigned int i = 0; i < state->window_count; i++) {
		const struct sim_phys_window *window = &state->windows[i];

		if (window->is_there && (u64)((const char *)ptr - window->base) < window->bytes)
			return window->first + ((const char *)ptr - window->base);
	}
	return ~(phys_addr_t)0;
}

static size_t part_of_page(phys_addr_t phys, size_t bytes)
{
	size_t part = PAGE_SIZE - offset_in_page(phys);

	return part < bytes ? part : bytes;
}

int sim_phys_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!range_has_bytes(state, phys, bytes))
		return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);

		if (phys_is_stored(state, PHYS_PFN(phys)))
			memcpy(buf, sim_phys_ptr(world, phys), part);
		else
			memset(buf, state->fill, part);
		buf += part;
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_phys_write(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!range_has_bytes(state, phys, bytes))
		return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);
		char *page = store_page(world, state, PHYS_PFN(phys), part < PAGE_SIZE);

		memcpy(page + offset_in_page(phys), buf, part);
		buf += part;
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_phys_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!range_has_bytes(state, phys, bytes))
		return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);
		char *page = store_page(world, state, PHYS_PFN(phys), part < PAGE_SIZE);

		memset(page + offset_in_page(phys), value, part);
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_phys_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes)
{
	struct sim_phys *state = sim_phys_of_world(world);
	char *page;

	if (!sim_phys_ptr(world, to) || !sim_phys_ptr(world, from))
		return -EFAULT;
	page = store_page(world, state, PHYS_PFN(to), bytes < PAGE_SIZE);
	if (phys_is_stored(state, PHYS_PFN(from)))
		memcpy(page + offset_in_page(to), sim_phys_ptr(world, from), bytes);
	else
		memset(page + offset_in_page(to), state->fill, bytes);
	return 0;
}

unsigned long page_to_pfn(const struct page *page)
{
	struct sim_phys *state = phys_state();
	u64 pfn = phys_pfn(state, page);

	SIM_DEBUG_ASSERT(pfn < state->pfn_end);
	return pfn;
}
EXPORT_SYMBOL(page_to_pfn);

struct page *pfn_to_page(unsigned long pfn)
{
	struct sim_phys *state = phys_state();

	SIM_DEBUG_ASSERT(pfn < state->pfn_end);
	return phys_page(state, pfn);
}
EXPORT_SYMBOL(pfn_to_page);

phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page_to_pfn(page));
}
EXPORT_SYMBOL(page_to_phys);

struct page *phys_to_page(phys_addr_t phys)
{
	return pfn_to_page(PHYS_PFN(phys));
}
EXPORT_SYMBOL(phys_to_page);

phys_addr_t virt_to_phys(const volatile void *address)
{
	phys_addr_t phys = sim_phys_of(sim_world, (const void *)address);

	/* Slab memory, a stack, a static object: the kernel has a physical address for most. */
	if (unlikely(phys == ~(phys_addr_t)0))
		SIM_ABSENT("virt_to_phys of memory that is no page of RAM");
	return phys;
}
EXPORT_SYMBOL(virt_to_phys);

/* Callers may go on into the next page of the same folio, so all of it gets its bytes. */
void *phys_to_virt(phys_addr_t phys)
{
	struct sim_phys *state = phys_state();
	const struct folio *folio;

	if (!has_bytes(state, PHYS_PFN(phys)))
		return NULL;
	folio = page_folio(phys_page(state, PHYS_PFN(phys)));
	if (folio_test_large(folio))
		phys_store(sim_world, phys_pfn(state, &folio->page), folio_nr_pages(folio));
	return sim_phys_data(sim_world, phys);
}
EXPORT_SYMBOL(phys_to_virt);

void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}
EXPORT_SYMBOL(page_address);
