/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shared inside lib/machine: what stands behind the handles of svmsim/dma.h, and the common way in
 * and out of each public function.
 */
#ifndef MACHINE_MACHINE_INTERNAL_H
#define MACHINE_MACHINE_INTERNAL_H

#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <svmsim/dma_call.h>
#include "device/sim_device.h"
#include "iova_sim/dma_iommu.h"
#include "kernel/world.h"
#include "mm/phys.h"

struct sim_mirror_device;

/* In front of each handle, so that a reset finds them all. */
struct machine_handle {
	struct list_head node;
	struct svmsim_world *world;
	size_t bytes;
};

/**
 * struct svmsim_ram - pages that a driver allocated
 * @handle: in the world's list
 * @provider: function whose memory it is, NULL for RAM
 * @page_count: pages
 * @pfn: their page frames; they are not forgotten when the driver frees the pages
 */
struct svmsim_ram {
	struct machine_handle handle;
	struct pci_dev *provider;
	u64 page_count;
	u32 pfn[];
};

/**
 * struct svmsim_window - a driver's struct dma_iova_state and its device
 * @handle: in the world's list
 * @dev: device
 * @state: as the kernel left it, also after the window was freed
 * @linked_bytes: see svmsim_window_linked_bytes()
 */
struct svmsim_window {
	struct machine_handle handle;
	struct device *dev;
	struct dma_iova_state state;
	u64 linked_bytes;
};

/**
 * struct svmsim_mapping - what a driver keeps of one map call
 * @handle: in the world's list
 * @dev: device
 * @address: DMA address
 * @bytes: size
 * @direction: direction
 * @attrs: attributes
 * @is_bus: a bus address, of which the DMA API knows nothing
 * @kind: which call it was
 * @cpu_address: of a coherent allocation, otherwise NULL
 * @entries: of a list, otherwise 0
 * @sgl: the list
 */
struct svmsim_mapping {
	struct machine_handle handle;
	struct device *dev;
	dma_addr_t address;
	size_t bytes;
	enum dma_data_direction direction;
	unsigned long attrs;
	bool is_bus;
	enum svmsim_call_kind kind;
	char *cpu_address;
	unsigned int entries;
	struct scatterlist sgl[];
};

/**
 * struct machine_state - the layer's slot
 * @handles: struct machine_handle in order of their making
 * @area_pfn: first page frame of each area
 * @modules_err: what the modules' init functions returned
 * @processes: struct svmsim_mm, oldest first
 * @files: struct svmsim_file, oldest first
 * @mirrors: struct svmsim_mirror, oldest first
 * @mirror_device: of each device, NULL for one that does not mirror
 */
struct machine_state {
	struct list_head handles;
	unsigned long area_pfn[SVMSIM_AREA_MAX];
	int modules_err;
	struct list_head processes;
	struct list_head files;
	struct list_head mirrors;
	struct sim_mirror_device *mirror_device[SVMSIM_DEVICE_MAX];
};

extern const struct sim_layer sim_layer_machine;

static inline struct machine_state *machine_state_of(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_MACHINE];
}

/* Takes RAM for the areas of the description and tells DMA debugging what they are. */
void machine_areas_build(struct svmsim_world *world);
/* Makes the devices of the description, their domains, and attaches them. */
void machine_build(struct svmsim_world *world);

/* Zeroed memory that begins with a struct machine_handle; freed at the reset. */
void *machine_handle_new(struct svmsim_world *world, size_t bytes);
/* Frees a handle that nobody was given. */
void machine_handle_drop(struct machine_handle *handle);

/* Device by index with its actor's name, or NULL with the error set. */
struct device *machine_device(struct svmsim_world *world, int index);
/* -EINVAL with the error set unless @first..@last are pages of @ram. */
int machine_check_pages(const struct svmsim_ram *ram, u64 first, u64 last);
/* -EINVAL with the error set unless a range of bytes of @ram, its pages neighbours. */
int machine_check_buffer(const struct svmsim_ram *ram, u64 offset, u64 bytes);
/* Physical address of a byte of @ram. */
phys_addr_t machine_phys_at(const struct svmsim_ram *ram, u64 offset);
/*
 * -EINVAL with the error set unless one of the three directions that map: the kernel's answer to
 * NONE is a BUG, which no caller wants to learn from a crash.
 */
int machine_check_real_direction(struct svmsim_world *world, unsigned int direction);
/* -EINVAL with the error set unless a value of enum svmsim_direction. */
int machine_check_direction(struct svmsim_world *world, unsigned int direction);

/* dma_iova_try_alloc() with the offset of an address inside its page; see svmsim_window_alloc(). */
int machine_window_alloc(struct svmsim_world *world, int device, phys_addr_t phys, u64 bytes,
			 struct svmsim_window **window);
/* -EINVAL with the error set unless the window was allocated. */
int machine_check_used(struct svmsim_window *window);

/*
 * How a device reaches memory: attributes for the DMA API, or a bus address and @is_bus set.
 * -EREMOTEIO with the error set when it does not.
 */
int machine_reach(struct device *dev, const struct svmsim_ram *ram, u64 page, unsigned long *attrs,
		  dma_addr_t *bus, bool *is_bus);

/* Every call into the modelled kernel lies between these; the result enters the digest. */
static inline void machine_begin(struct svmsim_world *world)
{
	sim_world_enter(world);
	sim_scope_begin();
}

static inline int machine_end(u32 actor_name, int result)
{
	sim_scope_end();
	sim_event(RESULT, actor_name, (u64)(s64)result);
	return result;
}

/* Bytes @at.. of pattern @pattern over a range that begins with page 0. */
void machine_pattern(u8 *buf, u64 pattern, u64 at, size_t bytes);

#endif
