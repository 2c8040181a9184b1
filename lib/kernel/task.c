/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The life of tasks: made, ended, forgotten. */
#include "kernel/task.h"
#include <linux/jiffies.h>
#include <linux/sched/task.h>
#include "kernel/lock.h"
#include "kernel/lockdep.h"
#include "kernel/race.h"
#include "kernel/task_internal.h"
#include "kernel/warn_internal.h"
#include "kernel/world_internal.h"

struct task_struct *sim_current(void)
{
	return &sim_world->running->task;
}

/* How many tasks of the run were called so before. */
static unsigned int copies_of(const struct svmsim_world *world, const char *comm)
{
	const struct sim_task *task = world->tasks->first;
	unsigned int copies = 0;

	for (; task; task = task->world_next)
		copies += !__builtin_strcmp(task->task.comm, comm);
	return copies;
}

static void name_task(struct svmsim_world *world, struct sim_task *task, const char *name)
{
	char text[TASK_COMM_LEN + 12];
	unsigned int copies;

	host_snprintf(task->task.comm, sizeof(task->task.comm), "%s", name);
	host_snprintf(text, sizeof(text), "%s", task->task.comm);
	copies = copies_of(world, text);
	while (sim_task_find(world, text))
		host_snprintf(text, sizeof(text), "%s.%u", task->task.comm, ++copies);
	task->name = sim_name_text(world, sim_name(text));
}

struct sim_task *sim_task_find(const struct svmsim_world *world, const char *name)
{
	struct sim_task *task = world->tasks->first;

	while (task && __builtin_strcmp(task->name, name))
		task = task->world_next;
	return task;
}

struct sim_task *sim_task_numbered(const struct svmsim_world *world, u32 number)
{
	struct sim_task *task = world->tasks->first;

	while (task && task->number != number)
		task = task->world_next;
	return task;
}

static __noreturn void begin(void *arg)
{
	struct sim_task *task = arg;
	struct sim_tasks *tasks = sim_world->tasks;

	host_fiber_free(tasks->zombie);
	tasks->zombie = NULL;
	task->entry(task->arg);
	sim_task_exit();
}

static void link_task(struct sim_tasks *tasks, struct sim_task *task)
{
	task->number = tasks->next_number++;
	if (tasks->last)
		tasks->last->world_next = task;
	else
		tasks->first = task;
	tasks->last = task;
	tasks->alive_count++;
	refcount_set(&task->task.usage, 1);
	tasks->driver_count += task->class == SIM_TASK_DRIVER;
}

struct sim_task *sim_task_create(enum sim_task_class class, const char *name, int cpu,
				 void (*entry)(void *arg), void *arg)
{
	struct svmsim_world *world = sim_world;
	struct sim_tasks *tasks = world->tasks;
	struct sim_task *task;

	SIM_ASSERT(cpu < (int)world->cpu_count);
	if (tasks->alive_count >= SIM_TASK_MAX)
		return NULL;
	task = sim_alloc(world, sizeof(*task));
	task->fiber = host_fiber_create(begin, task, tasks->next_number);
	if (!task->fiber) {
		sim_free(world, task, sizeof(*task));
		return NULL;
	}
	task->class = class;
	task->entry = entry;
	task->arg = arg;
	task->pinned = cpu >= 0;
	task->cpu = cpu >= 0 ? (unsigned int)cpu : tasks->next_cpu++ % world->cpu_count;
	task->deadline_ns = ~0ull;
	task->in_softirq = class == SIM_TASK_SOFTIRQ;
	task->in_hardirq = class == SIM_TASK_HARDIRQ;
	if (class != SIM_TASK_DRIVER && class != SIM_TASK_ROOT)
		task->task.flags |= PF_KTHREAD;
	name_task(world, task, name);
	task->shown_name = task->name;
	task->shown_pid = sim_name_actor(world, sim_name(task->name));
	task->task.pid = task->shown_pid;
	task->task.tgid = task->shown_pid;
	link_task(tasks, task);
	sim_run_add(tasks, task);
	if (unlikely(world->race_armed))
		sim_race_task_created(task);
	sim_task_progress();
	sim_points_changed(world);
	return task;
}

