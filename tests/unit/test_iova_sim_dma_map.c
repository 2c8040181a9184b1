/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The streaming DMA API: dispatch, masks, one buffer mapped and unmapped. */
#include <linux/errno.h>
#include "dma_fixture.h"

#define RW DMA_BIDIRECTIONAL

static void test_map_phys_rounds_and_traces(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, 4 * P);
	dma_addr_t addr;

	addr = dma_map_phys(f->dev, block + 0x234, 2 * P, DMA_TO_DEVICE, 0);
	ktest_assert_int_equal(dma_mapping_error(f->dev, addr), 0);
	ktest_assert_u64_equal(addr & (P - 1), 0x234);
	assert_event(f, IOVA_ALLOC, 0, f->sdom->index, addr >> 12, 3);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, addr - 0x234, block, 3 * P);
	assert_event(f, DMA_MAP_PHYS, 0, f->dev->sim->name, DMA_TO_DEVICE, addr, 2 * P,
		     block + 0x234, 0);
	dma_unmap_phys(f->dev, addr, 2 * P, DMA_TO_DEVICE, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, addr - 0x234, 3 * P, 3 * P);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, addr >> 12, 3);
	assert_event(f, DMA_UNMAP_PHYS, 0, f->dev->sim->name, DMA_TO_DEVICE, addr, 2 * P, 0);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 1);
	ktest_assert_u64_equal(dma_live_bytes(f, addr - 0x234, 3 * P), 0);
}

static void test_map_page_and_single_lead_to_the_page(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct page *page = sim_phys_alloc_scattered(f->world);
	dma_addr_t addr;

	addr = dma_map_page(f->dev, page, 0x10, 100, RW);
	ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain, addr),
			       page_to_phys(page) + 0x10);
	dma_unmap_page(f->dev, addr, 100, RW);
	addr = dma_map_single(f->dev, (char *)page_address(page) + 0x20, 100, RW);
	ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain, addr),
			       page_to_phys(page) + 0x20);
	dma_unmap_single(f->dev, addr, 100, RW);
	assert_event_count(f, IOVA_FREE, 2);
}

static void test_map_single_refuses_memory_that_is_no_page(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	char on_stack[16];

	ktest_assert_int_equal(
		dma_mapping_error(f->dev, dma_map_single(f->dev, on_stack, 16, RW)), -ENOMEM);
	ktest_assert_string_contains(dma_warn_text(f, 0), "rejecting DMA map of vmalloc memory");
	dma_assert_warns(f, 1);
}

static void test_mapping_error_is_enomem(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_u64_equal(DMA_MAPPING_ERROR, ~0ull);
	ktest_assert_int_equal(dma_mapping_error(f->dev, DMA_MAPPING_ERROR), -ENOMEM);
	ktest_assert_int_equal(dma_mapping_error(f->dev, 0), 0);
}

static void test_map_without_mask_warns_once(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 page = dma_page(f);

	f->dev->dma_mask = NULL;
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, P, RW, 0), DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, P, RW, 0), DMA_MAPPING_ERROR);
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"!dev->dma_mask\"");
	dma_assert_warns(f, 1);
	assert_event_count(f, DMA_MAP_PHYS, 0);
	ktest_assert_u64_equal(dma_get_mask(f->dev), 0xffffffff);
}

static void test_require_coherent_of_noncoherent_device_fails(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });

	ktest_assert_u64_equal(dma_map_phys(f->dev, dma_page(f), P, RW, DMA_ATTR_REQUIRE_COHERENT),
			       DMA_MAPPING_ERROR);
	assert_event_count(f, DMA_MAP_PHYS, 0);
	f = dma_make(NULL);
	ktest_assert_u64_not_equal(
		dma_map_phys(f->dev, dma_page(f), P, RW, DMA_ATTR_REQUIRE_COHERENT),
		DMA_MAPPING_ERROR);
}

