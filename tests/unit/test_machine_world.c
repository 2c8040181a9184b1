/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "machine_fixture.h"
#include <linux/device.h>
#include "device/sim_device.h"

/* A bit of everything, with a hole and a fault; ends with what it left behind. */
static uint64_t run(struct svmsim_world *world)
{
	struct svmsim_ram *ram, *block;
	struct svmsim_window *window, *lost;
	struct svmsim_mapping *mapping;

	svmsim_world_action(world, "ram", "alloc");
	ram = make_ram(world, 20, false, 0);
	block = make_ram(world, 600, true, 2 << 20);
	svmsim_world_action(world, "d0", "link");
	window = make_window(world, 30);
	lost = make_window(world, 3);
	svmsim_window_link(window, 0, ram, 0, 9, SVMSIM_BIDIRECTIONAL, true);
	svmsim_window_link(window, PAGES(12), ram, 10, 19, SVMSIM_BIDIRECTIONAL, false);
	svmsim_window_sync(window, 0, PAGES(30));
	svmsim_world_action(world, "d0", "map");
	ktest_assert_int_equal(svmsim_map(world, 0, block, 0, 599, SVMSIM_BIDIRECTIONAL, &mapping),
			       0);
	svmsim_device_fill(world, 0, svmsim_mapping_address(mapping), PAGES(600), 9);
	svmsim_device_fill(world, 0, svmsim_window_iova(window), PAGES(12), 3);
	svmsim_world_action(world, "d0", "destroy");
	svmsim_window_destroy(window, PAGES(30), SVMSIM_BIDIRECTIONAL);
	svmsim_ram_free(ram, 0, 3);
	ktest_assert_u64_not_equal(svmsim_window_iova(lost), 0);
	svmsim_world_finish(world);
	return svmsim_world_digest(world);
}

static void test_reset_runs_the_same_again(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };

	for (unsigned int i = 0; i < 3; i++) {
		struct svmsim_world *fresh = machine_world_of(profiles[i]);
		struct svmsim_world *world = machine_world_of(profiles[i]);
		uint64_t digest = run(fresh), start = svmsim_world_digest(world);
		unsigned int reports = svmsim_report_count(fresh);

		ktest_context("%s", profiles[i]);
		for (int round = 0; round < 4; round++) {
			ktest_assert_u64_equal(svmsim_world_digest(world), start);
			ktest_assert_u64_equal(run(world), digest);
			ktest_assert_int_equal(svmsim_report_count(world), reports);
			svmsim_world_reset(world);
			ktest_assert_int_equal(svmsim_report_count(world), 0);
			ktest_assert_u64_equal(svmsim_world_step(world), 0);
			ktest_assert_true(sim_phys_is_valid(world));
		}
		/* Findings are part of the run, and gone with it. */
		svmsim_world_reset(fresh);
	}
}

/* The C library's memory, counted. */
struct counting {
	const struct host_allocator *library;
	uint64_t live_bytes;
};

static void *counting_alloc(void *ctx, size_t bytes)
{
	struct counting *counting = ctx;

	counting->live_bytes += bytes;
	return counting->library->alloc(counting->library->ctx, bytes);
}

static void counting_free(void *ctx, void *ptr, size_t bytes)
{
	struct counting *counting = ctx;

	counting->live_bytes -= bytes;
	counting->library->free(counting->library->ctx, ptr, bytes);
}

static void test_reset_keeps_no_more_and_no_less(void **state)
{
	struct counting counting = { .library = host_default_allocator() };
	const struct svmsim_allocator allocator = {
		.alloc = counting_alloc,
		.free = counting_free,
		.ctx = &counting,
	};
	const struct svmsim_machine machine = { .device_count = 1,
						.device = { { .name = "d0" } } };
	struct svmsim_world *world;
	uint64_t live_bytes = 0;

	ktest_assert_int_equal(svmsim_world_create(&machine, &allocator, &world, NULL, 0), 0);
	for (int round = 0; round < 6; round++) {
		run(world);
		svmsim_world_reset(world);
		/* What the first runs made larger may stay. */
		if (round > 2)
			ktest_assert_u64_equal(counting.live_bytes, live_bytes);
		live_bytes = counting.live_bytes;
	}
	svmsim_world_destroy(world);
	ktest_assert_u64_equal(counting.live_bytes, 0);
}

