/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Each kind of failure where it should come up, and every call that allocates in a sweep. */
#include <svmsim/dma_call.h>
#include <svmsim/fault.h>
#include "machine_fixture.h"

#define SWEEP_MAX 400

static void fail(struct svmsim_world *world, const char *site, uint64_t nth)
{
	struct svmsim_fault fault = { site, nth };
	struct svmsim_fault_plan plan = { .fault = &fault, .fault_count = 1 };

	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
}

static void assert_fired(struct svmsim_world *world, const char *site, int err)
{
	struct svmsim_injection injection;
	bool listed = false;

	ktest_assert_int_equal(svmsim_fault_injection(world, 0, &injection), 0);
	ktest_assert_string_equal(injection.site, site);
	for (unsigned int i = 0; injection.err[i]; i++)
		listed = listed || injection.err[i] == err;
	ktest_assert_true(listed);
}

static struct svmsim_world *world_bouncing(void)
{
	struct svmsim_machine machine = { .device_count = 1,
					  .device = { { .name = "d0", .untrusted = true } } };

	return machine_world(&machine);
}

static int map_at(struct svmsim_world *world, struct svmsim_ram *ram, uint64_t offset,
		  uint64_t bytes)
{
	struct svmsim_mapping *mapping;
	int err = svmsim_map_bytes(world, 0, ram, offset, bytes, SVMSIM_BIDIRECTIONAL, 0,
				   &mapping);

	return err ? err : svmsim_unmap(mapping);
}

static void test_each_kind_fails_a_map(void **state)
{
	static const char *const sites[] = { "dma-map", "iova", "map", "page/0" };

	for (unsigned int i = 0; i < 4; i++) {
		struct svmsim_world *world = machine_world_of("generic-pt");
		struct svmsim_ram *ram = make_ram(world, 4, false, 0);

		/* Before there is a page table for it. */
		fail(world, sites[i], 1);
		ktest_context("%s", sites[i]);
		ktest_assert_int_equal(map_at(world, ram, 0, PAGES(1)), -ENOMEM);
		assert_fired(world, sites[i], -ENOMEM);
		ktest_assert_int_equal(map_at(world, ram, 0, PAGES(1)), 0);
		svmsim_ram_free(ram, 0, 3);
	}
}

static void test_sync_fails_where_the_driver_has_one(void **state)
{
	struct svmsim_machine machine = {
		.device_count = 1, .device = { { .name = "d0", .caching_mode = true } },
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 1, false, 0);
	struct svmsim_window *window = make_window(world, 1);

	ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL,
						  false), 0);
	fail(world, "sync", 1);
	ktest_assert_int_equal(svmsim_window_sync(window, 0, PAGES(1)), -ENOMEM);
	assert_fired(world, "sync", -ENOMEM);
	svmsim_window_destroy(window, PAGES(1), SVMSIM_BIDIRECTIONAL);
	fail(world, "sync", 1);
	ktest_assert_int_equal(map_at(world, ram, 0, PAGES(1)), -ENOMEM);
	svmsim_ram_free(ram, 0, 0);
}

static void test_bounce_slot_fails(void **state)
{
	struct svmsim_world *world = world_bouncing();
	struct svmsim_ram *ram = make_ram(world, 1, false, 0);

	fail(world, "bounce", 1);
	ktest_assert_int_equal(map_at(world, ram, 100, 200), -ENOMEM);
	assert_fired(world, "bounce", -ENOMEM);
	ktest_assert_int_equal(map_at(world, ram, 100, 200), 0);
	svmsim_ram_free(ram, 0, 0);
}

static void test_window_is_unused_without_iova(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_window *window;

	fail(world, "iova", 1);
	ktest_assert_int_equal(svmsim_window_alloc(world, 0, PAGES(8), &window), -EOPNOTSUPP);
	assert_fired(world, "iova", -EOPNOTSUPP);
}

static void test_part_of_a_link_that_was_made(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 8, false, 0);
	struct svmsim_window *window = make_window(world, 8);

	fail(world, "map", 4);
	ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 7, SVMSIM_BIDIRECTIONAL,
						  true), -ENOMEM);
	ktest_assert_u64_equal(svmsim_window_linked_bytes(window), PAGES(3));
	ktest_assert_int_equal(svmsim_window_link(window, PAGES(3), ram, 3, 7,
						  SVMSIM_BIDIRECTIONAL, true), 0);
	ktest_assert_u64_equal(svmsim_window_linked_bytes(window), PAGES(5));
	svmsim_window_destroy(window, PAGES(8), SVMSIM_BIDIRECTIONAL);
	svmsim_ram_free(ram, 0, 7);
}

/* Everything that a driver of this kind calls, undone in reverse wherever it fails. */
static int drive_window(struct svmsim_world *world, struct svmsim_ram *ram)
{
	struct svmsim_window *window;
	int err = svmsim_window_alloc(world, 0, PAGES(16), &window);
	uint64_t bytes;

	/* A driver does without a window then. */
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;
	err = svmsim_window_link(window, 0, ram, 0, 15, SVMSIM_BIDIRECTIONAL, true);
	bytes = svmsim_window_linked_bytes(window);
	if (!err)
		err = svmsim_window_sync(window, 0, PAGES(16));
	svmsim_window_destroy(window, bytes, SVMSIM_BIDIRECTIONAL);
	return err;
}

