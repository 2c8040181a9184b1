/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Devices that reach each other's memory, and handing that memory out. */
#include <linux/dma-mapping.h>
#include "peer_fixture.h"

#define PATTERN 7

/* d0 and d1 at one switch. */
static struct svmsim_machine at_a_switch(const char *iommu, unsigned int acs)
{
	struct svmsim_machine machine = { BRIDGES(2, ROOT_PORT("rp"),
						  SWITCH("sw", "rp", .acs = acs)),
					  PAIR("sw", "sw"), LISTED };

	strscpy(machine.device[0].iommu, iommu);
	strscpy(machine.device[1].iommu, iommu);
	return machine;
}

static struct svmsim_mapping *map(struct svmsim_world *world, struct svmsim_ram *ram)
{
	struct svmsim_mapping *mapping = NULL;

	ktest_assert_int_equal(svmsim_map(world, 1, ram, 0, svmsim_ram_pages(ram) - 1,
					  SVMSIM_BIDIRECTIONAL, &mapping),
			       0);
	return mapping;
}

/* Bytes go both ways: what d1 wrote the CPU sees, and the other way round. */
static void assert_bytes_pass(struct svmsim_world *world, struct svmsim_ram *ram, u64 address)
{
	u64 pages = svmsim_ram_pages(ram);

	ktest_assert_int_equal(svmsim_device_fill(world, 1, address, PAGES(pages), PATTERN), 0);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, pages - 1, PATTERN), 0);
	ktest_assert_int_equal(svmsim_ram_fill(ram, 0, pages - 1, PATTERN + 1), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 1, address, PAGES(pages), PATTERN + 1),
			       0);
}

static void test_bus_address_bypasses_the_iommu(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae",
						"identity" };

	for (unsigned int i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		struct svmsim_machine machine = at_a_switch(profiles[i], 0);
		struct svmsim_mapping *mapping;
		struct svmsim_world *world;
		struct svmsim_ram *ram;

		ktest_context("%s", profiles[i]);
		machine.host_bridge[0].offset_bytes = 0x4000000000;
		world = machine_world(&machine);
		ram = peer_ram(world, 8);
		ktest_assert_int_equal(svmsim_peer_type(world, 1, ram), SVMSIM_PEER_BUS_ADDR);
		mapping = map(world, ram);
		ktest_assert_u64_equal(svmsim_mapping_address(mapping),
				       svmsim_ram_phys(ram, 0) - 0x4000000000);
		assert_bytes_pass(world, ram, svmsim_mapping_address(mapping));
		ktest_assert_int_equal(svmsim_walk_pt(world, 1, NULL, 0), 0);
		ktest_assert_int_equal(svmsim_walk_iotlb(world, 1, NULL, 0), 0);
		ktest_assert_int_equal(svmsim_unmap(mapping), 0);
		peer_ram_free(ram);
		ktest_world_drop(world);
	}
}

static void test_through_the_host_bridge(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };

	for (unsigned int i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		struct svmsim_machine machine = at_a_switch(profiles[i], ACS);
		struct svmsim_world *world = machine_world(&machine);
		struct svmsim_ram *ram = peer_ram(world, 4);
		struct svmsim_mapping *mapping;
		struct svmsim_pte leaf;

		ktest_context("%s", profiles[i]);
		ktest_assert_int_equal(svmsim_peer_type(world, 1, ram),
				       SVMSIM_PEER_THRU_HOST_BRIDGE);
		mapping = map(world, ram);
		ktest_assert_int_equal(svmsim_walk_pt(world, 1, &leaf, 1), 4);
		ktest_assert_u64_equal(leaf.iova, svmsim_mapping_address(mapping));
		ktest_assert_u64_equal(leaf.phys, svmsim_ram_phys(ram, 0));
		assert_bytes_pass(world, ram, svmsim_mapping_address(mapping));
		ktest_assert_int_equal(svmsim_walk_iotlb(world, 1, NULL, 0), 4);
		ktest_assert_int_equal(svmsim_unmap(mapping), 0);
		ktest_assert_int_equal(svmsim_walk_pt(world, 1, NULL, 0), 0);
		ktest_assert_int_equal(svmsim_device_check(world, 1,
							   svmsim_mapping_address(mapping), 1, 0),
				       -EFAULT);
		ktest_expect_report(world, "io-page-fault", 1);
		peer_ram_free(ram);
		ktest_world_drop(world);
	}
}

