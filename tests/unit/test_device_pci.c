/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "device_fixture.h"

static void test_parse_accepts_addresses_only(void **state)
{
	static const struct {
		const char *text;
		int err;
		unsigned int bus, devfn;
	} rows[] = {
		{ "0000:03:00.0", 0, 3, 0 },
		{ "03:1f.7", 0, 3, 0xff },
		{ "0000:ff:02.1", 0, 0xff, 0x11 },
		{ "0000:aB:0a.3", 0, 0xab, 0x53 },
		{ "0001:03:00.0", -EINVAL, 0, 0 },
		{ "0000:03:20.0", -EINVAL, 0, 0 },
		{ "0000:03:00.8", -EINVAL, 0, 0 },
		{ "0000:03:00", -EINVAL, 0, 0 },
		{ "0000:03:00.00", -EINVAL, 0, 0 },
		{ "0000:3:00.0", -EINVAL, 0, 0 },
		{ "03:00.0 ", -EINVAL, 0, 0 },
		{ "g3:00.0", -EINVAL, 0, 0 },
		{ "", -EINVAL, 0, 0 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int bus, devfn;

		ktest_context("address \"%s\"", rows[i].text);
		ktest_assert_int_equal(sim_pci_parse(rows[i].text, &bus, &devfn), rows[i].err);
		if (rows[i].err)
			continue;
		ktest_assert_int_equal(bus, rows[i].bus);
		ktest_assert_int_equal(devfn, rows[i].devfn);
	}
}

static void test_function_sits_behind_a_root_port(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 48 };
	struct pci_dev *pdev = to_pci_dev(make_function(world, &desc, "d0", "03:00.0", 0));
	struct pci_dev *port = pci_upstream_bridge(pdev);

	ktest_assert_string_equal(pci_name(pdev), "0000:03:00.0");
	ktest_assert_non_null(port);
	ktest_assert_string_equal(pci_name(port), "0000:00:1c.0");
	ktest_assert_true(pci_is_bridge(port));
	ktest_assert_false(pci_is_bridge(pdev));
	ktest_assert_null(pci_upstream_bridge(port));
	ktest_assert_ptr_equal(pcie_find_root_port(pdev), port);
	ktest_assert_ptr_equal(port->subordinate, pdev->bus);
	ktest_assert_ptr_equal(pdev->dev.parent, &port->dev);
	ktest_assert_true(pci_is_root_bus(port->bus));
	ktest_assert_int_equal(pci_pcie_type(pdev), PCI_EXP_TYPE_ENDPOINT);
	ktest_assert_int_equal(pci_dev_id(pdev), 0x300);
	ktest_assert_ptr_equal(pci_find_host_bridge(pdev->bus), sim_pci_host_bridge(world));
	ktest_assert_u64_equal(pdev->dma_mask, (1ull << 48) - 1);
}

static void test_functions_share_a_bus(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc[3] = { { .mask_bits = 48 } };
	struct pci_dev *a = to_pci_dev(make_function(world, &desc[0], "a", "03:00.0", 0));
	struct pci_dev *b = to_pci_dev(make_function(world, &desc[1], "b", "03:00.1", 1));
	struct pci_dev *c = to_pci_dev(make_function(world, &desc[2], "c", "07:00.0", 2));

	ktest_assert_ptr_equal(a->bus, b->bus);
	ktest_assert_ptr_not_equal(a->bus, c->bus);
	ktest_assert_string_equal(pci_name(pci_upstream_bridge(c)), "0000:00:1c.1");
	ktest_assert_false(resource_overlaps(&a->resource[0], &b->resource[0]));
	ktest_assert_ptr_equal(pci_find_bus(0, 7), c->bus);
	ktest_assert_null(pci_find_bus(0, 8));
	ktest_assert_null(pci_find_bus(1, 7));
}

static void test_function_on_root_bus_has_no_bridge(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 39 };
	struct pci_dev *pdev = to_pci_dev(make_function(world, &desc, "igpu", "00:02.0", 0));

	ktest_assert_null(pci_upstream_bridge(pdev));
	ktest_assert_null(pcie_find_root_port(pdev));
	ktest_assert_int_equal(pci_pcie_type(pdev), PCI_EXP_TYPE_RC_END);
	ktest_assert_ptr_equal(pdev->dev.parent, &sim_pci_host_bridge(world)->dev);
}

