/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* DMA debugging: which mapping a call means when there are several, against a slow model. */
#include "debug_fixture.h"

static void test_unmap_takes_the_first_perfect_fit(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 page = debug_pages(f, 2);

	debug_map(f, page, P, DMA_TO_DEVICE, 0);
	debug_map(f, page, 2 * P, DMA_TO_DEVICE, 0);
	debug_map(f, page, P, RW, 0);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	dma_unmap_phys(f->dev, page, 2 * P, DMA_TO_DEVICE, 0);
	dma_unmap_phys(f->dev, page, P, DMA_TO_DEVICE, 0);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
}

/* The kernel says "has not allocated" and keeps both; with one left the errors have their names. */
static void test_unmap_that_fits_none_of_several_is_unknown(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 page = debug_pages(f, 2);

	debug_map(f, page, P, DMA_TO_DEVICE, 0);
	debug_map(f, page, 2 * P, DMA_TO_DEVICE, 0);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	debug_expect(f, "free-unallocated");
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 2);
	dma_unmap_phys(f->dev, page, 2 * P, DMA_TO_DEVICE, 0);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	debug_expect(f, "free-direction");
	ktest_assert_u64_equal(sim_dma_debug_count(f->dev), 0);
}

static void test_mappings_of_another_device_do_not_count(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	struct svmsim_device desc = { .name = "d1", .mask_bits = 48,
				      .pci_address = "0000:04:00.0" };
	struct device *other = sim_device_add(f->world, &desc, 1);
	u64 page = debug_pages(f, 1);

	debug_map(f, page, P, RW, 0);
	dma_unmap_phys(other, page, P, RW, 0);
	dma_sync_single_for_cpu(other, page, P, RW);
	ktest_assert_string_contains(debug_text(f, 0), "dev=d1 size=1p");
	debug_expect(f, "free-unallocated");
	debug_expect(f, "sync-unallocated");
	dma_unmap_phys(f->dev, page, P, RW, 0);
}

/* One address, two maps, two checks: each check is for the first that was not checked. */
static void test_each_check_is_for_one_mapping(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 page = debug_pages(f, 2);

	dma_map_phys(f->dev, page, P, RW, 0);
	dma_map_phys(f->dev, page, 2 * P, RW, 0);
	ktest_assert_int_equal(dma_mapping_error(f->dev, page), 0);
	dma_unmap_phys(f->dev, page, P, RW, 0);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 0);
	dma_unmap_phys(f->dev, page, 2 * P, RW, 0);
	ktest_assert_string_contains(debug_text(f, 0), "dma-debug:map-unchecked dev=d0 size=2p");
	debug_expect(f, "map-unchecked");
}

/* Two that cover a range in one bucket make none there; the search goes on below. */
static void test_sync_goes_on_below_an_ambiguous_bucket(void **state)
{
	struct dma_fixture *f = debug_make("v7.0");
	u64 page = debug_pages(f, 8), upper = page + 4 * P;

	debug_map(f, upper, 2 * P, DMA_TO_DEVICE, 0);
	debug_map(f, upper, 3 * P, DMA_TO_DEVICE, 0);
	dma_sync_single_for_device(f->dev, upper, P, DMA_TO_DEVICE);
	debug_expect(f, "sync-unallocated");
	debug_map(f, page, 8 * P, DMA_FROM_DEVICE, 0);
	dma_sync_single_for_device(f->dev, upper, P, DMA_FROM_DEVICE);
	ktest_assert_u64_equal(svmsim_report_count(f->world), 1);
	dma_unmap_phys(f->dev, page, 8 * P, DMA_FROM_DEVICE, 0);
	dma_unmap_phys(f->dev, upper, 3 * P, DMA_TO_DEVICE, 0);
	dma_unmap_phys(f->dev, upper, 2 * P, DMA_TO_DEVICE, 0);
}

#define PAGE_COUNT 8
#define STEP_COUNT 250
#define MAPPING_MAX STEP_COUNT

struct mapping {
	u64 addr;
	u64 bytes;
	int dir;
	bool checked;
	bool live;
};

/* A slow model: mappings in order, each search looks at all of them. */
struct model {
	struct mapping mapping[MAPPING_MAX];
	unsigned int count;
	unsigned int unallocated;
	unsigned int size;
	unsigned int direction;
	unsigned int unchecked;
	unsigned int sync_unallocated;
	unsigned int sync_direction;
	unsigned int sync_lost[2];
};

static bool is_perfect(const struct mapping *mapping, u64 bytes, int dir, bool sync)
{
	/* A sync is of another type than any map. */
	return !sync && mapping->bytes == bytes && mapping->dir == dir;
}

/* Among mappings with like addresses: the first perfect one, or the only one. */
static struct mapping *model_choose(struct model *model, u64 bucket, u64 addr, u64 bytes, int dir,
				    bool sync)
{
	struct mapping *only = NULL;
	unsigned int matches = 0;

	for (unsigned int i = 0; i < model->count; i++) {
		struct mapping *mapping = &model->mapping[i];

		if (!mapping->live || mapping->addr >> 13 != bucket)
			continue;
		if (sync ? mapping->addr > addr || mapping->addr + mapping->bytes < addr + bytes :
			   mapping->addr != addr)
			continue;
		if (is_perfect(mapping, bytes, dir, sync))
			return mapping;
		only = mapping;
		matches++;
	}
	return matches == 1 ? only : NULL;
}

