/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Drive a device of the machine as a driver would: get memory, map it, let the device do DMA. Each
 * function makes the kernel calls that its name says, in the modelled kernel, and returns what the
 * kernel returned. Pages are 4 KiB; page numbers in a window or in memory count from 0 and @last is
 * inclusive.
 *
 * Arguments that make no sense (pages beyond the memory, a window that is unused, no such device)
 * give -EINVAL, change nothing and are no part of the run.
 *
 * DOC: Vocabulary
 *
 * memory    (struct svmsim_ram) pages that the driver allocated.
 * window    (struct svmsim_window) IOVA space with its struct dma_iova_state.
 * list      (struct svmsim_sg) a scatterlist and what it was mapped to.
 * coherent  (struct svmsim_coherent) memory that the DMA API allocated.
 * mapping   (struct svmsim_mapping) the result of one dma_map call.
 */
#ifndef SVMSIM_DMA_H
#define SVMSIM_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/export.h>
#include <svmsim/world.h>

struct svmsim_ram;
struct svmsim_window;
struct svmsim_mapping;
struct svmsim_sg;
struct svmsim_coherent;

/** enum svmsim_direction - values of the kernel's enum dma_data_direction */
enum svmsim_direction {
	SVMSIM_BIDIRECTIONAL,
	SVMSIM_TO_DEVICE,
	SVMSIM_FROM_DEVICE,
	SVMSIM_NONE,
};

/** enum svmsim_attribute - values of the kernel's DMA_ATTR_*, to be combined */
enum svmsim_attribute {
	SVMSIM_ATTR_WRITE_COMBINE = 1 << 2,
	SVMSIM_ATTR_NO_KERNEL_MAPPING = 1 << 4,
	SVMSIM_ATTR_SKIP_CPU_SYNC = 1 << 5,
	SVMSIM_ATTR_FORCE_CONTIGUOUS = 1 << 6,
	SVMSIM_ATTR_ALLOC_SINGLE_PAGES = 1 << 7,
	SVMSIM_ATTR_NO_WARN = 1 << 8,
	SVMSIM_ATTR_PRIVILEGED = 1 << 9,
	SVMSIM_ATTR_MMIO = 1 << 10,
	SVMSIM_ATTR_REQUIRE_COHERENT = 1 << 12,
};

/**
 * svmsim_device_find - look a device up by its name in the machine description
 * @world: world
 * @name: its name
 *
 * Return: its index, or -ENODEV.
 */
SVMSIM_API int svmsim_device_find(struct svmsim_world *world, const char *name);

/**
 * svmsim_ram_alloc - allocate pages
 * @pages: 1 to 1048576
 * @contiguous: one physically contiguous block; otherwise no two successive pages are neighbours
 * @align_bytes: alignment of a contiguous block, a power of two; 0 for one page
 * @ram: set to the memory on success
 *
 * Return: 0, -ENOMEM, -EINVAL.
 */
SVMSIM_API int svmsim_ram_alloc(struct svmsim_world *world, uint64_t pages, bool contiguous,
				uint64_t align_bytes, struct svmsim_ram **ram);
/**
 * svmsim_ram_pages - number of pages of a block of memory
 * @ram: memory
 */
SVMSIM_API uint64_t svmsim_ram_pages(const struct svmsim_ram *ram);
/**
 * svmsim_ram_free - drop the driver's reference; a page without one goes back to the allocator
 * @ram: memory
 * @first: first page
 * @last: last page, inclusive
 *
 * Freeing twice is allowed and is what the oracles are for.
 * Return: 0, -EINVAL (pages out of range).
 */
SVMSIM_API int svmsim_ram_free(struct svmsim_ram *ram, uint64_t first, uint64_t last);
/**
 * svmsim_ram_poison - overwrite pages with the kernel's page poison, 0xaa
 * @ram: memory
 * @first: first page
 * @last: last page, inclusive
 *
 * Return: 0, -EINVAL (pages out of range).
 */
