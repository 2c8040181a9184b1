/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_SIM_ABSENT_H
#define _LINUX_SIM_ABSENT_H

#include <linux/compiler.h>

/* fidelity: same: ours, no kernel header: what the body of a function tagged absent calls */

/**
 * sim_absent - report a use of something that the model does not have
 * @name: the kernel's name of the function that was called
 *
 * Raises report `absent`; the run goes on.
 */
void sim_absent(const char *name);

#define SIM_ABSENT(name) sim_absent(name)

#endif
