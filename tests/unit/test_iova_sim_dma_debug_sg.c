/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DMA debugging: scatterlists. Three tests for each class: caught, silent, exact text. The lists
 * are mapped by hand, without merging: each entry is a segment at its physical address.
 */
#include <linux/scatterlist.h>
#include "debug_fixture.h"

#define ENTRY_COUNT 3

/* Entries of a page each with a page between them. */
static void list_fill(struct dma_fixture *f, struct scatterlist *sg, unsigned int bytes)
{
	u64 page = debug_pages(f, 2 * ENTRY_COUNT + bytes / P * ENTRY_COUNT);

	sg_init_table(sg, ENTRY_COUNT);
	for (unsigned int i = 0; i < ENTRY_COUNT; i++) {
		u64 phys = page + i * (bytes + P);

		sg_set_page(&sg[i], phys_to_page(phys), bytes, 0);
		sg_dma_address(&sg[i]) = phys;
		sg_dma_len(&sg[i]) = bytes;
	}
}

static void list_map(struct dma_fixture *f, struct scatterlist *sg, int dir)
{
	list_fill(f, sg, P);
	debug_dma_map_sg(f->dev, sg, ENTRY_COUNT, ENTRY_COUNT, dir, 0);
}

static void free_count_plant(struct dma_fixture *f)
{
	struct scatterlist sg[ENTRY_COUNT];

	/* Two entries became one segment; the driver passes what the map call returned. */
	list_fill(f, sg, P);
	debug_dma_map_sg(f->dev, sg, 2, 1, RW, 0);
	debug_dma_unmap_sg(f->dev, sg, 1, RW, 0);
}

static void free_count_correct(struct dma_fixture *f)
{
	struct scatterlist sg[ENTRY_COUNT];

	list_map(f, sg, RW);
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, RW, 0);
	debug_dma_map_sg(f->dev, sg, ENTRY_COUNT, 1, RW, 0);
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, RW, 0);
}

static const struct debug_class free_sg_count = {
	.slug = "free-sg-count",
	.plant = free_count_plant,
	.correct = free_count_correct,
	.text = "dma-debug:free-sg-count dev=d0 mapped=2 unmapped=1|DMA-API: svmsim 0000:03:00.0: "
		"device driver frees DMA sg list with different entry count [map count=2] [unmap "
		"count=1]|mapped in step 0",
};
DEBUG_CLASS_TESTS(free_sg_count)

static void sync_count_plant(struct dma_fixture *f)
{
	struct scatterlist sg[ENTRY_COUNT];

	list_map(f, sg, DMA_TO_DEVICE);
	debug_dma_sync_sg_for_device(f->dev, sg, 1, DMA_TO_DEVICE);
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, DMA_TO_DEVICE, 0);
}

/* In both directions the kernel does not look; of an unknown list it says nothing. */
static void sync_count_correct(struct dma_fixture *f)
{
	struct scatterlist sg[ENTRY_COUNT];

	list_map(f, sg, DMA_TO_DEVICE);
	debug_dma_sync_sg_for_device(f->dev, sg, ENTRY_COUNT, DMA_TO_DEVICE);
	debug_dma_sync_sg_for_cpu(f->dev, sg, ENTRY_COUNT, DMA_TO_DEVICE);
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, DMA_TO_DEVICE, 0);
	debug_dma_sync_sg_for_cpu(f->dev, sg, ENTRY_COUNT, DMA_TO_DEVICE);
	list_map(f, sg, RW);
	debug_dma_sync_sg_for_cpu(f->dev, sg, 1, RW);
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, RW, 0);
}

static const struct debug_class sync_sg_count = {
	.slug = "sync-sg-count",
	.plant = sync_count_plant,
	.correct = sync_count_correct,
	.text = "dma-debug:sync-sg-count dev=d0 mapped=3 synced=1|DMA-API: svmsim 0000:03:00.0: "
		"device driver syncs DMA sg list with different entry count [map count=3] [sync "
		"count=1]|mapped in step 0",
};
DEBUG_CLASS_TESTS(sync_sg_count)

/* One entry of @bytes. */
static void map_long(struct dma_fixture *f, unsigned int bytes)
{
	struct scatterlist sg[ENTRY_COUNT];

	list_fill(f, sg, bytes);
	debug_dma_map_sg(f->dev, sg, 1, 1, RW, 0);
	debug_dma_unmap_sg(f->dev, sg, 1, RW, 0);
}

