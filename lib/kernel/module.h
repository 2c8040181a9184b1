/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The functions that module_init() and module_exit() name. They are found by the linker, so their
 * order is that of the objects on its command line.
 */
#ifndef KERNEL_MODULE_H
#define KERNEL_MODULE_H

#include <linux/module.h>

/**
 * sim_modules_init - run each module_init() function in order
 *
 * Return: 0, or what the first one that failed returned; those before it are not undone.
 */
int sim_modules_init(void);
/** sim_modules_exit - run each module_exit() function, last first */
void sim_modules_exit(void);

#endif
