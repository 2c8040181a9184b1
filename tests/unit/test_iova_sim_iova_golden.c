/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Addresses that the kernel's allocator gives for given calls: 4 KiB granule, one CPU. Each row
 * names a domain and a list of steps; S7, T5 and T10 are too long for a list and have code.
 */
#include <linux/types.h>
#include "iova_fixture.h"

#define LIMIT_48BIT 0xffffffffffffull
#define LIMIT_40BIT 0xffffffffffull
#define LIMIT_32BIT 0xffffffffull

enum action {
	END,
	ALLOC,
	/* As ALLOC, and this is the call that gives up space below 4 GiB. */
	ALLOC_NOTICE,
	ALLOC_FAILS,
	FREE,
	RESERVE,
};

struct step {
	enum action action;
	/* ALLOC: bytes and the address; FREE: address and bytes; RESERVE: first and last pfn */
	u64 a, b;
};

struct vector {
	const char *name;
	unsigned long start_pfn;
	u64 limit;
	bool try_32bit;
	struct step steps[32];
};

/* clang-format off */
#define A(bytes, address) { ALLOC, bytes, address }
#define F(address, bytes) { FREE, address, bytes }

static const struct vector vectors[] = {
	{ "S1", 1, LIMIT_48BIT, true, {
		A(0x1000, 0xfffff000), A(0x1000, 0xffffe000), A(0x3000, 0xffff8000),
		A(0x200000, 0xffc00000), A(0x1000, 0xffbff000), A(0x12c000, 0xffa00000),
		A(0x1000, 0xff9ff000), A(0x21000, 0xff9c0000), A(0x20000, 0xff9a0000),
		A(0x400000, 0xff400000), F(0xfffff000, 0x1000), F(0xffffe000, 0x1000),
		A(0x1000, 0xffffe000), A(0x1000, 0xfffff000), A(0x1000, 0xff3ff000),
		F(0xffff8000, 0x3000), A(0x4000, 0xffff8000), A(0x4000, 0xff3f8000),
		F(0xffc00000, 0x200000), A(0x200000, 0xffc00000), A(0x200000, 0xff000000),
	} },
	{ "S2", 1, LIMIT_48BIT, true, {
		{ RESERVE, 0xfee00, 0xfeeff },
		A(0x1000, 0xfffff000), A(0x200000, 0xffc00000), A(0x1000000, 0xfd000000),
		A(0x200000, 0xfce00000), A(0x1000, 0xfcdff000), A(0x2000000, 0xfa000000),
	} },
	{ "S2b", 1, LIMIT_48BIT, true, {
		{ RESERVE, 0xe0000, 0xfebff }, { RESERVE, 0xfee00, 0xfeeff },
		A(0x200000, 0xffe00000), A(0x1000, 0xffdff000), A(0x1000000, 0xdf000000),
		A(0x1000, 0xdefff000), A(0x400000, 0xde800000),
	} },
	{ "S3", 1, LIMIT_48BIT, false, {
		A(0x1000, 0xfffffffff000), A(0x200000, 0xffffffc00000),
		A(0x1000, 0xffffffbff000), A(0x200000, 0xffffff800000),
		A(0x1000, 0xffffff7ff000), F(0xffffffc00000, 0x200000),
		A(0x200000, 0xffffffc00000), A(0x200000, 0xffffff400000),
	} },
	{ "S5", 1, LIMIT_48BIT, true, {
		A(0x40000000, 0xc0000000), A(0x40000000, 0x80000000), A(0x40000000, 0x40000000),
		{ ALLOC_NOTICE, 0x40000000, 0xffffc0000000 }, A(0x40000000, 0xffff80000000),
		A(0x1000, 0xffff7ffff000), A(0x20000000, 0xffff40000000),
	} },
	{ "S6", 1, LIMIT_48BIT, true, {
		A(0x1000, 0xfffff000), A(0x1000, 0xffffe000), A(0x1000, 0xffffd000),
		A(0x1000, 0xffffc000), F(0xfffff000, 0x1000), F(0xffffe000, 0x1000),
		F(0xffffd000, 0x1000), F(0xffffc000, 0x1000), A(0x1000, 0xffffc000),
		A(0x1000, 0xffffd000), A(0x1000, 0xffffe000), A(0x1000, 0xfffff000),
		A(0x1000, 0xffffb000),
	} },
	{ "S8", 1, LIMIT_48BIT, true, {
		A(0x20000, 0xfffe0000), A(0x21000, 0xfff80000), A(0x20000, 0xfff60000),
		F(0xfffe0000, 0x20000), F(0xfff80000, 0x21000), A(0x1f000, 0xfffe0000),
		A(0x21000, 0xfff80000),
	} },
	{ "S9", 1, LIMIT_48BIT, true, {
		A(0x11000, 0xfffe0000), A(0x11000, 0xfffc0000), A(0x12000, 0xfffa0000),
		A(0x22000, 0xfff40000), A(0x22000, 0xfff00000),
	} },
	{ "T1", 1, LIMIT_48BIT, true, {
		A(0x200000, 0xffe00000), F(0xffe00000, 0x1000), A(0x1000, 0xffe00000),
		A(0x1000, 0xffdff000), A(0x200000, 0xffa00000),
	} },
	{ "T3", 1, LIMIT_48BIT, true, {
		A(0x10000, 0xffff0000), F(0xffff0000, 0x8000), A(0x10000, 0xfffe0000),
		A(0x8000, 0xffff0000),
	} },
	{ "T7", 1, LIMIT_40BIT, false, {
		A(0x1000, 0xfffffff000), A(0x300000, 0xffffc00000), A(0x200000, 0xffffa00000),
	} },
	{ "T9", 1, 0x3fff, true, {
		A(0x1000, 0x3000), A(0x1000, 0x2000), A(0x1000, 0x1000),
		{ ALLOC_FAILS, 0x1000, 0 },
	} },
	{ "T11", 1, LIMIT_48BIT, true, {
		A(0x400000, 0xffc00000), A(0x400000, 0xff800000), F(0xffc00000, 0x400000),
		A(0x200000, 0xffe00000), A(0x300000, 0xff400000), A(0x100000, 0xff300000),
		F(0xff800000, 0x400000), A(0x400000, 0xff800000),
	} },
	{ "mock aperture", 0x1000, 0x7fffffff, false, {
		A(0x1000, 0x7ffff000), A(0x200000, 0x7fc00000),
		{ ALLOC_FAILS, 0x40000000, 0 }, A(0x20000000, 0x40000000),
		A(0x20000000, 0x20000000),
	} },
};
/* clang-format on */

