/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Who decides which task runs next in a scenario, what ends a run early, and what is kept of it. */
#ifndef EXPLORE_SCN_SCHED_H
#define EXPLORE_SCN_SCHED_H

#include "explore/scn_runner.h"

/**
 * scn_sched_begin - set the scheduler and the bounds that options ask for
 * @runner: its world was just made or reset
 *
 * Return: false with @runner->reason set.
 */
bool scn_sched_begin(struct scn_runner *runner);
/** scn_sched_end - note in @runner->scheduled what came of it; the world has finished */
void scn_sched_end(struct scn_runner *runner);
/** scn_sched_replays - does a command that makes the run's choices again fit into a line? */
bool scn_sched_replays(const struct scn_runner *runner);
/** scn_sched_replay_text - append the options that have the run scheduled as it was */
void scn_sched_replay_text(const struct scn_runner *runner, struct scn_buf *text);
/** scn_sched_wants_count - does the scheduler have to know how long a run is? */
bool scn_sched_wants_count(const struct scn_runner *runner);

#endif
