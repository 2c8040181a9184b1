/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* DMA debugging of a whole machine: on by default, and every class can be drawn from outside. */
#include <svmsim/dma_call.h>
#include "kernel/version.h"
#include "machine_fixture.h"

/* "noncoherent" and without bounce buffers, so that cache lines matter. */
static struct svmsim_world *debug_world(const char *iommu, const char *kernel, bool noncoherent)
{
	struct svmsim_machine machine = {
		.device_count = 1,
		.device = { { .name = "d0", .noncoherent = noncoherent } },
		.swiotlb_off = true,
		.area_count = SVMSIM_AREA_KIND_COUNT,
	};

	for (unsigned int i = 0; i < SVMSIM_AREA_KIND_COUNT; i++)
		machine.area[i] = (struct svmsim_area){ i, PAGES(2) };
	strscpy(machine.device[0].iommu, iommu);
	strscpy(machine.kernel, kernel);
	return machine_world(&machine);
}

static struct svmsim_mapping *do_map(struct svmsim_world *world, const struct svmsim_map_call *call)
{
	struct svmsim_mapping *mapping = NULL;

	ktest_assert_int_equal(svmsim_map_call(world, 0, call, &mapping), 0);
	return mapping;
}

static void do_unmap(struct svmsim_mapping *mapping, const struct svmsim_unmap_call *call)
{
	ktest_assert_int_equal(svmsim_unmap_call(mapping, call), 0);
}

/* A buffer of a page, or a list of two, mapped as @kind. */
static struct svmsim_mapping *map_kind(struct svmsim_world *world, enum svmsim_call_kind kind,
				       enum svmsim_direction direction)
{
	return do_map(world, &(struct svmsim_map_call){ .kind = kind,
							.ram = make_ram(world, 4, true, 0),
							.bytes = PAGES(1),
							.entries = 2,
							.direction = direction });
}

static void change_size(struct svmsim_unmap_call *call)
{
	call->bytes = PAGES(2);
}

static void change_function(struct svmsim_unmap_call *call)
{
	call->kind = SVMSIM_CALL_PHYS;
}

static void change_cpu_address(struct svmsim_unmap_call *call)
{
	call->cpu_offset_bytes = 64;
}

static void change_count(struct svmsim_unmap_call *call)
{
	call->entries = 1;
}

static void change_direction(struct svmsim_unmap_call *call)
{
	call->direction = SVMSIM_TO_DEVICE;
}

static void change_attributes(struct svmsim_unmap_call *call)
{
	call->attributes = SVMSIM_ATTR_REQUIRE_COHERENT;
}

static void change_address(struct svmsim_unmap_call *call)
{
	call->offset_bytes = PAGES(1);
}

static void change_to_invalid(struct svmsim_unmap_call *call)
{
	call->invalid = true;
}

/* An unmap with one argument wrong, and what comes of it; a right one afterwards where needed. */
static const struct unmap_row {
	const char *identifier;
	enum svmsim_call_kind kind;
	void (*change)(struct svmsim_unmap_call *call);
	bool again;
} unmap_rows[] = {
	{ "dma-debug:free-size", SVMSIM_CALL_PHYS, change_size, false },
	{ "dma-debug:free-function", SVMSIM_CALL_SG, change_function, false },
	{ "dma-debug:free-direction", SVMSIM_CALL_SINGLE, change_direction, false },
	{ "dma-debug:free-attributes", SVMSIM_CALL_PHYS, change_attributes, false },
	{ "dma-debug:free-unallocated", SVMSIM_CALL_PHYS, change_address, true },
	{ "dma-debug:free-invalid", SVMSIM_CALL_PHYS, change_to_invalid, true },
	{ "dma-debug:free-sg-count", SVMSIM_CALL_SG, change_count, false },
};

static void test_unmap_with_one_argument_wrong(void **state)
{
	for (unsigned int i = 0; i < sizeof(unmap_rows) / sizeof(unmap_rows[0]); i++) {
		const struct unmap_row *row = &unmap_rows[i];
		struct svmsim_world *world = debug_world("identity", "v7.x", false);
		struct svmsim_mapping *mapping = map_kind(world, row->kind, SVMSIM_BIDIRECTIONAL);
		struct svmsim_unmap_call call;

		ktest_context("%s", row->identifier);
		svmsim_unmap_call_of(mapping, &call);
		row->change(&call);
		do_unmap(mapping, &call);
		ktest_assert_int_equal(ktest_report_count(world, row->identifier), 1);
		if (row->again) {
			svmsim_unmap_call_of(mapping, &call);
			do_unmap(mapping, &call);
		}
		ktest_assert_int_equal(ktest_report_count(world, row->identifier), 1);
		svmsim_world_reset(world);
	}
}

