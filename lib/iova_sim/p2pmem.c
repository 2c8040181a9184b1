/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Memory in a BAR: pages for it, and handing it out page by page. Models drivers/pci/p2pdma.c and,
 * for the order in which memory is handed out, lib/genalloc.c (v7.0).
 */
#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "device/sim_device.h"
#include "iova_sim/p2pdma.h"
#include "kernel/world.h"

static struct sim_p2p_pool *pool_of(const struct pci_p2pdma *p2pdma, phys_addr_t phys)
{
	struct sim_p2p_pool *pool;

	list_for_each_entry(pool, &p2pdma->pools, node)
		if (phys - pool->first < PFN_PHYS(pool->page_count))
			return pool;
	return NULL;
}

static unsigned int pages_of(size_t size)
{
	return PFN_UP(size);
}

static void free_pages_of(const struct pci_p2pdma *p2pdma, phys_addr_t phys, size_t size)
{
	struct sim_p2p_pool *pool = pool_of(p2pdma, phys);
	unsigned int first, pages = pages_of(size);

	BUG_ON(!pool);
	first = PHYS_PFN(phys - pool->first);
	for (unsigned int i = first; i < first + pages; i++)
		BUG_ON(i >= pool->page_count || !test_bit(i, pool->used));
	bitmap_clear(pool->used, first, pages);
}

/* The last reference of a page that was put into somebody's page table. */
static void folio_free(struct folio *folio)
{
	const struct page *page = &folio->page;

	free_pages_of(to_pci_dev(sim_p2p_provider_of(page)->owner)->p2pdma, page_to_phys(page),
		      PAGE_SIZE);
}

static const struct dev_pagemap_ops pgmap_ops = { .folio_free = folio_free };

static int pool_add(struct pci_dev *pdev, int bar, const struct range *range)
{
	struct sim_p2p_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	u64 offset = range->start - pci_resource_start(pdev, bar);

	if (!pool)
		return -ENOMEM;
	pool->first = range->start;
	pool->bus_first = pci_bus_address(pdev, bar) + offset;
	pool->page_count = PHYS_PFN(range_len(range));
	pool->used = bitmap_zalloc(pool->page_count, GFP_KERNEL);
	if (!pool->used) {
		kfree(pool);
		return -ENOMEM;
	}
	list_add(&pool->node, &pdev->p2pdma->pools);
	return 0;
}

static int check_part(struct pci_dev *pdev, int bar, size_t *size, u64 offset)
{
	u64 length = pci_resource_len(pdev, bar);

	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) || offset >= length)
		return -EINVAL;
	if (!*size)
		*size = length - offset;
	return *size + offset > length ? -EINVAL : 0;
}

