// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Scatterlists through an IOMMU and without one: segments, limits, errors, events. */
#include "mm/cache.h"
#include "sg_fixture.h"

struct layout_row {
	const char *name;
	unsigned int max_segment;
	unsigned long boundary;
	struct sg_row in[SG_ROW_MAX];
	struct sg_seen out[SG_ROW_MAX];
	unsigned int iova_pages;
	unsigned int map_calls;
};

static const struct layout_row layout_rows[] = {
	{ .name = "whole pages become one segment",
	  .in = { { 0, 0, P }, { 0, 0, P }, { 0, 0, P } },
	  .out = { { 0, 3 * P } },
	  .iova_pages = 3,
	  .map_calls = 3 },
	{ .name = "neighbours are mapped in one call",
	  .in = { { 1, 0, P }, { 2, 0, 3 * P }, { 5, 0, P } },
	  .out = { { 0, 5 * P } },
	  .iova_pages = 5,
	  .map_calls = 1 },
	{ .name = "a part of a page ends a segment",
	  .in = { { 0, 0, P }, { 0, 0, 100 }, { 0, 0, P } },
	  .out = { { 0, P + 100 }, { 2 * P, P } },
	  .iova_pages = 3,
	  .map_calls = 3 },
	{ .name = "an offset begins a segment",
	  .in = { { 0, 0, P }, { 0, 0x234, P - 0x234 }, { 0, 0, P } },
	  .out = { { 0, P }, { P + 0x234, 2 * P - 0x234 } },
	  .iova_pages = 3,
	  .map_calls = 3 },
	{ .name = "an offset and a length that need one more page",
	  .in = { { 1, 0x800, P }, { 0, 0, 0x10 } },
	  .out = { { 0, P }, { 2 * P - 0x800, 0x10 } },
	  .iova_pages = 3,
	  .map_calls = 2 },
	{ .name = "an offset beyond the first page",
	  .in = { { 1, 3 * P + 8, 8 }, { 0, 0, P } },
	  .out = { { 0, 8 }, { P - 8, P } },
	  .iova_pages = 2,
	  .map_calls = 2 },
	{ .name = "the largest segment",
	  .max_segment = 2 * P,
	  .in = { { 0, 0, P }, { 0, 0, P }, { 0, 0, P }, { 0, 0, P }, { 0, 0, P } },
	  .out = { { 0, 2 * P }, { 2 * P, 2 * P }, { 4 * P, P } },
	  .iova_pages = 5,
	  .map_calls = 5 },
	{ .name = "an entry is not cut to reach the largest segment",
	  .max_segment = 3 * P,
	  .in = { { 1, 0, 2 * P }, { 5, 0, 2 * P }, { 9, 0, P } },
	  .out = { { 0, 2 * P }, { 2 * P, 3 * P } },
	  .iova_pages = 5,
	  .map_calls = 3 },
	{ .name = "64 KiB unless the device says otherwise",
	  .in = { { 1, 0, 8 * P }, { 10, 0, 8 * P }, { 20, 0, P } },
	  .out = { { 0, 16 * P }, { 16 * P, P } },
	  .iova_pages = 17,
	  .map_calls = 3 },
	{ .name = "a gap keeps an entry from crossing a boundary",
	  .boundary = 4 * P - 1,
	  .in = { { 1, 0, 3 * P }, { 20, 0, 2 * P } },
	  .out = { { 0, 3 * P }, { 4 * P, 2 * P } },
	  .iova_pages = 6,
	  .map_calls = 2 },
	{ .name = "no segment goes on at a boundary",
	  .boundary = 2 * P - 1,
	  .in = { { 0, 0, P }, { 0, 0, P }, { 0, 0, P } },
	  .out = { { 0, 2 * P }, { 2 * P, P } },
	  .iova_pages = 3,
	  .map_calls = 3 },
	{ .name = "an entry that ends at a boundary needs no gap",
	  .boundary = 4 * P - 1,
	  .in = { { 1, 0, P }, { 5, 0, 3 * P }, { 9, 0, P } },
	  .out = { { 0, 4 * P }, { 4 * P, P } },
	  .iova_pages = 5,
	  .map_calls = 3 },
	{ .name = "the gap leads to what follows in memory, in the same call",
	  .boundary = 4 * P - 1,
	  .in = { { 1, 0, 3 * P }, { 5, 0, 2 * P }, { 9, 0, 4 * P } },
	  .out = { { 0, 3 * P }, { 4 * P, 2 * P }, { 8 * P, 4 * P } },
	  .iova_pages = 12,
	  .map_calls = 1 },
};

