/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Waiting for items. */
#include <linux/bug.h>
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "kernel/race.h"
#include "kernel/workqueue_internal.h"

/* The kernel says so at the 10th flush and never gives up; here that would be for ever. */
#define DRAIN_WARN 10
#define DRAIN_MAX 1000

void sim_flush_over(const struct workqueue_struct *wq, u64 instance)
{
	struct sim_flusher *flusher, *next;

	list_for_each_entry_safe(flusher, next, &sim_work_state(sim_world)->flushers, entry) {
		if (flusher->wq) {
			if (flusher->wq != wq || instance > flusher->instance || --flusher->left)
				continue;
		} else if (flusher->instance != instance) {
			continue;
		}
		list_del(&flusher->entry);
		flusher->done = true;
		sim_task_wake(flusher->task, 0);
	}
}

/* What a flusher waits for, among pending items and those that run. */
static bool is_awaited(const struct sim_flusher *flusher, const struct workqueue_struct *wq,
		       u64 instance)
{
	return flusher->wq ? flusher->wq == wq && instance <= flusher->instance :
			     flusher->instance == instance;
}

/**
 * struct owner_search - looks for the index-th task that a flusher waits for
 * @flusher: who waits
 * @skip: still to be passed over
 * @task: found
 */
struct owner_search {
	const struct sim_flusher *flusher;
	unsigned int skip;
	struct sim_task *task;
};

static bool is_owner(struct owner_search *search, struct sim_task *task)
{
	if (!task || search->skip--)
		return false;
	search->task = task;
	return true;
}

static bool worker_is_owner(const struct sim_worker *worker, const void *ctx)
{
	struct owner_search *search = (struct owner_search *)ctx;

	return worker->work && is_awaited(search->flusher, worker->pwq->wq, worker->instance) &&
	       is_owner(search, worker->task);
}

/* A worker whose end of work the items of a pool or queue wait for, if it is a certain one. */
static bool runs_in_pwq(const struct sim_worker *worker, const void *ctx)
{
	return worker->work && worker->pwq == ctx;
}

static bool hogs_pool(const struct sim_worker *worker, const void *ctx)
{
	return worker->pool == ctx && worker->busy && !worker->cpu_intensive &&
	       worker->task->state != SIM_TASK_BLOCKED;
}

static bool has_scheduled(const struct sim_worker *worker, const void *ctx)
{
	const struct work_struct *work;

	list_for_each_entry(work, &worker->scheduled, entry)
		if (work == ctx)
			return true;
	return false;
}

static struct sim_task *holder(const struct work_struct *work)
{
	const struct sim_pwq *pwq = work->sim_pwq;
	struct sim_worker *worker = sim_worker_find(has_scheduled, work);

	if (!worker && pwq->wq->max_active == 1)
		worker = sim_worker_find(runs_in_pwq, pwq);
	if (!worker && pwq->pool->kind != SIM_POOL_UNBOUND)
		worker = sim_worker_find(hogs_pool, pwq->pool);
	return worker ? worker->task : NULL;
}

static bool pending_has_owner(struct work_struct *work, const void *ctx)
{
	struct owner_search *search = (struct owner_search *)ctx;

	return work->sim_pwq && is_awaited(search->flusher, work->sim_pwq->wq,
					   work->sim_instance) &&
	       is_owner(search, holder(work));
}

static bool flush_owner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	struct owner_search search = { .flusher = object, .skip = index };

	if (!sim_worker_find(worker_is_owner, &search) &&
	    !sim_work_find_in_flight(pending_has_owner, &search))
		return false;
	*owner_task = search.task;
	return true;
}

/* From here on it takes note of what ends; touching lockdep's maps may switch. */
static void add_flusher(struct sim_flusher *flusher)
{
	flusher->task = sim_task_current();
	list_add_tail(&flusher->entry, &sim_work_state(sim_world)->flushers);
}

/* Returns false when the root gives up what will never come; see sim_task_block(). */
static bool wait_flusher(struct sim_flusher *flusher, const char *verb, const char *name,
			 enum sim_task_state how, const struct sim_site *site)
{
	struct sim_waiting waiting = {
		.verb = verb,
		.name = name,
		.object = flusher,
		.owner = flush_owner,
		.site = site,
	};

	while (!flusher->done && !sim_task_block(how, &waiting, ~0ull))
		;
	if (!flusher->done)
		list_del(&flusher->entry);
	sim_point_here(site);
	return flusher->done;
}

/* As if the map were a lock that the item holds while it runs. */
static void touch_map(struct lockdep_map *map, const struct workqueue_struct *wq)
{
	if (wq->flags & WQ_BH)
		local_bh_disable();
	lock_map_acquire(map);
	lock_map_release(map);
	if (wq->flags & WQ_BH)
		local_bh_enable();
}

static const char *running_name(const struct sim_worker *worker)
{
	return worker->work ? worker->name : "nothing";
}

