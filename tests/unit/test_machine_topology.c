/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* PCI topologies of machine descriptions: what is refused, the numbers of buses, what is built. */
#include "peer_fixture.h"


struct row {
	struct svmsim_machine machine;
	const char *message;
};

static const struct row rows[] = {
	{ { .bridge_count = 17 }, "bridge_count: 17 is too many, at most 16" },
	{ { .host_bridge_count = 5 }, "host_bridge_count: 5 is too many, at most 4" },
	{ { .host_bridge = { { .p2p = 3 } } }, "host_bridge[0].p2p: 3 is unknown, at most 2" },
	{ { .host_bridge = { { .offset_bytes = 4096 } } },
	  "host_bridge[0].offset_bytes: 0x1000 must be a multiple of 1 MiB, at most 0x8000000000" },
	{ { .host_bridge = { { .offset_bytes = (1ull << 39) + MIB } } },
	  "host_bridge[0].offset_bytes: 0x8000100000 must be a multiple of 1 MiB, at most "
	  "0x8000000000" },
	{ { BRIDGES(1, { .name = "x", .kind = 3 }) }, "bridge[0].kind: 3 is unknown, at most 2" },
	{ { BRIDGES(1, ROOT_PORT("")) },
	  "bridge[0].name: \"\" must be a letter followed by letters and digits, as in \"sw0\"" },
	{ { BRIDGES(2, ROOT_PORT("rp"), ROOT_PORT("rp")) },
	  "bridge[1].name: \"rp\" is a bridge already" },
	{ { BRIDGES(1, ROOT_PORT("d0")), .device_count = 1, .device = { { .name = "d0" } } },
	  "bridge[0].name: \"d0\" is device[0] already" },
	{ { BRIDGES(1, ROOT_PORT("rp", .acs = 1)) },
	  "bridge[0].acs: 0x1 has bits that are not modelled, 0x2c are" },
	{ { BRIDGES(1, ROOT_PORT("rp", .parent = "rp")) },
	  "bridge[0].parent: a root port has none, leave it empty" },
	{ { BRIDGES(1, ROOT_PORT("rp", .host_bridge = 1)) },
	  "bridge[0].host_bridge: there is no 1, host_bridge_count is 1" },
	{ { BRIDGES(2, SWITCH("sw", "rp"), ROOT_PORT("rp")) },
	  "bridge[0].parent: no bridge declared before is called \"rp\"" },
	{ { BRIDGES(2, ROOT_PORT("rp"), DOWNSTREAM("dp", "rp")) },
	  "bridge[1].parent: \"rp\" is no switch, which a downstream port needs" },
	{ { BRIDGES(3, ROOT_PORT("rp"), SWITCH("a", "rp"), SWITCH("b", "rp")) },
	  "bridge[2].parent: \"rp\" leads to another device already, put a switch between" },
	{ { BRIDGES(2, ROOT_PORT("rp"), SWITCH("sw", "rp")), PAIR("sw", "rp") },
	  "bridge[1].parent: \"rp\" leads to another device already, put a switch between" },
	{ { PAIR("sw", "") }, "device[0].parent: no bridge is called \"sw\"" },
	{ { BRIDGES(1, ROOT_PORT("rp")), .device_count = 1,
	    .device = { { .name = "d0", .parent = "rp", .non_pci = true } } },
	  "device[0].parent: a device with non_pci has none, leave it empty" },
	{ { BRIDGES(1, ROOT_PORT("rp")), .device_count = 1,
	    .device = { { .name = "d0", .parent = "rp", .pci_address = "0000:03:00.0" } } },
	  "device[0].pci_address: with a parent it is \"0000:20:00.0\", leave it empty" },
	{ { BRIDGES(1, ROOT_PORT("rp")), .device_count = 1,
	    .device = { { .name = "d0", .pci_address = "20:00.0" } } },
	  "device[0].pci_address: \"20:00.0\" is on a bus of a bridge, use parent or another bus" },
	{ { .host_bridge_count = 2,
	    .device_count = 1,
	    .device = { { .name = "d0", .pci_address = "40:00.0" } } },
	  "device[0].pci_address: \"40:00.0\" is on a bus of a bridge, use parent or another bus" },
	{ { LISTED, .device_count = 1, .device = { { .name = "d0", .pci_address = "00:00.0" } } },
	  "device[0].pci_address: \"00:00.0\" is the host bridge, use another" },
	{ { .device_count = 1, .device = { { .name = "d0", .bar_bytes = MIB + 4096 } } },
	  "device[0].bar_bytes: 1052672 is no power of two of at least 4096" },
	{ { .device_count = 1, .device = { { .name = "d0", .bar_bytes = 2048 } } },
	  "device[0].bar_bytes: 2048 is no power of two of at least 4096" },
	{ { .device_count = 1, .device = { { .name = "d0", .bar_bytes = MIB, .non_pci = true } } },
	  "device[0].bar_bytes: only a PCI function has a BAR, drop non_pci or bar_bytes" },
	{ { .device_count = 1, .device = { { .name = "d0", .bar_bytes = 1ull << 39 } } },
	  "device[0].bar_bytes: 549755813888 does not fit, memory of devices takes the upper half "
	  "of "
	  "width_bits 40" },
	{ { .device_count = 1, .device = { { .name = "d0", .bar_bytes = 1ull << 63 } } },
	  "device[0].bar_bytes: 9223372036854775808 does not fit, memory of devices takes the "
	  "upper "
	  "half of width_bits 40" },
	{ { .node = { { .ram_bytes = 3ull << 30 } },
	    .width_bits = 33,
	    .device_count = 1,
	    .device = { { .name = "d0", .bar_bytes = MIB } } },
	  "device[0].bar_bytes: 1048576 does not fit, memory of devices takes the upper half of "
	  "width_bits 33" },
};

