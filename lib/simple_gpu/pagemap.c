/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A GPU's memory as pages: what drm_pagemap asks of its driver. The pagemap is made on first use,
 * parked in a cache when nobody needs it, and taken away under memory pressure or at the end.
 */
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/pci-p2pdma.h>
#include <linux/sim_hw.h>
#include <linux/slab.h>
#include "simple_gpu.h"

#define EVICT_TRIES 16

static DRM_PAGEMAP_OWNER_LIST_DEFINE(owners);

int sim_gpu_link_index(const struct sim_gpu *gpu, const struct sim_gpu *other)
{
	for (unsigned int i = 0; i < gpu->link_count; i++)
		if (gpu->links[i] == other)
			return (int)i;
	return -1;
}

static bool has_interconnect(struct drm_pagemap_peer *peer1, struct drm_pagemap_peer *peer2)
{
	struct sim_gpu_pagemap *one = container_of(peer1, struct sim_gpu_pagemap, peer);
	struct sim_gpu_pagemap *two = container_of(peer2, struct sim_gpu_pagemap, peer);

	return one->gpu == two->gpu || sim_gpu_link_index(one->gpu, two->gpu) >= 0;
}

static struct sim_gpu *gpu_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static u64 offset_of(const struct sim_gpu_pagemap *pagemap, struct page *page)
{
	return PFN_PHYS(page_to_pfn(page)) - pagemap->first;
}

/* By its own engines, or over a link. */
static struct drm_pagemap_addr device_map(struct drm_pagemap *dpagemap, struct device *dev,
					  struct page *page, unsigned int order,
					  enum dma_data_direction dir)
{
	struct sim_gpu_pagemap *pagemap = to_sim_pagemap(dpagemap);
	unsigned int proto = SIM_GPU_PROTO_VRAM;
	int index;

	if (dev != pagemap->gpu->dev) {
		index = sim_gpu_link_index(gpu_of(dev), pagemap->gpu);
		if (index < 0)
			return drm_pagemap_addr_encode(DMA_MAPPING_ERROR, DRM_INTERCONNECT_DRIVER,
						       order, dir);
		proto = SIM_GPU_PROTO_PEER + index;
	}
	/* 0 means "not mapped" to pagemap: addresses of memory start at one page. */
	return drm_pagemap_addr_encode(offset_of(pagemap, page) + PAGE_SIZE, proto, order, dir);
}

static int populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
		       struct mm_struct *mm, unsigned long timeslice_ms)
{
	struct sim_gpu_pagemap *pagemap = to_sim_pagemap(dpagemap);
	struct drm_pagemap_migrate_details details = { .timeslice_ms = timeslice_ms };
	struct sim_bo *bo;
	int err, idx;

	if (!drm_dev_enter(&pagemap->gpu->drm, &idx))
		return -ENODEV;
	for (int i = 0; i < EVICT_TRIES; i++) {
		struct sim_bo *victim;

		bo = sim_bo_create(pagemap, (end - start) >> PAGE_SHIFT);
		if (PTR_ERR(bo) != -ENOSPC)
			break;
		victim = sim_bo_oldest(pagemap->gpu);
		if (!victim)
			break;
		sim_bo_evict(victim);
		sim_bo_put(victim);
	}
	if (IS_ERR(bo)) {
		drm_dev_exit(idx);
		return PTR_ERR(bo);
	}
	drm_pagemap_devmem_init(&bo->devmem, pagemap->gpu->dev, mm, &sim_gpu_devmem_ops, dpagemap,
				end - start, NULL);
	/* Migrating consumes a reference, whatever comes of it. */
	kref_get(&bo->ref);
	dma_resv_lock(&bo->resv, NULL);
	err = drm_pagemap_migrate_to_devmem(&bo->devmem, mm, start, end, &details);
	dma_resv_unlock(&bo->resv);
	sim_bo_put(bo);
	drm_dev_exit(idx);
	return err;
}

int sim_bo_evict(struct sim_bo *bo)
{
	int err;

	if (!bo->devmem.ops)
		return 0;
	dma_resv_lock(&bo->resv, NULL);
	err = drm_pagemap_evict_to_ram(&bo->devmem);
	dma_resv_unlock(&bo->resv);
	return err;
}

