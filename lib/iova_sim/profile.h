/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The profiles, one file each, and what they share: hardware invalidation and the word to the
 * watcher. Each profile is a struct iommu_domain_ops in the shape of its driver.
 */
#ifndef IOVA_SIM_PROFILE_H
#define IOVA_SIM_PROFILE_H

#include "iova_sim/iopt_internal.h"

/** sim_profile_generic_pt - VT-d and AMD on generic page tables, v6.19 and later */
extern const struct sim_iommu_profile sim_profile_generic_pt;
/** sim_profile_vtd_legacy - VT-d up to v6.18 */
extern const struct sim_iommu_profile sim_profile_vtd_legacy;
/** sim_profile_arm_lpae - SMMUv3 on io-pgtable-arm, v6.14 and later */
extern const struct sim_iommu_profile sim_profile_arm_lpae;
/** sim_profile_amd_legacy - AMD up to v6.18 */
extern const struct sim_iommu_profile sim_profile_amd_legacy;
/** sim_profile_mock - the mock of the kernel's iommufd tests, v6.19 and later */
extern const struct sim_iommu_profile sim_profile_mock;
/** sim_profile_mock_huge - the same with large leaves and 4 KiB only */
extern const struct sim_iommu_profile sim_profile_mock_huge;
/** sim_profile_identity - passthrough */
extern const struct sim_iommu_profile sim_profile_identity;
/** sim_profile_none - no IOMMU */
extern const struct sim_iommu_profile sim_profile_none;

/** sim_generic_pt_map_pages - the map_pages operation of generic page tables */
int sim_generic_pt_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped);
/** sim_generic_pt_unmap_pages - the unmap_pages operation of generic page tables */
size_t sim_generic_pt_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
				  size_t pgcount, struct iommu_iotlb_gather *gather);

/**
 * sim_profile_flush_range - invalidate the IOTLB and the walk caches for a range
 * @sdom: domain
 * @start: first address
 * @last: last address, inclusive
 *
 * Differs: exactly the range; VT-d rounds it up to an aligned power of two, which hides
 * invalidations that are missing.
 */
void sim_profile_flush_range(struct sim_domain *sdom, u64 start, u64 last);
/** sim_profile_flush_leaves - as sim_profile_flush_range(), but spare the walk caches */
void sim_profile_flush_leaves(struct sim_domain *sdom, u64 start, u64 last);
/** sim_profile_flush_all - the flush_iotlb_all operation of every profile */
void sim_profile_flush_all(struct iommu_domain *domain);
/** sim_profile_iotlb_sync - the iotlb_sync operation: invalidate what was gathered, free tables */
void sim_profile_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather);
/** sim_profile_iotlb_sync_map - iotlb_sync_map of VT-d and AMD: work in caching mode only */
int sim_profile_iotlb_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size);
/** sim_profile_iova_to_phys - the iova_to_phys operation: 0 when there is no translation */
phys_addr_t sim_profile_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova);

/**
 * sim_profile_split - tell the watcher of a leaf larger than what is to be unmapped
 * @sdom: domain
 * @iova: start of what is to be unmapped
 * @size: its size
 * @leaf: the leaf
 * @removed: how much of it goes away
 * @corrupts: the real driver would have written into the data page
 */
void sim_profile_split(struct sim_domain *sdom, u64 iova, u64 size, const struct iopt_leaf *leaf,
		       u64 removed, bool corrupts);
/**
 * sim_profile_map_over - tell the watcher of a live leaf in the way of a map
 * @sdom: domain
 * @iova: where
 * @old_phys: where it leads
 * @new_phys: where the new one was to lead
 * @effect: IOPT_OVER_REFUSED and the like
 */
void sim_profile_map_over(struct sim_domain *sdom, u64 iova, u64 old_phys, u64 new_phys,
			  const char *effect);

#endif
