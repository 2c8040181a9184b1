/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DRM devices as far as memory management needs them: references, what is released with the last
 * of them, and unplugging.
 *
 * Models: drivers/gpu/drm/drm_drv.c, drm_managed.c, v7.0.
 */
#include "device/device_internal.h"
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include "kernel/race.h"

/* A resource: memory (no action), or an action on somebody's data. */
struct drmres {
	struct list_head entry;
	drmres_release_t action;
	void *action_data;
	u8 __aligned(16) data[];
};

static struct srcu_struct *unplug_srcu(void)
{
	return &device_state_of(sim_world)->unplug_srcu;
}

static void add_resource(struct drm_device *dev, struct drmres *res)
{
	spin_lock(&dev->managed.lock);
	list_add(&res->entry, &dev->managed.resources);
	spin_unlock(&dev->managed.lock);
}

int __drmm_add_action(struct drm_device *dev, drmres_release_t action, void *data,
		      const char *name)
{
	struct drmres *res = kmalloc(sizeof(*res), GFP_KERNEL);

	if (!res)
		return -ENOMEM;
	res->action = action;
	res->action_data = data;
	add_resource(dev, res);
	return 0;
}
EXPORT_SYMBOL(__drmm_add_action);

int __drmm_add_action_or_reset(struct drm_device *dev, drmres_release_t action, void *data,
			       const char *name)
{
	int err = __drmm_add_action(dev, action, data, name);

	if (err)
		action(dev, data);
	return err;
}
EXPORT_SYMBOL(__drmm_add_action_or_reset);

/* Takes out the newest resource that matches: memory by its address, an action by both. */
static struct drmres *take_resource(struct drm_device *dev, drmres_release_t action,
				    const void *data)
{
	struct drmres *res, *found = NULL;

	spin_lock(&dev->managed.lock);
	list_for_each_entry(res, &dev->managed.resources, entry) {
		if (res->action != action ||
		    (action ? res->action_data : (void *)res->data) != data)
			continue;
		list_del(&res->entry);
		found = res;
		break;
	}
	spin_unlock(&dev->managed.lock);
	return found;
}

void drmm_release_action(struct drm_device *dev, drmres_release_t action, void *data)
{
	struct drmres *res = take_resource(dev, action, data);

	if (WARN_ON(!res))
		return;
	action(dev, data);
	kfree(res);
}
EXPORT_SYMBOL(drmm_release_action);

void *drmm_kmalloc(struct drm_device *dev, size_t size, gfp_t gfp)
{
	struct drmres *res;
	size_t bytes;

	if (check_add_overflow(sizeof(*res), size, &bytes))
		return NULL;
	res = kmalloc(bytes, gfp);
	if (!res)
		return NULL;
	res->action = NULL;
	res->action_data = NULL;
	add_resource(dev, res);
	return res->data;
}
EXPORT_SYMBOL(drmm_kmalloc);

void drmm_kfree(struct drm_device *dev, void *data)
{
	if (data)
		kfree(take_resource(dev, NULL, data));
}
EXPORT_SYMBOL(drmm_kfree);

void __drmm_mutex_release(struct drm_device *dev, void *res)
{
	mutex_destroy((struct mutex *)res);
}
EXPORT_SYMBOL(__drmm_mutex_release);

static void release_device(struct kref *ref)
{
	struct drm_device *dev = container_of(ref, struct drm_device, ref);
	void *memory = dev->managed.final_kfree;
	struct drmres *res, *next;

	sim_order_acquire(&dev->ref);
	if (dev->driver->release)
		dev->driver->release(dev);
	list_for_each_entry_safe(res, next, &dev->managed.resources, entry) {
		if (res->action)
			res->action(dev, res->action_data);
		list_del(&res->entry);
		kfree(res);
	}
	put_device(dev->dev);
	kfree(dev->unique);
	kfree(memory);
}

void drm_dev_get(struct drm_device *dev)
{
	if (dev)
		kref_get(&dev->ref);
}
EXPORT_SYMBOL(drm_dev_get);

void drm_dev_put(struct drm_device *dev)
{
	if (!dev)
		return;
	/* What each holder did comes before what the last one does. */
	sim_order_release(&dev->ref);
	kref_put(&dev->ref, release_device);
}
EXPORT_SYMBOL(drm_dev_put);

static int init_device(struct drm_device *dev, const struct drm_driver *driver,
		       struct device *parent, void *memory)
{
	kref_init(&dev->ref);
	dev->driver = driver;
	dev->managed.final_kfree = memory;
	INIT_LIST_HEAD(&dev->managed.resources);
	spin_lock_init(&dev->managed.lock);
	dev->unique = kstrdup(dev_name(parent), GFP_KERNEL);
	if (!dev->unique)
		return -ENOMEM;
	dev->dev = get_device(parent);
	return 0;
}

struct drm_device *drm_dev_alloc(const struct drm_driver *driver, struct device *parent)
{
	struct drm_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	err = init_device(dev, driver, parent, dev);
	if (err) {
		kfree(dev);
		return ERR_PTR(err);
	}
	return dev;
}
EXPORT_SYMBOL(drm_dev_alloc);

static void put_action(void *dev)
{
	drm_dev_put(dev);
}

void *__devm_drm_dev_alloc(struct device *parent, const struct drm_driver *driver, size_t size,
			   size_t offset)
{
	void *container = kzalloc(size, GFP_KERNEL);
	struct drm_device *dev;
	int err;

	if (!container)
		return ERR_PTR(-ENOMEM);
	dev = container + offset;
	err = init_device(dev, driver, parent, container);
	if (err) {
		kfree(container);
		return ERR_PTR(err);
	}
	err = devm_add_action_or_reset(parent, put_action, dev);
	return err ? ERR_PTR(err) : container;
}
EXPORT_SYMBOL(__devm_drm_dev_alloc);

int drm_dev_register(struct drm_device *dev, unsigned long flags)
{
	dev->registered = true;
	return 0;
}
EXPORT_SYMBOL(drm_dev_register);

void drm_dev_unregister(struct drm_device *dev)
{
	dev->registered = false;
}
EXPORT_SYMBOL(drm_dev_unregister);

void drm_dev_unplug(struct drm_device *dev)
{
	/* Whoever entered before sees the device to the end; nobody enters after. */
	WRITE_ONCE(dev->unplugged, true);
	synchronize_srcu(unplug_srcu());
	drm_dev_unregister(dev);
}
EXPORT_SYMBOL(drm_dev_unplug);

bool drm_dev_enter(struct drm_device *dev, int *idx)
{
	*idx = srcu_read_lock(unplug_srcu());
	if (READ_ONCE(dev->unplugged)) {
		srcu_read_unlock(unplug_srcu(), *idx);
		return false;
	}
	return true;
}
EXPORT_SYMBOL(drm_dev_enter);

void drm_dev_exit(int idx)
{
	srcu_read_unlock(unplug_srcu(), idx);
}
EXPORT_SYMBOL(drm_dev_exit);
