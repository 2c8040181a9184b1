/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* HMM's DMA helpers for pages of RAM: each rule by itself. */
#include <linux/errno.h>
#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/pci-p2pdma.h>
#include "dma_fixture.h"
#include "hmm_fixture.h"

static void test_flags_have_the_kernels_values(void **state)
{
	unsigned long pfn = HMM_PFN_VALID | 9ul << HMM_PFN_ORDER_SHIFT | 0x12345;

	ktest_assert_u64_equal(HMM_PFN_VALID, 1ull << 63);
	ktest_assert_u64_equal(HMM_PFN_WRITE, 1ull << 62);
	ktest_assert_u64_equal(HMM_PFN_ERROR, 1ull << 61);
	ktest_assert_u64_equal(HMM_PFN_DMA_MAPPED, 1ull << 60);
	ktest_assert_u64_equal(HMM_PFN_P2PDMA, 1ull << 59);
	ktest_assert_u64_equal(HMM_PFN_P2PDMA_BUS, 1ull << 58);
	ktest_assert_u64_equal(HMM_PFN_ORDER_SHIFT, 53);
	ktest_assert_u64_equal(HMM_PFN_REQ_FAULT, HMM_PFN_VALID);
	ktest_assert_u64_equal(HMM_PFN_REQ_WRITE, HMM_PFN_WRITE);
	ktest_assert_u64_equal(HMM_PFN_FLAGS, ~((1ull << 53) - 1));
	ktest_assert_u64_equal(hmm_pfn_to_phys(pfn), 0x12345000);
	ktest_assert_int_equal(hmm_pfn_to_map_order(pfn), 9);
	ktest_assert_int_equal(hmm_pfn_to_map_order(~0ul), 31);
}

static void test_pfn_leads_to_its_page(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct page *page = sim_phys_alloc_scattered(f->world);

	ktest_assert_ptr_equal(hmm_pfn_to_page(HMM_PFN_FLAGS | page_to_pfn(page)), page);
}

static void test_alloc_takes_a_window_and_empty_pfns(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct hmm_dma_map map = {};
	u64 before = sim_slab_live_count(f->world);

	dma_events_clear(f);
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 512, P), 0);
	assert_event(f, IOVA_ALLOC, 0, f->sdom->index, map.state.addr >> 12, 512);
	ktest_assert_u64_equal(map.state.addr, 0xffe00000);
	ktest_assert_u64_equal(dma_iova_size(&map.state), M2);
	ktest_assert_u64_equal(map.dma_entry_size, P);
	for (unsigned int i = 0; i < 512; i++)
		ktest_assert_u64_equal(map.pfn_list[i], 0);
	ktest_assert_null(map.dma_list);
	hmm_dma_map_free(f->dev, &map);
	ktest_assert_u64_equal(sim_slab_live_count(f->world), before);
}

/* The window is counted in pages, the entries are as large as the caller says. */
static void test_alloc_of_large_entries_still_counts_pages(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct hmm_dma_map map = {};

	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 1024, M2), 0);
	ktest_assert_u64_equal(dma_iova_size(&map.state), 2 * M2);
	ktest_assert_u64_equal(map.dma_entry_size, M2);
	hmm_dma_map_free(f->dev, &map);
}

/* Why a map has to be zeroed by its owner: what stood there would be freed. */
static void test_alloc_with_a_window_leaves_dma_list_alone(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct hmm_dma_map map = { .dma_list = (dma_addr_t *)0x1230 };

	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 8, P), 0);
	ktest_assert_ptr_equal(map.dma_list, (void *)0x1230);
	map.dma_list = NULL;
	hmm_dma_map_free(f->dev, &map);
}

static void test_alloc_without_window_keeps_addresses(void **state)
{
	struct dma_fixture *f = hmm_make_listed();
	struct hmm_dma_map map = {};
	u64 before = sim_slab_live_count(f->world);

	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 8, P), 0);
	ktest_assert_false(dma_use_iova(&map.state));
	for (unsigned int i = 0; i < 8; i++)
		ktest_assert_u64_equal(map.dma_list[i], 0);
	hmm_dma_map_free(f->dev, &map);
	ktest_assert_u64_equal(sim_slab_live_count(f->world), before);
}

