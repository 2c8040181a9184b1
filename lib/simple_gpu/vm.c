/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A GPU's address space over drm_gpusvm: faults, invalidations, and the removal of ranges whose
 * memory was unmapped. The flow is the one that drm_gpusvm's documentation gives to drivers.
 */
#include <drm/drm_drv.h>
#include <linux/mm.h>
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "simple_gpu.h"

#define FAULT_TRIES 16
#define MIGRATE_TRIES 3

static const unsigned long chunk_sizes[] = { SZ_2M, SZ_64K, SZ_4K };

static struct drm_gpusvm_range *range_alloc(struct drm_gpusvm *svm)
{
	struct sim_gpu_range *range = kzalloc_obj(*range);

	if (!range)
		return NULL;
	INIT_LIST_HEAD(&range->garbage);
	return &range->base;
}

static void range_free(struct drm_gpusvm_range *range)
{
	kfree(to_sim_range(range));
}

static void add_garbage(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range,
			const struct mmu_notifier_range *mmu_range)
{
	drm_gpusvm_range_set_unmapped(range, mmu_range);
	spin_lock(&vm->garbage_lock);
	if (list_empty(&to_sim_range(range)->garbage))
		list_add_tail(&to_sim_range(range)->garbage, &vm->garbage);
	spin_unlock(&vm->garbage_lock);
	queue_work(system_unbound_wq, &vm->garbage_work);
}

/* The notifier lock is held for writing. */
static void invalidate(struct drm_gpusvm *svm, struct drm_gpusvm_notifier *notifier,
		       const struct mmu_notifier_range *mmu_range)
{
	const struct drm_gpusvm_ctx ctx = { .in_notifier = true };
	unsigned long start = max(drm_gpusvm_notifier_start(notifier), mmu_range->start);
	unsigned long end = min(drm_gpusvm_notifier_end(notifier), mmu_range->end);
	struct sim_gpu_vm *vm = to_sim_vm(svm);
	struct drm_gpusvm_range *range = NULL;

	/* First the GPU must be done with all of it, whole ranges at a time. */
	drm_gpusvm_for_each_range(range, notifier, start, end)
		sim_table_zap(vm, drm_gpusvm_range_start(range), drm_gpusvm_range_end(range));
	range = NULL;
	drm_gpusvm_for_each_range(range, notifier, start, end) {
		drm_gpusvm_range_unmap_pages(svm, range, &ctx);
		if (mmu_range->event == MMU_NOTIFY_UNMAP)
			add_garbage(vm, range, mmu_range);
	}
}

static const struct drm_gpusvm_ops svm_ops = {
	.range_alloc = range_alloc,
	.range_free = range_free,
	.invalidate = invalidate,
};

/* vm->lock is held for writing. */
static void remove_range(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range)
{
	drm_gpusvm_notifier_lock(&vm->svm);
	sim_table_zap(vm, drm_gpusvm_range_start(range), drm_gpusvm_range_end(range));
	drm_gpusvm_notifier_unlock(&vm->svm);
	spin_lock(&vm->garbage_lock);
	list_del_init(&to_sim_range(range)->garbage);
	spin_unlock(&vm->garbage_lock);
	drm_gpusvm_range_remove(&vm->svm, range);
}

static struct drm_gpusvm_range *next_garbage(struct sim_gpu_vm *vm)
{
	struct sim_gpu_range *range;

	spin_lock(&vm->garbage_lock);
	range = list_first_entry_or_null(&vm->garbage, struct sim_gpu_range, garbage);
	if (range)
		list_del_init(&range->garbage);
	spin_unlock(&vm->garbage_lock);
	return range ? &range->base : NULL;
}

static void collect_garbage(struct sim_gpu_vm *vm)
{
	struct drm_gpusvm_range *range;

	while ((range = next_garbage(vm))) {
		/* What is left of it is needed in RAM; best effort, as its memory may be gone. */
		if (range->pages.flags.partial_unmap)
			drm_gpusvm_range_evict(&vm->svm, range);
		remove_range(vm, range);
	}
}

static void garbage_worker(struct work_struct *work)
{
	struct sim_gpu_vm *vm = container_of(work, struct sim_gpu_vm, garbage_work);

	down_write(&vm->lock);
	collect_garbage(vm);
	up_write(&vm->lock);
}

static bool is_bound(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range, bool write)
{
	struct sim_gpu_page page;
	bool valid;

	drm_gpusvm_notifier_lock(&vm->svm);
	valid = drm_gpusvm_range_pages_valid(&vm->svm, range);
	sim_gpu_look(vm, drm_gpusvm_range_start(range), &page);
	drm_gpusvm_notifier_unlock(&vm->svm);
	return valid && page.is_mapped && (page.is_writable || !write);
}

static int bind(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range, bool write)
{
	unsigned long start = drm_gpusvm_range_start(range), end = drm_gpusvm_range_end(range);
	int err = sim_table_reserve(vm, start, end);

	if (err)
		return err;
	drm_gpusvm_notifier_lock(&vm->svm);
	if (drm_gpusvm_range_pages_valid(&vm->svm, range))
		err = sim_table_write(vm, range, write);
	else
		err = -EAGAIN;
	if (err)
		sim_table_zap(vm, start, end);
	drm_gpusvm_notifier_unlock(&vm->svm);
	if (err)
		sim_table_release(vm, start, end);
	return err;
}

