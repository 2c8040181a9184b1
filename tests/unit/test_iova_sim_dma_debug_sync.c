/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* DMA debugging: syncs. Three tests for each class: caught, silent, exact text. */
#include "debug_fixture.h"

static void all_syncs(struct dma_fixture *f, dma_addr_t addr, u64 bytes,
		      enum dma_data_direction dir)
{
	dma_sync_single_for_cpu(f->dev, addr, bytes, dir);
	dma_sync_single_for_device(f->dev, addr, bytes, dir);
}

static void unallocated_plant(struct dma_fixture *f)
{
	dma_addr_t addr = debug_map(f, debug_pages(f, 1), P, RW, 0);

	dma_sync_single_for_cpu(f->dev, addr + P / 2, P / 2 + 1, RW);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

/* All of it, its last byte, and what lies deep inside of a mapping of many buckets. */
static void unallocated_correct(struct dma_fixture *f)
{
	dma_addr_t addr = debug_map(f, debug_pages(f, 64), 64 * P, RW, 0);

	all_syncs(f, addr, 64 * P, RW);
	all_syncs(f, addr + 64 * P - 1, 1, RW);
	all_syncs(f, addr + 40 * P + 5, P, DMA_TO_DEVICE);
	dma_sync_single_range_for_device(f->dev, addr, 63 * P, P, DMA_FROM_DEVICE);
	dma_unmap_phys(f->dev, addr, 64 * P, RW, 0);
}

static const struct debug_class sync_unallocated = {
	.slug = "sync-unallocated",
	.plant = unallocated_plant,
	.correct = unallocated_correct,
	.text = "dma-debug:sync-unallocated dev=d0 size=2049 for=cpu|it begins in byte 2048 of a "
		"mapping of 4096 bytes (step 0)|DMA-API: svmsim 0000:03:00.0: device driver tries "
		"to sync DMA memory it has not allocated [device address=0x0000000001000800] "
		"[size=2049 bytes]",
};
DEBUG_CLASS_TESTS(sync_unallocated)

/* A size below zero: its end wraps around to before its start. */
static void outside_plant(struct dma_fixture *f)
{
	dma_addr_t addr = debug_map(f, debug_pages(f, 1), P, RW, 0);

	dma_sync_single_for_device(f->dev, addr + 8, (size_t)-4, RW);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

static void outside_correct(struct dma_fixture *f)
{
	dma_addr_t addr = debug_map(f, debug_pages(f, 1), P, RW, 0);

	dma_sync_single_for_device(f->dev, addr + 8, 4, RW);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

static const struct debug_class sync_outside = {
	.slug = "sync-outside",
	.plant = outside_plant,
	.correct = outside_correct,
	.text = "dma-debug:sync-outside dev=d0 mapped=1p synced=18446744073709551612|DMA-API: "
		"svmsim 0000:03:00.0: device driver syncs DMA memory outside allocated range "
		"[device address=0x0000000001000000] [allocation size=4096 bytes] [sync "
		"offset+size=18446744073709551612]|mapped in step 0",
};
DEBUG_CLASS_TESTS(sync_outside)

static void sync_for(struct dma_fixture *f, enum dma_data_direction mapped,
		     enum dma_data_direction synced, bool to_cpu)
{
	dma_addr_t addr = debug_map(f, debug_pages(f, 1), P, mapped, 0);

	if (to_cpu)
		dma_sync_single_for_cpu(f->dev, addr, 16, synced);
	else
		dma_sync_single_for_device(f->dev, addr, 16, synced);
	dma_unmap_phys(f->dev, addr, P, mapped, 0);
}

/* Wrong, but nothing is lost: what the device wrote goes to the CPU. */
static void direction_plant(struct dma_fixture *f)
{
	sync_for(f, DMA_FROM_DEVICE, RW, true);
}

/* The direction of the map, and any for a mapping in both directions. */
static void direction_correct(struct dma_fixture *f)
{
	for (int dir = DMA_BIDIRECTIONAL; dir < DMA_NONE; dir++) {
		sync_for(f, dir, dir, true);
		sync_for(f, dir, dir, false);
		sync_for(f, RW, dir, true);
		sync_for(f, RW, dir, false);
	}
}

static const struct debug_class sync_direction = {
	.slug = "sync-direction",
	.plant = direction_plant,
	.correct = direction_correct,
	.text = "dma-debug:sync-direction dev=d0 size=1p mapped=from-device synced=bidir|DMA-API: "
		"svmsim 0000:03:00.0: device driver syncs DMA memory with different direction "
		"[device address=0x0000000001000000] [size=4096 bytes] [mapped with "
		"DMA_FROM_DEVICE] [synced with DMA_BIDIRECTIONAL]|mapped in step 0",
};
DEBUG_CLASS_TESTS(sync_direction)

static void read_only_plant(struct dma_fixture *f)
{
	sync_for(f, DMA_TO_DEVICE, DMA_FROM_DEVICE, true);
}

static const struct debug_class sync_cpu_read_only = {
	.slug = "sync-cpu-read-only",
	.plant = read_only_plant,
	.correct = direction_correct,
	.also = "sync-direction",
};

static void write_only_plant(struct dma_fixture *f)
{
	sync_for(f, DMA_FROM_DEVICE, DMA_TO_DEVICE, false);
}

static const struct debug_class sync_device_write_only = {
	.slug = "sync-device-write-only",
	.plant = write_only_plant,
	.correct = direction_correct,
	.also = "sync-direction",
};

static void test_sync_cpu_read_only_is_caught(void **state)
{
	debug_class_caught(&sync_cpu_read_only);
}

static void test_sync_device_write_only_is_caught(void **state)
{
	debug_class_caught(&sync_device_write_only);
}

/* Both come behind a report of the direction. */
static void test_sync_cpu_read_only_has_the_kernels_text(void **state)
{
	struct dma_fixture *f = debug_class_make(&sync_cpu_read_only);

	debug_class_planted(&sync_cpu_read_only, f);
	ktest_assert_string_equal(
		debug_text(f, 1),
		"dma-debug:sync-cpu-read-only dev=d0 size=1p mapped=to-device synced=from-device|"
		"DMA-API: svmsim 0000:03:00.0: device driver syncs device read-only DMA memory for "
		"cpu [device address=0x0000000001000000] [size=4096 bytes] [mapped with "
		"DMA_TO_DEVICE] [synced with DMA_FROM_DEVICE]|mapped in step 0");
}

static void test_sync_device_write_only_has_the_kernels_text(void **state)
{
	struct dma_fixture *f = debug_class_make(&sync_device_write_only);

	debug_class_planted(&sync_device_write_only, f);
	ktest_assert_string_equal(
		debug_text(f, 1),
		"dma-debug:sync-device-write-only dev=d0 size=1p mapped=from-device "
		"synced=to-device|DMA-API: svmsim 0000:03:00.0: device driver syncs device "
		"write-only DMA memory to device [device address=0x0000000001000000] [size=4096 "
		"bytes] [mapped with DMA_FROM_DEVICE] [synced with DMA_TO_DEVICE]|mapped in step "
		"0");
}

/* Which of the three messages come for each mapping, sync and side; in both directions none. */
static void test_directions_of_all_syncs(void **state)
{
	for (int mapped = DMA_TO_DEVICE; mapped < DMA_NONE; mapped++)
		for (int synced = DMA_BIDIRECTIONAL; synced < DMA_NONE; synced++)
			for (int to_cpu = 0; to_cpu < 2; to_cpu++) {
				struct dma_fixture *f = debug_make("v7.0");
				bool lost = to_cpu ? mapped == DMA_TO_DEVICE &&
							     synced != DMA_TO_DEVICE :
						     mapped == DMA_FROM_DEVICE &&
							     synced != DMA_FROM_DEVICE;

				ktest_context("mapped %d synced %d to_cpu %d", mapped, synced,
					      to_cpu);
				sync_for(f, mapped, synced, to_cpu);
				if (mapped != synced)
					debug_expect(f, "sync-direction");
				if (lost && to_cpu)
					debug_expect(f, "sync-cpu-read-only");
				if (lost && !to_cpu)
					debug_expect(f, "sync-device-write-only");
				ktest_world_drop(f->world);
			}
}

static const struct ktest tests[] = {
	DEBUG_CLASS_KTESTS(sync_unallocated),
	DEBUG_CLASS_KTESTS(sync_outside),
	DEBUG_CLASS_KTESTS(sync_direction),
	KTEST(test_sync_cpu_read_only_is_caught),
	KTEST(test_sync_cpu_read_only_has_the_kernels_text),
	KTEST(test_sync_device_write_only_is_caught),
	KTEST(test_sync_device_write_only_has_the_kernels_text),
	KTEST(test_directions_of_all_syncs),
};
KTEST_MAIN(tests)
