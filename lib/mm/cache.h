/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The CPUs' data cache, as far as a device that does not snoop it can tell. There is one for all
 * CPUs, of any size, with lines of 64 bytes, and it exists in a machine with such a device only: in
 * any other each access below is an access to RAM and costs one branch more.
 *
 * A page comes into the cache when a CPU writes to it or when it is mapped for a device that does
 * not snoop, and stays until it is freed. From then on the CPU reads and writes the cached bytes.
 * What it wrote reaches RAM when the lines are cleaned, and what a device wrote to RAM reaches the
 * CPU when they are invalidated, and never before: the worst that real hardware may do, every time.
 * So a driver that forgets to sync sees stale bytes in every run, not in one of a thousand.
 *
 * DOC: Vocabulary
 *
 * clean       write lines that the CPU changed back to RAM. A line that it did not change keeps
 *	       what it has, also where a device has written to RAM since.
 * invalidate  take lines from RAM anew. What the CPU wrote to them and nobody cleaned is lost; but
 *	       a line that the range covers in part is cleaned before, which overwrites all of it
 *	       in RAM. Both are real: buffers that share a line with other data are not safe.
 * uncached    a page that the CPU reaches past the cache: coherent memory of such a device.
 *
 * DOC: Not modelled
 *
 * Lines that leave the cache by themselves, early or late; instruction fetches; pages that code
 * reaches by the pointer of phys_to_virt() or sim_phys_ptr(), page tables above all, are reached in
 * RAM, so that tables count as snooped.
 *
 * DOC: Source
 *
 * arch/arm64/mm/{dma-mapping.c,cache.S}, v7.0, for what the two operations do to lines in part.
 */
#ifndef MM_CACHE_H
#define MM_CACHE_H

#include <linux/types.h>
#include "mm/phys.h"

#define SIM_CACHE_LINE_BYTES 64

struct sim_cache;

/**
 * sim_cache_enable - from now on to the end of the run, some device of the machine does not snoop
 * @world: current world
 */
void sim_cache_enable(struct svmsim_world *world);
/** sim_cache_free - forget the cache and what was not written back; for the end of a run */
void sim_cache_free(struct svmsim_world *world);
/** sim_cache_is_on - whether there is a device that does not snoop */
static inline bool sim_cache_is_on(const struct svmsim_world *world)
{
	return unlikely(sim_phys_of_world(world)->cache != NULL);
}

/**
 * sim_cache_hold - take the pages of a range into the cache, as RAM has them now
 * @world: current world
 * @phys: start
 * @bytes: length
 *
 * Pages that are there already stay as they are.
 */
void sim_cache_hold(struct svmsim_world *world, phys_addr_t phys, size_t bytes);
/** sim_cache_clean - clean the lines that a range touches; see Vocabulary */
void sim_cache_clean(struct svmsim_world *world, phys_addr_t phys, size_t bytes);
/** sim_cache_invalidate - invalidate the lines that a range touches; see Vocabulary */
void sim_cache_invalidate(struct svmsim_world *world, phys_addr_t phys, size_t bytes);
/**
 * sim_cache_set_uncached - have the CPU reach pages past the cache, or through it again
 * @world: current world
 * @phys: start, a multiple of PAGE_SIZE
 * @bytes: length, a multiple of PAGE_SIZE
 * @uncached: which of the two
 *
 * What the cache had of them is cleaned first.
 */
void sim_cache_set_uncached(struct svmsim_world *world, phys_addr_t phys, size_t bytes,
			    bool uncached);
/** sim_cache_page_freed - clean a page that goes back to the allocator and drop it */
void sim_cache_page_freed(struct svmsim_world *world, u64 pfn);

/* What the functions below do when the cache is on; not for callers. */
int sim_cache_read(struct svmsim_world *world, phys_addr_t phys, void *buf, size_t bytes);
int sim_cache_write(struct svmsim_world *world, phys_addr_t phys, const void *buf, size_t bytes);
int sim_cache_snoop_write(struct svmsim_world *world, phys_addr_t phys, const void *buf,
			  size_t bytes);

/**
 * sim_cpu_phys_read - a CPU reads memory
 * @world: current world
 * @phys: start
 * @buf: filled
 * @bytes: size; may cross pages
 *
 * Return: as sim_phys_read().
 */
static inline int sim_cpu_phys_read(struct svmsim_world *world, phys_addr_t phys, void *buf,
				    size_t bytes)
{
	if (sim_cache_is_on(world))
		return sim_cache_read(world, phys, buf, bytes);
	return sim_phys_read(world, phys, buf, bytes);
}

/**
 * sim_cpu_phys_write - a CPU writes memory
 * @world: current world
 * @phys: start
 * @buf: bytes
 * @bytes: size; may cross pages
 *
 * Return: as sim_phys_write().
 */
static inline int sim_cpu_phys_write(struct svmsim_world *world, phys_addr_t phys, const void *buf,
				     size_t bytes)
{
	if (sim_cache_is_on(world))
		return sim_cache_write(world, phys, buf, bytes);
	return sim_phys_write(world, phys, buf, bytes);
}

/**
 * sim_cpu_set - a CPU writes one byte value to a range
 * @world: current world
 * @phys: start
 * @value: byte
 * @bytes: size; may cross pages
 *
 * Return: as sim_phys_set().
 */
int sim_cpu_set(struct svmsim_world *world, phys_addr_t phys, u8 value, size_t bytes);
/**
 * sim_cpu_copy - a CPU copies memory
 * @world: current world
 * @to: where to; the two ranges do not overlap
 * @from: where from
 * @bytes: size; may cross pages
 *
 * Return: 0, or -EFAULT when any byte has no RAM behind it (then what came before it is copied).
 */
int sim_cpu_copy(struct svmsim_world *world, phys_addr_t to, phys_addr_t from, size_t bytes);

/**
 * sim_bus_read - a device reads memory
 * @world: current world
 * @phys: start
 * @buf: filled
 * @bytes: size; may cross pages
 * @snoops: the device sees what CPUs have in their caches
 *
 * Return: as sim_phys_read().
 */
static inline int sim_bus_read(struct svmsim_world *world, phys_addr_t phys, void *buf,
			       size_t bytes, bool snoops)
{
	if (sim_cache_is_on(world) && snoops)
		return sim_cache_read(world, phys, buf, bytes);
	return sim_phys_read(world, phys, buf, bytes);
}

/**
 * sim_bus_write - a device writes memory
 * @world: current world
 * @phys: start
 * @buf: bytes
 * @bytes: size; may cross pages
 * @snoops: CPUs see it at once
 *
 * Return: as sim_phys_write().
 */
static inline int sim_bus_write(struct svmsim_world *world, phys_addr_t phys, const void *buf,
				size_t bytes, bool snoops)
{
	if (sim_cache_is_on(world) && snoops)
		return sim_cache_snoop_write(world, phys, buf, bytes);
	return sim_phys_write(world, phys, buf, bytes);
}

#endif