static void test_window_links_memory_of_a_peer(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", ACS);
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = peer_ram(world, 4);
	struct svmsim_window *window = NULL;

	ktest_assert_int_equal(svmsim_window_alloc(world, 1, PAGES(4), &window), 0);
	ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 3, SVMSIM_BIDIRECTIONAL, true),
			       0);
	ktest_assert_int_equal(svmsim_window_sync(window, 0, PAGES(4)), 0);
	assert_bytes_pass(world, ram, svmsim_window_iova(window));
	ktest_assert_int_equal(svmsim_window_destroy(window, PAGES(4), SVMSIM_BIDIRECTIONAL), 0);
	peer_ram_free(ram);
}

static void test_window_has_no_place_for_bus_addresses(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = peer_ram(world, 1);
	struct svmsim_window *window = NULL;

	ktest_assert_int_equal(svmsim_window_alloc(world, 1, PAGES(1), &window), 0);
	ktest_assert_int_equal(svmsim_window_link(window, 0, ram, 0, 0, SVMSIM_BIDIRECTIONAL, true),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_window_free(window), 0);
	peer_ram_free(ram);
}

/* A driver that ignores what it was told finds nobody behind the host bridge. */
static void test_unlisted_host_bridge_passes_nothing(void **state)
{
	static const char *const profiles[] = { "generic-pt", "identity" };

	for (unsigned int i = 0; i < 2; i++) {
		struct svmsim_machine machine = { PAIR("", "") };
		struct svmsim_report report;
		struct svmsim_mapping *mapping;
		struct svmsim_world *world;
		struct svmsim_ram *ram;
		struct device *dev;
		dma_addr_t addr;
		char byte;

		strscpy(machine.device[1].iommu, profiles[i]);
		world = machine_world(&machine);
		ram = peer_ram(world, 1);
		ktest_assert_int_equal(svmsim_map(world, 1, ram, 0, 0, SVMSIM_TO_DEVICE, &mapping),
				       -EREMOTEIO);
		dev = sim_device_get(world, 1);
		addr = dma_map_resource(dev, svmsim_ram_phys(ram, 0), PAGE_SIZE, DMA_TO_DEVICE, 0);
		ktest_assert_int_equal(dma_mapping_error(dev, addr), 0);
		ktest_assert_int_equal(svmsim_device_read(world, 1, addr, &byte, 1), -EFAULT);
		ktest_assert_int_equal(
			svmsim_report_get(world, svmsim_report_count(world) - 1, &report), 0);
		ktest_assert_string_contains(report.line[report.line_count - 1],
					     "the host bridge passes nothing on");
		ktest_expect_report(world, "io-page-fault", 1);
		dma_unmap_resource(dev, addr, PAGE_SIZE, DMA_TO_DEVICE, 0);
		peer_ram_free(ram);
		ktest_world_drop(world);
	}
}

