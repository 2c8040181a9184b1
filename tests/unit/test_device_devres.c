/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "device_fixture.h"
#include "kernel/slab.h"

/* What was released, in order. */
struct record {
	int order[16];
	int count;
};

struct item {
	struct record *record;
	int value;
};

static void act(void *data)
{
	struct item *item = data;

	item->record->order[item->record->count++] = item->value;
}

static void release_item(struct device *dev, void *res)
{
	act(res);
}

static int match_value(struct device *dev, void *res, void *data)
{
	return ((struct item *)res)->value == *(int *)data;
}

static struct device *make_device(struct svmsim_world **world, struct svmsim_device *desc)
{
	*world = device_world();
	return make_plain(*world, desc, "p0", 0);
}

static void add_item(struct device *dev, struct record *record, int value)
{
	struct item *item = devres_alloc(release_item, sizeof(*item), GFP_KERNEL);

	ktest_assert_non_null(item);
	item->record = record;
	item->value = value;
	devres_add(dev, item);
}

static void test_unbind_releases_newest_first(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	struct item first = { &record, 1 }, third = { &record, 3 };

	ktest_assert_int_equal(devm_add_action(dev, act, &first), 0);
	add_item(dev, &record, 2);
	ktest_assert_non_null(devm_kzalloc(dev, 100, GFP_KERNEL));
	ktest_assert_int_equal(devm_add_action_or_reset(dev, act, &third), 0);
	sim_device_unbind_all(world);
	ktest_assert_int_equal(record.count, 3);
	ktest_assert_int_equal(record.order[0], 3);
	ktest_assert_int_equal(record.order[1], 2);
	ktest_assert_int_equal(record.order[2], 1);
	ktest_assert_null(dev->driver);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static void test_finish_releases_what_is_left(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);

	/* Nothing is announced: a leak report at the end of the test would fail it. */
	ktest_assert_non_null(devm_kzalloc(dev, 100, GFP_KERNEL));
}