SVMSIM_API int svmsim_ram_poison(struct svmsim_ram *ram, uint64_t first, uint64_t last);
/**
 * svmsim_ram_fill - the CPU writes a pattern
 * @ram: memory
 * @first: first page
 * @last: last page, inclusive
 * @pattern: which pattern; see svmsim_pattern_byte(), whose pages count from @first
 *
 * Return: 0, -EINVAL (pages out of range).
 */
SVMSIM_API int svmsim_ram_fill(struct svmsim_ram *ram, uint64_t first, uint64_t last,
			       uint64_t pattern);
/**
 * svmsim_ram_check - the CPU compares memory with a pattern
 * @ram: memory
 * @first: first page
 * @last: last page, inclusive
 * @pattern: as for svmsim_ram_fill()
 *
 * Return: 0, -EIO (other bytes; svmsim_last_error() says where), -EINVAL (pages out of range).
 */
SVMSIM_API int svmsim_ram_check(struct svmsim_ram *ram, uint64_t first, uint64_t last,
				uint64_t pattern);

/**
 * svmsim_area_ram - an area of the machine as memory that a driver can map by mistake
 * @world: world
 * @index: position in svmsim_machine.area
 * @ram: set to the memory on success; each call gives a name of its own to the same pages
 *
 * Return: 0, -EINVAL (no such area).
 */
SVMSIM_API int svmsim_area_ram(struct svmsim_world *world, unsigned int index,
			       struct svmsim_ram **ram);

/**
 * svmsim_ram_write - the CPU writes bytes
 * @ram: memory
 * @offset_bytes: start
 * @buffer: bytes
 * @bytes: length, larger than 0
 *
 * Return: 0, -EINVAL (out of range).
 */
SVMSIM_API int svmsim_ram_write(struct svmsim_ram *ram, uint64_t offset_bytes, const void *buffer,
				uint64_t bytes);
/**
 * svmsim_ram_read - the CPU reads bytes
 * @ram: memory
 * @offset_bytes: start
 * @buffer: filled
 * @bytes: length, larger than 0
 *
 * Return: 0, -EINVAL (out of range).
 */
SVMSIM_API int svmsim_ram_read(struct svmsim_ram *ram, uint64_t offset_bytes, void *buffer,
			       uint64_t bytes);

/**
 * svmsim_window_alloc - dma_iova_try_alloc()
 * @device: index
 * @bytes: size of the window
 * @window: set to a window in any case but -EINVAL
 *
 * Return: 0; -EOPNOTSUPP when the IOVA API said false (`unused` in a scenario); -EINVAL (no such
 * device).
 */
SVMSIM_API int svmsim_window_alloc(struct svmsim_world *world, int device, uint64_t bytes,
				   struct svmsim_window **window);
/**
 * svmsim_window_alloc_at - dma_iova_try_alloc() for a buffer that begins within a page
 * @world: world
 * @device: index
 * @offset_bytes: how far into a page the window begins
 * @bytes: size of the window
 * @window: set to a window in any case but -EINVAL
 *
 * Return: as svmsim_window_alloc().
 */
SVMSIM_API int svmsim_window_alloc_at(struct svmsim_world *world, int device,
				      uint64_t offset_bytes, uint64_t bytes,
				      struct svmsim_window **window);
/**
 * svmsim_window_alloc_bytes - dma_iova_try_alloc() for a buffer that may begin within a page
 * @device: index
 * @ram: memory
 * @offset_bytes: start of the buffer in @ram; the window begins as far into its first page
 * @bytes: size of the window
 * @window: set to a window in any case but -EINVAL
 *
 * Return: as svmsim_window_alloc(), -EINVAL also for a start out of range.
 */
SVMSIM_API int svmsim_window_alloc_bytes(struct svmsim_world *world, int device,
					 struct svmsim_ram *ram, uint64_t offset_bytes,
					 uint64_t bytes, struct svmsim_window **window);
