/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * PCI topology of a machine description: host bridges, bridges, which device is below which. Buses
 * are numbered depth first, as firmware does it.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/string.h>
#include "machine/description.h"
#include "machine/machine_internal.h"

#define ACS_BITS (SVMSIM_ACS_REQUEST | SVMSIM_ACS_COMPLETION | SVMSIM_ACS_EGRESS)
/* Bus numbers of a host bridge, and the first that bridges of the description take. */
#define HOST_BUSES 0x40u
#define FIRST_BUS 0x20u
#define FUNCTION_MAX 8
#define OFFSET_UNIT_BYTES (1ull << 20)

static int check_host_bridges(struct svmsim_machine *machine, struct description_message *message)
{
	if (!machine->host_bridge_count)
		machine->host_bridge_count = 1;
	if (machine->host_bridge_count > SVMSIM_HOST_BRIDGE_MAX)
		return description_fail(message, "host_bridge_count: %u is too many, at most %u",
					machine->host_bridge_count, SVMSIM_HOST_BRIDGE_MAX);
	for (unsigned int i = 0; i < machine->host_bridge_count; i++) {
		const struct svmsim_host_bridge *host = &machine->host_bridge[i];

		if ((unsigned int)host->p2p > SVMSIM_P2P_SAME)
			return description_fail(message,
						"host_bridge[%u].p2p: %u is unknown, at most %u", i,
						host->p2p, SVMSIM_P2P_SAME);
		if (host->offset_bytes % OFFSET_UNIT_BYTES ||
		    host->offset_bytes > sim_pci_memory_start(machine))
			return description_fail(message,
						"host_bridge[%u].offset_bytes: 0x%llx must be a "
						"multiple of 1 MiB, at most 0x%llx",
						i, (u64)host->offset_bytes,
						sim_pci_memory_start(machine));
	}
	return 0;
}

static struct svmsim_bridge *find_bridge(struct svmsim_machine *machine, const char *name,
					 unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!strcmp(machine->bridge[i].name, name))
			return &machine->bridge[i];
	return NULL;
}

static int check_bridge_name(struct svmsim_machine *machine, unsigned int index,
			     struct description_message *message)
{
	const struct svmsim_bridge *bridge = &machine->bridge[index];

	if (strnlen(bridge->name, SVMSIM_NAME_MAX) == SVMSIM_NAME_MAX ||
	    strnlen(bridge->parent, SVMSIM_NAME_MAX) == SVMSIM_NAME_MAX)
		return description_fail(message,
					"bridge[%u].name: too long, at most %u characters, as its "
					"parent's",
					index, SVMSIM_NAME_MAX - 1);
	if (!description_name_is_right(bridge->name))
		return description_fail(message,
					"bridge[%u].name: \"%s\" must be a letter followed by "
					"letters "
					"and digits, as in \"sw%u\"",
					index, bridge->name, index);
	if (find_bridge(machine, bridge->name, index))
		return description_fail(message, "bridge[%u].name: \"%s\" is a bridge already",
					index, bridge->name);
	for (unsigned int i = 0; i < machine->device_count; i++)
		if (!strcmp(machine->device[i].name, bridge->name))
			return description_fail(message,
						"bridge[%u].name: \"%s\" is device[%u] already",
						index, bridge->name, i);
	return 0;
}

static int check_root_port(const struct svmsim_machine *machine, unsigned int index,
			   struct description_message *message)
{
	const struct svmsim_bridge *bridge = &machine->bridge[index];

	if (bridge->parent[0])
		return description_fail(
			message, "bridge[%u].parent: a root port has none, leave it empty", index);
	if (bridge->host_bridge >= machine->host_bridge_count)
		return description_fail(message,
					"bridge[%u].host_bridge: there is no %u, host_bridge_count "
					"is "
					"%u",
					index, bridge->host_bridge, machine->host_bridge_count);
	return 0;
}

