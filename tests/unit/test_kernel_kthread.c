/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Kernel threads, and work that one of them carries out. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include "kernel/inject.h"
#include "wait_fixture.h"

static struct wait_queue_head wq;
static struct completion done;
static bool condition;

static struct svmsim_world *start(void)
{
	struct svmsim_world *world = wait_world();

	init_waitqueue_head(&wq);
	init_completion(&done);
	condition = false;
	return world;
}

static int body(void *data)
{
	note(*(const char *)data);
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		note(*(const char *)data);
	}
	return 42;
}

static void test_create_wake_stop(void **state)
{
	struct task_struct *task;

	start();
	task = kthread_create(body, "a", "thread/%d", 7);
	ktest_assert_false(IS_ERR(task));
	sim_task_settle();
	/* Asleep until it is woken. */
	ktest_assert_string_equal(wait_record, "");
	ktest_assert_string_equal(task->comm, "thread/7");
	ktest_assert_true(task->flags & PF_KTHREAD);
	ktest_assert_ptr_equal(kthread_func(task), body);
	ktest_assert_ptr_equal(kthread_data(task), "a");
	ktest_assert_int_equal(wake_up_process(task), 1);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	ktest_assert_int_equal(kthread_stop(task), 42);
	ktest_assert_string_equal(wait_record, "aa");
	ktest_assert_false(kthread_should_stop());
}

static void test_stop_before_first_wake(void **state)
{
	struct task_struct *task;

	start();
	task = kthread_create(body, "a", "t");
	ktest_assert_int_equal(kthread_stop(task), -EINTR);
	ktest_assert_string_equal(wait_record, "");
}

static int wait_interruptible(void *data)
{
	long err = wait_event_interruptible(wq, condition);

	note(signal_pending(current) ? 'p' : '-');
	while (!kthread_should_stop())
		msleep(1);
	return (int)err;
}

/* Stopping counts as a signal. */
static void test_stop_ends_interruptible_wait(void **state)
{
	struct task_struct *task;

	start();
	task = kthread_run(wait_interruptible, NULL, "t");
	sim_task_settle();
	ktest_assert_int_equal(kthread_stop(task), -ERESTARTSYS);
	ktest_assert_string_equal(wait_record, "p");
}

static int exits_by_itself(void *data)
{
	note('x');
	kthread_complete_and_exit(&done, 5);
}

static void test_stop_of_what_has_ended(void **state)
{
	struct svmsim_world *world = start();
	struct task_struct *task = kthread_create(exits_by_itself, NULL, "t");

	get_task_struct(task);
	wake_up_process(task);
	wait_for_completion(&done);
	sim_task_settle();
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_int_equal(kthread_stop_put(task), 5);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	/* Without a reference of its own the caller uses memory that is gone. */
	init_completion(&done);
	task = kthread_run(exits_by_itself, NULL, "t");
	wait_for_completion(&done);
	sim_task_settle();
	ktest_assert_int_equal(kthread_stop(task), 5);
	ktest_assert_true(ktest_report_count(world, "refcount") > 0);
	ktest_expect_report(world, "refcount", ktest_report_count(world, "refcount"));
}

static int never_looks(void *data)
{
	wait_event(wq, condition);
	return 0;
}

static void stop_it(void *arg)
{
	kthread_stop(arg);
	note('s');
}

static void test_stop_deadlock(void **state)
{
	struct svmsim_world *world = start();
	struct task_struct *task = kthread_run(never_looks, NULL, "deaf");

	sim_task_settle();
	spawn("stopper", stop_it, task);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	assert_report(world, 0, "deadlock what=stuck tasks=deaf,stopper\n"
		      "no task can run and no timer is pending:\n"
		      "  deaf waits for condition condition\n"
		      "    at test_kernel_kthread.c:never_looks:wait_event(condition)\n"
		      "  stopper waits for end of thread deaf, held by deaf\n"
		      "    at test_kernel_kthread.c:stop_it:kthread_stop(arg)");
	ktest_expect_report(world, "deadlock", 1);
}

