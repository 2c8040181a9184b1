/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What the two halves of PCI peer-to-peer DMA share: p2pdma.c decides how a client reaches the
 * memory of a provider, p2pmem.c hands that memory out.
 *
 * DOC: Source
 *
 * drivers/pci/p2pdma.c, v7.0. It stands in this layer, not with the devices, since its memory has
 * pages.
 */
#ifndef IOVA_SIM_P2PDMA_H
#define IOVA_SIM_P2PDMA_H

#include <linux/list.h>
#include <linux/pci-p2pdma.h>
#include <linux/xarray.h>

/**
 * struct sim_p2p_pool - part of a BAR that can be handed out, by pages
 * @node: in the provider's list, last added first
 * @first: physical address
 * @bus_first: the same on the bus
 * @page_count: pages
 * @used: bitmap of pages
 */
struct sim_p2p_pool {
	struct list_head node;
	phys_addr_t first;
	pci_bus_addr_t bus_first;
	unsigned int page_count;
	unsigned long *used;
};

/**
 * struct pci_p2pdma - a provider; pdev->p2pdma points to it
 * @pools: struct sim_p2p_pool
 * @is_published: others may find its memory
 * @map_types: how each client that was asked about reaches it, by the client's number
 * @mem: a provider for each memory BAR
 */
struct pci_p2pdma {
	struct list_head pools;
	bool is_published;
	struct xarray map_types;
	struct p2pdma_provider mem[PCI_STD_NUM_BARS];
};

/**
 * struct sim_p2p_pagemap - pages of a part of a BAR
 * @mem: their provider
 * @pgmap: zone and pagemap; last, since it ends in an array
 */
struct sim_p2p_pagemap {
	struct p2pdma_provider *mem;
	struct dev_pagemap pgmap;
};

/**
 * sim_p2p_provider_of - provider of a page
 * @page: page of MEMORY_DEVICE_PCI_P2PDMA
 *
 * Return: the provider of the BAR that it is in.
 */
static inline struct p2pdma_provider *sim_p2p_provider_of(const struct page *page)
{
	return container_of(page_pgmap(page), struct sim_p2p_pagemap, pgmap)->mem;
}

/**
 * sim_p2p_pools_release - take back all that pci_alloc_p2pmem() can hand out
 * @pdev: provider
 * @p2pdma: its state
 */
void sim_p2p_pools_release(struct pci_dev *pdev, struct pci_p2pdma *p2pdma);

#endif
