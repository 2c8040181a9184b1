/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Who runs next: candidates, the default, the scheduler's choice, the switch. */
#include <linux/bug.h>
#include "kernel/grace.h"
#include "kernel/report_scope.h"
#include "kernel/task_internal.h"
#include "kernel/time.h"
#include "kernel/warn_internal.h"

void sim_run_add(struct sim_tasks *tasks, struct sim_task *task)
{
	task->run_next = NULL;
	task->run_prev = tasks->run_last;
	if (tasks->run_last)
		tasks->run_last->run_next = task;
	else
		tasks->run_first = task;
	tasks->run_last = task;
	tasks->runnable_count++;
	tasks->irq_count += task->in_softirq || task->in_hardirq;
}

void sim_run_remove(struct sim_tasks *tasks, struct sim_task *task)
{
	if (task->run_prev)
		task->run_prev->run_next = task->run_next;
	else
		tasks->run_first = task->run_next;
	if (task->run_next)
		task->run_next->run_prev = task->run_prev;
	else
		tasks->run_last = task->run_prev;
	task->run_next = NULL;
	task->run_prev = NULL;
	tasks->runnable_count--;
	tasks->irq_count -= task->in_softirq || task->in_hardirq;
}

/* It asked to let others run, so they come first. */
static bool gives_way(enum sim_pass why)
{
	return why == SIM_PASS_YIELD || why == SIM_PASS_RELAX;
}

static bool is_irq(const struct sim_task *task)
{
	return task->in_softirq || task->in_hardirq;
}

/* Gives the CPU to whom an interrupt took it from, or to nobody. */
void sim_cpu_leave(struct sim_tasks *tasks, struct sim_task *task)
{
	struct sim_cpu_state *cpu = &tasks->cpu[task->cpu];

	if (task->class == SIM_TASK_AGENT || cpu->curr != task)
		return;
	cpu->curr = cpu->interrupted_count ? cpu->interrupted[--cpu->interrupted_count] : NULL;
}

bool sim_preemptible_at(const struct svmsim_world *world, const struct sim_task *task,
			enum sim_pass why, unsigned int kind)
{
	if (task->state == SIM_TASK_SPINNING || is_irq(task) || task->preempt_count ||
	    task->bh_count || task->irqs_disabled)
		return false;
	if (why == SIM_PASS_YIELD)
		return true;
	return world->machine->preempt == SVMSIM_PREEMPT_FULL ||
	       (why == SIM_PASS_POINT && kind == SIM_POINT_RESCHED &&
		world->machine->preempt == SVMSIM_PREEMPT_VOLUNTARY);
}

bool sim_task_preemptible(void)
{
	return sim_preemptible_at(sim_world, sim_world->running, SIM_PASS_POINT, SIM_POINT_LOCK);
}

/* Can an interrupt of this kind come while @curr has the CPU? */
static bool irq_allowed(const struct sim_task *irq, const struct sim_task *curr)
{
	if (!curr)
		return true;
	if (curr->irqs_disabled || curr->in_hardirq)
		return false;
	return irq->in_hardirq || (!curr->bh_count && !curr->in_softirq);
}

/* struct asking - what one look for candidates is about */
struct asking {
	struct svmsim_world *world;
	const struct sim_site *site;
	enum sim_pass why;
	bool may_preempt;
};

static bool curr_gives_way(const struct asking *asking, const struct sim_task *curr)
{
	if (!curr || curr->state == SIM_TASK_BLOCKED || curr->state == SIM_TASK_DEAD)
		return true;
	if (curr == asking->world->running)
		return asking->may_preempt;
	/* It stopped at a switch point of another task's: what holds there is what it left. */
	return sim_preemptible_at(asking->world, curr, SIM_PASS_POINT, SIM_POINT_LOCK);
}

/* A CPU on which a task may go on that can't on its own: the lowest that is idle. */
static int idle_cpu(const struct svmsim_world *world, const struct sim_task *task)
{
	if (task->pinned || task->migrate_count || task->preempt_count || task->bh_count ||
	    task->irqs_disabled)
		return -1;
	for (unsigned int cpu = 0; cpu < world->cpu_count; cpu++)
		if (!world->tasks->cpu[cpu].curr)
			return (int)cpu;
	return -1;
}

static bool is_interrupted(const struct sim_cpu_state *cpu, const struct sim_task *task)
{
	return (cpu->interrupted_count > 0 && cpu->interrupted[0] == task) ||
	       (cpu->interrupted_count > 1 && cpu->interrupted[1] == task);
}

static bool is_candidate(const struct asking *asking, const struct sim_task *task)
{
	const struct sim_cpu_state *cpu = &asking->world->tasks->cpu[task->cpu];
	const struct sim_task *curr = cpu->curr;

	if (task->class == SIM_TASK_AGENT || curr == task)
		return true;
	if (is_interrupted(cpu, task))
		return false;
	if (is_irq(task))
		return irq_allowed(task, curr);
	return curr_gives_way(asking, curr) || idle_cpu(asking->world, task) >= 0;
}

