// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Bounce buffers through an IOMMU: who has to use them, what the device sees, what comes back. */
#include <svmsim/machine.h>
#include "bounce_fixture.h"

#define BAD DMA_MAPPING_ERROR
#define RW DMA_BIDIRECTIONAL

static struct dma_fixture *untrusted(void)
{
	return bounce_small(&(struct dma_options){ .untrusted = true });
}

/* A device whose driver keeps the low bits, without which no head of a link can bounce. */
static struct dma_fixture *untrusted_aligned(void)
{
	struct dma_fixture *f = untrusted();

	dma_set_min_align_mask(f->dev, P - 1);
	return f;
}

static u64 map(struct dma_fixture *f, u64 phys, u64 bytes, enum dma_data_direction dir)
{
	return dma_map_phys(f->dev, phys, bytes, dir, 0);
}

static void unmap(struct dma_fixture *f, u64 addr, u64 bytes, enum dma_data_direction dir)
{
	dma_unmap_phys(f->dev, addr, bytes, dir, 0);
}

static void test_aligned_buffers_never_bounce(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 page = dma_block(f, 4 * P);
	u64 addr = map(f, page, 3 * P, RW);

	assert_event_count(f, SWIOTLB_BOUNCED, 0);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, addr, page, 3 * P);
	unmap(f, addr, 3 * P, RW);
	/* Nor do any of a trusted device. */
	f = bounce_small(&(struct dma_options){ 0 });
	page = dma_page(f);
	addr = map(f, page + 1, 2, RW);
	assert_event_count(f, SWIOTLB_BOUNCED, 0);
	unmap(f, addr, 2, RW);
}

static void test_bounced_map_leads_to_the_copy(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 page = dma_page(f), addr;

	cpu_fill(f, page + 0x120, 1, 100);
	addr = map(f, page + 0x120, 100, DMA_TO_DEVICE);
	ktest_assert_u64_equal(addr % P, 0);
	assert_event(f, SWIOTLB_BOUNCED, 0, f->dev->sim->name, DMA_BIT_MASK(48), page + 0x120, 100,
		     sim_name("NORMAL"));
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, addr, pool_start(f), P);
	/* What was asked for stands in the tracepoint. */
	assert_event(f, DMA_MAP_PHYS, 0, f->dev->sim->name, DMA_TO_DEVICE, addr, 100, page + 0x120);
	ktest_assert_true(device_has(f, addr, 1, 100));
	unmap(f, addr, 100, DMA_TO_DEVICE);
	ktest_assert_u64_equal(pool_used(f), 0);
}

/* With the driver's mask the device address is the buffer's within a page. */
static void test_min_align_mask_keeps_the_offset(void **state)
{
	struct dma_fixture *f = untrusted_aligned();
	u64 page = dma_page(f), addr;

	addr = map(f, page + 0x923, 100, RW);
	ktest_assert_u64_equal(addr % P, 0x923);
	ktest_assert_u64_equal(pool_used(f), 2);
	unmap(f, addr, 100, RW);
	ktest_assert_u64_equal(pool_used(f), 0);
	dma_set_min_align_mask(f->dev, 2 * P - 1);
	ktest_assert_u64_equal(map(f, page + 0x923, 100, RW), BAD);
	dma_assert_warns(f, 1);
	ktest_assert_string_contains(dma_warn_text(f, 0), "Unsupported alignment constraint");
	/* The copy that had been made is gone. */
	ktest_assert_u64_equal(pool_used(f), 0);
}

static void test_padding_of_untrusted_device_is_zero(void **state)
{
	struct dma_fixture *f = untrusted_aligned();
	u64 block = dma_block(f, 4 * P), addr;

	cpu_fill(f, block, 1, 4 * P);
	/* Secrets in the pool itself, from an earlier buffer. */
	addr = map(f, block, 4 * P - 1, DMA_TO_DEVICE);
	unmap(f, addr, 4 * P - 1, DMA_TO_DEVICE);
	f->dev->dma_io_tlb_mem->defpool.areas[0].index = 0;
	addr = map(f, block + 1000, P + 500, RW);
	ktest_assert_true(device_all(f, addr - 1000, 0, 1000));
	ktest_assert_true(device_all(f, addr + P + 500, 0, 2 * P - 1000 - P - 500));
	ktest_assert_false(device_all(f, addr, 0, P + 500));
	unmap(f, addr, P + 500, RW);
	ktest_assert_true(cpu_has(f, block, 1, 4 * P));
}

