/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "kernel/layers.h"
#include "kernel/slab.h"
#include "kernel/xarray_check.h"
#include "ktest.h"

#define INDEX_MAX 59
#define STEPS 20000

static const struct sim_layer *const layers[] = { SIM_KERNEL_LAYERS };

static struct svmsim_world *make_world(void)
{
	return ktest_world(layers, sizeof(layers) / sizeof(layers[0]), NULL);
}

/* The slow model: a handful of indices, far apart and close together, in order. */
struct row {
	unsigned long index;
	void *entry;
	bool marked[XA_MAX_MARKS];
};

static struct row rows[INDEX_MAX];

static void make_rows(void)
{
	unsigned int count = 0;

	for (unsigned long i = 0; i < 20; i++)
		rows[count++] = (struct row){ .index = i * 7 };
	/* Up to the border of a node, or close below it: a search then has to leave the node. */
	for (unsigned int shift = 12; shift < 64; shift += 3) {
		rows[count++] = (struct row){ .index = (1UL << shift) - (shift % 2 ? 1 : 5) };
		rows[count++] = (struct row){ .index = 1UL << shift };
	}
	rows[count++] = (struct row){ .index = ULONG_MAX - 64 };
	rows[count++] = (struct row){ .index = ULONG_MAX - 5 };
	rows[count++] = (struct row){ .index = ULONG_MAX };
	ktest_assert_u64_equal(count, INDEX_MAX);
}

static void *visible(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

static struct row *model_next(unsigned long index, unsigned long max, xa_mark_t filter)
{
	for (unsigned int i = 0; i < INDEX_MAX; i++) {
		struct row *row = &rows[i];

		if (row->index < index || row->index > max || !visible(row->entry))
			continue;
		if (filter == XA_PRESENT || row->marked[filter])
			return row;
	}
	return NULL;
}

static void check_contents(struct xarray *xa)
{
	bool any = false, any_marked[XA_MAX_MARKS] = { false };

	ktest_assert_true(sim_xa_is_valid(xa));
	for (unsigned int i = 0; i < INDEX_MAX; i++) {
		any = any || rows[i].entry;
		ktest_assert_ptr_equal(xa_load(xa, rows[i].index), visible(rows[i].entry));
		for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
			any_marked[mark] = any_marked[mark] || rows[i].marked[mark];
			ktest_assert_int_equal(xa_get_mark(xa, rows[i].index, mark),
					       rows[i].marked[mark]);
		}
	}
	ktest_assert_int_equal(xa_empty(xa), !any);
	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++)
		ktest_assert_int_equal(xa_marked(xa, mark), any_marked[mark]);
	ktest_assert_null(xa_load(xa, 3));
	ktest_assert_null(xa_load(xa, 1UL << 62 | 5));
}

static void check_walk(struct xarray *xa, unsigned long start, unsigned long max,
		       xa_mark_t filter)
{
	struct row *row = model_next(start, max, filter);
	unsigned long index = start;
	void *entry = xa_find(xa, &index, max, filter);

	while (row) {
		ktest_assert_ptr_equal(entry, row->entry);
		ktest_assert_u64_equal(index, row->index);
		row = row->index == ULONG_MAX ? NULL : model_next(row->index + 1, max, filter);
		entry = xa_find_after(xa, &index, max, filter);
	}
	ktest_assert_null(entry);
}

static void clear_row(struct row *row)
{
	row->entry = NULL;
	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++)
		row->marked[mark] = false;
}

static void change_marks(struct xarray *xa, struct row *row, xa_mark_t mark, bool set)
{
	if (set)
		xa_set_mark(xa, row->index, mark);
	else
		xa_clear_mark(xa, row->index, mark);
	/* A mark needs an entry. */
	row->marked[mark] = set && row->entry;
}

static void change(struct xarray *xa, struct row *row, uint64_t *random)
{
	void *entry = xa_mk_value(ktest_random(random) % 1000);
	void *old = visible(row->entry);

	switch (ktest_random(random) % 8) {
	case 0:
		ktest_assert_ptr_equal(xa_store(xa, row->index, entry, GFP_KERNEL), old);
		row->entry = entry;
		break;
	case 1:
		ktest_assert_ptr_equal(xa_store_irq(xa, row->index, NULL, GFP_ATOMIC), old);
		clear_row(row);
		break;
	case 2:
		ktest_assert_ptr_equal(xa_erase(xa, row->index), old);
		clear_row(row);
		break;
	case 3:
		ktest_assert_int_equal(xa_insert(xa, row->index, entry, GFP_ATOMIC),
				       row->entry ? -EBUSY : 0);
		if (!row->entry)
			row->entry = entry;
		break;
	case 4:
		ktest_assert_int_equal(xa_reserve(xa, row->index, GFP_KERNEL), 0);
		if (!row->entry)
			row->entry = XA_ZERO_ENTRY;
		break;
	case 5:
		xa_release(xa, row->index);
		if (row->entry == XA_ZERO_ENTRY)
			clear_row(row);
		break;
	case 6:
		ktest_assert_ptr_equal(xa_cmpxchg(xa, row->index, old, entry, GFP_KERNEL), old);
		if (row->entry == old)
			row->entry = entry;
		break;
	default:
		change_marks(xa, row, ktest_random(random) % XA_MAX_MARKS,
			     ktest_random(random) % 2);
	}
}

