// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The IOMMU core: what every driver shares.
 *
 * Models: iommu_map_nosync(), __iommu_unmap() and their callers, drivers/iommu/iommu.c, v7.0
 * Differs: no groups, no attach; one domain for each device, chosen by the machine description.
 * What iommu.debug_pagealloc counts is left to the watcher.
 */
#define pr_fmt(fmt) "iommu: " fmt

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "device/sim_device.h"
#include "iova_sim/iopt_internal.h"
#include "iova_sim/layer.h"
#include "iova_sim/pgsize.h"
#include "kernel/inject.h"
#include "kernel/task.h"

#define GFP_REFUSED (__GFP_COMP | __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM)

static size_t unmap_range(struct iommu_domain *domain, unsigned long iova, size_t size,
			  struct iommu_iotlb_gather *gather);

/* What the core asks of a driver next. A single smallest page leaves no choice. */
static __always_inline size_t next_pgsize(unsigned long bitmap, unsigned long iova, u64 paddr,
					  size_t size, size_t *count)
{
	if (size == (bitmap & -bitmap)) {
		*count = 1;
		return size;
	}
	return iopt_pgsize(bitmap, iova, paddr, size, count);
}

static noinline int map_unaligned(unsigned long iova, phys_addr_t paddr, size_t size,
				  unsigned long min_pagesz)
{
	pr_err("unaligned: iova 0x%lx pa 0x%016llx size 0x%zx min_pagesz 0x%x\n", iova, paddr, size,
	       (unsigned int)min_pagesz);
	return -EINVAL;
}

/* Takes back what a failed map installed. The watcher hears of the failure only. */
static noinline void unroll(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct iommu_iotlb_gather gather;

	iommu_iotlb_gather_init(&gather);
	sim_event(IOMMU_UNMAP, to_sim_domain(domain)->index, iova, size,
		  unmap_range(domain, iova, size, &gather));
	iommu_iotlb_sync(domain, &gather);
}

static noinline void watch_map_end(struct sim_domain *sdom, unsigned long iova, phys_addr_t paddr,
				   size_t size, int prot, int err)
{
	const struct iova_watch *watch = sdom->state->watch;

	if (watch->map_end)
		watch->map_end(watch->ctx, &sdom->domain, iova, paddr, size, prot, err ? 0 : size,
			       err);
}

static noinline int map_range(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			      size_t size, int prot, gfp_t gfp)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	const struct iommu_domain_ops *ops = domain->ops;
	const struct iova_watch *watch;
	unsigned long min_pagesz;
	size_t done = 0;
	int err = 0;

	if (unlikely(!(domain->type & __IOMMU_DOMAIN_PAGING)))
		return -EINVAL;
	if (WARN_ON(!ops->map_pages || domain->pgsize_bitmap == 0UL))
		return -ENODEV;
	if (WARN_ON_ONCE(gfp & GFP_REFUSED))
		return -EINVAL;
	min_pagesz = domain->pgsize_bitmap & -domain->pgsize_bitmap;
	if (unlikely((iova | paddr | size) & (min_pagesz - 1)))
		return map_unaligned(iova, paddr, size, min_pagesz);

	watch = sdom->state->watch;
	if (unlikely(watch) && watch->map_begin)
		watch->map_begin(watch->ctx, domain, iova, paddr, size);
	while (done < size) {
		size_t count, pgsize, mapped = 0;

		pgsize = next_pgsize(domain->pgsize_bitmap, iova + done, paddr + done, size - done,
				     &count);
		err = sim_inject(&sim_fault_map, NULL) ? -ENOMEM :
		      ops->map_pages(domain, iova + done, paddr + done, pgsize, count, prot, gfp,
				     &mapped);
		/* Also after an error some pages may have been mapped. */
		done += mapped;
		if (unlikely(err))
			break;
	}
	if (unlikely(err))
		unroll(domain, iova, done);
	else
		sim_event(IOMMU_MAP, sdom->index, iova, paddr, size);
	if (unlikely(watch))
		watch_map_end(sdom, iova, paddr, size, prot, err);
	return err;
}

