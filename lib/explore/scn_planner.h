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
/** scn_plan_mm - `mm NAME` */
bool scn_plan_mm(struct scn_planner *planner, struct scn_cursor *cursor);
/** scn_plan_process - which process an action is about, and on which CPU, whose verb is known */
bool scn_plan_process(struct scn_planner *planner, struct scn_cursor *cursor,
		      struct scn_step *step);
/** scn_plan_cpu_task - index of the task that stands for a CPU, -1 with an error */
int scn_plan_cpu_task(struct scn_planner *planner, struct scn_cursor *cursor,
		      const struct scn_token *actor);
/** scn_name_pages - pages of a condition, and the process that they are of */
bool scn_name_pages(struct scn_planner *planner, struct scn_cursor *cursor, struct scn_term *term);
/** scn_name_process - symbol of a process, -1 with an error */
int scn_name_process(struct scn_planner *planner, struct scn_cursor *cursor,
		     const struct scn_token *token);
/** scn_name_counter - symbol of the process behind a counter, which is @token */
bool scn_name_counter(struct scn_planner *planner, struct scn_cursor *cursor,
		      const struct scn_compare *compare, const struct scn_token *token,
		      int *symbol);
/** scn_plan_pages - `expect` about pages, judged where it stands */
bool scn_plan_pages(struct scn_planner *planner, const struct scn_stmt *stmt,
		    struct scn_cursor *cursor, struct scn_expect *expect, const char *text);
/** scn_plan_state_mm - a `state` about processes: of which, and which pages */
bool scn_plan_state_mm(struct scn_planner *planner, struct scn_cursor *cursor,
		       struct scn_step *step, const struct scn_state *state);
/** scn_plan_names - tasks and locks that stand in conditions and pins, when all are known */
bool scn_plan_names(struct scn_planner *planner);

#endif
