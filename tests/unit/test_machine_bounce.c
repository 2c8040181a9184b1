// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Bounce buffers and caches through the public interface. */
#include "machine_fixture.h"

#define MIB(n) ((uint64_t)(n) << 20)

static struct svmsim_world *world_with(struct svmsim_device device, uint64_t ram_bytes)
{
	struct svmsim_machine machine = { .node_count = 1, .device_count = 1 };

	strscpy(device.name, "d0");
	machine.device[0] = device;
	machine.node[0].ram_bytes = ram_bytes;
	return machine_world(&machine);
}

static uint64_t pool_bytes(struct svmsim_device device, uint64_t ram_bytes)
{
	struct svmsim_world *world = world_with(device, ram_bytes);
	struct svmsim_swiotlb swiotlb;
	uint64_t bytes;

	svmsim_swiotlb_get(world, &swiotlb);
	bytes = swiotlb.bytes;
	ktest_world_drop(world);
	return bytes;
}

static void test_default_pool_is_where_a_device_needs_it(void **state)
{
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ 0 }, MIB(256)), 0);
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .untrusted = true }, MIB(256)),
			       MIB(64));
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .untrusted = true }, MIB(192)),
			       MIB(32));
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .noncoherent = true }, MIB(1024)),
			       MIB(64));
	/* RAM from 16 MiB on: 256 MiB do not fit into 28 bits; without an IOMMU that counts. */
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .iommu = "identity",
								  .mask_bits = 28 }, MIB(256)),
			       MIB(64));
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .iommu = "identity",
								  .mask_bits = 29 }, MIB(256)), 0);
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .mask_bits = 28 }, MIB(256)), 0);
	/* A pool of less than 1 MiB is had if RAM is that little. */
	ktest_assert_u64_equal(pool_bytes((struct svmsim_device){ .untrusted = true }, MIB(1)),
			       256 << 10);
}

static void test_pool_can_be_asked_for(void **state)
{
	struct svmsim_machine machine = { .node_count = 1, .node = { { .cpu_count = 2 } },
					  .swiotlb_bytes = 600 << 10 };
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_swiotlb swiotlb;

	svmsim_swiotlb_get(world, &swiotlb);
	ktest_assert_u64_equal(swiotlb.bytes, MIB(1));
	ktest_assert_u64_equal(swiotlb.slot_count, 512);
	ktest_assert_int_equal(swiotlb.area_count, 2);
	ktest_assert_u64_equal(swiotlb.start, MIB(16 + 256 - 1));
	ktest_assert_u64_equal(swiotlb.used_count, 0);
	machine.swiotlb_areas = 1;
	world = machine_world(&machine);
	svmsim_swiotlb_get(world, &swiotlb);
	ktest_assert_int_equal(swiotlb.area_count, 1);
	machine = (struct svmsim_machine){ .device_count = 1, .swiotlb_off = true,
					   .device = { { .name = "d0", .untrusted = true } } };
	world = machine_world(&machine);
	svmsim_swiotlb_get(world, &swiotlb);
	ktest_assert_u64_equal(swiotlb.bytes, 0);
}

static void assert_refused(struct svmsim_machine machine, const char *wanted)
{
	struct svmsim_world *world;
	char message[256];

	ktest_assert_int_equal(svmsim_world_create(&machine, NULL, &world, message,
						   sizeof(message)), -EINVAL);
	ktest_assert_string_contains(message, wanted);
}

static void test_wrong_descriptions_are_refused(void **state)
{
	struct svmsim_machine machine = { .device_count = 1, .device = { { .name = "d0" } } };

	assert_refused((struct svmsim_machine){ .swiotlb_off = true, .swiotlb_force = true },
		       "swiotlb_off: swiotlb_force asks for bounce buffers, drop one of them");
	assert_refused((struct svmsim_machine){ .swiotlb_off = true, .swiotlb_bytes = 1 },
		       "swiotlb_off: swiotlb_bytes asks for bounce buffers, drop one of them");
	assert_refused((struct svmsim_machine){ .swiotlb_bytes = MIB(1024) + 1 },
		       "swiotlb_bytes: 1073741825 is too much, at most 1073741824");
	assert_refused((struct svmsim_machine){ .swiotlb_areas = 65 },
		       "swiotlb_areas: 65 is too many, at most 64");
	assert_refused((struct svmsim_machine){ .quirks = 1u << 31 | 1 },
		       "quirks: 0x80000001 has unknown ones, ");
	machine.device[0].min_align_bytes = 3000;
	assert_refused(machine, "device[0].min_align_bytes: 3000 is no power of two up to 65536, "
				"use 4096");
	machine.device[0].min_align_bytes = 131072;
	assert_refused(machine, "device[0].min_align_bytes: 131072 is no power of two up to 65536, "
				"use 4096");
}

