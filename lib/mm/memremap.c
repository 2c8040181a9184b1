/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Device memory that the CPU can address gets pages. Models mm/memremap.c (v7.0) for the one type
 * that peers use; a page's zone and pagemap follow from its page frame number.
 */
#include "mm/phys_internal.h"
#include <linux/device.h>
#include <linux/export.h>
#include <linux/memremap.h>
#include <linux/sim_absent.h>

/* One pagemap at most may lie at either end of a new range. */
static bool conflicts(const struct range *range)
{
	const struct sim_phys *state = phys_state();

	return is_zone_device_page(phys_page(state, PHYS_PFN(range->start))) ||
	       is_zone_device_page(phys_page(state, PHYS_PFN(range->end)));
}

static int check_range(const struct range *range)
{
	const struct sim_phys *state = phys_state();

	if (!PHYS_PFN(range->start) || PHYS_PFN(range->end) >= state->pfn_end)
		return -EINVAL;
	if (WARN(conflicts(range), "Conflicting mapping in same section\n"))
		return -ENOMEM;
	if (WARN_ONCE(sim_phys_is_ram(sim_world, range->start),
		      "attempted on ram region %#llx-%#llx\n", range->start, range->end))
		return -ENXIO;
	if (!phys_window(state, PHYS_PFN(range->start))) {
		SIM_ABSENT("memremap_pages of what has no bytes");
		return -ENXIO;
	}
	return 0;
}

void *memremap_pages(struct dev_pagemap *pgmap, int nid)
{
	int err = 0;

	if (WARN_ONCE(!pgmap->nr_range, "nr_range must be specified\n"))
		return ERR_PTR(-EINVAL);
	if (pgmap->type != MEMORY_DEVICE_PCI_P2PDMA || pgmap->nr_range > 1) {
		SIM_ABSENT("memremap_pages of another type than MEMORY_DEVICE_PCI_P2PDMA");
		return ERR_PTR(-EOPNOTSUPP);
	}
	err = check_range(&pgmap->range);
	if (!err)
		err = sim_phys_pgmap_add(sim_world, pgmap);
	if (err)
		return ERR_PTR(err);
	return __va(pgmap->range.start);
}
EXPORT_SYMBOL_GPL(memremap_pages);

static u64 pages_in_use(u64 pfn, u64 end)
{
	const struct sim_phys *state = phys_state();
	u64 count = 0;

	while (pfn < end) {
		u64 group = pfn >> GROUP_SHIFT;

		if (!(state->touched[group / 64] >> group % 64 & 1)) {
			pfn = (group + 1) << GROUP_SHIFT;
			continue;
		}
		count += page_ref_count(phys_page(state, pfn++)) > 0;
	}
	return count;
}

void memunmap_pages(struct dev_pagemap *pgmap)
{
	struct sim_phys *state = phys_state();
	u64 first = PHYS_PFN(pgmap->range.start), end = PHYS_PFN(pgmap->range.end) + 1;
	u64 count = pages_in_use(first, end);

	WARN(count, "device memory goes while %llu pages of it are in use\n", count);
	/* Whoever can still reach it reaches nothing from now on. */
	if (state->watch && state->watch->page_free)
		state->watch->page_free(state->watch->ctx, first, end - first);
	sim_phys_pgmap_remove(sim_world, pgmap);
}
EXPORT_SYMBOL_GPL(memunmap_pages);

static void release(void *pgmap)
{
	memunmap_pages(pgmap);
}

void *devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	void *addr = memremap_pages(pgmap, dev_to_node(dev));
	int err;

	if (IS_ERR(addr))
		return addr;
	err = devm_add_action_or_reset(dev, release, pgmap);
	return err ? ERR_PTR(err) : addr;
}
EXPORT_SYMBOL_GPL(devm_memremap_pages);

void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	devm_release_action(dev, release, pgmap);
}
EXPORT_SYMBOL_GPL(devm_memunmap_pages);
