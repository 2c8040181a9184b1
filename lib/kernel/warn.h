/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * WARN and BUG of the modelled kernel, and what has to be remembered per world for "once".
 *
 * A WARN raises report `warn` with the fields site=FILE:FUNCTION and expr="TEXT". The line number
 * is in neither fields nor digest, so that unrelated edits change nothing. A BUG raises report
 * `bug` and then ends the run of the current action: it calls the world's handler, and if there is
 * none, or it returns, traps, which a forked worker's crash handler turns into `oops`.
 */
#ifndef KERNEL_WARN_H
#define KERNEL_WARN_H

#include <linux/bug.h>
#include <linux/types.h>

struct svmsim_world;
struct sim_layer;

/** sim_layer_warn - the layer of slot SIM_SLOT_WARN: once-state, kernel log, handler of BUG */
extern const struct sim_layer sim_layer_warn;

/* What ends an action after a BUG; must not return. */
typedef void (*sim_bug_handler_t)(struct svmsim_world *world, void *ctx);

/**
 * sim_set_bug_handler - say what happens after a BUG has been reported
 * @world: in this world, until it is unmade
 * @handler: called with @ctx; NULL for the default, a trap
 * @ctx: passed to @handler
 */
void sim_set_bug_handler(struct svmsim_world *world, sim_bug_handler_t handler, void *ctx);

#endif
