// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * SMMUv3 on the ARM long-descriptor page-table code, v6.14 and later, without quirks.
 *
 * Models: arm_lpae_map_pages(), __arm_lpae_unmap(), arm_lpae_init_pte(),
 * drivers/iommu/io-pgtable-arm.c, v7.0
 * Differs: walkers snoop; one task, so no races to install a table.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include "iova_sim/layer.h"
#include "iova_sim/profile.h"

/*
 * Takes a table out that an entry leads to. The driver invalidates walks of it at once and frees it
 * without waiting for the gather.
 */
static void drop_table(struct sim_domain *sdom, u64 *entry, unsigned int level, u64 iova)
{
	struct iommu_pages_list freed;

	INIT_LIST_HEAD(&freed.pages);
	iopt_detach(&sdom->table, *entry, level, &freed);
	*entry = 0;
	sim_profile_flush_range(sdom, iova, iova + iopt_level_bytes(sdom->table.fmt, level) - 1);
	iopt_pages_free(sdom->world, &freed);
}

/* Leaves of a table that a block is about to replace, live ones too, without a word. */
static void report_replaced(struct sim_domain *sdom, u64 entry, unsigned int level, u64 iova,
			    u64 paddr)
{
	const struct iopt *table = &sdom->table;
	u64 last = iova + iopt_level_bytes(table->fmt, level) - 1;
	struct iopt_leaf leaf;

	for (u64 at = iova; at <= last; at = leaf.iova + leaf.bytes) {
		if (!iopt_subtree_leaf(table, iopt_child(table, entry), level - 1, iova, at, last,
				       &leaf))
			return;
		sim_profile_map_over(sdom, leaf.iova, leaf.phys, paddr + (leaf.iova - iova),
				     IOPT_OVER_REPLACED);
	}
}

static int refuse(struct sim_domain *sdom, u64 entry, unsigned int level, u64 iova, u64 paddr)
{
	struct iopt_leaf leaf;

	WARN_ON(1);
	iopt_entry_leaf(sdom->table.fmt, entry, level, iova, &leaf);
	sim_profile_map_over(sdom, iova, leaf.phys + (iova - leaf.iova), paddr, IOPT_OVER_REFUSED);
	return -EEXIST;
}

/* All entries are looked at before the first leaf is written. */
static int make_room(struct sim_domain *sdom, struct iopt_slot slot, u64 iova, u64 paddr,
		     unsigned int count)
{
	const struct iopt_fmt *fmt = sdom->table.fmt;
	u64 bytes = iopt_level_bytes(fmt, slot.level);

	for (unsigned int i = 0; i < count; i++) {
		u64 entry = slot.entry[i];

		if (!iopt_is_present(fmt, entry))
			continue;
		if (iopt_is_leaf(fmt, entry, slot.level))
			return refuse(sdom, entry, slot.level, iova + i * bytes,
				      paddr + i * bytes);
		if (unlikely(sdom->state->watch))
			report_replaced(sdom, entry, slot.level, iova + i * bytes,
					paddr + i * bytes);
		drop_table(sdom, slot.entry + i, slot.level, iova + i * bytes);
	}
	return 0;
}

static int lpae_map_pages(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
			  size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	unsigned int level, count;
	struct iopt_slot slot;
	u64 *cached, bits;
	int err;

	if (WARN_ON(!pgsize || (pgsize & domain->pgsize_bitmap) != pgsize))
		return -EINVAL;
	if (WARN_ON(iova > table->va_last || paddr > table->oa_last))
		return -ERANGE;
	if (!(prot & (IOMMU_READ | IOMMU_WRITE)))
		return -EINVAL;
	level = iopt_size_level(table->fmt, __builtin_ctzl(pgsize));
	/* One table at a time: the core calls again for the rest. */
	count = min_t(size_t, pgcount, IOPT_ENTRY_COUNT - iopt_index(table->fmt, iova, level));

	cached = level == 0 ? iopt_leaf_cached(table, iova) : NULL;
	if (cached) {
		slot.entry = cached + iopt_page_index(iova);
		slot.level = 0;
	} else {
		err = iopt_make_slot(table, iova, level, &slot);
		if (err == -EEXIST)
			return refuse(sdom, *slot.entry, slot.level, iova, paddr);
		if (err)
			return err;
		if (level == 0)
			iopt_leaf_cache_set(table, iova, slot.entry - iopt_page_index(iova));
	}
	err = make_room(sdom, slot, iova, paddr, count);
	if (err)
		return err;
	bits = iopt_leaf_bits(table, prot, __builtin_ctzl(pgsize));
	iopt_leaves_fill(slot.entry, count, paddr | bits, pgsize, table->fmt->present_mask);
	*mapped += count * pgsize;
	return 0;
}

