/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Mutexes that several tasks want: order, stealing, handoff, signals, other tasks' locks. */
#include <linux/mutex.h>
#include "lock_fixture.h"

static struct mutex lock;

static struct svmsim_world *setup(void)
{
	struct svmsim_world *world = lock_world(2);

	mutex_init(&lock);
	return world;
}

static void takes(void *arg)
{
	mutex_lock(&lock);
	say("%s", my_name());
	mutex_unlock(&lock);
}

static void test_first_come_first_served(void **state)
{
	setup();
	mutex_lock(&lock);
	start("a", takes);
	start("b", takes);
	start("c", takes);
	assert_said("");
	mutex_unlock(&lock);
	sim_task_settle();
	assert_said("a b c");
	ktest_assert_false(mutex_is_locked(&lock));
}

/* Who is woken has not got the lock: a newcomer can be faster. */
static void test_newcomer_steals(void **state)
{
	setup();
	mutex_lock(&lock);
	start("a", takes);
	mutex_unlock(&lock);
	ktest_assert_false(mutex_is_locked(&lock));
	ktest_assert_int_equal(mutex_trylock(&lock), 1);
	sim_task_settle();
	assert_said("");
	mutex_unlock(&lock);
	sim_task_settle();
	assert_said("a");
}

/* After one defeat the lock is handed over; nobody can come between. */
static void test_handoff_after_defeat(void **state)
{
	setup();
	mutex_lock(&lock);
	start("a", takes);
	start("b", takes);
	mutex_unlock(&lock);
	mutex_lock(&lock);
	sim_task_settle();
	assert_said("");
	mutex_unlock(&lock);
	ktest_assert_true(mutex_is_locked(&lock));
	ktest_assert_int_equal(mutex_trylock(&lock), 0);
	sim_task_settle();
	assert_said("a b");
	/* The last one left nothing behind. */
	mutex_lock(&lock);
	start("c", takes);
	mutex_unlock(&lock);
	ktest_assert_int_equal(mutex_trylock(&lock), 1);
	mutex_unlock(&lock);
	sim_task_settle();
	assert_said("c");
}

static void takes_interruptibly(void *arg)
{
	int err = mutex_lock_interruptible(&lock);

	say("%s%d", my_name(), err);
	if (!err)
		mutex_unlock(&lock);
}

static void takes_killably(void *arg)
{
	int err = mutex_lock_killable(&lock);

	say("%s%d", my_name(), err);
	if (!err)
		mutex_unlock(&lock);
}

