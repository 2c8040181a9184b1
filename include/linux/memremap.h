/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MEMREMAP_H_
#define _LINUX_MEMREMAP_H_

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/percpu-refcount.h>
#include <linux/range.h>
#include <linux/types.h>

struct device;

/* fidelity: same */
enum memory_type {
	MEMORY_DEVICE_PRIVATE = 1,
	MEMORY_DEVICE_COHERENT,
	MEMORY_DEVICE_FS_DAX,
	MEMORY_DEVICE_GENERIC,
	MEMORY_DEVICE_PCI_P2PDMA,
};

/*
 * Up to v6.18 a page came back through page_free(), since then a folio through folio_free(); the
 * one that is set is called.
 */
struct dev_pagemap_ops {
	void (*page_free)(struct page *page);
	void (*folio_free)(struct folio *folio);
	vm_fault_t (*migrate_to_ram)(struct vm_fault *vmf);
	int (*memory_failure)(struct dev_pagemap *pgmap, unsigned long pfn, unsigned long nr_pages,
			      int mf_flags);
	void (*folio_split)(struct folio *head, struct folio *tail);
};

#define PGMAP_ALTMAP_VALID (1 << 0)

/* fidelity: simplified: no alternative map */
struct dev_pagemap {
	struct percpu_ref ref;
	struct completion done;
	enum memory_type type;
	unsigned int flags;
	unsigned long vmemmap_shift;
	const struct dev_pagemap_ops *ops;
	void *owner;
	int nr_range;
	union {
		struct range range;
		struct {
			struct {
			} __empty_ranges;
			struct range ranges[];
		};
	};
};

/* What page frame numbers say: of pages that no driver has initialised yet. */
bool sim_pfn_is_zone_device(const struct page *page);
struct dev_pagemap *sim_pfn_pgmap(const struct page *page);

/* fidelity: simplified: zone and pagemap of a page that was never in use follow from its pfn */
static inline bool is_zone_device_page(const struct page *page)
{
	return page->flags.f & (1UL << SIM_PG_ZONE_DEVICE) || sim_pfn_is_zone_device(page);
}

static inline struct dev_pagemap *page_pgmap(const struct page *page)
{
	const struct folio *folio = page_folio(page);

	if (likely(folio->flags.f & (1UL << SIM_PG_ZONE_DEVICE)))
		return folio->pgmap;
	return sim_pfn_pgmap(page);
}

static inline bool folio_is_zone_device(const struct folio *folio)
{
	return is_zone_device_page(&folio->page);
}

/* fidelity: same */
static inline bool folio_is_device_private(const struct folio *folio)
{
	return folio_is_zone_device(folio) &&
	       page_pgmap(&folio->page)->type == MEMORY_DEVICE_PRIVATE;
}

static inline bool folio_is_device_coherent(const struct folio *folio)
{
	return folio_is_zone_device(folio) &&
	       page_pgmap(&folio->page)->type == MEMORY_DEVICE_COHERENT;
}

static inline bool folio_is_pci_p2pdma(const struct folio *folio)
{
	return folio_is_zone_device(folio) &&
	       page_pgmap(&folio->page)->type == MEMORY_DEVICE_PCI_P2PDMA;
}

static inline bool folio_is_fsdax(const struct folio *folio)
{
	return folio_is_zone_device(folio) &&
	       page_pgmap(&folio->page)->type == MEMORY_DEVICE_FS_DAX;
}

static inline bool is_device_private_page(const struct page *page)
{
	return folio_is_device_private(page_folio(page));
}

static inline bool is_device_coherent_page(const struct page *page)
{
	return folio_is_device_coherent(page_folio(page));
}

static inline bool is_pci_p2pdma_page(const struct page *page)
{
	return folio_is_pci_p2pdma(page_folio(page));
}

static inline bool is_fsdax_page(const struct page *page)
{
	return folio_is_fsdax(page_folio(page));
}

static inline void *folio_zone_device_data(const struct folio *folio)
{
	WARN_ON_ONCE(!folio_is_device_private(folio));
	return folio->page.zone_device_data;
}

static inline void folio_set_zone_device_data(struct folio *folio, void *data)
{
	WARN_ON_ONCE(!folio_is_device_private(folio));
	folio->page.zone_device_data = data;
}

/*
 * fidelity: simplified: what is not MEMORY_DEVICE_PRIVATE has to have bytes; no linear mapping is
 * made; MEMORY_DEVICE_PCI_P2PDMA may begin and end at any page, and those of its pages that are in
 * use when it goes are reported, where the kernel waits for them forever
 */
void *memremap_pages(struct dev_pagemap *pgmap, int nid);
void memunmap_pages(struct dev_pagemap *pgmap);
void *devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap);
void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap);

/* fidelity: same */
struct dev_pagemap *get_dev_pagemap(unsigned long pfn);
void zone_device_page_init(struct page *page, struct dev_pagemap *pgmap, unsigned int order);

static inline void put_dev_pagemap(struct dev_pagemap *pgmap)
{
	if (pgmap)
		percpu_ref_put(&pgmap->ref);
}

static inline void zone_device_folio_init(struct folio *folio, struct dev_pagemap *pgmap,
					  unsigned int order)
{
	zone_device_page_init(&folio->page, pgmap, order);
	if (order)
		folio_set_large_rmappable(folio);
}

#endif
