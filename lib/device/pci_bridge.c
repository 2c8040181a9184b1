/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Ports. Root ports sit where desktop chipsets have them, from 00:1c.0 upward. A switch is its
 * upstream port and the downstream ports on its internal bus, one for each child.
 */
#include "device/topology.h"
#include <linux/string.h>

#define PORT_FIRST_SLOT 0x1c
#define PORT_MAX 32
#define MODEL_PORT 0x0500
#define MODEL_UPSTREAM 0x0502
#define MODEL_DOWNSTREAM 0x0503
/* Where the ACS capability of a port lies. */
#define ACS_CAP_OFFSET 0x148

/* Takes the first place of the parent's window for registers. */
static void claim_window(struct pci_dev *port, u64 bytes)
{
	struct resource *window = topo_window(port->bus);
	struct resource *res = &port->resource[PCI_BRIDGE_MEM_WINDOW];
	u64 start = window->start;

	res->flags = IORESOURCE_MEM | IORESOURCE_WINDOW;
	do {
		resource_set_range(res, start, bytes);
		SIM_ASSERT(resource_contains(window, res));
		start += TOPO_PORT_BYTES;
	} while (request_resource(window, res));
}

static struct pci_dev *port_new(struct svmsim_world *world, struct pci_bus *bus,
				unsigned int devfn, unsigned int type, unsigned int bus_number,
				u64 bytes)
{
	struct pci_dev *port = topo_dev_new(world, bus, devfn);

	port->hdr_type = PCI_HEADER_TYPE_BRIDGE;
	port->class = PCI_CLASS_BRIDGE_PCI << 8;
	port->pcie_flags_reg = type << 4;
	claim_window(port, bytes);
	port->resource[PCI_BRIDGE_MEM_WINDOW].name =
		device_text(world, "PCI Bus 0000:%02x", bus_number);
	port->subordinate = topo_bus_new(world, bus, port, bus_number, &port->dev);
	return port;
}

static unsigned int host_index(struct svmsim_world *world, const struct pci_host_bridge *bridge)
{
	unsigned int index = 0;

	while (device_state_of(world)->bridge[index] != bridge)
		index++;
	return index;
}

struct pci_bus *topo_root_port(struct svmsim_world *world, struct pci_host_bridge *bridge,
			       unsigned int bus_number, u64 bytes)
{
	unsigned int index = device_state_of(world)->port_count[host_index(world, bridge)]++;
	struct pci_dev *port;

	SIM_ASSERT(index < PORT_MAX);
	port = port_new(world, bridge->bus, PCI_DEVFN(PORT_FIRST_SLOT + index / 8, index % 8),
			PCI_EXP_TYPE_ROOT_PORT, bus_number, bytes);
	port->device = MODEL_PORT;
	port->multifunction = 1;
	port->acs_cap = ACS_CAP_OFFSET;
	return port->subordinate;
}

static struct pci_dev *downstream_port(struct svmsim_world *world, struct pci_bus *internal,
				       unsigned int bus_number, unsigned int acs, u64 bytes)
{
	unsigned int slot = list_count_nodes(&internal->devices);
	struct pci_dev *port = port_new(world, internal, PCI_DEVFN(slot, 0),
					PCI_EXP_TYPE_DOWNSTREAM, bus_number, bytes);

	port->device = MODEL_DOWNSTREAM;
	port->acs_cap = ACS_CAP_OFFSET;
	port->sim_acs_ctrl = acs;
	return port;
}

static unsigned int find_bridge(const struct svmsim_machine *machine, const char *name)
{
	unsigned int i = 0;

	/* The description was checked. */
	while (SIM_ASSERT(i < machine->bridge_count), strcmp(machine->bridge[i].name, name))
		i++;
	return i;
}

/* Windows for registers: as much for each port as for a root port that stands alone. */
static u64 register_bytes(const struct svmsim_machine *machine, unsigned int index)
{
	const struct svmsim_bridge *bridge = &machine->bridge[index];
	u64 bytes = bridge->kind == SVMSIM_SWITCH ? 0 : TOPO_PORT_BYTES;

	for (unsigned int i = index + 1; i < machine->bridge_count; i++)
		if (!strcmp(machine->bridge[i].parent, bridge->name))
			bytes += register_bytes(machine, i);
	for (unsigned int i = 0; i < machine->device_count && bridge->kind == SVMSIM_SWITCH; i++)
		if (!strcmp(machine->device[i].parent, bridge->name))
			bytes += TOPO_PORT_BYTES;
	return bytes ? bytes : TOPO_PORT_BYTES;
}

/* The bus that a switch's upstream port sits on. */
static struct pci_bus *bus_above_switch(struct svmsim_world *world,
					const struct svmsim_bridge *bridge, u64 bytes)
{
	const struct svmsim_machine *machine = world->machine;
	unsigned int parent = find_bridge(machine, bridge->parent);
	struct pci_bus *bus = device_state_of(world)->port[parent]->subordinate;

	if (machine->bridge[parent].kind != SVMSIM_SWITCH)
		return bus;
	/* Buses are numbered so that the port between the two switches comes first. */
	return downstream_port(world, bus, bridge->bus - 1, machine->bridge[parent].acs, bytes)
		->subordinate;
}

static struct pci_dev *add_bridge(struct svmsim_world *world, unsigned int index)
{
	const struct svmsim_machine *machine = world->machine;
	const struct svmsim_bridge *bridge = &machine->bridge[index];
	u64 bytes = register_bytes(machine, index);
	struct pci_dev *port;
	struct pci_bus *bus;

	switch (bridge->kind) {
	case SVMSIM_ROOT_PORT:
		port = topo_root_port(world, topo_host_bridge(world, bridge->host_bridge),
				      bridge->bus, bytes)->self;
		port->sim_acs_ctrl = bridge->acs;
		return port;
	case SVMSIM_SWITCH:
		bus = bus_above_switch(world, bridge, bytes);
		port = port_new(world, bus, PCI_DEVFN(list_count_nodes(&bus->devices), 0),
				PCI_EXP_TYPE_UPSTREAM, bridge->bus, bytes);
		port->device = MODEL_UPSTREAM;
		return port;
	case SVMSIM_DOWNSTREAM_PORT:
		break;
	}
	bus = device_state_of(world)->port[find_bridge(machine, bridge->parent)]->subordinate;
	return downstream_port(world, bus, bridge->bus, bridge->acs, bytes);
}

void sim_pci_bridges_add(struct svmsim_world *world)
{
	for (unsigned int i = 0; i < world->machine->bridge_count; i++)
		device_state_of(world)->port[i] = add_bridge(world, i);
}

struct pci_bus *topo_bus_below(struct svmsim_world *world, const char *parent,
			       unsigned int bus_number)
{
	unsigned int index = find_bridge(world->machine, parent);
	const struct svmsim_bridge *bridge = &world->machine->bridge[index];
	struct pci_bus *bus = device_state_of(world)->port[index]->subordinate;

	if (bridge->kind != SVMSIM_SWITCH)
		return bus;
	return downstream_port(world, bus, bus_number, bridge->acs, TOPO_PORT_BYTES)->subordinate;
}