static void test_signals_end_waits(void **state)
{
	setup();
	mutex_lock(&lock);
	start("i", takes_interruptibly);
	start("k", takes_killably);
	start("u", takes);
	sim_task_signal(find("u"), SIM_SIGNAL_FATAL);
	sim_task_signal(find("k"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("");
	sim_task_signal(find("i"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("i-4");
	sim_task_signal(find("k"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("k-4");
	mutex_unlock(&lock);
	sim_task_settle();
	assert_said("u");
}

/* A signal is looked at only by who has to wait; a free lock is taken in spite of it. */
static void signalled(void *arg)
{
	sim_task_signal(sim_task_current(), SIM_SIGNAL_FATAL);
	takes_interruptibly(NULL);
	takes_killably(NULL);
}

static void test_free_lock_ignores_signals(void **state)
{
	setup();
	start("s", signalled);
	assert_said("s0 s0");
}

/* A wake-up and a signal at once: the lock is not lost. */
static void test_woken_and_signalled(void **state)
{
	setup();
	mutex_lock(&lock);
	start("i", takes_interruptibly);
	start("u", takes);
	mutex_unlock(&lock);
	sim_task_signal(find("i"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("i0 u");
	/* The same with a thief: whoever stole it wakes the next. */
	mutex_lock(&lock);
	start("j", takes_interruptibly);
	start("v", takes);
	mutex_unlock(&lock);
	ktest_assert_int_equal(mutex_trylock(&lock), 1);
	sim_task_signal(find("j"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("j-4");
	mutex_unlock(&lock);
	sim_task_settle();
	assert_said("v");
}

/* Who asked for the handoff gave up, and nobody else waits: it is forgotten. */
static void test_handoff_dies_with_the_queue(void **state)
{
	setup();
	mutex_lock(&lock);
	start("i", takes_interruptibly);
	mutex_unlock(&lock);
	mutex_lock(&lock);
	sim_task_settle();
	sim_task_signal(find("i"), SIM_SIGNAL_PLAIN);
	sim_task_settle();
	assert_said("i-4");
	start("a", takes);
	mutex_unlock(&lock);
	ktest_assert_int_equal(mutex_trylock(&lock), 1);
	mutex_unlock(&lock);
	sim_task_settle();
	assert_said("a");
}

static void holds(void *arg)
{
	mutex_lock(&lock);
	stop();
	mutex_unlock(&lock);
	say("%s done", my_name());
}

static void test_other_task_is_reported(void **state)
{
	struct svmsim_world *world = setup();

	start("a", holds);
	start("b", takes);
	mutex_unlock(&lock);
	assert_report(world, 0, "lock-imbalance lock=&lock what=other-task\n"
		      "&lock: held by a, released by <machine>");
	sim_task_settle();
	/* It was released all the same. */
	assert_said("b");
	go("a");
	assert_said("a done");
	assert_report(world, 1, "lock-imbalance lock=&lock what=not-held\n"
		      "&lock: released though it is not held");
	ktest_expect_report(world, "lock-imbalance", 2);
}

/* The root can't be left standing: it goes on as if it had the lock. */
static void test_root_goes_on_after_deadlock(void **state)
{
	struct svmsim_world *world = setup();

	start("a", holds);
	mutex_lock(&lock);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "deadlock", 1);
	mutex_unlock(&lock);
	ktest_assert_true(mutex_is_locked(&lock));
	go("a");
	assert_said("a done");
	ktest_assert_false(mutex_is_locked(&lock));
	ktest_assert_int_equal(svmsim_report_count(world), 1);
}

static struct mutex other;

static void takes_both(void *arg)
{
	mutex_lock(&other);
	stop();
	mutex_lock(&lock);
	mutex_unlock(&lock);
	mutex_unlock(&other);
}

static void takes_both_turned(void *arg)
{
	mutex_lock(&lock);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&lock);
}

static void test_cycle_names_owners(void **state)
{
	struct svmsim_world *world = setup();

	mutex_init(&other);
	start("a", takes_both);
	start("b", takes_both_turned);
	go("a");
	ktest_assert_int_equal(svmsim_report_count(world), 2);
	assert_report(world, 1, "deadlock what=cycle tasks=a,b\n"
		      "each waits for what the next one holds:\n"
		      "  a waits for lock &lock, held by b\n"
		      "    at test_kernel_mutex.c:takes_both:mutex_lock(&lock)\n"
		      "  b waits for lock &other, held by a\n"
		      "    at test_kernel_mutex.c:takes_both_turned:mutex_lock(&other)");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
}

static void test_injected_failures(void **state)
{
	struct svmsim_world *world = setup();

	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(mutex_trylock(&lock), 0);
	ktest_assert_int_equal(mutex_trylock(&lock), 1);
	mutex_unlock(&lock);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(mutex_lock_interruptible(&lock), -EINTR);
	ktest_assert_int_equal(mutex_lock_interruptible(&lock), 0);
	mutex_unlock(&lock);
	sim_inject_kind_nth(world, &sim_fault_kill, 2);
	ktest_assert_int_equal(mutex_lock_interruptible(&lock), 0);
	mutex_unlock(&lock);
	ktest_assert_int_equal(mutex_lock_killable(&lock), -EINTR);
	/* A plain signal does nothing to a killable wait. */
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(mutex_lock_killable(&lock), 0);
	ktest_assert_false(sim_inject_kind_failed(world));
	mutex_unlock(&lock);
}

/* Functions for whoever takes their addresses do the same. */
static void test_addresses_of_functions(void **state)
{
	void (*take)(struct mutex *) = mutex_lock;
	void (*give)(struct mutex *) = mutex_unlock;
	int (*try)(struct mutex *) = mutex_trylock;

	setup();
	take(&lock);
	ktest_assert_int_equal(try(&lock), 0);
	give(&lock);
	ktest_assert_int_equal(try(&lock), 1);
	give(&lock);
}

static void test_dec_and_lock(void **state)
{
	atomic_t count = ATOMIC_INIT(2);

	setup();
	ktest_assert_int_equal(atomic_dec_and_mutex_lock(&count, &lock), 0);
	ktest_assert_false(mutex_is_locked(&lock));
	ktest_assert_int_equal(atomic_dec_and_mutex_lock(&count, &lock), 1);
	ktest_assert_true(mutex_is_locked(&lock));
	mutex_unlock(&lock);
}

static const struct ktest tests[] = {
	KTEST(test_first_come_first_served),
	KTEST(test_newcomer_steals),
	KTEST(test_handoff_after_defeat),
	KTEST(test_signals_end_waits),
	KTEST(test_free_lock_ignores_signals),
	KTEST(test_woken_and_signalled),
	KTEST(test_handoff_dies_with_the_queue),
	KTEST(test_other_task_is_reported),
	KTEST(test_root_goes_on_after_deadlock),
	KTEST(test_cycle_names_owners),
	KTEST(test_injected_failures),
	KTEST(test_addresses_of_functions),
	KTEST(test_dec_and_lock),
};
KTEST_MAIN(tests)