static void test_each_mistake_has_its_line(void **state)
{
	char message[256];

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svmsim_machine machine = rows[i].machine;

		ktest_context("row %u", i);
		ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)),
				       -EINVAL);
		ktest_assert_string_equal(message, rows[i].message);
	}
}

static void test_names_that_do_not_end_are_refused(void **state)
{
	struct svmsim_machine machine = { BRIDGES(1, ROOT_PORT("rp")) };
	char message[128];

	__builtin_memset(machine.bridge[0].name, 'a', SVMSIM_NAME_MAX);
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)),
			       -EINVAL);
	ktest_assert_string_contains(message, "bridge[0].name: too long");
	machine = (struct svmsim_machine){ BRIDGES(1, ROOT_PORT("rp")) };
	__builtin_memset(machine.bridge[0].parent, 'a', SVMSIM_NAME_MAX);
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)),
			       -EINVAL);
	machine = (struct svmsim_machine){ PAIR("", "") };
	__builtin_memset(machine.device[1].parent, 'a', SVMSIM_NAME_MAX);
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)),
			       -EINVAL);
	ktest_assert_string_contains(message, "device[1].parent: too long");
}

static void test_a_port_has_eight_functions(void **state)
{
	struct svmsim_machine machine = { BRIDGES(1, ROOT_PORT("rp")), .device_count = 9 };
	char message[128];

	for (unsigned int i = 0; i < 9; i++) {
		sim_snprintf(machine.device[i].name, SVMSIM_NAME_MAX, "d%u", i);
		strscpy(machine.device[i].parent, "rp");
	}
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)),
			       -EINVAL);
	ktest_assert_string_equal(message, "device[8].parent: \"rp\" has 8 functions already, put "
					   "a "
					   "switch between");
	machine.device_count = 8;
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)), 0);
	ktest_assert_string_equal(machine.device[7].pci_address, "0000:20:00.7");
}

/* Switches in a chain, and all devices there can be below the last. */
static void make_deep(struct svmsim_machine *machine, unsigned int host)
{
	*machine = (struct svmsim_machine){ .device_count = SVMSIM_DEVICE_MAX,
					    .bridge_count = SVMSIM_BRIDGE_MAX,
					    .host_bridge_count = host + 1 };
	for (unsigned int i = 0; i < SVMSIM_BRIDGE_MAX; i++) {
		struct svmsim_bridge *bridge = &machine->bridge[i];

		sim_snprintf(bridge->name, SVMSIM_NAME_MAX, "b%u", i);
		bridge->kind = i ? SVMSIM_SWITCH : SVMSIM_ROOT_PORT;
		if (i)
			sim_snprintf(bridge->parent, SVMSIM_NAME_MAX, "b%u", i - 1);
		else
			bridge->host_bridge = host;
	}
	for (unsigned int i = 0; i < SVMSIM_DEVICE_MAX; i++) {
		sim_snprintf(machine->device[i].name, SVMSIM_NAME_MAX, "d%u", i);
		strscpy(machine->device[i].parent, "b15");
		machine->device[i].bar_bytes = PAGE_SIZE << i;
	}
}

