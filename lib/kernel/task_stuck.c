/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Deadlock and livelock. A task that begins to wait for what another holds adds an edge to the
 * wait-for graph; a cycle is a deadlock at once, whatever else could still run. At the end, tasks
 * that must come to an end and can't are one too. A livelock is found by looking now and then: for
 * long nothing has happened but tries that fail, and time has nothing to offer.
 */
#include "kernel/task_internal.h"
#include "kernel/time.h"

#define CYCLE_MAX 64
#define STILL_POINTS 100000ull
#define STILL_SPINS 1000ull
#define LOOK_NS (1000ull * SIM_POINT_NS)
/* As long as the kernel's own watch over hung tasks. */
#define HUNG_NS (120ull * 1000000000ull)

void sim_waiting_text(const struct sim_task *task, char *buf, size_t size)
{
	const struct sim_waiting *waiting = &task->waiting;
	struct sim_task *owner = NULL;

	if (waiting->owner && waiting->owner(waiting->object, 0, &owner) && owner)
		host_snprintf(buf, size, "%s %s, held by %s", waiting->verb, waiting->name,
			      owner->name);
	else
		host_snprintf(buf, size, "%s %s", waiting->verb,
			      waiting->name ? waiting->name : "");
}

static bool is_waiting(const struct sim_task *task)
{
	return task->state == SIM_TASK_BLOCKED || task->state == SIM_TASK_SPINNING;
}

/* A deadline or a signal may yet end it. */
static bool waits_for_good(const struct sim_task *task)
{
	return is_waiting(task) && task->deadline_ns == ~0ull;
}

static void add_task(struct sim_report *report, const struct sim_task *task)
{
	char what[200], site[256];

	if (is_waiting(task)) {
		sim_waiting_text(task, what, sizeof(what));
		sim_site_text(task->waiting.site, site, sizeof(site));
		sim_report_line(report, "  %s %s for %s", task->name,
				task->state == SIM_TASK_SPINNING ? "spins" : "waits", what);
		sim_report_line(report, "    at %s", site);
		return;
	}
	sim_report_line(report, "  %s could run, but CPU %u does not take it", task->name,
			task->cpu);
}

/**
 * struct walk - a search along the edges of the wait-for graph
 * @path: tasks from where it began
 * @length: their number
 */
struct walk {
	struct sim_task *path[CYCLE_MAX];
	unsigned int length;
};

static bool on_path(const struct walk *walk, const struct sim_task *task)
{
	for (unsigned int i = 0; i < walk->length; i++)
		if (walk->path[i] == task)
			return true;
	return false;
}

/* Extends the path by the next owner in turn; depth first, bounded by the path's length. */
static bool reaches(struct walk *walk, const struct sim_task *goal)
{
	unsigned int next[CYCLE_MAX] = { 0 };

	while (walk->length) {
		unsigned int depth = walk->length - 1;
		const struct sim_waiting *waiting = &walk->path[depth]->waiting;
		struct sim_task *owner = NULL;

		if (!waits_for_good(walk->path[depth]) || !waiting->owner ||
		    !waiting->owner(waiting->object, next[depth]++, &owner)) {
			walk->length--;
			continue;
		}
		if (owner == goal)
			return true;
		if (!owner || on_path(walk, owner) || walk->length == CYCLE_MAX)
			continue;
		next[walk->length] = 0;
		walk->path[walk->length++] = owner;
	}
	return false;
}

static void report_tasks(struct sim_report *report, struct sim_task *const *task,
			 unsigned int count)
{
	char names[120];
	unsigned int used = 0;

	names[0] = '\0';
	for (unsigned int i = 0; i < count && used < sizeof(names) - 40; i++)
		used += host_snprintf(names + used, sizeof(names) - used, "%s%s", i ? "," : "",
				      task[i]->name);
	sim_report_field(report, "tasks", "%s", names);
}

void sim_stuck_check_cycle(struct svmsim_world *world, struct sim_task *task)
{
	struct walk walk = { .path = { task }, .length = 1 };
	struct sim_report *report;

	if (!task->waiting.owner || !waits_for_good(task) || !reaches(&walk, task))
		return;
	report = sim_report_begin(SIM_REPORT_DEADLOCK);
	sim_report_field(report, "what", "cycle");
	report_tasks(report, walk.path, walk.length);
	sim_report_line(report, walk.length == 1 ? "a task waits for itself:" :
						   "each waits for what the next one holds:");
	for (unsigned int i = 0; i < walk.length; i++) {
		add_task(report, walk.path[i]);
		walk.path[i]->reported = true;
	}
	sim_report_raise(report);
}

