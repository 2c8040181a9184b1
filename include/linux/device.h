/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _DEVICE_H_
#define _DEVICE_H_

#include <linux/bug.h>
#include <linux/dev_printk.h>
#include <linux/device/devres.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct device;
struct fwnode_handle;
struct iommu_group;
struct dev_iommu;
struct io_tlb_mem;
struct module;
struct sim_device;

/* fidelity: simplified: names only; the model has no driver core that matches or probes */
struct bus_type {
	const char *name;
};

struct device_driver {
	const char *name;
	const struct bus_type *bus;
	struct module *owner;
};

/* fidelity: same */
struct device_dma_parameters {
	unsigned int max_segment_size;
	unsigned int min_align_mask;
	unsigned long segment_boundary_mask;
};

/*
 * fidelity: simplified: the members that DMA mapping, managed resources and messages use. sim is
 * the model's own part and NULL in a device that simulated code made for itself.
 */
struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	const struct bus_type *bus;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	u64 *dma_mask;
	u64 coherent_dma_mask;
	u64 bus_dma_limit;
	struct device_dma_parameters *dma_parms;
	struct io_tlb_mem *dma_io_tlb_mem;
	struct fwnode_handle *fwnode;
	int numa_node;
	spinlock_t devres_lock;
	struct list_head devres_head;
	void (*release)(struct device *dev);
	struct iommu_group *iommu_group;
	struct dev_iommu *iommu;
	bool dma_coherent : 1;
	bool dma_skip_sync : 1;
	bool dma_iommu : 1;
	bool is_registered : 1;
	struct sim_device *sim;
};

#define kobj_to_dev(__kobj) container_of(__kobj, struct device, kobj)

/* fidelity: same */
static inline const char *dev_name(const struct device *dev)
{
	if (dev->init_name)
		return dev->init_name;
	return kobject_name(&dev->kobj);
}

const char *dev_driver_string(const struct device *dev);

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

static inline int dev_to_node(struct device *dev)
{
	return dev->numa_node;
}

static inline void set_dev_node(struct device *dev, int node)
{
	dev->numa_node = node;
}

static inline bool device_iommu_mapped(struct device *dev)
{
	return dev->iommu_group != NULL;
}

/* fidelity: simplified: no sysfs, no uevents, no bus or class lists */
void device_initialize(struct device *dev);
int dev_set_name(struct device *dev, const char *fmt, ...) __printf(2, 3);
int __must_check device_add(struct device *dev);
int __must_check device_register(struct device *dev);
void device_del(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);

static inline bool device_is_registered(struct device *dev)
{
	return dev->is_registered;
}

#endif
