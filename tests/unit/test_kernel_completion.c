/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/timer.h>
#include "kernel/inject.h"
#include "wait_fixture.h"

static void test_counts(void **state)
{
	DECLARE_COMPLETION(x);

	wait_world();
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
static long result;

static void complete_from_timer(struct timer_list *timer)
{
	complete_all(&done);
}

static void wait_plainly(void *arg)
{
	wait_for_completion(&done);
	note(*(const char *)arg);
}

/* One waiter for each, the oldest first; all of them for complete_all(). */
static void test_waiters_in_order(void **state)
{
	wait_world();
	init_completion(&done);
	for (int i = 0; i < 4; i++)
		spawn("w", wait_plainly, (void *)&"abcd"[i]);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "");
	complete(&done);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	complete(&done);
	complete(&done);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "abc");
	ktest_assert_u64_equal(done.done, 0);
	complete_all(&done);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "abcd");
	wait_plainly("e");
	ktest_assert_string_equal(wait_record, "abcde");
}

static void test_timer_completes(void **state)
{
	struct svmsim_world *world = wait_world();
	static struct timer_list timer;

	init_completion(&done);
	timer_setup(&timer, complete_from_timer, 0);
	mod_timer(&timer, jiffies + 20);
	wait_for_completion(&done);
	ktest_assert_in_range(world->now_ns, 20 * MS, 20 * MS + 1000);
}

static void test_timeout(void **state)
{
	struct svmsim_world *world = wait_world();
	static struct timer_list timer;

	init_completion(&done);
	timer_setup(&timer, complete_from_timer, 0);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 0), 0);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 7), 0);
	ktest_assert_u64_equal(world->now_ns, 7 * MS);
	mod_timer(&timer, jiffies + 20);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 10), 0);
	ktest_assert_u64_equal(world->now_ns, 17 * MS);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 100), 90);
	ktest_assert_u64_equal(wait_for_completion_timeout(&done, 0), 1);
	ktest_assert_int_equal(wait_for_completion_interruptible_timeout(&done, 5), 5);
	ktest_assert_int_equal(wait_for_completion_killable_timeout(&done, 5), 5);
	ktest_assert_true(wait_for_completion_timeout(&done, MAX_SCHEDULE_TIMEOUT) ==
			  MAX_SCHEDULE_TIMEOUT);
}

static void wait_interruptible(void *arg)
{
	result = wait_for_completion_interruptible(&done);
	note('i');
}

static void wait_killable_timeout(void *arg)
{
	result = wait_for_completion_killable_timeout(&done, 1000);
	note('k');
}

static void test_signals(void **state)
{
	struct sim_task *task;

	wait_world();
	init_completion(&done);
	task = spawn("i", wait_interruptible, NULL);
	sim_task_settle();
	sim_task_signal(task, SIM_SIGNAL_PLAIN);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "i");
	ktest_assert_int_equal(result, -ERESTARTSYS);
	task = spawn("k", wait_killable_timeout, NULL);
	sim_task_settle();
	sim_task_signal(task, SIM_SIGNAL_PLAIN);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "i");
	sim_task_signal(task, SIM_SIGNAL_FATAL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "ik");
	ktest_assert_int_equal(result, -ERESTARTSYS);
	/* Whoever gave up is not in the way: this one is for the next. */
	complete(&done);
	ktest_assert_u64_equal(done.done, 1);
}

static void test_injected_signal(void **state)
{
	struct svmsim_world *world = wait_world();

	init_completion(&done);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(wait_for_completion_interruptible(&done), -ERESTARTSYS);
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(wait_for_completion_killable(&done), -ERESTARTSYS);
	ktest_assert_false(signal_pending(current));
	/* One that is done does not wait, and can't be interrupted. */
	complete(&done);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(wait_for_completion_interruptible(&done), 0);
	ktest_assert_false(sim_inject_kind_failed(world));
}

static void test_forever(void **state)
{
	struct svmsim_world *world = wait_world();

	init_completion(&done);
	wait_for_completion(&done);
	assert_report(world, 0, "deadlock what=stuck tasks=<machine>\n"
		      "no task can run and no timer is pending:\n"
		      "  <machine> waits for completion &done\n"
		      "    at test_kernel_completion.c:test_forever:wait_for_completion(&done)");
	ktest_expect_report(world, "deadlock", 1);
}

static void complete_some(void *arg)
{
	for (int i = 0; i < 3; i++)
		complete(&done);
}

/* Under any schedule each complete() lets one waiter through, and no more. */
static void test_random(void **state)
{
	uint64_t seed = ktest_seed(11);

	for (unsigned int run = 0; run < 50; run++) {
		struct svmsim_world *world = wait_world_of(1 + run % 4, SVMSIM_PREEMPT_FULL);

		ktest_context("seed %llu run %u", (unsigned long long)seed, run);
		random_schedule(world, seed + run);
		init_completion(&done);
		spawn("c", complete_some, NULL);
		for (int i = 0; i < 3; i++)
			spawn("w", wait_plainly, "w");
		run_all();
		ktest_assert_string_equal(wait_record, "www");
		ktest_assert_u64_equal(done.done, 0);
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_counts),
	KTEST(test_waiters_in_order),
	KTEST(test_timer_completes),
	KTEST(test_timeout),
	KTEST(test_signals),
	KTEST(test_injected_signal),
	KTEST(test_forever),
	KTEST(test_random),
};
KTEST_MAIN(tests)
