// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Stand-in: one notifier a range, ranges of one page or of what the caller's chunks allow. */
#include <linux/dma-mapping.h>
#include <linux/export.h>
#include <linux/hmm.h>
#include <linux/hugetlb_inline.h>
#include <linux/memremap.h>
#include <linux/mm_types.h>
#include <linux/slab.h>

#include <drm/drm_device.h>
#include <drm/drm_gpusvm.h>
#include <drm/drm_pagemap.h>
#include <drm/drm_print.h>

#ifndef STANDIN_HAS_DRM_GPUSVM
#error "the tree's header was not found first"
#endif

#define TRIES 100

int drm_gpusvm_init(struct drm_gpusvm *gpusvm, const char *name, struct drm_device *drm,
		    struct mm_struct *mm, unsigned long mm_start, unsigned long mm_range,
		    unsigned long notifier_size, const struct drm_gpusvm_ops *ops,
		    const unsigned long *chunk_sizes, int num_chunks)
{
	gpusvm->name = name;
	gpusvm->drm = drm;
	gpusvm->mm = mm;
	gpusvm->mm_start = mm_start;
	gpusvm->mm_range = mm_range;
	gpusvm->ops = ops;
	gpusvm->chunk_sizes = chunk_sizes;
	gpusvm->num_chunks = num_chunks;
	gpusvm->root = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&gpusvm->notifier_list);
	init_rwsem(&gpusvm->notifier_lock);
	mmgrab(mm);
	return 0;
}

void drm_gpusvm_fini(struct drm_gpusvm *gpusvm)
{
	struct drm_gpusvm_notifier *notifier;

	while ((notifier = drm_gpusvm_notifier_find(gpusvm, 0, LONG_MAX)))
		drm_gpusvm_range_remove(gpusvm,
					drm_gpusvm_range_find(notifier, 0, LONG_MAX));
	mmdrop(gpusvm->mm);
}

struct drm_gpusvm_notifier *drm_gpusvm_notifier_find(struct drm_gpusvm *gpusvm,
						     unsigned long start, unsigned long end)
{
	struct interval_tree_node *node;

	node = interval_tree_iter_first(&gpusvm->root, start, end - 1);
	return node ? container_of(node, struct drm_gpusvm_notifier, itree) : NULL;
}

struct drm_gpusvm_range *drm_gpusvm_range_find(struct drm_gpusvm_notifier *notifier,
					       unsigned long start, unsigned long end)
{
	struct interval_tree_node *node;

	node = interval_tree_iter_first(&notifier->root, start, end - 1);
	return node ? container_of(node, struct drm_gpusvm_range, itree) : NULL;
}

static bool invalidate(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range,
		       unsigned long cur_seq)
{
	struct drm_gpusvm_notifier *notifier = container_of(mni, typeof(*notifier), notifier);

	if (!mmu_notifier_range_blockable(range))
		return false;
	down_write(&notifier->gpusvm->notifier_lock);
	mmu_interval_set_seq(mni, cur_seq);
	notifier->gpusvm->ops->invalidate(notifier->gpusvm, notifier, range);
	up_write(&notifier->gpusvm->notifier_lock);
	return true;
}

static const struct mmu_interval_notifier_ops notifier_ops = {
	.invalidate = invalidate,
};

/* The largest chunk around an address that its area holds and no range overlaps. */
static unsigned long chunk_for(struct drm_gpusvm *gpusvm, struct vm_area_struct *vma,
			       unsigned long addr)
{
	for (int i = 0; i < gpusvm->num_chunks; i++) {
		unsigned long start = ALIGN_DOWN(addr, gpusvm->chunk_sizes[i]);
		unsigned long end = start + gpusvm->chunk_sizes[i];

		if (start >= vma->vm_start && end <= vma->vm_end &&
		    !drm_gpusvm_notifier_find(gpusvm, start, end))
			return gpusvm->chunk_sizes[i];
	}
	return 0;
}

