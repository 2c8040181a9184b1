/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Physical memory of the simulated machine: which page frame numbers exist, their struct page,
 * their bytes, and the allocator.
 *
 * The page map is one lazily touched reservation of 64 bytes for each page frame that the machine's
 * physical width allows, so that a device's memory at the top of physical space needs nothing
 * special. An all-zero entry is a free page; a reset makes those entries zero again that a run
 * touched, and no other.
 *
 * RAM starts at 16 MiB: physical address 0 means "no translation" to much of the kernel and must
 * never be a page. Node 0 has its RAM up to 3 GiB and goes on at 4 GiB, as on a PC: what lies
 * between belongs to PCI. Each further node starts at the next multiple of 1 GiB. Bytes live in
 * chunks of 1 GiB that are reserved when first touched and bound to the host node that stands for
 * the chunk's simulated node.
 *
 * DOC: Vocabulary
 *
 * block   a power of two of page frames, aligned to its size: what the allocator keeps free lists
 *	   of, by order.
 * group   64 page frames: what a host page of the page map describes, and the unit in which a run
 *	   remembers what it touched.
 * stored  a page has bytes of its own. A page that is not stored has a tag instead.
 * tag     a word that stands for the bytes of a whole page (mm/content.h). A fresh page has tag 0:
 *	   it reads as the machine's fill byte. With content=tag a page that is cleared, filled with
 *	   a pattern or copied as a whole gets a tag; a write to a part of it gives it its 4 KiB.
 * raw     a stored page of which somebody may have a pointer to its bytes: it stays stored until it
 *	   is handed out anew.
 *
 * window     a range of physical space outside of RAM that has bytes: memory of a device that the
 *	      CPU and other devices can reach. It has no pages of the allocator; a pagemap may give
 *	      it some.
 *
 * DOC: Not modelled
 *
 * Zones beyond the limits that they set to addresses, watermarks, migrate types, compaction, memory
 * hotplug. The order in which a real kernel hands out pages depends on all of its past; here it is
 * lowest block first, freed pages again last in first out. The order of nodes is the kernel's.
 *
 * DOC: Source
 *
 * The kernel's page allocator (mm/page_alloc.c, v7.0) for the rules of orders, splitting and
 * merging blocks, compound pages and reference counts.
 */
#ifndef MM_PHYS_H
#define MM_PHYS_H

#include <linux/ioport.h>
#include <linux/mm.h>
#include "kernel/world.h"
#include "mm/watch.h"

struct sim_cache;

#define SIM_PHYS_RAM_START 0x1000000ull
#define SIM_PHYS_HOLE_START 0xc0000000ull
#define SIM_PHYS_HOLE_END 0x100000000ull
#define SIM_PHYS_CHUNK_SHIFT 30
/* Blocks of up to 4 GiB, so that the largest request of svmsim_ram_alloc() is one block. */
#define SIM_PHYS_ORDER_MAX 20
#define SIM_FOLIO_QUEUES 64
#define SIM_PHYS_WINDOW_MAX 64

/**
 * struct sim_phys_chunk - RAM within one aligned GiB of physical space
 * @base: where the bytes of @first are; NULL until first touched
 * @first: first physical address with RAM
 * @bytes: RAM from there on, 0 when the chunk has none
 * @node: simulated node
 */
struct sim_phys_chunk {
	char *base;
	phys_addr_t first;
	u64 bytes;
	int node;
};

/**
 * struct sim_phys_window - bytes outside of RAM
 * @base: where the bytes of @first are; kept for the next run
 * @first: physical address, page aligned
 * @bytes: size
 * @is_there: whether this run has it
 * @is_private: only its device reaches it
 */
struct sim_phys_window {
	char *base;
	phys_addr_t first;
	u64 bytes;
	bool is_there;
	bool is_private;
};

/**
 * struct sim_pgmap_range - page frames of a device
 * @first_pfn: first
 * @end_pfn: behind the last
 * @pgmap: whose
 * @nid: node that they count as
 */
struct sim_pgmap_range {
	u64 first_pfn;
	u64 end_pfn;
	struct dev_pagemap *pgmap;
	int nid;
};

/**
 * struct sim_phys_node - a node's free memory
 * @free: blocks by order, last freed first
 * @free_pages: page frames in blocks and in the list of single pages
 * @ram_pages: page frames that the node has
 * @single: freed single pages that were not merged yet
 * @single_count: their number
 * @order_mask: bit n is set when free[n] is not empty
 * @fallback: this node and all others, in the order in which an allocation looks for memory
 * @limit_pages: as many may be in use; 0 for all
 * @range: page frames of the node, end exclusive; the second range is empty unless the first one
 *	ends at the PCI hole
 */
