/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _DRM_DEVICE_H_
#define _DRM_DEVICE_H_

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct device;
struct drm_driver;

/* fidelity: simplified: references, managed resources and unplugging; nothing of modes or files */
struct drm_device {
	int if_version;
	struct kref ref;
	struct device *dev;
	struct {
		struct list_head resources;
		void *final_kfree;
		spinlock_t lock;
	} managed;
	const struct drm_driver *driver;
	void *dev_private;
	bool registered;
	bool unplugged;
	char *unique;
};

#endif
