/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The lock checker. Locks tell it when they are taken and given back (lock_acquire() before a wait,
 * lock_release() before the lock is free); it knows who holds what.
 */
#ifndef KERNEL_LOCKDEP_H
#define KERNEL_LOCKDEP_H

#include <linux/lockdep.h>
#include <linux/types.h>

struct sim_layer;

/** sim_layer_lockdep - the layer of slot SIM_SLOT_LOCKDEP */
extern const struct sim_layer sim_layer_lockdep;

#endif
