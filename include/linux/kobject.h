/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_KOBJECT_H
#define _LINUX_KOBJECT_H

#include <linux/kref.h>
#include <linux/types.h>

/* fidelity: simplified: a name and a reference count; no sysfs, no hierarchy of its own */
struct kobject {
	const char *name;
	struct kref kref;
	bool state_initialized;
};

static inline const char *kobject_name(const struct kobject *kobj)
{
	return kobj->name;
}

#endif
