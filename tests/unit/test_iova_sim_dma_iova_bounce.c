// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The IOVA API of a device whose unaligned heads and tails bounce. */
#include <svmsim/machine.h>
#include "bounce_fixture.h"

#define RW DMA_BIDIRECTIONAL

static struct dma_fixture *untrusted(u64 pool_bytes)
{
	struct dma_fixture *f = bounce_make(&(struct dma_options){ .untrusted = true },
					    &(struct sim_swiotlb_params){ .bytes = pool_bytes,
									  .area_count = 1 });

	dma_set_min_align_mask(f->dev, P - 1);
	return f;
}

static void window(struct dma_fixture *f, u64 phys, u64 bytes)
{
	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, phys, bytes));
	dma_events_clear(f);
}

static int link(struct dma_fixture *f, u64 phys, u64 offset, u64 bytes)
{
	return dma_iova_link(f->dev, &f->state, phys, offset, bytes, RW, 0);
}

static void unlink(struct dma_fixture *f, u64 offset, u64 bytes)
{
	dma_iova_unlink(f->dev, &f->state, offset, bytes, RW, 0);
}

static bool flag_is_set(const struct dma_fixture *f)
{
	return f->state.__size & DMA_IOVA_USE_SWIOTLB;
}

static void set_quirk(struct dma_fixture *f, enum svmsim_quirk quirk)
{
	f->world->machine->quirks |= 1u << quirk;
}

static void test_only_head_and_tail_bounce(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 8 * P), start = pool_start(f), iova;

	window(f, block + 0x100, 4 * P);
	iova = f->state.addr - 0x100;
	ktest_assert_int_equal(link(f, block + 0x100, 0, 4 * P), 0);
	assert_event_count(f, SWIOTLB_BOUNCED, 2);
	assert_event_count(f, IOMMU_MAP, 3);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, iova, start, P);
	assert_event(f, IOMMU_MAP, 1, f->sdom->index, iova + P, block + P, 3 * P);
	assert_event(f, IOMMU_MAP, 2, f->sdom->index, iova + 4 * P, start + P, P);
	ktest_assert_true(flag_is_set(f));
	ktest_assert_u64_equal(dma_iova_size(&f->state), 4 * P);
	dma_iova_destroy(f->dev, &f->state, 4 * P, RW, 0);
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_true(flag_is_set(f));
}

static void test_aligned_links_do_not_bounce(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 4 * P);

	window(f, 0, 4 * P);
	ktest_assert_int_equal(link(f, block, 0, 4 * P), 0);
	assert_event_count(f, IOMMU_MAP, 1);
	ktest_assert_false(flag_is_set(f));
	/* Nothing to copy: no look at each granule, and no complaint about a hole. */
	dma_iova_destroy(f->dev, &f->state, 4 * P, RW, 0);
	assert_event_count(f, SWIOTLB_BOUNCED, 0);
}

static void test_head_within_one_granule(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 page = dma_page(f);

	cpu_fill(f, page, 1, P);
	window(f, page + 100, 50);
	ktest_assert_int_equal(link(f, page + 100, 0, 50), 0);
	assert_event_count(f, IOMMU_MAP, 1);
	device_fill(f, f->state.addr, 2, 50);
	ktest_assert_true(device_all(f, f->state.addr - 100, 0, 100));
	ktest_assert_true(device_all(f, f->state.addr + 50, 0, P - 150));
	dma_iova_destroy(f->dev, &f->state, 50, RW, 0);
	ktest_assert_true(cpu_has(f, page, 1, 100));
	ktest_assert_true(cpu_has(f, page + 100, 2, 50));
	ktest_assert_u64_equal(pool_used(f), 0);
}

/* v7.0 and later alike: the copy lies where the page table can't lead to it from the head. */
static void test_head_without_min_align_mask_is_einval(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 page = dma_page(f);

	dma_set_min_align_mask(f->dev, 0);
	window(f, page + 100, P);
	ktest_assert_int_equal(link(f, page + 100, 0, 50), -EINVAL);
	ktest_assert_string_contains(dma_log_last(f), "unaligned: iova");
	ktest_assert_false(flag_is_set(f));
	ktest_assert_u64_equal(pool_used(f), 0);
	/* A tail alone needs none. */
	ktest_assert_int_equal(link(f, page, P - 100, 50), 0);
	unlink(f, P - 100, 50);
	dma_iova_free(f->dev, &f->state);
}

