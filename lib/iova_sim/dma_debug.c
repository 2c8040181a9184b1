// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the front ends of the DMA API tell DMA debugging, scatterlists apart. Models
 * kernel/dma/debug.c, v7.0.
 */
#include <linux/mm.h>
#include "iova_sim/dma_debug_internal.h"
#include "mm/phys.h"

/* RAM handed to a device as if it were registers. */
static void check_resource(struct device *dev, phys_addr_t phys, size_t size)
{
	struct sim_report *report;

	if (!sim_phys_is_ram(sim_world, phys) ||
	    !dma_debug_has(SIM_REPORT_DMA_DEBUG_MAP_RESOURCE_RAM))
		return;
	report = dma_debug_report_begin(MAP_RESOURCE_RAM, dev);
	sim_report_pages(report, "size", size);
	dma_debug_report_raise(report, dev, NULL, MAP_RESOURCE_RAM, phys);
}

void debug_dma_map_phys(struct device *dev, phys_addr_t phys, size_t size, int direction,
			dma_addr_t dma_addr, unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	const struct dma_debug_entry entry = {
		.dev = dev,
		.dev_addr = dma_addr,
		.size = size,
		.paddr = phys,
		.type = DMA_DEBUG_PHYS,
		.direction = direction,
		.attrs = attrs,
		.check = DMA_DEBUG_NOT_CHECKED,
	};

	if (likely(!debug) || dma_addr == DMA_MAPPING_ERROR)
		return;
	sim_report_from_caller();
	if (attrs & DMA_ATTR_MMIO)
		check_resource(dev, phys, size);
	else
		dma_debug_check_memory(debug, dev, phys, size);
	dma_debug_add(debug, &entry);
}

/* One address may stand for several mappings: the first that was not checked yet is meant. */
void debug_dma_mapping_error(struct device *dev, dma_addr_t dma_addr)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry *entry;

	if (likely(!debug))
		return;
	for (entry = dma_debug_bucket(debug, dma_addr)->first; entry; entry = entry->next)
		if (entry->dev == dev && entry->dev_addr == dma_addr &&
		    entry->check == DMA_DEBUG_NOT_CHECKED)
			break;
	if (entry)
		entry->check = DMA_DEBUG_CHECKED;
}

void debug_dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size, int direction,
			  unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	const struct dma_debug_entry ref = {
		.dev = dev,
		.dev_addr = addr,
		.size = size,
		.type = DMA_DEBUG_PHYS,
		.direction = direction,
		.attrs = attrs,
	};

	if (likely(!debug))
		return;
	sim_report_from_caller();
	dma_debug_unmap(debug, &ref);
}

/* What an allocation is: memory of a kind, known by both of its addresses. */
static struct dma_debug_entry allocation(enum dma_debug_type type, struct device *dev,
					 phys_addr_t phys, dma_addr_t dma_addr, size_t size)
{
	return (struct dma_debug_entry){
		.dev = dev,
		.dev_addr = dma_addr,
		.size = size,
		.paddr = phys,
		.type = type,
		.direction = DMA_BIDIRECTIONAL,
	};
}

void debug_dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t dma_addr, void *virt,
			      unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry entry;
	phys_addr_t phys;

	if (likely(!debug) || !virt)
		return;
	sim_report_from_caller();
	phys = sim_phys_of(sim_world, virt);
	if (phys == ~(phys_addr_t)0)
		return;
	entry = allocation(DMA_DEBUG_COHERENT, dev, phys, dma_addr, size);
	entry.attrs = attrs;
	dma_debug_add(debug, &entry);
}

void debug_dma_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t addr,
			     unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry ref;
	phys_addr_t phys;

	if (likely(!debug))
		return;
	sim_report_from_caller();
	phys = sim_phys_of(sim_world, virt);
	if (phys == ~(phys_addr_t)0)
		return;
	ref = allocation(DMA_DEBUG_COHERENT, dev, phys, addr, size);
	ref.attrs = attrs;
	dma_debug_unmap(debug, &ref);
}

void debug_dma_alloc_pages(struct device *dev, struct page *page, size_t size, int direction,
			   dma_addr_t dma_addr, unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry entry;

	if (likely(!debug))
		return;
	sim_report_from_caller();
	entry = allocation(DMA_DEBUG_NONCOHERENT, dev, page_to_phys(page), dma_addr, size);
	entry.direction = direction;
	entry.attrs = attrs;
	dma_debug_add(debug, &entry);
}

void debug_dma_free_pages(struct device *dev, struct page *page, size_t size, int direction,
			  dma_addr_t dma_addr)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry ref;

	if (likely(!debug))
		return;
	sim_report_from_caller();
	ref = allocation(DMA_DEBUG_NONCOHERENT, dev, page_to_phys(page), dma_addr, size);
	ref.direction = direction;
	dma_debug_unmap(debug, &ref);
}

static void sync_single(struct dma_debug *debug, struct device *dev, dma_addr_t dma_handle,
			size_t size, int direction, bool to_cpu)
{
	const struct dma_debug_entry ref = {
		.dev = dev,
		.dev_addr = dma_handle,
		.size = size,
		.type = DMA_DEBUG_SINGLE,
		.direction = direction,
	};

	dma_debug_sync(debug, &ref, to_cpu);
}

void debug_dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_handle, size_t size,
				   int direction)
{
	struct dma_debug *debug = dma_debug_get();

	if (likely(!debug))
		return;
	sim_report_from_caller();
	sync_single(debug, dev, dma_handle, size, direction, true);
}

void debug_dma_sync_single_for_device(struct device *dev, dma_addr_t dma_handle, size_t size,
				      int direction)
{
	struct dma_debug *debug = dma_debug_get();

	if (likely(!debug))
		return;
	sim_report_from_caller();
	sync_single(debug, dev, dma_handle, size, direction, false);
}

bool sim_dma_debugging(void)
{
	return dma_debug_get();
}
