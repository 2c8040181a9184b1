/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Buffers that begin and end within pages, and what is synced between mapping and unmapping. */
#include <linux/errno.h>
#include <linux/mm.h>
#include <svmsim/inspect.h>
#include "iova_sim/swiotlb.h"
#include "machine/machine_internal.h"
#include "mm/cache.h"

static int check_bytes(const struct svmsim_ram *ram, u64 offset, u64 bytes)
{
	u64 size = ram->page_count << PAGE_SHIFT;

	if (bytes && offset < size && bytes <= size - offset)
		return 0;
	return sim_set_error(ram->handle.world, -EINVAL,
			     "%llu bytes at %llu are not within the memory's %llu", bytes, offset,
			     size);
}

int machine_check_buffer(const struct svmsim_ram *ram, u64 offset, u64 bytes)
{
	int err = check_bytes(ram, offset, bytes);

	if (err)
		return err;
	for (u64 i = offset >> PAGE_SHIFT; i < (offset + bytes - 1) >> PAGE_SHIFT; i++)
		if (ram->pfn[i] + 1 != ram->pfn[i + 1])
			return sim_set_error(ram->handle.world, -EINVAL,
					     "pages %llu and %llu are not contiguous", i, i + 1);
	return 0;
}

int machine_check_real_direction(struct svmsim_world *world, unsigned int direction)
{
	if (direction < SVMSIM_NONE)
		return 0;
	return sim_set_error(world, -EINVAL, "one of three directions is needed, not %u",
			     direction);
}

phys_addr_t machine_phys_at(const struct svmsim_ram *ram, u64 offset)
{
	return PFN_PHYS(ram->pfn[offset >> PAGE_SHIFT]) + offset_in_page(offset);
}

int svmsim_ram_write(struct svmsim_ram *ram, uint64_t offset_bytes, const void *buffer,
		     uint64_t bytes)
{
	int err = check_bytes(ram, offset_bytes, bytes);

	if (err)
		return err;
	machine_begin(ram->handle.world);
	for (u64 done = 0; done < bytes;) {
		u64 part = PAGE_SIZE - offset_in_page(offset_bytes + done);

		if (part > bytes - done)
			part = bytes - done;
		sim_cpu_phys_write(sim_world, machine_phys_at(ram, offset_bytes + done),
			      (const u8 *)buffer + done, part);
		done += part;
	}
	return machine_end(sim_name("ram"), 0);
}

int svmsim_ram_read(struct svmsim_ram *ram, uint64_t offset_bytes, void *buffer, uint64_t bytes)
{
	int err = check_bytes(ram, offset_bytes, bytes);

	if (err)
		return err;
	machine_begin(ram->handle.world);
	for (u64 done = 0; done < bytes;) {
		u64 part = PAGE_SIZE - offset_in_page(offset_bytes + done);

		if (part > bytes - done)
			part = bytes - done;
		sim_cpu_phys_read(sim_world, machine_phys_at(ram, offset_bytes + done),
			     (u8 *)buffer + done, part);
		done += part;
	}
	return machine_end(sim_name("ram"), 0);
}

static int map_buffer(struct svmsim_mapping *map, const struct svmsim_ram *ram, u64 offset)
{
	unsigned long attrs = 0;
	int err = machine_reach(map->dev, ram, offset >> PAGE_SHIFT, &attrs, &map->address,
				&map->is_bus);

	if (err)
		return err;
	map->attrs |= attrs;
	if (map->is_bus) {
		map->address += offset_in_page(offset);
		return 0;
	}
	map->address = dma_map_phys(map->dev, machine_phys_at(ram, offset), map->bytes,
				    map->direction, map->attrs);
	err = dma_mapping_error(map->dev, map->address);
	if (err)
		sim_set_error(sim_world, err, "%s: dma_map_phys() failed", map->dev->sim->actor);
	return err;
}

