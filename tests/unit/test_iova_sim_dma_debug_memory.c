/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* DMA debugging: which memory is mapped. Three tests for each class: caught, silent, exact text. */
#include <linux/swiotlb.h>
#include "debug_fixture.h"

/* An area of two pages between two pages that are none. */
static u64 area_make(struct dma_fixture *f, enum svmsim_area_kind kind)
{
	u64 page = debug_pages(f, 4);

	sim_dma_debug_area(f->world, kind, page + P, 2 * P);
	return page + P;
}

static void map_and_unmap(struct dma_fixture *f, u64 phys, u64 bytes)
{
	dma_unmap_phys(f->dev, debug_map(f, phys, bytes, RW, 0), bytes, RW, 0);
}

/* On both sides of an area. */
static void neighbours_map(struct dma_fixture *f, enum svmsim_area_kind kind)
{
	u64 area = area_make(f, kind);

	map_and_unmap(f, area - P, P);
	map_and_unmap(f, area + 2 * P, P);
}

static void stack_plant(struct dma_fixture *f)
{
	map_and_unmap(f, area_make(f, SVMSIM_AREA_STACK) + 2 * P - 8, 8);
}

/* The kernel looks where the buffer begins. */
static void stack_correct(struct dma_fixture *f)
{
	neighbours_map(f, SVMSIM_AREA_STACK);
	neighbours_map(f, SVMSIM_AREA_VMAP_STACK);
	map_and_unmap(f, area_make(f, SVMSIM_AREA_STACK) - P, 2 * P);
}

static const struct debug_class map_stack = {
	.slug = "map-stack",
	.plant = stack_plant,
	.correct = stack_correct,
	.text = "dma-debug:map-stack dev=d0 size=8 area=stack|DMA-API: svmsim 0000:03:00.0: device "
		"driver maps memory from stack [addr=ffff888001002ff8]",
};
DEBUG_CLASS_TESTS(map_stack)

static void vmap_stack_plant(struct dma_fixture *f)
{
	map_and_unmap(f, area_make(f, SVMSIM_AREA_VMAP_STACK), 8);
}

static const struct debug_class map_vmap_stack = {
	.slug = "map-stack",
	.plant = vmap_stack_plant,
	.correct = stack_correct,
	.text = "dma-debug:map-stack dev=d0 size=8 area=vmap-stack|DMA-API: svmsim 0000:03:00.0: "
		"device driver maps memory from stack [probable addr=ffffc90001001000]",
};
DEBUG_CLASS_TESTS(map_vmap_stack)

static void text_plant(struct dma_fixture *f)
{
	map_and_unmap(f, area_make(f, SVMSIM_AREA_TEXT) - 8, 9);
}

static void text_correct(struct dma_fixture *f)
{
	neighbours_map(f, SVMSIM_AREA_TEXT);
	neighbours_map(f, SVMSIM_AREA_RODATA);
	map_and_unmap(f, area_make(f, SVMSIM_AREA_TEXT) - 8, 8);
}

static const struct debug_class map_text = {
	.slug = "map-text",
	.plant = text_plant,
	.correct = text_correct,
	.text = "dma-debug:map-text dev=d0 size=9 area=text|DMA-API: svmsim 0000:03:00.0: device "
		"driver maps memory from kernel text or rodata [addr=ffff888001000ff8] [len=9]",
};
DEBUG_CLASS_TESTS(map_text)

static void rodata_plant(struct dma_fixture *f)
{
	map_and_unmap(f, area_make(f, SVMSIM_AREA_RODATA) + P, P);
}

static const struct debug_class map_rodata = {
	.slug = "map-text",
	.plant = rodata_plant,
	.correct = text_correct,
	.text = "dma-debug:map-text dev=d0 size=1p area=rodata|DMA-API: svmsim 0000:03:00.0: "
		"device driver maps memory from kernel text or rodata [addr=ffff888001002000] "
		"[len=4096]",
};
DEBUG_CLASS_TESTS(map_rodata)

static void map_single(struct dma_fixture *f, u64 phys)
{
	dma_addr_t addr = dma_map_single(f->dev, phys_to_virt(phys), 64, RW);

	if (!dma_mapping_error(f->dev, addr))
		dma_unmap_single(f->dev, addr, 64, RW);
}

static void invalid_plant(struct dma_fixture *f)
{
	map_single(f, area_make(f, SVMSIM_AREA_INVALID));
}

/* Neighbours, and the same pages by dma_map_phys(), which knows no CPU address. */
static void invalid_correct(struct dma_fixture *f)
{
	u64 area = area_make(f, SVMSIM_AREA_INVALID);

	map_single(f, area - P);
	map_single(f, area + 2 * P);
	map_and_unmap(f, area, P);
}

