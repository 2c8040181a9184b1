/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The kernel log of a world, for those who look at it. Each complete line has been a `console`
 * event; the last SIM_LOG_LINE_MAX of them can be read here.
 */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <linux/printk.h>
#include <linux/types.h>

#define SIM_LOG_LINE_MAX 1024

struct svmsim_world;

/**
 * sim_log_count - number of lines printed in this run
 * @world: the world
 *
 * Return: all lines, those that the log no longer holds included.
 */
u64 sim_log_count(const struct svmsim_world *world);
/**
 * sim_log_line - a line of the log
 * @world: the world
 * @index: from 0, the first line of the run
 * @level: set to its level (LOGLEVEL_ERR and the like); may be NULL
 *
 * Return: the text without a newline, valid until the reset; NULL when there is no such line, or
 * not any more.
 */
const char *sim_log_line(const struct svmsim_world *world, u64 index, int *level);

#endif
