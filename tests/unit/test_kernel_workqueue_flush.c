/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Waiting for work: what it waits for, what closes a cycle, what the lock checker makes of it. */
#include <linux/mutex.h>
#include "work_fixture.h"

static struct letter_work a, b, c;

static struct svmsim_world *start(void)
{
	struct svmsim_world *world = wait_world();

	letter_setup(&a, 'a');
	letter_setup(&b, 'b');
	letter_setup(&c, 'c');
	return world;
}

static void flush_a(void *arg)
{
	note(flush_work(&a.work) ? '+' : '-');
}

static void cancel_a(void *arg)
{
	note(cancel_work_sync(&a.work) ? '+' : '-');
	/* Nobody queues it again. */
	note((char)('0' + work_busy(&a.work)));
}

static void test_flush_of_what_sleeps(void **state)
{
	start();
	a.sleep_ms = 5;
	schedule_work(&a.work);
	sim_task_settle();
	spawn("t", flush_a, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "aA+");
	spawn("t", flush_a, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "aA+-");
}

static void test_cancel_waits_for_what_runs(void **state)
{
	start();
	a.sleep_ms = 5;
	schedule_work(&a.work);
	sim_task_settle();
	schedule_work(&a.work);
	spawn("t", cancel_a, NULL);
	run_all();
	/* The second instance never ran. */
	ktest_assert_string_equal(wait_record, "aA+0");
}

static void queue_again(struct letter_work *self)
{
	/* Somebody cancels: it can't. */
	note(schedule_work(&self->work) ? 'q' : 'r');
}

static void test_no_queueing_while_it_is_cancelled(void **state)
{
	start();
	a.sleep_ms = 5;
	a.then = queue_again;
	schedule_work(&a.work);
	sim_task_settle();
	spawn("t", cancel_a, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "arA-0");
	a.then = NULL;
	ktest_assert_true(schedule_work(&a.work));
	letter_advance();
}

static void flush_other(struct letter_work *self)
{
	struct letter_work *other = self->arg;

	flush_work(&other->work);
}

static void test_flush_of_itself(void **state)
{
	struct svmsim_world *world = start();

	a.then = flush_other;
	a.arg = &a;
	schedule_work(&a.work);
	sim_task_settle();
	ktest_assert_string_contains(report_text(world, 0), "what=recursive");
	assert_report(world, 1, "deadlock what=cycle tasks=kworker/0:0\n"
		      "a task waits for itself:\n"
		      "  kworker/0:0 waits for work letter_fn, held by kworker/0:0\n"
		      "    at test_kernel_workqueue_flush.c:flush_other:flush_work(&other->work)");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
}

static void flush_cycle_a(struct work_struct *work)
{
	msleep(1);
	flush_work(&b.work);
}

static void flush_cycle_b(struct work_struct *work)
{
	msleep(1);
	flush_work(&a.work);
}

static void test_flush_cycle(void **state)
{
	struct svmsim_world *world = start();

	INIT_WORK(&a.work, flush_cycle_a);
	INIT_WORK(&b.work, flush_cycle_b);
	schedule_work(&a.work);
	schedule_work(&b.work);
	letter_advance();
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	ktest_assert_int_equal(ktest_report_count(world, "lock-order"), 1);
	ktest_assert_string_contains(report_text(world, 1),
				     "each waits for what the next one holds");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
}

static DEFINE_MUTEX(lock);

static void take_lock(struct letter_work *self)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static void flush_under_lock(void *arg)
{
	mutex_lock(&lock);
	flush_workqueue(arg);
	mutex_unlock(&lock);
}

/* Nothing bad happens in either run: the work has ended when the lock is held and it is flushed. */
static void test_lock_held_while_flushing(void **state)
{
	struct svmsim_world *world = start();
	struct workqueue_struct *wq = alloc_workqueue("w", 0, 0);

	a.then = take_lock;
	queue_work(wq, &a.work);
	sim_task_settle();
	spawn("t", flush_under_lock, wq);
	run_all();
	ktest_assert_string_equal(wait_record, "aA");
	ktest_assert_string_contains(report_text(world, 0),
				     "lock-order first=lock second=(wq_completion)w cycle=3");
	ktest_expect_report(world, "lock-order", 1);
	destroy_workqueue(wq);
}

