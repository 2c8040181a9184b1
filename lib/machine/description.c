/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The machine description: defaults, and checks that name the field at fault and what would be
 * right. Fields are named as in C: device[0].mask_bits.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <svmsim/machine.h>
#include "iova_sim/domain.h"
#include "kernel/version.h"
#include "machine/description.h"
#include "machine/machine_internal.h"

#define RAM_BYTES_DEFAULT (256ull << 20)
/* Room for the top tables of all devices and a few pages to map. */
#define RAM_BYTES_MIN (1ull << 20)
/* All areas together must fit into the smallest RAM with room to spare. */
#define AREA_BYTES_MAX (64ull << 10)
/* Online CPUs, which cpumasks have to hold. */
#define CPU_MAX 64

int description_fail(struct description_message *message, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	host_vsnprintf(message->text, message->bytes, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int check_node(struct svmsim_node *node, unsigned int index, unsigned int *cpus,
		      struct description_message *message)
{
	if (!node->ram_bytes)
		node->ram_bytes = RAM_BYTES_DEFAULT;
	if (!node->cpu_count)
		node->cpu_count = 1;
	if (node->ram_bytes % PAGE_SIZE)
		return description_fail(message,
					"node[%u].ram_bytes: %llu is no multiple of 4096, use %llu",
					index, (u64)node->ram_bytes,
					(u64)(node->ram_bytes + PAGE_SIZE) & ~(PAGE_SIZE - 1));
	if (node->ram_bytes < RAM_BYTES_MIN)
		return description_fail(message, "node[%u].ram_bytes: %llu is too little, use %llu",
					index, (u64)node->ram_bytes, RAM_BYTES_MIN);
	*cpus += node->cpu_count;
	if (node->cpu_count > CPU_MAX || *cpus > CPU_MAX)
		return description_fail(message,
					"node[%u].cpu_count: %u makes more than %u CPUs in all",
					index, node->cpu_count, CPU_MAX);
	return 0;
}

static int check_nodes(struct svmsim_machine *machine, struct description_message *message)
{
	u64 limit = 1ull << machine->width_bits, end = 0;
	unsigned int cpus = 0;

	if (!machine->node_count)
		machine->node_count = 1;
	if (machine->node_count > SVMSIM_NODE_MAX)
		return description_fail(message, "node_count: %u is too many, at most %u",
					machine->node_count, SVMSIM_NODE_MAX);
	for (unsigned int i = 0; i < machine->node_count; i++) {
		struct svmsim_machine upto = { .node_count = i + 1 };
		int err = check_node(&machine->node[i], i, &cpus, message);

		if (err)
			return err;
		/* Alone it must fit already, or adding up could wrap around. */
		memcpy(upto.node, machine->node, sizeof(upto.node));
		if (machine->node[i].ram_bytes <= limit)
			end = sim_phys_layout_end(&upto);
		if (machine->node[i].ram_bytes > limit || end > limit)
			return description_fail(message,
						"node[%u].ram_bytes: %llu does not fit into "
						"width_bits %u, where RAM begins at 16 MiB and "
						"leaves out 3 to 4 GiB",
						i, (u64)machine->node[i].ram_bytes,
						machine->width_bits);
	}
	return 0;
}

static int check_iotlb(struct svmsim_machine *machine, struct description_message *message)
{
	if (!machine->iotlb_sets)
		machine->iotlb_sets = 64;
	if (!machine->iotlb_ways)
		machine->iotlb_ways = 4;
	if (machine->iotlb_sets > 4096)
		return description_fail(message, "iotlb_sets: %u is too many, at most 4096",
					machine->iotlb_sets);
	if (!is_power_of_2(machine->iotlb_sets))
		return description_fail(message, "iotlb_sets: %u is no power of two, use %lu",
					machine->iotlb_sets,
					roundup_pow_of_two(machine->iotlb_sets));
	if (machine->iotlb_ways > 16)
		return description_fail(message, "iotlb_ways: %u is too many, at most 16",
					machine->iotlb_ways);
	return 0;
}

static int check_kernel(struct svmsim_machine *machine, struct description_message *message)
{
	if (!machine->kernel[0])
		strscpy(machine->kernel, sim_kernel_version_name(SIM_KERNEL_DEFAULT));
	machine->kernel[SVMSIM_NAME_MAX - 1] = '\0';
	for (unsigned int i = 0; sim_kernel_version_name(i); i++)
		if (!strcmp(machine->kernel, sim_kernel_version_name(i)))
			return 0;
	return description_fail(message, "kernel: \"%s\" is unknown, use \"%s\"", machine->kernel,
				description_nearest(machine->kernel, sim_kernel_version_name));
}

static int check_areas(struct svmsim_machine *machine, struct description_message *message)
{
	if (machine->area_count > SVMSIM_AREA_MAX)
		return description_fail(message, "area_count: %u is too many, at most %u",
					machine->area_count, SVMSIM_AREA_MAX);
	for (unsigned int i = 0; i < machine->area_count; i++) {
		const struct svmsim_area *area = &machine->area[i];

		if ((unsigned int)area->kind >= SVMSIM_AREA_KIND_COUNT)
			return description_fail(message, "area[%u].kind: %u is no kind", i,
						(unsigned int)area->kind);
		if (!area->bytes || area->bytes % PAGE_SIZE || area->bytes > AREA_BYTES_MAX)
			return description_fail(message,
						"area[%u].bytes: %llu is no multiple of 4096 up to "
						"%llu",
						i, (u64)area->bytes, AREA_BYTES_MAX);
	}
	return 0;
}

static const char *const quirk_names[] = {
	[SVMSIM_QUIRK_LINK_UNWIND_AT_START] = "link-unwind-at-start",
	[SVMSIM_QUIRK_LINK_EMPTY_MIDDLE] = "link-empty-middle",
	[SVMSIM_QUIRK_SG_BUS_LENGTH] = "sg-bus-length",
	[SVMSIM_QUIRK_SG_DIRECT_PEER] = "sg-direct-peer",
	[SVMSIM_QUIRK_NOTIFIER_NONBLOCK] = "notifier-nonblock",
	[SVMSIM_QUIRK_HMM_DEVICE_PMD] = "hmm-device-pmd",
	[SVMSIM_QUIRK_PGMAP_READ_AGAIN] = "pgmap-read-again",
	[SVMSIM_QUIRK_DEVICE_PMD_READ_ONLY] = "device-pmd-read-only",
	[SVMSIM_QUIRK_ZAP_DEVICE_MIGRATION] = "zap-device-migration",
	[SVMSIM_QUIRK_MIGRATE_MISSING_DST] = "migrate-missing-dst",
	[SVMSIM_QUIRK_MIGRATE_STALE_SWAP] = "migrate-stale-swap",
	[SVMSIM_QUIRK_MIGRATE_PMD_LOCK_LEAK] = "migrate-pmd-lock-leak",
	[SVMSIM_QUIRK_MIGRATE_PMD_TABLE_LEAK] = "migrate-pmd-table-leak",
	[SVMSIM_QUIRK_MIGRATE_RANGE_OVERRUN] = "migrate-range-overrun",
};

#define QUIRK_COUNT (sizeof(quirk_names) / sizeof(quirk_names[0]))
#define SWIOTLB_BYTES_MAX (1ull << 30)

static int check_swiotlb(const struct svmsim_machine *machine, struct description_message *message)
{
	if (machine->swiotlb_off && (machine->swiotlb_force || machine->swiotlb_bytes))
		return description_fail(message,
					"swiotlb_off: %s asks for bounce buffers, drop one of them",
					machine->swiotlb_force ? "swiotlb_force" : "swiotlb_bytes");
	if (machine->swiotlb_bytes > SWIOTLB_BYTES_MAX)
		return description_fail(message, "swiotlb_bytes: %llu is too much, at most %llu",
					(u64)machine->swiotlb_bytes, SWIOTLB_BYTES_MAX);
	if (machine->swiotlb_areas > CPU_MAX)
		return description_fail(message, "swiotlb_areas: %u is too many, at most %u",
					machine->swiotlb_areas, CPU_MAX);
	if (machine->preempt > SVMSIM_PREEMPT_NONE)
		return description_fail(message, "preempt: %u is none of full, voluntary, none",
					(unsigned int)machine->preempt);
	if (machine->quirks >> QUIRK_COUNT)
		return description_fail(message, "quirks: 0x%x has unknown ones, 0x%x are all",
					machine->quirks, (1u << QUIRK_COUNT) - 1);
	return 0;
}

static int check_machine(struct svmsim_machine *machine, struct description_message *message)
{
	int err;

	if (!machine->width_bits)
		machine->width_bits = 40;
	if (machine->width_bits < 32 || machine->width_bits > 41)
		return description_fail(message, "width_bits: %u is out of range, 32 to 41",
					machine->width_bits);
	err = check_nodes(machine, message);
	if (err)
		return err;
	err = description_check_memory(machine, message);
	if (!err)
		err = check_kernel(machine, message);
	if (!err)
		err = check_areas(machine, message);
	if (err)
		return err;
	if (!machine->seed)
		machine->seed = 1;
	if (!machine->fill)
		machine->fill = 0xa5;
	err = check_iotlb(machine, message);
	if (!err)
		err = check_swiotlb(machine, message);
	if (err)
		return err;
	return description_check_devices(machine, message);
}

int svmsim_machine_defaults(struct svmsim_machine *machine, char *message, size_t message_bytes)
{
	struct description_message where = { message, message_bytes };
	char unused[2];

	if (!message || !message_bytes)
		where = (struct description_message){ unused, sizeof(unused) };
	where.text[0] = '\0';
	return check_machine(machine, &where);
}

const char *svmsim_kernel_name(unsigned int index)
{
	return sim_kernel_version_name(index);
}

const char *svmsim_profile_name(unsigned int index)
{
	return sim_iommu_profile_name(index);
}

const char *svmsim_format_name(unsigned int index)
{
	return iopt_fmt_name(index);
}

const char *svmsim_quirk_name(unsigned int index)
{
	return index < QUIRK_COUNT ? quirk_names[index] : NULL;
}
