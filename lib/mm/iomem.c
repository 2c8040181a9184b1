/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The tree of physical address space, and places in it for memory that has no addresses of its own.
 * Models kernel/resource.c, v7.0.
 */
#include "device/sim_device.h"
#include "mm/phys_internal.h"
#include <linux/align.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/ioport.h>
#include <linux/slab.h>

/* A memory section of x86: what memory is plugged in by. */
#define SECTION_BYTES (1ull << 27)

struct resource *sim_iomem_resource(void)
{
	return &phys_state()->iomem;
}
EXPORT_SYMBOL(sim_iomem_resource);

static void part_add(struct sim_phys *state, unsigned int index, u64 start, u64 end,
		     const char *name, unsigned long flags)
{
	struct resource *part = &state->iomem_part[index];

	if (start >= end)
		return;
	*part = DEFINE_RES_NAMED(start, end - start, name, flags);
	SIM_ASSERT(!request_resource(&state->iomem, part));
}

void phys_iomem_start(struct svmsim_world *world)
{
	struct sim_phys *state = sim_phys_of_world(world);
	u64 memory = sim_pci_memory_start(world->machine);
	unsigned int index = 0;

	state->iomem = DEFINE_RES_MEM_NAMED(0, PFN_PHYS(state->pfn_end), "PCI mem");
	for (unsigned int i = 0; i < state->node_count; i++)
		for (int r = 0; r < 2; r++, index++)
			part_add(state, index, PFN_PHYS(state->node[i].range[r].first_pfn),
				 PFN_PHYS(state->node[i].range[r].end_pfn), "System RAM",
				 IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY);
	part_add(state, index++, SIM_PHYS_HOLE_START, SIM_PHYS_HOLE_END, "PCI Bus 0000:00",
		 IORESOURCE_MEM);
	part_add(state, index, memory, memory + sim_pci_memory_bytes(world->machine),
		 "PCI Bus 0000:00", IORESOURCE_MEM);
}

static struct resource *region_alloc(resource_size_t start, resource_size_t n, const char *name,
				     unsigned long desc)
{
	struct resource *res = kzalloc(sizeof(*res), GFP_KERNEL);

	if (res)
		*res = DEFINE_RES_NAMED_DESC(start, n, name, IORESOURCE_MEM | IORESOURCE_BUSY,
					     desc);
	return res;
}

struct resource *request_mem_region(resource_size_t start, resource_size_t n, const char *name)
{
	struct resource *res = region_alloc(start, n, name, IORES_DESC_NONE);

	if (res && request_resource(&iomem_resource, res)) {
		kfree(res);
		return NULL;
	}
	return res;
}
EXPORT_SYMBOL(request_mem_region);

void release_mem_region(resource_size_t start, resource_size_t n)
{
	struct resource *res = iomem_resource.child;

	while (res && (res->start != start || res->end != start + n - 1))
		res = res->sibling;
	if (!res || !(res->flags & IORESOURCE_BUSY) || res->flags & IORESOURCE_SYSRAM) {
		WARN(1, "Trying to free nonexistent resource <%#llx-%#llx>\n", start,
		     start + n - 1);
		return;
	}
	release_resource(res);
	kfree(res);
}
EXPORT_SYMBOL(release_mem_region);

/* From the top down, in steps of a section. */
static bool place(const struct resource *base, struct resource *res, u64 bytes)
{
	for (u64 start = base->end - bytes + 1; start > SECTION_BYTES && start >= base->start;
	     start -= SECTION_BYTES) {
		res->start = start;
		res->end = start + bytes - 1;
		if (!request_resource(&iomem_resource, res))
			return true;
	}
	return false;
}

struct resource *request_free_mem_region(struct resource *base, unsigned long size,
					 const char *name)
{
	u64 bytes = ALIGN((u64)size, SECTION_BYTES);
	struct resource *res = region_alloc(0, bytes, name, IORES_DESC_DEVICE_PRIVATE_MEMORY);

	if (!res)
		return ERR_PTR(-ENOMEM);
	if (bytes > resource_size(base) || !place(base, res, bytes)) {
		kfree(res);
		return ERR_PTR(-ERANGE);
	}
	return res;
}
EXPORT_SYMBOL_GPL(request_free_mem_region);

static void region_release(struct device *dev, void *data)
{
	const struct resource *const *res = data;

	release_mem_region((*res)->start, resource_size(*res));
}

struct resource *devm_request_free_mem_region(struct device *dev, struct resource *base,
					      unsigned long size)
{
	struct resource *res, **dr = devres_alloc(region_release, sizeof(*dr), GFP_KERNEL);

	if (!dr)
		return ERR_PTR(-ENOMEM);
	res = request_free_mem_region(base, size, dev_name(dev));
	if (IS_ERR(res)) {
		devres_free(dr);
		return res;
	}
	*dr = res;
	devres_add(dev, dr);
	return res;
}
EXPORT_SYMBOL_GPL(devm_request_free_mem_region);

struct wanted_region {
	resource_size_t start;
	resource_size_t bytes;
};

static int match_region(struct device *dev, void *data, void *match_data)
{
	const struct resource *const *res = data;
	const struct wanted_region *wanted = match_data;

	return (*res)->start == wanted->start && resource_size(*res) == wanted->bytes;
}

void devm_release_mem_region(struct device *dev, resource_size_t start, resource_size_t n)
{
	struct wanted_region wanted = { .start = start, .bytes = n };

	WARN_ON(devres_release(dev, region_release, match_region, &wanted));
}
EXPORT_SYMBOL(devm_release_mem_region);