struct device_space {
	struct iova_domain iovad;
	u64 limit;
	bool try_32bit;
};

static void make_space(struct device_space *space, unsigned long start_pfn, u64 limit,
		       bool try_32bit)
{
	make_iova_world(1);
	make_iova_domain(&space->iovad, start_pfn);
	space->limit = limit;
	space->try_32bit = try_32bit;
}

static u64 space_alloc(struct device_space *space, u64 bytes, bool *noticed)
{
	*noticed = false;
	return (u64)iova_sim_alloc_pfn(&space->iovad, bytes >> 12, space->limit,
				       &space->try_32bit, noticed)
	       << 12;
}

static void do_alloc(struct device_space *space, u64 bytes, u64 address)
{
	bool noticed;

	ktest_assert_u64_equal(space_alloc(space, bytes, &noticed), address);
	ktest_assert_false(noticed);
}

static void do_alloc_notice(struct device_space *space, u64 bytes, u64 address)
{
	bool noticed;

	ktest_assert_true(space->try_32bit);
	ktest_assert_u64_equal(space_alloc(space, bytes, &noticed), address);
	ktest_assert_true(noticed);
	ktest_assert_false(space->try_32bit);
}

static void do_free(struct device_space *space, u64 address, u64 bytes)
{
	free_iova_fast(&space->iovad, address >> 12, bytes >> 12);
}

