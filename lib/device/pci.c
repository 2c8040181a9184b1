/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * PCI topology: one host bridge, a root bus, and for each further bus number a root port that leads
 * to it. Root ports sit where desktop chipsets have them, from 00:1c.0 upward.
 */
#include "device/device_internal.h"
#include <linux/errno.h>
#include <linux/export.h>

/* The window in which firmware places what 32-bit BARs need; its addresses are no good as IOVA. */
#define WINDOW_START 0xe0000000ull
#define WINDOW_LAST 0xfebfffffull
/* Each root port gets this much of it, aligned to the same size as bridges require. */
#define PORT_WINDOW_BYTES 0x100000ull
#define BAR_BYTES 0x10000ull
#define PORT_FIRST_SLOT 0x1c
#define PORT_MAX 32

/* A place that holds nothing but a register file: base system peripheral, other. */
#define FUNCTION_CLASS (PCI_CLASS_SYSTEM_OTHER << 8)
#define MODEL_VENDOR 0x1234
#define MODEL_FUNCTION 0x0501
#define MODEL_PORT 0x0500
/* Where the PCI Express capability lies; anything but 0 says that there is one. */
#define PCIE_CAP_OFFSET 0x40

const struct bus_type pci_bus_type = { .name = "pci" };

static struct pci_bus *bus_new(struct svmsim_world *world, struct pci_bus *parent,
			       struct pci_dev *self, unsigned int number, struct device *bridge)
{
	struct pci_bus *bus = sim_device_alloc(world, sizeof(*bus));

	INIT_LIST_HEAD(&bus->children);
	INIT_LIST_HEAD(&bus->devices);
	INIT_LIST_HEAD(&bus->node);
	bus->parent = parent;
	bus->self = self;
	bus->number = number;
	bus->bridge = bridge;
	host_snprintf(bus->name, sizeof(bus->name), "PCI Bus 0000:%02x", number);
	device_init_owned(&bus->dev, bridge, device_text(world, "0000:%02x", number));
	bus->busn_res = (struct resource){
		.start = number,
		.end = parent ? number : 0xff,
		.name = bus->name,
		.flags = IORESOURCE_BUS,
	};
	if (parent) {
		bus->primary = parent->number;
		list_add_tail(&bus->node, &parent->children);
	}
	return bus;
}

static void window_add(struct svmsim_world *world, struct pci_host_bridge *bridge, u64 start,
		       u64 last)
{
	struct resource_entry *entry = sim_device_alloc(world, sizeof(*entry));

	entry->__res = (struct resource){
		.start = start,
		.end = last,
		.name = bridge->bus->name,
		.flags = IORESOURCE_MEM | IORESOURCE_WINDOW,
	};
	entry->res = &entry->__res;
	resource_list_add_tail(entry, &bridge->windows);
}

struct pci_host_bridge *sim_pci_host_bridge(struct svmsim_world *world)
{
	struct device_state *state = device_state_of(world);
	struct pci_host_bridge *bridge = state->bridge;

	if (bridge)
		return bridge;
	bridge = sim_device_alloc(world, sizeof(*bridge));
	state->bridge = bridge;
	INIT_LIST_HEAD(&bridge->windows);
	INIT_LIST_HEAD(&bridge->dma_ranges);
	device_init_owned(&bridge->dev, NULL, "pci0000:00");
	bridge->bus = bus_new(world, NULL, NULL, 0, &bridge->dev);
	window_add(world, bridge, WINDOW_START, WINDOW_LAST);
	return bridge;
}

static struct resource *window_of(struct svmsim_world *world)
{
	struct resource_entry *entry = list_first_entry(&sim_pci_host_bridge(world)->windows,
							 struct resource_entry, node);

	return entry->res;
}

static struct pci_dev *dev_new(struct svmsim_world *world, struct pci_bus *bus, unsigned int devfn)
{
	struct pci_dev *pdev = sim_device_alloc(world, sizeof(*pdev));
	struct device *parent = bus->self ? &bus->self->dev : bus->bridge;

	pdev->bus = bus;
	pdev->devfn = devfn;
	pdev->vendor = MODEL_VENDOR;
	pdev->pcie_cap = PCIE_CAP_OFFSET;
	pdev->dma_mask = 0xffffffff;
	pdev->dma_parms.max_segment_size = 65536;
	pdev->dma_parms.segment_boundary_mask = 0xffffffff;
	device_init_owned(&pdev->dev, parent,
			  device_text(world, "0000:%02x:%02x.%u", bus->number, PCI_SLOT(devfn),
				      PCI_FUNC(devfn)));
	pdev->dev.bus = &pci_bus_type;
	pdev->dev.dma_mask = &pdev->dma_mask;
	pdev->dev.coherent_dma_mask = 0xffffffff;
	pdev->dev.dma_parms = &pdev->dma_parms;
	list_add_tail(&pdev->bus_list, &bus->devices);
	return pdev;
}

/* The root port that leads to a new bus. */
static struct pci_bus *port_new(struct svmsim_world *world, unsigned int bus_number)
{
	struct device_state *state = device_state_of(world);
	struct pci_bus *root = sim_pci_host_bridge(world)->bus;
	struct resource *window = window_of(world);
	unsigned int index = state->port_count++;
	struct pci_dev *port;
	struct resource *res;

