/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Blocking and waking, and what happens when nobody can run. */
#include <linux/errno.h>
#include "kernel/race.h"
#include "kernel/task_internal.h"
#include "kernel/time.h"
#include "kernel/workqueue.h"

static void sleep_add(struct sim_tasks *tasks, struct sim_task *task)
{
	struct sim_task **link = &tasks->sleep_first;

	while (*link && (*link)->deadline_ns <= task->deadline_ns)
		link = &(*link)->sleep_next;
	task->sleep_next = *link;
	*link = task;
}

static void sleep_remove(struct sim_tasks *tasks, struct sim_task *task)
{
	struct sim_task **link = &tasks->sleep_first;

	if (task->deadline_ns == ~0ull)
		return;
	while (*link != task)
		link = &(*link)->sleep_next;
	*link = task->sleep_next;
	task->deadline_ns = ~0ull;
}

bool sim_task_signal_pending(const struct sim_task *task, unsigned int kernel_state)
{
	if (task->signal == SIM_SIGNAL_NONE)
		return false;
	if (kernel_state & TASK_INTERRUPTIBLE)
		return true;
	return (kernel_state & TASK_WAKEKILL) && task->signal == SIM_SIGNAL_FATAL;
}

int sim_task_block(enum sim_task_state state, const struct sim_waiting *waiting, u64 deadline_ns)
{
	struct svmsim_world *world = sim_world;
	struct sim_tasks *tasks = world->tasks;
	struct sim_task *task = world->running;
	const struct sim_site *site = waiting->site;

	if (!site)
		site = SIM_SITE(SIM_POINT_WAIT, "block", "");
	if (deadline_ns <= world->now_ns)
		return -ETIME;
	if (state == SIM_TASK_BLOCKED && sim_task_signal_pending(task, task->task.__state))
		return -EINTR;
	task->state = state;
	task->waiting = *waiting;
	task->waiting.site = site;
	task->wake_reason = 0;
	task->blocked_ns = world->now_ns;
	task->deadline_ns = deadline_ns;
	if (deadline_ns != ~0ull)
		sleep_add(tasks, task);
	sim_run_remove(tasks, task);
	if (state == SIM_TASK_BLOCKED)
		sim_cpu_leave(tasks, task);
	if (task->class == SIM_TASK_WORKER && state == SIM_TASK_BLOCKED)
		sim_worker_sleeping(task);
	sim_stuck_check_cycle(world, task);
	sim_points_changed(world);
	sim_pass(world, site, SIM_PASS_BLOCK);
	return task->wake_reason;
}

bool sim_task_wake(struct sim_task *task, int reason)
{
	struct svmsim_world *world = sim_world;

	if (task->state != SIM_TASK_BLOCKED && task->state != SIM_TASK_SPINNING)
		return false;
	sleep_remove(world->tasks, task);
	task->state = SIM_TASK_RUNNABLE;
	task->wake_reason = reason;
	sim_run_add(world->tasks, task);
	sim_points_changed(world);
	return true;
}

void sim_task_signal(struct sim_task *task, int signal)
{
	if (task->signal < signal)
		task->signal = signal;
	if (task->state == SIM_TASK_BLOCKED && sim_task_signal_pending(task, task->task.__state))
		sim_task_wake(task, -EINTR);
}

u64 sim_next_due_ns(const struct svmsim_world *world)
{
	u64 due_ns = ~0ull, timer_ns;

	if (world->slot[SIM_SLOT_TIME] && sim_time_next(world, &timer_ns))
		due_ns = timer_ns;
	if (world->tasks->sleep_first && world->tasks->sleep_first->deadline_ns < due_ns)
		due_ns = world->tasks->sleep_first->deadline_ns;
	return due_ns;
}

void sim_expire(struct svmsim_world *world)
{
	struct sim_task *task;
	u64 timer_ns;

	while ((task = world->tasks->sleep_first) && task->deadline_ns <= world->now_ns)
		sim_task_wake(task, -ETIME);
	if (world->slot[SIM_SLOT_TIME] && sim_time_next(world, &timer_ns) &&
	    timer_ns <= world->now_ns)
		sim_time_expire(world);
}

/* Time that passes without anybody running counts for no bound. */
void sim_jump(struct svmsim_world *world, u64 ns)
{
	if (ns > world->now_ns) {
		world->tasks->bound_ns += ns - world->now_ns;
		world->now_ns = ns;
	}
	sim_expire(world);
	sim_points_changed(world);
}

