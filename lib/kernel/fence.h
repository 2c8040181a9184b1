/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * dma_fence, its chains and arrays, and dma_resv, as drivers use them. Numbers of contexts and the
 * stub belong to the world. Waits show as "fence DRIVER:TIMELINE:CONTEXT:SEQNO" in reports.
 */
#ifndef KERNEL_FENCE_H
#define KERNEL_FENCE_H

#include "kernel/world.h"

/** sim_layer_fence - the layer of slot SIM_SLOT_FENCE */
extern const struct sim_layer sim_layer_fence;

#endif
