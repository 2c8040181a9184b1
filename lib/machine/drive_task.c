/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tasks that carry out one thing after another, as they are told (svmsim/task.h). */
#include <linux/errno.h>
#include <svmsim/task.h>
#include "kernel/race.h"
#include "kernel/task.h"
#include "machine/drive_task.h"

/* Between two things to do nobody minds how long it waits. */
static void actor_idle(struct svmsim_actor *actor)
{
	/* Apart from the initialiser: clang loses a site in one that is constant. */
	const struct sim_site *site = SIM_SITE(SIM_POINT_TASK, "idle", "");
	const struct sim_waiting waiting = {
		.verb = "line",
		.name = "to carry out",
		.site = site,
		.may_idle = true,
	};

	while (!actor->run && !actor->ends)
		sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
}

static void actor_body(void *arg)
{
	struct svmsim_actor *actor = arg;
	void (*run)(void *ctx);

	for (;;) {
		actor_idle(actor);
		run = actor->run;
		if (!run)
			return;
		actor->run = NULL;
		/* What was done before it was told to came before what it does. */
		sim_order_acquire(actor);
		run(actor->ctx);
		actor->busy = false;
		/* What a plain signal had to say was said when the task went back to its user. */
		if (actor->task->signal == SIM_SIGNAL_PLAIN)
			actor->task->signal = SIM_SIGNAL_NONE;
	}
}

int svmsim_actor_create(struct svmsim_world *world, const char *name, int cpu,
			struct svmsim_actor **actor)
{
	struct svmsim_actor *made;

	sim_world_enter(world);
	*actor = NULL;
	if (cpu >= (int)world->cpu_count)
		return sim_set_error(world, -EINVAL, "task %s: there is no CPU %d, only %u", name,
				     cpu, world->cpu_count);
	made = machine_handle_new(world, sizeof(*made));
	made->task = sim_task_create(SIM_TASK_DRIVER, name, cpu, actor_body, made);
	if (!made->task) {
		machine_handle_drop(&made->handle);
		return sim_set_error(world, -ENOMEM, "task %s: more than %u tasks, or no stack",
				     name, SIM_TASK_MAX);
	}
	made->task->private = made;
	*actor = made;
	return 0;
}

void svmsim_actor_post(struct svmsim_actor *actor, void (*run)(void *ctx), void *ctx)
{
	sim_world_enter(actor->handle.world);
	SIM_ASSERT(!actor->busy && !actor->ends && actor->task->state != SIM_TASK_DEAD);
	actor->busy = true;
	actor->run = run;
	actor->ctx = ctx;
	sim_order_release(actor);
	sim_task_wake(actor->task, 0);
}

bool svmsim_actor_busy(const struct svmsim_actor *actor)
{
	return actor->busy && !svmsim_actor_gone(actor);
}

bool svmsim_actor_gone(const struct svmsim_actor *actor)
{
	return actor->task->state == SIM_TASK_DEAD;
}

void svmsim_actor_end(struct svmsim_actor *actor)
{
	sim_world_enter(actor->handle.world);
	actor->ends = true;
	if (!actor->busy)
		sim_task_wake(actor->task, 0);
}

bool svmsim_actor_blocked(struct svmsim_actor *actor, char *what, size_t what_bytes)
{
	if (!actor->busy || !svmsim_task_blocked(actor->handle.world, actor->task->name, what,
						 what_bytes))
		return false;
	/* The name that it was made with says more than where this library waits. */
	if (what && actor->awaits)
		host_snprintf(what, what_bytes, "event %s", actor->awaits->name);
	return true;
}

void svmsim_actor_signal(struct svmsim_actor *actor, bool fatal)
{
	sim_world_enter(actor->handle.world);
	sim_task_signal(actor->task, fatal ? SIM_SIGNAL_FATAL : SIM_SIGNAL_PLAIN);
}
