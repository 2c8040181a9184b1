// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * DMA debugging of scatterlists: each segment that a list was mapped to is an entry of its own.
 * Models kernel/dma/debug.c, v7.0.
 */
#include <linux/scatterlist.h>
#include "iova_sim/dma_debug_internal.h"

/* Whether the list keeps to what the device says it can do. */
static void check_segment(struct device *dev, struct scatterlist *sg)
{
	unsigned int max = dma_get_max_seg_size(dev);
	u64 boundary = dma_get_seg_boundary(dev);
	u64 start = sg_dma_address(sg);
	u64 end = start + sg_dma_len(sg) - 1;
	struct sim_report *report;

	if (sg->length > max) {
		report = dma_debug_report_begin(SG_LENGTH, dev);
		sim_report_pages(report, "size", sg->length);
		sim_report_pages(report, "max", max);
		dma_debug_report_raise(report, dev, NULL, SG_LENGTH, sg->length, max);
	}
	if ((start ^ end) & ~boundary) {
		report = dma_debug_report_begin(SG_BOUNDARY, dev);
		sim_report_pages(report, "size", sg_dma_len(sg));
		sim_report_field(report, "boundary", "0x%llx", boundary);
		dma_debug_report_raise(report, dev, NULL, SG_BOUNDARY, start, end, boundary);
	}
}

static struct dma_debug_entry segment(struct device *dev, struct scatterlist *sg, int nents,
				      int direction)
{
	return (struct dma_debug_entry){
		.dev = dev,
		.dev_addr = sg_dma_address(sg),
		.size = sg_dma_len(sg),
		.paddr = sg_phys(sg),
		.type = DMA_DEBUG_SG,
		.direction = direction,
		.sg_call_ents = nents,
	};
}

void debug_dma_map_sg(struct device *dev, struct scatterlist *sg, int nents, int mapped_ents,
		      int direction, unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry entry;
	struct scatterlist *s;
	int i;

	if (likely(!debug))
		return;
	sim_report_from_caller();
	for_each_sg(sg, s, nents, i)
		dma_debug_check_memory(debug, dev, sg_phys(s), s->length);
	for_each_sg(sg, s, mapped_ents, i) {
		check_segment(dev, s);
		entry = segment(dev, s, nents, direction);
		entry.sg_mapped_ents = mapped_ents;
		entry.attrs = attrs;
		dma_debug_add(debug, &entry);
	}
}

/* Segments of the list that begins with @ref, 0 when it is not known. */
static int mapped_segments(struct dma_debug *debug, const struct dma_debug_entry *ref)
{
	const struct dma_debug_entry *entry = dma_debug_find(debug, ref);

	return entry ? entry->sg_mapped_ents : 0;
}

void debug_dma_unmap_sg(struct device *dev, struct scatterlist *sglist, int nelems, int dir,
			unsigned long attrs)
{
	struct dma_debug *debug = dma_debug_get();
	struct dma_debug_entry ref;
	struct scatterlist *s;
	int mapped = 0, i;

	if (likely(!debug))
		return;
	sim_report_from_caller();
	for_each_sg(sglist, s, nelems, i) {
		/* Of an unknown list each entry is judged. */
		if (mapped && i >= mapped)
			break;
		ref = segment(dev, s, nelems, dir);
		ref.attrs = attrs;
		if (!i)
			mapped = mapped_segments(debug, &ref);
		dma_debug_unmap(debug, &ref);
	}
}

/* Of an unknown list nothing is said. */
static void sync_sg(struct dma_debug *debug, struct device *dev, struct scatterlist *sg, int nelems,
		    int direction, bool to_cpu)
{
	struct dma_debug_entry ref;
	struct scatterlist *s;
	int mapped = 0, i;

	for_each_sg(sg, s, nelems, i) {
		ref = segment(dev, s, nelems, direction);
		if (!i)
			mapped = mapped_segments(debug, &ref);
		if (i >= mapped)
			break;
		dma_debug_sync(debug, &ref, to_cpu);
	}
}

void debug_dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			       int direction)
{
	struct dma_debug *debug = dma_debug_get();

	if (likely(!debug))
		return;
	sim_report_from_caller();
	sync_sg(debug, dev, sg, nelems, direction, true);
}

void debug_dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
				  int direction)
{
	struct dma_debug *debug = dma_debug_get();

	if (likely(!debug))
		return;
	sim_report_from_caller();
	sync_sg(debug, dev, sg, nelems, direction, false);
}