/*
 * Clears entries of the level that the size asks for: leaves, and tables with all that is in them,
 * live or not. Stops at the first empty entry.
 */
static unsigned int clear_entries(struct sim_domain *sdom, struct iopt_slot slot, u64 iova,
				  unsigned int count)
{
	const struct iopt_fmt *fmt = sdom->table.fmt;
	u64 bytes = iopt_level_bytes(fmt, slot.level);
	unsigned int done = 0;

	if (slot.level == 0) {
		done = iopt_leaves_clear(slot.entry, count, fmt->present_mask);
		WARN_ON(done < count);
		return done;
	}
	for (; done < count; done++) {
		u64 *entry = slot.entry + done;

		if (WARN_ON(!iopt_is_present(fmt, *entry)))
			break;
		if (!iopt_is_leaf(fmt, *entry, slot.level))
			drop_table(sdom, entry, slot.level, iova + done * bytes);
		*entry = 0;
	}
	return done;
}

/* The same as adding the pages to the gather one by one. */
static void gather_pages(struct iommu_domain *domain, struct iommu_iotlb_gather *gather, u64 iova,
			 u64 bytes, unsigned int count)
{
	if (!count || iommu_iotlb_gather_queued(gather))
		return;
	iommu_iotlb_gather_add_page(domain, gather, iova, bytes);
	iommu_iotlb_gather_add_range(gather, iova, count * bytes);
}

static size_t lpae_unmap_pages(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			       size_t pgcount, struct iommu_iotlb_gather *gather)
{
	struct sim_domain *sdom = to_sim_domain(domain);
	struct iopt *table = &sdom->table;
	unsigned int level, count;
	struct iopt_slot slot;
	struct iopt_leaf leaf;
	u64 *cached;

	if (WARN_ON(!pgsize || (pgsize & domain->pgsize_bitmap) != pgsize || !pgcount))
		return 0;
	if (WARN_ON(iova > table->va_last))
		return 0;
	level = iopt_size_level(table->fmt, __builtin_ctzl(pgsize));
	cached = level == 0 ? iopt_leaf_cached(table, iova) : NULL;
	if (cached) {
		slot.entry = cached + iopt_page_index(iova);
		slot.level = 0;
	} else {
		slot = iopt_find_slot(table, iova, level);
	}
	if (WARN_ON(!iopt_is_present(table->fmt, *slot.entry)))
		return 0;
	if (slot.level != level) {
		WARN_ONCE(true, "Unmap of a partial large IOPTE is not allowed");
		iopt_entry_leaf(table->fmt, *slot.entry, slot.level, iova, &leaf);
		sim_profile_split(sdom, iova, pgsize * pgcount, &leaf, 0, false);
		return 0;
	}
	if (level == 0)
		iopt_leaf_cache_set(table, iova, slot.entry - iopt_page_index(iova));
	count = min_t(size_t, pgcount, IOPT_ENTRY_COUNT - iopt_index(table->fmt, iova, level));
	count = clear_entries(sdom, slot, iova, count);
	gather_pages(domain, gather, iova, pgsize, count);
	return count * pgsize;
}

static const struct iommu_domain_ops arm_lpae_ops = {
	.map_pages = lpae_map_pages,
	.unmap_pages = lpae_unmap_pages,
	.flush_iotlb_all = sim_profile_flush_all,
	.iotlb_sync = sim_profile_iotlb_sync,
	.iova_to_phys = sim_profile_iova_to_phys,
};

static const char *const arm_lpae_formats[] = { "arm-lpae", NULL };

const struct sim_iommu_profile sim_profile_arm_lpae = {
	.name = "arm-lpae",
	.formats = arm_lpae_formats,
	.domain_type = IOMMU_DOMAIN_DMA,
	.ops = &arm_lpae_ops,
	.gathers_pages = true,
	.deferred_flush = true,
	.hardware = SIM_HARDWARE_SMMU,
	.msi_start = 0x8000000,
	.msi_bytes = 0x100000,
	.msi_type = IOMMU_RESV_SW_MSI,
};
