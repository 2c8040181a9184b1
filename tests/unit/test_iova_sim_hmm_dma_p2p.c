/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * HMM's DMA helpers for pages of another device. How the device reaches them is decided elsewhere;
 * here the answer is put into the state that callers keep of the last peer.
 */
#include <linux/errno.h>
#include "hmm_fixture.h"
#include "iova_sim/p2pdma.h"

#define BAR_START 0x8000000000ull
#define BAR_BYTES (64 * P)
#define BUS_OFFSET 0x100000ull

/* A window, an address for each page, or the pages' own addresses. */
static const char *const kinds[] = { "window", "listed", "direct" };

/* A bed whose device reaches the pages of a BAR by @type. */
struct peer_bed {
	struct hmm_bed *bed;
	struct p2pdma_provider mem;
	struct sim_p2p_pagemap map;
};

static void peer_type(struct peer_bed *peer, enum pci_p2pdma_map_type type)
{
	peer->bed->p2p = (struct pci_p2pdma_map_state){ .mem = &peer->mem, .map = type };
}

static void peer_make(struct peer_bed *peer, const char *kind, enum pci_p2pdma_map_type type)
{
	struct hmm_bed *bed;

	ktest_context("%s", kind);
	if (kind == kinds[0])
		bed = hmm_bed_make(NULL, 8, P);
	else if (kind == kinds[1])
		bed = hmm_bed_make_listed(8);
	else
		bed = hmm_bed_make("identity", 8, P);
	*peer = (struct peer_bed){
		.bed = bed,
		.mem = { .owner = bed->f->dev, .bus_offset = -BUS_OFFSET },
		.map = { .mem = &peer->mem,
			 .pgmap = { .type = MEMORY_DEVICE_PCI_P2PDMA,
				    .nr_range = 1,
				    .range = { BAR_START, BAR_START + BAR_BYTES - 1 } } },
	};
	ktest_assert_int_equal(sim_phys_pgmap_add(bed->f->world, &peer->map.pgmap), 0);
	peer_type(peer, type);
}

static void peer_free(struct peer_bed *peer)
{
	hmm_bed_free(peer->bed);
	sim_phys_pgmap_remove(peer->bed->f->world, &peer->map.pgmap);
}

static void test_straight_way_has_the_address_on_the_bus(void **state)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct peer_bed peer;
		struct hmm_bed *bed;
		struct dma_fixture *f;

		peer_make(&peer, kinds[i], PCI_P2PDMA_MAP_BUS_ADDR);
		bed = peer.bed;
		f = bed->f;
		dma_events_clear(f);
		ktest_assert_u64_equal(hmm_bed_map(bed, 2, BAR_START + 3 * P, HMM_PFN_WRITE),
				       BAR_START + 3 * P - BUS_OFFSET);
		ktest_assert_u64_equal(bed->map.pfn_list[2],
				       HMM_PFN_VALID | HMM_PFN_WRITE | HMM_PFN_DMA_MAPPED |
					       HMM_PFN_P2PDMA_BUS | PHYS_PFN(BAR_START + 3 * P));
		/* Neither mapped nor unmapped: the IOMMU sees nothing of it. */
		ktest_assert_true(hmm_dma_unmap_pfn(f->dev, &bed->map, 2));
		ktest_assert_u64_equal(bed->map.pfn_list[2],
				       HMM_PFN_VALID | HMM_PFN_WRITE |
					       PHYS_PFN(BAR_START + 3 * P));
		ktest_assert_int_equal(f->event_count, 0);
		peer_free(&peer);
	}
}

/* Mapped is mapped, but what its address is was not written down. */
static void test_straight_way_is_worked_out_each_time(void **state)
{
	struct peer_bed peer;

	peer_make(&peer, kinds[0], PCI_P2PDMA_MAP_BUS_ADDR);
	ktest_assert_u64_equal(hmm_bed_map(peer.bed, 0, BAR_START, 0), BAR_START - BUS_OFFSET);
	peer.mem.bus_offset = 0x7000;
	ktest_assert_u64_equal(hmm_bed_map_again(peer.bed, 0), BAR_START + 0x7000);
	peer_free(&peer);
}

static void test_host_bridge_way_is_mapped_as_registers(void **state)
{
	struct peer_bed peer;
	struct dma_fixture *f;
	struct hmm_bed *bed;
	u64 addr;

	peer_make(&peer, kinds[0], PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
	bed = peer.bed;
	f = bed->f;
	hmm_bed_map(bed, 0, BAR_START, 0);
	dma_events_clear(f);
	addr = hmm_bed_map(bed, 4, BAR_START + P, 0);
	ktest_assert_u64_equal(addr, bed->map.state.addr + 4 * P);
	ktest_assert_int_equal(f->event_count, 1);
	assert_event(f, IOMMU_MAP, 0, f->sdom->index, addr, BAR_START + P, P);
	ktest_assert_u64_equal(bed->map.pfn_list[4],
			       HMM_PFN_VALID | HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA |
				       PHYS_PFN(BAR_START + P));
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 4), addr);
	dma_events_clear(f);
	ktest_assert_true(hmm_dma_unmap_pfn(f->dev, &bed->map, 4));
	assert_event(f, IOMMU_UNMAP, 0, f->sdom->index, addr, P, P);
	ktest_assert_u64_equal(bed->map.pfn_list[4], HMM_PFN_VALID | PHYS_PFN(BAR_START + P));
	peer_free(&peer);
}

