/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Scatterlists in the DMA API. Through an IOMMU a list gets one range of IOVA space, in which its
 * entries follow one another; without one each entry keeps its physical address.
 *
 * DOC: Vocabulary
 *
 * run      entries whose memory is contiguous: what one call of iommu_map_nosync() maps.
 * segment  what the device sees: entries that are contiguous in IOVA space, as far as the limits of
 *	    the device let them be one. Segments stand in the DMA fields of the first entries.
 * gap      IOVA space between two entries, so that the second one does not cross a boundary of the
 *	    device. What follows the first entry in memory is mapped there.
 *
 * DOC: Events
 *
 * An event has no room for arrays. What a tracepoint of the kernel prints as arrays follows it as
 * one event `sg_entry` for each entry, however many there are.
 *
 * DOC: Source
 *
 * kernel/dma/mapping.c, kernel/dma/direct.c, drivers/iommu/dma-iommu.c, include/trace/events/dma.h,
 * v7.0.
 */
#ifndef IOVA_SIM_DMA_SG_H
#define IOVA_SIM_DMA_SG_H

#include <linux/dma-direction.h>
#include <linux/iommu.h>
#include <linux/types.h>

struct device;
struct scatterlist;

/**
 * struct sim_sg_run - a run that grows until what comes next is not contiguous with it
 * @domain: where it is mapped
 * @iova: start of all runs
 * @mapped: bytes of the runs that are mapped already
 * @phys: start of this one
 * @bytes: its length so far
 * @prot: IOMMU_*
 * @gfp: for page tables
 */
struct sim_sg_run {
	struct iommu_domain *domain;
	unsigned long iova;
	size_t mapped;
	phys_addr_t phys;
	size_t bytes;
	int prot;
	gfp_t gfp;
};

/**
 * sim_sg_run_add - add memory to a run, or map the run and begin the next one
 * @run: run
 * @phys: physical address
 * @bytes: length; 0 to end the run unless @phys is where it ends
 *
 * Return: 0, or as iommu_map_nosync().
 */
int sim_sg_run_add(struct sim_sg_run *run, phys_addr_t phys, size_t bytes);
/**
 * sim_sg_run_end - map the last run and sync all of them, or undo them
 * @run: run
 * @err: what sim_sg_run_add() returned
 *
 * Return: bytes that are mapped; @err or an error of its own, and then nothing is.
 */
ssize_t sim_sg_run_end(struct sim_sg_run *run, int err);

/**
 * sim_sg_trace - an event for each entry
 * @sgl: list
 * @nents: entries
 */
void sim_sg_trace(struct scatterlist *sgl, int nents);

/**
 * dma_direct_map_sg - map a list without translation
 * @dev: device
 * @sgl: list
 * @nents: entries
 * @dir: direction
 * @attrs: DMA_ATTR_*
 *
 * Models: dma_direct_map_sg(); kernel/dma/direct.c, v7.0.
 * Differs: a defect of v7.0 is a quirk; see enum svmsim_quirk.
 * Return: @nents, -EIO, -EREMOTEIO (memory of a device that is out of reach).
 */
int dma_direct_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs);
/** dma_direct_unmap_sg - the reverse of dma_direct_map_sg() */
void dma_direct_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs);
/** dma_direct_sync_sg_for_cpu - what a device wrote becomes visible to the CPU */
void dma_direct_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				enum dma_data_direction dir);
/** dma_direct_sync_sg_for_device - what the CPU wrote becomes visible to a device */
void dma_direct_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				   enum dma_data_direction dir);

#endif
