/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/module.h"
#include <linux/compiler.h>

/* Provided by the linker for sections that exist; weak, for programs without a module. */
#define SECTION_BOUND __weak __attribute__((__visibility__("hidden")))

extern const initcall_t __start_sim_module_init[] SECTION_BOUND;
extern const initcall_t __stop_sim_module_init[] SECTION_BOUND;
extern const exitcall_t __start_sim_module_exit[] SECTION_BOUND;
extern const exitcall_t __stop_sim_module_exit[] SECTION_BOUND;

int sim_modules_init(void)
{
	for (const initcall_t *entry = __start_sim_module_init; entry < __stop_sim_module_init;
	     entry++) {
		int err = (*entry)();

		if (err)
			return err;
	}
	return 0;
}

void sim_modules_exit(void)
{
	for (const exitcall_t *entry = __stop_sim_module_exit; entry > __start_sim_module_exit;)
		(*--entry)();
}
