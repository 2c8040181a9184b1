// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What a device can address and what the DMA API promises it. Models kernel/dma/mapping.c and
 * kernel/dma/direct.c, v7.0.
 */
#include <linux/bitops.h>
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/swiotlb.h>
#include "iova_sim/dma_bounce.h"
#include "iova_sim/dma_direct.h"
#include "iova_sim/dma_iommu.h"
#include "mm/phys.h"

/* Upper end of the zone from which memory for devices with tiny masks comes. */
#define DMA_ZONE_LIMIT DMA_BIT_MASK(24)

static u64 ram_last_page(void)
{
	return (sim_phys_of_world(sim_world)->ram_pfn_end - 1) << PAGE_SHIFT;
}

static bool direct_supported(u64 mask)
{
	if (mask >= DMA_BIT_MASK(32))
		return true;
	return mask >= min_t(u64, ram_last_page(), DMA_ZONE_LIMIT);
}

static bool mask_supported(struct device *dev, u64 mask)
{
	return use_dma_iommu(dev) || direct_supported(mask);
}

int dma_set_mask(struct device *dev, u64 mask)
{
	if (!dev->dma_mask || !mask_supported(dev, mask))
		return -EIO;
	*dev->dma_mask = mask;
	dev->dma_skip_sync = dev_is_dma_coherent(dev);
	return 0;
}
EXPORT_SYMBOL(dma_set_mask);

int dma_set_coherent_mask(struct device *dev, u64 mask)
{
	if (!mask_supported(dev, mask))
		return -EIO;
	dev->coherent_dma_mask = mask;
	return 0;
}
EXPORT_SYMBOL(dma_set_coherent_mask);

u64 dma_get_required_mask(struct device *dev)
{
	if (use_dma_iommu(dev))
		return DMA_BIT_MASK(32);
	return (1ull << (fls64(ram_last_page()) - 1)) * 2 - 1;
}
EXPORT_SYMBOL_GPL(dma_get_required_mask);

bool dma_addressing_limited(struct device *dev)
{
	return min_not_zero(dma_get_mask(dev), dev->bus_dma_limit) < dma_get_required_mask(dev);
}
EXPORT_SYMBOL_GPL(dma_addressing_limited);

size_t iommu_dma_max_mapping_size(struct device *dev)
{
	return sim_dma_is_untrusted(dev) ? swiotlb_max_mapping_size(dev) : SIZE_MAX;
}

size_t dma_max_mapping_size(struct device *dev)
{
	return use_dma_iommu(dev) ? iommu_dma_max_mapping_size(dev) :
				    dma_direct_max_mapping_size(dev);
}
EXPORT_SYMBOL_GPL(dma_max_mapping_size);

/* The largest size that the IOVA magazines keep. */
size_t iommu_dma_opt_mapping_size(void)
{
	return iova_rcache_range();
}

size_t dma_opt_mapping_size(struct device *dev)
{
	size_t size = use_dma_iommu(dev) ? iommu_dma_opt_mapping_size() : SIZE_MAX;

	return min(dma_max_mapping_size(dev), size);
}
EXPORT_SYMBOL_GPL(dma_opt_mapping_size);

unsigned long iommu_dma_get_merge_boundary(struct device *dev)
{
	return (1UL << __ffs(dev->sim->domain->pgsize_bitmap)) - 1;
}

unsigned long dma_get_merge_boundary(struct device *dev)
{
	return use_dma_iommu(dev) ? iommu_dma_get_merge_boundary(dev) : 0;
}
EXPORT_SYMBOL_GPL(dma_get_merge_boundary);

bool dma_pci_p2pdma_supported(struct device *dev)
{
	/* Only dma_map_ops of an architecture stand in the way, and there are none. */
	return true;
}
EXPORT_SYMBOL_GPL(dma_pci_p2pdma_supported);

bool dma_need_unmap(struct device *dev)
{
	if (use_dma_iommu(dev) || !dev->dma_skip_sync)
		return true;
	return sim_dma_debugging();
}
EXPORT_SYMBOL_GPL(dma_need_unmap);
