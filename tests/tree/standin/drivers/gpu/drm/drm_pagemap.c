// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Stand-in: migration of whole ranges of small pages from RAM to one device, and back. */
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/migrate.h>
#include <linux/pagemap.h>
#include <drm/drm_drv.h>
#include <drm/drm_pagemap.h>
#include <drm/drm_pagemap_util.h>
#include <drm/drm_print.h>

#ifndef STANDIN_HAS_DRM_PAGEMAP
#error "the tree's header was not found first"
#endif

/* What each page of an allocation points to. */
struct drm_pagemap_zdd {
	struct kref kref;
	struct drm_pagemap_devmem *devmem;
	struct drm_pagemap *dpagemap;
};

/* What a migration needs for each page. */
struct move {
	unsigned long npages;
	unsigned long *src;
	unsigned long *dst;
	struct drm_pagemap_addr *addr;
	struct page **device_page;
};

static int move_init(struct move *move, unsigned long npages)
{
	*move = (struct move){ .npages = npages };
	move->src = kvcalloc(npages, sizeof(*move->src), GFP_KERNEL);
	move->dst = kvcalloc(npages, sizeof(*move->dst), GFP_KERNEL);
	move->addr = kvcalloc(npages, sizeof(*move->addr), GFP_KERNEL);
	move->device_page = kvcalloc(npages, sizeof(*move->device_page), GFP_KERNEL);
	return move->src && move->dst && move->addr && move->device_page ? 0 : -ENOMEM;
}

static void move_fini(struct move *move)
{
	kvfree(move->src);
	kvfree(move->dst);
	kvfree(move->addr);
	kvfree(move->device_page);
}

static void zdd_release(struct kref *kref)
{
	struct drm_pagemap_zdd *zdd = container_of(kref, struct drm_pagemap_zdd, kref);

	complete_all(&zdd->devmem->detached);
	zdd->devmem->ops->devmem_release(zdd->devmem);
	drm_pagemap_put(zdd->dpagemap);
	kfree(zdd);
}

static struct drm_pagemap_zdd *zdd_of(struct page *page)
{
	return folio_zone_device_data(page_folio(page));
}

static void unmap_ram(struct device *dev, struct move *move, enum dma_data_direction dir)
{
	for (unsigned long i = 0; i < move->npages; i++)
		if (move->addr[i].addr)
			dma_unmap_page(dev, move->addr[i].addr, PAGE_SIZE, dir);
}

/* Maps the pages of RAM that one side of the migration has. */
static int map_ram(struct device *dev, struct move *move, const unsigned long *side,
		   enum dma_data_direction dir)
{
	for (unsigned long i = 0; i < move->npages; i++) {
		struct page *page = migrate_pfn_to_page(side[i]);
		dma_addr_t addr;

		if (!page)
			continue;
		addr = dma_map_page(dev, page, 0, PAGE_SIZE, dir);
		if (dma_mapping_error(dev, addr)) {
			unmap_ram(dev, move, dir);
			return -EFAULT;
		}
		move->addr[i] = drm_pagemap_addr_encode(addr, DRM_INTERCONNECT_SYSTEM, 0, dir);
	}
	return 0;
}

static void drop_dst(struct move *move)
{
	for (unsigned long i = 0; i < move->npages; i++) {
		struct page *page = migrate_pfn_to_page(move->dst[i]);

		if (page) {
			unlock_page(page);
			put_page(page);
		}
		move->dst[i] = 0;
	}
}

static int fill_device(struct drm_pagemap_devmem *devmem, struct drm_pagemap_zdd *zdd,
		       struct move *move)
{
	int err = devmem->ops->populate_devmem_pfn(devmem, move->npages, move->dst);

