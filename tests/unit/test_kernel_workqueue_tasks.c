/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Workers: on which CPU, how many at a time, in which context. */
#include <linux/processor.h>
#include <linux/sched.h>
#include "kernel/workqueue.h"
#include "work_fixture.h"

static struct letter_work a, b, c, d;

static struct svmsim_world *start(void)
{
	struct svmsim_world *world = wait_world();

	letter_setup(&a, 'a');
	letter_setup(&b, 'b');
	letter_setup(&c, 'c');
	letter_setup(&d, 'd');
	return world;
}

static void queue_a(void *arg)
{
	schedule_work(&a.work);
}

static void test_runs_where_it_was_queued(void **state)
{
	start();
	sim_task_create(SIM_TASK_DRIVER, "t", 2, queue_a, NULL);
	run_all();
	ktest_assert_int_equal(a.cpu, 2);
	ktest_assert_string_equal(a.task, "kworker/2:0");
	schedule_work_on(3, &b.work);
	sim_task_settle();
	ktest_assert_int_equal(b.cpu, 3);
	queue_work_on(1, system_highpri_wq, &c.work);
	sim_task_settle();
	ktest_assert_string_equal(c.task, "kworker/1:0H");
	queue_work(system_unbound_wq, &d.work);
	sim_task_settle();
	ktest_assert_string_equal(d.task, "kworker/u16:0");
	ktest_assert_string_equal(wait_record, "aAbBcCdD");
}

/* As long as one does not sleep the others of its CPU wait, whatever the schedule. */
static void test_one_at_a_time_on_a_cpu(void **state)
{
	uint64_t seed = ktest_seed(0x3017);

	for (unsigned int i = 0; i < 200; i++) {
		random_schedule(start(), seed + i);
		a.points = 5;
		b.points = 5;
		c.points = 5;
		schedule_work_on(1, &a.work);
		schedule_work_on(1, &b.work);
		schedule_work_on(1, &c.work);
		sim_task_settle();
		ktest_assert_string_equal(wait_record, "aAbBcC");
		ktest_world_drop(sim_world);
	}
}

static void test_another_runs_while_one_sleeps(void **state)
{
	start();
	a.sleep_ms = 5;
	schedule_work(&a.work);
	schedule_work(&b.work);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "abB");
	ktest_assert_string_equal(b.task, "kworker/0:1");
	letter_advance();
	ktest_assert_string_equal(wait_record, "abBA");
	/* Both are still there for more. */
	wait_record_length = 0;
	schedule_work(&a.work);
	schedule_work(&b.work);
	letter_advance();
	ktest_assert_string_equal(wait_record, "abBA");
	ktest_assert_null(sim_task_find(sim_world, "kworker/0:2"));
}

static unsigned int running, most_running;

static void count_in(struct letter_work *self)
{
	running++;
	if (running > most_running)
		most_running = running;
	for (int i = 0; i < 8; i++)
		SIM_POINT(MODEL, "work", "");
	running--;
}

/* The largest number of items of a queue that run at a time, over many schedules. */
static unsigned int most_of_queue(unsigned int flags, int max_active, bool one_cpu)
{
	struct letter_work *work[] = { &a, &b, &c, &d };
	uint64_t seed = ktest_seed(0x3018);

	most_running = 0;
	for (unsigned int i = 0; i < 100; i++) {
		struct workqueue_struct *wq;

		random_schedule(start(), seed + i);
		wq = alloc_workqueue("q", flags, max_active);
		running = 0;
		for (unsigned int k = 0; k < 4; k++) {
			work[k]->then = count_in;
			queue_work_on(one_cpu ? 0 : (int)k, wq, &work[k]->work);
		}
		destroy_workqueue(wq);
		ktest_assert_int_equal(wait_record_length, 8);
		ktest_world_drop(sim_world);
	}
	return most_running;
}

static void test_max_active(void **state)
{
	ktest_assert_int_equal(most_of_queue(WQ_PERCPU, 0, true), 1);
	ktest_assert_int_equal(most_of_queue(WQ_PERCPU, 0, false), 4);
	ktest_assert_int_equal(most_of_queue(WQ_UNBOUND, 0, true), 4);
	ktest_assert_int_equal(most_of_queue(WQ_UNBOUND, 3, false), 3);
	ktest_assert_int_equal(most_of_queue(WQ_UNBOUND, 1, false), 1);
	ktest_assert_int_equal(most_of_queue(WQ_UNBOUND | __WQ_ORDERED, 1, false), 1);
	ktest_assert_int_equal(most_of_queue(WQ_BH | WQ_PERCPU, 0, true), 1);
	/* These may run beside each other on one CPU. */
	ktest_assert_in_range(most_of_queue(WQ_CPU_INTENSIVE, 0, true), 2, 4);
}