static void test_mmio_goes_through_map_resource_only(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct page *page = sim_phys_alloc_scattered(f->world);
	dma_addr_t addr;

	ktest_assert_u64_equal(dma_map_page_attrs(f->dev, page, 0, P, RW, DMA_ATTR_MMIO),
			       DMA_MAPPING_ERROR);
	addr = dma_map_resource(f->dev, 0xd0000000, P, RW, 0);
	ktest_assert_int_equal(dma_mapping_error(f->dev, addr), 0);
	assert_event(f, DMA_MAP_PHYS, 0, f->dev->sim->name, RW, addr, P, 0xd0000000,
		     DMA_ATTR_MMIO);
	/* Unmapping it as a page does nothing at all. */
	dma_unmap_page_attrs(f->dev, addr, P, RW, DMA_ATTR_MMIO);
	assert_event_count(f, DMA_UNMAP_PHYS, 0);
	dma_unmap_resource(f->dev, addr, P, RW, 0);
	assert_event_count(f, IOVA_FREE, 1);
}

static void test_map_failure_gives_iova_back_and_is_traced(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	dma_addr_t addr;

	/* Beyond what the format's entries can hold. */
	addr = dma_map_phys(f->dev, 1ull << 60, P, RW, 0);
	ktest_assert_u64_equal(addr, DMA_MAPPING_ERROR);
	assert_event_count(f, IOVA_ALLOC, 1);
	assert_event_count(f, IOVA_FREE, 1);
	assert_event(f, DMA_MAP_PHYS, 0, f->dev->sim->name, RW, DMA_MAPPING_ERROR, P, 1ull << 60,
		     0);
}

static void test_map_without_iova_space_fails(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){
		.mask_bits = 14, .params.no_reserved = true });
	dma_addr_t addr[4];

	/* Vector T9: limit 3fff. */
	for (unsigned int i = 0; i < 4; i++)
		addr[i] = dma_map_phys(f->dev, dma_page(f), P, RW, 0);
	ktest_assert_u64_equal(addr[0], 0x3000);
	ktest_assert_u64_equal(addr[1], 0x2000);
	ktest_assert_u64_equal(addr[2], 0x1000);
	ktest_assert_u64_equal(addr[3], DMA_MAPPING_ERROR);
	assert_event_count(f, IOMMU_MAP, 3);
}

static void test_untrusted_device_must_not_map_unaligned(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .untrusted = true });
	u64 page = dma_page(f);

	ktest_assert_u64_equal(dma_map_phys(f->dev, page, 100, RW, DMA_ATTR_MMIO),
			       DMA_MAPPING_ERROR);
	ktest_assert_string_equal(dma_log_last(f), "none");
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, 100, RW, 0), DMA_MAPPING_ERROR);
	ktest_assert_string_equal(dma_log_last(f), "svmsim 0000:03:00.0: DMA bounce buffers are "
				  "inactive, unable to map unaligned transaction.");
	ktest_assert_u64_not_equal(dma_map_phys(f->dev, page, P, RW, 0), DMA_MAPPING_ERROR);
}

static void test_min_align_mask_beyond_granule_is_refused(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 page = dma_page(f);

	dma_set_min_align_mask(f->dev, 0xfff);
	ktest_assert_u64_not_equal(dma_map_phys(f->dev, page, P, RW, 0), DMA_MAPPING_ERROR);
	dma_set_min_align_mask(f->dev, 0x1fff);
	ktest_assert_u64_equal(dma_map_phys(f->dev, page, P, RW, 0), DMA_MAPPING_ERROR);
	ktest_assert_string_contains(dma_warn_text(f, 0), "Unsupported alignment constraint");
	dma_assert_warns(f, 1);
}

static void test_unmap_of_untranslated_address_warns_and_leaks_iova(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	dma_addr_t addr = dma_map_phys(f->dev, dma_page(f), P, RW, 0);

	iommu_unmap(&f->sdom->domain, addr, P);
	dma_events_clear(f);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
	ktest_assert_string_equal(dma_warn_text(f, 0),
				  "\"!phys\"");
	assert_event_count(f, IOMMU_UNMAP, 0);
	assert_event_count(f, IOVA_FREE, 0);
	assert_event_count(f, DMA_UNMAP_PHYS, 1);
	/* The attributes that exclude bouncing skip the look-up: it goes on, and WARNs later. */
	dma_unmap_phys(f->dev, addr, P, RW, DMA_ATTR_MMIO);
	ktest_assert_string_equal(dma_warn_text(f, 1), "\"unmapped != size\"");
	assert_event_count(f, IOVA_FREE, 1);
	dma_assert_warns(f, 2);
}

