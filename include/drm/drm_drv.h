/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _DRM_DRV_H_
#define _DRM_DRV_H_

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <drm/drm_device.h>

/* fidelity: simplified: what names a driver and its module, and its release hook */
struct drm_driver {
	void (*release)(struct drm_device *dev);
	int major;
	int minor;
	int patchlevel;
	char *name;
	char *desc;
	u32 driver_features;
	const struct file_operations *fops;
};

/* fidelity: simplified: no minors, no character devices, no sysfs */
void *__devm_drm_dev_alloc(struct device *parent, const struct drm_driver *driver, size_t size,
			   size_t offset);
#define devm_drm_dev_alloc(parent, driver, type, member) \
	((type *)__devm_drm_dev_alloc(parent, driver, sizeof(type), offsetof(type, member)))
struct drm_device *drm_dev_alloc(const struct drm_driver *driver, struct device *parent);
int drm_dev_register(struct drm_device *dev, unsigned long flags);
void drm_dev_unregister(struct drm_device *dev);
void drm_dev_unplug(struct drm_device *dev);

/* fidelity: same */
void drm_dev_get(struct drm_device *dev);
void drm_dev_put(struct drm_device *dev);
bool drm_dev_enter(struct drm_device *dev, int *idx);
void drm_dev_exit(int idx);

static inline bool drm_dev_is_unplugged(struct drm_device *dev)
{
	int idx;

	if (!drm_dev_enter(dev, &idx))
		return true;
	drm_dev_exit(idx);
	return false;
}

#endif
