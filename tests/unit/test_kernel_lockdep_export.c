/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The checker's books as others see them. */
#include <linux/errno.h>
#include <svmsim/locks.h>
#include "lockdep_fixture.h"

static unsigned int class_index(struct svmsim_world *world, const char *name)
{
	struct svmsim_lock_class class;
	unsigned int i;

	for (i = 0; !svmsim_lock_class(world, i, &class); i++)
		if (!__builtin_strcmp(class.name, name))
			return i;
	ktest_fail("no class %s", name);
}

static void test_boot_alone(void **state)
{
	struct svmsim_world *world = lockdep_world();
	struct svmsim_lock_class class;
	struct svmsim_lock_edge edge;
	struct svmsim_lock_held held;
	struct svmsim_lock_waiter waiter;
	unsigned int edges;

	ktest_assert_int_equal(svmsim_lock_class(world, 0, &class), 0);
	ktest_assert_string_equal(class.name, "&mm->mmap_lock");
	ktest_assert_string_equal(class.kind, "sleeping");
	ktest_assert_string_equal(class.file, "");
	for (edges = 0; !svmsim_lock_edge(world, edges, &edge); edges++) {
		ktest_assert_null(edge.task);
		ktest_assert_int_equal(edge.frame_count, 0);
	}
	ktest_assert_int_equal(edges, 6);
	ktest_assert_int_equal(svmsim_lock_held(world, 0, &held), -ENOENT);
	ktest_assert_int_equal(svmsim_lock_waiter(world, 0, &waiter), -ENOENT);
}

static void test_classes_and_edges(void **state)
{
	static struct lock_class_key key = SIM_LOCK_CLASS_KEY;
	struct svmsim_world *world = lockdep_world();
	struct lockdep_map spin;
	struct svmsim_lock_class class;
	struct svmsim_lock_edge edge;

	lockdep_init_map_wait(&spin, "spin", &key, 0, LD_WAIT_SPIN);
	take_read(&a);
	spin_acquire(&spin, 1, 0, _THIS_IP_);
	give(&spin);
	give(&a);
	ktest_assert_int_equal(svmsim_lock_class(world, class_index(world, "spin/1"), &class), 0);
	ktest_assert_string_equal(class.kind, "spinning");
	ktest_assert_string_equal(class.file, "test_kernel_lockdep_export.c");
	ktest_assert_string_equal(class.function, "test_classes_and_edges");
	ktest_assert_int_equal(svmsim_lock_edge(world, 6, &edge), 0);
	ktest_assert_int_equal(edge.from, class_index(world, "a"));
	ktest_assert_int_equal(edge.to, class_index(world, "spin/1"));
	ktest_assert_int_equal(edge.held, 1);
	ktest_assert_int_equal(edge.taken, 0);
	ktest_assert_string_equal(edge.task, "<machine>");
	ktest_assert_true(edge.frame_count > 0);
	ktest_assert_int_equal(svmsim_lock_edge(world, 7, &edge), -ENOENT);
}

static void holds_and_waits(void *arg)
{
	static const struct sim_waiting waiting = { .verb = "completion", .name = "done" };

	take_read(&a);
	take_try(&b);
	sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
	give(&b);
	give(&a);
}

static void test_held_and_waiters(void **state)
{
	struct svmsim_world *world = lockdep_world();
	struct svmsim_lock_held held;
	struct svmsim_lock_waiter waiter;

	take(&c);
	run_task("t0", SIM_TASK_KTHREAD, holds_and_waits);
	ktest_assert_int_equal(svmsim_lock_held(world, 0, &held), 0);
	ktest_assert_string_equal(held.name, "c");
	ktest_assert_int_equal(svmsim_lock_held(world, 1, &held), 0);
	ktest_assert_string_equal(held.task, "t0");
	ktest_assert_string_equal(held.name, "a");
	ktest_assert_int_equal(held.mode, 1);
	ktest_assert_false(held.trylock);
	ktest_assert_int_equal(svmsim_lock_held(world, 2, &held), 0);
	ktest_assert_string_equal(held.name, "b");
	ktest_assert_true(held.trylock);
	ktest_assert_int_equal(svmsim_lock_held(world, 3, &held), -ENOENT);
	ktest_assert_int_equal(svmsim_lock_waiter(world, 0, &waiter), 0);
	ktest_assert_string_equal(waiter.task, "t0");
	ktest_assert_string_equal(waiter.what, "completion done");
	ktest_assert_int_equal(svmsim_lock_waiter(world, 1, &waiter), -ENOENT);
	sim_task_wake(sim_task_find(world, "t0"), 0);
	sim_task_settle();
	give(&c);
	ktest_assert_int_equal(svmsim_lock_held(world, 0, &held), -ENOENT);
}

static const struct ktest tests[] = {
	KTEST(test_boot_alone),
	KTEST(test_classes_and_edges),
	KTEST(test_held_and_waiters),
};
KTEST_MAIN(tests)
