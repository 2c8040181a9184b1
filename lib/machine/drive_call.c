/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Calls of the DMA API with any arguments; see svmsim/dma_call.h. */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <svmsim/dma_call.h>
#include "machine/machine_internal.h"

static int check_kind(struct svmsim_world *world, unsigned int kind, unsigned int direction)
{
	if (kind >= SVMSIM_CALL_KIND_COUNT)
		return sim_set_error(world, -EINVAL, "%u is no kind of call", kind);
	return machine_check_real_direction(world, direction);
}

static int check_map_call(struct svmsim_world *world, const struct svmsim_map_call *call)
{
	unsigned int entries = call->kind == SVMSIM_CALL_SG ? call->entries : 1;
	int err = check_kind(world, call->kind, call->direction);

	if (err || call->kind == SVMSIM_CALL_COHERENT)
		return err;
	if (!call->ram)
		return sim_set_error(world, -EINVAL, "memory to map is missing");
	if (!entries || entries > SVMSIM_SG_ENTRY_MAX)
		return sim_set_error(world, -EINVAL, "%u entries, 1 to %u are possible", entries,
				     SVMSIM_SG_ENTRY_MAX);
	for (unsigned int i = 0; i < entries && !err; i++)
		err = machine_check_buffer(call->ram, call->offset_bytes + i * call->bytes,
					   call->bytes);
	return err;
}

static int map_list(struct svmsim_mapping *map, const struct svmsim_map_call *call)
{
	struct sg_table table = {
		.sgl = map->sgl,
		.nents = call->entries,
		.orig_nents = call->entries,
	};
	int err;

	sg_init_table(map->sgl, call->entries);
	for (unsigned int i = 0; i < call->entries; i++) {
		phys_addr_t phys =
			machine_phys_at(call->ram, call->offset_bytes + i * call->bytes);

		sg_set_page(&map->sgl[i], phys_to_page(phys), call->bytes, offset_in_page(phys));
	}
	err = dma_map_sgtable(map->dev, &table, map->direction, map->attrs);
	if (err)
		return err;
	map->address = sg_dma_address(map->sgl);
	return 0;
}

/* One call; whether it worked is told where the driver looks. */
static int map_one(struct svmsim_mapping *map, const struct svmsim_map_call *call)
{
	phys_addr_t phys = call->ram ? machine_phys_at(call->ram, call->offset_bytes) : 0;

	switch (call->kind) {
	case SVMSIM_CALL_SG:
		return map_list(map, call);
	case SVMSIM_CALL_COHERENT:
		map->cpu_address = dma_alloc_attrs(map->dev, map->bytes, &map->address, GFP_KERNEL,
						   map->attrs);
		return map->cpu_address ? 0 : -ENOMEM;
	case SVMSIM_CALL_SINGLE:
		map->address = dma_map_single_attrs(map->dev, phys_to_virt(phys), map->bytes,
						    map->direction, map->attrs);
		break;
	case SVMSIM_CALL_RESOURCE:
		map->address = dma_map_resource(map->dev, phys, map->bytes, map->direction,
						map->attrs);
		break;
	default:
		map->address = dma_map_phys(map->dev, phys, map->bytes, map->direction, map->attrs);
	}
	return call->unchecked ? 0 : dma_mapping_error(map->dev, map->address);
}

int svmsim_map_call(struct svmsim_world *world, int device, const struct svmsim_map_call *call,
		    struct svmsim_mapping **mapping)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_mapping *made;
	unsigned int entries;
	int err;

	if (!dev)
		return -EINVAL;
	err = check_map_call(world, call);
	if (err)
		return err;
	machine_begin(world);
	entries = call->kind == SVMSIM_CALL_SG ? call->entries : 0;
	made = machine_handle_new(world, sizeof(*made) + entries * sizeof(made->sgl[0]));
	made->dev = dev;
	made->kind = call->kind;
	made->bytes = call->bytes;
	made->entries = entries;
	made->direction = (enum dma_data_direction)call->direction;
	made->attrs = call->attributes;
	err = map_one(made, call);
	if (err) {
		sim_set_error(world, err, "%s: the map call failed", dev->sim->actor);
		machine_handle_drop(&made->handle);
	} else {
		*mapping = made;
	}
	return machine_end(dev->sim->actor_name, err);
}

