/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Drive a device of the machine as a driver would: get memory, map it, let the device do DMA. Each
 * function makes the kernel calls that its name says, in the modelled kernel, and returns what the
 * kernel returned. Pages are 4 KiB; page numbers in a window or in memory count from 0 and @last is
 * inclusive.
 *
 * DOC: Vocabulary
 *
 * memory    (struct svmsim_ram) pages that the driver allocated.
 * window    (struct svmsim_window) IOVA space with its struct dma_iova_state.
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

/** enum svmsim_direction - values of the kernel's enum dma_data_direction */
enum svmsim_direction {
	SVMSIM_BIDIRECTIONAL,
	SVMSIM_TO_DEVICE,
	SVMSIM_FROM_DEVICE,
	SVMSIM_NONE,
};

/** svmsim_device_find - index of the device with this name, -ENODEV if there is none */
SVMSIM_API int svmsim_device_find(struct svmsim_world *world, const char *name);

/**
 * svmsim_ram_alloc - allocate pages
 * @pages: 1 to 1048576
 * @contiguous: one physically contiguous block; otherwise no two successive pages are neighbours
 * @align_bytes: alignment of a contiguous block, a power of two; 0 for one page
 *
 * Return: 0, -ENOMEM, -EINVAL.
 */
SVMSIM_API int svmsim_ram_alloc(struct svmsim_world *world, uint64_t pages, bool contiguous,
				uint64_t align_bytes, struct svmsim_ram **ram);
/** svmsim_ram_pages - number of pages of @ram */
SVMSIM_API uint64_t svmsim_ram_pages(const struct svmsim_ram *ram);
/** svmsim_ram_free - drop the driver's reference of pages @first..@last: at the last one they are free */
SVMSIM_API int svmsim_ram_free(struct svmsim_ram *ram, uint64_t first, uint64_t last);
/** svmsim_ram_poison - overwrite pages @first..@last with the kernel's page poison, 0xaa */
SVMSIM_API int svmsim_ram_poison(struct svmsim_ram *ram, uint64_t first, uint64_t last);
/** svmsim_ram_fill - CPU writes pattern @pattern to pages @first..@last */
SVMSIM_API int svmsim_ram_fill(struct svmsim_ram *ram, uint64_t first, uint64_t last,
			       uint64_t pattern);
/** svmsim_ram_check - 0 when pages @first..@last hold pattern @pattern, -EIO otherwise */
SVMSIM_API int svmsim_ram_check(struct svmsim_ram *ram, uint64_t first, uint64_t last,
				uint64_t pattern);

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
/** svmsim_window_iova - start address of the window, 0 when unused */
SVMSIM_API uint64_t svmsim_window_iova(const struct svmsim_window *window);
/** svmsim_window_bytes - dma_iova_size() of the window */
SVMSIM_API uint64_t svmsim_window_bytes(const struct svmsim_window *window);
/**
 * svmsim_window_link - dma_iova_link() of memory pages into window pages
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
/** svmsim_window_sync - dma_iova_sync() of @bytes at @offset_bytes */
SVMSIM_API int svmsim_window_sync(struct svmsim_window *window, uint64_t offset_bytes,
				  uint64_t bytes);
/** svmsim_window_unlink - dma_iova_unlink() of @bytes at @offset_bytes */
SVMSIM_API int svmsim_window_unlink(struct svmsim_window *window, uint64_t offset_bytes,
				    uint64_t bytes, enum svmsim_direction direction);
/** svmsim_window_free - dma_iova_free() */
SVMSIM_API int svmsim_window_free(struct svmsim_window *window);
/** svmsim_window_destroy - dma_iova_destroy() with @mapped_bytes */
SVMSIM_API int svmsim_window_destroy(struct svmsim_window *window, uint64_t mapped_bytes,
				     enum svmsim_direction direction);
/** svmsim_window_destroy_holes - dma_iova_with_holes_destroy() */
SVMSIM_API int svmsim_window_destroy_holes(struct svmsim_window *window,
					   enum svmsim_direction direction);

/**
 * svmsim_map - dma_map_phys() of contiguous pages, checked with dma_mapping_error()
 * @mapping: set on success
 *
 * Return: 0, -ENOMEM (DMA_MAPPING_ERROR), -EINVAL (pages not contiguous, no such device).
 */
SVMSIM_API int svmsim_map(struct svmsim_world *world, int device, struct svmsim_ram *ram,
			  uint64_t first, uint64_t last, enum svmsim_direction direction,
			  struct svmsim_mapping **mapping);
/** svmsim_unmap - dma_unmap_phys(); the mapping stays valid as a name for its old address */
SVMSIM_API int svmsim_unmap(struct svmsim_mapping *mapping);
SVMSIM_API uint64_t svmsim_mapping_address(const struct svmsim_mapping *mapping);
SVMSIM_API uint64_t svmsim_mapping_bytes(const struct svmsim_mapping *mapping);

/*
 * DMA by the device itself, through its IOTLB and page table. @address is a DMA address. Return: 0,
 * -EFAULT when any part faulted (what came before it was done), -EIO when svmsim_device_check()
 * read other bytes.
 */
SVMSIM_API int svmsim_device_read(struct svmsim_world *world, int device, uint64_t address,
				  void *buffer, uint64_t bytes);
SVMSIM_API int svmsim_device_write(struct svmsim_world *world, int device, uint64_t address,
				   const void *buffer, uint64_t bytes);
SVMSIM_API int svmsim_device_fill(struct svmsim_world *world, int device, uint64_t address,
				  uint64_t bytes, uint64_t pattern);
SVMSIM_API int svmsim_device_check(struct svmsim_world *world, int device, uint64_t address,
				   uint64_t bytes, uint64_t pattern);

/**
 * svmsim_pattern_byte - byte @offset of the 4 KiB page with index @page of pattern @pattern
 *
 * Fill and check use it; @page counts from the start of the range that was filled.
 */
SVMSIM_API uint8_t svmsim_pattern_byte(uint64_t pattern, uint64_t page, unsigned int offset);

#endif
