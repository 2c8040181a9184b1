/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_KTHREAD_H
#define KERNEL_KTHREAD_H

struct sim_layer;

/** sim_layer_kthread - the layer of slot SIM_SLOT_KTHREAD: kernel threads of the run */
extern const struct sim_layer sim_layer_kthread;

#endif
