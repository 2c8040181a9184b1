/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Shared inside lib/mirror. */
#ifndef MIRROR_H
#define MIRROR_H

#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/memremap.h>
#include <linux/migrate.h>
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/sim_mirror.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#define BLOCK_ORDER 9
#define BLOCK_PAGES (1u << BLOCK_ORDER)
#define BLOCK_BYTES (BLOCK_PAGES * PAGE_SIZE)
#define WINDOW_PAGES BLOCK_PAGES
#define WINDOW_BYTES BLOCK_BYTES
#define WINDOW_MASK (~(WINDOW_BYTES - 1))

/* Entries of the table: an address with flags. Of a page of RAM it is the DMA address. */
#define ENTRY_PRESENT BIT(0)
#define ENTRY_WRITE BIT(1)
/* Of the device's own memory: the physical address. */
#define ENTRY_OWN BIT(2)
#define ENTRY_EXCLUSIVE BIT(3)
/* Of a page of RAM: the device has written to it. */
#define ENTRY_DIRTY BIT(4)

struct mirror_chunk;

/**
 * struct mirror_block - part of the device's memory; its lock is the device's
 * @node: in the device's list of those that are all free, or have free pages
 * @chunk: of which
 * @first: first page
 * @backing: as many pages of RAM, NULL before the first use; kept for the next one
 * @free: pages given back, linked by their zone_device_data
 * @next: pages from here on were never given out
 * @used: pages given out
 */
struct mirror_block {
	struct list_head node;
	struct mirror_chunk *chunk;
	struct page *first;
	struct page *backing;
	struct page *free;
	unsigned int next;
	unsigned int used;
};

/**
 * struct mirror_chunk - memory registered at once
 * @device: whose
 * @node: in the device's list
 * @block_count: entries of @block
 * @block: blocks
 * @pagemap: what core mm sees
 */
struct mirror_chunk {
	struct sim_mirror_device *device;
	struct list_head node;
	unsigned int block_count;
	struct mirror_block *block;
	struct dev_pagemap pagemap;
};

/**
 * struct sim_mirror_device - a device
 * @dev: it
 * @config: with defaults filled in
 * @chunk_lock: one task at a time adds memory
 * @chunks: oldest first; @chunk_lock
 * @chunk_count: their number
 * @lock: of all below; taken where nothing may sleep
 * @free_blocks: blocks without a page in use
 * @partial_blocks: blocks with free pages, most recently freed first
 * @used: pages in use
 * @fail_order: order of the next destination to fail, or -1
 */
struct sim_mirror_device {
	struct device *dev;
	struct sim_mirror_config config;
	struct mutex chunk_lock;
	struct list_head chunks;
	unsigned int chunk_count;
	spinlock_t lock;
	struct list_head free_blocks;
	struct list_head partial_blocks;
	u64 used;
	int fail_order;
};

/**
 * struct mirror_window - a part of a table; its lock is the mirror's
 * @map: DMA addresses of its pages
 * @used: entries that are present
 * @entry: by page
 */
struct mirror_window {
	struct hmm_dma_map map;
	unsigned int used;
	u64 entry[WINDOW_PAGES];
};

/**
 * struct sim_mirror - a mirror
 * @notifier: over all of the address space
 * @device: whose
 * @window_lock: one task at a time makes windows
 * @windows: by address / WINDOW_BYTES; stay until the mirror is closed
 * @lock: of the table, what the notifier takes: no allocation that may reclaim
 * @stats: counts; @lock
 */
struct sim_mirror {
	struct mmu_interval_notifier notifier;
	struct sim_mirror_device *device;
	struct mutex window_lock;
	struct xarray windows;
	struct mutex lock;
	struct sim_mirror_stats stats;
};

static inline struct mm_struct *mirror_mm(const struct sim_mirror *mirror)
{
	return mirror->notifier.mm;
}

static inline bool mirror_is_coherent(const struct sim_mirror_device *device)
{
	return device->config.coherent_first;
}

/* memory.c */
/* Locked, with one reference: ready as a destination. NULL without memory. */
struct page *mirror_alloc_page(struct sim_mirror_device *device);
struct folio *mirror_alloc_huge(struct sim_mirror_device *device);
/* Whether the destination that is about to be allocated has to fail. */
bool mirror_must_fail(struct sim_mirror_device *device, unsigned int order);
/* Whether a page is the device's own. */
bool mirror_owns(const struct sim_mirror_device *device, const struct page *page);
/* The page with the bytes of an own one. */
struct page *mirror_data_page(const struct sim_mirror_device *device, struct page *page);
int mirror_add_chunk(struct sim_mirror_device *device);
void mirror_remove_chunks(struct sim_mirror_device *device);

/* table.c; mirror->lock is held but for mirror_make_windows(). */
int mirror_make_windows(struct sim_mirror *mirror, unsigned long addr, unsigned long end);
void mirror_free_windows(struct sim_mirror *mirror);
/* 0 when there is none. */
u64 mirror_entry(struct sim_mirror *mirror, unsigned long addr);
/* The device writes through an entry that is there. */
void mirror_set_dirty(struct sim_mirror *mirror, unsigned long addr);
/* Puts a page of hmm_range_fault() into the table; @flags: ENTRY_EXCLUSIVE or 0. 0, -ENOMEM. */
int mirror_set(struct sim_mirror *mirror, unsigned long addr, unsigned long hmm_pfn, u64 flags);
/* The window of an address, which is there. */
struct mirror_window *mirror_window(struct sim_mirror *mirror, unsigned long addr);
/* The same as mirror_set() of an own page that is just being migrated. */
void mirror_set_own(struct sim_mirror *mirror, struct mirror_window *window, unsigned long addr,
		    const struct page *page, bool write);
void mirror_clear(struct sim_mirror *mirror, unsigned long addr, unsigned long last);

/* migrate.c */
vm_fault_t mirror_migrate_to_ram(struct vm_fault *vmf);

#endif