static void test_two_host_bridges(void **state)
{
	struct svmsim_machine machine = {
		BRIDGES(2, ROOT_PORT("a"), ROOT_PORT("b", .host_bridge = 1)), PAIR("a", "b"),
		.host_bridge_count = 2,
		.host_bridge = { { .p2p = SVMSIM_P2P_LISTED }, { .p2p = SVMSIM_P2P_LISTED } }
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = peer_ram(world, 2);
	struct svmsim_mapping *mapping = map(world, ram);

	assert_bytes_pass(world, ram, svmsim_mapping_address(mapping));
	ktest_assert_int_equal(svmsim_unmap(mapping), 0);
	peer_ram_free(ram);
}

/* The bus address of a path that ACS redirects is an IOVA that nobody mapped. */
static void test_redirected_bus_address_faults(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", ACS);
	struct svmsim_world *world = machine_world(&machine);
	struct pci_dev *provider = peer_function(world, 0);
	char byte;

	ktest_assert_int_equal(
		svmsim_device_read(world, 1, pci_bus_address(provider, 2), &byte, 1), -EFAULT);
	ktest_expect_report(world, "io-page-fault", 1);
}

static void test_requests_pass_over_both_halves_of_a_transfer(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);
	u64 bus = pci_bus_address(peer_function(world, 0), 2);
	u8 bytes[PAGE_SIZE], back[PAGE_SIZE];
	uint64_t seed = ktest_seed(3);

	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = ktest_random(&seed);
	/* Over a page boundary at any alignment, and up to the last byte. */
	ktest_assert_int_equal(svmsim_device_write(world, 1, bus + 0x801, bytes, sizeof(bytes)), 0);
	ktest_assert_int_equal(svmsim_device_read(world, 1, bus + 0x801, back, sizeof(back)), 0);
	ktest_assert_memory_equal(bytes, back, sizeof(bytes));
	ktest_assert_int_equal(svmsim_device_read(world, 1, bus + MIB - 1, back, 1), 0);
	ktest_assert_int_equal(svmsim_device_read(world, 1, bus + MIB - 1, back, 2), -EFAULT);
	ktest_expect_report(world, "io-page-fault", 1);
}

static void test_bytes_start_as_fill_in_each_run(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);
	uint64_t digest[2];

	for (unsigned int run = 0; run < 2; run++) {
		struct svmsim_ram *ram = peer_ram(world, 2);
		u8 byte = 0;

		sim_phys_read(world, svmsim_ram_phys(ram, 0) + 9, &byte, 1);
		ktest_assert_int_equal(byte, 0xa5);
		assert_bytes_pass(world, ram, svmsim_mapping_address(map(world, ram)));
		peer_ram_free(ram);
		svmsim_world_finish(world);
		digest[run] = svmsim_world_digest(world);
		svmsim_world_reset(world);
	}
	ktest_assert_u64_equal(digest[0], digest[1]);
}

static void test_bus_addresses_are_no_iova(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_iova_range range[16];
	struct svmsim_world *world;
	bool found = false;
	long count;
	u64 bus;

	/* So low that the allocator would get there. */
	machine.host_bridge[0].offset_bytes = (1ull << 39) - 0x80000000ull;
	world = machine_world(&machine);
	bus = pci_bus_address(peer_function(world, 0), 2);
	ktest_assert_u64_equal(bus, 0x80000000ull);
	count = svmsim_walk_iova(world, 1, range, 16);
	for (long i = 0; i < count && i < 16; i++)
		found |= range[i].reserved && range[i].iova == bus && range[i].bytes == MIB;
	ktest_assert_true(found);
}

struct resource_row {
	int bar;
	size_t size;
	u64 offset;
	int err;
};

static void test_add_resource_checks_the_part(void **state)
{
	static const struct resource_row parts[] = {
		{ 1, 0, 0, -EINVAL },	       { 2, 0, MIB, -EINVAL },
		{ 2, MIB, 0x1000, -EINVAL },   { 2, MIB + 0x1000, 0, -EINVAL },
		{ 2, 0x8000, 0x4000, 0 },      { 2, 0x1000, 0x8000, -ENOMEM },
		{ 2, 0, 0x10000, 0 },
	};
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);
	struct pci_dev *pdev = peer_function(world, 0);
	char wanted[128];

	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ktest_context("part %u", i);
		ktest_assert_int_equal(pci_p2pdma_add_resource(pdev, parts[i].bar, parts[i].size,
							       parts[i].offset),
				       parts[i].err);
	}
	/* "Conflicting mapping in same section" */
	ktest_expect_report(world, "warn", 1);
	sim_snprintf(wanted, sizeof(wanted),
		     "svmsim %s: added peer-to-peer DMA memory %#llx-%#llx", pci_name(pdev),
		     pci_resource_start(pdev, 2) + 0x10000, pci_resource_end(pdev, 2));
	ktest_assert_string_equal(log_from_end(world, 0), wanted);
	/* The part that was added last is handed out first. */
	ktest_assert_u64_equal(virt_to_phys(pci_alloc_p2pmem(pdev, 1)),
			       pci_resource_start(pdev, 2) + 0x10000);
	pci_free_p2pmem(pdev, __va(pci_resource_start(pdev, 2) + 0x10000), 1);
}

