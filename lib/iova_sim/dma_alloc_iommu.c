// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Memory for a device behind an IOMMU. Models drivers/iommu/dma-iommu.c and
 * kernel/dma/ops_helpers.c, v7.0; see dma_alloc.h for what differs.
 */
#include <linux/bitops.h>
#include <linux/container_of.h>
#include <linux/dma-map-ops.h>
#include <linux/iommu-dma.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "iova_sim/dma_alloc.h"
#include "iova_sim/dma_iommu.h"
#include "kernel/inject.h"
#include "mm/cache.h"

#define ZONE_FLAGS (__GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM | __GFP_COMP)

/**
 * struct sgt_handle - what dma_alloc_noncontiguous() hands out is a member of this
 * @sgt: table
 * @pages: its pages
 */
struct sgt_handle {
	struct sg_table sgt;
	struct page **pages;
};

static struct sgt_handle *handle_of(struct sg_table *sgt)
{
	return container_of(sgt, struct sgt_handle, sgt);
}

static int coherent_prot(struct device *dev, unsigned long attrs)
{
	return sim_dma_prot(DMA_BIDIRECTIONAL, dev_is_dma_coherent(dev), attrs);
}

/* Page sizes of the page table that whole pages can fill, the smallest first of all. */
static unsigned long page_sizes(const struct iommu_domain *domain, unsigned long attrs)
{
	unsigned long sizes = domain->pgsize_bitmap;
	unsigned long smallest = max(sizes & -sizes, PAGE_SIZE);

	return attrs & DMA_ATTR_ALLOC_SINGLE_PAGES ? smallest : sizes | smallest;
}

/* As large a leaf as fits shall be possible. */
static u64 area_alignment(const struct iommu_domain *domain, size_t size)
{
	unsigned long sizes = page_sizes(domain, 0) & GENMASK(__fls(size), 0);

	sizes &= (PAGE_SIZE << (MAX_PAGE_ORDER + 1)) - 1;
	return sizes ? BIT(__fls(sizes)) : 0;
}

static void area_free(struct page *page, size_t size)
{
	size_t pages = min(PAGE_ALIGN(size) >> PAGE_SHIFT, page->private);

	for (size_t i = 0; i < pages; i++)
		__free_page(page + i);
}

/* Maps before anything else can fail, as the sizes of the two differ for granules beyond a page. */
static struct page *area_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
			       unsigned long attrs)
{
	struct iommu_domain *domain = dev->sim->domain;
	size_t pages = PAGE_ALIGN(size) >> PAGE_SHIFT;
	struct page *page = NULL;
	dma_addr_t iova;

	/* One question for all pages, which a kernel collects order by order. */
	if (pages && pages <= 1ull << SIM_PHYS_ORDER_MAX && !sim_inject_variant(&sim_fault_page, 0))
		page = sim_phys_alloc_contig(sim_world, pages, area_alignment(domain, size));
	if (!page)
		return NULL;
	page->private = pages;
	size = iova_align(&domain->iova_cookie->iovad, size);
	iova = sim_dma_iova_alloc(dev, size, dev->coherent_dma_mask);
	if (!iova)
		goto err_free_area;
	if (iommu_map(domain, iova, page_to_phys(page), size, coherent_prot(dev, attrs),
		      gfp & ~ZONE_FLAGS))
		goto err_free_iova;
	sim_dma_zero(page, pages << PAGE_SHIFT);
	*handle = iova;
	return page;

err_free_iova:
	sim_dma_iova_free(domain, iova, size);
err_free_area:
	area_free(page, pages << PAGE_SHIFT);
	return NULL;
}

static struct page *block_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
				unsigned long attrs)
{
	int order = get_order(size);
	struct page *page = alloc_pages_node(dev_to_node(dev), gfp | __GFP_ZERO, order);

	if (!page)
		return NULL;
	*handle = __iommu_dma_map(dev, page_to_phys(page), size, coherent_prot(dev, attrs),
				  dev->coherent_dma_mask);
	if (*handle != DMA_MAPPING_ERROR)
		return page;
	__free_pages(page, order);
	return NULL;
}

void *iommu_dma_alloc(struct device *dev, size_t size, dma_addr_t *handle, gfp_t gfp,
		      unsigned long attrs)
{
	struct page *page;

	if (gfpflags_allow_blocking(gfp) && !(attrs & DMA_ATTR_FORCE_CONTIGUOUS))
		page = area_alloc(dev, size, handle, gfp, attrs);
	else
		page = block_alloc(dev, size, handle, gfp, attrs);
	if (!page)
		return NULL;
	sim_dma_make_coherent(dev, page, PAGE_ALIGN(size));
	return page_address(page);
}

void iommu_dma_free(struct device *dev, size_t size, void *cpu_addr, dma_addr_t handle,
		    unsigned long attrs)
{
	struct page *page = virt_to_page(cpu_addr);

	__iommu_dma_unmap(dev, handle, size);
	if (page->private)
		area_free(page, size);
	else
		__free_pages(page, get_order(size));
}

static void page_array_free(struct page **pages, size_t count)
{
	while (count--)
		__free_page(pages[count]);
	kvfree(pages);
}

