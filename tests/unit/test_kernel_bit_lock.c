/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Bits that are waited for and bits that are locks, and variables. */
#include <linux/bit_spinlock.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include "kernel/lock.h"
#include "kernel/time.h"
#include "lock_fixture.h"

#define LOCK_SITE(text) SIM_SITE(SIM_POINT_LOCK, "lock", text)

static unsigned long word;
static struct lockdep_map map;

static struct svmsim_world *setup(void)
{
	struct svmsim_world *world = lock_world(4);
	static struct lock_class_key key;

	word = 0;
	lockdep_init_map_wait(&map, "page", &key, 0, LD_WAIT_SLEEP);
	return world;
}

static void spins(void *arg)
{
	bit_spin_lock(3, &word);
	say("%s", my_name());
	bit_spin_unlock(3, &word);
}

static void test_bit_spinlock(void **state)
{
	struct svmsim_world *world = setup();

	bit_spin_lock(3, &word);
	ktest_assert_u64_equal(word, 8);
	ktest_assert_int_equal(preempt_count(), 1);
	ktest_assert_int_equal(bit_spin_trylock(3, &word), 0);
	ktest_assert_int_equal(bit_spin_trylock(2, &word), 1);
	start_at("a", 1, spins);
	ktest_assert_true(find("a")->state == SIM_TASK_SPINNING);
	bit_spin_unlock(2, &word);
	sim_task_settle();
	assert_said("");
	__bit_spin_unlock(3, &word);
	sim_task_settle();
	assert_said("a");
	ktest_assert_false(bit_spin_is_locked(3, &word));
	ktest_assert_int_equal(preempt_count(), 0);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(bit_spin_trylock(3, &word), 0);
}

static void test_bit_spinlock_misuse(void **state)
{
	struct svmsim_world *world = setup();
	unsigned long *heap = kzalloc(sizeof(*heap), GFP_KERNEL);

	bit_spin_unlock(3, &word);
	assert_report(world, 0, "lock-imbalance lock=&word what=not-held\n"
		      "&word: released though it is not held");
	bit_spin_lock(3, &word);
	bit_spin_lock(3, &word);
	assert_report(world, 1, "lock-imbalance lock=&word what=held-twice\n"
		      "&word: taken while held by the same task: it would wait for itself");
	bit_spin_unlock(3, &word);
	ktest_assert_true(bit_spin_is_locked(3, &word));
	bit_spin_unlock(3, &word);
	ktest_assert_false(bit_spin_is_locked(3, &word));
	bit_spin_lock(0, heap);
	kfree(heap);
	assert_report(world, 2, "lock-imbalance lock=heap what=freed-held\n"
		      "heap: its memory was freed while held");
	ktest_assert_int_equal(preempt_count(), 0);
	bit_spin_lock(1, &word);
	ktest_expect_report(world, "lock-imbalance", 4);
	sim_world_finish(world);
	assert_report(world, 3, "lock-imbalance lock=&word what=never-released\n"
		      "&word: still held at the end of the run");
}

static void waits_for_bit(void *arg)
{
	say("%s%d", my_name(), wait_on_bit(&word, 1, TASK_UNINTERRUPTIBLE));
}

static void waits_killably(void *arg)
{
	say("%s%d", my_name(), wait_on_bit(&word, 1, TASK_KILLABLE));
}

static void waits_a_while(void *arg)
{
	say("%s%d", my_name(), wait_on_bit_timeout(&word, 1, TASK_UNINTERRUPTIBLE, 3));
}

static void locks_by_bit(void *arg)
{
	say("%s%d", my_name(), wait_on_bit_lock(&word, 1, TASK_UNINTERRUPTIBLE));
}

