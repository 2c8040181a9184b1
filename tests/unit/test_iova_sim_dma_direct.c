// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* DMA without translation: what a device reaches by itself, and what bounces. */
#include "bounce_fixture.h"

#define BAD DMA_MAPPING_ERROR
#define RW DMA_BIDIRECTIONAL

static struct dma_fixture *direct(unsigned int mask_bits, bool force)
{
	return bounce_make(&(struct dma_options){ .profile = "identity", .mask_bits = mask_bits },
			   &(struct sim_swiotlb_params){ .bytes = 256 * SLOT, .area_count = 1,
							 .force = force });
}

static u64 map(struct dma_fixture *f, u64 phys, u64 bytes, enum dma_data_direction dir)
{
	return dma_map_phys(f->dev, phys, bytes, dir, 0);
}

static void test_reachable_buffers_stay_where_they_are(void **state)
{
	struct dma_fixture *f = direct(48, false);
	u64 page = dma_page(f);

	ktest_assert_u64_equal(map(f, page + 5, 100, RW), page + 5);
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_true(f->dev->dma_skip_sync);
	ktest_assert_false(dma_need_unmap(f->dev));
	ktest_assert_u64_equal(dma_max_mapping_size(f->dev), SIZE_MAX);
	dma_unmap_phys(f->dev, page + 5, 100, RW, 0);
	assert_event_count(f, SWIOTLB_BOUNCED, 0);
}

static void test_forced_bounce_takes_all(void **state)
{
	struct dma_fixture *f = direct(48, true);
	u64 page = dma_page(f), addr;

	ktest_assert_u64_equal(dma_max_mapping_size(f->dev), 256 * 1024);
	cpu_fill(f, page, 1, P);
	addr = map(f, page, P, RW);
	ktest_assert_u64_equal(addr, pool_start(f));
	assert_event(f, SWIOTLB_BOUNCED, 0, f->dev->sim->name, DMA_BIT_MASK(48), page, P,
		     sim_name("FORCE"));
	ktest_assert_true(device_has(f, addr, 1, P));
	ktest_assert_true(dma_need_unmap(f->dev));
	ktest_assert_true(dma_need_sync(f->dev, addr));
	ktest_assert_false(dma_need_sync(f->dev, page));
	device_fill(f, addr, 2, P);
	ktest_assert_true(cpu_has(f, page, 1, P));
	dma_sync_single_for_cpu(f->dev, addr, P, RW);
	ktest_assert_true(cpu_has(f, page, 2, P));
	cpu_fill(f, page, 3, P);
	dma_sync_single_for_device(f->dev, addr, P, RW);
	ktest_assert_true(device_has(f, addr, 3, P));
	device_fill(f, addr, 4, P);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
	ktest_assert_true(cpu_has(f, page, 4, P));
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, P, RW, DMA_ATTR_MMIO), BAD);
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, P, RW, DMA_ATTR_REQUIRE_COHERENT), BAD);
}

static void test_unmap_without_sync_copies_nothing(void **state)
{
	struct dma_fixture *f = direct(48, true);
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, P);
	addr = map(f, page, P, DMA_FROM_DEVICE);
	device_fill(f, addr, 2, P);
	dma_unmap_phys(f->dev, addr, P, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	ktest_assert_true(cpu_has(f, page, 1, P));
	ktest_assert_u64_equal(pool_used(f), 0);
}

/* 24 bits are 16 MiB, where RAM begins: neither buffer nor pool can be reached. */
static void test_pool_beyond_the_mask_is_an_overflow(void **state)
{
	struct dma_fixture *f = direct(24, false);
	u64 page = dma_page(f);
	char text[160];

	ktest_assert_u64_equal(map(f, page, P, RW), BAD);
	dma_assert_warns(f, 1);
	host_snprintf(text, sizeof(text), "svmsim 0000:03:00.0: swiotlb addr 0x%016llx+4096 "
		      "overflow (mask ffffff, bus limit 0).", pool_start(f));
	ktest_assert_string_equal(dma_warn_text(f, 0), text);
	ktest_assert_u64_equal(pool_used(f), 0);
}