static void test_map_refuses_what_can_not_bounce(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 page = dma_page(f);

	ktest_assert_u64_equal(dma_map_phys(f->dev, page, 100, RW, DMA_ATTR_MMIO), BAD);
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, 100, RW, DMA_ATTR_REQUIRE_COHERENT), BAD);
	assert_event_count(f, SWIOTLB_BOUNCED, 0);
	/* Aligned it may be. */
	ktest_assert_u64_not_equal(dma_map_phys(f->dev, page, P, RW, DMA_ATTR_REQUIRE_COHERENT),
				   BAD);
}

static void test_full_pool_fails_the_map(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 block = dma_block(f, 80 * P), addr;

	addr = map(f, block, 64 * P - 1, RW);
	ktest_assert_u64_not_equal(addr, BAD);
	ktest_assert_u64_not_equal(map(f, block, 64 * P - 1, RW), BAD);
	ktest_assert_u64_equal(map(f, block, 1, RW), BAD);
	ktest_assert_string_equal(dma_log_last(f), "svmsim 0000:03:00.0: swiotlb buffer is full "
				  "(sz: 4096 bytes), total 256 (slots), used 256 (slots)");
	ktest_assert_u64_equal(map(f, block, 64 * P + 1, RW), BAD);
	unmap(f, addr, 64 * P - 1, RW);
	ktest_assert_u64_not_equal(map(f, block, 1, RW), BAD);
}

static void test_largest_mapping_of_untrusted_device(void **state)
{
	struct dma_fixture *f = untrusted_aligned();
	u64 block = dma_block(f, 80 * P);

	ktest_assert_u64_equal(dma_max_mapping_size(f->dev), 256 * 1024 - P);
	ktest_assert_u64_equal(dma_opt_mapping_size(f->dev), 128 * 1024);
	ktest_assert_u64_not_equal(map(f, block + P - 1, 256 * 1024 - P, RW), BAD);
	f = bounce_small(&(struct dma_options){ 0 });
	ktest_assert_u64_equal(dma_max_mapping_size(f->dev), SIZE_MAX);
}

/* Failing behind the copy: the slots go back, and nothing is copied over the buffer. */
static void test_failed_map_gives_slots_back(void **state)
{
	struct dma_fixture *f = bounce_small(
		&(struct dma_options){ .untrusted = true, .mask_bits = 13 });
	u64 page = dma_page(f);

	ktest_assert_u64_not_equal(map(f, page, P, RW), BAD);
	ktest_assert_u64_equal(map(f, page, 100, RW), BAD);
	ktest_assert_u64_equal(pool_used(f), 0);
}

static void test_direction_decides_what_is_copied_back(void **state)
{
	static const struct {
		enum dma_data_direction dir;
		unsigned long attrs;
		u64 found;
	} rows[] = {
		{ DMA_FROM_DEVICE, 0, 2 },
		{ DMA_BIDIRECTIONAL, 0, 2 },
		{ DMA_TO_DEVICE, 0, 1 },
		{ DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC, 1 },
		{ DMA_BIDIRECTIONAL, DMA_ATTR_SKIP_CPU_SYNC, 1 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dma_fixture *f = untrusted();
		u64 page = dma_page(f);
		u64 addr, phys;

		ktest_context("row %u", i);
		cpu_fill(f, page, 1, 300);
		addr = dma_map_phys(f->dev, page, 300, rows[i].dir, rows[i].attrs);
		/* A device that only reads can't be made to write, so its copy is changed. */
		phys = iommu_iova_to_phys(&f->sdom->domain, addr);
		cpu_fill(f, phys, 2, 300);
		dma_unmap_phys(f->dev, addr, 300, rows[i].dir, rows[i].attrs);
		ktest_assert_true(cpu_has(f, page, rows[i].found, 300));
		ktest_assert_u64_equal(pool_used(f), 0);
	}
}

static void test_partial_write_keeps_the_rest(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, 300);
	addr = map(f, page, 300, DMA_FROM_DEVICE);
	device_fill(f, addr, 2, 100);
	unmap(f, addr, 300, DMA_FROM_DEVICE);
	ktest_assert_true(cpu_has(f, page, 2, 100));
	ktest_assert_false(cpu_has(f, page, 2, 101));
	cpu_fill(f, page, 1, 100);
	ktest_assert_true(cpu_has(f, page, 1, 300));
}

