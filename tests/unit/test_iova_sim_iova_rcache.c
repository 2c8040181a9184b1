/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Magazines of the IOVA allocator: what is cached, in which order it leaves, when it goes back. */
#include <linux/types.h>
#include "iova_fixture.h"

#define MAG 127
#define MS 1000000ull

struct fixture {
	struct svmsim_world *world;
	struct iova_domain iovad;
};

static void setup(void **state)
{
	static struct fixture fixture;

	fixture.world = make_iova_world(2);
	make_iova_domain(&fixture.iovad, 1);
	*state = &fixture;
}

static void teardown(void **state)
{
	struct fixture *fixture = *state;

	check_iova_domain(&fixture->iovad);
	put_iova_domain(&fixture->iovad);
}

static unsigned long do_alloc(struct fixture *fixture, unsigned long pages)
{
	unsigned long pfn = alloc_iova_fast(&fixture->iovad, pages, PFN_MAX_32BIT, true);

	ktest_assert_u64_not_equal(pfn, 0);
	return pfn;
}

static void do_free(struct fixture *fixture, unsigned long pfn, unsigned long pages)
{
	free_iova_fast(&fixture->iovad, pfn, pages);
}

static unsigned long range_count(struct fixture *fixture)
{
	return iova_walk(&fixture->iovad, NULL, 0);
}

/* Allocates @count pages (at most 8 * MAG) and frees them in the same order. */
static void cycle(struct fixture *fixture, unsigned int count)
{
	unsigned long pfn[8 * MAG];

	for (unsigned int i = 0; i < count; i++)
		pfn[i] = do_alloc(fixture, 1);
	for (unsigned int i = 0; i < count; i++)
		do_free(fixture, pfn[i], 1);
}

static void test_sizes_up_to_32_pages_are_cached(void **state)
{
	static const struct {
		unsigned long pages, taken;
		bool cached;
	} rows[] = {
		{ 1, 1, true },	  { 2, 2, true },   { 3, 4, true },   { 17, 32, true },
		{ 31, 32, true }, { 32, 32, true }, { 33, 33, false }, { 64, 64, false },
	};
	struct fixture *fixture = *state;

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned long pfn = do_alloc(fixture, rows[i].pages);
		struct iova *iova = find_iova(&fixture->iovad, pfn);

		ktest_context("%lu pages", rows[i].pages);
		ktest_assert_u64_equal(iova_size(iova), rows[i].taken);
		do_free(fixture, pfn, rows[i].pages);
		ktest_assert_int_equal(find_iova(&fixture->iovad, pfn) != NULL, rows[i].cached);
	}
	ktest_assert_u64_equal(iova_rcache_range(), 32 * 4096);
}

static void test_pop_passes_over_what_is_above_the_limit(void **state)
{
	struct fixture *fixture = *state;
	unsigned long pfn[4];

	for (unsigned int i = 0; i < 4; i++)
		pfn[i] = do_alloc(fixture, 1);
	/* Magazine, bottom to top: [1] [3] [0] [2]; the last pfn is the lowest. */
	do_free(fixture, pfn[1], 1);
	do_free(fixture, pfn[3], 1);
	do_free(fixture, pfn[0], 1);
	do_free(fixture, pfn[2], 1);
	/* [2] and [0] are too high; [3] leaves and the top one, [2], takes its place. */
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 1, pfn[3], false), pfn[3]);
	ktest_assert_u64_equal(do_alloc(fixture, 1), pfn[0]);
	ktest_assert_u64_equal(do_alloc(fixture, 1), pfn[2]);
	ktest_assert_u64_equal(do_alloc(fixture, 1), pfn[1]);
}

static void test_limit_holds_for_the_end_of_a_cached_range(void **state)
{
	struct fixture *fixture = *state;
	unsigned long pfn = do_alloc(fixture, 4);

	do_free(fixture, pfn, 4);
	/* The magazine misses; the tree then gives what lies below. */
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 4, pfn + 2, false), pfn - 4);
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 4, pfn + 3, false), pfn);
}

/* In the kernel the limit minus the size is not checked either. */
static void test_limit_below_the_size_is_no_limit_for_magazines(void **state)
{
	struct fixture *fixture = *state;
	unsigned long pfn = do_alloc(fixture, 32);

	do_free(fixture, pfn, 32);
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 32, 3, false), pfn);
}

