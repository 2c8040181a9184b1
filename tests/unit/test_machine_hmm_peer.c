/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* HMM's DMA helpers with pages of a peer, over real topologies, with the oracles listening. */
#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/iommu-dma.h>
#include "peer_fixture.h"

#define PATTERN 7
#define BUS_OFFSET 0x4000000000ull

struct topology {
	const char *name;
	unsigned int acs;
	enum svmsim_p2p host;
	enum pci_p2pdma_map_type type;
};

static const struct topology topologies[] = {
	{ "a switch", 0, SVMSIM_P2P_UNLISTED, PCI_P2PDMA_MAP_BUS_ADDR },
	{ "a switch that redirects, listed", ACS, SVMSIM_P2P_LISTED,
	  PCI_P2PDMA_MAP_THRU_HOST_BRIDGE },
	{ "a switch that redirects", ACS, SVMSIM_P2P_UNLISTED, PCI_P2PDMA_MAP_NOT_SUPPORTED },
};

static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae", "identity" };

static struct svmsim_world *make_world(const struct topology *topology, const char *iommu)
{
	struct svmsim_machine machine = {
		BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp", .acs = topology->acs)),
		PAIR("sw", "sw"),
		.host_bridge = { { .p2p = topology->host, .offset_bytes = BUS_OFFSET } },
	};

	strscpy(machine.device[0].iommu, iommu);
	strscpy(machine.device[1].iommu, iommu);
	return machine_world(&machine);
}

/* Bytes of the page that an entry leads to pass both ways. */
static void assert_reaches(struct svmsim_world *world, struct svmsim_ram *ram, uint64_t page,
			   dma_addr_t addr)
{
	ktest_assert_int_equal(svmsim_device_fill(world, 1, addr, PAGES(1), PATTERN), 0);
	ktest_assert_int_equal(svmsim_ram_check(ram, page, page, PATTERN), 0);
	ktest_assert_int_equal(svmsim_ram_fill(ram, page, page, PATTERN + 1), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 1, addr, PAGES(1), PATTERN + 1), 0);
}

static dma_addr_t map_entry(struct device *dev, struct hmm_dma_map *map, size_t index,
			    struct svmsim_ram *ram, uint64_t page, struct pci_p2pdma_map_state *p2p)
{
	map->pfn_list[index] = HMM_PFN_VALID | HMM_PFN_WRITE | PHYS_PFN(svmsim_ram_phys(ram, page));
	return hmm_dma_map_pfn(dev, map, index, p2p);
}

static u64 expected_addr(const struct topology *topology, struct device *dev,
			 struct hmm_dma_map *map, size_t index, u64 phys)
{
	if (topology->type == PCI_P2PDMA_MAP_NOT_SUPPORTED)
		return DMA_MAPPING_ERROR;
	if (topology->type == PCI_P2PDMA_MAP_BUS_ADDR)
		return phys - BUS_OFFSET;
	return use_dma_iommu(dev) ? map->state.addr + PAGES(index) : phys;
}

static void run(const struct topology *topology, const char *iommu)
{
	struct svmsim_world *world = make_world(topology, iommu);
	struct device *dev = sim_device_get(world, 1);
	struct svmsim_ram *peer = peer_ram(world, 2), *ram = make_ram(world, 1, true, 0);
	bool is_reached = topology->type != PCI_P2PDMA_MAP_NOT_SUPPORTED;
	struct pci_p2pdma_map_state p2p = {};
	struct hmm_dma_map map = {};

	ktest_assert_int_equal(hmm_dma_map_alloc(dev, &map, 8, PAGE_SIZE), 0);
	assert_reaches(world, ram, 0, map_entry(dev, &map, 0, ram, 0, &p2p));
	/* One entry apart, so that there is a hole. */
	for (size_t i = 0; i < 2; i++) {
		dma_addr_t addr = map_entry(dev, &map, 2 + 2 * i, peer, i, &p2p);

		ktest_assert_u64_equal(addr, expected_addr(topology, dev, &map, 2 + 2 * i,
							   svmsim_ram_phys(peer, i)));
		if (is_reached)
			assert_reaches(world, peer, i, addr);
	}
	ktest_assert_int_equal(p2p.map, topology->type);
	ktest_assert_int_equal(hmm_dma_unmap_pfn(dev, &map, 2), is_reached);
	ktest_assert_int_equal(hmm_dma_unmap_pfn(dev, &map, 4), is_reached);
	ktest_assert_true(hmm_dma_unmap_pfn(dev, &map, 0));
	ktest_assert_int_equal(svmsim_walk_pt(world, 1, NULL, 0), 0);
	hmm_dma_map_free(dev, &map);
	svmsim_ram_free(ram, 0, 0);
	peer_ram_free(peer);
	ktest_world_drop(world);
}

static void test_each_way_to_a_peer_on_each_profile(void **state)
{
	for (unsigned int i = 0; i < 12; i++) {
		ktest_context("%s, %s", topologies[i / 4].name, profiles[i % 4]);
		run(&topologies[i / 4], profiles[i % 4]);
	}
}

/* Pages of the bus were never linked: the one stroke has nothing to do with them. */
static void test_one_stroke_over_both_kinds(void **state)
{
	struct svmsim_world *world = make_world(&topologies[0], "generic-pt");
	struct device *dev = sim_device_get(world, 1);
	struct svmsim_ram *peer = peer_ram(world, 1), *ram = make_ram(world, 2, false, 0);
	struct pci_p2pdma_map_state p2p = {};
	struct hmm_dma_map map = {};

	ktest_assert_int_equal(hmm_dma_map_alloc(dev, &map, 8, PAGE_SIZE), 0);
	map_entry(dev, &map, 1, ram, 0, &p2p);
	map_entry(dev, &map, 2, peer, 0, &p2p);
	map_entry(dev, &map, 3, ram, 1, &p2p);
	ktest_assert_int_equal(svmsim_walk_pt(world, 1, NULL, 0), 2);
	dma_iova_with_holes_destroy(dev, &map.state, DMA_BIDIRECTIONAL, DMA_ATTR_REQUIRE_COHERENT);
	ktest_assert_int_equal(svmsim_walk_pt(world, 1, NULL, 0), 0);
	map.state = (struct dma_iova_state){};
	hmm_dma_map_free(dev, &map);
	svmsim_ram_free(ram, 0, 1);
	peer_ram_free(peer);
}

static const struct ktest tests[] = {
	KTEST(test_each_way_to_a_peer_on_each_profile),
	KTEST(test_one_stroke_over_both_kinds),
};
KTEST_MAIN(tests)
