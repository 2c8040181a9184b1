/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "device_fixture.h"

static void test_values_are_read_by_name(void **state)
{
	static const char long_text[] =
		"a strategy with a name that is longer than any buffer in which a short text fits";
	struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("number", 7),
		PROPERTY_ENTRY_U64("large", 1ull << 40),
		PROPERTY_ENTRY_STRING("map", long_text),
		PROPERTY_ENTRY_BOOL("flag"),
		{ .name = NULL },
	};
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 0 };
	struct device *dev = make_plain(world, &desc, "p0", 0);
	const char *text;
	u64 large;
	u32 number;

	sim_device_set_properties(world, dev, properties);
	/* The device has copies. */
	memset(properties, 0, sizeof(properties));
	ktest_assert_int_equal(device_property_read_u32(dev, "number", &number), 0);
	ktest_assert_int_equal(number, 7);
	ktest_assert_int_equal(device_property_read_u64(dev, "large", &large), 0);
	ktest_assert_u64_equal(large, 1ull << 40);
	ktest_assert_int_equal(device_property_read_string(dev, "map", &text), 0);
	ktest_assert_string_equal(text, long_text);
	ktest_assert_true(device_property_read_bool(dev, "flag"));
	ktest_assert_true(device_property_present(dev, "number"));
	ktest_assert_false(device_property_present(dev, "numbers"));
}

static void test_errors_are_those_of_a_software_node(void **state)
{
	const struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("number", 7),
		PROPERTY_ENTRY_BOOL("flag"),
		{ .name = NULL },
	};
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 0 };
	struct device *dev = make_plain(world, &desc, "p0", 0);
	const char *text;
	u64 large;
	u32 number;

	ktest_assert_int_equal(device_property_read_u32(dev, "number", &number), -EINVAL);
	ktest_assert_false(device_property_read_bool(dev, "flag"));
	sim_device_set_properties(world, dev, properties);
	ktest_assert_int_equal(device_property_read_u32(dev, "other", &number), -EINVAL);
	ktest_assert_int_equal(device_property_read_u64(dev, "number", &large), -EOVERFLOW);
	ktest_assert_int_equal(device_property_read_u32(dev, "flag", &number), -ENODATA);
	ktest_assert_int_equal(device_property_read_string(dev, "flag", &text), -ENODATA);
	sim_device_set_properties(world, dev, NULL);
	ktest_assert_false(device_property_present(dev, "number"));
}

static const struct ktest tests[] = {
	KTEST(test_errors_are_those_of_a_software_node),
	KTEST(test_values_are_read_by_name),
};
KTEST_MAIN(tests)
