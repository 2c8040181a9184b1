/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IOVA_SIM_IOVA_DEVICE_H
#define IOVA_SIM_IOVA_DEVICE_H

#include <linux/types.h>

struct iova_domain;

/**
 * iova_sim_alloc_pfn - IOVA space for a device: below 4 GiB first, where that is asked for
 * @iovad: domain, with rcaches
 * @pages: how many granules, larger than 0
 * @dma_limit: highest address in bytes that the device reaches, inclusive
 * @try_32bit: the device's flag, cleared for good once space below 4 GiB can't be had; NULL when
 *	it has none
 * @fell_back: set when this call cleared the flag, so that the caller can print the notice;
 *	untouched otherwise; may be NULL
 *
 * Models: iommu_dma_alloc_iova(), drivers/iommu/dma-iommu.c, v7.0
 * Return: the first pfn, or 0 when there is no space.
 */
unsigned long iova_sim_alloc_pfn(struct iova_domain *iovad, unsigned long pages, u64 dma_limit,
				 bool *try_32bit, bool *fell_back);

#endif
