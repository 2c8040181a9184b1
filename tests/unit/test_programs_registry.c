/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <svmsim/program.h>
#include <svmsim/world.h>
#include "kernel_fixture.h"

static void test_list_is_sorted_and_found_by_name(void **state)
{
	struct svmsim_program program, before = { 0 };
	unsigned int count = svmsim_program_count();

	ktest_assert_true(count >= 8);
	for (unsigned int i = 0; i < count; i++) {
		ktest_assert_int_equal(svmsim_program_get(i, &program), 0);
		ktest_assert_true(svmsim_program_known(program.name));
		ktest_assert_true(program.about[0]);
		ktest_assert_true(!i || __builtin_strcmp(before.name, program.name) < 0);
		before = program;
	}
	ktest_assert_int_equal(svmsim_program_get(count, &program), -EINVAL);
	ktest_assert_false(svmsim_program_known("abba"));
}

static void test_unknown_program(void **state)
{
	struct svmsim_world *world = kernel_world();

	ktest_assert_int_equal(svmsim_program_call(world, "nothing"), -ENOENT);
	ktest_assert_string_equal(svmsim_last_error(world), "there is no program 'nothing'");
}

static void test_each_world_begins_with_statics_as_loaded(void **state)
{
	struct svmsim_world *one = kernel_world(), *two;

	ktest_assert_int_equal(svmsim_program_call(one, "flag_receive_fixed"), -EAGAIN);
	ktest_assert_int_equal(svmsim_program_call(one, "flag_send_fixed"), 0);
	ktest_assert_int_equal(svmsim_program_call(one, "flag_receive_fixed"), 0);
	two = kernel_world();
	ktest_assert_int_equal(svmsim_program_call(two, "flag_receive_fixed"), -EAGAIN);
	ktest_assert_int_equal(svmsim_program_call(one, "flag_receive_fixed"), 0);
	ktest_assert_int_equal(svmsim_program_call(two, "flag_receive_fixed"), -EAGAIN);
	sim_world_reset(one);
	ktest_assert_int_equal(svmsim_program_call(one, "flag_receive_fixed"), -EAGAIN);
}

static const struct ktest tests[] = {
	KTEST(test_list_is_sorted_and_found_by_name),
	KTEST(test_unknown_program),
	KTEST(test_each_world_begins_with_statics_as_loaded),
};
KTEST_MAIN(tests)