struct sim_phys_node {
	struct list_head free[SIM_PHYS_ORDER_MAX + 1];
	u64 free_pages;
	u64 ram_pages;
	struct list_head single;
	unsigned int single_count;
	u32 order_mask;
	u8 fallback[SVMSIM_NODE_MAX];
	u64 limit_pages;
	struct {
		u64 first_pfn;
		u64 end_pfn;
	} range[2];
};

/**
 * struct sim_phys - the layer's state
 * @pages: the page map, indexed by page frame number
 * @chunks: by physical address >> SIM_PHYS_CHUNK_SHIFT
 * @chunk_count: chunks up to the end of RAM
 * @stored: bitmap, a bit for each page frame; a word is a group
 * @raw: bitmap of the same form; a subset of @stored
 * @tags: of each page frame, of use while it is not stored
 * @keeps_tags: content=tag
 * @touched: bitmap of groups that the run touched
 * @touched_groups: the same as a list, in order of first touch
 * @touched_count: entries in use
 * @touched_max: entries allocated
 * @pfn_end: page frames that the page map covers
 * @ram_pfn_end: end of RAM
 * @last_chunk: of the last lookup by host address
 * @scattered_pfn: page frame that sim_phys_alloc_scattered() handed out last
 * @scattered_is_set: whether it did so in this run
 * @fill: what a fresh page reads as
 * @pgmaps: page frames of devices, in order of registration
 * @pgmap_count: entries in use
 * @pgmap_capacity: entries allocated
 * @iomem: root of the tree of resources
 * @iomem_part: what is in it from the start: RAM, windows of PCI
 * @windows: those of this run and of earlier ones
 * @window_count: entries in use
 * @last_window: of the last lookup by page frame; NULL for none
 * @watch: oracle callbacks, NULL when nobody watches; survives a reset
 * @folio_queue: who waits for a bit of a folio, by hash of its page frame (mm/folio.h)
 * @table_changes: changes of the CPUs' page tables above PTEs, never reset
 * @cache: the CPUs' cache (mm/cache.h), NULL when every device snoops
 * @node_count: entries of @node in use
 * @node: nodes
 */
struct sim_phys {
	struct page *pages;
	struct sim_phys_chunk *chunks;
	u64 chunk_count;
	u64 *stored;
	u64 *raw;
	u64 *tags;
	bool keeps_tags;
	u64 *touched;
	u32 *touched_groups;
	u32 touched_count;
	u32 touched_max;
	u64 pfn_end;
	u64 ram_pfn_end;
	struct sim_phys_chunk *last_chunk;
	u64 scattered_pfn;
	bool scattered_is_set;
	u8 fill;
	struct sim_pgmap_range *pgmaps;
	unsigned int pgmap_count;
	unsigned int pgmap_capacity;
	struct resource iomem;
	struct resource iomem_part[2 * SVMSIM_NODE_MAX + 2];
	struct sim_phys_window windows[SIM_PHYS_WINDOW_MAX];
	unsigned int window_count;
	struct sim_phys_window *last_window;
	const struct mm_watch *watch;
	u64 table_changes;
	struct list_head folio_queue[SIM_FOLIO_QUEUES];
	struct sim_cache *cache;
	unsigned int node_count;
	struct sim_phys_node node[SVMSIM_NODE_MAX];
};

extern const struct sim_layer sim_layer_phys;

static inline struct sim_phys *sim_phys_of_world(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_PHYS];
}

/**
 * sim_phys_layout_end - where RAM ends with a description's nodes
 * @machine: description with its defaults filled in
 *
 * Return: the first physical address behind RAM, so that a check of the description can compare it
 * with the physical width.
 */
u64 sim_phys_layout_end(const struct svmsim_machine *machine);

/** sim_phys_ptr_slow - what sim_phys_ptr() does when a chunk is touched first; not for callers */
void *sim_phys_ptr_slow(struct svmsim_world *world, phys_addr_t phys);

/**
 * sim_phys_ptr - where the simulator keeps the bytes at a physical address
 * @world: world
 * @phys: physical address
 *
 * Meant for page-table pages, whose bytes always exist. A data page that is not stored yet has
 * leftovers of earlier runs there: reach data pages with sim_phys_read(), sim_phys_write() or
 * sim_phys_data().
 *
 * Return: the address, good up to the end of the page; NULL if there is neither RAM nor a window.
 */
static __always_inline void *sim_phys_ptr(struct svmsim_world *world, phys_addr_t phys)
{
	const struct sim_phys *state = sim_phys_of_world(world);
	const struct sim_phys_chunk *chunk;

	if (unlikely(phys >> SIM_PHYS_CHUNK_SHIFT >= state->chunk_count))
		return sim_phys_ptr_slow(world, phys);
	chunk = &state->chunks[phys >> SIM_PHYS_CHUNK_SHIFT];
	if (unlikely(!chunk->base || phys - chunk->first >= chunk->bytes))
		return sim_phys_ptr_slow(world, phys);
	return chunk->base + (phys - chunk->first);
}

