/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random calls, each compared with the slow model: every address, both cached nodes and the size
 * that fails at once after every call, the whole tree and its keys now and then.
 */
#include <linux/types.h>
#include "iova_fixture.h"
#include "iova_reference.h"

#define LIVE_MAX 4096
#define SEED_COUNT 120
#define OPERATION_COUNT 2000

struct live {
	unsigned long pfn;
	unsigned long pages;
	bool from_tree;
};

struct fixture {
	struct svmsim_world *world;
	struct iova_domain iovad;
	struct ref ref;
	struct live live[LIVE_MAX];
	unsigned int live_count;
	struct iova_record record[REF_RANGE_MAX];
	/* Of this seed: highest pfn, percentage of frees, largest log2 of a size. */
	unsigned long space;
	unsigned int free_percent, size_shift_max;
	uint64_t random;
	bool hold;
};

static unsigned long pick(struct fixture *fixture, unsigned long below)
{
	return ktest_random(&fixture->random) % below;
}

static unsigned long pick_size(struct fixture *fixture)
{
	unsigned int shift = pick(fixture, fixture->size_shift_max + 1);
	static const unsigned long odd[] = { ~0ul, 1ul << 63, (1ul << 63) - 1, 1ul << 40,
					     0x100000, 0xfffff, 0x100001 };

	switch (pick(fixture, 10)) {
	case 0 ... 2:
		return 1ul << shift;
	case 3:
		return 1 + pick(fixture, 40);
	case 4:
		/* Just above half of a power of two, and just below a whole one. */
		return (1ul << shift) + 1;
	case 5:
		return (2ul << shift) - 1;
	case 6:
		return pick(fixture, 200) ? 1 + pick(fixture, 600) :
					    odd[pick(fixture, sizeof(odd) / sizeof(odd[0]))];
	default:
		return 1 + pick(fixture, 2ul << shift);
	}
}

static unsigned long pick_limit(struct fixture *fixture)
{
	static const unsigned long odd[] = { ~0ul, ~0ul - 1, 0, 1, 0xffffe, 0xfffff, 0x100000 };

	switch (pick(fixture, 40)) {
	case 0:
		return odd[pick(fixture, sizeof(odd) / sizeof(odd[0]))];
	case 1 ... 6:
		return pick(fixture, fixture->space + 1);
	case 7 ... 20:
		return fixture->space < PFN_MAX_32BIT ? fixture->space : PFN_MAX_32BIT;
	default:
		return fixture->space;
	}
}

static void add_live(struct fixture *fixture, unsigned long pfn, unsigned long pages,
		     bool from_tree)
{
	fixture->live[fixture->live_count++] = (struct live){ pfn, pages, from_tree };
}

static void do_alloc_tree(struct fixture *fixture)
{
	unsigned long size = pick_size(fixture), limit = pick_limit(fixture);
	bool aligned = pick(fixture, 2);
	struct iova *iova;
	unsigned long id;

	/* Alignment to 2^64 shifts by the word size: undefined in the kernel, so not compared. */
	if (size > 1ul << 63)
		aligned = false;
	iova = alloc_iova(&fixture->iovad, size, limit, aligned);
	id = ref_alloc(&fixture->ref, size, limit, aligned);
	ktest_assert_int_equal(!iova, !id);
	if (!iova)
		return;
	ktest_assert_u64_equal(iova->pfn_lo, fixture->ref.range[ref_index(&fixture->ref, id)].lo);
	ktest_assert_u64_equal(iova_size(iova), size);
	add_live(fixture, iova->pfn_lo, size, true);
}

static void do_alloc_fast(struct fixture *fixture)
{
	unsigned long size = pick_size(fixture), limit = pick_limit(fixture), pfn;
	bool flush = pick(fixture, 3);

	if (size > 1ul << 63)
		size = 1;
	pfn = alloc_iova_fast(&fixture->iovad, size, limit, flush);
	ktest_assert_u64_equal(pfn, ref_alloc_fast(&fixture->ref, size, limit, flush));
	if (pfn)
		add_live(fixture, pfn, size, false);
}

