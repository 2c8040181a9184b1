/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Calls of the DMA API as a driver may get them wrong: every argument is the caller's, nothing is
 * taken from the mapping that it is about, and success need not be checked. What is wrong with them
 * is for the oracles to say; see the `dma-debug:` reports. svmsim/dma.h has the calls as they
 * should be.
 */
#ifndef SVMSIM_DMA_CALL_H
#define SVMSIM_DMA_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <svmsim/dma.h>

#define SVMSIM_SG_ENTRY_MAX 512

/**
 * enum svmsim_call_kind - which functions are called
 * @SVMSIM_CALL_PHYS: dma_map_phys(), dma_unmap_phys(), dma_sync_single_*()
 * @SVMSIM_CALL_SINGLE: dma_map_single(), dma_unmap_single(), dma_sync_single_*()
 * @SVMSIM_CALL_RESOURCE: dma_map_resource(), dma_unmap_resource()
 * @SVMSIM_CALL_SG: dma_map_sg(), dma_unmap_sg(), dma_sync_sg_*()
 * @SVMSIM_CALL_COHERENT: dma_alloc_coherent(), dma_free_coherent()
 */
enum svmsim_call_kind {
	SVMSIM_CALL_PHYS,
	SVMSIM_CALL_SINGLE,
	SVMSIM_CALL_RESOURCE,
	SVMSIM_CALL_SG,
	SVMSIM_CALL_COHERENT,
	SVMSIM_CALL_KIND_COUNT,
};

/**
 * struct svmsim_map_call - a map call
 * @kind: which
 * @ram: memory to map; not for a coherent allocation
 * @offset_bytes: start in @ram
 * @bytes: length; of each entry of a list
 * @entries: of a list, 1 to SVMSIM_SG_ENTRY_MAX; entry n begins n times @bytes behind @offset_bytes
 * @direction: not SVMSIM_NONE
 * @attributes: DMA_ATTR_* of the kernel, as bits
 * @unchecked: dma_mapping_error() is not called; a failed map then looks like a mapping
 */
struct svmsim_map_call {
	enum svmsim_call_kind kind;
	struct svmsim_ram *ram;
	uint64_t offset_bytes;
	uint64_t bytes;
	unsigned int entries;
	enum svmsim_direction direction;
	unsigned long attributes;
	bool unchecked;
};

/**
 * struct svmsim_unmap_call - an unmap call, or a sync
 * @kind: which
 * @invalid: the address is DMA_MAPPING_ERROR
 * @offset_bytes: added to the address of the mapping; for a coherent allocation to both addresses
 * @cpu_offset_bytes: added to the CPU address of a coherent allocation
 * @bytes: length; the entries of a list have theirs
 * @entries: of a list, at most as many as were mapped
 * @direction: not SVMSIM_NONE
 * @attributes: as for struct svmsim_map_call
 */
struct svmsim_unmap_call {
	enum svmsim_call_kind kind;
	bool invalid;
	uint64_t offset_bytes;
	uint64_t cpu_offset_bytes;
	uint64_t bytes;
	unsigned int entries;
	enum svmsim_direction direction;
	unsigned long attributes;
};

/**
 * svmsim_map_call - a map call with these arguments
 * @world: world
 * @device: index
 * @call: arguments
 * @mapping: set on success; what it stands for is svmsim_unmap_call_of()
 *
 * Return: 0; -ENOMEM (the map failed, and the driver noticed), of a list what dma_map_sgtable()
 * returned; -EINVAL (no such device, memory out of range or not contiguous, no direction, too many
 * entries).
 */
SVMSIM_API int svmsim_map_call(struct svmsim_world *world, int device,
			       const struct svmsim_map_call *call, struct svmsim_mapping **mapping);
/**
 * svmsim_unmap_call_of - the unmap call that is right for a mapping of svmsim_map_call()
 * @mapping: mapping
 * @call: filled
 */
SVMSIM_API void svmsim_unmap_call_of(const struct svmsim_mapping *mapping,
				     struct svmsim_unmap_call *call);
/**
 * svmsim_unmap_call - an unmap call with these arguments
 * @mapping: mapping that addresses are relative to
 * @call: arguments
 *
 * Return: 0; -EINVAL (no direction, a list or coherent allocation that the mapping does not have).
 */
SVMSIM_API int svmsim_unmap_call(struct svmsim_mapping *mapping,
				 const struct svmsim_unmap_call *call);
/**
 * svmsim_sync_call - a sync with these arguments
 * @mapping: mapping that addresses are relative to
 * @call: arguments; a list is synced by its entries, everything else by address and length
 * @for_cpu: for the CPU; for the device otherwise
 *
 * Return: as svmsim_unmap_call().
 */
SVMSIM_API int svmsim_sync_call(struct svmsim_mapping *mapping,
				const struct svmsim_unmap_call *call, bool for_cpu);
/**
 * svmsim_set_segment_limits - what a device can do with one segment of a list
 * @world: world
 * @device: index
 * @max_bytes: dma_set_max_seg_size(); 0 leaves it
 * @boundary_mask: dma_set_seg_boundary(); 0 leaves it
 *
 * Return: 0, -EINVAL (no such device).
 */
SVMSIM_API int svmsim_set_segment_limits(struct svmsim_world *world, int device,
					 unsigned int max_bytes, uint64_t boundary_mask);
/**
 * svmsim_driver_unbind - the driver is unbound from its device, and does not come back
 * @world: world
 * @device: index
 *
 * What the driver had managed is released; what it left mapped is reported.
 * Return: 0, -EINVAL (no such device).
 */
SVMSIM_API int svmsim_driver_unbind(struct svmsim_world *world, int device);

#endif