int pci_p2pdma_add_resource(struct pci_dev *pdev, int bar, size_t size, u64 offset)
{
	struct sim_p2p_pagemap *map;
	struct dev_pagemap *pgmap;
	void *addr;
	int err;

	err = check_part(pdev, bar, &size, offset);
	if (!err)
		err = pcim_p2pdma_init(pdev);
	if (err)
		return err;
	map = devm_kzalloc(&pdev->dev, sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	map->mem = pcim_p2pdma_provider(pdev, bar);
	pgmap = &map->pgmap;
	pgmap->range.start = pci_resource_start(pdev, bar) + offset;
	pgmap->range.end = pgmap->range.start + size - 1;
	pgmap->nr_range = 1;
	pgmap->type = MEMORY_DEVICE_PCI_P2PDMA;
	pgmap->ops = &pgmap_ops;
	addr = devm_memremap_pages(&pdev->dev, pgmap);
	if (IS_ERR(addr)) {
		err = PTR_ERR(addr);
		goto err_free;
	}
	err = pool_add(pdev, bar, &pgmap->range);
	if (err)
		goto err_unmap;
	pci_info(pdev, "added peer-to-peer DMA memory %#llx-%#llx\n", pgmap->range.start,
		 pgmap->range.end);
	return 0;

err_unmap:
	devm_memunmap_pages(&pdev->dev, pgmap);
err_free:
	devm_kfree(&pdev->dev, map);
	return err;
}
EXPORT_SYMBOL_GPL(pci_p2pdma_add_resource);

void sim_p2p_pools_release(struct pci_dev *pdev, struct pci_p2pdma *p2pdma)
{
	struct sim_p2p_pool *pool, *next;

	list_for_each_entry_safe(pool, next, &p2pdma->pools, node) {
		unsigned int used = bitmap_weight(pool->used, pool->page_count);

		/* The kernel would have waited for it before the pages went. */
		WARN(used,
		     "%s: %u pages of peer-to-peer memory are allocated when the driver goes\n",
		     pci_name(pdev), used);
		bitmap_free(pool->used);
		list_del(&pool->node);
		kfree(pool);
	}
}

void *pci_alloc_p2pmem(struct pci_dev *pdev, size_t size)
{
	unsigned int pages = pages_of(size);
	struct sim_p2p_pool *pool;

	if (!pdev->p2pdma || !pages)
		return NULL;
	list_for_each_entry(pool, &pdev->p2pdma->pools, node) {
		unsigned long first =
			bitmap_find_next_zero_area(pool->used, pool->page_count, 0, pages, 0);

		if (first >= pool->page_count)
			continue;
		bitmap_set(pool->used, first, pages);
		/* All of it is about to be used through the first page's address. */
		for (unsigned long i = first + 1; i < first + pages; i++)
			__va(pool->first + PFN_PHYS(i));
		return __va(pool->first + PFN_PHYS(first));
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(pci_alloc_p2pmem);

void pci_free_p2pmem(struct pci_dev *pdev, void *addr, size_t size)
{
	free_pages_of(pdev->p2pdma, virt_to_phys(addr), size);
}
EXPORT_SYMBOL_GPL(pci_free_p2pmem);

pci_bus_addr_t pci_p2pmem_virt_to_bus(struct pci_dev *pdev, void *addr)
{
	struct sim_p2p_pool *pool;
	phys_addr_t phys;

	if (!addr || !pdev->p2pdma)
		return 0;
	phys = virt_to_phys(addr);
	pool = pool_of(pdev->p2pdma, phys);
	return pool ? pool->bus_first + (phys - pool->first) : ~(pci_bus_addr_t)0;
}
EXPORT_SYMBOL_GPL(pci_p2pmem_virt_to_bus);

void pci_p2pmem_publish(struct pci_dev *pdev, bool publish)
{
	if (pdev->p2pdma)
		pdev->p2pdma->is_published = publish;
}
EXPORT_SYMBOL_GPL(pci_p2pmem_publish);

/* Distance of a published provider to all clients; -1 when it can't serve one of them. */
static int published_distance(struct device *dev, struct device **clients, int num_clients)
{
	struct pci_dev *pdev;

	if (!dev_is_pci(dev))
		return -1;
	pdev = to_pci_dev(dev);
	if (!pdev->p2pdma || !pdev->p2pdma->is_published)
		return -1;
	return pci_p2pdma_distance_many(pdev, clients, num_clients, false);
}

struct pci_dev *pci_p2pmem_find_many(struct device **clients, int num_clients)
{
	struct pci_dev *closest[SVMSIM_DEVICE_MAX];
	int closest_distance = 0;
	unsigned int count = 0;
	struct device *dev;

	for (unsigned int i = 0; (dev = sim_device_get(sim_world, i)); i++) {
		int distance = published_distance(dev, clients, num_clients);

		if (distance < 0 || (count && distance > closest_distance))
			continue;
		if (!count || distance < closest_distance)
			count = 0;
		closest_distance = distance;
		closest[count++] = to_pci_dev(dev);
	}
	if (!count)
		return NULL;
	/* Among equals the kernel draws one, so that load spreads. */
	return pci_dev_get(closest[sim_random_below(sim_world, count)]);
}
EXPORT_SYMBOL_GPL(pci_p2pmem_find_many);
