// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * VT-d with its own page-table code, up to v6.18.
 *
 * Models: intel_iommu_map_pages(), __domain_mapping(), switch_to_super_page(),
 * intel_iommu_unmap_pages(), dma_pte_clear_level(), drivers/iommu/intel/iommu.c, v6.12
 * Differs: where the driver would take a data page for a table and write into it (part of a large
 * leaf that does not begin the range, a small page under a large leaf), nothing is changed and the
 * watcher is told: the unmap returns 0, the map -EADDRINUSE. The driver would return the size
 * it was asked for, and 0.
 */
#define pr_fmt(fmt) "DMAR: " fmt

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include "iova_sim/layer.h"
#include "iova_sim/profile.h"

/* A range, and where tables go that are taken out. */
struct legacy_range {
	struct sim_domain *sdom;
	u64 start;
	u64 last;
	struct iommu_pages_list *freed;
};

/* Tells the watcher of each leaf that goes away because a large one takes its place. */
static void report_replaced(struct sim_domain *sdom, u64 entry, unsigned int level, u64 iova,
			    u64 paddr)
{
	const struct iopt *table = &sdom->table;
	u64 last = iova + iopt_level_bytes(table->fmt, level) - 1;
	struct iopt_leaf leaf;

	if (iopt_is_leaf(table->fmt, entry, level)) {
		sim_profile_map_over(sdom, iova, iopt_entry_phys(table->fmt, entry, level), paddr,
				     IOPT_OVER_REPLACED);
		return;
	}
	for (u64 at = iova; at <= last; at = leaf.iova + leaf.bytes) {
		if (!iopt_subtree_leaf(table, iopt_child(table, entry), level - 1, iova, at, last,
				       &leaf))
			return;
		sim_profile_map_over(sdom, leaf.iova, leaf.phys, paddr + (leaf.iova - iova),
				     IOPT_OVER_REPLACED);
	}
}

/*
 * Empties the entries that large leaves are about to take, without a look at what they lead to, and
 * invalidates. As in the driver the tables are free before the invalidation has happened.
 */
static void switch_to_large(struct sim_domain *sdom, u64 *entry, unsigned int level, u64 iova,
			    u64 paddr, unsigned int count)
{
	struct iopt *table = &sdom->table;
	u64 bytes = iopt_level_bytes(table->fmt, level);
	u64 last = iova + count * bytes - 1;
	struct iommu_pages_list freed;

	INIT_LIST_HEAD(&freed.pages);
	for (unsigned int i = 0; i < count; i++, iova += bytes, paddr += bytes) {
		if (!iopt_is_present(table->fmt, entry[i]))
			continue;
		if (unlikely(sdom->state->watch))
			report_replaced(sdom, entry[i], level, iova, paddr);
		if (!iopt_is_leaf(table->fmt, entry[i], level))
			iopt_detach(table, entry[i], level, &freed);
		entry[i] = 0;
		iopt_pages_free(sdom->world, &freed);
		sim_profile_flush_range(sdom, iova, last);
	}
}

static void keep_old(struct sim_domain *sdom, u64 iova, u64 paddr, u64 old, u64 new)
{
	pr_crit("ERROR: DMA PTE for vPFN 0x%lx already set (to %llx not %llx)\n",
		(unsigned long)(iova >> IOPT_PAGE_SHIFT), old, new);
	WARN_ON(1);
	sim_profile_map_over(sdom, iova, iopt_entry_phys(sdom->table.fmt, old, 0), paddr,
			     IOPT_OVER_KEPT);
}

/* Fills what of a range lies in one table; an entry that is taken keeps what it has. */
static void map_in_table(struct sim_domain *sdom, struct iopt_slot slot, u64 iova, u64 paddr,
			 u64 bits, unsigned int count)
{
	const struct iopt_fmt *fmt = sdom->table.fmt;
	u64 bytes = iopt_level_bytes(fmt, slot.level);

	if (slot.level > 0)
		switch_to_large(sdom, slot.entry, slot.level, iova, paddr, count);
	for (;;) {
		unsigned int done = iopt_leaves_fill(slot.entry, count, paddr | bits, bytes,
						     fmt->present_mask);

		if (done == count)
			return;
		iova += done * bytes;
		paddr += done * bytes;
		keep_old(sdom, iova, paddr, slot.entry[done], paddr | bits);
		iova += bytes;
		paddr += bytes;
		slot.entry += done + 1;
		count -= done + 1;
	}
}

static int legacy_map_check(const struct iopt *table, u64 iova, u64 paddr, size_t pgsize, u64 len,
			    int prot)
{
	u64 end;

	if (pgsize != 1ul << 12 && pgsize != 1ul << 21 && pgsize != 1ul << 30)
		return -EINVAL;
	if ((iova | paddr) & (pgsize - 1))
		return -EINVAL;
	if (__builtin_add_overflow(iova, len, &end) || end - 1 > table->va_last) {
		pr_err("intel_iommu_map: iommu width (%u) is not sufficient for the mapped "
		       "address (%llx)\n",
		       iopt_level_shift(table->fmt, table->top_level + 1), iova + len);
		return -EFAULT;
	}
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)) || paddr > table->oa_last)
		return -EINVAL;
	return 0;
}

