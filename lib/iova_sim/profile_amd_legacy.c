// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * AMD with its own page-table code, up to v6.18.
 *
 * Models: iommu_v1_map_pages(), alloc_pte(), increase_address_space(), iommu_v1_unmap_pages(),
 * fetch_pte(), drivers/iommu/amd/io_pgtable.c; amd_iommu_unmap_pages(), drivers/iommu/amd/iommu.c;
 * v6.12
 * Differs: one task, so no races to install a table; a physical address that entries can't hold is
 * refused with -EINVAL, where the driver's bits would run into one another; a table that an unmap
 * clears along with the rest of a torn leaf is freed, where the driver leaks it.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "iova_sim/layer.h"
#include "iova_sim/profile.h"

/* One call of map_pages(): leaves of @shift, of @count entries each in a table of @level. */
struct map_call {
	struct sim_domain *sdom;
	u64 iova;
	u64 paddr;
	u64 leaf_bits;
	unsigned int shift;
	unsigned int level;
	unsigned int count;
	/* Something that the hardware may have cached gave way. */
	bool updated;
	struct iommu_pages_list freed;
};

/* The driver grows as far as it can and keeps what it has grown when the rest fails. */
static int grow(struct iopt *table, u64 last, unsigned int level)
{
	int err = 0;

	while (!err && (last > table->reach_last || level > table->top_level)) {
		err = iopt_grow_one(table);
		WARN_ON_ONCE(err == -ERANGE);
	}
	return err ? -ENOMEM : 0;
}

/* First entry of the leaf at @slot, and how many it has. */
static unsigned int whole_leaf(const struct iopt_fmt *fmt, struct iopt_slot slot, u64 iova,
			       u64 **first)
{
	unsigned int count = iopt_leaf_count(fmt, iopt_leaf_shift(fmt, *slot.entry, slot.level),
					     slot.level);
	unsigned int index = iopt_index(fmt, iova, slot.level);

	*first = slot.entry - (index & (count - 1));
	return count;
}

/*
 * A larger leaf is where a table is needed: all of it goes, and with it the translations of
 * addresses that nobody asked about.
 */
static int drop_leaf(struct map_call *map, struct iopt_slot slot)
{
	const struct iopt_fmt *fmt = map->sdom->table.fmt;
	u64 entry = *slot.entry, *first;
	struct iopt_leaf leaf;
	int err = 0;

	iopt_entry_leaf(fmt, entry, slot.level, map->iova, &leaf);
	if (iopt_is_replica(fmt, entry)) {
		unsigned int count = whole_leaf(fmt, slot, map->iova, &first);

		for (unsigned int i = 0; i < count; i++)
			if (first[i] == entry)
				first[i] = 0;
	} else {
		err = iopt_make_table(&map->sdom->table, slot);
	}
	if (err)
		return err;
	map->updated = true;
	sim_profile_split(map->sdom, map->iova, 1ull << map->shift, &leaf, leaf.bytes, false);
	sim_profile_map_over(map->sdom, map->iova, leaf.phys + (map->iova - leaf.iova), map->paddr,
			     IOPT_OVER_REPLACED);
	return 0;
}

static int make_way(struct map_call *map, struct iopt_slot *slot)
{
	for (;;) {
		int err = iopt_make_slot(&map->sdom->table, map->iova, map->level, slot);

		if (err != -EEXIST)
			return err;
		err = drop_leaf(map, *slot);
		if (err)
			return err;
	}
}

/* Tells the watcher of the leaves that @entry holds or leads to; it covers @iova. */
static void report_replaced(const struct map_call *map, u64 entry, u64 iova)
{
	const struct iopt *table = &map->sdom->table;
	u64 last = iova + iopt_level_bytes(table->fmt, map->level) - 1;
	u64 offset = map->paddr - map->iova;
	struct iopt_leaf leaf;

	if (iopt_is_leaf(table->fmt, entry, map->level)) {
		iopt_entry_leaf(table->fmt, entry, map->level, iova, &leaf);
		sim_profile_map_over(map->sdom, iova, leaf.phys + (iova - leaf.iova),
				     iova + offset, IOPT_OVER_REPLACED);
		return;
	}
	for (u64 at = iova; at <= last; at = leaf.iova + leaf.bytes) {
		if (!iopt_subtree_leaf(table, iopt_child(table, entry), map->level - 1, iova, at,
				       last, &leaf))
			return;
		sim_profile_map_over(map->sdom, leaf.iova, leaf.phys, leaf.iova + offset,
				     IOPT_OVER_REPLACED);
	}
}

/* Empties an entry that the new leaf is about to take, without a look at what it leads to. */
static void clear_entry(struct map_call *map, u64 *entry, u64 iova)
{
	struct iopt *table = &map->sdom->table;
	u64 old = *entry;

	if (!iopt_is_present(table->fmt, old))
		return;
	if (unlikely(map->sdom->state->watch))
		report_replaced(map, old, iova);
	if (!iopt_is_leaf(table->fmt, old, map->level))
		iopt_detach(table, old, map->level, &map->freed);
	else if (iopt_leaf_shift(table->fmt, old, map->level) > map->shift)
		table->torn = true;
	*entry = 0;
}

static int map_leaf(struct map_call *map)
{
	struct iopt *table = &map->sdom->table;
	u64 leaf = iopt_leaf_address(table->fmt, map->paddr) | map->leaf_bits;
	u64 bytes = iopt_level_bytes(table->fmt, map->level);
	struct iopt_slot slot;
	int err;

	err = grow(table, map->iova + ((1ull << map->shift) - 1), map->level);
	if (!err)
		err = make_way(map, &slot);
	if (err)
		return err;
	if (map->level == 0)
		iopt_leaf_cache_set(table, map->iova, slot.entry - iopt_page_index(map->iova));
	for (unsigned int i = 0; i < map->count; i++)
		clear_entry(map, slot.entry + i, map->iova + i * bytes);
	for (unsigned int i = 0; i < map->count; i++)
		slot.entry[i] = leaf;
	return 0;
}