/* Right calls of each kind draw nothing, in each kernel and with and without translation. */
static void test_right_calls_of_each_kind_are_silent(void **state)
{
	static const char *const kernels[] = { "v7.0", "v7.x" };
	static const char *const profiles[] = { "identity", "generic-pt" };

	for (unsigned int i = 0; i < 4; i++) {
		struct svmsim_world *world = debug_world(profiles[i / 2], kernels[i % 2], false);

		for (int kind = 0; kind < SVMSIM_CALL_KIND_COUNT; kind++) {
			struct svmsim_mapping *mapping;
			struct svmsim_unmap_call call;

			/* RAM is no resource. */
			if (kind == SVMSIM_CALL_RESOURCE)
				continue;
			ktest_context("%s %s %d", profiles[i / 2], kernels[i % 2], kind);
			mapping = map_kind(world, kind, SVMSIM_BIDIRECTIONAL);
			svmsim_unmap_call_of(mapping, &call);
			ktest_assert_int_equal(svmsim_sync_call(mapping, &call, true), 0);
			ktest_assert_int_equal(svmsim_sync_call(mapping, &call, false), 0);
			do_unmap(mapping, &call);
		}
		svmsim_driver_unbind(world, 0);
		ktest_assert_u64_equal(svmsim_report_count(world), 0);
	}
}

static void test_coherent_memory_freed_by_another_address(void **state)
{
	struct svmsim_world *world = debug_world("identity", "v7.0", false);
	struct svmsim_mapping *mapping =
		map_kind(world, SVMSIM_CALL_COHERENT, SVMSIM_BIDIRECTIONAL);
	struct svmsim_unmap_call call;

	svmsim_unmap_call_of(mapping, &call);
	change_cpu_address(&call);
	do_unmap(mapping, &call);
	ktest_expect_report(world, "dma-debug:free-cpu-address", 1);
}

static void test_unchecked_map(void **state)
{
	struct svmsim_world *world = debug_world("generic-pt", "v7.0", false);
	struct svmsim_map_call map = { .ram = make_ram(world, 1, true, 0),
				       .bytes = 100,
				       .unchecked = true };
	struct svmsim_unmap_call call;
	struct svmsim_mapping *mapping = do_map(world, &map);

	svmsim_unmap_call_of(mapping, &call);
	do_unmap(mapping, &call);
	ktest_expect_report(world, "dma-debug:map-unchecked", 1);
}

/* Which report each kind of area draws, by which call. */
static const struct area_row {
	enum svmsim_area_kind area;
	enum svmsim_call_kind kind;
	const char *identifier;
	int err;
} area_rows[] = {
	{ SVMSIM_AREA_STACK, SVMSIM_CALL_PHYS, "dma-debug:map-stack", 0 },
	{ SVMSIM_AREA_VMAP_STACK, SVMSIM_CALL_SG, "dma-debug:map-stack", 0 },
	{ SVMSIM_AREA_TEXT, SVMSIM_CALL_SINGLE, "dma-debug:map-text", 0 },
	{ SVMSIM_AREA_RODATA, SVMSIM_CALL_SG, "dma-debug:map-text", 0 },
	{ SVMSIM_AREA_INVALID, SVMSIM_CALL_SINGLE, "dma-debug:map-invalid", 0 },
	{ SVMSIM_AREA_VMALLOC, SVMSIM_CALL_SINGLE, "dma-debug:map-vmalloc", -ENOMEM },
	{ SVMSIM_AREA_STACK, SVMSIM_CALL_RESOURCE, "dma-debug:map-resource-ram", 0 },
};

static void test_areas(void **state)
{
	for (unsigned int i = 0; i < sizeof(area_rows) / sizeof(area_rows[0]); i++) {
		const struct area_row *row = &area_rows[i];
		struct svmsim_world *world = debug_world("generic-pt", "v7.x", false);
		struct svmsim_map_call map = { .kind = row->kind, .bytes = 256, .entries = 1 };
		struct svmsim_mapping *mapping = NULL;
		struct svmsim_unmap_call call;

		ktest_context("row %u: %s", i, row->identifier);
		ktest_assert_int_equal(svmsim_area_ram(world, row->area, &map.ram), 0);
		ktest_assert_u64_equal(svmsim_ram_pages(map.ram), 2);
		ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), row->err);
		if (mapping) {
			svmsim_unmap_call_of(mapping, &call);
			do_unmap(mapping, &call);
		}
		ktest_expect_report(world, row->identifier, 1);
		ktest_world_drop(world);
	}
}