static void test_kzalloc_is_zeroed_and_freed_early(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	char *bytes = devm_kzalloc(dev, 64, GFP_KERNEL);

	for (int i = 0; i < 64; i++)
		ktest_assert_int_equal(bytes[i], 0);
	devm_kfree(dev, bytes);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
	devm_kfree(dev, NULL);
	ktest_assert_ptr_equal(devm_kmalloc(dev, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	devm_kfree(dev, ZERO_SIZE_PTR);
	ktest_assert_null(devm_kmalloc(dev, ~(size_t)0, GFP_KERNEL));
	ktest_assert_null(devm_kcalloc(dev, 1ul << 33, 1ul << 33, GFP_KERNEL));
	ktest_assert_string_equal(devm_kstrdup(dev, "text", GFP_KERNEL), "text");
}

static void test_kfree_of_foreign_pointer_warns(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	int other;

	devm_kfree(dev, &other);
	ktest_expect_report(world, "warn", 1);
}

static void test_remove_action_takes_the_newest_match(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	struct item one = { &record, 1 }, two = { &record, 2 };

	devm_add_action(dev, act, &one);
	devm_add_action(dev, act, &two);
	devm_add_action(dev, act, &one);
	devm_remove_action(dev, act, &one);
	ktest_assert_true(devm_is_action_added(dev, act, &one));
	devm_release_action(dev, act, &two);
	ktest_assert_int_equal(record.count, 1);
	ktest_assert_int_equal(devm_remove_action_nowarn(dev, act, &two), -ENOENT);
	devm_remove_action(dev, act, &two);
	ktest_expect_report(world, "warn", 1);
	sim_device_unbind_all(world);
	ktest_assert_int_equal(record.count, 2);
	ktest_assert_int_equal(record.order[1], 1);
}

static void test_failed_add_or_reset_runs_action(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	struct item one = { &record, 1 };

	sim_slab_fail_nth(world, 1);
	ktest_assert_int_equal(devm_add_action(dev, act, &one), -ENOMEM);
	ktest_assert_int_equal(record.count, 0);
	sim_slab_fail_nth(world, 1);
	ktest_assert_int_equal(devm_add_action_or_reset(dev, act, &one), -ENOMEM);
	ktest_assert_int_equal(record.count, 1);
}

static void test_find_remove_destroy_release(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	int two = 2, nine = 9;
	struct item *item;

	for (int i = 1; i <= 4; i++)
		add_item(dev, &record, i);
	item = devres_find(dev, release_item, match_value, &two);
	ktest_assert_int_equal(item->value, 2);
	ktest_assert_null(devres_find(dev, release_item, match_value, &nine));
	/* Without a match function the newest of that kind is meant. */
	item = devres_remove(dev, release_item, NULL, NULL);
	ktest_assert_int_equal(item->value, 4);
	devres_free(item);
	ktest_assert_int_equal(devres_destroy(dev, release_item, match_value, &two), 0);
	ktest_assert_int_equal(record.count, 0);
	ktest_assert_int_equal(devres_release(dev, release_item, NULL, NULL), 0);
	ktest_assert_int_equal(record.order[0], 3);
	ktest_assert_int_equal(devres_release(dev, release_item, match_value, &two), -ENOENT);
	sim_device_unbind_all(world);
	ktest_assert_int_equal(record.order[1], 1);
}

/* What a release function registers is released too, when the device itself goes. */
static void register_more(void *data)
{
	struct device *dev = data;

	ktest_assert_non_null(devm_kmalloc(dev, 8, GFP_KERNEL));
}

static void test_release_may_register(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);

	devm_add_action(dev, register_more, dev);
	sim_device_unbind_all(world);
	ktest_assert_u64_equal(sim_slab_live_count(world), 1);
}

static void test_group_releases_only_itself(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	void *group;

	add_item(dev, &record, 1);
	group = devres_open_group(dev, NULL, GFP_KERNEL);
	add_item(dev, &record, 2);
	add_item(dev, &record, 3);
	devres_close_group(dev, group);
	add_item(dev, &record, 4);
	ktest_assert_int_equal(devres_release_group(dev, group), 2);
	ktest_assert_int_equal(record.count, 2);
	ktest_assert_int_equal(record.order[0], 3);
	ktest_assert_int_equal(record.order[1], 2);
	sim_device_unbind_all(world);
	ktest_assert_int_equal(record.order[2], 4);
	ktest_assert_int_equal(record.order[3], 1);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static void test_group_takes_inner_groups_along(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	void *outer, *inner, *empty;

	outer = devres_open_group(dev, NULL, GFP_KERNEL);
	add_item(dev, &record, 1);
	empty = devres_open_group(dev, NULL, GFP_KERNEL);
	devres_close_group(dev, empty);
	inner = devres_open_group(dev, NULL, GFP_KERNEL);
	add_item(dev, &record, 2);
	devres_close_group(dev, inner);
	devres_close_group(dev, outer);
	ktest_assert_int_equal(devres_release_group(dev, outer), 2);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
	ktest_assert_true(list_empty(&dev->devres_head));
}

static void test_group_that_reaches_further_stays(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	void *first, *second;

	first = devres_open_group(dev, NULL, GFP_KERNEL);
	add_item(dev, &record, 1);
	second = devres_open_group(dev, NULL, GFP_KERNEL);
	add_item(dev, &record, 2);
	devres_close_group(dev, first);
	add_item(dev, &record, 3);
	devres_close_group(dev, second);
	ktest_assert_int_equal(devres_release_group(dev, first), 2);
	ktest_assert_int_equal(devres_release_group(dev, second), 1);
	ktest_assert_int_equal(record.order[2], 3);
}

static void test_removed_group_leaves_its_resources(void **state)
{
	struct svmsim_device desc = { .mask_bits = 0 };
	struct record record = { .count = 0 };
	struct svmsim_world *world;
	struct device *dev = make_device(&world, &desc);
	void *group = devres_open_group(dev, &desc, GFP_KERNEL);

	ktest_assert_ptr_equal(group, &desc);
	add_item(dev, &record, 1);
	devres_remove_group(dev, group);
	ktest_assert_int_equal(record.count, 0);
	sim_device_unbind_all(world);
	ktest_assert_int_equal(record.count, 1);
	/* The device has nothing left, so a late release of the group is no mistake. */
	ktest_assert_int_equal(devres_release_group(dev, group), 0);
	devres_close_group(dev, group);
	ktest_expect_report(world, "warn", 1);
}

static const struct ktest tests[] = {
	KTEST(test_failed_add_or_reset_runs_action),
	KTEST(test_find_remove_destroy_release),
	KTEST(test_finish_releases_what_is_left),
	KTEST(test_group_releases_only_itself),
	KTEST(test_group_takes_inner_groups_along),
	KTEST(test_group_that_reaches_further_stays),
	KTEST(test_kfree_of_foreign_pointer_warns),
	KTEST(test_kzalloc_is_zeroed_and_freed_early),
	KTEST(test_release_may_register),
	KTEST(test_remove_action_takes_the_newest_match),
	KTEST(test_removed_group_leaves_its_resources),
	KTEST(test_unbind_releases_newest_first),
};
KTEST_MAIN(tests)
