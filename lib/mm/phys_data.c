/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The bytes of physical memory, and the ways between page frame, physical address, struct page and
 * host pointer.
 */
#include "mm/content.h"
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

/* Where bytes are that a device reaches, or only what CPUs reach, too; NULL for nowhere. */
static char *ptr_for(struct svmsim_world *world, phys_addr_t phys, bool by_device)
{
	char *ptr = sim_phys_ptr(world, phys);
	struct sim_phys_window *window;

	if (likely(ptr || !by_device))
		return ptr;
	window = phys_device_window(sim_phys_of_world(world), PHYS_PFN(phys));
	return window ? window->base + (phys - window->first) : NULL;
}

bool sim_phys_is_ram(const struct svmsim_world *world, phys_addr_t phys)
{
	return phys_chunk(sim_phys_of_world(world), PHYS_PFN(phys));
}

static bool has_bytes(struct sim_phys *state, u64 pfn)
{
	return phys_chunk(state, pfn) || phys_window(state, pfn);
}

bool sim_phys_has_bytes(const struct svmsim_world *world, phys_addr_t phys)
{
	return has_bytes(sim_phys_of_world(world), PHYS_PFN(phys));
}

static bool range_has_bytes(struct sim_phys *state, phys_addr_t phys, size_t bytes, bool by_device)
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
			window = by_device ? phys_device_window(state, PHYS_PFN(phys)) :
					     phys_window(state, PHYS_PFN(phys));
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
	if (likely(count == 1)) {
		if (state->keeps_tags)
			state->tags[pfn] = 0;
		state->stored[pfn >> GROUP_SHIFT] &= ~(1ull << (pfn & (GROUP_PAGES - 1)));
		state->raw[pfn >> GROUP_SHIFT] &= ~(1ull << (pfn & (GROUP_PAGES - 1)));
		return;
	}
	if (state->keeps_tags)
		memset(&state->tags[pfn], 0, count * sizeof(*state->tags));
	for (u64 end = pfn + count; pfn < end;) {
		u64 in_group = pfn & (GROUP_PAGES - 1);
		u64 pages = GROUP_PAGES - in_group < end - pfn ? GROUP_PAGES - in_group : end - pfn;
		u64 mask = pages == GROUP_PAGES ? ~0ull : (1ull << pages) - 1;

		state->stored[pfn >> GROUP_SHIFT] &= ~(mask << in_group);
		state->raw[pfn >> GROUP_SHIFT] &= ~(mask << in_group);
		pfn += pages;
	}
}

static u64 bit_of(u64 pfn)
{
	return 1ull << (pfn & (GROUP_PAGES - 1));
}

static void read_tag(const struct sim_phys *state, u64 tag, size_t at, void *buf, size_t bytes)
{
	if (likely(!tag))
		memset(buf, state->fill, bytes);
	else
		sim_content_read(tag, at, buf, bytes);
}

/* @bytes: where they are. @fills: whether what is there before the caller's own write matters. */
static char *store_page(struct svmsim_world *world, struct sim_phys *state, u64 pfn, char *bytes,
			bool fills)
{
	if (likely(phys_is_stored(state, pfn)))
		return bytes;
	phys_touch(world, state, pfn, 1);
	state->stored[pfn >> GROUP_SHIFT] |= bit_of(pfn);
	if (fills)
		read_tag(state, state->tags[pfn], 0, bytes, PAGE_SIZE);
	return bytes;
}

static void *raw_page(struct svmsim_world *world, struct sim_phys *state, u64 pfn, bool fills)
{
	char *bytes = sim_phys_ptr(world, PFN_PHYS(pfn));

	store_page(world, state, pfn, bytes, fills);
	state->raw[pfn >> GROUP_SHIFT] |= bit_of(pfn);
	return bytes;
}

void *phys_fresh_bytes(struct svmsim_world *world, u64 pfn)
{
	return raw_page(world, sim_phys_of_world(world), pfn, false);
}

void phys_store(struct svmsim_world *world, u64 pfn, u64 count)
{
	struct sim_phys *state = sim_phys_of_world(world);

	for (u64 i = 0; i < count; i++)
		raw_page(world, state, pfn + i, true);
}

void *sim_phys_data(struct svmsim_world *world, phys_addr_t phys)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!has_bytes(state, PHYS_PFN(phys)))
		return NULL;
	return (char *)raw_page(world, state, PHYS_PFN(phys), true) + offset_in_page(phys);
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

