// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The slots of bounce buffers: which a request gets, when there are none, what goes back. */
#include "bounce_fixture.h"

#define NONE DMA_MAPPING_ERROR

static u64 map_at(struct dma_fixture *f, u64 orig, u64 bytes, unsigned int align_mask)
{
	return swiotlb_tbl_map_single(f->dev, orig, bytes, align_mask, DMA_BIDIRECTIONAL, 0);
}

/* Index of the slot where the copy of a page-aligned buffer begins. */
static int map_slot(struct dma_fixture *f, u64 bytes)
{
	u64 addr = map_at(f, SIM_PHYS_RAM_START + M2, bytes, 0);

	return addr == NONE ? -1 : (int)((addr - pool_start(f)) / SLOT);
}

static void unmap_slot(struct dma_fixture *f, unsigned int slot, u64 bytes)
{
	swiotlb_tbl_unmap_single(f->dev, pool_start(f) + slot * SLOT, bytes, DMA_BIDIRECTIONAL, 0);
}

static struct dma_fixture *direct_small(void)
{
	return bounce_small(&(struct dma_options){ .profile = "identity" });
}

static void test_slots_are_handed_out_in_order(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_int_equal(map_slot(f, 100), 0);
	ktest_assert_int_equal(map_slot(f, SLOT), 1);
	ktest_assert_int_equal(map_slot(f, SLOT + 1), 2);
	ktest_assert_int_equal(map_slot(f, 1), 4);
	ktest_assert_u64_equal(pool_used(f), 5);
}

static void test_search_goes_on_where_the_last_ended(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_int_equal(map_slot(f, 100), 0);
	unmap_slot(f, 0, 100);
	ktest_assert_u64_equal(pool_used(f), 0);
	ktest_assert_int_equal(map_slot(f, 100), 1);
}

/* Behind the last slot the search starts over at 0, however far the stride leads. */
static void test_index_wraps_to_the_first_slot(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_int_equal(map_slot(f, 128 * SLOT), 0);
	ktest_assert_int_equal(map_slot(f, 127 * SLOT), 128);
	unmap_slot(f, 0, 128 * SLOT);
	/* From 255, which is free but not page aligned, to 0. */
	ktest_assert_int_equal(map_slot(f, 2 * SLOT), 0);
	ktest_assert_int_equal(map_slot(f, 100), 2);
	ktest_assert_u64_equal(pool_used(f), 130);
}

static void test_buffer_of_a_page_is_page_aligned(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_int_equal(map_slot(f, 100), 0);
	ktest_assert_int_equal(map_slot(f, P), 2);
	ktest_assert_int_equal(map_slot(f, P - 1), 4);
	ktest_assert_int_equal(map_slot(f, 3), 6);
	/* Not when the device asks for another alignment: the lowest bit of an address to stay. */
	dma_set_min_align_mask(f->dev, 1);
	ktest_assert_int_equal(map_slot(f, P), 7);
}

static void test_no_buffer_crosses_a_segment(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_int_equal(map_slot(f, 100 * SLOT), 0);
	ktest_assert_int_equal(map_slot(f, 30 * SLOT), 128);
	/* The rest of the first segment. */
	ktest_assert_int_equal(map_slot(f, 98 * SLOT), 158);
	ktest_assert_int_equal(map_slot(f, 28 * SLOT), 100);
	ktest_assert_int_equal(map_slot(f, 1), -1);
}

static void test_largest_buffer_is_a_segment(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_int_equal(map_slot(f, 128 * SLOT + 1), -1);
	ktest_assert_int_equal(map_slot(f, 128 * SLOT), 0);
	ktest_assert_u64_equal(swiotlb_max_mapping_size(f->dev), 262144);
	dma_set_min_align_mask(f->dev, 4095);
	ktest_assert_u64_equal(swiotlb_max_mapping_size(f->dev), 262144 - 4096);
	dma_set_min_align_mask(f->dev, 511);
	ktest_assert_u64_equal(swiotlb_max_mapping_size(f->dev), 262144 - 2048);
}