static int legacy_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			    size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	unsigned int shift = __builtin_ctzl(pgsize);
	unsigned int level = iopt_size_level(table->fmt, shift);
	u64 len = pgsize * pgcount, left = pgcount, bits;
	struct iopt_slot slot;
	struct iopt_leaf leaf;
	int err;

	err = legacy_map_check(table, iova, paddr, pgsize, len, prot);
	if (err)
		return err;
	bits = iopt_leaf_bits(table, prot, shift);
	while (left) {
		unsigned int index = iopt_index(table->fmt, iova, level);
		unsigned int count = min_t(u64, left, IOPT_ENTRY_COUNT - index);

		err = iopt_make_slot(table, iova, level, &slot);
		if (err == -EEXIST) {
			iopt_entry_leaf(table->fmt, *slot.entry, slot.level, iova, &leaf);
			sim_profile_split(sdom, iova, left * pgsize, &leaf, 0, true);
			return -EADDRINUSE;
		}
		/* What this call has installed so far stays behind: *mapped is not told of it. */
		if (err)
			return err;
		if (level == 0)
			iopt_leaf_cache_set(table, iova, slot.entry - iopt_page_index(iova));
		map_in_table(sdom, slot, iova, paddr, bits, count);
		iova += count * pgsize;
		paddr += count * pgsize;
		left -= count;
	}
	*mapped += len;
	return 0;
}

/* Clears what lies in one table, holes and all. Tables that the range covers go as they are. */
static void clear_in_table(struct legacy_range *range, u64 *entries, unsigned int level, u64 base)
{
	struct iopt *table = &range->sdom->table;
	const struct iopt_fmt *fmt = table->fmt;
	u64 bytes = iopt_level_bytes(fmt, level);
	unsigned int index = range->start > base ? (range->start - base) / bytes : 0;
	unsigned int last_index = min_t(u64, (range->last - base) / bytes, IOPT_ENTRY_COUNT - 1);

	for (; index <= last_index; index++) {
		u64 entry = entries[index], start = base + index * bytes;

		if (!iopt_is_present(fmt, entry))
			continue;
		if (range->start <= start && range->last - start >= bytes - 1) {
			if (!iopt_is_leaf(fmt, entry, level))
				iopt_detach(table, entry, level, range->freed);
			entries[index] = 0;
		} else {
			clear_in_table(range, iopt_child(table, entry), level - 1, start);
		}
	}
}

/* Whether a large leaf reaches over an end of the range: there the driver corrupts its page. */
static bool splits_leaf(const struct legacy_range *range, u64 at, struct iopt_leaf *leaf)
{
	return iopt_walk(range->sdom, at, leaf) &&
	       (leaf->iova < range->start || leaf->iova + leaf->bytes - 1 > range->last);
}

static size_t legacy_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
				 size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	struct legacy_range range = { .sdom = sdom, .start = iova, .freed = &gather->freelist };
	u64 size = pgsize * pgcount;
	struct iopt_slot slot;
	struct iopt_leaf leaf;

	if (iova > table->va_last)
		return 0;
	/* Raised to what the entry spans, whether that is a large leaf or nothing at all. */
	slot = iopt_find_slot(table, iova, 0);
	if (slot.level == 0)
		iopt_leaf_cache_set(table, iova, slot.entry - iopt_page_index(iova));
	size = max_t(u64, size, iopt_level_bytes(table->fmt, slot.level));
	range.last = iova + size - 1;

	if (splits_leaf(&range, range.start, &leaf) ||
	    splits_leaf(&range, range.last, &leaf)) {
		sim_profile_split(sdom, iova, (u64)pgsize * pgcount, &leaf, 0, true);
		return 0;
	}
	if (size > pgsize * pgcount && iopt_is_present(table->fmt, *slot.entry)) {
		iopt_entry_leaf(table->fmt, *slot.entry, slot.level, iova, &leaf);
		sim_profile_split(sdom, iova, (u64)pgsize * pgcount, &leaf, leaf.bytes, false);
	}
	if (!WARN_ON(range.last > table->va_last))
		clear_in_table(&range, table->top, table->top_level, 0);
	if (!iommu_iotlb_gather_queued(gather))
		iommu_iotlb_gather_add_page(domain, gather, iova, size);
	return size;
}

static const struct iommu_domain_ops vtd_legacy_ops = {
	.map_pages = legacy_map_pages,
	.unmap_pages = legacy_unmap_pages,
	.flush_iotlb_all = sim_profile_flush_all,
	.iotlb_sync_map = sim_profile_iotlb_sync_map,
	.iotlb_sync = sim_profile_iotlb_sync,
	.iova_to_phys = sim_profile_iova_to_phys,
};

static const char *const vtd_legacy_formats[] = { "vtdss", "x86-64", NULL };

const struct sim_iommu_profile sim_profile_vtd_legacy = {
	.name = "vtd-legacy",
	.formats = vtd_legacy_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &vtd_legacy_ops,
	.gathers_pages = true,
	.deferred_flush = true,
	.hardware = SIM_HARDWARE_VTD,
	.msi_start = 0xfee00000,
	.msi_bytes = 0x100000,
	.msi_type = IOMMU_RESV_MSI,
};
