// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "bench_sg_work.h"
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <svmsim/machine.h>
#include <svmsim/world.h>
#include "device/sim_device.h"
#include "host/host.h"
#include "iova_sim/layer.h"
#include "mm/phys.h"

struct sg_bed {
	struct svmsim_world *world;
	const struct iova_watch *watch;
	struct device *dev;
	struct sg_table sgt;
	dma_addr_t address[SG_BED_PAGES];
};

static inline void must(bool ok, const char *what)
{
	if (unlikely(!ok))
		host_defect(__FILE_NAME__, __LINE__, what);
}

struct sg_bed *sg_bed_make(void)
{
	const struct svmsim_machine machine = {
		.device = { { .name = "d0" } },
		.device_count = 1,
		.no_dma_debug = true,
	};
	struct sg_bed *bed = host_zalloc(sizeof(*bed));
	struct scatterlist *sg;
	struct page *pages;
	unsigned int i;

	must(!svmsim_world_create(&machine, NULL, &bed->world, NULL, 0), "no world");
	bed->watch = iova_sim_of(bed->world)->watch;
	iova_sim_set_watch(bed->world, NULL);
	sim_world_enter(bed->world);
	bed->dev = sim_device_get(bed->world, 0);
	dma_set_max_seg_size(bed->dev, UINT_MAX);
	pages = sim_phys_alloc_contig(bed->world, 2 * SG_BED_PAGES, 0);
	must(pages && !sg_alloc_table(&bed->sgt, SG_BED_PAGES, GFP_KERNEL), "no pages");
	for_each_sgtable_sg(&bed->sgt, sg, i)
		sg_set_page(sg, pages + 2 * i, PAGE_SIZE, 0);
	/* Everything that is made on first use is made now. */
	sg_bed_sg(bed, 1);
	sg_bed_each(bed, 1);
	return bed;
}

void sg_bed_free(struct sg_bed *bed)
{
	sim_world_enter(bed->world);
	sg_free_table(&bed->sgt);
	iova_sim_set_watch(bed->world, bed->watch);
	svmsim_world_destroy(bed->world);
	host_free(bed);
}

void sg_bed_sg(struct sg_bed *bed, uint64_t times)
{
	sim_world_enter(bed->world);
	while (times--) {
		must(!dma_map_sgtable(bed->dev, &bed->sgt, DMA_BIDIRECTIONAL, 0), "map_sg");
		dma_unmap_sgtable(bed->dev, &bed->sgt, DMA_BIDIRECTIONAL, 0);
	}
}

void sg_bed_each(struct sg_bed *bed, uint64_t times)
{
	struct scatterlist *sg;
	unsigned int i;

	sim_world_enter(bed->world);
	while (times--) {
		for_each_sgtable_sg(&bed->sgt, sg, i) {
			bed->address[i] = dma_map_phys(bed->dev, sg_phys(sg), PAGE_SIZE,
						       DMA_BIDIRECTIONAL, 0);
			must(bed->address[i] != DMA_MAPPING_ERROR, "map");
		}
		for (i = 0; i < SG_BED_PAGES; i++)
			dma_unmap_phys(bed->dev, bed->address[i], PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	}
}