static void test_link_refuses_what_can_not_bounce(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 page = dma_page(f);

	window(f, 0, 4 * P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 0, 100, RW, DMA_ATTR_MMIO),
			       -EPERM);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 0, 100, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EPERM);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 0, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), 0);
	ktest_assert_int_equal(link(f, page, P, 100), 0);
	/* Now that something bounced, not even aligned. */
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 2 * P, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EOPNOTSUPP);
	dma_assert_warns(f, 1);
	dma_iova_destroy(f->dev, &f->state, P + 100, RW, 0);
}

static void test_no_slots_is_enomem(void **state)
{
	struct dma_fixture *f = untrusted(128 * SLOT);
	u64 block = dma_block(f, 64 * P), page = dma_page(f), addr;

	addr = dma_map_phys(f->dev, block, 64 * P - 1, RW, 0);
	window(f, 0, 4 * P);
	ktest_assert_int_equal(link(f, page, 0, 100), -ENOMEM);
	ktest_assert_false(flag_is_set(f));
	assert_event_count(f, IOMMU_MAP, 0);
	dma_unmap_phys(f->dev, addr, 64 * P - 1, RW, 0);
	dma_iova_free(f->dev, &f->state);
}

/* Window pages 0 and 1 are linked; the tail of a link at page 2 finds no slot. */
static struct dma_fixture *tail_fails(enum svmsim_quirk quirk, bool with_quirk)
{
	struct dma_fixture *f = untrusted(128 * SLOT);
	u64 block = dma_block(f, 64 * P);

	ktest_assert_u64_not_equal(dma_map_phys(f->dev, block, 64 * P - 1, RW, 0),
				   DMA_MAPPING_ERROR);
	if (with_quirk)
		set_quirk(f, quirk);
	window(f, 0, 8 * P);
	dma_link_pages(f, 0, 1);
	dma_events_clear(f);
	ktest_assert_int_equal(link(f, block, 2 * P, 2 * P + 100), -ENOMEM);
	return f;
}

static void test_failed_tail_undoes_this_link(void **state)
{
	struct dma_fixture *f = tail_fails(0, false);

	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr + 2 * P, 2 * P, 2 * P);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 8 * P), 2 * P);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 2 * P), 2 * P);
}

static void test_quirk_unwinds_at_the_start(void **state)
{
	struct dma_fixture *f = tail_fails(SVMSIM_QUIRK_LINK_UNWIND_AT_START, true);

	/* The two pages that had been linked before are gone, the new ones are there. */
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 2 * P), 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr + 2 * P, 2 * P), 2 * P);
}

static void test_failed_middle_undoes_the_head(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 8 * P), iova;

	window(f, block + 0x100, 4 * P);
	iova = f->state.addr - 0x100;
	/* In the way of the middle. */
	ktest_assert_int_equal(iommu_map(&f->sdom->domain, iova + P, block, P, IOMMU_READ,
					 GFP_ATOMIC), 0);
	cpu_fill(f, block, 1, P);
	ktest_assert_int_equal(link(f, block + 0x100, 0, 3 * P), -EADDRINUSE);
	ktest_assert_u64_equal(dma_live_bytes(f, iova, P), 0);
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_true(cpu_has(f, block, 1, P));
	ktest_assert_true(flag_is_set(f));
}

static void test_empty_middle_is_no_call(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 2 * P);

	window(f, block + 0x100, P);
	ktest_assert_int_equal(link(f, block + 0x100, 0, P), 0);
	assert_event_count(f, IOMMU_MAP, 2);
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
	set_quirk(f, SVMSIM_QUIRK_LINK_EMPTY_MIDDLE);
	window(f, block + 0x100, P);
	ktest_assert_int_equal(link(f, block + 0x100, 0, P), 0);
	assert_event_count(f, IOMMU_MAP, 3);
	assert_event(f, IOMMU_MAP, 1, f->sdom->index, f->state.addr - 0x100 + P, block + P, 0);
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
	ktest_assert_u64_equal(pool_used(f), 0);
}