static int read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes,
		bool by_device)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!range_has_bytes(state, phys, bytes, by_device))
		return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);

		if (phys_is_stored(state, PHYS_PFN(phys)))
			memcpy(buf, ptr_for(world, phys, by_device), part);
		else
			read_tag(state, state->tags[PHYS_PFN(phys)], offset_in_page(phys), buf,
				 part);
		buf += part;
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_phys_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes)
{
	return read(world, phys, buf, bytes, false);
}

int sim_phys_device_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes)
{
	return read(world, phys, buf, bytes, true);
}

/* The bytes at @phys, to which @part of them is about to be written. */
static char *for_write(struct svmsim_world *world, phys_addr_t phys, size_t part, bool by_device)
{
	return store_page(world, sim_phys_of_world(world), PHYS_PFN(phys),
			  ptr_for(world, PHYS_PFN(phys) << PAGE_SHIFT, by_device),
			  part < PAGE_SIZE) +
	       offset_in_page(phys);
}

static int write(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes,
		 bool by_device)
{
	if (!range_has_bytes(sim_phys_of_world(world), phys, bytes, by_device))
		return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);

		memcpy(for_write(world, phys, part, by_device), buf, part);
		buf += part;
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_phys_write(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes)
{
	return write(world, phys, buf, bytes, false);
}

int sim_phys_device_write(struct svmsim_world *world, phys_addr_t phys, const void *buf,
			  size_t bytes)
{
	return write(world, phys, buf, bytes, true);
}

/* A whole page; there is something. */
static void write_page(struct svmsim_world *world, u64 pfn, u64 tag, bool by_device)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (!state->keeps_tags || state->raw[pfn >> GROUP_SHIFT] & bit_of(pfn)) {
		read_tag(state, tag, 0, for_write(world, PFN_PHYS(pfn), PAGE_SIZE, by_device),
			 PAGE_SIZE);
		return;
	}
	phys_touch(world, state, pfn, 1);
	state->stored[pfn >> GROUP_SHIFT] &= ~bit_of(pfn);
	state->tags[pfn] = tag;
}

static int write_tag(struct svmsim_world *world, phys_addr_t phys, u64 tag, bool by_device)
{
	SIM_ASSERT(PAGE_ALIGNED(phys));
	if (!ptr_for(world, phys, by_device))
		return -EFAULT;
	write_page(world, PHYS_PFN(phys), tag, by_device);
	return 0;
}

int sim_phys_write_tag(struct svmsim_world *world, phys_addr_t phys, u64 tag)
{
	return write_tag(world, phys, tag, false);
}

int sim_phys_device_write_tag(struct svmsim_world *world, phys_addr_t phys, u64 tag)
{
	return write_tag(world, phys, tag, true);
}

bool sim_phys_is_tag(const struct svmsim_world *world, phys_addr_t phys, u64 *tag)
{
	struct sim_phys *state = sim_phys_of_world(world);

	if (phys_is_stored(state, PHYS_PFN(phys)))
		return false;
	*tag = state->tags[PHYS_PFN(phys)];
	return true;
}

static int set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes,
	       bool by_device)
{
	if (!range_has_bytes(sim_phys_of_world(world), phys, bytes, by_device))
		return -EFAULT;
	while (bytes) {
		size_t part = part_of_page(phys, bytes);

		if (part == PAGE_SIZE)
			write_page(world, PHYS_PFN(phys), sim_content_uniform(value), by_device);
		else
			memset(for_write(world, phys, part, by_device), value, part);
		phys += part;
		bytes -= part;
	}
	return 0;
}

int sim_phys_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes)
{
	return set(world, phys, value, bytes, false);
}

int sim_phys_device_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes)
{
	return set(world, phys, value, bytes, true);
}

static int copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes,
		bool by_device)
{
	struct sim_phys *state = sim_phys_of_world(world);
	const char *source = ptr_for(world, from, by_device);
	u64 tag;

	if (!source || !ptr_for(world, to, by_device))
		return -EFAULT;
	tag = state->tags[PHYS_PFN(from)];
	if (phys_is_stored(state, PHYS_PFN(from)))
		memcpy(for_write(world, to, bytes, by_device), source, bytes);
	else if (bytes == PAGE_SIZE)
		write_page(world, PHYS_PFN(to), tag, by_device);
	else
		read_tag(state, tag, offset_in_page(from), for_write(world, to, bytes, by_device),
			 bytes);
	return 0;
}

int sim_phys_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes)
{
	return copy(world, to, from, bytes, false);
}

int sim_phys_device_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from,
			 size_t bytes)
{
	return copy(world, to, from, bytes, true);
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
