// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <svmsim/machine.h>
#include <svmsim/world.h>
#include "bench_dma_work.h"
#include "device/sim_device.h"
#include "host/host.h"
#include "iova_sim/layer.h"
#include "kernel/time.h"
#include "mm/phys.h"

#define WINDOW_BYTES (DMA_WINDOW_PAGES * PAGE_SIZE)

/**
 * struct dma_bed - a machine and what its device has mapped
 * @world: machine
 * @watch: oracles, put back before the world goes
 * @dev: device
 * @phys: 512 pages that begin one page behind a multiple of 2 MiB, so that they take 512 leaves
 * @mapping_count: room in the arrays
 * @windows: windows of the IOVA API
 * @addrs: streaming mappings
 */
struct dma_bed {
	struct svmsim_world *world;
	const struct iova_watch *watch;
	struct device *dev;
	u64 phys;
	u64 mapping_count;
	struct dma_iova_state *windows;
	dma_addr_t addrs[];
};

static inline void must(bool ok, const char *what)
{
	if (unlikely(!ok))
		host_defect(__FILE_NAME__, __LINE__, what);
}

struct dma_bed *dma_bed_make(bool lazy, uint64_t mapping_count)
{
	struct svmsim_machine machine = {
		.node = { { .ram_bytes = 512ull << 20 } },
		.node_count = 1,
		.device = { { .name = "d0", .lazy = lazy } },
		.device_count = 1,
	};
	struct dma_bed *bed = host_zalloc(sizeof(*bed) + mapping_count * sizeof(bed->addrs[0]));
	struct page *pages;

	bed->mapping_count = mapping_count;
	bed->windows = host_zalloc(mapping_count * sizeof(bed->windows[0]));
	must(!svmsim_world_create(&machine, NULL, &bed->world, NULL, 0), "no world");
	bed->watch = iova_sim_of(bed->world)->watch;
	iova_sim_set_watch(bed->world, NULL);
	bed->dev = sim_device_get(bed->world, 0);
	pages = sim_phys_alloc_contig(bed->world, 2 * DMA_WINDOW_PAGES, WINDOW_BYTES);
	must(pages, "no pages");
	bed->phys = page_to_phys(pages) + PAGE_SIZE;
	return bed;
}

void dma_bed_free(struct dma_bed *bed)
{
	iova_sim_set_watch(bed->world, bed->watch);
	svmsim_world_destroy(bed->world);
	host_free(bed->windows);
	host_free(bed);
}

void dma_map_pages(struct dma_bed *bed, uint64_t count)
{
	sim_world_enter(bed->world);
	for (u64 i = 0; i < count; i++) {
		bed->addrs[i] = dma_map_phys(bed->dev, bed->phys, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
		must(bed->addrs[i] != DMA_MAPPING_ERROR, "map");
	}
}

void dma_unmap_pages(struct dma_bed *bed, uint64_t count)
{
	sim_world_enter(bed->world);
	for (u64 i = 0; i < count; i++)
		dma_unmap_phys(bed->dev, bed->addrs[i], PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
}

void dma_link_windows(struct dma_bed *bed, uint64_t count)
{
	sim_world_enter(bed->world);
	for (u64 i = 0; i < count; i++) {
		must(dma_iova_try_alloc(bed->dev, &bed->windows[i], 0, WINDOW_BYTES), "no IOVA");
		must(!dma_iova_link(bed->dev, &bed->windows[i], bed->phys, 0, WINDOW_BYTES,
				    DMA_BIDIRECTIONAL, 0), "link");
	}
}

void dma_destroy_windows(struct dma_bed *bed, uint64_t count)
{
	sim_world_enter(bed->world);
	for (u64 i = 0; i < count; i++)
		dma_iova_destroy(bed->dev, &bed->windows[i], WINDOW_BYTES, DMA_BIDIRECTIONAL, 0);
}

void dma_rest(struct dma_bed *bed)
{
	sim_world_enter(bed->world);
	sim_time_advance(bed->world, 1000000000);
}

uint64_t dma_flush_count(const struct dma_bed *bed)
{
	const u64 *count = bed->world->events.count;

	return count[SIM_EVENT_IOTLB_FLUSH_RANGE] + count[SIM_EVENT_IOTLB_FLUSH_ALL];
}