static void test_host_bridge_has_so_many_buses(void **state)
{
	struct svmsim_machine machine;
	struct svmsim_world *world;
	char message[128];

	make_deep(&machine, 0);
	ktest_assert_int_equal(svmsim_machine_defaults(&machine, message, sizeof(message)),
			       -EINVAL);
	ktest_assert_string_equal(message, "bridge_count: host_bridge 0 has too many buses, move "
					   "some "
					   "bridges to another");
	make_deep(&machine, 3);
	world = machine_world(&machine);
	ktest_assert_string_equal(pci_name(peer_function(world, 15)), "0000:ee:00.0");
	ktest_assert_int_equal(
		pci_p2pdma_distance(peer_function(world, 0), sim_device_get(world, 15), true), 4);
}

/* Two switches below one another, a port declared by name, functions below it, a second bridge. */
static const struct svmsim_machine example = {
	BRIDGES(6, ROOT_PORT("rp"), SWITCH("top", "rp", .acs = ACS), SWITCH("sw", "top"),
		DOWNSTREAM("dp", "top", .acs = SVMSIM_ACS_EGRESS),
		ROOT_PORT("far", .host_bridge = 1), ROOT_PORT("empty")),
	.host_bridge_count = 2,
	.device_count = 6,
	.device = { { .name = "a", .parent = "sw", .bar_bytes = 4 * MIB },
		    { .name = "b", .parent = "dp", .bar_bytes = 4096 },
		    { .name = "c", .parent = "dp" },
		    { .name = "d", .parent = "top", .bar_bytes = 16 * MIB },
		    { .name = "e", .parent = "far", .bar_bytes = 64 * MIB },
		    { .name = "f", .bar_bytes = 2 * MIB } },
};

static void test_buses_are_numbered_depth_first(void **state)
{
	static const char *const addresses[] = { "0000:24:00.0", "0000:25:00.0", "0000:25:00.1",
						 "0000:26:00.0", "0000:41:00.0", "0000:03:00.0" };
	static const unsigned int buses[] = { 0x20, 0x21, 0x23, 0x25, 0x41, 0x27 };
	struct svmsim_machine machine = example, again;

	ktest_assert_int_equal(svmsim_machine_defaults(&machine, NULL, 0), 0);
	for (unsigned int i = 0; i < 6; i++) {
		ktest_context("%u", i);
		ktest_assert_string_equal(machine.device[i].pci_address, addresses[i]);
		ktest_assert_int_equal(machine.bridge[i].bus, buses[i]);
	}
	again = machine;
	ktest_assert_int_equal(svmsim_machine_defaults(&again, NULL, 0), 0);
	ktest_assert_memory_equal(&again, &machine, sizeof(machine));
}

static void test_ports_lie_between(void **state)
{
	static const struct {
		const char *name;
		unsigned int type;
		u16 acs;
	} way[] = {
		{ "0000:23:00.0", PCI_EXP_TYPE_DOWNSTREAM, 0 },
		{ "0000:22:00.0", PCI_EXP_TYPE_UPSTREAM, 0 },
		{ "0000:21:00.0", PCI_EXP_TYPE_DOWNSTREAM, PCI_ACS_RR },
		{ "0000:20:00.0", PCI_EXP_TYPE_UPSTREAM, 0 },
		{ "0000:00:1c.0", PCI_EXP_TYPE_ROOT_PORT, 0 },
	};
	struct svmsim_world *world = machine_world(&example);
	struct pci_dev *port = peer_function(world, 0);
	u16 ctrl;

	for (unsigned int i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		port = pci_upstream_bridge(port);
		ktest_context("%s", way[i].name);
		ktest_assert_string_equal(pci_name(port), way[i].name);
		ktest_assert_int_equal(pci_pcie_type(port), way[i].type);
		ktest_assert_true(pci_is_bridge(port));
		ktest_assert_int_equal(port->sim_acs_ctrl, way[i].acs);
		ktest_assert_ptr_equal(port->subordinate->self, port);
	}
	ktest_assert_null(pci_upstream_bridge(port));
	port = pci_upstream_bridge(peer_function(world, 1));
	ktest_assert_int_equal(pci_read_config_word(port, port->acs_cap + PCI_ACS_CTRL, &ctrl), 0);
	ktest_assert_int_equal(ctrl, PCI_ACS_EC);
	ktest_assert_ptr_equal(port, pci_upstream_bridge(peer_function(world, 2)));
	/* Buses cover what is below them. */
	ktest_assert_u64_equal(pci_find_bus(0, 0x20)->busn_res.end, 0x26);
	ktest_assert_u64_equal(pci_find_bus(0, 0x40)->busn_res.end, 0x7f);
	ktest_assert_ptr_equal(pci_find_host_bridge(peer_function(world, 4)->bus)->bus,
			       pci_find_bus(0, 0x40));
}

