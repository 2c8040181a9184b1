/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Tasks queue, flush, cancel and disable at random under random schedules, beside a model that only
 * counts. What went wrong is written down by the task and judged after the run.
 */
#include <linux/workqueue.h>
#include "wait_fixture.h"

#define WORK_COUNT 6
#define QUEUE_COUNT 4
#define TASK_COUNT 3
#define STEP_COUNT 12

/**
 * struct model_work - an item and what is known about it
 * @work: item
 * @wq: its queue
 * @resolved: instances that have begun or were cancelled; they are numbered in that order
 * @running: one runs
 * @running_id: its number
 */
struct model_work {
	struct work_struct work;
	unsigned int wq;
	unsigned int resolved;
	bool running;
	unsigned int running_id;
};

static struct model_work works[WORK_COUNT];
static struct workqueue_struct *queues[QUEUE_COUNT];
static const unsigned int limit[QUEUE_COUNT] = { 4, 1, 2, 4 };
static unsigned int active[QUEUE_COUNT], active_on[QUEUE_COUNT][4];
static uint64_t ops_seed;
static const char *wrong;

static void fail(const char *what)
{
	if (!wrong)
		wrong = what;
}

static void model_fn(struct work_struct *work)
{
	struct model_work *model = container_of(work, struct model_work, work);
	unsigned int q = model->wq, cpu = smp_processor_id();

	if (model->running)
		fail("an item runs twice at a time");
	model->running = true;
	model->running_id = ++model->resolved;
	if (++active[q] > limit[q])
		fail("more items of a queue run than may");
	if (q != 1 && q != 2 && ++active_on[q][cpu] > 1)
		fail("two items run on one CPU");
	for (unsigned int i = ktest_random(&ops_seed) % 6; i; i--)
		SIM_POINT(MODEL, "work", "");
	active[q]--;
	if (q != 1 && q != 2)
		active_on[q][cpu]--;
	model->running = false;
}

static unsigned int latest(const struct model_work *model)
{
	return model->resolved + ((work_busy((struct work_struct *)&model->work) &
				   WORK_BUSY_PENDING) != 0);
}

static void check_flush_work(struct model_work *model)
{
	unsigned int id = latest(model);

	flush_work(&model->work);
	if (model->resolved < id)
		fail("flush_work() came back before the item began");
	/* It was about the last instance; when that was cancelled, one before may still run. */
	if (model->running && model->running_id == id && model->resolved == id)
		fail("flush_work() came back before the item ended");
}

static void check_flush_queue(unsigned int q)
{
	unsigned int id[WORK_COUNT];

	for (unsigned int i = 0; i < WORK_COUNT; i++)
		id[i] = latest(&works[i]);
	flush_workqueue(queues[q]);
	for (unsigned int i = 0; i < WORK_COUNT; i++) {
		if (works[i].wq != q)
			continue;
		if (works[i].resolved < id[i])
			fail("flush_workqueue() came back before an item began");
		if (works[i].running && works[i].running_id <= id[i])
			fail("flush_workqueue() came back before an item ended");
	}
}

static void check_cancel(struct model_work *model)
{
	model->resolved += disable_work(&model->work);
	if (queue_work(queues[model->wq], &model->work))
		fail("a disabled item was queued");
	if (cancel_work_sync(&model->work))
		fail("a disabled item was pending");
	if (model->running || work_busy(&model->work))
		fail("cancel_work_sync() came back before the item ended");
	enable_work(&model->work);
}

static void random_ops(void *arg)
{
	for (unsigned int i = 0; i < STEP_COUNT; i++) {
		struct model_work *model = &works[ktest_random(&ops_seed) % WORK_COUNT];
		int cpu = (int)(ktest_random(&ops_seed) % 4);

		switch (ktest_random(&ops_seed) % 8) {
		case 0:
			check_flush_work(model);
			break;
		case 1:
			check_flush_queue(model->wq);
			break;
		case 2:
			check_cancel(model);
			break;
		case 3:
			model->resolved += cancel_work(&model->work);
			break;
		default:
			queue_work_on(cpu, queues[model->wq], &model->work);
		}
	}
}

static void make(void)
{
	queues[0] = alloc_workqueue("bound", WQ_PERCPU, 0);
	queues[1] = alloc_ordered_workqueue("ordered", 0);
	queues[2] = alloc_workqueue("unbound", WQ_UNBOUND, 2);
	queues[3] = alloc_workqueue("bh", WQ_BH | WQ_PERCPU, 0);
	for (unsigned int i = 0; i < WORK_COUNT; i++) {
		works[i] = (struct model_work){ .wq = i % QUEUE_COUNT };
		/* What runs in softirqs is of another class. */
		if (works[i].wq == 3)
			INIT_WORK(&works[i].work, model_fn);
		else
			INIT_WORK(&works[i].work, model_fn);
	}
	__builtin_memset(active, 0, sizeof(active));
	__builtin_memset(active_on, 0, sizeof(active_on));
	wrong = NULL;
}

static void test_random(void **state)
{
	static const enum svmsim_preempt preempt[] = { SVMSIM_PREEMPT_FULL, SVMSIM_PREEMPT_NONE };
	uint64_t seed = ktest_seed(0xf1054);

	for (unsigned int i = 0; i < 400; i++) {
		struct svmsim_world *world = wait_world_of(4, preempt[i & 1]);

		random_schedule(world, seed + i);
		ops_seed = seed + i;
		make();
		for (unsigned int t = 0; t < TASK_COUNT; t++)
			spawn("t", random_ops, NULL);
		if (svmsim_tasks_run(world) != SVMSIM_TASKS_DONE)
			fail(report_text(world, 0));
		if (wrong)
			ktest_fail("run %u: %s", i, wrong);
		for (unsigned int q = 0; q < QUEUE_COUNT; q++)
			destroy_workqueue(queues[q]);
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_random),
};
KTEST_MAIN(tests)
