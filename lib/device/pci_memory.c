/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Memory of devices: BARs that other devices can reach. They lie in the upper half of physical
 * space, each aligned to its size, inside prefetchable windows of the bridges above them. Here is
 * also the way that a request takes to them.
 */
#include "device/topology.h"
#include <linux/align.h>
#include <linux/minmax.h>

#define DEFAULT_WIDTH_BITS 40

u64 sim_pci_memory_start(const struct svmsim_machine *machine)
{
	return 1ull << ((machine->width_bits ? machine->width_bits : DEFAULT_WIDTH_BITS) - 1);
}

u64 sim_pci_memory_bytes(const struct svmsim_machine *machine)
{
	u64 largest = 0, sum = 0;

	/* Placing one may skip up to the largest size to reach its alignment. */
	for (unsigned int i = 0; i < machine->device_count; i++)
		largest = max(largest, (u64)machine->device[i].bar_bytes);
	for (unsigned int i = 0; i < machine->device_count; i++)
		if (machine->device[i].bar_bytes)
			sum += max((u64)machine->device[i].bar_bytes, TOPO_PORT_BYTES) + largest;
	return sum;
}

static u64 place_bus(struct pci_bus *bus, u64 cursor);

/* A window over what lies below; no window when that is nothing. */
static u64 place_bridge(struct pci_dev *bridge, u64 cursor)
{
	struct resource *window = &bridge->resource[PCI_BRIDGE_PREF_MEM_WINDOW];
	u64 start = ALIGN(cursor, TOPO_PORT_BYTES);
	u64 end = place_bus(bridge->subordinate, start);
	struct pci_dev *pdev;

	if (end == start)
		return cursor;
	end = ALIGN(end, TOPO_PORT_BYTES);
	window->name = bridge->resource[PCI_BRIDGE_MEM_WINDOW].name;
	window->flags = IORESOURCE_MEM | IORESOURCE_PREFETCH | IORESOURCE_MEM_64 |
			IORESOURCE_WINDOW;
	resource_set_range(window, start, end - start);
	list_for_each_entry(pdev, &bridge->subordinate->devices, bus_list) {
		unsigned int n = pci_is_bridge(pdev) ? PCI_BRIDGE_PREF_MEM_WINDOW :
						       SIM_PCI_MEMORY_BAR;

		if (pci_resource_flags(pdev, n))
			SIM_ASSERT(!request_resource(window, &pdev->resource[n]));
	}
	return end;
}

static const struct svmsim_device *desc_of(const struct pci_dev *pdev)
{
	return pdev->dev.sim ? pdev->dev.sim->desc : NULL;
}

static u64 place_bar(struct pci_dev *pdev, u64 cursor)
{
	struct resource *bar = &pdev->resource[SIM_PCI_MEMORY_BAR];
	u64 bytes = desc_of(pdev) ? desc_of(pdev)->bar_bytes : 0;

	if (!bytes)
		return cursor;
	bar->name = pci_name(pdev);
	bar->flags = IORESOURCE_MEM | IORESOURCE_PREFETCH | IORESOURCE_MEM_64;
	resource_set_range(bar, ALIGN(cursor, bytes), bytes);
	return bar->end + 1;
}

static u64 place_bus(struct pci_bus *bus, u64 cursor)
{
	struct pci_dev *pdev;

	list_for_each_entry(pdev, &bus->devices, bus_list)
		cursor = pci_is_bridge(pdev) ? place_bridge(pdev, cursor) :
					       place_bar(pdev, cursor);
	return cursor;
}

/* The bus addresses of all memory, so that a device's requests elsewhere need no closer look. */
static void set_peer_range(struct svmsim_world *world)
{
	u64 first = ~0ull, last = 0;
	struct device *dev;

	for (unsigned int i = 0; (dev = sim_device_get(world, i)); i++) {
		struct pci_dev *pdev = dev_is_pci(dev) ? to_pci_dev(dev) : NULL;

		if (!pdev || !pci_resource_len(pdev, SIM_PCI_MEMORY_BAR))
			continue;
		first = min(first, pci_bus_address(pdev, SIM_PCI_MEMORY_BAR));
		last = max(last, pci_bus_address(pdev, SIM_PCI_MEMORY_BAR) +
					 pci_resource_len(pdev, SIM_PCI_MEMORY_BAR) - 1);
	}
	for (unsigned int i = 0; (dev = sim_device_get(world, i)) && first <= last; i++)
		if (dev_is_pci(dev)) {
			dev->sim->peer_first = first;
			dev->sim->peer_bytes = last - first + 1;
		}
}

