/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/wordpart.h>
#include "ktest.h"

/* The forms for constants have to be usable where the language asks for one. */
_Static_assert(sizeof(char[order_base_2(17)]) == 5 && sizeof(char[ilog2(SZ_4K)]) == 12 &&
	       sizeof(char[roundup_pow_of_two(5)]) == 8 && sizeof(char[MAX(3, 7)]) == 7,
	       "constant expressions");
_Static_assert(SZ_1G == 0x40000000 && SZ_4G == 1ULL << 32 && SZ_64T == 1ULL << 46, "sizes");
_Static_assert(GENMASK(63, 0) == ~0UL && GENMASK(12, 12) == SZ_4K, "masks");

static unsigned int slow_log2(u64 n)
{
	unsigned int log = 0;

	while (n >>= 1)
		log++;
	return log;
}

static void test_logarithms_agree_with_shifting(void **state)
{
	uint64_t random = ktest_seed(9);

	for (unsigned int i = 0; i < 5000; i++) {
		u64 n = (ktest_random(&random) >> (ktest_random(&random) % 64)) | 1;
		unsigned int log = slow_log2(n);
		bool power = n == 1ULL << log;

		ktest_context("n 0x%llx", n);
		ktest_assert_int_equal(ilog2(n), log);
		ktest_assert_int_equal(ilog2((u32)(n | 1)), slow_log2((u32)(n | 1)));
		ktest_assert_int_equal(is_power_of_2(n), power);
		ktest_assert_int_equal(order_base_2(n), power ? log : log + 1);
		ktest_assert_u64_equal(rounddown_pow_of_two(n), 1ULL << log);
		if (log < 63)
			ktest_assert_u64_equal(roundup_pow_of_two(n),
					       power ? n : 1ULL << (log + 1));
		ktest_assert_int_equal(fls64(n), log + 1);
		ktest_assert_u64_equal(__fls(n), log);
		ktest_assert_u64_equal(hweight64(n) + hweight64(~n), 64);
		ktest_assert_u64_equal(__ffs(n << 1), slow_log2((n << 1) & -(n << 1)));
		ktest_assert_u64_equal(rol64(ror64(n, i), i), n);
	}
	ktest_assert_int_equal(fls(0), 0);
	ktest_assert_int_equal(ffs(0), 0);
	ktest_assert_int_equal(ffs(8), 4);
	ktest_assert_u64_equal(ffz(7), 3);
	ktest_assert_int_equal(get_count_order(5), 3);
	ktest_assert_int_equal(get_count_order(8), 3);
	ktest_assert_int_equal(get_count_order(0), -1);
	ktest_assert_int_equal(sign_extend64(0x80, 7), -128);
	ktest_assert_int_equal(sign_extend32(0x7f, 7), 127);
}

static void test_alignment_at_run_time(void **state)
{
	unsigned long granule = 4096;
	char *p = (char *)5000;

	ktest_assert_u64_equal(ALIGN(5000UL, granule), 8192);
	ktest_assert_u64_equal(ALIGN(8192UL, granule), 8192);
	ktest_assert_u64_equal(ALIGN_DOWN(5000UL, granule), 4096);
	ktest_assert_u64_equal(ALIGN_DOWN(0x1fffffffffULL, SZ_2M), 0x1fffe00000ULL);
	ktest_assert_u64_equal(ALIGN(0x1ffffff001ULL, SZ_4K), 0x2000000000ULL);
	ktest_assert_ptr_equal(PTR_ALIGN(p, 4096), (char *)8192);
	ktest_assert_true(IS_ALIGNED(8192UL, granule));
	ktest_assert_false(IS_ALIGNED(8193UL, granule));
	ktest_assert_u64_equal(round_up(4097UL, granule), 8192);
	ktest_assert_u64_equal(round_down(4097UL, granule), 4096);
	ktest_assert_u64_equal(roundup(10, 7), 14);
	ktest_assert_u64_equal(rounddown(10, 7), 7);
	ktest_assert_u64_equal(DIV_ROUND_UP(10, 5), 2);
	ktest_assert_u64_equal(DIV_ROUND_UP(11, 5), 3);
	ktest_assert_int_equal(DIV_ROUND_CLOSEST(-7, 2), -4);
	ktest_assert_int_equal(DIV_ROUND_CLOSEST(7, 2), 4);
}

