/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Marked accesses, atomics, bit operations and barriers, one at a time. */
#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/kref.h>
#include <linux/llist.h>
#include "above_marked.h"

typedef struct {
	u64 value;
} entry_t;

static int number = 3;
static const int constant = 4;
static u8 small = 5;
static entry_t entry = { 6 };
static int *pointer = &number;
static const struct {
	u16 member;
} record = { 7 };
static atomic_t atomic = ATOMIC_INIT(1);
static atomic64_t atomic64 = ATOMIC64_INIT(1);
static atomic_long_t atomic_long = ATOMIC64_INIT(1);
static unsigned long bits[2];
static refcount_t refs = REFCOUNT_INIT(2);
static LLIST_HEAD(list);
static struct llist_node node;
static struct kref kref = KREF_INIT(1);
static unsigned int released;
static int evaluated;

static void release(struct kref *ref)
{
	released++;
}

static int *evaluate(void)
{
	evaluated++;
	return &number;
}

#define ONE(name, condition)                                                                       \
	static int name(void)                                                                      \
	{                                                                                          \
		return (condition) ? 0 : 1;                                                        \
	}

ONE(read_int, READ_ONCE(number) == 3)
ONE(read_const, READ_ONCE(constant) == 4)
ONE(read_small, READ_ONCE(small) == 5)
ONE(read_struct, READ_ONCE(entry).value == 6)
ONE(read_pointer, *READ_ONCE(pointer) == 3)
ONE(read_member, READ_ONCE(record.member) == 7)
ONE(read_once_evaluates_once, READ_ONCE(*evaluate()) == 3 && evaluated == 1)
ONE(acquire, smp_load_acquire(&number) == 3)
ONE(acquire_const, smp_load_acquire(&constant) == 4)
ONE(acquire_pointer, smp_load_acquire(&pointer) == &number)
ONE(racy_read, data_race(number) == 3)
ONE(add_return, atomic_add_return(4, &atomic) == 5)
ONE(fetch_relaxed, atomic_fetch_sub_relaxed(4, &atomic) == 5)
ONE(add_unless, !atomic_add_unless(&atomic, 1, 1))
ONE(dec_and_test, !atomic64_dec_and_test(&atomic64) || atomic64_read(&atomic64) == 0)
ONE(long_xchg, atomic_long_xchg(&atomic_long, 8) == 1)
ONE(long_cmpxchg, atomic_long_cmpxchg_release(&atomic_long, 7, 9) == 8)
ONE(dec_if_positive, atomic_long_dec_if_positive(&atomic_long) == 7)
ONE(bit_set_lock, !test_and_set_bit_lock(70, bits))
ONE(bit_test, test_bit(70, bits))
ONE(ref_dec, !refcount_dec_and_test(&refs))
ONE(ref_read, refcount_read(&refs) == 1)
ONE(ref_not_zero, refcount_inc_not_zero(&refs))
ONE(kref_last, kref_put(&kref, release) && released == 1)
ONE(list_add, llist_add(&node, &list))
ONE(list_take, llist_del_all(&list) == &node)
ONE(exchange, xchg(&pointer, NULL) == &number)
ONE(compare_pointer, cmpxchg(&pointer, NULL, &number) == NULL)

static int write_all(void)
{
	WRITE_ONCE(number, 30);
	WRITE_ONCE(small, 50);
	WRITE_ONCE(entry, ((entry_t){ 60 }));
	WRITE_ONCE(pointer, NULL);
	WRITE_ONCE(pointer, &number);
	return number == 30 && small == 50 && entry.value == 60 && *pointer == 30 ? 0 : 1;
}

static int release_all(void)
{
	smp_store_release(&number, 31);
	smp_store_release(&pointer, NULL);
	smp_store_release(&small, 51);
	return number == 31 && !pointer && small == 51 ? 0 : 1;
}

static int try_compare(void)
{
	int expected = 1;

	return !try_cmpxchg(&number, &expected, 5) && expected == 31 &&
	       try_cmpxchg_acquire(&number, &expected, 5) && number == 5 ? 0 : 1;
}

static int fences(void)
{
	smp_mb();
	smp_rmb();
	smp_wmb();
	smp_mb__before_atomic();
	smp_mb__after_atomic();
	return 0;
}

static int plain_bits(void)
{
	__set_bit(3, bits);
	__clear_bit(3, bits);
	return __test_and_set_bit(3, bits) || !__test_and_clear_bit(3, bits);
}

/* In order: some depend on what others left. */
const struct above_marked above_marked[] = {
	{ "READ_ONCE of an int", read_int, 1 },
	{ "READ_ONCE of a constant", read_const, 1 },
	{ "READ_ONCE of a byte", read_small, 1 },
	{ "READ_ONCE of a structure", read_struct, 1 },
	{ "READ_ONCE of a pointer", read_pointer, 1 },
	{ "READ_ONCE of a member", read_member, 1 },
	{ "READ_ONCE evaluates once", read_once_evaluates_once, 1 },
	{ "smp_load_acquire", acquire, 1 },
	{ "smp_load_acquire of a constant", acquire_const, 1 },
	{ "smp_load_acquire of a pointer", acquire_pointer, 1 },
	{ "data_race", racy_read, 0 },
	{ "atomic_add_return", add_return, 1 },
	{ "atomic_fetch_sub_relaxed", fetch_relaxed, 1 },
	{ "atomic_add_unless", add_unless, 1 },
	{ "atomic64_dec_and_test", dec_and_test, 2 },
	{ "atomic_long_xchg", long_xchg, 1 },
	{ "atomic_long_cmpxchg_release", long_cmpxchg, 1 },
	{ "atomic_long_dec_if_positive", dec_if_positive, 1 },
	{ "test_and_set_bit_lock", bit_set_lock, 1 },
	{ "test_bit", bit_test, 1 },
	{ "refcount_dec_and_test", ref_dec, 1 },
	{ "refcount_read", ref_read, 1 },
	{ "refcount_inc_not_zero", ref_not_zero, 1 },
	{ "kref_put", kref_last, 1 },
	{ "llist_add", list_add, 2 },
	{ "llist_del_all", list_take, 1 },
	{ "xchg of a pointer", exchange, 1 },
	{ "cmpxchg of a pointer", compare_pointer, 1 },
	{ "WRITE_ONCE", write_all, 5 },
	{ "smp_store_release", release_all, 3 },
	{ "try_cmpxchg", try_compare, 2 },
	{ "barriers", fences, 5 },
	{ "bits of one's own", plain_bits, 0 },
};
const unsigned int above_marked_count = ARRAY_SIZE(above_marked);
