/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The table of a mirror. Pages of RAM are mapped for DMA when they are put in and unmapped when
 * they are taken out; where nothing may be allocated the windows are there already.
 */
#include <linux/highmem.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include "mirror.h"

static unsigned long window_index(unsigned long addr)
{
	return addr / WINDOW_BYTES;
}

static unsigned int entry_index(unsigned long addr)
{
	return (addr % WINDOW_BYTES) >> PAGE_SHIFT;
}

static int make_window(struct sim_mirror *mirror, unsigned long index)
{
	struct mirror_window *window = kvzalloc(sizeof(*window), GFP_KERNEL);
	int err;

	if (!window)
		return -ENOMEM;
	err = hmm_dma_map_alloc(mirror->device->dev, &window->map, WINDOW_PAGES, PAGE_SIZE);
	if (err)
		goto err_free;
	err = xa_err(xa_store(&mirror->windows, index, window, GFP_KERNEL));
	if (!err)
		return 0;
	hmm_dma_map_free(mirror->device->dev, &window->map);
err_free:
	kvfree(window);
	return err;
}

int mirror_make_windows(struct sim_mirror *mirror, unsigned long addr, unsigned long end)
{
	int err = 0;

	mutex_lock(&mirror->window_lock);
	for (unsigned long i = window_index(addr); i <= window_index(end - 1) && !err; i++)
		if (!xa_load(&mirror->windows, i))
			err = make_window(mirror, i);
	mutex_unlock(&mirror->window_lock);
	return err;
}

u64 mirror_entry(struct sim_mirror *mirror, unsigned long addr)
{
	const struct mirror_window *window = xa_load(&mirror->windows, window_index(addr));

	return window ? window->entry[entry_index(addr)] : 0;
}

static void clear_entry(struct sim_mirror *mirror, struct mirror_window *window, unsigned int index)
{
	/*
	 * The CPU's entry does not know of it. Without the folio's lock, which may be held by who
	 * raised the invalidation; that one waits, so the page stays.
	 */
	if (window->entry[index] & ENTRY_DIRTY)
		set_page_dirty(hmm_pfn_to_page(window->map.pfn_list[index]));
	if (!(window->entry[index] & ENTRY_OWN))
		hmm_dma_unmap_pfn(mirror->device->dev, &window->map, index);
	window->map.pfn_list[index] = 0;
	window->entry[index] = 0;
	window->used--;
	mirror->stats.entries--;
}

static void set_entry(struct sim_mirror *mirror, struct mirror_window *window, unsigned int index,
		      u64 entry)
{
	if (!window->entry[index]) {
		window->used++;
		mirror->stats.entries++;
	}
	window->entry[index] = entry | ENTRY_PRESENT | (window->entry[index] & ENTRY_DIRTY);
}

/* The page of an entry that stays mapped may have got more rights; it is the same page. */
static int set_ram(struct sim_mirror *mirror, struct mirror_window *window, unsigned int index,
		   unsigned long hmm_pfn, u64 flags)
{
	const unsigned long sticky = HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS;
	unsigned long *pfn = &window->map.pfn_list[index];
	struct pci_p2pdma_map_state p2pdma = {};
	dma_addr_t addr;

	WARN_ON((*pfn & HMM_PFN_VALID) && (*pfn & ~HMM_PFN_FLAGS) != (hmm_pfn & ~HMM_PFN_FLAGS));
	*pfn = hmm_pfn | (*pfn & sticky);
	addr = hmm_dma_map_pfn(mirror->device->dev, &window->map, index, &p2pdma);
	if (dma_mapping_error(mirror->device->dev, addr)) {
		*pfn = 0;
		return -ENOMEM;
	}
	set_entry(mirror, window, index, addr | flags);
	return 0;
}

int mirror_set(struct sim_mirror *mirror, unsigned long addr, unsigned long hmm_pfn, u64 flags)
{
	struct mirror_window *window = xa_load(&mirror->windows, window_index(addr));
	struct page *page = hmm_pfn_to_page(hmm_pfn);
	unsigned int index = entry_index(addr);

	if (hmm_pfn & HMM_PFN_WRITE)
		flags |= ENTRY_WRITE;
	if (!mirror_owns(mirror->device, page))
		return set_ram(mirror, window, index, hmm_pfn, flags);
	set_entry(mirror, window, index, page_to_phys(page) | ENTRY_OWN | flags);
	return 0;
}

void mirror_set_dirty(struct sim_mirror *mirror, unsigned long addr)
{
	struct mirror_window *window = xa_load(&mirror->windows, window_index(addr));
	u64 *entry = &window->entry[entry_index(addr)];

	if (!(*entry & ENTRY_OWN))
		*entry |= ENTRY_DIRTY;
}

struct mirror_window *mirror_window(struct sim_mirror *mirror, unsigned long addr)
{
	return xa_load(&mirror->windows, window_index(addr));
}

void mirror_set_own(struct sim_mirror *mirror, struct mirror_window *window, unsigned long addr,
		    const struct page *page, bool write)
{
	set_entry(mirror, window, entry_index(addr),
		  page_to_phys(page) | ENTRY_OWN | (write ? ENTRY_WRITE : 0));
}

void mirror_clear(struct sim_mirror *mirror, unsigned long addr, unsigned long last)
{
	struct mirror_window *window;
	unsigned long index;

	xa_for_each_range(&mirror->windows, index, window, window_index(addr), window_index(last)) {
		unsigned long base = index * WINDOW_BYTES;
		unsigned int from = addr > base ? entry_index(addr) : 0;
		unsigned int to = last - base < WINDOW_BYTES ? entry_index(last) :
							       WINDOW_PAGES - 1;

		for (unsigned int i = from; i <= to && window->used; i++)
			if (window->entry[i])
				clear_entry(mirror, window, i);
	}
}

void mirror_free_windows(struct sim_mirror *mirror)
{
	struct mirror_window *window;
	unsigned long index;

	mirror_clear(mirror, 0, ~0ul);
	xa_for_each(&mirror->windows, index, window) {
		hmm_dma_map_free(mirror->device->dev, &window->map);
		kvfree(window);
	}
	xa_destroy(&mirror->windows);
}