/* Nothing was linked, so nothing is unlinked; v7.0.0 asks for an unlink of 0 bytes. */
static void test_nothing_linked_is_nothing_undone(void **state)
{
	for (int quirk = 0; quirk < 2; quirk++) {
		struct dma_fixture *f = untrusted(128 * SLOT);
		u64 block = dma_block(f, 64 * P);

		ktest_assert_u64_not_equal(dma_map_phys(f->dev, block, 64 * P - 1, RW, 0),
					   DMA_MAPPING_ERROR);
		if (quirk)
			set_quirk(f, SVMSIM_QUIRK_LINK_UNWIND_AT_START);
		window(f, 0, 8 * P);
		ktest_assert_int_equal(link(f, block, P, 100), -ENOMEM);
		assert_event_count(f, IOMMU_UNMAP, quirk);
	}
}

static void test_unlink_copies_back_granule_by_granule(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 4 * P);

	cpu_fill(f, block, 1, 4 * P);
	window(f, block + 1000, 2 * P);
	ktest_assert_int_equal(link(f, block + 1000, 0, 2 * P), 0);
	ktest_assert_u64_equal(pool_used(f), 4);
	device_fill(f, f->state.addr, 2, 2 * P);
	/* The middle is the buffer itself. */
	ktest_assert_true(cpu_has(f, block, 1, 1000));
	unlink(f, 0, 2 * P);
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_true(cpu_has(f, block + 1000, 2, 2 * P));
	ktest_assert_true(cpu_has(f, block, 1, 1000));
	/* The flag stays, so the next unlink looks at each granule as well. */
	ktest_assert_true(flag_is_set(f));
	unlink(f, 0, P);
	dma_assert_warns(f, 2);
	dma_iova_free(f->dev, &f->state);
}

/* What lies behind a hole is not copied back, and its slots are lost. */
static void test_hole_ends_the_copying(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 page = dma_page(f), tail = dma_page(f);

	window(f, 0, 3 * P);
	ktest_assert_int_equal(link(f, page, 0, P), 0);
	cpu_fill(f, tail, 1, 100);
	ktest_assert_int_equal(link(f, tail, 2 * P, 100), 0);
	device_fill(f, f->state.addr + 2 * P, 2, 100);
	dma_iova_destroy(f->dev, &f->state, 2 * P + 100, RW, 0);
	/* Of the look at each granule, and of the unmap that stopped there. */
	dma_assert_warns(f, 2);
	ktest_assert_true(cpu_has(f, tail, 1, 100));
	ktest_assert_u64_equal(pool_used(f), 2);
}

/* The proposal goes from run to run, and copies no padding. */
static void test_holes_destroy_copies_each_run(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 2 * P), tail = dma_page(f);

	cpu_fill(f, block, 1, 2 * P);
	cpu_fill(f, tail, 1, P);
	window(f, block + 3000, 4 * P - 3000 + 100);
	ktest_assert_int_equal(link(f, block + 3000, 0, P - 3000), 0);
	ktest_assert_int_equal(link(f, tail, 4 * P - 3000, 100), 0);
	device_fill(f, f->state.addr, 2, P - 3000);
	device_fill(f, f->state.addr + 4 * P - 3000, 3, 100);
	dma_iova_with_holes_destroy(f->dev, &f->state, RW, 0);
	ktest_assert_true(cpu_has(f, block, 1, 3000));
	ktest_assert_true(cpu_has(f, block + 3000, 2, P - 3000));
	ktest_assert_true(cpu_has(f, tail, 3, 100));
	ktest_assert_false(cpu_has(f, tail + 100, 3, 1));
	for (u64 i = 100; i < P; i++) {
		u8 byte;

		sim_cpu_phys_read(f->world, tail + i, &byte, 1);
		ktest_assert_int_equal(byte, round_byte(1, i));
	}
	ktest_assert_u64_equal(pool_used(f), 0);
}

static void test_noncoherent_links_sync_caches(void **state)
{
	struct dma_fixture *f = bounce_small(&(struct dma_options){ .noncoherent = true });
	u64 page = dma_page(f);

	cpu_fill(f, page, 1, P);
	window(f, 0, 2 * P);
	ktest_assert_int_equal(link(f, page, 0, P), 0);
	ktest_assert_true(device_has(f, f->state.addr, 1, P));
	cpu_fill(f, page, 2, P);
	ktest_assert_true(device_has(f, f->state.addr, 1, P));
	dma_sync_single_for_device(f->dev, f->state.addr, P, RW);
	ktest_assert_true(device_has(f, f->state.addr, 2, P));
	device_fill(f, f->state.addr, 3, P);
	ktest_assert_true(cpu_has(f, page, 2, P));
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
	ktest_assert_true(cpu_has(f, page, 3, P));
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 0, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EOPNOTSUPP);
}