static void check_layout(const struct layout_row *row)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;

	if (row->max_segment)
		dma_set_max_seg_size(f->dev, row->max_segment);
	if (row->boundary)
		dma_set_seg_boundary(f->dev, row->boundary);
	sg_fill(f, &sgt, row->in);
	dma_events_clear(f);
	sg_map_all(f, &sgt);
	sg_assert_segments(&sgt, row->out);
	sg_assert_translations(f, &sgt);
	assert_event_count(f, IOVA_ALLOC, 1);
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOVA_ALLOC, 0)->arg[2], row->iova_pages);
	assert_event_count(f, IOMMU_MAP, row->map_calls);

	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	assert_event_count(f, IOMMU_UNMAP, 1);
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOMMU_UNMAP, 0)->arg[3],
			       row->iova_pages * P);
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOVA_FREE, 0)->arg[2], row->iova_pages);
	sg_free_table(&sgt);
	ktest_world_drop(f->world);
}

static void test_layout(void **state)
{
	for (unsigned int i = 0; i < sizeof(layout_rows) / sizeof(layout_rows[0]); i++) {
		ktest_context("%s", layout_rows[i].name);
		check_layout(&layout_rows[i]);
	}
}

static void test_gap_maps_the_memory_behind_the_entry(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;

	dma_set_seg_boundary(f->dev, 4 * P - 1);
	sg_fill(f, &sgt, (struct sg_row[]){ { 1, 0, 3 * P }, { 20, 0, 2 * P }, {} });
	sg_map_all(f, &sgt);
	ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain,
						  sg_dma_address(sgt.sgl) + 3 * P),
			       sg_phys(sgt.sgl) + 3 * P);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	sg_free_table(&sgt);
}

static void test_entries_stay_as_they_are(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_row rows[] = { { 1, 0x123, 0x456 }, { 5, 3 * P + 1, P }, { 0, 0, P }, {} };
	struct scatterlist *sg;
	struct sg_table sgt;
	unsigned int i;

	sg_fill(f, &sgt, rows);
	sg_map_all(f, &sgt);
	for_each_sgtable_sg(&sgt, sg, i) {
		ktest_assert_int_equal(sg->offset, rows[i].offset);
		ktest_assert_int_equal(sg->length, rows[i].length);
	}
	/* What is not a segment says so. */
	ktest_assert_int_equal(sgt.nents, 3);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	sg_free_table(&sgt);
	sg_fill_pages(f, &sgt, 3);
	sg_map_all(f, &sgt);
	ktest_assert_int_equal(sgt.nents, 1);
	ktest_assert_int_equal(sgt.orig_nents, 3);
	sg = sg_next(sgt.sgl);
	ktest_assert_u64_equal(sg_dma_address(sg), DMA_MAPPING_ERROR);
	ktest_assert_int_equal(sg_dma_len(sg), 0);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	sg_free_table(&sgt);
}

static void test_long_list_is_one_range(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;

	dma_set_max_seg_size(f->dev, 0xffffffff);
	sg_fill_pages(f, &sgt, 512);
	sg_map_all(f, &sgt);
	ktest_assert_int_equal(sgt.nents, 1);
	ktest_assert_int_equal(sg_dma_len(sgt.sgl), 512 * P);
	ktest_assert_u64_equal(sg_dma_address(sgt.sgl) % M2, 0);
	sg_assert_translations(f, &sgt);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	sg_free_table(&sgt);
}