static void test_quirks_have_names(void **state)
{
	ktest_assert_string_equal(svmsim_quirk_name(SVMSIM_QUIRK_LINK_UNWIND_AT_START),
				  "link-unwind-at-start");
	ktest_assert_string_equal(svmsim_quirk_name(SVMSIM_QUIRK_LINK_EMPTY_MIDDLE),
				  "link-empty-middle");
	ktest_assert_string_equal(svmsim_quirk_name(SVMSIM_QUIRK_SG_BUS_LENGTH), "sg-bus-length");
	ktest_assert_string_equal(svmsim_quirk_name(SVMSIM_QUIRK_SG_DIRECT_PEER), "sg-direct-peer");
	ktest_assert_null(svmsim_quirk_name(31));
}

/* The CPU's bytes @at.. of a buffer are of pattern @pattern from its own byte @from on. */
static bool ram_has(struct svmsim_ram *ram, uint64_t at, uint64_t pattern, uint64_t from,
		    uint64_t bytes)
{
	static uint8_t buf[PAGES(4)];

	ktest_assert_int_equal(svmsim_ram_read(ram, at, buf, bytes), 0);
	for (uint64_t i = 0; i < bytes; i++)
		if (buf[i] != svmsim_pattern_byte(pattern, (from + i) / 4096, (from + i) % 4096))
			return false;
	return true;
}

static void ram_put(struct svmsim_ram *ram, uint64_t at, uint64_t pattern, uint64_t bytes)
{
	static uint8_t buf[PAGES(4)];

	for (uint64_t i = 0; i < bytes; i++)
		buf[i] = svmsim_pattern_byte(pattern, i / 4096, i % 4096);
	ktest_assert_int_equal(svmsim_ram_write(ram, at, buf, bytes), 0);
}

static const struct svmsim_device kinds[] = {
	{ .untrusted = true, .min_align_bytes = 4096 },
	{ .untrusted = true },
	{ .noncoherent = true, .min_align_bytes = 4096 },
	{ .noncoherent = true, .iommu = "identity" },
	{ .iommu = "identity" },
	{ .untrusted = true, .noncoherent = true, .min_align_bytes = 4096 },
};

/* Mapped, synced both ways, unmapped: right bytes whatever stands between CPU and device. */
static void test_every_kind_of_device_moves_bytes(void **state)
{
	static const uint64_t offsets[] = { 0, 1, 64, 2047, 2048, 4032, 4095, 5000 };
	static const uint64_t sizes[] = { 1, 31, 32, 64, 100, 4000, 4096, 4097, 8191 };
	unsigned int count = sizeof(sizes) / sizeof(sizes[0]);

	for (unsigned int kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		struct svmsim_machine machine = { .device_count = 1, .swiotlb_bytes = MIB(1),
						  .swiotlb_force = kind == 4 };
		struct svmsim_world *world;
		struct svmsim_ram *ram;

		machine.device[0] = kinds[kind];
		strscpy(machine.device[0].name, "d0");
		world = machine_world(&machine);
		ram = make_ram(world, 4, true, 0);
		for (unsigned int i = 0; i < 8 * count; i++) {
			uint64_t at = offsets[i / count], bytes = sizes[i % count], address;
			struct svmsim_mapping *mapping;

			ktest_context("kind %u, offset %llu, %llu bytes", kind,
				      (unsigned long long)at, (unsigned long long)bytes);
			svmsim_ram_fill(ram, 0, 3, 9);
			ram_put(ram, at, 1, bytes);
			ktest_assert_int_equal(svmsim_map_bytes(world, 0, ram, at, bytes,
								SVMSIM_BIDIRECTIONAL, 0,
								&mapping), 0);
			address = svmsim_mapping_address(mapping);
			ktest_assert_u64_equal(svmsim_mapping_bytes(mapping), bytes);
			ktest_assert_int_equal(svmsim_device_check(world, 0, address, bytes, 1), 0);
			ram_put(ram, at, 2, bytes);
			svmsim_sync_device(mapping, 0, bytes);
			ktest_assert_int_equal(svmsim_device_check(world, 0, address, bytes, 2), 0);
			ktest_assert_int_equal(svmsim_device_fill(world, 0, address, bytes, 3), 0);
			svmsim_sync_cpu(mapping, 0, bytes);
			ktest_assert_true(ram_has(ram, at, 3, 0, bytes));
			ktest_assert_int_equal(svmsim_device_fill(world, 0, address, bytes, 4), 0);
			svmsim_unmap(mapping);
			ktest_assert_true(ram_has(ram, at, 4, 0, bytes));
			ktest_assert_true(!at || ram_has(ram, 0, 9, 0, at));
			ktest_assert_true(ram_has(ram, at + bytes, 9, at + bytes,
						  PAGES(4) - at - bytes));
		}
	}
}

