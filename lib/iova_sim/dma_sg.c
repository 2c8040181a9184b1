// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Scatterlists: what drivers call. Models kernel/dma/mapping.c, v7.0. Differs: no dma_map_ops of an
 * architecture.
 */
#include "iova_sim/dma_sg.h"
#include <linux/bug.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/scatterlist.h>
#include "iova_sim/dma_debug.h"
#include "iova_sim/dma_iommu.h"
#include "kernel/inject.h"
#include "kernel/report.h"

void sim_sg_trace(struct scatterlist *sgl, int nents)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		sim_event(SG_ENTRY, i, sg_phys(sg), sg->length, sg_dma_address(sg),
			  sg_dma_len(sg));
}

/* Number of segments, or what dma_map_sgtable() returns for an error. */
static int map_sg(struct device *dev, struct scatterlist *sg, int nents,
		  enum dma_data_direction dir, unsigned long attrs)
{
	int ents;

	BUG_ON(!valid_dma_direction(dir));
	if (!dev_is_dma_coherent(dev) && (attrs & DMA_ATTR_REQUIRE_COHERENT))
		return -EOPNOTSUPP;
	if (WARN_ON_ONCE(!dev->dma_mask))
		return 0;

	if (sim_inject(&sim_fault_dma_map, NULL))
		ents = -ENOMEM;
	else if (use_dma_iommu(dev))
		ents = iommu_dma_map_sg(dev, sg, nents, dir, attrs);
	else
		ents = dma_direct_map_sg(dev, sg, nents, dir, attrs);
	if (ents > 0) {
		sim_event(DMA_MAP_SG, dev->sim->name, dir, nents, ents, attrs);
		sim_sg_trace(sg, nents);
		debug_dma_map_sg(dev, sg, nents, ents, dir, attrs);
	} else if (WARN_ON_ONCE(ents != -EINVAL && ents != -ENOMEM && ents != -EIO &&
				ents != -EREMOTEIO)) {
		sim_event(DMA_MAP_SG_ERR, dev->sim->name, dir, (u64)(s64)ents, attrs);
		sim_sg_trace(sg, nents);
		return -EIO;
	}
	return ents;
}

static int map_sg_scoped(struct device *dev, struct scatterlist *sg, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	int ents;

	sim_scope_begin();
	ents = map_sg(dev, sg, nents, dir, attrs);
	sim_scope_end();
	return ents;
}

unsigned int dma_map_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			      enum dma_data_direction dir, unsigned long attrs)
{
	int ents = map_sg_scoped(dev, sg, nents, dir, attrs);

	return ents < 0 ? 0 : ents;
}
EXPORT_SYMBOL(dma_map_sg_attrs);

int dma_map_sgtable(struct device *dev, struct sg_table *sgt, enum dma_data_direction dir,
		    unsigned long attrs)
{
	int ents = map_sg_scoped(dev, sgt->sgl, sgt->orig_nents, dir, attrs);

	if (ents < 0)
		return ents;
	sgt->nents = ents;
	return 0;
}
EXPORT_SYMBOL_GPL(dma_map_sgtable);

void dma_unmap_sg_attrs(struct device *dev, struct scatterlist *sg, int nents,
			enum dma_data_direction dir, unsigned long attrs)
{
	BUG_ON(!valid_dma_direction(dir));
	sim_scope_begin();
	sim_event(DMA_UNMAP_SG, dev->sim->name, dir, nents, attrs);
	sim_sg_trace(sg, nents);
	debug_dma_unmap_sg(dev, sg, nents, dir, attrs);
	if (use_dma_iommu(dev))
		iommu_dma_unmap_sg(dev, sg, nents, dir, attrs);
	else
		dma_direct_unmap_sg(dev, sg, nents, dir, attrs);
	sim_scope_end();
}
EXPORT_SYMBOL(dma_unmap_sg_attrs);

void __dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			   enum dma_data_direction dir)
{
	BUG_ON(!valid_dma_direction(dir));
	if (use_dma_iommu(dev))
		iommu_dma_sync_sg_for_cpu(dev, sg, nelems, dir);
	else
		dma_direct_sync_sg_for_cpu(dev, sg, nelems, dir);
	sim_event(DMA_SYNC_SG_FOR_CPU, dev->sim->name, dir, nelems);
	sim_sg_trace(sg, nelems);
	debug_dma_sync_sg_for_cpu(dev, sg, nelems, dir);
}
EXPORT_SYMBOL(__dma_sync_sg_for_cpu);

void __dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
			      enum dma_data_direction dir)
{
	BUG_ON(!valid_dma_direction(dir));
	if (use_dma_iommu(dev))
		iommu_dma_sync_sg_for_device(dev, sg, nelems, dir);
	else
		dma_direct_sync_sg_for_device(dev, sg, nelems, dir);
	sim_event(DMA_SYNC_SG_FOR_DEVICE, dev->sim->name, dir, nelems);
	sim_sg_trace(sg, nelems);
	debug_dma_sync_sg_for_device(dev, sg, nelems, dir);
}
EXPORT_SYMBOL(__dma_sync_sg_for_device);
