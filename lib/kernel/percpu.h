/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Dynamic per-CPU memory: one reservation of SIM_PERCPU_STRIDE_BYTES per CPU, made when it is
 * first needed. Objects left at the end of a run are reported as mem-leak with cache=percpu.
 */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#include <linux/percpu.h>

struct sim_layer;

/** sim_layer_percpu - the layer of slot SIM_SLOT_PERCPU */
extern const struct sim_layer sim_layer_percpu;

/** sim_percpu_holds - is this an address in per-CPU memory? */
bool sim_percpu_holds(const void *address);

#endif