static const struct debug_class map_invalid = {
	.slug = "map-invalid",
	.plant = invalid_plant,
	.correct = invalid_correct,
	.text = "dma-debug:map-invalid dev=d0 size=64 area=invalid|DMA-API: svmsim 0000:03:00.0: "
		"device driver maps memory from invalid area [addr=ffff888001001000] [len=64]",
};
DEBUG_CLASS_TESTS(map_invalid)

static void vmalloc_plant(struct dma_fixture *f)
{
	map_single(f, area_make(f, SVMSIM_AREA_VMALLOC) + P);
}

static void vmalloc_correct(struct dma_fixture *f)
{
	u64 area = area_make(f, SVMSIM_AREA_VMALLOC);

	map_single(f, area - P);
	map_single(f, area + 2 * P);
	map_and_unmap(f, area, P);
}

static const struct debug_class map_vmalloc = {
	.slug = "map-vmalloc",
	.plant = vmalloc_plant,
	.correct = vmalloc_correct,
	.text = "dma-debug:map-vmalloc dev=d0 size=64 area=vmalloc|DMA-API: svmsim 0000:03:00.0: "
		"device driver maps memory from vmalloc area [addr=ffffc90001002000] [len=64]",
};
DEBUG_CLASS_TESTS(map_vmalloc)

/* The map fails with a WARN, which is attached to the report. */
static void test_map_vmalloc_is_refused(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 area = area_make(f, SVMSIM_AREA_VMALLOC);
	struct svmsim_report report;

	ktest_assert_u64_equal(dma_map_single(f->dev, phys_to_virt(area), 8, RW),
			       DMA_MAPPING_ERROR);
	ktest_assert_int_equal(svmsim_report_get(f->world, 1, &report), 0);
	ktest_assert_int_equal(report.attached_to, 0);
	ktest_assert_string_contains(report.line[1], "rejecting DMA map of vmalloc memory");
	debug_expect(f, "map-vmalloc");
}

static void resource_plant(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 1);
	dma_addr_t addr = dma_map_resource(f->dev, page, P, RW, 0);

	if (!dma_mapping_error(f->dev, addr))
		dma_unmap_resource(f->dev, addr, P, RW, 0);
}

static void resource_correct(struct dma_fixture *f)
{
	u64 registers = 0xd0000000;
	dma_addr_t addr = dma_map_resource(f->dev, registers, P, RW, 0);

	ktest_assert_int_equal(dma_mapping_error(f->dev, addr), 0);
	dma_unmap_resource(f->dev, addr, P, RW, 0);
}

static const struct debug_class map_resource_ram = {
	.slug = "map-resource-ram",
	.kernel = "v7.x",
	.plant = resource_plant,
	.correct = resource_correct,
	.text = "dma-debug:map-resource-ram dev=d0 size=1p|DMA-API: svmsim 0000:03:00.0: "
		"dma_map_resource called for RAM address 0x0000000001000000",
};
DEBUG_CLASS_TESTS(map_resource_ram)

/* v7.0 has a WARN for it, once, and lets the call fail. */
static void test_map_resource_of_ram_fails_in_v7_0(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");

	resource_correct(f);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	for (unsigned int i = 0; i < 2; i++)
		ktest_assert_u64_equal(dma_map_resource(f->dev, debug_pages(f, 1), P, RW, 0),
				       DMA_MAPPING_ERROR);
	dma_assert_warns(f, 1);
}

#define SIZE 256

/* Two buffers in one page, too long to bounce; the second one begins in line @offset / 64. */
static void map_two(struct dma_fixture *f, enum dma_data_direction first,
		    enum dma_data_direction second, u64 offset, unsigned long attrs)
{
	u64 page = debug_pages(f, 1);

	debug_map(f, page, SIZE, first, attrs);
	debug_map(f, page + offset, SIZE, second, attrs);
	dma_unmap_phys(f->dev, page + offset, SIZE, second, attrs);
	dma_unmap_phys(f->dev, page, SIZE, first, attrs);
}

static void overlap_plant(struct dma_fixture *f)
{
	map_two(f, RW, DMA_FROM_DEVICE, 32, 0);
}

/* Other first lines, memory that the device only reads, and what the driver takes upon itself. */
static void overlap_correct(struct dma_fixture *f)
{
	map_two(f, RW, RW, SIZE, 0);
	map_two(f, RW, RW, 64, 0);
	map_two(f, DMA_TO_DEVICE, RW, 32, 0);
	map_two(f, RW, DMA_TO_DEVICE, 32, 0);
	map_two(f, RW, RW, 32, DMA_ATTR_SKIP_CPU_SYNC);
	map_two(f, RW, RW, 32, DMA_ATTR_DEBUGGING_IGNORE_CACHELINES);
}

