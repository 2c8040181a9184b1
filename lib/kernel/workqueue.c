/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/bug.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/workqueue.h>
#include "kernel/actor.h"
#include "kernel/grace.h"
#include "kernel/time.h"
#include "kernel/workqueue_internal.h"

/* The system's queues are only names: what is queued is in the world. */
#define SYSTEM_QUEUE(queue) ((struct workqueue_struct *)&(queue))

static const struct workqueue_struct system_percpu = { .name = "events" };
static const struct workqueue_struct system_highpri = { .name = "events_highpri" };
static const struct workqueue_struct system_long = { .name = "events_long" };
static const struct workqueue_struct system_dfl = { .name = "events_unbound" };
static const struct workqueue_struct system_freezable = { .name = "events_freezable" };
static const struct workqueue_struct system_power = { .name = "events_power_efficient" };

struct workqueue_struct *const system_wq = SYSTEM_QUEUE(system_percpu);
struct workqueue_struct *const system_percpu_wq = SYSTEM_QUEUE(system_percpu);
struct workqueue_struct *const system_highpri_wq = SYSTEM_QUEUE(system_highpri);
struct workqueue_struct *const system_long_wq = SYSTEM_QUEUE(system_long);
struct workqueue_struct *const system_unbound_wq = SYSTEM_QUEUE(system_dfl);
struct workqueue_struct *const system_dfl_wq = SYSTEM_QUEUE(system_dfl);
struct workqueue_struct *const system_freezable_wq = SYSTEM_QUEUE(system_freezable);
struct workqueue_struct *const system_power_efficient_wq = SYSTEM_QUEUE(system_power);

void sim_work_init(struct work_struct *work, work_func_t func, const char *name)
{
	*work = (struct work_struct){ .func = func, .sim_name = name };
}

void sim_delayed_work_init(struct delayed_work *dwork, work_func_t func, const char *name)
{
	*dwork = (struct delayed_work){ 0 };
	sim_work_init(&dwork->work, func, name);
	timer_setup(&dwork->timer, delayed_work_timer_fn, 0);
}

static bool take_out(struct work_struct *work)
{
	if (!work_pending(work))
		return false;
	list_del(&work->entry);
	work->entry.next = NULL;
	work->entry.prev = NULL;
	return true;
}

static bool is_running(const struct work_struct *work)
{
	const struct sim_running *running = sim_work_state(sim_world)->running;

	for (; running; running = running->outer)
		if (running->work == work)
			return true;
	return false;
}

static bool queue_is_running(const struct workqueue_struct *wq)
{
	const struct sim_running *running = sim_work_state(sim_world)->running;

	for (; running; running = running->outer)
		if (running->wq == wq)
			return true;
	return false;
}

/* The item may be freed by its own function: nothing of it is read after that. */
static void run_one(struct svmsim_world *world, struct work_struct *work, u64 pass)
{
	struct sim_work_state *state = sim_work_state(world);
	struct sim_running running = { work, work->sim_wq, state->running };
	struct sim_actor outer = sim_actor_enter(world, "kworker");

	take_out(work);
	work->sim_pass = pass;
	state->running = &running;
	sim_event(WORK_START, sim_name(work->sim_name ? work->sim_name : "?"));
	work->func(work);
	sim_actor_leave(world, outer);
	state->running = running.outer;
}

/*
 * May run in this pass: has not run in it (or in one inside it), is not what waits right now, and
 * neither is another item of its queue if that runs one at a time.
 */
static bool may_run(const struct work_struct *work, u64 pass)
{
	if (work->sim_pass >= pass || is_running(work))
		return false;
	return !work->sim_wq->is_ordered || !queue_is_running(work->sim_wq);
}

static struct work_struct *next_pending(struct sim_work_state *state, u64 pass)
{
	struct work_struct *work;

	list_for_each_entry(work, &state->pending, entry)
		if (may_run(work, pass))
			return work;
	return NULL;
}

bool sim_work_run(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);
	struct work_struct *work;
	bool ran = false;
	u64 pass;

	if (!state)
		return false;
	while (sim_grace_run_one())
		ran = true;
	if (likely(list_empty(&state->pending)))
		return ran;
	pass = ++state->pass;
	while ((work = next_pending(state, pass))) {
		run_one(world, work, pass);
		ran = true;
	}
	return ran;
}

bool sim_work_pending(const struct svmsim_world *world)
{
	return sim_work_state(world) && !list_empty(&sim_work_state(world)->pending);
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct sim_work_state *state = sim_work_state(sim_world);

	if (work_pending(work) || work->sim_disable_count)
		return false;
	work->sim_wq = wq;
	/* A static item may have run in another world, whose passes have other numbers. */
	if (!state->running)
		work->sim_pass = 0;
	list_add_tail(&work->entry, &state->pending);
	return true;
}

void delayed_work_timer_fn(struct timer_list *timer)
{
	struct delayed_work *dwork = container_of(timer, struct delayed_work, timer);

	queue_work_on(dwork->cpu, dwork->wq, &dwork->work);
}

static void arm(struct workqueue_struct *wq, struct delayed_work *dwork, int cpu,
		unsigned long delay)
{
	dwork->wq = wq;
	dwork->cpu = cpu;
	if (delay)
		mod_timer(&dwork->timer, jiffies + delay);
	else
		queue_work_on(cpu, wq, &dwork->work);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	if (delayed_work_pending(dwork) || dwork->work.sim_disable_count)
		return false;
	arm(wq, dwork, cpu, delay);
	return true;
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	bool was_pending = cancel_delayed_work(dwork);

	if (!dwork->work.sim_disable_count)
		arm(wq, dwork, cpu, delay);
	return was_pending;
}

