// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <svmsim/machine.h>
#include <svmsim/world.h>
#include "bench_pt_work.h"
#include "device/sim_device.h"
#include "host/host.h"
#include "iova_sim/engine.h"
#include "iova_sim/layer.h"
#include "mm/phys.h"

#define WINDOW_BYTES (PT_WINDOW_PAGES * PAGE_SIZE)

struct pt_bed {
	struct svmsim_world *world;
	const struct iova_watch *watch;
	struct device *dev;
	u64 phys;
	struct page *pages;
	u64 window_count;
	u64 *floor;
	u64 at;
	struct dma_iova_state windows[];
};

static inline void must(bool ok, const char *what)
{
	if (unlikely(!ok))
		host_defect(__FILE_NAME__, __LINE__, what);
}

void pt_bed_watch(struct pt_bed *bed, bool on)
{
	struct iova_sim *state = iova_sim_of(bed->world);

	if (!bed->watch)
		bed->watch = state->watch;
	iova_sim_set_watch(bed->world, on ? bed->watch : NULL);
}

struct pt_bed *pt_bed_make(uint64_t window_count)
{
	struct svmsim_machine machine = {
		.node = { { .ram_bytes = 512ull << 20 } },
		.node_count = 1,
		.device = { { .name = "d0" } },
		.device_count = 1,
	};
	struct pt_bed *bed = host_zalloc(sizeof(*bed) + window_count * sizeof(bed->windows[0]));

	must(!svmsim_world_create(&machine, NULL, &bed->world, NULL, 0), "no world");
	/* Oracles are measured apart. */
	pt_bed_watch(bed, false);
	bed->dev = sim_device_get(bed->world, 0);
	bed->pages = sim_phys_alloc_contig(bed->world, 2 * PT_WINDOW_PAGES, WINDOW_BYTES);
	must(bed->pages, "no pages");
	bed->phys = page_to_phys(bed->pages) + PAGE_SIZE;
	bed->window_count = window_count;
	for (u64 i = 0; i < window_count; i++)
		must(dma_iova_try_alloc(bed->dev, &bed->windows[i], 0, WINDOW_BYTES), "no IOVA");
	bed->floor = host_reserve(window_count * PT_TABLE_BYTES);
	must(bed->floor, "no memory for the floor");
	return bed;
}

void pt_bed_free(struct pt_bed *bed)
{
	host_release(bed->floor, bed->window_count * PT_TABLE_BYTES);
	svmsim_world_destroy(bed->world);
	host_free(bed);
}

struct svmsim_world *pt_bed_world(struct pt_bed *bed)
{
	return bed->world;
}

static void link_window(struct pt_bed *bed, struct dma_iova_state *window)
{
	must(!dma_iova_link(bed->dev, window, bed->phys, 0, WINDOW_BYTES, DMA_BIDIRECTIONAL, 0),
	     "link");
}

static void link_each(struct pt_bed *bed, struct dma_iova_state *window)
{
	for (size_t offset = 0; offset < WINDOW_BYTES; offset += PAGE_SIZE)
		must(!dma_iova_link(bed->dev, window, bed->phys + offset, offset, PAGE_SIZE,
				    DMA_BIDIRECTIONAL, 0), "link");
}

static void unlink_each(struct pt_bed *bed, struct dma_iova_state *window)
{
	for (size_t offset = 0; offset < WINDOW_BYTES; offset += PAGE_SIZE)
		dma_iova_unlink(bed->dev, window, offset, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
}

void pt_work(struct pt_bed *bed, enum pt_work work, uint64_t first, uint64_t count)
{
	sim_world_enter(bed->world);
	for (u64 i = first; i < first + count; i++) {
		struct dma_iova_state *window = &bed->windows[i];

		switch (work) {
		case PT_FLOOR:
			pt_floor_fill((uint64_t *)bed->floor + i * PT_WINDOW_PAGES, bed->phys | 3);
			break;
		case PT_LINK:
			link_window(bed, window);
			break;
		case PT_UNLINK:
			dma_iova_unlink(bed->dev, window, 0, WINDOW_BYTES, DMA_BIDIRECTIONAL, 0);
			break;
		case PT_LINK_EACH:
			link_each(bed, window);
			break;
		case PT_UNLINK_EACH:
			unlink_each(bed, window);
			break;
		}
	}
}

void pt_translate(struct pt_bed *bed, uint64_t pages, uint64_t times)
{
	struct sim_dma_target target;

	sim_world_enter(bed->world);
	while (times--) {
		u64 addr = bed->windows[0].addr + bed->at * PAGE_SIZE;

		if (++bed->at >= pages)
			bed->at = 0;
		must(!sim_dma_translate(bed->dev, addr, true, &target), "translate");
	}
}