static void test_random_agrees_with_table(void **state)
{
	uint64_t random = ktest_seed(8);
	struct svmsim_world *world = make_world();
	struct xarray xa;

	xa_init(&xa);
	make_rows();
	for (unsigned int step = 0; step < STEPS; step++) {
		/* Phases in which few indices are used: the tree shrinks and grows. */
		unsigned int limit = (step / 500) % 3 ? INDEX_MAX : 2;
		struct row *row = &rows[ktest_random(&random) % limit];

		ktest_context("step %u", step);
		if (step % 500 == 0)
			for (unsigned int i = 0; i < INDEX_MAX; i++) {
				xa_erase(&xa, rows[i].index);
				clear_row(&rows[i]);
			}
		change(&xa, row, &random);
		if (step % 8)
			continue;
		check_contents(&xa);
		check_walk(&xa, rows[ktest_random(&random) % INDEX_MAX].index,
			   rows[ktest_random(&random) % INDEX_MAX].index, XA_PRESENT);
		check_walk(&xa, 0, ULONG_MAX, ktest_random(&random) % XA_MAX_MARKS);
		check_walk(&xa, rows[ktest_random(&random) % INDEX_MAX].index + 1, ULONG_MAX,
			   XA_PRESENT);
	}
	xa_destroy(&xa);
	ktest_assert_true(xa_empty(&xa));
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static void test_erase_gives_all_memory_back(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;

	xa_init(&xa);
	xa_store(&xa, 1UL << 60, world, GFP_KERNEL);
	ktest_assert_u64_equal(sim_slab_live_count(world), 11);
	xa_store(&xa, 0, world, GFP_KERNEL);
	xa_erase(&xa, 1UL << 60);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
	ktest_assert_ptr_equal(xa_load(&xa, 0), world);
	xa_erase(&xa, 0);
	ktest_assert_true(xa_empty(&xa));
}

/* One store at a time with the 1st, 2nd, ... allocation failing, until none does. */
static void sweep_store(struct svmsim_world *world, unsigned long index, gfp_t gfp)
{
	struct xarray xa;
	u64 nth, live;

	for (nth = 1; nth < 400; nth++) {
		void *old;

		xa_init(&xa);
		ktest_assert_null(xa_store(&xa, 5, world, gfp));
		live = sim_slab_live_count(world);
		sim_slab_fail_nth(world, nth);
		old = xa_store(&xa, index, world, gfp);
		if (!sim_slab_failed(world))
			break;
		ktest_assert_int_equal(xa_err(old), -ENOMEM);
		ktest_assert_true(xa_is_err(old));
		ktest_assert_u64_equal(sim_slab_live_count(world), live);
		ktest_assert_true(sim_xa_is_valid(&xa));
		ktest_assert_ptr_equal(xa_load(&xa, 5), world);
		ktest_assert_null(xa_load(&xa, index));
		xa_destroy(&xa);
	}
	sim_slab_fail_nth(world, 0);
	/* From 5 to the index the tree has to grow: some allocation was needed. */
	ktest_assert_in_range(nth, 2, 399);
	ktest_assert_ptr_equal(xa_load(&xa, index), world);
	xa_destroy(&xa);
}

static void test_store_survives_each_failed_allocation(void **state)
{
	struct svmsim_world *world = make_world();

	sweep_store(world, 1000, GFP_KERNEL);
	sweep_store(world, 1000, GFP_ATOMIC);
	sweep_store(world, 1UL << 50, GFP_KERNEL);
	sweep_store(world, 1UL << 50, GFP_ATOMIC);
}

static void test_erase_of_nothing_needs_no_memory(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;

	xa_init(&xa);
	sim_slab_fail_nth(world, 1);
	ktest_assert_null(xa_erase(&xa, 77));
	ktest_assert_null(xa_store(&xa, 77, NULL, GFP_KERNEL));
	ktest_assert_false(sim_slab_failed(world));
	sim_slab_fail_nth(world, 0);
}

static void test_alloc_takes_the_lowest_free_index(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;
	u32 id;

	xa_init_flags(&xa, XA_FLAGS_ALLOC);
	for (u32 i = 0; i < 300; i++) {
		ktest_assert_int_equal(xa_alloc(&xa, &id, world, xa_limit_32b, GFP_KERNEL), 0);
		ktest_assert_u64_equal(id, i);
	}
	xa_erase(&xa, 130);
	xa_erase(&xa, 64);
	/* Storing NULL keeps the index allocated. */
	xa_store(&xa, 3, NULL, GFP_KERNEL);
	ktest_assert_null(xa_load(&xa, 3));
	ktest_assert_int_equal(xa_alloc(&xa, &id, NULL, xa_limit_32b, GFP_KERNEL), 0);
	ktest_assert_u64_equal(id, 64);
	ktest_assert_null(xa_load(&xa, 64));
	ktest_assert_int_equal(xa_alloc(&xa, &id, world, XA_LIMIT(100, 200), GFP_KERNEL), 0);
	ktest_assert_u64_equal(id, 130);
	ktest_assert_int_equal(xa_alloc(&xa, &id, world, XA_LIMIT(100, 200), GFP_KERNEL), -EBUSY);
	ktest_assert_u64_equal(id, 130);
	xa_destroy(&xa);
}

static void test_alloc1_never_hands_out_zero(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;
	u32 id;

	xa_init_flags(&xa, XA_FLAGS_ALLOC1);
	ktest_assert_int_equal(xa_alloc(&xa, &id, world, xa_limit_32b, GFP_KERNEL), 0);
	ktest_assert_u64_equal(id, 1);
	xa_destroy(&xa);
}

static void test_alloc_cyclic_goes_on_and_wraps(void **state)
{
	struct svmsim_world *world = make_world();
	struct xa_limit limit = XA_LIMIT(1, 4);
	struct xarray xa;
	u32 id, next = 0;

	xa_init_flags(&xa, XA_FLAGS_ALLOC);
	for (u32 i = 1; i <= 4; i++) {
		ktest_assert_int_equal(
			xa_alloc_cyclic(&xa, &id, world, limit, &next, GFP_KERNEL), 0);
		ktest_assert_u64_equal(id, i);
		xa_erase(&xa, id);
	}
	xa_lock(&xa);
	ktest_assert_int_equal(__xa_alloc_cyclic(&xa, &id, world, limit, &next, GFP_KERNEL), 1);
	xa_unlock(&xa);
	ktest_assert_u64_equal(id, 1);
	ktest_assert_u64_equal(next, 2);
	xa_destroy(&xa);
}

static void test_alloc_needs_a_tracking_map(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;
	u32 id;

	xa_init(&xa);
	ktest_expect_report(world, "warn", 1);
	ktest_assert_int_equal(xa_alloc(&xa, &id, world, xa_limit_32b, GFP_KERNEL), -EINVAL);
}

static void test_values_and_errors_are_told_apart(void **state)
{
	int object;

	ktest_assert_true(xa_is_value(xa_mk_value(0)));
	ktest_assert_u64_equal(xa_to_value(xa_mk_value(LONG_MAX)), LONG_MAX);
	ktest_assert_false(xa_is_value(&object));
	ktest_assert_false(xa_is_err(&object));
	ktest_assert_false(xa_is_err(xa_mk_value(5)));
	ktest_assert_int_equal(xa_err(&object), 0);
	ktest_assert_int_equal(xa_err(XA_ERROR(-EINVAL)), -EINVAL);
	ktest_assert_int_equal(xa_err(XA_ERROR(-MAX_ERRNO)), -MAX_ERRNO);
	ktest_assert_true(xa_is_zero(XA_ZERO_ENTRY));
	ktest_assert_false(xa_is_err(XA_ZERO_ENTRY));
}

static void test_destroy_leaves_a_usable_map(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;
	unsigned long index;
	unsigned int count = 0;
	void *entry;

	xa_init(&xa);
	for (index = 0; index < 10000; index += 17)
		xa_store(&xa, index, world, GFP_KERNEL);
	xa_set_mark(&xa, 17, XA_MARK_1);
	xa_destroy(&xa);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
	ktest_assert_false(xa_marked(&xa, XA_MARK_1));
	xa_store(&xa, 17, world, GFP_KERNEL);
	xa_for_each(&xa, index, entry)
		count++;
	ktest_assert_u64_equal(count, 1);
	xa_destroy(&xa);
}

static void test_extract_stops_at_the_bound(void **state)
{
	struct svmsim_world *world = make_world();
	struct xarray xa;
	void *found[4];

	xa_init(&xa);
	for (unsigned long i = 0; i < 8; i++)
		xa_store(&xa, i * 100, xa_mk_value(i), GFP_KERNEL);
	ktest_assert_u64_equal(xa_extract(&xa, found, 100, ULONG_MAX, 4, XA_PRESENT), 4);
	ktest_assert_ptr_equal(found[0], xa_mk_value(1));
	ktest_assert_ptr_equal(found[3], xa_mk_value(4));
	ktest_assert_u64_equal(xa_extract(&xa, found, 100, 299, 4, XA_PRESENT), 2);
	ktest_assert_u64_equal(xa_extract(&xa, found, 701, ULONG_MAX, 4, XA_PRESENT), 0);
	xa_destroy(&xa);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static const struct ktest tests[] = {
	KTEST(test_alloc1_never_hands_out_zero),
	KTEST(test_alloc_cyclic_goes_on_and_wraps),
	KTEST(test_alloc_needs_a_tracking_map),
	KTEST(test_alloc_takes_the_lowest_free_index),
	KTEST(test_destroy_leaves_a_usable_map),
	KTEST(test_erase_gives_all_memory_back),
	KTEST(test_erase_of_nothing_needs_no_memory),
	KTEST(test_extract_stops_at_the_bound),
	KTEST(test_random_agrees_with_table),
	KTEST(test_store_survives_each_failed_allocation),
	KTEST(test_values_and_errors_are_told_apart),
};
KTEST_MAIN(tests)
