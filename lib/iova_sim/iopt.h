/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * IOMMU page tables in simulated RAM, with the bits that real hardware would read. One walker
 * serves every format: a format is a record of masks and sizes (struct iopt_fmt) and nothing else.
 * What a driver does at the edges (holes, partial large pages, live entries in the way) is the
 * business of the profiles, which build on the steps offered here.
 *
 * DOC: Vocabulary
 *
 * granule   the smallest page of a format: 4 KiB, or 2 KiB for tests that must not take it for a
 *           page of the CPU.
 * level     0 for tables of granules, one more for each table above; every level has 512 entries of
 *           8 bytes, of which the topmost of a 64-bit address space uses 128.
 * leaf      an entry that translates; its size is iopt_level_bytes() of its level, unless it is
 *           replicated.
 * replicated leaf
 *           several equal entries side by side that are one leaf together. Each of them holds the
 *           size: a string of ones at the low end of the address.
 * torn      some of the entries of a replicated leaf were overwritten and others were not.
 * table     an entry that leads to a table of the level below, and that table.
 * top       the table that the hardware starts from. A format that grows puts a new top above the
 *           old one when an address needs it.
 * leaf table
 *           a table of level 0. The last one used is remembered, for consecutive single pages; not
 *           when the granule is odd.
 *
 * DOC: Locking
 *
 * None, as in the drivers: who maps or unmaps owns the range.
 *
 * DOC: Not modelled
 *
 * Table walks that do not snoop, dirty tracking, the contiguous hint of ARM, level skipping, tables
 * of other sizes.
 */
#ifndef IOVA_SIM_IOPT_H
#define IOVA_SIM_IOPT_H

#include <linux/types.h>
#include "kernel/world.h"

#define IOPT_LEVEL_MAX 6
#define IOPT_LEAF_LEVEL_MAX 5
#define IOPT_LEVEL_BITS 9
#define IOPT_ENTRY_COUNT (1u << IOPT_LEVEL_BITS)
#define IOPT_PAGE_BYTES 4096ull
#define IOPT_PAGE_SHIFT 12
#define IOPT_PROT_COUNT 64
/* For replica_value of a format that has none: no entry under an empty mask has this value. */
#define IOPT_REPLICA_NONE 1ull

struct iommu_pages_list;

/**
 * struct iopt_fmt - bits and sizes of one page-table format
 * @name: as in a machine description
 * @granule_shift: log2 of the granule
 * @level_count: levels of the tables by default; of an empty table when the format grows
 * @level_count_min: fewest levels that the format knows
 * @level_count_max: most levels
 * @leaf_level_count: levels that have leaves, from 0
 * @grows: the table begins with @level_count levels and gets more when an address needs them; the
 *	number of levels asked for is the most that it gets, by default @level_count_max
 * @amd: hardware and driver are AMD's, also under a profile that serves several vendors
 * @va_bits_unused: bits at the top of the address width that stay zero (1: lower half only)
 * @oa_bits: output address width
 * @address_mask: where entries hold an address
 * @address_shift: addresses are stored shifted left by so much
 * @present_mask: an entry is empty when none of these bits is set
 * @leaf_addend: above level 0 an entry is a leaf when the sum of it and this number ...
 * @leaf_mask: ... under this mask ...
 * @leaf_value: ... has this value
 * @leaf_bits: bits of every leaf, by level
 * @replica_mask: a leaf is replicated when its bits under this mask ...
 * @replica_value: ... have this value; IOPT_REPLICA_NONE if there are no such leaves
 * @sizes_lacking: sizes of leaves that the hardware lacks though its entries could say them
 * @table_bits: bits of every table entry
 * @table_level_mask: where table entries hold the level of the table they are in
 * @read_mask: the device may read through a leaf when its bits under this mask ...
 * @read_value: ... have this value
 * @write_mask: the same for writing
 * @write_value: the same for writing
 * @leaf_zero: bits that are zero in a sound leaf, by level; address bits below its size apart
 * @table_zero: bits that are zero in a sound table entry
 * @caches_absent: hardware with this format can be in caching mode (see iova_sim/domain.h)
 * @prot_bits: bits of a leaf for IOMMU_READ, IOMMU_WRITE and the like
 */
struct iopt_fmt {
	const char *name;
	unsigned int granule_shift;
	unsigned int level_count;
	unsigned int level_count_min;
	unsigned int level_count_max;
	unsigned int leaf_level_count;
	bool grows;
	bool amd;
	unsigned int va_bits_unused;
	unsigned int oa_bits;
	u64 address_mask;
	unsigned int address_shift;
	u64 present_mask;
	u64 leaf_addend;
	u64 leaf_mask;
	u64 leaf_value;
	u64 leaf_bits[IOPT_LEAF_LEVEL_MAX];
	u64 replica_mask;
	u64 replica_value;
	u64 sizes_lacking;
	u64 table_bits;
	u64 table_level_mask;
	u64 read_mask;
	u64 read_value;
	u64 write_mask;
	u64 write_value;
	u64 leaf_zero[IOPT_LEAF_LEVEL_MAX];
	u64 table_zero;
	bool caches_absent;
	u64 (*prot_bits)(unsigned int prot);
};

