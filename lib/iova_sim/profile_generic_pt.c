// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Generic page tables, v6.19 and later: VT-d and AMD alike.
 *
 * Models: map_pages() and unmap_pages() of drivers/iommu/generic_pt/iommu_pt.h, v7.0
 * Differs: walkers snoop, so no cache flushes; one task, so no races to install a table; the top
 * level is fixed.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "iova_sim/pgsize.h"
#include "iova_sim/profile.h"

/* One call of map_pages(). */
struct map_call {
	struct sim_domain *sdom;
	u64 iova;
	u64 paddr;
	u64 left;
	u64 leaf_bits;
	unsigned int level;
	struct iommu_iotlb_gather gather;
};

static int refuse(struct sim_domain *sdom, const struct iopt_slot *slot, u64 iova, u64 paddr)
{
	sim_profile_map_over(sdom, iova,
			     iopt_entry_phys(sdom->table.fmt, *slot->entry, slot->level) +
				     (iova & (iopt_level_bytes(slot->level) - 1)),
			     paddr, IOPT_OVER_REFUSED);
	return -EADDRINUSE;
}

/*
 * Makes room for a leaf where a table is: goes when nothing in it translates. Its tables are freed
 * after the invalidation at the end of the call.
 */
static int replace_table(struct map_call *map, u64 *entry)
{
	struct sim_domain *sdom = map->sdom;
	struct iopt *table = &sdom->table;
	struct iommu_pages_list freed;
	struct iopt_leaf leaf;
	u64 bytes = iopt_level_bytes(map->level);

	if (iopt_subtree_leaf(table, iopt_child(table, *entry), map->level - 1, map->iova,
			      map->iova, map->iova + bytes - 1, &leaf)) {
		sim_profile_map_over(sdom, leaf.iova, leaf.phys,
				     map->paddr + (leaf.iova - map->iova), IOPT_OVER_REFUSED);
		return -EADDRINUSE;
	}
	INIT_LIST_HEAD(&freed.pages);
	iopt_detach(table, *entry, map->level, &freed);
	*entry = 0;
	iommu_iotlb_gather_add_range(&map->gather, map->iova, bytes);
	list_splice(&freed.pages, &map->gather.freelist.pages);
	return 0;
}

static void map_advance(struct map_call *map, u64 bytes)
{
	map->iova += bytes;
	map->paddr += bytes;
	map->left -= bytes;
}

/* Fills what of the range lies in one table of the leaves' level. */
static int map_in_table(struct map_call *map, struct iopt_slot slot)
{
	struct iopt *table = &map->sdom->table;
	u64 bytes = iopt_level_bytes(map->level);
	unsigned int index = iopt_index(map->iova, map->level);
	unsigned int count = min_t(u64, map->left / bytes, IOPT_ENTRY_COUNT - index);
	int err;

	for (;;) {
		unsigned int done = iopt_leaves_fill(slot.entry, count,
						     map->paddr | map->leaf_bits, bytes,
						     table->fmt->present_mask);

		map_advance(map, done * bytes);
		slot.entry += done;
		count -= done;
		if (!count)
			return 0;
		if (iopt_is_leaf(table->fmt, *slot.entry, map->level))
			return refuse(map->sdom, &slot, map->iova, map->paddr);
		err = replace_table(map, slot.entry);
		if (err)
			return err;
	}
}