static void test_forgotten_syncs_show_stale_bytes(void **state)
{
	struct svmsim_world *world = world_with((struct svmsim_device){ .noncoherent = true },
						MIB(64));
	struct svmsim_ram *ram = make_ram(world, 1, true, 0);
	struct svmsim_mapping *mapping;
	uint64_t address;

	svmsim_ram_fill(ram, 0, 0, 1);
	ktest_assert_int_equal(svmsim_map(world, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL, &mapping), 0);
	address = svmsim_mapping_address(mapping);
	svmsim_ram_fill(ram, 0, 0, 2);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, 4096, 2), -EIO);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, 4096, 1), 0);
	/* A part of it: what is synced is whole lines. */
	svmsim_sync_device(mapping, 100, 1);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, 64, 1), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, 65, 1), -EIO);
	svmsim_device_fill(world, 0, address, 4096, 3);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, 0, 2), 0);
	svmsim_sync_cpu(mapping, 0, 4096);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, 0, 3), 0);
	svmsim_ram_poison(ram, 0, 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, address, 4096, 3), 0);
	svmsim_unmap(mapping);
}

static void test_snooping_device_beside_another_sees_all(void **state)
{
	struct svmsim_machine machine = {
		.device_count = 2,
		.device = { { .name = "d0", .noncoherent = true }, { .name = "d1" } },
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 1, true, 0);
	struct svmsim_mapping *old, *new;

	ktest_assert_int_equal(svmsim_map(world, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL, &old), 0);
	ktest_assert_int_equal(svmsim_map(world, 1, ram, 0, 0, SVMSIM_BIDIRECTIONAL, &new), 0);
	svmsim_ram_fill(ram, 0, 0, 1);
	ktest_assert_int_equal(svmsim_device_check(world, 1, svmsim_mapping_address(new), 4096, 1),
			       0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, svmsim_mapping_address(old), 4096, 1),
			       -EIO);
	svmsim_device_fill(world, 1, svmsim_mapping_address(new), 4096, 2);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, 0, 2), 0);
	svmsim_unmap(old);
	svmsim_unmap(new);
}