/* Addresses that are the pages' own need neither. */
static void test_alloc_with_direct_mapping_has_pfns_only(void **state)
{
	struct dma_fixture *f = dma_make("identity");
	struct hmm_dma_map map = {};
	u64 before = sim_slab_live_count(f->world);

	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 8, P), 0);
	ktest_assert_false(dma_use_iova(&map.state));
	ktest_assert_null(map.dma_list);
	ktest_assert_u64_equal(sim_slab_live_count(f->world), before + 1);
	hmm_dma_map_free(f->dev, &map);
	ktest_assert_u64_equal(sim_slab_live_count(f->world), before);
}

static void assert_unsupported(struct dma_fixture *f)
{
	struct hmm_dma_map map = {};

	dma_events_clear(f);
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 8, P), -EOPNOTSUPP);
	ktest_assert_int_equal(f->event_count, 0);
	ktest_assert_null(map.pfn_list);
}

static void test_alloc_refuses_device_that_does_not_snoop(void **state)
{
	assert_unsupported(dma_make_with(&(struct dma_options){ .noncoherent = true }));
	assert_unsupported(dma_make_with(&(struct dma_options){ .profile = "identity",
								.noncoherent = true }));
}

/* What the first use of a bounce buffer leaves behind. */
static void test_alloc_refuses_device_that_has_bounced(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	f->dev->dma_skip_sync = false;
	assert_unsupported(f);
}

static void test_alloc_refuses_device_of_limited_addressing(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .mask_bits = 31 });
	struct hmm_dma_map map = {};

	assert_unsupported(f);
	f = dma_make_with(&(struct dma_options){ .mask_bits = 32 });
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 8, P), 0);
	hmm_dma_map_free(f->dev, &map);
	f->dev->bus_dma_limit = DMA_BIT_MASK(31);
	assert_unsupported(f);
}

/* Said before anything is refused, and no reason to refuse. */
static void test_alloc_warns_of_entries_larger_than_all_pages(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });
	struct hmm_dma_map map = {};

	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 511, M2), -EOPNOTSUPP);
	dma_assert_warns(f, 1);
	ktest_assert_string_equal(dma_warn_text(f, 0),
				  "\"!(nr_entries * PAGE_SIZE / dma_entry_size)\"");
	f = dma_make(NULL);
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 511, M2), 0);
	dma_assert_warns(f, 1);
	hmm_dma_map_free(f->dev, &map);
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 512, M2), 0);
	hmm_dma_map_free(f->dev, &map);
}

/* Each allocation fails in turn: nothing is left behind, and the window was not taken. */
static void test_alloc_fails_without_memory_and_leaves_nothing(void **state)
{
	struct dma_fixture *f = hmm_make_listed();
	struct hmm_dma_map map = {};
	u64 before = sim_slab_live_count(f->world);
	unsigned int nth;

	for (nth = 1; nth < 10; nth++) {
		ktest_context("allocation %u", nth);
		dma_events_clear(f);
		sim_slab_fail_nth(f->world, nth);
		if (!hmm_dma_map_alloc(f->dev, &map, 8, P))
			break;
		ktest_assert_true(sim_slab_failed(f->world));
		ktest_assert_u64_equal(sim_slab_live_count(f->world), before);
		assert_event_count(f, IOVA_ALLOC, 0);
		map = (struct hmm_dma_map){};
	}
	/* The pfns and the addresses. */
	ktest_assert_int_equal(nth, 3);
	hmm_dma_map_free(f->dev, &map);

	f = dma_make(NULL);
	sim_slab_fail_nth(f->world, 1);
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &map, 8, P), -ENOMEM);
	assert_event_count(f, IOVA_ALLOC, 0);
}

