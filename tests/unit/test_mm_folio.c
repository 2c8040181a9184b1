/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The lock of a folio: who gets it, who waits, what is reported; references. */
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/spinlock.h>
#include "kernel/lockdep.h"
#include "lock_fixture.h"
#include "mm/folio.h"
#include "mm_fixture.h"

static struct folio *one;
static const char *heard_what;
static unsigned int heard_count;

static void hear(void *ctx, unsigned long pfn, const char *what)
{
	heard_what = what;
	heard_count++;
}

static const struct mm_watch watch = { .bad_ref = hear, .bad_lock = hear };

static struct svmsim_world *setup(void)
{
	const struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 16 << 20, .cpu_count = 4 } },
		.preempt = SVMSIM_PREEMPT_FULL,
	};
	struct svmsim_world *world = mm_world(&machine);

	said_length = 0;
	heard_count = 0;
	heard_what = NULL;
	sim_phys_set_watch(world, &watch);
	one = folio_alloc(GFP_KERNEL, 0);
	return world;
}

static void locks(void *arg)
{
	folio_lock(one);
	say("%s", my_name());
	stop();
	folio_unlock(one);
}

static void locks_killably(void *arg)
{
	int err = folio_lock_killable(one);

	say("%s%d", my_name(), err);
	if (err)
		return;
	stop();
	folio_unlock(one);
}

static void waits(void *arg)
{
	folio_wait_locked(one);
	say("%s", my_name());
}

static void tries(void *arg)
{
	say("%s%d", my_name(), folio_trylock(one));
	stop();
	if (folio_lock_owner(one) == sim_task_current())
		folio_unlock(one);
}

static void test_lock_and_trylock(void **state)
{
	struct svmsim_world *world = setup();

	ktest_assert_true(folio_trylock(one));
	ktest_assert_ptr_equal(folio_lock_owner(one), sim_task_current());
	ktest_assert_true(folio_test_locked(one) && PageLocked(&one->page));
	ktest_assert_false(folio_trylock(one));
	start("t", tries);
	assert_said("t0");
	folio_unlock(one);
	ktest_assert_null(folio_lock_owner(one));
	ktest_assert_u64_equal(one->flags.f, 0);
	ktest_assert_int_equal(folio_lock_killable(one), 0);
	unlock_page(&one->page);
	lock_page(&one->page);
	unlock_page(&one->page);
	ktest_assert_true(trylock_page(&one->page));
	folio_unlock(one);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_false(folio_trylock(one));
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(folio_lock_killable(one), -EINTR);
	ktest_assert_false(folio_test_locked(one));
	folio_put(one);
	ktest_assert_int_equal(heard_count, 0);
	assert_all_free(world);
}

/* A tail page has its folio's lock. */
static void test_lock_is_the_heads(void **state)
{
	struct folio *folio;

	setup();
	folio = folio_alloc(GFP_KERNEL, 3);
	lock_page(folio_page(folio, 5));
	ktest_assert_true(folio_test_locked(folio));
	ktest_assert_true(PageLocked(folio_page(folio, 1)));
	ktest_assert_u64_equal(folio_page(folio, 5)->flags.f, 0);
	folio_unlock(folio);
	folio_put(folio);
	folio_put(one);
}

static void test_waiters_in_order(void **state)
{
	setup();
	folio_lock(one);
	start("w1", waits);
	start("a", locks);
	start("w2", waits);
	start("b", locks);
	assert_said("");
	ktest_assert_true(folio_test_waiters(one));
	/* Those up to the first who wants the lock. */
	folio_unlock(one);
	sim_task_settle();
	assert_said("w1 a");
	go("a");
	assert_said("w2 b");
	go("b");
	ktest_assert_false(folio_test_waiters(one));
	ktest_assert_u64_equal(one->flags.f, 0);
	folio_put(one);
}

/* Each time somebody was faster; after five defeats the lock is handed over. */
static void test_lock_is_handed_over_at_last(void **state)
{
	setup();
	folio_lock(one);
	start("a", locks);
	for (int i = 0; i < 5; i++) {
		folio_unlock(one);
		ktest_assert_true(folio_trylock(one));
		sim_task_settle();
		assert_said("");
	}
	folio_unlock(one);
	ktest_assert_false(folio_trylock(one));
	ktest_assert_ptr_equal(folio_lock_owner(one), find("a"));
	sim_task_settle();
	assert_said("a");
	go("a");
	ktest_assert_u64_equal(one->flags.f, 0);
	folio_put(one);
}

static void test_killed_while_waiting(void **state)
{
	setup();
	folio_lock(one);
	start("k", locks_killably);
	start("b", locks_killably);
	sim_task_signal(find("k"), SIM_SIGNAL_FATAL);
	sim_task_settle();
	assert_said("k-4");
	folio_unlock(one);
	sim_task_settle();
	assert_said("b0");
	go("b");
	ktest_assert_u64_equal(one->flags.f, 0);
	folio_put(one);
}

static DEFINE_SPINLOCK(ptl);

static void waits_by_entry(void *arg)
{
	spin_lock(&ptl);
	folio_wait_locked_ptl(one, &ptl);
	say("%s%d", my_name(), spin_is_locked(&ptl));
}

static void test_wait_without_a_reference(void **state)
{
	setup();
	start("free", waits_by_entry);
	assert_said("free0");
	folio_lock(one);
	start("e", waits_by_entry);
	assert_said("");
	ktest_assert_false(spin_is_locked(&ptl));
	ktest_assert_int_equal(folio_ref_count(one), 1);
	folio_unlock(one);
	sim_task_settle();
	assert_said("e0");
	folio_put(one);
}

