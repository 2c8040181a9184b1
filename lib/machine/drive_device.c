/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Streaming maps, and DMA by the device itself. */
#include <linux/errno.h>
#include <linux/string.h>
#include "iova_sim/engine.h"
#include "machine/machine_internal.h"

/* Patterns are made and compared in pieces of this size. */
#define PIECE_BYTES (64u << 10)

int svmsim_device_find(struct svmsim_world *world, const char *name)
{
	struct device *dev;

	for (unsigned int i = 0; (dev = sim_device_get(world, i)); i++)
		if (!strcmp(dev->sim->actor, name))
			return i;
	return sim_set_error(world, -ENODEV, "no device is called %s", name);
}

struct device *machine_device(struct svmsim_world *world, int index)
{
	struct device *dev = index < 0 ? NULL : sim_device_get(world, index);

	if (!dev)
		sim_set_error(world, -EINVAL, "there is no device %d", index);
	return dev;
}

int machine_check_direction(struct svmsim_world *world, unsigned int direction)
{
	if (direction <= SVMSIM_NONE)
		return 0;
	return sim_set_error(world, -EINVAL, "%u is no direction", direction);
}

static int map_check(struct svmsim_world *world, const struct svmsim_ram *ram, u64 first, u64 last,
		     unsigned int direction)
{
	int err = machine_check_pages(ram, first, last);

	if (err)
		return err;
	/* The kernel's answer to it is a BUG, which no caller wants to learn from a crash. */
	if (direction >= SVMSIM_NONE)
		return sim_set_error(world, -EINVAL,
				     "dma_map_phys() takes one of three directions, not %u",
				     direction);
	for (u64 i = first; i < last; i++)
		if (ram->pfn[i] + 1 != ram->pfn[i + 1])
			return sim_set_error(world, -EINVAL,
					     "pages %llu and %llu are not contiguous", i, i + 1);
	return 0;
}

/* As a driver does that knows of peers: a bus address needs no mapping. */
static int map_pages(struct svmsim_mapping *map, const struct svmsim_ram *ram, u64 first)
{
	int err = machine_reach(map->dev, ram, first, &map->attrs, &map->address, &map->is_bus);

	if (err || map->is_bus)
		return err;
	map->address = dma_map_phys(map->dev, PFN_PHYS(ram->pfn[first]), map->bytes,
				    map->direction, map->attrs);
	err = dma_mapping_error(map->dev, map->address);
	if (err)
		sim_set_error(sim_world, err, "%s: dma_map_phys() failed", map->dev->sim->actor);
	return err;
}

int svmsim_map(struct svmsim_world *world, int device, struct svmsim_ram *ram, uint64_t first,
	       uint64_t last, enum svmsim_direction direction, struct svmsim_mapping **mapping)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_mapping map = { .dev = dev };
	int err;

	if (!dev)
		return -EINVAL;
	err = map_check(world, ram, first, last, direction);
	if (err)
		return err;
	machine_begin(world);
	map.bytes = (last - first + 1) << PAGE_SHIFT;
	map.direction = (enum dma_data_direction)direction;
	err = map_pages(&map, ram, first);
	if (!err) {
		struct svmsim_mapping *made = machine_handle_new(world, sizeof(*made));

		map.handle = made->handle;
		*made = map;
		*mapping = made;
	}
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_unmap(struct svmsim_mapping *mapping)
{
	machine_begin(mapping->handle.world);
	if (!mapping->is_bus)
		dma_unmap_phys(mapping->dev, mapping->address, mapping->bytes, mapping->direction,
			       mapping->attrs);
	return machine_end(mapping->dev->sim->actor_name, 0);
}

uint64_t svmsim_mapping_address(const struct svmsim_mapping *mapping)
{
	return mapping->address;
}

uint64_t svmsim_mapping_bytes(const struct svmsim_mapping *mapping)
{
	return mapping->bytes;
}

/* The device of a transfer, or NULL with the error set. */
static struct device *transfer_device(struct svmsim_world *world, int device, u64 address,
				      u64 bytes)
{
	struct device *dev = machine_device(world, device);

	if (dev && (!bytes || address + bytes - 1 < address)) {
		sim_set_error(world, -EINVAL, "%llu bytes at 0x%llx: %s", bytes, address,
			      bytes ? "beyond 64 bits" : "nothing to transfer");
		return NULL;
	}
	return dev;
}

static int fault(struct device *dev)
{
	return sim_set_error(sim_world, -EFAULT, "%s: the access faulted", dev->sim->actor);
}

int svmsim_device_read(struct svmsim_world *world, int device, uint64_t address, void *buffer,
		       uint64_t bytes)
{
	struct device *dev = transfer_device(world, device, address, bytes);
	int err;

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	err = sim_dma_read(dev, address, buffer, bytes) ? fault(dev) : 0;
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_device_write(struct svmsim_world *world, int device, uint64_t address,
			const void *buffer, uint64_t bytes)
{
	struct device *dev = transfer_device(world, device, address, bytes);
	int err;

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	err = sim_dma_write(dev, address, buffer, bytes) ? fault(dev) : 0;
	return machine_end(dev->sim->actor_name, err);
}

static size_t piece_bytes(u64 address, u64 bytes)
{
	/* Pieces end at page boundaries, where the engine cuts anyway. */
	u64 piece = PIECE_BYTES - offset_in_page(address);

	return piece < bytes ? piece : bytes;
}

static int fill(struct device *dev, u64 address, u64 bytes, u64 pattern, u8 *buf)
{
	for (u64 at = 0; at < bytes;) {
		size_t piece = piece_bytes(address + at, bytes - at);

		machine_pattern(buf, pattern, at, piece);
		if (sim_dma_write(dev, address + at, buf, piece))
			return fault(dev);
		at += piece;
	}
	return 0;
}

static int compare(struct device *dev, const u8 *got, const u8 *wanted, u64 at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (got[i] != wanted[i])
			return sim_set_error(sim_world, -EIO,
					     "%s: byte %llu is 0x%02x, the pattern has 0x%02x",
					     dev->sim->actor, at + i, got[i], wanted[i]);
	return 0;
}

static int check(struct device *dev, u64 address, u64 bytes, u64 pattern, u8 *buf)
{
	u8 *wanted = buf + PIECE_BYTES;

	for (u64 at = 0; at < bytes;) {
		size_t piece = piece_bytes(address + at, bytes - at);
		int err;

		if (sim_dma_read(dev, address + at, buf, piece))
			return fault(dev);
		machine_pattern(wanted, pattern, at, piece);
		err = compare(dev, buf, wanted, at, piece);
		if (err)
			return err;
		at += piece;
	}
	return 0;
}

static int with_buffer(struct svmsim_world *world, int device, u64 address, u64 bytes, u64 pattern,
		       int (*transfer)(struct device *dev, u64 address, u64 bytes, u64 pattern,
				       u8 *buf))
{
	struct device *dev = transfer_device(world, device, address, bytes);
	u8 *buf;
	int err;

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	buf = sim_alloc(world, 2 * PIECE_BYTES);
	err = transfer(dev, address, bytes, pattern, buf);
	sim_free(world, buf, 2 * PIECE_BYTES);
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_device_fill(struct svmsim_world *world, int device, uint64_t address, uint64_t bytes,
		       uint64_t pattern)
{
	return with_buffer(world, device, address, bytes, pattern, fill);
}

int svmsim_device_check(struct svmsim_world *world, int device, uint64_t address, uint64_t bytes,
			uint64_t pattern)
{
	return with_buffer(world, device, address, bytes, pattern, check);
}
