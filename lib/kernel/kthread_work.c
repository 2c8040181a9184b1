/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Work items that one kernel thread of the driver's own carries out, in order. */
#include <linux/bug.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include "kernel/completion.h"
#include "kernel/sched.h"

/** struct flush - an item that says when it is its turn */
struct flush {
	struct kthread_work work;
	struct completion done;
};

static void flush_fn(struct kthread_work *work)
{
	complete(&container_of(work, struct flush, work)->done);
}

static bool is_worker(const void *object, unsigned int index, struct sim_task **owner)
{
	const struct kthread_worker *worker = object;

	if (index || !worker->task)
		return false;
	*owner = sim_to_task(worker->task);
	return true;
}

static void wait_for_flush(struct flush *flush, const struct kthread_worker *worker,
			   const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = "worker",
		.name = worker->task ? sim_to_task(worker->task)->name : "?",
		.object = worker,
		.owner = is_worker,
		.site = site,
	};

	sim_completion_wait(&flush->done, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, &waiting);
}

static void setup_flush(struct flush *flush)
{
	kthread_init_work(&flush->work, flush_fn);
	init_completion(&flush->done);
}

static struct kthread_work *next_work(struct kthread_worker *worker)
{
	struct kthread_work *work = NULL;

	raw_spin_lock_irq(&worker->lock);
	if (!list_empty(&worker->work_list)) {
		work = list_first_entry(&worker->work_list, struct kthread_work, node);
		list_del_init(&work->node);
	}
	worker->current_work = work;
	raw_spin_unlock_irq(&worker->lock);
	return work;
}

int kthread_worker_fn(void *worker_ptr)
{
	struct kthread_worker *worker = worker_ptr;
	struct kthread_work *work;

	WARN_ON(worker->task && worker->task != current);
	worker->task = current;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		work = next_work(worker);
		if (work) {
			__set_current_state(TASK_RUNNING);
			work->func(work);
		} else {
			schedule();
		}
		cond_resched();
	}
	__set_current_state(TASK_RUNNING);
	raw_spin_lock_irq(&worker->lock);
	worker->task = NULL;
	raw_spin_unlock_irq(&worker->lock);
	return 0;
}

static struct kthread_worker *alloc_worker(unsigned int flags)
{
	struct kthread_worker *worker = kzalloc_obj(*worker);

	if (!worker)
		return NULL;
	kthread_init_worker(worker);
	worker->flags = flags;
	return worker;
}

static struct kthread_worker *attach_thread(struct kthread_worker *worker, struct task_struct *task)
{
	if (IS_ERR(task)) {
		kfree(worker);
		return ERR_CAST(task);
	}
	worker->task = task;
	return worker;
}

struct kthread_worker *kthread_create_worker_on_node(unsigned int flags, int node,
						     const char namefmt[], ...)
{
	struct kthread_worker *worker = alloc_worker(flags);
	char name[TASK_COMM_LEN];
	va_list args;

	if (!worker)
		return ERR_PTR(-ENOMEM);
	va_start(args, namefmt);
	vsnprintf(name, sizeof(name), namefmt, args);
	va_end(args);
	return attach_thread(worker, kthread_create(kthread_worker_fn, worker, "%s", name));
}

struct kthread_worker *kthread_create_worker_on_cpu(int cpu, unsigned int flags,
						    const char namefmt[])
{
	struct kthread_worker *worker = alloc_worker(flags);
	char name[TASK_COMM_LEN];

	if (!worker)
		return ERR_PTR(-ENOMEM);
	snprintf(name, sizeof(name), namefmt, (unsigned int)cpu);
	return attach_thread(worker, SIM_KTHREAD_CREATE("kthread_create_worker_on_cpu",
							kthread_worker_fn, worker, cpu, "%s",
							name));
}

/* Queued already, or somebody waits for it to be gone. */
static bool is_blocked(const struct kthread_work *work)
{
	return !list_empty(&work->node) || work->canceling;
}

static void insert(struct kthread_worker *worker, struct kthread_work *work,
		   struct list_head *before)
{
	WARN_ON_ONCE(!list_empty(&work->node));
	WARN_ON_ONCE(work->worker && work->worker != worker);
	list_add_tail(&work->node, before);
	work->worker = worker;
	if (!worker->current_work && worker->task)
		sim_try_to_wake(worker->task, TASK_NORMAL);
}

bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work)
{
	unsigned long flags;
	bool queued = false;

	raw_spin_lock_irqsave(&worker->lock, flags);
	if (!is_blocked(work)) {
		insert(worker, work, &worker->work_list);
		queued = true;
	}
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	return queued;
}

