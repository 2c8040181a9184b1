/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Items: queueing, delaying, cancelling, disabling. */
#include <linux/workqueue.h>
#include <linux/bug.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "kernel/race.h"
#include "kernel/time.h"
#include "kernel/workqueue_internal.h"

/* What work_struct.sim_place says of an item that is linked. */
enum place {
	/* In the worklist of a pool, or set aside for one worker of it. */
	PLACE_ACTIVE = 1,
	PLACE_INACTIVE,
	PLACE_TIMER,
	PLACE_RCU,
};

void sim_work_init(struct work_struct *work, work_func_t func, const char *name,
		   const char *map_name, struct lock_class_key *key)
{
	*work = (struct work_struct){ .func = func, .sim_name = name };
	lockdep_init_map(&work->lockdep_map, map_name, key, 0);
}

static void link_work(struct work_struct *work, enum place place, struct list_head *list)
{
	work->sim_place = place;
	list_add_tail(&work->entry, list);
	sim_work_state(sim_world)->linked_count++;
}

void sim_work_unlink(struct work_struct *work)
{
	list_del(&work->entry);
	work->entry.next = NULL;
	work->entry.prev = NULL;
	sim_work_state(sim_world)->linked_count--;
}

static void activate(struct sim_pwq *pwq, struct work_struct *work)
{
	pwq->active_count++;
	link_work(work, PLACE_ACTIVE, &pwq->pool->worklist);
	sim_pool_kick(pwq->pool);
}

/* Where it runs already it goes again, if that is for the same queue: it never runs twice. */
static struct sim_pwq *choose_pwq(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct sim_pwq *pwq = &wq->pwq[wq->pwq_count > 1 ? cpu : 0];
	const struct sim_worker *worker;

	if (sim_wq_is_ordered(wq))
		return pwq;
	worker = sim_worker_running(work, work->func, wq);
	return worker ? worker->pwq : pwq;
}

/* A queue that is being drained takes only what its own items queue. */
static bool is_refused(const struct workqueue_struct *wq, const struct work_struct *work)
{
	const struct sim_worker *worker = sim_worker_current();

	if (likely(!(wq->flags & (__WQ_DRAINING | SIM_WQ_DESTROYING))))
		return false;
	return WARN_ONCE(!worker || !worker->work || worker->pwq->wq != wq,
			 "workqueue: cannot queue %s on wq %s\n", sim_work_name(work), wq->name);
}

void sim_work_insert(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	struct sim_pwq *pwq;

	if (is_refused(wq, work))
		return;
	if (cpu == WORK_CPU_UNBOUND || WARN_ON_ONCE(!cpu_online(cpu)))
		cpu = (int)sim_cpu();
	sim_order_release(work);
	pwq = choose_pwq(cpu, wq, work);
	work->sim_pwq = pwq;
	work->sim_is_bh = wq->flags & WQ_BH;
	work->sim_instance = ++sim_work_state(sim_world)->instance;
	wq->flight_count++;
	if (list_empty(&pwq->inactive) && pwq->active_count < wq->max_active)
		activate(pwq, work);
	else
		link_work(work, PLACE_INACTIVE, &pwq->inactive);
}

void sim_pwq_refill(struct sim_pwq *pwq)
{
	while (!list_empty(&pwq->inactive) && pwq->active_count < pwq->wq->max_active) {
		struct work_struct *next =
			list_first_entry(&pwq->inactive, struct work_struct, entry);

		sim_work_unlink(next);
		activate(pwq, next);
	}
}

void sim_work_over(struct sim_pwq *pwq, u64 instance, bool was_active)
{
	struct workqueue_struct *wq = pwq->wq;

	wq->flight_count--;
	pwq->active_count -= was_active;
	sim_pwq_refill(pwq);
	sim_flush_over(wq, instance);
}

bool sim_work_take(struct work_struct *work)
{
	struct sim_pwq *pwq = work->sim_pwq;

	/* Nothing but the end of the grace period takes it away from RCU. */
	while (work_pending(work) && work->sim_place == PLACE_RCU)
		rcu_barrier();
	if (!work_pending(work))
		return false;
	sim_work_unlink(work);
	if (work->sim_place == PLACE_TIMER)
		timer_delete(&to_delayed_work(work)->timer);
	else
		sim_work_over(pwq, work->sim_instance, work->sim_place == PLACE_ACTIVE);
	return true;
}

