/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "above_statics.h"
#include "kernel/statics.h"
#include "kernel_fixture.h"

extern const char *const sim_above_statics[];

static void change_everything(void)
{
	ktest_assert_int_equal(above_count(), 1);
	ktest_assert_int_equal(above_count_from_seven(), 8);
	ktest_assert_int_equal((int)above_push(), 1);
	ktest_assert_int_equal((int)above_push(), 2);
	ktest_assert_int_equal(above_queue(), 1);
	ktest_assert_int_equal(above_queue(), 0);
	ktest_assert_int_equal(above_lock(), 1);
}

static void test_reset_brings_all_back(void **state)
{
	struct svmsim_world *world = kernel_world();

	for (int i = 0; i < 3; i++) {
		change_everything();
		sim_world_reset(world);
	}
}

static void test_each_world_has_its_own(void **state)
{
	struct svmsim_world *one = kernel_world(), *two;

	ktest_assert_int_equal(above_count(), 1);
	two = kernel_world();
	ktest_assert_int_equal(above_count(), 1);
	ktest_assert_int_equal(above_count_from_seven(), 8);
	sim_world_enter(one);
	ktest_assert_int_equal(above_count(), 2);
	ktest_assert_int_equal(above_count_from_seven(), 8);
	sim_world_enter(two);
	ktest_assert_int_equal(above_count(), 2);
	ktest_world_drop(two);
	sim_world_enter(one);
	ktest_assert_int_equal(above_count(), 3);
}

static void test_world_made_while_another_runs_begins_afresh(void **state)
{
	struct svmsim_world *one = kernel_world(), *two;

	ktest_assert_int_equal(above_count(), 1);
	two = kernel_world();
	ktest_assert_int_equal(above_count(), 1);
	sim_world_enter(one);
	ktest_assert_int_equal(above_count(), 2);
	sim_world_reset(two);
	ktest_assert_int_equal(above_count(), 1);
	sim_world_enter(one);
	ktest_assert_int_equal(above_count(), 3);
}

static void test_addresses(void **state)
{
	static int below;

	kernel_world();
	ktest_assert_non_null(sim_above_statics[0]);
	ktest_assert_true(sim_statics_find(above_counter(), NULL));
	ktest_assert_false(sim_statics_find(&below, NULL));
	ktest_assert_false(sim_statics_find(NULL, NULL));
}

static const struct ktest tests[] = {
	KTEST(test_reset_brings_all_back),
	KTEST(test_each_world_has_its_own),
	KTEST(test_world_made_while_another_runs_begins_afresh),
	KTEST(test_addresses),
};
KTEST_MAIN(tests)