static void do_free(struct fixture *fixture)
{
	unsigned int i = pick(fixture, fixture->live_count);
	struct live live = fixture->live[i];

	fixture->live[i] = fixture->live[--fixture->live_count];
	if (live.from_tree || pick(fixture, 20) == 0) {
		struct ref_range *range = ref_find(&fixture->ref, live.pfn);
		/* Any pfn of the range will do. */
		unsigned long pfn = range->lo + pick(fixture, range->last - range->lo + 1);

		ref_free(&fixture->ref, pfn);
		if (pick(fixture, 2))
			free_iova(&fixture->iovad, pfn);
		else
			__free_iova(&fixture->iovad, find_iova(&fixture->iovad, pfn));
		return;
	}
	/* A driver that frees less than it got: the range goes to a magazine of another order. */
	if (pick(fixture, 50) == 0)
		live.pages = 1 + pick(fixture, live.pages);
	ref_free_fast(&fixture->ref, live.pfn, live.pages);
	free_iova_fast(&fixture->iovad, live.pfn, live.pages);
}

static void do_reserve(struct fixture *fixture)
{
	unsigned long lo = pick(fixture, fixture->space + 1);
	unsigned long pages = 1 + pick(fixture, pick(fixture, 8) ? 64 : fixture->space / 32 + 1);

	ref_reserve(&fixture->ref, lo, lo + pages - 1);
	ktest_assert_non_null(reserve_iova(&fixture->iovad, lo, lo + pages - 1));
}

/* Frees a reserved range that has not become part of an allocated one. */
static void do_unreserve(struct fixture *fixture)
{
	struct ref_range *range = &fixture->ref.range[pick(fixture, fixture->ref.count)];
	unsigned long pfn = range->lo;

	if (!range->reserved)
		return;
	ref_free(&fixture->ref, pfn);
	free_iova(&fixture->iovad, pfn);
}

static void do_one(struct fixture *fixture)
{
	unsigned long what = pick(fixture, 1000);

	if (what < 12) {
		unsigned long ms = pick(fixture, 150);

		ref_advance(&fixture->ref, ms);
		svmsim_world_advance(fixture->world, ms * 1000000);
	} else if (what < 40) {
		fixture->ref.cpu = pick(fixture, fixture->ref.cpu_count);
		fixture->world->cpu = fixture->ref.cpu;
	} else if (what < 50) {
		do_reserve(fixture);
	} else if (what < 58) {
		do_unreserve(fixture);
	} else if (fixture->live_count &&
		   (pick(fixture, 100) < fixture->free_percent ||
		    fixture->live_count == LIVE_MAX)) {
		do_free(fixture);
	} else if (pick(fixture, 3)) {
		do_alloc_fast(fixture);
	} else {
		do_alloc_tree(fixture);
	}
}

static void compare_state(struct fixture *fixture)
{
	struct iova_domain *iovad = &fixture->iovad;
	struct ref *ref = &fixture->ref;

	ktest_assert_u64_equal(to_iova(iovad->cached_node)->pfn_lo,
			       ref->range[ref_index(ref, ref->cached_id)].lo);
	ktest_assert_u64_equal(to_iova(iovad->cached32_node)->pfn_lo,
			       ref->range[ref_index(ref, ref->cached32_id)].lo);
	ktest_assert_u64_equal(iovad->max32_alloc_size, ref->max32_size);
}

static bool ref_is_cached(const struct ref *ref, const struct ref_range *range)
{
	for (unsigned int i = 0; i < REF_ORDER_MAX; i++) {
		const struct ref_order *order = &ref->order[i];
		unsigned int mags = 2 * ref->cpu_count + order->depot_count;

		for (unsigned int m = 0; m < mags; m++) {
			const struct ref_mag *mag =
				m < ref->cpu_count	? &order->loaded[m] :
				m < 2 * ref->cpu_count	? &order->prev[m - ref->cpu_count] :
							  &order->depot[m - 2 * ref->cpu_count];

			for (unsigned int p = 0; p < mag->count; p++)
				if (range->lo <= mag->pfn[p] && mag->pfn[p] <= range->last)
					return true;
		}
	}
	return false;
}

static void compare_all(struct fixture *fixture, bool with_cached)
{
	struct ref *ref = &fixture->ref;
	unsigned long count = iova_walk(&fixture->iovad, fixture->record, REF_RANGE_MAX);

	check_iova_domain(&fixture->iovad);
	ktest_assert_u64_equal(count, ref->count - 1);
	for (unsigned long i = 0; i < count; i++) {
		const struct iova_record *record = &fixture->record[i];

		ktest_assert_u64_equal(record->pfn_lo, ref->range[i].lo);
		ktest_assert_u64_equal(record->pfn_last, ref->range[i].last);
		if (with_cached)
			ktest_assert_int_equal(record->cached, ref_is_cached(ref, &ref->range[i]));
	}
}

