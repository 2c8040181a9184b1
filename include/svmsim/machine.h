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
#define SVMSIM_BRIDGE_MAX 16
#define SVMSIM_HOST_BRIDGE_MAX 4
#define SVMSIM_AREA_MAX 8
#define SVMSIM_NAME_MAX 32

/* Bits of svmsim_bridge.acs, as in the control register of the capability. */
#define SVMSIM_ACS_REQUEST 0x04u
#define SVMSIM_ACS_COMPLETION 0x08u
#define SVMSIM_ACS_EGRESS 0x20u

/**
 * struct svmsim_node - a NUMA node
 * @ram_bytes: RAM, a multiple of 4096; default 256 MiB
 * @cpu_count: CPUs, 1 to 64; default 1
 * @distance: to each node, 10 to itself and 11 to 254 to others, as firmware says; default 20, or
 *	what the other node says
 */
struct svmsim_node {
	uint64_t ram_bytes;
	unsigned int cpu_count;
	unsigned int distance[SVMSIM_NODE_MAX];
};

/**
 * enum svmsim_content - how the bytes of pages are kept; no result depends on it
 * @SVMSIM_CONTENT_TAG: a page that was written in one go by a pattern is kept as a tag, where
 *	possible
 * @SVMSIM_CONTENT_FULL: always as bytes
 */
enum svmsim_content {
	SVMSIM_CONTENT_TAG,
	SVMSIM_CONTENT_FULL,
};

/**
 * enum svmsim_p2p - whether a host bridge passes requests between the devices below it
 * @SVMSIM_P2P_UNLISTED: it is not on the kernel's list of those that do, and does not
 * @SVMSIM_P2P_LISTED: it does, also to and from another listed one
 * @SVMSIM_P2P_SAME: it does only between devices that are both below it
 */
enum svmsim_p2p {
	SVMSIM_P2P_UNLISTED,
	SVMSIM_P2P_LISTED,
	SVMSIM_P2P_SAME,
};

/**
 * struct svmsim_host_bridge - where PCI meets the rest of the machine
 * @p2p: requests between devices
 * @offset_bytes: the CPU's address of a memory BAR minus its address on the bus, a multiple of
 *	1 MiB
 *
 * The root bus of host bridge n has the number 0x40 * n.
 */
struct svmsim_host_bridge {
	enum svmsim_p2p p2p;
	uint64_t offset_bytes;
};

/**
 * enum svmsim_bridge_kind - kinds of struct svmsim_bridge
 * @SVMSIM_ROOT_PORT: a port of a host bridge
 * @SVMSIM_SWITCH: upstream port and internal bus of a switch. What names it as its parent gets a
 *	downstream port of its own
 * @SVMSIM_DOWNSTREAM_PORT: a downstream port of the switch that is its parent
 */
enum svmsim_bridge_kind {
	SVMSIM_ROOT_PORT,
	SVMSIM_SWITCH,
	SVMSIM_DOWNSTREAM_PORT,
};

/**
 * struct svmsim_bridge - a port, or a switch with the ports that it needs
 * @name: a letter followed by letters and digits; no device is called the same
 * @kind: what it is
 * @parent: name of the bridge above it, declared before; empty for a root port
 * @host_bridge: of a root port, which host bridge
 * @acs: SVMSIM_ACS_* that are enabled at a root port, at a downstream port, or at those downstream
 *	ports that a switch makes for its children
 * @bus: number of the bus behind it; assigned, leave 0
 */
struct svmsim_bridge {
	char name[SVMSIM_NAME_MAX];
	enum svmsim_bridge_kind kind;
	char parent[SVMSIM_NAME_MAX];
	unsigned int host_bridge;
	unsigned int acs;
	unsigned int bus;
};

