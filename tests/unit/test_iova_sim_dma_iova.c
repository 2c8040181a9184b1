/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The IOVA API, rule by rule: allocation, links, sync, unlink, destroy, and what nothing checks. */
#include <linux/errno.h>
#include "dma_fixture.h"

#define RW DMA_BIDIRECTIONAL

static void test_use_iova_and_size_of_zeroed_state(void **state)
{
	struct dma_iova_state window = {};

	ktest_assert_false(dma_use_iova(&window));
	ktest_assert_u64_equal(dma_iova_size(&window), 0);
	window.__size = DMA_IOVA_USE_SWIOTLB | 0x1234;
	ktest_assert_true(dma_use_iova(&window));
	ktest_assert_u64_equal(dma_iova_size(&window), 0x1234);
}

static void test_try_alloc_sets_addr_and_unrounded_size(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, 0, 0x1001));
	ktest_assert_u64_equal(f->state.addr, 0xffffe000);
	ktest_assert_u64_equal(f->state.__size, 0x1001);
	ktest_assert_u64_equal(dma_iova_size(&f->state), 0x1001);
	assert_event(f, IOVA_ALLOC, 0, f->sdom->index, 0xffffe, 2);
	assert_event_count(f, DMA_MAP_PHYS, 0);
	dma_iova_free(f->dev, &f->state);
}

static void test_try_alloc_phys_gives_only_its_offset_in_a_granule(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct dma_iova_state other;

	/* 2 MiB as physical address asks for nothing: the offset in a granule is 0. */
	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, M2, P));
	ktest_assert_u64_equal(f->state.addr, 0xfffff000);
	/* 4 KiB at offset 0x10 need two granules, and the address carries the offset. */
	ktest_assert_true(dma_iova_try_alloc(f->dev, &other, 0x7010, P));
	ktest_assert_u64_equal(other.addr, 0xffffc010);
	ktest_assert_u64_equal(other.__size, P);
	assert_event(f, IOVA_ALLOC, 1, f->sdom->index, 0xffffc, 2);
	dma_iova_free(f->dev, &f->state);
	dma_iova_free(f->dev, &other);
	assert_event(f, IOVA_FREE, 1, f->sdom->index, 0xffffc, 2);
}

static void test_try_alloc_aligns_to_size(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 0x100000);
	ktest_assert_u64_equal(f->state.addr & (M2 - 1), 0x100000);
	dma_window(f, M2 + P);
	ktest_assert_u64_equal(f->state.addr & (2 * M2 - 1), 0);
}

static void test_try_alloc_fails_for_identity_and_zeroes_state(void **state)
{
	struct dma_fixture *f = dma_make("identity");

	f->state = (struct dma_iova_state){ 1, 2 };
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, P));
	ktest_assert_u64_equal(f->state.addr, 0);
	ktest_assert_false(dma_use_iova(&f->state));
	/* Also before the size is judged: no WARN. */
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, 0));
}

static void test_try_alloc_warns_once_for_size_zero_and_flag_bit(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	f->state = (struct dma_iova_state){ 1, 2 };
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, 0));
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, 0));
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"!size\"");
	ktest_assert_u64_equal(f->state.addr, 0);
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, 1ull << 63 | P));
	ktest_assert_string_equal(dma_warn_text(f, 1), "\"(u64)size & DMA_IOVA_USE_SWIOTLB\"");
	dma_assert_warns(f, 2);
	assert_event_count(f, IOVA_ALLOC, 0);
}

static void test_try_alloc_without_space_returns_false(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, 1ull << 50));
	ktest_assert_false(dma_use_iova(&f->state));
	ktest_assert_string_equal(dma_log_last(f),
				  "svmsim 0000:03:00.0: Using 48-bit DMA addresses");
}

static void test_32_bit_first_ends_with_a_notice_and_stays_off(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	struct dma_iova_state big, small;
	u64 notices;

	/* Vector S5, but for the windows that take the highest GiB. */
	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, 0, 0x40000000));
	ktest_assert_u64_equal(f->state.addr, 0x80000000);
	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, 0, 0x40000000));
	ktest_assert_u64_equal(f->state.addr, 0x40000000);
	ktest_assert_true(dma_iova_try_alloc(f->dev, &big, 0, 0x40000000));
	ktest_assert_u64_equal(big.addr, 0xffffc0000000);
	notices = sim_log_count(f->world);
	ktest_assert_string_equal(dma_log_last(f),
				  "svmsim 0000:03:00.0: Using 48-bit DMA addresses");
	dma_iova_free(f->dev, &f->state);
	ktest_assert_true(dma_iova_try_alloc(f->dev, &small, 0, P));
	ktest_assert_u64_equal(small.addr, 0xffffbffff000);
	ktest_assert_u64_equal(sim_log_count(f->world), notices);
}

