/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The description of a machine: nodes with RAM, devices with their IOMMU. A scenario's `machine`
 * block and a program's designated initialisers fill the same structure. Fields left zero take the
 * stated default, so the smallest useful machine names one device and nothing else.
 */
#ifndef SVMSIM_MACHINE_H
#define SVMSIM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>

#define SVMSIM_NODE_MAX 8
#define SVMSIM_DEVICE_MAX 16
#define SVMSIM_NAME_MAX 32

/**
 * struct svmsim_node - a NUMA node
 * @ram_bytes: RAM, a multiple of 4096; default 256 MiB
 * @cpu_count: CPUs, 1 to 64; default 1
 */
struct svmsim_node {
	uint64_t ram_bytes;
	unsigned int cpu_count;
};

/**
 * struct svmsim_device - a device that does DMA
 * @name: actor name, a letter followed by letters and digits
 * @iommu: IOMMU profile: "generic-pt" (default), "vtd-legacy", "amd-legacy", "arm-lpae", "mock",
 *	"mock-huge", "identity", "none"
 * @fmt: page-table format: "vtdss", "x86-64", "arm-lpae", "amdv1", "amdv1-2k"; default is the
 *	profile's own
 * @mask_bits: DMA mask, 12 to 64 bits; default 48
 * @pci_address: "0000:03:00.0" style; default is assigned in order of declaration from 03:00.0
 * @non_pci: not a PCI function (so no 32-bit-first rule for IOVA)
 * @noncoherent: does not snoop CPU caches
 * @untrusted: external-facing
 * @lazy: lazy invalidation; the model knows strict only, so this is refused for now
 * @caching_mode: IOMMU caches not-present entries: maps need a sync before use
 * @start_pfn: first IOVA page that the allocator hands out, counted in the smallest pages of the
 *	format; default 1
 * @forcedac: do not try 32-bit IOVA first
 */
struct svmsim_device {
	char name[SVMSIM_NAME_MAX];
	char iommu[SVMSIM_NAME_MAX];
	char fmt[SVMSIM_NAME_MAX];
	unsigned int mask_bits;
	char pci_address[SVMSIM_NAME_MAX];
	bool non_pci;
	bool noncoherent;
	bool untrusted;
	bool lazy;
	bool caching_mode;
	uint64_t start_pfn;
	bool forcedac;
};

/**
 * struct svmsim_machine - a machine
 * @node: NUMA nodes
 * @node_count: 1 to SVMSIM_NODE_MAX; default 1
 * @device: devices
 * @device_count: 0 to SVMSIM_DEVICE_MAX
 * @kernel: profile of mm and iommu-core behaviour; "v7.0", the default, is the only one so far
 * @width_bits: physical address width, 32 to 41; default 40
 * @seed: of the world's random source; default 1
 * @iotlb_sets: IOTLB sets, a power of two up to 4096; default 64
 * @iotlb_ways: IOTLB ways, 1 to 16; default 4
 * @fill: byte that fresh heap memory and pages are filled with; default 0xa5 (`uninit` runs twice
 *        with different values)
 */
struct svmsim_machine {
	struct svmsim_node node[SVMSIM_NODE_MAX];
	unsigned int node_count;
	struct svmsim_device device[SVMSIM_DEVICE_MAX];
	unsigned int device_count;
	char kernel[SVMSIM_NAME_MAX];
	unsigned int width_bits;
	uint64_t seed;
	unsigned int iotlb_sets;
	unsigned int iotlb_ways;
	uint8_t fill;
};

/**
 * svmsim_machine_defaults - fill in what was left zero and check the rest
 * @machine: description, changed in place
 * @message: filled with one line that names the field at fault and the nearest right value
 * @message_bytes: size of @message
 *
 * Return: 0, or -EINVAL with @message filled.
 */
SVMSIM_API int svmsim_machine_defaults(struct svmsim_machine *machine, char *message,
				       size_t message_bytes);

/**
 * svmsim_profile_name - names of the IOMMU profiles
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_profile_name(unsigned int index);
/**
 * svmsim_format_name - names of the page-table formats
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_format_name(unsigned int index);

#endif