/*
 * One page in the leaf table used last, and nobody watches. Only a domain with page tables has a
 * leaf table, and what that covers lies within the aperture.
 */
static __always_inline bool is_simple(const struct sim_domain *sdom, u64 iova, size_t size)
{
	return size == IOPT_PAGE_BYTES && sdom->table.leaf_table &&
	       iova >> IOPT_LEAF_TAG_SHIFT == sdom->table.leaf_tag &&
	       likely(!(iova & (IOPT_PAGE_BYTES - 1))) && likely(!sdom->state->watch);
}

/*
 * One page into an empty entry of the leaf table used last: linking page by page. Here every
 * driver does the same and nothing can fail by itself. Whatever is unusual goes the long way.
 */
static __always_inline bool map_one(struct sim_domain *sdom, u64 iova, u64 paddr, size_t size,
				    int prot, gfp_t gfp)
{
	struct iopt *table = &sdom->table;
	u64 *entry;

	if (!is_simple(sdom, iova, size) || unlikely(paddr & (IOPT_PAGE_BYTES - 1)) ||
	    unlikely(gfp & GFP_REFUSED) || unlikely(!(prot & (IOMMU_READ | IOMMU_WRITE))) ||
	    unlikely(paddr > table->oa_last))
		return false;
	entry = table->leaf_table + iopt_page_index(iova);
	if (unlikely(iopt_is_present(table->fmt, *entry)))
		return false;
	*entry = paddr | table->page_bits[prot & (IOPT_PROT_COUNT - 1)];
	return true;
}

static noinline int map_slowly(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			       size_t size, int prot, gfp_t gfp)
{
	might_sleep_if(gfpflags_allow_blocking(gfp));
	return map_range(domain, iova, paddr, size, prot, gfp);
}

int iommu_map_nosync(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		     size_t size, int prot, gfp_t gfp)
{
	struct sim_domain *sdom = to_sim_domain(domain);

	if (unlikely(sim_world->inject_armed | gfpflags_allow_blocking(gfp)) ||
	    unlikely(!map_one(sdom, iova, paddr, size, prot, gfp)))
		return map_slowly(domain, iova, paddr, size, prot, gfp);
	sim_event(IOMMU_MAP, sdom->index, iova, paddr, size);
	return 0;
}

int iommu_sync_map(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	const struct iommu_domain_ops *ops = domain->ops;
	const struct iova_watch *watch;
	int err = 0;

	if (ops->iotlb_sync_map)
		err = sim_inject(&sim_fault_sync, NULL) ? -ENOMEM :
		      ops->iotlb_sync_map(domain, iova, size);
	watch = to_sim_domain(domain)->state->watch;
	if (unlikely(watch) && watch->synced && !err)
		watch->synced(watch->ctx, domain, iova, size);
	return err;
}

int iommu_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr, size_t size,
	      int prot, gfp_t gfp)
{
	int err;

	err = iommu_map_nosync(domain, iova, paddr, size, prot, gfp);
	if (err)
		return err;
	err = iommu_sync_map(domain, iova, size);
	if (err)
		iommu_unmap(domain, iova, size);
	return err;
}

static size_t unmap_range(struct iommu_domain *domain, unsigned long iova, size_t size,
			  struct iommu_iotlb_gather *gather)
{
	const struct iommu_domain_ops *ops = domain->ops;
	size_t done = 0;

	while (done < size) {
		size_t count, pgsize, unmapped;

		pgsize = next_pgsize(domain->pgsize_bitmap, iova + done, iova + done, size - done,
				     &count);
		unmapped = ops->unmap_pages(domain, iova + done, pgsize, count, gather);
		if (!unmapped)
			break;
		/* A driver that does not use the gather still gets its sync. */
		if (gather->start >= gather->end)
			iommu_iotlb_gather_add_range(gather, iova + done, size);
		done += unmapped;
	}
	return done;
}