static struct drm_gpusvm_range *range_make(struct drm_gpusvm *gpusvm, unsigned long start,
					   unsigned long bytes, bool migrates)
{
	struct drm_gpusvm_notifier *notifier = kzalloc_obj(*notifier);
	struct drm_gpusvm_range *range = gpusvm->ops->range_alloc(gpusvm);
	int err = notifier && range ? 0 : -ENOMEM;

	if (!err)
		err = mmu_interval_notifier_insert(&notifier->notifier, gpusvm->mm, start, bytes,
						   &notifier_ops);
	if (err) {
		kfree(notifier);
		if (range)
			gpusvm->ops->range_free(range);
		return ERR_PTR(err);
	}
	notifier->gpusvm = gpusvm;
	notifier->root = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&notifier->range_list);
	range->gpusvm = gpusvm;
	range->notifier = notifier;
	kref_init(&range->refcount);
	range->pages.flags.migrate_devmem = migrates;
	range->itree.start = notifier->itree.start = start;
	range->itree.last = notifier->itree.last = start + bytes - 1;
	down_read(&gpusvm->notifier_lock);
	interval_tree_insert(&range->itree, &notifier->root);
	list_add(&range->entry, &notifier->range_list);
	interval_tree_insert(&notifier->itree, &gpusvm->root);
	list_add(&notifier->entry, &gpusvm->notifier_list);
	up_read(&gpusvm->notifier_lock);
	return range;
}

struct drm_gpusvm_range *
drm_gpusvm_range_find_or_insert(struct drm_gpusvm *gpusvm, unsigned long fault_addr,
				unsigned long gpuva_start, unsigned long gpuva_end,
				const struct drm_gpusvm_ctx *ctx)
{
	struct drm_gpusvm_notifier *notifier;
	struct vm_area_struct *vma;
	unsigned long bytes = 0;
	bool migrates = false;
	int err = 0;

	notifier = drm_gpusvm_notifier_find(gpusvm, fault_addr, fault_addr + 1);
	if (notifier)
		return drm_gpusvm_range_find(notifier, fault_addr, fault_addr + 1);
	if (!mmget_not_zero(gpusvm->mm))
		return ERR_PTR(-EFAULT);
	mmap_read_lock(gpusvm->mm);
	vma = vma_lookup(gpusvm->mm, fault_addr);
	if (!vma)
		err = -ENOENT;
	else if (!ctx->read_only && !(vma->vm_flags & VM_WRITE))
		err = -EPERM;
	else
		bytes = chunk_for(gpusvm, vma, fault_addr);
	if (vma)
		migrates = ctx->devmem_possible && vma_is_anonymous(vma) &&
			   !is_vm_hugetlb_page(vma);
	mmap_read_unlock(gpusvm->mm);
	mmput(gpusvm->mm);
	if (err || !bytes)
		return ERR_PTR(err ? err : -EINVAL);
	return range_make(gpusvm, ALIGN_DOWN(fault_addr, bytes), bytes, migrates);
}

static void range_release(struct kref *kref)
{
	struct drm_gpusvm_range *range = container_of(kref, struct drm_gpusvm_range, refcount);

	range->gpusvm->ops->range_free(range);
}

struct drm_gpusvm_range *drm_gpusvm_range_get(struct drm_gpusvm_range *range)
{
	kref_get(&range->refcount);
	return range;
}

void drm_gpusvm_range_put(struct drm_gpusvm_range *range)
{
	kref_put(&range->refcount, range_release);
}

static unsigned long npages_of(struct drm_gpusvm_range *range)
{
	return drm_gpusvm_range_size(range) >> PAGE_SHIFT;
}

