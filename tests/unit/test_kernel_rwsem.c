/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* rw_semaphores that several tasks want: batches of readers, writers that wait, downgrading. */
#include <linux/rwsem.h>
#include "kernel/time.h"
#include "lock_fixture.h"

static struct rw_semaphore sem;

static struct svmsim_world *setup(void)
{
	struct svmsim_world *world = lock_world(2);

	init_rwsem(&sem);
	return world;
}

static void reads(void *arg)
{
	down_read(&sem);
	say("+%s", my_name());
	stop();
	up_read(&sem);
	say("-%s", my_name());
}

static void writes(void *arg)
{
	down_write(&sem);
	say("+%s", my_name());
	stop();
	up_write(&sem);
	say("-%s", my_name());
}

static void test_waiting_writer_holds_back_readers(void **state)
{
	setup();
	start("r1", reads);
	start("r2", reads);
	assert_said("+r1 +r2");
	start("w", writes);
	start("r3", reads);
	assert_said("");
	ktest_assert_int_equal(rwsem_is_contended(&sem), 1);
	ktest_assert_int_equal(down_read_trylock(&sem), 0);
	go("r1");
	assert_said("-r1");
	go("r2");
	assert_said("-r2 +w");
	ktest_assert_int_equal(down_read_trylock(&sem), 0);
	go("w");
	assert_said("-w +r3");
	go("r3");
	assert_said("-r3");
	ktest_assert_int_equal(rwsem_is_locked(&sem), 0);
	ktest_assert_int_equal(rwsem_is_contended(&sem), 0);
}

/* All readers of the queue go, those behind a writer too. */
static void test_readers_go_in_a_batch(void **state)
{
	setup();
	down_write(&sem);
	start("r1", reads);
	start("w", writes);
	start("r2", reads);
	start("r3", reads);
	assert_said("");
	up_write(&sem);
	sim_task_settle();
	assert_said("+r1 +r2 +r3");
	go("r1");
	go("r3");
	go("r2");
	assert_said("-r1 -r3 -r2 +w");
	go("w");
	assert_said("-w");
}

static void test_downgrade_lets_readers_in(void **state)
{
	setup();
	down_write(&sem);
	start("r1", reads);
	start("r2", reads);
	start("w", writes);
	downgrade_write(&sem);
	sim_task_settle();
	assert_said("+r1 +r2");
	go("r1");
	go("r2");
	assert_said("-r1 -r2");
	up_read(&sem);
	sim_task_settle();
	assert_said("+w");
	go("w");
	assert_said("-w");
	/* With a writer first in line nobody is let in. */
	down_write(&sem);
	start("w2", writes);
	start("r4", reads);
	downgrade_write(&sem);
	sim_task_settle();
	assert_said("");
	up_read(&sem);
	sim_task_settle();
	assert_said("+w2");
	go("w2");
	go("r4");
	assert_said("-w2 +r4 -r4");
}

static void writes_killably(void *arg)
{
	int err = down_write_killable(&sem);

	say("%s%d", my_name(), err);
	if (!err)
		up_write(&sem);
}

static void reads_killably(void *arg)
{
	int err = down_read_killable(&sem);

	say("%s%d", my_name(), err);
	if (!err)
		up_read(&sem);
}

static void reads_interruptibly(void *arg)
{
	int err = down_read_interruptible(&sem);

	say("%s%d", my_name(), err);
	if (!err)
		up_read(&sem);
}

