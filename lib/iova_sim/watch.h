/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Where oracles listen. The model calls these at the moments that matter, with the objects at hand;
 * it never judges. One watcher at most, set by lib/check; NULL costs one predictable branch.
 * A callback must not change the model, and must not call back into it except to look.
 */
#ifndef IOVA_SIM_WATCH_H
#define IOVA_SIM_WATCH_H

#include <linux/types.h>

struct device;
struct iommu_domain;

/**
 * struct iova_watch - what an oracle can see of the IOMMU and DMA layer
 * @ctx: passed to each
 * @map_begin: before iommu_map*() of [@iova, +@size) to @paddr changes the table
 * @map_end: after it; @mapped bytes are installed when @err is 0 (on an error the core has already
 *	rolled back to nothing)
 * @unmap_begin: before iommu_unmap*() of [@iova, +@size) changes the table
 * @unmap_end: after it; @unmapped is what the core returns
 * @split: a driver met a leaf [@leaf_iova, +@leaf_bytes) to @leaf_phys that is larger than what it
 *	was asked to remove; @removed bytes of it went away. @corrupts: the real driver would have
 *	written into the data page as if it were a table; the model changed nothing
 * @map_over: a driver met a live leaf at @iova leading to @old_phys where @new_phys was to go;
 *	@effect says what it did
 * @synced: maps of [@iova, +@size) have been made visible to the hardware
 * @filler: [@iova, +@bytes) is mapped between two entries of a scatterlist, but nothing that the
 *	driver gave lies there
 * @iova_alloc: [@iova, +@bytes) was handed out for @domain
 * @iova_free: [@iova, +@bytes) was given back (as passed by the caller: the length can be wrong);
 *	called before the allocator acts
 * @dma_map: a streaming mapping of @bytes at @phys now has DMA address @addr (any kind of device)
 * @dma_unmap: that mapping is being unmapped (called before)
 * @bounce: the @bytes at @copy stand for those at @phys from now on, until they are copied back
 * @unbounce: the copy at @copy, of at most @bytes, is gone
 * @access: the device reached @bytes at @phys through @addr; @cached when an IOTLB entry was used
 * @fault: the device's access at @addr faulted; @reason is one line in the driver's words
 */
struct iova_watch {
	void *ctx;
	void (*map_begin)(void *ctx, struct iommu_domain *domain, u64 iova, u64 paddr, u64 size);
	void (*map_end)(void *ctx, struct iommu_domain *domain, u64 iova, u64 paddr, u64 size,
			int prot, u64 mapped, int err);
	void (*unmap_begin)(void *ctx, struct iommu_domain *domain, u64 iova, u64 size);
	void (*unmap_end)(void *ctx, struct iommu_domain *domain, u64 iova, u64 size, u64 unmapped);
	void (*split)(void *ctx, struct iommu_domain *domain, u64 iova, u64 size, u64 leaf_iova,
		      u64 leaf_bytes, u64 leaf_phys, u64 removed, bool corrupts);
	void (*map_over)(void *ctx, struct iommu_domain *domain, u64 iova, u64 old_phys,
			 u64 new_phys, const char *effect);
	void (*synced)(void *ctx, struct iommu_domain *domain, u64 iova, u64 size);
	void (*filler)(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes);
	void (*iova_alloc)(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes);
	void (*iova_free)(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes);
	void (*dma_map)(void *ctx, struct device *dev, u64 addr, u64 phys, u64 bytes, int dir);
	void (*dma_unmap)(void *ctx, struct device *dev, u64 addr, u64 bytes, int dir);
	void (*bounce)(void *ctx, struct device *dev, u64 copy, u64 phys, u64 bytes);
	void (*unbounce)(void *ctx, u64 copy, u64 bytes);
	void (*access)(void *ctx, struct device *dev, struct iommu_domain *domain, u64 addr,
		       u64 phys, u64 bytes, bool write, bool cached);
	void (*fault)(void *ctx, struct device *dev, struct iommu_domain *domain, u64 addr,
		      bool write, const char *reason);
};

#endif