static bool may_queue(const struct work_struct *work)
{
	return !work_pending(work) && !work->sim_disable_count;
}

bool sim_queue_work(int cpu, struct workqueue_struct *wq, struct work_struct *work,
		    const struct sim_site *site)
{
	bool queued = may_queue(work);

	if (queued)
		sim_work_insert(cpu, wq, work);
	sim_point_here(site);
	return queued;
}

void delayed_work_timer_fn(struct timer_list *timer)
{
	struct delayed_work *dwork = container_of(timer, struct delayed_work, timer);

	sim_work_unlink(&dwork->work);
	sim_work_insert(dwork->cpu, dwork->wq, &dwork->work);
}

static void insert_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	struct timer_list *timer = &dwork->timer;

	WARN_ON_ONCE(timer->function != delayed_work_timer_fn);
	WARN_ON_ONCE(timer_pending(timer));
	if (!delay) {
		sim_work_insert(cpu, wq, &dwork->work);
		return;
	}
	dwork->wq = wq;
	dwork->cpu = cpu;
	link_work(&dwork->work, PLACE_TIMER, &sim_work_state(sim_world)->off);
	sim_order_release(&dwork->work);
	timer->expires = jiffies + delay;
	if (cpu == WORK_CPU_UNBOUND || WARN_ON_ONCE(!cpu_online(cpu)))
		sim_timer_add(timer, (int)sim_cpu());
	else
		sim_timer_add(timer, cpu);
}

bool sim_queue_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
		       unsigned long delay, const struct sim_site *site)
{
	bool queued = may_queue(&dwork->work);

	if (queued)
		insert_delayed(cpu, wq, dwork, delay);
	sim_point_here(site);
	return queued;
}

bool sim_mod_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
		     unsigned long delay, const struct sim_site *site)
{
	bool was_pending = sim_work_take(&dwork->work);

	if (!dwork->work.sim_disable_count)
		insert_delayed(cpu, wq, dwork, delay);
	sim_point_here(site);
	return was_pending;
}

static void rcu_work_fn(struct rcu_head *head)
{
	struct rcu_work *rwork = container_of(head, struct rcu_work, rcu);

	if (!work_pending(&rwork->work))
		return;
	sim_work_unlink(&rwork->work);
	sim_work_insert(WORK_CPU_UNBOUND, rwork->wq, &rwork->work);
}

bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	if (!may_queue(&rwork->work))
		return false;
	rwork->wq = wq;
	link_work(&rwork->work, PLACE_RCU, &sim_work_state(sim_world)->off);
	call_rcu(&rwork->rcu, rcu_work_fn);
	return true;
}

bool cancel_work(struct work_struct *work)
{
	return sim_work_take(work);
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return sim_work_take(&dwork->work);
}

/* While it waits for the running instance nobody may queue the item again. */
bool sim_cancel_sync(struct work_struct *work, bool disable, const struct sim_site *site)
{
	bool was_pending;

	sim_point_here(site);
	was_pending = sim_work_take(work);
	work->sim_disable_count++;
	sim_flush_running(work, site);
	if (!disable)
		work->sim_disable_count--;
	return was_pending;
}

bool disable_work(struct work_struct *work)
{
	work->sim_disable_count++;
	return sim_work_take(work);
}

bool disable_delayed_work(struct delayed_work *dwork)
{
	return disable_work(&dwork->work);
}

bool enable_work(struct work_struct *work)
{
	if (WARN_ONCE(!work->sim_disable_count, "workqueue: work disable count underflowed\n"))
		return true;
	return --work->sim_disable_count == 0;
}

bool enable_delayed_work(struct delayed_work *dwork)
{
	return enable_work(&dwork->work);
}

unsigned int work_busy(struct work_struct *work)
{
	return (work_pending(work) ? WORK_BUSY_PENDING : 0) |
	       (sim_worker_running(work, work->func, NULL) ? WORK_BUSY_RUNNING : 0);
}

struct work_struct *current_work(void)
{
	const struct sim_worker *worker = sim_worker_current();

