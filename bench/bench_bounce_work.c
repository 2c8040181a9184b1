// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <svmsim/machine.h>
#include <svmsim/world.h>
#include "bench_bounce_work.h"
#include "device/sim_device.h"
#include "host/host.h"
#include "iova_sim/layer.h"
#include "mm/phys.h"

/**
 * struct bounce_bed - a machine without an IOMMU that bounces everything
 * @world: machine
 * @watch: oracles, put back before the world goes
 * @dev: device
 * @phys: buffer
 * @addr: its bounce buffer
 */
struct bounce_bed {
	struct svmsim_world *world;
	const struct iova_watch *watch;
	struct device *dev;
	u64 phys;
	dma_addr_t addr;
};

static inline void must(bool ok, const char *what)
{
	if (unlikely(!ok))
		host_defect(__FILE_NAME__, __LINE__, what);
}

void *bounce_bed_make(unsigned long unused, bool tiny)
{
	struct svmsim_machine machine = {
		.device = { { .name = "d0", .iommu = "identity" } },
		.device_count = 1,
		.swiotlb_force = true,
		/* The smallest: after 32 maps every slot has been used, and nothing is new. */
		.swiotlb_bytes = 256 << 10,
		.no_dma_debug = true,
	};
	struct bounce_bed *bed = host_zalloc(sizeof(*bed));
	struct page *page;

	must(!svmsim_world_create(&machine, NULL, &bed->world, NULL, 0), "no world");
	bed->watch = iova_sim_of(bed->world)->watch;
	iova_sim_set_watch(bed->world, NULL);
	bed->dev = sim_device_get(bed->world, 0);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
	must(page, "no page");
	bed->phys = page_to_phys(page);
	bed->addr = dma_map_phys(bed->dev, bed->phys, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	must(bed->addr != DMA_MAPPING_ERROR && bed->addr != bed->phys, "no bounce buffer");
	return bed;
}

void bounce_bed_free(void *ctx)
{
	struct bounce_bed *bed = ctx;

	iova_sim_set_watch(bed->world, bed->watch);
	svmsim_world_destroy(bed->world);
	host_free(bed);
}

void bounce_sync(void *ctx, uint64_t times)
{
	struct bounce_bed *bed = ctx;

	sim_world_enter(bed->world);
	while (times--)
		dma_sync_single_for_device(bed->dev, bed->addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
}

/* The compiler must not find out that nobody looks. */
static noinline void copy(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
	barrier();
}

void bounce_memcpy(void *ctx, uint64_t times)
{
	struct bounce_bed *bed = ctx;
	void *to = sim_phys_ptr(bed->world, bed->addr);
	const void *from = sim_phys_ptr(bed->world, bed->phys);

	while (times--)
		copy(to, from);
}

void bounce_map_unmap(void *ctx, uint64_t times)
{
	struct bounce_bed *bed = ctx;

	sim_world_enter(bed->world);
	while (times--) {
		dma_addr_t addr = dma_map_phys(bed->dev, bed->phys, PAGE_SIZE, DMA_BIDIRECTIONAL,
					       0);

		must(!dma_mapping_error(bed->dev, addr), "no slots");
		dma_unmap_phys(bed->dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	}
}

void bounce_memcpy_twice(void *ctx, uint64_t times)
{
	struct bounce_bed *bed = ctx;
	void *to = sim_phys_ptr(bed->world, bed->addr);
	void *from = sim_phys_ptr(bed->world, bed->phys);

	while (times--) {
		copy(to, from);
		copy(from, to);
	}
}