static void test_set_max_active(void **state)
{
	struct workqueue_struct *wq;

	start();
	wq = alloc_workqueue("q", WQ_UNBOUND, 1);
	a.sleep_ms = 5;
	b.sleep_ms = 5;
	queue_work(wq, &a.work);
	queue_work(wq, &b.work);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	workqueue_set_max_active(wq, 2);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "ab");
	destroy_workqueue(wq);
}

/* In order, from wherever they come, also when the first sleeps. */
static void test_ordered(void **state)
{
	uint64_t seed = ktest_seed(0x3019);

	for (unsigned int i = 0; i < 100; i++) {
		struct workqueue_struct *wq;

		random_schedule(start(), seed + i);
		wq = alloc_ordered_workqueue("o", 0);
		a.sleep_ms = 1;
		b.points = 3;
		queue_work_on(3, wq, &a.work);
		queue_work_on(1, wq, &b.work);
		queue_work_on(2, wq, &c.work);
		destroy_workqueue(wq);
		ktest_assert_string_equal(wait_record, "aAbBcC");
		ktest_world_drop(sim_world);
	}
}

static void requeue_on_1(struct letter_work *self)
{
	self->then = NULL;
	schedule_work_on(1, &self->work);
	for (int i = 0; i < 10; i++)
		SIM_POINT(MODEL, "work", "");
}

/* Queued on another CPU while it runs, it runs again where it is, and only after it has ended. */
static void test_not_reentered(void **state)
{
	uint64_t seed = ktest_seed(0x301a);

	for (unsigned int i = 0; i < 100; i++) {
		random_schedule(start(), seed + i);
		a.then = requeue_on_1;
		schedule_work_on(0, &a.work);
		sim_task_settle();
		ktest_assert_string_equal(wait_record, "aAaA");
		ktest_assert_int_equal(a.cpu, 0);
		ktest_world_drop(sim_world);
	}
}

static void test_bh(void **state)
{
	struct workqueue_struct *wq;

	start();
	wq = alloc_workqueue("bh", WQ_BH | WQ_PERCPU, 0);
	queue_work_on(2, wq, &a.work);
	ktest_assert_true(flush_work(&a.work) || wait_record_length == 2);
	ktest_assert_true(a.in_softirq);
	ktest_assert_int_equal(a.cpu, 2);
	local_bh_disable();
	queue_work(wq, &b.work);
	/* Allowed there: it does not sleep. */
	ktest_assert_true(cancel_work_sync(&b.work));
	local_bh_enable();
	queue_work(system_bh_highpri_wq, &c.work);
	queue_work(system_bh_wq, &d.work);
	destroy_workqueue(wq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "aAcCdD");
	ktest_assert_true(c.in_softirq && d.in_softirq);
}

static bool flag;

static void set_flag(struct letter_work *self)
{
	WRITE_ONCE(flag, true);
}

static void spin(void *arg)
{
	schedule_work(&a.work);
	while (!READ_ONCE(flag))
		cpu_relax();
	note('s');
}

static void spin_politely(void *arg)
{
	schedule_work(&a.work);
	while (!READ_ONCE(flag))
		cond_resched();
	note('s');
}

static enum svmsim_tasks_end starve(enum svmsim_preempt preempt, void (*body)(void *arg))
{
	struct svmsim_world *world = wait_world_of(2, preempt);

	letter_setup(&a, 'a');
	a.then = set_flag;
	flag = false;
	sim_task_create(SIM_TASK_DRIVER, "spinner", 1, body, NULL);
	return svmsim_tasks_run(world);
}

/* What does not yield keeps the work of its CPU from running, if nothing takes the CPU from it. */
static void test_starvation(void **state)
{
	ktest_assert_int_equal(starve(SVMSIM_PREEMPT_FULL, spin), SVMSIM_TASKS_DONE);
	ktest_assert_string_equal(wait_record, "aAs");
	ktest_assert_int_equal(starve(SVMSIM_PREEMPT_NONE, spin_politely), SVMSIM_TASKS_DONE);
	ktest_assert_string_equal(wait_record, "aAs");
	ktest_assert_int_equal(starve(SVMSIM_PREEMPT_NONE, spin), SVMSIM_TASKS_STUCK);
	ktest_assert_string_equal(wait_record, "");
	ktest_assert_string_contains(report_text(sim_world, 0),
				     "livelock tasks=spinner,kworker/1:0");
	ktest_expect_report(sim_world, "livelock", 1);
}

