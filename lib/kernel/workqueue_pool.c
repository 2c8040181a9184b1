/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Pools and their workers: who runs an item, and when. */
#include <linux/bug.h>
#include <linux/list.h>
#include <linux/sched.h>
#include "kernel/race.h"
#include "kernel/softirq.h"
#include "kernel/warn_internal.h"
#include "kernel/workqueue_internal.h"
#include "kernel/world_internal.h"

/* Pools of one CPU; see struct sim_work_state. */
#define CPU_POOL_COUNT 4
#define BH_POOL 2

static bool is_bh(const struct sim_pool *pool)
{
	return pool->kind == SIM_POOL_BH;
}

struct sim_pool *sim_pool_of(unsigned int cpu, unsigned int wq_flags)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	unsigned int high = !!(wq_flags & WQ_HIGHPRI);

	if (wq_flags & WQ_UNBOUND)
		return &state->pool[CPU_POOL_COUNT * sim_world->cpu_count + high];
	return &state->pool[CPU_POOL_COUNT * cpu + (wq_flags & WQ_BH ? BH_POOL : 0) + high];
}

struct sim_worker *sim_worker_current(void)
{
	struct sim_task *task = sim_task_current();

	return task->class == SIM_TASK_WORKER ? task->private : NULL;
}

struct sim_worker *sim_worker_find(bool (*fn)(const struct sim_worker *worker, const void *ctx),
				   const void *ctx)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	struct sim_worker *worker;

	for (unsigned int i = 0; i < state->pool_count; i++)
		list_for_each_entry(worker, &state->pool[i].workers, entry)
			if (fn(worker, ctx))
				return worker;
	return NULL;
}

struct running_key {
	const struct work_struct *work;
	work_func_t func;
	const struct workqueue_struct *wq;
};

/* Memory of an item can be another item's by now: then the function tells, as in the kernel. */
static bool runs_work(const struct sim_worker *worker, const void *ctx)
{
	const struct running_key *key = ctx;

	return worker->work == key->work && worker->func == key->func &&
	       (!key->wq || worker->pwq->wq == key->wq);
}

struct sim_worker *sim_worker_running(const struct work_struct *work, work_func_t func,
				      const struct workqueue_struct *wq)
{
	struct running_key key = { work, func, wq };

	return sim_worker_find(runs_work, &key);
}

static bool runs_instance(const struct sim_worker *worker, const void *ctx)
{
	return worker->work && worker->instance == *(const u64 *)ctx;
}

struct sim_worker *sim_worker_of_instance(u64 instance)
{
	return sim_worker_find(runs_instance, &instance);
}

static bool is_running(const struct sim_worker *worker)
{
	return worker->busy && !worker->cpu_intensive &&
	       worker->task->state != SIM_TASK_BLOCKED;
}

/* In a pool that runs one at a time: does one of the others run? */
static bool others_run(const struct sim_pool *pool, const struct sim_worker *self)
{
	const struct sim_worker *worker;

	if (pool->kind == SIM_POOL_UNBOUND)
		return false;
	list_for_each_entry(worker, &pool->workers, entry)
		if (worker != self && is_running(worker))
			return true;
	return false;
}

/*
 * What queues itself again has to wait for the next pass, where the world is driven in passes. A
 * static item may bring the number of a pass from another world.
 */
static bool is_eligible(const struct sim_work_state *state, const struct work_struct *work)
{
	if (!state->is_pass || work->sim_pass != state->pass)
		return true;
	for (unsigned int i = 0; i < state->ran_count; i++)
		if (state->ran[i] == work)
			return false;
	return true;
}

static void mark_pass(struct sim_work_state *state, struct work_struct *work)
{
	work->sim_pass = state->pass;
	if (!state->is_pass)
		return;
	state->ran = sim_array_grow(sim_world, state->ran, state->ran_count, &state->ran_capacity,
				    sizeof(*state->ran));
	state->ran[state->ran_count++] = work;
}

