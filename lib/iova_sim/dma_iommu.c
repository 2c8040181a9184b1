// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/swiotlb.h>
#include "iova_sim/dma_iommu.h"
#include "iova_sim/iova_device.h"
#include "kernel/inject.h"
#include "mm/cache.h"

/* Firmware lists the ranges in any order. */
static void sort_ranges(struct list_head *ranges)
{
	struct resource_entry *entry, *next, *other;
	LIST_HEAD(sorted);

	list_for_each_entry_safe(entry, next, ranges, node) {
		list_for_each_entry(other, &sorted, node)
			if (other->res->start > entry->res->start)
				break;
		list_move_tail(&entry->node, &other->node);
	}
	list_splice(&sorted, ranges);
}

/* Bus addresses behind the bridge are no memory: peer requests would never reach the IOMMU. */
static int reserve_pci_windows(struct pci_dev *pdev, struct iova_domain *iovad)
{
	struct pci_host_bridge *bridge = pci_find_host_bridge(pdev->bus);
	struct resource_entry *window;
	u64 start = 0;

	if (!bridge)
		return 0;
	resource_list_for_each_entry(window, &bridge->windows) {
		if (resource_type(window->res) != IORESOURCE_MEM)
			continue;
		reserve_iova(iovad, iova_pfn(iovad, window->res->start - window->offset),
			     iova_pfn(iovad, window->res->end - window->offset));
	}
	sort_ranges(&bridge->dma_ranges);
	/* What lies between the ranges through which the bridge passes DMA is out of reach. */
	resource_list_for_each_entry(window, &bridge->dma_ranges) {
		u64 first = window->res->start - window->offset;
		u64 last = window->res->end - window->offset;

		if (first < start) {
			dev_err(&pdev->dev, "Failed to reserve IOVA [%pa-%pa]\n", &start, &first);
			return -EINVAL;
		}
		if (first > start)
			reserve_iova(iovad, iova_pfn(iovad, start), iova_pfn(iovad, first));
		start = last + 1;
	}
	if (!list_empty(&bridge->dma_ranges) && start)
		reserve_iova(iovad, iova_pfn(iovad, start), iova_pfn(iovad, ~0ull));
	return 0;
}

static int reserve_regions(struct device *dev, struct iova_domain *iovad)
{
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	int err;

	if (dev_is_pci(dev)) {
		err = reserve_pci_windows(to_pci_dev(dev), iovad);
		if (err)
			return err;
	}
	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(region, &regions, list) {
		/* A software MSI window is placed by who uses it, not by the hardware. */
		if (region->type == IOMMU_RESV_SW_MSI)
			continue;
		reserve_iova(iovad, iova_pfn(iovad, region->start),
			     iova_pfn(iovad, region->start + region->length - 1));
	}
	iommu_put_resv_regions(dev, &regions);
	return 0;
}

static void cookie_put(struct iommu_domain *domain)
{
	struct iommu_dma_cookie *cookie = domain->iova_cookie;

	if (--cookie->attach_count)
		return;
	domain->cookie_type = IOMMU_COOKIE_NONE;
	domain->iova_cookie = NULL;
	sim_fq_fini(&cookie->fq);
	if (cookie->iovad.granule)
		put_iova_domain(&cookie->iovad);
	sim_free(sim_world, cookie, sizeof(*cookie));
}

static void cookie_get(struct iommu_domain *domain)
{
	if (domain->cookie_type != IOMMU_COOKIE_DMA_IOVA) {
		domain->iova_cookie = sim_alloc(sim_world, sizeof(*domain->iova_cookie));
		domain->cookie_type = IOMMU_COOKIE_DMA_IOVA;
	}
	domain->iova_cookie->attach_count++;
}

/* Page 0 is never handed out: drivers take address 0 for "not mapped". */
static unsigned long first_pfn(const struct iommu_domain *domain, unsigned long order,
			       const struct sim_dma_params *params)
{
	unsigned long pfn = domain->geometry.aperture_start >> order;

	if (pfn < params->start_pfn)
		pfn = params->start_pfn;
	return pfn ? pfn : 1;
}

/* Lazy if that is wanted and possible; what stands in the way is no reason to fail. */
static void choose_lazy(struct device *dev, struct iommu_domain *domain,
			const struct sim_dma_params *params)
{
	if (!params->lazy)
		return;
	if (device_iommu_capable(dev, IOMMU_CAP_DEFERRED_FLUSH) &&
	    !sim_fq_init(&domain->iova_cookie->fq, domain, dev->iommu->shadow_on_flush))
		domain->type = IOMMU_DOMAIN_DMA_FQ;
}

static int cookie_init(struct device *dev, struct iommu_domain *domain,
		       const struct sim_dma_params *params)
{
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	unsigned long order = __ffs(domain->pgsize_bitmap);
	unsigned long base_pfn = first_pfn(domain, order, params);
	int err;

	if (iovad->start_pfn) {
		if (iovad->granule != 1UL << order || iovad->start_pfn != base_pfn) {
			pr_warn("Incompatible range for DMA domain\n");
			return -EFAULT;
		}
		return 0;
	}
	init_iova_domain(iovad, 1UL << order, base_pfn);
	err = iova_domain_init_rcaches(iovad);
	if (err)
		return err;
	choose_lazy(dev, domain, params);
	return params->no_reserved ? 0 : reserve_regions(dev, iovad);
}

static struct sim_dma_attachment *attachment_of(struct device *dev)
{
	return container_of(dev->iommu, struct sim_dma_attachment, iommu);
}