static void test_reset_in_the_middle_forgets_all(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	uint64_t start = svmsim_world_digest(world);
	uint64_t free_pages = sim_phys_free_pages(world);
	struct svmsim_window *window;
	struct svmsim_ram *ram;

	for (int round = 0; round < 3; round++) {
		window = make_window(world, 600);
		ram = make_ram(world, 600, true, 0);
		svmsim_window_link(window, 0, ram, 0, 599, SVMSIM_BIDIRECTIONAL, true);
		svmsim_world_reset(world);
		ktest_assert_u64_equal(svmsim_world_digest(world), start);
		ktest_assert_u64_equal(sim_phys_free_pages(world), free_pages);
		ktest_assert_int_equal(svmsim_walk_pt(world, 0, NULL, 0), 0);
	}
}

static void test_finish_gives_back_what_the_model_made(void **state)
{
	struct svmsim_world *world = machine_world_of("arm-lpae");
	struct svmsim_ram *ram = make_ram(world, 3, false, 0);

	/* Memory that a driver keeps is none of the oracles' business, nor is the model's own. */
	ktest_assert_non_null(ram);
	svmsim_world_finish(world);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_u64_equal(sim_phys_free_pages(world), sim_phys_ram_pages(world) - 3);
}

static void unmap_late(void *data)
{
	struct svmsim_window *window = data;

	svmsim_window_destroy(window, PAGES(2), SVMSIM_TO_DEVICE);
}

static void test_drivers_leave_before_leaks_are_judged(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 2, true, 0);
	struct svmsim_window *window = make_window(world, 2);
	struct device *dev = sim_device_get(world, 0);

	svmsim_window_link(window, 0, ram, 0, 1, SVMSIM_TO_DEVICE, false);
	svmsim_window_sync(window, 0, PAGES(2));
	ktest_assert_int_equal(devm_add_action(dev, unmap_late, window), 0);
	svmsim_world_finish(world);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void test_worlds_are_independent(void **state)
{
	struct svmsim_world *a = machine_world_of("generic-pt");
	struct svmsim_world *b = machine_world_of("generic-pt");
	struct svmsim_window *wa = make_window(a, 4), *wb = make_window(b, 4);

	ktest_assert_u64_equal(svmsim_world_digest(a), svmsim_world_digest(b));
	ktest_assert_u64_equal(svmsim_window_iova(wa), svmsim_window_iova(wb));
	svmsim_window_free(wa);
	svmsim_window_free(wb);
	ktest_assert_u64_equal(svmsim_world_digest(a), svmsim_world_digest(b));
}

static void test_results_enter_the_digest(void **state)
{
	struct svmsim_world *a = machine_world_of("generic-pt");
	struct svmsim_world *b = machine_world_of("generic-pt");
	struct svmsim_ram *ra = make_ram(a, 1, true, 0), *rb = make_ram(b, 1, true, 0);

	svmsim_ram_fill(ra, 0, 0, 1);
	svmsim_ram_fill(rb, 0, 0, 2);
	svmsim_ram_check(ra, 0, 0, 1);
	svmsim_ram_check(rb, 0, 0, 1);
	ktest_assert_u64_not_equal(svmsim_world_digest(a), svmsim_world_digest(b));
}

static const struct ktest tests[] = {
	KTEST(test_drivers_leave_before_leaks_are_judged),
	KTEST(test_finish_gives_back_what_the_model_made),
	KTEST(test_reset_in_the_middle_forgets_all),
	KTEST(test_reset_keeps_no_more_and_no_less),
	KTEST(test_reset_runs_the_same_again),
	KTEST(test_results_enter_the_digest),
	KTEST(test_worlds_are_independent),
};
KTEST_MAIN(tests)