	for (unsigned long i = 0; !err && i < move->npages; i++) {
		struct page *page = pfn_to_page(move->dst[i]);

		move->dst[i] = migrate_pfn(move->dst[i]);
		move->device_page[i] = page;
		kref_get(&zdd->kref);
		zone_device_page_init(page, devmem->dpagemap->pagemap, 0);
		page->zone_device_data = zdd;
	}
	if (!err)
		err = map_ram(devmem->dev, move, move->src, DMA_TO_DEVICE);
	if (err)
		return err;
	err = devmem->ops->copy_to_devmem(move->device_page, move->addr, move->npages,
					  devmem->pre_migrate_fence);
	unmap_ram(devmem->dev, move, DMA_TO_DEVICE);
	return err;
}

static int migrate_range(struct drm_pagemap_devmem *devmem, struct drm_pagemap_zdd *zdd,
			 struct vm_area_struct *vma, unsigned long start, unsigned long end,
			 struct move *move)
{
	struct migrate_vma migrate = {
		.vma = vma,
		.src = move->src,
		.dst = move->dst,
		.start = start,
		.end = end,
		.pgmap_owner = devmem->dpagemap->pagemap->owner,
		.flags = MIGRATE_VMA_SELECT_SYSTEM,
	};
	int err = migrate_vma_setup(&migrate);

	if (err)
		return err;
	if (migrate.cpages == move->npages)
		err = fill_device(devmem, zdd, move);
	else
		err = -EBUSY;
	if (err)
		drop_dst(move);
	migrate_vma_pages(&migrate);
	migrate_vma_finalize(&migrate);
	return err;
}

int drm_pagemap_migrate_to_devmem(struct drm_pagemap_devmem *devmem, struct mm_struct *mm,
				  unsigned long start, unsigned long end,
				  const struct drm_pagemap_migrate_details *mdetails)
{
	struct vm_area_struct *vma;
	struct drm_pagemap_zdd *zdd = kmalloc_obj(*zdd);
	struct move move;
	int err;

	mmap_assert_locked(mm);
	if (!zdd) {
		devmem->ops->devmem_release(devmem);
		return -ENOMEM;
	}
	kref_init(&zdd->kref);
	zdd->devmem = devmem;
	zdd->dpagemap = drm_pagemap_get(devmem->dpagemap);
	vma = vma_lookup(mm, start);
	err = move_init(&move, (end - start) >> PAGE_SHIFT);
	if (!err)
		err = vma && end <= vma->vm_end ? 0 : -EINVAL;
	if (!err)
		err = migrate_range(devmem, zdd, vma, start, end, &move);
	move_fini(&move);
	kref_put(&zdd->kref, zdd_release);
	return err;
}

/* A page of RAM, locked, for each page that is on its way out of the device. */
static int fill_ram(struct drm_pagemap_devmem *devmem, struct move *move)
{
	int err;

	for (unsigned long i = 0; i < move->npages; i++) {
		struct page *page = migrate_pfn_to_page(move->src[i]);
		struct folio *folio;

		if (!page || !(move->src[i] & MIGRATE_PFN_MIGRATE))
			continue;
		if (zdd_of(page)->devmem != devmem)
			continue;
		folio = folio_alloc(GFP_HIGHUSER, 0);
		if (!folio)
			return -ENOMEM;
		WARN_ON_ONCE(!folio_trylock(folio));
		move->dst[i] = migrate_pfn(page_to_pfn(folio_page(folio, 0)));
		move->device_page[i] = page;
	}
	err = map_ram(devmem->dev, move, move->dst, DMA_FROM_DEVICE);
	if (err)
		return err;
	err = devmem->ops->copy_to_ram(move->device_page, move->addr, move->npages, NULL);
	unmap_ram(devmem->dev, move, DMA_FROM_DEVICE);
	return err;
}

int drm_pagemap_evict_to_ram(struct drm_pagemap_devmem *devmem)
{
	struct move move;
	int err = move_init(&move, devmem->size >> PAGE_SHIFT);

	if (!err)
		err = devmem->ops->populate_devmem_pfn(devmem, move.npages, move.src);
	if (!err) {
		migrate_device_pfns(move.src, move.npages);
		err = fill_ram(devmem, &move);
		if (err)
			drop_dst(&move);
		migrate_device_pages(move.src, move.dst, move.npages);
		migrate_device_finalize(move.src, move.dst, move.npages);
	}
	move_fini(&move);
	if (completion_done(&devmem->detached))
		return 0;
	return err ? err : -EBUSY;
}

