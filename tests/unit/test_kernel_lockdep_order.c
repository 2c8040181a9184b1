/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The order of classes: each wrong order beside the nearest right one. */
#include "lockdep_fixture.h"

static void test_same_order_is_silent(void **state)
{
	struct svmsim_world *world = lockdep_world();

	for (int i = 0; i < 3; i++) {
		take_both(&a, &b);
		take_both(&b, &c);
		take_both(&a, &c);
	}
	take(&a);
	take(&b);
	take(&c);
	give(&a);
	give(&c);
	give(&b);
	ktest_assert_u64_equal(sim_lock_held_count(), 0);
	ktest_assert_u64_equal(sim_task_current()->chain_key, 0);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void test_ab_ba(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take_both(&a, &b);
	take_both(&b, &a);
	assert_report(world, 0, "lock-order first=b second=a cycle=2\n"
		      "takes a while it holds b; the order so far is\n"
		      "  a -> b, by <machine>\n"
		      "  CPU0            CPU1\n"
		      "  ----            ----\n"
		      "  lock(b);\n"
		      "                  lock(a);\n"
		      "                  lock(b);\n"
		      "  lock(a);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

static void take_ab(void *arg)
{
	take_both(&a, &b);
}

static void take_ba(void *arg)
{
	take_both(&b, &a);
}

/* Neither has to meet the other, and each pair of classes is reported once. */
static void test_tasks_and_call_chains(void **state)
{
	struct svmsim_world *world = lockdep_world();
	struct svmsim_report report;
	char name[64];

	run_task("t0", SIM_TASK_KTHREAD, take_ab);
	run_task("t1", SIM_TASK_KTHREAD, take_ba);
	run_task("t2", SIM_TASK_KTHREAD, take_ba);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_assert_int_equal(svmsim_report_get(world, 0, &report), 0);
	ktest_assert_string_equal(report.task, "t1");
	ktest_assert_string_equal(report.line[1], "  a -> b, by t0");
	ktest_assert_int_equal(report.trace_count, 2);
	ktest_assert_string_equal(report.trace[0].label, "a -> b, by t0");
	svmsim_frame_function(report.trace[0].frame[report.trace[0].frame_count - 1], name,
			      sizeof(name));
	ktest_assert_in_range(report.trace[0].frame_count, 2, LOCKDEP_FRAME_MAX);
	ktest_assert_string_equal(report.trace[1].label, "b was taken in");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_three_parties(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take_both(&a, &b);
	take_both(&b, &c);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take_both(&c, &a);
	assert_report(world, 0, "lock-order first=c second=a cycle=3\n"
		      "takes a while it holds c; the order so far is\n"
		      "  a -> b, by <machine>\n"
		      "  b -> c, by <machine>\n"
		      "  CPU0            CPU1            CPU2\n"
		      "  ----            ----            ----\n"
		      "  lock(c);\n"
		      "                  lock(a);\n"
		      "                                  lock(b);\n"
		      "                  lock(b);\n"
		      "                                  lock(c);\n"
		      "  lock(a);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_long_cycle_is_drawn_by_its_ends(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take_both(&a, &b);
	take_both(&b, &c);
	take_both(&c, &d);
	take_both(&d, &e);
	take_both(&e, &a);
	assert_report(world, 0, "lock-order first=e second=a cycle=5\n"
		      "takes a while it holds e; the order so far is\n"
		      "  a -> b, by <machine>\n"
		      "  b -> c, by <machine>\n"
		      "  c -> d, by <machine>\n"
		      "  d -> e, by <machine>\n"
		      "  CPU0            CPU1\n"
		      "  ----            ----\n"
		      "  lock(e);\n"
		      "                  lock(a);\n"
		      "                  lock(e);\n"
		      "  lock(a);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

/* A trylock can't wait; but what is taken under it can. */
static void test_trylock(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take_both(&a, &b);
	take(&b);
	take_try(&a);
	give(&a);
	give(&b);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take(&c);
	take_try(&b);
	take(&d);
	give(&d);
	give(&b);
	give(&c);
	/* d came under c and b alike, not c under b. */
	take_both(&b, &c);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take_both(&d, &b);
	take_both(&d, &c);
	ktest_assert_int_equal(svmsim_report_count(world), 2);
	ktest_expect_report(world, "lock-order", 2);
}

/* A reported edge is none: it does not make the right order wrong. */
static void test_reported_edge_is_not_kept(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take_both(&a, &b);
	take_both(&b, &a);
	take_both(&a, &b);
	take_both(&b, &a);
	take(&c);
	take_both(&b, &a);
	take_both(&a, &b);
	give(&c);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "lock-order", 1);
}

static void test_release_in_the_middle(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&a);
	take(&b);
	take(&c);
	give(&b);
	ktest_assert_ptr_equal(sim_held_map(sim_task_current(), 1), &c);
	take(&d);
	give(&a);
	give(&c);
	give(&d);
	ktest_assert_u64_equal(sim_task_current()->chain_key, 0);
	take_both(&d, &a);
	assert_report(world, 0, "lock-order first=d second=a cycle=3\n"
		      "takes a while it holds d; the order so far is\n"
		      "  a -> c, by <machine>\n"
		      "  c -> d, by <machine>\n"
		      "  CPU0            CPU1            CPU2\n"
		      "  ----            ----            ----\n"
		      "  lock(d);\n"
		      "                  lock(a);\n"
		      "                                  lock(c);\n"
		      "                  lock(c);\n"
		      "                                  lock(d);\n"
		      "  lock(a);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_recursion(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&a);
	mutex_acquire(&other_a, SINGLE_DEPTH_NESTING, 0, _THIS_IP_);
	give(&other_a);
	take_try(&other_a);
	give(&other_a);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take(&other_a);
	give(&other_a);
	give(&a);
	assert_report(world, 0, "lock-order first=a second=a what=recursive\n"
		      "a is taken with another of its class held: tasks that take the two in "
		      "different order wait for each other");
	/* One report for a class. */
	take(&a);
	take(&a);
	give(&a);
	give(&a);
	take_both(&b, &b);
	assert_report(world, 1, "lock-order first=b second=b what=recursive\n"
		      "b is taken again by its holder: it waits for itself");
	ktest_expect_report(world, "lock-order", 2);
}

static void test_subclasses_have_an_order(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&a);
	mutex_acquire(&other_a, 1, 0, _THIS_IP_);
	give(&other_a);
	give(&a);
	mutex_acquire(&a, 1, 0, _THIS_IP_);
	take(&other_a);
	give(&other_a);
	give(&a);
	assert_report(world, 0, "lock-order first=a/1 second=a cycle=2\n"
		      "takes a while it holds a/1; the order so far is\n"
		      "  a -> a/1, by <machine>\n"
		      "  CPU0            CPU1\n"
		      "  ----            ----\n"
		      "  lock(a/1);\n"
		      "                  lock(a);\n"
		      "                  lock(a/1);\n"
		      "  lock(a);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

/* The lock that nests orders those of the class; each of them is held, and known to be. */
static void test_nest_lock(void **state)
{
	static struct lockdep_map locks[100];
	struct svmsim_world *world = lockdep_world();

	for (int i = 0; i < 100; i++)
		lockdep_init_map(&locks[i], "many", &class_key[5], 0);
	take(&a);
	for (int i = 0; i < 100; i++)
		mutex_acquire_nest(&locks[i], 0, 0, &a, _THIS_IP_);
	ktest_assert_u64_equal(sim_lock_held_count(), 101);
	take(&b);
	give(&b);
	for (int i = 0; i < 100; i++) {
		ktest_assert_int_equal(lock_is_held(&locks[i]), 1);
		give(&locks[i]);
		ktest_assert_int_equal(lock_is_held(&locks[i]), 0);
	}
	give(&a);
	ktest_assert_u64_equal(sim_task_current()->chain_key, 0);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	mutex_acquire_nest(&locks[0], 0, 0, &a, _THIS_IP_);
	give(&locks[0]);
	assert_report(world, 0, "lock-order second=many what=nest-lock-not-held\n"
		      "many is taken under a, which orders such locks and is not held");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_ww_without_context(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&b);
	mutex_acquire_nest(&a, 0, 0, &b, _THIS_IP_);
	mutex_acquire_nest(&other_a, 0, 0, &b, _THIS_IP_);
	give(&other_a);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take(&other_a);
	give(&other_a);
	give(&a);
	give(&b);
	assert_report(world, 0, "lock-order first=a second=a what=ww-no-context\n"
		      "a is taken without the context that orders the one held: "
		      "it can't be told to back off");
	ktest_expect_report(world, "lock-order", 1);
}

/* What is right under the lock that nests is not right without it, in the very same chain. */
static void test_nest_lock_is_part_of_the_chain(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&b);
	mutex_acquire_nest(&a, 0, 0, &b, _THIS_IP_);
	take(&c);
	mutex_acquire_nest(&other_a, 0, 0, &b, _THIS_IP_);
	give(&other_a);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take(&other_a);
	give(&other_a);
	give(&c);
	give(&a);
	give(&b);
	ktest_assert_string_contains(report_text(world, 0), "what=ww-no-context");
	ktest_expect_report(world, "lock-order", 1);
}

/* More classes and chains than the tables begin with. */
static void test_many_classes(void **state)
{
	enum { COUNT = 1000 };
	static struct lockdep_map locks[COUNT];
	static struct lock_class_key keys[COUNT];
	struct svmsim_world *world = lockdep_world();

	for (int run = 0; run < 2; run++) {
		for (int i = 0; i < COUNT; i++)
			lockdep_init_map(&locks[i], "ring", &keys[i], 0);
		for (int i = 0; i + 1 < COUNT; i++)
			take_both(&locks[i], &locks[i + 1]);
		for (int i = 0; i + 1 < COUNT; i++)
			take_both(&locks[i], &locks[i + 1]);
		ktest_assert_int_equal(svmsim_report_count(world), 0);
		take_both(&locks[COUNT - 1], &locks[0]);
		assert_report(world, 0, "lock-order first=ring#1000 second=ring cycle=1000\n"
			      "takes ring while it holds ring#1000; the order so far is\n"
			      "  ring -> ring#2, by <machine>\n"
			      "  ring#2 -> ring#3, by <machine>\n"
			      "  ring#3 -> ring#4, by <machine>\n"
			      "  ring#4 -> ring#5, by <machine>\n"
			      "  ring#5 -> ring#6, by <machine>\n"
			      "  ... and 988 more\n"
			      "  ring#994 -> ring#995, by <machine>\n"
			      "  ring#995 -> ring#996, by <machine>\n"
			      "  ring#996 -> ring#997, by <machine>\n"
			      "  ring#997 -> ring#998, by <machine>\n"
			      "  ring#998 -> ring#999, by <machine>\n"
			      "  ring#999 -> ring#1000, by <machine>\n"
			      "  CPU0               CPU1\n"
			      "  ----               ----\n"
			      "  lock(ring#1000);\n"
			      "                     lock(ring);\n"
			      "                     lock(ring#1000);\n"
			      "  lock(ring);\n"
			      "  each waits for the next: deadlock");
		if (!run)
			sim_world_reset(world);
	}
	ktest_expect_report(world, "lock-order", 1);
}

static void test_readers(void **state)
{
	struct svmsim_world *world = lockdep_world();

	/* May nest in itself: no waiting writer comes between. */
	take_recursive(&a);
	take_recursive(&a);
	take_recursive(&other_a);
	give(&other_a);
	give(&a);
	give(&a);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take_read(&b);
	take_read(&b);
	give(&b);
	give(&b);
	assert_report(world, 0, "lock-order first=b second=b what=recursive-read\n"
		      "b is taken for reading again: with a writer that waits in between, "
		      "neither goes on");
	/* Readers that can't nest deadlock like writers, by way of a waiting one. */
	take_read(&c);
	take_read(&d);
	give(&d);
	give(&c);
	take_read(&d);
	take_read(&c);
	give(&c);
	give(&d);
	assert_report(world, 1, "lock-order first=d second=c cycle=2\n"
		      "takes c while it holds d; the order so far is\n"
		      "  c -> d, by <machine>\n"
		      "  CPU0            CPU1\n"
		      "  ----            ----\n"
		      "  rlock(d);\n"
		      "                  rlock(c);\n"
		      "                  rlock(d);\n"
		      "  rlock(c);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 2);
}

/* The table of Documentation/locking/lockdep-design.rst: which two edges make a deadlock. */
static void test_weak_paths_are_silent(void **state)
{
	static const u8 modes[] = { 0, 1, 2 };

	for (unsigned int i = 0; i < 81; i++) {
		struct svmsim_world *world = lockdep_world();
		u8 first[2] = { modes[i % 3], modes[i / 3 % 3] };
		u8 second[2] = { modes[i / 9 % 3], modes[i / 27 % 3] };
		/* At a class where a recursive reader arrives, a reader goes on: nobody waits. */
		bool weak_at_b = first[1] == 2 && second[0] != 0;
		bool weak_at_a = second[1] == 2 && first[0] != 0;

		ktest_context("a %u -> b %u, b %u -> a %u", first[0], first[1], second[0],
			      second[1]);
		lock_acquire(&a, 0, 0, first[0], 1, NULL, _THIS_IP_);
		lock_acquire(&b, 0, 0, first[1], 1, NULL, _THIS_IP_);
		give(&b);
		give(&a);
		lock_acquire(&b, 0, 0, second[0], 1, NULL, _THIS_IP_);
		lock_acquire(&a, 0, 0, second[1], 1, NULL, _THIS_IP_);
		give(&a);
		give(&b);
		ktest_assert_int_equal(svmsim_report_count(world), !weak_at_a && !weak_at_b);
		ktest_expect_report(world, "lock-order", svmsim_report_count(world));
		ktest_world_drop(world);
	}
}

static void test_downgrade(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&a);
	lock_downgrade(&a, _THIS_IP_);
	ktest_assert_int_equal(lock_is_held_type(&a, 0), 0);
	ktest_assert_int_equal(lock_is_held_type(&a, 1), 1);
	take_recursive(&b);
	give(&b);
	give(&a);
	/* Held for reading only when b was taken. */
	take_recursive(&b);
	take_recursive(&a);
	give(&a);
	give(&b);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void test_check_off(void **state)
{
	struct svmsim_world *world = lockdep_world();

	a.key = &__lockdep_no_validate__;
	take_both(&a, &b);
	take_both(&b, &a);
	take(&a);
	ktest_assert_int_equal(lock_is_held(&a), 1);
	take(&a);
	give(&a);
	give(&a);
	b.key = &__lockdep_no_track__;
	take(&b);
	ktest_assert_int_equal(lock_is_held(&b), 0);
	give(&b);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void test_set_class(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&a);
	take(&b);
	lock_set_class(&b, "special", &class_key[6], 0, _THIS_IP_);
	take(&c);
	give(&c);
	give(&b);
	give(&a);
	take_both(&c, &b);
	assert_report(world, 0, "lock-order first=c second=special cycle=2\n"
		      "takes special while it holds c; the order so far is\n"
		      "  special -> c, by <machine>\n"
		      "  CPU0             CPU1\n"
		      "  ----             ----\n"
		      "  lock(c);\n"
		      "                   lock(special);\n"
		      "                   lock(c);\n"
		      "  lock(special);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_unlock_not_held(void **state)
{
	struct svmsim_world *world = lockdep_world();

	give(&a);
	assert_report(world, 0, "lock-imbalance lock=a what=not-held\n"
		      "a: released though it is not held");
	ktest_expect_report(world, "lock-imbalance", 1);
}

/* lock_sync(): waits for all holders, holds nothing. */
static void test_sync(void **state)
{
	struct svmsim_world *world = lockdep_world();

	take(&a);
	lock_map_sync(&b);
	ktest_assert_u64_equal(sim_lock_held_count(), 1);
	give(&a);
	ktest_assert_u64_equal(sim_task_current()->chain_key, 0);
	take_both(&b, &a);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "lock-order", 1);
}

static void test_might_lock(void **state)
{
	static struct {
		struct lockdep_map dep_map;
	} lock = { .dep_map = { .name = "lock" } };
	struct svmsim_world *world = lockdep_world();

	take_both(&lock.dep_map, &a);
	take(&a);
	might_lock(&lock);
	give(&a);
	ktest_assert_string_contains(report_text(world, 0),
				     "lock-order first=a second=lock cycle=2");
	take(&b);
	might_lock_read(&lock);
	might_lock_nested(&lock, 1);
	give(&b);
	ktest_expect_report(world, "lock-order", 1);
}

static void test_too_many(void **state)
{
	static struct lockdep_map locks[50];
	static struct lock_class_key keys[50];
	struct svmsim_world *world = lockdep_world();

	for (int i = 0; i < 50; i++) {
		lockdep_init_map(&locks[i], "one", &keys[i], 0);
		take(&locks[i]);
		ktest_assert_int_equal(svmsim_report_count(world), i >= 48);
	}
	for (int i = 50; i--;)
		give(&locks[i]);
	assert_report(world, 0, "lock-held lock=one#49 what=too-many\n"
		      "one#49 is one more than the 48 locks that a task can hold");
	ktest_expect_report(world, "lock-held", 1);
}

static const struct ktest tests[] = {
	KTEST(test_same_order_is_silent),
	KTEST(test_ab_ba),
	KTEST(test_tasks_and_call_chains),
	KTEST(test_three_parties),
	KTEST(test_long_cycle_is_drawn_by_its_ends),
	KTEST(test_trylock),
	KTEST(test_reported_edge_is_not_kept),
	KTEST(test_release_in_the_middle),
	KTEST(test_recursion),
	KTEST(test_subclasses_have_an_order),
	KTEST(test_nest_lock),
	KTEST(test_ww_without_context),
	KTEST(test_nest_lock_is_part_of_the_chain),
	KTEST(test_many_classes),
	KTEST(test_readers),
	KTEST(test_weak_paths_are_silent),
	KTEST(test_downgrade),
	KTEST(test_check_off),
	KTEST(test_set_class),
	KTEST(test_unlock_not_held),
	KTEST(test_sync),
	KTEST(test_might_lock),
	KTEST(test_too_many),
};
KTEST_MAIN(tests)
