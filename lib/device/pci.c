/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Host bridges, buses and functions. Unless a function has a bridge of the machine description
 * above it, each bus number is led to by a root port of the first host bridge.
 */
#include "device/topology.h"
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/sim_absent.h>

/* The windows in which firmware places what 32-bit BARs need; its addresses are no good as IOVA. */
#define WINDOW_START 0xe0000000ull
#define WINDOW_LAST 0xfebfffffull
/* The other host bridges have theirs below that, one after another. */
#define OTHER_WINDOW_START 0xc0000000ull
#define OTHER_WINDOW_BYTES 0x8000000ull
#define BAR_BYTES 0x10000ull

/* A place that holds nothing but a register file: base system peripheral, other. */
#define FUNCTION_CLASS (PCI_CLASS_SYSTEM_OTHER << 8)
#define MODEL_VENDOR 0x1234
#define MODEL_FUNCTION 0x0501
/* Where the PCI Express capability lies; anything but 0 says that there is one. */
#define PCIE_CAP_OFFSET 0x40
/* Function 0 of a host bridge, by which the kernel knows what it passes on. */
#define HOST_FUNCTION_LISTED 0x2020
#define HOST_FUNCTION_SAME 0x2f00

const struct bus_type pci_bus_type = { .name = "pci" };

struct pci_bus *topo_bus_new(struct svmsim_world *world, struct pci_bus *parent,
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
		.end = parent ? number : number | (TOPO_HOST_BUSES - 1),
		.name = bus->name,
		.flags = IORESOURCE_BUS,
	};
	if (parent) {
		bus->primary = parent->number;
		list_add_tail(&bus->node, &parent->children);
		for (struct pci_bus *up = parent; up->parent; up = up->parent)
			if (up->busn_res.end < number)
				up->busn_res.end = number;
	}
	return bus;
}

void topo_window_add(struct svmsim_world *world, struct pci_host_bridge *bridge, u64 start,
		     u64 last, u64 offset)
{
	struct resource_entry *entry = sim_device_alloc(world, sizeof(*entry));

	entry->__res = (struct resource){
		.start = start,
		.end = last,
		.name = bridge->bus->name,
		.flags = IORESOURCE_MEM | IORESOURCE_WINDOW,
	};
	entry->res = &entry->__res;
	entry->offset = offset;
	resource_list_add_tail(entry, &bridge->windows);
}

/* What the kernel's list of host bridges that pass peer requests looks for. */
static void add_host_function(struct svmsim_world *world, struct pci_bus *root,
			      enum svmsim_p2p p2p)
{
	struct pci_dev *pdev = topo_dev_new(world, root, PCI_DEVFN(0, 0));

	pdev->vendor = PCI_VENDOR_ID_INTEL;
	pdev->device = p2p == SVMSIM_P2P_LISTED ? HOST_FUNCTION_LISTED : HOST_FUNCTION_SAME;
	pdev->class = PCI_CLASS_BRIDGE_HOST << 8;
	pdev->pcie_flags_reg = PCI_EXP_TYPE_RC_END << 4;
}

struct pci_host_bridge *topo_host_bridge(struct svmsim_world *world, unsigned int index)
{
	struct device_state *state = device_state_of(world);
	struct pci_host_bridge *bridge = state->bridge[index];
	unsigned int root = index * TOPO_HOST_BUSES;
	enum svmsim_p2p p2p = world->machine->host_bridge[index].p2p;

	if (bridge)
		return bridge;
	bridge = sim_device_alloc(world, sizeof(*bridge));
	state->bridge[index] = bridge;
	bridge->busnr = root;
	INIT_LIST_HEAD(&bridge->windows);
	INIT_LIST_HEAD(&bridge->dma_ranges);
	device_init_owned(&bridge->dev, NULL, device_text(world, "pci0000:%02x", root));
	bridge->bus = topo_bus_new(world, NULL, NULL, root, &bridge->dev);
	if (index) {
		u64 start = OTHER_WINDOW_START + (index - 1) * OTHER_WINDOW_BYTES;

		topo_window_add(world, bridge, start, start + OTHER_WINDOW_BYTES - 1, 0);
	} else {
		topo_window_add(world, bridge, WINDOW_START, WINDOW_LAST, 0);
	}
	if (p2p != SVMSIM_P2P_UNLISTED)
		add_host_function(world, bridge->bus, p2p);
	return bridge;
}

