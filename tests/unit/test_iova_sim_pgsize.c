// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/types.h>
#include "iova_sim/pgsize.h"
#include "ktest.h"

#define X86_SIZES ((1ul << 12) | (1ul << 21) | (1ul << 30))
#define ALL_SIZES (~0ul << 12)

struct part {
	u64 bytes;
	u64 count;
};

struct row {
	const char *name;
	unsigned long bitmap;
	u64 iova;
	u64 paddr;
	u64 size;
	struct part parts[6];
};

/* Facts of the kernel's page-size selection, as the core walks through a range. */
static const struct row rows[] = {
	{ "4K up to a 2M boundary", X86_SIZES, 0x1ff000, 0x3ff000, 0x201000,
	  { { 0x1000, 1 }, { 0x200000, 1 } } },
	{ "offsets differ", X86_SIZES, 0x1ff000, 0x2ff000, 0x401000, { { 0x1000, 1025 } } },
	{ "2M in the middle", X86_SIZES, 0x100000, 0x300000, 0x400000,
	  { { 0x1000, 256 }, { 0x200000, 1 }, { 0x1000, 256 } } },
	{ "falling sizes", X86_SIZES, 0x40000000, 0x80000000, 0x40201000,
	  { { 0x40000000, 1 }, { 0x200000, 1 }, { 0x1000, 1 } } },
	{ "rising and falling", X86_SIZES, 0x3fe00000, 0x7fe00000, 0x40400000,
	  { { 0x200000, 1 }, { 0x40000000, 1 }, { 0x200000, 1 } } },
	{ "paddr not aligned", X86_SIZES, 0x200000, 0x401000, 0x400000, { { 0x1000, 1024 } } },
	{ "powers of two rise", ALL_SIZES, 0x1000, 0x5000, 0x10000,
	  { { 0x1000, 1 }, { 0x2000, 1 }, { 0x4000, 3 }, { 0x1000, 1 } } },
	{ "powers of two fall", ALL_SIZES, 0xffa00000, 0x40000000, 0x12c000,
	  { { 0x100000, 1 }, { 0x20000, 1 }, { 0x8000, 1 }, { 0x4000, 1 } } },
	{ "powers of two, count", ALL_SIZES, 0x200000, 0x400000, 0x600000, { { 0x200000, 3 } } },
	{ "address 0", X86_SIZES, 0, 0, 0x80000000, { { 0x40000000, 2 } } },
	{ "only 4K", 1ul << 12, 0x200000, 0x200000, 0x400000, { { 0x1000, 1024 } } },
	{ "one page", X86_SIZES, 0x7000, 0x9000, 0x1000, { { 0x1000, 1 } } },
	{ "boundary overflows", X86_SIZES, ~0ull << 13, ~0ull << 13, 0x2000, { { 0x1000, 2 } } },
};

static void test_pgsize_follows_the_core(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		u64 at = 0;
		size_t count;

		ktest_context("%s", row->name);
		for (const struct part *part = row->parts; part->bytes; part++) {
			ktest_assert_true(at < row->size);
			ktest_assert_u64_equal(iopt_pgsize(row->bitmap, row->iova + at,
							   row->paddr + at, row->size - at,
							   &count),
					       part->bytes);
			ktest_assert_u64_equal(count, part->count);
			at += part->bytes * part->count;
		}
		ktest_assert_u64_equal(at, row->size);
	}
}

/* The largest size that fits, looked for one by one. */
static u64 slow_best(unsigned long bitmap, u64 iova, u64 length, u64 paddr)
{
	for (unsigned int shift = 62; shift >= 12; shift--) {
		u64 bytes = 1ull << shift;

		if ((bitmap & bytes) && !((iova | paddr) & (bytes - 1)) && length >= bytes)
			return bytes;
	}
	return 0;
}

static void test_pgsize_is_the_largest_that_fits(void **state)
{
	uint64_t rng = ktest_seed(20);

	for (unsigned int i = 0; i < 100000; i++) {
		unsigned long bitmap = i & 1 ? X86_SIZES : (unsigned long)ktest_random(&rng) << 12;
		u64 iova = ktest_random(&rng) >> (16 + ktest_random(&rng) % 36) << 12;
		u64 paddr = ktest_random(&rng) >> (24 + ktest_random(&rng) % 28) << 12;
		u64 pages = (ktest_random(&rng) >> (36 + ktest_random(&rng) % 27)) + 1;
		size_t count;
		u64 best;

		bitmap = (bitmap | 0x1000) & ~(1ul << 63);
		if (i & 2)
			paddr = (paddr & ~0x3fffffffull) | (iova & 0x3fffffff);
		ktest_context("step %u iova %llx paddr %llx pages %llx bitmap %lx", i, iova, paddr,
			      pages, bitmap);
		best = slow_best(bitmap, iova, pages << 12, paddr);
		ktest_assert_u64_equal(iopt_pgsize(bitmap, iova, paddr, pages << 12, &count), best);
		ktest_assert_in_range(count, 1, (pages << 12) / best);
		/* Each of the leaves is still the best choice where it begins. */
		ktest_assert_u64_equal(slow_best(bitmap, iova + (count - 1) * best,
						 (pages << 12) - (count - 1) * best,
						 paddr + (count - 1) * best),
				       best);
		ktest_assert_u64_equal(iopt_best_pgsize(bitmap, iova, iova + (pages << 12) - 1,
							paddr),
				       best);
	}
}

static void test_best_pgsize_none_fits(void **state)
{
	ktest_assert_u64_equal(iopt_best_pgsize(X86_SIZES, 0x800, 0x17ff, 0), 0);
	ktest_assert_u64_equal(iopt_best_pgsize(X86_SIZES, 0x1000, 0x17ff, 0x1000), 0);
	ktest_assert_u64_equal(iopt_best_pgsize(X86_SIZES, 0, ~0ull, 0), 1ull << 30);
}

static const struct ktest tests[] = {
	KTEST(test_pgsize_follows_the_core),
	KTEST(test_pgsize_is_the_largest_that_fits),
	KTEST(test_best_pgsize_none_fits),
};
KTEST_MAIN(tests)
