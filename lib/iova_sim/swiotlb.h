/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Bounce buffers. A pool of RAM below 4 GiB is cut into slots; a buffer that a device must not or
 * can't reach is copied there and back. Which slots a request gets is the kernel's choice: areas
 * in turn from that of the CPU, in each a search that goes on where the last one ended.
 *
 * DOC: Vocabulary
 *
 * slot     2 KiB of the pool.
 * segment  128 slots, which no buffer crosses, so that none is larger than 256 KiB.
 * area     a share of the pool with its own place to search from; about one a CPU.
 * padding  what a buffer's slots hold before and behind the copy.
 *
 * DOC: Not modelled
 *
 * Pools that grow, restricted pools, encrypted memory. What the kernel says of the pool while it
 * boots is not in the log.
 *
 * DOC: Source
 *
 * kernel/dma/swiotlb.c, v7.0.
 */
#ifndef IOVA_SIM_SWIOTLB_H
#define IOVA_SIM_SWIOTLB_H

#include <linux/swiotlb.h>
#include <linux/types.h>

struct svmsim_world;

/**
 * struct io_tlb_area - a share of the pool
 * @used: slots in use
 * @index: where the next search starts, counted from the area's first slot
 */
struct io_tlb_area {
	unsigned long used;
	unsigned int index;
};

/**
 * struct sim_swiotlb_params - the pool that is wanted, as on the kernel's command line
 * @bytes: size; 0 for 64 MiB. Rounded up to whole segments, to one for each area, and to a power of
 *	two. Halved for as long as RAM has no such block
 * @area_count: areas; 0 for one for each CPU. Rounded up to a power of two
 * @force: every direct mapping bounces (swiotlb=force)
 */
struct sim_swiotlb_params {
	u64 bytes;
	unsigned int area_count;
	bool force;
};

/**
 * sim_swiotlb_init - set a pool up; before any device is attached that is to use it
 * @world: current world without a pool
 * @params: what is wanted
 *
 * Models: setup_io_tlb_npages(), swiotlb_init_remap(); kernel/dma/swiotlb.c, v7.0.
 * Return: 0, or -ENOMEM when there is no RAM for 1 MiB, or for @bytes if they are less.
 */
int sim_swiotlb_init(struct svmsim_world *world, const struct sim_swiotlb_params *params);
/** sim_swiotlb_free - forget the pool, if there is one; its RAM is being forgotten too */
void sim_swiotlb_free(struct svmsim_world *world);
/** sim_swiotlb_get - the pool of a world, NULL if it has none */
const struct io_tlb_mem *sim_swiotlb_get(const struct svmsim_world *world);

#endif
