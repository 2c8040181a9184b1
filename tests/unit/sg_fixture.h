/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of scatterlists share: lists, and what became of them. */
#ifndef UNIT_SG_FIXTURE_H
#define UNIT_SG_FIXTURE_H

#include <linux/errno.h>
#include <linux/scatterlist.h>
#include "dma_fixture.h"

#define RW DMA_BIDIRECTIONAL
#define SG_ROW_MAX 8

/* An entry. Page 0 is a page of its own, others count in the block of the list. */
struct sg_row {
	unsigned int page;
	unsigned int offset;
	unsigned int length;
};

/* A segment: its address from the first one on, and its length. */
struct sg_seen {
	u64 at;
	unsigned int length;
};

static inline struct page *sg_own_page(struct dma_fixture *f)
{
	struct page *page = sim_phys_alloc_scattered(f->world);

	ktest_assert_non_null(page);
	return page;
}

/* Fills a table with rows up to the first of length 0. */
static inline void sg_fill(struct dma_fixture *f, struct sg_table *sgt, const struct sg_row *rows)
{
	struct page *block = sim_phys_alloc_contig(f->world, 64, 0);
	struct scatterlist *sg;
	unsigned int count = 0, i;

	while (count < SG_ROW_MAX && rows[count].length)
		count++;
	ktest_assert_int_equal(sg_alloc_table(sgt, count, GFP_KERNEL), 0);
	for_each_sgtable_sg(sgt, sg, i)
		sg_set_page(sg, rows[i].page ? block + rows[i].page : sg_own_page(f),
			    rows[i].length, rows[i].offset);
}

/* A list of pages, each of its own. */
static inline void sg_fill_pages(struct dma_fixture *f, struct sg_table *sgt, unsigned int count)
{
	struct scatterlist *sg;
	unsigned int i;

	ktest_assert_int_equal(sg_alloc_table(sgt, count, GFP_KERNEL), 0);
	for_each_sgtable_sg(sgt, sg, i)
		sg_set_page(sg, sg_own_page(f), P, 0);
}

static inline void sg_map_all(struct dma_fixture *f, struct sg_table *sgt)
{
	ktest_assert_int_equal(dma_map_sgtable(f->dev, sgt, RW, 0), 0);
}

/* The segments of a mapped list, up to the first of length 0. */
static inline void sg_assert_segments(struct sg_table *sgt, const struct sg_seen *seen)
{
	u64 base = sg_dma_address(sgt->sgl);
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (sg_dma_address(sg) - base != seen[i].at || sg_dma_len(sg) != seen[i].length)
			ktest_fail("segment %u: %u bytes at 0x%llx, expected %u at 0x%llx", i,
				   sg_dma_len(sg), (u64)sg_dma_address(sg) - base, seen[i].length,
				   seen[i].at);
	}
	ktest_assert_true(i == SG_ROW_MAX || !seen[i].length);
}

/* The bytes of the entries in order are those of the segments in order. */
static inline void sg_assert_translations(struct dma_fixture *f, struct sg_table *sgt)
{
	struct scatterlist *segment = sgt->sgl, *sg;
	unsigned int done = 0, i;

	for_each_sgtable_sg(sgt, sg, i) {
		for (unsigned int at = 0; at < sg->length;) {
			unsigned int left = P - ((sg->offset + at) & (P - 1));
			u64 addr;

			if (done == sg_dma_len(segment)) {
				segment = sg_next(segment);
				done = 0;
			}
			ktest_assert_true(segment && done < sg_dma_len(segment));
			addr = sg_dma_address(segment) + done;
			if (left > sg->length - at)
				left = sg->length - at;
			if (iommu_iova_to_phys(&f->sdom->domain, addr) != sg_phys(sg) + at ||
			    iommu_iova_to_phys(&f->sdom->domain, addr + left - 1) !=
				    sg_phys(sg) + at + left - 1)
				ktest_fail("entry %u: 0x%llx does not lead to 0x%llx", i, addr,
					   (u64)sg_phys(sg) + at);
			at += left;
			done += left;
		}
	}
	ktest_assert_int_equal(done, sg_dma_len(segment));
}

#endif