/**
 * svmsim_window_iova - start address of a window
 * @window: window; 0 is returned when it is unused
 */
SVMSIM_API uint64_t svmsim_window_iova(const struct svmsim_window *window);
/**
 * svmsim_window_bytes - dma_iova_size() of a window
 * @window: window
 */
SVMSIM_API uint64_t svmsim_window_bytes(const struct svmsim_window *window);
/**
 * svmsim_window_link - dma_iova_link() of memory pages into window pages
 * @window: window
 * @offset_bytes: where in the window, as passed to the kernel (no bounds are checked there)
 * @ram: memory
 * @first: first page of @ram
 * @last: last page of @ram
 * @direction: enum svmsim_direction
 * @each_page: one call a page; otherwise one call for each physically contiguous run
 *
 * Return: 0, or the first error of dma_iova_link() (earlier links stay).
 */
SVMSIM_API int svmsim_window_link(struct svmsim_window *window, uint64_t offset_bytes,
				  struct svmsim_ram *ram, uint64_t first, uint64_t last,
				  enum svmsim_direction direction, bool each_page);
/**
 * svmsim_window_linked_bytes - how much the last svmsim_window_link() of a window linked
 * @window: window
 *
 * Return: all of it, or after an error what the calls before the failed one did: what a driver has
 * to unlink again.
 */
SVMSIM_API uint64_t svmsim_window_linked_bytes(const struct svmsim_window *window);
/**
 * svmsim_window_link_bytes - one dma_iova_link() of a buffer that need not consist of pages
 * @window: window
 * @offset_bytes: where in the window
 * @ram: memory
 * @ram_offset_bytes: start of the buffer
 * @bytes: its length; all of it is physically contiguous
 * @direction: enum svmsim_direction
 * @attributes: enum svmsim_attribute, combined
 *
 * Return: as dma_iova_link(), -EINVAL also for a buffer out of range or not contiguous.
 */
SVMSIM_API int svmsim_window_link_bytes(struct svmsim_window *window, uint64_t offset_bytes,
					struct svmsim_ram *ram, uint64_t ram_offset_bytes,
					uint64_t bytes, enum svmsim_direction direction,
					unsigned int attributes);
/**
 * svmsim_window_sync_cpu - dma_sync_single_for_cpu() of a linked part of a window
 * @window: window
 * @offset_bytes: start in the window; what one call covers was linked in one piece
 * @bytes: length
 * @direction: as it was linked, but not SVMSIM_NONE
 *
 * Nothing tells DMA debugging of windows, so it reports `dma-debug:sync-unallocated`.
 * Return: 0, -EINVAL (direction); the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_window_sync_cpu(struct svmsim_window *window, uint64_t offset_bytes,
				      uint64_t bytes, enum svmsim_direction direction);
/**
 * svmsim_window_sync_device - dma_sync_single_for_device(), the other way round
 * @window: window
 * @offset_bytes: as for svmsim_window_sync_cpu()
 * @bytes: length
 * @direction: as it was linked, but not SVMSIM_NONE
 *
 * Return: 0, -EINVAL (direction); the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_window_sync_device(struct svmsim_window *window, uint64_t offset_bytes,
					 uint64_t bytes, enum svmsim_direction direction);
/**
 * svmsim_window_sync - dma_iova_sync()
 * @window: window
 * @offset_bytes: start in the window
 * @bytes: length
 *
 * Return: 0 or what dma_iova_sync() returned.
 */
SVMSIM_API int svmsim_window_sync(struct svmsim_window *window, uint64_t offset_bytes,
				  uint64_t bytes);
