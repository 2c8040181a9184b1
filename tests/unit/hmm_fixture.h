/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of HMM's DMA helpers share: a map on a device, with or without a window. */
#ifndef UNIT_HMM_FIXTURE_H
#define UNIT_HMM_FIXTURE_H

#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/pci-p2pdma.h>
#include "dma_fixture.h"
#include "kernel/slab.h"

/* IOVA pages of a device that has too few of them for a window. */
#define HMM_LISTED_PAGES 3

/**
 * struct hmm_bed - a map on a device
 * @f: device
 * @map: map
 * @entry_count: entries that can be used
 * @p2p: what is known of the last peer
 * @live_before: objects allocated before the map was
 */
struct hmm_bed {
	struct dma_fixture *f;
	struct hmm_dma_map map;
	size_t entry_count;
	struct pci_p2pdma_map_state p2p;
	u64 live_before;
};

/* A device that gets no window of four pages or more: each page then has an IOVA of its own. */
static inline struct dma_fixture *hmm_make_listed(void)
{
	return dma_make_with(&(struct dma_options){
		.mask_bits = 32,
		.params = { .start_pfn = (1ul << 20) - HMM_LISTED_PAGES, .no_reserved = true },
	});
}

static inline struct hmm_bed *hmm_bed_on(struct dma_fixture *f, size_t page_count,
					 size_t entry_bytes)
{
	static struct hmm_bed beds[FIXTURE_MAX];
	static unsigned int next;
	struct hmm_bed *bed = &beds[next++ % FIXTURE_MAX];

	*bed = (struct hmm_bed){ .f = f, .entry_count = page_count * P / entry_bytes };
	bed->live_before = sim_slab_live_count(f->world);
	ktest_assert_int_equal(hmm_dma_map_alloc(f->dev, &bed->map, page_count, entry_bytes), 0);
	return bed;
}

static inline struct hmm_bed *hmm_bed_make_with(const struct dma_options *options,
						size_t page_count, size_t entry_bytes)
{
	return hmm_bed_on(dma_make_with(options), page_count, entry_bytes);
}

static inline struct hmm_bed *hmm_bed_make(const char *profile, size_t page_count,
					   size_t entry_bytes)
{
	return hmm_bed_on(dma_make(profile), page_count, entry_bytes);
}

static inline struct hmm_bed *hmm_bed_make_listed(size_t page_count)
{
	struct hmm_bed *bed = hmm_bed_on(hmm_make_listed(), page_count, P);

	ktest_assert_non_null(bed->map.dma_list);
	return bed;
}

/* Maps what the entry holds. */
static inline dma_addr_t hmm_bed_map_again(struct hmm_bed *bed, size_t index)
{
	return hmm_dma_map_pfn(bed->f->dev, &bed->map, index, &bed->p2p);
}

/* Puts a page into an entry, as a fault would, and maps it. */
static inline dma_addr_t hmm_bed_map(struct hmm_bed *bed, size_t index, u64 phys,
				     unsigned long flags)
{
	dma_addr_t addr;

	bed->map.pfn_list[index] = HMM_PFN_VALID | flags | PHYS_PFN(phys);
	addr = hmm_bed_map_again(bed, index);
	ktest_assert_u64_not_equal(addr, DMA_MAPPING_ERROR);
	return addr;
}

/* Takes the map down, one entry after the other. */
static inline void hmm_bed_free(struct hmm_bed *bed)
{
	for (size_t i = 0; i < bed->entry_count; i++)
		hmm_dma_unmap_pfn(bed->f->dev, &bed->map, i);
	if (dma_use_iova(&bed->map.state))
		ktest_assert_u64_equal(dma_live_bytes(bed->f, bed->map.state.addr,
						      dma_iova_size(&bed->map.state)), 0);
	hmm_dma_map_free(bed->f->dev, &bed->map);
}

#endif
