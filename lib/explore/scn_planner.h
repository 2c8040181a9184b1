/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by the files that make a plan: scn_plan.c, and scn_plan_task.c for what is about tasks. */
#ifndef EXPLORE_SCN_PLANNER_H
#define EXPLORE_SCN_PLANNER_H

#include "explore/scn_program.h"

#define SCN_LANE_MAX 16

/* struct scn_lane - a label of the `par` block at hand, and the task that it stands for */
struct scn_lane {
	const char *label;
	int task;
};

/**
 * struct scn_planner - a plan in the making
 * @env: variables
 * @plan: what is made
 * @use_depth: files in one another
 * @machine_done: the machine is complete
 * @machine_stmt: last line that said something about it
 * @par: index of the step of the `par` block at hand, -1 outside
 * @lane: its labels
 * @lane_count: number of @lane
 */
struct scn_planner {
	struct scn_env *env;
	struct scn_plan *plan;
	unsigned int use_depth;
	bool machine_done;
	const struct scn_stmt *machine_stmt;
	int par;
	struct scn_lane lane[SCN_LANE_MAX];
	unsigned int lane_count;
};

/** scn_add_step - a new step at the end of the plan; NULL with an error */
struct scn_step *scn_add_step(struct scn_planner *planner, const struct scn_stmt *stmt,
			      enum scn_step_kind kind);
/** scn_plan_block - all statements of a block */
bool scn_plan_block(struct scn_planner *planner, const struct scn_stmt *first);
/** scn_find_device - index of a device of the plan's machine, -1 if there is none */
int scn_find_device(const struct svmsim_machine *machine, const char *name, size_t bytes);
/** scn_device_known - name of a device of the struct svmsim_machine at @ctx, and "ram" */
const char *scn_device_known(const void *ctx, unsigned int index);

/** scn_plan_task - `task NAME cpu N` */
bool scn_plan_task(struct scn_planner *planner, struct scn_cursor *cursor);
/** scn_plan_par - `par`, up to its `end` */
bool scn_plan_par(struct scn_planner *planner, const struct scn_stmt *stmt,
		  struct scn_cursor *cursor);
/** scn_plan_pin - `pin`; its labels are looked up by scn_plan_names() */
bool scn_plan_pin(struct scn_planner *planner, const struct scn_stmt *stmt,
		  struct scn_cursor *cursor);
/** scn_plan_who - which task carries out an action, whose actor and verb are known */
bool scn_plan_who(struct scn_planner *planner, struct scn_cursor *cursor, struct scn_step *step);
/** scn_plan_names - tasks and locks that stand in conditions and pins, when all are known */
bool scn_plan_names(struct scn_planner *planner);

#endif