/**
 * svmsim_window_unlink - dma_iova_unlink()
 * @window: window
 * @offset_bytes: start in the window
 * @bytes: length
 * @direction: as it was linked
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_window_unlink(struct svmsim_window *window, uint64_t offset_bytes,
				    uint64_t bytes, enum svmsim_direction direction);
/**
 * svmsim_window_free - dma_iova_free()
 * @window: window; freeing twice is allowed and is what the oracles are for
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_window_free(struct svmsim_window *window);
/**
 * svmsim_window_destroy - dma_iova_destroy()
 * @window: window
 * @mapped_bytes: its mapped_len
 * @direction: as it was linked
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_window_destroy(struct svmsim_window *window, uint64_t mapped_bytes,
				     enum svmsim_direction direction);
/**
 * svmsim_window_destroy_holes - dma_iova_with_holes_destroy(), the proposal from review
 * @window: window
 * @direction: as it was linked
 *
 * Return: 0; the function returns nothing.
 */
SVMSIM_API int svmsim_window_destroy_holes(struct svmsim_window *window,
					   enum svmsim_direction direction);

/**
 * svmsim_map - dma_map_phys() of contiguous pages, checked with dma_mapping_error()
 * @device: index
 * @ram: memory
 * @first: first page
 * @last: last page, inclusive
 * @direction: enum svmsim_direction
 * @mapping: set on success
 *
 * Return: 0, -ENOMEM (DMA_MAPPING_ERROR), -EINVAL (pages not contiguous, no such device).
 */
SVMSIM_API int svmsim_map(struct svmsim_world *world, int device, struct svmsim_ram *ram,
			  uint64_t first, uint64_t last, enum svmsim_direction direction,
			  struct svmsim_mapping **mapping);
/**
 * svmsim_map_bytes - dma_map_phys() of a buffer that need not consist of pages
 * @device: index
 * @ram: memory
 * @offset_bytes: start of the buffer
 * @bytes: its length; all of it is physically contiguous
 * @direction: enum svmsim_direction
 * @attributes: enum svmsim_attribute, combined; svmsim_unmap() passes them too
 * @mapping: set on success
 *
 * Return: as svmsim_map().
 */
SVMSIM_API int svmsim_map_bytes(struct svmsim_world *world, int device, struct svmsim_ram *ram,
				uint64_t offset_bytes, uint64_t bytes,
				enum svmsim_direction direction, unsigned int attributes,
				struct svmsim_mapping **mapping);
/**
 * svmsim_sync_cpu - dma_sync_single_range_for_cpu(): the CPU is to see what the device wrote
 * @mapping: mapping
 * @offset_bytes: start in the mapping
 * @bytes: length; nothing checks it
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_sync_cpu(struct svmsim_mapping *mapping, uint64_t offset_bytes,
			       uint64_t bytes);
/**
 * svmsim_sync_device - dma_sync_single_range_for_device(): the device is to see what the CPU wrote
 * @mapping: mapping
 * @offset_bytes: start in the mapping
 * @bytes: length; nothing checks it
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_sync_device(struct svmsim_mapping *mapping, uint64_t offset_bytes,
				  uint64_t bytes);
/**
 * svmsim_unmap - dma_unmap_phys()
 * @mapping: mapping; it stays valid as a name for its old address
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_unmap(struct svmsim_mapping *mapping);
/**
 * svmsim_mapping_address - DMA address of a mapping
 * @mapping: mapping
 */
SVMSIM_API uint64_t svmsim_mapping_address(const struct svmsim_mapping *mapping);
/**
 * svmsim_mapping_bytes - size of a mapping
 * @mapping: mapping
 */
SVMSIM_API uint64_t svmsim_mapping_bytes(const struct svmsim_mapping *mapping);

/**
 * struct svmsim_part - an entry of a scatterlist
 * @ram: memory, also that of a peer
 * @offset_bytes: start
 * @bytes: length, up to 4 GiB - 1; all of it is physically contiguous
 */