static void test_directions_are_permissions(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;
	u8 byte = 1;

	sg_fill_pages(f, &sgt, 2);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, DMA_TO_DEVICE, 0), 0);
	ktest_assert_int_equal(sim_dma_read(f->dev, sg_dma_address(sgt.sgl) + P, &byte, 1), 0);
	ktest_assert_int_equal(sim_dma_write(f->dev, sg_dma_address(sgt.sgl) + P, &byte, 1),
			       -EFAULT);
	dma_unmap_sgtable(f->dev, &sgt, DMA_TO_DEVICE, 0);
	ktest_assert_int_equal(sim_dma_read(f->dev, sg_dma_address(sgt.sgl), &byte, 1), -EFAULT);
	sg_free_table(&sgt);
}

static void assert_invalid(struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(sgt, sg, i) {
		ktest_assert_u64_equal(sg_dma_address(sg), DMA_MAPPING_ERROR);
		ktest_assert_int_equal(sg_dma_len(sg), 0);
	}
}

static void test_no_iova_space_is_enomem(void **state)
{
	struct dma_fixture *f = dma_make_with(
		&(struct dma_options){ .mask_bits = 14, .params.no_reserved = true });
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 4);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, 0), -ENOMEM);
	assert_invalid(&sgt);
	ktest_assert_int_equal(dma_map_sg(f->dev, sgt.sgl, 4, RW), 0);
	assert_event_count(f, DMA_MAP_SG, 0);
	/* Nothing but the length was in the way. */
	ktest_assert_int_equal(dma_map_sg(f->dev, sgt.sgl, 2, RW), 1);
	dma_unmap_sg(f->dev, sgt.sgl, 2, RW);
	sg_free_table(&sgt);
}

/* Makes the second page of the next range that is handed out live. */
static u64 spoil_next_range(struct dma_fixture *f)
{
	dma_window(f, 4 * P);
	dma_iova_free(f->dev, &f->state);
	ktest_assert_int_equal(iommu_map(&f->sdom->domain, f->state.addr + P, dma_page(f), P,
					 IOMMU_READ, GFP_KERNEL), 0);
	return f->state.addr;
}

static void test_failing_map_is_undone_and_einval(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 iova = spoil_next_range(f);
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 4);
	dma_events_clear(f);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, 0), -EINVAL);
	assert_invalid(&sgt);
	assert_event(f, IOVA_ALLOC, 0, f->sdom->index, iova >> 12, 4);
	assert_event_count(f, IOMMU_MAP, 1);
	assert_event_count(f, IOVA_FREE, 1);
	/* One page is live: the one that was in the way. */
	ktest_assert_u64_equal(dma_live_bytes(f, iova, 4 * P), P);
	sg_free_table(&sgt);
}

static void test_no_memory_for_tables_is_enomem(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct page *page;
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 2);
	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0)))
		;
	dma_events_clear(f);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, 0), -ENOMEM);
	assert_invalid(&sgt);
	assert_event_count(f, IOVA_FREE, 1);
	sg_free_table(&sgt);
}

static void test_empty_list_warns_and_is_eio(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 1);
	sgt.orig_nents = 0;
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, 0), -EIO);
	assert_event(f, DMA_MAP_SG_ERR, 0, f->dev->sim->name, RW, 0, 0);
	ktest_assert_string_contains(dma_warn_text(f, 0), "ents != -EREMOTEIO");
	dma_assert_warns(f, 1);
	sgt.orig_nents = 1;
	sg_free_table(&sgt);
}

static void test_no_mask_warns_and_maps_nothing(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 1);
	f->dev->dma_mask = NULL;
	ktest_assert_int_equal(dma_map_sg(f->dev, sgt.sgl, 1, RW), 0);
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"!dev->dma_mask\"");
	dma_assert_warns(f, 1);
	assert_event_count(f, IOVA_ALLOC, 0);
	sg_free_table(&sgt);
}

