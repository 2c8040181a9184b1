/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The kernel versions whose behaviour a machine can have. "v7.x" is what came after v7.0 and was
 * read before a release had it: it is v7.0 but for the classes of DMA debugging that are newer.
 */
#ifndef KERNEL_VERSION_H
#define KERNEL_VERSION_H

#include <linux/types.h>

struct svmsim_world;

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

#endif
