/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared by the files of DMA debugging; see dma_debug.h. */
#ifndef IOVA_SIM_DMA_DEBUG_INTERNAL_H
#define IOVA_SIM_DMA_DEBUG_INTERNAL_H

#include <linux/device.h>
#include <linux/list.h>
#include "device/sim_device.h"
#include "iova_sim/dma_debug.h"
#include "iova_sim/layer.h"
#include "kernel/dma_debug_table.h"
#include "kernel/world.h"

#define DMA_DEBUG_BUCKET_COUNT 16384u
#define DMA_DEBUG_BUCKET_SHIFT 13
#define DMA_DEBUG_LINE_BUCKET_COUNT 4096u

/* What the map call was, in the order of the kernel's names. */
enum dma_debug_type {
	DMA_DEBUG_SINGLE,
	DMA_DEBUG_SG,
	DMA_DEBUG_COHERENT,
	DMA_DEBUG_NONCOHERENT,
	DMA_DEBUG_PHYS,
	DMA_DEBUG_TYPE_COUNT,
};

/* Whether the driver asked dma_mapping_error(). */
enum dma_debug_check {
	DMA_DEBUG_NOT_APPLICABLE,
	DMA_DEBUG_NOT_CHECKED,
	DMA_DEBUG_CHECKED,
};

/**
 * struct dma_debug_entry - one mapping, or what a call says about one
 * @node: in the list of all entries, in order of mapping
 * @next: in the bucket
 * @prev: in the bucket
 * @dev: device
 * @dev_addr: DMA address
 * @size: bytes
 * @paddr: physical address
 * @type: kind of call
 * @direction: direction
 * @sg_call_ents: entries of the scatterlist call, 0 for others
 * @sg_mapped_ents: segments that they were mapped to
 * @attrs: DMA_ATTR_*
 * @check: whether its success was checked
 * @is_cache_clean: the driver promised not to write to the buffer while it is mapped
 * @step: when it was mapped
 */
struct dma_debug_entry {
	struct list_head node;
	struct dma_debug_entry *next;
	struct dma_debug_entry *prev;
	struct device *dev;
	u64 dev_addr;
	u64 size;
	phys_addr_t paddr;
	enum dma_debug_type type;
	int direction;
	int sg_call_ents;
	int sg_mapped_ents;
	unsigned long attrs;
	enum dma_debug_check check;
	bool is_cache_clean;
	u64 step;
};

/* Entries with like addresses, oldest first. */
struct dma_debug_bucket {
	struct dma_debug_entry *first;
	struct dma_debug_entry *last;
};

/**
 * struct dma_debug_line - a cache line in which a writable mapping begins
 * @next: in its bucket
 * @number: physical address in cache lines
 * @overlap: mappings of it beyond the first, as far as the kernel's counter goes
 * @is_cache_clean: of the first mapping
 * @owner: device of the first mapping, as reports name it
 */
struct dma_debug_line {
	struct dma_debug_line *next;
	u64 number;
	int overlap;
	bool is_cache_clean;
	const char *owner;
};

/* See sim_dma_debug_area(). */
struct dma_debug_area {
	enum svmsim_area_kind kind;
	phys_addr_t phys;
	u64 bytes;
};

/**
 * struct dma_debug - state of DMA debugging in a world
 * @bucket: entries by address
 * @line: cache lines by number
 * @entries: struct dma_debug_entry, in order of mapping
 * @line_count: cache lines
 * @area: areas
 * @area_count: entries of @area in use
 * @leak: for each device, the report of what its driver left behind
 */
struct dma_debug {
	struct dma_debug_bucket bucket[DMA_DEBUG_BUCKET_COUNT];
	struct dma_debug_line *line[DMA_DEBUG_LINE_BUCKET_COUNT];
	struct list_head entries;
	unsigned int line_count;
	struct dma_debug_area area[SVMSIM_AREA_MAX];
	unsigned int area_count;
	struct sim_report *leak[SVMSIM_DEVICE_MAX];
};

/* The state while debugging is on, NULL while it is off. */
static inline struct dma_debug *dma_debug_get(void)
{
	return iova_sim_state()->debug;
}

/* Whether the machine's kernel has a class of the table. */
bool dma_debug_has(enum sim_report_id id);

/* Puts a copy of @entry on the books and looks at its cache line. */
void dma_debug_add(struct dma_debug *debug, const struct dma_debug_entry *entry);
/* Takes an entry off the books. */
void dma_debug_remove(struct dma_debug *debug, struct dma_debug_entry *entry);
/* The entry that an unmap means, or NULL. */
struct dma_debug_entry *dma_debug_find(struct dma_debug *debug, const struct dma_debug_entry *ref);
/* The entry that a sync means, or NULL. */
struct dma_debug_entry *dma_debug_find_covering(struct dma_debug *debug,
						const struct dma_debug_entry *ref);
/* The bucket of an address. */
struct dma_debug_bucket *dma_debug_bucket(struct dma_debug *debug, u64 dev_addr);

/* Judges an unmap, and takes the entry that it means off the books. */
void dma_debug_unmap(struct dma_debug *debug, const struct dma_debug_entry *ref);
/* Judges a sync. */
void dma_debug_sync(struct dma_debug *debug, const struct dma_debug_entry *ref, bool to_cpu);
/* Judges which memory is being mapped. */
void dma_debug_check_memory(struct dma_debug *debug, struct device *dev, phys_addr_t phys,
			    u64 bytes);
/* The area of one of the kinds in @kinds (bits) that overlaps a range, or NULL. */
const struct dma_debug_area *dma_debug_area_find(const struct dma_debug *debug, unsigned int kinds,
						 phys_addr_t phys, u64 bytes);

/* A report with its device named. */
struct sim_report *dma_debug_begin(enum sim_report_id id, const struct device *dev);
/* Adds the kernel's words and raises it; @entry is the mapping that it is about, or NULL. */
void dma_debug_raise(struct sim_report *report, struct device *dev,
		     const struct dma_debug_entry *entry, const char *fmt, ...) __printf(4, 5);
/* The kernel's name and ours of a direction, and the kernel's name of a type. */
const char *dma_debug_direction(int direction);
const char *dma_debug_direction_word(int direction);
const char *dma_debug_type_name(enum dma_debug_type type);

#define dma_debug_report_begin(symbol, dev) dma_debug_begin(SIM_REPORT_DMA_DEBUG_##symbol, dev)
#define dma_debug_report_raise(report, dev, entry, symbol, ...)                                    \
	dma_debug_raise(report, dev, entry, SIM_DMA_DEBUG_TEXT_##symbol, ##__VA_ARGS__)

#endif