static int calls;

static int counted(int value)
{
	calls++;
	return value;
}

static void test_minmax_evaluates_once(void **state)
{
	int a = 3, b = 9;
	u64 wide = 1ULL << 40;
	u32 narrow = 7;

	ktest_assert_int_equal(min(counted(4), counted(2)), 2);
	ktest_assert_int_equal(calls, 2);
	ktest_assert_int_equal(max3(counted(1), counted(8), counted(5)), 8);
	ktest_assert_int_equal(calls, 5);
	ktest_assert_int_equal(clamp(counted(50), 0, 10), 10);
	ktest_assert_int_equal(clamp(-5, 0, 10), 0);
	ktest_assert_int_equal(calls, 6);
	ktest_assert_int_equal(min_t(unsigned int, -1, 5), 5);
	ktest_assert_u64_equal(max(wide, (u64)narrow), wide);
	ktest_assert_u64_equal(umin(wide, narrow), narrow);
	ktest_assert_int_equal(min_not_zero(0, 5), 5);
	ktest_assert_int_equal(min_not_zero(4, 5), 4);
	ktest_assert_int_equal(min(min(a, b), max(a, b)), 3);
	swap(a, b);
	ktest_assert_int_equal(a * 10 + b, 93);
	ktest_assert_true(in_range(5, 3, 3));
	ktest_assert_false(in_range(6, 3, 3));
	ktest_assert_false(in_range(2, 3, 3));
}

struct flexible {
	u64 count;
	u32 item[];
};

static void test_overflow_is_noticed(void **state)
{
	struct flexible *p = NULL;
	size_t bytes;
	u8 small;
	int shifted;

	ktest_assert_true(check_add_overflow((u8)200, (u8)100, &small));
	ktest_assert_u64_equal(small, 44);
	ktest_assert_false(check_mul_overflow(4096UL, 4096UL, &bytes));
	ktest_assert_u64_equal(bytes, 1UL << 24);
	ktest_assert_true(check_sub_overflow(3UL, 4UL, &bytes));
	ktest_assert_false(check_shl_overflow(1, 30, &shifted));
	ktest_assert_int_equal(shifted, 1 << 30);
	ktest_assert_true(check_shl_overflow(1, 31, &shifted));
	ktest_assert_true(check_shl_overflow(1, 32, &shifted));
	ktest_assert_true(check_shl_overflow(-1, 1, &shifted));
	ktest_assert_u64_equal(size_mul(1UL << 40, 1UL << 40), SIZE_MAX);
	ktest_assert_u64_equal(size_add(SIZE_MAX, 1), SIZE_MAX);
	ktest_assert_u64_equal(size_sub(SIZE_MAX, 1), SIZE_MAX);
	ktest_assert_u64_equal(array3_size(3, 4, 5), 60);
	ktest_assert_u64_equal(struct_size(p, item, 3), 20);
	ktest_assert_u64_equal(struct_size(p, item, SIZE_MAX / 2), SIZE_MAX);
	ktest_assert_true(range_overflows(10UL, 5UL, 14UL));
	ktest_assert_false(range_overflows(10UL, 5UL, 15UL));
	ktest_assert_true(range_overflows(15UL, 0UL, 15UL));
	ktest_assert_false(range_end_overflows(15UL, 0UL, 15UL));
	ktest_assert_true(range_overflows(1UL, ULONG_MAX, ULONG_MAX));
	ktest_assert_true(overflows_type(300, u8));
	ktest_assert_false(overflows_type(255, u8));
}

