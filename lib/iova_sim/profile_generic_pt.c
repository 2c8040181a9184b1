// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Generic page tables, v6.19 and later: VT-d and AMD alike.
 *
 * Models: map_pages() and unmap_pages() of drivers/iommu/generic_pt/iommu_pt.h, v7.0
 * Differs: walkers snoop, so no cache flushes; one task, so no races to install a table.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "iova_sim/pgsize.h"
#include "iova_sim/profile.h"

/* One call of map_pages(): leaves of @shift, of @count entries each in a table of @level. */
struct map_call {
	struct sim_domain *sdom;
	u64 iova;
	u64 paddr;
	u64 left;
	u64 leaf_bits;
	unsigned int shift;
	unsigned int level;
	unsigned int count;
	struct iommu_iotlb_gather gather;
};

static int refuse(struct sim_domain *sdom, const struct iopt_slot *slot, u64 iova, u64 paddr)
{
	struct iopt_leaf leaf;

	iopt_entry_leaf(sdom->table.fmt, *slot->entry, slot->level, iova, &leaf);
	sim_profile_map_over(sdom, iova, leaf.phys + (iova - leaf.iova), paddr, IOPT_OVER_REFUSED);
	return -EADDRINUSE;
}

/*
 * What is cleared goes into the gather, and tables with it. Hardware that wants no gaps in what it
 * is told to invalidate is told of the earlier ranges first.
 */
static void gather_range(struct sim_domain *sdom, struct iommu_iotlb_gather *gather, u64 iova,
			 u64 bytes, struct iommu_pages_list *freed)
{
	if (sdom->gathers == SIM_GATHERS_NO_GAPS &&
	    iommu_iotlb_gather_is_disjoint(gather, iova, bytes))
		iommu_iotlb_sync(&sdom->domain, gather);
	iommu_iotlb_gather_add_range(gather, iova, bytes);
	list_splice(&freed->pages, &gather->freelist.pages);
}

/*
 * Makes room for a leaf where a table is: goes when nothing in it translates. Its tables are freed
 * after the invalidation at the end of the call.
 */
static int replace_table(struct map_call *map, u64 *entry, u64 iova, u64 paddr)
{
	struct sim_domain *sdom = map->sdom;
	struct iopt *table = &sdom->table;
	struct iommu_pages_list freed;
	struct iopt_leaf leaf;
	u64 bytes = iopt_level_bytes(table->fmt, map->level);

	if (iopt_subtree_leaf(table, iopt_child(table, *entry), map->level - 1, iova, iova,
			      iova + bytes - 1, &leaf)) {
		sim_profile_map_over(sdom, leaf.iova, leaf.phys, paddr + (leaf.iova - iova),
				     IOPT_OVER_REFUSED);
		return -EADDRINUSE;
	}
	INIT_LIST_HEAD(&freed.pages);
	iopt_detach(table, *entry, map->level, &freed);
	*entry = 0;
	gather_range(sdom, &map->gather, iova, bytes, &freed);
	return 0;
}

static void map_advance(struct map_call *map, u64 bytes)
{
	map->iova += bytes;
	map->paddr += bytes;
	map->left -= bytes;
}

/* Makes room in all entries that the next leaf takes. */
static int make_room(struct map_call *map, u64 *entry)
{
	const struct iopt_fmt *fmt = map->sdom->table.fmt;
	u64 bytes = iopt_level_bytes(fmt, map->level);
	int err = 0;

	for (unsigned int i = 0; i < map->count && !err; i++) {
		struct iopt_slot slot = { entry + i, map->level };
		u64 iova = map->iova + i * bytes, paddr = map->paddr + i * bytes;

		if (!iopt_is_present(fmt, entry[i]))
			continue;
		if (iopt_is_leaf(fmt, entry[i], map->level))
			return refuse(map->sdom, &slot, iova, paddr);
		err = replace_table(map, entry + i, iova, paddr);
	}
	return err;
}

/* Fills what of the range lies in one table of the leaves' level, one entry for each leaf. */
static int map_in_table(struct map_call *map, u64 *entry, unsigned int count)
{
	struct iopt *table = &map->sdom->table;
	u64 bytes = 1ull << map->shift;
	int err;

	for (;;) {
		unsigned int done =
			iopt_leaves_fill(entry, count,
					 iopt_leaf_address(table->fmt, map->paddr) | map->leaf_bits,
					 iopt_leaf_address(table->fmt, bytes),
					 table->fmt->present_mask);

		map_advance(map, done * bytes);
		entry += done;
		count -= done;
		if (!count)
			return 0;
		err = make_room(map, entry);
		if (err)
			return err;
	}
}