static void destroy(struct sim_gpu_pagemap *pagemap)
{
	struct drm_device *drm = &pagemap->gpu->drm;
	int idx;

	drm_pagemap_release_owner(&pagemap->peer);
	/* Once the device is gone, what it managed has gone with it. */
	if (drm_dev_enter(drm, &idx)) {
		devm_memunmap_pages(drm->dev, &pagemap->pagemap);
		devm_release_mem_region(drm->dev, pagemap->pagemap.range.start,
					range_len(&pagemap->pagemap.range));
		drm_dev_exit(idx);
	}
	sim_hw_memory_remove(pagemap->first);
	kfree(pagemap);
}

static void destroy_worker(struct work_struct *work)
{
	destroy(container_of(work, struct sim_gpu_pagemap, destroy_work));
}

static void destroy_op(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	struct sim_gpu_pagemap *pagemap = to_sim_pagemap(dpagemap);

	if (is_atomic_or_reclaim)
		queue_work(system_unbound_wq, &pagemap->destroy_work);
	else
		destroy(pagemap);
}

static const struct drm_pagemap_ops pagemap_ops = {
	.device_map = device_map,
	.populate_mm = populate_mm,
	.destroy = destroy_op,
};

/* Takes page frames for the memory and registers them. */
static int add_pages(struct sim_gpu_pagemap *pagemap)
{
	struct sim_gpu *gpu = pagemap->gpu;
	struct resource *res;
	void *addr;
	int err;

	err = drm_pagemap_acquire_owner(&pagemap->peer, &owners, has_interconnect);
	if (err)
		return err;
	res = devm_request_free_mem_region(gpu->dev, &iomem_resource, gpu->vram_bytes);
	if (IS_ERR(res)) {
		err = PTR_ERR(res);
		goto err_release_owner;
	}
	pagemap->first = res->start;
	pagemap->pagemap.type = MEMORY_DEVICE_PRIVATE;
	pagemap->pagemap.range.start = res->start;
	pagemap->pagemap.range.end = res->end;
	pagemap->pagemap.nr_range = 1;
	pagemap->pagemap.owner = pagemap->peer.owner;
	pagemap->pagemap.ops = drm_pagemap_pagemap_ops_get();
	err = sim_hw_memory_add(res->start, resource_size(res));
	if (err)
		goto err_release_region;
	addr = devm_memremap_pages(gpu->dev, &pagemap->pagemap);
	if (IS_ERR(addr)) {
		err = PTR_ERR(addr);
		goto err_remove_memory;
	}
	return 0;

err_remove_memory:
	sim_hw_memory_remove(pagemap->first);
err_release_region:
	devm_release_mem_region(gpu->dev, res->start, resource_size(res));
err_release_owner:
	drm_pagemap_release_owner(&pagemap->peer);
	return err;
}

static struct sim_gpu_pagemap *create(struct sim_gpu *gpu)
{
	struct sim_gpu_pagemap *pagemap = kzalloc_obj(*pagemap);
	int err;

	if (!pagemap)
		return ERR_PTR(-ENOMEM);
	pagemap->gpu = gpu;
	INIT_WORK(&pagemap->destroy_work, destroy_worker);
	err = add_pages(pagemap);
	if (err) {
		kfree(pagemap);
		return ERR_PTR(err);
	}
	err = drm_pagemap_init(&pagemap->dpagemap, &pagemap->pagemap, &gpu->drm, &pagemap_ops);
	if (err) {
		destroy(pagemap);
		return ERR_PTR(err);
	}
	return pagemap;
}

struct sim_gpu_pagemap *sim_gpu_pagemap_get(struct sim_gpu *gpu)
{
	struct sim_gpu_pagemap *pagemap;
	struct drm_pagemap *dpagemap;
	int err;

	err = drm_pagemap_cache_lock_lookup(gpu->cache);
	if (err)
		return ERR_PTR(err);
	dpagemap = drm_pagemap_get_from_cache(gpu->cache);
	if (IS_ERR_OR_NULL(dpagemap)) {
		pagemap = dpagemap ? ERR_CAST(dpagemap) : create(gpu);
		if (!IS_ERR(pagemap))
			drm_pagemap_cache_set_pagemap(gpu->cache, &pagemap->dpagemap);
	} else {
		pagemap = to_sim_pagemap(dpagemap);
	}
	drm_pagemap_cache_unlock_lookup(gpu->cache);
	return pagemap;
}