static void test_host_bridge_way_without_window(void **state)
{
	const u64 attrs = DMA_ATTR_REQUIRE_COHERENT | DMA_ATTR_MMIO;

	for (unsigned int i = 1; i < 3; i++) {
		struct peer_bed peer;
		struct dma_fixture *f;
		u64 addr;

		peer_make(&peer, kinds[i], PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
		f = peer.bed->f;
		dma_events_clear(f);
		addr = hmm_bed_map(peer.bed, 0, BAR_START, 0);
		assert_event(f, DMA_MAP_PHYS, 0, f->dev->sim->name, DMA_BIDIRECTIONAL, addr, P,
			     BAR_START, attrs);
		ktest_assert_true(hmm_dma_unmap_pfn(f->dev, &peer.bed->map, 0));
		assert_event_count(f, DMA_UNMAP_PHYS, i == 1);
		if (i == 1)
			assert_event(f, DMA_UNMAP_PHYS, 0, f->dev->sim->name, DMA_BIDIRECTIONAL,
				     addr, P, attrs);
		peer_free(&peer);
	}
}

static void test_no_way_is_an_error_and_no_flag(void **state)
{
	static const enum pci_p2pdma_map_type types[] = { PCI_P2PDMA_MAP_NOT_SUPPORTED,
							  PCI_P2PDMA_MAP_UNKNOWN };

	for (unsigned int i = 0; i < 6; i++) {
		struct peer_bed peer;
		unsigned long pfn = HMM_PFN_VALID | HMM_PFN_WRITE | PHYS_PFN(BAR_START);

		peer_make(&peer, kinds[i % 3], types[i / 3]);
		peer.bed->map.pfn_list[0] = pfn;
		dma_events_clear(peer.bed->f);
		ktest_assert_u64_equal(hmm_bed_map_again(peer.bed, 0), DMA_MAPPING_ERROR);
		ktest_assert_u64_equal(peer.bed->map.pfn_list[0], pfn);
		ktest_assert_int_equal(peer.bed->f->event_count, 0);
		peer_free(&peer);
	}
}

static void test_failed_map_takes_the_peer_flag_back(void **state)
{
	struct peer_bed peer;
	struct hmm_bed *bed;
	unsigned long pfn = HMM_PFN_VALID | PHYS_PFN(BAR_START);

	peer_make(&peer, kinds[0], PCI_P2PDMA_MAP_THRU_HOST_BRIDGE);
	bed = peer.bed;
	hmm_bed_map(bed, 0, dma_page(bed->f), 0);
	bed->map.pfn_list[0] = pfn;
	ktest_assert_u64_equal(hmm_bed_map_again(bed, 0), DMA_MAPPING_ERROR);
	ktest_assert_u64_equal(bed->map.pfn_list[0], pfn);
	bed->map.pfn_list[0] = pfn | HMM_PFN_DMA_MAPPED;
	peer_free(&peer);
}

/* Pages of RAM and private memory of a device do not ask, and leave the answer as it was. */
static void test_other_pages_leave_the_state_of_the_last_peer(void **state)
{
	struct peer_bed peer;

	peer_make(&peer, kinds[0], PCI_P2PDMA_MAP_BUS_ADDR);
	hmm_bed_map(peer.bed, 0, dma_page(peer.bed->f), 0);
	ktest_assert_int_equal(peer.bed->p2p.map, PCI_P2PDMA_MAP_BUS_ADDR);
	ktest_assert_ptr_equal(peer.bed->p2p.mem, &peer.mem);
	ktest_assert_u64_equal(peer.bed->map.pfn_list[0] & HMM_PFN_P2PDMA_BUS, 0);
	peer.map.pgmap.type = MEMORY_DEVICE_PRIVATE;
	ktest_assert_u64_equal(hmm_bed_map(peer.bed, 1, BAR_START, 0),
			       peer.bed->map.state.addr + P);
	peer_free(&peer);
}

static const struct ktest tests[] = {
	KTEST(test_straight_way_has_the_address_on_the_bus),
	KTEST(test_straight_way_is_worked_out_each_time),
	KTEST(test_host_bridge_way_is_mapped_as_registers),
	KTEST(test_host_bridge_way_without_window),
	KTEST(test_no_way_is_an_error_and_no_flag),
	KTEST(test_failed_map_takes_the_peer_flag_back),
	KTEST(test_other_pages_leave_the_state_of_the_last_peer),
};
KTEST_MAIN(tests)