static void test_misuse_is_reported(void **state)
{
	struct svmsim_world *world = setup();

	folio_unlock(one);
	ktest_assert_string_equal(heard_what, "unlocked though it is not locked");
	folio_lock(one);
	folio_put(one);
	ktest_assert_string_equal(heard_what, "freed while locked");
	ktest_assert_int_equal(heard_count, 2);
	ktest_assert_int_equal(sim_task_current()->folio_locks, 0);
	ktest_assert_null(sim_held_map(sim_task_current(), 0));
	sim_phys_set_watch(world, NULL);
	assert_all_free(world);
}

static void locks_twice(void *arg)
{
	folio_lock(one);
	folio_lock(one);
	say("never");
}

static void test_waiting_for_oneself_is_a_deadlock(void **state)
{
	struct svmsim_world *world = setup();

	start("t", locks_twice);
	assert_said("");
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	ktest_expect_report(world, "deadlock", 1);
}

static struct folio *two;

static void locks_one_two(void *arg)
{
	folio_lock(one);
	stop();
	folio_lock(two);
	say("never");
}

static void locks_two_one(void *arg)
{
	folio_lock(two);
	stop();
	folio_lock(one);
	say("never");
}

static void test_two_that_wait_for_each_other(void **state)
{
	struct svmsim_world *world = setup();

	two = folio_alloc(GFP_KERNEL, 0);
	start("a", locks_one_two);
	start("b", locks_two_one);
	go("a");
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 0);
	go("b");
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	ktest_expect_report(world, "deadlock", 1);
}

#define MANY 512

/* Hundreds at once, given back in another order and by another task. */
static void unlocks_half(void *arg)
{
	struct folio **folio = arg;

	for (int i = 0; i < MANY; i += 2)
		folio_unlock(folio[i]);
}

static void test_many_locks_at_once(void **state)
{
	static struct folio *folio[MANY];
	struct svmsim_world *world = setup();
	struct sim_task *me = sim_task_current();

	for (int i = 0; i < MANY; i++) {
		folio[i] = folio_alloc(GFP_KERNEL, 0);
		if (i % 3)
			folio_lock(folio[i]);
		else
			ktest_assert_true(folio_trylock(folio[i]));
	}
	ktest_assert_int_equal(me->folio_locks, MANY);
	ktest_assert_non_null(sim_held_map(me, 0));
	ktest_assert_null(sim_held_map(me, 1));
	sim_task_create(SIM_TASK_KTHREAD, "other", -1, unlocks_half, folio);
	sim_task_settle();
	ktest_assert_int_equal(me->folio_locks, MANY / 2);
	for (int i = MANY - 1; i > 0; i -= 2)
		folio_unlock(folio[i]);
	ktest_assert_int_equal(me->folio_locks, 0);
	ktest_assert_null(sim_held_map(me, 0));
	for (int i = 0; i < MANY; i++)
		folio_put(folio[i]);
	folio_put(one);
	ktest_assert_int_equal(heard_count, 0);
	assert_all_free(world);
}

static struct mutex mutex;

/* A wait is in the order, a try is not; what was locked between two folios is. */
static void test_folio_locks_are_a_class(void **state)
{
	struct svmsim_world *world = setup();

	mutex_init(&mutex);
	folio_lock(one);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	folio_unlock(one);
	mutex_lock(&mutex);
	ktest_assert_true(folio_trylock(one));
	folio_unlock(one);
	mutex_unlock(&mutex);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	two = folio_alloc(GFP_KERNEL, 0);
	ktest_assert_true(folio_trylock(one));
	mutex_lock(&mutex);
	folio_lock(two);
	ktest_assert_int_equal(ktest_report_count(world, "lock-order"), 1);
	folio_unlock(one);
	mutex_unlock(&mutex);
	folio_unlock(two);
	ktest_assert_null(sim_held_map(sim_task_current(), 0));
	folio_put(two);
	folio_put(one);
	ktest_expect_report(world, "lock-order", 1);
}

static void waits_for_writeback(void *arg)
{
	folio_wait_writeback(one);
	say("%s", my_name());
}

static void test_writeback(void **state)
{
	setup();
	folio_wait_writeback(one);
	folio_set_writeback(one);
	folio_lock(one);
	start("w", waits_for_writeback);
	start("l", locks);
	folio_unlock(one);
	sim_task_settle();
	assert_said("l");
	ktest_assert_true(folio_test_waiters(one));
	folio_end_writeback(one);
	sim_task_settle();
	assert_said("w");
	go("l");
	ktest_assert_u64_equal(one->flags.f, 0);
	folio_put(one);
}

static const struct ktest tests[] = {
	KTEST(test_lock_and_trylock),
	KTEST(test_lock_is_the_heads),
	KTEST(test_waiters_in_order),
	KTEST(test_lock_is_handed_over_at_last),
	KTEST(test_killed_while_waiting),
	KTEST(test_wait_without_a_reference),
	KTEST(test_misuse_is_reported),
	KTEST(test_waiting_for_oneself_is_a_deadlock),
	KTEST(test_two_that_wait_for_each_other),
	KTEST(test_many_locks_at_once),
	KTEST(test_folio_locks_are_a_class),
	KTEST(test_writeback),
};
KTEST_MAIN(tests)