static noinline size_t unmap_any(struct iommu_domain *domain, unsigned long iova, size_t size,
				 struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	const struct iova_watch *watch;
	unsigned long min_pagesz;
	size_t unmapped;

	if (unlikely(!(domain->type & __IOMMU_DOMAIN_PAGING)))
		return 0;
	if (WARN_ON(!domain->ops->unmap_pages || domain->pgsize_bitmap == 0UL))
		return 0;
	min_pagesz = domain->pgsize_bitmap & -domain->pgsize_bitmap;
	if (unlikely((iova | size) & (min_pagesz - 1))) {
		pr_err("unaligned: iova 0x%lx size 0x%zx min_pagesz 0x%x\n", iova, size,
		       (unsigned int)min_pagesz);
		return 0;
	}

	watch = sdom->state->watch;
	if (unlikely(watch) && watch->unmap_begin)
		watch->unmap_begin(watch->ctx, domain, iova, size);
	unmapped = unmap_range(domain, iova, size, gather);
	sim_event(IOMMU_UNMAP, sdom->index, iova, size, unmapped);
	if (unlikely(watch) && watch->unmap_end)
		watch->unmap_end(watch->ctx, domain, iova, size, unmapped);
	return unmapped;
}

/* As map_one(), to clear a live entry. A table is never freed for one page of it. */
static __always_inline bool unmap_one(struct sim_domain *sdom, u64 iova, size_t size,
				      struct iommu_iotlb_gather *gather)
{
	u64 *entry;

	if (!is_simple(sdom, iova, size))
		return false;
	entry = sdom->table.leaf_table + iopt_page_index(iova);
	if (unlikely(!iopt_is_present(sdom->table.fmt, *entry)) ||
	    unlikely(iopt_is_replica(sdom->table.fmt, *entry)) ||
	    unlikely(sdom->gathers == SIM_GATHERS_NO_GAPS))
		return false;
	*entry = 0;
	if (sdom->gathers == SIM_GATHERS_PAGES && !gather->queued)
		iommu_iotlb_gather_add_page(&sdom->domain, gather, iova, IOPT_PAGE_BYTES);
	else
		iommu_iotlb_gather_add_range(gather, iova, IOPT_PAGE_BYTES);
	return true;
}

static __always_inline size_t unmap_checked(struct iommu_domain *domain, unsigned long iova,
					    size_t size, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);

	if (unlikely(!unmap_one(sdom, iova, size, gather)))
		return unmap_any(domain, iova, size, gather);
	sim_event(IOMMU_UNMAP, sdom->index, iova, size, size);
	return size;
}

size_t iommu_unmap(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	struct iommu_iotlb_gather gather;
	size_t unmapped;

	iommu_iotlb_gather_init(&gather);
	unmapped = unmap_checked(domain, iova, size, &gather);
	/* The table has no entry any more, the IOTLB may: a device can still get through. */
	sim_point_here(SIM_SITE(SIM_POINT_MODEL, "iommu_unmap:sync", ""));
	iommu_iotlb_sync(domain, &gather);
	return unmapped;
}

size_t iommu_unmap_fast(struct iommu_domain *domain, unsigned long iova, size_t size,
			struct iommu_iotlb_gather *iotlb_gather)
{
	size_t unmapped = unmap_checked(domain, iova, size, iotlb_gather);

	sim_point_here(SIM_SITE(SIM_POINT_MODEL, "iommu_unmap_fast:return", ""));
	return unmapped;
}

phys_addr_t iommu_iova_to_phys(struct iommu_domain *domain, dma_addr_t iova)
{
	if (domain->type == IOMMU_DOMAIN_IDENTITY)
		return iova;
	if (domain->type == IOMMU_DOMAIN_BLOCKED)
		return 0;
	return domain->ops->iova_to_phys(domain, iova);
}
