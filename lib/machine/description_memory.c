// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Defaults and checks of a machine description that are about memory: distances, swap, THP. */
#include <linux/errno.h>
#include <linux/mm.h>
#include "machine/description.h"
#include "mm/cpt.h"

#define DISTANCE_LOCAL 10
#define DISTANCE_REMOTE 20
/* 255 means that there is no way, which no machine with one memory has. */
#define DISTANCE_MAX 254
#define MEMORY_BYTES_DEFAULT (64ull << 20)
#define MEMORY_BYTES_MAX (64ull << 30)
#define SWAP_BYTES_MAX (1ull << 40)
/* Of anonymous memory; the orders that sysfs has. */
#define THP_ORDER_MIN 2
#define THP_ORDERS ((1u << (CPT_PMD_ORDER + 1)) - (1u << THP_ORDER_MIN))

static int check_distance(struct svmsim_machine *machine, unsigned int from, unsigned int to,
			  struct description_message *message)
{
	unsigned int *distance = &machine->node[from].distance[to];

	if (!*distance)
		*distance = from == to ? DISTANCE_LOCAL :
			    machine->node[to].distance[from] ? machine->node[to].distance[from] :
							       DISTANCE_REMOTE;
	if (from == to && *distance != DISTANCE_LOCAL)
		return description_fail(message, "node[%u].distance[%u]: %u, it is %u to itself",
					from, to, *distance, DISTANCE_LOCAL);
	if (from != to && (*distance <= DISTANCE_LOCAL || *distance > DISTANCE_MAX))
		return description_fail(message, "node[%u].distance[%u]: %u is out of range, %u "
					"to %u", from, to, *distance, DISTANCE_LOCAL + 1,
					DISTANCE_MAX);
	return 0;
}

static int check_distances(struct svmsim_machine *machine, struct description_message *message)
{
	for (unsigned int i = 0; i < machine->node_count; i++) {
		for (unsigned int k = 0; k < SVMSIM_NODE_MAX; k++) {
			if (k >= machine->node_count && machine->node[i].distance[k])
				return description_fail(message, "node[%u].distance[%u]: there is "
							"no node %u", i, k, k);
			if (k < machine->node_count) {
				int err = check_distance(machine, i, k, message);

				if (err)
					return err;
			}
		}
	}
	return 0;
}

static int check_thp(struct svmsim_machine *machine, struct description_message *message)
{
	if (machine->thp_never && (machine->thp_always || machine->thp_madvise))
		return description_fail(message, "thp_never: %s asks for large folios, drop one of "
					"them", machine->thp_always ? "thp_always" : "thp_madvise");
	if (machine->thp_always & ~THP_ORDERS)
		return description_fail(message, "thp_always: 0x%x has orders that are not within "
					"%u to %u", machine->thp_always, THP_ORDER_MIN,
					CPT_PMD_ORDER);
	if (machine->thp_madvise & ~THP_ORDERS)
		return description_fail(message, "thp_madvise: 0x%x has orders that are not within "
					"%u to %u", machine->thp_madvise, THP_ORDER_MIN,
					CPT_PMD_ORDER);
	if (!machine->thp_never && !machine->thp_madvise)
		machine->thp_madvise = 1u << CPT_PMD_ORDER;
	return 0;
}

static int check_mirror(struct svmsim_device *device, unsigned int index,
			struct description_message *message)
{
	if (device->mirror == SVMSIM_MIRROR_NONE) {
		if (!device->memory_bytes && !device->no_huge)
			return 0;
		return description_fail(message, "device[%u].mirror: one with %s mirrors", index,
					device->no_huge ? "no_huge" : "memory_bytes");
	}
	if (device->mirror > SVMSIM_MIRROR_COHERENT)
		return description_fail(message, "device[%u].mirror: %u is no kind of memory",
					index, (unsigned int)device->mirror);
	if (!device->memory_bytes)
		device->memory_bytes = MEMORY_BYTES_DEFAULT;
	if (device->memory_bytes % CPT_PMD_SIZE || device->memory_bytes > MEMORY_BYTES_MAX)
		return description_fail(message,
					"device[%u].memory_bytes: %llu is no multiple of 2 MiB up "
					"to %llu", index, (u64)device->memory_bytes,
					MEMORY_BYTES_MAX);
	if (device->mirror != SVMSIM_MIRROR_COHERENT)
		return 0;
	if (device->bar_bytes)
		return description_fail(message, "device[%u].bar_bytes: a device with coherent "
					"memory has no other, leave it out", index);
	return 0;
}

/* Coherent memory has the upper half of physical space, one after the other. */
static int check_coherent(const struct svmsim_machine *machine, struct description_message *message)
{
	u64 half = 1ull << (machine->width_bits - 1), bytes = 0;

	for (unsigned int i = 0; i < machine->device_count && i < SVMSIM_DEVICE_MAX; i++)
		if (machine->device[i].mirror == SVMSIM_MIRROR_COHERENT)
			bytes += machine->device[i].memory_bytes;
	if (!bytes || (sim_phys_layout_end(machine) <= half && bytes <= half / 2))
		return 0;
	return description_fail(message,
				"width_bits: %u has no room for RAM and, from the middle of it on, "
				"%llu bytes of coherent memory", machine->width_bits, bytes);
}

int description_check_memory(struct svmsim_machine *machine, struct description_message *message)
{
	int err = check_distances(machine, message);

	if (!err)
		err = check_thp(machine, message);
	for (unsigned int i = 0; i < machine->device_count && i < SVMSIM_DEVICE_MAX && !err; i++)
		err = check_mirror(&machine->device[i], i, message);
	if (!err)
		err = check_coherent(machine, message);
	if (err)
		return err;
	if (machine->swap_bytes % PAGE_SIZE || machine->swap_bytes > SWAP_BYTES_MAX)
		return description_fail(message, "swap_bytes: %llu is no multiple of 4096 up to "
					"%llu", (u64)machine->swap_bytes, SWAP_BYTES_MAX);
	if (machine->content > SVMSIM_CONTENT_FULL)
		return description_fail(message, "content: %u is neither tag nor full",
					(unsigned int)machine->content);
	return 0;
}