/**
 * enum svmsim_quirk - what looks like a bug of the modelled kernel; the model does it when asked to
 * @SVMSIM_QUIRK_LINK_UNWIND_AT_START: a dma_iova_link() that bounces and fails half-way unlinks as
 *	much from the start of the window, not from where it linked (v7.0.0)
 * @SVMSIM_QUIRK_LINK_EMPTY_MIDDLE: a dma_iova_link() of which head and tail bounce maps what lies
 *	between them also when that is nothing (v7.0.0): a call and an event of 0 bytes
 * @SVMSIM_QUIRK_SG_BUS_LENGTH: a segment of a scatterlist that holds a bus address gets the length
 *	of the first entry, not that of its own one (v7.0.0)
 * @SVMSIM_QUIRK_SG_DIRECT_PEER: without translation, an entry of a peer's memory that is reached
 *	through the host bridge keeps the DMA address that the list had before (v7.0.0)
 * @SVMSIM_QUIRK_NOTIFIER_NONBLOCK: an invalidation that must not block and that a notifier of the
 *	old kind refuses stays counted for the interval notifiers of that mm: their readers wait
 *	forever (v7.0 to v7.3)
 * @SVMSIM_QUIRK_HMM_DEVICE_PMD: hmm_range_fault() counts page frames of a device's own huge page
 *	from the first page walked, not from where the huge page begins (v7.0 to v7.3)
 * @SVMSIM_QUIRK_PGMAP_READ_AGAIN: after a driver got a folio of its memory back, the pagemap is
 *	read from the folio again, which may be in use again by then (up to v7.0.3)
 * @SVMSIM_QUIRK_DEVICE_PMD_READ_ONLY: the migration entry of a device's writable huge page forgets
 *	that it was: it is read-only when restored, and the next write faults (v6.19 to v7.0)
 * @SVMSIM_QUIRK_ZAP_DEVICE_MIGRATION: the migration entry of a device's huge page that is unmapped
 *	drops a reference and a map count that it does not hold (v6.19 to v7.3)
 * @SVMSIM_QUIRK_MIGRATE_MISSING_DST: a large folio for which the driver brings small pages, but
 *	not for each slot, or a hole like that: the kernel reaches through the missing page (v6.19,
 *	v7.0; holes: v7.3 too)
 * @SVMSIM_QUIRK_MIGRATE_STALE_SWAP: a page that has left the swap cache for its migration is moved
 *	as if it were in there, so that references are wrong (v6.12 to v7.0)
 * @SVMSIM_QUIRK_MIGRATE_PMD_LOCK_LEAK: a PMD that must not be filled any more, since the OOM
 *	reaper was there, stays locked (v6.19, v7.0)
 * @SVMSIM_QUIRK_MIGRATE_PMD_TABLE_LEAK: a PMD that can't be filled leaves the table behind that
 *	was made for it (v6.19, v7.0)
 * @SVMSIM_QUIRK_MIGRATE_RANGE_OVERRUN: migrate_device_range() and migrate_device_pfns() write
 *	behind their array where the last folio is longer than it (v6.19, v7.0)
 */
enum svmsim_quirk {
	SVMSIM_QUIRK_LINK_UNWIND_AT_START,
	SVMSIM_QUIRK_LINK_EMPTY_MIDDLE,
	SVMSIM_QUIRK_SG_BUS_LENGTH,
	SVMSIM_QUIRK_SG_DIRECT_PEER,
	SVMSIM_QUIRK_NOTIFIER_NONBLOCK,
	SVMSIM_QUIRK_HMM_DEVICE_PMD,
	SVMSIM_QUIRK_PGMAP_READ_AGAIN,
	SVMSIM_QUIRK_DEVICE_PMD_READ_ONLY,
	SVMSIM_QUIRK_ZAP_DEVICE_MIGRATION,
	SVMSIM_QUIRK_MIGRATE_MISSING_DST,
	SVMSIM_QUIRK_MIGRATE_STALE_SWAP,
	SVMSIM_QUIRK_MIGRATE_PMD_LOCK_LEAK,
	SVMSIM_QUIRK_MIGRATE_PMD_TABLE_LEAK,
	SVMSIM_QUIRK_MIGRATE_RANGE_OVERRUN,
};