static void test_map_links_the_slot_of_its_index(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	struct dma_fixture *f = bed->f;
	u64 phys = dma_page(f), addr;
	struct iopt_leaf leaf;

	/* The first one makes the tables. */
	hmm_bed_map(bed, 0, dma_page(f), 0);
	dma_events_clear(f);
	addr = hmm_bed_map(bed, 5, phys, HMM_PFN_WRITE);
	ktest_assert_u64_equal(addr, bed->map.state.addr + 5 * P);
	/* One event, and none of the streaming API's. */
	ktest_assert_int_equal(f->event_count, 1);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, addr, phys, P);
	ktest_assert_true(iopt_walk(f->sdom, addr, &leaf));
	ktest_assert_u64_equal(leaf.phys, phys);
	ktest_assert_u64_equal(leaf.bytes, P);
	ktest_assert_u64_equal(dma_live_bytes(f, bed->map.state.addr, 8 * P), 2 * P);
	hmm_bed_free(bed);
}

static void test_map_of_large_entries(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 1536, M2);
	u64 block = dma_block(bed->f, M2), addr;
	struct iopt_leaf leaf;

	addr = hmm_bed_map(bed, 2, block, 9ul << HMM_PFN_ORDER_SHIFT);
	ktest_assert_u64_equal(addr, bed->map.state.addr + 2 * M2);
	ktest_assert_true(iopt_walk(bed->f->sdom, addr, &leaf));
	ktest_assert_u64_equal(leaf.bytes, M2);
	ktest_assert_u64_equal(leaf.phys, block);
	ktest_assert_true(hmm_dma_unmap_pfn(bed->f->dev, &bed->map, 2));
	ktest_assert_u64_equal(dma_live_bytes(bed->f, addr, M2), 0);
	hmm_bed_free(bed);
}

static void test_map_sets_mapped_and_keeps_the_other_flags(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	u64 phys = dma_page(bed->f);
	unsigned long flags = HMM_PFN_WRITE | 4ul << HMM_PFN_ORDER_SHIFT;

	hmm_bed_map(bed, 0, phys, flags);
	ktest_assert_u64_equal(bed->map.pfn_list[0],
			       HMM_PFN_VALID | HMM_PFN_DMA_MAPPED | flags | phys >> 12);
	hmm_bed_free(bed);
}

/* Whether the device may write is for the device's own page table to say. */
static void test_map_of_read_only_page_can_be_written(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	u64 phys = dma_page(bed->f), word = 0x5a, seen = 0;
	u64 addr = hmm_bed_map(bed, 1, phys, 0);

	ktest_assert_int_equal(sim_dma_write(bed->f->dev, addr, &word, 8), 0);
	ktest_assert_int_equal(sim_dma_read(bed->f->dev, addr, &seen, 8), 0);
	ktest_assert_u64_equal(seen, 0x5a);
	hmm_bed_free(bed);
}

static void test_map_syncs_its_slot_only(void **state)
{
	struct hmm_bed *bed = hmm_bed_make_with(&(struct dma_options){ .caching_mode = true }, 8,
						P);
	struct dma_fixture *f = bed->f;

	hmm_bed_map(bed, 2, dma_page(f), 0);
	dma_events_clear(f);
	hmm_bed_map(bed, 3, dma_page(f), 0);
	assert_event_count(f, IOTLB_SYNC_MAP, 1);
	assert_event(f, IOTLB_SYNC_MAP, 0, f->sdom->index, bed->map.state.addr + 3 * P, P);
	hmm_bed_free(bed);
}

/* A second fault on a page that is mapped, to have it writable this time. */
static void test_map_again_returns_the_address_and_does_nothing(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	u64 addr = hmm_bed_map(bed, 6, dma_page(bed->f), 0);

	bed->map.pfn_list[6] |= HMM_PFN_WRITE;
	dma_events_clear(bed->f);
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 6), addr);
	ktest_assert_int_equal(bed->f->event_count, 0);
	ktest_assert_u64_equal(bed->map.pfn_list[6] & HMM_PFN_WRITE, HMM_PFN_WRITE);
	hmm_bed_free(bed);
}

