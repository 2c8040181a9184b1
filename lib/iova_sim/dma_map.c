// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The streaming DMA API. Models kernel/dma/mapping.c, kernel/dma/direct.h and the mapping part of
 * drivers/iommu/dma-iommu.c, v7.0. Differs: no dma_map_ops of an architecture.
 */
#include <linux/bug.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/swiotlb.h>
#include "iova_sim/dma_bounce.h"
#include "iova_sim/dma_debug.h"
#include "iova_sim/dma_direct.h"
#include "iova_sim/dma_iommu.h"
#include "kernel/inject.h"
#include "kernel/report.h"
#include "mm/phys.h"

static inline bool map_is_direct(struct device *dev)
{
	return !use_dma_iommu(dev);
}

dma_addr_t __iommu_dma_map(struct device *dev, phys_addr_t phys, size_t size, int prot,
			   u64 dma_mask)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	const size_t pad = iova_offset(iovad, phys);
	dma_addr_t iova;

	if (dev_WARN_ONCE(dev, dma_get_min_align_mask(dev) > iova_mask(iovad),
			  "Unsupported alignment constraint\n"))
		return DMA_MAPPING_ERROR;

	size = iova_align(iovad, size + pad);
	iova = sim_dma_iova_alloc(dev, size, dma_mask);
	if (!iova)
		return DMA_MAPPING_ERROR;
	if (iommu_map(domain, iova, phys - pad, size, prot, GFP_ATOMIC)) {
		sim_dma_iova_free(domain, iova, size);
		return DMA_MAPPING_ERROR;
	}
	return iova + pad;
}

dma_addr_t iommu_dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	struct iova_domain *iovad = &dev->sim->domain->iova_cookie->iovad;
	dma_addr_t iova;

	if (sim_dma_must_bounce(dev, iova_mask(iovad), phys, size, dir)) {
		if (attrs & (DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT))
			return DMA_MAPPING_ERROR;
		phys = sim_dma_bounce(dev, phys, size, dir, attrs);
		if (phys == DMA_MAPPING_ERROR)
			return DMA_MAPPING_ERROR;
	}
	sim_dma_to_device(dev, phys, size, dir, attrs);
	iova = __iommu_dma_map(dev, phys, size,
			       sim_dma_prot(dir, dev_is_dma_coherent(dev), attrs),
			       dma_get_mask(dev));
	if (iova == DMA_MAPPING_ERROR && !(attrs & (DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT)))
		swiotlb_tbl_unmap_single(dev, phys, size, dir, attrs);
	return iova;
}

void __iommu_dma_unmap(struct device *dev, dma_addr_t addr, size_t size)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	struct iommu_iotlb_gather iotlb_gather;
	size_t pad = iova_offset(iovad, addr);
	size_t unmapped;

	addr -= pad;
	size = iova_align(iovad, size + pad);
	iommu_iotlb_gather_init(&iotlb_gather);
	iotlb_gather.queued = sim_dma_is_lazy(domain);
	unmapped = iommu_unmap_fast(domain, addr, size, &iotlb_gather);
	WARN_ON(unmapped != size);
	if (!iotlb_gather.queued)
		iommu_iotlb_sync(domain, &iotlb_gather);
	sim_dma_iova_release(domain, addr, size, &iotlb_gather);
}

void iommu_dma_unmap_phys(struct device *dev, dma_addr_t dma_handle, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	phys_addr_t phys;

	if (attrs & (DMA_ATTR_MMIO | DMA_ATTR_REQUIRE_COHERENT)) {
		__iommu_dma_unmap(dev, dma_handle, size);
		return;
	}
	/* Whatever could have bounced is looked up first; without a translation all is given up. */
	phys = iommu_iova_to_phys(dev->sim->domain, dma_handle);
	if (WARN_ON(!phys))
		return;
	if (!(attrs & DMA_ATTR_SKIP_CPU_SYNC) && !dev_is_dma_coherent(dev))
		arch_sync_dma_for_cpu(phys, size, dir);
	__iommu_dma_unmap(dev, dma_handle, size);
	swiotlb_tbl_unmap_single(dev, phys, size, dir, attrs);
}

dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t addr;

	BUG_ON(!valid_dma_direction(dir));
	if (WARN_ON_ONCE(!dev->dma_mask))
		return DMA_MAPPING_ERROR;
	if (!dev_is_dma_coherent(dev) && (attrs & DMA_ATTR_REQUIRE_COHERENT))
		return DMA_MAPPING_ERROR;

	sim_scope_begin();
	if (sim_inject(&sim_fault_dma_map, NULL))
		addr = DMA_MAPPING_ERROR;
	else if (map_is_direct(dev))
		addr = dma_direct_map_phys(dev, phys, size, dir, attrs);
	else
		addr = iommu_dma_map_phys(dev, phys, size, dir, attrs);
	sim_event(DMA_MAP_PHYS, dev->sim->name, dir, addr, size, phys, attrs);
	/* Without translation the device reaches what its address says, a bounce buffer perhaps. */
	if (addr != DMA_MAPPING_ERROR)
		iova_sim_watch(dma_map, dev, addr, map_is_direct(dev) ? addr : phys, size, dir);
	debug_dma_map_phys(dev, phys, size, dir, addr, attrs);
	sim_scope_end();
	return addr;
}
EXPORT_SYMBOL_GPL(dma_map_phys);

void dma_unmap_phys(struct device *dev, dma_addr_t addr, size_t size,
		    enum dma_data_direction dir, unsigned long attrs)
{
	BUG_ON(!valid_dma_direction(dir));
	sim_scope_begin();
	iova_sim_watch(dma_unmap, dev, addr, size, dir);
	if (map_is_direct(dev))
		dma_direct_unmap_phys(dev, addr, size, dir, attrs);
	else
		iommu_dma_unmap_phys(dev, addr, size, dir, attrs);
	sim_event(DMA_UNMAP_PHYS, dev->sim->name, dir, addr, size, attrs);
	debug_dma_unmap_phys(dev, addr, size, dir, attrs);
	sim_scope_end();
}
EXPORT_SYMBOL_GPL(dma_unmap_phys);

