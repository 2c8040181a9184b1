/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_fixture.h"

static void test_pattern_tells_pages_places_and_patterns_apart(void **state)
{
	unsigned int same_place = 0, same_page = 0, same_pattern = 0;

	for (unsigned int i = 0; i < 4096; i++) {
		same_place += svmsim_pattern_byte(3, 5, i) == svmsim_pattern_byte(3, 5, i ^ 8);
		same_page += svmsim_pattern_byte(3, 5, i) == svmsim_pattern_byte(3, 6, i);
		same_pattern += svmsim_pattern_byte(3, 5, i) == svmsim_pattern_byte(4, 5, i);
	}
	/* One in 256 is equal by chance. */
	ktest_assert_in_range(same_place, 0, 40);
	ktest_assert_in_range(same_page, 0, 40);
	ktest_assert_in_range(same_pattern, 0, 40);
	/* Scenarios of two builds, or two releases, must agree. */
	ktest_assert_int_equal(svmsim_pattern_byte(0, 0, 0), 0xb6);
	ktest_assert_int_equal(svmsim_pattern_byte(7, 1, 4095), 0x6);
}

static void test_patterns_go_on_over_pieces(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 60, true, 0);
	struct svmsim_mapping *mapping;
	uint64_t address;
	uint8_t byte;

	ktest_assert_int_equal(svmsim_map(world, 0, ram, 0, 59, SVMSIM_BIDIRECTIONAL, &mapping), 0);
	address = svmsim_mapping_address(mapping);
	svmsim_ram_fill(ram, 0, 59, 5);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, PAGES(60), 5), 0);
	/* One wrong byte near the end, and one of the right page but the wrong place. */
	byte = svmsim_pattern_byte(5, 59, 99) + 1;
	sim_phys_write(world, svmsim_ram_phys(ram, 59) + 99, &byte, 1);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, PAGES(60), 5), -EIO);
	ktest_assert_string_contains(svmsim_last_error(world), "d0: byte 241763 is 0x");
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, PAGES(59), 5), 0);
	/* From the middle of a page on, the pattern begins there. */
	ktest_assert_int_equal(svmsim_device_fill(world, 0, address + 1000, 200000, 6), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address + 1000, 200000, 6), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, 1000, 5), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address + 1000 + PAGES(3), 4096, 6),
			       -EIO);
	svmsim_unmap(mapping);
}

static void test_window_carries_bytes(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };

	for (unsigned int i = 0; i < 3; i++) {
		struct svmsim_world *world = machine_world_of(profiles[i]);
		struct svmsim_ram *ram = make_ram(world, 8, false, 0);
		struct svmsim_window *window = make_window(world, 8);
		uint64_t iova = svmsim_window_iova(window);

		ktest_context("%s", profiles[i]);
		ktest_assert_u64_equal(svmsim_window_bytes(window), PAGES(8));
		ktest_assert_u64_not_equal(iova, 0);
		ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 7,
							  SVMSIM_BIDIRECTIONAL, false), 0);
		ktest_assert_int_equal(svmsim_window_sync(window, 0, PAGES(8)), 0);
		ktest_assert_int_equal(svmsim_ram_fill(ram, 0, 7, 11), 0);
		ktest_assert_int_equal(svmsim_device_check(world, 0, iova, PAGES(8), 11), 0);
		ktest_assert_int_equal(svmsim_device_fill(world, 0, iova, PAGES(8), 12), 0);
		ktest_assert_int_equal(svmsim_ram_check(ram, 0, 7, 12), 0);
		ktest_assert_int_equal(svmsim_ram_check(ram, 0, 7, 11), -EIO);
		ktest_assert_int_equal(svmsim_device_check(world, 0, iova, PAGES(8), 11), -EIO);
		ktest_assert_string_contains(svmsim_last_error(world), "d0: byte 0 is 0x");
		/* A pattern counts its pages from the start of its range. */
		ktest_assert_int_equal(svmsim_ram_check(ram, 1, 7, 12), -EIO);
		ktest_assert_int_equal(svmsim_window_destroy(window, PAGES(8),
							     SVMSIM_BIDIRECTIONAL), 0);
		ktest_world_drop(world);
	}
}

