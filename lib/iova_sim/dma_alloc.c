// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Memory for devices: what drivers call. Models kernel/dma/mapping.c, v7.0; see dma_alloc.h. */
#include "iova_sim/dma_alloc.h"
#include <linux/bug.h>
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/sim_absent.h>
#include <linux/iommu-dma.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "device/sim_device.h"
#include "iova_sim/dma_debug.h"
#include "iova_sim/dma_sg.h"
#include "kernel/report.h"
#include "mm/cache.h"

#define GFP_ZONES (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)

void sim_dma_zero(struct page *page, size_t size)
{
	sim_cpu_set(sim_world, page_to_phys(page), 0, size);
}

void sim_dma_make_coherent(struct device *dev, struct page *page, size_t size)
{
	if (!dev_is_dma_coherent(dev))
		sim_cache_set_uncached(sim_world, page_to_phys(page), size, true);
}

void *dma_alloc_attrs(struct device *dev, size_t size, dma_addr_t *dma_handle, gfp_t flag,
		      unsigned long attrs)
{
	void *cpu_addr;

	WARN_ON_ONCE(!dev->coherent_dma_mask);
	if (WARN_ON_ONCE(flag & __GFP_COMP))
		return NULL;
	/* Which zone it has to be follows from the mask. */
	flag &= ~GFP_ZONES;

	sim_scope_begin();
	if (use_dma_iommu(dev))
		cpu_addr = iommu_dma_alloc(dev, size, dma_handle, flag, attrs);
	else
		cpu_addr = dma_direct_alloc(dev, size, dma_handle, flag, attrs);
	sim_event(DMA_ALLOC, dev->sim->name, DMA_BIDIRECTIONAL, cpu_addr ? *dma_handle : 0, size,
		  flag, attrs);
	if (cpu_addr)
		debug_dma_alloc_coherent(dev, size, *dma_handle, cpu_addr, attrs);
	sim_scope_end();
	return cpu_addr;
}
EXPORT_SYMBOL(dma_alloc_attrs);

void dma_free_attrs(struct device *dev, size_t size, void *cpu_addr, dma_addr_t dma_handle,
		    unsigned long attrs)
{
	/* Freeing may have to unmap memory of the CPU, and so to sleep. */
	WARN_ON(irqs_disabled());
	sim_event(DMA_FREE, dev->sim->name, DMA_BIDIRECTIONAL, dma_handle, size, attrs);
	if (!cpu_addr)
		return;
	sim_scope_begin();
	debug_dma_free_coherent(dev, size, cpu_addr, dma_handle, attrs);
	if (use_dma_iommu(dev))
		iommu_dma_free(dev, size, cpu_addr, dma_handle, attrs);
	else
		dma_direct_free(dev, size, cpu_addr, dma_handle, attrs);
	sim_scope_end();
}
EXPORT_SYMBOL(dma_free_attrs);

static struct page *alloc_mapped_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				       enum dma_data_direction dir, gfp_t gfp)
{
	if (WARN_ON_ONCE(!dev->coherent_dma_mask))
		return NULL;
	if (WARN_ON_ONCE(gfp & GFP_ZONES))
		return NULL;
	if (WARN_ON_ONCE(gfp & __GFP_COMP))
		return NULL;

	size = PAGE_ALIGN(size);
	if (use_dma_iommu(dev))
		return dma_common_alloc_pages(dev, size, dma_handle, dir, gfp);
	return dma_direct_alloc_pages(dev, size, dma_handle, dir, gfp);
}

static void free_mapped_pages(struct device *dev, size_t size, struct page *page,
			      dma_addr_t dma_handle, enum dma_data_direction dir)
{
	size = PAGE_ALIGN(size);
	if (use_dma_iommu(dev))
		dma_common_free_pages(dev, size, page, dma_handle, dir);
	else
		dma_direct_free_pages(dev, size, page, dma_handle, dir);
}

struct page *dma_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
			     enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page;

	sim_scope_begin();
	page = alloc_mapped_pages(dev, size, dma_handle, dir, gfp);
	sim_event(DMA_ALLOC_PAGES, dev->sim->name, dir, page ? *dma_handle : 0, size, gfp, 0);
	if (page)
		debug_dma_alloc_pages(dev, page, size, dir, *dma_handle, 0);
	sim_scope_end();
	return page;
}
EXPORT_SYMBOL_GPL(dma_alloc_pages);

