/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <linux/sched.h>

/*
 * Others get to run meanwhile, but the task keeps its CPU: with preempt=none what is bound to that
 * CPU waits until the loop ends.
 */
/* fidelity: same */
#define cpu_relax() sim_relax(SIM_SITE(SIM_POINT_RESCHED, "cpu_relax", ""))

#endif