static void test_require_coherent_of_noncoherent_is_eopnotsupp(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 1);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, DMA_ATTR_REQUIRE_COHERENT),
			       -EOPNOTSUPP);
	sg_free_table(&sgt);
}

static void assert_text(struct dma_fixture *f, enum sim_event_id id, unsigned int position,
			const char *expected)
{
	char text[256];

	sim_event_format(f->world, dma_event(f, id, position), text, sizeof(text));
	ktest_assert_string_equal(text, expected);
}

static void test_events_name_every_entry(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct sg_table sgt;
	u64 phys, addr;

	sg_fill(f, &sgt, (struct sg_row[]){ { 1, 0, P }, { 2, 0, 0x80 }, {} });
	phys = sg_phys(sgt.sgl);
	dma_events_clear(f);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, DMA_TO_DEVICE,
					       DMA_ATTR_PRIVILEGED), 0);
	addr = sg_dma_address(sgt.sgl);
	assert_text(f, SIM_EVENT_DMA_MAP_SG, 0,
		    "0000:03:00.0 dir=TO_DEVICE nents=2/2 ents=1/1 attrs=PRIVILEGED");
	assert_event(f, SG_ENTRY, 0, 0, phys, P, addr, P + 0x80);
	assert_event(f, SG_ENTRY, 1, 1, phys + P, 0x80, DMA_MAPPING_ERROR, 0);
	dma_unmap_sgtable(f->dev, &sgt, DMA_TO_DEVICE, 0);
	assert_text(f, SIM_EVENT_DMA_UNMAP_SG, 0, "0000:03:00.0 dir=TO_DEVICE nents=2 attrs=");
	assert_event_count(f, SG_ENTRY, 4);
	sg_free_table(&sgt);
}

static void check_direct(const char *profile)
{
	struct dma_fixture *f = dma_make(profile);
	struct scatterlist *sg;
	struct sg_table sgt;
	unsigned int i;

	sg_fill(f, &sgt, (struct sg_row[]){ { 1, 0, P }, { 2, 0, P }, { 7, 8, 16 }, {} });
	sg_map_all(f, &sgt);
	ktest_assert_int_equal(sgt.nents, 3);
	for_each_sgtable_dma_sg(&sgt, sg, i) {
		ktest_assert_u64_equal(sg_dma_address(sg), sg_phys(sg));
		ktest_assert_int_equal(sg_dma_len(sg), sg->length);
	}
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	assert_event_count(f, IOVA_ALLOC, 0);
	assert_event_count(f, DMA_MAP_SG, 1);
	assert_event_count(f, DMA_UNMAP_SG, 1);
	sg_free_table(&sgt);
}

static void test_direct_keeps_physical_addresses(void **state)
{
	check_direct("identity");
	check_direct("none");
}

static void test_direct_out_of_reach_is_eio(void **state)
{
	struct dma_fixture *f = dma_make("identity");
	struct sg_table sgt;

	sg_fill(f, &sgt, (struct sg_row[]){ { 1, 0, P }, { 40, 0, P }, {} });
	*f->dev->dma_mask = sg_phys(sgt.sgl) + 2 * P - 1;
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, 0), -EIO);
	ktest_assert_string_contains(dma_warn_text(f, 0), "overflow (mask");
	dma_assert_warns(f, 1);
	sg_free_table(&sgt);
}