static void test_non_pci_and_forcedac_start_at_the_top(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .non_pci = true });

	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0xfffffffff000);
	f = dma_make_with(&(struct dma_options){ .params.forcedac = true });
	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0xfffffffff000);
}

static void test_limit_is_the_smallest_of_mask_bus_and_aperture(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .mask_bits = 40,
								      .params.forcedac = true });

	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0xfffffff000);
	f->dev->bus_dma_limit = 0xffffffffull;
	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0xfffff000);
	/* First-stage tables translate the lower half only. */
	f = dma_make_with(&(struct dma_options){ .fmt = "x86-64", .mask_bits = 64,
						 .params.forcedac = true });
	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0x7ffffffff000);
}

static void test_interrupt_and_bridge_windows_are_reserved(void **state)
{
	static const u64 size[] = { M2, P, 0x1000000, P, 0x400000 };
	static const u64 addr[] = { 0xffe00000, 0xffdff000, 0xdf000000, 0xdefff000, 0xde800000 };
	struct dma_fixture *f = dma_make(NULL);

	/* Vector S2b. */
	for (unsigned int i = 0; i < 5; i++) {
		dma_window(f, size[i]);
		ktest_assert_u64_equal(f->state.addr, addr[i]);
	}
	/* Vector S1 has neither. */
	f = dma_make_with(&(struct dma_options){ .params.no_reserved = true });
	dma_window(f, P);
	dma_window(f, 0x1000000);
	ktest_assert_u64_equal(f->state.addr, 0xfe000000);
}

static void test_interrupt_window_is_one_of_x86_only(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 0x1000000);
	dma_window(f, 0x100000);
	ktest_assert_u64_equal(f->state.addr, 0xfef00000);
	dma_window(f, 0x100000);
	ktest_assert_u64_equal(f->state.addr, 0xfed00000);
	ktest_assert_non_null(find_iova(sim_dma_iovad(f->sdom), 0xfee00));
	/* That of ARM is a piece of software, and its place is no reserved one. */
	f = dma_make("arm-lpae");
	ktest_assert_null(find_iova(sim_dma_iovad(f->sdom), 0x8000));
	dma_window(f, 0x1000000);
	dma_window(f, 0x100000);
	dma_window(f, 0x100000);
	ktest_assert_u64_equal(f->state.addr, 0xfee00000);
}

static void test_start_pfn_is_the_lowest_page(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){
		.mask_bits = 32, .params = { .start_pfn = 0x80000, .no_reserved = true } });

	dma_window(f, 0x40000000);
	dma_window(f, 0x40000000);
	ktest_assert_u64_equal(f->state.addr, 0x80000000);
	ktest_assert_false(dma_iova_try_alloc(f->dev, &f->state, 0, P));
}

static void test_free_leaves_the_state_as_it_was(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	dma_iova_free(f->dev, &f->state);
	ktest_assert_true(dma_use_iova(&f->state));
	ktest_assert_u64_equal(f->state.addr, 0xffe00000);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, 0xffe00, 512);
	assert_event_count(f, IOMMU_UNMAP, 0);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
	/* A second free goes to the allocator again. */
	dma_iova_free(f->dev, &f->state);
	assert_event_count(f, IOVA_FREE, 2);
}

static void test_free_of_linked_window_leaves_translations(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 3);
	dma_iova_free(f->dev, &f->state);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 4 * P), 4 * P);
	/* The next owner of the space collides with them. */
	dma_window(f, 4 * P);
	ktest_assert_int_equal(dma_link_err(f, dma_page(f), 0, P), -EADDRINUSE);
}

static void test_link_emits_one_event_per_call(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, 8 * P);

	dma_window(f, 8 * P);
	ktest_assert_int_equal(dma_link_err(f, block, 0, 8 * P), 0);
	assert_event_count(f, IOMMU_MAP, 1);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, f->state.addr, block, 8 * P);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
	dma_iova_destroy(f->dev, &f->state, 8 * P, RW, 0);
}