static void test_min_align_mask_keeps_low_bits(void **state)
{
	struct dma_fixture *f = direct_small();
	u64 page = dma_page(f), start = pool_start(f);

	dma_set_min_align_mask(f->dev, 4095);
	ktest_assert_u64_equal(map_at(f, page + 0x123, 64, 0), start + 0x123);
	/* Bit 11 is had by choosing the slot. */
	ktest_assert_u64_equal(map_at(f, page + 0x923, 64, 0), start + 0x923);
	ktest_assert_u64_equal(map_at(f, page + 0x801, 64, 0), start + 0x1801);
	ktest_assert_u64_equal(map_at(f, page, 64, 0), start + 0x2000);
	/* Without it a copy begins where its slot does. */
	dma_set_min_align_mask(f->dev, 0);
	ktest_assert_u64_equal(map_at(f, page + 0x923, 64, 0), start + 0x2800);
}

/* With an alignment of whole pages, bit 11 is had by a padding slot. */
static void test_alloc_alignment_takes_padding_slots(void **state)
{
	struct dma_fixture *f = direct_small();
	u64 page = dma_page(f), start = pool_start(f), addr;

	dma_set_min_align_mask(f->dev, 4095);
	addr = map_at(f, page + 0x923, 64, P - 1);
	ktest_assert_u64_equal(addr, start + 0x923);
	ktest_assert_u64_equal(pool_used(f), 2);
	ktest_assert_u64_equal(map_at(f, page + 0x10, P, P - 1), start + 0x1010);
	ktest_assert_u64_equal(pool_used(f), 6);
	swiotlb_tbl_unmap_single(f->dev, addr, 64, DMA_BIDIRECTIONAL, 0);
	ktest_assert_u64_equal(pool_used(f), 4);
	/* All of it is free again, the padding too. */
	ktest_assert_int_equal(sim_slot(&f->dev->dma_io_tlb_mem->defpool, 0)->list, 2);
}

static void test_segment_boundary_is_not_crossed(void **state)
{
	struct dma_fixture *f = direct_small();

	dma_set_seg_boundary(f->dev, 0xffff);
	ktest_assert_int_equal(map_slot(f, 30 * SLOT), 0);
	ktest_assert_int_equal(map_slot(f, 30 * SLOT), 32);
	ktest_assert_int_equal(map_slot(f, 32 * SLOT), 64);
	ktest_assert_int_equal(map_slot(f, 33 * SLOT), -1);
	ktest_assert_int_equal(map_slot(f, 2 * SLOT), 96);
}

static void test_full_pool_says_so(void **state)
{
	struct dma_fixture *f = direct_small();
	u64 lines;

	ktest_assert_int_equal(map_slot(f, 128 * SLOT), 0);
	ktest_assert_int_equal(map_slot(f, 120 * SLOT), 128);
	ktest_assert_int_equal(map_slot(f, 10 * SLOT), -1);
	ktest_assert_string_equal(dma_log_last(f), "svmsim 0000:03:00.0: swiotlb buffer is full "
				  "(sz: 20480 bytes), total 256 (slots), used 248 (slots)");
	lines = sim_log_count(f->world);
	ktest_assert_u64_equal(swiotlb_tbl_map_single(f->dev, SIM_PHYS_RAM_START, 10 * SLOT, 0,
						      DMA_TO_DEVICE, DMA_ATTR_NO_WARN), NONE);
	ktest_assert_u64_equal(sim_log_count(f->world), lines);
	ktest_assert_u64_equal(sim_swiotlb_get(f->world)->used_hiwater, 248);
	unmap_slot(f, 128, 120 * SLOT);
	ktest_assert_u64_equal(pool_used(f), 128);
	ktest_assert_u64_equal(sim_swiotlb_get(f->world)->used_hiwater, 248);
	ktest_assert_int_equal(map_slot(f, 10 * SLOT), 248 - 120);
}

