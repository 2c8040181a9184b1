/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The kernel's DMA debugging: a book of all live mappings, compared with what drivers do next. The
 * front ends of the DMA API (maps, unmaps, syncs, allocations) call the debug_dma_* functions where
 * the kernel calls them. Each class of error is a report `dma-debug:SLUG` with the kernel's words
 * as its line; lib/kernel/dma_debug_table.h has the classes.
 *
 * It is an oracle that sits inside of the modelled kernel. lib/check turns it on for every machine
 * that does not say otherwise; without it each function costs one branch. A machine on which it is
 * on is one whose kernel has CONFIG_DMA_API_DEBUG: dma_need_unmap() and dma_dev_need_sync() always
 * say yes, so that drivers leave no call out, and two map calls refuse what they take elsewhere.
 *
 * DOC: Vocabulary
 *
 * entry    one mapping; a scatterlist has one for each segment that it was mapped to.
 * bucket   entries whose address has the same 14 bits above the lowest 13, oldest first.
 * area     a range of physical memory that is a stack, kernel text and so on.
 *
 * DOC: Which entry is meant
 *
 * Several entries can have one address: without an IOMMU a page that is mapped twice has the same
 * DMA address twice. An unmap looks at all entries with its device and address, a sync at all that
 * cover its range, bucket by bucket downwards. The first one that agrees in size, type, direction
 * and entry count is it. If none agrees in all, a single candidate is it; several make none.
 *
 * DOC: Not modelled
 *
 * The file system interface, the driver filter, and the limit of one message: all errors are
 * reported. The pool of entries never runs out. IOVA-based mappings (dma_iova_link() and its kin)
 * are not seen, as in the kernel.
 *
 * DOC: Source
 *
 * kernel/dma/debug.c, v7.0; for the classes of "v7.x" what came after it.
 */
#ifndef IOVA_SIM_DMA_DEBUG_H
#define IOVA_SIM_DMA_DEBUG_H

#include <linux/dma-direction.h>
#include <linux/dma-mapping.h>
#include <linux/types.h>
#include <svmsim/machine.h>

struct device;
struct iommu_domain;
struct page;
struct scatterlist;
struct sim_report;
struct svmsim_world;

/**
 * sim_dma_debug_start - turn DMA debugging on for the rest of the run
 * @world: current world; nothing happens when its machine says no_dma_debug
 *
 * Forgets what an earlier run mapped, and the areas. Called before anything is mapped.
 */
void sim_dma_debug_start(struct svmsim_world *world);
/**
 * sim_dma_debug_stop - turn it off and forget all entries
 * @world: world
 */
void sim_dma_debug_stop(struct svmsim_world *world);
/**
 * sim_dma_debug_free - give back its memory
 * @world: world that is being unmade
 */
void sim_dma_debug_free(struct svmsim_world *world);
/**
 * sim_dma_debug_area - say what a range of physical memory is
 * @world: current world; nothing happens while DMA debugging is off
 * @kind: what it is
 * @phys: start
 * @bytes: length; a world has at most SVMSIM_AREA_MAX areas
 */
void sim_dma_debug_area(struct svmsim_world *world, enum svmsim_area_kind kind, phys_addr_t phys,
			u64 bytes);
/**
 * sim_dma_debug_area_name - word for a kind of area
 * @index: enum svmsim_area_kind
 *
 * Return: the word, NULL past the last.
 */
const char *sim_dma_debug_area_name(unsigned int index);
/**
 * sim_dma_debug_is_vmalloc - whether a CPU address is one of vmalloc()
 * @address: address of a byte of simulated RAM, or any other
 *
 * Models: is_vmalloc_addr(); mm/vmalloc.c, v7.0.
 * Return: true inside of an area of kind vmalloc or vmap-stack; false while debugging is off.
 */
bool sim_dma_debug_is_vmalloc(const void *address);
/**
 * sim_dma_debug_refuses_page - whether dma_map_page() fails in a kernel with DMA debugging
 * @page: page to map
 *
 * Models: the check of dma_map_page_attrs(); kernel/dma/mapping.c, v7.0.
 * Return: true for a page of a device, while debugging is on.
 */
bool sim_dma_debug_refuses_page(const struct page *page);
/**
 * sim_dma_debug_refuses_resource - whether dma_map_resource() fails in a kernel with DMA debugging
 * @phys: address to map
 *
 * Models: the check of dma_map_resource(); kernel/dma/mapping.c, v7.0.
 * Differs: memory of devices that has struct pages passes, as in later kernels.
 * Return: true for RAM, while debugging is on and the kernel is v7.0; later ones report
 * `dma-debug:map-resource-ram` instead.
 */
bool sim_dma_debug_refuses_resource(phys_addr_t phys);
/**
 * sim_dma_debug_leak - the report that named a mapping as left behind by its driver
 * @domain: domain of its device
 * @iova: start of a range of addresses
 * @last: its end
 *
 * Return: that report, or NULL when no mapping that begins in the range was named.
 */
struct sim_report *sim_dma_debug_leak(const struct iommu_domain *domain, u64 iova, u64 last);
/**
 * sim_dma_debug_count - live entries of a device
 * @dev: device
 *
 * Return: their number, 0 while debugging is off.
 */
unsigned int sim_dma_debug_count(const struct device *dev);