static void test_link_by_page_and_by_run_reach_the_same(void **state)
{
	for (int each_page = 0; each_page < 2; each_page++) {
		struct svmsim_world *world = machine_world_of("generic-pt");
		struct svmsim_ram *ram = make_ram(world, 600, true, 2 << 20);
		struct svmsim_window *window = make_window(world, 600);
		struct svmsim_pte ptes[600];
		uint64_t links;
		long count;

		ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 599,
							  SVMSIM_TO_DEVICE, each_page), 0);
		svmsim_window_sync(window, 0, PAGES(600));
		svmsim_counter(world, "iommu:map", &links);
		ktest_assert_u64_equal(links, each_page ? 600 : 1);
		count = svmsim_walk_pt(world, 0, ptes, 600);
		ktest_assert_int_equal(count, each_page ? 600 : 1 + 88);
		ktest_assert_u64_equal(ptes[0].bytes, each_page ? 4096 : 2 << 20);
		ktest_assert_u64_equal(ptes[count - 1].phys, svmsim_ram_phys(ram, 599));
		ktest_assert_u64_equal(ptes[count - 1].iova,
				       svmsim_window_iova(window) + PAGES(599));
		ktest_assert_true(ptes[0].read);
		ktest_assert_false(ptes[0].write);
		svmsim_window_destroy(window, PAGES(600), SVMSIM_TO_DEVICE);
		ktest_world_drop(world);
	}
}

static void test_runs_are_found_in_mixed_memory(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 5, false, 0);
	struct svmsim_window *window = make_window(world, 5);
	uint64_t links;

	/* No two successive pages are neighbours, so each is a run. */
	ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 4, SVMSIM_TO_DEVICE, false),
			       0);
	svmsim_counter(world, "iommu:map", &links);
	ktest_assert_u64_equal(links, 5);
	svmsim_window_unlink(window, 0, PAGES(5), SVMSIM_TO_DEVICE);
	ktest_assert_int_equal(svmsim_walk_pt(world, 0, NULL, 0), 0);
	svmsim_window_free(window);
}

static void test_hole_is_reported_and_holes_destroy_is_clean(void **state)
{
	for (int with_holes = 0; with_holes < 2; with_holes++) {
		struct svmsim_world *world = machine_world_of("generic-pt");
		struct svmsim_ram *ram = make_ram(world, 6, false, 0);
		struct svmsim_window *window = make_window(world, 8);

		svmsim_world_action(world, "d0", "link");
		svmsim_window_link(window, 0, ram, 0, 1, SVMSIM_BIDIRECTIONAL, false);
		svmsim_window_link(window, PAGES(4), ram, 2, 5, SVMSIM_BIDIRECTIONAL, false);
		svmsim_window_sync(window, 0, PAGES(8));
		svmsim_world_action(world, "d0", "destroy");
		if (with_holes) {
			svmsim_window_destroy_holes(window, SVMSIM_BIDIRECTIONAL);
			ktest_assert_int_equal(svmsim_walk_pt(world, 0, NULL, 0), 0);
			ktest_assert_int_equal(svmsim_finding_count(world), 0);
		} else {
			svmsim_window_destroy(window, PAGES(8), SVMSIM_BIDIRECTIONAL);
			ktest_assert_int_equal(svmsim_walk_pt(world, 0, NULL, 0), 4);
			ktest_expect_report(world, "iommu-unmap-hole", 1);
		}
		ktest_world_drop(world);
	}
}

