/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What include/svmsim/schedule.h offers to whoever looks at tasks and sites; nothing runs here. */
#include <svmsim/schedule.h>
#include "kernel/site.h"
#include "kernel/task_internal.h"

static enum svmsim_task_state state_of(const struct svmsim_world *world,
				       const struct sim_task *task)
{
	switch (task->state) {
	case SIM_TASK_BLOCKED:
		return SVMSIM_TASK_BLOCKED;
	case SIM_TASK_SPINNING:
		return SVMSIM_TASK_SPINNING;
	case SIM_TASK_DEAD:
		return SVMSIM_TASK_ENDED;
	default:
		return task == world->running ? SVMSIM_TASK_RUNNING : SVMSIM_TASK_READY;
	}
}

static void fill(const struct svmsim_world *world, const struct sim_task *task,
		 struct svmsim_task *view)
{
	const struct sim_site *site = task->at;

	*view = (struct svmsim_task){
		.name = task->name,
		.number = task->number,
		.state = state_of(world, task),
		.cpu = task->cpu,
		.agent = task->class == SIM_TASK_AGENT,
		.driver = task->class == SIM_TASK_DRIVER,
	};
	if (view->state == SVMSIM_TASK_BLOCKED || view->state == SVMSIM_TASK_SPINNING) {
		view->idle = task->waiting.may_idle;
		sim_waiting_text(task, view->what, sizeof(view->what));
		site = task->waiting.site;
	}
	if (site)
		sim_site_text(site, view->site, sizeof(view->site));
}

bool svmsim_task_get(const struct svmsim_world *world, uint32_t index, struct svmsim_task *view)
{
	const struct sim_task *task = world->tasks->first;

	/* The root is nobody's: it drives the others. */
	for (task = task ? task->world_next : NULL; task; task = task->world_next) {
		if (!index--) {
			fill(world, task, view);
			return true;
		}
	}
	return false;
}

bool svmsim_task_find(const struct svmsim_world *world, const char *name, struct svmsim_task *view)
{
	const struct sim_task *task = sim_task_find(world, name);

	if (task)
		fill(world, task, view);
	return task;
}

bool svmsim_site_get(uint32_t index, struct svmsim_site *site)
{
	const struct sim_site *from = index < sim_site_count() ? sim_site_at(index + 1) : NULL;

	if (!from)
		return false;
	site->primitive = from->primitive;
	site->key = from->key;
	site->is_point = from->kind != SIM_POINT_FAIL;
	sim_site_text(from, site->name, sizeof(site->name));
	return true;
}

uint64_t svmsim_world_points(const struct svmsim_world *world)
{
	return world->tasks->choice_points;
}

bool svmsim_world_bounded(const struct svmsim_world *world)
{
	return world->tasks->bounded;
}