static void test_sync_copies_one_way_each(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, 300);
	addr = map(f, page, 300, RW);
	cpu_fill(f, page, 2, 300);
	ktest_assert_true(device_has(f, addr, 1, 300));
	dma_sync_single_for_device(f->dev, addr, 300, RW);
	ktest_assert_true(device_has(f, addr, 2, 300));
	assert_event(f, DMA_SYNC_FOR_DEVICE, 0, f->dev->sim->name, RW, addr, 300);
	device_fill(f, addr, 3, 300);
	ktest_assert_true(cpu_has(f, page, 2, 300));
	dma_sync_single_for_cpu(f->dev, addr, 300, RW);
	ktest_assert_true(cpu_has(f, page, 3, 300));
	assert_event(f, DMA_SYNC_FOR_CPU, 0, f->dev->sim->name, RW, addr, 300);
	/* Against the direction nothing moves. */
	cpu_fill(f, page, 4, 300);
	dma_sync_single_for_device(f->dev, addr, 300, DMA_FROM_DEVICE);
	ktest_assert_true(device_has(f, addr, 3, 300));
	dma_sync_single_for_cpu(f->dev, addr, 300, DMA_TO_DEVICE);
	ktest_assert_true(cpu_has(f, page, 4, 300));
	unmap(f, addr, 300, DMA_TO_DEVICE);
}

static void test_sync_of_a_range_leaves_the_rest(void **state)
{
	struct dma_fixture *f = untrusted_aligned();
	u64 block = dma_block(f, 4 * P), addr;
	u8 byte;

	cpu_fill(f, block, 1, 4 * P);
	addr = map(f, block + 100, 3 * P, RW);
	device_fill(f, addr, 2, 3 * P);
	/* Over three slots, from the middle of one to that of another. */
	dma_sync_single_range_for_cpu(f->dev, addr, 1000, 5000, RW);
	for (u64 i = 0; i < 3 * P; i++) {
		sim_cpu_phys_read(f->world, block + 100 + i, &byte, 1);
		ktest_assert_int_equal(byte, i >= 1000 && i < 6000 ? round_byte(2, i) :
								     round_byte(1, i + 100));
	}
	unmap(f, addr, 3 * P, DMA_TO_DEVICE);
}

/* Nothing is synced until something bounced, then everything might have to be. */
static void test_first_bounce_turns_syncing_on(void **state)
{
	struct dma_fixture *f = untrusted();
	u64 page = dma_page(f), whole, part;

	whole = map(f, page, P, RW);
	ktest_assert_true(f->dev->dma_skip_sync);
	ktest_assert_false(dma_dev_need_sync(f->dev));
	ktest_assert_false(dma_need_sync(f->dev, whole));
	dma_sync_single_for_cpu(f->dev, whole, P, RW);
	assert_event_count(f, DMA_SYNC_FOR_CPU, 0);
	part = map(f, page, 100, RW);
	ktest_assert_false(f->dev->dma_skip_sync);
	ktest_assert_true(dma_need_sync(f->dev, part));
	/* Through an IOMMU nobody looks which of the two an address is. */
	ktest_assert_true(dma_need_sync(f->dev, whole));
	dma_sync_single_for_cpu(f->dev, whole, P, RW);
	assert_event_count(f, DMA_SYNC_FOR_CPU, 1);
	/* The driver's mask says anew that there is nothing to sync. */
	ktest_assert_int_equal(dma_set_mask(f->dev, DMA_BIT_MASK(48)), 0);
	ktest_assert_true(f->dev->dma_skip_sync);
	unmap(f, part, 100, RW);
	unmap(f, whole, P, RW);
}