/**
 * enum svmsim_preempt - where a task can be made to give its CPU to another
 * @SVMSIM_PREEMPT_FULL: anywhere, unless it has preemption or interrupts disabled
 * @SVMSIM_PREEMPT_VOLUNTARY: at cond_resched() and might_sleep()
 * @SVMSIM_PREEMPT_NONE: at cond_resched() only
 */
enum svmsim_preempt {
	SVMSIM_PREEMPT_FULL,
	SVMSIM_PREEMPT_VOLUNTARY,
	SVMSIM_PREEMPT_NONE,
};

/**
 * enum svmsim_mirror_kind - what memory a device has that mirrors address spaces
 * @SVMSIM_MIRROR_NONE: it does not mirror
 * @SVMSIM_MIRROR_PRIVATE: memory that CPUs can't reach (MEMORY_DEVICE_PRIVATE)
 * @SVMSIM_MIRROR_COHERENT: memory that CPUs and other devices reach (MEMORY_DEVICE_COHERENT)
 */
enum svmsim_mirror_kind {
	SVMSIM_MIRROR_NONE,
	SVMSIM_MIRROR_PRIVATE,
	SVMSIM_MIRROR_COHERENT,
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
 * @lazy: lazy invalidation: what is unmapped waits in a flush queue and a device can get through to
 *	it by a stale IOTLB entry until the next flush; profiles that can't do so stay strict
 * @caching_mode: IOMMU caches not-present entries: maps need a sync before use
 * @start_pfn: first IOVA page that the allocator hands out, counted in the smallest pages of the
 *	format; default 1
 * @forcedac: do not try 32-bit IOVA first
 * @parent: name of the bridge that it is below; default is a root port of its own. Devices below
 *	one port are functions of one device. With it, @pci_address is assigned
 * @bar_bytes: size of its memory, which other devices can reach through BAR 2: a power of two of
 *	at least 4096; default none
 * @mirror: it mirrors address spaces, with memory of which kind; see svmsim/mirror.h
 * @memory_bytes: memory of a device that mirrors, a multiple of 2 MiB; default 64 MiB
 * @no_huge: a device that mirrors migrates page by page, never 2 MiB as one
 * @min_align_bytes: the bits of an address below this are the same in a bounce buffer: a power of
 *	two up to 64 KiB, as the driver's dma_set_min_align_mask() says; default none
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
	char parent[SVMSIM_NAME_MAX];
	uint64_t bar_bytes;
	uint32_t min_align_bytes;
	enum svmsim_mirror_kind mirror;
	uint64_t memory_bytes;
	bool no_huge;
};

/**
 * enum svmsim_area_kind - kinds of memory that no driver should map
 * @SVMSIM_AREA_STACK: stack of the running task, in the direct mapping
 * @SVMSIM_AREA_VMAP_STACK: the same, virtually mapped (CONFIG_VMAP_STACK)
 * @SVMSIM_AREA_TEXT: code of the kernel
 * @SVMSIM_AREA_RODATA: its read-only data
 * @SVMSIM_AREA_VMALLOC: memory of vmalloc()
 * @SVMSIM_AREA_INVALID: an address that the kernel holds for no memory
 */
enum svmsim_area_kind {
	SVMSIM_AREA_STACK,
	SVMSIM_AREA_VMAP_STACK,
	SVMSIM_AREA_TEXT,
	SVMSIM_AREA_RODATA,
	SVMSIM_AREA_VMALLOC,
	SVMSIM_AREA_INVALID,
	SVMSIM_AREA_KIND_COUNT,
};

/**
 * struct svmsim_area - memory of a kind that no driver should map, for DMA debugging to notice
 * @kind: what it is
 * @bytes: size, a multiple of 4096; the machine takes that much contiguous RAM for it when a run
 *	starts, and svmsim_area_ram() gives it out
 */
struct svmsim_area {
	enum svmsim_area_kind kind;
	uint64_t bytes;
};

