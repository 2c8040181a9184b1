/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Scatterlists of a driver. */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include "machine/machine_internal.h"

#define PART_MAX 65536

/**
 * struct svmsim_sg - a scatterlist
 * @handle: in the world's list
 * @dev: device
 * @direction: direction
 * @attrs: attributes
 * @sgt: table
 * @sgl: its entries, in one array
 */
struct svmsim_sg {
	struct machine_handle handle;
	struct device *dev;
	enum dma_data_direction direction;
	unsigned long attrs;
	struct sg_table sgt;
	struct scatterlist sgl[];
};

static int check_parts(struct svmsim_world *world, const struct svmsim_part *parts,
		       unsigned int count)
{
	if (!count || count > PART_MAX)
		return sim_set_error(world, -EINVAL, "%u entries, 1 to %u are possible", count,
				     PART_MAX);
	for (unsigned int i = 0; i < count; i++) {
		int err;

		if (!parts[i].ram)
			return sim_set_error(world, -EINVAL, "entry %u has no memory", i);
		if (parts[i].bytes > U32_MAX)
			return sim_set_error(world, -EINVAL, "entry %u is longer than 4 GiB", i);
		err = machine_check_buffer(parts[i].ram, parts[i].offset_bytes, parts[i].bytes);
		if (err)
			return err;
	}
	return 0;
}

static struct svmsim_sg *sg_new(struct svmsim_world *world, const struct svmsim_part *parts,
				unsigned int count)
{
	struct svmsim_sg *sg = machine_handle_new(world, sizeof(*sg) + count * sizeof(sg->sgl[0]));

	sg_init_table(sg->sgl, count);
	for (unsigned int i = 0; i < count; i++) {
		phys_addr_t phys = machine_phys_at(parts[i].ram, parts[i].offset_bytes);

		sg_set_page(&sg->sgl[i], phys_to_page(phys), parts[i].bytes, offset_in_page(phys));
	}
	sg->sgt = (struct sg_table){ .sgl = sg->sgl, .orig_nents = count };
	return sg;
}

int svmsim_map_sg(struct svmsim_world *world, int device, const struct svmsim_part *parts,
		  unsigned int part_count, enum svmsim_direction direction,
		  unsigned int attributes, struct svmsim_sg **sg)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_sg *made;
	int err;

	if (!dev)
		return -EINVAL;
	err = machine_check_real_direction(world, direction);
	if (!err)
		err = check_parts(world, parts, part_count);
	if (err)
		return err;
	machine_begin(world);
	made = sg_new(world, parts, part_count);
	made->dev = dev;
	made->direction = (enum dma_data_direction)direction;
	made->attrs = attributes;
	err = dma_map_sgtable(dev, &made->sgt, made->direction, attributes);
	if (err) {
		sim_set_error(world, err, "%s: dma_map_sgtable() failed", dev->sim->actor);
		machine_handle_drop(&made->handle);
	} else {
		*sg = made;
	}
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_sync_sg(struct svmsim_sg *sg, bool for_cpu)
{
	machine_begin(sg->handle.world);
	if (for_cpu)
		dma_sync_sgtable_for_cpu(sg->dev, &sg->sgt, sg->direction);
	else
		dma_sync_sgtable_for_device(sg->dev, &sg->sgt, sg->direction);
	return machine_end(sg->dev->sim->actor_name, 0);
}

int svmsim_unmap_sg(struct svmsim_sg *sg)
{
	machine_begin(sg->handle.world);
	dma_unmap_sgtable(sg->dev, &sg->sgt, sg->direction, sg->attrs);
	return machine_end(sg->dev->sim->actor_name, 0);
}

unsigned int svmsim_sg_segments(const struct svmsim_sg *sg)
{
	return sg->sgt.nents;
}

uint64_t svmsim_sg_address(const struct svmsim_sg *sg, unsigned int segment)
{
	return segment < sg->sgt.nents ? sg_dma_address(&sg->sgl[segment]) : 0;
}

uint64_t svmsim_sg_bytes(const struct svmsim_sg *sg, unsigned int segment)
{
	return segment < sg->sgt.nents ? sg_dma_len(&sg->sgl[segment]) : 0;
}