static void test_memory_is_handed_out_first_fit(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);
	struct pci_dev *pdev = peer_function(world, 0);
	char *a, *b, *c;

	machine.host_bridge[0].offset_bytes = 0;
	ktest_assert_null(pci_alloc_p2pmem(pdev, PAGE_SIZE));
	ktest_assert_int_equal(svmsim_peer_add(world, 0), 0);
	a = pci_alloc_p2pmem(pdev, 1);
	b = pci_alloc_p2pmem(pdev, 2 * PAGE_SIZE);
	c = pci_alloc_p2pmem(pdev, MIB - 3 * PAGE_SIZE);
	ktest_assert_u64_equal(virt_to_phys(a), pci_resource_start(pdev, 2));
	ktest_assert_ptr_equal(b, a + PAGE_SIZE);
	ktest_assert_ptr_equal(c, b + 2 * PAGE_SIZE);
	ktest_assert_null(pci_alloc_p2pmem(pdev, 1));
	ktest_assert_null(pci_alloc_p2pmem(pdev, 0));
	ktest_assert_u64_equal(pci_p2pmem_virt_to_bus(pdev, b + 5),
			       pci_bus_address(pdev, 2) + PAGE_SIZE + 5);
	ktest_assert_u64_equal(pci_p2pmem_virt_to_bus(pdev, NULL), 0);
	/* The bytes are one stretch, for the CPU too. */
	__builtin_memset(b, 0x5a, 2 * PAGE_SIZE);
	pci_free_p2pmem(pdev, a, 1);
	pci_free_p2pmem(pdev, b, 2 * PAGE_SIZE);
	ktest_assert_ptr_equal(pci_alloc_p2pmem(pdev, 3 * PAGE_SIZE), a);
	pci_free_p2pmem(pdev, a, 3 * PAGE_SIZE);
	pci_free_p2pmem(pdev, c, MIB - 3 * PAGE_SIZE);
}

/* The last reference of a page gives it back, as when user space lets go of it. */
static void test_page_goes_back_with_its_last_reference(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);
	struct pci_dev *pdev = peer_function(world, 0);
	struct page *page;
	void *addr;

	ktest_assert_int_equal(svmsim_peer_add(world, 0), 0);
	addr = pci_alloc_p2pmem(pdev, PAGE_SIZE);
	page = virt_to_page(addr);
	sim_phys_touch(world, page_to_pfn(page), 1);
	set_page_count(page, 1);
	put_page(page);
	ktest_assert_ptr_equal(pci_alloc_p2pmem(pdev, PAGE_SIZE), addr);
	pci_free_p2pmem(pdev, addr, PAGE_SIZE);
}

static void test_memory_left_behind_is_reported(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_world *world = machine_world(&machine);

	peer_ram(world, 3);
	svmsim_world_finish(world);
	ktest_assert_int_equal(ktest_report_count(world, "warn"), 1);
	ktest_expect_report(world, "warn", 1);
}

/* The provider's driver goes while d1 still has a translation to its memory. */
static void test_provider_goes_under_a_mapping(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", ACS);
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = peer_ram(world, 2);
	struct svmsim_mapping *mapping = map(world, ram);

	peer_ram_free(ram);
	devres_release_all(sim_device_get(world, 0));
	ktest_expect_report(world, "dma-page-freed", 1);
	ktest_assert_null(peer_function(world, 0)->p2pdma);
	ktest_assert_false(pfn_valid(svmsim_ram_phys(ram, 0) >> 12));
	ktest_assert_int_equal(svmsim_unmap(mapping), 0);
}