static int parks(void *data)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park()) {
			note('p');
			kthread_parkme();
			note('u');
		}
		msleep(1);
	}
	return 0;
}

static void test_park(void **state)
{
	struct task_struct *task;

	start();
	task = kthread_run(parks, NULL, "t");
	msleep(3);
	ktest_assert_int_equal(kthread_park(task), 0);
	ktest_assert_string_equal(wait_record, "p");
	ktest_assert_int_equal(task->__state, TASK_PARKED);
	wake_up_process(task);
	msleep(3);
	ktest_assert_string_equal(wait_record, "p");
	kthread_unpark(task);
	msleep(3);
	ktest_assert_string_equal(wait_record, "pu");
	ktest_assert_int_equal(kthread_park(task), 0);
	ktest_assert_int_equal(kthread_stop(task), 0);
	ktest_assert_string_equal(wait_record, "pupu");
}

static int note_cpu(void *data)
{
	note((char)('0' + smp_processor_id()));
	return 0;
}

static void test_cpus(void **state)
{
	struct task_struct *task;

	start();
	task = kthread_run_on_cpu(note_cpu, NULL, 2, "on/%u");
	ktest_assert_string_equal(task->comm, "on/2");
	get_task_struct(task);
	sim_task_settle();
	kthread_stop_put(task);
	task = kthread_create(note_cpu, NULL, "bound");
	kthread_bind(task, 3);
	wake_up_process(task);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "23");
}

static void test_create_fails(void **state)
{
	struct svmsim_world *world = start();

	sim_inject_kind_nth(world, &sim_fault_kmalloc, 1);
	ktest_assert_int_equal(PTR_ERR(kthread_run(body, "a", "t")), -ENOMEM);
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(PTR_ERR(kthread_create(body, "a", "t")), -EINTR);
}

struct named_work {
	struct kthread_work work;
	char name;
};

static void run(struct kthread_work *work)
{
	note(container_of(work, struct named_work, work)->name);
	msleep(5);
}

static void setup(struct named_work *named, char name)
{
	named->name = name;
	kthread_init_work(&named->work, run);
}

static void test_worker(void **state)
{
	static struct named_work a, b, c;
	struct kthread_worker *worker;

	start();
	worker = kthread_run_worker(0, "worker/%d", 1);
	ktest_assert_false(IS_ERR(worker));
	setup(&a, 'a');
	setup(&b, 'b');
	setup(&c, 'c');
	ktest_assert_true(kthread_queue_work(worker, &b.work));
	ktest_assert_true(kthread_queue_work(worker, &a.work));
	ktest_assert_true(kthread_queue_work(worker, &c.work));
	ktest_assert_false(kthread_queue_work(worker, &a.work));
	kthread_flush_work(&a.work);
	ktest_assert_string_equal(wait_record, "ba");
	ktest_assert_false(kthread_cancel_work_sync(&a.work));
	sim_task_settle();
	/* It runs: cancelling waits for its end. */
	ktest_assert_string_equal(wait_record, "bac");
	ktest_assert_true(kthread_queue_work(worker, &a.work));
	ktest_assert_false(kthread_cancel_work_sync(&c.work));
	kthread_queue_work(worker, &b.work);
	ktest_assert_true(kthread_cancel_work_sync(&b.work));
	kthread_flush_worker(worker);
	ktest_assert_string_equal(wait_record, "baca");
	kthread_queue_work(worker, &b.work);
	kthread_destroy_worker(worker);
	ktest_assert_string_equal(wait_record, "bacab");
}

static void run_and_queue(struct kthread_work *work)
{
	note('r');
	msleep(5);
	note(kthread_queue_work(work->worker, work) ? 'q' : '-');
}