void kthread_delayed_work_timer_fn(struct timer_list *timer)
{
	struct kthread_delayed_work *dwork = container_of(timer, struct kthread_delayed_work,
							  timer);
	struct kthread_worker *worker = dwork->work.worker;
	unsigned long flags;

	if (WARN_ON_ONCE(!worker))
		return;
	raw_spin_lock_irqsave(&worker->lock, flags);
	list_del_init(&dwork->work.node);
	if (!dwork->work.canceling)
		insert(worker, &dwork->work, &worker->work_list);
	raw_spin_unlock_irqrestore(&worker->lock, flags);
}

static void queue_delayed(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
			  unsigned long delay)
{
	struct kthread_work *work = &dwork->work;

	if (!delay) {
		insert(worker, work, &worker->work_list);
		return;
	}
	WARN_ON_ONCE(!list_empty(&work->node));
	WARN_ON_ONCE(work->worker && work->worker != worker);
	list_add(&work->node, &worker->delayed_work_list);
	work->worker = worker;
	mod_timer(&dwork->timer, jiffies + delay);
}

bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
				unsigned long delay)
{
	unsigned long flags;
	bool queued = false;

	raw_spin_lock_irqsave(&worker->lock, flags);
	if (!is_blocked(&dwork->work)) {
		queue_delayed(worker, dwork, delay);
		queued = true;
	}
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	return queued;
}

/* Called with the lock held, which is dropped while a timer function that runs comes to its end. */
static void cancel_timer(struct kthread_delayed_work *dwork, unsigned long *flags)
{
	struct kthread_worker *worker = dwork->work.worker;

	dwork->work.canceling++;
	raw_spin_unlock_irqrestore(&worker->lock, *flags);
	timer_delete_sync(&dwork->timer);
	raw_spin_lock_irqsave(&worker->lock, *flags);
	dwork->work.canceling--;
}

static bool take_out(struct kthread_work *work)
{
	if (list_empty(&work->node))
		return false;
	list_del_init(&work->node);
	return true;
}

bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
			      unsigned long delay)
{
	struct kthread_work *work = &dwork->work;
	unsigned long flags;
	bool was_queued = false;

	raw_spin_lock_irqsave(&worker->lock, flags);
	if (work->worker) {
		WARN_ON_ONCE(work->worker != worker);
		cancel_timer(dwork, &flags);
		/* Somebody cancels it at the same time and wins. */
		if (work->canceling)
			goto out;
		was_queued = take_out(work);
	}
	queue_delayed(worker, dwork, delay);
out:
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	return was_queued;
}

void kthread_flush_work(struct kthread_work *work)
{
	struct kthread_worker *worker = work->worker;
	struct list_head *before = NULL;
	struct flush flush;

	if (!worker)
		return;
	setup_flush(&flush);
	raw_spin_lock_irq(&worker->lock);
	WARN_ON_ONCE(work->worker != worker);
	if (!list_empty(&work->node))
		before = work->node.next;
	else if (worker->current_work == work)
		before = worker->work_list.next;
	if (before)
		insert(worker, &flush.work, before);
	raw_spin_unlock_irq(&worker->lock);
	if (before)
		wait_for_flush(&flush, worker,
			       SIM_SITE(SIM_POINT_WAIT, "kthread_flush_work", "work"));
}

void kthread_flush_worker(struct kthread_worker *worker)
{
	struct flush flush;

	setup_flush(&flush);
	kthread_queue_work(worker, &flush.work);
	wait_for_flush(&flush, worker, SIM_SITE(SIM_POINT_WAIT, "kthread_flush_worker", "worker"));
}

static bool cancel_sync(struct kthread_work *work, struct kthread_delayed_work *dwork)
{
	struct kthread_worker *worker = work->worker;
	unsigned long flags;
	bool was_queued;

	if (!worker)
		return false;
	raw_spin_lock_irqsave(&worker->lock, flags);
	WARN_ON_ONCE(work->worker != worker);
	if (dwork)
		cancel_timer(dwork, &flags);
	was_queued = take_out(work);
	if (worker->current_work == work) {
		work->canceling++;
		raw_spin_unlock_irqrestore(&worker->lock, flags);
		kthread_flush_work(work);
		raw_spin_lock_irqsave(&worker->lock, flags);
		work->canceling--;
	}
	raw_spin_unlock_irqrestore(&worker->lock, flags);
	return was_queued;
}

bool kthread_cancel_work_sync(struct kthread_work *work)
{
	return cancel_sync(work, NULL);
}

bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *work)
{
	return cancel_sync(&work->work, work);
}

void kthread_destroy_worker(struct kthread_worker *worker)
{
	struct task_struct *task = worker->task;

	if (WARN_ON(!task))
		return;
	kthread_flush_worker(worker);
	kthread_stop(task);
	WARN_ON(!list_empty(&worker->delayed_work_list));
	WARN_ON(!list_empty(&worker->work_list));
	kfree(worker);
}