static void test_map_over_a_live_slot_fails(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	u64 phys = dma_page(bed->f), addr = hmm_bed_map(bed, 4, phys, 0);

	/* An owner that lost the flag. */
	bed->map.pfn_list[4] = HMM_PFN_VALID | dma_page(bed->f) >> 12;
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 4), DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(bed->map.pfn_list[4] & HMM_PFN_DMA_MAPPED, 0);
	ktest_assert_u64_equal(iommu_iova_to_phys(&bed->f->sdom->domain, addr), phys);
	bed->map.pfn_list[4] |= HMM_PFN_DMA_MAPPED;
	hmm_bed_free(bed);
}

static int sync_map_fails(struct iommu_domain *domain, unsigned long iova, size_t size)
{
	return -EIO;
}

static void test_map_takes_its_link_back_when_the_sync_fails(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	struct dma_fixture *f = bed->f;
	const struct iommu_domain_ops *ops = f->sdom->domain.ops;
	struct iommu_domain_ops failing = *ops;

	hmm_bed_map(bed, 0, dma_page(f), 0);
	failing.iotlb_sync_map = sync_map_fails;
	f->sdom->domain.ops = &failing;
	dma_events_clear(f);
	bed->map.pfn_list[1] = HMM_PFN_VALID | dma_page(f) >> 12;
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 1), DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(bed->map.pfn_list[1] & HMM_PFN_DMA_MAPPED, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, bed->map.state.addr + P, P, P);
	ktest_assert_u64_equal(dma_live_bytes(f, bed->map.state.addr, 8 * P), P);
	f->sdom->domain.ops = ops;
	hmm_bed_free(bed);
}

/* A page that could only be had as a copy is not to be had at all. */
static void test_map_refuses_a_window_that_bounces(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);

	bed->map.state.__size |= DMA_IOVA_USE_SWIOTLB;
	bed->map.pfn_list[0] = HMM_PFN_VALID | dma_page(bed->f) >> 12;
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 0), DMA_MAPPING_ERROR);
	dma_assert_warns(bed->f, 1);
	bed->map.state.__size &= ~DMA_IOVA_USE_SWIOTLB;
	hmm_bed_free(bed);
}

static void test_map_without_window_is_a_mapping_of_its_own(void **state)
{
	struct hmm_bed *bed = hmm_bed_make_listed(4);
	struct dma_fixture *f = bed->f;
	u64 phys = dma_page(f), addr;

	dma_events_clear(f);
	addr = hmm_bed_map(bed, 1, phys, 0);
	ktest_assert_u64_equal(bed->map.dma_list[1], addr);
	assert_event(f, DMA_MAP_PHYS, 0, f->dev->sim->name, DMA_BIDIRECTIONAL, addr, P, phys,
		     DMA_ATTR_REQUIRE_COHERENT);
	dma_events_clear(f);
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 1), addr);
	ktest_assert_int_equal(f->event_count, 0);
	ktest_assert_true(hmm_dma_unmap_pfn(f->dev, &bed->map, 1));
	assert_event(f, DMA_UNMAP_PHYS, 0, f->dev->sim->name, DMA_BIDIRECTIONAL, addr, P,
		     DMA_ATTR_REQUIRE_COHERENT);
	ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain, addr), 0);
	hmm_bed_free(bed);
}