static void test_wait_on_bit(void **state)
{
	setup();
	start("free", waits_for_bit);
	assert_said("free0");
	set_bit(1, &word);
	start("a", waits_for_bit);
	start("k", waits_killably);
	start("x", locks_by_bit);
	start("y", locks_by_bit);
	start("b", waits_for_bit);
	/* A wake-up while the bit is set is none; nor is one for another bit. */
	wake_up_bit(&word, 1);
	clear_and_wake_up_bit(2, &word);
	sim_task_settle();
	assert_said("");
	sim_task_signal(find("k"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("k-4");
	/* Those that just wait go first, newest first, and one of those that lock. */
	clear_and_wake_up_bit(1, &word);
	sim_task_settle();
	assert_said("b0 a0 x0");
	ktest_assert_true(test_and_clear_wake_up_bit(1, &word));
	sim_task_settle();
	assert_said("y0");
	ktest_assert_u64_equal(word, 2);
	ktest_assert_true(test_and_clear_wake_up_bit(1, &word));
	ktest_assert_false(test_and_clear_wake_up_bit(1, &word));
}

static void test_wait_on_bit_timeout(void **state)
{
	struct svmsim_world *world = setup();

	set_bit(1, &word);
	start("t", waits_a_while);
	sim_time_advance(world, 2000000);
	assert_said("");
	sim_time_advance(world, 2000000);
	assert_said("t-11");
	start("u", waits_a_while);
	clear_and_wake_up_bit(1, &word);
	sim_task_settle();
	assert_said("u0");
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(wait_on_bit(&word, 1, TASK_INTERRUPTIBLE), -EINTR);
}

static int says_and_waits(struct wait_bit_key *key, int mode)
{
	say("action %d", key->bit_nr);
	return bit_wait(key, mode);
}

static void waits_with_action(void *arg)
{
	say("%d", wait_on_bit_action(&word, 1, says_and_waits, TASK_UNINTERRUPTIBLE));
}

static void test_action(void **state)
{
	setup();
	set_bit(1, &word);
	start("a", waits_with_action);
	assert_said("action 1");
	clear_and_wake_up_bit(1, &word);
	sim_task_settle();
	assert_said("0");
}

static void locks_with_action(void *arg)
{
	say("%d", wait_on_bit_lock_action(&word, 1, says_and_waits, TASK_UNINTERRUPTIBLE));
}

/* One wake-up is for one of those that exclude each other; the next sleeps on. */
static void test_one_wakeup_for_one(void **state)
{
	setup();
	set_bit(1, &word);
	start("x", locks_by_bit);
	start("y", locks_with_action);
	assert_said("action 1");
	clear_and_wake_up_bit(1, &word);
	sim_task_settle();
	assert_said("x0");
	clear_and_wake_up_bit(1, &word);
	sim_task_settle();
	assert_said("0");
}

static int variable;

static void waits_for_variable(void *arg)
{
	wait_var_event(&variable, READ_ONCE(variable) == 2);
	say("%s", my_name());
}

static void waits_for_variable_killably(void *arg)
{
	int err = wait_var_event_killable(&variable, variable == 2);

	say("%s%d", my_name(), err);
}

static void waits_for_variable_a_while(void *arg)
{
	long left = wait_var_event_timeout(&variable, variable == 2, 5);

	say("%s%d", my_name(), (int)left);
}

static void test_variables(void **state)
{
	struct svmsim_world *world = setup();

	variable = 0;
	start("a", waits_for_variable);
	start("k", waits_for_variable_killably);
	start("t", waits_for_variable_a_while);
	variable = 1;
	wake_up_var(&variable);
	sim_task_settle();
	assert_said("");
	sim_task_signal(find("k"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("k-512");
	sim_time_advance(world, 6000000);
	assert_said("t0");
	start("u", waits_for_variable_a_while);
	sim_time_advance(world, 2000000);
	variable = 2;
	wake_up_var(&variable);
	sim_task_settle();
	assert_said("u3 a");
	ktest_assert_int_equal(wait_var_event_interruptible(&variable, variable == 2), 0);
	ktest_assert_int_equal(wait_var_event_timeout(&variable, variable == 2, 0), 1);
	ktest_assert_int_equal(wait_var_event_timeout(&variable, variable == 3, 0), 0);
}

static unsigned long page[2];

static void locks_page(void *arg)
{
	int err = sim_bit_lock(page, 0, &map, TASK_KILLABLE, LOCK_SITE("page"));

	say("%s%d", my_name(), err);
	stop();
	if (!err)
		sim_bit_unlock(page, 0, LOCK_SITE("page"));
}

static void test_bit_lock(void **state)
{
	struct svmsim_world *world = setup();

	page[0] = page[1] = 0;
	start("a", locks_page);
	start("b", locks_page);
	start("c", locks_page);
	start("d", locks_page);
	assert_said("a0");
	ktest_assert_true(sim_bit_owner(page, 0) == find("a"));
	ktest_assert_false(sim_bit_trylock(page, 0, &map, LOCK_SITE("page")));
	sim_task_signal(find("b"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("b-4");
	go("a");
	assert_said("c0");
	/* Any task may unlock. */
	sim_bit_unlock(page, 0, LOCK_SITE("page"));
	sim_task_settle();
	assert_said("d0");
	go("b");
	go("d");
	ktest_assert_true(sim_bit_owner(page, 0) == NULL);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	go("c");
	assert_report(world, 0, "lock-imbalance lock=page what=not-held\n"
		      "page: released though it is not held");
	ktest_expect_report(world, "lock-imbalance", 1);
}

/* The wake-up of one that has been killed meanwhile goes to the next. */
static void test_bit_lock_killed_and_woken(void **state)
{
	setup();
	page[0] = 0;
	ktest_assert_true(sim_bit_trylock(page, 0, &map, LOCK_SITE("page")));
	start("a", locks_page);
	start("b", locks_page);
	sim_task_signal(find("a"), SIM_SIGNAL_FATAL);
	sim_bit_unlock(page, 0, LOCK_SITE("page"));
	sim_task_settle();
	assert_said("a-4 b0");
	go("a");
	go("b");
}

static struct mutex mutex;

/* The class takes part in the order; several of it may be held at once. */
static void test_bit_locks_are_a_class(void **state)
{
	struct svmsim_world *world = setup();

	page[0] = page[1] = 0;
	mutex_init(&mutex);
	ktest_assert_int_equal(sim_bit_lock(page, 0, &map, TASK_UNINTERRUPTIBLE, LOCK_SITE("0")),
			       0);
	ktest_assert_true(sim_bit_trylock(page + 1, 0, &map, LOCK_SITE("1")));
	ktest_assert_true(lock_is_held(&map));
	sim_bit_unlock(page, 0, LOCK_SITE("0"));
	ktest_assert_true(lock_is_held(&map));
	ktest_assert_int_equal(sim_bit_lock(page, 0, &map, TASK_UNINTERRUPTIBLE, LOCK_SITE("0")),
			       0);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	sim_bit_unlock(page + 1, 0, LOCK_SITE("1"));
	sim_bit_unlock(page, 0, LOCK_SITE("0"));
	ktest_assert_false(lock_is_held(&map));
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	mutex_lock(&mutex);
	ktest_assert_true(sim_bit_trylock(page, 0, &map, LOCK_SITE("0")));
	sim_bit_unlock(page, 0, LOCK_SITE("0"));
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(sim_bit_lock(page, 0, &map, TASK_KILLABLE, LOCK_SITE("0")), -EINTR);
	mutex_unlock(&mutex);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "lock-order", 1);
}

static void test_bit_lock_twice(void **state)
{
	struct svmsim_world *world = setup();

	page[0] = 0;
	ktest_assert_int_equal(sim_bit_lock(page, 0, &map, TASK_UNINTERRUPTIBLE, LOCK_SITE("0")),
			       0);
	ktest_assert_int_equal(sim_bit_lock(page, 0, &map, TASK_UNINTERRUPTIBLE, LOCK_SITE("0")),
			       0);
	sim_bit_unlock(page, 0, LOCK_SITE("0"));
	ktest_assert_u64_equal(page[0], 1);
	sim_bit_unlock(page, 0, LOCK_SITE("0"));
	ktest_assert_u64_equal(page[0], 0);
	assert_report(world, 0, "lock-imbalance lock=page what=held-twice\n"
		      "page: taken while held by the same task: it would wait for itself");
	ktest_expect_report(world, "lock-imbalance", 1);
}

static const struct ktest tests[] = {
	KTEST(test_bit_spinlock),
	KTEST(test_bit_spinlock_misuse),
	KTEST(test_wait_on_bit),
	KTEST(test_wait_on_bit_timeout),
	KTEST(test_action),
	KTEST(test_one_wakeup_for_one),
	KTEST(test_variables),
	KTEST(test_bit_lock),
	KTEST(test_bit_lock_killed_and_woken),
	KTEST(test_bit_locks_are_a_class),
	KTEST(test_bit_lock_twice),
};
KTEST_MAIN(tests)
