/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The devices of a machine description. */
#include <linux/errno.h>
#include <linux/string.h>
#include "iova_sim/domain.h"
#include "machine/description.h"
#include "machine/machine_internal.h"

/* What other actors of a scenario are called. */
static const char *const reserved_names[] = { "ram", "cpu" };
/* Root ports take the root bus from here on. */
#define PORT_FIRST_SLOT 0x1c
#define DEFAULT_FIRST_BUS 3
#define MIN_ALIGN_BYTES_MAX 65536u

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool description_name_is_right(const char *name)
{
	if (!is_letter(*name))
		return false;
	while (*++name)
		if (!is_letter(*name) && !is_digit(*name))
			return false;
	return true;
}

/* Levenshtein's distance, row by row. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[SVMSIM_NAME_MAX + 1];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			unsigned int best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}

const char *description_nearest(const char *word, const char *(*known)(unsigned int index))
{
	const char *nearest = known(0);

	/* What was cut short is nearer than anything that happens to be as short. */
	for (unsigned int i = 0; *word && known(i); i++)
		if (str_has_prefix(known(i), word))
			return known(i);
	for (unsigned int i = 1; known(i); i++)
		if (distance(word, known(i)) < distance(word, nearest))
			nearest = known(i);
	return nearest;
}

static int check_texts(const struct svmsim_device *device, unsigned int index,
		       struct description_message *message)
{
	const struct {
		const char *field;
		const char *text;
	} texts[] = {
		{ "name", device->name },
		{ "iommu", device->iommu },
		{ "fmt", device->fmt },
		{ "pci_address", device->pci_address },
		{ "parent", device->parent },
	};

	for (unsigned int i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strnlen(texts[i].text, SVMSIM_NAME_MAX) == SVMSIM_NAME_MAX)
			return description_fail(message,
						"device[%u].%s: too long, at most %u characters",
						index, texts[i].field, SVMSIM_NAME_MAX - 1);
	return 0;
}

static int check_name(const struct svmsim_machine *machine, unsigned int index,
		      struct description_message *message)
{
	const char *name = machine->device[index].name;

	if (!description_name_is_right(name))
		return description_fail(
			message,
			"device[%u].name: \"%s\" must be a letter followed by letters and digits, "
			"as in \"d%u\"",
			index, name, index);
	for (unsigned int i = 0; i < sizeof(reserved_names) / sizeof(reserved_names[0]); i++)
		if (!strcmp(name, reserved_names[i]))
			return description_fail(
				message, "device[%u].name: \"%s\" is another actor, use \"d%u\"",
				index, name, index);
	for (unsigned int i = 0; i < index; i++)
		if (!strcmp(name, machine->device[i].name))
			return description_fail(message,
						"device[%u].name: \"%s\" is device[%u] already",
						index, name, i);
	return 0;
}

static int check_fmt(struct svmsim_device *device, unsigned int index,
		     const struct sim_iommu_profile *profile, struct description_message *message)
{
	if (!profile->formats) {
		if (device->fmt[0])
			return description_fail(message,
						"device[%u].fmt: iommu \"%s\" has no page tables, "
						"leave it empty",
						index, profile->name);
		return 0;
	}
	if (!device->fmt[0])
		strscpy(device->fmt, profile->formats[0]);
	if (!iopt_fmt_find(device->fmt))
		return description_fail(
			message, "device[%u].fmt: \"%s\" is unknown, did you mean \"%s\"?", index,
			device->fmt, description_nearest(device->fmt, iopt_fmt_name));
	for (unsigned int i = 0; profile->formats[i]; i++)
		if (!strcmp(profile->formats[i], device->fmt))
			return 0;
	return description_fail(message,
				"device[%u].fmt: iommu \"%s\" can't use \"%s\", its own is \"%s\"",
				index, profile->name, device->fmt, profile->formats[0]);
}

static int check_iommu(struct svmsim_device *device, unsigned int index,
		       struct description_message *message)
{
	const struct sim_iommu_profile *profile;

	if (!device->iommu[0])
		strscpy(device->iommu, "generic-pt");
	profile = sim_iommu_profile_find(device->iommu);
	if (!profile)
		return description_fail(
			message, "device[%u].iommu: \"%s\" is unknown, did you mean \"%s\"?", index,
			device->iommu, description_nearest(device->iommu, sim_iommu_profile_name));
	return check_fmt(device, index, profile, message);
}

static unsigned int granule_shift(const struct svmsim_device *device)
{
	return device->fmt[0] ? iopt_fmt_find(device->fmt)->granule_shift : PAGE_SHIFT;
}

static int check_limits(struct svmsim_device *device, unsigned int index,
			struct description_message *message)
{
	unsigned int shift = granule_shift(device);

