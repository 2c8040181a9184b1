/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/completion.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "kernel/time.h"
#include "kernel_fixture.h"

#define MS 1000000ull

static void test_counts(void **state)
{
	DECLARE_COMPLETION(x);

	kernel_world();
	ktest_assert_false(try_wait_for_completion(&x));
	complete(&x);
	complete(&x);
	ktest_assert_true(completion_done(&x));
	ktest_assert_true(try_wait_for_completion(&x));
	wait_for_completion(&x);
	ktest_assert_false(completion_done(&x));
	complete_all(&x);
	complete(&x);
	for (int i = 0; i < 3; i++)
		ktest_assert_int_equal(wait_for_completion_interruptible(&x), 0);
	ktest_assert_u64_equal(x.done, ~0u);
	reinit_completion(&x);
	ktest_assert_false(completion_done(&x));
}

static struct completion done;

static void complete_from_work(struct work_struct *work)
{
	complete(&done);
}

static void complete_from_timer(struct timer_list *timer)
{
	complete_all(&done);
}

static void rearm(struct timer_list *timer)
{
	mod_timer(timer, jiffies + 1);
}

static void test_work_completes(void **state)
{
	static struct work_struct work;

	kernel_world();
	init_completion(&done);
	INIT_WORK(&work, complete_from_work);
	schedule_work(&work);
	wait_for_completion(&done);
	ktest_assert_false(completion_done(&done));
}

static void test_timer_completes(void **state)
{
	struct svmsim_world *world = kernel_world();
	static struct timer_list timer;

	init_completion(&done);
	timer_setup(&timer, complete_from_timer, 0);
	mod_timer(&timer, jiffies + 20);
	wait_for_completion(&done);
	ktest_assert_u64_equal(world->now_ns, 20 * MS);
}

static void test_timeout(void **state)
{
	struct svmsim_world *world = kernel_world();
	static struct timer_list timer;

	init_completion(&done);
	timer_setup(&timer, complete_from_timer, 0);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 7), 0);
	ktest_assert_u64_equal(world->now_ns, 7 * MS);
	mod_timer(&timer, jiffies + 20);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 10), 0);
	ktest_assert_u64_equal(world->now_ns, 17 * MS);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 100), 90);
	ktest_assert_u64_equal(world->now_ns, 27 * MS);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 0), 1);
	ktest_assert_int_equal(wait_for_completion_interruptible_timeout(&done, 5), 5);
}

static void test_forever(void **state)
{
	struct svmsim_world *world = kernel_world();
	static struct timer_list timer;

	init_completion(&done);
	wait_for_completion(&done);
	assert_report(world, 0, "bug wait=\"completion\"\n"
		      "the task would block forever on completion\n"
		      "no work item or timer is left that could wake it");
	/* Timers that go on for ever don't make the wait endless. */
	timer_setup(&timer, rearm, 0);
	mod_timer(&timer, jiffies + 1);
	wait_for_completion(&done);
	timer_delete(&timer);
	ktest_expect_report(world, "bug", 2);
}

static int count;

static void count_up(struct timer_list *timer)
{
	count++;
	mod_timer(timer, jiffies + 10);
}

static void test_wait_event(void **state)
{
	struct svmsim_world *world = kernel_world();
	DECLARE_WAIT_QUEUE_HEAD(wq);
	static struct timer_list timer;

	count = 0;
	timer_setup(&timer, count_up, 0);
	mod_timer(&timer, jiffies + 10);
	wait_event(wq, count == 3);
	ktest_assert_u64_equal(world->now_ns, 30 * MS);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 5, 25), 5);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 9, 25), 0);
	ktest_assert_u64_equal(world->now_ns, 75 * MS);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 7, 0), 1);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 8, 0), 0);
	timer_delete(&timer);
	ktest_assert_int_equal(wait_event_interruptible(wq, count == 7), 0);
	wait_event(wq, count == 8);
	assert_report(world, 0, "bug wait=\"count == 8\"\n"
		      "the task would block forever on count == 8\n"
		      "no work item or timer is left that could wake it");
	ktest_expect_report(world, "bug", 1);
}

static const struct ktest tests[] = {
	KTEST(test_counts),
	KTEST(test_work_completes),
	KTEST(test_timer_completes),
	KTEST(test_timeout),
	KTEST(test_forever),
	KTEST(test_wait_event),
};
KTEST_MAIN(tests)