struct pci_host_bridge *sim_pci_host_bridge(struct svmsim_world *world)
{
	return topo_host_bridge(world, 0);
}

struct resource *topo_window(struct pci_bus *bus)
{
	if (bus->self)
		return &bus->self->resource[PCI_BRIDGE_MEM_WINDOW];
	return list_first_entry(&to_pci_host_bridge(bus->bridge)->windows, struct resource_entry,
				node)->res;
}

struct pci_dev *topo_dev_new(struct svmsim_world *world, struct pci_bus *bus, unsigned int devfn)
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

struct pci_bus *topo_bus_find(struct svmsim_world *world, unsigned int number)
{
	struct pci_host_bridge *bridge;

	for (unsigned int i = 0; i < SVMSIM_HOST_BRIDGE_MAX; i++) {
		struct pci_bus *bus;

		bridge = device_state_of(world)->bridge[i];
		bus = bridge ? bus_find(bridge->bus, number) : NULL;
		if (bus)
			return bus;
	}
	return NULL;
}

/* BAR 0 goes to the first free place of what leads to the bus, from the end on the root bus. */
static void bar_place(struct pci_dev *pdev)
{
	struct resource *window = topo_window(pdev->bus);
	struct resource *bar = &pdev->resource[0];
	bool is_root = pci_is_root_bus(pdev->bus);
	u64 start = is_root ? window->end + 1 - BAR_BYTES : window->start;

	bar->name = pci_name(pdev);
	bar->flags = IORESOURCE_MEM;
	do {
		resource_set_range(bar, start, BAR_BYTES);
		start += is_root ? -BAR_BYTES : BAR_BYTES;
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
	struct pci_host_bridge *first = sim_pci_host_bridge(world);
	struct pci_bus *bus = topo_bus_find(world, bus_number);
	struct pci_dev *pdev;

	if (!bus)
		bus = topo_root_port(world, first, bus_number, TOPO_PORT_BYTES);
	pdev = topo_dev_new(world, bus, devfn);
	pdev->class = FUNCTION_CLASS;
	pdev->device = MODEL_FUNCTION;
	pdev->pcie_flags_reg = (pci_is_root_bus(bus) ? PCI_EXP_TYPE_RC_END : PCI_EXP_TYPE_ENDPOINT)
			       << 4;
	pdev->is_busmaster = 1;
	bar_place(pdev);
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
	return domain ? NULL : topo_bus_find(sim_world, busnr);
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

pci_bus_addr_t pci_bus_address(struct pci_dev *pdev, int bar)
{
	struct pci_host_bridge *bridge = pci_find_host_bridge(pdev->bus);
	const struct resource *res = &pdev->resource[bar];
	struct resource_entry *window;

	resource_list_for_each_entry(window, &bridge->windows)
		if (resource_contains(window->res, res))
			return res->start - window->offset;
	return res->start;
}
EXPORT_SYMBOL_GPL(pci_bus_address);

static bool is_acs_control(const struct pci_dev *dev, int where)
{
	if (dev->acs_cap && where == dev->acs_cap + PCI_ACS_CTRL)
		return true;
	SIM_ABSENT("configuration space other than PCI_ACS_CTRL");
	return false;
}

int pci_read_config_word(const struct pci_dev *dev, int where, u16 *val)
{
	*val = 0xffff;
	if (!is_acs_control(dev, where))
		return PCIBIOS_BAD_REGISTER_NUMBER;
	*val = dev->sim_acs_ctrl;
	return PCIBIOS_SUCCESSFUL;
}
EXPORT_SYMBOL(pci_read_config_word);

int pci_write_config_word(const struct pci_dev *dev, int where, u16 val)
{
	if (!is_acs_control(dev, where))
		return PCIBIOS_BAD_REGISTER_NUMBER;
	((struct pci_dev *)dev)->sim_acs_ctrl = val;
	return PCIBIOS_SUCCESSFUL;
}
EXPORT_SYMBOL(pci_write_config_word);