static void test_each_cpu_has_its_area(void **state)
{
	struct dma_fixture *f = bounce_make(
		&(struct dma_options){ .profile = "identity" },
		&(struct sim_swiotlb_params){ .bytes = 256 * SLOT, .area_count = 2 });

	ktest_assert_int_equal(map_slot(f, 100), 0);
	f->world->cpu = 1;
	ktest_assert_int_equal(map_slot(f, 100), 128);
	ktest_assert_int_equal(map_slot(f, 126 * SLOT), 130);
	/* Full, so that the other one helps out. */
	ktest_assert_int_equal(map_slot(f, 4 * SLOT), 2);
	f->world->cpu = 0;
	ktest_assert_int_equal(map_slot(f, 100), 6);
	/* A third CPU shares with the first. */
	f->world->cpu = 2;
	ktest_assert_int_equal(map_slot(f, 100), 7);
	f->world->cpu = 0;
}

static void test_freed_slots_join_their_neighbours(void **state)
{
	struct dma_fixture *f = direct_small();
	struct io_tlb_pool *pool = &f->dev->dma_io_tlb_mem->defpool;

	for (int i = 0; i < 8; i++)
		ktest_assert_int_equal(map_slot(f, 100), i);
	unmap_slot(f, 2, 100);
	unmap_slot(f, 4, 100);
	ktest_assert_int_equal(sim_slot(pool, 2)->list, 1);
	unmap_slot(f, 3, 100);
	ktest_assert_int_equal(sim_slot(pool, 2)->list, 3);
	ktest_assert_int_equal(sim_slot(pool, 3)->list, 2);
	ktest_assert_int_equal(sim_slot(pool, 4)->list, 1);
	unmap_slot(f, 7, 100);
	ktest_assert_int_equal(sim_slot(pool, 7)->list, 121);
	ktest_assert_int_equal(sim_slot(pool, 127)->list, 1);
	/* The next segment is not joined. */
	ktest_assert_int_equal(sim_slot(pool, 128)->list, 128);
}

static void test_pool_is_zero_until_used(void **state)
{
	struct dma_fixture *f = direct_small();
	u64 page = dma_page(f), addr;

	cpu_fill(f, page, 1, 100);
	addr = map_at(f, page, 100, 0);
	ktest_assert_true(cpu_has(f, addr, 1, 100));
	ktest_assert_true(device_all(f, addr + 100, 0, SLOT - 100));
	/* What others left behind is not removed. */
	swiotlb_tbl_unmap_single(f->dev, addr, 100, DMA_TO_DEVICE, 0);
	dma_set_min_align_mask(f->dev, 0);
	f->dev->dma_io_tlb_mem->defpool.areas[0].index = 0;
	cpu_fill(f, page, 2, 50);
	ktest_assert_u64_equal(map_at(f, page, 50, 0), addr);
	ktest_assert_true(cpu_has(f, addr, 2, 50));
	ktest_assert_false(device_all(f, addr + 50, 0, 50));
}