void drm_gpusvm_range_remove(struct drm_gpusvm *gpusvm, struct drm_gpusvm_range *range)
{
	struct drm_gpusvm_notifier *notifier = range->notifier;

	/* The callback takes the notifier lock: it must be over before that is held here. */
	mmu_interval_notifier_remove(&notifier->notifier);
	drm_gpusvm_free_pages(gpusvm, &range->pages, npages_of(range));
	interval_tree_remove(&notifier->itree, &gpusvm->root);
	list_del(&notifier->entry);
	drm_gpusvm_range_put(range);
	kfree(notifier);
}

bool drm_gpusvm_range_pages_valid(struct drm_gpusvm *gpusvm, struct drm_gpusvm_range *range)
{
	return range->pages.flags.has_devmem_pages || range->pages.flags.has_dma_mapping;
}

/* The notifier lock is held. */
static void unmap(struct drm_gpusvm *gpusvm, struct drm_gpusvm_pages *pages, unsigned long npages)
{
	if (!pages->flags.has_dma_mapping && !pages->flags.has_devmem_pages)
		return;
	for (unsigned long i = 0; i < npages; i++)
		if (pages->dma_addr[i].proto == DRM_INTERCONNECT_SYSTEM)
			dma_unmap_page(gpusvm->drm->dev, pages->dma_addr[i].addr, PAGE_SIZE,
				       pages->dma_addr[i].dir);
	pages->flags.has_dma_mapping = false;
	pages->flags.has_devmem_pages = false;
	drm_pagemap_put(pages->dpagemap);
	pages->dpagemap = NULL;
}

void drm_gpusvm_unmap_pages(struct drm_gpusvm *gpusvm, struct drm_gpusvm_pages *pages,
			    unsigned long npages, const struct drm_gpusvm_ctx *ctx)
{
	if (!ctx->in_notifier)
		down_read(&gpusvm->notifier_lock);
	unmap(gpusvm, pages, npages);
	if (!ctx->in_notifier)
		up_read(&gpusvm->notifier_lock);
}

void drm_gpusvm_range_unmap_pages(struct drm_gpusvm *gpusvm, struct drm_gpusvm_range *range,
				  const struct drm_gpusvm_ctx *ctx)
{
	drm_gpusvm_unmap_pages(gpusvm, &range->pages, npages_of(range), ctx);
}

void drm_gpusvm_free_pages(struct drm_gpusvm *gpusvm, struct drm_gpusvm_pages *pages,
			   unsigned long npages)
{
	down_read(&gpusvm->notifier_lock);
	unmap(gpusvm, pages, npages);
	kvfree(pages->dma_addr);
	pages->dma_addr = NULL;
	up_read(&gpusvm->notifier_lock);
}

void drm_gpusvm_range_set_unmapped(struct drm_gpusvm_range *range,
				   const struct mmu_notifier_range *mmu_range)
{
	range->pages.flags.unmapped = true;
	if (drm_gpusvm_range_start(range) < mmu_range->start ||
	    drm_gpusvm_range_end(range) > mmu_range->end)
		range->pages.flags.partial_unmap = true;
}

/* The notifier lock is held and nothing has changed since the walk. */
static int map(struct drm_gpusvm *gpusvm, struct drm_gpusvm_pages *pages,
	       const unsigned long *pfns, unsigned long npages, enum dma_data_direction dir)
{
	struct device *dev = gpusvm->drm->dev;
	bool devmem = is_device_private_page(hmm_pfn_to_page(pfns[0]));

	for (unsigned long i = 0; i < npages; i++) {
		struct page *page = hmm_pfn_to_page(pfns[i]);
		dma_addr_t addr;

		if (is_device_private_page(page) != devmem)
			return -EOPNOTSUPP;
		if (devmem) {
			struct drm_pagemap *dpagemap = drm_pagemap_page_to_dpagemap(page);

			pages->dma_addr[i] = dpagemap->ops->device_map(dpagemap, dev, page, 0, dir);
			if (!i)
				pages->dpagemap = drm_pagemap_get(dpagemap);
			continue;
		}
		addr = dma_map_page(dev, page, 0, PAGE_SIZE, dir);
		if (dma_mapping_error(dev, addr)) {
			pages->flags.has_dma_mapping = i;
			unmap(gpusvm, pages, i);
			return -EFAULT;
		}
		pages->dma_addr[i] = drm_pagemap_addr_encode(addr, DRM_INTERCONNECT_SYSTEM, 0, dir);
	}
	pages->flags.has_devmem_pages = devmem;
	pages->flags.has_dma_mapping = !devmem;
	return 0;
}