static void test_noncoherent_links_may_leave_it_to_the_driver(void **state)
{
	struct dma_fixture *f = bounce_small(&(struct dma_options){ .noncoherent = true });
	u64 page = dma_page(f);

	cpu_fill(f, page, 1, P);
	arch_sync_dma_for_device(page, P, RW);
	cpu_fill(f, page, 2, P);
	window(f, 0, P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 0, P, RW,
					     DMA_ATTR_SKIP_CPU_SYNC), 0);
	ktest_assert_true(device_has(f, f->state.addr, 1, P));
	device_fill(f, f->state.addr, 3, P);
	dma_iova_destroy(f->dev, &f->state, P, RW, DMA_ATTR_SKIP_CPU_SYNC);
	ktest_assert_true(cpu_has(f, page, 2, P));
}

/* Every head and tail against bytes: what the device sees, what comes back, what stays alone. */
static void check_alignment(struct dma_fixture *f, u64 block, u64 head, u64 bytes, u64 round)
{
	u64 addr;

	ktest_context("head %llu, %llu bytes", head, bytes);
	cpu_fill(f, block, round, 4 * P);
	window(f, block + head, bytes);
	addr = f->state.addr;
	ktest_assert_int_equal(link(f, block + head, 0, bytes), 0);
	for (u64 i = 0; i < bytes; i += i + 61 < bytes ? 61 : 1) {
		u8 byte;

		ktest_assert_int_equal(sim_dma_read(f->dev, addr + i, &byte, 1), 0);
		ktest_assert_int_equal(byte, round_byte(round, head + i));
	}
	/* Beside head and tail the device sees zeros, never what else is in those pages. */
	ktest_assert_true(device_all(f, addr - head % P, 0, head % P));
	ktest_assert_true(device_all(f, addr + bytes, 0, -(head + bytes) % P));
	device_fill(f, addr, round + 1, bytes);
	dma_iova_destroy(f->dev, &f->state, bytes, RW, 0);
	ktest_assert_true(cpu_has(f, block, round, head));
	ktest_assert_true(cpu_has(f, block + head, round + 1, bytes));
	for (u64 i = head + bytes; i < 4 * P; i++) {
		u8 byte;

		sim_cpu_phys_read(f->world, block + i, &byte, 1);
		ktest_assert_int_equal(byte, round_byte(round, i));
	}
	ktest_assert_u64_equal(pool_used(f), 0);
}

static void test_every_alignment_of_link(void **state)
{
	struct dma_fixture *f = untrusted(256 * SLOT);
	u64 block = dma_block(f, 4 * P), round = 1;

	for (u64 head = 0; head < P; head += head < 64 ? 21 : 397)
		for (u64 bytes = 1; bytes <= 3 * P; bytes += bytes < 64 ? 31 : 1237)
			check_alignment(f, block, head, bytes, round += 2);
	for (u64 head = 0; head <= P; head += P / 2)
		for (u64 tail = 0; tail < P; tail += P / 2)
			check_alignment(f, block, head, 2 * P + tail, round += 2);
}

static const struct ktest tests[] = {
	KTEST(test_only_head_and_tail_bounce),
	KTEST(test_aligned_links_do_not_bounce),
	KTEST(test_head_within_one_granule),
	KTEST(test_head_without_min_align_mask_is_einval),
	KTEST(test_link_refuses_what_can_not_bounce),
	KTEST(test_no_slots_is_enomem),
	KTEST(test_failed_tail_undoes_this_link),
	KTEST(test_quirk_unwinds_at_the_start),
	KTEST(test_failed_middle_undoes_the_head),
	KTEST(test_empty_middle_is_no_call),
	KTEST(test_nothing_linked_is_nothing_undone),
	KTEST(test_unlink_copies_back_granule_by_granule),
	KTEST(test_hole_ends_the_copying),
	KTEST(test_holes_destroy_copies_each_run),
	KTEST(test_noncoherent_links_sync_caches),
	KTEST(test_noncoherent_links_may_leave_it_to_the_driver),
	KTEST(test_every_alignment_of_link),
};

KTEST_MAIN(tests)