static void test_sizes_are_rounded_as_the_kernel_does(void **state)
{
	static const struct {
		u64 bytes;
		unsigned int areas, cpus;
		u64 slots;
		unsigned int area_count;
	} rows[] = {
		{ 1, 1, 1, 128, 1 },
		{ 256 << 10, 1, 1, 128, 1 },
		{ (256 << 10) + 1, 1, 1, 256, 1 },
		{ 3 << 20, 1, 1, 2048, 1 },
		{ 256 << 10, 3, 1, 512, 4 },
		{ 256 << 10, 0, 2, 256, 2 },
		{ 0, 1, 1, 32768, 1 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_machine machine = {
			.node_count = 1, .node[0] = { .cpu_count = rows[i].cpus },
		};
		struct svmsim_world *world = ktest_world(
			dma_layers, sizeof(dma_layers) / sizeof(dma_layers[0]), &machine);
		const struct io_tlb_mem *mem;

		ktest_context("row %u", i);
		ktest_assert_int_equal(sim_swiotlb_init(world, &(struct sim_swiotlb_params){
			.bytes = rows[i].bytes, .area_count = rows[i].areas }), 0);
		mem = sim_swiotlb_get(world);
		ktest_assert_u64_equal(mem->nslabs, rows[i].slots);
		ktest_assert_int_equal(mem->defpool.nareas, rows[i].area_count);
		/* It ends where RAM does, far below 4 GiB. */
		ktest_assert_u64_equal(mem->defpool.end, SIM_PHYS_RAM_START + (256ull << 20));
		ktest_assert_true(sim_phys_is_valid(world));
		ktest_world_drop(world);
	}
}

static void test_pool_lies_below_4_gib_and_shrinks_to_fit(void **state)
{
	struct svmsim_machine machine = {
		.node_count = 1, .node[0] = { .ram_bytes = 4ull << 30, .cpu_count = 1 },
	};
	struct svmsim_world *world =
		ktest_world(dma_layers, sizeof(dma_layers) / sizeof(dma_layers[0]), &machine);
	struct sim_swiotlb_params params = { .bytes = 64 << 20, .area_count = 64 };

	ktest_assert_int_equal(sim_swiotlb_init(world, &params), 0);
	ktest_assert_u64_equal(sim_swiotlb_get(world)->defpool.end, SIM_PHYS_HOLE_START);
	ktest_world_drop(world);
	machine.node[0].ram_bytes = 24 << 20;
	world = ktest_world(dma_layers, sizeof(dma_layers) / sizeof(dma_layers[0]), &machine);
	ktest_assert_int_equal(sim_swiotlb_init(world, &params), 0);
	ktest_assert_u64_equal(sim_swiotlb_get(world)->nslabs, 8192);
	ktest_assert_int_equal(sim_swiotlb_get(world)->defpool.nareas, 64);
	ktest_world_drop(world);
	machine.node[0].ram_bytes = 512 << 10;
	world = ktest_world(dma_layers, sizeof(dma_layers) / sizeof(dma_layers[0]), &machine);
	ktest_assert_int_equal(sim_swiotlb_init(world, &params), -ENOMEM);
	ktest_assert_null(sim_swiotlb_get(world));
	/* No smaller one is looked for below 1 MiB. */
	params = (struct sim_swiotlb_params){ .bytes = 1 << 20, .area_count = 1 };
	ktest_assert_int_equal(sim_swiotlb_init(world, &params), -ENOMEM);
	params.bytes = 256 << 10;
	ktest_assert_int_equal(sim_swiotlb_init(world, &params), 0);
}

/* Without a pool there is nothing that a device could use. */
static void test_no_pool_is_not_active(void **state)
{
	struct dma_fixture *f = dma_make("identity");

	ktest_assert_false(is_swiotlb_active(f->dev));
	ktest_assert_false(is_swiotlb_force_bounce(f->dev));
	ktest_assert_null(swiotlb_find_pool(f->dev, SIM_PHYS_RAM_START));
	ktest_assert_u64_equal(map_at(f, SIM_PHYS_RAM_START, 100, 0), NONE);
	ktest_assert_string_contains(dma_log_last(f), "Can not allocate SWIOTLB buffer earlier");
}

static void test_find_pool_knows_its_ends(void **state)
{
	struct dma_fixture *f = direct_small();
	u64 start = pool_start(f);

	ktest_assert_null(swiotlb_find_pool(f->dev, start - 1));
	ktest_assert_non_null(swiotlb_find_pool(f->dev, start));
	ktest_assert_non_null(swiotlb_find_pool(f->dev, start + 256 * SLOT - 1));
	ktest_assert_null(swiotlb_find_pool(f->dev, start + 256 * SLOT));
}

static void test_sync_beyond_the_buffer_is_cut(void **state)
{
	struct dma_fixture *f = direct_small();
	u64 page = dma_page(f);
	u64 addr = map_at(f, page, 100, 0);

	swiotlb_sync_single_for_cpu(f->dev, addr + 60, 50, DMA_FROM_DEVICE);
	dma_assert_warns(f, 1);
	ktest_assert_string_equal(dma_warn_text(f, 0), "svmsim 0000:03:00.0: Buffer overflow "
				  "detected. Allocation size: 40. Mapping size: 50.");
	swiotlb_sync_single_for_cpu(f->dev, addr + 60, 40, DMA_FROM_DEVICE);
	ktest_assert_int_equal(ktest_report_count(f->world, "warn"), 1);
}

static void test_alignment_above_a_page_warns(void **state)
{
	struct dma_fixture *f = direct_small();

	ktest_assert_u64_not_equal(map_at(f, SIM_PHYS_RAM_START, 100, 2 * P - 1), NONE);
	dma_assert_warns(f, 1);
	ktest_assert_u64_equal(pool_used(f), 4);
}

/* A slow model: which slots are in use, and a search that counts free ones anew each time. */
struct slow_pool {
	bool used[512];
	unsigned int index[4], area_count, area_slots;
	u64 start;
};

static unsigned int slow_run(const struct slow_pool *pool, unsigned int slot)
{
	unsigned int run = 0;

	while (!pool->used[slot + run]) {
		run++;
		if ((slot + run) % 128 == 0)
			break;
	}
	return run;
}

static int slow_search(struct slow_pool *pool, unsigned int area, u64 orig, u64 bytes,
		       u64 align_mask, u64 min_align_mask, u64 boundary)
{
	unsigned int need = (bytes + SLOT - 1) / SLOT, in_use = 0, index = pool->index[area];
	u64 mask = align_mask;
	unsigned int stride;

	if (!mask && !min_align_mask && bytes >= P)
		mask = P - 1;
	mask |= SLOT - 1;
	min_align_mask &= ~mask;
	stride = ((mask > min_align_mask ? mask : min_align_mask) + 1) / SLOT;
	for (unsigned int i = 0; i < pool->area_slots; i++)
		in_use += pool->used[area * pool->area_slots + i];
	if (need > pool->area_slots - in_use)
		return -1;
	for (unsigned int checked = 0, step; checked < pool->area_slots; checked += step) {
		unsigned int slot = area * pool->area_slots + index;
		u64 addr = pool->start + slot * SLOT;
		u64 last = addr + need * SLOT - 1;

		step = 1;
		if (!(addr & mask) && (addr & min_align_mask) == (orig & min_align_mask)) {
			if ((addr & ~boundary) == (last & ~boundary) &&
			    slow_run(pool, slot) >= need) {
				index += need;
				pool->index[area] = index >= pool->area_slots ? 0 : index;
				return slot;
			}
			step = stride;
		}
		index += step;
		if (index >= pool->area_slots)
			index = 0;
	}
	return -1;
}

struct slow_buffer {
	u64 addr;
	unsigned int min_align_mask;
	unsigned int bytes;
	unsigned int slot;
	unsigned int slots;
};

static void random_map(struct dma_fixture *f, struct slow_pool *pool, struct slow_buffer *buffer,
		       u64 block, uint64_t *seed)
{
	static const unsigned int masks[] = { 0, 0, 511, 4095, 4095, 16383 };
	static const u64 boundaries[] = { 0xffffffff, 0xffffffff, 0x1ffff, 0xfffff };
	unsigned int bytes = 1 + ktest_random(seed) % (ktest_random(seed) % 4 ? 9000 : 200000);
	u64 orig = block + ktest_random(seed) % (16 * P);
	u64 min_align = masks[ktest_random(seed) % 6];
	u64 align = ktest_random(seed) % 2 ? P - 1 : 0;
	u64 boundary = boundaries[ktest_random(seed) % 4];
	u64 offset = orig & min_align & (align | (SLOT - 1));
	u64 size = (bytes + offset + align) & ~align;
	unsigned int cpu = ktest_random(seed) % 4;
	u64 addr, wanted = NONE;
	int slot = -1;

	for (unsigned int i = 0; i < pool->area_count && slot < 0; i++)
		slot = slow_search(pool, (cpu + i) % pool->area_count, orig, size, align,
				   min_align, boundary);
	if (slot >= 0)
		wanted = pool->start + slot * SLOT + offset;
	f->world->cpu = cpu;
	dma_set_min_align_mask(f->dev, min_align);
	dma_set_seg_boundary(f->dev, boundary);
	addr = swiotlb_tbl_map_single(f->dev, orig, bytes, align, DMA_BIDIRECTIONAL,
				      DMA_ATTR_NO_WARN);
	ktest_assert_u64_equal(addr, wanted);
	if (addr == NONE)
		return;
	*buffer = (struct slow_buffer){ addr, min_align, bytes, slot,
					 (size + SLOT - 1) / SLOT };
	for (unsigned int i = 0; i < buffer->slots; i++)
		pool->used[slot + i] = true;
}

static void random_unmap(struct dma_fixture *f, struct slow_pool *pool, struct slow_buffer *buffer)
{
	/* A driver does not change it in between; the slots are found again by it. */
	dma_set_min_align_mask(f->dev, buffer->min_align_mask);
	swiotlb_tbl_unmap_single(f->dev, buffer->addr, buffer->bytes, DMA_TO_DEVICE, 0);
	for (unsigned int i = 0; i < buffer->slots; i++)
		pool->used[buffer->slot + i] = false;
	buffer->bytes = 0;
}

static void test_random_requests_match_a_slow_search(void **state)
{
	static struct slow_buffer buffers[64];
	uint64_t seed = ktest_seed(20);
	u64 block;

	for (unsigned int areas = 1; areas <= 4; areas *= 2) {
		struct dma_fixture *f = bounce_make(
			&(struct dma_options){ .profile = "identity" },
			&(struct sim_swiotlb_params){ .bytes = 512 * SLOT, .area_count = areas });
		struct slow_pool pool = { .area_count = areas, .area_slots = 512 / areas,
					  .start = pool_start(f) };
		unsigned int used = 0;

		block = dma_block(f, 80 * P);
		__builtin_memset(buffers, 0, sizeof(buffers));
		for (unsigned int step = 0; step < 6000; step++) {
			struct slow_buffer *buffer = &buffers[ktest_random(&seed) % 64];

			ktest_context("areas %u, step %u", areas, step);
			if (buffer->bytes)
				random_unmap(f, &pool, buffer);
			else
				random_map(f, &pool, buffer, block, &seed);
		}
		for (unsigned int i = 0; i < 512; i++)
			used += pool.used[i];
		ktest_assert_u64_equal(pool_used(f), used);
		for (unsigned int i = 0; i < 64; i++)
			if (buffers[i].bytes)
				random_unmap(f, &pool, &buffers[i]);
		ktest_assert_u64_equal(pool_used(f), 0);
		for (unsigned int i = 0; i < 512; i++)
			ktest_assert_int_equal(sim_slot(&f->dev->dma_io_tlb_mem->defpool, i)->list,
					       128 - i % 128);
		f->world->cpu = 0;
	}
}

static const struct ktest tests[] = {
	KTEST(test_slots_are_handed_out_in_order),
	KTEST(test_search_goes_on_where_the_last_ended),
	KTEST(test_index_wraps_to_the_first_slot),
	KTEST(test_buffer_of_a_page_is_page_aligned),
	KTEST(test_no_buffer_crosses_a_segment),
	KTEST(test_largest_buffer_is_a_segment),
	KTEST(test_min_align_mask_keeps_low_bits),
	KTEST(test_alloc_alignment_takes_padding_slots),
	KTEST(test_segment_boundary_is_not_crossed),
	KTEST(test_full_pool_says_so),
	KTEST(test_each_cpu_has_its_area),
	KTEST(test_freed_slots_join_their_neighbours),
	KTEST(test_pool_is_zero_until_used),
	KTEST(test_sizes_are_rounded_as_the_kernel_does),
	KTEST(test_pool_lies_below_4_gib_and_shrinks_to_fit),
	KTEST(test_no_pool_is_not_active),
	KTEST(test_find_pool_knows_its_ends),
	KTEST(test_sync_beyond_the_buffer_is_cut),
	KTEST(test_alignment_above_a_page_warns),
	KTEST(test_random_requests_match_a_slow_search),
};

KTEST_MAIN(tests)