static void test_streaming_map(void **state)
{
	static const char *const profiles[] = { "generic-pt", "identity", "none", "amd-legacy",
						"mock", "mock-huge" };

	for (unsigned int i = 0; i < 6; i++) {
		struct svmsim_world *world = machine_world_of(profiles[i]);
		struct svmsim_ram *ram = make_ram(world, 4, true, 0);
		struct svmsim_ram *scattered = make_ram(world, 2, false, 0);
		struct svmsim_mapping *mapping = NULL;
		uint8_t bytes[3] = { 1, 2, 3 };
		uint64_t address;

		ktest_context("%s", profiles[i]);
		ktest_assert_int_equal(svmsim_map(world, 0, scattered, 0, 1, SVMSIM_TO_DEVICE,
						  &mapping), -EINVAL);
		ktest_assert_int_equal(svmsim_map(world, 0, ram, 0, 3, SVMSIM_NONE, &mapping),
				       -EINVAL);
		ktest_assert_null(mapping);
		ktest_assert_int_equal(svmsim_map(world, 0, ram, 1, 3, SVMSIM_FROM_DEVICE,
						  &mapping), 0);
		address = svmsim_mapping_address(mapping);
		ktest_assert_u64_equal(svmsim_mapping_bytes(mapping), PAGES(3));
		if (i == 1 || i == 2)
			ktest_assert_u64_equal(address, svmsim_ram_phys(ram, 1));
		ktest_assert_int_equal(svmsim_device_write(world, 0, address + 4095, bytes, 3), 0);
		ktest_assert_int_equal(svmsim_unmap(mapping), 0);
		ktest_assert_u64_equal(svmsim_mapping_address(mapping), address);
		sim_phys_read(world, svmsim_ram_phys(ram, 1) + 4095, bytes, 2);
		ktest_assert_int_equal(bytes[0], 1);
		ktest_assert_int_equal(bytes[1], 2);
		ktest_world_drop(world);
	}
}

static void test_faults_say_efault_and_keep_what_went_before(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 2, true, 0);
	struct svmsim_window *window = make_window(world, 2);
	uint64_t iova = svmsim_window_iova(window);
	uint8_t bytes[8192];

	svmsim_window_link(window, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL, true);
	svmsim_window_sync(window, 0, PAGES(1));
	ktest_assert_int_equal(svmsim_device_fill(world, 0, iova, PAGES(2), 1), -EFAULT);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, 0, 1), 0);
	ktest_assert_int_equal(svmsim_device_read(world, 0, iova, bytes, 8192), -EFAULT);
	ktest_assert_int_equal(bytes[4095], svmsim_pattern_byte(1, 0, 4095));
	ktest_assert_int_equal(svmsim_device_read(world, 0, ~0ull - 7, bytes, 9), -EINVAL);
	ktest_assert_int_equal(svmsim_device_read(world, 0, iova, bytes, 0), -EINVAL);
	ktest_expect_report(world, "io-page-fault", 2);
	svmsim_window_destroy(window, PAGES(1), SVMSIM_BIDIRECTIONAL);
}

static void check_unused_window(const char *profile)
{
	struct svmsim_world *world = machine_world_of(profile);
	struct svmsim_ram *ram = make_ram(world, 1, true, 0);
	struct svmsim_window *window = NULL;

	ktest_assert_int_equal(svmsim_window_alloc(world, 0, PAGES(1), &window), -EOPNOTSUPP);
	ktest_assert_non_null(window);
	ktest_assert_u64_equal(svmsim_window_iova(window), 0);
	ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 0, SVMSIM_TO_DEVICE, true),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_window_sync(window, 0, PAGES(1)), -EINVAL);
	ktest_assert_int_equal(svmsim_window_unlink(window, 0, PAGES(1), SVMSIM_TO_DEVICE),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_window_free(window), -EINVAL);
	ktest_assert_int_equal(svmsim_window_destroy(window, 0, SVMSIM_TO_DEVICE), -EINVAL);
	ktest_assert_int_equal(svmsim_window_destroy_holes(window, SVMSIM_TO_DEVICE), -EINVAL);
	window = NULL;
	ktest_assert_int_equal(svmsim_window_alloc(world, 1, PAGES(1), &window), -EINVAL);
	ktest_assert_int_equal(svmsim_window_alloc(world, -1, PAGES(1), &window), -EINVAL);
	ktest_assert_null(window);
}

