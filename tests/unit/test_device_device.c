/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "device_fixture.h"
#include <linux/slab.h>

struct counted {
	struct device dev;
	unsigned int *released;
};

static void release_counted(struct device *dev)
{
	(*container_of(dev, struct counted, dev)->released)++;
}

static void test_put_last_reference_calls_release_once(void **state)
{
	unsigned int released = 0;
	struct counted thing = { .released = &released };

	device_world();
	thing.dev.release = release_counted;
	thing.dev.init_name = "thing0";
	ktest_assert_int_equal(device_register(&thing.dev), 0);
	ktest_assert_string_equal(dev_name(&thing.dev), "thing0");
	ktest_assert_true(device_is_registered(&thing.dev));
	get_device(&thing.dev);
	device_unregister(&thing.dev);
	ktest_assert_int_equal(released, 0);
	put_device(&thing.dev);
	ktest_assert_int_equal(released, 1);
}

static void test_parent_is_held_while_registered(void **state)
{
	unsigned int parents = 0, children = 0;
	struct counted parent = { .released = &parents }, child = { .released = &children };

	device_world();
	parent.dev.release = release_counted;
	child.dev.release = release_counted;
	device_initialize(&parent.dev);
	device_initialize(&child.dev);
	ktest_assert_int_equal(dev_set_name(&parent.dev, "bus%u", 7u), 0);
	ktest_assert_string_equal(dev_name(&parent.dev), "bus7");
	ktest_assert_int_equal(dev_set_name(&child.dev, "child"), 0);
	child.dev.parent = &parent.dev;
	ktest_assert_int_equal(device_add(&parent.dev), 0);
	ktest_assert_int_equal(device_add(&child.dev), 0);
	device_unregister(&parent.dev);
	ktest_assert_int_equal(parents, 0);
	device_unregister(&child.dev);
	ktest_assert_int_equal(parents, 1);
	ktest_assert_int_equal(children, 1);
}

static void test_add_without_name_is_refused(void **state)
{
	struct device dev = { .parent = NULL };

	device_world();
	device_initialize(&dev);
	ktest_assert_int_equal(device_add(&dev), -EINVAL);
}

static void test_device_never_put_leaks_its_name(void **state)
{
	struct device dev = { .parent = NULL };
	struct svmsim_world *world = device_world();

	device_initialize(&dev);
	ktest_assert_int_equal(dev_set_name(&dev, "lost"), 0);
	ktest_expect_report(world, "mem-leak", 1);
}

static void test_missing_release_warns(void **state)
{
	struct device dev = { .parent = NULL };
	struct svmsim_world *world = device_world();

	device_initialize(&dev);
	put_device(&dev);
	ktest_expect_report(world, "warn", 1);
}

static void test_messages_carry_driver_and_name(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 0 };
	struct device *dev = make_function(world, &desc, "d0", "0000:03:00.0", 0);
	int level;

	dev_warn(dev, "value %d\n", 5);
	ktest_assert_string_equal(sim_log_line(world, 0, &level),
				  "svmsim 0000:03:00.0: value 5");
	ktest_assert_int_equal(level, LOGLEVEL_WARNING);
	dev->driver = NULL;
	dev_err(dev, "gone\n");
	ktest_assert_string_equal(sim_log_line(world, 1, &level), "pci 0000:03:00.0: gone");
	ktest_assert_int_equal(level, LOGLEVEL_ERR);
	dev_info((struct device *)NULL, "nobody\n");
	ktest_assert_string_equal(sim_log_line(world, 2, NULL), "(NULL device *): nobody");
	dev_dbg(dev, "never %d\n", 1);
	ktest_assert_u64_equal(sim_log_count(world), 3);
}

static void test_once_is_once_per_world(void **state)
{
	struct svmsim_world *world = device_world();

	for (int run = 0; run < 2; run++) {
		struct svmsim_device desc = { .mask_bits = 0 };
		struct device *dev = make_plain(world, &desc, "p0", 0);

		for (int i = 0; i < 3; i++)
			dev_notice_once(dev, "only once\n");
		ktest_assert_u64_equal(sim_log_count(world), 1);
		ktest_assert_string_equal(sim_log_line(world, 0, NULL), "svmsim p0: only once");
		sim_world_reset(world);
	}
}