/*
 * Takes the oldest item. One that another worker of the pool runs already is handed to that worker,
 * which runs it again afterwards: an item never runs twice at a time.
 */
static struct work_struct *next_of_pool(struct sim_worker *self)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	struct sim_pool *pool = self->pool;
	struct work_struct *work, *next;

	if (others_run(pool, self))
		return NULL;
	list_for_each_entry_safe(work, next, &pool->worklist, entry) {
		struct sim_worker *other = sim_worker_running(work, work->func, NULL);

		if (!is_eligible(state, work))
			continue;
		if (!other || other->pool != pool)
			return work;
		list_move_tail(&work->entry, &other->scheduled);
	}
	return NULL;
}

static struct work_struct *next_work(struct sim_worker *self)
{
	struct work_struct *work;

	list_for_each_entry(work, &self->scheduled, entry)
		if (is_eligible(sim_work_state(sim_world), work))
			return work;
	return next_of_pool(self);
}

/**
 * struct leak_check - what a function must leave as it was
 * @preempt_count: of the task
 * @bh_count: of the task
 * @rcu_count: of the task
 * @held_count: of the task
 */
struct leak_check {
	int preempt_count;
	int bh_count;
	int rcu_count;
	unsigned int held_count;
};

static struct leak_check leak_check_begin(void)
{
	const struct sim_task *task = sim_task_current();

	return (struct leak_check){ task->preempt_count, task->bh_count, task->rcu_count,
				    task->held_count };
}

/* The next item of this worker shall not suffer from it: the counts are set right. */
static void leak_check_end(const struct leak_check *before, const char *name)
{
	struct sim_task *task = sim_task_current();
	struct sim_report *report;

	if (likely(task->preempt_count == before->preempt_count &&
		   task->bh_count == before->bh_count && task->rcu_count == before->rcu_count &&
		   task->held_count == before->held_count))
		return;
	report = sim_report_begin(SIM_REPORT_BUG);
	sim_report_field(report, "work", "%s", name);
	sim_report_line(report, "BUG: workqueue leaked atomic, lock or RCU: %s", task->name);
	sim_report_line(report, "preempt=%d->%d bh=%d->%d lock=%u->%u RCU=%d->%d workfn=%s",
			before->preempt_count, task->preempt_count, before->bh_count,
			task->bh_count, before->held_count, task->held_count, before->rcu_count,
			task->rcu_count, name);
	sim_report_raise(report);
	task->preempt_count = before->preempt_count;
	task->bh_count = before->bh_count;
	task->rcu_count = before->rcu_count;
}

/* The item may be freed by its own function: from there on it is only an address. */
static void run_one(struct sim_worker *worker, struct work_struct *work)
{
	struct sim_pwq *pwq = work->sim_pwq;
	struct lockdep_map map;
	struct leak_check before;

	worker->work = work;
	worker->func = work->func;
	worker->name = sim_work_name(work);
	worker->pwq = pwq;
	worker->instance = work->sim_instance;
	worker->cpu_intensive = pwq->wq->flags & WQ_CPU_INTENSIVE;
	mark_pass(sim_work_state(sim_world), work);
	sim_work_unlink(work);
	sim_pool_kick(worker->pool);
	lockdep_copy_map(&map, &work->lockdep_map);
	before = leak_check_begin();
	lock_map_acquire(pwq->wq->lockdep_map);
	lock_map_acquire(&map);
	sim_order_acquire(work);
	sim_event(WORK_START, sim_name(worker->name));
	worker->func(work);
	lock_map_release(&map);
	lock_map_release(pwq->wq->lockdep_map);
	leak_check_end(&before, worker->name);
	/* For who finds it idle, and for who flushes the whole queue. */
	sim_order_release(&work->entry);
	sim_order_release(pwq->wq);
	worker->work = NULL;
	worker->cpu_intensive = false;
	sim_work_over(pwq, worker->instance, true);
}