static void test_link_rounds_first_part_down_and_last_part_up(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, 4 * P);

	ktest_assert_true(dma_iova_try_alloc(f->dev, &f->state, block + 0x800, 2 * P));
	ktest_assert_int_equal(dma_link_err(f, block + 0x800, 0, 2 * P), 0);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, f->state.addr - 0x800, block, 3 * P);
	ktest_assert_u64_equal(iommu_iova_to_phys(&f->sdom->domain, f->state.addr), block + 0x800);
	dma_iova_destroy(f->dev, &f->state, 2 * P, RW, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr - 0x800, 3 * P, 3 * P);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, f->state.addr >> 12, 3);
}

static void test_link_with_pad_at_offset_warns_once_and_returns_eio(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 page = dma_page(f);

	dma_window(f, 4 * P);
	ktest_assert_int_equal(dma_link_err(f, page + 1, P, P), -EIO);
	ktest_assert_int_equal(dma_link_err(f, page + 1, P, P), -EIO);
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"iova_start_pad && offset > 0\"");
	dma_assert_warns(f, 1);
	assert_event_count(f, IOMMU_MAP, 0);
	dma_iova_free(f->dev, &f->state);
}

static void test_link_pad_check_comes_before_coherence_check(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });
	u64 page = dma_page(f);

	dma_window(f, 4 * P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page + 1, P, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EIO);
	dma_assert_warns(f, 1);
}

static void test_link_require_coherent(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 page = dma_page(f);

	dma_window(f, 4 * P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, 0, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), 0);
	/* Bounced parts of the state contradict it, and that is a WARN. */
	f->state.__size |= DMA_IOVA_USE_SWIOTLB;
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, P, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EOPNOTSUPP);
	ktest_assert_string_equal(dma_warn_text(f, 0),
				  "\"(state->__size & DMA_IOVA_USE_SWIOTLB) && "
				  "(attrs & DMA_ATTR_REQUIRE_COHERENT)\"");
	dma_assert_warns(f, 1);
	/* A device that does not snoop is refused without a word. */
	f = dma_make_with(&(struct dma_options){ .noncoherent = true });
	dma_window(f, 4 * P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, dma_page(f), 0, P, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EOPNOTSUPP);
	dma_assert_warns(f, 0);
}

static void test_link_of_untrusted_device_must_be_aligned(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .untrusted = true });
	u64 page = dma_page(f);

	dma_window(f, 4 * P);
	ktest_assert_int_equal(dma_link_err(f, page, 0, P), 0);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, P, 100, RW, DMA_ATTR_MMIO),
			       -EPERM);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, page, P, 100, RW,
					     DMA_ATTR_REQUIRE_COHERENT), -EPERM);
	ktest_assert_int_equal(dma_link_err(f, page, P, 100), -ENOMEM);
	ktest_assert_string_equal(dma_log_last(f), "svmsim 0000:03:00.0: DMA bounce buffers are "
				  "inactive, unable to map unaligned transaction.");
	assert_event_count(f, IOMMU_MAP, 1);
	/* A trusted device may: the rest of the granule is mapped with it. */
	f = dma_make(NULL);
	dma_window(f, 4 * P);
	page = dma_page(f);
	ktest_assert_int_equal(dma_link_err(f, page, P, 100), 0);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, f->state.addr + P, page, P);
}

static void test_link_checks_no_bounds(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, P);
	ktest_assert_int_equal(dma_link_err(f, dma_page(f), 3 * P, P), 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr + 3 * P, P), P);
	dma_iova_unlink(f->dev, &f->state, 3 * P, P, RW, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr + 3 * P, P), 0);
	dma_iova_free(f->dev, &f->state);
}

static void test_link_at_unaligned_offset_is_refused_by_the_core(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 2 * P);
	ktest_assert_int_equal(dma_link_err(f, dma_page(f), 0x10, P), -EINVAL);
	ktest_assert_string_contains(dma_log_last(f), "unaligned: iova 0xffffe010 pa 0x");
	ktest_assert_string_contains(dma_log_last(f), " size 0x1000 min_pagesz 0x1000");
	dma_iova_free(f->dev, &f->state);
}

static void test_link_of_size_zero_succeeds_and_is_traced(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 2 * P);
	ktest_assert_int_equal(dma_link_err(f, dma_page(f), 0, 0), 0);
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOMMU_MAP, 0)->arg[3], 0);
	dma_iova_free(f->dev, &f->state);
}

