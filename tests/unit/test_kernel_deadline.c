/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Loops with a timeout end; a run can make a comparison see its deadline at once. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include "kernel/inject.h"
#include "kernel/time.h"
#include "wait_fixture.h"

static bool never;

static void spin_jiffies(void *arg)
{
	unsigned long timeout = jiffies + 3000;

	while (!never) {
		if (time_after(jiffies, timeout)) {
			note('t');
			return;
		}
		cpu_relax();
	}
}

static void spin_before(void *arg)
{
	unsigned long timeout = jiffies + 500;

	while (time_before(jiffies, timeout))
		cond_resched();
	note('b');
}

static void spin_ktime(void *arg)
{
	ktime_t timeout = ktime_add_ms(ktime_get(), 100);

	for (;;) {
		if (ktime_compare(ktime_get(), timeout) > 0)
			break;
		cpu_relax();
	}
	note('k');
}

static void test_loops_end(void **state)
{
	struct svmsim_world *world = wait_world();

	spawn("t", spin_jiffies, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_in_range(world->now_ns, 3001 * MS, 3002 * MS);
	spawn("b", spin_before, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_in_range(world->now_ns, 3501 * MS, 3502 * MS);
	spawn("k", spin_ktime, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_in_range(world->now_ns, 3601 * MS, 3603 * MS);
	ktest_assert_string_equal(wait_record, "tbk");
}

/* The nearest comes first, as on a clock. */
static void test_several_in_order(void **state)
{
	wait_world();
	spawn("t", spin_jiffies, NULL);
	spawn("b", spin_before, NULL);
	spawn("k", spin_ktime, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "kbt");
}

static bool flag;

static void spin_for_flag(void *arg)
{
	unsigned long timeout = jiffies + 1000;

	while (!READ_ONCE(flag)) {
		if (time_after_eq(jiffies, timeout)) {
			note('!');
			return;
		}
		cpu_relax();
	}
	note('f');
}

static void set_flag(void *arg)
{
	msleep(50);
	WRITE_ONCE(flag, true);
}

/* No timeout while another task may still do what is spun for. */
static void test_no_timeout_too_early(void **state)
{
	wait_world();
	flag = false;
	spawn("spinner", spin_for_flag, NULL);
	spawn("setter", set_flag, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "f");
}

static void test_registered(void **state)
{
	struct svmsim_world *world = wait_world();
	u64 ns = 0;

	ktest_assert_false(sim_time_deadline(world, &ns));
	/* Neither of them is the clock, or none is to come. */
	ktest_assert_true(time_after(jiffies + 500, jiffies + 100));
	ktest_assert_false(time_after(jiffies - 500, jiffies - 100));
	ktest_assert_false(time_after(jiffies - 10, jiffies + 10));
	ktest_assert_false(sim_time_deadline(world, &ns));
	ktest_assert_false(time_after(jiffies, jiffies + 10));
	ktest_assert_true(sim_time_deadline(world, &ns));
	ktest_assert_u64_equal(ns, 11 * MS);
	ktest_assert_true(time_is_after_jiffies(jiffies + 5));
	sim_time_deadline(world, &ns);
	ktest_assert_u64_equal(ns, 5 * MS);
	ktest_assert_true(ktime_before(ktime_get(), 3 * MS));
	sim_time_deadline(world, &ns);
	ktest_assert_u64_equal(ns, 3 * MS + 1);
	world->now_ns = 20 * MS;
	ktest_assert_false(sim_time_deadline(world, &ns));
}

/* Each way to ask: the clock is there, and the answer is that of a clock that is there. */
static void test_injected(void **state)
{
	struct svmsim_world *world = wait_world();
	unsigned long end = jiffies + 1000;

	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_true(time_after(jiffies, end));
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_u64_equal(jiffies, end + 1);
	end = jiffies + 1000;
	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_false(time_before(jiffies, end));
	ktest_assert_u64_equal(jiffies, end);
	end = jiffies + 1000;
	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_true(time_after_eq(jiffies, end));
	ktest_assert_u64_equal(jiffies, end);
	end = jiffies + 1000;
	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_false(time_before_eq(jiffies, end));
	ktest_assert_u64_equal(jiffies, end + 1);
	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_true(ktime_after(ktime_get(), 5000 * MS));
	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_false(ktime_after(6000 * MS, ktime_get()));
	ktest_assert_in_range(world->now_ns, 6000 * MS, 6001 * MS);
}

static const struct ktest tests[] = {
	KTEST(test_loops_end),
	KTEST(test_several_in_order),
	KTEST(test_no_timeout_too_early),
	KTEST(test_registered),
	KTEST(test_injected),
};
KTEST_MAIN(tests)
