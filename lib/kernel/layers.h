/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The parts of the kernel layer that a world is made of, lowest first: for the machine builder and
 * for tests of single layers.
 */
#ifndef KERNEL_LAYERS_H
#define KERNEL_LAYERS_H

#include "kernel/world.h"

extern const struct sim_layer sim_layer_names;
extern const struct sim_layer sim_layer_slab;
extern const struct sim_layer sim_layer_warn;
extern const struct sim_layer sim_layer_irq;
extern const struct sim_layer sim_layer_time;
extern const struct sim_layer sim_layer_work;
extern const struct sim_layer sim_layer_lockdep;
extern const struct sim_layer sim_layer_rcu;
extern const struct sim_layer sim_layer_kthread;
extern const struct sim_layer sim_layer_lock;
extern const struct sim_layer sim_layer_fence;
extern const struct sim_layer sim_layer_percpu;
extern const struct sim_layer sim_layer_race;

#define SIM_KERNEL_LAYERS                                                                          \
	&sim_layer_names, &sim_layer_slab, &sim_layer_warn, &sim_layer_irq, &sim_layer_time,       \
		&sim_layer_work, &sim_layer_rcu, &sim_layer_kthread, &sim_layer_lockdep,           \
		&sim_layer_lock, &sim_layer_fence, &sim_layer_percpu, &sim_layer_race

#endif
