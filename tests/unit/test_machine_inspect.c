/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_fixture.h"

static void test_iova_ranges_show_windows_and_reservations(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_iova_range ranges[8];
	struct svmsim_window *window;
	long count, reserved;

	reserved = svmsim_walk_iova(world, 0, ranges, 8);
	ktest_assert_in_range(reserved, 1, 8);
	for (long i = 0; i < reserved; i++)
		ktest_assert_true(ranges[i].reserved);
	/* The window of the host bridge is no place for IOVA. */
	ktest_assert_u64_equal(ranges[0].iova, 0xe0000000);
	ktest_assert_u64_equal(ranges[0].bytes, 0x1ec00000);

	window = make_window(world, 512);
	ktest_assert_u64_equal(svmsim_window_iova(window), 0xffe00000);
	count = svmsim_walk_iova(world, 0, ranges, 8);
	ktest_assert_int_equal(count, reserved + 1);
	ktest_assert_u64_equal(ranges[count - 1].iova, 0xffe00000);
	ktest_assert_u64_equal(ranges[count - 1].bytes, 512 * 4096);
	ktest_assert_false(ranges[count - 1].reserved);
	ktest_assert_false(ranges[count - 1].cached);
	svmsim_window_free(window);
	ktest_assert_int_equal(svmsim_walk_iova(world, 0, NULL, 0), reserved);

	/* A small one stays in a magazine. */
	window = make_window(world, 1);
	svmsim_window_free(window);
	count = svmsim_walk_iova(world, 0, ranges, 8);
	ktest_assert_int_equal(count, reserved + 1);
	ktest_assert_true(ranges[count - 1].cached);
}

static void test_iotlb_shows_what_was_used(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 2, true, 0);
	struct svmsim_window *window = make_window(world, 2);
	struct svmsim_iotlb_entry entries[4];
	uint8_t byte;

	svmsim_window_link(window, 0, ram, 0, 1, SVMSIM_TO_DEVICE, true);
	svmsim_window_sync(window, 0, PAGES(2));
	ktest_assert_int_equal(svmsim_walk_iotlb(world, 0, entries, 4), 0);
	svmsim_device_read(world, 0, svmsim_window_iova(window) + 4096, &byte, 1);
	ktest_assert_int_equal(svmsim_walk_iotlb(world, 0, entries, 4), 1);
	ktest_assert_u64_equal(entries[0].iova, svmsim_window_iova(window) + 4096);
	ktest_assert_u64_equal(entries[0].phys, svmsim_ram_phys(ram, 1));
	ktest_assert_u64_equal(entries[0].bytes, 4096);
	ktest_assert_true(entries[0].read);
	ktest_assert_false(entries[0].write);
	svmsim_window_destroy(window, PAGES(2), SVMSIM_TO_DEVICE);
	ktest_assert_int_equal(svmsim_walk_iotlb(world, 0, entries, 4), 0);
}

static void test_records_beyond_max_are_counted_only(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 5, false, 0);
	struct svmsim_window *window = make_window(world, 5);
	struct svmsim_pte ptes[3] = { { .iova = 0 } };

	svmsim_window_link(window, 0, ram, 0, 4, SVMSIM_FROM_DEVICE, true);
	ktest_assert_int_equal(svmsim_walk_pt(world, 0, ptes, 2), 5);
	ktest_assert_u64_equal(ptes[1].phys, svmsim_ram_phys(ram, 1));
	ktest_assert_false(ptes[1].read);
	ktest_assert_true(ptes[1].write);
	ktest_assert_u64_equal(ptes[2].phys, 0);
	svmsim_window_destroy(window, PAGES(5), SVMSIM_FROM_DEVICE);
}

static void test_devices_without_tables_and_without_existence(void **state)
{
	static const char *const profiles[] = { "identity", "none" };

	for (unsigned int i = 0; i < 2; i++) {
		struct svmsim_world *world = machine_world_of(profiles[i]);

		ktest_context("%s", profiles[i]);
		ktest_assert_int_equal(svmsim_walk_pt(world, 0, NULL, 0), 0);
		ktest_assert_int_equal(svmsim_walk_iova(world, 0, NULL, 0), 0);
		ktest_assert_int_equal(svmsim_walk_iotlb(world, 0, NULL, 0), 0);
		for (int device = -1; device < 2; device += 2) {
			ktest_assert_int_equal(svmsim_walk_pt(world, device, NULL, 0), -ENODEV);
			ktest_assert_int_equal(svmsim_walk_iova(world, device, NULL, 0), -ENODEV);
			ktest_assert_int_equal(svmsim_walk_iotlb(world, device, NULL, 0), -ENODEV);
		}
		ktest_world_drop(world);
	}
}

static void test_looking_changes_nothing(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_window *window = make_window(world, 4);
	struct svmsim_iova_range ranges[4];
	uint64_t digest = svmsim_world_digest(world);

	svmsim_walk_pt(world, 0, NULL, 0);
	svmsim_walk_iova(world, 0, ranges, 4);
	svmsim_walk_iotlb(world, 0, NULL, 0);
	ktest_assert_u64_equal(svmsim_world_digest(world), digest);
	svmsim_window_free(window);
}

static const struct ktest tests[] = {
	KTEST(test_devices_without_tables_and_without_existence),
	KTEST(test_iotlb_shows_what_was_used),
	KTEST(test_iova_ranges_show_windows_and_reservations),
	KTEST(test_looking_changes_nothing),
	KTEST(test_records_beyond_max_are_counted_only),
};
KTEST_MAIN(tests)