int svmsim_map_bytes(struct svmsim_world *world, int device, struct svmsim_ram *ram,
		     uint64_t offset_bytes, uint64_t bytes, enum svmsim_direction direction,
		     unsigned int attributes, struct svmsim_mapping **mapping)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_mapping *made;
	int err;

	if (!dev)
		return -EINVAL;
	err = machine_check_buffer(ram, offset_bytes, bytes);
	if (!err)
		err = machine_check_real_direction(world, direction);
	if (err)
		return err;
	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made));
	made->dev = dev;
	made->bytes = bytes;
	made->direction = (enum dma_data_direction)direction;
	made->attrs = attributes;
	err = map_buffer(made, ram, offset_bytes);
	if (err)
		machine_handle_drop(&made->handle);
	else
		*mapping = made;
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_sync_cpu(struct svmsim_mapping *mapping, uint64_t offset_bytes, uint64_t bytes)
{
	machine_begin(mapping->handle.world);
	if (!mapping->is_bus)
		dma_sync_single_range_for_cpu(mapping->dev, mapping->address, offset_bytes, bytes,
					      mapping->direction);
	return machine_end(mapping->dev->sim->actor_name, 0);
}

int svmsim_sync_device(struct svmsim_mapping *mapping, uint64_t offset_bytes, uint64_t bytes)
{
	machine_begin(mapping->handle.world);
	if (!mapping->is_bus)
		dma_sync_single_range_for_device(mapping->dev, mapping->address, offset_bytes,
						 bytes, mapping->direction);
	return machine_end(mapping->dev->sim->actor_name, 0);
}

int svmsim_window_alloc_bytes(struct svmsim_world *world, int device, struct svmsim_ram *ram,
			      uint64_t offset_bytes, uint64_t bytes, struct svmsim_window **window)
{
	int err = check_bytes(ram, offset_bytes, 1);

	if (err)
		return err;
	return machine_window_alloc(world, device, machine_phys_at(ram, offset_bytes), bytes,
				    window);
}

int svmsim_window_link_bytes(struct svmsim_window *window, uint64_t offset_bytes,
			     struct svmsim_ram *ram, uint64_t ram_offset_bytes, uint64_t bytes,
			     enum svmsim_direction direction, unsigned int attributes)
{
	int err = machine_check_used(window);

	if (!err)
		err = machine_check_buffer(ram, ram_offset_bytes, bytes);
	if (!err)
		err = machine_check_direction(window->handle.world, direction);
	if (err)
		return err;
	machine_begin(window->handle.world);
	err = dma_iova_link(window->dev, &window->state, machine_phys_at(ram, ram_offset_bytes),
			    offset_bytes, bytes, (enum dma_data_direction)direction, attributes);
	if (err)
		sim_set_error(sim_world, err, "dma_iova_link() of %llu bytes at %llu failed",
			      (u64)bytes, (u64)ram_offset_bytes);
	return machine_end(window->dev->sim->actor_name, err);
}

static int window_sync(struct svmsim_window *window, u64 offset, u64 bytes, unsigned int direction,
		       bool for_device)
{
	enum dma_data_direction dir = (enum dma_data_direction)direction;
	int err = machine_check_used(window);

	if (!err)
		err = machine_check_real_direction(window->handle.world, direction);
	if (err)
		return err;
	machine_begin(window->handle.world);
	if (for_device)
		dma_sync_single_range_for_device(window->dev, window->state.addr, offset, bytes,
						 dir);
	else
		dma_sync_single_range_for_cpu(window->dev, window->state.addr, offset, bytes, dir);
	return machine_end(window->dev->sim->actor_name, 0);
}

int svmsim_window_sync_cpu(struct svmsim_window *window, uint64_t offset_bytes, uint64_t bytes,
			   enum svmsim_direction direction)
{
	return window_sync(window, offset_bytes, bytes, direction, false);
}

int svmsim_window_sync_device(struct svmsim_window *window, uint64_t offset_bytes, uint64_t bytes,
			      enum svmsim_direction direction)
{
	return window_sync(window, offset_bytes, bytes, direction, true);
}

void svmsim_swiotlb_get(struct svmsim_world *world, struct svmsim_swiotlb *swiotlb)
{
	const struct io_tlb_mem *mem = sim_swiotlb_get(world);

	*swiotlb = (struct svmsim_swiotlb){};
	if (!mem)
		return;
	swiotlb->start = mem->defpool.start;
	swiotlb->bytes = mem->defpool.end - mem->defpool.start;
	swiotlb->slot_count = mem->nslabs;
	swiotlb->area_count = mem->defpool.nareas;
	swiotlb->used_count = mem->total_used;
	swiotlb->hiwater_count = mem->used_hiwater;
}