static void test_link_error_unrolls_this_call_only(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, 4 * P);

	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 0);
	dma_link_pages(f, 3, 3);
	dma_events_clear(f);
	ktest_assert_int_equal(dma_link_err(f, block, P, 4 * P), -EADDRINUSE);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr + P, 2 * P, 2 * P);
	assert_event_count(f, IOMMU_MAP, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 8 * P), 2 * P);
}

static void test_link_direction_none_is_refused_by_the_driver(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, P);
	ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, dma_page(f), 0, P, DMA_NONE, 0),
			       -EINVAL);
	dma_assert_warns(f, 1);
	dma_iova_free(f->dev, &f->state);
}

static void test_large_leaf_needs_alignment_of_both_addresses(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, 2 * M2);
	struct iopt_leaf leaf;

	dma_window(f, 2 * M2);
	ktest_assert_int_equal(dma_link_err(f, block, 0, M2), 0);
	ktest_assert_true(iopt_walk(f->sdom, f->state.addr, &leaf));
	ktest_assert_u64_equal(leaf.bytes, M2);
	ktest_assert_int_equal(dma_link_err(f, block + P, M2, M2), 0);
	ktest_assert_true(iopt_walk(f->sdom, f->state.addr + M2, &leaf));
	ktest_assert_u64_equal(leaf.bytes, P);
	dma_iova_destroy(f->dev, &f->state, 2 * M2, RW, 0);
}

static void test_adjacent_links_never_merge(void **state)
{
	struct dma_fixture *f = dma_make(NULL);
	u64 block = dma_block(f, M2);
	struct iopt_leaf leaf;

	dma_window(f, M2);
	for (u64 i = 0; i < 512; i++)
		ktest_assert_int_equal(dma_link_err(f, block + i * P, i * P, P), 0);
	ktest_assert_true(iopt_walk(f->sdom, f->state.addr, &leaf));
	ktest_assert_u64_equal(leaf.bytes, P);
	dma_iova_destroy(f->dev, &f->state, M2, RW, 0);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, M2), 0);
}

static void test_permissions_follow_direction(void **state)
{
	static const enum dma_data_direction dirs[] = { DMA_BIDIRECTIONAL, DMA_TO_DEVICE,
							DMA_FROM_DEVICE };
	struct dma_fixture *f = dma_make(NULL);
	struct iopt_leaf leaf;

	dma_window(f, 4 * P);
	for (unsigned int i = 0; i < 3; i++) {
		ktest_assert_int_equal(dma_iova_link(f->dev, &f->state, dma_page(f), i * P, P,
						     dirs[i], 0), 0);
		ktest_assert_true(iopt_walk(f->sdom, f->state.addr + i * P, &leaf));
		ktest_assert_int_equal(leaf.read, dirs[i] != DMA_FROM_DEVICE);
		ktest_assert_int_equal(leaf.write, dirs[i] != DMA_TO_DEVICE);
	}
}

static void test_prot_of_attributes(void **state)
{
	ktest_assert_int_equal(sim_dma_prot(DMA_TO_DEVICE, true, 0), IOMMU_READ | IOMMU_CACHE);
	ktest_assert_int_equal(sim_dma_prot(DMA_TO_DEVICE, false, 0), IOMMU_READ);
	ktest_assert_int_equal(sim_dma_prot(DMA_FROM_DEVICE, true, DMA_ATTR_MMIO),
			       IOMMU_WRITE | IOMMU_MMIO);
	ktest_assert_int_equal(sim_dma_prot(DMA_BIDIRECTIONAL, true, DMA_ATTR_PRIVILEGED),
			       IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE | IOMMU_PRIV);
	ktest_assert_int_equal(sim_dma_prot(DMA_NONE, true, DMA_ATTR_PRIVILEGED), 0);
}

static void test_sync_does_work_in_caching_mode_only(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 3);
	ktest_assert_int_equal(dma_iova_sync(f->dev, &f->state, 0, 4 * P), 0);
	assert_event_count(f, IOTLB_SYNC_MAP, 0);
	f = dma_make_with(&(struct dma_options){ .caching_mode = true });
	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 3);
	assert_event_count(f, IOTLB_SYNC_MAP, 0);
	/* Rounded to granules on both sides. */
	ktest_assert_int_equal(dma_iova_sync(f->dev, &f->state, P + 1, P), 0);
	assert_event(f, IOTLB_SYNC_MAP, 0, f->sdom->index, f->state.addr + P, 2 * P);
}