/* Small buffers that a device writes without snooping may share lines with something else. */
static void test_small_buffers_of_noncoherent_device_bounce(void **state)
{
	static const struct {
		u64 bytes;
		enum dma_data_direction dir;
		bool bounces;
	} rows[] = {
		{ 1, DMA_FROM_DEVICE, true },	{ 32, DMA_FROM_DEVICE, true },
		{ 33, DMA_FROM_DEVICE, false }, { 64, DMA_BIDIRECTIONAL, false },
		{ 65, DMA_BIDIRECTIONAL, true }, { 96, DMA_FROM_DEVICE, true },
		{ 97, DMA_FROM_DEVICE, false }, { 129, DMA_FROM_DEVICE, false },
		{ 192, DMA_FROM_DEVICE, false }, { 8, DMA_TO_DEVICE, false },
		{ 256, DMA_FROM_DEVICE, false }, { 300, DMA_FROM_DEVICE, false },
	};
	struct dma_fixture *f = bounce_small(&(struct dma_options){ .noncoherent = true });
	u64 page = dma_page(f);

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		u64 addr = map(f, page, rows[i].bytes, rows[i].dir);

		ktest_context("row %u", i);
		ktest_assert_int_equal(pool_used(f) > 0, rows[i].bounces);
		unmap(f, addr, rows[i].bytes, rows[i].dir);
	}
	/* A snooping device has no such trouble. */
	f = bounce_small(&(struct dma_options){ 0 });
	ktest_assert_u64_not_equal(map(f, dma_page(f), 1, DMA_FROM_DEVICE), BAD);
	ktest_assert_u64_equal(pool_used(f), 0);
}

static void test_noncoherent_device_needs_syncs(void **state)
{
	struct dma_fixture *f = bounce_small(&(struct dma_options){ .noncoherent = true });
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, P);
	addr = map(f, page, P, RW);
	ktest_assert_true(device_has(f, addr, 1, P));
	cpu_fill(f, page, 2, P);
	ktest_assert_true(device_has(f, addr, 1, P));
	dma_sync_single_for_device(f->dev, addr, P, RW);
	ktest_assert_true(device_has(f, addr, 2, P));
	device_fill(f, addr, 3, P);
	ktest_assert_true(cpu_has(f, page, 2, P));
	dma_sync_single_for_cpu(f->dev, addr, P, RW);
	ktest_assert_true(cpu_has(f, page, 3, P));
	device_fill(f, addr, 4, P);
	unmap(f, addr, P, RW);
	ktest_assert_true(cpu_has(f, page, 4, P));
}

static void test_noncoherent_skip_cpu_sync_leaves_it_to_the_driver(void **state)
{
	struct dma_fixture *f = bounce_small(&(struct dma_options){ .noncoherent = true });
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, P);
	arch_sync_dma_for_device(page, P, RW);
	cpu_fill(f, page, 2, P);
	addr = dma_map_phys(f->dev, page, P, RW, DMA_ATTR_SKIP_CPU_SYNC);
	ktest_assert_true(device_has(f, addr, 1, P));
	dma_sync_single_for_device(f->dev, addr, P, RW);
	ktest_assert_true(device_has(f, addr, 2, P));
	device_fill(f, addr, 3, P);
	dma_unmap_phys(f->dev, addr, P, RW, DMA_ATTR_SKIP_CPU_SYNC);
	ktest_assert_true(cpu_has(f, page, 2, P));
	/* Also what was never in the cache before: it may come there at any time. */
	page = dma_page(f);
	addr = dma_map_phys(f->dev, page, P, RW, DMA_ATTR_SKIP_CPU_SYNC);
	device_fill(f, addr, 3, P);
	ktest_assert_false(cpu_has(f, page, 3, P));
	dma_sync_single_for_cpu(f->dev, addr, P, RW);
	ktest_assert_true(cpu_has(f, page, 3, P));
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

/* Copy and cache one after the other, in the order that makes both work. */
static void test_noncoherent_bounce_syncs_both(void **state)
{
	struct dma_fixture *f = bounce_small(
		&(struct dma_options){ .noncoherent = true, .untrusted = true });
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, 300);
	addr = map(f, page, 300, RW);
	ktest_assert_true(device_has(f, addr, 1, 300));
	cpu_fill(f, page, 2, 300);
	dma_sync_single_for_device(f->dev, addr, 300, RW);
	ktest_assert_true(device_has(f, addr, 2, 300));
	device_fill(f, addr, 3, 300);
	dma_sync_single_for_cpu(f->dev, addr, 300, RW);
	ktest_assert_true(cpu_has(f, page, 3, 300));
	device_fill(f, addr, 4, 300);
	unmap(f, addr, 300, RW);
	ktest_assert_true(cpu_has(f, page, 4, 300));
}