static void test_there_is_no_area_past_the_last(void **state)
{
	struct svmsim_world *world = debug_world("identity", "v7.0", false);
	struct svmsim_ram *ram;

	ktest_assert_int_equal(svmsim_area_ram(world, SVMSIM_AREA_KIND_COUNT, &ram), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world),
				  "there is no area 6, the machine has 6");
	ktest_assert_string_equal(svmsim_area_name(SVMSIM_AREA_VMALLOC), "vmalloc");
	ktest_assert_null(svmsim_area_name(SVMSIM_AREA_KIND_COUNT));
	ktest_assert_string_equal(svmsim_kernel_name(SIM_KERNEL_V7_0), "v7.0");
	ktest_assert_string_equal(svmsim_kernel_name(SIM_KERNEL_V7_X), "v7.x");
	ktest_assert_null(svmsim_kernel_name(SIM_KERNEL_COUNT));
}

/* After a reset the areas are there again. */
static void test_areas_outlive_a_reset(void **state)
{
	struct svmsim_world *world = debug_world("identity", "v7.0", false);
	struct svmsim_map_call map = { .bytes = 64 };
	struct svmsim_unmap_call call;
	struct svmsim_mapping *mapping;

	svmsim_world_reset(world);
	ktest_assert_int_equal(svmsim_area_ram(world, SVMSIM_AREA_TEXT, &map.ram), 0);
	mapping = do_map(world, &map);
	svmsim_unmap_call_of(mapping, &call);
	do_unmap(mapping, &call);
	ktest_expect_report(world, "dma-debug:map-text", 1);
}

static const struct sync_row {
	const char *identifier;
	enum svmsim_direction mapped;
	enum svmsim_direction synced;
	bool for_cpu;
	uint64_t offset_bytes;
	uint64_t bytes;
	unsigned int findings;
} sync_rows[] = {
	{ "dma-debug:sync-unallocated", SVMSIM_TO_DEVICE, SVMSIM_TO_DEVICE, false, 1, 4096, 1 },
	{ "dma-debug:sync-outside", SVMSIM_TO_DEVICE, SVMSIM_TO_DEVICE, false, 8, -4ull, 1 },
	{ "dma-debug:sync-direction", SVMSIM_TO_DEVICE, SVMSIM_BIDIRECTIONAL, false, 0, 8, 1 },
	{ "dma-debug:sync-cpu-read-only", SVMSIM_TO_DEVICE, SVMSIM_FROM_DEVICE, true, 0, 8, 2 },
	{ "dma-debug:sync-device-write-only", SVMSIM_FROM_DEVICE, SVMSIM_TO_DEVICE, false, 0, 8,
	  2 },
};

static void test_syncs(void **state)
{
	for (unsigned int i = 0; i < sizeof(sync_rows) / sizeof(sync_rows[0]); i++) {
		const struct sync_row *row = &sync_rows[i];
		struct svmsim_world *world = debug_world("generic-pt", "v7.0", false);
		struct svmsim_mapping *mapping = map_kind(world, SVMSIM_CALL_PHYS, row->mapped);
		struct svmsim_unmap_call call;

		ktest_context("%s", row->identifier);
		svmsim_unmap_call_of(mapping, &call);
		call.direction = row->synced;
		call.offset_bytes = row->offset_bytes;
		call.bytes = row->bytes;
		ktest_assert_int_equal(svmsim_sync_call(mapping, &call, row->for_cpu), 0);
		ktest_assert_int_equal(ktest_report_count(world, row->identifier), 1);
		ktest_assert_u64_equal(svmsim_finding_count(world), row->findings);
		svmsim_world_reset(world);
	}
}

static void test_lists(void **state)
{
	struct svmsim_world *world = debug_world("identity", "v7.0", false);
	struct svmsim_map_call map = { .kind = SVMSIM_CALL_SG,
				       .ram = make_ram(world, 64, true, 0),
				       .bytes = PAGES(17),
				       .entries = 2,
				       .direction = SVMSIM_TO_DEVICE };
	struct svmsim_mapping *mapping;
	struct svmsim_unmap_call call;

	ktest_assert_int_equal(svmsim_set_segment_limits(world, 0, 0, PAGES(1024) - 1), 0);
	mapping = do_map(world, &map);
	ktest_expect_report(world, "dma-debug:sg-length", 2);
	svmsim_unmap_call_of(mapping, &call);
	call.entries = 1;
	ktest_assert_int_equal(svmsim_sync_call(mapping, &call, false), 0);
	ktest_expect_report(world, "dma-debug:sync-sg-count", 1);
	call.entries = 2;
	do_unmap(mapping, &call);
	ktest_assert_int_equal(svmsim_set_segment_limits(world, 0, PAGES(17), PAGES(16) - 1), 0);
	mapping = do_map(world, &map);
	ktest_expect_report(world, "dma-debug:sg-boundary", 2);
	do_unmap(mapping, &call);
}