/* A link ends in one device: a switch, or functions. */
static bool link_is_taken(const struct svmsim_machine *machine, unsigned int index)
{
	const char *parent = machine->bridge[index].parent;

	for (unsigned int i = 0; i < index; i++)
		if (!strcmp(machine->bridge[i].parent, parent))
			return true;
	for (unsigned int i = 0; i < machine->device_count; i++)
		if (!strcmp(machine->device[i].parent, parent))
			return true;
	return false;
}

static int check_bridge_parent(struct svmsim_machine *machine, unsigned int index,
			       struct description_message *message)
{
	const struct svmsim_bridge *bridge = &machine->bridge[index], *parent;

	if (bridge->kind == SVMSIM_ROOT_PORT)
		return check_root_port(machine, index, message);
	parent = find_bridge(machine, bridge->parent, index);
	if (!parent)
		return description_fail(message,
					"bridge[%u].parent: no bridge declared before is called "
					"\"%s\"",
					index, bridge->parent);
	if (bridge->kind == SVMSIM_DOWNSTREAM_PORT && parent->kind != SVMSIM_SWITCH)
		return description_fail(message,
					"bridge[%u].parent: \"%s\" is no switch, which a "
					"downstream "
					"port needs",
					index, bridge->parent);
	if (parent->kind != SVMSIM_SWITCH && link_is_taken(machine, index))
		return description_fail(message,
					"bridge[%u].parent: \"%s\" leads to another device "
					"already, "
					"put a switch between",
					index, bridge->parent);
	return 0;
}

static int check_bridges(struct svmsim_machine *machine, struct description_message *message)
{
	if (machine->bridge_count > SVMSIM_BRIDGE_MAX)
		return description_fail(message, "bridge_count: %u is too many, at most %u",
					machine->bridge_count, SVMSIM_BRIDGE_MAX);
	for (unsigned int i = 0; i < machine->bridge_count; i++) {
		const struct svmsim_bridge *bridge = &machine->bridge[i];
		int err;

		if ((unsigned int)bridge->kind > SVMSIM_DOWNSTREAM_PORT)
			return description_fail(message,
						"bridge[%u].kind: %u is unknown, at most %u", i,
						bridge->kind, SVMSIM_DOWNSTREAM_PORT);
		if (bridge->acs & ~ACS_BITS)
			return description_fail(message,
						"bridge[%u].acs: 0x%x has bits that are not "
						"modelled, "
						"0x%x are",
						i, bridge->acs, ACS_BITS);
		err = check_bridge_name(machine, i, message);
		if (!err)
			err = check_bridge_parent(machine, i, message);
		if (err)
			return err;
	}
	return 0;
}

static int check_position(struct svmsim_machine *machine, unsigned int index,
			  struct description_message *message)
{
	const struct svmsim_device *device = &machine->device[index];
	const struct svmsim_bridge *parent;
	unsigned int before = 0;

	if (device->non_pci)
		return description_fail(message,
					"device[%u].parent: a device with non_pci has none, leave "
					"it "
					"empty",
					index);
	parent = find_bridge(machine, device->parent, machine->bridge_count);
	if (!parent)
		return description_fail(message, "device[%u].parent: no bridge is called \"%s\"",
					index, device->parent);
	for (unsigned int i = 0; i < index; i++)
		before += !strcmp(machine->device[i].parent, device->parent);
	if (parent->kind != SVMSIM_SWITCH && before >= FUNCTION_MAX)
		return description_fail(message,
					"device[%u].parent: \"%s\" has %u functions already, put a "
					"switch between",
					index, device->parent, FUNCTION_MAX);
	return 0;
}

static int check_bar(const struct svmsim_machine *machine, unsigned int index,
		     struct description_message *message)
{
	const struct svmsim_device *device = &machine->device[index];
	u64 start = sim_pci_memory_start(machine);

	if (device->non_pci)
		return description_fail(message,
					"device[%u].bar_bytes: only a PCI function has a BAR, drop "
					"non_pci or bar_bytes",
					index);
	if (!is_power_of_2(device->bar_bytes) || device->bar_bytes < PAGE_SIZE)
		return description_fail(message,
					"device[%u].bar_bytes: %llu is no power of two of at least "
					"4096",
					index, (u64)device->bar_bytes);
	if (device->bar_bytes > start || sim_pci_memory_bytes(machine) > start ||
	    sim_phys_layout_end(machine) > start)
		return description_fail(message,
					"device[%u].bar_bytes: %llu does not fit, memory of "
					"devices "
					"takes the upper half of width_bits %u",
					index, (u64)device->bar_bytes, machine->width_bits);
	return 0;
}

