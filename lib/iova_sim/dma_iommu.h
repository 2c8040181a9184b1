/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What connects a device, its domain and the IOVA space of that domain: the cookie of DMA mapping,
 * and attaching and detaching. The files dma_map.c (streaming maps) and dma_iova.c (the IOVA API)
 * share the small helpers below.
 *
 * DOC: Vocabulary
 *
 * cookie   IOVA space of a domain that the DMA API manages.
 * granule  smallest page size of the domain; every address and size is rounded to it.
 * pad      offset of an address inside of its granule.
 */
#ifndef IOVA_SIM_DMA_IOMMU_H
#define IOVA_SIM_DMA_IOMMU_H

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/iommu-dma.h>
#include <linux/iova.h>
#include <linux/pci.h>
#include "device/sim_device.h"
#include "iova_sim/domain.h"
#include "iova_sim/flush_queue.h"
#include "iova_sim/layer.h"

/**
 * struct iommu_dma_cookie - IOVA space of a domain
 * @iovad: allocator
 * @fq: what was unmapped and waits for a flush, if invalidation is lazy
 * @attach_count: devices that use it
 */
struct iommu_dma_cookie {
	struct iova_domain iovad;
	struct sim_fq fq;
	unsigned int attach_count;
};

/**
 * struct sim_dma_attachment - a device and its domain
 * @node: in the layer's list, in order of attachment
 * @dev: device
 * @iommu: what dev->iommu points to
 */
struct sim_dma_attachment {
	struct list_head node;
	struct device *dev;
	struct dev_iommu iommu;
};

/**
 * struct sim_dma_params - how a device uses its domain; all zero is the kernel's default
 * @start_pfn: first IOVA page that may be handed out; 0 for the default, 1
 * @forcedac: do not try addresses below 4 GiB first (iommu.forcedac=1)
 * @no_reserved: leave out bridge windows and interrupt regions, so that all IOVA space is usable
 * @lazy: invalidate lazily (iommu.strict=0), where the driver can; else it stays strict
 * @shadow_on_flush: flushes keep shadow tables in step, so lazy means one large queue
 */
struct sim_dma_params {
	u64 start_pfn;
	bool forcedac;
	bool no_reserved;
	bool lazy;
	bool shadow_on_flush;
};

/**
 * sim_dma_attach - attach a device to a domain and set up its DMA API
 * @dev: device without a domain
 * @sdom: domain; several devices can share one, the first one's parameters hold
 * @params: options; NULL for the defaults
 *
 * A domain of type identity gives the device direct mapping.
 *
 * Models: iommu_setup_dma_ops(), iommu_dma_init_domain(); drivers/iommu/dma-iommu.c, v7.0.
 * Differs: no deferred attach, no groups; the type of the domain follows from @params here.
 *
 * Return: 0; -ENOMEM; -EINVAL for a device that has a domain already; -EFAULT when @params ask for
 * another first page than the domain already has.
 */
int sim_dma_attach(struct device *dev, struct sim_domain *sdom,
		   const struct sim_dma_params *params);

/**
 * sim_dma_setup_direct - set up the DMA API of a device that has no IOMMU in front of it
 * @dev: device without a domain; stays without one
 */
void sim_dma_setup_direct(struct device *dev);

/**
 * sim_dma_detach - take a device from its domain
 * @dev: device; nothing happens when it has no domain
 *
 * The last device of a domain takes the cookie with it: its IOVA space is gone, used or not. The
 * domain stays.
 */
void sim_dma_detach(struct device *dev);

/**
 * sim_dma_forget - drop all attachments and cookies, quickly
 * @state: the layer's state
 *
 * For a reset of the world: devices and what the allocators hold are about to be forgotten too, and
 * are not touched.
 */
void sim_dma_forget(struct iova_sim *state);

/**
 * sim_dma_iovad - allocator of a domain's IOVA space
 * @sdom: domain
 *
 * Return: the allocator, or NULL when no device is attached or mapping is direct.
 */
static inline struct iova_domain *sim_dma_iovad(struct sim_domain *sdom)
{
	if (sdom->domain.cookie_type != IOMMU_COOKIE_DMA_IOVA)
		return NULL;
	return &sdom->domain.iova_cookie->iovad;
}