static void test_warn_once_keeps_value(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 0 };
	struct device *dev = make_plain(world, &desc, "p0", 0);

	for (int i = 0; i < 3; i++)
		ktest_assert_true(dev_WARN_ONCE(dev, i >= 0, "bad %d\n", i));
	ktest_assert_int_equal(ktest_report_count(world, "warn"), 1);
	ktest_expect_report(world, "warn", 1);
}

static void test_probe_error_is_quiet_about_memory(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 0 };
	struct device *dev = make_plain(world, &desc, "p0", 0);

	ktest_assert_int_equal(dev_err_probe(dev, -ENOMEM, "no\n"), -ENOMEM);
	ktest_assert_int_equal(dev_err_probe(dev, -EPROBE_DEFER, "no\n"), -EPROBE_DEFER);
	ktest_assert_u64_equal(sim_log_count(world), 0);
	ktest_assert_int_equal(dev_err_probe(dev, -EINVAL, "clock\n"), -EINVAL);
	ktest_assert_string_contains(sim_log_line(world, 0, NULL), "p0: error ");
	ktest_assert_string_contains(sim_log_line(world, 0, NULL), "clock");
}

static void test_description_becomes_device(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc[2] = { { .mask_bits = 64, .noncoherent = true },
					 { .mask_bits = 36 } };
	struct device *function = make_function(world, &desc[0], "d0", "0000:03:00.0", 0);
	struct device *plain = make_plain(world, &desc[1], "p0", 1);

	ktest_assert_true(dev_is_pci(function));
	ktest_assert_u64_equal(*function->dma_mask, ~0ull);
	ktest_assert_false(function->dma_coherent);
	ktest_assert_string_equal(function->sim->actor, "d0");
	ktest_assert_string_equal(sim_name_text(world, function->sim->name), "0000:03:00.0");
	ktest_assert_string_equal(sim_name_text(world, function->sim->actor_name), "d0");
	ktest_assert_false(dev_is_pci(plain));
	ktest_assert_string_equal(dev_name(plain), "p0");
	ktest_assert_u64_equal(*plain->dma_mask, (1ull << 36) - 1);
	ktest_assert_u64_equal(plain->coherent_dma_mask, (1ull << 36) - 1);
	ktest_assert_true(plain->dma_coherent);
	ktest_assert_ptr_equal(sim_device_get(world, 1), plain);
	ktest_assert_null(sim_device_get(world, 2));
}

static void test_reset_gives_the_same_again(void **state)
{
	struct svmsim_world *world = device_world();
	u64 digest = 0;

	for (int run = 0; run < 3; run++) {
		struct svmsim_device desc = { .mask_bits = 0 };
		struct device *dev;

		/* More than the first chunk holds, so that there are chunks to give back. */
		for (int i = 0; i < 100; i++) {
			const u8 *bytes = sim_device_alloc(world, 1000);

			for (int j = 0; j < 1000; j++)
				ktest_assert_int_equal(bytes[j], 0);
			memset((void *)bytes, 0xff, 1000);
		}
		dev = make_function(world, &desc, "d0", "0000:03:00.0", 0);
		ktest_assert_null(dev->driver_data);
		dev_set_drvdata(dev, world);
		dev_info(dev, "here\n");
		if (run)
			ktest_assert_u64_equal(world->events.digest, digest);
		digest = world->events.digest;
		sim_world_reset(world);
		ktest_assert_null(sim_device_get(world, 0));
	}
}

static const struct ktest tests[] = {
	KTEST(test_add_without_name_is_refused),
	KTEST(test_description_becomes_device),
	KTEST(test_device_never_put_leaks_its_name),
	KTEST(test_messages_carry_driver_and_name),
	KTEST(test_missing_release_warns),
	KTEST(test_once_is_once_per_world),
	KTEST(test_parent_is_held_while_registered),
	KTEST(test_probe_error_is_quiet_about_memory),
	KTEST(test_put_last_reference_calls_release_once),
	KTEST(test_reset_gives_the_same_again),
	KTEST(test_warn_once_keeps_value),
};
KTEST_MAIN(tests)