/* Best effort: what can't be moved is mapped where it is. */
static void migrate(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range)
{
	struct sim_gpu_pagemap *pagemap = sim_gpu_pagemap_get(vm->gpu);
	int err = -EBUSY;

	if (IS_ERR(pagemap))
		return;
	for (int i = 0; i < MIGRATE_TRIES && err; i++) {
		err = drm_pagemap_populate_mm(&pagemap->dpagemap, drm_gpusvm_range_start(range),
					      drm_gpusvm_range_end(range), vm->svm.mm, 0);
		/* Part of it may be in memory of a device already. */
		if (err == -EBUSY)
			drm_gpusvm_range_evict(&vm->svm, range);
	}
	drm_pagemap_put(&pagemap->dpagemap);
}

static void *page_owner(struct sim_gpu *gpu)
{
	struct drm_pagemap *dpagemap;
	void *owner;

	if (!gpu->vram_bytes)
		return NULL;
	dpagemap = drm_pagemap_get_from_cache_if_active(gpu->cache);
	if (!dpagemap)
		return NULL;
	owner = dpagemap->pagemap->owner;
	drm_pagemap_put(dpagemap);
	return owner;
}

/* One try; -EAGAIN asks for another. */
static int fault_once(struct sim_gpu_vm *vm, unsigned long addr, unsigned int flags)
{
	bool write = flags & SIM_GPU_WRITE;
	bool moves = (flags & SIM_GPU_MIGRATE) && vm->gpu->vram_bytes;
	struct drm_gpusvm_ctx ctx = {
		.read_only = !write,
		.devmem_possible = vm->gpu->vram_bytes > 0,
		.check_pages_threshold = moves ? SZ_64K : 0,
	};
	struct drm_gpusvm_range *range;
	int err;

	collect_garbage(vm);
	range = drm_gpusvm_range_find_or_insert(&vm->svm, addr, 0, TASK_SIZE, &ctx);
	if (IS_ERR(range))
		return PTR_ERR(range);
	if (is_bound(vm, range, write))
		return 0;
	/* Mapped for reading only before: that mapping goes, a new one comes. */
	if (write && !to_sim_range(range)->write)
		drm_gpusvm_range_unmap_pages(&vm->svm, range, &ctx);
	if (moves && range->pages.flags.migrate_devmem)
		migrate(vm, range);
	ctx.device_private_page_owner = page_owner(vm->gpu);
	err = drm_gpusvm_range_get_pages(&vm->svm, range, &ctx);
	if (err == -EOPNOTSUPP) {
		drm_gpusvm_range_evict(&vm->svm, range);
		return -EAGAIN;
	}
	if (err == -EFAULT || err == -EPERM)
		return range->pages.flags.unmapped ? -EAGAIN : err;
	if (err)
		return err;
	to_sim_range(range)->write = write;
	return bind(vm, range, write);
}

int sim_gpu_fault(struct sim_gpu_vm *vm, unsigned long addr, unsigned int flags)
{
	int err = -EAGAIN;

	for (int i = 0; i < FAULT_TRIES && err == -EAGAIN; i++) {
		down_write(&vm->lock);
		err = fault_once(vm, addr, flags);
		up_write(&vm->lock);
	}
	return err == -EAGAIN ? -EBUSY : err;
}

void sim_gpu_unmap(struct sim_gpu_vm *vm, unsigned long start, unsigned long end)
{
	struct drm_gpusvm_notifier *notifier, *next_notifier;
	struct drm_gpusvm_range *range, *next;

	down_write(&vm->lock);
	drm_gpusvm_for_each_notifier_safe(notifier, next_notifier, &vm->svm, start, end)
		drm_gpusvm_for_each_range_safe(range, next, notifier, start, end)
			remove_range(vm, range);
	up_write(&vm->lock);
}

int sim_gpu_evict(struct sim_gpu_vm *vm, unsigned long start, unsigned long end)
{
	struct drm_gpusvm_notifier *notifier;
	struct drm_gpusvm_range *range;
	int first_err = 0;

	down_write(&vm->lock);
	drm_gpusvm_for_each_notifier(notifier, &vm->svm, start, end) {
		range = NULL;
		drm_gpusvm_for_each_range(range, notifier, start, end) {
			int err = drm_gpusvm_range_evict(&vm->svm, range);

			if (!first_err)
				first_err = err;
		}
	}
	up_write(&vm->lock);
	return first_err;
}

struct sim_gpu_vm *sim_gpu_vm_create(struct sim_gpu *gpu, struct mm_struct *mm)
{
	struct sim_gpu_vm *vm = kzalloc_obj(*vm);
	int err;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	vm->gpu = gpu;
	init_rwsem(&vm->lock);
	xa_init(&vm->table);
	spin_lock_init(&vm->garbage_lock);
	INIT_LIST_HEAD(&vm->garbage);
	INIT_WORK(&vm->garbage_work, garbage_worker);
	init_waitqueue_head(&vm->idle);
	err = drm_gpusvm_init(&vm->svm, "sim_gpu", &gpu->drm, mm, 0, TASK_SIZE,
			      SIM_GPU_NOTIFIER_BYTES, &svm_ops, chunk_sizes,
			      ARRAY_SIZE(chunk_sizes));
	if (err) {
		kfree(vm);
		return ERR_PTR(err);
	}
	drm_gpusvm_driver_set_lock(&vm->svm, &vm->lock);
	drm_dev_get(&gpu->drm);
	return vm;
}

void sim_gpu_vm_destroy(struct sim_gpu_vm *vm)
{
	/* Ranges go first: an invalidation that still comes finds none to queue. */
	sim_gpu_unmap(vm, 0, TASK_SIZE);
	flush_work(&vm->garbage_work);
	down_write(&vm->lock);
	drm_gpusvm_fini(&vm->svm);
	up_write(&vm->lock);
	xa_destroy(&vm->table);
	drm_dev_put(&vm->gpu->drm);
	kfree(vm);
}
