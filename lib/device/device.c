/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * struct device: names, references, messages. A device that simulated code makes for itself has a
 * name from kmalloc, so that one never put is a leak like any other.
 */
#include <linux/device.h>
#include <linux/export.h>

const char *dev_driver_string(const struct device *dev)
{
	if (dev->driver)
		return dev->driver->name;
	return dev->bus ? dev->bus->name : "";
}
EXPORT_SYMBOL(dev_driver_string);

static void vprint(int level, const struct device *dev, struct va_format *vaf)
{
	if (dev)
		sim_printk(level, "%s %s: %pV", dev_driver_string(dev), dev_name(dev), (void *)vaf);
	else
		sim_printk(level, "(NULL device *): %pV", (void *)vaf);
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	vprint(level[1] - '0', dev, &vaf);
	va_end(args);
}
EXPORT_SYMBOL(_dev_printk);

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	/* A deferred probe is tried again, and running out of memory speaks for itself. */
	if (err == -EPROBE_DEFER || err == -ENOMEM)
		return err;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	_dev_printk(KERN_ERR, dev, "error %pe: %pV", ERR_PTR(err), (void *)&vaf);
	va_end(args);
	return err;
}
EXPORT_SYMBOL_GPL(dev_err_probe);

void device_initialize(struct device *dev)
{
	kref_init(&dev->kobj.kref);
	dev->kobj.state_initialized = true;
	spin_lock_init(&dev->devres_lock);
	INIT_LIST_HEAD(&dev->devres_head);
	dev->numa_node = NUMA_NO_NODE;
	dev->dma_coherent = true;
}
EXPORT_SYMBOL_GPL(device_initialize);

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;
	char *name;

	va_start(args, fmt);
	name = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);
	if (!name)
		return -ENOMEM;
	kfree(dev->kobj.name);
	dev->kobj.name = name;
	return 0;
}
EXPORT_SYMBOL_GPL(dev_set_name);

int device_add(struct device *dev)
{
	int err;

	if (dev->init_name) {
		err = dev_set_name(dev, "%s", dev->init_name);
		if (err)
			return err;
		dev->init_name = NULL;
	}
	if (!dev_name(dev))
		return -EINVAL;
	get_device(dev->parent);
	dev->is_registered = true;
	return 0;
}
EXPORT_SYMBOL_GPL(device_add);

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}
EXPORT_SYMBOL_GPL(device_register);

void device_del(struct device *dev)
{
	/* On a bus, removal unbinds the driver, and what it had managed goes with it. */
	if (dev->bus)
		devres_release_all(dev);
	dev->is_registered = false;
	put_device(dev->parent);
}
EXPORT_SYMBOL_GPL(device_del);

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}
EXPORT_SYMBOL_GPL(device_unregister);

struct device *get_device(struct device *dev)
{
	if (dev)
		kref_get(&dev->kobj.kref);
	return dev;
}
EXPORT_SYMBOL_GPL(get_device);

static void device_release(struct kref *kref)
{
	struct device *dev = container_of(kref, struct device, kobj.kref);
	const char *name = dev->kobj.name;

	/* Managed resources may have been added after the driver went, or without one. */
	devres_release_all(dev);
	if (dev->release)
		dev->release(dev);
	else
		WARN(1, "Device '%s' has no release() function, so its memory can't be freed\n",
		     dev_name(dev));
	kfree(name);
}

void put_device(struct device *dev)
{
	if (dev)
		kref_put(&dev->kobj.kref, device_release);
}
EXPORT_SYMBOL_GPL(put_device);