static int walk(struct mm_struct *mm, struct hmm_range *range)
{
	int err;

	if (!mmget_not_zero(mm))
		return -EFAULT;
	mmap_read_lock(mm);
	err = hmm_range_fault(range);
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}

int drm_gpusvm_get_pages(struct drm_gpusvm *gpusvm, struct drm_gpusvm_pages *pages,
			 struct mm_struct *mm, struct mmu_interval_notifier *notifier,
			 unsigned long start, unsigned long end, const struct drm_gpusvm_ctx *ctx)
{
	enum dma_data_direction dir = ctx->read_only ? DMA_TO_DEVICE : DMA_BIDIRECTIONAL;
	unsigned long npages = (end - start) >> PAGE_SHIFT;
	unsigned long *pfns = kvmalloc_array(npages, sizeof(*pfns), GFP_KERNEL);
	struct hmm_range range = {
		.notifier = notifier,
		.start = start,
		.end = end,
		.hmm_pfns = pfns,
		.default_flags = HMM_PFN_REQ_FAULT | (ctx->read_only ? 0 : HMM_PFN_REQ_WRITE),
		.dev_private_owner = ctx->device_private_page_owner,
	};
	int err = -EBUSY;

	if (!pages->dma_addr)
		pages->dma_addr = kvcalloc(npages, sizeof(*pages->dma_addr), GFP_KERNEL);
	if (!pfns || !pages->dma_addr) {
		kvfree(pfns);
		return -ENOMEM;
	}
	for (int i = 0; i < TRIES && err == -EBUSY; i++) {
		range.notifier_seq = mmu_interval_read_begin(notifier);
		err = walk(mm, &range);
		if (err)
			continue;
		down_read(&gpusvm->notifier_lock);
		if (pages->flags.unmapped)
			err = -EFAULT;
		else if (mmu_interval_read_retry(notifier, range.notifier_seq))
			err = -EBUSY;
		else
			err = map(gpusvm, pages, pfns, npages, dir);
		up_read(&gpusvm->notifier_lock);
	}
	pages->notifier_seq = range.notifier_seq;
	kvfree(pfns);
	return err;
}

int drm_gpusvm_range_get_pages(struct drm_gpusvm *gpusvm, struct drm_gpusvm_range *range,
			       const struct drm_gpusvm_ctx *ctx)
{
	return drm_gpusvm_get_pages(gpusvm, &range->pages, gpusvm->mm,
				    &range->notifier->notifier, drm_gpusvm_range_start(range),
				    drm_gpusvm_range_end(range), ctx);
}

int drm_gpusvm_range_evict(struct drm_gpusvm *gpusvm, struct drm_gpusvm_range *range)
{
	unsigned long *pfns = kvmalloc_array(npages_of(range), sizeof(*pfns), GFP_KERNEL);
	struct hmm_range hmm = {
		.notifier = &range->notifier->notifier,
		.start = drm_gpusvm_range_start(range),
		.end = drm_gpusvm_range_end(range),
		.hmm_pfns = pfns,
		.default_flags = HMM_PFN_REQ_FAULT,
	};
	int err = -EBUSY;

	if (!pfns)
		return -ENOMEM;
	for (int i = 0; i < TRIES && err == -EBUSY; i++) {
		hmm.notifier_seq = mmu_interval_read_begin(hmm.notifier);
		err = walk(gpusvm->mm, &hmm);
	}
	kvfree(pfns);
	return err;
}
