/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Lazy invalidation as a program sees it: one field of the description, and the clock. */
#include "machine_fixture.h"

static struct svmsim_world *make(const char *iommu, bool lazy)
{
	struct svmsim_machine machine = {
		.device_count = 1,
		.device = { { .name = "d0", .lazy = lazy } },
	};

	strscpy(machine.device[0].iommu, iommu);
	return machine_world(&machine);
}

static struct svmsim_mapping *make_mapping(struct svmsim_world *world, struct svmsim_ram *ram)
{
	struct svmsim_mapping *mapping = NULL;

	ktest_assert_int_equal(svmsim_map(world, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL, &mapping), 0);
	return mapping;
}

static void test_device_reads_through_until_the_clock_moves(void **state)
{
	struct svmsim_world *world = make("generic-pt", true);
	struct svmsim_ram *ram = make_ram(world, 1, false, 0);
	struct svmsim_mapping *mapping = make_mapping(world, ram);
	uint64_t address = svmsim_mapping_address(mapping);
	uint8_t byte;

	ktest_assert_int_equal(svmsim_device_read(world, 0, address, &byte, 1), 0);
	ktest_assert_int_equal(svmsim_unmap(mapping), 0);
	ktest_assert_int_equal(svmsim_device_read(world, 0, address, &byte, 1), 0);
	svmsim_world_advance(world, 10000000);
	ktest_assert_int_equal(svmsim_device_read(world, 0, address, &byte, 1), -EFAULT);
	ktest_expect_report(world, "iotlb-stale", 1);
	ktest_expect_report(world, "io-page-fault", 1);
	svmsim_ram_free(ram, 0, 0);
}

static void test_strict_is_the_default(void **state)
{
	struct svmsim_world *world = make("generic-pt", false);
	struct svmsim_ram *ram = make_ram(world, 1, false, 0);
	struct svmsim_mapping *mapping = make_mapping(world, ram);
	uint8_t byte;

	ktest_assert_int_equal(
		svmsim_device_read(world, 0, svmsim_mapping_address(mapping), &byte, 1), 0);
	ktest_assert_int_equal(svmsim_unmap(mapping), 0);
	ktest_assert_int_equal(
		svmsim_device_read(world, 0, svmsim_mapping_address(mapping), &byte, 1), -EFAULT);
	ktest_expect_report(world, "io-page-fault", 1);
	svmsim_ram_free(ram, 0, 0);
}

/* All profiles take the field; those that can't be lazy stay as they are. */
static void test_every_profile_accepts_the_field(void **state)
{
	for (unsigned int i = 0; svmsim_profile_name(i); i++) {
		struct svmsim_world *world = make(svmsim_profile_name(i), true);
		struct svmsim_ram *ram = make_ram(world, 1, false, 0);

		ktest_assert_int_equal(svmsim_unmap(make_mapping(world, ram)), 0);
		svmsim_ram_free(ram, 0, 0);
		svmsim_world_advance(world, 10000000);
		svmsim_world_finish(world);
		ktest_assert_int_equal(svmsim_report_count(world), 0);
	}
}

static void run_a_little(struct svmsim_world *world)
{
	struct svmsim_ram *ram = make_ram(world, 4, true, 0);

	for (unsigned int i = 0; i < 300; i++) {
		svmsim_world_action(world, "d0", "map");
		ktest_assert_int_equal(svmsim_unmap(make_mapping(world, ram)), 0);
	}
	svmsim_world_advance(world, 10000000);
	svmsim_ram_free(ram, 0, 3);
	svmsim_world_finish(world);
}

static void test_reset_gives_the_same_run(void **state)
{
	struct svmsim_world *world = make("generic-pt", true);
	uint64_t digest;

	run_a_little(world);
	digest = svmsim_world_digest(world);
	svmsim_world_reset(world);
	run_a_little(world);
	ktest_assert_u64_equal(svmsim_world_digest(world), digest);
	/* Left in the middle, with entries that wait. */
	svmsim_world_reset(world);
	ktest_assert_int_equal(svmsim_unmap(make_mapping(world, make_ram(world, 1, false, 0))), 0);
	svmsim_world_reset(world);
	run_a_little(world);
	ktest_assert_u64_equal(svmsim_world_digest(world), digest);
}

static const struct ktest tests[] = {
	KTEST(test_device_reads_through_until_the_clock_moves),
	KTEST(test_strict_is_the_default),
	KTEST(test_every_profile_accepts_the_field),
	KTEST(test_reset_gives_the_same_run),
};
KTEST_MAIN(tests)