/* Each BAR is aligned to its size and inside the windows of all bridges above it. */
static void test_memory_lies_in_all_windows(void **state)
{
	struct svmsim_world *world = machine_world(&example);

	for (unsigned int i = 0; i < example.device_count; i++) {
		struct pci_dev *pdev = peer_function(world, i), *port = pdev;
		const struct resource *bar = pci_resource_n(pdev, SIM_PCI_MEMORY_BAR);
		u64 bytes = example.device[i].bar_bytes;
		struct resource_entry *window;
		bool found = !bytes;

		ktest_context("%s", example.device[i].name);
		ktest_assert_u64_equal(pci_resource_len(pdev, SIM_PCI_MEMORY_BAR), bytes);
		ktest_assert_false(pci_resource_flags(pdev, 0) & IORESOURCE_UNSET);
		if (bytes)
			ktest_assert_true(bar->start && !(bar->start & (bytes - 1)));
		while (bytes && (port = pci_upstream_bridge(port)))
			ktest_assert_true(resource_contains(
				pci_resource_n(port, PCI_BRIDGE_PREF_MEM_WINDOW), bar));
		resource_list_for_each_entry(window, &pci_find_host_bridge(pdev->bus)->windows)
			found |= bytes && resource_contains(window->res, bar);
		ktest_assert_true(found);
		for (unsigned int j = 0; j < i; j++)
			ktest_assert_false(
				bytes && example.device[j].bar_bytes &&
				resource_overlaps(bar, pci_resource_n(peer_function(world, j), 2)));
	}
	ktest_assert_u64_equal(pci_resource_flags(pci_find_bus(0, 0x27)->self,
						  PCI_BRIDGE_PREF_MEM_WINDOW),
			       0);
}

static void test_machine_without_memory_has_one_window(void **state)
{
	struct svmsim_world *world =
		machine_world(&(struct svmsim_machine){ .device_count = 1,
							.device = { { .name = "d0" } } });
	unsigned int windows = 0;
	struct resource_entry *window;

	resource_list_for_each_entry(window, &sim_pci_host_bridge(world)->windows)
		windows++;
	ktest_assert_int_equal(windows, 1);
	ktest_assert_u64_equal(sim_device_get(world, 0)->sim->peer_bytes, 0);
}

static void test_config_space_is_acs_control_only(void **state)
{
	struct svmsim_world *world = machine_world(&example);
	struct pci_dev *pdev = peer_function(world, 0);
	u16 val = 0;

	ktest_assert_int_equal(pci_read_config_word(pdev, 0, &val), PCIBIOS_BAD_REGISTER_NUMBER);
	ktest_assert_int_equal(val, 0xffff);
	ktest_assert_int_equal(pci_write_config_word(pdev, PCI_ACS_CTRL, 1),
			       PCIBIOS_BAD_REGISTER_NUMBER);
	ktest_expect_report(world, "absent", ktest_report_count(world, "absent"));
	ktest_assert_true(ktest_report_count(world, "absent") > 0);
}

static const struct ktest tests[] = {
	KTEST(test_a_port_has_eight_functions),
	KTEST(test_buses_are_numbered_depth_first),
	KTEST(test_config_space_is_acs_control_only),
	KTEST(test_each_mistake_has_its_line),
	KTEST(test_host_bridge_has_so_many_buses),
	KTEST(test_machine_without_memory_has_one_window),
	KTEST(test_memory_lies_in_all_windows),
	KTEST(test_names_that_do_not_end_are_refused),
	KTEST(test_ports_lie_between),
};
KTEST_MAIN(tests)
