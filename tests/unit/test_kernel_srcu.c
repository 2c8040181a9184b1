/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/srcu.h>
#include "kernel/inject.h"
#include "wait_fixture.h"

static struct srcu_struct srcu;
static struct completion go;
static int shared_index;

static struct svmsim_world *start(void)
{
	struct svmsim_world *world = wait_world();

	ktest_assert_int_equal(init_srcu_struct(&srcu), 0);
	init_completion(&go);
	return world;
}

/* Sleeping inside is what it is for. */
static void reader(void *arg)
{
	int idx = srcu_read_lock(&srcu);

	note(*(const char *)arg);
	wait_for_completion(&go);
	msleep(1);
	note(*(const char *)arg);
	srcu_read_unlock(&srcu, idx);
}

static void note_call(struct rcu_head *head)
{
	note('c');
}

static void barrier_waiter(void *arg)
{
	srcu_barrier(&srcu);
	note('b');
}

static void test_waits_for_old_readers_only(void **state)
{
	static struct rcu_head head;

	start();
	spawn("x", reader, "x");
	sim_task_settle();
	call_srcu(&srcu, &head, note_call);
	sim_task_settle();
	spawn("y", reader, "y");
	spawn("b", barrier_waiter, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xy");
	complete(&go);
	msleep(2);
	ktest_assert_string_equal(wait_record, "xyxcb");
	complete(&go);
	msleep(2);
	ktest_assert_string_equal(wait_record, "xyxcby");
	ktest_assert_false(srcu_read_lock_held(&srcu));
	cleanup_srcu_struct(&srcu);
}

static void test_domains_are_apart(void **state)
{
	static struct srcu_struct other;
	int idx;

	start();
	ktest_assert_int_equal(init_srcu_struct(&other), 0);
	idx = srcu_read_lock(&other);
	ktest_assert_true(srcu_read_lock_held(&other));
	ktest_assert_false(srcu_read_lock_held(&srcu));
	synchronize_srcu(&srcu);
	synchronize_srcu_expedited(&srcu);
	synchronize_rcu();
	srcu_read_unlock(&other, idx);
	cleanup_srcu_struct(&other);
	cleanup_srcu_struct(&srcu);
}

static void test_polled(void **state)
{
	unsigned long cookie;
	int idx;

	start();
	idx = srcu_read_lock(&srcu);
	cookie = get_state_synchronize_srcu(&srcu);
	ktest_assert_u64_equal(start_poll_synchronize_srcu(&srcu), cookie);
	ktest_assert_false(poll_state_synchronize_srcu(&srcu, cookie));
	srcu_read_unlock(&srcu, idx);
	ktest_assert_true(poll_state_synchronize_srcu(&srcu, cookie));
	cleanup_srcu_struct(&srcu);
}

static void synchronizer(void *arg)
{
	synchronize_srcu(&srcu);
	note('s');
}

static void go_up(void *arg)
{
	srcu_up_read(&srcu, shared_index);
	note('u');
}

/* A section that another task ends. */
static void test_down_and_up(void **state)
{
	start();
	shared_index = srcu_down_read(&srcu);
	spawn("s", synchronizer, NULL);
	sim_task_settle();
	spawn("u", go_up, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "us");
	cleanup_srcu_struct(&srcu);
}

static void test_wait_inside_reader(void **state)
{
	struct svmsim_world *world = start();
	int idx = srcu_read_lock(&srcu);

	synchronize_srcu(&srcu);
	srcu_read_unlock(&srcu, idx);
	assert_report(world, 0, "deadlock what=cycle tasks=<machine>\n"
		      "a task waits for itself:\n"
		      "  <machine> waits for grace period &srcu, held by <machine>\n"
		      "    at test_kernel_srcu.c:test_wait_inside_reader:synchronize_srcu(&srcu)");
	ktest_expect_report(world, "deadlock", 1);
	cleanup_srcu_struct(&srcu);
}

static void test_cleanup_with_reader(void **state)
{
	struct svmsim_world *world = start();

	srcu_down_read(&srcu);
	cleanup_srcu_struct(&srcu);
	ktest_assert_int_equal(ktest_report_count(world, "warn"), 1);
	ktest_expect_report(world, "warn", 1);
}

static void test_cleanup_without_barrier(void **state)
{
	static struct rcu_head head, next;
	struct svmsim_world *world = start();

	/* Its grace period is over: cleaning up waits for it. */
	call_srcu(&srcu, &head, note_call);
	cleanup_srcu_struct(&srcu);
	ktest_assert_string_equal(wait_record, "c");
	ktest_assert_int_equal(init_srcu_struct(&srcu), 0);
	/* This one has not begun yet. */
	shared_index = srcu_down_read(&srcu);
	call_srcu(&srcu, &head, note_call);
	call_srcu(&srcu, &next, note_call);
	srcu_up_read(&srcu, shared_index);
	srcu_barrier(&srcu);
	cleanup_srcu_struct(&srcu);
	ktest_assert_string_equal(wait_record, "ccc");
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void slow_call(struct rcu_head *head)
{
	note('(');
	SIM_POINT(MODEL, "callback", "");
	note(')');
}

static void call_of_srcu(void *arg)
{
	call_srcu(&srcu, arg, slow_call);
}

static void call_of_rcu(void *arg)
{
	call_rcu(arg, slow_call);
}

/* One callback at a time, whatever domains and CPUs they come from. */
static void test_callbacks_do_not_overlap(void **state)
{
	static struct rcu_head head[4];
	uint64_t seed = ktest_seed(17);

	for (unsigned int run = 0; run < 50; run++) {
		struct svmsim_world *world = start();

		ktest_context("seed %llu run %u", (unsigned long long)seed, run);
		random_schedule(world, seed + run);
		for (int i = 0; i < 4; i++)
			sim_task_create(SIM_TASK_DRIVER, "c", i, i % 2 ? call_of_rcu : call_of_srcu,
					&head[i]);
		run_all();
		rcu_barrier();
		srcu_barrier(&srcu);
		ktest_assert_string_equal(wait_record, "()()()()");
		cleanup_srcu_struct(&srcu);
		ktest_world_drop(world);
	}
}

static void test_unlock_of_nothing(void **state)
{
	struct svmsim_world *world = start();

	srcu_up_read(&srcu, 1);
	assert_report(world, 0, "lock-imbalance lock=&srcu what=not-held\n"
		      "&srcu: no reader has index 1");
	ktest_expect_report(world, "lock-imbalance", 1);
	cleanup_srcu_struct(&srcu);
}

static void test_init_fails(void **state)
{
	struct svmsim_world *world = wait_world();

	sim_inject_kind_nth(world, &sim_fault_percpu, 1);
	ktest_assert_int_equal(init_srcu_struct(&srcu), -ENOMEM);
}

/* As in the test of RCU: no reader may begin before a wait began and end after it ended. */
#define SPANS 64

struct span {
	u64 begin;
	u64 end;
};

static struct span readers[SPANS], waits[SPANS];
static unsigned int reader_count, wait_count;
static u64 clock;

static void random_reader(void *arg)
{
	for (int i = 0; i < 4; i++) {
		struct span *span = &readers[reader_count++];
		int idx = srcu_read_lock(&srcu);

		span->begin = ++clock;
		if (ktest_random(&random_state) % 2)
			fsleep(1 + ktest_random(&random_state) % 3);
		span->end = ++clock;
		srcu_read_unlock(&srcu, idx);
	}
}

static void random_waiter(void *arg)
{
	for (int i = 0; i < 3; i++) {
		struct span *span = &waits[wait_count++];

		span->begin = ++clock;
		synchronize_srcu(&srcu);
		span->end = ++clock;
	}
}

static void test_random(void **state)
{
	uint64_t seed = ktest_seed(29);

	for (unsigned int run = 0; run < 100; run++) {
		struct svmsim_world *world = start();

		ktest_context("seed %llu run %u", (unsigned long long)seed, run);
		random_schedule(world, seed + run);
		reader_count = 0;
		wait_count = 0;
		clock = 0;
		for (int i = 0; i < 4; i++)
			spawn("r", random_reader, NULL);
		for (int i = 0; i < 3; i++)
			spawn("w", random_waiter, NULL);
		ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
		for (unsigned int i = 0; i < wait_count; i++)
			for (unsigned int k = 0; k < reader_count; k++)
				ktest_assert_false(readers[k].begin < waits[i].begin &&
						   readers[k].end > waits[i].end);
		cleanup_srcu_struct(&srcu);
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_waits_for_old_readers_only),
	KTEST(test_domains_are_apart),
	KTEST(test_polled),
	KTEST(test_down_and_up),
	KTEST(test_wait_inside_reader),
	KTEST(test_cleanup_with_reader),
	KTEST(test_cleanup_without_barrier),
	KTEST(test_callbacks_do_not_overlap),
	KTEST(test_unlock_of_nothing),
	KTEST(test_init_fails),
	KTEST(test_random),
};
KTEST_MAIN(tests)
