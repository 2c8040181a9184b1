/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/atomic.h>
#include <linux/limits.h>
#include "ktest.h"

/*
 * One body for the three types. Expected values are written out, not computed; MOST and LEAST are
 * the ends of the type, over which arithmetic wraps.
 */
#define ATOMIC_TESTS(prefix, type, value, LEAST, MOST) \
static void test_##prefix##_arithmetic(void **state) \
{ \
	type v = { 5 }; \
\
	ktest_assert_int_equal(prefix##_read(&v), 5); \
	prefix##_set(&v, 10); \
	prefix##_add(5, &v); \
	prefix##_sub(3, &v); \
	prefix##_inc(&v); \
	prefix##_dec(&v); \
	ktest_assert_int_equal(prefix##_read(&v), 12); \
	ktest_assert_int_equal(prefix##_add_return(8, &v), 20); \
	ktest_assert_int_equal(prefix##_sub_return(30, &v), -10); \
	ktest_assert_int_equal(prefix##_inc_return(&v), -9); \
	ktest_assert_int_equal(prefix##_dec_return(&v), -10); \
	ktest_assert_int_equal(prefix##_fetch_add(20, &v), -10); \
	ktest_assert_int_equal(prefix##_fetch_sub(4, &v), 10); \
	ktest_assert_int_equal(prefix##_fetch_inc(&v), 6); \
	ktest_assert_int_equal(prefix##_fetch_dec(&v), 7); \
	ktest_assert_int_equal(prefix##_read_acquire(&v), 6); \
	prefix##_set(&v, MOST); \
	ktest_assert_int_equal(prefix##_inc_return(&v), LEAST); \
	ktest_assert_int_equal(prefix##_dec_return(&v), MOST); \
	ktest_assert_int_equal(prefix##_fetch_sub(-1, &v), MOST); \
	ktest_assert_int_equal(prefix##_read(&v), LEAST); \
} \
static void test_##prefix##_bits(void **state) \
{ \
	type v = { 0xf0 }; \
\
	ktest_assert_int_equal(prefix##_fetch_or(0x0f, &v), 0xf0); \
	ktest_assert_int_equal(prefix##_fetch_and(0x3c, &v), 0xff); \
	ktest_assert_int_equal(prefix##_fetch_xor(0xff, &v), 0x3c); \
	ktest_assert_int_equal(prefix##_fetch_andnot(0xc0, &v), 0xc3); \
	prefix##_or(0x10, &v); \
	prefix##_and(0x13, &v); \
	prefix##_xor(0x01, &v); \
	prefix##_andnot(0x10, &v); \
	ktest_assert_int_equal(prefix##_read(&v), 2); \
} \
static void test_##prefix##_exchange(void **state) \
{ \
	type v = { 1 }; \
	value old = 7; \
\
	ktest_assert_int_equal(prefix##_xchg(&v, 2), 1); \
	ktest_assert_int_equal(prefix##_cmpxchg(&v, 9, 3), 2); \
	ktest_assert_int_equal(prefix##_read(&v), 2); \
	ktest_assert_int_equal(prefix##_cmpxchg(&v, 2, 3), 2); \
	ktest_assert_false(prefix##_try_cmpxchg(&v, &old, 4)); \
	ktest_assert_int_equal(old, 3); \
	ktest_assert_true(prefix##_try_cmpxchg(&v, &old, 4)); \
	ktest_assert_int_equal(old, 3); \
	ktest_assert_int_equal(prefix##_read(&v), 4); \
} \
static void test_##prefix##_conditions(void **state) \
{ \
	type v = { 2 }; \
\
	ktest_assert_false(prefix##_dec_and_test(&v)); \
	ktest_assert_true(prefix##_dec_and_test(&v)); \
	ktest_assert_false(prefix##_inc_not_zero(&v)); \
	ktest_assert_int_equal(prefix##_read(&v), 0); \
	ktest_assert_true(prefix##_add_unless(&v, 3, 1)); \
	ktest_assert_false(prefix##_add_unless(&v, 5, 3)); \
	ktest_assert_int_equal(prefix##_fetch_add_unless(&v, 5, 3), 3); \
	ktest_assert_true(prefix##_inc_not_zero(&v)); \
	ktest_assert_true(prefix##_sub_and_test(4, &v)); \
	prefix##_set(&v, -2); \
	ktest_assert_false(prefix##_inc_and_test(&v)); \
	ktest_assert_true(prefix##_inc_and_test(&v)); \
	ktest_assert_false(prefix##_add_negative(1, &v)); \
	ktest_assert_true(prefix##_add_negative(-2, &v)); \
	ktest_assert_false(prefix##_inc_unless_negative(&v)); \
	ktest_assert_true(prefix##_dec_unless_positive(&v)); \
	ktest_assert_int_equal(prefix##_read(&v), -2); \
	prefix##_set(&v, 1); \
	ktest_assert_false(prefix##_dec_unless_positive(&v)); \
	ktest_assert_int_equal(prefix##_dec_if_positive(&v), 0); \
	ktest_assert_int_equal(prefix##_dec_if_positive(&v), -1); \
	ktest_assert_int_equal(prefix##_read(&v), 0); \
}

ATOMIC_TESTS(atomic, atomic_t, int, INT_MIN, INT_MAX)
ATOMIC_TESTS(atomic64, atomic64_t, s64, LLONG_MIN, LLONG_MAX)
ATOMIC_TESTS(atomic_long, atomic_long_t, long, LONG_MIN, LONG_MAX)

static void test_macros_evaluate_each_argument_once(void **state)
{
	u64 cell[2] = { 1, 10 };
	u64 *at = cell;
	u64 next = 5;
	u64 old = 10;

	ktest_assert_u64_equal(xchg(at++, next++), 1);
	ktest_assert_u64_equal(next, 6);
	ktest_assert_ptr_equal(at, cell + 1);
	ktest_assert_u64_equal(cmpxchg(at--, old, next++), 10);
	ktest_assert_u64_equal(cell[1], 6);
	ktest_assert_u64_equal(next, 7);
	ktest_assert_ptr_equal(at, cell);
	ktest_assert_false(try_cmpxchg(at++, &old, next++));
	ktest_assert_u64_equal(old, 5);
	ktest_assert_u64_equal(next, 8);
	ktest_assert_true(try_cmpxchg(&cell[0], &old, 99));
	ktest_assert_u64_equal(cell[0], 99);
	ktest_assert_u64_equal(cell[1], 6);
}

#define ATOMIC_ROWS(prefix) \
	KTEST(test_##prefix##_arithmetic), KTEST(test_##prefix##_bits), \
	KTEST(test_##prefix##_conditions), KTEST(test_##prefix##_exchange)

static const struct ktest tests[] = {
	ATOMIC_ROWS(atomic),
	ATOMIC_ROWS(atomic64),
	ATOMIC_ROWS(atomic_long),
	KTEST(test_macros_evaluate_each_argument_once),
};
KTEST_MAIN(tests)