/* struct candidates - who could run next */
struct candidates {
	unsigned int count;
	unsigned int default_index;
	bool has_current;
	struct sim_task *task[SIM_CANDIDATE_MAX];
	struct svmsim_candidate shown[SIM_CANDIDATE_MAX];
};

/* Interrupts come at once; else the running task goes on; else the longest runnable does. */
static void find_default(const struct asking *asking, struct candidates *found)
{
	unsigned int own = 0;

	found->default_index = 0;
	for (unsigned int i = 0; i < found->count; i++) {
		if (found->task[i] == asking->world->running) {
			found->has_current = true;
			own = i;
		}
	}
	if (found->has_current && !gives_way(asking->why))
		found->default_index = own;
	for (unsigned int i = 0; i < found->count; i++) {
		if (!is_irq(found->task[i]))
			continue;
		found->default_index = i;
		return;
	}
}

static void find_candidates(const struct asking *asking, struct candidates *found)
{
	struct sim_task *task = asking->world->tasks->run_first;

	found->count = 0;
	found->has_current = false;
	for (; task && found->count < SIM_CANDIDATE_MAX; task = task->run_next)
		if (is_candidate(asking, task))
			found->task[found->count++] = task;
	find_default(asking, found);
}

static u32 count_pass(struct svmsim_world *world, struct sim_task *task,
		      const struct sim_site *site)
{
	if (unlikely(site->id >= task->passed_capacity)) {
		u32 capacity = sim_site_count() + 1;
		u32 *passed = sim_alloc(world, capacity * sizeof(*passed));

		/* Sites of plain accesses are found as they are met. */
		if (task->passed)
			__builtin_memcpy(passed, task->passed,
					 task->passed_capacity * sizeof(*passed));
		sim_free(world, task->passed, task->passed_capacity * sizeof(*passed));
		task->passed = passed;
		task->passed_capacity = capacity;
	}
	return ++task->passed[site->id];
}

static void record(struct svmsim_world *world, const struct sim_task *task,
		   const struct sim_task *next, const struct sim_site *site, u32 occurrence)
{
	struct sim_tasks *tasks = world->tasks;

	tasks->choice = sim_array_grow(world, tasks->choice, tasks->choice_count,
				       &tasks->choice_capacity, sizeof(*tasks->choice));
	tasks->choice[tasks->choice_count++] = (struct sim_choice){
		.task = task->name,
		.next = next->name,
		.site_key = site->key,
		.occurrence = occurrence,
	};
}

static unsigned int ask(const struct asking *asking, struct candidates *found, u32 occurrence)
{
	struct svmsim_world *world = asking->world;
	struct sim_tasks *tasks = world->tasks;
	char site[256];
	struct svmsim_point point = {
		.task = world->running->name,
		.task_number = world->running->number,
		.site = site,
		.site_key = asking->site->key,
		.primitive = asking->site->primitive,
		.occurrence = occurrence,
		.can_go_on = found->has_current,
		.yields = gives_way(asking->why),
		.default_index = found->default_index,
		.count = found->count,
		.candidate = found->shown,
		.point = tasks->choice_points,
	};
	unsigned int chosen;
	uint64_t quiet = 0;

	sim_site_text(asking->site, site, sizeof(site));
	for (unsigned int i = 0; i < found->count; i++) {
		const struct sim_task *task = found->task[i];

		found->shown[i] = (struct svmsim_candidate){
			.name = task->name,
			.number = task->number,
			.cpu = task->cpu,
			.agent = task->class == SIM_TASK_AGENT,
		};
	}
	chosen = tasks->scheduler->next(tasks->scheduler->ctx, &point, &quiet);
	SIM_ASSERT(chosen < found->count);
	tasks->quiet = quiet;
	return chosen;
}

static void take_cpu(const struct asking *asking, struct sim_task *task)
{
	struct svmsim_world *world = asking->world;
	struct sim_cpu_state *cpu = &world->tasks->cpu[task->cpu];

	/* When all has been stopped the root goes on, whoever has its CPU. */
	if (task->class == SIM_TASK_AGENT || cpu->curr == task || world->tasks->stopped)
		return;
	if (is_irq(task)) {
		if (cpu->curr) {
			SIM_ASSERT(cpu->interrupted_count < 2);
			cpu->interrupted[cpu->interrupted_count++] = cpu->curr;
		}
		cpu->curr = task;
		return;
	}
	if (!curr_gives_way(asking, cpu->curr)) {
		int idle = idle_cpu(world, task);

		SIM_ASSERT(idle >= 0);
		task->cpu = (unsigned int)idle;
		cpu = &world->tasks->cpu[task->cpu];
	}
	cpu->curr = task;
}

/* The root runs between what is modelled: a switch to or from it is none that a trace shows. */
static void show_switch(struct svmsim_world *world, struct sim_task *next)
{
	struct sim_tasks *tasks = world->tasks;
	struct sim_task *shown = tasks->shown;

	if (next == &tasks->root || next == shown)
		return;
	tasks->shown = next;
	if (!shown)
		return;
	tasks->switch_count++;
	world->step++;
	sim_event(SCHED_SWITCH, sim_name(shown->name), sim_name(next->name));
}