/**
 * debug_dma_map_phys - dma_map_phys() is done
 * @dev: device
 * @phys: physical address
 * @size: bytes
 * @direction: enum dma_data_direction
 * @dma_addr: its result; nothing happens for DMA_MAPPING_ERROR
 * @attrs: DMA_ATTR_*
 *
 * Models: debug_dma_map_phys(); kernel/dma/debug.c, v7.0.
 * Differs: an earlier mapping of the same address is not taken as checked by this.
 */
void debug_dma_map_phys(struct device *dev, phys_addr_t phys, size_t size, int direction,
			dma_addr_t dma_addr, unsigned long attrs);
/**
 * debug_dma_unmap_phys - dma_unmap_phys() is done
 * @dev: device
 * @addr: DMA address
 * @size: bytes
 * @direction: enum dma_data_direction
 * @attrs: DMA_ATTR_*, which v7.0 does not look at
 *
 * Models: debug_dma_unmap_phys(); kernel/dma/debug.c, v7.x.
 */
void debug_dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size, int direction,
			  unsigned long attrs);
/**
 * debug_dma_map_sg - a scatterlist was mapped
 * @dev: device
 * @sg: list
 * @nents: entries as passed by the driver
 * @mapped_ents: segments that they were mapped to
 * @direction: enum dma_data_direction
 * @attrs: DMA_ATTR_*
 *
 * Models: debug_dma_map_sg(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_map_sg(struct device *dev, struct scatterlist *sg, int nents, int mapped_ents,
		      int direction, unsigned long attrs);
/**
 * debug_dma_unmap_sg - a scatterlist was unmapped
 * @dev: device
 * @sglist: list
 * @nelems: entries as passed by the driver
 * @dir: enum dma_data_direction
 * @attrs: DMA_ATTR_*, which v7.0 does not look at
 *
 * Models: debug_dma_unmap_sg(); kernel/dma/debug.c, v7.x.
 */
void debug_dma_unmap_sg(struct device *dev, struct scatterlist *sglist, int nelems, int dir,
			unsigned long attrs);
/**
 * debug_dma_alloc_coherent - coherent memory was allocated
 * @dev: device
 * @size: bytes
 * @dma_addr: DMA address
 * @virt: CPU address; nothing happens for NULL and for what is not simulated RAM
 * @attrs: DMA_ATTR_*
 *
 * Models: debug_dma_alloc_coherent(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_alloc_coherent(struct device *dev, size_t size, dma_addr_t dma_addr, void *virt,
			      unsigned long attrs);
/**
 * debug_dma_free_coherent - coherent memory is being freed
 * @dev: device
 * @size: bytes
 * @virt: CPU address; nothing happens for what is not simulated RAM
 * @addr: DMA address
 * @attrs: DMA_ATTR_*, which v7.0 does not look at
 *
 * Models: debug_dma_free_coherent(); kernel/dma/debug.c, v7.x.
 */
void debug_dma_free_coherent(struct device *dev, size_t size, void *virt, dma_addr_t addr,
			     unsigned long attrs);
/**
 * debug_dma_alloc_pages - dma_alloc_pages() is done
 * @dev: device
 * @page: first page
 * @size: bytes
 * @direction: enum dma_data_direction
 * @dma_addr: DMA address
 * @attrs: DMA_ATTR_*
 *
 * Models: debug_dma_alloc_pages(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_alloc_pages(struct device *dev, struct page *page, size_t size, int direction,
			   dma_addr_t dma_addr, unsigned long attrs);
/**
 * debug_dma_free_pages - dma_free_pages() is under way
 * @dev: device
 * @page: first page
 * @size: bytes
 * @direction: enum dma_data_direction
 * @dma_addr: DMA address
 *
 * Models: debug_dma_free_pages(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_free_pages(struct device *dev, struct page *page, size_t size, int direction,
			  dma_addr_t dma_addr);
/**
 * debug_dma_sync_single_for_cpu - dma_sync_single_for_cpu() is done
 * @dev: device
 * @dma_handle: DMA address, anywhere in a mapping
 * @size: bytes
 * @direction: enum dma_data_direction
 *
 * Models: debug_dma_sync_single_for_cpu(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_handle, size_t size,
				   int direction);
/**
 * debug_dma_sync_single_for_device - dma_sync_single_for_device() is done
 * @dev: device
 * @dma_handle: DMA address, anywhere in a mapping
 * @size: bytes
 * @direction: enum dma_data_direction
 *
 * Models: debug_dma_sync_single_for_device(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_sync_single_for_device(struct device *dev, dma_addr_t dma_handle, size_t size,
				      int direction);
/**
 * debug_dma_sync_sg_for_cpu - dma_sync_sg_for_cpu() is done
 * @dev: device
 * @sg: list
 * @nelems: entries as passed by the driver
 * @direction: enum dma_data_direction
 *
 * Models: debug_dma_sync_sg_for_cpu(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg, int nelems,
			       int direction);
/**
 * debug_dma_sync_sg_for_device - dma_sync_sg_for_device() is done
 * @dev: device
 * @sg: list
 * @nelems: entries as passed by the driver
 * @direction: enum dma_data_direction
 *
 * Models: debug_dma_sync_sg_for_device(); kernel/dma/debug.c, v7.0.
 */
void debug_dma_sync_sg_for_device(struct device *dev, struct scatterlist *sg, int nelems,
				  int direction);

#endif