/* When the writer that kept readers out gives up, they go on. */
static void test_killed_writer_lets_readers_pass(void **state)
{
	setup();
	start("r1", reads);
	start("k", writes_killably);
	start("r2", reads);
	assert_said("+r1");
	sim_task_signal(find("k"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("");
	sim_task_signal(find("k"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("k-4 +r2");
	go("r1");
	go("r2");
	assert_said("-r1 -r2");
}

static void test_signals_end_reads(void **state)
{
	setup();
	down_write(&sem);
	start("i", reads_interruptibly);
	start("k", reads_killably);
	start("r", reads);
	sim_task_signal(find("i"), SIM_SIGNAL_PLAIN);
	sim_task_signal(find("k"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("i-4");
	sim_task_signal(find("k"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("k-4");
	up_write(&sem);
	sim_task_settle();
	assert_said("+r");
	go("r");
	assert_said("-r");
}

/* Between a release and the run of who was woken, the lock is anybody's. */
static void test_stealing(void **state)
{
	setup();
	down_write(&sem);
	start("w", writes);
	up_write(&sem);
	down_read(&sem);
	sim_task_settle();
	assert_said("");
	up_read(&sem);
	down_write(&sem);
	sim_task_settle();
	assert_said("");
	/* A trylock does not pass those that wait. */
	up_write(&sem);
	ktest_assert_int_equal(down_write_trylock(&sem), 0);
	ktest_assert_int_equal(down_read_trylock(&sem), 0);
	sim_task_settle();
	assert_said("+w");
	go("w");
	assert_said("-w");
}

/* A writer that has waited for 4 ms is passed once more, and then no more. */
static void test_handoff_to_patient_writer(void **state)
{
	struct svmsim_world *world = setup();

	down_write(&sem);
	start("w", writes);
	up_write(&sem);
	down_write(&sem);
	sim_task_settle();
	sim_time_advance(world, 5000000);
	up_write(&sem);
	down_write(&sem);
	/* It looks, in vain, and asks for a handoff. */
	sim_task_settle();
	up_write(&sem);
	/* Now a newcomer has to stand in line, and here gives up at once. */
	sim_task_signal(sim_task_current(), SIM_SIGNAL_FATAL);
	ktest_assert_int_equal(down_write_killable(&sem), -EINTR);
	ktest_assert_int_equal(down_read_killable(&sem), -EINTR);
	sim_task_current()->signal = SIM_SIGNAL_NONE;
	sim_task_settle();
	assert_said("+w");
	go("w");
	assert_said("-w");
}

/* Readers that are let in are what it was asked for, too. */
static void test_handoff_ends_with_readers(void **state)
{
	struct svmsim_world *world = setup();

	down_write(&sem);
	start("r", reads);
	start("w", writes);
	sim_time_advance(world, 5000000);
	/* Woken for no reason it finds that it has waited for long. */
	go("w");
	ktest_assert_true(sem.sim.handoff);
	up_write(&sem);
	sim_task_settle();
	assert_said("+r");
	ktest_assert_false(sem.sim.handoff);
	go("r");
	go("w");
	assert_said("-r +w -w");
}

static void reads_for_others(void *arg)
{
	down_read_non_owner(&sem);
	say("+%s", my_name());
}

static void test_non_owner(void **state)
{
	struct svmsim_world *world = setup();

	start("a", reads_for_others);
	assert_said("+a");
	ktest_assert_int_equal(rwsem_is_locked(&sem), 1);
	start("w", writes);
	start("b", reads_for_others);
	up_read_non_owner(&sem);
	sim_task_settle();
	assert_said("+w");
	go("w");
	assert_said("-w +b");
	up_read_non_owner(&sem);
	ktest_assert_int_equal(rwsem_is_locked(&sem), 0);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	up_read_non_owner(&sem);
	assert_report(world, 0, "lock-imbalance lock=&sem what=not-held\n"
		      "&sem: released though it is not held");
	ktest_expect_report(world, "lock-imbalance", 1);
}

static void test_other_task(void **state)
{
	struct svmsim_world *world = setup();

	start("w", writes);
	up_write(&sem);
	assert_report(world, 0, "lock-imbalance lock=&sem what=other-task\n"
		      "&sem: held by w, released by <machine>");
	start("r", reads);
	up_read(&sem);
	assert_report(world, 1, "lock-imbalance lock=&sem what=other-task\n"
		      "&sem: held by r, released by <machine>");
	ktest_assert_int_equal(rwsem_is_locked(&sem), 0);
	ktest_expect_report(world, "lock-imbalance", 2);
	assert_said("+w +r");
}

static struct rw_semaphore second;

static void reads_then_writes_second(void *arg)
{
	down_read(&sem);
	stop();
	down_write(&second);
	up_write(&second);
	up_read(&sem);
}

static void reads_second_then_writes(void *arg)
{
	down_read(&second);
	down_write(&sem);
	up_write(&sem);
	up_read(&second);
}

/* A lock that is held for reading has owners, too: the cycle goes through the third of them. */
static void test_cycle_through_readers(void **state)
{
	struct svmsim_world *world = setup();

	init_rwsem(&second);
	start("r1", reads);
	start("r2", reads_then_writes_second);
	start("r3", reads);
	start("x", reads_second_then_writes);
	go("r2");
	ktest_assert_int_equal(svmsim_report_count(world), 2);
	assert_report(world, 1, "deadlock what=cycle tasks=r2,x\n"
		      "each waits for what the next one holds:\n"
		      "  r2 waits for lock &second, held by x\n"
		      "    at test_kernel_rwsem.c:reads_then_writes_second:down_write(&second)\n"
		      "  x waits for lock &sem, held by r3\n"
		      "    at test_kernel_rwsem.c:reads_second_then_writes:down_write(&sem)");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
	go("r1");
	go("r3");
}

static void test_injected_failures(void **state)
{
	struct svmsim_world *world = setup();

	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(down_read_trylock(&sem), 0);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(down_write_trylock(&sem), 0);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(down_read_interruptible(&sem), -EINTR);
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(down_read_killable(&sem), -EINTR);
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(down_write_killable(&sem), -EINTR);
	ktest_assert_int_equal(rwsem_is_locked(&sem), 0);
	ktest_assert_int_equal(down_write_killable(&sem), 0);
	up_write(&sem);
}

#define MANY 300

/* More than go at once: the next wake-up, at the release of the last of these, takes the rest. */
static void reads_once(void *arg)
{
	down_read(&sem);
	say("r");
	said_length = 0;
	up_read(&sem);
}

static void test_many_readers(void **state)
{
	char name[8];

	setup();
	down_write(&sem);
	for (int i = 0; i < MANY; i++) {
		host_snprintf(name, sizeof(name), "r%d", i);
		start(name, reads_once);
	}
	up_write(&sem);
	ktest_assert_u64_equal(sem.sim.reader_count, 256);
	ktest_assert_int_equal(rwsem_is_contended(&sem), 1);
	sim_task_settle();
	ktest_assert_int_equal(rwsem_is_locked(&sem), 0);
	ktest_assert_int_equal(rwsem_is_contended(&sem), 0);
}

static const struct ktest tests[] = {
	KTEST(test_waiting_writer_holds_back_readers),
	KTEST(test_readers_go_in_a_batch),
	KTEST(test_downgrade_lets_readers_in),
	KTEST(test_killed_writer_lets_readers_pass),
	KTEST(test_signals_end_reads),
	KTEST(test_stealing),
	KTEST(test_handoff_to_patient_writer),
	KTEST(test_handoff_ends_with_readers),
	KTEST(test_non_owner),
	KTEST(test_other_task),
	KTEST(test_cycle_through_readers),
	KTEST(test_injected_failures),
	KTEST(test_many_readers),
};
KTEST_MAIN(tests)