static void shape_seed(struct fixture *fixture)
{
	static const unsigned long space[] = { PFN_MAX_48BIT, PFN_MAX_48BIT, PFN_MAX_32BIT,
					       0x200000,      0x3fff,	     0x1fff };

	fixture->space = space[pick(fixture, sizeof(space) / sizeof(space[0]))];
	fixture->size_shift_max = fixture->space <= 0x3fff ? 3 + pick(fixture, 6) :
							     3 + pick(fixture, 16);
}

static void run_seed(struct fixture *fixture, uint64_t seed)
{
	static const unsigned long starts[] = { 1, 1, 1, 0x10, 0x1000 };
	unsigned int cpu_count;
	unsigned long start;

	fixture->random = seed;
	cpu_count = 1 + pick(fixture, 4);
	shape_seed(fixture);
	start = starts[pick(fixture, 5)];
	fixture->world = make_iova_world(cpu_count);
	make_iova_domain(&fixture->iovad, start);
	ref_init(&fixture->ref, start, cpu_count);
	fixture->live_count = 0;
	for (unsigned int i = 0; i < OPERATION_COUNT; i++) {
		ktest_context("seed %llu, operation %u", (unsigned long long)seed, i);
		/* The domain fills and empties in turn. */
		if (i % 250 == 0)
			fixture->free_percent = 15 + pick(fixture, 60);
		do_one(fixture);
		compare_state(fixture);
		if (i % 97 == 0)
			compare_all(fixture, false);
	}
	compare_all(fixture, true);
	put_iova_domain(&fixture->iovad);
	ktest_world_drop(fixture->world);
}

static void test_random_calls_give_the_addresses_of_the_scan(void **state)
{
	static struct fixture fixture;
	uint64_t seed = ktest_seed(20240217);

	for (unsigned int i = 0; i < SEED_COUNT; i++)
		run_seed(&fixture, seed + i);
}

/* Small sizes freed and allocated in bursts: magazines fill, swap, and reach the depot. */
static void burst(struct fixture *fixture, unsigned int count, bool allocate)
{
	static const unsigned long pages[] = { 1, 2, 3, 16, 17, 31, 32, 33 };

	for (unsigned int i = 0; i < count; i++) {
		if (allocate && fixture->live_count < LIVE_MAX) {
			unsigned long size = pages[pick(fixture, 8)];
			unsigned long limit = pick_limit(fixture), pfn;

			if (pick(fixture, 4))
				size = 1;
			pfn = alloc_iova_fast(&fixture->iovad, size, limit, true);
			ktest_assert_u64_equal(pfn,
					       ref_alloc_fast(&fixture->ref, size, limit, true));
			if (pfn)
				add_live(fixture, pfn, size, false);
		} else if (!allocate && fixture->live_count) {
			struct live live = fixture->live[--fixture->live_count];

			free_iova_fast(&fixture->iovad, live.pfn, live.pages);
			ref_free_fast(&fixture->ref, live.pfn, live.pages);
		}
		compare_state(fixture);
	}
}

static void run_burst_seed(struct fixture *fixture, uint64_t seed)
{
	unsigned int cpu_count;

	fixture->random = seed;
	cpu_count = 1 + pick(fixture, 3);
	fixture->space = pick(fixture, 2) ? PFN_MAX_48BIT : 0x3fff;
	fixture->world = make_iova_world(cpu_count);
	make_iova_domain(&fixture->iovad, 1);
	ref_init(&fixture->ref, 1, cpu_count);
	fixture->live_count = 0;
	for (unsigned int i = 0; i < 40; i++) {
		unsigned long ms = pick(fixture, 3) ? 0 : pick(fixture, 250);

		ktest_context("seed %llu, burst %u", (unsigned long long)seed, i);
		fixture->ref.cpu = pick(fixture, cpu_count);
		fixture->world->cpu = fixture->ref.cpu;
		burst(fixture, 1 + pick(fixture, 900), pick(fixture, 2));
		ref_advance(&fixture->ref, ms);
		svmsim_world_advance(fixture->world, ms * 1000000);
		compare_state(fixture);
		compare_all(fixture, false);
	}
	compare_all(fixture, true);
	put_iova_domain(&fixture->iovad);
	ktest_world_drop(fixture->world);
}

static void test_random_bursts_move_magazines_as_the_kernel_does(void **state)
{
	static struct fixture fixture;
	uint64_t seed = ktest_seed(77);

	for (unsigned int i = 0; i < 8; i++)
		run_burst_seed(&fixture, seed + i);
}

static const struct ktest tests[] = {
	KTEST(test_random_bursts_move_magazines_as_the_kernel_does),
	KTEST(test_random_calls_give_the_addresses_of_the_scan),
};
KTEST_MAIN(tests)
