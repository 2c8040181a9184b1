/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PROPERTY_H_
#define _LINUX_PROPERTY_H_

#include <linux/types.h>

struct device;

/* fidelity: same */
enum dev_prop_type {
	DEV_PROP_U8,
	DEV_PROP_U16,
	DEV_PROP_U32,
	DEV_PROP_U64,
	DEV_PROP_STRING,
	DEV_PROP_REF,
};

struct property_entry {
	const char *name;
	size_t length;
	bool is_inline;
	enum dev_prop_type type;
	union {
		const void *pointer;
		union {
			u8 u8_data[sizeof(u64) / sizeof(u8)];
			u16 u16_data[sizeof(u64) / sizeof(u16)];
			u32 u32_data[sizeof(u64) / sizeof(u32)];
			u64 u64_data[sizeof(u64) / sizeof(u64)];
			const char *str[sizeof(u64) / sizeof(char *)];
		} value;
	};
};

#define PROPERTY_ENTRY_U32(_name_, _val_)                                                          \
	(struct property_entry)                                                                    \
	{                                                                                          \
		.name = (_name_), .length = sizeof(u32), .is_inline = true, .type = DEV_PROP_U32,  \
		{ .value = { .u32_data = { [0] = (_val_) } } },                                    \
	}
#define PROPERTY_ENTRY_U64(_name_, _val_)                                                          \
	(struct property_entry)                                                                    \
	{                                                                                          \
		.name = (_name_), .length = sizeof(u64), .is_inline = true, .type = DEV_PROP_U64,  \
		{ .value = { .u64_data = { [0] = (_val_) } } },                                    \
	}
#define PROPERTY_ENTRY_STRING(_name_, _val_)                                                       \
	(struct property_entry)                                                                    \
	{                                                                                          \
		.name = (_name_), .length = sizeof(const char *), .is_inline = true,               \
		.type = DEV_PROP_STRING, { .value = { .str = { [0] = (_val_) } } },                \
	}
#define PROPERTY_ENTRY_BOOL(_name_)                                                                \
	(struct property_entry)                                                                    \
	{                                                                                          \
		.name = (_name_), .is_inline = true, .type = DEV_PROP_U8                           \
	}

/*
 * fidelity: simplified: a node of firmware data is an array of properties, ended by one without a
 * name; no hierarchy, no references
 */
struct fwnode_handle {
	const struct property_entry *properties;
};

bool device_property_present(const struct device *dev, const char *propname);
bool device_property_read_bool(const struct device *dev, const char *propname);
int device_property_read_u32(const struct device *dev, const char *propname, u32 *val);
int device_property_read_u64(const struct device *dev, const char *propname, u64 *val);
int device_property_read_string(const struct device *dev, const char *propname, const char **val);

#endif