/**
 * sim_phys_data - as sim_phys_ptr(), after giving the page its own bytes
 * @world: world
 * @phys: physical address
 *
 * Return: the address, good up to the end of the page; NULL if there is neither RAM nor a window.
 */
void *sim_phys_data(struct svmsim_world *world, phys_addr_t phys);
/**
 * sim_phys_of - physical address of a pointer from sim_phys_ptr()
 * @world: world
 * @ptr: pointer
 *
 * Return: the physical address, or ~0 when @ptr is into neither RAM nor a window.
 */
phys_addr_t sim_phys_of(struct svmsim_world *world, const void *ptr);
/** sim_phys_is_ram - whether there is RAM at a physical address */
bool sim_phys_is_ram(const struct svmsim_world *world, phys_addr_t phys);
/** sim_phys_has_bytes - whether there is RAM or a window at a physical address */
bool sim_phys_has_bytes(const struct svmsim_world *world, phys_addr_t phys);
/**
 * sim_phys_window_add - give a range outside of RAM bytes, for this run
 * @world: world
 * @first: page aligned
 * @bytes: page aligned; the range must be inside the physical width and overlap no other
 *
 * The bytes read as the machine's fill at first.
 */
void sim_phys_window_add(struct svmsim_world *world, phys_addr_t first, u64 bytes);
/**
 * sim_phys_device_memory_add - give a range outside of RAM bytes that only its device reaches
 * @world: world
 * @first: page aligned
 * @bytes: page aligned; the range must be inside the physical width and overlap no other
 *
 * Memory of a GPU behind page frames of type MEMORY_DEVICE_PRIVATE: the functions below find
 * nothing there but for those that say device. Costs memory of the host only for what is written.
 */
void sim_phys_device_memory_add(struct svmsim_world *world, phys_addr_t first, u64 bytes);
/** sim_phys_window_remove - the reverse of both, before the end of a run; @first as given there */
void sim_phys_window_remove(struct svmsim_world *world, phys_addr_t first);

/**
 * sim_phys_read - copy bytes out of physical memory
 * @world: world
 * @phys: start
 * @buf: filled
 * @bytes: size; may cross pages
 *
 * Return: 0, or -EFAULT when any byte has neither RAM nor a window behind it (nothing is copied
 * then).
 */
int sim_phys_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes);
/**
 * sim_phys_write - copy bytes into physical memory
 * @world: world
 * @phys: start
 * @buf: bytes
 * @bytes: size; may cross pages
 *
 * Return: 0, or -EFAULT when any byte has neither RAM nor a window behind it (nothing is copied
 * then).
 */
int sim_phys_write(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes);
/**
 * sim_phys_set - write one byte value to a range
 * @world: world
 * @phys: start
 * @value: byte
 * @bytes: size; may cross pages
 *
 * Return: 0, or -EFAULT when any byte has neither RAM nor a window behind it (nothing is written
 * then).
 */
int sim_phys_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes);
/**
 * sim_phys_copy - copy bytes within simulated RAM
 * @world: world
 * @to: where to, within one page
 * @from: where from, within one page; the ranges do not overlap
 * @bytes: size
 *
 * Return: 0, or -EFAULT when either has no bytes behind it (nothing is copied then).
 */
int sim_phys_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes);

/**
 * sim_phys_write_tag - write a whole page
 * @world: world
 * @phys: page aligned
 * @tag: of sim_content_pattern() or sim_content_uniform()
 *
 * Return: 0, or -EFAULT when there is neither RAM nor a window.
 */
int sim_phys_write_tag(struct svmsim_world *world, phys_addr_t phys, u64 tag);
/**
 * sim_phys_is_tag - whether a page is kept as a tag now
 * @world: world
 * @phys: anywhere in it; anything
 * @tag: set when it is
 */
bool sim_phys_is_tag(const struct svmsim_world *world, phys_addr_t phys, u64 *tag);

/*
 * The same for hardware of a device, which reaches its own memory too: sim_phys_read(),
 * sim_phys_write(), sim_phys_set(), sim_phys_copy() and sim_phys_write_tag().
 */
int sim_phys_device_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes);
int sim_phys_device_write(struct svmsim_world *world, phys_addr_t phys, const void *buf,
			  size_t bytes);
int sim_phys_device_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes);
int sim_phys_device_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from,
			 size_t bytes);
