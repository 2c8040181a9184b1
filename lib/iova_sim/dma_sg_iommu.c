// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Scatterlists through an IOMMU.
 *
 * Models: the functions of scatterlists in drivers/iommu/dma-iommu.c, v7.0
 * Differs: entries keep their offset and length throughout. A defect of v7.0 is a quirk; see enum
 * svmsim_quirk.
 */
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/iommu-dma.h>
#include <linux/pci-p2pdma.h>
#include <linux/scatterlist.h>
#include "iova_sim/dma_bounce.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/dma_sg.h"

/**
 * struct sg_layout - where the entries of a list come to lie, one after the other
 * @iovad: IOVA space
 * @boundary: no segment crosses a multiple of this plus one
 * @end: end of what has a place, counted from the start of the range
 * @gap: before the entry that got its place last
 * @start: its place, in whole granules
 * @bytes: its length, in whole granules
 * @pad: where in its first granule it begins
 */
struct sg_layout {
	struct iova_domain *iovad;
	unsigned long boundary;
	size_t end;
	size_t gap;
	size_t start;
	size_t bytes;
	size_t pad;
};

static struct sg_layout layout_of(struct device *dev)
{
	return (struct sg_layout){
		.iovad = &dev->sim->domain->iova_cookie->iovad,
		.boundary = dma_get_seg_boundary(dev),
	};
}

/*
 * Offsets in the range stand for addresses: a range that is larger than the boundary begins at a
 * multiple of it, since IOVA space is aligned to its size, and a smaller one does not cross any.
 */
static void layout_next(struct sg_layout *layout, const struct scatterlist *sg)
{
	size_t to_boundary = -layout->end & layout->boundary;

	layout->pad = iova_offset(layout->iovad, sg->offset);
	layout->bytes = iova_align(layout->iovad, layout->pad + sg->length);
	layout->gap = to_boundary < layout->bytes ? to_boundary : 0;
	layout->start = layout->end + layout->gap;
	layout->end = layout->start + layout->bytes;
}

/* What the device can reach without the IOMMU is marked; returns -EREMOTEIO for what it can't. */
static int mark_bus_addresses(struct device *dev, struct scatterlist *sgl, int nents)
{
	struct pci_p2pdma_map_state state = {};
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		switch (pci_p2pdma_state(&state, dev, sg_page(sg))) {
		case PCI_P2PDMA_MAP_NONE:
		case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
			break;
		case PCI_P2PDMA_MAP_BUS_ADDR:
			sg_dma_address(sg) = pci_p2pdma_bus_addr_map(state.mem, sg_phys(sg));
			sg_dma_mark_bus_address(sg);
			break;
		default:
			return -EREMOTEIO;
		}
	}
	return 0;
}

/* Returns the size of the range. The gap behind an entry is left in the length of its segment. */
static size_t measure(struct device *dev, struct scatterlist *sgl, int nents)
{
	struct scatterlist *sg, *before = NULL;
	struct sg_layout layout = layout_of(dev);
	int i;

	for_each_sg(sgl, sg, nents, i) {
		if (sg_dma_is_bus_address(sg))
			continue;
		layout_next(&layout, sg);
		if (layout.gap)
			sg_dma_len(before) = layout.gap;
		sg_dma_len(sg) = 0;
		before = sg;
	}
	return layout.end;
}

/* A gap leads to what follows the entry before it in memory. */
static ssize_t map_runs(struct device *dev, struct scatterlist *sgl, int nents, dma_addr_t iova,
			int prot)
{
	struct sim_sg_run run = {
		.domain = dev->sim->domain, .iova = iova, .prot = prot, .gfp = GFP_ATOMIC
	};
	struct sg_layout layout = layout_of(dev);
	struct scatterlist *sg;
	int i, err = 0;

	for_each_sg(sgl, sg, nents, i) {
		phys_addr_t phys = sg_phys(sg);

		if (sg_dma_is_bus_address(sg)) {
			err = sim_sg_run_add(&run, phys, 0);
		} else {
			layout_next(&layout, sg);
			err = sim_sg_run_add(&run, phys - layout.pad,
					     layout.bytes + sg_dma_len(sg));
		}
		if (err)
			break;
	}
	return sim_sg_run_end(&run, err);
}

static void invalidate(struct scatterlist *sgl, int nents)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		sg_dma_unmark_bus_address(sg);
		sg_dma_address(sg) = DMA_MAPPING_ERROR;
		sg_dma_len(sg) = 0;
	}
}

/* The next segment; the first one is in the first entry. */
static struct scatterlist *next_segment(struct scatterlist *sgl, struct scatterlist *segment)
{
	return segment ? sg_next(segment) : sgl;
}

/*
 * Writes the segments. They never get ahead of the entries, so what an entry still has to say
 * (whether it has a bus address) is read before it is overwritten. Returns their number.
 */
