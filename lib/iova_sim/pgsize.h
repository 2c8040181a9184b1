/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IOVA_SIM_PGSIZE_H
#define IOVA_SIM_PGSIZE_H

#include <linux/types.h>

/**
 * iopt_pgsize - which leaf size the core asks a driver for, and how many of them
 * @bitmap: sizes that the domain supports, one bit each
 * @iova: where the range starts
 * @paddr: where it leads; @iova itself for an unmap
 * @size: bytes left, not 0
 * @count: set to the number of leaves, which ends early where a larger size becomes possible
 *
 * The caller has checked that all three are multiples of the smallest size.
 *
 * Return: the size of one leaf.
 * Models: iommu_pgsize(), drivers/iommu/iommu.c, v7.0
 */
size_t iopt_pgsize(unsigned long bitmap, unsigned long iova, u64 paddr, size_t size,
		   size_t *count);

/**
 * iopt_best_pgsize - largest leaf size that fits at an address
 * @bitmap: sizes that the domain supports
 * @iova: where the range starts
 * @last: where it ends, inclusive
 * @paddr: where it leads
 *
 * Return: the size, 0 when none fits.
 * Models: pt_compute_best_pgsize(), drivers/iommu/generic_pt/pt_iter.h, v7.0
 */
u64 iopt_best_pgsize(unsigned long bitmap, u64 iova, u64 last, u64 paddr);

#endif