static void model_unmap(struct model *model, u64 addr, u64 bytes, int dir)
{
	struct mapping *mapping = model_choose(model, addr >> 13, addr, bytes, dir, false);

	if (!mapping) {
		model->unallocated++;
		return;
	}
	model->size += mapping->bytes != bytes;
	model->direction += mapping->dir != dir;
	model->unchecked += !mapping->checked;
	mapping->live = false;
}

static void model_sync(struct model *model, u64 addr, u64 bytes, int dir, bool to_cpu)
{
	struct mapping *mapping = NULL;

	for (u64 bucket = (addr >> 13) + 1; bucket-- && !mapping;)
		mapping = model_choose(model, bucket, addr, bytes, dir, true);
	if (!mapping) {
		model->sync_unallocated++;
		return;
	}
	if (mapping->dir == RW)
		return;
	model->sync_direction += mapping->dir != dir;
	if (to_cpu)
		model->sync_lost[1] += mapping->dir != DMA_FROM_DEVICE && dir != DMA_TO_DEVICE;
	else
		model->sync_lost[0] += mapping->dir != DMA_TO_DEVICE && dir != DMA_FROM_DEVICE;
}

static void model_check(struct model *model, u64 addr)
{
	for (unsigned int i = 0; i < model->count; i++) {
		struct mapping *mapping = &model->mapping[i];

		if (mapping->live && mapping->addr == addr && !mapping->checked) {
			mapping->checked = true;
			return;
		}
	}
}

static unsigned int model_live(const struct model *model)
{
	unsigned int live = 0;

	for (unsigned int i = 0; i < model->count; i++)
		live += model->mapping[i].live;
	return live;
}

static void random_step(struct dma_fixture *f, struct model *model, u64 base,
			uint64_t *random)
{
	u64 addr = base + ktest_random(random) % PAGE_COUNT * P;
	u64 bytes = (1 + ktest_random(random) % 3) * P;
	int dir = ktest_random(random) % DMA_NONE;

	switch (ktest_random(random) % 5) {
	case 0:
	case 1:
		dma_map_phys(f->dev, addr, bytes, dir, DMA_ATTR_DEBUGGING_IGNORE_CACHELINES);
		model->mapping[model->count++] =
			(struct mapping){ .addr = addr, .bytes = bytes, .dir = dir, .live = true };
		break;
	case 2:
		ktest_assert_int_equal(dma_mapping_error(f->dev, addr), 0);
		model_check(model, addr);
		break;
	case 3:
		dma_unmap_phys(f->dev, addr, bytes, dir, 0);
		model_unmap(model, addr, bytes, dir);
		break;
	default:
		dma_sync_single_for_cpu(f->dev, addr + 64, bytes - 64, dir);
		model_sync(model, addr + 64, bytes - 64, dir, true);
		dma_sync_single_for_device(f->dev, addr, bytes, dir);
		model_sync(model, addr, bytes, dir, false);
	}
}

static void expect_count(struct dma_fixture *f, const char *slug, unsigned int count)
{
	while (count--)
		debug_expect(f, slug);
}

static void test_random_calls_agree_with_a_slow_model(void **state)
{
	uint64_t seed = ktest_seed(20260504), random = seed;

	for (unsigned int round = 0; round < 40; round++) {
		struct dma_fixture *f = debug_make("v7.0");
		u64 base = debug_pages(f, PAGE_COUNT + 3);
		struct model model = {};

		for (unsigned int step = 0; step < STEP_COUNT; step++) {
			ktest_context("seed %lu round %u step %u", seed, round, step);
			random_step(f, &model, base, &random);
			ktest_assert_u64_equal(sim_dma_debug_count(f->dev), model_live(&model));
		}
		expect_count(f, "free-unallocated", model.unallocated);
		expect_count(f, "free-size", model.size);
		expect_count(f, "free-direction", model.direction);
		expect_count(f, "map-unchecked", model.unchecked);
		expect_count(f, "sync-unallocated", model.sync_unallocated);
		expect_count(f, "sync-direction", model.sync_direction);
		expect_count(f, "sync-cpu-read-only", model.sync_lost[1]);
		expect_count(f, "sync-device-write-only", model.sync_lost[0]);
		expect_count(f, "leak", model_live(&model) != 0);
		ktest_assert_u64_equal(svmsim_report_dropped(f->world), 0);
		ktest_world_drop(f->world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_unmap_takes_the_first_perfect_fit),
	KTEST(test_unmap_that_fits_none_of_several_is_unknown),
	KTEST(test_mappings_of_another_device_do_not_count),
	KTEST(test_each_check_is_for_one_mapping),
	KTEST(test_sync_goes_on_below_an_ambiguous_bucket),
	KTEST(test_random_calls_agree_with_a_slow_model),
};
KTEST_MAIN(tests)
