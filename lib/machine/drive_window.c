/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The IOVA API as a driver uses it. */
#include <linux/errno.h>
#include "machine/machine_internal.h"

static u32 actor_of(const struct svmsim_window *window)
{
	return window->dev->sim->actor_name;
}

int machine_check_used(struct svmsim_window *window)
{
	if (dma_use_iova(&window->state))
		return 0;
	return sim_set_error(window->handle.world, -EINVAL,
			     "the window is unused: dma_iova_try_alloc() said false");
}

int machine_window_alloc(struct svmsim_world *world, int device, phys_addr_t phys, u64 bytes,
			 struct svmsim_window **window)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_window *made;
	int err = 0;

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made));
	made->dev = dev;
	if (!dma_iova_try_alloc(dev, &made->state, phys, bytes))
		err = sim_set_error(world, -EOPNOTSUPP, "%s: dma_iova_try_alloc() said false",
				    dev->sim->actor);
	*window = made;
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_window_alloc(struct svmsim_world *world, int device, uint64_t bytes,
			struct svmsim_window **window)
{
	return machine_window_alloc(world, device, 0, bytes, window);
}

int svmsim_window_alloc_at(struct svmsim_world *world, int device, uint64_t offset_bytes,
			   uint64_t bytes, struct svmsim_window **window)
{
	return machine_window_alloc(world, device, offset_in_page(offset_bytes), bytes, window);
}

uint64_t svmsim_window_iova(const struct svmsim_window *window)
{
	return window->state.addr;
}

uint64_t svmsim_window_bytes(const struct svmsim_window *window)
{
	return window->state.__size & ~DMA_IOVA_USE_SWIOTLB;
}

/* Pages from @first on that follow one another in physical memory. */
static u64 run_pages(const struct svmsim_ram *ram, u64 first, u64 last)
{
	u64 pages = 1;

	while (first + pages <= last && ram->pfn[first + pages] == ram->pfn[first] + pages)
		pages++;
	return pages;
}

static int link_pages(struct svmsim_window *window, u64 offset, const struct svmsim_ram *ram,
		      u64 first, u64 last, enum dma_data_direction direction, bool each_page)
{
	unsigned long attrs = 0;
	dma_addr_t bus;
	bool is_bus;

	if (ram->provider) {
		int err = machine_reach(window->dev, ram, first, &attrs, &bus, &is_bus);

		if (!err && is_bus)
			err = sim_set_error(window->handle.world, -EINVAL,
					    "%s reaches this memory by its bus address, without a "
					    "window",
					    window->dev->sim->actor);
		if (err)
			return err;
	}
	while (first <= last) {
		u64 pages = each_page ? 1 : run_pages(ram, first, last);
		int err = dma_iova_link(window->dev, &window->state, PFN_PHYS(ram->pfn[first]),
					offset, pages << PAGE_SHIFT, direction, attrs);

		if (err)
			return sim_set_error(window->handle.world, err,
					     "dma_iova_link() of page %llu failed", first);
		window->linked_bytes += pages << PAGE_SHIFT;
		first += pages;
		offset += pages << PAGE_SHIFT;
	}
	return 0;
}

int svmsim_window_link(struct svmsim_window *window, uint64_t offset_bytes, struct svmsim_ram *ram,
		       uint64_t first, uint64_t last, enum svmsim_direction direction,
		       bool each_page)
{
	int err = machine_check_used(window);

	if (!err)
		err = machine_check_pages(ram, first, last);
	if (!err)
		err = machine_check_direction(window->handle.world, direction);
	if (err)
		return err;
	machine_begin(window->handle.world);
	window->linked_bytes = 0;
	err = link_pages(window, offset_bytes, ram, first, last,
			 (enum dma_data_direction)direction, each_page);
	return machine_end(actor_of(window), err);
}

uint64_t svmsim_window_linked_bytes(const struct svmsim_window *window)
{
	return window->linked_bytes;
}

int svmsim_window_sync(struct svmsim_window *window, uint64_t offset_bytes, uint64_t bytes)
{
	int err = machine_check_used(window);

	if (err)
		return err;
	machine_begin(window->handle.world);
	err = dma_iova_sync(window->dev, &window->state, offset_bytes, bytes);
	return machine_end(actor_of(window), err);
}

int svmsim_window_unlink(struct svmsim_window *window, uint64_t offset_bytes, uint64_t bytes,
			 enum svmsim_direction direction)
{
	int err = machine_check_used(window);

	if (!err)
		err = machine_check_direction(window->handle.world, direction);
	if (err)
		return err;
	machine_begin(window->handle.world);
	dma_iova_unlink(window->dev, &window->state, offset_bytes, bytes,
			(enum dma_data_direction)direction, 0);
	return machine_end(actor_of(window), 0);
}

int svmsim_window_free(struct svmsim_window *window)
{
	int err = machine_check_used(window);

	if (err)
		return err;
	machine_begin(window->handle.world);
	dma_iova_free(window->dev, &window->state);
	return machine_end(actor_of(window), 0);
}

int svmsim_window_destroy(struct svmsim_window *window, uint64_t mapped_bytes,
			  enum svmsim_direction direction)
{
	int err = machine_check_used(window);

	if (!err)
		err = machine_check_direction(window->handle.world, direction);
	if (err)
		return err;
	machine_begin(window->handle.world);
	dma_iova_destroy(window->dev, &window->state, mapped_bytes,
			 (enum dma_data_direction)direction, 0);
	return machine_end(actor_of(window), 0);
}

int svmsim_window_destroy_holes(struct svmsim_window *window, enum svmsim_direction direction)
{
	int err = machine_check_used(window);

	if (!err)
		err = machine_check_direction(window->handle.world, direction);
	if (err)
		return err;
	machine_begin(window->handle.world);
	dma_iova_with_holes_destroy(window->dev, &window->state,
				    (enum dma_data_direction)direction, 0);
	return machine_end(actor_of(window), 0);
}