/**
 * struct iopt - one page table
 * @fmt: format
 * @world: whose RAM it lives in
 * @top: top table
 * @top_phys: where the hardware finds it
 * @top_level: its level
 * @top_level_max: level up to which it can grow
 * @reach_last: highest address that the top covers
 * @va_last: highest address that can be mapped, after growing if need be
 * @oa_last: highest address that an entry can lead to
 * @leaf_table: leaf table used last, or NULL
 * @leaf_tag: iova >> 21 of what @leaf_table covers; ~0 when there is none
 * @table_count: tables in use, top included
 * @torn: a driver has torn a replicated leaf at some time
 * @page_bits: bits of a leaf of level 0, for each value of IOMMU_READ and the other flags
 */
struct iopt {
	const struct iopt_fmt *fmt;
	struct svmsim_world *world;
	u64 *top;
	u64 top_phys;
	unsigned int top_level;
	unsigned int top_level_max;
	u64 reach_last;
	u64 va_last;
	u64 oa_last;
	u64 *leaf_table;
	u64 leaf_tag;
	u64 table_count;
	bool torn;
	u64 page_bits[IOPT_PROT_COUNT];
};

/**
 * struct iopt_leaf - a leaf as the hardware reads it
 * @iova: first address that it covers
 * @phys: where that leads
 * @bytes: size
 * @level: level of the entry
 * @read: device may read
 * @write: device may write
 * @raw: the entry's 64 bits
 */
struct iopt_leaf {
	u64 iova;
	u64 phys;
	u64 bytes;
	unsigned int level;
	bool read;
	bool write;
	u64 raw;
};

/** iopt_level_shift - log2 of what one entry of @level covers */
static inline unsigned int iopt_level_shift(const struct iopt_fmt *fmt, unsigned int level)
{
	return fmt->granule_shift + IOPT_LEVEL_BITS * level;
}

/** iopt_level_bytes - what one entry of @level covers, in bytes */
static inline u64 iopt_level_bytes(const struct iopt_fmt *fmt, unsigned int level)
{
	return 1ull << iopt_level_shift(fmt, level);
}

/** iopt_index - index of @iova's entry in a table of @level */
static inline unsigned int iopt_index(const struct iopt_fmt *fmt, u64 iova, unsigned int level)
{
	return (iova >> iopt_level_shift(fmt, level)) & (IOPT_ENTRY_COUNT - 1);
}

/** iopt_size_level - level of the leaves of a size, which is given as its log2 */
static inline unsigned int iopt_size_level(const struct iopt_fmt *fmt, unsigned int shift)
{
	return (shift - fmt->granule_shift) / IOPT_LEVEL_BITS;
}

/** iopt_is_present - whether an entry holds anything */
static inline bool iopt_is_present(const struct iopt_fmt *fmt, u64 entry)
{
	return entry & fmt->present_mask;
}

/** iopt_is_leaf - whether a present entry of a table of @level is a leaf */
static inline bool iopt_is_leaf(const struct iopt_fmt *fmt, u64 entry, unsigned int level)
{
	if (level == 0)
		return true;
	return level < fmt->leaf_level_count &&
	       ((entry + fmt->leaf_addend) & fmt->leaf_mask) == fmt->leaf_value;
}

/** iopt_is_replica - whether a leaf is one of several entries that make up a larger one */
static inline bool iopt_is_replica(const struct iopt_fmt *fmt, u64 entry)
{
	return (entry & fmt->replica_mask) == fmt->replica_value;
}

/** iopt_fmt_find - format with this name, or NULL */
const struct iopt_fmt *iopt_fmt_find(const char *name);
/** iopt_fmt_name - name of the format with this index, NULL past the last */
const char *iopt_fmt_name(unsigned int index);

/**
 * iopt_init - an empty page table
 * @table: filled
 * @world: whose RAM holds it
 * @fmt: format
 * @level_count: levels, 0 for the format's default; of a format that grows the most levels
 *
 * Return: 0, -ENOMEM when RAM is exhausted, -EINVAL for a number of levels the format lacks.
 */
int iopt_init(struct iopt *table, struct svmsim_world *world, const struct iopt_fmt *fmt,
	      unsigned int level_count);
/** iopt_fini - free all tables, whatever they still hold */
void iopt_fini(struct iopt *table);
/** iopt_sizes - sizes of leaves that a table can have, one bit each */
u64 iopt_sizes(const struct iopt *table);

#endif