static void test_wide_division(void **state)
{
	u64 n = 1000000000007ULL;

	ktest_assert_u64_equal(do_div(n, 10), 7);
	ktest_assert_u64_equal(n, 100000000000ULL);
	ktest_assert_u64_equal(mul_u64_u64_div_u64(1ULL << 62, 12, 1ULL << 60), 48);
	ktest_assert_u64_equal(mul_u64_u32_shr(1ULL << 63, 6, 32), 6ULL << 31);
	ktest_assert_u64_equal(DIV64_U64_ROUND_UP(7ULL, 2), 4);
	ktest_assert_u64_equal(int_sqrt(99), 9);
	ktest_assert_u64_equal(int_sqrt(100), 10);
	ktest_assert_u64_equal(int_sqrt(~0UL), 0xffffffff);
	ktest_assert_int_equal(abs(-5), 5);
	ktest_assert_u64_equal(abs_diff(3U, 10U), 7);
	ktest_assert_u64_equal(mult_frac(1000000007UL, 3UL, 1000UL), 3000000);
	ktest_assert_u64_equal(upper_32_bits(0x123456789abcdef0ULL), 0x12345678);
	ktest_assert_u64_equal(lower_32_bits(0x123456789abcdef0ULL), 0x9abcdef0);
}

static void test_error_pointers_are_the_last_4095(void **state)
{
	void *last = (void *)-4095L, *before = (void *)-4096L;

	ktest_assert_true(IS_ERR(ERR_PTR(-ENOMEM)));
	ktest_assert_int_equal(PTR_ERR(ERR_PTR(-ENOMEM)), -ENOMEM);
	ktest_assert_true(IS_ERR(last));
	ktest_assert_false(IS_ERR(before));
	ktest_assert_false(IS_ERR(NULL));
	ktest_assert_true(IS_ERR_OR_NULL(NULL));
	ktest_assert_int_equal(PTR_ERR_OR_ZERO(before), 0);
	ktest_assert_int_equal(PTR_ERR_OR_ZERO(ERR_CAST(ERR_PTR(-EIO))), -EIO);
}

static void test_strscpy_terminates_and_tells(void **state)
{
	char buf[6] = "xxxxx";

	ktest_assert_int_equal(strscpy(buf, "abc"), 3);
	ktest_assert_memory_equal(buf, "abc\0x", 6);
	ktest_assert_int_equal(strscpy(buf, "abcde"), 5);
	ktest_assert_int_equal(strscpy(buf, "abcdef"), -E2BIG);
	ktest_assert_string_equal(buf, "abcde");
	ktest_assert_int_equal(strscpy(buf, "zz", 2), -E2BIG);
	ktest_assert_string_equal(buf, "z");
	ktest_assert_int_equal(strscpy(buf, "a", 0), -E2BIG);
	ktest_assert_int_equal(strscpy_pad(buf, "a"), 1);
	ktest_assert_memory_equal(buf, "a\0\0\0\0", 6);
}

static void test_string_helpers(void **state)
{
	static const char *const names[] = { "one", "two", NULL, "four" };
	char buf[8] = "ab";
	u8 bytes[16] = { 0 };

	ktest_assert_u64_equal(str_has_prefix("iommu_map", "iommu"), 5);
	ktest_assert_u64_equal(str_has_prefix("iommu", "iommu_"), 0);
	ktest_assert_true(sysfs_streq("on\n", "on"));
	ktest_assert_true(sysfs_streq("on", "on\n"));
	ktest_assert_false(sysfs_streq("on", "one"));
	ktest_assert_int_equal(match_string(names, 4, "two"), 1);
	ktest_assert_int_equal(match_string(names, 4, "four"), -EINVAL);
	ktest_assert_u64_equal(strlcat(buf, "cdefghij", sizeof(buf)), 10);
	ktest_assert_string_equal(buf, "abcdefg");
	ktest_assert_null(memchr_inv(bytes, 0, sizeof(bytes)));
	bytes[9] = 1;
	ktest_assert_ptr_equal(memchr_inv(bytes, 0, sizeof(bytes)), bytes + 9);
	ktest_assert_false(mem_is_zero(bytes, 10));
	ktest_assert_true(mem_is_zero(bytes, 9));
	ktest_assert_string_equal(kbasename("lib/kernel/slab.c"), "slab.c");
}

static const struct ktest tests[] = {
	KTEST(test_alignment_at_run_time),
	KTEST(test_error_pointers_are_the_last_4095),
	KTEST(test_logarithms_agree_with_shifting),
	KTEST(test_minmax_evaluates_once),
	KTEST(test_overflow_is_noticed),
	KTEST(test_string_helpers),
	KTEST(test_strscpy_terminates_and_tells),
	KTEST(test_wide_division),
};
KTEST_MAIN(tests)