/* A device of 32 bits in a machine whose second node lies above 4 GiB. */
static struct dma_fixture *machine_above_4_gib(void)
{
	static struct dma_fixture f;
	struct svmsim_machine machine = {
		.node_count = 2,
		.node = { { .ram_bytes = 3584ull << 20, .cpu_count = 1 },
			  { .ram_bytes = 16 << 20, .cpu_count = 1 } },
		.device_count = 1,
		.device[0] = { .name = "d0", .mask_bits = 32, .pci_address = "0000:03:00.0" },
	};

	f = (struct dma_fixture){ .options = { .profile = "identity" } };
	f.world = ktest_world(dma_layers, sizeof(dma_layers) / sizeof(dma_layers[0]), &machine);
	ktest_assert_int_equal(sim_swiotlb_init(f.world, &(struct sim_swiotlb_params){
		.bytes = 256 * SLOT, .area_count = 1 }), 0);
	dma_rebuild(&f);
	return &f;
}

static void test_buffer_beyond_the_mask_bounces(void **state)
{
	struct dma_fixture *f = machine_above_4_gib();
	struct page *page = alloc_pages_node(1, GFP_KERNEL, 1);
	u64 phys = page_to_phys(page), low = dma_page(f), addr;

	ktest_assert_true(phys > DMA_BIT_MASK(32));
	ktest_assert_u64_equal(pool_start(f) + 256 * SLOT, SIM_PHYS_HOLE_START);
	ktest_assert_true(dma_addressing_limited(f->dev));
	ktest_assert_u64_equal(dma_max_mapping_size(f->dev), 256 * 1024);
	cpu_fill(f, phys + 100, 1, P);
	addr = map(f, phys + 100, P, RW);
	ktest_assert_u64_equal(addr, pool_start(f));
	ktest_assert_true(device_has(f, addr, 1, P));
	/* What the device reaches is not copied, before and after. */
	ktest_assert_u64_equal(map(f, low, P, RW), low);
	ktest_assert_false(dma_need_sync(f->dev, low));
	ktest_assert_true(dma_need_sync(f->dev, addr));
	device_fill(f, addr, 2, P);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
	ktest_assert_true(cpu_has(f, phys + 100, 2, P));
	ktest_assert_u64_equal(pool_used(f), 0);
	__free_pages(page, 1);
}

/* The limit of the bus counts as much as the device's own. */
static void test_buffer_beyond_the_bus_limit_does_not_fit(void **state)
{
	struct dma_fixture *f = direct(48, false);
	u64 page = dma_page(f);

	f->dev->bus_dma_limit = page + P - 1;
	ktest_assert_u64_equal(map(f, page, P, RW), page);
	ktest_assert_u64_equal(map(f, page, P + 1, RW), BAD);
	dma_assert_warns(f, 1);
	ktest_assert_string_contains(dma_warn_text(f, 0), "swiotlb addr");
}

static void test_inactive_pool_is_an_overflow(void **state)
{
	struct dma_fixture *f = dma_make_with(
		&(struct dma_options){ .profile = "identity", .mask_bits = 24 });
	u64 page = dma_page(f);
	char text[160];

	ktest_assert_u64_equal(map(f, page, 2 * P, RW), BAD);
	dma_assert_warns(f, 1);
	host_snprintf(text, sizeof(text), "svmsim 0000:03:00.0: DMA addr 0x%016llx+8192 overflow "
		      "(mask ffffff, bus limit 0).", page);
	ktest_assert_string_equal(dma_warn_text(f, 0), text);
}

static void test_memory_of_devices_must_be_reachable(void **state)
{
	struct dma_fixture *f = direct(32, false);

	ktest_assert_u64_equal(dma_map_resource(f->dev, 0xd0000000, P, RW, 0), 0xd0000000);
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_u64_equal(dma_map_resource(f->dev, 0x100000000, P, RW, 0), BAD);
	dma_assert_warns(f, 1);
	ktest_assert_string_contains(dma_warn_text(f, 0), "DMA addr 0x0000000100000000+4096");
	dma_unmap_resource(f->dev, 0xd0000000, P, RW, 0);
}

static void test_coherence_can_be_required(void **state)
{
	struct dma_fixture *f = direct(24, false);

	/* It would have to bounce. */
	ktest_assert_u64_equal(dma_map_phys(f->dev, dma_page(f), P, RW, DMA_ATTR_REQUIRE_COHERENT),
			       BAD);
	assert_event_count(f, SWIOTLB_BOUNCED, 0);
	dma_assert_warns(f, 1);
	ktest_assert_string_contains(dma_warn_text(f, 0), "DMA addr");
}

