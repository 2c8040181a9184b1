/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Kernel threads: made asleep, run when woken, stopped, parked, bound to a CPU. */
#include <linux/kthread.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/sched/task.h>
#include <linux/sprintf.h>
#include "kernel/completion.h"
#include "kernel/inject.h"
#include "kernel/kthread.h"
#include "kernel/race.h"
#include "kernel/sched.h"
#include "kernel/task_internal.h"

/**
 * struct kthread - what task_struct.worker_private of a kernel thread points to
 * @next: made before it
 * @task: the thread
 * @threadfn: its body
 * @data: for @threadfn
 * @should_stop: kthread_stop() was called
 * @should_park: kthread_park() was called
 * @has_begun: it has been woken for the first time
 * @result: what kthread_stop() returns
 * @parked: it sleeps because of kthread_park()
 * @exited: it has come to its end
 */
struct kthread {
	struct kthread *next;
	struct sim_task *task;
	int (*threadfn)(void *data);
	void *data;
	bool should_stop;
	bool should_park;
	bool has_begun;
	int result;
	struct completion parked;
	struct completion exited;
};

/** struct kthread_state - what slot SIM_SLOT_KTHREAD points to: all of the run, newest first */
struct kthread_state {
	struct kthread *last;
};

static struct kthread *to_kthread(const struct task_struct *task)
{
	return task->flags & PF_KTHREAD ? task->worker_private : NULL;
}

static bool is_thread(const void *object, unsigned int index, struct sim_task **owner)
{
	const struct kthread *kthread = object;

	*owner = kthread->task;
	return index == 0;
}

static void wait_for_thread(struct completion *x, const struct kthread *kthread, const char *verb,
			    const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = verb,
		.name = kthread->task->name,
		.object = kthread,
		.owner = is_thread,
		.site = site,
	};

	sim_completion_wait(x, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, &waiting);
}

/* The thread itself, in the state that it has set; nobody minds if it stays there. */
static void wait_for_wake_up(const struct kthread *kthread, const char *verb,
			     const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = verb,
		.name = kthread->task->name,
		.may_idle = true,
		.site = site,
	};

	sim_sleep_waiting(&waiting, ~0ull);
}

static void park(struct kthread *kthread)
{
	for (;;) {
		set_special_state(TASK_PARKED);
		if (!kthread->should_park)
			break;
		complete_all(&kthread->parked);
		wait_for_wake_up(kthread, "unpark", SIM_SITE(SIM_POINT_WAIT, "park", ""));
	}
	__set_current_state(TASK_RUNNING);
}

static void entry(void *arg)
{
	struct kthread *kthread = arg;
	int result = -EINTR;

	wait_for_wake_up(kthread, "first wake-up", SIM_SITE(SIM_POINT_WAIT, "begin", ""));
	kthread->has_begun = true;
	if (!kthread->should_stop) {
		if (kthread->should_park)
			park(kthread);
		result = kthread->threadfn(kthread->data);
	}
	kthread_exit(result);
}

struct task_struct *sim_kthread_create(const struct sim_site *site, int (*threadfn)(void *data),
				       void *data, int cpu, const char *namefmt, ...)
{
	struct kthread_state *state = sim_world->slot[SIM_SLOT_KTHREAD];
	char name[TASK_COMM_LEN];
	struct kthread *kthread;
	struct sim_task *task;
	va_list args;

	might_sleep();
	if (sim_inject(&sim_fault_kmalloc, site))
		return ERR_PTR(-ENOMEM);
	if (sim_inject(&sim_fault_kill, site))
		return ERR_PTR(-EINTR);
	va_start(args, namefmt);
	vsnprintf(name, sizeof(name), namefmt, args);
	va_end(args);
	kthread = sim_alloc(sim_world, sizeof(*kthread));
	task = sim_task_create(SIM_TASK_KTHREAD, name, cpu, entry, kthread);
	if (!task) {
		sim_free(sim_world, kthread, sizeof(*kthread));
		return ERR_PTR(-ENOMEM);
	}
	kthread->next = state->last;
	state->last = kthread;
	kthread->task = task;
	kthread->threadfn = threadfn;
	kthread->data = data;
	init_completion(&kthread->parked);
	init_completion(&kthread->exited);
	task->task.worker_private = kthread;
	task->task.__state = TASK_UNINTERRUPTIBLE;
	if (cpu >= 0)
		task->task.flags |= PF_NO_SETAFFINITY;
	sim_point_here(site);
	return &task->task;
}