static void test_cpus_do_not_share_magazines(void **state)
{
	struct fixture *fixture = *state;
	unsigned long pfn = do_alloc(fixture, 1);

	do_free(fixture, pfn, 1);
	fixture->world->cpu = 1;
	ktest_assert_u64_equal(do_alloc(fixture, 1), pfn - 1);
	fixture->world->cpu = 0;
	ktest_assert_u64_equal(do_alloc(fixture, 1), pfn);
}

static void test_full_magazines_reach_other_cpus_by_the_depot(void **state)
{
	struct fixture *fixture = *state;
	unsigned long highest = do_alloc(fixture, 1), next;

	do_free(fixture, highest, 1);
	cycle(fixture, 3 * MAG);
	fixture->world->cpu = 1;
	/* The one magazine of the depot holds the highest pages, the last of them on top. */
	for (unsigned int i = 0; i < MAG; i++)
		ktest_assert_in_range(do_alloc(fixture, 1), highest - 3 * MAG + 1, highest);
	next = do_alloc(fixture, 1);
	ktest_assert_u64_equal(next, highest - 3 * MAG);
}

static void test_depot_drains_to_one_magazine_per_cpu(void **state)
{
	struct fixture *fixture = *state;

	/* Two magazines on the CPU, six in the depot, two CPUs: four go back, one each 100 ms. */
	cycle(fixture, 8 * MAG);
	ktest_assert_u64_equal(range_count(fixture), 8 * MAG);
	svmsim_world_advance(fixture->world, 99 * MS);
	ktest_assert_u64_equal(range_count(fixture), 8 * MAG);
	for (unsigned int left = 7; left >= 4; left--) {
		svmsim_world_advance(fixture->world, (left == 7 ? 1 : 100) * MS);
		ktest_assert_u64_equal(range_count(fixture), left * MAG);
		check_iova_domain(&fixture->iovad);
	}
	svmsim_world_advance(fixture->world, 1000 * MS);
	ktest_assert_u64_equal(range_count(fixture), 4 * MAG);
}

static void test_exhaustion_flushes_all_cpus_and_the_depot(void **state)
{
	struct fixture *fixture = *state;

	cycle(fixture, 5 * MAG);
	fixture->world->cpu = 1;
	cycle(fixture, MAG / 2);
	/* Half of the space, which no longer is whole while anything is cached. */
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 0xfff00, PFN_MAX_32BIT, false), 0);
	ktest_assert_u64_not_equal(range_count(fixture), 0);
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 0x80000, PFN_MAX_32BIT, true),
			       0x80000);
	ktest_assert_u64_equal(range_count(fixture), 1);
}

/* The range is gone from the tree when its second copy is flushed. */
static void test_double_free_warns_when_flushed(void **state)
{
	struct fixture *fixture = *state;
	unsigned long pfn = do_alloc(fixture, 1);

	do_free(fixture, pfn, 1);
	do_free(fixture, pfn, 1);
	ktest_expect_report(fixture->world, "warn", 1);
	ktest_assert_u64_equal(alloc_iova_fast(&fixture->iovad, 0x100000, PFN_MAX_32BIT, true), 0);
	ktest_assert_u64_equal(range_count(fixture), 0);
}

static void test_put_with_work_pending_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;

	cycle(fixture, 8 * MAG);
	put_iova_domain(&fixture->iovad);
	ktest_assert_null(fixture->iovad.rcaches);
	svmsim_world_advance(fixture->world, 1000 * MS);
	make_iova_domain(&fixture->iovad, 1);
}

static const struct ktest tests[] = {
	KTEST_FIXTURE(test_cpus_do_not_share_magazines, setup, teardown),
	KTEST_FIXTURE(test_depot_drains_to_one_magazine_per_cpu, setup, teardown),
	KTEST_FIXTURE(test_double_free_warns_when_flushed, setup, teardown),
	KTEST_FIXTURE(test_exhaustion_flushes_all_cpus_and_the_depot, setup, teardown),
	KTEST_FIXTURE(test_full_magazines_reach_other_cpus_by_the_depot, setup, teardown),
	KTEST_FIXTURE(test_limit_below_the_size_is_no_limit_for_magazines, setup, teardown),
	KTEST_FIXTURE(test_limit_holds_for_the_end_of_a_cached_range, setup, teardown),
	KTEST_FIXTURE(test_pop_passes_over_what_is_above_the_limit, setup, teardown),
	KTEST_FIXTURE(test_put_with_work_pending_leaves_nothing, setup, teardown),
	KTEST_FIXTURE(test_sizes_up_to_32_pages_are_cached, setup, teardown),
};
KTEST_MAIN(tests)