static const struct debug_class overlap = {
	.slug = "overlap",
	.options = { .noncoherent = true },
	.plant = overlap_plant,
	.correct = overlap_correct,
	.text = "dma-debug:overlap dev=d0 size=256 dir=from-device other=d0|DMA-API: svmsim "
		"0000:03:00.0: cacheline tracking EEXIST, overlapping mappings aren't supported",
};
DEBUG_CLASS_TESTS(overlap)

/* On a machine where all devices snoop nothing is lost. */
static void test_overlap_on_a_coherent_machine_is_silent(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");

	overlap_plant(f);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
}

static void test_overlap_where_small_buffers_bounce_is_silent(void **state)
{
	struct dma_fixture *f = debug_class_make(&overlap);
	struct io_tlb_mem pool = { .nslabs = 1 };
	struct io_tlb_mem *own = f->dev->dma_io_tlb_mem;
	u64 page = debug_pages(f, 1);

	/* A pool that is there, and out of the way where something would bounce. */
	debug_map(f, page, SIZE, RW, 0);
	f->dev->dma_io_tlb_mem = &pool;
	debug_dma_map_phys(f->dev, page + 32, SIZE, RW, page + 32, 0);
	f->dev->dma_io_tlb_mem = own;
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	ktest_assert_int_equal(dma_mapping_error(f->dev, page + 32), 0);
	dma_unmap_phys(f->dev, page + 32, SIZE, RW, 0);
	dma_unmap_phys(f->dev, page, SIZE, RW, 0);
}

/* Only the promise of both sides counts. */
static void test_one_promise_does_not_excuse_an_overlap(void **state)
{
	struct dma_fixture *f = debug_class_make(&overlap);
	u64 page = debug_pages(f, 1);

	for (unsigned int i = 0; i < 2; i++) {
		debug_map(f, page, SIZE, RW, i ? 0 : DMA_ATTR_DEBUGGING_IGNORE_CACHELINES);
		debug_map(f, page + 32, SIZE, RW, i ? DMA_ATTR_DEBUGGING_IGNORE_CACHELINES : 0);
		debug_expect(f, "overlap");
		dma_unmap_phys(f->dev, page + 32, SIZE, RW, 0);
		dma_unmap_phys(f->dev, page, SIZE, RW, 0);
	}
}

/* The line stays taken until the last of its mappings is gone, whichever that is. */
static void test_line_is_free_again_after_the_last_unmap(void **state)
{
	struct dma_fixture *f = debug_class_make(&overlap);
	u64 page = debug_pages(f, 1);

	debug_map(f, page, SIZE, RW, 0);
	debug_map(f, page + 32, SIZE, RW, 0);
	dma_unmap_phys(f->dev, page, SIZE, RW, 0);
	debug_map(f, page, SIZE, RW, 0);
	debug_expect(f, "overlap");
	debug_expect(f, "overlap");
	dma_unmap_phys(f->dev, page, SIZE, RW, 0);
	dma_unmap_phys(f->dev, page + 32, SIZE, RW, 0);
	debug_map(f, page, SIZE, RW, 0);
	dma_unmap_phys(f->dev, page, SIZE, RW, 0);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 2);
}

/* The kernel counts to seven in a line, complains once and loses count. */
static void test_more_than_seven_overlaps_warn_once(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 page = debug_pages(f, 1);

	for (unsigned int i = 0; i < 8; i++)
		debug_map(f, page, SIZE, RW, 0);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	for (unsigned int i = 0; i < 2; i++)
		debug_map(f, page, SIZE, RW, 0);
	ktest_assert_string_equal(dma_warn_text(f, 0), "DMA-API: exceeded 7 overlapping mappings "
						       "of cacheline 0x0000000000040000");
	for (unsigned int i = 0; i < 10; i++)
		dma_unmap_phys(f->dev, page, SIZE, RW, 0);
	dma_assert_warns(f, 1);
}

static const struct ktest tests[] = {
	DEBUG_CLASS_KTESTS(map_stack),
	DEBUG_CLASS_KTESTS(map_vmap_stack),
	DEBUG_CLASS_KTESTS(map_text),
	DEBUG_CLASS_KTESTS(map_rodata),
	DEBUG_CLASS_KTESTS(map_invalid),
	DEBUG_CLASS_KTESTS(map_vmalloc),
	KTEST(test_map_vmalloc_is_refused),
	DEBUG_CLASS_KTESTS(map_resource_ram),
	KTEST(test_map_resource_of_ram_fails_in_v7_0),
	DEBUG_CLASS_KTESTS(overlap),
	KTEST(test_overlap_on_a_coherent_machine_is_silent),
	KTEST(test_overlap_where_small_buffers_bounce_is_silent),
	KTEST(test_one_promise_does_not_excuse_an_overlap),
	KTEST(test_line_is_free_again_after_the_last_unmap),
	KTEST(test_more_than_seven_overlaps_warn_once),
};
KTEST_MAIN(tests)
