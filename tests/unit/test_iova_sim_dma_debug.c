/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* DMA debugging: maps and unmaps. Three tests for each class: caught, silent, exact text. */
#include "debug_fixture.h"

static void invalid_plant(struct dma_fixture *f)
{
	dma_unmap_phys(f->dev, DMA_MAPPING_ERROR, P, RW, 0);
}

/* The map fails, the driver looks, and does not unmap. */
static void invalid_correct(struct dma_fixture *f)
{
	if (!dma_mapping_error(f->dev, DMA_MAPPING_ERROR))
		dma_unmap_phys(f->dev, DMA_MAPPING_ERROR, P, RW, 0);
}

static const struct debug_class free_invalid = {
	.slug = "free-invalid",
	.plant = invalid_plant,
	.correct = invalid_correct,
	.text = "dma-debug:free-invalid dev=d0 size=1p|DMA-API: svmsim 0000:03:00.0: device driver "
		"tries to free an invalid DMA memory address",
};
DEBUG_CLASS_TESTS(free_invalid)

static void unallocated_plant(struct dma_fixture *f)
{
	dma_addr_t addr = debug_map(f, debug_pages(f, 1), P, RW, 0);

	dma_unmap_phys(f->dev, addr, P, RW, 0);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

static void unallocated_correct(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 1);

	debug_map(f, page, P, RW, 0);
	debug_map(f, page, P, RW, 0);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	dma_unmap_phys(f->dev, page, P, RW, 0);
}

static const struct debug_class free_unallocated = {
	.slug = "free-unallocated",
	.plant = unallocated_plant,
	.correct = unallocated_correct,
	.text = "dma-debug:free-unallocated dev=d0 size=1p unmapped=phy|DMA-API: svmsim "
		"0000:03:00.0: device driver tries to free DMA memory it has not allocated [device "
		"address=0x0000000001000000] [size=4096 bytes]",
};
DEBUG_CLASS_TESTS(free_unallocated)

static void size_plant(struct dma_fixture *f)
{
	dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 2), 2 * P, RW, 0), P, RW, 0);
}

static void size_correct(struct dma_fixture *f)
{
	dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 2), P + 1, RW, 0), P + 1, RW, 0);
}

static const struct debug_class free_size = {
	.slug = "free-size",
	.plant = size_plant,
	.correct = size_correct,
	.text = "dma-debug:free-size dev=d0 mapped=2p unmapped=1p|DMA-API: svmsim 0000:03:00.0: "
		"device driver frees DMA memory with different size [device "
		"address=0x0000000001000000] [map size=8192 bytes] [unmap size=4096 bytes]|mapped "
		"in step 0",
};
DEBUG_CLASS_TESTS(free_size)

static void function_plant(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 1);

	debug_map(f, page, P, RW, 0);
	debug_dma_free_coherent(f->dev, P, phys_to_virt(page), page, 0);
}

static void function_correct(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 1);

	debug_dma_alloc_coherent(f->dev, P, page, phys_to_virt(page), 0);
	debug_dma_free_coherent(f->dev, P, phys_to_virt(page), page, 0);
	debug_dma_alloc_pages(f->dev, phys_to_page(page), P, DMA_TO_DEVICE, page, 0);
	debug_dma_free_pages(f->dev, phys_to_page(page), P, DMA_TO_DEVICE, page);
}

static const struct debug_class free_function = {
	.slug = "free-function",
	.plant = function_plant,
	.correct = function_correct,
	.text = "dma-debug:free-function dev=d0 size=1p mapped=phy unmapped=coherent|DMA-API: "
		"svmsim 0000:03:00.0: device driver frees DMA memory with wrong function [device "
		"address=0x0000000001000000] [size=4096 bytes] [mapped as phy] [unmapped as "
		"coherent]|mapped in step 0",
};
DEBUG_CLASS_TESTS(free_function)

static void cpu_address_plant(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 2);

	debug_dma_alloc_coherent(f->dev, P, page, phys_to_virt(page), 0);
	debug_dma_free_coherent(f->dev, P, (char *)phys_to_virt(page) + P, page, 0);
}

static const struct debug_class free_cpu_address = {
	.slug = "free-cpu-address",
	.plant = cpu_address_plant,
	.correct = function_correct,
	.text = "dma-debug:free-cpu-address dev=d0 size=1p mapped=coherent|DMA-API: svmsim "
		"0000:03:00.0: device driver frees DMA memory with different CPU address [device "
		"address=0x0000000001000000] [size=4096 bytes] [cpu alloc "
		"address=0x0x0000000001000000] [cpu free address=0x0x0000000001001000]|mapped in "
		"step 0",
};
DEBUG_CLASS_TESTS(free_cpu_address)

