/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Properties of a device, read as drivers/base/property.c and swnode.c (v7.0) read those of a
 * software node: -EINVAL when there is none of that name, -EOVERFLOW when it is too short.
 */
#include "device/device_internal.h"
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/property.h>
#include <linux/string.h>

static const struct property_entry *find(const struct device *dev, const char *name)
{
	const struct property_entry *entry = dev->fwnode ? dev->fwnode->properties : NULL;

	for (; entry && entry->name; entry++)
		if (!strcmp(entry->name, name))
			return entry;
	return NULL;
}

static int read_bytes(const struct device *dev, const char *name, void *val, size_t bytes)
{
	const struct property_entry *entry;

	/* Without a node there is nothing to ask. */
	if (!dev->fwnode)
		return -EINVAL;
	entry = find(dev, name);
	if (!entry)
		return -EINVAL;
	if (!entry->length)
		return -ENODATA;
	if (bytes > entry->length)
		return -EOVERFLOW;
	memcpy(val, entry->is_inline ? &entry->value : entry->pointer, bytes);
	return 0;
}

bool device_property_present(const struct device *dev, const char *propname)
{
	return find(dev, propname);
}
EXPORT_SYMBOL_GPL(device_property_present);

bool device_property_read_bool(const struct device *dev, const char *propname)
{
	return find(dev, propname);
}
EXPORT_SYMBOL_GPL(device_property_read_bool);

int device_property_read_u32(const struct device *dev, const char *propname, u32 *val)
{
	return read_bytes(dev, propname, val, sizeof(*val));
}
EXPORT_SYMBOL_GPL(device_property_read_u32);

int device_property_read_u64(const struct device *dev, const char *propname, u64 *val)
{
	return read_bytes(dev, propname, val, sizeof(*val));
}
EXPORT_SYMBOL_GPL(device_property_read_u64);

int device_property_read_string(const struct device *dev, const char *propname, const char **val)
{
	return read_bytes(dev, propname, val, sizeof(*val));
}
EXPORT_SYMBOL_GPL(device_property_read_string);

static const char *copy_text(struct svmsim_world *world, const char *text)
{
	size_t bytes = strlen(text) + 1;

	return memcpy(sim_device_alloc(world, bytes), text, bytes);
}

static void copy_entry(struct svmsim_world *world, struct property_entry *to,
		       const struct property_entry *from)
{
	const void *data = from->is_inline ? (const void *)&from->value : from->pointer;
	void *copy = sim_device_alloc(world, from->length ? from->length : 1);

	if (from->length)
		memcpy(copy, data, from->length);
	if (from->type == DEV_PROP_STRING)
		for (size_t i = 0; i < from->length / sizeof(char *); i++)
			((const char **)copy)[i] =
				copy_text(world, ((const char *const *)data)[i]);
	*to = (struct property_entry){
		.name = copy_text(world, from->name),
		.length = from->length,
		.type = from->type,
		{ .pointer = copy },
	};
}

void sim_device_set_properties(struct svmsim_world *world, struct device *dev,
			       const struct property_entry *properties)
{
	struct fwnode_handle *fwnode;
	struct property_entry *copy;
	size_t count = 0;

	dev->fwnode = NULL;
	if (!properties)
		return;
	while (properties[count].name)
		count++;
	copy = sim_device_alloc(world, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy_entry(world, &copy[i], &properties[i]);
	fwnode = sim_device_alloc(world, sizeof(*fwnode));
	fwnode->properties = copy;
	dev->fwnode = fwnode;
}
