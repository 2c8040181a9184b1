/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Kernel code compiled with and without the checker, in one program with the same locks. */
#include "kernel_fixture.h"
#include "lockdep_form.h"

/* A lock is one thing for all of them. */
static void test_layout_is_one(void **state)
{
	const struct lockdep_form *forms[] = { &lockdep_form_no_prove, &lockdep_form_none };

	for (int i = 0; i < 2; i++) {
		ktest_assert_u64_equal(forms[i]->mutex_bytes, lockdep_form_full.mutex_bytes);
		ktest_assert_u64_equal(forms[i]->map_offset, lockdep_form_full.map_offset);
		ktest_assert_u64_equal(forms[i]->key_bytes, lockdep_form_full.key_bytes);
	}
}

static void test_options(void **state)
{
	ktest_assert_true(lockdep_form_full.lockdep && lockdep_form_full.prove_locking);
	ktest_assert_true(lockdep_form_no_prove.lockdep && !lockdep_form_no_prove.prove_locking);
	ktest_assert_false(lockdep_form_none.lockdep || lockdep_form_none.prove_locking);
}

/* As in the kernel: the argument is used in each form, and used once. */
static void test_argument_is_evaluated(void **state)
{
	kernel_world();
	ktest_assert_int_equal(lockdep_form_full.evaluated(), 1);
	ktest_assert_int_equal(lockdep_form_no_prove.evaluated(), 1);
	ktest_assert_int_equal(lockdep_form_none.evaluated(), 1);
}

static void run(const struct lockdep_form *form, unsigned int warnings)
{
	struct svmsim_world *world = kernel_world();

	form->run();
	ktest_assert_int_equal(ktest_report_count(world, "warn"), warnings);
	ktest_assert_int_equal(svmsim_report_count(world), warnings);
	ktest_expect_report(world, "warn", warnings);
	ktest_world_drop(world);
}

/* Eight of them false in full: none held (three are), and seven at the end. */
static void test_what_each_asserts(void **state)
{
	run(&lockdep_form_full, 8);
	run(&lockdep_form_no_prove, 6);
	run(&lockdep_form_none, 0);
}

static const struct ktest tests[] = {
	KTEST(test_layout_is_one),
	KTEST(test_options),
	KTEST(test_argument_is_evaluated),
	KTEST(test_what_each_asserts),
};
KTEST_MAIN(tests)