void dma_free_pages(struct device *dev, size_t size, struct page *page, dma_addr_t dma_handle,
		    enum dma_data_direction dir)
{
	sim_scope_begin();
	sim_event(DMA_FREE_PAGES, dev->sim->name, dir, dma_handle, size, 0);
	debug_dma_free_pages(dev, page, size, dir, dma_handle);
	free_mapped_pages(dev, size, page, dma_handle, dir);
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_free_pages);

/* Without an IOMMU, what is contiguous for the device is so in memory: a table of one entry. */
static struct sg_table *alloc_one_entry(struct device *dev, size_t size,
					enum dma_data_direction dir, gfp_t gfp)
{
	struct sg_table *sgt = kmalloc_obj(*sgt, gfp);
	struct page *page;

	if (!sgt)
		return NULL;
	if (sg_alloc_table(sgt, 1, gfp))
		goto err_free;
	page = alloc_mapped_pages(dev, size, &sg_dma_address(sgt->sgl), dir, gfp);
	if (!page)
		goto err_free_table;
	sg_set_page(sgt->sgl, page, PAGE_ALIGN(size), 0);
	sg_dma_len(sgt->sgl) = sgt->sgl->length;
	return sgt;

err_free_table:
	sg_free_table(sgt);
err_free:
	kfree(sgt);
	return NULL;
}

struct sg_table *dma_alloc_noncontiguous(struct device *dev, size_t size,
					 enum dma_data_direction dir, gfp_t gfp,
					 unsigned long attrs)
{
	struct sg_table *sgt;

	if (WARN_ON_ONCE(attrs & ~DMA_ATTR_ALLOC_SINGLE_PAGES))
		return NULL;
	if (WARN_ON_ONCE(gfp & __GFP_COMP))
		return NULL;

	sim_scope_begin();
	if (use_dma_iommu(dev))
		sgt = iommu_dma_alloc_noncontiguous(dev, size, dir, gfp, attrs);
	else
		sgt = alloc_one_entry(dev, size, dir, gfp);
	if (sgt) {
		sgt->nents = 1;
		sim_event(DMA_ALLOC_SGT, dev->sim->name, dir, sg_dma_address(sgt->sgl), size, gfp,
			  attrs);
		sim_sg_trace(sgt->sgl, sgt->orig_nents);
		debug_dma_map_sg(dev, sgt->sgl, sgt->orig_nents, 1, dir, attrs);
	} else {
		sim_event(DMA_ALLOC_SGT_ERR, dev->sim->name, dir, 0, size, gfp, attrs);
	}
	sim_scope_end();
	return sgt;
}
EXPORT_SYMBOL_GPL(dma_alloc_noncontiguous);

void dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
			    enum dma_data_direction dir)
{
	sim_scope_begin();
	sim_event(DMA_FREE_SGT, dev->sim->name, dir, sg_dma_address(sgt->sgl), size);
	sim_sg_trace(sgt->sgl, sgt->orig_nents);
	debug_dma_unmap_sg(dev, sgt->sgl, sgt->orig_nents, dir, 0);
	if (use_dma_iommu(dev)) {
		iommu_dma_free_noncontiguous(dev, size, sgt, dir);
	} else {
		free_mapped_pages(dev, size, sg_page(sgt->sgl), sg_dma_address(sgt->sgl), dir);
		sg_free_table(sgt);
		kfree(sgt);
	}
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_free_noncontiguous);

void *dma_vmap_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt)
{
	if (sgt->orig_nents > 1) {
		SIM_ABSENT("dma_vmap_noncontiguous of scattered pages");
		return NULL;
	}
	return page_address(sg_page(sgt->sgl));
}
EXPORT_SYMBOL_GPL(dma_vmap_noncontiguous);

void dma_vunmap_noncontiguous(struct device *dev, void *vaddr)
{
}
EXPORT_SYMBOL_GPL(dma_vunmap_noncontiguous);

int dma_get_sgtable_attrs(struct device *dev, struct sg_table *sgt, void *cpu_addr,
			  dma_addr_t dma_addr, size_t size, unsigned long attrs)
{
	struct page *page = use_dma_iommu(dev) ? virt_to_page(cpu_addr) : phys_to_page(dma_addr);
	int err = sg_alloc_table(sgt, 1, GFP_KERNEL);

	if (err)
		return err;
	/* An area has a table of what was asked for, a block one of whole pages. */
	sg_set_page(sgt->sgl, page, page->private ? size : PAGE_ALIGN(size), 0);
	return 0;
}
EXPORT_SYMBOL(dma_get_sgtable_attrs);
