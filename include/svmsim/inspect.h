/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Plain records of what the machine holds now, filled by walkers of the simulated structures. No
 * pointer into the simulation leaves through here, and looking changes nothing.
 */
#ifndef SVMSIM_INSPECT_H
#define SVMSIM_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/world.h>

/**
 * struct svmsim_pte - one leaf of an IOMMU page table
 * @iova: start
 * @phys: physical address it leads to
 * @bytes: size that this leaf covers (a contiguous run counts as one leaf)
 * @level: 0 for 4 KiB entries
 * @read: device may read
 * @write: device may write
 * @raw: the entry's 64 bits
 */
struct svmsim_pte {
	uint64_t iova;
	uint64_t phys;
	uint64_t bytes;
	unsigned int level;
	bool read;
	bool write;
	uint64_t raw;
};

/**
 * struct svmsim_iova_range - one allocated range of IOVA space
 * @iova: start
 * @bytes: size
 * @cached: lies in a magazine: free for the driver, allocated for the tree
 * @reserved: reserved before first use
 */
struct svmsim_iova_range {
	uint64_t iova;
	uint64_t bytes;
	bool cached;
	bool reserved;
};

/**
 * struct svmsim_iotlb_entry - one valid IOTLB entry
 * @iova: start
 * @phys: physical address
 * @bytes: size of the leaf that was cached
 * @set: where it sits
 * @way: where it sits
 * @read: permission
 * @write: permission
 */
struct svmsim_iotlb_entry {
	uint64_t iova;
	uint64_t phys;
	uint64_t bytes;
	unsigned int set;
	unsigned int way;
	bool read;
	bool write;
};

/**
 * struct svmsim_swiotlb - the pool of bounce buffers
 * @start: physical address
 * @bytes: size, 0 in a machine without
 * @slot_count: slots of 2 KiB
 * @area_count: areas that they are shared out to
 * @used_count: slots in use
 * @hiwater_count: the most that were in use
 */
struct svmsim_swiotlb {
	uint64_t start;
	uint64_t bytes;
	uint64_t slot_count;
	unsigned int area_count;
	uint64_t used_count;
	uint64_t hiwater_count;
};

/**
 * svmsim_swiotlb_get - look at the pool of bounce buffers
 * @swiotlb: filled
 */
SVMSIM_API void svmsim_swiotlb_get(struct svmsim_world *world, struct svmsim_swiotlb *swiotlb);
/**
 * svmsim_walk_pt - the leaves of a device's IOMMU page table, in ascending address order
 * @device: index
 * @records: filled with the first @max records
 * @max: size of @records
 *
 * Return: how many there are in all, or -ENODEV.
 */
SVMSIM_API long svmsim_walk_pt(struct svmsim_world *world, int device, struct svmsim_pte *records,
			       size_t max);
/**
 * svmsim_walk_iova - the allocated IOVA space of a device, in ascending address order
 * @device: index
 * @records: filled with the first @max records
 * @max: size of @records
 *
 * Return: how many there are in all, or -ENODEV.
 */
SVMSIM_API long svmsim_walk_iova(struct svmsim_world *world, int device,
				 struct svmsim_iova_range *records, size_t max);
/**
 * svmsim_walk_iotlb - the IOTLB entries of a device, by set and then way
 * @device: index
 * @records: filled with the first @max records
 * @max: size of @records
 *
 * Return: how many there are in all, or -ENODEV.
 */
SVMSIM_API long svmsim_walk_iotlb(struct svmsim_world *world, int device,
				  struct svmsim_iotlb_entry *records, size_t max);

struct svmsim_ram;
/**
 * svmsim_ram_phys - physical address of a page of memory, so that records can be named
 * @ram: memory
 * @page: which page
 */
SVMSIM_API uint64_t svmsim_ram_phys(const struct svmsim_ram *ram, uint64_t page);

#endif
