// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The IOMMU core's view of devices: their domain, the address ranges they must not use, and where
 * faults are reported.
 *
 * Models: drivers/iommu/iommu.c, v7.0
 * Differs: reserved are the windows that driver and architecture know of and nothing from firmware
 * tables.
 */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/slab.h>
#include "device/sim_device.h"
#include "iova_sim/domain.h"

#define AMD_HT_START 0xfd00000000ull
#define AMD_HT_BYTES 0x300000000ull

struct iommu_domain *iommu_get_domain_for_dev(struct device *dev)
{
	return dev->sim ? dev->sim->domain : NULL;
}

struct iommu_domain *iommu_get_dma_domain(struct device *dev)
{
	return dev->sim->domain;
}

bool device_iommu_capable(struct device *dev, enum iommu_cap cap)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	if (!domain)
		return false;
	switch (cap) {
	case IOMMU_CAP_CACHE_COHERENCY:
		return true;
	case IOMMU_CAP_DEFERRED_FLUSH:
		return to_sim_domain(domain)->profile->deferred_flush;
	default:
		return false;
	}
}

void iommu_set_fault_handler(struct iommu_domain *domain, iommu_fault_handler_t handler,
			     void *token)
{
	if (WARN_ON(!domain || domain->cookie_type != IOMMU_COOKIE_NONE))
		return;
	domain->cookie_type = IOMMU_COOKIE_FAULT_HANDLER;
	domain->handler = handler;
	domain->handler_token = token;
}

int report_iommu_fault(struct iommu_domain *domain, struct device *dev, unsigned long iova,
		       int flags)
{
	int ret = -ENOSYS;

	if (domain->cookie_type == IOMMU_COOKIE_FAULT_HANDLER && domain->handler)
		ret = domain->handler(domain, dev, iova, flags, domain->handler_token);
	sim_event(IO_PAGE_FAULT, sim_name(dev_driver_string(dev)), dev->sim->name, iova,
		  (u64)flags);
	return ret;
}

struct iommu_resv_region *iommu_alloc_resv_region(phys_addr_t start, size_t length, int prot,
						  enum iommu_resv_type type, gfp_t gfp)
{
	struct iommu_resv_region *region = kzalloc(sizeof(*region), gfp);

	if (!region)
		return NULL;
	INIT_LIST_HEAD(&region->list);
	region->start = start;
	region->length = length;
	region->prot = prot;
	region->type = type;
	return region;
}

/* Below 1 TiB are the special addresses of HyperTransport, with all processors up to a few. */
static void add_amd_region(struct list_head *list)
{
	struct iommu_resv_region *region =
		iommu_alloc_resv_region(AMD_HT_START, AMD_HT_BYTES, 0, IOMMU_RESV_RESERVED,
					GFP_KERNEL);

	if (region)
		list_add_tail(&region->list, list);
}

void iommu_get_resv_regions(struct device *dev, struct list_head *list)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);
	const struct sim_iommu_profile *profile;
	struct iommu_resv_region *region;
	int prot;

	if (!domain)
		return;
	profile = to_sim_domain(domain)->profile;
	if (!profile->msi_bytes)
		return;
	prot = profile->msi_type == IOMMU_RESV_SW_MSI ?
		       IOMMU_WRITE | IOMMU_NOEXEC | IOMMU_MMIO : 0;
	region = iommu_alloc_resv_region(profile->msi_start, profile->msi_bytes, prot,
					 profile->msi_type, GFP_KERNEL);
	if (region)
		list_add_tail(&region->list, list);
	if (to_sim_domain(domain)->hardware == SIM_HARDWARE_AMD)
		add_amd_region(list);
}

void iommu_put_resv_regions(struct device *dev, struct list_head *list)
{
	struct iommu_resv_region *entry, *next;

	list_for_each_entry_safe(entry, next, list, list) {
		if (entry->free)
			entry->free(dev, entry);
		else
			kfree(entry);
	}
}
