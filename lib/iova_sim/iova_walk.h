/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Looking at an IOVA domain: records of its ranges, and a check of its invariants.
 */
#ifndef IOVA_SIM_IOVA_WALK_H
#define IOVA_SIM_IOVA_WALK_H

#include <linux/types.h>

struct iova_domain;

/**
 * struct iova_record - one range of the tree
 * @pfn_lo: first pfn
 * @pfn_last: last pfn
 * @cached: lies in a magazine or depot: free for drivers, allocated for the tree
 * @reserved: reserve_iova() made it or was told of a part of it
 */
struct iova_record {
	unsigned long pfn_lo;
	unsigned long pfn_last;
	bool cached;
	bool reserved;
};

/**
 * iova_walk - the ranges of a domain in ascending order, the anchor left out
 * @iovad: domain
 * @records: filled with the first @max records; may be NULL when @max is 0
 * @max: size of @records
 *
 * Return: how many there are in all.
 */
unsigned long iova_walk(struct iova_domain *iovad, struct iova_record *records, unsigned long max);

/**
 * iova_domain_is_valid - check a domain's tree
 * @iovad: domain
 *
 * Proves: ranges ascend, do not overlap and are not empty; children and parents agree; each gap
 * begins where the next lower range ends; each key of a gap is what a search over all alignments
 * finds; each maximum is that of its subtree; the anchor is the last; both cached nodes are in
 * the tree. Takes time linear in the number of ranges.
 *
 * Return: NULL when all holds, else a sentence that says what does not.
 */
const char *iova_domain_is_valid(struct iova_domain *iovad);

#endif