/* What a device has with and without an IOMMU: bounce buffers, and perhaps no snooping. */
static void setup_memory(struct device *dev)
{
	/* What dma_set_mask() of the driver's probe would have left behind. */
	dev->dma_skip_sync = dev->dma_coherent;
	swiotlb_dev_init(dev);
	if (!dev->dma_coherent)
		sim_cache_enable(sim_world);
}

int sim_dma_attach(struct device *dev, struct sim_domain *sdom, const struct sim_dma_params *params)
{
	static const struct sim_dma_params defaults;
	struct iommu_domain *domain = &sdom->domain;
	struct sim_dma_attachment *attachment;
	int err;

	if (dev->sim->domain)
		return -EINVAL;
	if (!params)
		params = &defaults;

	attachment = sim_alloc(sim_world, sizeof(*attachment));
	attachment->dev = dev;
	list_add_tail(&attachment->node, &iova_sim_state()->attached);
	dev->iommu = &attachment->iommu;
	dev->sim->domain = domain;
	sim_event(IOMMU_ATTACH, dev->sim->name);

	if (dev_is_pci(dev))
		dev->iommu->pci_32bit_workaround = !params->forcedac;
	dev->iommu->shadow_on_flush = params->shadow_on_flush;
	dev->dma_iommu = iommu_is_dma_domain(domain);
	setup_memory(dev);
	if (!dev->dma_iommu)
		return 0;

	cookie_get(domain);
	err = cookie_init(dev, domain, params);
	if (err) {
		pr_warn("Failed to set up IOMMU for device %s; retaining platform DMA ops\n",
			dev_name(dev));
		sim_dma_detach(dev);
	}
	return err;
}

void sim_dma_setup_direct(struct device *dev)
{
	dev->dma_iommu = false;
	setup_memory(dev);
}

void sim_dma_detach(struct device *dev)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct sim_dma_attachment *attachment;

	if (!domain)
		return;
	attachment = attachment_of(dev);
	if (dev->dma_iommu)
		cookie_put(domain);
	dev->dma_iommu = false;
	dev->iommu = NULL;
	dev->sim->domain = NULL;
	list_del(&attachment->node);
	sim_free(sim_world, attachment, sizeof(*attachment));
}

void sim_dma_forget(struct iova_sim *state)
{
	struct sim_dma_attachment *attachment, *next;
	struct sim_domain *sdom;

	list_for_each_entry_safe(attachment, next, &state->attached, node) {
		list_del(&attachment->node);
		sim_free(sim_world, attachment, sizeof(*attachment));
	}
	list_for_each_entry(sdom, &state->domains, node) {
		if (sdom->domain.cookie_type != IOMMU_COOKIE_DMA_IOVA)
			continue;
		sdom->domain.cookie_type = IOMMU_COOKIE_NONE;
		sim_fq_fini(&sdom->domain.iova_cookie->fq);
		sim_free(sim_world, sdom->domain.iova_cookie, sizeof(struct iommu_dma_cookie));
	}
}

dma_addr_t sim_dma_iova_alloc(struct device *dev, size_t size, u64 dma_limit)
{
	struct iommu_domain *domain = dev->sim->domain;
	struct iova_domain *iovad = &domain->iova_cookie->iovad;
	unsigned long shift = iova_shift(iovad);
	bool fell_back = false;
	unsigned long pfn;

	if (sim_inject(&sim_fault_iova, NULL))
		return 0;
	dma_limit = min_not_zero(dma_limit, dev->bus_dma_limit);
	if (domain->geometry.force_aperture)
		dma_limit = min(dma_limit, (u64)domain->geometry.aperture_end);

	pfn = iova_sim_alloc_pfn(iovad, size >> shift, dma_limit, &dev->iommu->pci_32bit_workaround,
				 &fell_back);
	if (fell_back)
		dev_notice(dev, "Using %d-bit DMA addresses\n", bits_per(dma_limit));
	if (!pfn)
		return 0;
	sim_event(IOVA_ALLOC, to_sim_domain(domain)->index, pfn, size >> shift);
	iova_sim_watch(iova_alloc, domain, (u64)pfn << shift, size);
	return (dma_addr_t)pfn << shift;
}

void sim_dma_iova_recycle(struct iommu_domain *domain, unsigned long pfn, unsigned long pages)
{
	sim_event(IOVA_FREE, to_sim_domain(domain)->index, pfn, pages);
	free_iova_fast(&domain->iova_cookie->iovad, pfn, pages);
}

void sim_dma_iova_free(struct iommu_domain *domain, dma_addr_t iova, size_t size)
{
	unsigned long shift = iova_shift(&domain->iova_cookie->iovad);

	iova_sim_watch(iova_free, domain, iova, size);
	sim_dma_iova_recycle(domain, iova >> shift, size >> shift);
}

void sim_dma_iova_release(struct iommu_domain *domain, dma_addr_t iova, size_t size,
			  struct iommu_iotlb_gather *gather)
{
	struct iommu_dma_cookie *cookie = domain->iova_cookie;
	unsigned long shift = iova_shift(&cookie->iovad);

	if (!gather->queued) {
		sim_dma_iova_free(domain, iova, size);
		return;
	}
	/* For the driver the space is gone now, whenever the allocator gets it. */
	iova_sim_watch(iova_free, domain, iova, size);
	sim_event(IOVA_QUEUE, to_sim_domain(domain)->index, iova >> shift, size >> shift);
	sim_fq_add(&cookie->fq, iova >> shift, size >> shift, &gather->freelist);
}

bool sim_dma_is_queued(const struct iommu_domain *domain, dma_addr_t iova)
{
	const struct iommu_dma_cookie *cookie = domain->iova_cookie;

	return domain->cookie_type == IOMMU_COOKIE_DMA_IOVA &&
	       sim_fq_holds(&cookie->fq, iova >> iova_shift((struct iova_domain *)&cookie->iovad));
}