static void go_idle(struct sim_worker *worker)
{
	struct sim_waiting waiting = {
		.verb = "work",
		.name = "to do",
		.site = SIM_SITE(SIM_POINT_WAIT, "worker", ""),
		.may_idle = true,
	};

	worker->busy = false;
	list_add(&worker->idle_entry, &worker->pool->idle);
	while (worker->idle_entry.next)
		sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
}

static void worker_body(void *arg)
{
	struct sim_worker *worker = arg;
	const struct sim_site *site = SIM_SITE(SIM_POINT_RESCHED, "process_one_work", "");
	struct work_struct *work;

	for (;;) {
		if (worker->pool->kicked == worker)
			worker->pool->kicked = NULL;
		while ((work = next_work(worker))) {
			run_one(worker, work);
			sim_task_yield(site);
		}
		go_idle(worker);
	}
}

static struct sim_worker *make_worker(struct sim_pool *pool)
{
	struct sim_worker *worker = sim_alloc(sim_world, sizeof(*worker));
	bool unbound = pool->kind == SIM_POOL_UNBOUND;
	char name[TASK_COMM_LEN];

	if (unbound)
		host_snprintf(name, sizeof(name), "kworker/u%u:%u", pool->id, pool->worker_count);
	else
		host_snprintf(name, sizeof(name), "kworker/%u:%u%s", pool->cpu,
			      pool->worker_count, pool->highpri ? "H" : "");
	worker->pool = pool;
	INIT_LIST_HEAD(&worker->scheduled);
	worker->task = sim_task_create(SIM_TASK_WORKER, name, unbound ? -1 : (int)pool->cpu,
				       worker_body, worker);
	if (!worker->task) {
		sim_free(sim_world, worker, sizeof(*worker));
		return NULL;
	}
	pool->worker_count++;
	worker->task->private = worker;
	worker->task->task.flags |= PF_WQ_WORKER;
	list_add_tail(&worker->entry, &pool->workers);
	return worker;
}

static bool has_eligible(const struct sim_pool *pool)
{
	const struct work_struct *work;

	list_for_each_entry(work, &pool->worklist, entry)
		if (is_eligible(sim_work_state(sim_world), work))
			return true;
	return false;
}

/*
 * Without room for another worker the items wait until one has time (the kernel's would wait for
 * memory, or for the rescuer of their queue).
 */
void sim_pool_kick(struct sim_pool *pool)
{
	struct sim_worker *worker;

	if (list_empty(&pool->worklist) || !has_eligible(pool))
		return;
	if (is_bh(pool)) {
		sim_softirq_raise(pool->cpu, pool->highpri ? HI_SOFTIRQ : TASKLET_SOFTIRQ);
		return;
	}
	if (pool->kicked || others_run(pool, NULL))
		return;
	if (list_empty(&pool->idle)) {
		worker = make_worker(pool);
		if (!worker)
			return;
	} else {
		worker = list_first_entry(&pool->idle, struct sim_worker, idle_entry);
		list_del(&worker->idle_entry);
		worker->idle_entry.next = NULL;
		sim_task_wake(worker->task, 0);
	}
	worker->busy = true;
	pool->kicked = worker;
}

static bool kick_scheduled(const struct sim_worker *worker, const void *ctx)
{
	struct sim_worker *idle = (struct sim_worker *)worker;

	if (!list_empty(&worker->scheduled) && worker->idle_entry.next) {
		list_del(&idle->idle_entry);
		idle->idle_entry.next = NULL;
		idle->busy = true;
		sim_task_wake(idle->task, 0);
	}
	return false;
}

void sim_pools_kick(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	for (unsigned int i = 0; i < state->pool_count; i++)
		sim_pool_kick(&state->pool[i]);
	sim_worker_find(kick_scheduled, NULL);
}