static void test_unlink_keeps_iova_and_syncs_at_once(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 7);
	dma_events_clear(f);
	dma_iova_unlink(f->dev, &f->state, 2 * P, 3 * P, RW, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr + 2 * P, 3 * P, 3 * P);
	assert_event(f, IOTLB_FLUSH_RANGE, 0, f->sdom->index, f->state.addr + 2 * P,
		     f->state.addr + 5 * P - 1);
	assert_event_count(f, IOVA_FREE, 0);
	dma_link_pages(f, 2, 4);
	dma_iova_destroy(f->dev, &f->state, 8 * P, RW, 0);
}

static void test_unlink_of_hole_warns_each_time_and_sends_nothing(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 8 * P);
	for (unsigned int i = 0; i < 2; i++)
		dma_iova_unlink(f->dev, &f->state, 0, 8 * P, RW, 0);
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"unmapped != size\"");
	dma_assert_warns(f, 2);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr, 8 * P, 0);
	assert_event_count(f, IOTLB_FLUSH_RANGE, 0);
	dma_iova_free(f->dev, &f->state);
}

static void test_destroy_unmaps_syncs_then_frees(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 3);
	dma_events_clear(f);
	dma_iova_destroy(f->dev, &f->state, 4 * P, RW, 0);
	ktest_assert_int_equal(f->event_count, 3);
	ktest_assert_int_equal(f->event[0].id, SIM_EVENT_IOMMU_UNMAP);
	ktest_assert_int_equal(f->event[1].id, SIM_EVENT_IOTLB_FLUSH_RANGE);
	ktest_assert_int_equal(f->event[2].id, SIM_EVENT_IOVA_FREE);
	ktest_assert_true(dma_use_iova(&f->state));
}

static void test_destroy_of_nothing_mapped_frees_the_whole_window(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	dma_events_clear(f);
	dma_iova_destroy(f->dev, &f->state, 0, RW, 0);
	ktest_assert_int_equal(f->event_count, 1);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, 0xffe00, 512);
}

/* Vector T1: destroying 4 KiB of a 2 MiB window recycles it as a single page. */
static void test_short_destroy_recycles_window_as_one_page(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	ktest_assert_u64_equal(f->state.addr, 0xffe00000);
	dma_link_pages(f, 0, 0);
	dma_iova_destroy(f->dev, &f->state, P, RW, 0);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, 0xffe00, 1);
	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0xffe00000);
	dma_window(f, P);
	ktest_assert_u64_equal(f->state.addr, 0xffdff000);
	dma_window(f, M2);
	ktest_assert_u64_equal(f->state.addr, 0xffa00000);
}

static void test_destroy_over_hole_frees_iova_with_live_translations(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 8 * P);
	dma_link_pages(f, 0, 1);
	dma_link_pages(f, 3, 7);
	dma_events_clear(f);
	dma_iova_destroy(f->dev, &f->state, 8 * P, RW, 0);
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, f->state.addr, 8 * P, 2 * P);
	assert_event(f, IOTLB_FLUSH_RANGE, 0, f->sdom->index, f->state.addr,
		     f->state.addr + 2 * P - 1);
	assert_event(f, IOVA_FREE, 0, f->sdom->index, f->state.addr >> 12, 8);
	dma_assert_warns(f, 1);
	ktest_assert_u64_equal(dma_live_bytes(f, f->state.addr, 8 * P), 5 * P);
}

static void test_unlink_part_of_large_leaf(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, M2);
	ktest_assert_int_equal(dma_link_err(f, dma_block(f, M2), 0, M2), 0);
	/* Start inside: nothing goes. End inside: all of it does, and more than asked is a WARN. */
	dma_iova_unlink(f->dev, &f->state, P, P, RW, 0);
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOMMU_UNMAP, 0)->arg[3], 0);
	dma_iova_unlink(f->dev, &f->state, 0, P, RW, 0);
	ktest_assert_u64_equal(dma_event(f, SIM_EVENT_IOMMU_UNMAP, 1)->arg[3], M2);
	dma_assert_warns(f, 2);
	dma_iova_free(f->dev, &f->state);
}