/**
 * struct numbering - buses given out so far
 * @machine: description
 * @next: next bus of the host bridge at hand
 * @other: device whose address in the description was another one, -1 for none
 */
struct numbering {
	struct svmsim_machine *machine;
	unsigned int next;
	int other;
};

static void number_device(struct numbering *numbering, unsigned int index,
			  const struct svmsim_bridge *parent, unsigned int function)
{
	char *address = numbering->machine->device[index].pci_address;
	unsigned int bus = parent->kind == SVMSIM_SWITCH ? numbering->next++ : parent->bus;
	char text[SVMSIM_NAME_MAX];

	host_snprintf(text, sizeof(text), "0000:%02x:00.%u", bus,
		      parent->kind == SVMSIM_SWITCH ? 0 : function);
	/* A description that went through here before has it already. */
	if (address[0] && strcmp(address, text))
		numbering->other = index;
	strscpy(address, text, SVMSIM_NAME_MAX);
}

static void number_bridge(struct numbering *numbering, unsigned int index)
{
	struct svmsim_machine *machine = numbering->machine;
	struct svmsim_bridge *bridge = &machine->bridge[index];
	unsigned int function = 0;

	bridge->bus = numbering->next++;
	for (unsigned int i = index + 1; i < machine->bridge_count; i++) {
		if (strcmp(machine->bridge[i].parent, bridge->name))
			continue;
		/* Between two switches there is a port with a bus of its own. */
		if (bridge->kind == SVMSIM_SWITCH && machine->bridge[i].kind == SVMSIM_SWITCH)
			numbering->next++;
		number_bridge(numbering, i);
	}
	for (unsigned int i = 0; i < machine->device_count; i++)
		if (!strcmp(machine->device[i].parent, bridge->name))
			number_device(numbering, i, bridge, function++);
}

static int number_host(struct svmsim_machine *machine, unsigned int host,
		       struct description_message *message)
{
	struct numbering numbering = {
		.machine = machine,
		.next = host ? host * HOST_BUSES + 1 : FIRST_BUS,
		.other = -1,
	};

	for (unsigned int i = 0; i < machine->bridge_count; i++)
		if (machine->bridge[i].kind == SVMSIM_ROOT_PORT &&
		    machine->bridge[i].host_bridge == host)
			number_bridge(&numbering, i);
	if (numbering.next > (host + 1) * HOST_BUSES)
		return description_fail(message,
					"bridge_count: host_bridge %u has too many buses, move "
					"some "
					"bridges to another",
					host);
	if (numbering.other >= 0)
		return description_fail(message,
					"device[%u].pci_address: with a parent it is \"%s\", leave "
					"it "
					"empty",
					numbering.other,
					machine->device[numbering.other].pci_address);
	return 0;
}

int description_check_topology(struct svmsim_machine *machine, struct description_message *message)
{
	int err = check_host_bridges(machine, message);

	if (!err)
		err = check_bridges(machine, message);
	for (unsigned int i = 0; i < machine->device_count && !err; i++) {
		if (machine->device[i].parent[0])
			err = check_position(machine, i, message);
		if (machine->device[i].bar_bytes && !err)
			err = check_bar(machine, i, message);
	}
	for (unsigned int i = 0; i < machine->host_bridge_count && !err; i++)
		err = number_host(machine, i, message);
	return err;
}

bool description_bus_is_bridges(const struct svmsim_machine *machine, unsigned int bus)
{
	unsigned int in_host = bus % HOST_BUSES;

	if (bus / HOST_BUSES >= machine->host_bridge_count)
		return false;
	/* Root buses of the others are theirs, and so is what follows up to their next one. */
	if (bus >= HOST_BUSES)
		return true;
	return machine->bridge_count && in_host >= FIRST_BUS;
}
