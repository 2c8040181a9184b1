// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What DMA debugging says of the memory that is mapped. Models kernel/dma/debug.c, v7.0. Differs:
 * stacks, kernel text and so on are where the machine declares them; addresses are printed as
 * x86-64 has them without randomisation and hashing.
 */
#include <linux/bits.h>
#include <linux/mm.h>
#include "iova_sim/dma_debug_internal.h"
#include "kernel/version.h"
#include "mm/phys.h"

#define DIRECT_MAP_BASE 0xffff888000000000ull
#define VMALLOC_BASE 0xffffc90000000000ull

#define STACKS (BIT(SVMSIM_AREA_STACK) | BIT(SVMSIM_AREA_VMAP_STACK))
#define VMALLOCS (BIT(SVMSIM_AREA_VMALLOC) | BIT(SVMSIM_AREA_VMAP_STACK))
#define TEXTS (BIT(SVMSIM_AREA_TEXT) | BIT(SVMSIM_AREA_RODATA))

static const char *const area_names[SVMSIM_AREA_KIND_COUNT] = {
	[SVMSIM_AREA_STACK] = "stack",
	[SVMSIM_AREA_VMAP_STACK] = "vmap-stack",
	[SVMSIM_AREA_TEXT] = "text",
	[SVMSIM_AREA_RODATA] = "rodata",
	[SVMSIM_AREA_VMALLOC] = "vmalloc",
	[SVMSIM_AREA_INVALID] = "invalid",
};

const char *sim_dma_debug_area_name(unsigned int index)
{
	return index < SVMSIM_AREA_KIND_COUNT ? area_names[index] : NULL;
}

const struct dma_debug_area *dma_debug_area_find(const struct dma_debug *debug, unsigned int kinds,
						 phys_addr_t phys, u64 bytes)
{
	for (unsigned int i = 0; i < debug->area_count; i++) {
		const struct dma_debug_area *area = &debug->area[i];

		if (kinds & BIT(area->kind) && phys < area->phys + area->bytes &&
		    phys + bytes > area->phys)
			return area;
	}
	return NULL;
}

void sim_dma_debug_area(struct svmsim_world *world, enum svmsim_area_kind kind, phys_addr_t phys,
			u64 bytes)
{
	struct dma_debug *debug = iova_sim_of(world)->debug;

	if (!debug)
		return;
	SIM_ASSERT(debug->area_count < SVMSIM_AREA_MAX);
	debug->area[debug->area_count++] = (struct dma_debug_area){ kind, phys, bytes };
}

static u64 cpu_address(const struct dma_debug_area *area, phys_addr_t phys)
{
	return (BIT(area->kind) & VMALLOCS ? VMALLOC_BASE : DIRECT_MAP_BASE) + phys;
}

static struct sim_report *begin(enum sim_report_id id, struct device *dev,
				const struct dma_debug_area *area, u64 bytes)
{
	struct sim_report *report = dma_debug_begin(id, dev);

	sim_report_pages(report, "size", bytes);
	sim_report_field(report, "area", "%s", area_names[area->kind]);
	return report;
}

/* The kernel looks at the first byte only. */
static void check_stack(struct dma_debug *debug, struct device *dev, phys_addr_t phys, u64 bytes)
{
	const struct dma_debug_area *area = dma_debug_area_find(debug, STACKS, phys, 1);
	struct sim_report *report;

	if (!area)
		return;
	report = begin(SIM_REPORT_DMA_DEBUG_MAP_STACK, dev, area, bytes);
	if (area->kind == SVMSIM_AREA_STACK)
		dma_debug_report_raise(report, dev, NULL, MAP_STACK, cpu_address(area, phys));
	else
		dma_debug_report_raise(report, dev, NULL, MAP_STACK_VMAP, cpu_address(area, phys));
}

void dma_debug_check_memory(struct dma_debug *debug, struct device *dev, phys_addr_t phys,
			    u64 bytes)
{
	const struct dma_debug_area *area;
	struct sim_report *report;

	check_stack(debug, dev, phys, bytes);
	area = dma_debug_area_find(debug, TEXTS, phys, bytes);
	if (!area)
		return;
	report = begin(SIM_REPORT_DMA_DEBUG_MAP_TEXT, dev, area, bytes);
	dma_debug_report_raise(report, dev, NULL, MAP_TEXT, cpu_address(area, phys),
			       (unsigned long)bytes);
}

/* Memory that is no simulated RAM, kmalloc's too, is beyond what can be told here. */
static const struct dma_debug_area *area_of(const struct dma_debug *debug, unsigned int kinds,
					    const void *address, phys_addr_t *phys)
{
	*phys = sim_phys_of(sim_world, address);
	return *phys == ~(phys_addr_t)0 ? NULL : dma_debug_area_find(debug, kinds, *phys, 1);
}

bool sim_dma_debug_is_vmalloc(const void *address)
{
	const struct dma_debug *debug = dma_debug_get();
	phys_addr_t phys;

	return debug && area_of(debug, VMALLOCS, address, &phys);
}

bool sim_dma_debug_refuses_page(const struct page *page)
{
	return dma_debug_get() && is_zone_device_page(page);
}

bool sim_dma_debug_refuses_resource(phys_addr_t phys)
{
	return dma_debug_get() && sim_phys_is_ram(sim_world, phys) &&
	       !dma_debug_has(SIM_REPORT_DMA_DEBUG_MAP_RESOURCE_RAM);
}

void debug_dma_map_single(struct device *dev, const void *addr, unsigned long len)
{
	struct dma_debug *debug = dma_debug_get();
	const struct dma_debug_area *area;
	struct sim_report *report;
	phys_addr_t phys;
	u64 address;

	if (likely(!debug))
		return;
	sim_report_from_caller();
	area = area_of(debug, VMALLOCS | BIT(SVMSIM_AREA_INVALID), addr, &phys);
	if (!area)
		return;
	address = cpu_address(area, phys);
	/* Memory of vmalloc() is no valid address either; saying what it is says more. */
	if (area->kind == SVMSIM_AREA_INVALID) {
		report = begin(SIM_REPORT_DMA_DEBUG_MAP_INVALID, dev, area, len);
		dma_debug_report_raise(report, dev, NULL, MAP_INVALID, address, len);
	} else {
		report = begin(SIM_REPORT_DMA_DEBUG_MAP_VMALLOC, dev, area, len);
		dma_debug_report_raise(report, dev, NULL, MAP_VMALLOC, address, len);
	}
}