static void test_noncoherent_unlink_looks_at_each_granule_first(void **state)
{
	struct dma_fixture *f = dma_make_with(&(struct dma_options){ .noncoherent = true });

	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 0);
	dma_link_pages(f, 2, 3);
	/* It gives up at the first hole, then the unmap finds the hole again. */
	dma_iova_unlink(f->dev, &f->state, 0, 4 * P, RW, 0);
	ktest_assert_string_equal(dma_warn_text(f, 0), "\"!phys\"");
	ktest_assert_string_equal(dma_warn_text(f, 1), "\"unmapped != size\"");
	/* With the sync skipped, only the second. */
	dma_iova_unlink(f->dev, &f->state, 0, 4 * P, RW, DMA_ATTR_SKIP_CPU_SYNC);
	dma_iova_unlink(f->dev, &f->state, 0, 4 * P, RW, DMA_ATTR_MMIO);
	dma_assert_warns(f, 4);
	dma_iova_unlink(f->dev, &f->state, 2 * P, 2 * P, RW, 0);
	ktest_assert_int_equal(ktest_report_count(f->world, "warn"), 4);
	dma_iova_free(f->dev, &f->state);
}

static void test_calls_emit_no_dma_events(void **state)
{
	struct dma_fixture *f = dma_make(NULL);

	dma_window(f, 4 * P);
	dma_link_pages(f, 0, 3);
	dma_iova_sync(f->dev, &f->state, 0, 4 * P);
	dma_iova_unlink(f->dev, &f->state, 0, 4 * P, RW, 0);
	dma_iova_free(f->dev, &f->state);
	assert_event_count(f, DMA_MAP_PHYS, 0);
	assert_event_count(f, DMA_UNMAP_PHYS, 0);
}

static const struct ktest tests[] = {
	KTEST(test_use_iova_and_size_of_zeroed_state),
	KTEST(test_try_alloc_sets_addr_and_unrounded_size),
	KTEST(test_try_alloc_phys_gives_only_its_offset_in_a_granule),
	KTEST(test_try_alloc_aligns_to_size),
	KTEST(test_try_alloc_fails_for_identity_and_zeroes_state),
	KTEST(test_try_alloc_warns_once_for_size_zero_and_flag_bit),
	KTEST(test_try_alloc_without_space_returns_false),
	KTEST(test_32_bit_first_ends_with_a_notice_and_stays_off),
	KTEST(test_non_pci_and_forcedac_start_at_the_top),
	KTEST(test_limit_is_the_smallest_of_mask_bus_and_aperture),
	KTEST(test_interrupt_and_bridge_windows_are_reserved),
	KTEST(test_interrupt_window_is_one_of_x86_only),
	KTEST(test_start_pfn_is_the_lowest_page),
	KTEST(test_free_leaves_the_state_as_it_was),
	KTEST(test_free_of_linked_window_leaves_translations),
	KTEST(test_link_emits_one_event_per_call),
	KTEST(test_link_rounds_first_part_down_and_last_part_up),
	KTEST(test_link_with_pad_at_offset_warns_once_and_returns_eio),
	KTEST(test_link_pad_check_comes_before_coherence_check),
	KTEST(test_link_require_coherent),
	KTEST(test_link_of_untrusted_device_must_be_aligned),
	KTEST(test_link_checks_no_bounds),
	KTEST(test_link_at_unaligned_offset_is_refused_by_the_core),
	KTEST(test_link_of_size_zero_succeeds_and_is_traced),
	KTEST(test_link_error_unrolls_this_call_only),
	KTEST(test_link_direction_none_is_refused_by_the_driver),
	KTEST(test_large_leaf_needs_alignment_of_both_addresses),
	KTEST(test_adjacent_links_never_merge),
	KTEST(test_permissions_follow_direction),
	KTEST(test_prot_of_attributes),
	KTEST(test_sync_does_work_in_caching_mode_only),
	KTEST(test_unlink_keeps_iova_and_syncs_at_once),
	KTEST(test_unlink_of_hole_warns_each_time_and_sends_nothing),
	KTEST(test_destroy_unmaps_syncs_then_frees),
	KTEST(test_destroy_of_nothing_mapped_frees_the_whole_window),
	KTEST(test_short_destroy_recycles_window_as_one_page),
	KTEST(test_destroy_over_hole_frees_iova_with_live_translations),
	KTEST(test_unlink_part_of_large_leaf),
	KTEST(test_noncoherent_unlink_looks_at_each_granule_first),
	KTEST(test_calls_emit_no_dma_events),
};
KTEST_MAIN(tests)
