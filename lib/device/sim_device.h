/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What the model knows about a device beyond the kernel's struct device, and how the machine
 * builder makes devices. Objects made here live in the device layer's arena: they go away with the
 * run, whatever references the simulated code still holds.
 *
 * DOC: Vocabulary
 *
 * actor  the name of a device in the machine description ("d0"); reports speak of actors.
 * name   dev_name(): the PCI address of a PCI function, the actor's name otherwise; the kernel's
 *	  log and tracepoints speak of names.
 */
#ifndef DEVICE_SIM_DEVICE_H
#define DEVICE_SIM_DEVICE_H

#include <linux/device.h>
#include <linux/pci.h>
#include <linux/property.h>
#include <svmsim/machine.h>
#include "kernel/world.h"

struct iommu_domain;

/**
 * struct sim_device - the model's part of a device; dev->sim points to it
 * @domain: IOMMU domain that the device is attached to; NULL until the machine builder attaches one
 * @name: dev_name() as an interned name, for events
 * @actor_name: name in the machine description as an interned name
 * @actor: name in the machine description, for reports
 * @index: position in the machine description
 * @desc: that description; lives as long as the world
 * @peer_first: lowest bus address that may be memory of a PCI function of the machine
 * @peer_bytes: how far such addresses reach; 0 when there are none, and for a device that is none
 */
struct sim_device {
	struct iommu_domain *domain;
	u64 peer_first;
	u64 peer_bytes;
	u32 name;
	u32 actor_name;
	const char *actor;
	unsigned int index;
	const struct svmsim_device *desc;
};

extern const struct sim_layer sim_layer_device;

/**
 * sim_device_add - make the device that a description asks for
 * @world: current world
 * @desc: description, checked and with its defaults filled in (pci_address included)
 * @index: its position
 *
 * Makes a PCI function, with the bus and the root port above it where they do not exist yet, or a
 * plain device. Sets masks, coherence and the model's part, and binds the driver "svmsim".
 *
 * Return: the device, one reference held by the device layer; never NULL.
 */
struct device *sim_device_add(struct svmsim_world *world, const struct svmsim_device *desc,
			      unsigned int index);
/**
 * sim_device_get - device by its position in the machine description
 * @world: world
 * @index: position
 *
 * Return: the device, or NULL past the last.
 */
struct device *sim_device_get(struct svmsim_world *world, unsigned int index);
/**
 * sim_device_set_properties - attach a list of properties to a device
 * @world: current world
 * @dev: device
 * @properties: array ended by an entry without a name, copied with its texts; NULL takes the
 *	properties away
 */
void sim_device_set_properties(struct svmsim_world *world, struct device *dev,
			       const struct property_entry *properties);
/**
 * sim_device_unbind - what unbinding a driver from its device does: managed resources go
 * @world: current world
 * @dev: device of the machine; nothing happens when it has no driver
 */
void sim_device_unbind(struct svmsim_world *world, struct device *dev);
/**
 * sim_device_unbind_all - what unloading every driver does: managed resources go, newest first
 * @world: current world
 *
 * Devices are unbound in reverse order of their addition.
 */
void sim_device_unbind_all(struct svmsim_world *world);
/**
 * sim_device_set_unbound - be told when a driver has been unbound from a device of the machine
 * @world: current world
 * @unbound: called when managed resources are gone and dev->driver is NULL; until the next reset
 *
 * Models: the notification BUS_NOTIFY_UNBOUND_DRIVER; drivers/base/dd.c, v7.0.
 * Differs: one listener.
 */
void sim_device_set_unbound(struct svmsim_world *world, void (*unbound)(struct device *dev));
/**
 * sim_device_alloc - zeroed memory that lives until the end of the run
 * @world: world
 * @bytes: size
 *
 * Return: the memory, never NULL.
 */
void *sim_device_alloc(struct svmsim_world *world, size_t bytes);
/**
 * sim_pci_host_bridge - the first host bridge of PCI domain 0
 * @world: current world
 *
 * Return: the bridge with its windows; made with its root bus when first asked for.
 */
struct pci_host_bridge *sim_pci_host_bridge(struct svmsim_world *world);
/**
 * sim_pci_function - make a PCI function and, where missing, the root port and bus above it
 * @world: current world
 * @bus_number: 0 for the root bus
 * @devfn: device and function number
 *
 * Return: the function, initialised but for what a caller sets in its struct device.
 */
struct pci_dev *sim_pci_function(struct svmsim_world *world, unsigned int bus_number,
				 unsigned int devfn);
/**
 * sim_pci_bridges_add - make all bridges of the machine description
 * @world: current world
 *
 * To be called before the devices below them are added.
 */
void sim_pci_bridges_add(struct svmsim_world *world);
/**
 * sim_pci_assign_memory - place the memory BARs of all devices, and the windows that lead to them
 * @world: current world
 *
 * To be called when all devices were added and none is attached yet: what bridges claim is no IOVA.
 */
void sim_pci_assign_memory(struct svmsim_world *world);
/* The BAR of svmsim_device.bar_bytes. */
#define SIM_PCI_MEMORY_BAR 2
/**
 * sim_pci_memory_bytes - how much of physical space sim_pci_assign_memory() will need
 * @machine: description
 *
 * Return: an upper bound, 0 when no device has memory.
 */
u64 sim_pci_memory_bytes(const struct svmsim_machine *machine);
/**
 * sim_pci_memory_start - where that begins
 * @machine: description
 *
 * Return: physical address.
 */
u64 sim_pci_memory_start(const struct svmsim_machine *machine);
/**
 * sim_pci_route - whose memory answers a request before it gets to the host bridge
 * @client: function that sends it
 * @addr: address in the request, untranslated
 * @phys: set to the physical address of the memory
 *
 * The way up ends at the first bus on which a BAR or a bridge's window claims the address, unless
 * ACS redirects requests of the port that it came from.
 * Return: the function, or NULL when the request goes up to the host bridge.
 */
struct pci_dev *sim_pci_route(struct pci_dev *client, u64 addr, u64 *phys);
/**
 * sim_pci_memory_owner - whose memory lies at a physical address
 * @world: world
 * @phys: physical address
 *
 * Return: the function, or NULL.
 */
struct pci_dev *sim_pci_memory_owner(struct svmsim_world *world, u64 phys);
/**
 * sim_pci_host_passes - whether the host bridges pass requests from one device to another
 * @world: world
 * @client: device that sends them
 * @owner: function whose memory it is
 *
 * Return: false for a client that is no PCI function.
 */
bool sim_pci_host_passes(struct svmsim_world *world, struct device *client, struct pci_dev *owner);
/**
 * sim_pci_parse - read an address in the style of "0000:03:00.0" (or "03:00.0")
 * @text: address
 * @bus_number: set on success
 * @devfn: set on success
 *
 * Return: 0, or -EINVAL (syntax, a domain other than 0, device above 1f, function above 7).
 */
int sim_pci_parse(const char *text, unsigned int *bus_number, unsigned int *devfn);

#endif
