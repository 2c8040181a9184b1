/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the kernel does with the bytes of pages. Whole pages go through the functions that move tags
 * (mm/content.h), and all of it through the CPUs' cache.
 */
#include "mm/cache.h"
#include "mm/phys_internal.h"
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/minmax.h>
#include <linux/sim_device_memory.h>
#include <linux/string.h>

void *kmap_local_page(const struct page *page)
{
	return sim_phys_data(sim_world, page_to_phys(page));
}
EXPORT_SYMBOL(kmap_local_page);

void *kmap_local_folio(const struct folio *folio, size_t offset)
{
	return sim_phys_data(sim_world, page_to_phys(&folio->page) + offset);
}
EXPORT_SYMBOL(kmap_local_folio);

void kunmap_local(const void *vaddr)
{
}
EXPORT_SYMBOL(kunmap_local);

void clear_highpage(struct page *page)
{
	BUG_ON(sim_cpu_set(sim_world, page_to_phys(page), 0, PAGE_SIZE));
}
EXPORT_SYMBOL(clear_highpage);

void copy_highpage(struct page *to, struct page *from)
{
	const struct sim_phys *state = phys_state();

	BUG_ON(sim_cpu_copy(sim_world, page_to_phys(to), page_to_phys(from), PAGE_SIZE));
	if (unlikely(state->watch) && state->watch->copy)
		state->watch->copy(state->watch->ctx, phys_pfn(state, to), phys_pfn(state, from));
}
EXPORT_SYMBOL(copy_highpage);

void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	BUG_ON(sim_cpu_phys_read(sim_world, page_to_phys(page) + offset, to, len));
}
EXPORT_SYMBOL(memcpy_from_page);

void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	BUG_ON(sim_cpu_phys_write(sim_world, page_to_phys(page) + offset, from, len));
}
EXPORT_SYMBOL(memcpy_to_page);

void memcpy_page(struct page *dst_page, size_t dst_off, struct page *src_page, size_t src_off,
		 size_t len)
{
	BUG_ON(sim_cpu_copy(sim_world, page_to_phys(dst_page) + dst_off,
			    page_to_phys(src_page) + src_off, len));
}
EXPORT_SYMBOL(memcpy_page);

void memset_page(struct page *page, size_t offset, int val, size_t len)
{
	BUG_ON(sim_cpu_set(sim_world, page_to_phys(page) + offset, (u8)val, len));
}
EXPORT_SYMBOL(memset_page);

void memcpy_from_folio(char *to, struct folio *folio, size_t offset, size_t len)
{
	memcpy_from_page(to, &folio->page, offset, len);
}
EXPORT_SYMBOL(memcpy_from_folio);

void memcpy_to_folio(struct folio *folio, size_t offset, const char *from, size_t len)
{
	memcpy_to_page(&folio->page, offset, from, len);
}
EXPORT_SYMBOL(memcpy_to_folio);

void folio_zero_range(struct folio *folio, size_t start, size_t length)
{
	memset_page(&folio->page, start, 0, length);
}
EXPORT_SYMBOL(folio_zero_range);

void folio_zero_user(struct folio *folio, unsigned long addr_hint)
{
	for (unsigned long i = 0; i < folio_nr_pages(folio); i++)
		clear_highpage(folio_page(folio, i));
}
EXPORT_SYMBOL(folio_zero_user);

void folio_copy(struct folio *dst, struct folio *src)
{
	for (unsigned long i = 0; i < folio_nr_pages(src); i++)
		copy_highpage(folio_page(dst, i), folio_page(src, i));
}
EXPORT_SYMBOL(folio_copy);

int folio_mc_copy(struct folio *dst, struct folio *src)
{
	folio_copy(dst, src);
	return 0;
}
EXPORT_SYMBOL(folio_mc_copy);

/* Hardware of code above the seam. */

void sim_device_memory_add(phys_addr_t first, u64 bytes)
{
	sim_phys_device_memory_add(sim_world, first, bytes);
}
EXPORT_SYMBOL(sim_device_memory_add);

void sim_device_memory_remove(phys_addr_t first)
{
	sim_phys_window_remove(sim_world, first);
}
EXPORT_SYMBOL(sim_device_memory_remove);

/* What CPUs reach goes through their cache, which the hardware of a device snoops. */
static bool is_cached(phys_addr_t phys)
{
	return sim_cache_is_on(sim_world) && sim_phys_has_bytes(sim_world, phys);
}

int sim_device_memory_read(phys_addr_t phys, void *buf, size_t bytes)
{
	if (unlikely(is_cached(phys)))
		return sim_bus_read(sim_world, phys, buf, bytes, true);
	return sim_phys_device_read(sim_world, phys, buf, bytes);
}
EXPORT_SYMBOL(sim_device_memory_read);

int sim_device_memory_write(phys_addr_t phys, const void *buf, size_t bytes)
{
	if (unlikely(is_cached(phys)))
		return sim_bus_write(sim_world, phys, buf, bytes, true);
	return sim_phys_device_write(sim_world, phys, buf, bytes);
}
EXPORT_SYMBOL(sim_device_memory_write);

int sim_device_memory_set(phys_addr_t phys, u8 value, size_t bytes)
{
	u8 page[PAGE_SIZE];
	int err = 0;

	if (likely(!is_cached(phys)))
		return sim_phys_device_set(sim_world, phys, value, bytes);
	memset(page, value, sizeof(page));
	for (size_t done = 0, part; done < bytes && !err; done += part) {
		part = min(bytes - done, sizeof(page));
		err = sim_device_memory_write(phys + done, page, part);
	}
	return err;
}
EXPORT_SYMBOL(sim_device_memory_set);

/* Within a page each. */
static int copy_part(phys_addr_t to, phys_addr_t from, size_t bytes)
{
	u8 page[PAGE_SIZE];
	int err;

	if (likely(!is_cached(to) && !is_cached(from)))
		return sim_phys_device_copy(sim_world, to, from, bytes);
	err = sim_device_memory_read(from, page, bytes);
	return err ? err : sim_device_memory_write(to, page, bytes);
}

int sim_device_memory_copy(phys_addr_t to, phys_addr_t from, size_t bytes)
{
	while (bytes) {
		size_t part = min3(bytes, PAGE_SIZE - offset_in_page(to),
				   PAGE_SIZE - offset_in_page(from));
		int err = copy_part(to, from, part);

		if (err)
			return err;
		to += part;
		from += part;
		bytes -= part;
	}
	return 0;
}
EXPORT_SYMBOL(sim_device_memory_copy);
