/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Scatterlists through the public interface: RAM, memory of peers, and both in one list. */
#include "peer_fixture.h"

#define P 4096u

static struct svmsim_sg *map_list(struct svmsim_world *world, int device,
				  const struct svmsim_part *parts, unsigned int count)
{
	struct svmsim_sg *sg = NULL;

	ktest_assert_int_equal(svmsim_map_sg(world, device, parts, count, SVMSIM_BIDIRECTIONAL, 0,
					     &sg), 0);
	return sg;
}

static void test_device_reaches_all_entries(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 4, false, 0);
	struct svmsim_part parts[] = {
		{ ram, 0, P }, { ram, 2 * P, P }, { ram, P + 0x100, 0x200 },
	};
	struct svmsim_sg *sg;

	ktest_assert_int_equal(svmsim_ram_fill(ram, 0, 0, 7), 0);
	ktest_assert_int_equal(svmsim_ram_fill(ram, 2, 2, 8), 0);
	sg = map_list(world, 0, parts, 3);
	ktest_assert_int_equal(svmsim_sg_segments(sg), 2);
	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 0), 2 * P);
	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 1), 0x200);
	ktest_assert_u64_equal(svmsim_sg_address(sg, 1), svmsim_sg_address(sg, 0) + 2 * P + 0x100);
	ktest_assert_u64_equal(svmsim_sg_address(sg, 2), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, svmsim_sg_address(sg, 0), P, 7), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, svmsim_sg_address(sg, 0) + P, P, 8),
			       0);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	ktest_assert_int_equal(svmsim_device_check(world, 0, svmsim_sg_address(sg, 0), P, 7),
			       -EFAULT);
	ktest_expect_report(world, "io-page-fault", 1);
	svmsim_ram_free(ram, 0, 3);
}

static void test_wrong_arguments_are_einval(void **state)
{
	struct svmsim_world *world = machine_world_of("generic-pt");
	struct svmsim_ram *ram = make_ram(world, 2, false, 0);
	struct svmsim_part good = { ram, 0, P }, none = { NULL, 0, P };
	struct svmsim_part behind = { ram, P, P + 1 }, scattered = { ram, 0, 2 * P };
	struct svmsim_part empty = { ram, 0, 0 };
	struct svmsim_sg *sg;

	ktest_assert_int_equal(svmsim_map_sg(world, 1, &good, 1, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &good, 1, SVMSIM_NONE, 0, &sg), -EINVAL);
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &good, 0, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &good, 65537, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &none, 1, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &behind, 1, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &scattered, 1, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	ktest_assert_string_contains(svmsim_last_error(world), "are not contiguous");
	ktest_assert_int_equal(svmsim_map_sg(world, 0, &empty, 1, SVMSIM_TO_DEVICE, 0, &sg),
			       -EINVAL);
	svmsim_ram_free(ram, 0, 1);
}

/* Below one switch: the entry keeps its bus address, whatever stands around it. */
static void test_bus_address_among_ram(void **state)
{
	static const struct svmsim_machine machine = {
		BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp")),
		PAIR("sw", "sw"),
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 3, false, 0), *peer = peer_ram(world, 3);
	struct svmsim_part parts[] = {
		{ ram, 0, P }, { peer, P, 2 * P }, { ram, P, P }, { ram, 2 * P, P },
	};
	struct svmsim_sg *sg = map_list(world, 1, parts, 4);
	uint64_t bus = pci_bus_address(peer_function(world, 0), SIM_PCI_MEMORY_BAR);

	ktest_assert_int_equal(svmsim_sg_segments(sg), 3);
	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 0), P);
	ktest_assert_u64_equal(svmsim_sg_address(sg, 1), bus + P);
	/* Its own length, not that of the first entry. */
	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 1), 2 * P);
	/* The rest lies in one range without it. */
	ktest_assert_u64_equal(svmsim_sg_address(sg, 2), svmsim_sg_address(sg, 0) + P);
	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 2), 2 * P);
	ktest_assert_int_equal(svmsim_device_fill(world, 1, svmsim_sg_address(sg, 1), 2 * P, 9), 0);
	ktest_assert_int_equal(svmsim_ram_check(peer, 1, 2, 9), 0);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	peer_ram_free(peer);
	svmsim_ram_free(ram, 0, 2);
}