static void switch_to(struct svmsim_world *world, struct sim_task *next)
{
	struct sim_task *task = world->running;
	bool ends = task->state == SIM_TASK_DEAD;
	struct host_fiber *fiber;

	if (task == next)
		return;
	show_switch(world, next);
	task->shown_name = world->task_name;
	task->shown_pid = world->task_pid;
	sim_scope_save(world, task);
	world->running = next;
	world->cpu = next->cpu;
	world->task_name = next->shown_name;
	world->task_pid = next->shown_pid;
	sim_scope_restore(world, next);
	sim_points_changed(world);
	fiber = task->fiber;
	if (ends) {
		/* Whoever runs next frees the stack, when nobody stands on it any more. */
		world->tasks->zombie = fiber;
		task->fiber = NULL;
	}
	host_fiber_switch(fiber, next->fiber, ends);
	host_fiber_free(world->tasks->zombie);
	world->tasks->zombie = NULL;
}

static struct sim_task *choose(const struct asking *asking)
{
	struct svmsim_world *world = asking->world;
	struct sim_tasks *tasks = world->tasks;
	struct candidates found;
	unsigned int chosen;
	u32 occurrence;

	for (;;) {
		if (unlikely(tasks->stopped)) {
			sim_rest_stop(world);
			return &tasks->root;
		}
		find_candidates(asking, &found);
		if (found.count)
			break;
		sim_idle(world);
	}
	if (found.count == 1 || !tasks->scheduler)
		return found.task[found.default_index];
	tasks->choice_points++;
	occurrence = asking->why == SIM_PASS_POINT ?
		     world->running->passed[asking->site->id] :
		     count_pass(world, world->running, asking->site);
	chosen = ask(asking, &found, occurrence);
	if (chosen != found.default_index)
		record(world, world->running, found.task[chosen], asking->site, occurrence);
	return found.task[chosen];
}

void sim_pass(struct svmsim_world *world, const struct sim_site *site, enum sim_pass why)
{
	struct sim_tasks *tasks = world->tasks;
	struct sim_task *task = world->running, *next;
	struct asking asking = {
		.world = world,
		.site = site,
		.why = why,
		.may_preempt = sim_preemptible_at(world, task, why, site->kind),
	};

	if (unlikely(world->rcu_watching))
		sim_rcu_look(world);
	if (gives_way(why)) {
		sim_run_remove(tasks, task);
		sim_run_add(tasks, task);
	}
	if (unlikely(tasks->switch_count >= tasks->step_bound))
		sim_bound_reached(world);
	next = choose(&asking);
	if (next == task && why != SIM_PASS_BLOCK)
		return;
	take_cpu(&asking, next);
	task->at = site;
	switch_to(world, next);
}

void sim_points_changed(struct svmsim_world *world)
{
	struct sim_tasks *tasks = world->tasks;
	u64 due = sim_next_due_ns(world);

	tasks->alarm_ns = due < tasks->bound_ns ? due : tasks->bound_ns;
	if (tasks->look_ns && tasks->look_ns < tasks->alarm_ns)
		tasks->alarm_ns = tasks->look_ns;
	world->point_limit_ns = tasks->runnable_count > 1 &&
				(tasks->scheduler || tasks->irq_count) ? 0 : tasks->alarm_ns;
}

static void alarm(struct svmsim_world *world, const struct sim_site *site)
{
	struct sim_tasks *tasks = world->tasks;

	if (world->now_ns >= tasks->bound_ns && !tasks->bounded)
		sim_bound_reached(world);
	if (world->now_ns >= sim_next_due_ns(world))
		sim_expire(world);
	if (tasks->stopped && world->running != &tasks->root)
		sim_pass(world, site, SIM_PASS_YIELD);
	if (tasks->look_ns && world->now_ns >= tasks->look_ns && sim_stuck_look(world))
		sim_pass(world, site, SIM_PASS_RELAX);
	sim_points_changed(world);
}

void sim_point(const struct sim_site *site)
{
	sim_point_here(site);
}

noinline void sim_point_slow(struct svmsim_world *world, const struct sim_site *site)
{
	struct sim_tasks *tasks = world->tasks;

	if (unlikely(world->now_ns >= tasks->alarm_ns))
		alarm(world, site);
	if (tasks->runnable_count < 2)
		return;
	if (tasks->scheduler) {
		count_pass(world, world->running, site);
		if (tasks->quiet && !tasks->irq_count) {
			tasks->quiet--;
			return;
		}
	}
	sim_pass(world, site, SIM_PASS_POINT);
}

static void give_way(const struct sim_site *site, enum sim_pass why)
{
	struct svmsim_world *world = sim_world;

	sim_task_spin();
	world->now_ns += SIM_POINT_NS;
	if (unlikely(world->now_ns >= world->tasks->alarm_ns))
		alarm(world, site);
	if (world->tasks->runnable_count > 1)
		sim_pass(world, site, why);
}

void sim_task_yield(const struct sim_site *site)
{
	give_way(site, SIM_PASS_YIELD);
}

void sim_task_relax(const struct sim_site *site)
{
	give_way(site, SIM_PASS_RELAX);
}