void sim_task_exit(void)
{
	struct svmsim_world *world = sim_world;
	struct sim_tasks *tasks = world->tasks;
	struct sim_task *task = world->running, *other;

	SIM_ASSERT(task != &tasks->root);
	sim_lockdep_task_exit(task);
	if (unlikely(world->race_armed))
		sim_race_task_exit(task);
	while ((other = sim_task_queue_pop(&task->join)))
		sim_task_wake(other, 0);
	put_task_struct(&task->task);
	task->state = SIM_TASK_DEAD;
	task->task.__state = TASK_DEAD;
	sim_run_remove(tasks, task);
	sim_cpu_leave(tasks, task);
	tasks->alive_count--;
	tasks->driver_count -= task->class == SIM_TASK_DRIVER;
	sim_task_progress();
	sim_pass(world, SIM_SITE(SIM_POINT_TASK, "exit", ""), SIM_PASS_EXIT);
	__builtin_unreachable();
}

void sim_task_queue_add(struct sim_task_queue *queue, struct sim_task *task)
{
	SIM_ASSERT(!task->queue);
	task->queue = queue;
	task->queue_next = NULL;
	if (queue->last)
		queue->last->queue_next = task;
	else
		queue->first = task;
	queue->last = task;
}

bool sim_task_queue_remove(struct sim_task_queue *queue, struct sim_task *task)
{
	struct sim_task **link = &queue->first, *before = NULL;

	if (task->queue != queue)
		return false;
	while (*link != task) {
		before = *link;
		link = &before->queue_next;
	}
	*link = task->queue_next;
	if (queue->last == task)
		queue->last = before;
	task->queue = NULL;
	task->queue_next = NULL;
	return true;
}

struct sim_task *sim_task_queue_pop(struct sim_task_queue *queue)
{
	struct sim_task *task = queue->first;

	if (task)
		sim_task_queue_remove(queue, task);
	return task;
}

void sim_tasks_make(struct svmsim_world *world)
{
	world->tasks = sim_alloc(world, sizeof(*world->tasks));
	world->running = &world->tasks->root;
}

void sim_tasks_start(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	struct sim_task *root = &tasks->root;

	root->class = SIM_TASK_ROOT;
	root->name = "<machine>";
	root->shown_name = root->name;
	root->fiber = host_fiber_main();
	root->deadline_ns = ~0ull;
	__builtin_memcpy(root->task.comm, "root", 5);
	tasks->point_bound = SIM_POINT_BOUND;
	tasks->step_bound = SIM_STEP_BOUND;
	tasks->bound_ns = tasks->point_bound * SIM_POINT_NS;
	link_task(tasks, root);
	sim_run_add(tasks, root);
	tasks->cpu[0].curr = root;
	world->running = root;
	sim_points_changed(world);
}

static void forget_task(struct svmsim_world *world, struct sim_task *task)
{
	struct sim_tasks *tasks = world->tasks;

	sim_free(world, task->passed, task->passed_capacity * sizeof(*task->passed));
	if (task == &tasks->root)
		return;
	if (task->fiber)
		host_fiber_free(task->fiber);
	sim_free(world, task, sizeof(*task));
}

/* A task that has not come to its end is forgotten where it stands. */
void sim_tasks_reset(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks, kept;
	struct sim_task *task, *next;

	SIM_ASSERT(world->running == &tasks->root);
	host_fiber_free(tasks->zombie);
	for (task = tasks->first; task; task = next) {
		next = task->world_next;
		forget_task(world, task);
	}
	kept = *tasks;
	__builtin_memset(tasks, 0, sizeof(*tasks));
	tasks->choice = kept.choice;
	tasks->choice_capacity = kept.choice_capacity;
	tasks->text = kept.text;
	tasks->text_bytes = kept.text_bytes;
}

void sim_tasks_unmake(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;

	if (!tasks)
		return;
	sim_tasks_reset(world);
	sim_free(world, tasks->choice, tasks->choice_capacity * sizeof(*tasks->choice));
	sim_free(world, tasks->text, tasks->text_bytes);
	sim_free(world, tasks, sizeof(*tasks));
	world->tasks = NULL;
	world->running = NULL;
}