static void test_window_of_bytes_bounces_its_ends(void **state)
{
	struct svmsim_world *world = world_with(
		(struct svmsim_device){ .untrusted = true, .min_align_bytes = 4096 }, MIB(64));
	struct svmsim_ram *ram = make_ram(world, 4, true, 0);
	struct svmsim_swiotlb swiotlb;
	struct svmsim_window *window;
	uint64_t iova;

	svmsim_ram_fill(ram, 0, 3, 9);
	ram_put(ram, 1000, 1, 9000);
	ktest_assert_int_equal(svmsim_window_alloc_bytes(world, 0, ram, 1000, 9000, &window), 0);
	iova = svmsim_window_iova(window);
	ktest_assert_u64_equal(iova % 4096, 1000);
	ktest_assert_int_equal(svmsim_window_link_bytes(window, 0, ram, 1000, 9000,
							SVMSIM_BIDIRECTIONAL, 0), 0);
	ktest_assert_int_equal(svmsim_window_sync(window, 0, 9000), 0);
	svmsim_swiotlb_get(world, &swiotlb);
	ktest_assert_u64_equal(swiotlb.used_count, 4);
	ktest_assert_u64_equal(svmsim_window_bytes(window), 9000);
	ktest_assert_int_equal(svmsim_device_check(world, 0, iova, 9000, 1), 0);
	ram_put(ram, 1000, 2, 3000);
	ktest_assert_int_equal(svmsim_device_check(world, 0, iova, 3000, 1), 0);
	ktest_assert_int_equal(svmsim_window_sync_device(window, 0, 3000, SVMSIM_BIDIRECTIONAL), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, iova, 3000, 2), 0);
	ktest_assert_int_equal(svmsim_device_fill(world, 0, iova, 9000, 3), 0);
	ktest_assert_false(ram_has(ram, 1000, 3, 0, 1));
	ktest_assert_int_equal(svmsim_window_sync_cpu(window, 0, 3000, SVMSIM_BIDIRECTIONAL), 0);
	ktest_assert_true(ram_has(ram, 1000, 3, 0, 3000));
	ktest_assert_int_equal(svmsim_window_sync_cpu(window, 0, 1, SVMSIM_NONE), -EINVAL);
	ktest_assert_int_equal(svmsim_window_destroy(window, 9000, SVMSIM_BIDIRECTIONAL), 0);
	ktest_assert_true(ram_has(ram, 1000, 3, 0, 9000));
	ktest_assert_true(ram_has(ram, 0, 9, 0, 1000));
	ktest_assert_true(ram_has(ram, 10000, 9, 10000, PAGES(4) - 10000));
	svmsim_swiotlb_get(world, &swiotlb);
	ktest_assert_u64_equal(swiotlb.used_count, 0);
	ktest_assert_u64_equal(swiotlb.hiwater_count, 4);
	/* DMA debugging was not told of the window, in the kernel neither. */
	ktest_expect_report(world, "dma-debug:sync-unallocated", 2);
}

static void test_bytes_out_of_range_are_refused(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 2, true, 0);
	struct svmsim_ram *apart = make_ram(world, 2, false, 0);
	struct svmsim_mapping *mapping;
	struct svmsim_window *window;
	uint8_t byte = 0;

	ktest_assert_int_equal(svmsim_ram_read(ram, 8192, &byte, 1), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_read(ram, 0, &byte, 0), -EINVAL);
	ktest_assert_int_equal(svmsim_ram_write(ram, 8191, &byte, 2), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world),
				  "2 bytes at 8191 are not within the memory's 8192");
	ktest_assert_int_equal(svmsim_ram_write(ram, 1, &byte, ~0ull), -EINVAL);
	ktest_assert_int_equal(svmsim_map_bytes(world, 0, ram, 8000, 193, SVMSIM_TO_DEVICE, 0,
						&mapping), -EINVAL);
	ktest_assert_int_equal(svmsim_map_bytes(world, 0, apart, 4000, 97, SVMSIM_TO_DEVICE, 0,
						&mapping), -EINVAL);
	ktest_assert_string_equal(svmsim_last_error(world), "pages 0 and 1 are not contiguous");
	ktest_assert_int_equal(svmsim_map_bytes(world, 0, ram, 0, 1, SVMSIM_NONE, 0, &mapping),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_bytes(world, 1, ram, 0, 1, SVMSIM_TO_DEVICE, 0,
						&mapping), -EINVAL);
	ktest_assert_int_equal(svmsim_window_alloc_bytes(world, 0, ram, 8192, 1, &window), -EINVAL);
	window = make_window(world, 2);
	ktest_assert_int_equal(svmsim_window_link_bytes(window, 0, apart, 0, 8192,
							SVMSIM_TO_DEVICE, 0), -EINVAL);
	/* To the kernel it goes as it is: an offset that is not aligned. */
	ktest_assert_int_equal(svmsim_window_link_bytes(window, 0, ram, 0, 8192, SVMSIM_TO_DEVICE,
							SVMSIM_ATTR_REQUIRE_COHERENT), 0);
	svmsim_window_destroy(window, 8192, SVMSIM_TO_DEVICE);
}