static void test_unmap_with_larger_size_warns_and_frees_by_that_size(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	dma_addr_t addr = dma_map_phys(f->dev, dma_page(f), P, RW, 0);

	dma_unmap_phys(f->dev, addr - P, 2 * P, RW, DMA_ATTR_MMIO);
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"unmapped != size\"");
	assert_event(f, IOVA_FREE, 0, f->sdom->index, (addr >> 12) - 1, 2);
	dma_assert_warns(f, 1);
}

static void test_identity_maps_to_the_physical_address(void **state)
{
	struct dma_fixture *f = dma_make("identity");
	u64 page = dma_page(f);

	ktest_assert_u64_equal(dma_map_phys(f->dev, page + 5, 100, RW, 0), page + 5);
	assert_event_count(f, DMA_MAP_PHYS, 1);
	assert_event_count(f, IOMMU_MAP, 0);
	assert_event_count(f, IOVA_ALLOC, 0);
	dma_unmap_phys(f->dev, page + 5, 100, RW, 0);
	assert_event_count(f, DMA_UNMAP_PHYS, 1);
	ktest_assert_false(use_dma_iommu(f->dev));
}

static void test_identity_beyond_mask_warns_with_the_kernels_text(void **state)
{
	struct dma_fixture *f = dma_make("identity");
	u64 phys = 0x2000000;

	*f->dev->dma_mask = 0xffffff;
	ktest_assert_u64_equal(dma_map_phys(f->dev, phys, P, RW, 0), DMA_MAPPING_ERROR);
	ktest_assert_string_contains(dma_warn_text(f, 0),
				     "svmsim 0000:03:00.0: DMA addr 0x0000000002000000+4096 "
				     "overflow (mask ffffff, bus limit 0).");
	/* The last byte counts, and a bus limit below the mask too. */
	*f->dev->dma_mask = 0x2000fff;
	ktest_assert_u64_equal(dma_map_phys(f->dev, phys, P, RW, 0), phys);
	ktest_assert_u64_equal(dma_map_phys(f->dev, phys, P + 1, RW, 0), DMA_MAPPING_ERROR);
	f->dev->bus_dma_limit = 0xffff;
	ktest_assert_u64_equal(dma_map_phys(f->dev, phys, P, RW, 0), DMA_MAPPING_ERROR);
	dma_assert_warns(f, 1);
}

static void test_masks_under_an_iommu_are_all_supported(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_u64_equal(DMA_BIT_MASK(64), ~0ull);
	ktest_assert_u64_equal(DMA_BIT_MASK(32), 0xffffffff);
	ktest_assert_int_equal(dma_set_mask_and_coherent(f->dev, DMA_BIT_MASK(20)), 0);
	ktest_assert_u64_equal(dma_get_mask(f->dev), DMA_BIT_MASK(20));
	ktest_assert_u64_equal(f->dev->coherent_dma_mask, DMA_BIT_MASK(20));
	ktest_assert_u64_equal(dma_get_required_mask(f->dev), DMA_BIT_MASK(32));
	ktest_assert_true(dma_addressing_limited(f->dev));
	ktest_assert_int_equal(dma_set_mask(f->dev, DMA_BIT_MASK(39)), 0);
	ktest_assert_false(dma_addressing_limited(f->dev));
	f->dev->bus_dma_limit = 0x7fffffff;
	ktest_assert_true(dma_addressing_limited(f->dev));
}

static void test_masks_of_direct_mapping_must_reach_the_dma_zone(void **state)
{
	struct dma_fixture *f = dma_make("identity");

	ktest_assert_int_equal(dma_set_mask(f->dev, DMA_BIT_MASK(23)), -EIO);
	ktest_assert_u64_equal(dma_get_mask(f->dev), DMA_BIT_MASK(48));
	ktest_assert_int_equal(dma_set_mask(f->dev, DMA_BIT_MASK(24)), 0);
	ktest_assert_true(dma_addressing_limited(f->dev));
	ktest_assert_int_equal(dma_set_coherent_mask(f->dev, DMA_BIT_MASK(23)), -EIO);
	/* 256 MiB of RAM from 16 MiB on end below 512 MiB. */
	ktest_assert_u64_equal(dma_get_required_mask(f->dev), 0x1fffffff);
	f->dev->dma_mask = NULL;
	ktest_assert_int_equal(dma_set_mask(f->dev, DMA_BIT_MASK(64)), -EIO);
	ktest_assert_int_equal(dma_coerce_mask_and_coherent(f->dev, DMA_BIT_MASK(40)), 0);
	ktest_assert_u64_equal(dma_get_mask(f->dev), DMA_BIT_MASK(40));
}