static void test_list_of_bus_addresses_needs_no_iova_space(void **state)
{
	static const struct svmsim_machine machine = {
		BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp")),
		PAIR("sw", "sw"),
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *peer = peer_ram(world, 2);
	struct svmsim_part parts[] = { { peer, P, P }, { peer, 0, P } };
	struct svmsim_sg *sg = map_list(world, 1, parts, 2);
	uint64_t allocs;

	ktest_assert_int_equal(svmsim_sg_segments(sg), 2);
	ktest_assert_u64_equal(svmsim_sg_address(sg, 0), svmsim_sg_address(sg, 1) + P);
	ktest_assert_int_equal(svmsim_counter(world, "iova:alloc", &allocs), 0);
	ktest_assert_u64_equal(allocs, 0);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	peer_ram_free(peer);
}

/* The device reads RAM and the peer's memory through one segment. */
static void test_host_bridge_passes_translated_entries(void **state)
{
	static const struct svmsim_machine machine = { PAIR("", ""), LISTED };
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 1, false, 0), *peer = peer_ram(world, 1);
	struct svmsim_part parts[] = { { ram, 0, P }, { peer, 0, P } };
	struct svmsim_sg *sg = map_list(world, 1, parts, 2);

	ktest_assert_int_equal(svmsim_sg_segments(sg), 1);
	ktest_assert_int_equal(svmsim_device_fill(world, 1, svmsim_sg_address(sg, 0), 2 * P, 3), 0);
	ktest_assert_int_equal(svmsim_ram_check(ram, 0, 0, 3), 0);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	peer_ram_free(peer);
	svmsim_ram_free(ram, 0, 0);
}

static void test_host_bridge_passes_untranslated_entries(void **state)
{
	static const struct svmsim_machine machine = {
		.device_count = 2,
		.device = { PROVIDER(), CLIENT(.iommu = "identity") },
		LISTED,
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 1, false, 0), *peer = peer_ram(world, 1);
	struct svmsim_part parts[] = { { ram, 0, P }, { peer, 0, P } };
	struct svmsim_sg *sg = map_list(world, 1, parts, 2);

	ktest_assert_int_equal(svmsim_sg_segments(sg), 2);
	ktest_assert_u64_equal(svmsim_sg_address(sg, 1),
			       pci_resource_start(peer_function(world, 0), SIM_PCI_MEMORY_BAR));
	ktest_assert_int_equal(svmsim_device_fill(world, 1, svmsim_sg_address(sg, 1), P, 3), 0);
	ktest_assert_int_equal(svmsim_ram_check(peer, 0, 0, 3), 0);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	peer_ram_free(peer);
	svmsim_ram_free(ram, 0, 0);
}

static void test_quirk_of_bus_lengths(void **state)
{
	static const struct svmsim_machine machine = {
		BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp")),
		PAIR("sw", "sw"),
		.quirks = 1 << SVMSIM_QUIRK_SG_BUS_LENGTH,
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 1, false, 0), *peer = peer_ram(world, 2);
	struct svmsim_part parts[] = { { ram, 0, P }, { peer, 0, 2 * P } };
	struct svmsim_sg *sg = map_list(world, 1, parts, 2);

	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 1), P);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	peer_ram_free(peer);
	svmsim_ram_free(ram, 0, 0);
}