static void test_find_prefers_the_closest(void **state)
{
	struct svmsim_machine machine = {
		BRIDGES(3, ROOT_PORT("rp"), SWITCH("sw", "rp"), ROOT_PORT("other")),
		.device_count = 4,
		.device = { PROVIDER(.parent = "other"), CLIENT(.parent = "sw"),
			    { .name = "d2", .parent = "sw", .bar_bytes = MIB },
			    { .name = "d3", .parent = "sw", .bar_bytes = MIB } },
		LISTED,
	};
	struct svmsim_world *world = machine_world(&machine);
	struct device *client = sim_device_get(world, 1);
	unsigned int refs, seen = 0;

	for (int i = 0; i < 4; i += 2)
		ktest_assert_int_equal(svmsim_peer_add(world, i), 0);
	ktest_assert_null(pci_p2pmem_find(client));
	pci_p2pmem_publish(peer_function(world, 0), true);
	refs = kref_read(&sim_device_get(world, 0)->kobj.kref);
	ktest_assert_ptr_equal(pci_p2pmem_find(client), peer_function(world, 0));
	ktest_assert_int_equal(kref_read(&sim_device_get(world, 0)->kobj.kref), refs + 1);
	pci_dev_put(peer_function(world, 0));
	pci_p2pmem_publish(peer_function(world, 2), true);
	ktest_assert_ptr_equal(pci_p2pmem_find(client), peer_function(world, 2));
	ktest_assert_int_equal(svmsim_peer_add(world, 3), 0);
	pci_p2pmem_publish(peer_function(world, 3), true);
	/* Among equals it is drawn. */
	for (unsigned int i = 0; i < 64; i++)
		seen |= pci_p2pmem_find(client) == peer_function(world, 2) ? 1 : 2;
	ktest_assert_int_equal(seen, 3);
	pci_p2pmem_publish(peer_function(world, 2), false);
	ktest_assert_ptr_equal(pci_p2pmem_find(client), peer_function(world, 3));
}

static void test_calls_check_their_device(void **state)
{
	struct svmsim_machine machine = at_a_switch("generic-pt", 0);
	struct svmsim_ram *ram = NULL;
	struct svmsim_world *world;
	int distance = 0;

	machine.device[2] = (struct svmsim_device){ .name = "plain", .non_pci = true };
	machine.device_count = 3;
	world = machine_world(&machine);
	ktest_assert_int_equal(svmsim_peer_add(world, 1), -EINVAL);
	ktest_assert_int_equal(svmsim_peer_add(world, 2), -EINVAL);
	ktest_assert_int_equal(svmsim_peer_add(world, 9), -EINVAL);
	ktest_assert_int_equal(svmsim_peer_alloc(world, 0, 1, &ram), -ENOMEM);
	ktest_assert_int_equal(svmsim_peer_add(world, 0), 0);
	ktest_assert_int_equal(svmsim_peer_alloc(world, 0, 0, &ram), -EINVAL);
	ktest_assert_int_equal(svmsim_peer_alloc(world, 0, 257, &ram), -EINVAL);
	ktest_assert_int_equal(svmsim_peer_distance(world, 2, 1, &distance), -EINVAL);
	ktest_assert_int_equal(svmsim_peer_distance(world, 0, 1, &distance), 0);
	ktest_assert_int_equal(distance, 4);
	ktest_assert_int_equal(svmsim_peer_distance(world, 0, 2, &distance), 0);
	ktest_assert_int_equal(distance, -1);
}

static const struct ktest tests[] = {
	KTEST(test_add_resource_checks_the_part),
	KTEST(test_bus_address_bypasses_the_iommu),
	KTEST(test_bus_addresses_are_no_iova),
	KTEST(test_bytes_start_as_fill_in_each_run),
	KTEST(test_calls_check_their_device),
	KTEST(test_find_prefers_the_closest),
	KTEST(test_memory_is_handed_out_first_fit),
	KTEST(test_memory_left_behind_is_reported),
	KTEST(test_page_goes_back_with_its_last_reference),
	KTEST(test_provider_goes_under_a_mapping),
	KTEST(test_redirected_bus_address_faults),
	KTEST(test_requests_pass_over_both_halves_of_a_transfer),
	KTEST(test_through_the_host_bridge),
	KTEST(test_two_host_bridges),
	KTEST(test_unlisted_host_bridge_passes_nothing),
	KTEST(test_window_has_no_place_for_bus_addresses),
	KTEST(test_window_links_memory_of_a_peer),
};
KTEST_MAIN(tests)
