/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Binding the driver to a device, and letting go of it. */
#include <drm/drm_drv.h>
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "simple_gpu.h"

static const struct file_operations fops = {
	.owner = THIS_MODULE,
};

static const struct drm_driver driver = {
	.name = "simple_gpu",
	.desc = "the smallest user of gpusvm and pagemap",
	.fops = &fops,
};

static void vram_action(void *gpu)
{
	sim_vram_fini(gpu);
}

struct sim_gpu *sim_gpu_create(struct device *dev, u64 vram_bytes)
{
	struct sim_gpu *gpu;
	int err;

	gpu = devm_drm_dev_alloc(dev, &driver, struct sim_gpu, drm);
	if (IS_ERR(gpu))
		return gpu;
	gpu->dev = dev;
	gpu->vram_bytes = vram_bytes;
	dev_set_drvdata(dev, gpu);
	err = sim_vram_init(gpu);
	if (!err)
		err = devm_add_action_or_reset(dev, vram_action, gpu);
	if (err)
		return ERR_PTR(err);
	gpu->shrinker = drm_pagemap_shrinker_create_devm(&gpu->drm);
	if (IS_ERR(gpu->shrinker))
		return ERR_CAST(gpu->shrinker);
	gpu->cache = drm_pagemap_cache_create_devm(gpu->shrinker);
	if (IS_ERR(gpu->cache))
		return ERR_CAST(gpu->cache);
	err = drm_dev_register(&gpu->drm, 0);
	return err ? ERR_PTR(err) : gpu;
}

int sim_gpu_evict_all(struct sim_gpu *gpu)
{
	struct sim_bo *bo;
	int err = 0;

	while (!err && (bo = sim_bo_oldest(gpu))) {
		err = sim_bo_evict(bo);
		sim_bo_put(bo);
	}
	return err;
}

void sim_gpu_destroy(struct sim_gpu *gpu)
{
	sim_gpu_evict_all(gpu);
	drm_dev_unplug(&gpu->drm);
	/* What the device manages goes with it, newest first: cache, shrinker, the GPU itself. */
}

void sim_gpu_connect(struct sim_gpu *a, struct sim_gpu *b, unsigned int distance)
{
	if (!distance || WARN_ON(a->link_count == SIM_GPU_MAX_LINKS ||
				 b->link_count == SIM_GPU_MAX_LINKS))
		return;
	a->links[a->link_count++] = b;
	b->links[b->link_count++] = a;
}