static void test_quirk_of_direct_peers(void **state)
{
	static const struct svmsim_machine machine = {
		.device_count = 2,
		.device = { PROVIDER(), CLIENT(.iommu = "identity") },
		LISTED,
		.no_dma_debug = true,
		.quirks = 1 << SVMSIM_QUIRK_SG_DIRECT_PEER,
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *peer = peer_ram(world, 1);
	struct svmsim_part part = { peer, 0, P };
	struct svmsim_sg *sg = map_list(world, 1, &part, 1);

	ktest_assert_u64_equal(svmsim_sg_address(sg, 0), 0);
	ktest_assert_u64_equal(svmsim_sg_bytes(sg, 0), P);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	peer_ram_free(peer);
}

static void check_out_of_reach(const char *iommu)
{
	struct svmsim_machine machine = { PAIR("", "") };
	struct svmsim_ram *ram, *peer;
	struct svmsim_world *world;
	struct svmsim_sg *sg = NULL;
	uint64_t allocs;

	strscpy(machine.device[1].iommu, iommu);
	world = machine_world(&machine);
	ram = make_ram(world, 1, false, 0);
	peer = peer_ram(world, 1);
	ktest_assert_int_equal(
		svmsim_map_sg(world, 1,
			      (struct svmsim_part[]){ { ram, 0, P }, { peer, 0, P } }, 2,
			      SVMSIM_BIDIRECTIONAL, 0, &sg), -EREMOTEIO);
	ktest_assert_int_equal(svmsim_counter(world, "iova:alloc", &allocs), 0);
	ktest_assert_u64_equal(allocs, 0);
	peer_ram_free(peer);
	svmsim_ram_free(ram, 0, 0);
}

static void test_peer_out_of_reach_is_eremoteio(void **state)
{
	check_out_of_reach("generic-pt");
	check_out_of_reach("identity");
}

/* A machine with a device that is not trusted has a pool. */
static void test_list_that_bounces_is_copied(void **state)
{
	struct svmsim_machine machine = {
		.device_count = 1, .device = { { .name = "d0", .untrusted = true } }
	};
	struct svmsim_world *world = machine_world(&machine);
	struct svmsim_ram *ram = make_ram(world, 2, false, 0);
	struct svmsim_part parts[] = { { ram, 0x10, 0x20 }, { ram, P, P } };
	uint8_t byte = 0x5a, seen = 0;
	struct svmsim_sg *sg;

	ktest_assert_int_equal(svmsim_ram_write(ram, 0x10, &byte, 1), 0);
	sg = map_list(world, 0, parts, 2);
	ktest_assert_int_equal(svmsim_device_read(world, 0, svmsim_sg_address(sg, 0), &seen, 1), 0);
	ktest_assert_int_equal(seen, 0x5a);
	byte = 0x66;
	ktest_assert_int_equal(svmsim_device_write(world, 0, svmsim_sg_address(sg, 0), &byte, 1),
			       0);
	svmsim_ram_read(ram, 0x10, &seen, 1);
	ktest_assert_int_equal(seen, 0x5a);
	ktest_assert_int_equal(svmsim_sync_sg(sg, true), 0);
	svmsim_ram_read(ram, 0x10, &seen, 1);
	ktest_assert_int_equal(seen, 0x66);
	byte = 0x77;
	svmsim_ram_write(ram, 0x10, &byte, 1);
	ktest_assert_int_equal(svmsim_sync_sg(sg, false), 0);
	ktest_assert_int_equal(svmsim_device_read(world, 0, svmsim_sg_address(sg, 0), &seen, 1), 0);
	ktest_assert_int_equal(seen, 0x77);
	ktest_assert_int_equal(svmsim_unmap_sg(sg), 0);
	svmsim_ram_free(ram, 0, 1);
}

static const struct ktest tests[] = {
	KTEST(test_device_reaches_all_entries),
	KTEST(test_wrong_arguments_are_einval),
	KTEST(test_bus_address_among_ram),
	KTEST(test_list_of_bus_addresses_needs_no_iova_space),
	KTEST(test_host_bridge_passes_translated_entries),
	KTEST(test_host_bridge_passes_untranslated_entries),
	KTEST(test_quirk_of_bus_lengths),
	KTEST(test_quirk_of_direct_peers),
	KTEST(test_peer_out_of_reach_is_eremoteio),
	KTEST(test_list_that_bounces_is_copied),
};
KTEST_MAIN(tests)