/* Somebody minds if this task never goes on. */
static bool must_end(const struct svmsim_world *world, const struct sim_task *task)
{
	const struct sim_rester *rester = world->tasks->rester;

	for (; rester; rester = rester->outer)
		if (rester->task == task)
			return false;
	if (task->state == SIM_TASK_DEAD || task->waiting.may_idle)
		return false;
	if (task->class == SIM_TASK_DRIVER || task->class == SIM_TASK_ROOT)
		return task->state != SIM_TASK_RUNNABLE || task != world->running;
	return is_waiting(task) && !(task->task.__state & TASK_INTERRUPTIBLE);
}

/* What it waits for, directly or not, is in the hands of a task that a report named. */
static bool waits_for_reported(struct sim_task *task)
{
	for (unsigned int depth = 0; depth < CYCLE_MAX; depth++) {
		struct sim_task *owner = NULL;

		if (task->reported)
			return true;
		if (!is_waiting(task) || !task->waiting.owner ||
		    !task->waiting.owner(task->waiting.object, 0, &owner) || !owner)
			return false;
		task = owner;
	}
	return false;
}

void sim_stuck_report(struct svmsim_world *world)
{
	struct sim_task *stuck[CYCLE_MAX];
	struct sim_report *report;
	unsigned int count = 0;

	for (struct sim_task *task = world->tasks->first; task; task = task->world_next)
		if (count < CYCLE_MAX && must_end(world, task) && !waits_for_reported(task))
			stuck[count++] = task;
	if (!count)
		return;
	report = sim_report_begin(SIM_REPORT_DEADLOCK);
	sim_report_field(report, "what", "stuck");
	report_tasks(report, stuck, count);
	sim_report_line(report, "no task can run and no timer is pending:");
	for (unsigned int i = 0; i < count; i++) {
		add_task(report, stuck[i]);
		stuck[i]->reported = true;
	}
	sim_report_raise(report);
}

bool sim_stuck_too_long(const struct svmsim_world *world)
{
	bool found = false;

	for (const struct sim_task *task = world->tasks->first; task; task = task->world_next) {
		if (!must_end(world, task) || !is_waiting(task))
			continue;
		if (task->deadline_ns != ~0ull || world->now_ns - task->blocked_ns < HUNG_NS)
			return false;
		found = true;
	}
	return found;
}

/* All that shows that something has happened: events but switches, and what counts itself. */
static u64 progress_key(const struct svmsim_world *world)
{
	u64 key = world->tasks->progress_count;

	for (unsigned int i = 0; i < SIM_EVENT_COUNT; i++)
		if (i != SIM_EVENT_SCHED_SWITCH && i != SIM_EVENT_NAME)
			key += world->events.count[i];
	return key;
}

static void report_livelock(struct svmsim_world *world)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_LIVELOCK);
	struct sim_task *spinning[CYCLE_MAX];
	unsigned int count = 0;

	for (struct sim_task *task = world->tasks->first; task; task = task->world_next)
		if (count < CYCLE_MAX && task->state == SIM_TASK_RUNNABLE &&
		    task != &world->tasks->root)
			spinning[count++] = task;
	if (!count)
		spinning[count++] = world->running;
	report_tasks(report, spinning, count);
	sim_report_line(report, "tries that fail, over and over, and nothing else happens:");
	for (unsigned int i = 0; i < count; i++)
		sim_report_line(report, "  %s on CPU %u%s", spinning[i]->name, spinning[i]->cpu,
				world->tasks->cpu[spinning[i]->cpu].curr == spinning[i] ?
				", which it has" : ", which it does not get");
	for (struct sim_task *task = world->tasks->first; task; task = task->world_next)
		if (is_waiting(task) && !task->waiting.may_idle && must_end(world, task))
			add_task(report, task);
	sim_report_raise(report);
}

void sim_task_spin(void)
{
	struct sim_tasks *tasks = sim_world->tasks;

	tasks->spin_count++;
	if (tasks->look_ns)
		return;
	tasks->look_ns = sim_world->now_ns + LOOK_NS;
	sim_points_changed(sim_world);
}

bool sim_stuck_look(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	u64 key = progress_key(world), due_ns;

	tasks->look_ns = world->now_ns + LOOK_NS;
	if (key != tasks->progress_key) {
		tasks->progress_key = key;
		tasks->still_since_ns = world->now_ns;
		tasks->spin_count = 0;
		tasks->look_ns = 0;
		return false;
	}
	if (tasks->spin_count < STILL_SPINS)
		return false;
	/* Not to starve the others is what a fair schedule owes to them. */
	if (world->now_ns - tasks->still_since_ns < STILL_POINTS * SIM_POINT_NS)
		return true;
	due_ns = sim_next_due_ns(world);
	if (due_ns != ~0ull || sim_time_deadline(world, &due_ns)) {
		sim_jump(world, due_ns);
		tasks->still_since_ns = world->now_ns;
		tasks->spin_count = 0;
		return true;
	}
	report_livelock(world);
	tasks->livelocked = true;
	tasks->stopped = true;
	return true;
}