/* The same, several entries for each leaf. */
static int map_replicated(struct map_call *map, u64 *entry, unsigned int count)
{
	const struct iopt_fmt *fmt = map->sdom->table.fmt;

	for (u64 *end = entry + count; entry != end;) {
		u64 leaf = iopt_leaf_address(fmt, map->paddr) | map->leaf_bits;
		int err = make_room(map, entry);

		if (err)
			return err;
		for (unsigned int i = 0; i < map->count; i++)
			*entry++ = leaf;
		map_advance(map, 1ull << map->shift);
	}
	return 0;
}

static int map_range(struct map_call *map)
{
	struct iopt *table = &map->sdom->table;
	struct iopt_slot slot;
	int err = 0;

	while (map->left && !err) {
		unsigned int index = iopt_index(table->fmt, map->iova, map->level);
		u64 entries = map->left >> iopt_level_shift(table->fmt, map->level);
		unsigned int count = min_t(u64, entries, IOPT_ENTRY_COUNT - index);

		err = iopt_make_slot(table, map->iova, map->level, &slot);
		if (err == -EEXIST)
			return refuse(map->sdom, &slot, map->iova, map->paddr);
		if (err)
			return err;
		if (map->level == 0)
			iopt_leaf_cache_set(table, map->iova, slot.entry - index);
		if (map->count == 1)
			err = map_in_table(map, slot.entry, count);
		else
			err = map_replicated(map, slot.entry, count);
	}
	return err;
}

static int check_map(const struct iopt *table, u64 iova, u64 paddr, u64 len, int prot)
{
	u64 last;

	if (WARN_ON(!(prot & (IOMMU_READ | IOMMU_WRITE))))
		return -EINVAL;
	if (paddr > table->oa_last)
		return -ERANGE;
	if (!len)
		return -EINVAL;
	if (__builtin_add_overflow(iova, len - 1, &last))
		return -EOVERFLOW;
	return 0;
}

/* The size of the leaves, 0 when there is none: the granule at once, others by looking. */
static u64 pick_size(const struct sim_domain *sdom, u64 iova, u64 paddr, size_t pgsize,
		     size_t pgcount)
{
	if (pgsize == IOPT_PAGE_BYTES && pgcount == 1 &&
	    sdom->table.fmt->granule_shift == IOPT_PAGE_SHIFT)
		return (iova | paddr) & (IOPT_PAGE_BYTES - 1) ? 0 : IOPT_PAGE_BYTES;
	return iopt_best_pgsize(sdom->domain.pgsize_bitmap, iova, iova + pgsize * pgcount - 1,
				paddr);
}

int sim_generic_pt_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			     size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	u64 len = pgsize * pgcount, leaf_bytes;
	struct map_call map = { .sdom = sdom, .iova = iova, .paddr = paddr, .left = len };
	int err;

	err = check_map(table, iova, paddr, len, prot);
	if (err)
		return err;
	leaf_bytes = pick_size(sdom, iova, paddr, pgsize, pgcount);
	if (!leaf_bytes)
		return -ENXIO;
	map.shift = __builtin_ctzll(leaf_bytes);
	map.level = iopt_size_level(table->fmt, map.shift);
	err = iopt_grow(table, iova + len - 1, map.level);
	if (err)
		return err;

	map.count = iopt_leaf_count(table->fmt, map.shift, map.level);
	map.leaf_bits = iopt_leaf_bits(table, prot, map.shift);
	iommu_iotlb_gather_init(&map.gather);
	err = map_range(&map);
	/* Walk caches may still lead to the tables that gave way. */
	if (!list_empty(&map.gather.freelist.pages))
		iommu_iotlb_sync(&sdom->domain, &map.gather);
	*mapped += len - map.left;
	return err;
}

/* One call of unmap_pages(). */
struct unmap_call {
	struct sim_domain *sdom;
	u64 iova;
	u64 last;
	u64 unmapped;
	struct iommu_pages_list freed;
};

/*
 * Clears the leaf that begins at @start, beyond the end of the range if need be. One that begins
 * before @start is left alone, and 0 returned; else its number of entries.
 */
