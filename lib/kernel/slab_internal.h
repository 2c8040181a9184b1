/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KERNEL_SLAB_INTERNAL_H
#define KERNEL_SLAB_INTERNAL_H

#include <linux/rbtree_types.h>
#include "kernel/slab.h"
#include "kernel/world.h"

#define SLAB_POISON_FREE 0x6b
#define SLAB_POISON_END 0xa5
#define SLAB_RED_ACTIVE 0xcc
#define SLAB_RED_BYTES 16

/**
 * struct sim_chunk - the record in front of each object
 * @prev: in the live table, or the quarantine
 * @next: the same
 * @site: who allocated it
 * @cache: its cache, NULL for kmalloc
 * @free_pc: who freed it, an address of the program
 * @base: start of the host memory
 * @host_bytes: its size
 * @size_bytes: what was asked for
 * @number: in order of allocation, from 1
 * @node: in the tree, once the world is watched
 * @is_free: in the quarantine
 * @is_told: a bad access was reported
 */
struct sim_chunk {
	struct sim_chunk *prev;
	struct sim_chunk *next;
	const struct sim_site *site;
	struct kmem_cache *cache;
	uintptr_t free_pc;
	void *base;
	size_t host_bytes;
	size_t size_bytes;
	u64 number;
	struct rb_node node;
	bool is_free;
	bool is_told;
} __aligned(16);

/**
 * struct sim_chunk_list - chunks in order
 * @first: oldest
 * @last: newest
 * @count: their number
 */
struct sim_chunk_list {
	struct sim_chunk *first;
	struct sim_chunk *last;
	u64 count;
};

/**
 * struct sim_slab_state - what slot SIM_SLOT_SLAB points to
 * @live: live table
 * @quarantine: freed objects, oldest first
 * @table: hash table of the objects in both lists, keyed by address; never walked
 * @table_size: its size, a power of two
 * @caches: all caches, newest first
 * @next_number: number of the last chunk
 * @tree: chunks of both lists by address, once @is_watched
 * @last_chunk: looked up last
 * @is_watched: instrumented code runs
 */
struct sim_slab_state {
	struct sim_chunk_list live;
	struct sim_chunk_list quarantine;
	struct sim_chunk **table;
	size_t table_size;
	struct kmem_cache *caches;
	u64 next_number;
	struct rb_root tree;
	struct sim_chunk *last_chunk;
	bool is_watched;
};

static inline struct sim_slab_state *sim_slab_state(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_SLAB];
}

static inline void *sim_chunk_object(const struct sim_chunk *chunk)
{
	return (void *)(chunk + 1);
}

static inline size_t sim_chunk_red_bytes(const struct sim_chunk *chunk)
{
	return SLAB_RED_BYTES + (-chunk->size_bytes & 7);
}

/**
 * sim_chunk_alloc - a new object in the live table
 * @site: who asks
 * @cache: for which cache, or NULL
 * @size: bytes, larger than 0
 * @align: power of two
 * @flags: __GFP_ZERO and __GFP_NOFAIL count
 *
 * Return: the object, NULL when a failure was asked for or the host has no memory.
 */
void *sim_chunk_alloc(const struct sim_site *site, struct kmem_cache *cache, size_t size,
		      size_t align, gfp_t flags);
/**
 * sim_chunk_free - move an object into the quarantine, after checking it
 * @object: anything but NULL; what is not a live object is reported
 * @free_pc: who frees
 */
void sim_chunk_free(const void *object, uintptr_t free_pc);
/**
 * sim_chunk_find - the record of an object
 * @object: any address
 *
 * Return: its chunk, live or in the quarantine; NULL if no object starts there.
 */
struct sim_chunk *sim_chunk_find(const void *object);
/**
 * sim_chunk_shrink - make a live object smaller in place
 * @chunk: its record
 * @size: new size, at most the old one
 */
void sim_chunk_shrink(struct sim_chunk *chunk, size_t size);
/**
 * sim_chunks_judge - at the end of a run: check all objects and report the leaks
 * @world: the world
 */
void sim_chunks_judge(struct svmsim_world *world);
/**
 * sim_chunks_forget - free everything without a word
 * @world: the world
 */
void sim_chunks_forget(struct svmsim_world *world);

/**
 * sim_chunk_check_red - report a changed red zone, once
 * @chunk: live
 */
void sim_chunk_check_red(struct sim_chunk *chunk);
/**
 * sim_chunk_check_poison - report changed poison
 * @chunk: in the quarantine
 */
void sim_chunk_check_poison(struct sim_chunk *chunk);
/** sim_chunk_watch - put a chunk into the tree */
void sim_chunk_watch(struct sim_slab_state *state, struct sim_chunk *chunk);
/** sim_chunk_unwatch - take it out */
void sim_chunk_unwatch(struct sim_slab_state *state, struct sim_chunk *chunk);
/**
 * sim_chunk_bad_access - report an access to a freed object or beside one, once for each object
 * @chunk: the object's record
 * @offset: of the first byte in it
 * @bytes: size of the access
 * @is_write: kind of the access
 * @pc: return address into the accessing function
 */
void sim_chunk_bad_access(struct sim_chunk *chunk, long offset, size_t bytes, bool is_write,
			  uintptr_t pc);
/**
 * sim_report_bad_free - report a free of what is not a live object
 * @object: what was freed
 * @chunk: its record if it was freed before, else NULL
 */
void sim_report_bad_free(const void *object, const struct sim_chunk *chunk);
/**
 * sim_report_leaks - one report for each call site with live objects
 * @world: the world
 */
void sim_report_leaks(struct svmsim_world *world);

/**
 * sim_cache_object_gone - an object of a cache was freed, by whatever function
 * @cache: the cache
 */
void sim_cache_object_gone(struct kmem_cache *cache);
/**
 * sim_caches_reset - take all objects of internal caches back, and drop all other caches
 * @world: the world
 */
void sim_caches_reset(struct svmsim_world *world);
/**
 * sim_caches_unmake - free every cache
 * @world: the world
 */
void sim_caches_unmake(struct svmsim_world *world);
/**
 * sim_cache_name - name of a cache
 * @cache: the cache
 *
 * Return: its name, valid as long as the cache, which outlives its destruction until the reset.
 */
const char *sim_cache_name(const struct kmem_cache *cache);

#endif
