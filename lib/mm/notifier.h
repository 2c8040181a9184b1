/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the model keeps for MMU notifiers besides each mm's subscriptions. */
#ifndef MM_NOTIFIER_H
#define MM_NOTIFIER_H

#include <linux/mmu_notifier.h>
#include "kernel/world.h"

extern const struct sim_layer sim_layer_notifier;

#endif