static void leak(struct letter_work *self)
{
	preempt_disable();
}

static void test_leak_is_reported(void **state)
{
	struct svmsim_world *world = start();

	a.then = leak;
	schedule_work(&a.work);
	schedule_work(&b.work);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "aAbB");
	assert_report(world, 0, "bug work=letter_fn\n"
		      "BUG: workqueue leaked atomic, lock or RCU: kworker/0:0\n"
		      "preempt=0->1 bh=0->0 lock=0->0 RCU=0->0 workfn=letter_fn");
	ktest_expect_report(world, "bug", 1);
}

static unsigned int each_cpu;

static void each_fn(struct work_struct *work)
{
	each_cpu |= 1u << smp_processor_id();
	if (current_work() != work)
		each_cpu = 0;
}

static void test_each_cpu(void **state)
{
	start();
	each_cpu = 0;
	ktest_assert_int_equal(schedule_on_each_cpu(each_fn), 0);
	ktest_assert_int_equal(each_cpu, 0xf);
	ktest_assert_null(current_work());
}

static struct delayed_work delayed;

static void delayed_fn(struct work_struct *work)
{
	note((char)('0' + smp_processor_id()));
}

/* Pending from its arming on; runs on the CPU that it was given. */
static void test_delayed(void **state)
{
	start();
	INIT_DELAYED_WORK(&delayed, delayed_fn);
	ktest_assert_true(schedule_delayed_work_on(2, &delayed, 5));
	ktest_assert_true(work_pending(&delayed.work));
	ktest_assert_int_equal(work_busy(&delayed.work), WORK_BUSY_PENDING);
	ktest_assert_false(schedule_work(&delayed.work));
	ktest_assert_false(flush_work(&delayed.work));
	letter_advance();
	ktest_assert_string_equal(wait_record, "2");
	ktest_assert_false(work_pending(&delayed.work));
	schedule_delayed_work_on(3, &delayed, 500);
	ktest_assert_true(flush_delayed_work(&delayed));
	ktest_assert_string_equal(wait_record, "23");
}

static struct rcu_work rwork;

static void test_rcu_work(void **state)
{
	start();
	INIT_RCU_WORK(&rwork, delayed_fn);
	rcu_read_lock();
	ktest_assert_true(queue_rcu_work(system_wq, &rwork));
	ktest_assert_false(queue_rcu_work(system_wq, &rwork));
	ktest_assert_true(work_pending(&rwork.work));
	rcu_read_unlock();
	ktest_assert_true(flush_rcu_work(&rwork));
	ktest_assert_int_equal(wait_record_length, 1);
	ktest_assert_false(work_pending(&rwork.work));
	ktest_assert_true(queue_rcu_work(system_wq, &rwork));
	/* It gets hold of the item when the grace period is over, if a worker is not faster. */
	if (cancel_work_sync(&rwork.work))
		ktest_assert_int_equal(wait_record_length, 1);
	else
		ktest_assert_int_equal(wait_record_length, 2);
	ktest_assert_int_equal(work_busy(&rwork.work), 0);
}

static void test_refused_flags(void **state)
{
	struct svmsim_world *world = start();

	ktest_assert_null(alloc_workqueue("q", WQ_BH | WQ_UNBOUND, 0));
	ktest_assert_null(alloc_workqueue("q", WQ_BH, 3));
	ktest_expect_report(world, "warn", 2);
}

static const struct ktest tests[] = {
	KTEST(test_runs_where_it_was_queued),
	KTEST(test_one_at_a_time_on_a_cpu),
	KTEST(test_another_runs_while_one_sleeps),
	KTEST(test_max_active),
	KTEST(test_set_max_active),
	KTEST(test_ordered),
	KTEST(test_not_reentered),
	KTEST(test_bh),
	KTEST(test_starvation),
	KTEST(test_leak_is_reported),
	KTEST(test_each_cpu),
	KTEST(test_delayed),
	KTEST(test_rcu_work),
	KTEST(test_refused_flags),
};
KTEST_MAIN(tests)