static void length_plant(struct dma_fixture *f)
{
	map_long(f, SZ_64K + P);
}

static void length_correct(struct dma_fixture *f)
{
	map_long(f, SZ_64K);
	dma_set_max_seg_size(f->dev, SZ_64K + P);
	map_long(f, SZ_64K + P);
}

static const struct debug_class sg_length = {
	.slug = "sg-length",
	.plant = length_plant,
	.correct = length_correct,
	.text = "dma-debug:sg-length dev=d0 size=17p max=16p|DMA-API: svmsim 0000:03:00.0: mapping "
		"sg segment longer than device claims to support [len=69632] [max=65536]",
};
DEBUG_CLASS_TESTS(sg_length)

static void boundary_plant(struct dma_fixture *f)
{
	dma_set_seg_boundary(f->dev, P - 1);
	map_long(f, 2 * P);
}

static void boundary_correct(struct dma_fixture *f)
{
	map_long(f, 2 * P);
	dma_set_seg_boundary(f->dev, P - 1);
	map_long(f, P);
}

static const struct debug_class sg_boundary = {
	.slug = "sg-boundary",
	.plant = boundary_plant,
	.correct = boundary_correct,
	.text = "dma-debug:sg-boundary dev=d0 size=2p boundary=0xfff|DMA-API: svmsim 0000:03:00.0: "
		"mapping sg segment across boundary [start=0x0000000001000000] "
		"[end=0x0000000001001fff] [boundary=0x0000000000000fff]",
};
DEBUG_CLASS_TESTS(sg_boundary)

/* Each segment of a list is freed by the kind of call that mapped it. */
static void test_list_unmapped_one_by_one_has_the_wrong_function(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	struct scatterlist sg[ENTRY_COUNT];

	list_map(f, sg, RW);
	for (unsigned int i = 0; i < ENTRY_COUNT; i++) {
		dma_unmap_phys(f->dev, sg_dma_address(&sg[i]), P, RW, 0);
		debug_expect(f, "free-function");
	}
	ktest_assert_string_contains(debug_text(f, 0), "mapped=scatter-gather unmapped=phy");
}

static void test_each_entry_of_an_unknown_list_is_judged(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	struct scatterlist sg[ENTRY_COUNT];

	list_fill(f, sg, P);
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, RW, 0);
	for (unsigned int i = 0; i < ENTRY_COUNT; i++)
		debug_expect(f, "free-unallocated");
}

/* All entries are looked at, merged or not. */
static void test_list_with_a_stack_buffer_is_caught(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	struct scatterlist sg[ENTRY_COUNT];

	list_fill(f, sg, P);
	sim_dma_debug_area(f->world, SVMSIM_AREA_STACK, sg_phys(&sg[2]), P);
	debug_dma_map_sg(f->dev, sg, ENTRY_COUNT, 1, RW, 0);
	debug_expect(f, "map-stack");
	debug_dma_unmap_sg(f->dev, sg, ENTRY_COUNT, RW, 0);
}

/* Two lists that begin with the same page: the one with as many entries is meant. */
static void test_unmap_takes_the_list_with_its_entry_count(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	struct scatterlist sg[ENTRY_COUNT];

	list_fill(f, sg, P);
	debug_dma_map_sg(f->dev, sg, 1, 1, RW, 0);
	debug_dma_map_sg(f->dev, sg, 2, 2, RW, 0);
	debug_dma_unmap_sg(f->dev, sg, 2, RW, 0);
	debug_dma_unmap_sg(f->dev, sg, 1, RW, 0);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
}

static const struct ktest tests[] = {
	DEBUG_CLASS_KTESTS(free_sg_count),
	DEBUG_CLASS_KTESTS(sync_sg_count),
	DEBUG_CLASS_KTESTS(sg_length),
	DEBUG_CLASS_KTESTS(sg_boundary),
	KTEST(test_list_unmapped_one_by_one_has_the_wrong_function),
	KTEST(test_each_entry_of_an_unknown_list_is_judged),
	KTEST(test_list_with_a_stack_buffer_is_caught),
	KTEST(test_unmap_takes_the_list_with_its_entry_count),
};
KTEST_MAIN(tests)