static void test_unused_window(void **state)
{
	check_unused_window("identity");
	check_unused_window("none");
}

static void test_ram_arguments_are_checked(void **state)
{
	struct svmsim_machine machine = { .node = { { .ram_bytes = 1 << 20 } } };
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = NULL;
	uint64_t digest;

	ktest_assert_int_equal(svmsim_ram_alloc(world, 0, false, 0, &ram), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_alloc(world, 1048577, true, 0, &ram), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_alloc(world, 1, true, 12288, &ram), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_alloc(world, 2, false, 8192, &ram), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_alloc(world, 257, true, 0, &ram), -ENOMEM);
	ktest_assert_int_equal(svmsim_ram_alloc(world, 257, false, 0, &ram), -ENOMEM);
	ktest_assert_string_contains(svmsim_last_error(world), "256 are in all");
	ktest_assert_null(ram);
	ktest_assert_u64_equal(sim_phys_free_pages(world), 256);
	ram = make_ram(world, 4, true, 0);
	digest = svmsim_world_digest(world);
	ktest_assert_int_equal(svmsim_ram_free(ram, 2, 1), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_free(ram, 0, 4), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_poison(ram, ~0ull, ~0ull), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_fill(ram, 4, 4, 0), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_check(ram, 4, 4, 0), -EINVAL);
	ktest_assert_u64_equal(svmsim_ram_phys(ram, 4), 0);
	/* What is refused at the edge is no event of the run. */
	ktest_assert_u64_equal(svmsim_world_digest(world), digest);
}

static void test_freed_pages_come_back_and_poison_shows(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 3, false, 0);
	uint8_t byte;

	ktest_assert_u64_equal(svmsim_ram_pages(ram), 3);
	ktest_assert_int_equal(svmsim_ram_poison(ram, 1, 1), 0);
	sim_phys_read(world, svmsim_ram_phys(ram, 1) + 77, &byte, 1);
	ktest_assert_int_equal(byte, 0xaa);
	ktest_assert_int_equal(svmsim_ram_free(ram, 0, 2), 0);
	ktest_assert_int_equal(svmsim_ram_free(ram, 1, 1), 0);
	ktest_assert_int_equal(ktest_report_count(world, "page-ref"), 1);
	ktest_expect_report(world, "page-ref", 1);
}

static void test_mask_limits_addresses(void **state)
{
	struct svmsim_machine machine = {
		.device_count = 2,
		.device = { { .name = "small", .mask_bits = 24 },
			    { .name = "wide", .mask_bits = 48, .forcedac = true } },
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_window *window;

	window = make_window(world, 1);
	ktest_assert_in_range(svmsim_window_iova(window), 4096, (1 << 24) - 1);
	svmsim_window_free(window);
	ktest_assert_int_equal(svmsim_window_alloc(world, 1, PAGES(1), &window), 0);
	ktest_assert_true(svmsim_window_iova(window) >= 1ull << 32);
	svmsim_window_free(window);
}

static const struct ktest tests[] = {
	KTEST(test_faults_say_efault_and_keep_what_went_before),
	KTEST(test_freed_pages_come_back_and_poison_shows),
	KTEST(test_hole_is_reported_and_holes_destroy_is_clean),
	KTEST(test_link_by_page_and_by_run_reach_the_same),
	KTEST(test_mask_limits_addresses),
	KTEST(test_pattern_tells_pages_places_and_patterns_apart),
	KTEST(test_patterns_go_on_over_pieces),
	KTEST(test_ram_arguments_are_checked),
	KTEST(test_runs_are_found_in_mixed_memory),
	KTEST(test_streaming_map),
	KTEST(test_unused_window),
	KTEST(test_window_carries_bytes),
};
KTEST_MAIN(tests)