static int write_segments(struct device *dev, struct scatterlist *sgl, int nents, dma_addr_t iova)
{
	unsigned int max_bytes = dma_get_max_seg_size(dev), bytes = 0;
	struct scatterlist *sg, *segment = NULL;
	struct sg_layout layout = layout_of(dev);
	size_t data_end = 0;
	int i, count = 0;

	for_each_sg(sgl, sg, nents, i) {
		bool is_bus = sg_dma_is_bus_address(sg);
		dma_addr_t address = sg_dma_address(sg);

		sg_dma_unmark_bus_address(sg);
		sg_dma_address(sg) = DMA_MAPPING_ERROR;
		sg_dma_len(sg) = 0;
		if (!is_bus) {
			layout_next(&layout, sg);
			address = iova + layout.start + layout.pad;
			if (layout.gap)
				iova_sim_watch(filler, dev->sim->domain,
					       iova + layout.start - layout.gap, layout.gap);
		}
		if (!is_bus && bytes && data_end == layout.start + layout.pad &&
		    (address & layout.boundary) && max_bytes - bytes >= sg->length) {
			bytes += sg->length;
		} else {
			segment = next_segment(sgl, segment);
			sg_dma_address(segment) = address;
			bytes = sg->length;
			if (unlikely(is_bus) && iova_sim_has_quirk(SVMSIM_QUIRK_SG_BUS_LENGTH))
				bytes = sgl->length;
			count++;
		}
		sg_dma_len(segment) = bytes;
		data_end = layout.start + layout.pad + sg->length;
		if (is_bus) {
			sg_dma_mark_bus_address(segment);
			bytes = 0;
		}
	}
	return count;
}

static int map_sg_swiotlb(struct device *dev, struct scatterlist *sgl, int nents,
			  enum dma_data_direction dir, unsigned long attrs);

static bool uses_swiotlb(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	if (likely(dma_kmalloc_safe(dev, dir)))
		return sim_dma_is_untrusted(dev);
	for_each_sg(sgl, sg, nents, i)
		if (sim_dma_uses_swiotlb(dev, sg->length, dir))
			return true;
	return false;
}

static void to_device(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	if (likely(dev_is_dma_coherent(dev)))
		return;
	for_each_sg(sgl, sg, nents, i)
		sim_dma_to_device(dev, sg_phys(sg), sg->length, dir, attrs);
}

int iommu_dma_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		     enum dma_data_direction dir, unsigned long attrs)
{
	struct iommu_domain *domain = dev->sim->domain;
	dma_addr_t iova;
	ssize_t ret;
	size_t bytes;

	if (uses_swiotlb(dev, sg, nents, dir))
		return map_sg_swiotlb(dev, sg, nents, dir, attrs);
	to_device(dev, sg, nents, dir, attrs);
	ret = mark_bus_addresses(dev, sg, nents);
	if (ret)
		goto err_invalidate;
	bytes = measure(dev, sg, nents);
	if (!bytes)
		return write_segments(dev, sg, nents, 0);
	ret = -ENOMEM;
	iova = sim_dma_iova_alloc(dev, bytes, dma_get_mask(dev));
	if (!iova)
		goto err_invalidate;
	ret = map_runs(dev, sg, nents, iova, sim_dma_prot(dir, dev_is_dma_coherent(dev), attrs));
	if (ret >= 0 && (size_t)ret == bytes)
		return write_segments(dev, sg, nents, iova);

	sim_dma_iova_free(domain, iova, bytes);
err_invalidate:
	invalidate(sg, nents);
	return ret == -ENOMEM || ret == -EREMOTEIO ? (int)ret : -EINVAL;
}

static void unmap_sg_swiotlb(struct device *dev, struct scatterlist *sgl, int nents,
			     enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		iommu_dma_unmap_phys(dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

/* Each entry by itself, so that those that need it bounce. */
static int map_sg_swiotlb(struct device *dev, struct scatterlist *sgl, int nents,
			  enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	sg_dma_mark_swiotlb(sgl);
	for_each_sg(sgl, sg, nents, i) {
		sg_dma_address(sg) = iommu_dma_map_phys(dev, sg_phys(sg), sg->length, dir, attrs);
		if (sg_dma_address(sg) == DMA_MAPPING_ERROR) {
			unmap_sg_swiotlb(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return -EIO;
		}
		sg_dma_len(sg) = sg->length;
	}
	return nents;
}

void iommu_dma_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t start = 0, end = 0;
	struct scatterlist *segment;
	int i;

	if (sg_dma_is_swiotlb(sg)) {
		unmap_sg_swiotlb(dev, sg, nents, dir, attrs);
		return;
	}
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		iommu_dma_sync_sg_for_cpu(dev, sg, nents, dir);
	/* All segments lie in one range: only its ends matter. */
	for_each_sg(sg, segment, nents, i) {
		if (sg_dma_is_bus_address(segment)) {
			sg_dma_unmark_bus_address(segment);
			continue;
		}
		if (!sg_dma_len(segment))
			break;
		if (!end)
			start = sg_dma_address(segment);
		end = sg_dma_address(segment) + sg_dma_len(segment);
	}
	if (end)
		__iommu_dma_unmap(dev, start, end - start);
}

void iommu_dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nelems,
			       enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	if (sg_dma_is_swiotlb(sgl)) {
		for_each_sg(sgl, sg, nelems, i)
			iommu_dma_sync_single_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
	} else if (!dev_is_dma_coherent(dev)) {
		for_each_sg(sgl, sg, nelems, i)
			arch_sync_dma_for_cpu(sg_phys(sg), sg->length, dir);
	}
}

void iommu_dma_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nelems,
				  enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	if (sg_dma_is_swiotlb(sgl)) {
		for_each_sg(sgl, sg, nelems, i)
			iommu_dma_sync_single_for_device(dev, sg_dma_address(sg), sg->length, dir);
	} else if (!dev_is_dma_coherent(dev)) {
		for_each_sg(sgl, sg, nelems, i)
			arch_sync_dma_for_device(sg_phys(sg), sg->length, dir);
	}
}
