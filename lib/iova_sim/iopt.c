// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "iova_sim/fmt/fmt.h"
#include "iova_sim/iopt_internal.h"

static const struct iopt_fmt *const formats[] = {
	&iopt_fmt_vtdss,
	&iopt_fmt_x86_64,
	&iopt_fmt_arm_lpae,
	&iopt_fmt_amdv1,
	&iopt_fmt_amdv1_2k,
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct iopt_fmt *iopt_fmt_find(const char *name)
{
	for (unsigned int i = 0; i < FORMAT_COUNT; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

const char *iopt_fmt_name(unsigned int index)
{
	return index < FORMAT_COUNT ? formats[index]->name : NULL;
}

static void forget_leaf_table(struct iopt *table)
{
	table->leaf_table = NULL;
	table->leaf_tag = IOPT_LEAF_TAG_NONE;
}

/* What a top of @level covers. */
static u64 reach_of(const struct iopt_fmt *fmt, unsigned int level)
{
	unsigned int bits = iopt_level_shift(fmt, level + 1) - fmt->va_bits_unused;

	return bits < 64 ? (1ull << bits) - 1 : ~0ull;
}

int iopt_init(struct iopt *table, struct svmsim_world *world, const struct iopt_fmt *fmt,
	      unsigned int level_count)
{
	if (!level_count)
		level_count = fmt->grows ? fmt->level_count_max : fmt->level_count;
	if (level_count < fmt->level_count_min || level_count > fmt->level_count_max)
		return -EINVAL;
	table->top = sim_phys_table_alloc(world);
	if (!table->top)
		return -ENOMEM;
	table->top_phys = sim_phys_of(world, table->top);
	table->fmt = fmt;
	table->world = world;
	table->top_level_max = level_count - 1;
	table->top_level = fmt->grows ? fmt->level_count - 1 : table->top_level_max;
	table->reach_last = reach_of(fmt, table->top_level);
	table->va_last = reach_of(fmt, table->top_level_max);
	table->oa_last = (1ull << fmt->oa_bits) - 1;
	table->table_count = 1;
	forget_leaf_table(table);
	for (unsigned int prot = 0; prot < IOPT_PROT_COUNT; prot++)
		table->page_bits[prot] = fmt->prot_bits(prot) | fmt->leaf_bits[0];
	return 0;
}

/* An entry of a table of @level that leads to the table at @phys. */
static u64 table_entry(const struct iopt_fmt *fmt, u64 phys, unsigned int level)
{
	u64 level_bits = fmt->table_level_mask & -fmt->table_level_mask;

	return phys << fmt->address_shift | fmt->table_bits | level * level_bits;
}

void iopt_fini(struct iopt *table)
{
	struct iommu_pages_list freed;

	INIT_LIST_HEAD(&freed.pages);
	iopt_detach(table, table_entry(table->fmt, table->top_phys, table->top_level + 1),
		    table->top_level + 1, &freed);
	iopt_pages_free(table->world, &freed);
	table->top = NULL;
}

u64 iopt_sizes(const struct iopt *table)
{
	const struct iopt_fmt *fmt = table->fmt;
	u64 sizes = 0;

	for (unsigned int level = 0; level < fmt->leaf_level_count; level++) {
		u64 bytes = iopt_level_bytes(fmt, level);

		if (level > table->top_level_max)
			break;
		/* Every power of two up to half a table. */
		if (fmt->replica_mask)
			sizes |= bytes * (IOPT_ENTRY_COUNT - 1);
		else
			sizes |= bytes;
	}
	return sizes & ~fmt->sizes_lacking & table->oa_last;
}

struct iopt_slot iopt_find_slot(const struct iopt *table, u64 iova, unsigned int level)
{
	const struct iopt_fmt *fmt = table->fmt;
	const u64 present_mask = fmt->present_mask;
	unsigned int at = table->top_level;
	unsigned int shift = iopt_level_shift(fmt, at);
	u64 *entry = table->top + (iova >> shift & (IOPT_ENTRY_COUNT - 1));

	while (at != level && (*entry & present_mask) && !iopt_is_leaf(fmt, *entry, at)) {
		at--;
		shift -= IOPT_LEVEL_BITS;
		entry = iopt_child(table, *entry) + (iova >> shift & (IOPT_ENTRY_COUNT - 1));
	}
	return (struct iopt_slot){ entry, at };
}

int iopt_make_table(struct iopt *table, struct iopt_slot slot)
{
	u64 *child = sim_phys_table_alloc(table->world);

	if (!child)
		return -ENOMEM;
	*slot.entry = table_entry(table->fmt, sim_phys_of(table->world, child), slot.level);
	table->table_count++;
	return 0;
}

int iopt_make_slot(struct iopt *table, u64 iova, unsigned int level, struct iopt_slot *slot)
{
	int err;

	*slot = iopt_find_slot(table, iova, level);
	while (slot->level != level) {
		if (iopt_is_present(table->fmt, *slot->entry))
			return -EEXIST;
		err = iopt_make_table(table, *slot);
		if (err)
			return err;
		slot->level--;
		slot->entry = iopt_child(table, *slot->entry) +
			      iopt_index(table->fmt, iova, slot->level);
	}
	return 0;
}

static void set_top(struct iopt *table, u64 *top, unsigned int level)
{
	table->top = top;
	table->top_phys = sim_phys_of(table->world, top);
	table->top_level = level;
	table->reach_last = reach_of(table->fmt, level);
}

int iopt_grow_one(struct iopt *table)
{
	u64 *top;

	if (table->top_level == table->top_level_max)
		return -ERANGE;
	top = sim_phys_table_alloc(table->world);
	if (!top)
		return -ENOMEM;
	/* The old top holds the lowest addresses. */
	top[0] = table_entry(table->fmt, table->top_phys, table->top_level + 1);
	set_top(table, top, table->top_level + 1);
	table->table_count++;
	return 0;
}

int iopt_grow(struct iopt *table, u64 last, unsigned int level)
{
	unsigned int before = table->top_level;
	int err = 0;

	while (!err && (last > table->reach_last || level > table->top_level))
		err = iopt_grow_one(table);
	while (err && table->top_level != before) {
		u64 *top = table->top;

		set_top(table, iopt_child(table, top[0]), table->top_level - 1);
		sim_phys_table_free(table->world, top);
		table->table_count--;
	}
	return err;
}

void iopt_detach_one(struct iopt *table, u64 entry, struct iommu_pages_list *freed)
{
	u64 phys = iopt_table_phys(table->fmt, entry);

	/* Cheaper than to find out which address the table was for, and right as well. */
	forget_leaf_table(table);
	table->table_count--;
	list_add_tail(&pfn_to_page(phys >> IOPT_PAGE_SHIFT)->lru, &freed->pages);
}

void iopt_detach(struct iopt *table, u64 entry, unsigned int level, struct iommu_pages_list *freed)
{
	const struct iopt_fmt *fmt = table->fmt;
	const u64 *entries = iopt_child(table, entry);

	for (unsigned int i = 0; level > 1 && i < IOPT_ENTRY_COUNT; i++)
		if (iopt_is_present(fmt, entries[i]) && !iopt_is_leaf(fmt, entries[i], level - 1))
			iopt_detach(table, entries[i], level - 1, freed);
	iopt_detach_one(table, entry, freed);
}

void iopt_pages_free(struct svmsim_world *world, struct iommu_pages_list *freed)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &freed->pages, lru) {
		list_del_init(&page->lru);
		sim_phys_table_free(world, sim_phys_ptr(world, page_to_phys(page)));
	}
}
