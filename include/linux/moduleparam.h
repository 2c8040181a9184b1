/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MODULEPARAM_H
#define _LINUX_MODULEPARAM_H

#include <linux/compiler.h>

/* fidelity: simplified: a parameter keeps its initial value; there is no sysfs */
#define module_param(name, type, perm) \
	_Static_assert(sizeof(name) > 0 && (perm) >= 0, "module parameter")
#define module_param_named(name, value, type, perm) module_param(value, type, perm)
#define module_param_unsafe(name, type, perm) module_param(name, type, perm)
#define module_param_named_unsafe(name, value, type, perm) module_param(value, type, perm)
#define MODULE_PARM_DESC(name, desc) _Static_assert(sizeof(desc) > 0, "module parameter")

#endif