/**
 * struct svmsim_machine - a machine
 * @node: NUMA nodes
 * @node_count: 1 to SVMSIM_NODE_MAX; default 1
 * @device: devices
 * @device_count: 0 to SVMSIM_DEVICE_MAX
 * @bridge: PCI ports and switches that are declared; a device without a parent needs none
 * @bridge_count: 0 to SVMSIM_BRIDGE_MAX
 * @host_bridge: PCI host bridges
 * @host_bridge_count: 1 to SVMSIM_HOST_BRIDGE_MAX; default 1
 * @p2p_cpu: the CPU is one that passes requests between devices whatever the host bridge
 * @area: stacks, kernel text and the like
 * @area_count: 0 to SVMSIM_AREA_MAX
 * @no_dma_debug: a kernel without DMA debugging (CONFIG_DMA_API_DEBUG): no `dma-debug:` reports
 * @kernel: profile of mm and iommu-core behaviour, of svmsim_kernel_name(): "v7.0" (default), or
 *	older or newer; "v7.x" is v7.0 with the classes of DMA debugging that are newer
 * @width_bits: physical address width, 32 to 41; default 40
 * @seed: of the world's random source; default 1
 * @iotlb_sets: IOTLB sets, a power of two up to 4096; default 64
 * @iotlb_ways: IOTLB ways, 1 to 16; default 4
 * @swiotlb_bytes: RAM below 4 GiB for bounce buffers, rounded up to a power of two and to 256 KiB
 *	for each area; default is 64 MiB, at most a quarter of RAM, where a device is untrusted or
 *	does not snoop, or can't reach all RAM without translation; none elsewhere
 * @swiotlb_areas: parts of the pool, rounded up to a power of two; default is one for each CPU
 * @swiotlb_force: every mapping without translation bounces (swiotlb=force)
 * @swiotlb_off: no bounce buffers (swiotlb=noforce)
 * @quirks: set of 1 << enum svmsim_quirk; default none
 * @preempt: when a task gives up its CPU
 * @swap_bytes: size of the swap device, a multiple of 4096; default none
 * @content: how bytes are kept
 * @thp_always: orders of large folios that any anonymous area can get, bit n for order n, 2 to 9
 * @thp_madvise: orders that areas with MADV_HUGEPAGE can get; default order 9
 * @thp_never: neither
 * @fill: byte that fresh heap memory and pages are filled with; default 0xa5 (`uninit` runs twice
 *        with different values)
 */
struct svmsim_machine {
	struct svmsim_node node[SVMSIM_NODE_MAX];
	unsigned int node_count;
	struct svmsim_device device[SVMSIM_DEVICE_MAX];
	unsigned int device_count;
	struct svmsim_bridge bridge[SVMSIM_BRIDGE_MAX];
	unsigned int bridge_count;
	struct svmsim_host_bridge host_bridge[SVMSIM_HOST_BRIDGE_MAX];
	unsigned int host_bridge_count;
	bool p2p_cpu;
	struct svmsim_area area[SVMSIM_AREA_MAX];
	unsigned int area_count;
	bool no_dma_debug;
	char kernel[SVMSIM_NAME_MAX];
	unsigned int width_bits;
	uint64_t seed;
	unsigned int iotlb_sets;
	unsigned int iotlb_ways;
	uint64_t swiotlb_bytes;
	unsigned int swiotlb_areas;
	bool swiotlb_force;
	bool swiotlb_off;
	uint32_t quirks;
	enum svmsim_preempt preempt;
	uint64_t swap_bytes;
	enum svmsim_content content;
	uint32_t thp_always;
	uint32_t thp_madvise;
	bool thp_never;
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
/**
 * svmsim_kernel_name - names of the kernel profiles, oldest first
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_kernel_name(unsigned int index);
/**
 * svmsim_area_name - words for the values of enum svmsim_area_kind
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_area_name(unsigned int index);
/**
 * svmsim_quirk_name - names of enum svmsim_quirk, as in "link-empty-middle"
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_quirk_name(unsigned int index);

#endif
