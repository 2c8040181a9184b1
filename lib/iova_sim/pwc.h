/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The walk cache of the IOMMU (a paging-structure cache): where tables are, so that a walk need not
 * begin at the top, and the walk itself. A table is found by the addresses that it covers and its
 * level; the lowest one that is cached is where the walk begins. What is cached is used until it is
 * invalidated or replaced, even when the table has been freed meanwhile: then the walk reads
 * whatever is in that page now, as the hardware would.
 *
 * For each level there are PWC_SLOT_COUNT places, and the address alone says which one a table
 * takes, so what is cached depends on nothing but the order of accesses.
 *
 * DOC: Vocabulary
 *
 * span    the addresses that a table covers: what one entry of the level above it covers.
 * epoch   as in the IOTLB: an entry counts only while its epoch is the cache's.
 *
 * DOC: Not modelled
 *
 * Real hardware may drop entries at any time, and many invalidate more than they are asked for.
 */
#ifndef IOVA_SIM_PWC_H
#define IOVA_SIM_PWC_H

#include <linux/types.h>
#include "iova_sim/iopt.h"

/* Tables that an entry leads to: the top is no such table. */
#define PWC_LEVEL_COUNT (IOPT_LEVEL_MAX - 1)
#define PWC_SLOT_COUNT 16u

/**
 * struct pwc_entry - a table
 * @tag: number of its span, counted in spans from address 0
 * @owner: domain index in the upper half; the lower one is equal to the cache's epoch while the
 *	entry is valid
 * @phys: where the table is
 */
struct pwc_entry {
	u64 tag;
	u64 owner;
	u64 phys;
};

/**
 * struct pwc - the cache
 * @entry: tables by level
 * @epoch: of valid entries, never 0
 * @level_count: valid entries of each level
 * @hit_count: walks that began at a cached table
 * @miss_count: walks that began at the top
 */
struct pwc {
	struct pwc_entry entry[PWC_LEVEL_COUNT][PWC_SLOT_COUNT];
	u32 epoch;
	u32 level_count[PWC_LEVEL_COUNT];
	u64 hit_count;
	u64 miss_count;
};

struct sim_domain;

/**
 * pwc_create - make an empty cache
 * @world: whose allocator is used
 *
 * Return: the cache, never NULL.
 */
struct pwc *pwc_create(struct svmsim_world *world);
/**
 * pwc_destroy - free a cache
 * @world: as created
 * @pwc: cache, or NULL
 */
void pwc_destroy(struct svmsim_world *world, struct pwc *pwc);
/**
 * pwc_reset - back to the state after pwc_create(), counts included
 * @pwc: cache
 */
void pwc_reset(struct pwc *pwc);

/**
 * pwc_walk - translate an address as the hardware does
 * @pwc: cache
 * @sdom: domain with a page table
 * @iova: address, within the width of the table
 * @leaf: filled when there is a translation
 * @cached: set to whether the walk began at a cached table
 *
 * Caches the tables that it goes through. iopt_walk() is how to look without a trace.
 * Return: whether there is a translation.
 */
bool pwc_walk(struct pwc *pwc, const struct sim_domain *sdom, u64 iova, struct iopt_leaf *leaf,
	      bool *cached);

/**
 * pwc_invalidate_range - forget the tables of a domain whose span touches a range
 * @pwc: cache
 * @sdom: domain
 * @start: first IOVA
 * @last: last IOVA, inclusive, not below @start
 */
void pwc_invalidate_range(struct pwc *pwc, const struct sim_domain *sdom, u64 start, u64 last);
/**
 * pwc_invalidate_domain - forget all tables of a domain
 * @pwc: cache
 * @sdom: domain
 */
void pwc_invalidate_domain(struct pwc *pwc, const struct sim_domain *sdom);

/**
 * pwc_is_valid - check the whole cache
 * @pwc: cache
 *
 * Invariants: each valid entry is in the slot of its tag, level_count matches.
 * Return: false when one of them is broken.
 */
bool pwc_is_valid(const struct pwc *pwc);

#endif