static void test_mmio_is_not_in_caches(void **state)
{
	struct dma_fixture *f = bounce_small(&(struct dma_options){ .noncoherent = true });
	u64 addr = dma_map_resource(f->dev, 0xd0000000, P, RW, 0);

	assert_event_count(f, CACHE_CLEAN, 0);
	dma_unmap_resource(f->dev, addr, P, RW, 0);
	assert_event_count(f, CACHE_INVALIDATE, 0);
	addr = map(f, dma_page(f), P, RW);
	assert_event_count(f, CACHE_CLEAN, 1);
	unmap(f, addr, P, RW);
	assert_event_count(f, CACHE_INVALIDATE, 1);
}

/* Every offset and length around a granule, byte by byte, as CPU and device see it. */
static void check_alignment(struct dma_fixture *f, u64 block, u64 head, u64 bytes, u64 round)
{
	u64 addr;

	ktest_context("head %llu, %llu bytes", head, bytes);
	cpu_fill(f, block, round, 3 * P);
	addr = map(f, block + head, bytes, RW);
	ktest_assert_u64_not_equal(addr, BAD);
	ktest_assert_u64_equal(addr % P, head % P);
	for (u64 i = 0; i < bytes; i += 97) {
		u8 byte;

		ktest_assert_int_equal(sim_dma_read(f->dev, addr + i, &byte, 1), 0);
		ktest_assert_int_equal(byte, round_byte(round, head + i));
	}
	if ((head | bytes) % P) {
		ktest_assert_true(device_all(f, addr - head % P, 0, head % P));
		ktest_assert_true(device_all(f, addr + bytes, 0, -(head + bytes) % P));
	}
	device_fill(f, addr, round + 1, bytes);
	unmap(f, addr, bytes, RW);
	ktest_assert_true(cpu_has(f, block + head, round + 1, bytes));
	ktest_assert_true(cpu_has(f, block, round, head));
	for (u64 i = head + bytes; i < 3 * P; i++) {
		u8 byte;

		sim_cpu_phys_read(f->world, block + i, &byte, 1);
		ktest_assert_int_equal(byte, round_byte(round, i));
	}
	ktest_assert_u64_equal(pool_used(f), 0);
}

static const u16 heads[] = { 0, 1, 63, 64, 511, 2047, 2048, 2049, 3000, 4032, 4095 };
static const u16 tails[] = { 0, 1, 2, 65, 1000, 2047, 2048, 2049, 4094, 4095 };

static void test_every_alignment_of_map(void **state)
{
	struct dma_fixture *f = untrusted_aligned();
	u64 block = dma_block(f, 3 * P), round = 1;

	for (unsigned int i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		for (unsigned int j = 0; j < sizeof(tails) / sizeof(tails[0]); j++)
			for (u64 pages = 0; pages < 2; pages++)
				if (pages * P + tails[j])
					check_alignment(f, block, heads[i], pages * P + tails[j],
							round += 2);
}

static const struct ktest tests[] = {
	KTEST(test_aligned_buffers_never_bounce),
	KTEST(test_bounced_map_leads_to_the_copy),
	KTEST(test_min_align_mask_keeps_the_offset),
	KTEST(test_padding_of_untrusted_device_is_zero),
	KTEST(test_map_refuses_what_can_not_bounce),
	KTEST(test_full_pool_fails_the_map),
	KTEST(test_largest_mapping_of_untrusted_device),
	KTEST(test_failed_map_gives_slots_back),
	KTEST(test_direction_decides_what_is_copied_back),
	KTEST(test_partial_write_keeps_the_rest),
	KTEST(test_sync_copies_one_way_each),
	KTEST(test_sync_of_a_range_leaves_the_rest),
	KTEST(test_first_bounce_turns_syncing_on),
	KTEST(test_small_buffers_of_noncoherent_device_bounce),
	KTEST(test_noncoherent_device_needs_syncs),
	KTEST(test_noncoherent_skip_cpu_sync_leaves_it_to_the_driver),
	KTEST(test_noncoherent_bounce_syncs_both),
	KTEST(test_mmio_is_not_in_caches),
	KTEST(test_every_alignment_of_map),
};

KTEST_MAIN(tests)