int sim_phys_device_write_tag(struct svmsim_world *world, phys_addr_t phys, u64 tag);

/**
 * sim_phys_alloc_contig - allocate contiguous pages that are freed one by one
 * @world: current world
 * @pages: 1 to 1 << SIM_PHYS_ORDER_MAX
 * @align_bytes: alignment, a power of two; up to PAGE_SIZE means none
 *
 * Each page has one reference. Nodes are tried in order.
 * Return: the first page, or NULL when no node has such a block.
 */
struct page *sim_phys_alloc_contig(struct svmsim_world *world, u64 pages, u64 align_bytes);
/**
 * sim_phys_alloc_scattered - allocate a page that is no neighbour of the one before
 * @world: current world
 *
 * Return: a page with one reference whose page frame is not next to that of the last successful
 * call in this run, or NULL when there is none.
 */
struct page *sim_phys_alloc_scattered(struct svmsim_world *world);
/**
 * sim_phys_alloc_top - set pages aside at the top of RAM, for the rest of the run
 * @world: current world
 * @pages: how many, contiguous
 * @limit: first physical address that they must not reach
 *
 * They were never free, as what a kernel sets aside at boot: no event, no watcher hears of them,
 * and their struct pages stay all zero.
 *
 * Models: memblock_alloc_low(); mm/memblock.c, v7.0.
 * Return: the first page frame, or 0 when there is no such block.
 */
u64 sim_phys_alloc_top(struct svmsim_world *world, u64 pages, u64 limit);
/**
 * sim_phys_table_alloc - a zeroed page for page tables
 * @world: current world
 *
 * Return: its bytes, or NULL when RAM is exhausted.
 */
void *sim_phys_table_alloc(struct svmsim_world *world);
/**
 * sim_phys_table_free - give a page of sim_phys_table_alloc() back
 * @world: current world
 * @table: its bytes
 */
void sim_phys_table_free(struct svmsim_world *world, void *table);
/** sim_phys_free_pages - number of free pages of RAM */
u64 sim_phys_free_pages(const struct svmsim_world *world);
/** sim_phys_node_free_pages - number of free pages of a node */
u64 sim_phys_node_free_pages(const struct svmsim_world *world, int nid);
/**
 * sim_phys_set_node_limit - make a node look full before it is
 * @world: world
 * @nid: node
 * @pages: alloc_pages() and kin find memory while fewer are in use; 0 for all of its RAM
 *
 * Until the end of the run.
 */
void sim_phys_set_node_limit(struct svmsim_world *world, int nid, u64 pages);
/**
 * sim_phys_overhead_bytes - address space of the host that describes page frames
 * @world: world
 *
 * The page map and the bitmaps beside it, for all page frames; not contents, nor tags for them. It
 * costs memory where it is touched.
 */
u64 sim_phys_overhead_bytes(const struct svmsim_world *world);
/** sim_phys_ram_pages - number of pages of RAM */
u64 sim_phys_ram_pages(const struct svmsim_world *world);

/**
 * sim_phys_set_watch - make @watch the watcher of physical memory
 * @world: world
 * @watch: callbacks, must live until replaced; NULL for none
 *
 * Survives a reset.
 */
void sim_phys_set_watch(struct svmsim_world *world, const struct mm_watch *watch);

/**
 * sim_phys_pgmap_add - give page frames of a device their zone and pagemap, and nothing else
 * @world: current world
 * @pgmap: its ranges are page aligned, outside of RAM and of other pagemaps; stays until removed
 *
 * What a test needs that is not about memremap_pages(): the pagemap has no references.
 *
 * Return: 0, -EINVAL (no range, not aligned, beyond the physical width), -ENXIO (overlaps RAM or
 * another pagemap).
 */
int sim_phys_pgmap_add(struct svmsim_world *world, struct dev_pagemap *pgmap);
/** sim_phys_pgmap_remove - the reverse of sim_phys_pgmap_add() */
void sim_phys_pgmap_remove(struct svmsim_world *world, struct dev_pagemap *pgmap);
/**
 * sim_phys_touch - say that the struct pages of a range are about to be written
 * @world: world
 * @pfn: first page frame
 * @count: number of page frames
 *
 * The allocator does this for what it hands out; memory of devices needs it before use, so that a
 * reset finds those entries.
 */
void sim_phys_touch(struct svmsim_world *world, u64 pfn, u64 count);

/**
 * sim_phys_is_valid - check the whole allocator, for tests
 * @world: world
 *
 * Invariants: each free block is aligned to its size, lies in its node's RAM, has no reference and
 * overlaps no other; no two free blocks are buddies; counts and masks match.
 * Return: false when one of them is broken.
 */
bool sim_phys_is_valid(struct svmsim_world *world);

#endif
