// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The mock that the kernel tests iommufd with: generic page tables whose granule is half a page of
 * the CPU, and no hardware. What it translates goes through the tables each time, so there is
 * nothing to invalidate. With the format amdv1 it is the mock's own third kind, of 64 bits.
 *
 * Models: drivers/iommu/iommufd/selftest.c, v7.0
 * Differs: the DMA API can use it, which the real one's domains do not allow; no dirty tracking,
 * page requests or nesting.
 */
#include <linux/list.h>
#include "iova_sim/profile.h"

#define MOCK_APERTURE_START 0x1000000
#define MOCK_APERTURE_LAST 0x7fffffff
#define MOCK_HUGE_SIZE (512ull << 11)

static void mock_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	if (!list_empty(&gather->freelist.pages))
		iopt_pages_free(to_sim_domain(domain)->world, &gather->freelist);
}

static const struct iommu_domain_ops mock_ops = {
	.map_pages = sim_generic_pt_map_pages,
	.unmap_pages = sim_generic_pt_unmap_pages,
	.iotlb_sync = mock_iotlb_sync,
	.iova_to_phys = sim_profile_iova_to_phys,
};

static const char *const mock_formats[] = { "amdv1-2k", "amdv1", NULL };

const struct sim_iommu_profile sim_profile_mock = {
	.name = "mock",
	.formats = mock_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &mock_ops,
	.hardware = SIM_HARDWARE_TEST,
	.aperture_start = MOCK_APERTURE_START,
	.aperture_last = MOCK_APERTURE_LAST,
};

static const char *const mock_huge_formats[] = { "amdv1-2k", NULL };

/* Only large leaves are meant to be used; the kernel insists on a page of the CPU as well. */
const struct sim_iommu_profile sim_profile_mock_huge = {
	.name = "mock-huge",
	.formats = mock_huge_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &mock_ops,
	.hardware = SIM_HARDWARE_TEST,
	.sizes = MOCK_HUGE_SIZE | IOPT_PAGE_BYTES,
};