static void test_limits_of_each_kind_of_device(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_u64_equal(dma_get_merge_boundary(f->dev), P - 1);
	ktest_assert_u64_equal(dma_max_mapping_size(f->dev), ~0ull);
	ktest_assert_u64_equal(dma_opt_mapping_size(f->dev), 0x20000);
	ktest_assert_true(dma_need_unmap(f->dev));
	ktest_assert_true(dma_pci_p2pdma_supported(f->dev));
	ktest_assert_int_equal(dma_get_max_seg_size(f->dev), 0x10000);
	f = dma_make("identity");
	ktest_assert_u64_equal(dma_get_merge_boundary(f->dev), 0);
	ktest_assert_u64_equal(dma_opt_mapping_size(f->dev), ~0ull);
	ktest_assert_false(dma_need_unmap(f->dev));
	f = dma_make_with(&(struct dma_options){ .profile = "identity", .noncoherent = true });
	ktest_assert_true(dma_need_unmap(f->dev));
}

static void test_sync_is_needed_without_coherence(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	dma_addr_t addr = dma_map_phys(f->dev, dma_page(f), P, RW, 0);

	ktest_assert_false(dma_need_sync(f->dev, addr));
	dma_sync_single_for_cpu(f->dev, addr, P, RW);
	dma_sync_single_for_device(f->dev, addr, P, RW);
	f = dma_make_with(&(struct dma_options){ .noncoherent = true });
	addr = dma_map_phys(f->dev, dma_page(f), P, RW, 0);
	ktest_assert_true(dma_need_sync(f->dev, addr));
	dma_sync_single_for_cpu(f->dev, addr, P, RW);
	dma_sync_single_range_for_device(f->dev, addr, 16, 16, RW);
	dma_unmap_phys(f->dev, addr, P, RW, 0);
}

static void test_map_syncs_in_caching_mode(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .caching_mode = true });
	dma_addr_t addr = dma_map_phys(f->dev, dma_page(f), P, RW, 0);

	assert_event(f, IOTLB_SYNC_MAP, 0, f->sdom->index, addr, P);
}

/* Counts what the watcher hears of streaming maps. */
struct heard {
	unsigned int map_count;
	unsigned int unmap_count;
	unsigned int alloc_count;
	unsigned int free_count;
	u64 addr;
	u64 bytes;
};

static void hear_map(void *ctx, struct device *dev, u64 addr, u64 phys, u64 bytes, int dir)
{
	struct heard *heard = ctx;

	heard->map_count++;
	heard->addr = addr;
	heard->bytes = bytes;
}

static void hear_unmap(void *ctx, struct device *dev, u64 addr, u64 bytes, int dir)
{
	struct heard *heard = ctx;

	heard->unmap_count++;
	/* Called while it is still mapped. */
	ktest_assert_u64_equal(addr, heard->addr);
	ktest_assert_u64_not_equal(iommu_iova_to_phys(dev->sim->domain, addr), 0);
}

static void hear_alloc(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes)
{
	((struct heard *)ctx)->alloc_count++;
}

static void hear_free(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes)
{
	((struct heard *)ctx)->free_count++;
}

static void test_watcher_hears_of_maps_that_succeed(void **state)
{
	static struct heard heard;
	static const struct iova_watch watch = {
		.ctx = &heard,
		.dma_map = hear_map,
		.dma_unmap = hear_unmap,
		.iova_alloc = hear_alloc,
		.iova_free = hear_free,
	};
	struct dma_fixture *f = dma_make(NULL);
	dma_addr_t addr;

	heard = (struct heard){};
	iova_sim_set_watch(f->world, &watch);
	dma_map_phys(f->dev, 1ull << 60, P, RW, 0);
	ktest_assert_int_equal(heard.map_count, 0);
	ktest_assert_int_equal(heard.free_count, 1);
	addr = dma_map_phys(f->dev, dma_page(f) + 4, 100, RW, 0);
	ktest_assert_int_equal(heard.map_count, 1);
	ktest_assert_u64_equal(heard.addr, addr);
	ktest_assert_u64_equal(heard.bytes, 100);
	dma_unmap_phys(f->dev, addr, 100, RW, 0);
	ktest_assert_int_equal(heard.unmap_count, 1);
	ktest_assert_int_equal(heard.alloc_count, 2);
	ktest_assert_int_equal(heard.free_count, 2);
	iova_sim_set_watch(f->world, NULL);
}

