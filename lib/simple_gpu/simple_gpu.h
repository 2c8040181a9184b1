/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared inside lib/simple_gpu. */
#ifndef SIMPLE_GPU_H
#define SIMPLE_GPU_H

#include <drm/drm_device.h>
#include <drm/drm_gpusvm.h>
#include <drm/drm_pagemap.h>
#include <drm/drm_pagemap_util.h>
#include <linux/dma-resv.h>
#include <linux/memremap.h>
#include <linux/mutex.h>
#include <linux/sim_gpu.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#define SIM_GPU_MAX_LINKS 16
#define SIM_GPU_NOTIFIER_BYTES (512ul << 20)

/* Pages side by side in a GPU's memory. */
struct sim_vram_run {
	struct list_head entry;
	u64 first_page;
	u64 page_count;
};

/**
 * struct sim_gpu_pagemap - a GPU's memory as pages
 * @dpagemap: what pagemap sees
 * @pagemap: what core mm sees
 * @peer: membership among GPUs that reach each other
 * @gpu: whose
 * @first: physical address of its first page
 * @destroy_work: for a last reference that is dropped where nothing may sleep
 */
struct sim_gpu_pagemap {
	struct drm_pagemap dpagemap;
	struct dev_pagemap pagemap;
	struct drm_pagemap_peer peer;
	struct sim_gpu *gpu;
	phys_addr_t first;
	struct work_struct destroy_work;
};

/**
 * struct sim_gpu - one GPU
 * @drm: device
 * @dev: the same
 * @shrinker: of idle pagemaps
 * @cache: of the one pagemap
 * @vram_bytes: size of its memory
 * @vram_lock: of the next three
 * @vram_free: runs by address
 * @vram_free_pages: their sum
 * @bos: allocations, oldest first
 * @links: GPUs within reach
 * @link_count: their number
 */
struct sim_gpu {
	struct drm_device drm;
	struct device *dev;
	struct drm_pagemap_shrinker *shrinker;
	struct drm_pagemap_cache *cache;
	u64 vram_bytes;
	spinlock_t vram_lock;
	struct list_head vram_free;
	u64 vram_free_pages;
	struct list_head bos;
	struct sim_gpu *links[SIM_GPU_MAX_LINKS];
	unsigned int link_count;
};

/**
 * struct sim_bo - an allocation in a GPU's memory
 * @devmem: what pagemap sees
 * @ref: the creator, and the pages that live in it
 * @gpu: whose memory
 * @first: physical address of that memory's first page
 * @resv: held while its pages move
 * @entry: in the GPU's list; its lock
 * @runs: where it is
 * @page_count: size
 */
struct sim_bo {
	struct drm_pagemap_devmem devmem;
	struct kref ref;
	struct sim_gpu *gpu;
	phys_addr_t first;
	struct dma_resv resv;
	struct list_head entry;
	struct list_head runs;
	u64 page_count;
};

/**
 * struct sim_gpu_range - a range and what is queued to be done with it
 * @base: what gpusvm sees
 * @garbage: in the VM's list of ranges whose memory was unmapped
 * @write: it was mapped for writing
 */
struct sim_gpu_range {
	struct drm_gpusvm_range base;
	struct list_head garbage;
	bool write;
};

/**
 * struct sim_gpu_vm - an address space
 * @svm: what gpusvm sees
 * @gpu: whose
 * @lock: serialises faults, garbage collection and removal
 * @table: the page table: encoded entries by page number; written with the notifier lock held
 * @garbage_lock: of the next
 * @garbage: ranges to be removed
 * @garbage_work: does so without waiting for a fault
 * @accesses: reads and writes of the GPU that are under way
 * @idle: woken when there are none
 */
struct sim_gpu_vm {
	struct drm_gpusvm svm;
	struct sim_gpu *gpu;
	struct rw_semaphore lock;
	struct xarray table;
	spinlock_t garbage_lock;
	struct list_head garbage;
	struct work_struct garbage_work;
	atomic_t accesses;
	wait_queue_head_t idle;
};

/* How a page is reached: values of a mapping's protocol. Peers are PEER + index in links[]. */
#define SIM_GPU_PROTO_SYSTEM DRM_INTERCONNECT_SYSTEM
#define SIM_GPU_PROTO_VRAM DRM_INTERCONNECT_DRIVER
#define SIM_GPU_PROTO_PEER (DRM_INTERCONNECT_DRIVER + 1)

static inline struct sim_gpu_pagemap *to_sim_pagemap(struct drm_pagemap *dpagemap)
{
	return container_of(dpagemap, struct sim_gpu_pagemap, dpagemap);
}

static inline struct sim_bo *to_sim_bo(struct drm_pagemap_devmem *devmem)
{
	return container_of(devmem, struct sim_bo, devmem);
}

static inline struct sim_gpu_range *to_sim_range(struct drm_gpusvm_range *range)
{
	return container_of(range, struct sim_gpu_range, base);
}

static inline struct sim_gpu_vm *to_sim_vm(struct drm_gpusvm *svm)
{
	return container_of(svm, struct sim_gpu_vm, svm);
}

/* vram.c */
int sim_vram_init(struct sim_gpu *gpu);
void sim_vram_fini(struct sim_gpu *gpu);
struct sim_bo *sim_bo_create(struct sim_gpu_pagemap *pagemap, u64 page_count);
void sim_bo_put(struct sim_bo *bo);
/* The oldest allocation that still has pages, with a reference; NULL when there is none. */
struct sim_bo *sim_bo_oldest(struct sim_gpu *gpu);

/* pagemap.c */
extern const struct drm_pagemap_devmem_ops sim_gpu_devmem_ops;
struct sim_gpu_pagemap *sim_gpu_pagemap_get(struct sim_gpu *gpu);
/* Where a GPU finds another's memory; its index in links[], or -1. */
int sim_gpu_link_index(const struct sim_gpu *gpu, const struct sim_gpu *other);
int sim_bo_evict(struct sim_bo *bo);

/* page_table.c */
int sim_table_reserve(struct sim_gpu_vm *vm, unsigned long start, unsigned long end);
void sim_table_release(struct sim_gpu_vm *vm, unsigned long start, unsigned long end);
/* The notifier lock is held. */
int sim_table_write(struct sim_gpu_vm *vm, struct drm_gpusvm_range *range, bool write);
void sim_table_zap(struct sim_gpu_vm *vm, unsigned long start, unsigned long end);

#endif
