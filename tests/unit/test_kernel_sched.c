/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Task states, schedule() and wake-ups, sleeping for a time, signals. */
#include <asm/processor.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "kernel/inject.h"
#include "wait_fixture.h"

static struct task_struct *sleeper;
static bool condition;
static long result;

static void sleep_until_condition(void *arg)
{
	sleeper = current;
	note('s');
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (condition)
			break;
		schedule();
		note('w');
	}
	__set_current_state(TASK_RUNNING);
	note('e');
}

static void wake_sleeper(void *arg)
{
	condition = true;
	result = wake_up_process(sleeper);
}

static void test_sleep_and_wake(void **state)
{
	wait_world();
	condition = false;
	spawn("s", sleep_until_condition, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "s");
	ktest_assert_int_equal(sleeper->__state, TASK_UNINTERRUPTIBLE);
	/* Spurious: it looks at its condition and sleeps on. */
	ktest_assert_int_equal(wake_up_process(sleeper), 1);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "sw");
	wake_sleeper(NULL);
	ktest_assert_int_equal(result, 1);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "swwe");
	ktest_assert_int_equal(wake_up_process(sleeper), 0);
}

/* A wake-up between set_current_state() and schedule() makes schedule() return at once. */
static void test_wake_before_schedule(void **state)
{
	struct svmsim_world *world = wait_world();

	condition = false;
	switch_once(world, "s", "schedule", "w");
	spawn("s", sleep_until_condition, NULL);
	spawn("w", wake_sleeper, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "swe");
	ktest_assert_int_equal(result, 1);
}

static void look_before_state(void *arg)
{
	sleeper = current;
	if (!condition) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	note('e');
}

/* Looking at the condition before setting the state: the wake-up finds nobody asleep. */
static void test_wake_missed(void **state)
{
	struct svmsim_world *world = wait_world();

	condition = false;
	switch_once(world, "s", "set_current_state", "w");
	spawn("s", look_before_state, NULL);
	spawn("w", wake_sleeper, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	ktest_assert_string_equal(wait_record, "");
	ktest_assert_int_equal(result, 0);
	assert_report(world, 0, "deadlock what=stuck tasks=s\n"
		      "no task can run and no timer is pending:\n"
		      "  s waits for sleep look_before_state\n"
		      "    at test_kernel_sched.c:look_before_state:schedule");
	ktest_expect_report(world, "deadlock", 1);
}

static void sleep_in_state(void *arg)
{
	sleeper = current;
	set_current_state((unsigned int)(uintptr_t)arg);
	schedule();
	note('e');
}

static bool wakes(unsigned int task_state, unsigned int mask)
{
	bool woken;

	wait_record_length = 0;
	spawn("s", sleep_in_state, (void *)(uintptr_t)task_state);
	sim_task_settle();
	woken = wake_up_state(sleeper, mask);
	sim_task_settle();
	if (woken != (wait_record_length == 1))
		note('!');
	wake_up_state(sleeper, ~0u);
	sim_task_settle();
	return woken;
}

static void test_states_and_masks(void **state)
{
	wait_world();
	ktest_assert_true(wakes(TASK_INTERRUPTIBLE, TASK_INTERRUPTIBLE));
	ktest_assert_true(wakes(TASK_INTERRUPTIBLE, TASK_NORMAL));
	ktest_assert_false(wakes(TASK_UNINTERRUPTIBLE, TASK_INTERRUPTIBLE));
	ktest_assert_true(wakes(TASK_UNINTERRUPTIBLE, TASK_NORMAL));
	ktest_assert_true(wakes(TASK_KILLABLE, TASK_WAKEKILL));
	ktest_assert_true(wakes(TASK_IDLE, TASK_NORMAL));
	ktest_assert_false(wakes(TASK_PARKED, TASK_NORMAL));
	ktest_assert_true(wakes(TASK_PARKED, TASK_PARKED));
	ktest_assert_string_equal(wait_record, "e");
}

static void yields_twice(void *arg)
{
	for (int i = 0; i < 2; i++) {
		note(*(const char *)arg);
		schedule();
	}
	note(*(const char *)arg);
	cond_resched();
	note(*(const char *)arg);
	yield();
	note(*(const char *)arg);
}

static void test_running_task_yields(void **state)
{
	wait_world_of(1, SVMSIM_PREEMPT_NONE);
	spawn("a", yields_twice, "a");
	spawn("b", yields_twice, "b");
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "ababababab");
	ktest_assert_int_equal(cond_resched(), 0);
}

static bool flag;

static void spin(void *arg)
{
	unsigned int rounds = 0;

	while (!flag && rounds++ < 100)
		cpu_relax();
	note(flag ? 's' : '!');
}

static void set_flag(void *arg)
{
	flag = true;
	note('f');
}

/* A loop of cpu_relax() lets other CPUs run, but not what is bound to its own. */
static void test_relax_keeps_the_cpu(void **state)
{
	wait_world_of(2, SVMSIM_PREEMPT_NONE);
	flag = false;
	sim_task_create(SIM_TASK_DRIVER, "spin", 1, spin, NULL);
	sim_task_create(SIM_TASK_DRIVER, "flag", 0, set_flag, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "fs");
	flag = false;
	wait_record_length = 0;
	sim_task_create(SIM_TASK_DRIVER, "spin", 1, spin, NULL);
	sim_task_create(SIM_TASK_DRIVER, "flag", 1, set_flag, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "!f");
}