static int amd_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			 size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	struct map_call map = {
		.sdom = sdom,
		.iova = iova,
		.paddr = paddr,
		.shift = __builtin_ctzl(pgsize),
	};
	int err = 0;

	BUG_ON((iova | paddr) & (pgsize - 1));
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)) || paddr > table->oa_last)
		return -EINVAL;
	INIT_LIST_HEAD(&map.freed.pages);
	map.level = iopt_size_level(table->fmt, map.shift);
	map.count = iopt_leaf_count(table->fmt, map.shift, map.level);
	map.leaf_bits = iopt_leaf_bits(table, prot, map.shift);
	for (size_t i = 0; i < pgcount; i++) {
		err = map_leaf(&map);
		if (err)
			break;
		map.iova += pgsize;
		map.paddr += pgsize;
		*mapped += pgsize;
	}
	/* A leaf that was replaced by one in the same place is not invalidated. */
	if (map.updated || !list_empty(&map.freed.pages))
		sim_profile_flush_range(sdom, iova, iova + (pgsize * pgcount - 1));
	iopt_pages_free(sdom->world, &map.freed);
	return err;
}

/*
 * Clears all entries of a replicated leaf, whatever has become of them: where it was torn, one may
 * lead to a table.
 */
static void clear_all(struct iopt *table, u64 *first, unsigned int count, unsigned int level,
		      struct iommu_pages_list *freed)
{
	for (unsigned int i = 0; i < count; i++) {
		if (unlikely(table->torn) && iopt_is_present(table->fmt, first[i]) &&
		    !iopt_is_leaf(table->fmt, first[i], level))
			iopt_detach(table, first[i], level, freed);
		first[i] = 0;
	}
}

/*
 * Clears the leaf that covers @iova: all of it, wherever it begins. Of a leaf table nothing is
 * asked, so an empty entry counts as a page that was cleared. Returns its size, 0 when there is no
 * such table.
 */
static u64 clear_leaf(struct sim_domain *sdom, u64 iova, u64 left, struct iommu_pages_list *freed)
{
	struct iopt *table = &sdom->table;
	struct iopt_slot slot;
	struct iopt_leaf leaf;
	unsigned int count;
	u64 *first;

	if (iova > table->reach_last)
		return 0;
	slot = iopt_find_slot(table, iova, 0);
	if (slot.level == 0)
		iopt_leaf_cache_set(table, iova, slot.entry - iopt_page_index(iova));
	if (!iopt_is_present(table->fmt, *slot.entry))
		return slot.level == 0 ? iopt_level_bytes(table->fmt, 0) : 0;
	iopt_entry_leaf(table->fmt, *slot.entry, slot.level, iova, &leaf);
	count = whole_leaf(table->fmt, slot, iova, &first);
	clear_all(table, first, count, slot.level, freed);
	if (unlikely(leaf.iova < iova || leaf.bytes > left))
		sim_profile_split(sdom, iova, left, &leaf, leaf.bytes, false);
	return leaf.bytes;
}

/* Clears leaves of one entry each, side by side in the table used last: what most unmaps are. */
static u64 clear_pages(struct iopt *table, u64 iova, u64 left)
{
	u64 *entries = iopt_leaf_cached(table, iova);
	unsigned int index = iopt_page_index(iova);
	u64 bytes = 0;

	if (!entries)
		return 0;
	for (; index < IOPT_ENTRY_COUNT && bytes < left; index++, bytes += IOPT_PAGE_BYTES) {
		if (iopt_is_replica(table->fmt, entries[index]))
			break;
		entries[index] = 0;
	}
	return bytes;
}

static size_t amd_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			      size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	u64 size = pgsize * pgcount, unmapped = 0, at = iova, bytes;

	while (unmapped < size) {
		bytes = clear_pages(&sdom->table, at, size - unmapped);
		if (bytes) {
			at += bytes;
		} else {
			bytes = clear_leaf(sdom, at, size - unmapped, &gather->freelist);
			if (!bytes)
				break;
			/* On from the end of the leaf, even if it began before. */
			at = (at & ~(bytes - 1)) + bytes;
		}
		unmapped += bytes;
	}
	if (!unmapped)
		return 0;
	if (sdom->gathers == SIM_GATHERS_NO_GAPS &&
	    iommu_iotlb_gather_is_disjoint(gather, iova, unmapped))
		iommu_iotlb_sync(domain, gather);
	iommu_iotlb_gather_add_range(gather, iova, unmapped);
	return unmapped;
}

static const struct iommu_domain_ops amd_legacy_ops = {
	.map_pages = amd_map_pages,
	.unmap_pages = amd_unmap_pages,
	.flush_iotlb_all = sim_profile_flush_all,
	.iotlb_sync_map = sim_profile_iotlb_sync_map,
	.iotlb_sync = sim_profile_iotlb_sync,
	.iova_to_phys = sim_profile_iova_to_phys,
};

static const char *const amd_legacy_formats[] = { "amdv1", NULL };

const struct sim_iommu_profile sim_profile_amd_legacy = {
	.name = "amd-legacy",
	.formats = amd_legacy_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &amd_legacy_ops,
	.deferred_flush = true,
	.hardware = SIM_HARDWARE_AMD,
	.msi_start = 0xfee00000,
	.msi_bytes = 0x100000,
	.msi_type = IOMMU_RESV_MSI,
};