static void release(struct drm_pagemap_devmem *devmem)
{
	sim_bo_put(to_sim_bo(devmem));
}

static int populate_pfn(struct drm_pagemap_devmem *devmem, unsigned long npages,
			unsigned long *pfn)
{
	struct sim_bo *bo = to_sim_bo(devmem);
	struct sim_vram_run *run;
	unsigned long at = 0;

	list_for_each_entry(run, &bo->runs, entry)
		for (u64 i = 0; i < run->page_count && at < npages; i++)
			pfn[at++] = PHYS_PFN(bo->first) + run->first_page + i;
	return 0;
}

/* Where a page of another device, reached by its own protocol, has its bytes. */
static int peer_address(struct sim_gpu *gpu, const struct drm_pagemap_addr *addr, phys_addr_t *phys)
{
	unsigned int index = addr->proto - SIM_GPU_PROTO_PEER;
	struct drm_pagemap *dpagemap;

	if (addr->proto < SIM_GPU_PROTO_PEER || index >= gpu->link_count)
		return -EINVAL;
	dpagemap = drm_pagemap_get_from_cache_if_active(gpu->links[index]->cache);
	if (!dpagemap)
		return -ENODEV;
	*phys = to_sim_pagemap(dpagemap)->first + addr->addr - PAGE_SIZE;
	drm_pagemap_put(dpagemap);
	return 0;
}

/* One page between this GPU's memory and what the other side's address leads to. */
static int copy_page(struct sim_gpu *gpu, struct page *page, const struct drm_pagemap_addr *addr,
		     unsigned long offset, bool to_vram)
{
	phys_addr_t vram = PFN_PHYS(page_to_pfn(page)), peer;
	int err;

	if (addr->proto == SIM_GPU_PROTO_SYSTEM)
		return to_vram ?
			       sim_hw_copy_in(gpu->dev, vram, addr->addr + offset, PAGE_SIZE) :
			       sim_hw_copy_out(gpu->dev, addr->addr + offset, vram, PAGE_SIZE);
	err = peer_address(gpu, addr, &peer);
	if (err)
		return err;
	peer += offset;
	return to_vram ? sim_hw_memory_copy(vram, peer, PAGE_SIZE) :
			 sim_hw_memory_copy(peer, vram, PAGE_SIZE);
}

static int wait_for(struct dma_fence *fence)
{
	return fence ? (int)dma_fence_wait(fence, false) : 0;
}

static int copy_pages(struct page **pages, struct drm_pagemap_addr *addrs, unsigned long npages,
		      struct dma_fence *fence, bool to_vram)
{
	unsigned long head = 0, run = 0;
	int err = wait_for(fence);

	for (unsigned long i = 0; i < npages && !err; i++) {
		struct sim_gpu *gpu;

		/* Only the first entry of a run of pages has an address. */
		if (addrs[i].addr) {
			head = i;
			run = NR_PAGES(addrs[i].order);
		}
		if (!pages[i])
			continue;
		gpu = to_sim_pagemap(drm_pagemap_page_to_dpagemap(pages[i]))->gpu;
		if (i - head < run)
			err = copy_page(gpu, pages[i], &addrs[head], (i - head) << PAGE_SHIFT,
					to_vram);
		else if (to_vram)
			/* Nothing was ever written there: it reads as zero. */
			err = sim_hw_memory_clear(PFN_PHYS(page_to_pfn(pages[i])), PAGE_SIZE);
	}
	return err;
}

static int copy_to_devmem(struct page **pages, struct drm_pagemap_addr *addrs,
			  unsigned long npages, struct dma_fence *fence)
{
	return copy_pages(pages, addrs, npages, fence, true);
}

static int copy_to_ram(struct page **pages, struct drm_pagemap_addr *addrs, unsigned long npages,
		       struct dma_fence *fence)
{
	return copy_pages(pages, addrs, npages, fence, false);
}

const struct drm_pagemap_devmem_ops sim_gpu_devmem_ops = {
	.devmem_release = release,
	.populate_devmem_pfn = populate_pfn,
	.copy_to_devmem = copy_to_devmem,
	.copy_to_ram = copy_to_ram,
};