static void test_relax_of_a_preemptible_task(void **state)
{
	wait_world_of(2, SVMSIM_PREEMPT_FULL);
	flag = false;
	sim_task_create(SIM_TASK_DRIVER, "spin", 1, spin, NULL);
	sim_task_create(SIM_TASK_DRIVER, "flag", 1, set_flag, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "fs");
}

static void sleep_20(void *arg)
{
	sleeper = current;
	set_current_state(TASK_INTERRUPTIBLE);
	result = schedule_timeout(20);
	note('e');
}

static void wake_after_5(void *arg)
{
	msleep(5);
	wake_up_process(sleeper);
}

static void test_schedule_timeout(void **state)
{
	struct svmsim_world *world = wait_world();

	ktest_assert_int_equal(schedule_timeout_uninterruptible(3), 0);
	ktest_assert_u64_equal(world->now_ns, 3 * MS);
	ktest_assert_int_equal(schedule_timeout_killable(2), 0);
	ktest_assert_u64_equal(world->now_ns, 5 * MS);
	ktest_assert_int_equal(schedule_timeout(0), 0);
	ktest_assert_int_equal(schedule_timeout(-1), 0);
	spawn("s", sleep_20, NULL);
	spawn("w", wake_after_5, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "e");
	ktest_assert_int_equal(result, 15);
	/* A task that did not set a state does not sleep. */
	ktest_assert_int_equal(schedule_timeout(100), 100);
}

static void test_sleeps_for_a_time(void **state)
{
	struct svmsim_world *world = wait_world();

	msleep(3);
	ktest_assert_u64_equal(world->now_ns, 3 * MS);
	usleep_range(10, 20);
	ktest_assert_u64_equal(world->now_ns, 3 * MS + 10000);
	fsleep(5);
	ktest_assert_u64_equal(world->now_ns, 3 * MS + 15000);
	ssleep(1);
	ktest_assert_u64_equal(world->now_ns, 1003 * MS + 15000);
	ktest_assert_u64_equal(msleep_interruptible(1), 0);
	/* A busy wait takes the time of its switch point too. */
	udelay(2);
	ktest_assert_u64_equal(world->now_ns, 1004 * MS + 17000 + SIM_POINT_NS);
}

static void msleep_10(void *arg)
{
	sleeper = current;
	msleep(10);
	result = (long)sim_world->now_ns;
}

/* Waking a task in the middle of its msleep() changes nothing. */
static void test_wake_during_msleep(void **state)
{
	wait_world();
	spawn("s", msleep_10, NULL);
	spawn("w", wake_after_5, NULL);
	run_all();
	ktest_assert_in_range((u64)result, 10 * MS, 10 * MS + 1000);
}

static unsigned long left;

static void nap(void *arg)
{
	sleeper = current;
	left = msleep_interruptible(10);
	note(signal_pending(current) ? 'p' : '-');
	/* Still pending: the next one does not begin. */
	left = left * 100 + msleep_interruptible(10);
	flush_signals(current);
	note(signal_pending(current) ? 'p' : '-');
	msleep_interruptible(1);
	note('e');
}

static void test_signal_ends_a_sleep(void **state)
{
	struct svmsim_world *world = wait_world();

	spawn("s", nap, NULL);
	sim_task_settle();
	svmsim_tasks_settle(world);
	sim_task_signal((struct sim_task *)sleeper, SIM_SIGNAL_PLAIN);
	run_all();
	ktest_assert_string_equal(wait_record, "p-e");
	ktest_assert_u64_equal(left, 1010);
}

static void test_signal_pending(void **state)
{
	wait_world();
	ktest_assert_false(signal_pending(current));
	sim_task_signal(sim_task_current(), SIM_SIGNAL_PLAIN);
	ktest_assert_true(signal_pending(current));
	ktest_assert_false(fatal_signal_pending(current));
	ktest_assert_true(signal_pending_state(TASK_INTERRUPTIBLE, current));
	ktest_assert_false(signal_pending_state(TASK_KILLABLE, current));
	send_sig(SIGKILL, current, 0);
	ktest_assert_true(fatal_signal_pending(current));
	ktest_assert_true(signal_pending_state(TASK_KILLABLE, current));
	ktest_assert_false(signal_pending_state(TASK_UNINTERRUPTIBLE, current));
	flush_signals(current);
	ktest_assert_false(signal_pending(current));
}

/* An injected one ends just this sleep. */
static void test_injected_signal(void **state)
{
	struct svmsim_world *world = wait_world();

	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_u64_equal(msleep_interruptible(4), 4);
	ktest_assert_false(signal_pending(current));
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_u64_equal(msleep_interruptible(4), 0);
}

static void test_comm(void **state)
{
	char comm[TASK_COMM_LEN], small[4];

	wait_world();
	ktest_assert_string_equal(get_task_comm(comm, current), "root");
	ktest_assert_string_equal(get_task_comm(small, current), "roo");
}

static const struct ktest tests[] = {
	KTEST(test_sleep_and_wake),
	KTEST(test_wake_before_schedule),
	KTEST(test_wake_missed),
	KTEST(test_states_and_masks),
	KTEST(test_running_task_yields),
	KTEST(test_relax_keeps_the_cpu),
	KTEST(test_relax_of_a_preemptible_task),
	KTEST(test_schedule_timeout),
	KTEST(test_sleeps_for_a_time),
	KTEST(test_wake_during_msleep),
	KTEST(test_signal_ends_a_sleep),
	KTEST(test_signal_pending),
	KTEST(test_injected_signal),
	KTEST(test_comm),
};
KTEST_MAIN(tests)
