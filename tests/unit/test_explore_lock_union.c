// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Orders of locks of several runs, put together. */
#include <svmsim/locks.h>

#include <errno.h>
#include <stdio.h>
#include "ktest.h"

#define BOOT "class boot\t\t\nclass late\t\t\nedge 0 1 0 0\t\t\n"

static const char ab[] =
	"class a\tx.c\tinit\n"
	"class b\tx.c\tinit\n"
	"edge 0 1 0 0\tt0\t\n";
static const char ba[] =
	"class b\tx.c\tinit\n"
	"class a\tx.c\tinit\n"
	"edge 0 1 0 0\tt1\t\n";

static void setup(void **state)
{
	*state = svmsim_lock_union_make();
	ktest_assert_non_null(*state);
}

static void teardown(void **state)
{
	svmsim_lock_union_free(*state);
}

static unsigned int count(const struct svmsim_lock_union *locks)
{
	struct svmsim_lock_finding finding;
	unsigned int i = 0;

	while (!svmsim_lock_union_finding(locks, i, &finding))
		i++;
	return i;
}

static void add(struct svmsim_lock_union *locks, const char *file, const char *text)
{
	ktest_assert_int_equal(svmsim_lock_union_add(locks, file, text), 0);
}

static void test_same_order_is_silent(void **state)
{
	add(*state, "one.svm", ab);
	add(*state, "two.svm", ab);
	add(*state, "three.svm", "");
	ktest_assert_u64_equal(count(*state), 0);
}

static void test_two_files(void **state)
{
	struct svmsim_lock_finding finding;

	add(*state, "one.svm", ab);
	add(*state, "two.svm", ba);
	add(*state, "three.svm", ba);
	ktest_assert_u64_equal(count(*state), 1);
	ktest_assert_int_equal(svmsim_lock_union_finding(*state, 0, &finding), 0);
	ktest_assert_string_equal(finding.first, "b");
	ktest_assert_string_equal(finding.second, "a");
	ktest_assert_int_equal(finding.cycle, 2);
	ktest_assert_string_equal(finding.file, "two.svm");
	ktest_assert_string_equal(finding.other_file, "one.svm");
	ktest_assert_string_equal(
		finding.text,
		"lock-order: locks are taken in an order that can deadlock\n"
		"  first=b second=a cycle=2\n"
		"  two.svm takes a while it holds b; the order in other files is\n"
		"    a -> b, by t0 in one.svm\n");
	ktest_assert_int_equal(svmsim_lock_union_finding(*state, 1, &finding), -ENOENT);
}

static void test_three_files_and_boot(void **state)
{
	struct svmsim_lock_finding finding;

	add(*state, "one.svm", BOOT "class a\t\t\nedge 1 2 0 0\tt0\t\n");
	add(*state, "two.svm", BOOT "class a\t\t\nclass b\t\t\nedge 2 3 0 0\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 0);
	add(*state, "three.svm", BOOT "class b\t\t\nedge 2 0 0 0\tt2\t\n");
	ktest_assert_int_equal(svmsim_lock_union_finding(*state, 0, &finding), 0);
	ktest_assert_string_equal(
		finding.text,
		"lock-order: locks are taken in an order that can deadlock\n"
		"  first=b second=boot cycle=4\n"
		"  three.svm takes boot while it holds b; the order in other files is\n"
		"    boot -> late, by the kernel at boot\n"
		"    late -> a, by t0 in one.svm\n"
		"    a -> b, by t1 in two.svm\n");
	ktest_assert_string_equal(finding.other_file, "one.svm");
}

/* Recursive readers wait for writers only, as in a single run. */
static void test_readers(void **state)
{
	add(*state, "one.svm", "class a\t\t\nclass b\t\t\nedge 0 1 1 2\tt0\t\n");
	add(*state, "two.svm", "class b\t\t\nclass a\t\t\nedge 0 1 1 2\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 0);
	add(*state, "three.svm", "class b\t\t\nclass a\t\t\nedge 0 1 0 1\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 1);
}

/* Another place of initialisation, or another level of nesting, is another class. */
static void test_other_classes(void **state)
{
	add(*state, "one.svm", ab);
	add(*state, "two.svm", "class b\ty.c\tinit\nclass a\tx.c\tinit\nedge 0 1 0 0\tt1\t\n");
	add(*state, "three.svm", "class b/1\tx.c\tinit\nclass a\tx.c\tinit\nedge 0 1 0 0\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 0);
	/* The second of its name in this run may be the first in that. */
	add(*state, "four.svm", "class b#2\tx.c\tinit\nclass a\tx.c\tinit\nedge 0 1 0 0\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 1);
}

/* Two that can't be told apart: no edge of theirs counts, the others do. */
static void test_ambiguous_classes_are_left_out(void **state)
{
	add(*state, "one.svm", ab);
	add(*state, "two.svm",
	    "class b\tx.c\tinit\nclass a\tx.c\tinit\nclass b#2\tx.c\tinit\n"
	    "class c\t\t\nedge 0 1 0 0\tt1\t\nedge 2 1 0 0\tt1\t\nedge 1 3 0 0\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 0);
	add(*state, "three.svm", "class c\t\t\nclass a\tx.c\tinit\nedge 0 1 0 0\tt1\t\n");
	ktest_assert_u64_equal(count(*state), 1);
}

static void test_damaged_text(void **state)
{
	static const char *const damaged[] = {
		"nothing",
		"class a",
		"class a\n",
		"class a\t\t\nedge 0 1 0 0\tt\t\n",
		"class a\t\t\nedge 0 0 3 0\tt\t\n",
		"class a\t\t\nedge 0 0 0\tt\t\n",
		"class a\t\t\nedge 0 0 0 0\n",
		"class a\t\t\nedge 0 0 0 0\tt\n",
		"edge",
	};

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		ktest_context("%s", damaged[i]);
		ktest_assert_int_equal(svmsim_lock_union_add(*state, "x", damaged[i]), -EINVAL);
	}
	ktest_assert_u64_equal(count(*state), 0);
}

static void test_call_chain(void **state)
{
	struct svmsim_lock_finding finding;
	char text[256];

	add(*state, "one.svm", ab);
	snprintf(text, sizeof(text),
		 "class b\tx.c\tinit\nclass a\tx.c\tinit\nedge 0 1 0 0\tt1\t%zx\n",
		 (size_t)(uintptr_t)test_call_chain + 1);
	add(*state, "two.svm", text);
	ktest_assert_int_equal(svmsim_lock_union_finding(*state, 0, &finding), 0);
	ktest_assert_string_contains(finding.text, "  b -> a, by t1:\n    test_call_chain");
}

static const struct ktest tests[] = {
	KTEST_FIXTURE(test_same_order_is_silent, setup, teardown),
	KTEST_FIXTURE(test_two_files, setup, teardown),
	KTEST_FIXTURE(test_three_files_and_boot, setup, teardown),
	KTEST_FIXTURE(test_readers, setup, teardown),
	KTEST_FIXTURE(test_other_classes, setup, teardown),
	KTEST_FIXTURE(test_ambiguous_classes_are_left_out, setup, teardown),
	KTEST_FIXTURE(test_damaged_text, setup, teardown),
	KTEST_FIXTURE(test_call_chain, setup, teardown),
};
KTEST_MAIN(tests)
