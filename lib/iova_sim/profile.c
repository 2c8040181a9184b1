// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/list.h>
#include "iova_sim/iotlb.h"
#include "iova_sim/layer.h"
#include "iova_sim/profile.h"
#include "iova_sim/pwc.h"

void sim_profile_flush_leaves(struct sim_domain *sdom, u64 start, u64 last)
{
	sim_event(IOTLB_FLUSH_RANGE, sdom->index, start, last);
	iotlb_invalidate_range(sdom->state->iotlb, sdom->index, start, last);
}

void sim_profile_flush_range(struct sim_domain *sdom, u64 start, u64 last)
{
	sim_profile_flush_leaves(sdom, start, last);
	pwc_invalidate_range(sdom->state->pwc, sdom, start, last);
}

void sim_profile_flush_all(struct iommu_domain *domain)
{
	struct sim_domain *sdom = to_sim_domain(domain);

	sim_event(IOTLB_FLUSH_ALL, sdom->index);
	iotlb_invalidate_domain(sdom->state->iotlb, sdom->index);
	pwc_invalidate_domain(sdom->state->pwc, sdom);
}

/* Whether the driver tells the hardware that it may keep what it knows of upper levels. */
static bool spares_walk_caches(const struct sim_domain *sdom,
			       const struct iommu_iotlb_gather *gather)
{
	switch (sdom->hardware) {
	case SIM_HARDWARE_VTD:
		return list_empty(&gather->freelist.pages);
	case SIM_HARDWARE_SMMU:
		return true;
	default:
		return false;
	}
}

void sim_profile_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);

	if (spares_walk_caches(sdom, gather))
		sim_profile_flush_leaves(sdom, gather->start, gather->end);
	else
		sim_profile_flush_range(sdom, gather->start, gather->end);
	if (!list_empty(&gather->freelist.pages))
		iopt_pages_free(sdom->world, &gather->freelist);
}

int sim_profile_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct sim_domain *sdom = to_sim_domain(domain);

	if (!sdom->caching_mode || !size)
		return 0;
	sim_event(IOTLB_SYNC_MAP, sdom->index, iova, size);
	iotlb_invalidate_range(sdom->state->iotlb, sdom->index, iova, iova + size - 1);
	pwc_invalidate_range(sdom->state->pwc, sdom, iova, iova + size - 1);
	return 0;
}

phys_addr_t sim_profile_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	struct iopt_leaf leaf;

	if (!iopt_walk(to_sim_domain(domain), iova, &leaf))
		return 0;
	return leaf.phys + (iova - leaf.iova);
}

void sim_profile_split(struct sim_domain *sdom, u64 iova, u64 size, const struct iopt_leaf *leaf,
		       u64 removed, bool corrupts)
{
	const struct iova_watch *watch = sdom->state->watch;

	if (unlikely(watch) && watch->split)
		watch->split(watch->ctx, &sdom->domain, iova, size, leaf->iova, leaf->bytes,
			     leaf->phys, removed, corrupts);
}

void sim_profile_map_over(struct sim_domain *sdom, u64 iova, u64 old_phys, u64 new_phys,
			  const char *effect)
{
	const struct iova_watch *watch = sdom->state->watch;

	if (unlikely(watch) && watch->map_over)
		watch->map_over(watch->ctx, &sdom->domain, iova, old_phys, new_phys, effect);
}
