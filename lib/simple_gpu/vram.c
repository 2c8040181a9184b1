/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A GPU's memory: free runs by address, and allocations made of runs. Giving memory back happens
 * where nothing may sleep or allocate, so runs change hands and are only ever merged there.
 */
#include <linux/minmax.h>
#include <linux/slab.h>
#include "simple_gpu.h"

int sim_vram_init(struct sim_gpu *gpu)
{
	struct sim_vram_run *all;

	spin_lock_init(&gpu->vram_lock);
	INIT_LIST_HEAD(&gpu->vram_free);
	INIT_LIST_HEAD(&gpu->bos);
	if (!gpu->vram_bytes)
		return 0;
	all = kzalloc_obj(*all);
	if (!all)
		return -ENOMEM;
	all->page_count = gpu->vram_bytes >> PAGE_SHIFT;
	gpu->vram_free_pages = all->page_count;
	list_add(&all->entry, &gpu->vram_free);
	return 0;
}

void sim_vram_fini(struct sim_gpu *gpu)
{
	struct sim_vram_run *run, *next;

	WARN_ON(!list_empty(&gpu->bos));
	list_for_each_entry_safe(run, next, &gpu->vram_free, entry) {
		list_del(&run->entry);
		kfree(run);
	}
}

/* Moves runs to the allocation, lowest first; @spare becomes what is left of the last one. */
static struct sim_vram_run *take_runs(struct sim_gpu *gpu, struct sim_bo *bo,
				      struct sim_vram_run *spare)
{
	struct sim_vram_run *run, *next;
	u64 wanted = bo->page_count;

	list_for_each_entry_safe(run, next, &gpu->vram_free, entry) {
		if (!wanted)
			break;
		if (run->page_count > wanted) {
			spare->first_page = run->first_page + wanted;
			spare->page_count = run->page_count - wanted;
			run->page_count = wanted;
			list_add(&spare->entry, &run->entry);
			spare = NULL;
		}
		wanted -= run->page_count;
		list_del(&run->entry);
		list_add_tail(&run->entry, &bo->runs);
	}
	gpu->vram_free_pages -= bo->page_count;
	return spare;
}

static bool fill_bo(struct sim_gpu *gpu, struct sim_bo *bo, struct sim_vram_run *spare)
{
	bool fits;

	spin_lock(&gpu->vram_lock);
	fits = gpu->vram_free_pages >= bo->page_count;
	if (fits) {
		spare = take_runs(gpu, bo, spare);
		list_add_tail(&bo->entry, &gpu->bos);
	}
	spin_unlock(&gpu->vram_lock);
	kfree(spare);
	return fits;
}

struct sim_bo *sim_bo_create(struct sim_gpu_pagemap *pagemap, u64 page_count)
{
	struct sim_vram_run *spare = kzalloc_obj(*spare);
	struct sim_bo *bo = kzalloc_obj(*bo);

	if (!spare || !bo) {
		kfree(spare);
		kfree(bo);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&bo->ref);
	dma_resv_init(&bo->resv);
	INIT_LIST_HEAD(&bo->runs);
	bo->gpu = pagemap->gpu;
	bo->first = pagemap->first;
	bo->page_count = page_count;
	if (!fill_bo(bo->gpu, bo, spare)) {
		dma_resv_fini(&bo->resv);
		kfree(bo);
		return ERR_PTR(-ENOSPC);
	}
	return bo;
}

/* Puts a run back where it belongs by address; what it touches becomes one with it. */
static void give_run(struct sim_gpu *gpu, struct sim_vram_run *run, struct list_head *dead)
{
	struct sim_vram_run *next = NULL, *prev = NULL, *at;

	list_for_each_entry(at, &gpu->vram_free, entry) {
		if (at->first_page > run->first_page) {
			next = at;
			break;
		}
		prev = at;
	}
	list_add(&run->entry, prev ? &prev->entry : &gpu->vram_free);
	if (next && run->first_page + run->page_count == next->first_page) {
		run->page_count += next->page_count;
		list_move(&next->entry, dead);
	}
	if (prev && prev->first_page + prev->page_count == run->first_page) {
		prev->page_count += run->page_count;
		list_move(&run->entry, dead);
	}
}

static void release_bo(struct kref *ref)
{
	struct sim_bo *bo = container_of(ref, struct sim_bo, ref);
	struct sim_gpu *gpu = bo->gpu;
	struct sim_vram_run *run, *next;
	LIST_HEAD(dead);

	spin_lock(&gpu->vram_lock);
	list_del(&bo->entry);
	gpu->vram_free_pages += bo->page_count;
	list_for_each_entry_safe(run, next, &bo->runs, entry) {
		list_del(&run->entry);
		give_run(gpu, run, &dead);
	}
	spin_unlock(&gpu->vram_lock);
	list_for_each_entry_safe(run, next, &dead, entry)
		kfree(run);
	dma_resv_fini(&bo->resv);
	kfree(bo);
}

void sim_bo_put(struct sim_bo *bo)
{
	kref_put(&bo->ref, release_bo);
}

struct sim_bo *sim_bo_oldest(struct sim_gpu *gpu)
{
	struct sim_bo *bo, *found = NULL;

	spin_lock(&gpu->vram_lock);
	list_for_each_entry(bo, &gpu->bos, entry) {
		/* Its last reference may be gone while it waits for the lock to leave the list. */
		if (!kref_get_unless_zero(&bo->ref))
			continue;
		/* Whoever comes next finds another one first. */
		list_move_tail(&bo->entry, &gpu->bos);
		found = bo;
		break;
	}
	spin_unlock(&gpu->vram_lock);
	return found;
}
