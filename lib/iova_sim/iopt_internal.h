/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * The steps that profiles are built from: find an entry, make the tables above it, fill or clear a
 * run of leaves, take a subtree away. Small and inline where a page costs more than its share.
 *
 * DOC: Vocabulary
 *
 * slot    where an entry is stored.
 * detach  take a table out of the tree. It is no longer counted, and it is freed once no cache can
 *         lead to it any more.
 */
#ifndef IOVA_SIM_IOPT_INTERNAL_H
#define IOVA_SIM_IOPT_INTERNAL_H

#include "iova_sim/domain.h"
#include "mm/phys.h"

/* What a driver did about a live leaf in the way of a map; goes to iova_watch.map_over. */
#define IOPT_OVER_REFUSED "refused"
#define IOPT_OVER_KEPT "kept"
#define IOPT_OVER_REPLACED "replaced"

#define IOPT_LEAF_TAG_NONE (~0ull)
#define IOPT_LEAF_TAG_SHIFT 21

/**
 * struct iopt_slot - an entry found by iopt_find_slot() or iopt_make_slot()
 * @entry: where it is stored
 * @level: level of the table it is in
 */
struct iopt_slot {
	u64 *entry;
	unsigned int level;
};

/** iopt_table_phys - where the table is that an entry leads to */
static __always_inline u64 iopt_table_phys(const struct iopt_fmt *fmt, u64 entry)
{
	return (entry & fmt->address_mask) >> fmt->address_shift;
}

static __always_inline u64 *iopt_child(const struct iopt *table, u64 entry)
{
	return sim_phys_ptr(table->world, iopt_table_phys(table->fmt, entry));
}

/**
 * iopt_leaf_shift - log2 of the size of a leaf
 * @fmt: format
 * @entry: the leaf, or one of its replicas
 * @level: level of the table it is in
 *
 * Return: shift of the whole leaf.
 */
static __always_inline unsigned int iopt_leaf_shift(const struct iopt_fmt *fmt, u64 entry,
						    unsigned int level)
{
	if (likely(!iopt_is_replica(fmt, entry)))
		return iopt_level_shift(fmt, level);
	/* No ones: two granules, one: four, and so on. */
	return fmt->granule_shift + 1 +
	       __builtin_ctzll(~((entry & fmt->address_mask) >>
				 __builtin_ctzll(fmt->address_mask)));
}

/** iopt_leaf_bytes - the size of a leaf: @entry of a table of @level */
static __always_inline u64 iopt_leaf_bytes(const struct iopt_fmt *fmt, u64 entry,
					   unsigned int level)
{
	return 1ull << iopt_leaf_shift(fmt, entry, level);
}

/** iopt_leaf_count - how many entries a leaf of a size (its log2) takes in a table of @level */
static __always_inline unsigned int iopt_leaf_count(const struct iopt_fmt *fmt, unsigned int shift,
						    unsigned int level)
{
	return 1u << (shift - iopt_level_shift(fmt, level));
}

/** iopt_entry_phys - where a leaf leads: bits below its size are no part of the address */
static __always_inline u64 iopt_entry_phys(const struct iopt_fmt *fmt, u64 entry,
					   unsigned int level)
{
	return iopt_table_phys(fmt, entry) & ~(iopt_leaf_bytes(fmt, entry, level) - 1);
}

/** iopt_leaf_address - bits of a leaf that hold the address @phys */
static __always_inline u64 iopt_leaf_address(const struct iopt_fmt *fmt, u64 phys)
{
	return phys << fmt->address_shift;
}

/**
 * iopt_leaf_bits - bits of a leaf, its address apart
 * @table: page table
 * @prot: permissions
 * @shift: log2 of its size
 *
 * Return: the bits of each of its entries.
 */
static __always_inline u64 iopt_leaf_bits(const struct iopt *table, int prot, unsigned int shift)
{
	const struct iopt_fmt *fmt = table->fmt;
	unsigned int level = iopt_size_level(fmt, shift);
	u64 page_bits = table->page_bits[prot & (IOPT_PROT_COUNT - 1)];
	u64 bits = (page_bits & ~fmt->leaf_bits[0]) | fmt->leaf_bits[level];

	if (shift != iopt_level_shift(fmt, level))
		bits |= fmt->replica_value | ((1ull << (shift - fmt->granule_shift - 1)) - 1)
						     << __builtin_ctzll(fmt->address_mask);
	return bits;
}

/** iopt_page_index - index of @iova's entry in a leaf table, when the granule is 4 KiB */
static __always_inline unsigned int iopt_page_index(u64 iova)
{
	return (iova >> IOPT_PAGE_SHIFT) & (IOPT_ENTRY_COUNT - 1);
}

static __always_inline void iopt_leaf_cache_set(struct iopt *table, u64 iova, u64 *leaf_table)
{
	if (unlikely(table->fmt->granule_shift != IOPT_PAGE_SHIFT))
		return;
	table->leaf_table = leaf_table;
	table->leaf_tag = iova >> IOPT_LEAF_TAG_SHIFT;
}

/** iopt_leaf_cached - the leaf table of @iova if it is the one used last, else NULL */
static __always_inline u64 *iopt_leaf_cached(const struct iopt *table, u64 iova)
{
	return iova >> IOPT_LEAF_TAG_SHIFT == table->leaf_tag ? table->leaf_table : NULL;
}