struct svmsim_part {
	struct svmsim_ram *ram;
	uint64_t offset_bytes;
	uint64_t bytes;
};
/**
 * svmsim_map_sg - dma_map_sgtable() of a list with these entries
 * @device: index
 * @parts: entries
 * @part_count: 1 to 65536
 * @direction: enum svmsim_direction
 * @attributes: enum svmsim_attribute, combined; svmsim_unmap_sg() passes them too
 * @sg: set on success
 *
 * Return: 0; what the kernel returned (-EINVAL, -ENOMEM, -EIO, -EREMOTEIO, -EOPNOTSUPP); -EINVAL
 * for an entry that is not within its memory or not contiguous.
 */
SVMSIM_API int svmsim_map_sg(struct svmsim_world *world, int device,
			     const struct svmsim_part *parts, unsigned int part_count,
			     enum svmsim_direction direction, unsigned int attributes,
			     struct svmsim_sg **sg);
/**
 * svmsim_sync_sg - dma_sync_sgtable_for_cpu() or dma_sync_sgtable_for_device()
 * @sg: list
 * @for_cpu: for the CPU; for the device otherwise
 *
 * Return: 0; the kernel's functions return nothing.
 */
SVMSIM_API int svmsim_sync_sg(struct svmsim_sg *sg, bool for_cpu);
/**
 * svmsim_unmap_sg - dma_unmap_sgtable()
 * @sg: list; it stays valid as a name for its old addresses
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_unmap_sg(struct svmsim_sg *sg);
/**
 * svmsim_sg_segments - how many segments the entries became
 * @sg: list
 */
SVMSIM_API unsigned int svmsim_sg_segments(const struct svmsim_sg *sg);
/**
 * svmsim_sg_address - DMA address of a segment
 * @sg: list
 * @segment: from 0; 0 is returned past the last
 */
SVMSIM_API uint64_t svmsim_sg_address(const struct svmsim_sg *sg, unsigned int segment);
/**
 * svmsim_sg_bytes - length of a segment
 * @sg: list
 * @segment: from 0; 0 is returned past the last
 */
SVMSIM_API uint64_t svmsim_sg_bytes(const struct svmsim_sg *sg, unsigned int segment);

/**
 * svmsim_map_resource - dma_map_resource() of the memory of another device, as if of registers
 * @device: index
 * @owner: index of a device with bar_bytes
 * @offset_bytes: start in its memory
 * @bytes: length
 * @direction: enum svmsim_direction
 * @mapping: set on success; svmsim_unmap() calls dma_unmap_resource()
 *
 * Nobody asks whether the device reaches its peer at all; svmsim_peer_type() does.
 * Return: 0, -ENOMEM (DMA_MAPPING_ERROR), -EINVAL (not within the memory, no such device).
 */
SVMSIM_API int svmsim_map_resource(struct svmsim_world *world, int device, int owner,
				   uint64_t offset_bytes, uint64_t bytes,
				   enum svmsim_direction direction,
				   struct svmsim_mapping **mapping);

/**
 * svmsim_alloc_coherent - dma_alloc_attrs(), with GFP_KERNEL
 * @device: index
 * @bytes: 1 to 4 GiB
 * @attributes: enum svmsim_attribute, combined; svmsim_free_coherent() passes them too
 * @coherent: set on success
 *
 * Return: 0; -ENOMEM; -EINVAL (size, no such device).
 */
SVMSIM_API int svmsim_alloc_coherent(struct svmsim_world *world, int device, uint64_t bytes,
				     unsigned int attributes, struct svmsim_coherent **coherent);
/**
 * svmsim_free_coherent - dma_free_attrs()
 * @coherent: memory; it stays valid as a name for its old address
 *
 * Return: 0; the kernel's function returns nothing.
 */
SVMSIM_API int svmsim_free_coherent(struct svmsim_coherent *coherent);
/**
 * svmsim_coherent_address - DMA address of coherent memory
 * @coherent: memory
 */
SVMSIM_API uint64_t svmsim_coherent_address(const struct svmsim_coherent *coherent);
/**
 * svmsim_coherent_ram - its pages, for the CPU to write and read
 * @coherent: memory
 *
 * They are freed by svmsim_free_coherent(), not by svmsim_ram_free().
 */