static void flush_and_lock(void *arg)
{
	flush_workqueue(arg);
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static void test_lock_taken_after_flushing(void **state)
{
	struct workqueue_struct *wq;

	start();
	wq = alloc_workqueue("w", 0, 0);
	a.then = take_lock;
	queue_work(wq, &a.work);
	spawn("t", flush_and_lock, wq);
	run_all();
	ktest_assert_string_equal(wait_record, "aA");
	destroy_workqueue(wq);
}

static void cancel_under_lock(void *arg)
{
	mutex_lock(&lock);
	cancel_work_sync(&a.work);
	mutex_unlock(&lock);
}

/* The lock is free until the item wants it: here it really happens. */
static void test_deadlock_of_cancel_and_lock(void **state)
{
	struct svmsim_world *world = start();

	a.sleep_ms = 2;
	a.then = take_lock;
	schedule_work(&a.work);
	sim_task_settle();
	spawn("t", cancel_under_lock, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	ktest_assert_string_equal(wait_record, "a");
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "lock-order", ktest_report_count(world, "lock-order"));
	ktest_expect_report(world, "lock-held", ktest_report_count(world, "lock-held"));
}

static void chain(struct letter_work *self)
{
	queue_work(self->arg, &((struct letter_work *)(self + 1))->work);
}

static void test_drain_of_a_chain(void **state)
{
	static struct letter_work works[15];
	struct workqueue_struct *wq;
	struct svmsim_world *world = start();

	wq = alloc_workqueue("chain", WQ_UNBOUND, 0);
	for (int i = 0; i < 5; i++) {
		letter_setup(&works[i], (char)('a' + i));
		works[i].then = i < 4 ? chain : NULL;
		works[i].arg = wq;
	}
	queue_work(wq, &works[0].work);
	drain_workqueue(wq);
	ktest_assert_string_equal(wait_record, "aAbBcCdDeE");
	/* A longer one is no bug, but the kernel says something. */
	wait_record_length = 0;
	for (int i = 0; i < 15; i++) {
		letter_setup(&works[i], (char)('a' + i));
		works[i].then = i < 14 ? chain : NULL;
		works[i].arg = wq;
	}
	queue_work(wq, &works[0].work);
	destroy_workqueue(wq);
	ktest_assert_int_equal(wait_record_length, 30);
	ktest_expect_report(world, "warn", ktest_report_count(world, "warn"));
}

static void drain(void *arg)
{
	drain_workqueue(arg);
	note('d');
}

static void queue_while_drained(void *arg)
{
	msleep(1);
	queue_work(arg, &b.work);
	note('q');
}

static void test_queueing_to_a_queue_that_is_drained(void **state)
{
	struct svmsim_world *world = start();
	struct workqueue_struct *wq = alloc_workqueue("dr", 0, 0);

	a.sleep_ms = 5;
	queue_work(wq, &a.work);
	spawn("drainer", drain, wq);
	spawn("queuer", queue_while_drained, wq);
	run_all();
	ktest_assert_string_equal(wait_record, "aqAd");
	assert_report(world, 0, "warn site=workqueue.c:is_refused expr=\"!worker || !worker->work "
		      "|| worker->pwq->wq != wq\"\n"
		      "WARNING: workqueue.c at is_refused\n"
		      "workqueue: cannot queue letter_fn on wq dr");
	ktest_expect_report(world, "warn", 1);
	destroy_workqueue(wq);
}

/* What reclaim relies on must not wait for what may need memory. */
static void test_dependency_of_reclaim(void **state)
{
	struct svmsim_world *world = start();
	struct workqueue_struct *wq = alloc_workqueue("reclaim", WQ_MEM_RECLAIM, 0);

	a.then = flush_other;
	a.arg = &b;
	/* Of another class, or the lock checker would have its say too. */
	INIT_WORK(&b.work, letter_fn);
	b.sleep_ms = 2;
	schedule_work_on(1, &b.work);
	queue_work(wq, &a.work);
	destroy_workqueue(wq);
	ktest_assert_string_contains(report_text(world, 0),
				     "workqueue: WQ_MEM_RECLAIM reclaim:letter_fn is flushing "
				     "!WQ_MEM_RECLAIM events:letter_fn");
	ktest_expect_report(world, "warn", 1);
}

static void queue_newcomer(void *arg)
{
	queue_work(arg, &b.work);
}

static void flush_all(void *arg)
{
	flush_workqueue(arg);
	note('!');
}

/* Only what was there when it began. */
static void test_flush_is_not_held_up_by_newcomers(void **state)
{
	struct workqueue_struct *wq;

	start();
	wq = alloc_workqueue("w", WQ_UNBOUND, 0);
	a.sleep_ms = 2;
	b.sleep_ms = 10;
	queue_work(wq, &a.work);
	spawn("t", flush_all, wq);
	spawn("n", queue_newcomer, wq);
	run_all();
	letter_advance();
	ktest_assert_string_equal(wait_record, "abA!B");
	destroy_workqueue(wq);
}

static const struct ktest tests[] = {
	KTEST(test_flush_of_what_sleeps),
	KTEST(test_cancel_waits_for_what_runs),
	KTEST(test_no_queueing_while_it_is_cancelled),
	KTEST(test_flush_of_itself),
	KTEST(test_flush_cycle),
	KTEST(test_lock_held_while_flushing),
	KTEST(test_lock_taken_after_flushing),
	KTEST(test_deadlock_of_cancel_and_lock),
	KTEST(test_drain_of_a_chain),
	KTEST(test_queueing_to_a_queue_that_is_drained),
	KTEST(test_dependency_of_reclaim),
	KTEST(test_flush_is_not_held_up_by_newcomers),
};
KTEST_MAIN(tests)