void svmsim_unmap_call_of(const struct svmsim_mapping *mapping, struct svmsim_unmap_call *call)
{
	*call = (struct svmsim_unmap_call){
		.kind = mapping->kind,
		.bytes = mapping->bytes,
		.entries = mapping->entries,
		.direction = (enum svmsim_direction)mapping->direction,
		.attributes = mapping->attrs,
	};
}

static int check_unmap_call(const struct svmsim_mapping *map, const struct svmsim_unmap_call *call)
{
	struct svmsim_world *world = map->handle.world;
	int err = check_kind(world, call->kind, call->direction);

	if (err)
		return err;
	if (call->kind == SVMSIM_CALL_SG && (!call->entries || call->entries > map->entries))
		return sim_set_error(world, -EINVAL, "%u entries, the mapping has %u",
				     call->entries, map->entries);
	if (call->kind == SVMSIM_CALL_COHERENT && !map->cpu_address)
		return sim_set_error(world, -EINVAL, "the mapping is no coherent allocation");
	return 0;
}

static dma_addr_t address_of(const struct svmsim_mapping *map, const struct svmsim_unmap_call *call)
{
	return call->invalid ? DMA_MAPPING_ERROR : map->address + call->offset_bytes;
}

static void unmap_one(struct svmsim_mapping *map, const struct svmsim_unmap_call *call)
{
	enum dma_data_direction dir = (enum dma_data_direction)call->direction;
	dma_addr_t address = address_of(map, call);

	switch (call->kind) {
	case SVMSIM_CALL_SG:
		dma_unmap_sg_attrs(map->dev, map->sgl, call->entries, dir, call->attributes);
		break;
	case SVMSIM_CALL_COHERENT:
		dma_free_attrs(map->dev, call->bytes,
			       map->cpu_address + call->offset_bytes + call->cpu_offset_bytes,
			       address, call->attributes);
		break;
	case SVMSIM_CALL_SINGLE:
		dma_unmap_single_attrs(map->dev, address, call->bytes, dir, call->attributes);
		break;
	case SVMSIM_CALL_RESOURCE:
		dma_unmap_resource(map->dev, address, call->bytes, dir, call->attributes);
		break;
	default:
		dma_unmap_phys(map->dev, address, call->bytes, dir, call->attributes);
	}
}

int svmsim_unmap_call(struct svmsim_mapping *mapping, const struct svmsim_unmap_call *call)
{
	int err = check_unmap_call(mapping, call);

	if (err)
		return err;
	machine_begin(mapping->handle.world);
	unmap_one(mapping, call);
	return machine_end(mapping->dev->sim->actor_name, 0);
}

static void sync_one(struct svmsim_mapping *map, const struct svmsim_unmap_call *call, bool for_cpu)
{
	enum dma_data_direction dir = (enum dma_data_direction)call->direction;
	dma_addr_t address = address_of(map, call);

	if (call->kind == SVMSIM_CALL_SG && for_cpu)
		dma_sync_sg_for_cpu(map->dev, map->sgl, call->entries, dir);
	else if (call->kind == SVMSIM_CALL_SG)
		dma_sync_sg_for_device(map->dev, map->sgl, call->entries, dir);
	else if (for_cpu)
		dma_sync_single_for_cpu(map->dev, address, call->bytes, dir);
	else
		dma_sync_single_for_device(map->dev, address, call->bytes, dir);
}

int svmsim_sync_call(struct svmsim_mapping *mapping, const struct svmsim_unmap_call *call,
		     bool for_cpu)
{
	int err = check_unmap_call(mapping, call);

	if (err)
		return err;
	machine_begin(mapping->handle.world);
	sync_one(mapping, call, for_cpu);
	return machine_end(mapping->dev->sim->actor_name, 0);
}

int svmsim_set_segment_limits(struct svmsim_world *world, int device, unsigned int max_bytes,
			      uint64_t boundary_mask)
{
	struct device *dev = machine_device(world, device);

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	if (max_bytes)
		dma_set_max_seg_size(dev, max_bytes);
	if (boundary_mask)
		dma_set_seg_boundary(dev, boundary_mask);
	return machine_end(dev->sim->actor_name, 0);
}

int svmsim_driver_unbind(struct svmsim_world *world, int device)
{
	struct device *dev = machine_device(world, device);

	if (!dev)
		return -EINVAL;
	machine_begin(world);
	sim_device_unbind(world, dev);
	return machine_end(dev->sim->actor_name, 0);
}
