/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* include/svmsim/schedule.h. */
#include <linux/errno.h>
#include <svmsim/schedule.h>
#include "kernel/task_internal.h"
#include "kernel/warn_internal.h"

/* A choice as text: two names of tasks, a key, an occurrence. */
#define CHOICE_TEXT_MAX 120

void svmsim_world_schedule(struct svmsim_world *world, const struct svmsim_scheduler *scheduler)
{
	sim_world_enter(world);
	world->tasks->scheduler = scheduler;
	sim_points_changed(world);
}

const char *svmsim_schedule_text(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	unsigned int bytes = CHOICE_TEXT_MAX * (tasks->choice_count + 1), used;

	if (bytes > tasks->text_bytes) {
		sim_free(world, tasks->text, tasks->text_bytes);
		tasks->text = sim_alloc(world, 2 * bytes);
		tasks->text_bytes = 2 * bytes;
	}
	used = host_snprintf(tasks->text, bytes, "s1");
	for (unsigned int i = 0; i < tasks->choice_count; i++) {
		const struct sim_choice *choice = &tasks->choice[i];

		used += host_snprintf(tasks->text + used, bytes - used, ",%s:k%08x", choice->task,
				      (u32)choice->site_key);
		if (choice->occurrence != 1)
			used += host_snprintf(tasks->text + used, bytes - used, "*%u",
					      choice->occurrence);
		used += host_snprintf(tasks->text + used, bytes - used, ">%s", choice->next);
	}
	return tasks->text;
}

uint64_t svmsim_world_switches(const struct svmsim_world *world)
{
	return world->tasks->switch_count;
}

/* struct spawned - what a task of the user's runs */
struct spawned {
	void (*run)(void *ctx);
	void *ctx;
};

static void run_spawned(void *arg)
{
	struct spawned spawned = *(struct spawned *)arg;

	sim_free(sim_world, arg, sizeof(spawned));
	spawned.run(spawned.ctx);
}

int svmsim_task_spawn(struct svmsim_world *world, const char *name, int cpu,
		      void (*run)(void *ctx), void *ctx)
{
	struct spawned *spawned;

	sim_world_enter(world);
	if (cpu >= (int)world->cpu_count)
		return sim_set_error(world, -EINVAL, "task %s: there is no CPU %d, only %u", name,
				     cpu, world->cpu_count);
	spawned = sim_alloc(world, sizeof(*spawned));
	spawned->run = run;
	spawned->ctx = ctx;
	if (sim_task_create(SIM_TASK_DRIVER, name, cpu, run_spawned, spawned))
		return 0;
	sim_free(world, spawned, sizeof(*spawned));
	return sim_set_error(world, -ENOMEM, "task %s: more than %u tasks, or no stack", name,
			     SIM_TASK_MAX);
}

enum svmsim_tasks_end svmsim_tasks_run(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	bool done;

	sim_world_enter(world);
	SIM_ASSERT(world->running == &tasks->root);
	done = tasks->stopped || sim_rest_run(world);
	if (tasks->bounded)
		return SVMSIM_TASKS_BOUND;
	if (tasks->stopped)
		return tasks->livelocked ? SVMSIM_TASKS_STUCK : SVMSIM_TASKS_STOPPED;
	return done ? SVMSIM_TASKS_DONE : SVMSIM_TASKS_STUCK;
}

void svmsim_tasks_stop(struct svmsim_world *world)
{
	world->tasks->stopped = true;
	if (world->running != &world->tasks->root)
		sim_pass(world, SIM_SITE(SIM_POINT_TASK, "stop", ""), SIM_PASS_YIELD);
}

void svmsim_tasks_settle(struct svmsim_world *world)
{
	sim_world_enter(world);
	sim_task_settle();
}

bool svmsim_tasks_wait(struct svmsim_world *world, bool (*done)(void *ctx), void *ctx,
		       const char *what)
{
	sim_world_enter(world);
	return sim_rest_wait(world, done, ctx, what);
}

bool svmsim_task_blocked(struct svmsim_world *world, const char *name, char *what,
			 size_t what_bytes)
{
	const struct sim_task *task = sim_task_find(world, name);

	if (!task || (task->state != SIM_TASK_BLOCKED && task->state != SIM_TASK_SPINNING))
		return false;
	if (what)
		sim_waiting_text(task, what, what_bytes);
	return true;
}

void svmsim_world_bound(struct svmsim_world *world, uint64_t points, uint64_t steps)
{
	struct sim_tasks *tasks = world->tasks;

	tasks->point_bound = points ? points : SIM_POINT_BOUND;
	tasks->step_bound = steps ? steps : SIM_STEP_BOUND;
	tasks->bound_ns = world->now_ns + tasks->point_bound * SIM_POINT_NS;
	sim_points_changed(world);
}