static void direction_plant(struct dma_fixture *f)
{
	dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 1), P, DMA_TO_DEVICE, 0), P, RW, 0);
}

static void direction_correct(struct dma_fixture *f)
{
	for (int dir = DMA_BIDIRECTIONAL; dir < DMA_NONE; dir++)
		dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 1), P, dir, 0), P, dir, 0);
}

static const struct debug_class free_direction = {
	.slug = "free-direction",
	.plant = direction_plant,
	.correct = direction_correct,
	.text = "dma-debug:free-direction dev=d0 size=1p mapped=to-device unmapped=bidir|DMA-API: "
		"svmsim 0000:03:00.0: device driver frees DMA memory with different direction "
		"[device address=0x0000000001000000] [size=4096 bytes] [mapped with DMA_TO_DEVICE] "
		"[unmapped with DMA_BIDIRECTIONAL]|mapped in step 0",
};
DEBUG_CLASS_TESTS(free_direction)

static void unchecked_plant(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 1);

	/* Asking about another address is no check. */
	ktest_assert_int_equal(dma_mapping_error(f->dev, page + 1), 0);
	dma_unmap_phys(f->dev, dma_map_phys(f->dev, page, P, RW, 0), P, RW, 0);
}

static const struct debug_class map_unchecked = {
	.slug = "map-unchecked",
	.plant = unchecked_plant,
	.correct = unallocated_correct,
	.text = "dma-debug:map-unchecked dev=d0 size=1p mapped=phy|DMA-API: svmsim 0000:03:00.0: "
		"device driver failed to check map error[device address=0x0000000001000000] "
		"[size=4096 bytes] [mapped as phy]|mapped in step 0",
};
DEBUG_CLASS_TESTS(map_unchecked)

static void attributes_plant(struct dma_fixture *f)
{
	dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 1), P, RW, DMA_ATTR_PRIVILEGED), P, RW,
		       DMA_ATTR_NO_WARN);
}

static void attributes_correct(struct dma_fixture *f)
{
	const unsigned long free = DMA_ATTR_WEAK_ORDERING | DMA_ATTR_SKIP_CPU_SYNC |
				   DMA_ATTR_NO_WARN | DMA_ATTR_DEBUGGING_IGNORE_CACHELINES;

	dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 1), P, RW, DMA_ATTR_PRIVILEGED | free),
		       P, RW, DMA_ATTR_PRIVILEGED);
}

static const struct debug_class free_attributes = {
	.slug = "free-attributes",
	.kernel = "v7.x",
	.plant = attributes_plant,
	.correct = attributes_correct,
	.text = "dma-debug:free-attributes dev=d0 size=1p mapped=0x200 unmapped=0x100|DMA-API: "
		"svmsim 0000:03:00.0: device driver frees DMA memory with different attributes "
		"[device address=0x0000000001000000] [size=4096 bytes] [mapped with 0x200] "
		"[unmapped with 0x100]|mapped in step 0",
};
DEBUG_CLASS_TESTS(free_attributes)

static void test_free_attributes_is_unseen_in_v7_0(void **state)
{
	debug_class_unseen(&free_attributes, "v7.0");
}

static void leak_plant(struct dma_fixture *f)
{
	u64 page = debug_pages(f, 3);

	/* The one with the highest bucket is named: the third page has the same as the second. */
	debug_map(f, page + 2 * P, P, DMA_TO_DEVICE, 0);
	debug_map(f, page, 2 * P, RW, 0);
	sim_device_unbind_all(f->world);
	dma_unmap_phys(f->dev, page, 2 * P, RW, 0);
	dma_unmap_phys(f->dev, page + 2 * P, P, DMA_TO_DEVICE, 0);
}

static void leak_correct(struct dma_fixture *f)
{
	dma_unmap_phys(f->dev, debug_map(f, debug_pages(f, 1), P, RW, 0), P, RW, 0);
	sim_device_unbind_all(f->world);
}

static const struct debug_class leak = {
	.slug = "leak",
	.plant = leak_plant,
	.correct = leak_correct,
	.text = "dma-debug:leak dev=d0 count=2 size=1p mapped=phy dir=to-device|DMA-API: pci "
		"0000:03:00.0: device driver has pending DMA allocations while released from "
		"device [count=2]|One of leaked entries details: [device "
		"address=0x0000000001002000] [size=4096 bytes] [mapped with DMA_TO_DEVICE] [mapped "
		"as phy]|mapped in step 0",
};
DEBUG_CLASS_TESTS(leak)

