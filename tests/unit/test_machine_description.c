/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_fixture.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

static void test_defaults_are_the_stated_ones(void **state)
{
	struct svmsim_machine machine = {
		.device_count = 3,
		.device = { { .name = "d0" },
			    { .name = "p0", .non_pci = true },
			    { .name = "d1", .iommu = "identity" } },
	};
	struct svmsim_machine again;
	char message[128];

	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)), 0);
	ktest_assert_string_equal(message, "");
	ktest_assert_int_equal(machine.node_count, 1);
	ktest_assert_u64_equal(machine.node[0].ram_bytes, 256 * MIB);
	ktest_assert_int_equal(machine.node[0].cpu_count, 1);
	ktest_assert_string_equal(machine.kernel, "v7.0");
	ktest_assert_int_equal(machine.width_bits, 40);
	ktest_assert_u64_equal(machine.seed, 1);
	ktest_assert_int_equal(machine.iotlb_sets, 64);
	ktest_assert_int_equal(machine.iotlb_ways, 4);
	ktest_assert_int_equal(machine.fill, 0xa5);
	ktest_assert_int_equal(machine.thp_madvise, 1 << 9);
	ktest_assert_int_equal(machine.thp_always, 0);
	ktest_assert_int_equal(machine.node[0].distance[0], 10);
	ktest_assert_string_equal(machine.device[0].iommu, "generic-pt");
	ktest_assert_string_equal(machine.device[0].fmt, "vtdss");
	ktest_assert_int_equal(machine.device[0].mask_bits, 48);
	ktest_assert_u64_equal(machine.device[0].start_pfn, 1);
	ktest_assert_string_equal(machine.device[0].pci_address, "0000:03:00.0");
	ktest_assert_string_equal(machine.device[1].pci_address, "");
	ktest_assert_string_equal(machine.device[2].pci_address, "0000:04:00.0");
	ktest_assert_string_equal(machine.device[2].fmt, "");
	/* Filling in twice changes nothing. */
	again = machine;
	ktest_assert_int_equal(svmsim_machine_defaults(&again, message, sizeof(message)), 0);
	ktest_assert_memory_equal(&again, &machine, sizeof(machine));
}

static void test_distances_are_those_of_the_other_way(void **state)
{
	struct svmsim_machine machine = {
		.node_count = 3,
		.node = { { .distance = { 0, 40 } } },
	};

	ktest_assert_int_equal(svmsim_machine_defaults(&machine, NULL, 0), 0);
	ktest_assert_int_equal(machine.node[0].distance[0], 10);
	ktest_assert_int_equal(machine.node[0].distance[1], 40);
	ktest_assert_int_equal(machine.node[1].distance[0], 40);
	ktest_assert_int_equal(machine.node[1].distance[2], 20);
	ktest_assert_int_equal(machine.node[2].distance[3], 0);
}

static void test_addresses_pass_over_those_given(void **state)
{
	struct svmsim_machine machine = {
		.device_count = 4,
		.device = { { .name = "a" },
			    { .name = "b", .pci_address = "0000:03:00.0" },
			    { .name = "c", .pci_address = "05:00.0" },
			    { .name = "d" } },
	};

	ktest_assert_int_equal(svmsim_machine_defaults(&machine, NULL, 0), 0);
	ktest_assert_string_equal(machine.device[0].pci_address, "0000:04:00.0");
	ktest_assert_string_equal(machine.device[3].pci_address, "0000:06:00.0");
}

struct row {
	struct svmsim_machine machine;
	const char *message;
};

#define DEVICE(...) { .device_count = 1, .device = { { .name = "d0", __VA_ARGS__ } } }