/* A block of the largest order that is to be had; an order that failed is not tried again. */
static struct page *largest_block(int nid, size_t count, unsigned long *orders, gfp_t gfp,
				  unsigned int *order)
{
	for (*orders &= GENMASK(__fls(count), 0); *orders; *orders &= ~BIT(*order)) {
		bool is_last = !(*orders & (*orders - 1));
		struct page *page;

		*order = __fls(*orders);
		page = alloc_pages_node(nid, gfp | (is_last ? 0 : __GFP_NORETRY), *order);
		if (page)
			return page;
	}
	return NULL;
}

static struct page **page_array_alloc(struct device *dev, size_t count, unsigned long orders,
				      gfp_t gfp)
{
	struct page **pages = kvmalloc_objs(*pages, count);
	size_t done = 0;

	if (!pages)
		return NULL;
	gfp |= __GFP_NOWARN | __GFP_HIGHMEM;
	orders &= GENMASK(MAX_PAGE_ORDER, 0);
	while (done < count) {
		unsigned int order;
		struct page *page =
			largest_block(dev_to_node(dev), count - done, &orders, gfp, &order);

		if (!page) {
			page_array_free(pages, done);
			return NULL;
		}
		if (order)
			split_page(page, order);
		for (size_t i = 0; i < 1ul << order; i++)
			pages[done++] = page + i;
	}
	return pages;
}

/* The table is that of the pages; its first entry has the one range of IOVA space. */
static int map_page_array(struct device *dev, struct sgt_handle *handle, size_t count, size_t size,
			  gfp_t gfp, unsigned long attrs)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct sg_table *sgt = &handle->sgt;
	struct scatterlist *sg;
	dma_addr_t iova;
	unsigned int i;
	ssize_t mapped;

	gfp &= ~ZONE_FLAGS;
	iova = sim_dma_iova_alloc(dev, size, dev->coherent_dma_mask);
	if (!iova)
		return -ENOMEM;
	if (sg_alloc_table_from_pages(sgt, handle->pages, count, 0, size, gfp))
		goto err_free_iova;
	if (!dev_is_dma_coherent(dev))
		for_each_sgtable_sg(sgt, sg, i)
			sim_cache_hold(sim_world, sg_phys(sg), sg->length);
	mapped = iommu_map_sg(domain, iova, sgt->sgl, sgt->orig_nents, coherent_prot(dev, attrs),
			      gfp);
	if (mapped < 0 || (size_t)mapped < size)
		goto err_free_table;
	sg_dma_address(sgt->sgl) = iova;
	sg_dma_len(sgt->sgl) = size;
	return 0;

err_free_table:
	sg_free_table(sgt);
err_free_iova:
	sim_dma_iova_free(domain, iova, size);
	return -ENOMEM;
}

struct sg_table *iommu_dma_alloc_noncontiguous(struct device *dev, size_t size,
					       enum dma_data_direction dir, gfp_t gfp,
					       unsigned long attrs)
{
	struct iommu_domain *domain = dev->sim->domain;
	size_t count = PAGE_ALIGN(size) >> PAGE_SHIFT;
	struct sgt_handle *handle;

	if (!count)
		return NULL;
	handle = kmalloc_obj(*handle, gfp);
	if (!handle)
		return NULL;
	handle->pages = page_array_alloc(dev, count, page_sizes(domain, attrs) >> PAGE_SHIFT, gfp);
	if (!handle->pages)
		goto err_free_handle;
	if (map_page_array(dev, handle, count, iova_align(&domain->iova_cookie->iovad, size), gfp,
			   attrs))
		goto err_free_pages;
	return &handle->sgt;

err_free_pages:
	page_array_free(handle->pages, count);
err_free_handle:
	kfree(handle);
	return NULL;
}

void iommu_dma_free_noncontiguous(struct device *dev, size_t size, struct sg_table *sgt,
				  enum dma_data_direction dir)
{
	struct sgt_handle *handle = handle_of(sgt);

	__iommu_dma_unmap(dev, sg_dma_address(sgt->sgl), size);
	page_array_free(handle->pages, PAGE_ALIGN(size) >> PAGE_SHIFT);
	sg_free_table(sgt);
	kfree(handle);
}

struct page *dma_common_alloc_pages(struct device *dev, size_t size, dma_addr_t *dma_handle,
				    enum dma_data_direction dir, gfp_t gfp)
{
	struct page *page = alloc_pages_node(dev_to_node(dev), gfp, get_order(size));

	if (!page)
		return NULL;
	*dma_handle = iommu_dma_map_phys(dev, page_to_phys(page), size, dir,
					 DMA_ATTR_SKIP_CPU_SYNC);
	if (*dma_handle == DMA_MAPPING_ERROR) {
		__free_pages(page, get_order(size));
		return NULL;
	}
	sim_dma_zero(page, size);
	return page;
}

void dma_common_free_pages(struct device *dev, size_t size, struct page *page,
			   dma_addr_t dma_handle, enum dma_data_direction dir)
{
	iommu_dma_unmap_phys(dev, dma_handle, size, dir, DMA_ATTR_SKIP_CPU_SYNC);
	__free_pages(page, get_order(size));
}