	return worker ? (struct work_struct *)worker->work : NULL;
}

/* An item on the stack that is still in use when the stack goes is a bug; ODEBUG's words. */
void destroy_work_on_stack(struct work_struct *work)
{
	WARN(work_pending(work), "ODEBUG: free active (active state 0) object type: work_struct\n");
	if (work_pending(work))
		sim_work_take(work);
}

void destroy_delayed_work_on_stack(struct delayed_work *dwork)
{
	timer_destroy_on_stack(&dwork->timer);
	destroy_work_on_stack(&dwork->work);
}

static struct work_struct *find_in(struct list_head *list,
				   bool (*fn)(struct work_struct *work, const void *ctx),
				   const void *ctx)
{
	struct work_struct *work;

	list_for_each_entry(work, list, entry)
		if (fn(work, ctx))
			return work;
	return NULL;
}

/**
 * struct finding - a search among the items set aside for workers
 * @fn: what to look for
 * @ctx: for @fn
 * @found: by it
 */
struct finding {
	bool (*fn)(struct work_struct *work, const void *ctx);
	const void *ctx;
	struct work_struct *found;
};

static bool find_scheduled(const struct sim_worker *worker, const void *ctx)
{
	struct finding *finding = (struct finding *)ctx;

	finding->found = find_in((struct list_head *)&worker->scheduled, finding->fn,
				 finding->ctx);
	return finding->found != NULL;
}

struct work_struct *sim_work_find_in_flight(bool (*fn)(struct work_struct *work, const void *ctx),
					    const void *ctx)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	struct finding finding = { fn, ctx, NULL };
	struct workqueue_struct *wq;

	for (unsigned int i = 0; i < state->pool_count; i++) {
		finding.found = find_in(&state->pool[i].worklist, fn, ctx);
		if (finding.found)
			return finding.found;
	}
	if (sim_worker_find(find_scheduled, &finding))
		return finding.found;
	list_for_each_entry(wq, &state->wq, entry) {
		for (unsigned int i = 0; i < wq->pwq_count; i++) {
			finding.found = find_in(&wq->pwq[i].inactive, fn, ctx);
			if (finding.found)
				return finding.found;
		}
	}
	return NULL;
}

bool sim_work_in_flight(const struct work_struct *work)
{
	return work_pending(work) &&
	       (work->sim_place == PLACE_ACTIVE || work->sim_place == PLACE_INACTIVE);
}

/** struct memory - a range that was freed */
struct memory {
	uintptr_t start;
	size_t bytes;
};

static bool is_in_memory(struct work_struct *work, const void *ctx)
{
	const struct memory *memory = ctx;

	return (uintptr_t)work - memory->start < memory->bytes;
}

/* Of an item that waits for its timer it is the timer that complains. */
void sim_work_memory_freed(const void *start, size_t bytes)
{
	struct sim_work_state *state = sim_work_state(sim_world);
	struct memory memory = { (uintptr_t)start, bytes };
	struct work_struct *work;

	if (likely(!state || !state->linked_count))
		return;
	while ((work = sim_work_find_in_flight(is_in_memory, &memory))) {
		sim_work_take(work);
		WARN(1, "ODEBUG: free active (active state 0) object type: work_struct\n");
	}
	while ((work = find_in(&state->off, is_in_memory, &memory)))
		sim_work_unlink(work);
}

bool(queue_work_on)(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(cpu, wq, work);
}

bool(queue_delayed_work_on)(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			    unsigned long delay)
{
	return queue_delayed_work_on(cpu, wq, dwork, delay);
}

bool(mod_delayed_work_on)(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			  unsigned long delay)
{
	return mod_delayed_work_on(cpu, wq, dwork, delay);
}

bool(cancel_work_sync)(struct work_struct *work)
{
	return cancel_work_sync(work);
}

bool(cancel_delayed_work_sync)(struct delayed_work *dwork)
{
	return cancel_delayed_work_sync(dwork);
}

bool(disable_work_sync)(struct work_struct *work)
{
	return disable_work_sync(work);
}

bool(disable_delayed_work_sync)(struct delayed_work *dwork)
{
	return disable_delayed_work_sync(dwork);
}