static void do_step(struct device_space *space, const struct step *step)
{
	switch (step->action) {
	case ALLOC:
	case ALLOC_FAILS:
		do_alloc(space, step->a, step->b);
		break;
	case ALLOC_NOTICE:
		do_alloc_notice(space, step->a, step->b);
		break;
	case FREE:
		do_free(space, step->a, step->b);
		break;
	case RESERVE:
		ktest_assert_non_null(reserve_iova(&space->iovad, step->a, step->b));
		break;
	case END:
		break;
	}
}

static void test_vectors(void **state)
{
	for (unsigned int i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *vector = &vectors[i];
		struct device_space space;

		make_space(&space, vector->start_pfn, vector->limit, vector->try_32bit);
		for (unsigned int s = 0; vector->steps[s].action != END; s++) {
			ktest_context("vector %s, step %u", vector->name, s);
			do_step(&space, &vector->steps[s]);
			check_iova_domain(&space.iovad);
		}
		put_iova_domain(&space.iovad);
	}
}

/* S7: 400 pages freed in the order of allocation come back by magazines, last in, first out. */
static void test_four_hundred_pages_come_back_in_magazine_order(void **state)
{
	static const struct {
		unsigned int first, last, from;
	} runs[] = { { 0, 18, 399 }, { 19, 145, 126 }, { 146, 272, 380 }, { 273, 399, 253 } };
	struct device_space space;
	u64 address[400];

	make_space(&space, 1, LIMIT_48BIT, true);
	for (unsigned int i = 0; i < 400; i++) {
		address[i] = 0xfffff000 - i * 0x1000ull;
		do_alloc(&space, 0x1000, address[i]);
	}
	for (unsigned int i = 0; i < 400; i++)
		do_free(&space, address[i], 0x1000);
	for (unsigned int run = 0; run < 4; run++)
		for (unsigned int i = runs[run].first; i <= runs[run].last; i++)
			do_alloc(&space, 0x1000, address[runs[run].from - (i - runs[run].first)]);
	put_iova_domain(&space.iovad);
}

/* All of the space below 4 GiB but its first 64 KiB, in blocks of 64 KiB. */
static void fill_below_4g(struct device_space *space)
{
	for (u64 i = 1; i <= 65535; i++)
		do_alloc(space, 0x10000, 0x100000000ull - i * 0x10000);
}

/* T5: magazines are flushed to the tree before an allocation fails for good. */
static void test_full_space_flushes_magazines(void **state)
{
	struct device_space space;

	make_space(&space, 1, LIMIT_32BIT, true);
	fill_below_4g(&space);
	for (u64 address = 0x200000; address < 0x400000; address += 0x10000)
		do_free(&space, address, 0x10000);
	do_alloc(&space, 0x200000, 0x200000);
	do_alloc(&space, 0x10000, 0);
	check_iova_domain(&space.iovad);
	put_iova_domain(&space.iovad);
}

/* T10: the attempt below 4 GiB does not flush them; the space above is taken instead. */
static void test_attempt_below_4g_does_not_flush_magazines(void **state)
{
	struct device_space space;

	make_space(&space, 1, LIMIT_48BIT, true);
	fill_below_4g(&space);
	for (u64 address = 0x400000; address > 0x200000; address -= 0x10000)
		do_free(&space, address - 0x10000, 0x10000);
	do_alloc_notice(&space, 0x200000, 0xffffffe00000);
	do_alloc(&space, 0x10000, 0x200000);
	do_alloc(&space, 0x10000, 0x210000);
	put_iova_domain(&space.iovad);
}

static const struct ktest tests[] = {
	KTEST(test_attempt_below_4g_does_not_flush_magazines),
	KTEST(test_four_hundred_pages_come_back_in_magazine_order),
	KTEST(test_full_space_flushes_magazines),
	KTEST(test_vectors),
};
KTEST_MAIN(tests)