static void test_attach_shares_and_detach_ends_iova_space(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct svmsim_device desc = { .name = "d1", .mask_bits = 48,
				      .pci_address = "0000:04:00.0" };
	struct device *other = sim_device_add(f->world, &desc, 1);
	struct dma_iova_state state1, state2;

	ktest_assert_int_equal(sim_dma_attach(other, f->sdom, &(struct sim_dma_params){
						      .start_pfn = 7 }), -EFAULT);
	ktest_assert_string_contains(dma_log_last(f), "Failed to set up IOMMU for device "
				     "0000:04:00.0; retaining platform DMA ops");
	ktest_assert_int_equal(sim_dma_attach(other, f->sdom, NULL), 0);
	ktest_assert_int_equal(sim_dma_attach(other, f->sdom, NULL), -EINVAL);
	ktest_assert_true(dma_iova_try_alloc(f->dev, &state1, 0, P));
	ktest_assert_true(dma_iova_try_alloc(other, &state2, 0, P));
	ktest_assert_u64_equal(state2.addr, state1.addr - P);
	sim_dma_detach(f->dev);
	sim_dma_detach(f->dev);
	ktest_assert_false(use_dma_iommu(f->dev));
	ktest_assert_non_null(sim_dma_iovad(f->sdom));
	sim_dma_detach(other);
	ktest_assert_null(sim_dma_iovad(f->sdom));
}

static void test_reset_gives_the_same_run_again(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct kmem_cache *cache = NULL;
	u64 digest = 0;

	for (unsigned int run = 0; run < 50; run++) {
		u64 addr[300];

		/* Enough to fill magazines and the depot, some of it left behind. */
		for (unsigned int i = 0; i < 300; i++)
			addr[i] = dma_map_phys(f->dev, dma_page(f), P, RW, 0);
		for (unsigned int i = 0; i < 290; i++)
			dma_unmap_phys(f->dev, addr[i], P, RW, 0);
		dma_window(f, M2);
		dma_link_pages(f, 0, 9);
		if (run) {
			ktest_assert_u64_equal(f->world->events.digest, digest);
			ktest_assert_ptr_equal(iova_sim_state()->iova_cache, cache);
		}
		digest = f->world->events.digest;
		cache = iova_sim_state()->iova_cache;
		sim_event_detach(f->world, &f->consumer);
		if (run & 1)
			sim_world_finish(f->world);
		sim_world_reset(f->world);
		dma_rebuild(f);
	}
}

static const struct ktest tests[] = {
	KTEST(test_map_phys_rounds_and_traces),
	KTEST(test_map_page_and_single_lead_to_the_page),
	KTEST(test_map_single_refuses_memory_that_is_no_page),
	KTEST(test_mapping_error_is_enomem),
	KTEST(test_map_without_mask_warns_once),
	KTEST(test_require_coherent_of_noncoherent_device_fails),
	KTEST(test_mmio_goes_through_map_resource_only),
	KTEST(test_map_failure_gives_iova_back_and_is_traced),
	KTEST(test_map_without_iova_space_fails),
	KTEST(test_untrusted_device_must_not_map_unaligned),
	KTEST(test_min_align_mask_beyond_granule_is_refused),
	KTEST(test_unmap_of_untranslated_address_warns_and_leaks_iova),
	KTEST(test_unmap_with_larger_size_warns_and_frees_by_that_size),
	KTEST(test_identity_maps_to_the_physical_address),
	KTEST(test_identity_beyond_mask_warns_with_the_kernels_text),
	KTEST(test_masks_under_an_iommu_are_all_supported),
	KTEST(test_masks_of_direct_mapping_must_reach_the_dma_zone),
	KTEST(test_limits_of_each_kind_of_device),
	KTEST(test_sync_is_needed_without_coherence),
	KTEST(test_map_syncs_in_caching_mode),
	KTEST(test_watcher_hears_of_maps_that_succeed),
	KTEST(test_attach_shares_and_detach_ends_iova_space),
	KTEST(test_reset_gives_the_same_run_again),
};
KTEST_MAIN(tests)