void sim_pci_assign_memory(struct svmsim_world *world)
{
	const struct svmsim_machine *machine = world->machine;
	u64 cursor = sim_pci_memory_start(machine);

	if (!sim_pci_memory_bytes(machine))
		return;
	for (unsigned int i = 0; i < SVMSIM_HOST_BRIDGE_MAX; i++) {
		struct pci_host_bridge *bridge = device_state_of(world)->bridge[i];
		u64 start = cursor;

		if (!bridge)
			continue;
		cursor = ALIGN(place_bus(bridge->bus, start), TOPO_PORT_BYTES);
		if (cursor > start)
			topo_window_add(world, bridge, start, cursor - 1,
					machine->host_bridge[i].offset_bytes);
	}
	set_peer_range(world);
}

/* CPU addresses minus bus addresses of memory below a host bridge. */
static u64 offset_of(struct pci_bus *bus)
{
	struct resource_entry *window;
	u64 offset = 0;

	resource_list_for_each_entry(window, &pci_find_host_bridge(bus)->windows)
		offset = window->offset;
	return offset;
}

static bool claims(const struct pci_dev *pdev, u64 phys)
{
	const struct resource *res =
		&pdev->resource[pci_is_bridge(pdev) ? PCI_BRIDGE_PREF_MEM_WINDOW :
						      SIM_PCI_MEMORY_BAR];

	return res->flags && phys >= res->start && phys <= res->end;
}

/* Down from @bus, but not back to where the request came from. */
static struct pci_dev *find_below(struct pci_bus *bus, const struct pci_dev *from, u64 phys)
{
	struct pci_dev *pdev;

	list_for_each_entry(pdev, &bus->devices, bus_list) {
		if (!claims(pdev, phys) || (pdev == from && pci_is_bridge(pdev)))
			continue;
		return pci_is_bridge(pdev) ? find_below(pdev->subordinate, NULL, phys) : pdev;
	}
	return NULL;
}

struct pci_dev *sim_pci_route(struct pci_dev *client, u64 addr, u64 *phys)
{
	u64 at = addr + offset_of(client->bus);

	for (struct pci_dev *from = client; from; from = from->bus->self) {
		struct pci_dev *found;

		/* What integrated functions and root ports send is the host bridge's. */
		if (pci_is_root_bus(from->bus))
			return NULL;
		if (from->sim_acs_ctrl & PCI_ACS_RR)
			continue;
		found = find_below(from->bus, from, at);
		if (found) {
			*phys = at;
			return found;
		}
	}
	return NULL;
}

struct pci_dev *sim_pci_memory_owner(struct svmsim_world *world, u64 phys)
{
	struct device *dev;

	for (unsigned int i = 0; (dev = sim_device_get(world, i)); i++)
		if (dev_is_pci(dev) && claims(to_pci_dev(dev), phys))
			return to_pci_dev(dev);
	return NULL;
}

static enum svmsim_p2p p2p_of(struct svmsim_world *world, struct pci_bus *bus)
{
	return world->machine->host_bridge[bus->number / TOPO_HOST_BUSES].p2p;
}

bool sim_pci_host_passes(struct svmsim_world *world, struct device *client, struct pci_dev *owner)
{
	enum svmsim_p2p from, to;
	struct pci_bus *bus;

	if (!dev_is_pci(client))
		return false;
	if (world->machine->p2p_cpu)
		return true;
	bus = to_pci_dev(client)->bus;
	from = p2p_of(world, pci_find_host_bridge(bus)->bus);
	to = p2p_of(world, pci_find_host_bridge(owner->bus)->bus);
	if (pci_find_host_bridge(bus) == pci_find_host_bridge(owner->bus))
		return from != SVMSIM_P2P_UNLISTED;
	return from == SVMSIM_P2P_LISTED && to == SVMSIM_P2P_LISTED;
}
