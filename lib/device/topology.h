/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Parts that PCI topologies are made of; shared by the files that make and search them. */
#ifndef DEVICE_TOPOLOGY_H
#define DEVICE_TOPOLOGY_H

#include "device/device_internal.h"

/* Bus numbers of one host bridge. */
#define TOPO_HOST_BUSES 0x40u
/* What a port needs for the registers behind it; windows of bridges are aligned to as much. */
#define TOPO_PORT_BYTES 0x100000ull

/* A bus behind the port @self, or behind the host bridge @bridge when @self is NULL. */
struct pci_bus *topo_bus_new(struct svmsim_world *world, struct pci_bus *parent,
			     struct pci_dev *self, unsigned int number, struct device *bridge);
struct pci_bus *topo_bus_find(struct svmsim_world *world, unsigned int number);
/* A function without class, type and BARs. */
struct pci_dev *topo_dev_new(struct svmsim_world *world, struct pci_bus *bus, unsigned int devfn);
/* A host bridge by its position, made when first asked for. */
struct pci_host_bridge *topo_host_bridge(struct svmsim_world *world, unsigned int index);
/* @offset: addresses of the CPU minus those on the bus. */
void topo_window_add(struct svmsim_world *world, struct pci_host_bridge *bridge, u64 start,
		     u64 last, u64 offset);
/* The window for registers of what leads to @bus. */
struct resource *topo_window(struct pci_bus *bus);
/* The next root port, with @bytes of register window; returns the bus that it leads to. */
struct pci_bus *topo_root_port(struct svmsim_world *world, struct pci_host_bridge *bridge,
			       unsigned int bus_number, u64 bytes);
/* The bus that a function whose parent is a bridge of the machine description goes to. */
struct pci_bus *topo_bus_below(struct svmsim_world *world, const char *parent,
			       unsigned int bus_number);

#endif