	SIM_ASSERT(index < PORT_MAX);
	port = dev_new(world, root, PCI_DEVFN(PORT_FIRST_SLOT + index / 8, index % 8));
	port->hdr_type = PCI_HEADER_TYPE_BRIDGE;
	port->class = PCI_CLASS_BRIDGE_PCI << 8;
	port->device = MODEL_PORT;
	port->pcie_flags_reg = PCI_EXP_TYPE_ROOT_PORT << 4;
	port->multifunction = 1;
	res = &port->resource[PCI_BRIDGE_MEM_WINDOW];
	res->name = device_text(world, "PCI Bus 0000:%02x", bus_number);
	res->flags = IORESOURCE_MEM | IORESOURCE_WINDOW;
	resource_set_range(res, window->start + (u64)index * PORT_WINDOW_BYTES, PORT_WINDOW_BYTES);
	SIM_ASSERT(!request_resource(window, res));
	port->subordinate = bus_new(world, root, port, bus_number, &port->dev);
	return port->subordinate;
}

static struct pci_bus *bus_find(struct pci_bus *bus, unsigned int number)
{
	struct pci_bus *child;

	if (bus->number == number)
		return bus;
	list_for_each_entry(child, &bus->children, node) {
		struct pci_bus *found = bus_find(child, number);

		if (found)
			return found;
	}
	return NULL;
}

/* BAR 0 goes to the first free place of what leads to the bus, from the end on the root bus. */
static void bar_place(struct svmsim_world *world, struct pci_dev *pdev)
{
	struct pci_dev *port = pci_upstream_bridge(pdev);
	struct resource *window = port ? &port->resource[PCI_BRIDGE_MEM_WINDOW] : window_of(world);
	struct resource *bar = &pdev->resource[0];
	u64 start = port ? window->start : window->end + 1 - BAR_BYTES;

	bar->name = pci_name(pdev);
	bar->flags = IORESOURCE_MEM;
	do {
		resource_set_range(bar, start, BAR_BYTES);
		start += port ? BAR_BYTES : -BAR_BYTES;
		if (!resource_contains(window, bar)) {
			/* More functions behind one port than its window has room for. */
			*bar = (struct resource){ .name = bar->name,
						  .flags = IORESOURCE_MEM | IORESOURCE_UNSET };
			return;
		}
	} while (request_resource(window, bar));
}

struct pci_dev *sim_pci_function(struct svmsim_world *world, unsigned int bus_number,
				 unsigned int devfn)
{
	struct pci_bus *bus = bus_find(sim_pci_host_bridge(world)->bus, bus_number);
	struct pci_dev *pdev;

	if (!bus)
		bus = port_new(world, bus_number);
	pdev = dev_new(world, bus, devfn);
	pdev->class = FUNCTION_CLASS;
	pdev->device = MODEL_FUNCTION;
	pdev->pcie_flags_reg = (pci_is_root_bus(bus) ? PCI_EXP_TYPE_RC_END : PCI_EXP_TYPE_ENDPOINT)
			       << 4;
	pdev->is_busmaster = 1;
	bar_place(world, pdev);
	return pdev;
}

/* Reads exactly @digits hexadecimal digits. */
static bool parse_hex(const char **text, unsigned int digits, unsigned int *value)
{
	*value = 0;
	for (; digits; digits--, (*text)++) {
		char c = **text;

		if (c >= '0' && c <= '9')
			*value = *value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			*value = *value * 16 + (c - 'A' + 10);
		else
			return false;
	}
	return true;
}

int sim_pci_parse(const char *text, unsigned int *bus_number, unsigned int *devfn)
{
	unsigned int domain, slot, function;
	const char *at = text;

	if (parse_hex(&at, 4, &domain) && *at == ':') {
		if (domain)
			return -EINVAL;
		text = at + 1;
	}
	if (!parse_hex(&text, 2, bus_number) || *text++ != ':' || !parse_hex(&text, 2, &slot) ||
	    *text++ != '.' || !parse_hex(&text, 1, &function) || *text)
		return -EINVAL;
	if (slot > 0x1f || function > 7)
		return -EINVAL;
	*devfn = PCI_DEVFN(slot, function);
	return 0;
}

struct pci_host_bridge *pci_find_host_bridge(struct pci_bus *bus)
{
	while (bus->parent)
		bus = bus->parent;
	return to_pci_host_bridge(bus->bridge);
}
EXPORT_SYMBOL_GPL(pci_find_host_bridge);

struct pci_dev *pci_dev_get(struct pci_dev *dev)
{
	if (dev)
		get_device(&dev->dev);
	return dev;
}
EXPORT_SYMBOL(pci_dev_get);

void pci_dev_put(struct pci_dev *dev)
{
	if (dev)
		put_device(&dev->dev);
}
EXPORT_SYMBOL(pci_dev_put);

struct pci_bus *pci_find_bus(int domain, int busnr)
{
	struct pci_host_bridge *bridge = device_state_of(sim_world)->bridge;

	if (domain || !bridge)
		return NULL;
	return bus_find(bridge->bus, busnr);
}
EXPORT_SYMBOL(pci_find_bus);

struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn)
{
	struct pci_bus *found = pci_find_bus(domain, bus);
	struct pci_dev *pdev;

	if (!found)
		return NULL;
	list_for_each_entry(pdev, &found->devices, bus_list)
		if (pdev->devfn == devfn)
			return pci_dev_get(pdev);
	return NULL;
}
EXPORT_SYMBOL(pci_get_domain_bus_and_slot);