	if (!device->mask_bits)
		device->mask_bits = 48;
	if (device->mask_bits < 12 || device->mask_bits > 64)
		return description_fail(message,
					"device[%u].mask_bits: %u is out of range, 12 to 64", index,
					device->mask_bits);
	if (device->min_align_bytes & (device->min_align_bytes - 1) ||
	    device->min_align_bytes > MIN_ALIGN_BYTES_MAX)
		return description_fail(message,
					"device[%u].min_align_bytes: %u is no power of two up to "
					"%u, "
					"use 4096",
					index, device->min_align_bytes, MIN_ALIGN_BYTES_MAX);
	if (!device->start_pfn)
		device->start_pfn = 1;
	if (device->mask_bits < 64 && device->start_pfn >> (device->mask_bits - shift))
		return description_fail(message,
					"device[%u].start_pfn: 0x%llx lies beyond mask_bits %u, at "
					"most 0x%llx",
					index, (u64)device->start_pfn, device->mask_bits,
					(1ull << (device->mask_bits - shift)) - 1);
	if (device->non_pci && device->untrusted)
		return description_fail(message,
					"device[%u].untrusted: only a PCI function can be, drop "
					"non_pci or untrusted",
					index);
	return 0;
}

static bool bus_is_taken(const struct svmsim_machine *machine, unsigned int bus)
{
	unsigned int other, devfn;

	for (unsigned int i = 0; i < machine->device_count; i++)
		if (machine->device[i].pci_address[0] &&
		    !sim_pci_parse(machine->device[i].pci_address, &other, &devfn) && other == bus)
			return true;
	return false;
}

static int check_pci_address(struct svmsim_machine *machine, unsigned int index,
			     struct description_message *message)
{
	struct svmsim_device *device = &machine->device[index];
	unsigned int bus, devfn, other_bus, other_devfn;

	if (device->non_pci)
		return description_fail(message,
					"device[%u].pci_address: a device with non_pci has none, "
					"leave it empty",
					index);
	if (sim_pci_parse(device->pci_address, &bus, &devfn))
		return description_fail(message,
					"device[%u].pci_address: \"%s\" is no address, write it as "
					"\"0000:03:00.0\"",
					index, device->pci_address);
	if (!bus && PCI_SLOT(devfn) >= PORT_FIRST_SLOT)
		return description_fail(message,
					"device[%u].pci_address: \"%s\" is where root ports are, "
					"use 00:00.0 to 00:1b.7 or another bus",
					index, device->pci_address);
	if (description_bus_is_bridges(machine, bus))
		return description_fail(message,
					"device[%u].pci_address: \"%s\" is on a bus of a bridge, "
					"use "
					"parent or another bus",
					index, device->pci_address);
	if (!bus && !devfn && machine->host_bridge[0].p2p != SVMSIM_P2P_UNLISTED)
		return description_fail(message,
					"device[%u].pci_address: \"%s\" is the host bridge, use "
					"another",
					index, device->pci_address);
	for (unsigned int i = 0; i < index; i++)
		if (!machine->device[i].non_pci && machine->device[i].pci_address[0] &&
		    !sim_pci_parse(machine->device[i].pci_address, &other_bus, &other_devfn) &&
		    other_bus == bus && other_devfn == devfn)
			return description_fail(
				message, "device[%u].pci_address: \"%s\" is device[%u] already",
				index, device->pci_address, i);
	return 0;
}

/* In order of declaration from 03:00.0, passing over buses that are named explicitly. */
static void assign_pci_addresses(struct svmsim_machine *machine)
{
	unsigned int bus = DEFAULT_FIRST_BUS;

	for (unsigned int i = 0; i < machine->device_count; i++) {
		struct svmsim_device *device = &machine->device[i];

		if (device->non_pci || device->pci_address[0])
			continue;
		while (bus_is_taken(machine, bus))
			bus++;
		host_snprintf(device->pci_address, sizeof(device->pci_address), "0000:%02x:00.0",
			      bus++);
	}
}

static int check_device(struct svmsim_machine *machine, unsigned int index,
			struct description_message *message)
{
	struct svmsim_device *device = &machine->device[index];
	int err;

	err = check_name(machine, index, message);
	if (!err)
		err = check_iommu(device, index, message);
	if (!err)
		err = check_limits(device, index, message);
	/* Below a bridge of the description it is assigned. */
	if (!err && device->pci_address[0] && !device->parent[0])
		err = check_pci_address(machine, index, message);
	return err;
}

int description_check_devices(struct svmsim_machine *machine, struct description_message *message)
{
	int err = 0;

	if (machine->device_count > SVMSIM_DEVICE_MAX)
		return description_fail(message, "device_count: %u is too many, at most %u",
					machine->device_count, SVMSIM_DEVICE_MAX);
	/* Texts first: from here on each ends within its field. */
	for (unsigned int i = 0; i < machine->device_count && !err; i++)
		err = check_texts(&machine->device[i], i, message);
	if (!err)
		err = description_check_topology(machine, message);
	for (unsigned int i = 0; i < machine->device_count && !err; i++)
		err = check_device(machine, i, message);
	if (!err)
		assign_pci_addresses(machine);
	return err;
}