/* The last page of a list: what the CPU wrote, and what the device wrote, arrive by syncs only. */
static void check_noncoherent(const char *profile)
{
	struct dma_fixture *f = dma_make_with(
		&(struct dma_options){ .profile = profile, .noncoherent = true });
	struct scatterlist *sg;
	struct sg_table sgt;
	u32 value = 1, seen;
	u64 phys, addr;

	/* Small entries of such a device would bounce. */
	sg_fill_pages(f, &sgt, 2);
	sg = sg_next(sgt.sgl);
	phys = sg_phys(sg);
	sim_cpu_phys_write(f->world, phys, &value, 4);
	sg_map_all(f, &sgt);
	addr = sgt.nents == 1 ? sg_dma_address(sgt.sgl) + P : sg_dma_address(sg);
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, &seen, 4), 0);
	ktest_assert_u64_equal(seen, 1);
	value = 2;
	ktest_assert_int_equal(sim_dma_write(f->dev, addr, &value, 4), 0);
	sim_cpu_phys_read(f->world, phys, &seen, 4);
	ktest_assert_u64_equal(seen, 1);
	dma_sync_sgtable_for_cpu(f->dev, &sgt, RW);
	sim_cpu_phys_read(f->world, phys, &seen, 4);
	ktest_assert_u64_equal(seen, 2);
	value = 3;
	sim_cpu_phys_write(f->world, phys, &value, 4);
	dma_sync_sgtable_for_device(f->dev, &sgt, RW);
	ktest_assert_int_equal(sim_dma_read(f->dev, addr, &seen, 4), 0);
	ktest_assert_u64_equal(seen, 3);
	assert_event_count(f, DMA_SYNC_SG_FOR_CPU, 1);
	assert_event_count(f, DMA_SYNC_SG_FOR_DEVICE, 1);
	value = 4;
	ktest_assert_int_equal(sim_dma_write(f->dev, addr, &value, 4), 0);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	sim_cpu_phys_read(f->world, phys, &seen, 4);
	ktest_assert_u64_equal(seen, 4);
	sg_free_table(&sgt);
}

static void test_noncoherent_lists_are_synced(void **state)
{
	check_noncoherent("generic-pt");
	check_noncoherent("none");
}

static void test_skip_cpu_sync_leaves_the_cache_alone(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });
	struct sg_table sgt;
	u32 value = 7, seen;

	sg_fill_pages(f, &sgt, 1);
	sim_cpu_phys_write(f->world, sg_phys(sgt.sgl), &value, 4);
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, DMA_ATTR_SKIP_CPU_SYNC), 0);
	ktest_assert_int_equal(sim_dma_read(f->dev, sg_dma_address(sgt.sgl), &seen, 4), 0);
	ktest_assert_u64_not_equal(seen, 7);
	value = 8;
	ktest_assert_int_equal(sim_dma_write(f->dev, sg_dma_address(sgt.sgl), &value, 4), 0);
	dma_unmap_sgtable(f->dev, &sgt, RW, DMA_ATTR_SKIP_CPU_SYNC);
	sim_cpu_phys_read(f->world, sg_phys(sgt.sgl), &seen, 4);
	ktest_assert_u64_equal(seen, 7);
	sg_free_table(&sgt);
}

/* Without a pool nothing can bounce: the list fails where the first entry has to. */
static void test_untrusted_device_bounces_entry_by_entry(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .untrusted = true });
	struct sg_table sgt;

	sg_fill(f, &sgt, (struct sg_row[]){ { 0, 0, P }, { 0, 0, P }, {} });
	sg_map_all(f, &sgt);
	ktest_assert_true(sg_dma_is_swiotlb(sgt.sgl));
	/* No merging, and a range for each. */
	ktest_assert_int_equal(sgt.nents, 2);
	assert_event_count(f, IOVA_ALLOC, 2);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	assert_event_count(f, IOVA_FREE, 2);
	sg_free_table(&sgt);

	sg_fill(f, &sgt, (struct sg_row[]){ { 0, 0, P }, { 0, 4, 64 }, {} });
	ktest_assert_int_equal(dma_map_sgtable(f->dev, &sgt, RW, 0), -EIO);
	assert_event_count(f, IOVA_ALLOC, 3);
	assert_event_count(f, IOVA_FREE, 3);
	ktest_assert_string_contains(dma_log_last(f), "bounce buffers are inactive");
	sg_free_table(&sgt);
}