static unsigned int clear_leaf(struct unmap_call *unmap, u64 *entry, unsigned int level, u64 start)
{
	const struct iopt_fmt *fmt = unmap->sdom->table.fmt;
	unsigned int shift = iopt_leaf_shift(fmt, *entry, level);
	u64 bytes = 1ull << shift;
	bool begins = !(start & (bytes - 1));
	struct iopt_leaf leaf;
	unsigned int count;

	if (unlikely(!begins || unmap->last - start < bytes - 1)) {
		iopt_entry_leaf(fmt, *entry, level, start, &leaf);
		sim_profile_split(unmap->sdom, unmap->iova, unmap->last - unmap->iova + 1, &leaf,
				  begins ? bytes : 0, false);
		if (!begins)
			return 0;
	}
	count = iopt_leaf_count(fmt, shift, level);
	for (unsigned int i = 0; i < count; i++)
		entry[i] = 0;
	unmap->unmapped += bytes;
	return count;
}

/* A leaf table of a format in which one entry is one leaf. */
static bool unmap_pages_of(struct unmap_call *unmap, u64 *entry, unsigned int count)
{
	const struct iopt_fmt *fmt = unmap->sdom->table.fmt;
	unsigned int done = iopt_leaves_clear(entry, count, fmt->present_mask);

	unmap->unmapped += (u64)done << fmt->granule_shift;
	return done == count;
}

/*
 * Clears [@start, unmap->last] as far as it lies in one table. A table that the range covers goes
 * once everything in it has gone. Returns false at the first entry that holds nothing, and at a
 * large leaf that begins before @start, where the whole walk stops.
 */
static bool unmap_in_table(struct unmap_call *unmap, u64 *entries, unsigned int level, u64 start)
{
	struct iopt *table = &unmap->sdom->table;
	const struct iopt_fmt *fmt = table->fmt;
	u64 bytes = iopt_level_bytes(fmt, level);
	unsigned int index = iopt_index(fmt, start, level), count;
	u64 base = start & ~(bytes - 1);
	unsigned int last_index =
		min_t(u64, index + (unmap->last - base) / bytes, IOPT_ENTRY_COUNT - 1);

	if (level == 0) {
		iopt_leaf_cache_set(table, start, entries);
		if (!fmt->replica_mask)
			return unmap_pages_of(unmap, entries + index, last_index - index + 1);
	}
	for (; index <= last_index; index += count, base += count * bytes, start = base) {
		u64 entry = entries[index];

		if (!iopt_is_present(fmt, entry))
			return false;
		if (iopt_is_leaf(fmt, entry, level)) {
			count = clear_leaf(unmap, entries + index, level, start);
			if (!count)
				return false;
			continue;
		}
		if (!unmap_in_table(unmap, iopt_child(table, entry), level - 1, start))
			return false;
		if (start == base && unmap->last - base >= bytes - 1) {
			iopt_detach_one(table, entry, &unmap->freed);
			entries[index] = 0;
		}
		count = 1;
	}
	return true;
}

size_t sim_generic_pt_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
				  size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	struct unmap_call unmap = { .sdom = sdom, .iova = iova };
	u64 len = (u64)pgsize * pgcount;

	if (!len || __builtin_add_overflow(iova, len - 1, &unmap.last) ||
	    unmap.last > table->reach_last)
		return 0;
	INIT_LIST_HEAD(&unmap.freed.pages);
	unmap_in_table(&unmap, table->top, table->top_level, iova);
	gather_range(sdom, gather, iova, unmap.unmapped, &unmap.freed);
	return unmap.unmapped;
}

static const struct iommu_domain_ops generic_pt_ops = {
	.map_pages = sim_generic_pt_map_pages,
	.unmap_pages = sim_generic_pt_unmap_pages,
	.flush_iotlb_all = sim_profile_flush_all,
	.iotlb_sync_map = sim_profile_iotlb_sync_map,
	.iotlb_sync = sim_profile_iotlb_sync,
	.iova_to_phys = sim_profile_iova_to_phys,
};

static const char *const generic_pt_formats[] = { "vtdss",    "x86-64", "arm-lpae",
						  "amdv1", "amdv1-2k", NULL };

const struct sim_iommu_profile sim_profile_generic_pt = {
	.name = "generic-pt",
	.formats = generic_pt_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &generic_pt_ops,
	.deferred_flush = true,
	.hardware = SIM_HARDWARE_VTD,
	.msi_start = 0xfee00000,
	.msi_bytes = 0x100000,
	.msi_type = IOMMU_RESV_MSI,
};