SVMSIM_API struct svmsim_ram *svmsim_coherent_ram(const struct svmsim_coherent *coherent);

/**
 * svmsim_mapping_segment - one segment of a mapping as the device sees it
 * @mapping: mapping; all but those of lists have one
 * @index: from 0
 * @address: set to its DMA address
 *
 * Return: its size, 0 past the last.
 */
SVMSIM_API uint64_t svmsim_mapping_segment(const struct svmsim_mapping *mapping,
					   unsigned int index, uint64_t *address);
/**
 * svmsim_mapping_direction - direction of a mapping
 * @mapping: mapping
 */
SVMSIM_API enum svmsim_direction svmsim_mapping_direction(const struct svmsim_mapping *mapping);
/**
 * svmsim_mapping_ram - coherent memory as the CPU sees it
 * @mapping: a mapping of svmsim_map_call() with SVMSIM_CALL_COHERENT
 * @ram: set on success; each call gives a name of its own to the same pages
 *
 * Return: 0, -EINVAL (another mapping).
 */
SVMSIM_API int svmsim_mapping_ram(struct svmsim_mapping *mapping, struct svmsim_ram **ram);

struct svmsim_hmm;
/**
 * svmsim_hmm_alloc - hmm_dma_map_alloc()
 * @world: world
 * @device: index
 * @pages: entries, 1 to 1048576
 * @hmm: set on success
 *
 * Return: 0, -ENOMEM, -EINVAL, or what else the kernel's function returned.
 */
SVMSIM_API int svmsim_hmm_alloc(struct svmsim_world *world, int device, uint64_t pages,
				struct svmsim_hmm **hmm);
/**
 * svmsim_hmm_map - hmm_dma_map_pfn(), page by page
 * @hmm: map
 * @first: first page of the map
 * @ram: memory
 * @ram_first: first page of @ram
 * @pages: number
 *
 * Return: 0, -ENOMEM (DMA_MAPPING_ERROR; earlier pages stay), -EINVAL.
 */
SVMSIM_API int svmsim_hmm_map(struct svmsim_hmm *hmm, uint64_t first, struct svmsim_ram *ram,
			      uint64_t ram_first, uint64_t pages);
/**
 * svmsim_hmm_unmap - hmm_dma_unmap_pfn(), page by page
 * @hmm: map
 * @first: first page
 * @last: last page, inclusive
 *
 * Return: 0, -ENOENT when the kernel's function said false of any page, -EINVAL.
 */
SVMSIM_API int svmsim_hmm_unmap(struct svmsim_hmm *hmm, uint64_t first, uint64_t last);
/**
 * svmsim_hmm_free - hmm_dma_map_free(), which unmaps nothing
 * @hmm: map
 * @in_one_stroke: dma_iova_with_holes_destroy() before it, whatever is still mapped
 *
 * Return: 0, -EINVAL (it was freed).
 */
SVMSIM_API int svmsim_hmm_free(struct svmsim_hmm *hmm, bool in_one_stroke);
/**
 * svmsim_hmm_address - DMA address of a page of a map
 * @hmm: map
 * @page: which page
 *
 * Return: where it is or was mapped, 0 when it never was.
 */
SVMSIM_API uint64_t svmsim_hmm_address(const struct svmsim_hmm *hmm, uint64_t page);
/**
 * svmsim_hmm_pages - number of pages of a map
 * @hmm: map
 */
SVMSIM_API uint64_t svmsim_hmm_pages(const struct svmsim_hmm *hmm);

/** enum svmsim_peer_type - values of the kernel's enum pci_p2pdma_map_type that a caller can see */
enum svmsim_peer_type {
	SVMSIM_PEER_NONE = 1,
	SVMSIM_PEER_NOT_SUPPORTED,
	SVMSIM_PEER_BUS_ADDR,
	SVMSIM_PEER_THRU_HOST_BRIDGE,
};

