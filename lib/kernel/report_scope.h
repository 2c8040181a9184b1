/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The open scope of reports belongs to the task in whose call it was opened. */
#ifndef KERNEL_REPORT_SCOPE_H
#define KERNEL_REPORT_SCOPE_H

struct sim_task;
struct svmsim_world;

/** sim_scope_save - keep the scope of a task that stops running */
void sim_scope_save(struct svmsim_world *world, struct sim_task *task);
/** sim_scope_restore - go on with the scope of a task that runs again */
void sim_scope_restore(struct svmsim_world *world, struct sim_task *task);

#endif