/* A queue that reclaim relies on must not wait for one that may need memory first. */
static void check_dependency(const struct workqueue_struct *wq, const char *name)
{
	const struct sim_worker *worker = sim_worker_current();
	const unsigned int mask = WQ_MEM_RECLAIM | __WQ_LEGACY;

	if (wq->flags & WQ_MEM_RECLAIM)
		return;
#ifdef PF_MEMALLOC
	WARN_ONCE(current->flags & PF_MEMALLOC,
		  "workqueue: PF_MEMALLOC task %d(%s) is flushing !WQ_MEM_RECLAIM %s:%s\n",
		  current->pid, current->comm, wq->name, name);
#endif
	if (!worker || !worker->work)
		return;
	WARN_ONCE((worker->pwq->wq->flags & mask) == WQ_MEM_RECLAIM,
		  "workqueue: WQ_MEM_RECLAIM %s:%s is flushing !WQ_MEM_RECLAIM %s:%s\n",
		  worker->pwq->wq->name, running_name(worker), wq->name, name);
}

/* One at a time, or in memory reclaim, any item may have to wait for all before it. */
static void touch_maps(struct work_struct *work, struct workqueue_struct *wq, bool from_cancel)
{
	bool whole = wq->max_active == 1 || wq->flags & WQ_MEM_RECLAIM;

	touch_map(&work->lockdep_map, wq);
	if (!from_cancel && whole)
		touch_map(wq->lockdep_map, wq);
}

bool sim_flush_running(struct work_struct *work, const struct sim_site *site)
{
	struct sim_flusher flusher = { 0 };
	struct sim_worker *worker;

	if (work->sim_is_bh)
		WARN_ON_ONCE(in_hardirq());
	else
		might_sleep();
	worker = sim_worker_running(work, work->func, NULL);
	if (!worker) {
		sim_order_acquire(&work->entry);
		return false;
	}
	flusher.instance = worker->instance;
	add_flusher(&flusher);
	touch_maps(work, worker->pwq->wq, true);
	wait_flusher(&flusher, "work", sim_work_name(work),
		     work->sim_is_bh ? SIM_TASK_SPINNING : SIM_TASK_BLOCKED, site);
	sim_order_acquire(&work->entry);
	return true;
}

bool sim_flush_work(struct work_struct *work, const struct sim_site *site)
{
	struct sim_flusher flusher = { 0 };
	struct workqueue_struct *wq;
	struct sim_worker *worker;

	might_sleep();
	sim_point_here(site);
	if (WARN_ON(!work->func))
		return false;
	if (sim_work_in_flight(work)) {
		wq = work->sim_pwq->wq;
		flusher.instance = work->sim_instance;
	} else {
		worker = sim_worker_running(work, work->func, NULL);
		if (!worker) {
			sim_order_acquire(&work->entry);
			return false;
		}
		wq = worker->pwq->wq;
		flusher.instance = worker->instance;
	}
	add_flusher(&flusher);
	check_dependency(wq, sim_work_name(work));
	touch_maps(work, wq, false);
	wait_flusher(&flusher, "work", sim_work_name(work), SIM_TASK_BLOCKED, site);
	sim_order_acquire(&work->entry);
	return true;
}

bool(flush_work)(struct work_struct *work)
{
	return flush_work(work);
}

bool sim_flush_delayed(struct delayed_work *dwork, const struct sim_site *site)
{
	if (timer_delete_sync(&dwork->timer)) {
		sim_work_unlink(&dwork->work);
		sim_work_insert(dwork->cpu, dwork->wq, &dwork->work);
	}
	return sim_flush_work(&dwork->work, site);
}

bool(flush_delayed_work)(struct delayed_work *dwork)
{
	return flush_delayed_work(dwork);
}

bool flush_rcu_work(struct rcu_work *rwork)
{
	bool was_pending = work_pending(&rwork->work);

	if (was_pending)
		rcu_barrier();
	return flush_work(&rwork->work) || was_pending;
}

static bool flush_queue(struct workqueue_struct *wq, const struct sim_site *site)
{
	struct sim_flusher flusher = { .wq = wq };
	bool done = true;

	might_sleep();
	touch_map(wq->lockdep_map, wq);
	sim_point_here(site);
	flusher.left = wq->flight_count;
	flusher.instance = sim_work_state(sim_world)->instance;
	check_dependency(wq, "");
	if (flusher.left) {
		add_flusher(&flusher);
		done = wait_flusher(&flusher, "workqueue", wq->name, SIM_TASK_BLOCKED, site);
	}
	sim_order_acquire(wq);
	return done;
}

void sim_flush_workqueue(struct workqueue_struct *wq, const struct sim_site *site)
{
	flush_queue(wq, site);
}

void(__flush_workqueue)(struct workqueue_struct *wq)
{
	__flush_workqueue(wq);
}

bool sim_drain(struct workqueue_struct *wq, const char *caller, const struct sim_site *site)
{
	unsigned int count = 0;
	bool done;

	if (!wq->drainers++)
		wq->flags |= __WQ_DRAINING;
	do {
		done = flush_queue(wq, site);
		if (done && wq->flight_count)
			WARN(++count == DRAIN_WARN,
			     "workqueue %s: %s() isn't complete after %u tries\n", wq->name,
			     caller, count);
	} while (done && wq->flight_count && count < DRAIN_MAX);
	if (!--wq->drainers)
		wq->flags &= ~__WQ_DRAINING;
	return done;
}

void sim_drain_workqueue(struct workqueue_struct *wq, const struct sim_site *site)
{
	sim_drain(wq, "drain_workqueue", site);
}

void(drain_workqueue)(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
}
