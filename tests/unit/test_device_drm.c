/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* DRM devices, and shrinkers. */
#include "device_fixture.h"
#include <drm/drm_drv.h>
#include <drm/drm_managed.h>
#include <linux/minmax.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include "device/shrinker.h"
#include "kernel/task.h"

struct thing {
	int released;
	struct drm_device drm;
};

static int order[8], order_count;

static void released(struct drm_device *dev)
{
	order[order_count++] = 100;
}

static void acted(struct drm_device *dev, void *data)
{
	order[order_count++] = *(int *)data;
}

static struct svmsim_device desc;

static const struct drm_driver driver = { .release = released, .name = "thing" };

static struct thing *make_thing(struct device **dev)
{
	struct thing *thing;

	desc = (struct svmsim_device){ .mask_bits = 0 };
	order_count = 0;
	*dev = make_plain(device_world(), &desc, "p0", 0);
	thing = devm_drm_dev_alloc(*dev, &driver, struct thing, drm);
	ktest_assert_true(!IS_ERR(thing));
	return thing;
}

static void test_last_reference_releases_newest_first(void **state)
{
	struct device *dev;
	struct thing *thing = make_thing(&dev);
	static int one = 1, two = 2;

	ktest_assert_string_equal(thing->drm.unique, "p0");
	ktest_assert_int_equal(drmm_add_action(&thing->drm, acted, &one), 0);
	ktest_assert_non_null(drmm_kzalloc(&thing->drm, 100, GFP_KERNEL));
	ktest_assert_int_equal(drmm_add_action_or_reset(&thing->drm, acted, &two), 0);
	drm_dev_get(&thing->drm);
	devres_release_all(dev);
	ktest_assert_int_equal(order_count, 0);
	drm_dev_put(&thing->drm);
	ktest_assert_int_equal(order_count, 3);
	ktest_assert_int_equal(order[0], 100);
	ktest_assert_int_equal(order[1], 2);
	ktest_assert_int_equal(order[2], 1);
}

static void test_action_is_released_once(void **state)
{
	struct device *dev;
	struct thing *thing = make_thing(&dev);
	static int one = 1;
	void *memory = drmm_kmalloc(&thing->drm, 10, GFP_KERNEL);

	ktest_assert_int_equal(drmm_add_action(&thing->drm, acted, &one), 0);
	drmm_release_action(&thing->drm, acted, &one);
	drmm_kfree(&thing->drm, memory);
	ktest_assert_int_equal(order_count, 1);
	devres_release_all(dev);
	ktest_assert_int_equal(order_count, 2);
}

static void unplugger(void *arg)
{
	struct thing *thing = arg;

	drm_dev_unplug(&thing->drm);
	thing->released = 1;
}

static void test_unplug_waits_for_who_entered(void **state)
{
	struct device *dev;
	struct thing *thing = make_thing(&dev);
	int idx, late;

	ktest_assert_true(drm_dev_enter(&thing->drm, &idx));
	sim_task_create(SIM_TASK_DRIVER, "unplug", 0, unplugger, thing);
	sim_task_settle();
	ktest_assert_int_equal(thing->released, 0);
	ktest_assert_false(drm_dev_enter(&thing->drm, &late));
	drm_dev_exit(idx);
	sim_task_settle();
	ktest_assert_int_equal(thing->released, 1);
	ktest_assert_true(drm_dev_is_unplugged(&thing->drm));
}

static unsigned long parked;

static unsigned long count_parked(struct shrinker *shrinker, struct shrink_control *sc)
{
	return parked ? parked : SHRINK_EMPTY;
}

static unsigned long scan_parked(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long freed = min(parked, sc->nr_to_scan);

	if (!freed)
		return SHRINK_STOP;
	parked -= freed;
	return freed;
}

static void assert_freed(unsigned long freed, unsigned long wanted)
{
	ktest_assert_u64_equal(freed, wanted);
}

static void test_shrinker_frees_what_is_asked(void **state)
{
	struct shrinker *shrinker;
	struct device *dev;

	make_thing(&dev);
	shrinker = shrinker_alloc(0, "thing-%s", "p0");
	ktest_assert_non_null(shrinker);
	shrinker->count_objects = count_parked;
	shrinker->scan_objects = scan_parked;
	parked = 300;
	/* Nobody asks a shrinker that is not registered. */
	assert_freed(sim_shrink_slab(GFP_KERNEL, 0, 200), 0);
	shrinker_register(shrinker);
	assert_freed(sim_shrink_slab(GFP_KERNEL, 0, 200), 200);
	assert_freed(sim_shrink_slab(GFP_KERNEL, 0, 200), 100);
	assert_freed(sim_shrink_slab(GFP_KERNEL, 0, 200), 0);
	shrinker_free(shrinker);
	assert_freed(sim_shrink_slab(GFP_KERNEL, 0, 200), 0);
}

static const struct ktest tests[] = {
	KTEST(test_action_is_released_once),
	KTEST(test_last_reference_releases_newest_first),
	KTEST(test_shrinker_frees_what_is_asked),
	KTEST(test_unplug_waits_for_who_entered),
};
KTEST_MAIN(tests)