void kthread_bind(struct task_struct *k, unsigned int cpu)
{
	struct sim_task *task = sim_to_task(k);

	if (WARN_ON(to_kthread(k)->has_begun))
		return;
	sim_cpu_leave(sim_world->tasks, task);
	task->cpu = cpu;
	task->pinned = true;
	k->flags |= PF_NO_SETAFFINITY;
}

int sim_kthread_stop(struct task_struct *k, const struct sim_site *site)
{
	struct kthread *kthread = to_kthread(k);
	int result;

	get_task_struct(k);
	kthread->should_stop = true;
	kthread_unpark(k);
	/* It counts as a signal, so that the thread leaves an interruptible wait. */
	sim_task_signal(sim_to_task(k), SIM_SIGNAL_PLAIN);
	wake_up_process(k);
	wait_for_thread(&kthread->exited, kthread, "end of thread", site);
	sim_order_acquire(kthread);
	result = kthread->result;
	put_task_struct(k);
	return result;
}

int (kthread_stop)(struct task_struct *k)
{
	return kthread_stop(k);
}

int kthread_stop_put(struct task_struct *k)
{
	int result = kthread_stop(k);

	put_task_struct(k);
	return result;
}

bool sim_kthread_should_stop(const struct sim_site *site)
{
	const struct kthread *kthread = to_kthread(current);

	sim_point_here(site);
	return kthread && kthread->should_stop;
}

bool (kthread_should_stop)(void)
{
	return kthread_should_stop();
}

bool kthread_should_park(void)
{
	const struct kthread *kthread = to_kthread(current);

	return kthread && kthread->should_park;
}

bool kthread_should_stop_or_park(void)
{
	const struct kthread *kthread = to_kthread(current);

	return kthread && (kthread->should_stop || kthread->should_park);
}

bool kthread_freezable_should_stop(bool *was_frozen)
{
	if (was_frozen)
		*was_frozen = false;
	return kthread_should_stop();
}

void *kthread_func(struct task_struct *k)
{
	const struct kthread *kthread = to_kthread(k);

	return kthread ? (void *)kthread->threadfn : NULL;
}

void *kthread_data(struct task_struct *k)
{
	return to_kthread(k)->data;
}

void kthread_parkme(void)
{
	park(to_kthread(current));
}

int sim_kthread_park(struct task_struct *k, const struct sim_site *site)
{
	struct kthread *kthread = to_kthread(k);

	if (WARN_ON(sim_to_task(k)->state == SIM_TASK_DEAD))
		return -ENOSYS;
	if (WARN_ON_ONCE(kthread->should_park))
		return -EBUSY;
	kthread->should_park = true;
	if (k == current)
		return 0;
	wake_up_process(k);
	wait_for_thread(&kthread->parked, kthread, "parking of thread", site);
	return 0;
}

int (kthread_park)(struct task_struct *k)
{
	return kthread_park(k);
}

void kthread_unpark(struct task_struct *k)
{
	struct kthread *kthread = to_kthread(k);

	if (!kthread->should_park)
		return;
	reinit_completion(&kthread->parked);
	kthread->should_park = false;
	wake_up_state(k, TASK_PARKED);
}

void kthread_exit(long result)
{
	struct kthread *kthread = to_kthread(current);

	kthread->result = (int)result;
	sim_order_release(kthread);
	complete_all(&kthread->exited);
	sim_task_exit();
}

void kthread_complete_and_exit(struct completion *comp, long code)
{
	if (comp)
		complete(comp);
	kthread_exit(code);
}

static int kthread_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_KTHREAD] = sim_alloc(world, sizeof(struct kthread_state));
	return 0;
}

static void kthread_reset(struct svmsim_world *world)
{
	struct kthread_state *state = world->slot[SIM_SLOT_KTHREAD];
	struct kthread *kthread;

	while ((kthread = state->last)) {
		state->last = kthread->next;
		sim_free(world, kthread, sizeof(*kthread));
	}
}

static void kthread_unmake(struct svmsim_world *world)
{
	kthread_reset(world);
	sim_free(world, world->slot[SIM_SLOT_KTHREAD], sizeof(struct kthread_state));
	world->slot[SIM_SLOT_KTHREAD] = NULL;
}

const struct sim_layer sim_layer_kthread = {
	.name = "kthread",
	.slot = SIM_SLOT_KTHREAD,
	.make = kthread_make,
	.reset = kthread_reset,
	.unmake = kthread_unmake,
};