/* One page more than there is IOVA space. */
static void test_map_without_window_fails_without_iova(void **state)
{
	struct hmm_bed *bed = hmm_bed_make_listed(4);
	unsigned int i;

	for (i = 0; i < HMM_LISTED_PAGES; i++)
		hmm_bed_map(bed, i, dma_page(bed->f), 0);
	bed->map.pfn_list[i] = HMM_PFN_VALID | dma_page(bed->f) >> 12;
	ktest_assert_u64_equal(hmm_bed_map_again(bed, i), DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(bed->map.pfn_list[i] & HMM_PFN_DMA_MAPPED, 0);
	hmm_bed_free(bed);
}

static void test_map_without_its_list_warns(void **state)
{
	struct hmm_bed *bed = hmm_bed_make_listed(4);
	dma_addr_t *list = bed->map.dma_list;

	bed->map.dma_list = NULL;
	bed->map.pfn_list[0] = HMM_PFN_VALID | dma_page(bed->f) >> 12;
	dma_events_clear(bed->f);
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 0), DMA_MAPPING_ERROR);
	dma_assert_warns(bed->f, 1);
	ktest_assert_string_equal(dma_warn_text(bed->f, 0),
				  "\"dma_need_unmap(dev) && !dma_addrs\"");
	assert_event_count(bed->f, DMA_MAP_PHYS, 0);
	bed->map.dma_list = list;
	hmm_bed_free(bed);
}

/* Direct mapping keeps nothing, so that a second call works the address out again. */
static void test_map_again_with_direct_mapping_maps_again(void **state)
{
	struct hmm_bed *bed = hmm_bed_make("identity", 4, P);
	struct dma_fixture *f = bed->f;
	u64 phys = dma_page(f);

	dma_events_clear(f);
	ktest_assert_u64_equal(hmm_bed_map(bed, 3, phys, 0), phys);
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 3), phys);
	assert_event_count(f, DMA_MAP_PHYS, 2);
	ktest_assert_true(hmm_dma_unmap_pfn(f->dev, &bed->map, 3));
	ktest_assert_u64_equal(bed->map.pfn_list[3], HMM_PFN_VALID | phys >> 12);
	assert_event_count(f, DMA_UNMAP_PHYS, 0);
	hmm_bed_free(bed);
}

static void test_unmap_needs_valid_and_mapped(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	struct dma_fixture *f = bed->f;

	hmm_bed_map(bed, 0, dma_page(f), 0);
	dma_events_clear(f);
	bed->map.pfn_list[1] = HMM_PFN_VALID | 0x1234;
	bed->map.pfn_list[2] = HMM_PFN_DMA_MAPPED | 0x1234;
	ktest_assert_false(hmm_dma_unmap_pfn(f->dev, &bed->map, 1));
	ktest_assert_false(hmm_dma_unmap_pfn(f->dev, &bed->map, 2));
	ktest_assert_false(hmm_dma_unmap_pfn(f->dev, &bed->map, 3));
	ktest_assert_int_equal(f->event_count, 0);
	ktest_assert_u64_equal(bed->map.pfn_list[2], HMM_PFN_DMA_MAPPED | 0x1234);
	hmm_bed_free(bed);
}

static void test_unmap_makes_a_hole_and_keeps_the_window(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	struct dma_fixture *f = bed->f;
	u64 base = bed->map.state.addr, phys, word;

	for (unsigned int i = 0; i < 8; i++)
		phys = hmm_bed_map(bed, i, dma_page(f), HMM_PFN_WRITE);
	phys = hmm_pfn_to_phys(bed->map.pfn_list[3]);
	ktest_assert_int_equal(sim_dma_read(f->dev, base + 3 * P, &word, 8), 0);
	dma_events_clear(f);
	ktest_assert_true(hmm_dma_unmap_pfn(f->dev, &bed->map, 3));
	ktest_assert_int_equal(f->event_count, 2);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, base + 3 * P, P, P);
	assert_event(f, IOTLB_FLUSH_RANGE, 0, f->sdom->index, base + 3 * P, base + 4 * P - 1);
	ktest_assert_u64_equal(bed->map.pfn_list[3], HMM_PFN_VALID | HMM_PFN_WRITE | phys >> 12);
	ktest_assert_u64_equal(dma_live_bytes(f, base, 8 * P), 7 * P);
	ktest_assert_int_equal(sim_dma_read(f->dev, base + 3 * P, &word, 8), -EFAULT);
	ktest_assert_false(hmm_dma_unmap_pfn(f->dev, &bed->map, 3));
	dma_assert_warns(f, 0);
	hmm_bed_free(bed);
}

