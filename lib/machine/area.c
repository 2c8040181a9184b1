/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Memory that no driver should map: stacks, kernel text and the like. */
#include <linux/errno.h>
#include <linux/mm.h>
#include "iova_sim/dma_debug.h"
#include "machine/machine_internal.h"

void machine_areas_build(struct svmsim_world *world)
{
	const struct svmsim_machine *machine = world->machine;

	for (unsigned int i = 0; i < machine->area_count; i++) {
		u64 bytes = machine->area[i].bytes;
		struct page *page = sim_phys_alloc_contig(world, bytes >> PAGE_SHIFT, 0);

		/* The description was checked: all areas fit into the smallest RAM. */
		SIM_ASSERT(page);
		machine_state_of(world)->area_pfn[i] = page_to_pfn(page);
		sim_dma_debug_area(world, machine->area[i].kind, page_to_phys(page), bytes);
	}
}

const char *svmsim_area_name(unsigned int index)
{
	return sim_dma_debug_area_name(index);
}

int svmsim_area_ram(struct svmsim_world *world, unsigned int index, struct svmsim_ram **ram)
{
	struct svmsim_ram *made;
	u64 pages;

	if (index >= world->machine->area_count)
		return sim_set_error(world, -EINVAL, "there is no area %u, the machine has %u",
				     index, world->machine->area_count);
	pages = world->machine->area[index].bytes >> PAGE_SHIFT;
	made = machine_handle_new(world, sizeof(*made) + pages * sizeof(made->pfn[0]));
	made->page_count = pages;
	for (u64 i = 0; i < pages; i++)
		made->pfn[i] = machine_state_of(world)->area_pfn[index] + i;
	*ram = made;
	return 0;
}