static const struct row rows[] = {
	{ { .node_count = 9 }, "node_count: 9 is too many, at most 8" },
	{ { .node = { { .ram_bytes = 1 * MIB + 1 } } },
	  "node[0].ram_bytes: 1048577 is no multiple of 4096, use 1052672" },
	{ { .node = { { .ram_bytes = 4096 } } },
	  "node[0].ram_bytes: 4096 is too little, use 1048576" },
	{ { .node = { { .cpu_count = 65 } } },
	  "node[0].cpu_count: 65 makes more than 64 CPUs in all" },
	{ { .node_count = 2, .node = { { .cpu_count = 40 }, { .cpu_count = 25 } } },
	  "node[1].cpu_count: 25 makes more than 64 CPUs in all" },
	{ { .node = { { .ram_bytes = 4 * GIB } }, .width_bits = 32 },
	  "node[0].ram_bytes: 4294967296 does not fit into width_bits 32, where RAM begins at "
	  "16 MiB and leaves out 3 to 4 GiB" },
	{ { .node_count = 2, .node = { { .ram_bytes = 1 * MIB }, { .ram_bytes = ~0xfffull } } },
	  "node[1].ram_bytes: 18446744073709547520 does not fit into width_bits 40, where RAM "
	  "begins at 16 MiB and leaves out 3 to 4 GiB" },
	{ { .node = { { .distance = { 11 } } } }, "node[0].distance[0]: 11, it is 10 to itself" },
	{ { .node = { { .distance = { 0, 20 } } } },
	  "node[0].distance[1]: there is no node 1" },
	{ { .node_count = 2, .node = { { .distance = { 10, 10 } } } },
	  "node[0].distance[1]: 10 is out of range, 11 to 254" },
	{ { .swap_bytes = 4095 },
	  "swap_bytes: 4095 is no multiple of 4096 up to 1099511627776" },
	{ { .thp_always = 1u << 10 },
	  "thp_always: 0x400 has orders that are not within 2 to 9" },
	{ { .thp_madvise = 1u << 1 },
	  "thp_madvise: 0x2 has orders that are not within 2 to 9" },
	{ { .thp_always = 1u << 9, .thp_never = true },
	  "thp_never: thp_always asks for large folios, drop one of them" },
	{ { .content = (enum svmsim_content)2 }, "content: 2 is neither tag nor full" },
	{ { .width_bits = 31 }, "width_bits: 31 is out of range, 32 to 41" },
	{ { .width_bits = 42 }, "width_bits: 42 is out of range, 32 to 41" },
	{ { .kernel = "v7.4" }, "kernel: \"v7.4\" is unknown, use \"v7.0\"" },
	{ { .iotlb_sets = 48 }, "iotlb_sets: 48 is no power of two, use 64" },
	{ { .iotlb_sets = 8192 }, "iotlb_sets: 8192 is too many, at most 4096" },
	{ { .iotlb_ways = 17 }, "iotlb_ways: 17 is too many, at most 16" },
	{ { .device_count = 17 }, "device_count: 17 is too many, at most 16" },
	{ { .device_count = 1 },
	  "device[0].name: \"\" must be a letter followed by letters and digits, as in \"d0\"" },
	{ { .device_count = 1, .device = { { .name = "0d" } } },
	  "device[0].name: \"0d\" must be a letter followed by letters and digits, as in \"d0\"" },
	{ { .device_count = 1, .device = { { .name = "ram" } } },
	  "device[0].name: \"ram\" is another actor, use \"d0\"" },
	{ { .device_count = 2, .device = { { .name = "x" }, { .name = "x" } } },
	  "device[1].name: \"x\" is device[0] already" },
	{ DEVICE(.iommu = "generc-pt"),
	  "device[0].iommu: \"generc-pt\" is unknown, did you mean \"generic-pt\"?" },
	{ DEVICE(.iommu = "arm"),
	  "device[0].iommu: \"arm\" is unknown, did you mean \"arm-lpae\"?" },
	{ DEVICE(.fmt = "vtds"), "device[0].fmt: \"vtds\" is unknown, did you mean \"vtdss\"?" },
	{ DEVICE(.iommu = "arm-lpae", .fmt = "vtdss"),
	  "device[0].fmt: iommu \"arm-lpae\" can't use \"vtdss\", its own is \"arm-lpae\"" },
	{ DEVICE(.iommu = "amd-legacy", .fmt = "vtdss"),
	  "device[0].fmt: iommu \"amd-legacy\" can't use \"vtdss\", its own is \"amdv1\"" },
	{ DEVICE(.iommu = "amd"),
	  "device[0].iommu: \"amd\" is unknown, did you mean \"amd-legacy\"?" },
	{ DEVICE(.iommu = "mok"), "device[0].iommu: \"mok\" is unknown, did you mean \"mock\"?" },
	{ DEVICE(.iommu = "none", .fmt = "amdv1"),
	  "device[0].fmt: iommu \"none\" has no page tables, leave it empty" },
	{ DEVICE(.iommu = "identity", .fmt = "vtdss"),
	  "device[0].fmt: iommu \"identity\" has no page tables, leave it empty" },
	{ DEVICE(.mask_bits = 11), "device[0].mask_bits: 11 is out of range, 12 to 64" },
	{ DEVICE(.mask_bits = 65), "device[0].mask_bits: 65 is out of range, 12 to 64" },
	{ DEVICE(.mask_bits = 20, .start_pfn = 256),
	  "device[0].start_pfn: 0x100 lies beyond mask_bits 20, at most 0xff" },
	/* The granule counts: 2 KiB. */
	{ DEVICE(.iommu = "mock", .mask_bits = 20, .start_pfn = 512),
	  "device[0].start_pfn: 0x200 lies beyond mask_bits 20, at most 0x1ff" },
	{ DEVICE(.non_pci = true, .untrusted = true),
	  "device[0].untrusted: only a PCI function can be, drop non_pci or untrusted" },
	{ DEVICE(.non_pci = true, .pci_address = "0000:03:00.0"),
	  "device[0].pci_address: a device with non_pci has none, leave it empty" },
	{ DEVICE(.pci_address = "3:0.0"),
	  "device[0].pci_address: \"3:0.0\" is no address, write it as \"0000:03:00.0\"" },
	{ DEVICE(.pci_address = "00:1c.0"),
	  "device[0].pci_address: \"00:1c.0\" is where root ports are, use 00:00.0 to 00:1b.7 or "
	  "another bus" },
	{ { .device_count = 2,
	    .device = { { .name = "a", .pci_address = "0000:03:00.0" },
			{ .name = "b", .pci_address = "03:00.0" } } },
	  "device[1].pci_address: \"03:00.0\" is device[0] already" },
	{ DEVICE(.pci_address = "0123456789abcdef0123456789abcdef"),
	  "device[0].pci_address: too long, at most 31 characters" },
};