/* The reason why teardown is the owner's work: links outlive the window. */
static void test_free_unlinks_nothing(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	struct dma_fixture *f = bed->f;
	u64 base = bed->map.state.addr;

	hmm_bed_map(bed, 5, dma_page(f), 0);
	dma_events_clear(f);
	hmm_dma_map_free(f->dev, &bed->map);
	assert_event_count(f, IOVA_FREE, 1);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, base >> 12, 8);
	assert_event_count(f, IOMMU_UNMAP, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, base, 8 * P), P);
	ktest_assert_u64_equal(sim_slab_live_count(f->world), bed->live_before);
	dma_window(f, 8 * P);
	ktest_assert_u64_equal(f->state.addr, base);
	ktest_assert_int_equal(dma_link_err(f, dma_page(f), 5 * P, P), -EADDRINUSE);
}

/* After a teardown in one stroke the state has to be cleared by hand. */
static void test_free_after_destroy_needs_a_cleared_state(void **state)
{
	struct hmm_bed *bed = hmm_bed_make(NULL, 8, P);
	struct dma_fixture *f = bed->f;

	hmm_bed_map(bed, 1, dma_page(f), 0);
	hmm_bed_map(bed, 6, dma_page(f), 0);
	dma_events_clear(f);
	dma_iova_with_holes_destroy(f->dev, &bed->map.state, DMA_BIDIRECTIONAL,
				    DMA_ATTR_REQUIRE_COHERENT);
	ktest_assert_true(dma_use_iova(&bed->map.state));
	bed->map.state = (struct dma_iova_state){};
	hmm_dma_map_free(f->dev, &bed->map);
	assert_event_count(f, IOVA_FREE, 1);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
	ktest_assert_u64_equal(sim_slab_live_count(f->world), bed->live_before);
}

static const struct ktest tests[] = {
	KTEST(test_flags_have_the_kernels_values),
	KTEST(test_pfn_leads_to_its_page),
	KTEST(test_alloc_takes_a_window_and_empty_pfns),
	KTEST(test_alloc_of_large_entries_still_counts_pages),
	KTEST(test_alloc_with_a_window_leaves_dma_list_alone),
	KTEST(test_alloc_without_window_keeps_addresses),
	KTEST(test_alloc_with_direct_mapping_has_pfns_only),
	KTEST(test_alloc_refuses_device_that_does_not_snoop),
	KTEST(test_alloc_refuses_device_that_has_bounced),
	KTEST(test_alloc_refuses_device_of_limited_addressing),
	KTEST(test_alloc_warns_of_entries_larger_than_all_pages),
	KTEST(test_alloc_fails_without_memory_and_leaves_nothing),
	KTEST(test_map_links_the_slot_of_its_index),
	KTEST(test_map_of_large_entries),
	KTEST(test_map_sets_mapped_and_keeps_the_other_flags),
	KTEST(test_map_of_read_only_page_can_be_written),
	KTEST(test_map_syncs_its_slot_only),
	KTEST(test_map_again_returns_the_address_and_does_nothing),
	KTEST(test_map_over_a_live_slot_fails),
	KTEST(test_map_takes_its_link_back_when_the_sync_fails),
	KTEST(test_map_refuses_a_window_that_bounces),
	KTEST(test_map_without_window_is_a_mapping_of_its_own),
	KTEST(test_map_without_window_fails_without_iova),
	KTEST(test_map_without_its_list_warns),
	KTEST(test_map_again_with_direct_mapping_maps_again),
	KTEST(test_unmap_needs_valid_and_mapped),
	KTEST(test_unmap_makes_a_hole_and_keeps_the_window),
	KTEST(test_free_unlinks_nothing),
	KTEST(test_free_after_destroy_needs_a_cleared_state),
};
KTEST_MAIN(tests)