/**
 * iopt_leaves_fill - write leaves side by side into empty entries, one entry each
 * @entry: first
 * @count: how many, all in one table
 * @leaf: contents of the first
 * @step: added for each next one
 * @present_mask: of the format
 *
 * Four at a time, written out: neither a string instruction nor one test for each store.
 * Return: how many were written; fewer than @count when the next entry is not empty.
 */
static __always_inline unsigned int iopt_leaves_fill(u64 *entry, unsigned int count, u64 leaf,
						     u64 step, u64 present_mask)
{
	unsigned int done = 0;

	for (; done + 4 <= count; done += 4) {
		u64 *e = entry + done;

		if ((e[0] | e[1] | e[2] | e[3]) & present_mask)
			break;
		e[0] = leaf;
		e[1] = leaf + step;
		e[2] = leaf + 2 * step;
		e[3] = leaf + 3 * step;
		leaf += 4 * step;
	}
	for (; done < count && !(entry[done] & present_mask); done++, leaf += step)
		entry[done] = leaf;
	return done;
}

/**
 * iopt_leaves_clear - clear entries of a level-0 table side by side
 * @entry: first
 * @count: how many, all in one table
 * @present_mask: of the format, which has no replicated leaves
 *
 * Return: how many were cleared; fewer than @count when the next entry is empty.
 */
static __always_inline unsigned int iopt_leaves_clear(u64 *entry, unsigned int count,
						      u64 present_mask)
{
	unsigned int done = 0;

	for (; done + 4 <= count; done += 4) {
		u64 *e = entry + done;

		if (!(e[0] & present_mask) || !(e[1] & present_mask) || !(e[2] & present_mask) ||
		    !(e[3] & present_mask))
			break;
		e[0] = 0;
		e[1] = 0;
		e[2] = 0;
		e[3] = 0;
	}
	for (; done < count && (entry[done] & present_mask); done++)
		entry[done] = 0;
	return done;
}

/** iopt_entry_leaf - describe the leaf @entry of a table of @level that covers @iova */
void iopt_entry_leaf(const struct iopt_fmt *fmt, u64 entry, unsigned int level, u64 iova,
		     struct iopt_leaf *leaf);

/**
 * iopt_find_slot - walk down to an entry
 * @table: page table
 * @iova: address, not above table->reach_last
 * @level: where to stop at the latest
 *
 * Return: the entry at @level, or the first on the way that does not lead to a table.
 */
struct iopt_slot iopt_find_slot(const struct iopt *table, u64 iova, unsigned int level);

/**
 * iopt_make_slot - walk down to an entry and make the tables that are missing
 * @table: page table
 * @iova: address, not above table->reach_last
 * @level: where to stop
 * @slot: the entry at @level; after -EEXIST the leaf in the way
 *
 * Tables made before a failure stay, empty.
 * Return: 0, -ENOMEM, or -EEXIST when a leaf is in the way.
 */
int iopt_make_slot(struct iopt *table, u64 iova, unsigned int level, struct iopt_slot *slot);
/**
 * iopt_make_table - put a new, empty table where an entry is
 * @table: page table
 * @slot: the entry, above level 0; what it holds is overwritten
 *
 * Return: 0 or -ENOMEM.
 */
int iopt_make_table(struct iopt *table, struct iopt_slot slot);

/**
 * iopt_grow_one - put one more level on top
 * @table: page table
 *
 * Return: 0, -ERANGE when it has all levels that it can have, -ENOMEM.
 */
int iopt_grow_one(struct iopt *table);
/**
 * iopt_grow - grow until the top reaches an address and has a level; no growth if that fails
 * @table: page table
 * @last: address
 * @level: level
 *
 * Return: as iopt_grow_one().
 */
int iopt_grow(struct iopt *table, u64 last, unsigned int level);

/**
 * iopt_detach - take the table that an entry leads to, and all tables below it, out of the tree
 * @table: page table
 * @entry: the entry, as it was; the caller clears or replaces what is stored
 * @level: level of the table that holds the entry
 * @freed: where the tables go, deepest first; their contents stay as they are
 */
void iopt_detach(struct iopt *table, u64 entry, unsigned int level,
		 struct iommu_pages_list *freed);
/** iopt_detach_one - as iopt_detach(), for a table that holds no tables */
void iopt_detach_one(struct iopt *table, u64 entry, struct iommu_pages_list *freed);
/** iopt_pages_free - free the tables of a list, which is empty afterwards */
void iopt_pages_free(struct svmsim_world *world, struct iommu_pages_list *freed);

/**
 * iopt_subtree_leaf - lowest leaf of a subtree within a range
 * @table: page table
 * @entries: table that the subtree starts with
 * @level: its level
 * @base: address of its first entry
 * @iova: start of the range
 * @last: end of the range, inclusive
 * @leaf: filled; what is left of a torn leaf is one leaf for each of its entries
 *
 * Return: whether there is one.
 */
bool iopt_subtree_leaf(const struct iopt *table, const u64 *entries, unsigned int level, u64 base,
		       u64 iova, u64 last, struct iopt_leaf *leaf);

/**
 * iopt_is_valid - check the whole table
 * @table: page table
 *
 * Invariants: every table lies in RAM, is reached once, and the number of them is table_count;
 * entries have only bits that the format allows and nothing is left of empty ones; a leaf is at
 * a level that has leaves, has a size that the table can have, leads to an address that is a
 * multiple of its size and not above oa_last; a replicated leaf has all of its entries unless the
 * table is torn; nothing is mapped above reach_last; the remembered leaf table is the one in the
 * tree.
 * Return: false when one of them is broken.
 */
bool iopt_is_valid(const struct iopt *table);

#endif