/**
 * sim_dma_prot - permissions in the page table for a direction
 * @dir: direction of the transfer; NONE gives no permission, which drivers refuse
 * @coherent: the device snoops
 * @attrs: DMA_ATTR_*
 *
 * Models: dma_info_to_prot(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: IOMMU_READ, IOMMU_WRITE and the like.
 */
static __always_inline int sim_dma_prot(enum dma_data_direction dir, bool coherent,
					unsigned long attrs)
{
	/* IOMMU_READ and IOMMU_WRITE of each direction, four bits each. */
	const u32 permissions = 0x213;
	int prot = coherent ? IOMMU_CACHE : 0;

	if (unlikely(!valid_dma_direction(dir)))
		return 0;
	if (unlikely(attrs & DMA_ATTR_MMIO))
		prot = IOMMU_MMIO;
	if (unlikely(attrs & DMA_ATTR_PRIVILEGED))
		prot |= IOMMU_PRIV;
	return prot | (permissions >> 4 * dir & (IOMMU_READ | IOMMU_WRITE));
}

/**
 * sim_dma_iova_alloc - allocate IOVA space for a device
 * @dev: device with a cookie
 * @size: bytes, a multiple of the granule
 * @dma_limit: highest address that the device can use
 *
 * Models: iommu_dma_alloc_iova(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: address, or 0.
 */
dma_addr_t sim_dma_iova_alloc(struct device *dev, size_t size, u64 dma_limit);
/**
 * sim_dma_iova_free - give IOVA space back now: nothing was ever mapped there, or it was flushed
 * @domain: domain
 * @iova: start, a multiple of the granule
 * @size: bytes, as the caller believes; nothing checks it
 *
 * Models: iommu_dma_free_iova() without a gather; drivers/iommu/dma-iommu.c, v7.0.
 */
void sim_dma_iova_free(struct iommu_domain *domain, dma_addr_t iova, size_t size);
/**
 * sim_dma_iova_release - give IOVA space back after an unmap, lazily if that was queued
 * @domain: domain
 * @iova: start, a multiple of the granule
 * @size: bytes, as the caller believes; nothing checks it
 * @gather: of the unmap; when it is not queued, the caller has synced it
 *
 * Models: iommu_dma_free_iova(); drivers/iommu/dma-iommu.c, v7.0.
 */
void sim_dma_iova_release(struct iommu_domain *domain, dma_addr_t iova, size_t size,
			  struct iommu_iotlb_gather *gather);
/**
 * sim_dma_iova_recycle - hand IOVA space to the allocator: the last step of giving it back
 * @domain: domain
 * @pfn: first page
 * @pages: length
 */
void sim_dma_iova_recycle(struct iommu_domain *domain, unsigned long pfn, unsigned long pages);

/**
 * __iommu_dma_map - map a range that may begin and end within a granule
 * @dev: device with a cookie
 * @phys: start
 * @size: bytes
 * @prot: IOMMU_*
 * @dma_mask: highest address that the device can use
 *
 * Models: __iommu_dma_map(); drivers/iommu/dma-iommu.c, v7.0.
 * Return: DMA address of @phys, or DMA_MAPPING_ERROR.
 */
dma_addr_t __iommu_dma_map(struct device *dev, phys_addr_t phys, size_t size, int prot,
			   u64 dma_mask);
/**
 * __iommu_dma_unmap - unmap a range and give its IOVA space back
 * @dev: device with a cookie
 * @addr: DMA address, anywhere in its first granule
 * @size: bytes
 *
 * Models: __iommu_dma_unmap(); drivers/iommu/dma-iommu.c, v7.0.
 */
void __iommu_dma_unmap(struct device *dev, dma_addr_t addr, size_t size);

/**
 * sim_dma_is_lazy - whether unmapping queues instead of flushing
 * @domain: domain with a cookie
 *
 * Return: true if so. The IOVA API's unlink is strict all the same.
 */
static __always_inline bool sim_dma_is_lazy(const struct iommu_domain *domain)
{
	return domain->iova_cookie->fq.domain;
}

/**
 * sim_dma_is_queued - whether an address was given back and waits for a flush
 * @domain: any domain
 * @iova: address
 *
 * Return: true if so: a stale IOTLB entry of it is what lazy invalidation allows for.
 */
bool sim_dma_is_queued(const struct iommu_domain *domain, dma_addr_t iova);

#endif