static void test_iommu_map_sg_coalesces_and_syncs_once(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .caching_mode = true });
	struct sg_table sgt;
	ssize_t mapped;

	sg_fill(f, &sgt, (struct sg_row[]){ { 1, 0, P }, { 2, 0, 2 * P }, { 9, 0, P }, { 4, 0, P },
					    { 5, 0, P }, {} });
	/* An entry with a bus address has no part in it. */
	sg_dma_mark_bus_address(sg_next(sg_next(sgt.sgl)));
	dma_events_clear(f);
	mapped = iommu_map_sg(&f->sdom->domain, 0x40000000, sgt.sgl, 5, IOMMU_READ, GFP_KERNEL);
	ktest_assert_int_equal(mapped, 5 * P);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, 0x40000000, sg_phys(sgt.sgl), 3 * P);
	assert_event(f, IOMMU_MAP, 1, f->sdom->index, 0x40003000, sg_phys(sgt.sgl) + 3 * P, 2 * P);
	assert_event_count(f, IOTLB_SYNC_MAP, 1);
	ktest_assert_int_equal(iommu_unmap(&f->sdom->domain, 0x40000000, 5 * P), 5 * P);
	sg_free_table(&sgt);
}

static void test_iommu_map_sg_unrolls(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct iommu_domain *domain = &f->sdom->domain;
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 3);
	ktest_assert_int_equal(iommu_map(domain, 0x40002000, dma_page(f), P, IOMMU_READ,
					 GFP_KERNEL), 0);
	ktest_assert_int_equal(iommu_map_sg(domain, 0x40000000, sgt.sgl, 3, IOMMU_READ,
					    GFP_KERNEL), -EADDRINUSE);
	ktest_assert_u64_equal(dma_live_bytes(f, 0x40000000, 3 * P), P);
	/* Parts of granules are the caller's mistake. */
	sgt.sgl->length = 100;
	ktest_assert_int_equal(iommu_map_sg(domain, 0x50000000, sgt.sgl, 1, IOMMU_READ,
					    GFP_KERNEL), -EINVAL);
	sg_free_table(&sgt);
}

static void test_lazy_unmap_is_queued(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .params.lazy = true });
	struct sg_table sgt;

	sg_fill_pages(f, &sgt, 3);
	sg_map_all(f, &sgt);
	dma_unmap_sgtable(f->dev, &sgt, RW, 0);
	assert_event_count(f, IOVA_QUEUE, 1);
	assert_event_count(f, IOVA_FREE, 0);
	sg_free_table(&sgt);
}

static const struct ktest tests[] = {
	KTEST(test_layout),
	KTEST(test_gap_maps_the_memory_behind_the_entry),
	KTEST(test_entries_stay_as_they_are),
	KTEST(test_long_list_is_one_range),
	KTEST(test_directions_are_permissions),
	KTEST(test_no_iova_space_is_enomem),
	KTEST(test_failing_map_is_undone_and_einval),
	KTEST(test_no_memory_for_tables_is_enomem),
	KTEST(test_empty_list_warns_and_is_eio),
	KTEST(test_no_mask_warns_and_maps_nothing),
	KTEST(test_require_coherent_of_noncoherent_is_eopnotsupp),
	KTEST(test_events_name_every_entry),
	KTEST(test_direct_keeps_physical_addresses),
	KTEST(test_direct_out_of_reach_is_eio),
	KTEST(test_noncoherent_lists_are_synced),
	KTEST(test_skip_cpu_sync_leaves_the_cache_alone),
	KTEST(test_untrusted_device_bounces_entry_by_entry),
	KTEST(test_iommu_map_sg_coalesces_and_syncs_once),
	KTEST(test_iommu_map_sg_unrolls),
	KTEST(test_lazy_unmap_is_queued),
};
KTEST_MAIN(tests)