/* What is being cancelled can't be queued, not even by itself. */
static void test_cancel_of_what_queues_itself(void **state)
{
	static struct kthread_work work;
	struct kthread_worker *worker;

	start();
	worker = kthread_run_worker(0, "worker");
	kthread_init_work(&work, run_and_queue);
	kthread_queue_work(worker, &work);
	msleep(7);
	ktest_assert_string_equal(wait_record, "rqr");
	ktest_assert_false(kthread_cancel_work_sync(&work));
	ktest_assert_string_equal(wait_record, "rqr-");
	kthread_destroy_worker(worker);
	ktest_assert_string_equal(wait_record, "rqr-");
}

static void run_delayed(struct kthread_work *work)
{
	note('d');
}

static void test_delayed_work(void **state)
{
	static struct kthread_delayed_work work;
	struct kthread_worker *worker;

	start();
	worker = kthread_run_worker(0, "worker");
	kthread_init_delayed_work(&work, run_delayed);
	ktest_assert_true(kthread_queue_delayed_work(worker, &work, 5));
	ktest_assert_false(kthread_queue_delayed_work(worker, &work, 1));
	msleep(4);
	ktest_assert_string_equal(wait_record, "");
	msleep(2);
	ktest_assert_string_equal(wait_record, "d");
	ktest_assert_false(kthread_mod_delayed_work(worker, &work, 5));
	ktest_assert_true(kthread_mod_delayed_work(worker, &work, 50));
	msleep(10);
	ktest_assert_string_equal(wait_record, "d");
	ktest_assert_true(kthread_cancel_delayed_work_sync(&work));
	ktest_assert_false(kthread_cancel_delayed_work_sync(&work));
	ktest_assert_true(kthread_queue_delayed_work(worker, &work, 0));
	kthread_flush_work(&work.work);
	ktest_assert_string_equal(wait_record, "dd");
	kthread_destroy_worker(worker);
}

static void flush_itself(struct kthread_work *work)
{
	kthread_flush_work(work);
	note('f');
}

static void test_flush_from_itself(void **state)
{
	struct svmsim_world *world = start();
	static struct kthread_work work;
	struct kthread_worker *worker = kthread_run_worker(0, "worker");

	kthread_init_work(&work, flush_itself);
	kthread_queue_work(worker, &work);
	sim_task_settle();
	assert_report(world, 0, "deadlock what=cycle tasks=worker\n"
		      "a task waits for itself:\n"
		      "  worker waits for worker worker, held by worker\n"
		      "    at kthread_work.c:kthread_flush_work:kthread_flush_work(work)");
	ktest_expect_report(world, "deadlock", 1);
	/* Its thread can't be stopped any more. */
	kfree(worker);
}

static int counter;

static int count_to_stop(void *data)
{
	while (!kthread_should_stop()) {
		counter++;
		wait_event_interruptible(wq, condition || kthread_should_stop());
	}
	return counter;
}

static void wake_often(void *arg)
{
	for (int i = 0; i < 5; i++)
		wake_up(&wq);
}

/* Stopping a thread works at any moment. */
static void test_random(void **state)
{
	uint64_t seed = ktest_seed(3);

	for (unsigned int run = 0; run < 100; run++) {
		struct svmsim_world *world = start();
		struct task_struct *task;

		ktest_context("seed %llu run %u", (unsigned long long)seed, run);
		random_schedule(world, seed + run);
		counter = 0;
		task = kthread_run(count_to_stop, NULL, "t");
		spawn("w", wake_often, NULL);
		spawn("s", stop_it, task);
		ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
		ktest_assert_string_equal(wait_record, "s");
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_create_wake_stop),
	KTEST(test_stop_before_first_wake),
	KTEST(test_stop_ends_interruptible_wait),
	KTEST(test_stop_of_what_has_ended),
	KTEST(test_stop_deadlock),
	KTEST(test_park),
	KTEST(test_cpus),
	KTEST(test_create_fails),
	KTEST(test_worker),
	KTEST(test_cancel_of_what_queues_itself),
	KTEST(test_delayed_work),
	KTEST(test_flush_from_itself),
	KTEST(test_random),
};
KTEST_MAIN(tests)