static int drive_call(struct svmsim_world *world, struct svmsim_ram *ram,
		      enum svmsim_call_kind kind)
{
	struct svmsim_map_call call = { .kind = kind,
					.ram = ram,
					.bytes = PAGES(1),
					.entries = kind == SVMSIM_CALL_SG ? 4 : 0,
					.direction = SVMSIM_BIDIRECTIONAL };
	struct svmsim_unmap_call undo;
	struct svmsim_mapping *mapping;
	int err = svmsim_map_call(world, 0, &call, &mapping);

	if (err)
		return err;
	svmsim_unmap_call_of(mapping, &undo);
	return svmsim_unmap_call(mapping, &undo);
}

static int drive_hmm(struct svmsim_world *world, struct svmsim_ram *ram)
{
	struct svmsim_hmm *hmm;
	int err = svmsim_hmm_alloc(world, 0, 8, &hmm);

	if (err)
		return err == -EOPNOTSUPP ? 0 : err;
	err = svmsim_hmm_map(hmm, 0, ram, 0, 8);
	for (uint64_t i = 0; i < 8 && svmsim_hmm_address(hmm, i) + 1 > 1; i++)
		svmsim_hmm_unmap(hmm, i, i);
	svmsim_hmm_free(hmm, false);
	return err;
}

static int drive_list(struct svmsim_world *world, struct svmsim_ram *ram)
{
	struct svmsim_part parts[] = { { .ram = ram, .bytes = 5000 },
				       { .ram = ram, .offset_bytes = PAGES(4), .bytes = 8192 } };
	struct svmsim_sg *sg;
	int err = svmsim_map_sg(world, 0, parts, 2, SVMSIM_BIDIRECTIONAL, 0, &sg);

	return err ? err : svmsim_unmap_sg(sg);
}

static int drive_coherent(struct svmsim_world *world)
{
	struct svmsim_coherent *coherent;
	int err = svmsim_alloc_coherent(world, 0, PAGES(4), 0, &coherent);

	return err ? err : svmsim_free_coherent(coherent);
}

static int drive_all(struct svmsim_world *world)
{
	struct svmsim_ram *ram;
	int err = svmsim_ram_alloc(world, 16, true, 0, &ram);

	if (err)
		return err;
	err = drive_window(world, ram);
	for (int kind = 0; kind < SVMSIM_CALL_KIND_COUNT && !err; kind++)
		if (kind != SVMSIM_CALL_RESOURCE)
			err = drive_call(world, ram, (enum svmsim_call_kind)kind);
	if (!err)
		err = drive_hmm(world, ram);
	if (!err)
		err = drive_list(world, ram);
	if (!err)
		err = drive_coherent(world);
	if (!err)
		err = map_at(world, ram, 10, 3 * 4096);
	svmsim_ram_free(ram, 0, 15);
	return err;
}

static bool may_cause(struct svmsim_world *world, int err)
{
	struct svmsim_injection injection;

	ktest_assert_int_equal(svmsim_fault_injection(world, 0, &injection), 0);
	for (unsigned int i = 0; injection.err[i]; i++)
		if (injection.err[i] == err)
			return true;
	return false;
}

static void sweep(const struct svmsim_machine *machine)
{
	struct svmsim_world *world;
	unsigned int nth = 0, fired = 1;

	ktest_assert_int_equal(svmsim_world_create(machine, NULL, &world, NULL, 0), 0);
	while (fired) {
		struct svmsim_fault_plan plan = { .nth = ++nth };
		int err;

		ktest_assert_true(nth <= SWEEP_MAX);
		ktest_context("%s %d%d%d, question %u", machine->device[0].iommu,
			      machine->device[0].lazy, machine->device[0].untrusted,
			      machine->device[0].noncoherent, nth);
		ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
		err = drive_all(world);
		fired = svmsim_injection_count(world);
		if (err)
			ktest_assert_true(fired && may_cause(world, err));
		svmsim_world_finish(world);
		ktest_assert_u64_equal(svmsim_report_count(world), 0);
		svmsim_world_reset(world);
	}
	ktest_assert_in_range(nth, 5, SWEEP_MAX);
	svmsim_world_destroy(world);
}

static void test_every_failure_is_survived(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "amd-legacy",
						"arm-lpae", "none" };
	struct svmsim_machine machine = { .device_count = 1, .device = { { .name = "d0" } } };

	/* Nothing of these machines fails by itself. */
	for (unsigned int i = 0; i < 5; i++) {
		strscpy(machine.device[0].iommu, profiles[i]);
		for (unsigned int k = 0; k < 4; k++) {
			machine.device[0].lazy = k == 1;
			machine.device[0].untrusted = k == 2;
			machine.device[0].noncoherent = k == 3;
			sweep(&machine);
		}
	}
}

static void test_plan_leaves_the_worlds_own_source_alone(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_fault_plan plan = { .count = true };
	uint64_t digest;

	ktest_assert_int_equal(drive_all(world), 0);
	digest = svmsim_world_digest(world);
	svmsim_world_reset(world);
	ktest_assert_int_equal(svmsim_world_faults(world, &plan), 0);
	ktest_assert_int_equal(drive_all(world), 0);
	ktest_assert_u64_equal(svmsim_world_digest(world), digest);
	ktest_assert_true(svmsim_fault_questions(world) > 20);
}

static const struct ktest tests[] = {
	KTEST(test_each_kind_fails_a_map),
	KTEST(test_sync_fails_where_the_driver_has_one),
	KTEST(test_bounce_slot_fails),
	KTEST(test_window_is_unused_without_iova),
	KTEST(test_part_of_a_link_that_was_made),
	KTEST(test_every_failure_is_survived),
	KTEST(test_plan_leaves_the_worlds_own_source_alone),
};
KTEST_MAIN(tests)