dma_addr_t dma_map_page_attrs(struct device *dev, struct page *page, size_t offset, size_t size,
			      enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(attrs & DMA_ATTR_MMIO))
		return DMA_MAPPING_ERROR;
	if (WARN_ON_ONCE(sim_dma_debug_refuses_page(page)))
		return DMA_MAPPING_ERROR;
	return dma_map_phys(dev, page_to_phys(page) + offset, size, dir, attrs);
}
EXPORT_SYMBOL(dma_map_page_attrs);

void dma_unmap_page_attrs(struct device *dev, dma_addr_t addr, size_t size,
			  enum dma_data_direction dir, unsigned long attrs)
{
	if (unlikely(attrs & DMA_ATTR_MMIO))
		return;
	dma_unmap_phys(dev, addr, size, dir, attrs);
}
EXPORT_SYMBOL(dma_unmap_page_attrs);

/* Memory of kmalloc() has no physical address here, which only vmalloc memory lacks in a kernel. */
static bool is_ram_address(const void *ptr)
{
	return sim_phys_of(sim_world, ptr) != ~(phys_addr_t)0;
}

dma_addr_t dma_map_single_attrs(struct device *dev, void *ptr, size_t size,
				enum dma_data_direction dir, unsigned long attrs)
{
	bool is_refused = !is_ram_address(ptr) || sim_dma_debug_is_vmalloc(ptr);
	dma_addr_t addr = DMA_MAPPING_ERROR;

	sim_scope_begin();
	/* The kernel does this after the check, where it never finds memory of vmalloc(). */
	debug_dma_map_single(dev, ptr, size);
	if (!dev_WARN_ONCE(dev, is_refused, "rejecting DMA map of vmalloc memory\n"))
		addr = dma_map_page_attrs(dev, virt_to_page(ptr), offset_in_page(ptr), size, dir,
					  attrs);
	sim_scope_end();
	return addr;
}

dma_addr_t dma_map_resource(struct device *dev, phys_addr_t phys_addr, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	if (WARN_ON_ONCE(sim_dma_debug_refuses_resource(phys_addr)))
		return DMA_MAPPING_ERROR;
	return dma_map_phys(dev, phys_addr, size, dir, attrs | DMA_ATTR_MMIO);
}
EXPORT_SYMBOL(dma_map_resource);

void dma_unmap_resource(struct device *dev, dma_addr_t addr, size_t size,
			enum dma_data_direction dir, unsigned long attrs)
{
	dma_unmap_phys(dev, addr, size, dir, attrs | DMA_ATTR_MMIO);
}
EXPORT_SYMBOL(dma_unmap_resource);

/* Nothing to do where neither caches nor copies stand between the CPU and the device. */
static bool sync_is_idle(struct device *dev, size_t size, enum dma_data_direction dir)
{
	return dev_is_dma_coherent(dev) && !sim_dma_uses_swiotlb(dev, size, dir);
}

void iommu_dma_sync_single_for_cpu(struct device *dev, dma_addr_t dma_handle, size_t size,
				   enum dma_data_direction dir)
{
	phys_addr_t phys;

	if (sync_is_idle(dev, size, dir))
		return;
	phys = iommu_iova_to_phys(dev->sim->domain, dma_handle);
	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_cpu(phys, size, dir);
	swiotlb_sync_single_for_cpu(dev, phys, size, dir);
}

void iommu_dma_sync_single_for_device(struct device *dev, dma_addr_t dma_handle, size_t size,
				      enum dma_data_direction dir)
{
	phys_addr_t phys;

	if (sync_is_idle(dev, size, dir))
		return;
	phys = iommu_iova_to_phys(dev->sim->domain, dma_handle);
	swiotlb_sync_single_for_device(dev, phys, size, dir);
	if (!dev_is_dma_coherent(dev))
		arch_sync_dma_for_device(phys, size, dir);
}

void __dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			       enum dma_data_direction dir)
{
	BUG_ON(!valid_dma_direction(dir));
	sim_scope_begin();
	if (map_is_direct(dev))
		dma_direct_sync_single_for_cpu(dev, addr, size, dir);
	else
		iommu_dma_sync_single_for_cpu(dev, addr, size, dir);
	sim_event(DMA_SYNC_FOR_CPU, dev->sim->name, dir, addr, size);
	debug_dma_sync_single_for_cpu(dev, addr, size, dir);
	sim_scope_end();
}
EXPORT_SYMBOL(__dma_sync_single_for_cpu);

void __dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				  enum dma_data_direction dir)
{
	BUG_ON(!valid_dma_direction(dir));
	sim_scope_begin();
	if (map_is_direct(dev))
		dma_direct_sync_single_for_device(dev, addr, size, dir);
	else
		iommu_dma_sync_single_for_device(dev, addr, size, dir);
	sim_event(DMA_SYNC_FOR_DEVICE, dev->sim->name, dir, addr, size);
	debug_dma_sync_single_for_device(dev, addr, size, dir);
	sim_scope_end();
}
EXPORT_SYMBOL(__dma_sync_single_for_device);

bool __dma_need_sync(struct device *dev, dma_addr_t dma_addr)
{
	/* That some buffer bounced says nothing about this one, where an address can tell. */
	return map_is_direct(dev) ? dma_direct_need_sync(dev, dma_addr) : true;
}
EXPORT_SYMBOL_GPL(__dma_need_sync);
