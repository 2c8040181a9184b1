// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Scatterlists: counting entries, making and freeing tables.
 *
 * Models: lib/scatterlist.c, v7.0
 * Differs: no tables that are appended to, no first array of the caller's own, no copying.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

int sg_nents(struct scatterlist *sg)
{
	int nents = 0;

	for (; sg; sg = sg_next(sg))
		nents++;
	return nents;
}
EXPORT_SYMBOL(sg_nents);

int sg_nents_for_len(struct scatterlist *sg, u64 len)
{
	u64 total = 0;
	int nents = 0;

	for (; total < len; sg = sg_next(sg)) {
		if (!sg)
			return -EINVAL;
		total += sg->length;
		nents++;
	}
	return nents;
}
EXPORT_SYMBOL(sg_nents_for_len);

int sg_nents_for_dma(struct scatterlist *sgl, unsigned int sglen, size_t len)
{
	struct scatterlist *sg;
	unsigned int i;
	int nents = 0;

	for_each_sg(sgl, sg, sglen, i)
		nents += DIV_ROUND_UP(sg_dma_len(sg), len);
	return nents;
}
EXPORT_SYMBOL(sg_nents_for_dma);

struct scatterlist *sg_last(struct scatterlist *s, unsigned int nents)
{
	struct scatterlist *sg, *last = NULL;
	unsigned int i;

	for_each_sg(s, sg, nents, i)
		last = sg;
	BUG_ON(!sg_is_last(last));
	return last;
}
EXPORT_SYMBOL(sg_last);

void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	memset(sgl, 0, nents * sizeof(*sgl));
	sg_init_marker(sgl, nents);
}
EXPORT_SYMBOL(sg_init_table);

void sg_init_one(struct scatterlist *sg, const void *buf, unsigned int buflen)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, buf, buflen);
}
EXPORT_SYMBOL(sg_init_one);

/* Entries of the first array of a list with @left entries; the link to the next one is one more. */
static unsigned int array_entries(unsigned int left)
{
	return left > SG_MAX_SINGLE_ALLOC ? SG_MAX_SINGLE_ALLOC - 1 : left;
}

void sg_free_table(struct sg_table *table)
{
	struct scatterlist *array = table->sgl, *next;
	unsigned int left = table->orig_nents;

	while (array) {
		unsigned int entries = array_entries(left);

		left -= entries;
		next = left ? sg_chain_ptr(array + entries) : NULL;
		kfree(array);
		array = next;
	}
	table->sgl = NULL;
}
EXPORT_SYMBOL(sg_free_table);

int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask)
{
	struct scatterlist *link = NULL;

	memset(table, 0, sizeof(*table));
	if (!nents)
		return -EINVAL;
	while (nents) {
		unsigned int entries = array_entries(nents);
		unsigned int has_link = entries < nents;
		struct scatterlist *array =
			kmalloc_objs(struct scatterlist, entries + has_link, gfp_mask);

		if (!array) {
			sg_free_table(table);
			return -ENOMEM;
		}
		sg_init_table(array, entries + has_link);
		if (link)
			__sg_chain(link, array);
		else
			table->sgl = array;
		link = array + entries;
		nents -= entries;
		table->orig_nents += entries;
		table->nents = table->orig_nents;
	}
	return 0;
}
EXPORT_SYMBOL(sg_alloc_table);

/* Memory of different devices may be neighbours and still be reached in different ways. */
static bool is_next_page(const struct page *page, const struct page *next)
{
	if (page_to_pfn(next) != page_to_pfn(page) + 1)
		return false;
	if (is_zone_device_page(page) != is_zone_device_page(next))
		return false;
	return !is_zone_device_page(page) || page_pgmap(page) == page_pgmap(next);
}

/* Pages from the first on that fit one entry. */
static unsigned int run_pages(struct page **pages, unsigned int n_pages, unsigned int max_pages)
{
	unsigned int run = 1;

	while (run < n_pages && run < max_pages && is_next_page(pages[run - 1], pages[run]))
		run++;
	return run;
}

int sg_alloc_table_from_pages_segment(struct sg_table *sgt, struct page **pages,
				      unsigned int n_pages, unsigned int offset,
				      unsigned long size, unsigned int max_segment, gfp_t gfp_mask)
{
	unsigned int max_pages = max_segment >> PAGE_SHIFT;
	unsigned int runs = 0, at, i;
	struct scatterlist *sg;
	int err;

	if (WARN_ON(!max_pages))
		return -EINVAL;
	for (at = 0; at < n_pages; at += run_pages(pages + at, n_pages - at, max_pages))
		runs++;
	err = sg_alloc_table(sgt, runs, gfp_mask);
	if (err)
		return err;
	at = 0;
	for_each_sgtable_sg(sgt, sg, i) {
		unsigned int run = run_pages(pages + at, n_pages - at, max_pages);
		unsigned long bytes = ((unsigned long)run << PAGE_SHIFT) - offset;

		sg_set_page(sg, pages[at], min(size, bytes), offset);
		size -= bytes;
		offset = 0;
		at += run;
	}
	return 0;
}
EXPORT_SYMBOL(sg_alloc_table_from_pages_segment);