static void test_overlap_on_a_machine_with_a_device_that_does_not_snoop(void **state)
{
	struct svmsim_world *world = debug_world("generic-pt", "v7.0", true);
	struct svmsim_map_call map = { .ram = make_ram(world, 1, true, 0), .bytes = 256 };
	struct svmsim_unmap_call call;
	struct svmsim_mapping *first = do_map(world, &map), *second;

	map.offset_bytes = 32;
	second = do_map(world, &map);
	ktest_expect_report(world, "dma-debug:overlap", 1);
	svmsim_unmap_call_of(second, &call);
	do_unmap(second, &call);
	svmsim_unmap_call_of(first, &call);
	do_unmap(first, &call);
}

/* The end of a run unbinds drivers; the IOVA space that is lost with a mapping follows from it. */
static void test_what_a_leak_loses_is_attached_to_it(void **state)
{
	struct svmsim_world *world = debug_world("generic-pt", "v7.0", false);
	struct svmsim_report report;

	map_kind(world, SVMSIM_CALL_PHYS, SVMSIM_BIDIRECTIONAL);
	make_window(world, 1);
	svmsim_world_finish(world);
	ktest_assert_int_equal(svmsim_report_get(world, 0, &report), 0);
	ktest_assert_string_equal(report.identifier, "dma-debug:leak");
	ktest_expect_report(world, "dma-debug:leak", 1);
	/* The window was no mapping. */
	ktest_expect_report(world, "iova-leak", 1);
	ktest_assert_u64_equal(svmsim_report_count(world), 3);
}

static void test_no_dma_debug(void **state)
{
	struct svmsim_machine machine = { .device_count = 1,
					  .device = { { .name = "d0", .iommu = "identity" } },
					  .no_dma_debug = true };
	struct svmsim_world *world = machine_world(&machine);

	map_kind(world, SVMSIM_CALL_PHYS, SVMSIM_BIDIRECTIONAL);
	svmsim_driver_unbind(world, 0);
	ktest_assert_u64_equal(svmsim_report_count(world), 0);
}

static void test_bad_arguments_are_refused(void **state)
{
	struct svmsim_world *world = debug_world("identity", "v7.0", false);
	struct svmsim_ram *ram = make_ram(world, 2, false, 0);
	struct svmsim_map_call map = { .ram = ram, .bytes = PAGES(2) };
	struct svmsim_mapping *mapping = NULL;
	struct svmsim_unmap_call call = {};

	ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world), "pages 0 and 1 are not contiguous");
	map.bytes = PAGES(2) + 1;
	ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), -EINVAL);
	map = (struct svmsim_map_call){ .bytes = 1 };
	ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), -EINVAL);
	map = (struct svmsim_map_call){ .ram = ram, .bytes = 1, .direction = SVMSIM_NONE };
	ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), -EINVAL);
	map = (struct svmsim_map_call){ .kind = SVMSIM_CALL_SG, .ram = ram, .bytes = 1 };
	ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), -EINVAL);
	map = (struct svmsim_map_call){ .kind = SVMSIM_CALL_KIND_COUNT, .ram = ram, .bytes = 1 };
	ktest_assert_int_equal(svmsim_map_call(world, 0, &map, &mapping), -EINVAL);
	ktest_assert_int_equal(svmsim_map_call(world, 1, &map, &mapping), -EINVAL);
	ktest_assert_int_equal(svmsim_driver_unbind(world, 1), -EINVAL);
	ktest_assert_int_equal(svmsim_set_segment_limits(world, -1, 1, 1), -EINVAL);

	mapping = map_kind(world, SVMSIM_CALL_PHYS, SVMSIM_BIDIRECTIONAL);
	call.kind = SVMSIM_CALL_SG;
	call.entries = 1;
	ktest_assert_int_equal(svmsim_unmap_call(mapping, &call), -EINVAL);
	call.kind = SVMSIM_CALL_COHERENT;
	ktest_assert_int_equal(svmsim_sync_call(mapping, &call, true), -EINVAL);
	svmsim_unmap_call_of(mapping, &call);
	do_unmap(mapping, &call);
	ktest_assert_u64_equal(svmsim_report_count(world), 0);
}

static const struct ktest tests[] = {
	KTEST(test_unmap_with_one_argument_wrong),
	KTEST(test_right_calls_of_each_kind_are_silent),
	KTEST(test_coherent_memory_freed_by_another_address),
	KTEST(test_unchecked_map),
	KTEST(test_areas),
	KTEST(test_there_is_no_area_past_the_last),
	KTEST(test_areas_outlive_a_reset),
	KTEST(test_syncs),
	KTEST(test_lists),
	KTEST(test_overlap_on_a_machine_with_a_device_that_does_not_snoop),
	KTEST(test_what_a_leak_loses_is_attached_to_it),
	KTEST(test_no_dma_debug),
	KTEST(test_bad_arguments_are_refused),
};
KTEST_MAIN(tests)