static int map_range(struct map_call *map)
{
	struct iopt *table = &map->sdom->table;
	struct iopt_slot slot;
	int err = 0;

	while (map->left && !err) {
		err = iopt_make_slot(table, map->iova, map->level, &slot);
		if (err == -EEXIST)
			return refuse(map->sdom, &slot, map->iova, map->paddr);
		if (err)
			return err;
		if (map->level == 0)
			iopt_leaf_cache_set(table, map->iova,
					    slot.entry - iopt_index(map->iova, 0));
		err = map_in_table(map, slot);
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

static int generic_pt_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
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
	if (pgsize == IOPT_PAGE_BYTES && pgcount == 1)
		leaf_bytes = (iova | paddr) & (IOPT_PAGE_BYTES - 1) ? 0 : IOPT_PAGE_BYTES;
	else
		leaf_bytes = iopt_best_pgsize(sdom->domain.pgsize_bitmap, iova, iova + len - 1,
					      paddr);
	if (!leaf_bytes)
		return -ENXIO;
	if (iova + len - 1 > table->va_last)
		return -ERANGE;

	map.level = (__builtin_ctzll(leaf_bytes) - IOPT_PAGE_SHIFT) / 9;
	map.leaf_bits = iopt_leaf_bits(table, prot, map.level);
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

static void clear_large(struct unmap_call *unmap, u64 *entry, unsigned int level, u64 start)
{
	u64 bytes = iopt_level_bytes(level);
	struct iopt_leaf leaf;

	if (unlikely(unmap->last - start < bytes - 1)) {
		iopt_entry_leaf(unmap->sdom->table.fmt, *entry, level, start, &leaf);
		sim_profile_split(unmap->sdom, unmap->iova, unmap->last - unmap->iova + 1, &leaf,
				  bytes, false);
	}
	*entry = 0;
	unmap->unmapped += bytes;
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
	u64 bytes = iopt_level_bytes(level);
	unsigned int index = iopt_index(start, level);
	u64 base = start & ~(bytes - 1);
	unsigned int last_index =
		min_t(u64, index + (unmap->last - base) / bytes, IOPT_ENTRY_COUNT - 1);

	if (level == 0) {
		unsigned int count = last_index - index + 1;
		unsigned int done = iopt_leaves_clear(entries + index, count, fmt->present_mask);

		iopt_leaf_cache_set(table, start, entries);
		unmap->unmapped += done * IOPT_PAGE_BYTES;
		return done == count;
	}
	for (; index <= last_index; index++, base += bytes, start = base) {
		u64 entry = entries[index];

		if (!iopt_is_present(fmt, entry))
			return false;
		if (iopt_is_leaf(fmt, entry, level)) {
			if (start != base) {
				struct iopt_leaf leaf;

				iopt_entry_leaf(fmt, entry, level, start, &leaf);
				sim_profile_split(unmap->sdom, unmap->iova,
						  unmap->last - unmap->iova + 1, &leaf, 0, false);
				return false;
			}
			clear_large(unmap, entries + index, level, start);
			continue;
		}
		if (!unmap_in_table(unmap, iopt_child(table, entry), level - 1, start))
			return false;
		if (start == base && unmap->last - base >= bytes - 1) {
			iopt_detach_one(table, entry, &unmap->freed);
			entries[index] = 0;
		}
	}
	return true;
}

static size_t generic_pt_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
				     size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	struct unmap_call unmap = { .sdom = sdom, .iova = iova };
	u64 len = (u64)pgsize * pgcount;

	if (!len || __builtin_add_overflow(iova, len - 1, &unmap.last) ||
	    unmap.last > table->va_last)
		return 0;
	INIT_LIST_HEAD(&unmap.freed.pages);
	unmap_in_table(&unmap, table->top, table->top_level, iova);
	iommu_iotlb_gather_add_range(gather, iova, unmap.unmapped);
	list_splice(&unmap.freed.pages, &gather->freelist.pages);
	return unmap.unmapped;
}

static const struct iommu_domain_ops generic_pt_ops = {
	.map_pages = generic_pt_map_pages,
	.unmap_pages = generic_pt_unmap_pages,
	.flush_iotlb_all = sim_profile_flush_all,
	.iotlb_sync_map = sim_profile_iotlb_sync_map,
	.iotlb_sync = sim_profile_iotlb_sync,
	.iova_to_phys = sim_profile_iova_to_phys,
};

static const char *const generic_pt_formats[] = { "vtdss", "x86-64", "arm-lpae", NULL };

const struct sim_iommu_profile sim_profile_generic_pt = {
	.name = "generic-pt",
	.formats = generic_pt_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &generic_pt_ops,
	.deferred_flush = true,
	.fault_style = SIM_FAULT_VTD,
	.msi_start = 0xfee00000,
	.msi_bytes = 0x100000,
	.msi_type = IOMMU_RESV_MSI,
};