/* What a mapping forced to bounce reaches is what it was given: no oracle minds. */
static void test_oracles_know_bounced_mappings(void **state)
{
	struct svmsim_machine machine = { .device_count = 1, .swiotlb_force = true,
					  .device = { { .name = "d0", .iommu = "identity" } } };
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 1, true, 0);
	struct svmsim_mapping *mapping;
	uint64_t address;

	ktest_assert_int_equal(svmsim_map(world, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL, &mapping), 0);
	address = svmsim_mapping_address(mapping);
	ktest_assert_u64_not_equal(address, svmsim_ram_phys(ram, 0));
	ktest_assert_int_equal(svmsim_device_fill(world, 0, address, 4096, 1), 0);
	svmsim_unmap(mapping);
	/* Afterwards, and the page itself at any time, it was not given. */
	svmsim_device_fill(world, 0, address, 4096, 1);
	svmsim_device_fill(world, 0, svmsim_ram_phys(ram, 0), 4096, 1);
	ktest_expect_report(world, "dma-foreign", 2);
}

/* The device does not reach the page itself, but what it writes is copied there in the end. */
static void test_page_freed_before_its_bounce_buffer_is_found(void **state)
{
	for (int kind = 0; kind < 2; kind++) {
		struct svmsim_world *world = world_with(kinds[kind ? 3 : 1], MIB(64));
		struct svmsim_ram *ram = make_ram(world, 2, true, 0);
		struct svmsim_mapping *mapping;
		struct svmsim_swiotlb swiotlb;
		struct svmsim_report report;
		char text[100];

		ktest_assert_int_equal(svmsim_map_bytes(world, 0, ram, 4096, 20, SVMSIM_FROM_DEVICE,
							0, &mapping), 0);
		svmsim_unmap(mapping);
		svmsim_ram_free(ram, 1, 1);
		ktest_assert_int_equal(ktest_report_count(world, "dma-page-freed"), 0);
		ktest_assert_int_equal(svmsim_map_bytes(world, 0, ram, 0, 20, SVMSIM_FROM_DEVICE, 0,
							&mapping), 0);
		svmsim_ram_free(ram, 0, 0);
		ktest_expect_report(world, "dma-page-freed", 1);
		ktest_assert_int_equal(svmsim_report_get(world, 0, &report), 0);
		svmsim_swiotlb_get(world, &swiotlb);
		host_snprintf(text, sizeof(text),
			      "a bounce buffer at 0x%llx stands for the page at 0x%llx",
			      (unsigned long long)swiotlb.start + (kind ? 0x800 : 0x1000),
			      (unsigned long long)svmsim_ram_phys(ram, 0));
		ktest_assert_string_equal(report.line[0], text);
		svmsim_unmap(mapping);
	}
}

static void test_reset_makes_the_pool_anew(void **state)
{
	struct svmsim_world *world = world_with((struct svmsim_device){ .untrusted = true },
						MIB(64));
	uint64_t digest[2];

	for (int run = 0; run < 2; run++) {
		struct svmsim_ram *ram = make_ram(world, 1, true, 0);
		struct svmsim_mapping *mapping;
		struct svmsim_swiotlb swiotlb;

		svmsim_ram_fill(ram, 0, 0, 1);
		ktest_assert_int_equal(svmsim_map_bytes(world, 0, ram, 5, 500, SVMSIM_BIDIRECTIONAL,
							0, &mapping), 0);
		svmsim_swiotlb_get(world, &swiotlb);
		ktest_assert_u64_equal(swiotlb.used_count, 2);
		svmsim_device_fill(world, 0, svmsim_mapping_address(mapping), 500, 2);
		digest[run] = svmsim_world_digest(world);
		svmsim_world_reset(world);
	}
	ktest_assert_u64_equal(digest[0], digest[1]);
}

static const struct ktest tests[] = {
	KTEST(test_default_pool_is_where_a_device_needs_it),
	KTEST(test_pool_can_be_asked_for),
	KTEST(test_wrong_descriptions_are_refused),
	KTEST(test_quirks_have_names),
	KTEST(test_every_kind_of_device_moves_bytes),
	KTEST(test_forgotten_syncs_show_stale_bytes),
	KTEST(test_snooping_device_beside_another_sees_all),
	KTEST(test_window_of_bytes_bounces_its_ends),
	KTEST(test_bytes_out_of_range_are_refused),
	KTEST(test_oracles_know_bounced_mappings),
	KTEST(test_page_freed_before_its_bounce_buffer_is_found),
	KTEST(test_reset_makes_the_pool_anew),
};

KTEST_MAIN(tests)