static void test_bars_lie_in_bridge_windows(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc[2] = { { .mask_bits = 48 }, { .mask_bits = 48 } };
	struct pci_dev *pdev = to_pci_dev(make_function(world, &desc[0], "d0", "03:00.0", 0));
	struct pci_dev *root = to_pci_dev(make_function(world, &desc[1], "d1", "00:02.0", 1));
	struct pci_dev *port = pci_upstream_bridge(pdev);
	struct resource_entry *entry;
	unsigned int windows = 0;

	ktest_assert_true(resource_contains(&port->resource[PCI_BRIDGE_MEM_WINDOW],
					    &pdev->resource[0]));
	ktest_assert_u64_equal(pci_resource_len(pdev, 0), 0x10000);
	ktest_assert_u64_equal(pci_resource_len(pdev, 1), 0);
	resource_list_for_each_entry(entry, &sim_pci_host_bridge(world)->windows) {
		ktest_assert_u64_equal(resource_type(entry->res), IORESOURCE_MEM);
		ktest_assert_u64_equal(entry->offset, 0);
		ktest_assert_true(resource_contains(entry->res,
						    &port->resource[PCI_BRIDGE_MEM_WINDOW]));
		ktest_assert_true(resource_contains(entry->res, &root->resource[0]));
		ktest_assert_u64_equal(entry->res->start, 0xe0000000);
		ktest_assert_u64_equal(entry->res->end, 0xfebfffff);
		windows++;
	}
	ktest_assert_int_equal(windows, 1);
	ktest_assert_false(resource_overlaps(&port->resource[PCI_BRIDGE_MEM_WINDOW],
					     &root->resource[0]));
}

static void test_full_port_window_leaves_bar_unset(void **state)
{
	struct svmsim_world *world = device_world();
	unsigned int unset = 0;

	for (unsigned int i = 0; i < 20; i++)
		if (sim_pci_function(world, 3, i)->resource[0].flags & IORESOURCE_UNSET)
			unset++;
	ktest_assert_int_equal(unset, 4);
}

static void test_untrusted_makes_its_port_external(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc[2] = { { .untrusted = true }, { .untrusted = false } };
	struct pci_dev *a = to_pci_dev(make_function(world, &desc[0], "a", "03:00.0", 0));
	struct pci_dev *b = to_pci_dev(make_function(world, &desc[1], "b", "04:00.0", 1));

	ktest_assert_true(a->untrusted);
	ktest_assert_true(pci_upstream_bridge(a)->external_facing);
	ktest_assert_false(b->untrusted);
	ktest_assert_false(pci_upstream_bridge(b)->external_facing);
}

static void test_lookup_takes_a_reference(void **state)
{
	struct svmsim_world *world = device_world();
	struct svmsim_device desc = { .mask_bits = 48 };
	struct pci_dev *pdev = to_pci_dev(make_function(world, &desc, "d0", "03:00.0", 0));
	unsigned int before = kref_read(&pdev->dev.kobj.kref);

	ktest_assert_ptr_equal(pci_get_domain_bus_and_slot(0, 3, 0), pdev);
	ktest_assert_int_equal(kref_read(&pdev->dev.kobj.kref), before + 1);
	pci_dev_put(pdev);
	ktest_assert_null(pci_get_domain_bus_and_slot(0, 3, 1));
	ktest_assert_null(pci_get_domain_bus_and_slot(0, 9, 0));
	pci_dev_put(NULL);
}

static void test_as_many_ports_as_devices(void **state)
{
	struct svmsim_world *world = device_world();

	for (unsigned int bus = 1; bus <= SVMSIM_DEVICE_MAX; bus++)
		sim_pci_function(world, bus, 0);
	ktest_assert_string_equal(
		pci_name(pci_find_bus(0, SVMSIM_DEVICE_MAX)->self), "0000:00:1d.7");
}

static const struct ktest tests[] = {
	KTEST(test_as_many_ports_as_devices),
	KTEST(test_bars_lie_in_bridge_windows),
	KTEST(test_full_port_window_leaves_bar_unset),
	KTEST(test_function_on_root_bus_has_no_bridge),
	KTEST(test_function_sits_behind_a_root_port),
	KTEST(test_functions_share_a_bus),
	KTEST(test_lookup_takes_a_reference),
	KTEST(test_parse_accepts_addresses_only),
	KTEST(test_untrusted_makes_its_port_external),
};
KTEST_MAIN(tests)