static void test_noncoherent_device_syncs_caches(void **state)
{
	struct dma_fixture *f = bounce_small(
		&(struct dma_options){ .profile = "identity", .noncoherent = true });
	u64 page = dma_page(f);

	ktest_assert_true(dma_need_sync(f->dev, page));
	ktest_assert_true(dma_need_unmap(f->dev));
	cpu_fill(f, page, 1, P);
	ktest_assert_u64_equal(map(f, page, P, RW), page);
	ktest_assert_true(device_has(f, page, 1, P));
	cpu_fill(f, page, 2, P);
	ktest_assert_true(device_has(f, page, 1, P));
	dma_sync_single_for_device(f->dev, page, P, RW);
	ktest_assert_true(device_has(f, page, 2, P));
	device_fill(f, page, 3, P);
	ktest_assert_true(cpu_has(f, page, 2, P));
	dma_unmap_phys(f->dev, page, P, RW, 0);
	ktest_assert_true(cpu_has(f, page, 3, P));
}

static void test_small_buffer_of_noncoherent_device_bounces(void **state)
{
	struct dma_fixture *f = bounce_small(
		&(struct dma_options){ .profile = "identity", .noncoherent = true });
	u64 page = dma_page(f);
	u64 addr;

	cpu_fill(f, page, 1, P);
	addr = map(f, page + 64, 16, DMA_FROM_DEVICE);
	ktest_assert_u64_equal(addr, pool_start(f));
	device_fill(f, addr, 2, 16);
	/* The CPU may go on writing to the same line. */
	cpu_fill(f, page + 80, 3, 48);
	dma_unmap_phys(f->dev, addr, 16, DMA_FROM_DEVICE, 0);
	ktest_assert_true(cpu_has(f, page + 64, 2, 16));
	ktest_assert_true(cpu_has(f, page + 80, 3, 48));
	ktest_assert_u64_equal(map(f, page + 64, 16, DMA_TO_DEVICE), page + 64);
	/* Without a pool it can't be had. */
	f = dma_make_with(&(struct dma_options){ .profile = "identity", .noncoherent = true });
	ktest_assert_u64_equal(map(f, dma_page(f), 16, DMA_FROM_DEVICE), BAD);
	dma_assert_warns(f, 1);
}

/* What a buffer that shares a line with other data is in for without bouncing. */
static void test_shared_line_loses_what_the_device_wrote(void **state)
{
	struct dma_fixture *f = bounce_small(
		&(struct dma_options){ .profile = "identity", .noncoherent = true });
	u64 page = dma_page(f);
	u64 addr;

	cpu_fill(f, page, 1, P);
	addr = map(f, page + 32, 128, DMA_FROM_DEVICE);
	ktest_assert_u64_equal(addr, page + 32);
	device_fill(f, addr, 2, 128);
	/* The CPU writes to the first 32 bytes of the line, which are not the device's. */
	cpu_fill(f, page, 3, 32);
	dma_unmap_phys(f->dev, addr, 128, DMA_FROM_DEVICE, 0);
	ktest_assert_true(cpu_has(f, page, 3, 32));
	ktest_assert_false(cpu_has(f, page + 32, 2, 32));
	ktest_assert_false(cpu_has(f, page + 32, 2, 128));
}

static const struct ktest tests[] = {
	KTEST(test_reachable_buffers_stay_where_they_are),
	KTEST(test_forced_bounce_takes_all),
	KTEST(test_unmap_without_sync_copies_nothing),
	KTEST(test_pool_beyond_the_mask_is_an_overflow),
	KTEST(test_buffer_beyond_the_mask_bounces),
	KTEST(test_buffer_beyond_the_bus_limit_does_not_fit),
	KTEST(test_inactive_pool_is_an_overflow),
	KTEST(test_memory_of_devices_must_be_reachable),
	KTEST(test_coherence_can_be_required),
	KTEST(test_noncoherent_device_syncs_caches),
	KTEST(test_small_buffer_of_noncoherent_device_bounces),
	KTEST(test_shared_line_loses_what_the_device_wrote),
};

KTEST_MAIN(tests)
