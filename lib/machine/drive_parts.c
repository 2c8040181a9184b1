/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a mapping consists of: segments of a list, and the CPU's view of coherent memory. */
#include <linux/errno.h>
#include <linux/mm.h>
#include "machine/machine_internal.h"

uint64_t svmsim_mapping_segment(const struct svmsim_mapping *mapping, unsigned int index,
				uint64_t *address)
{
	const struct scatterlist *sg = &mapping->sgl[index];

	if (mapping->kind != SVMSIM_CALL_SG) {
		*address = mapping->address;
		return index ? 0 : mapping->bytes;
	}
	if (index >= mapping->entries)
		return 0;
	*address = sg_dma_address(sg);
	return sg_dma_len(sg);
}

enum svmsim_direction svmsim_mapping_direction(const struct svmsim_mapping *mapping)
{
	return (enum svmsim_direction)mapping->direction;
}

int svmsim_mapping_ram(struct svmsim_mapping *mapping, struct svmsim_ram **ram)
{
	struct svmsim_world *world = mapping->handle.world;
	u64 pages = PAGE_ALIGN(mapping->bytes) >> PAGE_SHIFT;
	struct svmsim_ram *made;

	if (!mapping->cpu_address)
		return sim_set_error(world, -EINVAL, "the mapping is no coherent allocation");
	made = machine_handle_new(world, sizeof(*made) + pages * sizeof(made->pfn[0]));
	made->page_count = pages;
	for (u64 i = 0; i < pages; i++)
		made->pfn[i] = PHYS_PFN(virt_to_phys(mapping->cpu_address)) + i;
	*ram = made;
	return 0;
}