/**
 * svmsim_peer_add - pci_p2pdma_add_resource() of all memory that the device has
 * @world: world
 * @device: index of a device with bar_bytes
 *
 * Return: 0 or what the kernel returned (-EINVAL without memory, -ENOMEM a second time).
 */
SVMSIM_API int svmsim_peer_add(struct svmsim_world *world, int device);
/**
 * svmsim_peer_alloc - pci_alloc_p2pmem(): contiguous pages of a device's memory
 * @world: world
 * @device: index, after svmsim_peer_add()
 * @pages: 1 up to what the device has
 * @ram: set on success; svmsim_ram_free() gives pages back with pci_free_p2pmem()
 *
 * svmsim_map() and svmsim_window_link() take such memory as a driver does that knows of peers: they
 * ask pci_p2pdma_state(), then use the bus address as it is, or map with DMA_ATTR_MMIO, or return
 * -EREMOTEIO.
 * Return: 0, -ENOMEM, -EINVAL.
 */
SVMSIM_API int svmsim_peer_alloc(struct svmsim_world *world, int device, uint64_t pages,
				 struct svmsim_ram **ram);
/**
 * svmsim_peer_distance - pci_p2pdma_distance(), with its warnings
 * @world: world
 * @provider: index of a PCI function
 * @client: index of any device
 * @distance: set to what the kernel returned, -1 when the client can't reach the provider
 *
 * Return: 0, -EINVAL.
 */
SVMSIM_API int svmsim_peer_distance(struct svmsim_world *world, int provider, int client,
				    int *distance);
/**
 * svmsim_peer_type - pci_p2pdma_state() of memory
 * @world: world
 * @client: index of the device that is to reach it
 * @ram: memory
 *
 * Return: enum svmsim_peer_type, -EINVAL.
 */
SVMSIM_API int svmsim_peer_type(struct svmsim_world *world, int client, struct svmsim_ram *ram);

/**
 * svmsim_device_read - the device reads memory through its IOTLB and page table
 * @device: index
 * @address: DMA address, any alignment
 * @buffer: filled
 * @bytes: length
 *
 * Return: 0, -EFAULT when any part faulted (what came before it was done), -EINVAL.
 */
SVMSIM_API int svmsim_device_read(struct svmsim_world *world, int device, uint64_t address,
				  void *buffer, uint64_t bytes);
/**
 * svmsim_device_write - the device writes memory
 * @device: index
 * @address: DMA address, any alignment
 * @buffer: bytes to write
 * @bytes: length
 *
 * Return: as svmsim_device_read().
 */
SVMSIM_API int svmsim_device_write(struct svmsim_world *world, int device, uint64_t address,
				   const void *buffer, uint64_t bytes);
/**
 * svmsim_device_fill - the device writes a pattern
 * @device: index
 * @address: DMA address
 * @bytes: length
 * @pattern: see svmsim_pattern_byte(); pages count from @address
 *
 * Return: as svmsim_device_read().
 */
SVMSIM_API int svmsim_device_fill(struct svmsim_world *world, int device, uint64_t address,
				  uint64_t bytes, uint64_t pattern);
/**
 * svmsim_device_check - the device reads memory and compares it with a pattern
 * @device: index
 * @address: DMA address
 * @bytes: length
 * @pattern: as for svmsim_device_fill()
 *
 * Return: as svmsim_device_read(), or -EIO (other bytes; svmsim_last_error() says where).
 */
SVMSIM_API int svmsim_device_check(struct svmsim_world *world, int device, uint64_t address,
				   uint64_t bytes, uint64_t pattern);

/**
 * svmsim_pattern_byte - one byte of a pattern, as fill and check use it
 * @pattern: which pattern
 * @page: 4 KiB page, counted from the start of the range that was filled
 * @offset: byte in that page, 0 to 4095
 */
SVMSIM_API uint8_t svmsim_pattern_byte(uint64_t pattern, uint64_t page, unsigned int offset);

#endif