static void test_each_mistake_has_its_line(void **state)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_machine machine = rows[i].machine;
		struct svmsim_world *world = NULL;
		char message[256], again[256];

		ktest_context("row %u: %s", i, rows[i].message);
		ktest_assert_int_equal(
			svmsim_machine_defaults(&machine, message, sizeof(message)), -EINVAL);
		ktest_assert_string_equal(message, rows[i].message);
		ktest_assert_int_equal(svmsim_world_create(&rows[i].machine, NULL, &world, again,
							   sizeof(again)),
				       -EINVAL);
		ktest_assert_null(world);
		ktest_assert_string_equal(again, rows[i].message);
	}
}

static void test_extremes_are_accepted(void **state)
{
	struct svmsim_machine machine = {
		.node_count = 8,
		.width_bits = 41,
		.iotlb_sets = 4096,
		.iotlb_ways = 16,
		.fill = 0xff,
		.device_count = 16,
	};
	struct svmsim_world *world;

	for (int i = 0; i < 8; i++)
		machine.node[i] = (struct svmsim_node){ .ram_bytes = 200 * GIB, .cpu_count = 8 };
	for (int i = 0; i < 16; i++) {
		machine.device[i].name[0] = 'a' + i;
		machine.device[i].mask_bits = i ? 64 : 12;
		machine.device[i].start_pfn = i ? 7 : 0;
	}
	/* The smallest mask has room for no page but page 0. */
	machine.device[0].mask_bits = 13;
	world = machine_world(&machine);
	ktest_assert_int_equal(svmsim_device_find(world, "p"), 15);
	ktest_world_drop(world);
	world = machine_world(&(struct svmsim_machine){ .width_bits = 32 });
	ktest_assert_int_equal(svmsim_device_find(world, "p"), -ENODEV);
}

static void test_missing_arguments_are_refused(void **state)
{
	struct svmsim_machine machine = { .device_count = 0 };
	struct svmsim_world *world = NULL;
	char message[64], tiny[4];

	ktest_assert_int_equal(svmsim_world_create(NULL, NULL, &world, message, sizeof(message)),
			       -EINVAL);
	ktest_assert_string_equal(message, "the machine description is missing");
	ktest_assert_int_equal(svmsim_world_create(&machine, NULL, NULL, message, sizeof(message)),
			       -EINVAL);
	machine.width_bits = 5;
	ktest_assert_int_equal(svmsim_world_create(&machine, NULL, &world, NULL, 0), -EINVAL);
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, tiny, sizeof(tiny)), -EINVAL);
	ktest_assert_string_equal(tiny, "wid");
	svmsim_world_destroy(NULL);
}

static void test_names_of_profiles_and_formats(void **state)
{
	unsigned int profiles = 0, formats = 0;

	while (svmsim_profile_name(profiles))
		profiles++;
	while (svmsim_format_name(formats))
		formats++;
	ktest_assert_int_equal(profiles, 8);
	ktest_assert_int_equal(formats, 5);
	ktest_assert_string_equal(svmsim_profile_name(0), "generic-pt");
}

static const struct ktest tests[] = {
	KTEST(test_distances_are_those_of_the_other_way),
	KTEST(test_addresses_pass_over_those_given),
	KTEST(test_defaults_are_the_stated_ones),
	KTEST(test_each_mistake_has_its_line),
	KTEST(test_extremes_are_accepted),
	KTEST(test_missing_arguments_are_refused),
	KTEST(test_names_of_profiles_and_formats),
};
KTEST_MAIN(tests)
