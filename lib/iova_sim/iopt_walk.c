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
	leaf->bytes = iopt_level_bytes(level);
	leaf->iova = iova & ~(leaf->bytes - 1);
	leaf->phys = iopt_entry_phys(fmt, entry, level);
	leaf->level = level;
	leaf->read = (entry & fmt->read_mask) == fmt->read_value;
	leaf->write = (entry & fmt->write_mask) == fmt->write_value;
	leaf->raw = entry;
}

bool iopt_walk(struct sim_domain *sdom, u64 iova, struct iopt_leaf *leaf)
{
	const struct iopt *table = &sdom->table;
	struct iopt_slot slot;

	if (iova > table->va_last)
		return false;
	slot = iopt_find_slot(table, iova, 0);
	if (!iopt_is_present(table->fmt, *slot.entry))
		return false;
	iopt_entry_leaf(table->fmt, *slot.entry, slot.level, iova, leaf);
	return true;
}

bool iopt_subtree_leaf(const struct iopt *table, const u64 *entries, unsigned int level, u64 base,
		       u64 iova, u64 last, struct iopt_leaf *leaf)
{
	const struct iopt_fmt *fmt = table->fmt;
	u64 bytes = iopt_level_bytes(level);
	unsigned int first_index = iova > base ? (iova - base) / bytes : 0;
	unsigned int last_index = min_t(u64, (last - base) / bytes, IOPT_ENTRY_COUNT - 1);

	for (unsigned int i = first_index; i <= last_index; i++) {
		u64 start = base + i * bytes;

		if (!iopt_is_present(fmt, entries[i]))
			continue;
		if (iopt_is_leaf(fmt, entries[i], level)) {
			iopt_entry_leaf(fmt, entries[i], level, start, leaf);
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

	if (sdom->domain.type == IOMMU_DOMAIN_IDENTITY || iova > table->va_last || iova > last)
		return false;
	return iopt_subtree_leaf(table, table->top, table->top_level, 0, iova,
				 min_t(u64, last, table->va_last), leaf);
}

static bool leaf_is_valid(const struct iopt *table, u64 entry, unsigned int level, u64 iova)
{
	const struct iopt_fmt *fmt = table->fmt;
	u64 bytes = iopt_level_bytes(level);

	return !(entry & fmt->leaf_zero[level]) &&
	       (entry & fmt->leaf_bits[level]) == fmt->leaf_bits[level] &&
	       !(entry & fmt->address_mask & (bytes - 1)) &&
	       (entry & fmt->address_mask) <= table->oa_last - (bytes - 1) &&
	       iova <= table->va_last - (bytes - 1);
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
		u64 entry = entries[i], iova = base + i * iopt_level_bytes(level);

		if (!iopt_is_present(fmt, entry)) {
			if (entry)
				return false;
			continue;
		}
		if (iopt_is_leaf(fmt, entry, level)) {
			if (!leaf_is_valid(table, entry, level, iova))
				return false;
			continue;
		}
		if ((entry & fmt->table_zero) ||
		    (entry & fmt->table_bits) != fmt->table_bits || iova > table->va_last ||
		    !iopt_child(table, entry) ||
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
