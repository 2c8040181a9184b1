/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory of the driver; the parts of svmsim/dma.h that need no device. */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pci-p2pdma.h>
#include <svmsim/inspect.h>
#include "kernel/inject.h"
#include "machine/machine_internal.h"
#include "mm/cache.h"

#define RAM_PAGES_MAX 1048576
#define POISON_BYTE 0xaa

static u32 ram_actor(void)
{
	return sim_name("ram");
}

int machine_check_pages(const struct svmsim_ram *ram, u64 first, u64 last)
{
	if (first <= last && last < ram->page_count)
		return 0;
	return sim_set_error(ram->handle.world, -EINVAL,
			     "pages %llu..%llu are not within the memory's 0..%llu", first, last,
			     ram->page_count - 1);
}

static void free_pages_of(struct svmsim_ram *ram, u64 first, u64 last)
{
	for (u64 i = first; i <= last; i++) {
		if (ram->provider)
			pci_free_p2pmem(ram->provider, __va(PFN_PHYS(ram->pfn[i])), PAGE_SIZE);
		else
			put_page(pfn_to_page(ram->pfn[i]));
	}
}

static int alloc_contiguous(struct svmsim_world *world, struct svmsim_ram *ram, u64 align_bytes)
{
	struct page *page = sim_phys_alloc_contig(world, ram->page_count, align_bytes);

	if (!page)
		return -ENOMEM;
	for (u64 i = 0; i < ram->page_count; i++)
		ram->pfn[i] = page_to_pfn(page) + i;
	return 0;
}

static int alloc_scattered(struct svmsim_world *world, struct svmsim_ram *ram)
{
	for (u64 i = 0; i < ram->page_count; i++) {
		struct page *page = sim_phys_alloc_scattered(world);

		if (!page) {
			if (i)
				free_pages_of(ram, 0, i - 1);
			return -ENOMEM;
		}
		ram->pfn[i] = page_to_pfn(page);
	}
	return 0;
}

/* One question for the whole of it, of the order that a driver would ask for. */
static int fill_ram(struct svmsim_world *world, struct svmsim_ram *ram, bool contiguous,
		    u64 align_bytes)
{
	int order = contiguous ? get_order(ram->page_count << PAGE_SHIFT) : 0;

	if (sim_inject_variant(&sim_fault_page, order))
		return -ENOMEM;
	return contiguous ? alloc_contiguous(world, ram, align_bytes) :
			    alloc_scattered(world, ram);
}

static int ram_alloc_check(struct svmsim_world *world, u64 pages, bool contiguous,
			   u64 align_bytes)
{
	if (!pages || pages > RAM_PAGES_MAX)
		return sim_set_error(world, -EINVAL, "%llu pages asked for, 1 to %u are possible",
				     pages, RAM_PAGES_MAX);
	if (align_bytes & (align_bytes - 1))
		return sim_set_error(world, -EINVAL, "alignment %llu is no power of two",
				     align_bytes);
	if (align_bytes > PAGE_SIZE && !contiguous)
		return sim_set_error(world, -EINVAL, "alignment is for contiguous memory only");
	return 0;
}

int svmsim_ram_alloc(struct svmsim_world *world, uint64_t pages, bool contiguous,
		     uint64_t align_bytes, struct svmsim_ram **ram)
{
	struct svmsim_ram *made;
	int err;

	err = ram_alloc_check(world, pages, contiguous, align_bytes);
	if (err)
		return err;
	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made) + pages * sizeof(made->pfn[0]));
	made->page_count = pages;
	err = fill_ram(world, made, contiguous, align_bytes);
	if (err) {
		machine_handle_drop(&made->handle);
		sim_set_error(world, err, "no %s%llu pages of RAM are free, %llu are in all",
			      contiguous ? "contiguous " : "", (u64)pages,
			      sim_phys_free_pages(world));
	} else {
		*ram = made;
	}
	return machine_end(ram_actor(), err);
}

uint64_t svmsim_ram_pages(const struct svmsim_ram *ram)
{
	return ram->page_count;
}

int svmsim_ram_free(struct svmsim_ram *ram, uint64_t first, uint64_t last)
{
	int err = machine_check_pages(ram, first, last);

	if (err)
		return err;
	machine_begin(ram->handle.world);
	free_pages_of(ram, first, last);
	return machine_end(ram_actor(), 0);
}

int svmsim_ram_poison(struct svmsim_ram *ram, uint64_t first, uint64_t last)
{
	int err = machine_check_pages(ram, first, last);

	if (err)
		return err;
	machine_begin(ram->handle.world);
	for (u64 i = first; i <= last; i++)
		sim_cpu_set(sim_world, PFN_PHYS(ram->pfn[i]), POISON_BYTE, PAGE_SIZE);
	return machine_end(ram_actor(), 0);
}

int svmsim_ram_fill(struct svmsim_ram *ram, uint64_t first, uint64_t last, uint64_t pattern)
{
	int err = machine_check_pages(ram, first, last);
	u8 bytes[PAGE_SIZE];

	if (err)
		return err;
	machine_begin(ram->handle.world);
	for (u64 i = first; i <= last; i++) {
		machine_pattern(bytes, pattern, (i - first) << PAGE_SHIFT, PAGE_SIZE);
		sim_cpu_phys_write(sim_world, PFN_PHYS(ram->pfn[i]), bytes, PAGE_SIZE);
	}
	return machine_end(ram_actor(), 0);
}

int svmsim_ram_check(struct svmsim_ram *ram, uint64_t first, uint64_t last, uint64_t pattern)
{
	int err = machine_check_pages(ram, first, last);
	u8 bytes[PAGE_SIZE], wanted[PAGE_SIZE];

	if (err)
		return err;
	machine_begin(ram->handle.world);
	for (u64 i = first; i <= last && !err; i++) {
		machine_pattern(wanted, pattern, (i - first) << PAGE_SHIFT, PAGE_SIZE);
		sim_cpu_phys_read(sim_world, PFN_PHYS(ram->pfn[i]), bytes, PAGE_SIZE);
		if (__builtin_memcmp(bytes, wanted, PAGE_SIZE))
			err = sim_set_error(sim_world, -EIO,
					    "page %llu does not hold pattern %llu", i,
					    (u64)pattern);
	}
	return machine_end(ram_actor(), err);
}

uint64_t svmsim_ram_phys(const struct svmsim_ram *ram, uint64_t page)
{
	return page < ram->page_count ? PFN_PHYS(ram->pfn[page]) : 0;
}
