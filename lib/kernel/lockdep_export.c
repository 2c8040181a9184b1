/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The checker's books as plain records. */
#include <linux/errno.h>
#include <svmsim/locks.h>
#include "kernel/lockdep_internal.h"
#include "kernel/task_internal.h"

_Static_assert(SVMSIM_LOCK_NAME_MAX == LOCKDEP_NAME_BYTES, "names of classes have one bound");

static struct lockdep_state *state_of(struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_LOCKDEP];
}

static void put_name(const struct lockdep_state *state, u32 class, char *name)
{
	if (!class || !lockdep_class_name(state, class, name))
		__builtin_memcpy(name, "?", 2);
}

int svmsim_lock_class(struct svmsim_world *world, unsigned int index,
		      struct svmsim_lock_class *record)
{
	const struct lockdep_state *state = state_of(world);
	const struct lockdep_class *class;

	if (!state || index + 1 >= state->class_count)
		return -ENOENT;
	class = &state->class[index + 1];
	*record = (struct svmsim_lock_class){
		.file = class->file ? class->file : "",
		.function = class->function ? class->function : "",
		.kind = class->wait_type == LD_WAIT_SLEEP  ? "sleeping"
			: class->wait_type == LD_WAIT_SPIN ? "spinning"
							   : "map",
	};
	put_name(state, index + 1, record->name);
	return 0;
}

int svmsim_lock_edge(struct svmsim_world *world, unsigned int index,
		     struct svmsim_lock_edge *record)
{
	const struct lockdep_state *state = state_of(world);
	const struct lockdep_trace *trace;
	const struct lockdep_edge *edge;

	if (!state || index + 1 >= state->edge_count)
		return -ENOENT;
	edge = &state->edge[index + 1];
	trace = &state->trace[edge->trace];
	*record = (struct svmsim_lock_edge){
		.from = edge->from - 1,
		.to = edge->to - 1,
		.held = edge->from_read,
		.taken = edge->to_read,
		.task = trace->task,
		.frame_count = trace->count,
		.frame = trace->frame,
	};
	return 0;
}

/* Locks that a task has: the newest in its list may be one that it waits for. */
static unsigned int had_count(const struct sim_task *task)
{
	bool waits = task->state == SIM_TASK_BLOCKED || task->state == SIM_TASK_SPINNING;
	const struct lockdep_map *newest;

	if (!task->held_count || !waits || !task->waiting.owner)
		return task->held_count;
	newest = task->held[task->held_count - 1].map;
	return task->held_count -
	       (newest->name && !__builtin_strcmp(newest->name, task->waiting.name));
}

int svmsim_lock_held(struct svmsim_world *world, unsigned int index,
		     struct svmsim_lock_held *record)
{
	const struct lockdep_state *state = state_of(world);

	if (!state)
		return -ENOENT;
	for (const struct sim_task *task = world->tasks->first; task; task = task->world_next) {
		const struct sim_held_lock *lock;

		if (index >= had_count(task)) {
			index -= had_count(task);
			continue;
		}
		lock = &task->held[index];
		*record = (struct svmsim_lock_held){
			.task = task->name,
			.mode = lock->read,
			.trylock = lock->trylock,
			.frame = lock->ip,
		};
		put_name(state, lock->class, record->name);
		return 0;
	}
	return -ENOENT;
}

int svmsim_lock_waiter(struct svmsim_world *world, unsigned int index,
		       struct svmsim_lock_waiter *record)
{
	for (const struct sim_task *task = world->tasks->first; task; task = task->world_next) {
		if (task->state != SIM_TASK_BLOCKED && task->state != SIM_TASK_SPINNING)
			continue;
		/* One without anything to do, or that waits for the others to come to rest. */
		if (task->waiting.may_idle)
			continue;
		if (index--)
			continue;
		record->task = task->name;
		sim_waiting_text(task, record->what, sizeof(record->what));
		return 0;
	}
	return -ENOENT;
}