/*
 * Who drives the world goes on although a task spins on the last CPU: it takes the CPU from it, and
 * the spinning task competes for one when it gets what it spins for.
 */
static void make_way(struct svmsim_world *world, const struct sim_task *task)
{
	struct sim_cpu_state *cpu = &world->tasks->cpu[task->cpu];

	if (task->class != SIM_TASK_AGENT && cpu->curr && cpu->curr != task &&
	    cpu->curr->state == SIM_TASK_SPINNING && !cpu->interrupted_count)
		cpu->curr = NULL;
}

static void rest_end(struct svmsim_world *world, struct sim_rester *rester, bool result)
{
	struct sim_rester **link = &world->tasks->rester;

	while (*link != rester)
		link = &(*link)->outer;
	*link = rester->outer;
	rester->result = result;
	if (unlikely(world->race_armed))
		sim_race_acquire_all(rester->task);
	make_way(world, rester->task);
	sim_task_wake(rester->task, 0);
}

/* The innermost wait for the others that is over now, as far as time need not move. */
static struct sim_rester *rest_over(const struct sim_tasks *tasks)
{
	for (struct sim_rester *rester = tasks->rester; rester; rester = rester->outer) {
		if (rester->rest == SIM_REST_SETTLE)
			return rester;
		if (rester->rest == SIM_REST_WAIT && rester->done(rester->ctx))
			return rester;
		if (rester->rest == SIM_REST_RUN && !tasks->driver_count)
			return rester;
	}
	return NULL;
}

void sim_idle(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	struct sim_rester *rester = rest_over(tasks);
	u64 due_ns = sim_next_due_ns(world);

	if (rester) {
		rest_end(world, rester, true);
		return;
	}
	if (due_ns != ~0ull && !sim_stuck_too_long(world)) {
		sim_jump(world, due_ns);
		return;
	}
	if (tasks->rester && tasks->rester->rest == SIM_REST_WAIT) {
		rest_end(world, tasks->rester, false);
		return;
	}
	sim_stuck_report(world);
	if (tasks->rester) {
		rest_end(world, tasks->rester, false);
		return;
	}
	/* Modelled code that was called directly: it can't be left standing. */
	SIM_ASSERT(tasks->root.state == SIM_TASK_BLOCKED || tasks->root.state == SIM_TASK_SPINNING);
	sim_task_wake(&tasks->root, -EDEADLK);
}

void sim_rest_stop(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	struct sim_rester *rester = tasks->rester;

	while (rester && rester->task != &tasks->root)
		rester = rester->outer;
	if (rester)
		rest_end(world, rester, false);
	else
		sim_task_wake(&tasks->root, -EDEADLK);
}

static bool rest(struct svmsim_world *world, struct sim_rester *rester, const char *what)
{
	const struct sim_waiting waiting = {
		.verb = "wait",
		.name = what,
		.site = SIM_SITE(SIM_POINT_TASK, "rest", ""),
		.may_idle = true,
	};

	rester->task = world->running;
	rester->outer = world->tasks->rester;
	world->tasks->rester = rester;
	sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
	return rester->result;
}

void sim_task_settle(void)
{
	struct sim_rester rester = { .rest = SIM_REST_SETTLE };

	if (sim_world->tasks->runnable_count > 1)
		rest(sim_world, &rester, "settle");
}

bool sim_rest_wait(struct svmsim_world *world, bool (*done)(void *ctx), void *ctx,
		   const char *what)
{
	struct sim_rester rester = { .rest = SIM_REST_WAIT, .done = done, .ctx = ctx };

	return done(ctx) || rest(world, &rester, what);
}

bool sim_rest_run(struct svmsim_world *world)
{
	struct sim_rester rester = { .rest = SIM_REST_RUN };

	if (world->tasks->runnable_count == 1 && !world->tasks->driver_count)
		return true;
	return rest(world, &rester, "tasks");
}

void sim_bound_reached(struct svmsim_world *world)
{
	world->tasks->bounded = true;
	world->tasks->stopped = true;
	/* The root may still have modelled code to come back from. */
	world->tasks->bound_ns = ~0ull;
	world->tasks->step_bound = ~0ull;
}

void sim_task_progress(void)
{
	sim_world->tasks->progress_count++;
}