bool sim_work_run(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);
	u64 started = world->events.count[SIM_EVENT_WORK_START];

	if (!state || state->is_pass) {
		sim_task_settle();
		return world->events.count[SIM_EVENT_WORK_START] != started;
	}
	state->is_pass = true;
	state->pass++;
	state->ran_count = 0;
	sim_task_settle();
	state->is_pass = false;
	if (unlikely(state->linked_count))
		sim_pools_kick(world);
	return world->events.count[SIM_EVENT_WORK_START] != started;
}

void sim_worker_sleeping(struct sim_task *task)
{
	struct sim_worker *worker = task->private;

	if (worker && worker->busy)
		sim_pool_kick(worker->pool);
}

/* Softirqs: the items that are there now. What they queue raises the softirq again. */
static void run_bh(unsigned int cpu, bool high)
{
	struct sim_worker *worker =
		&sim_work_state(sim_world)->bh_worker[2 * cpu + (high ? 1 : 0)];
	struct work_struct *work;

	worker->task = sim_task_current();
	worker->busy = true;
	while ((work = next_work(worker)))
		run_one(worker, work);
	worker->busy = false;
}

static void run_bh_normal(unsigned int cpu)
{
	run_bh(cpu, false);
}

static void run_bh_high(unsigned int cpu)
{
	run_bh(cpu, true);
}

static void pool_init(struct sim_pool *pool, enum sim_pool_kind kind, unsigned int cpu, bool high)
{
	*pool = (struct sim_pool){ .kind = kind, .cpu = cpu, .highpri = high };
	INIT_LIST_HEAD(&pool->worklist);
	INIT_LIST_HEAD(&pool->workers);
	INIT_LIST_HEAD(&pool->idle);
}

void sim_pools_make(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	state->pool_count = CPU_POOL_COUNT * world->cpu_count + 2;
	state->pool = sim_alloc(world, state->pool_count * sizeof(*state->pool));
	state->bh_worker = sim_alloc(world, 2 * world->cpu_count * sizeof(*state->bh_worker));
}

/* The tasks of workers are forgotten with all others. */
static void drop_workers(struct svmsim_world *world, struct sim_pool *pool)
{
	struct sim_worker *worker, *next;

	if (is_bh(pool) || !pool->workers.next)
		return;
	list_for_each_entry_safe(worker, next, &pool->workers, entry)
		sim_free(world, worker, sizeof(*worker));
	INIT_LIST_HEAD(&pool->workers);
}

void sim_pools_start(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	for (unsigned int i = 0; i < state->pool_count; i++) {
		unsigned int cpu = i / CPU_POOL_COUNT, kind = i % CPU_POOL_COUNT;

		if (cpu == world->cpu_count)
			pool_init(&state->pool[i], SIM_POOL_UNBOUND, 0, kind & 1);
		else
			pool_init(&state->pool[i], kind < BH_POOL ? SIM_POOL_BOUND : SIM_POOL_BH,
				  cpu, kind & 1);
		state->pool[i].id = i;
	}
	for (unsigned int i = 0; i < 2 * world->cpu_count; i++) {
		struct sim_worker *worker = &state->bh_worker[i];

		*worker = (struct sim_worker){
			.pool = sim_pool_of(i / 2, WQ_BH | (i & 1 ? WQ_HIGHPRI : 0)),
		};
		INIT_LIST_HEAD(&worker->scheduled);
		list_add_tail(&worker->entry, &worker->pool->workers);
	}
	sim_softirq_open(HI_SOFTIRQ, run_bh_high);
	sim_softirq_open(TASKLET_SOFTIRQ, run_bh_normal);
}

void sim_pools_reset(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	for (unsigned int i = 0; i < state->pool_count; i++)
		drop_workers(world, &state->pool[i]);
}

void sim_pools_unmake(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	sim_free(world, state->pool, state->pool_count * sizeof(*state->pool));
	sim_free(world, state->bh_worker, 2 * world->cpu_count * sizeof(*state->bh_worker));
}