/* Every error of one call is reported, in the kernel's order. */
static void test_all_errors_of_a_call_are_reported(void **state)
{
	static const char *const slugs[] = { "free-size", "free-function", "free-direction",
					     "map-unchecked", "free-attributes" };
	struct dma_fixture *f = debug_make("v7.x");
	u64 page = debug_pages(f, 2);

	dma_map_phys(f->dev, page, P, DMA_TO_DEVICE, DMA_ATTR_PRIVILEGED);
	debug_dma_free_coherent(f->dev, 2 * P, phys_to_virt(page), page, 0);
	for (unsigned int i = 0; i < sizeof(slugs) / sizeof(slugs[0]); i++) {
		ktest_assert_string_contains(debug_text(f, i), slugs[i]);
		debug_expect(f, slugs[i]);
	}
	ktest_assert_u64_equal(svmsim_report_count(f->world), 5);
}

/* Under an IOMMU the WARN that follows from a second unmap is attached to the finding. */
static void test_warn_of_a_double_unmap_is_attached(void **state)
{
	struct dma_fixture *f =
		debug_make_with(&(struct dma_options){ .profile = "generic-pt" }, "v7.0");
	struct svmsim_report report;

	unallocated_plant(f);
	ktest_assert_string_contains(debug_text(f, 0), "dma-debug:free-unallocated");
	ktest_assert_int_equal(svmsim_report_get(f->world, 1, &report), 0);
	ktest_assert_string_equal(report.identifier, "warn");
	ktest_assert_int_equal(report.attached_to, 0);
	debug_expect(f, "free-unallocated");
}

/* What the IOVA API maps is not seen. */
static void test_iova_links_are_not_tracked(void **state)
{
	struct dma_fixture *f =
		debug_make_with(&(struct dma_options){ .profile = "generic-pt" }, "v7.0");

	dma_window(f, 2 * P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, debug_pages(f, 1), 0, P, RW, 0),
			       0);
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
}

/* Code that asks must not leave out what is being watched. */
static void test_debugging_needs_all_unmaps_and_syncs(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");

	ktest_assert_true(dma_need_unmap(f->dev));
	ktest_assert_true(dma_dev_need_sync(f->dev));
	sim_dma_debug_stop(f->world);
	ktest_assert_false(dma_need_unmap(f->dev));
	ktest_assert_false(dma_dev_need_sync(f->dev));
}

static void test_failed_map_is_no_entry(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");

	*f->dev->dma_mask = 0xfff;
	ktest_assert_u64_equal(dma_map_phys(f->dev, debug_pages(f, 1), P, RW, 0),
			       DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
	dma_assert_warns(f, 1);
}

static void test_reset_forgets_what_was_mapped(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 page = debug_pages(f, 1);

	debug_map(f, page, P, RW, 0);
	sim_event_detach(f->world, &f->consumer);
	sim_world_reset(f->world);
	dma_rebuild(f);
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
	sim_dma_debug_start(f->world);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	debug_expect(f, "free-unallocated");
}

static void test_no_dma_debug_keeps_it_off(void **state)
{
	struct dma_fixture *f = dma_make("identity");

	f->world->machine->no_dma_debug = true;
	sim_dma_debug_start(f->world);
	unallocated_plant(f);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
}

static const struct ktest tests[] = {
	DEBUG_CLASS_KTESTS(free_invalid),
	DEBUG_CLASS_KTESTS(free_unallocated),
	DEBUG_CLASS_KTESTS(free_size),
	DEBUG_CLASS_KTESTS(free_function),
	DEBUG_CLASS_KTESTS(free_cpu_address),
	DEBUG_CLASS_KTESTS(free_direction),
	DEBUG_CLASS_KTESTS(map_unchecked),
	DEBUG_CLASS_KTESTS(free_attributes),
	KTEST(test_free_attributes_is_unseen_in_v7_0),
	DEBUG_CLASS_KTESTS(leak),
	KTEST(test_all_errors_of_a_call_are_reported),
	KTEST(test_warn_of_a_double_unmap_is_attached),
	KTEST(test_iova_links_are_not_tracked),
	KTEST(test_debugging_needs_all_unmaps_and_syncs),
	KTEST(test_failed_map_is_no_entry),
	KTEST(test_reset_forgets_what_was_mapped),
	KTEST(test_no_dma_debug_keeps_it_off),
};
KTEST_MAIN(tests)
