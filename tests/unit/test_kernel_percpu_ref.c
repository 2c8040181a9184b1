/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* percpu_ref: no release before a grace period after the kill, and what works when. */
#include <linux/percpu-refcount.h>
#include <linux/slab.h>
#include "lock_fixture.h"

static void released(struct percpu_ref *ref)
{
	say("released");
}

static void confirmed(struct percpu_ref *ref)
{
	say("confirmed");
}

static struct svmsim_world *setup(struct percpu_ref *ref, unsigned int flags)
{
	struct svmsim_world *world = lock_world(2);

	ktest_assert_int_equal(percpu_ref_init(ref, released, flags, GFP_KERNEL), 0);
	return world;
}

static void test_kill_waits_for_grace_period(void **state)
{
	struct percpu_ref ref;

	setup(&ref, 0);
	ktest_assert_false(percpu_ref_is_dying(&ref));
	ktest_assert_true(percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	/* A reader of RCU, so that the grace period does not end at some switch point. */
	rcu_read_lock();
	percpu_ref_kill_and_confirm(&ref, confirmed);
	/* Nothing is held, and yet it is not released from here. */
	ktest_assert_true(percpu_ref_is_dying(&ref));
	ktest_assert_false(percpu_ref_tryget_live(&ref));
	ktest_assert_true(percpu_ref_tryget(&ref));
	percpu_ref_put(&ref);
	ktest_assert_false(percpu_ref_is_zero(&ref));
	assert_said("");
	rcu_read_unlock();
	rcu_barrier();
	assert_said("confirmed released");
	ktest_assert_true(percpu_ref_is_zero(&ref));
	ktest_assert_false(percpu_ref_tryget(&ref));
	percpu_ref_exit(&ref);
	ktest_assert_true(percpu_ref_is_zero(&ref));
}

static void test_last_put_releases(void **state)
{
	struct percpu_ref ref;

	setup(&ref, 0);
	percpu_ref_get(&ref);
	percpu_ref_get_many(&ref, 2);
	percpu_ref_kill(&ref);
	rcu_barrier();
	assert_said("");
	percpu_ref_put_many(&ref, 2);
	assert_said("");
	percpu_ref_put(&ref);
	assert_said("released");
	percpu_ref_exit(&ref);
}

/* In atomic mode nothing has to be waited for. */
static void test_atomic_mode(void **state)
{
	struct percpu_ref ref;

	setup(&ref, PERCPU_REF_INIT_ATOMIC);
	percpu_ref_kill_and_confirm(&ref, confirmed);
	assert_said("confirmed released");
	percpu_ref_reinit(&ref);
	ktest_assert_true(percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_switch_to_atomic_sync(&ref);
	assert_said("");
	percpu_ref_kill(&ref);
	assert_said("released");
	percpu_ref_exit(&ref);
}

static void test_dead_then_alive(void **state)
{
	struct percpu_ref ref;

	setup(&ref, PERCPU_REF_INIT_DEAD);
	ktest_assert_true(percpu_ref_is_zero(&ref));
	ktest_assert_false(percpu_ref_tryget(&ref));
	percpu_ref_resurrect(&ref);
	ktest_assert_true(percpu_ref_tryget(&ref));
	percpu_ref_put(&ref);
	/* Resurrected before the grace period is over: it waits for that first. */
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_resurrect(&ref);
	ktest_assert_true(!ref.data->confirm_switch);
	percpu_ref_put(&ref);
	ktest_assert_true(percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	assert_said("");
	percpu_ref_kill(&ref);
	rcu_barrier();
	assert_said("released");
	percpu_ref_exit(&ref);
}

static void test_misuse(void **state)
{
	struct percpu_ref ref;
	struct svmsim_world *world = setup(&ref, PERCPU_REF_ALLOW_REINIT);

	percpu_ref_kill(&ref);
	rcu_barrier();
	assert_said("released");
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	percpu_ref_put(&ref);
	assert_report(world, 0, "warn site=percpu_ref.c:count_down "
		      "expr=\"data->count.counter < 0\"\n"
		      "WARNING: percpu_ref.c at count_down\npercpu ref < 0 (-1)");
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	assert_report(world, 1, "warn site=percpu_ref.c:percpu_ref_kill_and_confirm "
		      "expr=\"percpu_ref_is_dying(ref)\"\n"
		      "WARNING: percpu_ref.c at percpu_ref_kill_and_confirm\n"
		      "percpu_ref_kill_and_confirm called more than once!");
	ktest_expect_report(world, "warn", 2);
	percpu_ref_exit(&ref);
}

static void test_injected_failures(void **state)
{
	struct percpu_ref ref;
	struct svmsim_world *world = setup(&ref, PERCPU_REF_INIT_ATOMIC);

	sim_inject_kind_nth(world, &sim_fault_unless_zero, 1);
	ktest_assert_false(percpu_ref_tryget(&ref));
	sim_inject_kind_nth(world, &sim_fault_unless_zero, 1);
	ktest_assert_false(percpu_ref_tryget_live(&ref));
	percpu_ref_kill(&ref);
	percpu_ref_exit(&ref);
	sim_inject_kind_nth(world, &sim_fault_kmalloc, 1);
	ktest_assert_int_equal(percpu_ref_init(&ref, released, 0, GFP_KERNEL), -ENOMEM);
	percpu_ref_exit(&ref);
}

static const struct ktest tests[] = {
	KTEST(test_kill_waits_for_grace_period),
	KTEST(test_last_put_releases),
	KTEST(test_atomic_mode),
	KTEST(test_dead_then_alive),
	KTEST(test_misuse),
	KTEST(test_injected_failures),
};
KTEST_MAIN(tests)