static vm_fault_t migrate_to_ram(struct vm_fault *vmf)
{
	struct drm_pagemap_devmem *devmem = zdd_of(vmf->page)->devmem;
	struct move move;
	struct migrate_vma migrate = {
		.vma = vmf->vma,
		.start = vmf->address,
		.end = vmf->address + PAGE_SIZE,
		.pgmap_owner = page_pgmap(vmf->page)->owner,
		.flags = MIGRATE_VMA_SELECT_DEVICE_PRIVATE,
		.fault_page = vmf->page,
	};
	int err = move_init(&move, 1);

	migrate.src = move.src;
	migrate.dst = move.dst;
	if (!err)
		err = migrate_vma_setup(&migrate);
	if (!err && migrate.cpages) {
		err = fill_ram(devmem, &move);
		if (err)
			drop_dst(&move);
		migrate_vma_pages(&migrate);
		migrate_vma_finalize(&migrate);
	}
	move_fini(&move);
	return err ? VM_FAULT_SIGBUS : 0;
}

static void folio_free(struct folio *folio)
{
	struct drm_pagemap_zdd *zdd = folio_zone_device_data(folio);

	kref_put(&zdd->kref, zdd_release);
}

static const struct dev_pagemap_ops pagemap_ops = {
	.folio_free = folio_free,
	.migrate_to_ram = migrate_to_ram,
};

const struct dev_pagemap_ops *drm_pagemap_pagemap_ops_get(void)
{
	return &pagemap_ops;
}

struct drm_pagemap *drm_pagemap_page_to_dpagemap(struct page *page)
{
	return zdd_of(page)->devmem->dpagemap;
}

int drm_pagemap_reinit(struct drm_pagemap *dpagemap)
{
	kref_init(&dpagemap->ref);
	return 0;
}

int drm_pagemap_init(struct drm_pagemap *dpagemap, struct dev_pagemap *pagemap,
		     struct drm_device *drm, const struct drm_pagemap_ops *ops)
{
	*dpagemap = (struct drm_pagemap){ .ops = ops, .drm = drm, .pagemap = pagemap };
	INIT_LIST_HEAD(&dpagemap->shrink_link);
	return drm_pagemap_reinit(dpagemap);
}

static void release(struct kref *kref)
{
	drm_pagemap_shrinker_add(container_of(kref, struct drm_pagemap, ref));
}

void drm_pagemap_put(struct drm_pagemap *dpagemap)
{
	if (dpagemap)
		kref_put(&dpagemap->ref, release);
}

void drm_pagemap_destroy(struct drm_pagemap *dpagemap, bool is_atomic_or_reclaim)
{
	dpagemap->ops->destroy(dpagemap, is_atomic_or_reclaim);
}

void drm_pagemap_devmem_init(struct drm_pagemap_devmem *devmem, struct device *dev,
			     struct mm_struct *mm, const struct drm_pagemap_devmem_ops *ops,
			     struct drm_pagemap *dpagemap, size_t size,
			     struct dma_fence *pre_migrate_fence)
{
	*devmem = (struct drm_pagemap_devmem){
		.dev = dev,
		.mm = mm,
		.ops = ops,
		.dpagemap = dpagemap,
		.size = size,
		.pre_migrate_fence = pre_migrate_fence,
	};
	init_completion(&devmem->detached);
}

int drm_pagemap_populate_mm(struct drm_pagemap *dpagemap, unsigned long start, unsigned long end,
			    struct mm_struct *mm, unsigned long timeslice_ms)
{
	int err;

	if (!mmget_not_zero(mm))
		return -EFAULT;
	mmap_read_lock(mm);
	err = dpagemap->ops->populate_mm(dpagemap, start, end, mm, timeslice_ms);
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}