static void rcu_work_fn(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);

	queue_work(rwork->wq, &rwork->work);
}

bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	if (work_pending(&rwork->work) || rwork->work.sim_disable_count)
		return false;
	rwork->wq = wq;
	call_rcu(&rwork->rcu, rcu_work_fn);
	return true;
}

/* An item that waits for itself, or for what its caller runs in, would never go on. */
static bool is_own(const struct work_struct *work)
{
	if (!is_running(work))
		return false;
	sim_wait_forever(work->sim_name ? work->sim_name : "work");
	return true;
}

bool flush_work(struct work_struct *work)
{
	struct sim_work_state *state = sim_work_state(sim_world);

	if (is_own(work) || !work_pending(work))
		return false;
	run_one(sim_world, work, ++state->pass);
	return true;
}

bool cancel_work(struct work_struct *work)
{
	return take_out(work);
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending = take_out(work);

	is_own(work);
	return was_pending;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	if (timer_delete(&dwork->timer))
		queue_work_on(dwork->cpu, dwork->wq, &dwork->work);
	return flush_work(&dwork->work);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	bool was_armed = timer_delete(&dwork->timer);

	return take_out(&dwork->work) || was_armed;
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was_pending = cancel_delayed_work(dwork);

	is_own(&dwork->work);
	return was_pending;
}

bool disable_work(struct work_struct *work)
{
	work->sim_disable_count++;
	return cancel_work(work);
}

bool disable_work_sync(struct work_struct *work)
{
	work->sim_disable_count++;
	return cancel_work_sync(work);
}

bool enable_work(struct work_struct *work)
{
	if (WARN_ON_ONCE(!work->sim_disable_count))
		return false;
	return --work->sim_disable_count == 0;
}

bool disable_delayed_work(struct delayed_work *dwork)
{
	dwork->work.sim_disable_count++;
	return cancel_delayed_work(dwork);
}

bool disable_delayed_work_sync(struct delayed_work *dwork)
{
	dwork->work.sim_disable_count++;
	return cancel_delayed_work_sync(dwork);
}

bool enable_delayed_work(struct delayed_work *dwork)
{
	return enable_work(&dwork->work);
}

unsigned int work_busy(struct work_struct *work)
{
	return (work_pending(work) ? 1 : 0) | (is_running(work) ? 2 : 0);
}

struct work_struct *current_work(void)
{
	const struct sim_running *running = sim_work_state(sim_world)->running;

	return running ? running->work : NULL;
}

static struct work_struct *next_of_queue(const struct workqueue_struct *wq, u64 pass)
{
	struct work_struct *work;

	list_for_each_entry(work, &sim_work_state(sim_world)->pending, entry)
		if (work->sim_wq == wq && work->sim_pass < pass)
			return work;
	return NULL;
}

/* Each item once: what is queued anew while flushing need not have run. */
void __flush_workqueue(struct workqueue_struct *wq)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	struct work_struct *work;
	u64 pass;

	if (queue_is_running(wq)) {
		sim_wait_forever(wq->name);
		return;
	}
	pass = ++state->pass;
	while ((work = next_of_queue(wq, pass)))
		run_one(sim_world, work, pass);
}

/* The kernel too gives up on items that keep queueing themselves, with a warning. */
void drain_workqueue(struct workqueue_struct *wq)
{
	for (unsigned int flush_count = 1; flush_count <= 10; flush_count++) {
		__flush_workqueue(wq);
		if (!next_of_queue(wq, ~0ull))
			return;
	}
	WARN(1, "workqueue %s: drain_workqueue() isn't complete after 10 tries\n", wq->name);
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = kzalloc_obj(*wq);
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	wq->is_ordered = max_active == 1;
	list_add_tail(&wq->entry, &sim_work_state(sim_world)->queues);
	return wq;
}

/* An item that still queues itself is taken out: it would refer to a queue that is gone. */
void destroy_workqueue(struct workqueue_struct *wq)
{
	struct work_struct *work;

	drain_workqueue(wq);
	while ((work = next_of_queue(wq, ~0ull)))
		take_out(work);
	list_del(&wq->entry);
	kfree(wq);
}

void sim_work_memory_freed(const void *start, size_t bytes)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	struct work_struct *work, *next;

	if (likely(!state || list_empty(&state->pending)))
		return;
	list_for_each_entry_safe(work, next, &state->pending, entry) {
		if ((uintptr_t)work - (uintptr_t)start >= bytes)
			continue;
		take_out(work);
		WARN(1, "ODEBUG: free active (active state 0) object type: work_struct\n");
	}
}

static int work_make(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_alloc(world, sizeof(*state));

	INIT_LIST_HEAD(&state->pending);
	INIT_LIST_HEAD(&state->queues);
	world->slot[SIM_SLOT_WORK] = state;
	return 0;
}

/* Static items outlive a run, so they must not stay linked. */
static void work_reset(struct svmsim_world *world)
{
	struct sim_work_state *state = sim_work_state(world);

	while (!list_empty(&state->pending))
		take_out(list_first_entry(&state->pending, struct work_struct, entry));
	INIT_LIST_HEAD(&state->queues);
	state->running = NULL;
}

static void work_unmake(struct svmsim_world *world)
{
	work_reset(world);
	sim_free(world, world->slot[SIM_SLOT_WORK], sizeof(struct sim_work_state));
	world->slot[SIM_SLOT_WORK] = NULL;
}

const struct sim_layer sim_layer_work = {
	.name = "work",
	.slot = SIM_SLOT_WORK,
	.make = work_make,
	.reset = work_reset,
	.unmake = work_unmake,
};
