// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Looking at a page table: as the hardware does for one address, as a reader does leaf by leaf, and
 * as a validator does.
 */
#include <linux/minmax.h>
#include "iova_sim/iopt_internal.h"

void iopt_entry_leaf(const struct iopt_fmt *fmt, u64 entry, unsigned int level, u64 iova,
		     struct iopt_leaf *leaf)
{
	leaf->bytes = iopt_leaf_bytes(fmt, entry, level);
	leaf->iova = iova & ~(leaf->bytes - 1);
	leaf->phys = iopt_table_phys(fmt, entry) & ~(leaf->bytes - 1);
	leaf->level = level;
	leaf->read = (entry & fmt->read_mask) == fmt->read_value;
	leaf->write = (entry & fmt->write_mask) == fmt->write_value;
	leaf->raw = entry;
}

bool iopt_walk(struct sim_domain *sdom, u64 iova, struct iopt_leaf *leaf)
{
	const struct iopt *table = &sdom->table;
	struct iopt_slot slot;

	if (iova > table->reach_last)
		return false;
	slot = iopt_find_slot(table, iova, 0);
	if (!iopt_is_present(table->fmt, *slot.entry))
		return false;
	iopt_entry_leaf(table->fmt, *slot.entry, slot.level, iova, leaf);
	return true;
}

/* Whether all entries of the replicated leaf that @entries[@index] belongs to are there. */
static bool is_whole(const struct iopt_fmt *fmt, const u64 *entries, unsigned int level,
		     unsigned int index)
{
	u64 entry = entries[index];
	unsigned int shift = iopt_leaf_shift(fmt, entry, level);
	unsigned int count;

	if (shift <= iopt_level_shift(fmt, level) ||
	    shift >= iopt_level_shift(fmt, level + 1))
		return false;
	count = iopt_leaf_count(fmt, shift, level);
	entries += index & ~(count - 1);
	for (unsigned int i = 0; i < count; i++)
		if (entries[i] != entry)
			return false;
	return true;
}

/* As iopt_entry_leaf(), but of a torn leaf only what this entry holds of it. */
static void piece_of_leaf(const struct iopt *table, const u64 *entries, unsigned int level,
			  unsigned int index, u64 start, struct iopt_leaf *leaf)
{
	const struct iopt_fmt *fmt = table->fmt;

	iopt_entry_leaf(fmt, entries[index], level, start, leaf);
	if (likely(!table->torn) || !iopt_is_replica(fmt, entries[index]) ||
	    is_whole(fmt, entries, level, index))
		return;
	leaf->phys += start - leaf->iova;
	leaf->iova = start;
	leaf->bytes = iopt_level_bytes(fmt, level);
}

bool iopt_subtree_leaf(const struct iopt *table, const u64 *entries, unsigned int level, u64 base,
		       u64 iova, u64 last, struct iopt_leaf *leaf)
{
	const struct iopt_fmt *fmt = table->fmt;
	unsigned int shift = iopt_level_shift(fmt, level);
	unsigned int first_index = iova > base ? (iova - base) >> shift : 0;
	unsigned int last_index = min_t(u64, (last - base) >> shift, IOPT_ENTRY_COUNT - 1);

	for (unsigned int i = first_index; i <= last_index; i++) {
		u64 start = base + ((u64)i << shift);

		if (!iopt_is_present(fmt, entries[i]))
			continue;
		if (iopt_is_leaf(fmt, entries[i], level)) {
			piece_of_leaf(table, entries, level, i, start, leaf);
			return true;
		}
		if (iopt_subtree_leaf(table, iopt_child(table, entries[i]), level - 1, start, iova,
				      last, leaf))
			return true;
	}
	return false;
}

bool iopt_next_leaf(struct sim_domain *sdom, u64 iova, u64 last, struct iopt_leaf *leaf)
{
	const struct iopt *table = &sdom->table;

	if (sdom->domain.type == IOMMU_DOMAIN_IDENTITY || iova > table->reach_last || iova > last)
		return false;
	return iopt_subtree_leaf(table, table->top, table->top_level, 0, iova,
				 min_t(u64, last, table->reach_last), leaf);
}

static bool leaf_is_valid(const struct iopt *table, const u64 *entries, unsigned int level,
			  unsigned int index, u64 iova)
{
	const struct iopt_fmt *fmt = table->fmt;
	u64 entry = entries[index], low = 0;
	struct iopt_leaf leaf;

	iopt_entry_leaf(fmt, entry, level, iova, &leaf);
	if (iopt_is_replica(fmt, entry)) {
		if (!table->torn && !is_whole(fmt, entries, level, index))
			return false;
	} else if (entry & fmt->replica_mask) {
		return false;
	} else {
		low = iopt_table_phys(fmt, entry) & (leaf.bytes - 1);
	}
	return !low && (leaf.bytes & iopt_sizes(table)) && !(entry & fmt->leaf_zero[level]) &&
	       (entry & fmt->leaf_bits[level]) == fmt->leaf_bits[level] &&
	       leaf.phys <= table->oa_last - (leaf.bytes - 1) &&
	       leaf.iova <= table->reach_last - (leaf.bytes - 1);
}

static bool table_entry_is_valid(const struct iopt *table, u64 entry, unsigned int level, u64 iova)
{
	const struct iopt_fmt *fmt = table->fmt;
	u64 level_mask = fmt->table_level_mask;

	return !(entry & fmt->table_zero) && (entry & fmt->table_bits) == fmt->table_bits &&
	       (entry & level_mask) == level * (level_mask & -level_mask) &&
	       iova <= table->reach_last && iopt_child(table, entry);
}

/*
 * Adds the tables from @entries down to @count. A table reached twice makes the count wrong, and a
 * cycle is impossible since the level falls with each step.
 */
static bool subtree_is_valid(const struct iopt *table, const u64 *entries, unsigned int level,
			     u64 base, u64 *count)
{
	const struct iopt_fmt *fmt = table->fmt;

	++*count;
	if (level == 0 && base >> IOPT_LEAF_TAG_SHIFT == table->leaf_tag &&
	    entries != table->leaf_table)
		return false;
	for (unsigned int i = 0; i < IOPT_ENTRY_COUNT; i++) {
		u64 entry = entries[i], iova = base + i * iopt_level_bytes(fmt, level);

		if (!iopt_is_present(fmt, entry)) {
			if (entry)
				return false;
			continue;
		}
		if (iopt_is_leaf(fmt, entry, level)) {
			if (!leaf_is_valid(table, entries, level, i, iova))
				return false;
			continue;
		}
		if (!table_entry_is_valid(table, entry, level, iova) ||
		    !subtree_is_valid(table, iopt_child(table, entry), level - 1, iova, count))
			return false;
	}
	return true;
}

bool iopt_is_valid(const struct iopt *table)
{
	u64 count = 0;
	struct iopt_slot slot;

	if (!subtree_is_valid(table, table->top, table->top_level, 0, &count) ||
	    count != table->table_count)
		return false;
	if (table->leaf_tag == IOPT_LEAF_TAG_NONE)
		return !table->leaf_table;
	slot = iopt_find_slot(table, table->leaf_tag << IOPT_LEAF_TAG_SHIFT, 0);
	return slot.level == 0 && slot.entry == table->leaf_table;
}
