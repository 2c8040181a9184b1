/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The kernel versions whose behaviour a machine can have, and its quirks: what looks like a bug of
 * a kernel and is done only when asked for.
 *
 * Each stands for what changed at or before it: "v6.15" for v6.15 to v6.18, "v7.2" for v7.1 too.
 * "v7.x" is what came after v7.0 and was read before a release had it: it is v7.0 but for the
 * classes of DMA debugging that are newer.
 */
#ifndef KERNEL_VERSION_H
#define KERNEL_VERSION_H

#include <linux/types.h>
#include "kernel/world.h"

/* In the order of sim_kernel_version_name(). */
enum sim_kernel {
	SIM_KERNEL_V6_12,
	SIM_KERNEL_V6_15,
	SIM_KERNEL_V6_19,
	SIM_KERNEL_V7_0,
	SIM_KERNEL_V7_X,
	SIM_KERNEL_V7_2,
	SIM_KERNEL_V7_3,
	SIM_KERNEL_COUNT,
};

#define SIM_KERNEL_DEFAULT SIM_KERNEL_V7_0

/**
 * sim_kernel_version_name - the versions, oldest first
 * @index: from 0
 *
 * Return: its name, NULL past the last.
 */
const char *sim_kernel_version_name(unsigned int index);
/**
 * sim_kernel_at_least - whether a machine's kernel is as new as a version
 * @world: whose machine
 * @version: one of the names
 *
 * Return: true when it is that version or a newer one.
 */
bool sim_kernel_at_least(const struct svmsim_world *world, const char *version);
/**
 * sim_kernel_since - the same for the current world; cheap enough to ask for each page
 * @version: version
 *
 * Return: true when the kernel is @version or a newer one.
 */
bool sim_kernel_since(enum sim_kernel version);

/**
 * sim_has_quirk - whether the modelled kernel is to have a defect
 * @quirk: which
 *
 * Return: true if the machine's description says so.
 */
static inline bool sim_has_quirk(enum svmsim_quirk quirk)
{
	return sim_world->machine->quirks >> quirk & 1;
}

#endif
