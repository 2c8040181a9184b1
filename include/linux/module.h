/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/sim_fault.h>
#include <linux/types.h>

/* fidelity: simplified: everything is one program; references fail only where that is injected */
struct module {
	const char *name;
	int sim_ref_count;
};

#define THIS_MODULE ((struct module *)0)
#define MODULE_NAME_LEN (64 - sizeof(unsigned long))

static inline bool try_module_get(struct module *module)
{
	if (module)
		module->sim_ref_count++;
	return true;
}

/* What is built in stays. */
#define try_module_get(mod)                                                                      \
	({                                                                                       \
		struct module *__sim_mod = (mod);                                                 \
		!(__sim_mod && sim_fails_module(SIM_SITE(SIM_POINT_FAIL, "try_module_get",        \
							 #mod))) &&                               \
			(try_module_get)(__sim_mod);                                              \
	})

static inline void __module_get(struct module *module)
{
	(void)(try_module_get)(module);
}

static inline void module_put(struct module *module)
{
	if (module)
		module->sim_ref_count--;
}

/*
 * Entries of the init and exit functions, which the harness calls: kernel/module.h. Section names
 * that are C identifiers, so that the linker provides their bounds. At most one of each in a file,
 * since a compiler may reorder them.
 */
typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#define module_init(initfn)                                                               \
	static const initcall_t __sim_module_init                                         \
		__attribute__((__used__, __section__("sim_module_init"))) = initfn
#define module_exit(exitfn)                                                               \
	static const exitcall_t __sim_module_exit                                         \
		__attribute__((__used__, __section__("sim_module_exit"))) = exitfn

#define SIM_MODULE_INFO(text) _Static_assert(sizeof(text) > 0, "module information")
#define MODULE_LICENSE(license) SIM_MODULE_INFO(license)
#define MODULE_AUTHOR(author) SIM_MODULE_INFO(author)
#define MODULE_DESCRIPTION(description) SIM_MODULE_INFO(description)
#define MODULE_VERSION(version) SIM_MODULE_INFO(version)
#define MODULE_ALIAS(alias) SIM_MODULE_INFO(alias)
#define MODULE_IMPORT_NS(ns) SIM_MODULE_INFO(ns)

#endif
